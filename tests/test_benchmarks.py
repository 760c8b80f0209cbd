"""What a benchmark compares must be the same: tables made in two ways, numbers found in the same reports."""

from __future__ import annotations

import datetime as dt
import json
import os
import subprocess
import sys
from dataclasses import asdict
from typing import TYPE_CHECKING

import duckdb
import polars as pl
import pytest

from benchmarks.comparison import TABLES, list_differences
from benchmarks.ingest import Size, judge
from benchmarks.lake_generator import ADDED_MONTH, LINES, LakeGenerator, list_months
from benchmarks.limit import build_limit
from benchmarks.measurement import Cost, measure
from benchmarks.nodes import Node, divide_clock, read_nodes
from benchmarks.report_comparison import list_differences as list_different_numbers
from benchmarks.report_generator import FORM_CODE, draw_numbers, place_reports, write_reports
from benchmarks.workbook_loop import extract_numbers
from pipelines.forms import list_checks
from pipelines.ingestion import Ingestion, ingest
from pipelines.lake import Lake
from pipelines.layouts import find_form, read_layouts
from pipelines.observations import PARTS, PROVENANCE
from pipelines.paths import CHECKOUT_PATHS, Paths
from pipelines.settings import CHECKOUT
from pipelines.vocabulary import read_codes

if TYPE_CHECKING:
    from pathlib import Path

MONTHS = list_months(3)
COMMUNES = 20
# with this one, Hà Nội's file of the first month comes again with the added month, that of the second comes late
SEED = 478688


def generate(folder: Path, *, seed: int = SEED) -> LakeGenerator:
    return LakeGenerator(folder, first_month=MONTHS[0], commune_count=COMMUNES, seed=seed)


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory) -> Lake:
    folder = tmp_path_factory.mktemp("generated")
    generate(folder).write_batches([*MONTHS, ADDED_MONTH])
    return Lake(folder)


@pytest.mark.parametrize("part", PARTS)
def test_a_generated_lake_has_the_schema_that_readers_write(lake: Lake, part: str) -> None:
    assert lake.read(part).schema == pl.Schema({**PROVENANCE, **PARTS[part]})


def test_every_file_accounts_for_its_observations(lake: Lake) -> None:
    counted = lake.read("observations").group_by("batch_id", "file_path").len("accepted_count")
    files = lake.read("files")

    assert files.select("batch_id", "file_path").is_duplicated().sum() == 0
    assert files.filter(pl.col("found_count") != COMMUNES * len(LINES)).is_empty()
    assert sorted(counted.rows()) == sorted(files.select(counted.columns).cast(counted.schema).rows())


def test_a_file_comes_again_and_one_comes_late(lake: Lake) -> None:
    files = lake.read("files").sort("batch_id", "file_path")

    assert [(row["batch_id"][:6], row["file_path"]) for row in files.iter_rows(named=True)] == [
        ("202411", "commune_reports/01/2024-10.csv"),
        ("202501", "commune_reports/01/2024-11.csv"),
        ("202501", "commune_reports/01/2024-12.csv"),
        ("202502", "commune_reports/01/2024-10.csv"),
        ("202502", "commune_reports/01/2025-01.csv"),
    ]
    assert files["file_sha256"].n_unique() == files.height


def test_partitions_add_up_and_other_lines_are_parts(lake: Lake) -> None:
    facets = {code: row["facet_code"] for code, row in read_codes("groups").items()}
    lines = lake.read("observations").with_columns(facet=pl.col("group_code").replace_strict(facets))
    key = ["batch_id", "organisation_name", "starts_on"]
    wholes = lines.filter(group_code="all").select(*key, whole="value")
    sums = (
        lines.filter(pl.col("facet").is_in(["age", "general_education"])).group_by(*key, "facet").agg(pl.sum("value"))
    )
    checked = sums.join(wholes, on=key)

    assert checked.height == 2 * wholes.height
    assert checked.filter(pl.col("value") != pl.col("whole")).is_empty()
    assert lines.join(wholes, on=key).filter(pl.col("value") > pl.col("whole")).is_empty()
    assert 0 < wholes.filter(pl.col("whole") > 0).height < wholes.height


def test_identifiers_are_unique_and_lines_are_known(lake: Lake) -> None:
    observations = lake.read("observations")

    assert observations["observation_id"].is_duplicated().sum() == 0
    assert observations.select("batch_id", "figure_id").is_duplicated().sum() == 0
    assert set(LINES) <= set(read_codes("groups"))
    assert set(observations["group_code"]) == set(LINES)


def test_a_restated_file_says_something_else(lake: Lake) -> None:
    versions = lake.read("observations").filter(pl.col("file_path").str.ends_with("2024-10.csv"))
    values = versions.group_by("figure_id").agg(pl.len(), distinct=pl.col("value").n_unique())

    assert values["len"].unique().to_list() == [2]
    assert sorted(values["distinct"].unique()) == [1, 2]


def test_the_same_seed_gives_the_same_month_after_any_history(lake: Lake, tmp_path: Path) -> None:
    generator = LakeGenerator(tmp_path / "short", first_month=MONTHS[-1], commune_count=COMMUNES, seed=SEED)
    generator.write_batches([MONTHS[-1], ADDED_MONTH])
    generate(tmp_path / "other", seed=SEED + 1).write_batches([*MONTHS, ADDED_MONTH])

    def month(lake: Lake) -> pl.DataFrame:
        return lake.read("observations").filter(starts_on=ADDED_MONTH).sort("figure_id")

    assert month(Lake(tmp_path / "short")).equals(month(lake))
    assert not month(Lake(tmp_path / "other")).equals(month(lake))


def test_the_product_and_the_limit_make_the_same_tables(tmp_path: Path) -> None:
    paths = Paths(tmp_path)
    generator = generate(paths.lake)

    def list_differences_after(months: list[dt.date], *, built_until: str) -> list[str]:
        generator.write_batches(months)
        run = subprocess.run(
            [sys.executable, "-m", "benchmarks.product"],
            cwd=CHECKOUT,
            env=os.environ | {"KETNAP_ROOT": str(tmp_path)},
            capture_output=True,
            text=True,
            check=False,
        )
        assert run.returncode == 0, run.stderr[-4000:]
        assert f"built until {built_until!r}" in run.stdout
        # an increment loads no seeds
        seeds = set() if built_until else {"seed"}
        assert {node.kind for node in read_nodes(run.stdout)} == {"python", "model", "test"} | seeds
        database = tmp_path / f"limit_{len(months)}.duckdb"
        build_limit(paths, database, memory_limit="1GB")
        return list_differences(paths.build_database, database)

    assert list_differences_after(MONTHS, built_until="") == []
    newest_batch = max(Lake(paths.lake).batch_ids())
    # what the first build left is built upon; with the month come a file restated and a late one
    assert list_differences_after([ADDED_MONTH], built_until=newest_batch) == []


@pytest.mark.parametrize("table", TABLES)
def test_a_row_that_differs_is_named(tmp_path: Path, table: str) -> None:
    files = [tmp_path / "one.duckdb", tmp_path / "other.duckdb"]
    for file in files:
        with duckdb.connect(str(file)) as connection:
            for name in TABLES:
                connection.execute(f"create schema if not exists {name.partition('.')[0]}")
                connection.execute(
                    f"create table {name} as select * from (values ('all', 2), ('women', 1)) as t(code, count)"
                )

    assert list_differences(*files) == []
    with duckdb.connect(str(files[1])) as connection:
        connection.execute(f"update {table} set count = 3 where code = 'women'")
    (difference,) = list_differences(*files)
    assert difference.startswith(f"{table}: 1 rows only in the product, such as")


def test_the_clock_is_divided_among_what_runs_at_once() -> None:
    nodes = [Node("a", "model", 10.0, 4.0), Node("b", "test", 12.0, 4.0), Node("c", "model", 20.0, 1.0)]
    printed = "".join(f"{json.dumps(asdict(node))}\n" for node in nodes)

    assert read_nodes(f"something else\n{printed}") == nodes
    assert divide_clock(nodes) == {"model": 4.0, "test": 3.0}
    assert divide_clock([]) == {}


def test_what_measures_a_run_is_not_measured_with_it(tmp_path: Path) -> None:
    ballast = bytearray(b"x" * 400_000_000)
    cost = measure([sys.executable, "-c", "import time; time.sleep(1)"], environment={}, log=tmp_path / "small")

    assert len(ballast) > 10 * cost.peak_bytes > 0


def test_a_run_is_measured_with_its_children_and_stopped_in_time(tmp_path: Path) -> None:
    child = "data = bytearray(200_000_000); import time; time.sleep(0.5)"
    parent = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {child!r}]); print('done')"

    cost = measure([sys.executable, "-c", parent], environment={}, log=tmp_path / "children")
    stopped = measure(
        [sys.executable, "-c", "import time; time.sleep(60)"], environment={}, log=tmp_path / "endless", wall_limit=0.3
    )

    assert (cost.exit_code, cost.is_stopped, cost.output) == (0, False, "done\n")
    assert cost.process_count == 2
    assert cost.peak_bytes > 200_000_000
    assert stopped.is_stopped
    assert stopped.exit_code < 0


# reports

REPORTS = 5


@pytest.fixture(scope="module")
def taken_in(tmp_path_factory: pytest.TempPathFactory) -> tuple[Paths, Ingestion]:
    """Take in some generated reports; beside the lake stands what the loop finds in them."""
    paths = Paths(tmp_path_factory.mktemp("reports"))
    place_reports(write_reports(paths.root / "generated", REPORTS, seed=SEED), paths.raw)
    extract_numbers(paths.raw, paths.root / "loop.parquet")
    now = dt.datetime(2025, 11, 1, tzinfo=dt.UTC)
    return paths, ingest(paths.raw, Lake(paths.lake), now=now, max_bytes=10**6)


def test_a_drawn_report_adds_up_and_a_third_of_its_lines_has_nobody() -> None:
    found = find_form(read_layouts(CHECKOUT_PATHS.raw / "commune_reports"), FORM_CODE)
    assert found is not None
    form = found[1]
    checks = list(list_checks(form, dict(enumerate(form.lines)), dict(enumerate(form.columns))))
    counts = [
        {
            code: [numbers.get(line.key, {}).get(code) for line in form.lines]
            for code in ("this_period", "earlier_period")
        }
        for numbers in (draw_numbers(form, str(seed)) for seed in range(100))
    ]
    columns = [column for report in counts for column in report.values()]
    lines = [number for column in columns for number, line in zip(column, form.lines, strict=True) if line.label]

    assert len(checks) == 3
    for column in columns:
        for check in checks:
            assert sum(float(column[part] or 0) for part in check.plus) == column[check.whole]
    assert 0.3 < sum(not number for number in lines) / len(lines) < 0.4
    assert 0.1 < lines.count(0) / len(lines) < 0.2
    assert len({str(report) for report in counts}) == len(counts)


def test_generated_reports_are_taken_in_whole(taken_in: tuple[Paths, Ingestion]) -> None:
    paths, ingestion = taken_in
    observations = Lake(paths.lake).read("observations")

    assert (ingestion.file_count, ingestion.rejected_count) == (REPORTS, 0)
    assert ingestion.accepted_count == observations.height > 50 * REPORTS
    assert observations["organisation_name"].n_unique() == REPORTS


def test_the_product_and_the_loop_find_the_same_numbers(taken_in: tuple[Paths, Ingestion]) -> None:
    paths, _ = taken_in

    assert pl.read_parquet(paths.root / "loop.parquet").height > 20 * REPORTS
    assert list_different_numbers(paths.lake, paths.root / "loop.parquet") == []


@pytest.mark.parametrize("changed", ["file_path", "organisation_name", "period_text", "this_period", "percent"])
def test_a_number_that_only_one_of_them_finds_is_named(
    taken_in: tuple[Paths, Ingestion], changed: str, tmp_path: Path
) -> None:
    paths, _ = taken_in
    extracted = pl.read_parquet(paths.root / "loop.parquet")
    other = pl.lit("another") if extracted.schema[changed] == pl.String else pl.lit(7_000_000.0)
    row = pl.int_range(pl.len()) == extracted[changed].is_not_null().arg_max()
    extracted.with_columns(pl.when(row).then(other).otherwise(changed).alias(changed)).write_parquet(tmp_path / "x")

    in_lake, in_loop = list_different_numbers(paths.lake, tmp_path / "x")
    assert " only in the lake, such as (" in in_lake
    assert ("another" if extracted.schema[changed] == pl.String else "7000000") in in_loop


def test_a_number_that_is_found_twice_is_named(taken_in: tuple[Paths, Ingestion], tmp_path: Path) -> None:
    paths, _ = taken_in
    extracted = pl.read_parquet(paths.root / "loop.parquet")
    pl.concat([extracted, extracted.tail(1)]).write_parquet(tmp_path / "twice")

    assert list_different_numbers(paths.lake, tmp_path / "twice") != []


START = 0.3
"""Seconds in which Python starts."""


def cost(seconds: float, *, peak_bytes: int = 2**28, exit_code: int = 0) -> Cost:
    step = json.dumps(asdict(Node("ingest", "python", START, seconds - START)))
    return Cost(seconds, seconds, peak_bytes, 1, exit_code, is_stopped=False, output=step, errors="")


def measured(tmp_path: Path, **changes: list[Cost]) -> list[Size]:
    """Return what was measured of 100 and 1,000 files, all bounds kept but for what is changed of the latter."""
    tenth = Size(100, Paths(tmp_path), ("first run",))
    whole = Size(1_000, Paths(tmp_path), ("limit", "loop", "first run", "second run"))
    tenth.costs["first run"] = [cost(START + 1)]
    costs = {"limit": [cost(5)], "loop": [cost(100)], "first run": [cost(10)], "second run": [cost(0.4)]}
    whole.costs |= costs | {name.replace("_", " "): rounds for name, rounds in changes.items()}
    return [tenth, whole]


@pytest.mark.parametrize(
    ("changes", "broken"),
    [
        ({}, []),
        ({"limit": [cost(3)]}, ["1,000 files: first run / limit"]),
        ({"loop": [cost(79)]}, ["1,000 files: first run / loop"]),
        # compared with itself, the start of Python left out
        ({"second_run": [cost(0.7)]}, []),
        ({"second_run": [cost(0.8)]}, ["1,000 files: second run / first run"]),
        ({"first_run": [cost(11.2)]}, []),
        ({"first_run": [cost(11.4)]}, ["first run, seconds a file: 1,000 / 100 files"]),
        # the fastest round counts, and the most memory of any
        ({"first_run": [cost(20), cost(10)]}, []),
        ({"first_run": [cost(10), cost(20, peak_bytes=2**31)]}, ["first run, peak memory, GiB"]),
        # what has failed once was not measured
        ({"loop": [cost(100), cost(1, exit_code=1)]}, ["1,000 files: first run / loop"]),
    ],
)
def test_a_bound_that_does_not_hold_is_named(changes: dict[str, list[Cost]], broken: list[str], tmp_path: Path) -> None:
    assert [bound.text for bound in judge(measured(tmp_path, **changes)) if not bound.holds] == broken


def test_the_whole_benchmark_of_ingestion_runs_and_leaves_nothing(tmp_path: Path) -> None:
    run = subprocess.run(
        [sys.executable, "-m", "benchmarks.ingest", "--files", "3", "--rounds", "1", "--root", str(tmp_path)],
        cwd=CHECKOUT,
        capture_output=True,
        text=True,
        check=False,
    )

    # so few files show no speed
    assert (run.returncode, run.stderr) == (1, "")
    assert "round 1 of 1: 3 files, second run: ended" in run.stdout
    assert "failed" not in run.stdout
    assert "not the same" not in run.stdout
    assert "not measured" not in run.stdout
    assert list(tmp_path.iterdir()) == []
