"""The suites on tiny tables: clean ones pass, each planted row is found by the expectation that is meant to find it.

Great Expectations is slow to import, so it runs once on clean tables, once on spoiled ones and once on missing ones.
"""

from __future__ import annotations

import datetime as dt
import re
import subprocess
import sys
from contextlib import closing
from typing import TYPE_CHECKING

import duckdb
import pytest

from expectations import Expected, Suite, no_rows
from expectations.rpt_published_total_comparisons import RULES
from pipelines.expectations import SHOWN_ROWS, Outcome, load_suites, validate

if TYPE_CHECKING:
    from pathlib import Path

ADMISSIONS = "marts.fct_admissions"
FIGURES = "marts.fct_figures"
COMPARISONS = "reports.rpt_published_total_comparisons"
FINDINGS = "reports.rpt_findings"

TABLES = """
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
    organisation_id varchar, period_id varchar, verdict varchar, figure_ids varchar
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
    "rules_are_watched": (COMPARISONS, {**COMPARISON, "comparison_id": "<img src=x>", "rule_code": "new_rule"}),
    **{
        f"no_{rule_code}_is_contradicted": (
            COMPARISONS,
            {**COMPARISON, "comparison_id": f"z-{rule_code}", "rule_code": rule_code, "verdict": "contradicted"},
        )
        for rule_code, _ in RULES
    },
}
"""One row for each expectation, spoiled so that this expectation fails and no other."""

_EXPECT_ROWS = Expected(
    name="rows_are_present", severity="error", reason="why", build=no_rows("select 1 from {batch} where false")
)

Results = dict[tuple[str, str], Outcome]


def _write_tables(database: Path, rows: tuple[Row, ...]) -> None:
    with closing(duckdb.connect(str(database))) as connection:
        connection.execute(TABLES)
        for table, row in rows:
            marks = ", ".join("?" for _ in row)
            connection.execute(f"insert into {table} ({', '.join(row)}) values ({marks})", list(row.values()))


def _run(database: Path, data_docs: Path | None = None) -> Results:
    return {(outcome.table, outcome.name): outcome for outcome in validate(database, data_docs)}


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
    return _run(database)


def test_suites_are_read_without_great_expectations() -> None:
    code = (
        "import sys; from pipelines.expectations import load_suites; load_suites(); "
        "print('great_expectations' in sys.modules)"
    )
    finished = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert finished.stdout == "False\n"


def test_suites_are_named_after_their_tables() -> None:
    assert [suite.table for suite in load_suites()] == [ADMISSIONS, FIGURES, COMPARISONS]


def test_names_and_reasons_are_sentences() -> None:
    for suite in load_suites():
        for expected in suite.expectations:
            assert re.fullmatch(r"[a-z0-9]+(_[a-z0-9]+)+", expected.name)
            assert not expected.reason.endswith(".")


def test_two_expectations_of_one_name_are_refused() -> None:
    with pytest.raises(ValueError, match="2 expectations on 'marts[.]t' are named 'rows_are_present'"):
        Suite(table="marts.t", description="", identified_by=(), expectations=(_EXPECT_ROWS, _EXPECT_ROWS))


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
    outcome = spoiled[COMPARISONS, "no_share_against_counts_is_contradicted"]
    assert not outcome.is_blocking
    assert outcome.examples[0]["message_en"] == "agrees"


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
    suites = [
        Suite(table=FIGURES, description="", identified_by=("figure_id",), expectations=(broken,)),
        Suite(table=ADMISSIONS, description="", identified_by=("figure_id",), expectations=(_EXPECT_ROWS,)),
    ]
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
    suite = Suite(
        table=FIGURES,
        description="",
        identified_by=("figure_id",),
        expectations=(
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
        ),
    )
    by_query, by_column = validate(database, suites=[suite])
    assert (by_query.unexpected_count, len(by_query.examples)) == (250, SHOWN_ROWS)
    assert (by_column.unexpected_count, len(by_column.examples)) == (250, SHOWN_ROWS)
    assert by_query.examples[0] == {"figure_id": "f249"}
    assert (by_query.observed, by_column.observed) == ("rows found: 250", "250 of 250 rows")


def test_pages_replace_the_former_ones(spoiled: Results, folder: Path) -> None:
    assert spoiled
    assert sorted(path.name for path in folder.iterdir()) == ["data_docs", "warehouse.duckdb"]
    assert not (folder / "data_docs" / "former.html").exists()


def test_index_names_every_expectation_and_links_to_pages(spoiled: Results, folder: Path) -> None:
    index = (folder / "data_docs" / "index.html").read_text(encoding="utf-8")
    assert f"0 of {len(spoiled)} passed" not in index
    assert index.count("<tr class=") == len(spoiled)
    links = set(re.findall(r'href="([^"]+)"', index))
    assert len(links) == len(load_suites())
    assert all((folder / "data_docs" / link).is_file() for link in links)


def test_index_shows_the_rows_that_fail(spoiled: Results, folder: Path) -> None:
    assert spoiled
    index = (folder / "data_docs" / "index.html").read_text(encoding="utf-8")
    assert "<td>khớp</td>" in index
    assert "&lt;img src=x&gt;" in index
    assert "<img" not in index


def test_pages_load_nothing_from_elsewhere(spoiled: Results, folder: Path) -> None:
    assert spoiled
    pages = list((folder / "data_docs").rglob("*.html"))
    assert len(pages) == 1 + 2 * len(load_suites())
    for page in pages:
        html = page.read_text(encoding="utf-8")
        assert "default-src 'none'" in html
        assert re.findall(r"<(?:script|iframe|object)\b|(?:src|url\()[=\"']*\s*https?:|<link\b[^>]*https?:", html) == []
