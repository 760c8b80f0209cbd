"""What a run did, in a form that outlives it: written by every run, read by ``ketnap status``."""

from __future__ import annotations

import datetime as dt  # noqa: TC003 - pydantic reads annotations while it runs
from typing import TYPE_CHECKING, Literal

from pydantic import BaseModel

from pipelines.whole_files import replace_text

if TYPE_CHECKING:
    from pathlib import Path

Outcome = Literal["published", "blocked", "failed"]
"""``blocked``: a check found an error; ``failed``: the run could not do its work. Either keeps the former file."""


class FailedCheck(BaseModel, frozen=True):
    """A check that found something.

    Attributes:
        table: ``schema.table``.
        name: A sentence in snake case.
        severity: An error blocks the publication, a warning is published with the data.
        message: What was found.
    """

    table: str
    name: str
    severity: Literal["error", "warning"]
    message: str


class CheckCounts(BaseModel, frozen=True):
    """How many checks of one kind passed, warned and failed."""

    passed: int = 0
    warned: int = 0
    failed: int = 0


class StepReport(BaseModel, frozen=True):
    """A step of a run.

    Attributes:
        step_code: Dagster's name of it.
        started_at: UTC.
        ended_at: UTC.
        is_finished: Whether it did its work; a check that found an error keeps it from that too.
    """

    step_code: str
    started_at: dt.datetime
    ended_at: dt.datetime
    is_finished: bool


class RunReport(BaseModel, frozen=True):
    """What one run did.

    Attributes:
        run_id: Dagster's identifier.
        started_at: UTC.
        finished_at: UTC.
        outcome: How it ended.
        as_of: Moment of an as-of run, UTC.
        batch_ids: The batches that were appended, oldest first.
        file_count: New files.
        found_count: Records found in them.
        accepted_count: Records accepted.
        rejected_count: Records rejected.
        table_count: Tables and views that dbt built.
        dbt_tests: Results of dbt's data tests.
        expectations: Results of the expectations.
        failed_checks: Every check that warned or failed; errors first.
        errors: Why the run failed, one entry a failed step.
        steps: Steps that were started and have ended, in that order.
        published_tables: Rows by ``schema.table``; empty if nothing was published.
        notices: What went wrong after the run: what could not be written down, or told.
        database: The published file.
        data_docs: Great Expectations' pages.
        log: Everything Dagster said.
    """

    run_id: str
    started_at: dt.datetime
    finished_at: dt.datetime
    outcome: Outcome
    as_of: dt.datetime | None = None
    batch_ids: tuple[str, ...] = ()
    file_count: int = 0
    found_count: int = 0
    accepted_count: int = 0
    rejected_count: int = 0
    table_count: int = 0
    dbt_tests: CheckCounts = CheckCounts()
    expectations: CheckCounts = CheckCounts()
    failed_checks: tuple[FailedCheck, ...] = ()
    errors: tuple[str, ...] = ()
    steps: tuple[StepReport, ...] = ()
    published_tables: dict[str, int] = {}
    notices: tuple[str, ...] = ()
    database: str
    data_docs: str
    log: str


def write_report(report: RunReport, path: Path) -> None:
    """Write a report; a reader sees the former one or this one, never half of it."""
    replace_text(path, report.model_dump_json(indent=2) + "\n")


def read_report(path: Path) -> RunReport | None:
    """Return the report of the last run, or None if there was none."""
    return RunReport.model_validate_json(path.read_text(encoding="utf-8")) if path.is_file() else None
