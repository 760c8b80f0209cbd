"""The warehouse of the real figures against what is known of them: contradictions, agreements, examples."""

from __future__ import annotations

import csv
import re
from decimal import Decimal
from functools import cache
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

import pytest

from pipelines.consistency.comparisons import Register
from pipelines.consistency.conflicts import localise
from pipelines.consistency.constraints import Figure, System
from pipelines.lake import Lake
from pipelines.numerals import parse_numeral

if TYPE_CHECKING:
    import duckdb
    from conftest import Built

SAMPLES = Path(__file__).parent / "samples"

Row = dict[str, object]

CONTRADICTIONS = {
    "c01": "average_differs",
    "c02": "period_end_not_stated",
    "c03": "no_whole_number",
    "c04": "percentage_agrees",
    "c05": "cut_off_differs",
    "c06": "count_starts_after_target",
    "c07": "qualifier_differs",
    "c08": "smallest_base",
    "c09": "listed_falls_short",
    "c10": "base_implied",
    "c11": "other_flows_not_stated",
    "c12": "other_flows_not_stated",
    "c13": "base_implied",
    "c14": "admissions_among_members",
    "c15": "vague_word_exact_number",
    "c16": "percentage_differs",
    "c17": "sum_exceeds_whole",
    "c18": "expected_counted_as_admitted",
    "c19": "same_persons_possible",
    "c20": "percentage_agrees",
    "c21": "base_implied",
    "c22": "coverage_called_attainment",
    "c23": "count_implied",
}
"""The reason with which each known contradiction is found."""

AGREEMENTS = {
    "confirmed": (
        *(
            "a01",
            "a02",
            "a03",
            "a04",
            "a09",
            "a17",
            "a23",
            "a25",
            "a27",
            "a28",
            "a29",
            "a31",
            "a32",
            "a35",
            "a36",
            "a37",
        ),
        *("a40", "a45", "a48", "a50"),
    ),
    "consistent": (
        *(
            "a05",
            "a06",
            "a07",
            "a08",
            "a10",
            "a11",
            "a12",
            "a13",
            "a14",
            "a15",
            "a16",
            "a18",
            "a19",
            "a20",
            "a21",
            "a22",
            "a24",
            "a26",
        ),
        *(
            "a30",
            "a33",
            "a34",
            "a38",
            "a39",
            "a41",
            "a42",
            "a43",
            "a44",
            "a46",
            "a47",
            "a49",
            "a51",
            "a52",
            "a53",
            "a54",
        ),
        *("a55", "a56", "a57", "a58", "a59"),
    ),
}
"""The strongest verdict on each known agreement."""

RULES_BY_KIND = {
    "sum": {
        "cells_against_localities",
        *("parts_against_whole", "measure_parts_against_whole", "organisations_against_whole"),
        *("periods_against_whole", "subset_against_set"),
    },
    "share": {"share_against_counts", "parts_against_whole", "subset_against_set", "implied_base"},
    "attainment": {"attainment_against_target"},
    "duplicate": {"repeated_figure"},
    "granularity": {"subset_against_set", "periods_against_whole"},
    "stock_flow": {"stock_against_flow", "share_against_counts", "cells_against_localities"},
    "other": {"organisations_against_whole"},
}


@cache
def read_sample(name: str) -> tuple[dict[str, str], ...]:
    with (SAMPLES / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return tuple(csv.DictReader(file))


def list_samples(name: str) -> list[object]:
    return [pytest.param(row, id=next(iter(row.values()))) for row in read_sample(name)]


def list_figures(row: Row | dict[str, str]) -> set[str]:
    return set(str(row["figure_ids"]).split("|"))


def select(warehouse: duckdb.DuckDBPyConnection, query: str, *parameters: object) -> list[Row]:
    result = warehouse.execute(query, parameters)
    columns = [column[0] for column in result.description]
    return [dict(zip(columns, row, strict=True)) for row in result.fetchall()]


@pytest.fixture(scope="session")
def findings(warehouse: duckdb.DuckDBPyConnection) -> list[Row]:
    """All findings."""
    return select(warehouse, "select * from reports.rpt_findings")


@pytest.fixture(scope="session")
def comparisons(warehouse: duckdb.DuckDBPyConnection) -> list[Row]:
    """All comparisons."""
    return select(warehouse, "select * from reports.rpt_published_total_comparisons")


def find_one(comparisons: list[Row], *figure_ids: str, rule: str) -> Row:
    """Return the comparison of one rule whose figures include some."""
    (row,) = [row for row in comparisons if row["rule_code"] == rule and set(figure_ids) <= list_figures(row)]
    return row


def test_dbt_builds_the_warehouse_and_all_its_tests_pass(built: Built) -> None:
    assert built.dbt_exit_code == 0, built.dbt_output[-4000:]


def test_the_samples_are_the_lists_of_the_register_they_came_from(shared: Path) -> None:
    for name in ("known_contradictions", "known_agreements"):
        assert (SAMPLES / f"{name}.csv").read_bytes() == (shared / "published" / f"{name}.csv").read_bytes()


# known contradictions


def test_whether_a_publication_rounds_is_inferred_from_its_figures(warehouse: duckdb.DuckDBPyConnection) -> None:
    rows = select(warehouse, "select * from reports.rpt_publication_roundings")
    inferred = {row["publication_id"]: row for row in rows}

    assert {row["rounding_code"] for row in rows} == {"rounded", "cut_off", "both", "not_known"}
    assert inferred["o-mon-2022"]["rounding_code"] == "cut_off"
    assert inferred["n038"]["rounding_code"] == "rounded"
    assert inferred["n054"]["rounding_code"] == "both"
    assert inferred["n054"]["cut_figure_ids"] == "n054-003"


def test_a_share_cut_off_where_others_are_rounded_is_a_warning_and_no_contradiction(comparisons: list[Row]) -> None:
    row = find_one(comparisons, "n054-003", rule="share_against_counts")

    assert (row["verdict"], row["severity"], row["explanation_code"]) == ("confirmed", "warning", "stray_truncation")
    assert find_one(comparisons, "o-mon-2022-011", rule="attainment_against_target")["severity"] == "info"


def list_reasons(known: dict[str, str], findings: list[Row], comparisons: list[Row]) -> set[object]:
    """Return the reasons with which a known contradiction is found."""
    figures = list_figures(known)
    enough = min(2, len(figures))
    if known["verdict"] in ("contradicted", "impossible_share"):
        rows = [row for row in findings if row["verdict"] == "contradicted"]
    elif known["verdict"] == "explained_by_truncation":
        explained = [row for row in comparisons if row["explanation_code"] in ("truncation", "stray_truncation")]
        return {row["reason_code"] for row in explained if row["observed_figure_id"] in figures}
    else:
        rows = findings
    return {row["reason_code"] for row in rows if len(list_figures(row) & figures) >= enough}


@pytest.mark.parametrize("known", list_samples("known_contradictions"))
def test_a_known_contradiction_is_found(known: dict[str, str], findings: list[Row], comparisons: list[Row]) -> None:
    assert CONTRADICTIONS[known["contradiction_id"]] in list_reasons(known, findings, comparisons)


def test_all_known_contradictions_are_looked_for() -> None:
    assert sorted(CONTRADICTIONS) == [row["contradiction_id"] for row in read_sample("known_contradictions")]


def test_nothing_is_contradicted_beyond_the_known_contradictions(findings: list[Row], comparisons: list[Row]) -> None:
    known = [
        list_figures(row)
        for row in read_sample("known_contradictions")
        if row["verdict"] in ("contradicted", "impossible_share")
    ]
    contradicted = [row for row in (*findings, *comparisons) if row["verdict"] == "contradicted"]

    assert [
        row["message_en"] for row in contradicted if not any(list_figures(row) <= figures for figures in known)
    ] == []
    assert len(contradicted) == 2 * 6


def test_a_contradiction_is_a_warning_and_names_its_suspects(findings: list[Row]) -> None:
    for row in findings:
        if row["verdict"] == "contradicted":
            assert row["severity"] == "warning"
            assert set(re.split(r"[|+]", str(row["suspects"]))) <= list_figures(row)


def list_known_repairs() -> list[object]:
    """Return contradiction, figure and proposed numbers, of those that are proposed as numbers."""
    known = []
    for row in read_sample("known_contradictions"):
        for figure_id, proposed in re.findall(r"([\w-]+): [\d.]+ -> ([^;]+)", row["repairs"]):
            numbers = [Decimal(number) for number in re.findall(r"(?:^|\| )([\d.]+)", proposed)]
            known.append(pytest.param(figure_id, numbers, id=f"{row['contradiction_id']}-{figure_id}"))
    return known


@pytest.mark.parametrize(("figure_id", "numbers"), list_known_repairs())
def test_a_known_repair_is_proposed_and_the_likeliest_stands_first(
    warehouse: duckdb.DuckDBPyConnection, figure_id: str, numbers: list[Decimal]
) -> None:
    rows = select(
        warehouse,
        "select repairs.finding_id, repairs.repaired_printed, figures.unit from reports.rpt_finding_repairs as repairs "
        "inner join marts.fct_figures as figures on repairs.figure_id = figures.figure_id "
        "where repairs.figure_id = ? order by repairs.finding_id, repairs.set_number, repairs.repair_number",
        figure_id,
    )
    proposed: dict[object, list[Decimal]] = {}
    for row in rows:
        value = parse_numeral(str(row["repaired_printed"]), is_count=row["unit"] != "percent").value
        proposed.setdefault(row["finding_id"], []).append(value)

    assert any(set(numbers) <= set(found) and found[0] == numbers[0] for found in proposed.values())


def test_there_are_known_repairs_of_every_contradiction_of_numbers() -> None:
    assert len(list_known_repairs()) == 6


@pytest.mark.parametrize(
    ("contradiction_id", "figure_ids"),
    [
        ("c01", ("tan-son-2017-008", "tan-son-2017-009")),
        ("c03", ("tan-son-2017-015",)),
        ("c09", ("n007-003",)),
        ("c16", ("n033-003", "n033-002")),
        ("c17", ("n043-001",)),
        ("c18", ("n046-001",)),
    ],
)
def test_the_figures_of_a_known_contradiction_are_minimum_sets_of_their_own(
    warehouse: duckdb.DuckDBPyConnection, contradiction_id: str, figure_ids: tuple[str, ...]
) -> None:
    rows = select(warehouse, "select figure_id from reports.rpt_finding_suspects where set_figure_count = 1")

    assert set(figure_ids) <= {row["figure_id"] for row in rows}


@pytest.fixture(scope="session")
def register(warehouse: duckdb.DuckDBPyConnection) -> Register:
    """All published figures as constraints, and all that compares them."""
    figures = select(
        warehouse,
        "select figures.*, figures.document_id as comparable_within, "
        "qualifiers.bound_side, qualifiers.is_strict, statements.is_quotient, "
        "facts.organisation_count from intermediate.int_figures_attributed as figures "
        "inner join vocabulary.qualifiers as qualifiers on figures.qualifier_code = qualifiers.qualifier_code "
        "inner join vocabulary.statements as statements on figures.statement_code = statements.statement_code "
        "inner join marts.fct_figures as facts on figures.figure_id = facts.figure_id",
    )
    ratios = select(warehouse, "select * from intermediate.int_ratios_stated")
    comparisons = select(warehouse, "select * from intermediate.int_comparisons_unioned")
    thresholds = select(warehouse, "select * from intermediate.int_thresholds_stated")
    return Register(figures, ratios, comparisons, thresholds=thresholds)


def test_solver_and_comparisons_contradict_the_same_clusters(register: Register) -> None:
    clusters = register.list_clusters()
    impossible = [cluster for cluster in clusters if localise(cluster.system).verdict != "consistent"]

    assert len(clusters) > 50
    assert [sorted(cluster.contradicted) for cluster in impossible] == [
        sorted(cluster.contradicted) for cluster in clusters if cluster.contradicted
    ]
    assert all(cluster.contradicted for cluster in impossible)


def misprint(printed: str, random: Random) -> str | None:
    """Return a number with a slip: a digit wrong, left out, typed twice, or exchanged with its neighbour."""
    at = random.choice([place for place, character in enumerate(printed) if character.isdigit()])
    digit, following = printed[at], printed[at + 1 : at + 2]
    made = {
        "misread": printed[:at] + random.choice("0123456789".replace(digit, "")) + printed[at + 1 :],
        "dropped": printed[:at] + printed[at + 1 :],
        "doubled": printed[:at] + digit + printed[at:],
        "transposed": printed[:at] + following + digit + printed[at + 2 :] if following.isdigit() else printed,
    }[random.choice(("misread", "dropped", "doubled", "transposed"))]
    return None if made == printed else made


def test_a_slip_in_any_figure_that_contradicts_others_is_found_where_it_was_made(register: Register) -> None:
    random = Random(2026)
    clusters = [cluster for cluster in register.list_clusters() if not cluster.contradicted]
    found = []
    for cluster in clusters:
        for figure in cluster.system.figures:
            printed = register.describe(figure.figure_id)
            wrong = misprint(printed.text, random) if printed.text and any(map(str.isdigit, printed.text)) else None
            if wrong is None or len(cluster.system.figures) == 1:
                continue
            try:
                interval = printed.read(wrong)
            except ValueError:
                # a slip that every reader sees
                continue
            others = tuple(other for other in cluster.system.figures if other != figure)
            figures = (*others, Figure(figure.figure_id, interval, figure.say))
            localised = localise(System(figures, cluster.system.relations))
            if localised.verdict != "consistent":
                found.append((figure.figure_id, frozenset({figure.figure_id}) in localised.minimum_sets))

    assert [figure_id for figure_id, is_named in found if not is_named] == []
    assert len(found) > 100


def test_every_published_figure_has_a_verdict(warehouse: duckdb.DuckDBPyConnection) -> None:
    verdicts = select(warehouse, "select figure_id, verdict from reports.rpt_figure_verdicts")
    suspects = select(warehouse, "select distinct figure_id from reports.rpt_finding_suspects")

    assert len(verdicts) == 451
    assert {row["figure_id"] for row in verdicts if row["verdict"] == "contradicted"} == {
        row["figure_id"] for row in suspects
    }


# known agreements


def judge(known: dict[str, str], comparisons: list[Row]) -> str | None:
    """Return the strongest verdict of a rule that is about this kind of agreement."""
    rules, figures = RULES_BY_KIND[known["kind"]], list_figures(known)
    verdicts = {
        row["verdict"]
        for row in comparisons
        if row["rule_code"] in rules and len(list_figures(row) & figures) >= min(2, len(figures))
    }
    return next((verdict for verdict in ("confirmed", "consistent") if verdict in verdicts), None)


@pytest.mark.parametrize("known", list_samples("known_agreements"))
def test_a_known_agreement_is_not_contradicted(known: dict[str, str], comparisons: list[Row]) -> None:
    contradicted = [row for row in comparisons if row["verdict"] == "contradicted"]

    assert [row["message_en"] for row in contradicted if list_figures(row) <= list_figures(known)] == []


@pytest.mark.parametrize("known", list_samples("known_agreements"))
def test_a_known_agreement_is_confirmed_or_consistent(known: dict[str, str], comparisons: list[Row]) -> None:
    (expected,) = [verdict for verdict, identifiers in AGREEMENTS.items() if known["agreement_id"] in identifiers]

    assert judge(known, comparisons) == expected


def test_all_known_agreements_are_looked_for() -> None:
    known = [row["agreement_id"] for row in read_sample("known_agreements")]

    assert sorted([*AGREEMENTS["confirmed"], *AGREEMENTS["consistent"]]) == known


# what the first issue says the warehouse must show


def test_o_mon_238_admissions_of_which_eleven_named_organisations_have_218_are_consistent(
    comparisons: list[Row],
) -> None:
    row = find_one(comparisons, "o-mon-2022-001", "o-mon-2022-012", rule="organisations_against_whole")

    assert row["verdict"] == "consistent"
    assert (row["part_count"], row["observed_low"], row["observed_high"]) == (11, 238, 238)
    assert (row["expected_low"], row["expected_high"]) == (218, None)
    assert (row["implied_code"], row["implied_low"], row["implied_high"]) == ("unlisted", 20, 20)


def test_o_mon_238_of_600_printed_as_39_66_is_explained_by_truncation(comparisons: list[Row]) -> None:
    row = find_one(comparisons, "o-mon-2022-011", "o-mon-2022-001", rule="attainment_against_target")

    assert (row["verdict"], row["explanation_code"]) == ("confirmed", "truncation")
    assert "238 trên 600, in là 39,66 %" in str(row["message_vi"])
    assert "238 of 600, printed as 39.66%" in str(row["message_en"])


def test_tan_son_total_of_1746_and_average_of_196_over_nine_years_contradict(findings: list[Row]) -> None:
    row = find_one(findings, "tan-son-2017-008", "tan-son-2017-009", rule="yearly_average_against_total")

    assert row["verdict"] == "contradicted"
    assert (row["observed"], row["expected_low"], row["expected_high"]) == (1746, 1760, 1772)
    assert "1.746" in str(row["message_vi"])
    assert "1,746" in str(row["message_en"])


def test_tan_son_no_whole_number_of_persons_is_0_32_per_cent_of_1746(findings: list[Row]) -> None:
    row = find_one(findings, "tan-son-2017-008", "tan-son-2017-015", rule="share_against_counts")

    assert (row["verdict"], row["reason_code"]) == ("contradicted", "no_whole_number")


@pytest.mark.parametrize(("figure_id", "count"), [("tan-son-2017-020", 52), ("tan-son-2017-021", 92)])
def test_tan_son_118_admissions_of_which_52_women_and_92_of_a_minority_are_consistent(
    comparisons: list[Row], figure_id: str, count: int
) -> None:
    row = find_one(comparisons, figure_id, "tan-son-2017-019", rule="subset_against_set")

    assert row["verdict"] == "consistent"
    assert (row["observed_low"], row["observed_high"], row["expected_high"]) == (count, count, 118)


def test_tan_son_women_and_minority_are_never_added_up(comparisons: list[Row]) -> None:
    both = {"tan-son-2017-020", "tan-son-2017-021"}

    assert [row for row in comparisons if both <= list_figures(row)] == []


def test_da_nang_858_and_129_and_9_are_996(comparisons: list[Row]) -> None:
    row = find_one(comparisons, *(f"da-nang-2023-00{number}" for number in (2, 3, 4, 5)), rule="parts_against_whole")

    assert (row["verdict"], row["reason_code"]) == ("confirmed", "complete_list")
    assert (row["observed_low"], row["expected_low"], row["expected_high"]) == (996, 996, 996)


def test_ninh_thuan_of_four_committees_above_50_per_cent_two_are_at_50(findings: list[Row]) -> None:
    row = find_one(findings, "n007-003", "n007-009", "n007-011", rule="organisations_against_whole")

    assert (row["verdict"], row["suspects"]) == ("contradicted", "n007-003")
    assert (row["observed"], row["expected_low"], row["expected_high"]) == (4, 2, 2)
    assert "đúng nếu nói là từ 50 % trở lên" in str(row["message_vi"])
    assert "right if at least 50% is meant" in str(row["message_en"])


def test_26_5_per_cent_of_94_participants_are_25_cut_off(comparisons: list[Row]) -> None:
    row = find_one(comparisons, "n078-003", "n078-001", rule="share_against_counts")

    assert (row["verdict"], row["implied_low"], row["implied_high"]) == ("consistent", 25, 25)
    assert row["explanation_code"] == "truncation"


def test_long_hung_12_and_12_are_24(comparisons: list[Row]) -> None:
    row = find_one(comparisons, *(f"o-mon-2022-00{number}" for number in (5, 6, 8)), rule="periods_against_whole")

    assert (row["verdict"], row["part_count"]) == ("confirmed", 2)
    assert (row["observed_low"], row["expected_low"], row["expected_high"]) == (24, 24, 24)


def test_long_hung_12_admissions_at_109_per_cent_imply_a_plan_of_11(comparisons: list[Row]) -> None:
    row = find_one(comparisons, "o-mon-2022-007", "o-mon-2022-006", rule="attainment_against_target")

    assert (row["verdict"], row["implied_code"], row["implied_low"], row["implied_high"]) == (
        "consistent",
        "target",
        11,
        11,
    )


def test_thuan_chau_nine_communes_with_8_to_15_new_cells_each_have_72_to_135(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    (row,) = select(warehouse, "select * from marts.fct_figures where figure_id = 'thuan-chau-2020-015'")

    assert (row["organisation_count"], row["value_low"], row["value_high"]) == (9, 8, 15)
    assert (row["organisations_total_low"], row["organisations_total_high"]) == (72, 135)


def test_thuan_chau_391_and_78_and_29_localities_have_a_cell(
    warehouse: duckdb.DuckDBPyConnection, comparisons: list[Row]
) -> None:
    figures = select(
        warehouse,
        "select locality_count from marts.fct_localities "
        "where measure_code = 'localities_with_cell' and figure_id in (?, ?, ?) order by figure_id",
        *(f"thuan-chau-2020-0{number}" for number in (12, 13, 14)),
    )
    row = find_one(comparisons, "thuan-chau-2020-001", "thuan-chau-2020-012", rule="share_against_counts")

    assert [figure["locality_count"] for figure in figures] == [391, 78, 29]
    assert (row["verdict"], row["observed_low"], row["observed_high"]) == ("confirmed", 498, 498)


def test_every_figure_of_the_register_is_in_the_warehouse_or_rejected(
    built: Built, warehouse: duckdb.DuckDBPyConnection
) -> None:
    files = Lake(built.paths.lake).read("files")
    found = files.filter(files["reader_name"] == "delimited")
    (figures,) = select(warehouse, "select count(*) as count, count(distinct figure_id) as ids from marts.fct_figures")
    (rejections,) = select(
        warehouse, "select count(distinct (file_path, locator)) as count from reports.rpt_rejections"
    )

    assert found["found_count"].sum() == 451
    assert (figures["count"], figures["ids"]) == (451, 451)
    assert rejections["count"] == found["rejected_count"].sum() == 0


def test_every_publication_is_in_the_warehouse_and_every_number_stands_at_its_place(
    built: Built, warehouse: duckdb.DuckDBPyConnection
) -> None:
    (publications,) = select(warehouse, "select count(*) as count from marts.dim_publications")
    places = select(warehouse, "select figure_id from marts.fct_figures where is_printed_at_place is not true")

    assert publications["count"] == 65
    assert [row["figure_id"] for row in places] == ["nam-viem-2020-006"]
    assert built.ingestion.found_count == 451 + 65 + 65


# what holds for every comparison


def test_a_comparison_names_figures_that_exist_and_none_twice(
    warehouse: duckdb.DuckDBPyConnection, comparisons: list[Row], findings: list[Row]
) -> None:
    known = {row["figure_id"] for row in select(warehouse, "select figure_id from marts.fct_figures")}
    rows = [(row["rule_code"], str(row["figure_ids"]).split("|")) for row in (*comparisons, *findings)]

    assert [row for row in rows if not set(row[1]) <= known] == []
    assert [row for row in rows if len(set(row[1])) != len(row[1])] == []


def test_a_comparison_has_a_verdict_a_reason_and_a_message_in_both_languages(comparisons: list[Row]) -> None:
    for row in comparisons:
        assert row["verdict"] in {"confirmed", "consistent", "contradicted", "undecidable"}
        for column in ("reason_label_vi", "reason_label_en", "message_vi", "message_en", "rule_code"):
            assert row[column], (row["comparison_id"], column)


def test_what_is_confirmed_has_two_equal_numbers(comparisons: list[Row]) -> None:
    for row in comparisons:
        if row["verdict"] == "confirmed":
            assert None not in (row["observed_low"], row["expected_low"]), row["message_en"]
            assert len(list_figures(row)) > 1 or row["rule_code"] in (
                "share_against_counts",
                "attainment_against_target",
            )
