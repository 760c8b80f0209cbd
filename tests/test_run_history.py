"""What a run did is written to the lake once, whether it published anything or not."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from pipelines.lake import Lake
from pipelines.paths import Paths
from pipelines.run_history import RUN, explain_outcome, record_run
from pipelines.run_reports import FailedCheck, RunReport, StepReport

if TYPE_CHECKING:
    from pathlib import Path

NIGHT = dt.datetime(2026, 11, 1, 19, tzinfo=dt.UTC)
SECOND = dt.timedelta(seconds=1)


@pytest.fixture
def paths(tmp_path: Path) -> Paths:
    paths = Paths(tmp_path)
    paths.warehouse.mkdir(parents=True)
    paths.published_database.write_bytes(b"12345")
    return paths


def report(paths: Paths, **changes: object) -> RunReport:
    steps = (
        StepReport(step_code="lake", started_at=NIGHT, ended_at=NIGHT + 2.5 * SECOND, is_finished=True),
        StepReport(step_code="warehouse", started_at=NIGHT, ended_at=NIGHT + 9 * SECOND, is_finished=False),
    )
    fields: dict[str, object] = {
        "run_id": "a",
        "started_at": NIGHT,
        "finished_at": NIGHT + 31 * SECOND,
        "outcome": "published",
        "batch_ids": ("b1", "b2"),
        "steps": steps,
        "published_tables": {"marts.fct_figures": 3, "reports.rpt_findings": 4},
        "database": str(paths.published_database),
        "data_docs": "",
        "log": "",
    }
    return RunReport.model_validate(fields | changes)


def record(report: RunReport, paths: Paths) -> list[dict[str, object]]:
    record_run(report, Lake(paths.lake), paths.lake, now=NIGHT + 40 * SECOND)
    return Lake(paths.lake).records("runs").drop("batch_id", "recorded_at").to_dicts()


def test_a_run_that_published_is_written_down_with_its_steps_and_tables(paths: Paths) -> None:
    run, lake, warehouse = record(report(paths), paths)
    start = NIGHT.replace(tzinfo=None)
    tables = Lake(paths.lake).records("run_tables")

    assert run == {
        "run_id": "a",
        "step_code": RUN,
        "ending_code": "published",
        "reason": None,
        "started_at": start,
        "ended_at": start + 31 * SECOND,
        "seconds": Decimal(31),
        "batch_ids": "b1|b2",
        "table_count": 2,
        "row_count": 7,
        "lake_bytes": sum(file.stat().st_size for file in (paths.lake / "run_tables").iterdir()),
        "published_bytes": 5,
    }
    assert (lake["step_code"], lake["ending_code"], lake["seconds"]) == ("lake", "finished", Decimal("2.5"))
    assert (warehouse["step_code"], warehouse["ending_code"]) == ("warehouse", "failed")
    assert dict(tables.select("table_name", "row_count").iter_rows()) == report(paths).published_tables


def test_a_run_that_was_blocked_says_why_and_has_no_rows(paths: Paths) -> None:
    checks = (
        FailedCheck(table="marts.fct_figures", name="figures_stand_there", severity="error", message="2 rows"),
        FailedCheck(table="marts.fct_figures", name="figures_are_plausible", severity="warning", message="1 row"),
    )
    blocked = report(paths, outcome="blocked", failed_checks=checks, published_tables={})
    run, *_ = record(blocked, paths)

    assert (run["ending_code"], run["reason"]) == ("blocked", "marts.fct_figures: figures_stand_there")
    assert (run["row_count"], run["published_bytes"]) == (None, None)
    assert Lake(paths.lake).records("run_tables").is_empty()


def test_a_run_is_written_down_once(paths: Paths) -> None:
    assert record(report(paths), paths) == record(report(paths), paths)


def test_a_clock_that_is_put_back_makes_no_run_shorter_than_nothing(paths: Paths) -> None:
    run, *_ = record(report(paths, finished_at=NIGHT - 31 * SECOND), paths)

    assert run["seconds"] == 0
    assert run["ended_at"] == run["started_at"]


def test_an_outcome_is_explained_on_one_line(paths: Paths) -> None:
    assert explain_outcome(report(paths, outcome="failed", errors=("no space\n\nleft",))) == "no space left"
    assert explain_outcome(report(paths)) is None
