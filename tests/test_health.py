"""What `ketnap doctor` finds, and that it says what to do about each."""

import datetime as dt
import errno
import json
import os
import shutil
import uuid
from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import duckdb
import pytest
from dagster._core.definitions.run_request import InstigatorType
from dagster._core.remote_origin import (
    ManagedGrpcPythonEnvCodeLocationOrigin,
    RemoteInstigatorOrigin,
    RemoteRepositoryOrigin,
)
from dagster._core.scheduler.instigation import InstigatorState, InstigatorStatus, ScheduleInstigatorData
from dagster._core.types.loadable_target_origin import LoadableTargetOrigin
from dagster._daemon.types import DaemonHeartbeat
from typer.testing import CliRunner

from pipelines import health
from pipelines.cli import app
from pipelines.defs.history import WRITES
from pipelines.defs.liveness import check_daemon, check_limits, check_runs, check_schedules, diagnose_operation
from pipelines.defs.runs import prepare_instance
from pipelines.health import (
    Diagnosis,
    check_lake,
    check_last_run,
    check_packages,
    check_published,
    check_python,
    check_rights,
    check_room,
    check_sources,
)
from pipelines.ingestion import ingest
from pipelines.lake import Lake
from pipelines.locks import hold_lock
from pipelines.paths import Paths
from pipelines.run_reports import FailedCheck, RunReport, write_report
from pipelines.settings import CHECKOUT

NOW = dt.datetime(2026, 11, 22, 12, tzinfo=dt.UTC)


@pytest.fixture
def paths(root: Path) -> Paths:
    """A root whose files are in the lake."""
    paths = Paths(root)
    ingest(paths.raw, Lake(paths.lake), now=NOW, max_bytes=10**6)
    return paths


def report(outcome: str = "published", **entries: object) -> RunReport:
    return RunReport.model_validate(
        {
            "run_id": "a",
            "started_at": NOW,
            "finished_at": NOW,
            "outcome": outcome,
            "database": "",
            "data_docs": "",
            "log": "run.log",
        }
        | entries
    )


def publish(paths: Paths, at: dt.datetime) -> None:
    paths.warehouse.mkdir(parents=True, exist_ok=True)
    with duckdb.connect(str(paths.published_database)) as connection:
        connection.execute("create or replace table a as select 1 as b")
    os.utime(paths.published_database, (at.timestamp(), at.timestamp()))


def see(diagnosis: Diagnosis, state: str, *words: str) -> None:
    assert diagnosis.state == state, diagnosis
    assert bool(diagnosis.remedy) == (state != "fine")
    for word in words:
        assert word in f"{diagnosis.found} {diagnosis.remedy}"


# the installation


@pytest.mark.parametrize(("installed", "state"), [("3.11.7", "fine"), ("3.10.12", "error"), ("3.14.0", "error")])
def test_only_a_python_that_is_tested_is_fine(installed: str, state: str) -> None:
    see(check_python(installed), state, installed)


def test_what_is_installed_here_is_what_is_pinned() -> None:
    see(check_packages(CHECKOUT / "requirements.lock"), "fine", "dagster 1.13", "duckdb 1.")


def test_a_package_of_another_version_and_a_missing_one_are_named(tmp_path: Path) -> None:
    lock = tmp_path / "requirements.lock"
    lines = ["polars==0.1 \\", "    --hash=sha256:00", "absent==1.0", "other==1.0 ; sys_platform == 'win32'", "# via"]
    lock.write_text("\n".join(lines), encoding="utf-8")
    found = check_packages(lock)

    see(found, "error", "polars is 2", "expected ==0.1", "absent is missing", "make .venv/installed")
    assert "other" not in found.found


# raw files and rights


def test_files_that_can_be_read_are_fine(paths: Paths) -> None:
    see(check_sources(paths), "fine", "6 files")


def test_a_source_without_a_description_is_named(paths: Paths) -> None:
    (paths.raw / "new").mkdir()

    see(check_sources(paths), "error", "'new' has no _source.yml")


def test_no_files_at_all_are_an_error(tmp_path: Path) -> None:
    see(check_sources(Paths(tmp_path)), "error", "KETNAP_ROOT")


def test_a_file_that_may_not_be_read_is_named(paths: Paths, monkeypatch: pytest.MonkeyPatch) -> None:
    # root may read everything
    monkeypatch.setattr(os, "access", lambda path, _: not str(path).endswith("text.txt"))

    see(check_sources(paths), "error", "article_notes/da-nang-2023/text.txt", f"uid {os.geteuid()}")


def test_a_folder_that_may_not_be_listed_is_named(paths: Paths, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> list[str]:
        raise PermissionError(errno.EACCES, "Permission denied", "data/raw/reports")

    monkeypatch.setattr(health, "list_files", refuse)
    see(check_sources(paths), "error", "may not open 'data/raw/reports'", "docs/operations.md")


def test_folders_that_may_not_be_written_are_named(paths: Paths, monkeypatch: pytest.MonkeyPatch) -> None:
    see(check_rights(paths), "fine")
    monkeypatch.setattr(os, "access", lambda path, _: not str(path).endswith("lake"))

    see(check_rights(paths), "error", str(paths.lake))


# the lake


def test_a_whole_lake_is_fine(paths: Paths) -> None:
    see(check_lake(paths), "fine", "5 files", "as they were written")


def test_damage_is_named(paths: Paths) -> None:
    (part,) = paths.lake.glob("texts/*.parquet")
    part.write_bytes(part.read_bytes()[:-1])

    see(check_lake(paths), "error", f"texts/{part.name} is changed", "back-up")


def test_a_lake_without_hashes_is_a_warning_until_it_is_sealed(paths: Paths) -> None:
    shutil.rmtree(paths.lake / "hashes")
    see(check_lake(paths), "warning", "5 files without a hash", "--seal")

    CliRunner().invoke(app, ["doctor", "--seal"])
    see(check_lake(paths), "fine")


# room, the last run, the published file


@pytest.mark.parametrize(("times", "state"), [(2, "fine"), (1, "warning"), (0, "error")])
def test_a_night_needs_room_for_what_it_writes(paths: Paths, times: int, state: str) -> None:
    publish(paths, NOW)
    written = paths.published_database.stat().st_size

    see(check_room(paths, 2**30 + times * written), state, "free")


def test_the_last_run_is_told_with_its_first_fault(paths: Paths) -> None:
    see(check_last_run(paths), "warning", "ketnap build")
    write_report(report(), paths.last_run)
    see(check_last_run(paths), "fine", "published 2026-11-22")
    write_report(report("failed", errors=["the disk is full\n\nmake room"]), paths.last_run)
    see(check_last_run(paths), "error", "failed", "the disk is full", "run.log")
    check = FailedCheck(table="marts.a", name="b_is_c", severity="error", message="1 row")
    write_report(report("blocked", failed_checks=[check]), paths.last_run)
    see(check_last_run(paths), "error", "blocked", "marts.a: b_is_c")


def test_a_run_at_work_is_fine(paths: Paths) -> None:
    write_report(report("failed"), paths.last_run)
    with hold_lock(paths.build_lock):
        see(check_last_run(paths), "fine", "at work")


@pytest.mark.parametrize(
    ("hours", "state", "word"),
    [(1, "fine", "1 table"), (27, "warning", "more than 26 hours"), (-1, "warning", "the clock was set back")],
)
def test_a_published_file_has_an_age(paths: Paths, hours: int, state: str, word: str) -> None:
    publish(paths, NOW - dt.timedelta(hours=hours))

    see(check_published(paths, now=NOW), state, word)


def test_a_published_file_that_is_none_is_an_error(paths: Paths) -> None:
    see(check_published(paths, now=NOW), "warning", "ketnap build")
    paths.warehouse.mkdir()
    paths.published_database.write_bytes(b"no database")

    see(check_published(paths, now=NOW), "error", "cannot be read", "--full")


# who runs the nights


@pytest.fixture
def instance(paths: Paths, monkeypatch: pytest.MonkeyPatch) -> Iterator[dg.DagsterInstance]:
    monkeypatch.setenv("DAGSTER_HOME", "")
    prepare_instance(paths)
    with dg.DagsterInstance.get() as opened:
        yield opened


def test_a_daemon_is_alive_while_it_says_so(instance: dg.DagsterInstance) -> None:
    see(check_daemon(instance, now=1000), "warning", "never was", "systemctl start ketnap-daemon")
    for name in ("SCHEDULER", "SENSOR", "QUEUED_RUN_COORDINATOR"):
        instance.add_daemon_heartbeat(DaemonHeartbeat(timestamp=1000.0, daemon_type=name, daemon_id="a"))

    see(check_daemon(instance, now=1010), "fine")
    see(check_daemon(instance, now=2000), "warning", "last alive 1970-01-01")
    # a clock that was set back
    see(check_daemon(instance, now=10), "warning")


def test_a_schedule_that_was_switched_off_is_named(instance: dg.DagsterInstance) -> None:
    see(check_schedules(instance), "fine")
    target = LoadableTargetOrigin(module_name="pipelines.definitions")
    repository = RemoteRepositoryOrigin(ManagedGrpcPythonEnvCodeLocationOrigin(target), "a")
    origin = RemoteInstigatorOrigin(repository, "nightly_build_schedule")
    data = ScheduleInstigatorData("0 2 * * *")
    instance.add_instigator_state(InstigatorState(origin, InstigatorType.SCHEDULE, InstigatorStatus.STOPPED, data))

    see(check_schedules(instance), "warning", "nightly_build_schedule")


def test_a_configuration_of_an_earlier_version_is_noticed(instance: dg.DagsterInstance, paths: Paths) -> None:
    see(check_limits(instance, paths), "fine")
    (paths.dagster_home / "dagster.yaml").write_text("telemetry: {enabled: false}\n", encoding="utf-8")
    with dg.DagsterInstance.get() as former:
        see(check_limits(former, paths), "warning", "no concurrency, run_monitoring, run_retries", "move")


def test_a_killed_run_is_noticed(instance: dg.DagsterInstance, paths: Paths) -> None:
    see(check_runs(instance, paths), "fine")
    status = dg.DagsterRunStatus.STARTED
    instance.add_run(dg.DagsterRun("nightly_build", run_id=str(uuid.uuid4()), status=status, tags=WRITES))

    see(check_runs(instance, paths), "warning", "1 run whose process was killed")


def test_nothing_is_asked_or_made_where_dagster_never_ran(paths: Paths) -> None:
    (diagnosis,) = diagnose_operation(paths)

    see(diagnosis, "warning", "has not run yet")
    assert not paths.dagster_home.exists()


def test_a_history_that_cannot_be_opened_is_told(paths: Paths, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DAGSTER_HOME", "")
    paths.dagster_home.mkdir(parents=True)
    (paths.dagster_home / "dagster.yaml").write_text("storage: {postgres: {postgres_url: {env: ABSENT}}}\n")
    (diagnosis,) = diagnose_operation(paths)

    see(diagnosis, "error", "cannot be opened")


# the command


def test_the_command_says_what_to_do_and_fails_only_for_errors(paths: Paths) -> None:
    healthy = CliRunner().invoke(app, ["doctor"])
    (part,) = paths.lake.glob("files/*.parquet")
    part.write_bytes(b"")
    damaged = CliRunner().invoke(app, ["doctor"])

    assert healthy.exit_code == 0, healthy.output
    assert "✓ lake" in healthy.output
    assert "→ begin with: ketnap build" in healthy.output
    assert damaged.exit_code == 1
    assert f"✗ lake        5 files, 0.0 MiB; damaged: files/{part.name} is changed" in damaged.output


def test_programs_get_a_list(paths: Paths) -> None:
    result = CliRunner().invoke(app, ["doctor", "--json"])
    rows = json.loads(result.output)

    assert [row["subject"] for row in rows] == [
        *("Python", "packages", "raw files", "rights", "lake", "room", "last run", "published", "daemon")
    ]
    assert all(set(row) == {"subject", "state", "found", "remedy"} for row in rows)
