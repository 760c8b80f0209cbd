"""The history of runs: what each did and how long it took is written to the lake when it has ended.

The model ``rpt_run_history`` reports on it; alerts compare a night with the one before.
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pipelines.lake import Lake
    from pipelines.run_reports import RunReport

RUN = "run"
"""The step that stands for the whole run."""


def record_run(report: RunReport, lake: Lake, lake_folder: Path, *, now: dt.datetime) -> None:
    """Write down what a run did, once.

    Args:
        report: The run.
        lake: Where it is written.
        lake_folder: What is measured.
        now: The time, with a time zone.
    """
    if report.run_id in lake.records("runs")["run_id"]:
        return
    # tables first: the run exists when its own row does
    tables = [
        {"run_id": report.run_id, "table_name": name, "row_count": count}
        for name, count in report.published_tables.items()
    ]
    lake.append_records("run_tables", tables, now=now)
    run: dict[str, object] = {
        "run_id": report.run_id,
        "step_code": RUN,
        "ending_code": report.outcome,
        "reason": explain_outcome(report),
        **_measure(report.started_at, report.finished_at),
        "batch_ids": "|".join(report.batch_ids) or None,
        "lake_bytes": sum(file.stat().st_size for file in lake_folder.rglob("*.parquet")),
    }
    if report.outcome == "published":
        database = Path(report.database)
        run |= {
            "table_count": len(report.published_tables),
            "row_count": sum(report.published_tables.values()),
            "published_bytes": database.stat().st_size,
        }
    steps = [
        {
            "run_id": report.run_id,
            "step_code": step.step_code,
            "ending_code": "finished" if step.is_finished else "failed",
            **_measure(step.started_at, step.ended_at),
        }
        for step in report.steps
    ]
    lake.append_records("runs", [run, *steps], now=now)


def explain_outcome(report: RunReport) -> str | None:
    """Say why nothing was published, on one line; None if it was.

    Args:
        report: The run.
    """
    if report.outcome == "published":
        return None
    checks = [f"{check.table}: {check.name}" for check in report.failed_checks if check.severity == "error"]
    return " ".join("; ".join([*report.errors, *checks]).split()) or None


def _measure(started_at: dt.datetime, ended_at: dt.datetime) -> dict[str, object]:
    moments = [moment.astimezone(dt.UTC).replace(tzinfo=None) for moment in (started_at, ended_at)]
    # a clock that was put back does not make a run shorter than nothing
    seconds = max(ended_at - started_at, dt.timedelta()).total_seconds()
    return {
        "started_at": moments[0],
        "ended_at": max(moments),
        "seconds": Decimal(str(seconds)),
    }
