"""``ketnap build``: runs the nightly job, shows how far it is, and says what it did."""

from __future__ import annotations

import gc
import shutil
import time
from typing import TYPE_CHECKING

from rich.status import Status

from pipelines.faults import explain_fault
from pipelines.languages import format_noun
from pipelines.locks import LockedError, hold_lock
from pipelines.paths import load_paths

if TYPE_CHECKING:
    import datetime as dt

    from rich.console import Console

    from pipelines.defs.recordings import Progress
    from pipelines.run_reports import CheckCounts, FailedCheck, RunReport

SHOWN_CHECKS = 10
"""Checks that warned or failed are named up to this number."""


def build(console: Console, *, as_of: dt.datetime | None, is_full: bool, is_told: bool = True) -> int:
    """Run the nightly job.

    Args:
        console: Where progress and summary go.
        as_of: Build what was known at this moment, beside the current warehouse; UTC, without a time zone.
        is_full: Remove what earlier builds left.
        is_told: Whether the lake remembers the run and people are told.

    Returns:
        0 if the result was published, 1 if not.
    """
    started = time.monotonic()
    # Dagster and dbt make millions of objects that live as long as the run; looking through them again and again for
    # garbage takes a sixth of its time
    gc.set_threshold(200_000, 20, 100)
    try:
        # a run that is at work also writes the log, the report and Dagster's history, so all are left alone until then
        with hold_lock(load_paths().build_lock):
            if is_full:
                shutil.rmtree(load_paths().build, ignore_errors=True)
            report = _run(console, as_of, is_told=is_told)
    except Exception as error:
        # without room for its own log and report a run cannot even be recorded
        explanation = str(error) if isinstance(error, LockedError) else explain_fault(error)
        if explanation is None:
            raise
        console.print(f"error: {explanation}", style="red", highlight=False, markup=False, soft_wrap=True)
        return 1
    print_summary(report, time.monotonic() - started, console)
    return 0 if report.outcome == "published" else 1


def _run(console: Console, as_of: dt.datetime | None, *, is_told: bool) -> RunReport:
    with Status("loading Dagster and dbt", console=console) as status:
        from pipelines.definitions import definitions
        from pipelines.defs.runs import run_nightly_build

        return run_nightly_build(
            definitions, as_of=as_of, is_told=is_told, on_progress=lambda progress: _show(progress, console, status)
        )


def print_summary(report: RunReport, seconds: float, console: Console) -> None:
    """Print what a run did in so many seconds, and where its result is."""
    rows = [("new", _describe_batch(report))]
    if report.table_count:
        rows.append(("built", f"{format_noun(report.table_count, 'table')} and views in DuckDB"))
    for label, counts in (
        ("dbt tests", report.dbt_tests),
        ("expectations", report.expectations),
    ):
        if any(counts.model_dump().values()):
            rows.append((label, _describe_checks(counts)))
    if report.published_tables:
        total = format_noun(sum(report.published_tables.values()), "row")
        rows.append(("published", f"{format_noun(len(report.published_tables), 'table')}, {total}"))
    console.print()
    for label, text in rows:
        console.print(f"{label:<13} {text}", highlight=False, markup=False, soft_wrap=True)
    print_checks(report.failed_checks, console)
    for error in report.errors:
        console.print(f"error: {error}", style="red", highlight=False, markup=False, soft_wrap=True)
    for notice in report.notices:
        console.print(f"notice: {notice}", style="yellow", highlight=False, markup=False, soft_wrap=True)
    _print_outcome(report, seconds, console)


def _print_outcome(report: RunReport, seconds: float, console: Console) -> None:
    console.print()
    if report.outcome == "published":
        lines = [
            f"published in {seconds:.0f} s",
            f"result        {report.database}",
            f"Data Docs     {report.data_docs}/index.html",
        ]
        style = "green"
    else:
        kept = "the former file is untouched" if _is_file(report.database) else "there is no former file"
        reason = "a check of severity error failed" if report.outcome == "blocked" else "the run failed"
        lines = [f"not published after {seconds:.0f} s: {reason}; {kept}", f"file          {report.database}"]
        style = "red"
    console.print(lines[0], style=style, highlight=False, soft_wrap=True)
    for line in [*lines[1:], f"log           {report.log}"]:
        console.print(line, highlight=False, markup=False, soft_wrap=True)


def print_checks(checks: tuple[FailedCheck, ...], console: Console) -> None:
    """Name the checks that warned or failed."""
    for check in checks[:SHOWN_CHECKS]:
        style = "red" if check.severity == "error" else "yellow"
        text = f"{check.severity:<8}{check.table}: {check.name} ({check.message})"
        console.print(text, style=style, highlight=False, markup=False, soft_wrap=True)
    if len(checks) > SHOWN_CHECKS:
        console.print(f"… and {len(checks) - SHOWN_CHECKS} more", highlight=False)


def _describe_batch(report: RunReport) -> str:
    if report.as_of is not None:
        return f"nothing taken in: this is what was known at {report.as_of.isoformat(sep=' ')} UTC"
    if not report.batch_ids:
        return "nothing new"
    files, records = format_noun(report.file_count, "file"), format_noun(report.found_count, "record")
    counts = f"{report.accepted_count:,} accepted, {report.rejected_count:,} rejected"
    batches = f"batch {report.batch_ids[0]}" if len(report.batch_ids) == 1 else f"{len(report.batch_ids)} batches"
    return f"{files}, {records} found: {counts}; {batches}"


def _describe_checks(counts: CheckCounts) -> str:
    return f"{counts.passed:,} passed, {counts.warned:,} warned, {counts.failed:,} failed"


def _is_file(path: str) -> bool:
    from pathlib import Path

    return Path(path).is_file()


def _show(progress: Progress, console: Console, status: Status) -> None:
    count = f" ({progress.count})" if progress.count > 1 else ""
    if progress.state in ("started", "advanced"):
        status.update(f"{progress.step}{count}")
    else:
        mark = "[green]✓[/]" if progress.state == "finished" else "[red]✗[/]"
        console.print(f"{mark} {progress.step}{count} {progress.seconds:.1f} s", highlight=False)
