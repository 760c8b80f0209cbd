"""Dagster's history while a run writes it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import dagster as dg
from sqlalchemy import text

from pipelines.defs.history import EventLogs
from pipelines.defs.runs import prepare_instance
from pipelines.paths import Paths

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import pytest


@dg.op
def nothing() -> None:
    """Do nothing, which is written down all the same."""


@dg.job
def doing_nothing() -> None:
    nothing()


def run(root: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[dg.DagsterInstance]:
    """Run a job as a night is run, and give its history before it is closed and after it was opened again."""
    monkeypatch.setenv("KETNAP_ROOT", str(root))
    # set by the next line, and put back afterwards
    monkeypatch.setenv("DAGSTER_HOME", "")
    prepare_instance(Paths(root))
    with dg.DagsterInstance.get() as instance:
        assert doing_nothing.execute_in_process(instance=instance).success
        yield instance
    with dg.DagsterInstance.get() as instance:
        yield instance


def test_what_a_run_did_can_be_read_while_and_after_it_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = []
    for instance in run(tmp_path, monkeypatch):
        (found,) = instance.get_runs()
        assert isinstance(instance.event_log_storage, EventLogs)
        seen.append([entry.dagster_event_type for entry in instance.all_logs(found.run_id)])

    assert seen[0] == seen[1]
    assert seen[0][-1] == dg.DagsterEventType.RUN_SUCCESS


def test_the_log_is_moved_into_the_file_once_and_not_after_every_event(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sizes = []
    for instance in run(tmp_path, monkeypatch):
        (found,) = instance.get_runs()
        sizes.append((Paths(tmp_path).event_logs / f"{found.run_id}.db-wal").exists())

    assert sizes == [True, False]


def test_no_more_than_a_few_files_are_open(tmp_path: Path) -> None:
    logs = EventLogs(str(tmp_path))
    for number in range(20):
        with logs.run_connection(str(number)) as connection:
            assert connection.execute(text("select count(*) from event_logs")).scalar_one() == 0
    assert 1 <= len(list(tmp_path.glob("*.db-wal"))) <= 4

    logs.dispose()
    assert list(tmp_path.glob("*.db-wal")) == []
