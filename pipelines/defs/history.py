"""Dagster's run history: written cheaply, freed of runs that nobody executes any more, kept for a year."""

import datetime as dt
import sqlite3
from collections import OrderedDict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import dagster as dg
from dagster._core.storage.event_log import SqliteEventLogStorage
from dagster._serdes import ConfigurableClassData
from sqlalchemy import Connection, Engine, create_engine, event

from pipelines.locks import is_held
from pipelines.paths import load_paths

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

_PATIENCE = 20
"""Seconds for which another process that writes is waited for."""

_MOST_OPEN = 4
"""Files: the index, and those of the runs that are written or looked at."""

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


class EventLogs(SqliteEventLogStorage):
    """Dagster's event logs in SQLite, with connections that are kept.

    Dagster makes a connection for every event, and when the last one of a file closes, SQLite moves its log into the
    file and waits for the disk: a quarter of a small night. Without that wait a power cut may cost the last events of
    the history, never its integrity (https://sqlite.org/pragma.html#pragma_synchronous).

    Args:
        base_dir: Where the files are, one for each run.
        inst_data: How Dagster's instance names this class.
    """

    def __init__(self, base_dir: str, inst_data: ConfigurableClassData | None = None) -> None:
        self._engines: OrderedDict[str, Engine] = OrderedDict()
        super().__init__(base_dir, inst_data)

    @classmethod
    def config_type(cls) -> dict[str, Any]:
        """Return what the instance configuration may say: nothing, so that a root can be moved."""
        return {}

    @classmethod
    def from_config_value(cls, inst_data: ConfigurableClassData | None, config_value: Mapping[str, Any]) -> "EventLogs":
        """Return the logs of the root that the settings name."""
        return cls(str(load_paths().event_logs), inst_data, **config_value)

    @contextmanager
    def _connect(self, shard: str) -> Iterator[Connection]:
        with self._db_lock, self._find_engine(shard).begin() as connection:
            yield connection

    def _find_engine(self, shard: str) -> Engine:
        engine = self._engines.pop(shard, None)
        if engine is None:
            engine = create_engine(self.conn_string_for_shard(shard), connect_args={"timeout": _PATIENCE})
            event.listen(engine, "connect", _relax)
            self._initdb(engine)
        self._engines[shard] = engine
        if len(self._engines) > _MOST_OPEN:
            self._engines.popitem(last=False)[1].dispose()
        return engine

    def dispose(self) -> None:
        """Close what is open."""
        super().dispose()
        while self._engines:
            self._engines.popitem()[1].dispose()


def _relax(connection: sqlite3.Connection, _: object) -> None:
    connection.execute("pragma synchronous = normal")
