"""The command, run as people run it: four nights on two publications, and what can be asked afterwards."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb
import polars as pl
import pytest
from typer.testing import CliRunner

from pipelines.cli import app
from pipelines.lake import Lake
from pipelines.paths import Paths
from pipelines.run_reports import RunReport, read_report
from pipelines.settings import CHECKOUT

if TYPE_CHECKING:
    from click.testing import Result

PUBLICATIONS = ("da-nang-2023", "tan-son-2017")
COMMAND = Path(sys.executable).with_name("ketnap")


@dataclass(frozen=True)
class Night:
    """What a run of ``ketnap build`` left."""

    exit_code: int
    output: str
    report: RunReport
    batch_ids: list[str]
    published_sha256: str


@dataclass(frozen=True)
class Nights:
    """Four runs in a row on one root."""

    paths: Paths
    first: Night
    second: Night
    blocked: Night
    looked_back: Night
    looked_back_database: Path


@pytest.fixture(scope="session")
def nights(tmp_path_factory: pytest.TempPathFactory) -> Nights:
    """Build, build again, break a figure and build, then, without raw files, build what was known after the first."""
    root = tmp_path_factory.mktemp("nights")
    raw = CHECKOUT / "data" / "raw"
    for source in ("article_notes", "published_figures"):
        (root / "data" / "raw" / source).mkdir(parents=True)
        shutil.copy(raw / source / "_source.yml", root / "data" / "raw" / source)
        for publication_id in PUBLICATIONS:
            shutil.copytree(raw / source / publication_id, root / "data" / "raw" / source / publication_id)
    paths = Paths(root)
    first = run_night(paths)
    second = run_night(paths, "--full")
    misplace_a_figure(paths)
    blocked = run_night(paths)
    moment = f"{first.report.finished_at:%Y-%m-%d %H:%M:%S}"
    moved_away = paths.raw.rename(root / "moved_away")
    looked_back = run_night(paths, "--as-of", moment)
    moved_away.rename(paths.raw)
    (looked_back_database,) = (paths.warehouse / "as_of").glob("*.duckdb")
    return Nights(paths, first, second, blocked, looked_back, looked_back_database)


def run_night(paths: Paths, *arguments: str) -> Night:
    run = subprocess.run(
        [COMMAND, "build", *arguments],
        env=os.environ | {"KETNAP_ROOT": str(paths.root)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    report = read_report(paths.last_run)
    assert report is not None, run.stdout
    sha256 = hashlib.sha256(paths.published_database.read_bytes()).hexdigest()
    return Night(run.returncode, run.stdout, report, Lake(paths.lake).batch_ids(), sha256)


def misplace_a_figure(paths: Paths) -> None:
    """Let a figure point beside the number it was read from, as after a careless edit of the text."""
    file = paths.raw / "published_figures" / "da-nang-2023" / "figures.csv"
    rows = list(csv.reader(io.StringIO(file.read_text(encoding="utf-8"))))
    start, end = rows[0].index("char_start"), rows[0].index("char_end")
    rows[2][start], rows[2][end] = str(int(rows[2][start]) + 1), str(int(rows[2][end]) + 1)
    with file.open("w", encoding="utf-8", newline="") as target:
        csv.writer(target, lineterminator="\n").writerows(rows)


@pytest.fixture
def published(nights: Nights, monkeypatch: pytest.MonkeyPatch) -> Paths:
    monkeypatch.setenv("KETNAP_ROOT", str(nights.paths.root))
    return nights.paths


@pytest.fixture
def nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("KETNAP_ROOT", str(tmp_path))
    return tmp_path


def invoke(*arguments: str) -> Result:
    return CliRunner().invoke(app, arguments)


# ketnap build


def test_a_first_build_takes_everything_in_and_publishes(nights: Nights) -> None:
    first = nights.first

    assert first.exit_code == 0, first.output
    assert first.report.outcome == "published"
    assert first.report.file_count == 6
    assert first.report.found_count == first.report.accepted_count + first.report.rejected_count > 6
    assert list(first.report.batch_ids) == first.batch_ids
    assert first.report.dbt_tests.passed > 100
    assert first.report.expectations.passed > 10
    assert first.report.published_tables["marts.fct_figures"] > 0
    assert str(nights.paths.published_database) in first.output
    assert (nights.paths.data_docs / "index.html").is_file()


def test_a_second_build_with_nothing_new_appends_no_batch(nights: Nights) -> None:
    assert nights.second.exit_code == 0, nights.second.output
    assert "nothing new" in nights.second.output
    assert nights.second.report.batch_ids == ()
    assert nights.second.batch_ids == nights.first.batch_ids


def test_a_second_build_publishes_the_same_rows(nights: Nights) -> None:
    first, second = nights.first.report.published_tables, nights.second.report.published_tables

    # the second knows of the first run
    assert second["reports.rpt_run_history"] > first["reports.rpt_run_history"] == 0
    assert second | {"reports.rpt_run_history": 0} == first


def test_a_failed_check_of_severity_error_leaves_the_former_file_untouched(nights: Nights) -> None:
    blocked = nights.blocked

    assert blocked.exit_code == 1, blocked.output
    assert blocked.report.outcome == "blocked"
    assert blocked.published_sha256 == nights.second.published_sha256
    assert blocked.report.published_tables == {}
    assert "the former file is untouched" in blocked.output
    assert "marts.fct_figures: figures_are_printed_at_their_place" in blocked.output
    assert blocked.report.failed_checks[0].severity == "error"


def test_the_batch_of_a_blocked_build_is_kept(nights: Nights) -> None:
    assert len(nights.blocked.batch_ids) == 2
    assert nights.blocked.batch_ids[-1:] == list(nights.blocked.report.batch_ids)


def test_a_build_of_what_was_known_holds_every_row_as_it_was(nights: Nights) -> None:
    looked_back = nights.looked_back

    assert looked_back.exit_code == 0, looked_back.output
    assert looked_back.batch_ids == nights.blocked.batch_ids
    assert str(nights.looked_back_database) in looked_back.output
    tables = "select table_schema, table_name, table_type from information_schema.tables order by all"
    with (
        duckdb.connect(str(nights.paths.published_database), read_only=True) as current,
        duckdb.connect(str(nights.looked_back_database), read_only=True) as past,
    ):
        names = current.execute(tables).fetchall()
        assert past.execute(tables).fetchall() == names
        for schema, name, _ in names:
            # a run is written down when it has ended, later than what it published was known
            if name == "rpt_run_history":
                continue
            query = f"select * from {schema}.{name} order by all"
            assert past.execute(query).fetchall() == current.execute(query).fetchall(), name


def test_the_lake_remembers_runs_but_no_look_back(nights: Nights) -> None:
    records = Lake(nights.paths.lake).records("runs")
    runs = records.filter(records["step_code"] == "run")
    with duckdb.connect(str(nights.paths.published_database), read_only=True) as connection:
        history = connection.execute(
            "select run_id, is_published, row_count from reports.rpt_run_history where step_code = 'run'"
        ).fetchall()

    assert runs["run_id"].to_list() == [night.report.run_id for night in (nights.first, nights.second, nights.blocked)]
    assert runs["ending_code"].to_list() == ["published", "published", "blocked"]
    assert runs["reason"].to_list()[:2] == [None, None]
    assert "figures_are_printed_at_their_place" in runs["reason"][2]
    # the file was published by the second
    assert history == [(nights.first.report.run_id, True, sum(nights.first.report.published_tables.values()))]
    assert {"lake", "derived", "warehouse", "expectations"} <= set(records["step_code"])


def test_without_recipients_nothing_is_queued_or_sent(nights: Nights) -> None:
    lake = Lake(nights.paths.lake)

    assert lake.records("messages").is_empty()
    assert lake.records("deliveries").is_empty()
    assert "notice:" not in nights.first.output
    assert nights.first.report.notices == ()


def test_a_build_of_what_was_known_changes_nothing_of_the_current_warehouse(nights: Nights) -> None:
    assert nights.looked_back.published_sha256 == nights.blocked.published_sha256
    assert nights.looked_back.report == nights.blocked.report


@pytest.mark.parametrize("readme", ["README.md", "README.vi.md"])
def test_the_readme_counts_what_a_build_counts(nights: Nights, readme: str) -> None:
    counted = r"\(dbt\) \(\d+\)|built +\d+|dbt tests +\d+ passed|expectations +\d+|published +\d+ tables"
    shown = re.findall(counted, (CHECKOUT / readme).read_text(encoding="utf-8"))

    assert len(shown) == 5
    # two publications have other findings than all of them
    assert [one for one in shown if "expectations" not in one] == [
        one for one in re.findall(counted, nights.first.output) if "expectations" not in one
    ]


def test_the_log_of_dagster_goes_to_a_file_and_not_to_the_screen(nights: Nights) -> None:
    assert "RUN_START" not in nights.first.output
    assert "ASSET_CHECK_EVALUATION" not in nights.first.output
    assert "Started execution of run" in nights.paths.run_log.read_text(encoding="utf-8")


def test_dagster_does_not_report_home(nights: Nights) -> None:
    assert "telemetry:\n  enabled: false" in (nights.paths.dagster_home / "dagster.yaml").read_text(encoding="utf-8")


def test_a_moment_that_is_none_is_refused(nothing: Path) -> None:
    result = invoke("build", "--as-of", "yesterday")

    assert result.exit_code == 2
    assert "'yesterday' is no moment" in result.output
    assert list(nothing.iterdir()) == []


# ketnap sql


def test_a_query_is_answered_as_a_table(published: Paths) -> None:
    result = invoke("sql", "select figure_id, printed from marts.fct_figures where figure_id = 'da-nang-2023-002'")

    assert result.exit_code == 0
    assert "da-nang-2023-002" in result.output
    assert "996" in result.output
    assert "1 row" in result.output


def test_a_table_says_that_rows_are_left_out(published: Paths) -> None:
    result = invoke("sql", "select * from range(5) as numbers (n)", "--limit", "3")

    assert "the first 3 rows; there are more: --limit 0 shows all" in result.output


def test_a_long_value_is_not_cut_off(published: Paths) -> None:
    result = invoke("sql", "select repeat('x', 500) as text, repeat('y', 400) as other")

    assert "x" * 500 in result.output
    assert "y" * 400 in result.output


def test_a_query_is_answered_as_json_without_losing_digits(published: Paths) -> None:
    query = (
        "select 39.66::decimal(18, 6) as pct, 123456789012.345678::decimal(18, 6) as long, null as gone, 'Ô' as text"
    )
    result = invoke("sql", query, "--format", "json")

    (row,) = json.loads(result.output, parse_float=Decimal)
    assert row == {"pct": Decimal("39.66"), "long": Decimal("123456789012.345678"), "gone": None, "text": "Ô"}


def test_an_empty_answer_is_json_too(published: Paths) -> None:
    assert json.loads(invoke("sql", "select 1 as n where false", "--format", "json").output) == []


def test_a_query_is_answered_as_csv(published: Paths) -> None:
    result = invoke(
        "sql", "select 1746.000000::decimal(18, 6) as n, date '2022-01-31' as day, null as gone", "--format", "csv"
    )

    assert result.output == "n,day,gone\n1746,2022-01-31,\n"


def test_a_query_is_written_as_parquet(published: Paths, tmp_path: Path) -> None:
    target = tmp_path / "figures.parquet"
    result = invoke("sql", "select figure_id from marts.fct_figures", "--format", "parquet", "--output", str(target))

    assert result.exit_code == 0
    assert str(target) in result.output.replace("\n", "")
    assert pl.read_parquet(target).height == read_count(published, "marts.fct_figures")


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("select * from nowhere", "Table with name nowhere does not exist"),
        ("selec 1", "syntax error"),
        ("delete from marts.fct_figures", "read-only"),
        ("select * from read_csv('/etc/passwd')", "disabled"),
        ("set enable_external_access = true", "locked"),
        ("attach 'other.duckdb'", "disabled"),
    ],
)
def test_a_query_that_cannot_be_answered_is_one_line(published: Paths, query: str, message: str) -> None:
    result = invoke("sql", query)

    assert result.exit_code == 2
    assert message in result.output
    assert len(result.output.strip().splitlines()) == 1


def test_a_query_without_a_warehouse_says_what_to_do(nothing: Path) -> None:
    result = invoke("sql", "select 1")

    assert result.exit_code == 2
    assert "ketnap" in result.output


# ketnap findings


def test_findings_are_sentences_in_vietnamese(published: Paths) -> None:
    result = invoke("findings", "--severity", "warning", "--organisation", "tân sơn")

    assert result.exit_code == 0
    assert "cảnh báo · mâu thuẫn" in result.output
    assert "1.746" in result.output
    assert result.output.strip().endswith("phát hiện")


def test_findings_are_sentences_in_english(published: Paths) -> None:
    result = invoke("findings", "--severity", "warning", "--lang", "en")

    assert "warning · contradicted" in result.output
    assert "1,746" in result.output
    assert result.output.strip().endswith("findings")


def test_an_organisation_is_found_without_marks(published: Paths) -> None:
    assert (
        invoke("findings", "--organisation", "TAN SON").output == invoke("findings", "--organisation", "Tân Sơn").output
    )


def test_an_organisation_without_findings_has_none(published: Paths) -> None:
    result = invoke("findings", "--organisation", "không có tên này")

    assert result.exit_code == 0
    assert result.output.strip() == "không có phát hiện nào"


# ketnap status


def test_the_status_says_what_is_there_and_what_failed(published: Paths) -> None:
    result = invoke("status")

    assert result.exit_code == 0
    assert str(published.published_database) in result.output
    assert "marts.fct_figures" in result.output
    assert Lake(published.lake).batch_ids()[-1] in result.output
    assert "blocked" in result.output
    assert "figures_are_printed_at_their_place" in result.output


@pytest.mark.parametrize("command", ["status", "findings"])
def test_without_a_warehouse_both_languages_say_what_to_do(nothing: Path, command: str) -> None:
    result = invoke(command)

    assert result.exit_code == 1
    assert "Chưa có kho dữ liệu" in result.output
    assert "There is no warehouse" in result.output


@pytest.mark.parametrize("command", ["build", "sql", "findings", "status", "documents", "ui", "alerts", "heartbeat"])
def test_every_command_has_help(command: str) -> None:
    result = invoke(command, "--help")

    assert result.exit_code == 0
    assert "Usage" in result.output


def read_count(paths: Paths, table: str) -> int:
    with duckdb.connect(str(paths.published_database), read_only=True) as connection:
        (count,) = connection.execute(f"select count(*) from {table}").fetchall()[0]
        return int(count)


# ketnap explain


def test_explain_shows_the_chain_of_a_figure(published: Paths) -> None:
    result = invoke("explain", "tan-son-2017-008", "--lang", "en")

    assert result.exit_code == 0, result.output
    assert "true value: 1,746" in result.output
    assert "verdict: contradicted" in result.output
    assert "would be [1,760; 1,772]; perhaps 1.764 (two neighbouring digits exchanged), 1.766" in result.output
    assert "tan-son-2017-009 196; would be 194" in result.output


def test_explain_speaks_vietnamese_by_default(published: Paths) -> None:
    result = invoke("explain", "tan-son-2017-015")

    assert "kết luận: mâu thuẫn" in result.output
    assert "giá trị thật: [0,315; 0,33) %" in result.output


def test_explain_lists_all_figures_of_an_organisation_and_a_period(published: Paths) -> None:
    result = invoke("explain", "--organisation", "tan son", "--period", "2008", "--lang", "en")

    assert result.exit_code == 0, result.output
    assert "8 figures" in result.output
    assert "tan-son-2017-019" not in result.output


@pytest.mark.parametrize("arguments", [("no-such-figure",), ("--organisation", "Nơi không có")])
def test_explain_says_that_there_is_no_such_figure(published: Paths, arguments: tuple[str, ...]) -> None:
    result = invoke("explain", *arguments)

    assert result.exit_code == 2
    assert "the warehouse has no" in result.stderr


@pytest.mark.parametrize("arguments", [(), ("tan-son-2017-008", "--organisation", "Tân Sơn")])
def test_explain_wants_a_figure_or_an_organisation(published: Paths, arguments: tuple[str, ...]) -> None:
    assert invoke("explain", *arguments).exit_code == 2
