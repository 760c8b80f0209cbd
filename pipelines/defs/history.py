"""Dagster's run history: written cheaply, freed of runs that nobody executes any more, kept for a year."""

import datetime as dt
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import dagster as dg
from sqlalchemy import Engine, event

from pipelines.locks import is_held

KEPT_FOR = dt.timedelta(days=366)

WRITES = {"ketnap/writes": "warehouse"}
"""Marks runs of which there is one at a time; the limit stands in Dagster's instance configuration."""

IN_PROGRESS = (
    dg.DagsterRunStatus.QUEUED,
    dg.DagsterRunStatus.NOT_STARTED,
    dg.DagsterRunStatus.STARTING,
    dg.DagsterRunStatus.STARTED,
    dg.DagsterRunStatus.CANCELING,
)

_GRACE = 300.0
"""Seconds within which a run that has started holds the lock."""

_PORTION = 100
"""Runs are deleted so many at a time: a year is more than memory should hold."""


def list_runs_in_progress(instance: dg.DagsterInstance) -> list[dg.DagsterRun]:
    """Return the runs that write, or are about to."""
    return list(instance.get_runs(dg.RunsFilter(statuses=list(IN_PROGRESS), tags=WRITES)))


def list_abandoned_runs(instance: dg.DagsterInstance, build_lock: Path | None, *, now: float) -> list[dg.DagsterRun]:
    """Return runs that the history calls running although their process was killed.

    Args:
        instance: The history.
        build_lock: What a run holds as long as it lives; None if whoever asks holds it.
        now: Seconds since 1970.
    """
    started = instance.get_run_records(dg.RunsFilter(statuses=[dg.DagsterRunStatus.STARTED], tags=WRITES))
    # a clock that was set back since lets a run start in the future
    old = [record.dagster_run for record in started if abs(now - (record.start_time or 0)) > _GRACE]
    return [] if build_lock is not None and is_held(build_lock) else old


def fail_abandoned_runs(instance: dg.DagsterInstance, build_lock: Path | None, *, now: float) -> list[str]:
    """Mark such runs as failed, for which the next one would wait for ever; see `list_abandoned_runs`.

    Returns:
        Their identifiers.
    """
    abandoned = list_abandoned_runs(instance, build_lock, now=now)
    for run in abandoned:
        instance.report_run_failed(run, "the process of this run was killed; the next one starts over")
    return [run.run_id for run in abandoned]


def prune_history(instance: dg.DagsterInstance, *, now: dt.datetime) -> int:
    """Delete runs that ended more than a year ago, with their events and logs.

    Args:
        instance: The history.
        now: The time, with a time zone.

    Returns:
        How many.
    """
    ended = [dg.DagsterRunStatus.SUCCESS, dg.DagsterRunStatus.FAILURE, dg.DagsterRunStatus.CANCELED]
    old = dg.RunsFilter(statuses=ended, created_before=now - KEPT_FOR)
    count = 0
    while runs := instance.get_runs(old, limit=_PORTION):
        for run in runs:
            instance.delete_run(run.run_id)
            instance.compute_log_manager.delete_logs(prefix=[run.run_id])
        count += len(runs)
    return count


@contextmanager
def keep_history_open() -> Iterator[None]:
    """Spare SQLite the disk while the history is written.

    Dagster opens and closes a connection for every event. When the last connection of a file closes, SQLite moves its
    log into the file and waits for the disk; while one more is open it does neither. Without that wait a power cut may
    cost the last events of the history, never its integrity (https://sqlite.org/pragma.html#pragma_synchronous).
    """
    open_files: dict[str, sqlite3.Connection] = {}

    def relax(connection: object, _: object) -> None:
        if not isinstance(connection, sqlite3.Connection):
            return
        connection.execute("pragma synchronous = normal")
        ((_, _, file),) = connection.execute("pragma database_list").fetchall()
        if file and file not in open_files:
            open_files[file] = sqlite3.connect(file, check_same_thread=False)
        if file:
            # only a connection that has read counts as one
            open_files[file].execute("pragma schema_version").fetchone()

    event.listen(Engine, "connect", relax)
    try:
        yield
    finally:
        event.remove(Engine, "connect", relax)
        for connection in open_files.values():
            connection.close()
