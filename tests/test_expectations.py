"""The suites on tiny tables: clean ones pass, each planted row is found by the expectation that is meant to find it.

Great Expectations is slow to import, so it runs once on clean tables, once on spoiled ones and once on missing ones.
"""

from __future__ import annotations

import datetime as dt
import re
import subprocess
import sys
from contextlib import closing
from html import escape
from typing import TYPE_CHECKING

import duckdb
import pytest

import expectations.fct_figures
from expectations import Expected, Suite, SuiteFamily, no_rows
from pipelines import expectations as runner
from pipelines.expectations import load_suites, validate
from pipelines.outcomes import SHOWN_ROWS, Outcome
from pipelines.vocabulary import read_codes

if TYPE_CHECKING:
    from pathlib import Path

ADMISSIONS = "marts.fct_admissions"
FIGURES = "marts.fct_figures"
COMPARISONS = "reports.rpt_published_total_comparisons"
FINDINGS = "reports.rpt_findings"
CAUSES = "intermediate.int_contradictions_localised"
TABLES_IN_ORDER = [ADMISSIONS, FIGURES, FINDINGS, COMPARISONS]

TABLES = """
create schema intermediate;
create schema marts;
create schema reports;
create table marts.fct_admissions (
    organisation_id varchar, group_code varchar, period_id varchar, source_name varchar, publication_id varchar,
    source_id varchar, figure_id varchar, admissions bigint, admissions_low bigint, admissions_high bigint,
    qualifier_code varchar, period_type_code varchar, starts_on date, ends_on date, file_path varchar,
    file_sha256 varchar, locator varchar, printed varchar, batch_id varchar, recorded_at timestamp
);
create table marts.fct_figures (
    figure_id varchar, publication_id varchar, document_id varchar, source_name varchar, file_path varchar,
    file_sha256 varchar, locator varchar, printed varchar, value decimal(18, 6), value_low decimal(18, 6),
    value_high decimal(18, 6), is_value_low_open boolean, is_value_high_open boolean, unit varchar,
    statement_code varchar, measure_code varchar, group_code varchar, organisation_id varchar,
    is_printed_at_place boolean
);
create table reports.rpt_published_total_comparisons (
    comparison_id varchar, rule_code varchar, verdict varchar, reason_code varchar, explanation_code varchar,
    severity varchar, document_id varchar, organisation_name varchar, period_label_en varchar,
    observed_figure_id varchar, figure_ids varchar, observed_low decimal(18, 6), observed_high decimal(18, 6),
    expected_low decimal(18, 6), expected_high decimal(18, 6), message_vi varchar, message_en varchar
);
create table reports.rpt_findings (
    finding_id varchar, rule_code varchar, verdict varchar, severity varchar, document_id varchar,
    organisation_id varchar, period_id varchar, figure_ids varchar, expected_low decimal(18, 6),
    expected_high decimal(18, 6), observed decimal(18, 6), suspects varchar, repairs varchar, message_vi varchar,
    message_en varchar, resolved_at timestamp
);
create table intermediate.int_contradictions_localised (
    comparison_id varchar, root_comparison_id varchar, figure_id varchar
);
"""

SOURCE = {"file_path": "reports/a.xlsx", "file_sha256": "ab", "locator": "'2'!D14", "printed": "30"}
ADMISSION: dict[str, object] = {
    **SOURCE,
    "organisation_id": "o1",
    "group_code": "all",
    "period_id": "2025",
    "source_id": "d1",
    "figure_id": "a1",
    "admissions": 30,
    "admissions_low": 30,
    "admissions_high": 30,
    "starts_on": dt.date(2025, 1, 1),
    "ends_on": dt.date(2025, 12, 31),
    "recorded_at": dt.datetime(2026, 1, 5),  # noqa: DTZ001 - UTC, stored without a zone
}
FIGURE: dict[str, object] = {
    **SOURCE,
    "figure_id": "f1",
    "document_id": "d1",
    "source_name": "articles",
    "value": 30,
    "value_low": 30,
    "value_high": 30,
    "statement_code": "level",
    "organisation_id": "o1",
    "is_printed_at_place": True,
}
COMPARISON: dict[str, object] = {
    "comparison_id": "c1",
    "rule_code": "share_against_counts",
    "verdict": "confirmed",
    "message_vi": "khớp",
    "message_en": "agrees",
}
FINDING: dict[str, object] = {"organisation_id": "o1", "period_id": "2025", "verdict": "contradicted"}
DOUBT: dict[str, object] = {
    **FINDING,
    "severity": "warning",
    "document_id": "d1",
    "figure_ids": "f8|f9",
    "observed": 1746,
    "expected_low": 1760,
    "expected_high": 1772,
    "suspects": "f8|f9",
    "repairs": "f8: 1.746 → 1.764 (transposed)",
    "message_vi": "Đảng bộ xã A, 2008–2016: tổng phải từ 1.760 đến 1.772",
    "message_en": "Đảng bộ xã A, 2008–2016: the total would be 1,760 to 1,772",
}

Row = tuple[str, dict[str, object]]
"""Table and what is written into it; columns left out are null."""

CLEAN: tuple[Row, ...] = (
    (ADMISSIONS, ADMISSION),
    (ADMISSIONS, {**ADMISSION, "group_code": "women", "figure_id": "a2", "admissions": 30}),
    # "more than 20": no exact count, no upper bound
    (ADMISSIONS, {**ADMISSION, "group_code": "worker", "figure_id": "a3", "admissions": None, "admissions_high": None}),
    # more than its total, which a finding says; others say it of one of the two, or of another period
    (ADMISSIONS, {**ADMISSION, "group_code": "student", "figure_id": "a5", "admissions": 31}),
    (FINDINGS, {**FINDING, "figure_ids": "a1|a5|a2"}),
    (FINDINGS, {**FINDING, "figure_ids": "a1|x50"}),
    (FINDINGS, {**FINDING, "figure_ids": "x5|a10"}),
    (FINDINGS, {**FINDING, "figure_ids": "x5|a1", "period_id": "2024"}),
    (FINDINGS, {**FINDING, "figure_ids": "x5|a1", "verdict": "undecidable"}),
    # more than another document's total
    (ADMISSIONS, {**ADMISSION, "group_code": "women", "source_id": "d2", "figure_id": "a4", "admissions": 99}),
    (FIGURES, FIGURE),
    # "more than 200": the printed value is the open bound
    (FIGURES, {**FIGURE, "figure_id": "f2", "value": 200, "value_low": 200, "value_high": None}),
    (FIGURES, {**FIGURE, "figure_id": "f3", "statement_code": "attainment", "value": 104, "value_high": 104}),
    # no offsets
    (FIGURES, {**FIGURE, "figure_id": "f4", "is_printed_at_place": None}),
    (COMPARISONS, COMPARISON),
    (COMPARISONS, {**COMPARISON, "comparison_id": "c2", "verdict": "undecidable"}),
    # worth knowing, and right; and what was wrong once
    (FINDINGS, {**DOUBT, "finding_id": "i1", "rule_code": "wording", "verdict": "consistent", "severity": "info"}),
    (FINDINGS, {**DOUBT, "finding_id": "i2", "rule_code": "wording", "resolved_at": dt.datetime(2026, 1, 5)}),  # noqa: DTZ001
)

SPOILED: dict[str, Row] = {
    "admissions_stand_once_per_document": (
        ADMISSIONS,
        {**ADMISSION, "figure_id": "x1", "group_code": "women"},
    ),
    "admissions_are_not_negative": (ADMISSIONS, {**ADMISSION, "figure_id": "x2", "period_id": "x2", "admissions": -1}),
    "lower_bounds_do_not_exceed_upper_bounds": (
        ADMISSIONS,
        {**ADMISSION, "figure_id": "x3", "period_id": "x3", "admissions_low": 31},
    ),
    "admissions_have_a_source": (ADMISSIONS, {**ADMISSION, "figure_id": "x4", "period_id": "x4", "locator": None}),
    "groups_above_their_totals_are_named": (
        ADMISSIONS,
        {**ADMISSION, "figure_id": "x5", "group_code": "farmer", "admissions": 31},
    ),
    "admissions_are_of_a_plausible_size": (
        ADMISSIONS,
        {**ADMISSION, "figure_id": "x6", "period_id": "x6", "admissions_low": 300_001, "admissions_high": None},
    ),
    "periods_have_ended": (
        ADMISSIONS,
        {**ADMISSION, "figure_id": "x7", "period_id": "x7", "ends_on": dt.date(2026, 1, 6)},
    ),
    "periods_start_after_the_founding_of_the_party": (
        ADMISSIONS,
        {**ADMISSION, "figure_id": "x8", "period_id": "x8", "starts_on": dt.date(1930, 2, 2)},
    ),
    "admissions_keep_their_printed_form": (
        ADMISSIONS,
        {**ADMISSION, "figure_id": "x9", "period_id": "x9", "printed": None},
    ),
    "figures_stand_once": (FIGURES, FIGURE),
    "figures_have_a_source": (FIGURES, {**FIGURE, "figure_id": "y1", "file_sha256": None}),
    "figures:lower_bounds_do_not_exceed_upper_bounds": (
        FIGURES,
        {**FIGURE, "figure_id": "y2", "value": None, "value_low": 31},
    ),
    "values_lie_within_their_bounds": (FIGURES, {**FIGURE, "figure_id": "y3", "value": 31}),
    "shares_lie_between_0_and_100": (
        FIGURES,
        {**FIGURE, "figure_id": "y4", "statement_code": "share", "value": 101, "value_high": 101},
    ),
    "figures_are_printed_at_their_place": (FIGURES, {**FIGURE, "figure_id": "y5", "is_printed_at_place": False}),
    "organisations_are_known": (FIGURES, {**FIGURE, "figure_id": "y6", "organisation_id": "unknown"}),
    "comparisons_stand_once": (COMPARISONS, COMPARISON),
    "verdicts_are_one_of_four": (COMPARISONS, {**COMPARISON, "comparison_id": "z1", "verdict": "wrong"}),
    "comparisons_have_messages_in_both_languages": (
        COMPARISONS,
        {**COMPARISON, "comparison_id": "z2", "message_vi": " "},
    ),
    **{
        f"no_figure_is_doubted_by_{rule_code}": (
            FINDINGS,
            {**DOUBT, "finding_id": f"z-{rule_code}", "rule_code": rule_code, "document_id": "<img src=x>"},
        )
        for rule_code in read_codes("rules")
    },
}
"""One row for each expectation, spoiled so that this expectation fails and no other."""

_EXPECT_ROWS = Expected(
    name="rows_are_present", severity="error", reason="why", build=no_rows("select 1 from {batch} where false")
)

Results = dict[tuple[str, str], Outcome]


def _make_suite(table: str, *expected: Expected, name: str = "") -> Suite:
    """Return a suite that nobody has to read."""
    texts = {"title_vi": "Bộ", "title_en": "Suite", "description_vi": "Bộ thử.", "description_en": "A trial."}
    return Suite(name=name or table, table=table, identified_by=("figure_id",), expectations=expected, **texts)


def _write_tables(database: Path, rows: tuple[Row, ...]) -> None:
    with closing(duckdb.connect(str(database))) as connection:
        connection.execute(TABLES)
        for table, row in rows:
            marks = ", ".join("?" for _ in row)
            connection.execute(f"insert into {table} ({', '.join(row)}) values ({marks})", list(row.values()))


def _run(database: Path, data_docs: Path | None = None) -> Results:
    return {(outcome.table, outcome.name): outcome for outcome in validate(database, data_docs)}


def _list_doubts(database: Path, rule_code: str, *rows: Row) -> tuple[dict[str, object], ...]:
    """Return what the suite of a rule finds in these rows alone."""
    _write_tables(database, rows)
    (suite,) = [suite for suite in load_suites() if suite.name == f"rules.{rule_code}"]
    (outcome,) = validate(database, suites=[suite])
    assert outcome.unexpected_count == len(outcome.examples)
    return outcome.examples


@pytest.fixture(scope="module")
def clean(tmp_path_factory: pytest.TempPathFactory) -> Results:
    """Outcomes on tables as they should be."""
    database = tmp_path_factory.mktemp("clean") / "warehouse.duckdb"
    _write_tables(database, CLEAN)
    return _run(database)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder of the spoiled tables and of their pages; its name has what breaks addresses."""
    return tmp_path_factory.mktemp("spoiled $HOME 100% a&b #c")


@pytest.fixture(scope="module")
def spoiled(folder: Path) -> Results:
    """Outcomes on the clean tables and all spoiled rows together, with pages."""
    database = folder / "warehouse.duckdb"
    _write_tables(database, (*CLEAN, *SPOILED.values()))
    (folder / "data_docs").mkdir()
    (folder / "data_docs" / "former.html").touch()
    return _run(database, folder / "data_docs")


@pytest.fixture(scope="module")
def missing(tmp_path_factory: pytest.TempPathFactory) -> Results:
    """Outcomes where one table is missing, one lacks a column and one is empty."""
    database = tmp_path_factory.mktemp("missing") / "warehouse.duckdb"
    _write_tables(database, ((FIGURES, FIGURE),))
    with closing(duckdb.connect(str(database))) as connection:
        connection.execute("drop table marts.fct_admissions")
        connection.execute("alter table marts.fct_figures drop column is_printed_at_place")
        connection.execute(f"drop table {CAUSES}")
    return _run(database)


def test_suites_are_read_without_great_expectations() -> None:
    code = (
        "import sys; from pipelines.expectations import load_suites; load_suites(); "
        "print('great_expectations' in sys.modules)"
    )
    finished = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert finished.stdout == "False\n"


def test_a_table_has_a_suite_and_the_findings_one_for_each_rule() -> None:
    suites = [(suite.name, suite.table) for suite in load_suites()]
    rules = [(f"rules.{rule_code}", FINDINGS) for rule_code in read_codes("rules")]
    assert suites == [(ADMISSIONS, ADMISSIONS), (FIGURES, FIGURES), *rules, (COMPARISONS, COMPARISONS)]


def test_a_rule_that_is_new_has_a_suite_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    row = {**read_codes("rules")["wording"], "rule_code": "new_rule", "label_vi": "Quy tắc mới", "label_en": "New rule"}
    monkeypatch.setattr(runner, "read_codes", lambda table: {**read_codes(table), "new_rule": row})
    (suite,) = [suite for suite in load_suites() if suite.name == "rules.new_rule"]
    assert (suite.title_vi, suite.title_en) == ("Quy tắc mới", "New rule")
    assert [expected.name for expected in suite.expectations] == ["no_figure_is_doubted_by_new_rule"]


def test_every_rule_of_the_warehouse_has_a_suite(warehouse: duckdb.DuckDBPyConnection) -> None:
    rules = warehouse.execute(
        "select rule_code from reports.rpt_published_total_comparisons union select rule_code from reports.rpt_findings"
    ).fetchall()
    assert rules
    assert {f"rules.{rule_code}" for (rule_code,) in rules} <= {suite.name for suite in load_suites()}


def test_suites_are_titled_and_described_in_both_languages() -> None:
    for suite in load_suites():
        texts = (suite.title_vi, suite.title_en, suite.description_vi, suite.description_en)
        assert all(text == text.strip() != "" for text in texts), suite.name
        assert suite.title_vi != suite.title_en
        assert suite.description_vi.endswith((".", "?")) and suite.description_en.endswith((".", "?"))  # noqa: PT018


def test_names_and_reasons_are_sentences() -> None:
    for suite in load_suites():
        for expected in suite.expectations:
            assert re.fullmatch(r"[a-z0-9]+(_[a-z0-9]+)+", expected.name)
            assert not expected.reason.endswith(".")


def test_two_expectations_of_one_name_are_refused() -> None:
    with pytest.raises(ValueError, match="2 expectations of 'marts[.]t' are named 'rows_are_present'"):
        _make_suite("marts.t", _EXPECT_ROWS, _EXPECT_ROWS)


@pytest.mark.parametrize(
    ("names", "said"), [(("a", "a"), "named 'a'"), (("a", "b"), "named 'marts[.]t: rows_are_present'")]
)
def test_two_suites_that_would_be_taken_for_one_are_refused(
    names: tuple[str, ...], said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    codes = {"names": {str(number): {"name": name} for number, name in enumerate(names)}, "rules": read_codes("rules")}
    family = SuiteFamily(codes="names", build=lambda row: _make_suite("marts.t", _EXPECT_ROWS, name=row["name"]))
    monkeypatch.setattr(runner, "read_codes", codes.__getitem__)
    monkeypatch.setattr(expectations.fct_figures, "SUITE", family)
    with pytest.raises(ValueError, match=said):
        load_suites()


def test_clean_tables_pass(clean: Results) -> None:
    assert [outcome for outcome in clean.values() if not outcome.is_passed] == []


def test_every_expectation_has_one_outcome_in_order(clean: Results) -> None:
    expected = [(suite.table, expected.name) for suite in load_suites() for expected in suite.expectations]
    assert list(clean) == expected


def test_every_expectation_but_presence_has_a_spoiled_row(clean: Results) -> None:
    names = {(table, name.rpartition(":")[2]) for name, (table, _) in SPOILED.items()}
    presence = {(ADMISSIONS, "admissions_are_present"), (COMPARISONS, "comparisons_are_present")}
    assert names | presence == set(clean)


@pytest.mark.parametrize("name", SPOILED)
def test_spoiled_row_is_found(spoiled: Results, name: str) -> None:
    table, row = SPOILED[name]
    outcome = spoiled[table, name.rpartition(":")[2]]
    assert (outcome.is_passed, outcome.unexpected_count, len(outcome.examples)) == (False, 1, 1)
    example = outcome.examples[0]
    shared = {column: row[column] for column in example if column in row}
    assert shared
    assert {column: example[column] for column in shared} == shared


def test_severity_is_that_of_the_suite(spoiled: Results) -> None:
    declared = {
        (suite.table, expected.name): expected.severity for suite in load_suites() for expected in suite.expectations
    }
    assert {key: outcome.severity for key, outcome in spoiled.items()} == declared


def test_contradictions_do_not_block(spoiled: Results) -> None:
    outcomes = [outcome for (table, _), outcome in spoiled.items() if table == FINDINGS]
    assert {outcome.is_passed for outcome in outcomes} == {False}
    assert {outcome.is_blocking for outcome in outcomes} == {False}


def test_a_doubt_is_shown_with_its_figures_bounds_suspects_repairs_and_sentences(spoiled: Results) -> None:
    (example,) = spoiled[FINDINGS, "no_figure_is_doubted_by_share_against_counts"].examples
    shown = (
        "figure_ids",
        "observed",
        "expected_low",
        "expected_high",
        "suspects",
        "repairs",
        "message_vi",
        "message_en",
    )
    assert {column: example[column] for column in shown} == {column: DOUBT[column] for column in shown}


def test_what_the_cause_of_another_finding_explains_is_doubted_with_the_suspects_of_that(tmp_path: Path) -> None:
    told = {
        **COMPARISON,
        "comparison_id": "c8",
        "verdict": "contradicted",
        "figure_ids": "f1|f8",
        "severity": "warning",
    }
    doubts = _list_doubts(
        tmp_path / "warehouse.duckdb",
        "share_against_counts",
        (FINDINGS, {**DOUBT, "finding_id": "c9", "rule_code": "yearly_average_against_total"}),
        (COMPARISONS, told),
        (COMPARISONS, {**told, "comparison_id": "c9", "rule_code": "yearly_average_against_total"}),
        (CAUSES, {"comparison_id": "c8", "root_comparison_id": "c9", "figure_id": "f8"}),
        (CAUSES, {"comparison_id": "c8", "root_comparison_id": "c9", "figure_id": "f9"}),
        (CAUSES, {"comparison_id": "c9", "root_comparison_id": "c9", "figure_id": "f8"}),
    )
    assert [(row["finding_id"], row["figure_ids"], row["suspects"], row["repairs"]) for row in doubts] == [
        ("c9", "f1|f8", DOUBT["suspects"], DOUBT["repairs"])
    ]


def test_a_contradiction_that_is_a_finding_is_doubted_once_and_one_that_is_none_is_not_lost(tmp_path: Path) -> None:
    contradiction = {**COMPARISON, "verdict": "contradicted", "severity": "warning"}
    doubts = _list_doubts(
        tmp_path / "warehouse.duckdb",
        "share_against_counts",
        (FINDINGS, {**DOUBT, "finding_id": "c1", "rule_code": "share_against_counts"}),
        (COMPARISONS, contradiction),
        (COMPARISONS, {**contradiction, "comparison_id": "c2", "figure_ids": "f3|f4"}),
    )
    assert [(row["finding_id"], row["figure_ids"]) for row in doubts] == [("c1", "f8|f9"), (None, "f3|f4")]


def test_errors_block(spoiled: Results) -> None:
    assert spoiled[ADMISSIONS, "groups_above_their_totals_are_named"].is_blocking


def test_build_file_is_free_afterwards(spoiled: Results, folder: Path) -> None:
    assert spoiled
    code = "import duckdb, sys; duckdb.connect(sys.argv[1]).execute('create table written as select 1')"
    subprocess.run([sys.executable, "-c", code, folder / "warehouse.duckdb"], check=True)


def test_missing_table_fails_every_expectation_on_it(missing: Results) -> None:
    outcomes = [outcome for (table, _), outcome in missing.items() if table == ADMISSIONS]
    assert all(outcome.is_blocking and not outcome.is_passed for outcome in outcomes)
    assert all(outcome.observed.startswith(f"table {ADMISSIONS} cannot be checked: ") for outcome in outcomes)
    assert len(outcomes) == len(load_suites()[0].expectations)


def test_a_table_without_which_no_rule_can_be_judged_blocks_every_rule(missing: Results) -> None:
    outcomes = [outcome for (table, _), outcome in missing.items() if table == FINDINGS]
    assert len(outcomes) == len(read_codes("rules"))
    assert all(outcome.is_blocking and "int_contradictions_localised" in outcome.observed for outcome in outcomes)


def test_missing_column_fails_only_what_needs_it(missing: Results) -> None:
    outcomes = {name: outcome for (table, name), outcome in missing.items() if table == FIGURES}
    failed = [outcome for outcome in outcomes.values() if not outcome.is_passed]
    assert [outcome.name for outcome in failed] == ["figures_are_printed_at_their_place"]
    assert failed[0].is_blocking
    assert "is_printed_at_place" in failed[0].observed


def test_empty_table_is_not_published(missing: Results) -> None:
    failed = [outcome for (table, _), outcome in missing.items() if table == COMPARISONS and not outcome.is_passed]
    assert [(outcome.name, outcome.observed, outcome.is_blocking) for outcome in failed] == [
        ("comparisons_are_present", "0", True)
    ]


def test_expectation_that_cannot_be_built_fails(tmp_path: Path) -> None:
    database = tmp_path / "warehouse.duckdb"
    _write_tables(database, CLEAN)
    broken = Expected(name="nothing_is_named", severity="warning", reason="why", build=lambda gxe: gxe.ExpectNothing())
    suites = [_make_suite(FIGURES, broken), _make_suite(ADMISSIONS, _EXPECT_ROWS)]
    failed, passed = validate(database, tmp_path / "data_docs", suites)
    assert (failed.is_blocking, passed.is_passed) == (True, True)
    assert "ExpectNothing" in failed.observed


def test_missing_build_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="no build file at"):
        validate(tmp_path / "warehouse.duckdb")


def test_examples_are_limited_and_counts_are_not(tmp_path: Path) -> None:
    database = tmp_path / "warehouse.duckdb"
    rows = tuple((FIGURES, {**FIGURE, "figure_id": f"f{number:03}", "value": 31}) for number in range(250))
    _write_tables(database, rows)
    suite = _make_suite(
        FIGURES,
        Expected(
            name="query_finds_nothing",
            severity="error",
            reason="why",
            build=no_rows("select figure_id from {batch} where value = 31 order by figure_id desc"),
        ),
        Expected(
            name="values_are_small",
            severity="error",
            reason="why",
            build=lambda gxe: gxe.ExpectColumnValuesToBeBetween(column="value", max_value=30),
        ),
    )
    by_query, by_column = validate(database, tmp_path / "data_docs", [suite])
    assert (by_query.unexpected_count, len(by_query.examples)) == (250, SHOWN_ROWS)
    assert (by_column.unexpected_count, len(by_column.examples)) == (250, SHOWN_ROWS)
    assert by_query.examples[0] == {"figure_id": "f249"}
    assert (by_query.observed, by_column.observed) == ("rows found: 250", "250 of 250 rows")
    page = (tmp_path / "data_docs" / f"{FIGURES}.html").read_text(encoding="utf-8")
    assert page.count("20 dòng đầu trong 250 dòng") == 2


def test_pages_replace_the_former_ones(spoiled: Results, folder: Path) -> None:
    assert spoiled
    assert sorted(path.name for path in folder.iterdir()) == ["data_docs", "warehouse.duckdb"]
    assert not (folder / "data_docs" / "former.html").exists()


def _read_page(folder: Path, name: str) -> str:
    return (folder / "data_docs" / f"{name}.html").read_text(encoding="utf-8")


def test_index_counts_and_links_every_suite_in_both_languages(spoiled: Results, folder: Path) -> None:
    index = _read_page(folder, "index")
    passed = sum(outcome.is_passed for outcome in spoiled.values())
    assert f"{passed} trên {len(spoiled)} kỳ vọng đạt" in index
    assert f"{passed} of {len(spoiled)} expectations passed" in index
    assert re.findall(r"<h2>(.*?)</h2>", index) == TABLES_IN_ORDER
    lines = re.findall(r'<tr class="(\w+)"><td><a href="(.*?)">(.*?)</a> <span lang="en">(.*?)</span>', index)
    assert [(link, title_vi, title_en) for _, link, title_vi, title_en in lines] == [
        (f"{suite.name}.html", suite.title_vi, suite.title_en) for suite in load_suites()
    ]
    assert {state for state, link, *_ in lines if link.startswith("rules.")} == {"warning"}
    assert [state for state, link, *_ in lines if link == f"{FIGURES}.html"] == ["error"]
    assert "<td>0 / 1</td><td>1</td>" in index


def test_page_of_a_suite_names_its_expectations_and_leads_to_what_was_recorded(spoiled: Results, folder: Path) -> None:
    for suite in load_suites():
        page = _read_page(folder, suite.name)
        texts = (suite.title_vi, suite.title_en, suite.description_vi, suite.description_en, suite.table)
        assert all(escape(text) in page for text in texts)
        names = [outcome.name for outcome in spoiled.values() if outcome.suite == suite.name]
        assert re.findall(r'<h2 lang="en">(.*?)</h2>', page) == [name.replace("_", " ") for name in names]
        home, recorded = re.findall(r'href="([^"]+)"', page)
        assert home == "index.html"
        assert suite.name in (folder / "data_docs" / recorded).read_text(encoding="utf-8")


def test_pages_show_the_rows_that_fail(spoiled: Results, folder: Path) -> None:
    assert spoiled
    # one below the other, or each by itself where there is something to read
    assert "<tr><td>y3</td>" in _read_page(folder, FIGURES)
    page = _read_page(folder, "rules.share_against_counts")
    assert "<dt>message_vi</dt><dd>Đảng bộ xã A, 2008–2016: tổng phải từ 1.760 đến 1.772</dd>" in page
    assert "<dt>expected_low</dt><dd>1760</dd>" in page
    assert '<dt>suspects</dt><dd><span class="item">f8</span> <span class="item">f9</span></dd>' in page


def test_pages_keep_texts_of_sources_from_being_markup(spoiled: Results, folder: Path) -> None:
    assert spoiled
    page = _read_page(folder, "rules.share_against_counts")
    assert "<dd>&lt;img src=x&gt;</dd>" in page
    assert "<img" not in page


def test_pages_load_nothing_from_elsewhere(spoiled: Results, folder: Path) -> None:
    assert spoiled
    pages = list((folder / "data_docs").rglob("*.html"))
    # of each suite ours, what was recorded and what was expected
    assert len(pages) == 1 + 3 * len(load_suites())
    for page in pages:
        html = page.read_text(encoding="utf-8")
        assert "default-src 'none'" in html
        assert re.findall(r"<(?:script|iframe|object)\b|(?:src|url\()[=\"']*\s*https?:|<link\b[^>]*https?:", html) == []
