"""When runs start, that there is one at a time, what is tried again, and what the history keeps."""

import datetime as dt
import errno
import os
import time
import uuid
from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import pytest
import yaml
from dagster._core.storage.tags import MAX_RUNTIME_SECONDS_TAG

from pipelines.arrivals import SETTLED_AFTER
from pipelines.defs.history import KEPT_FOR, WRITES, fail_abandoned_runs, list_runs_in_progress, prune_history
from pipelines.defs.hooks import tag_run
from pipelines.defs.raw import raw
from pipelines.defs.resources import PATIENCE
from pipelines.defs.retries import MOST_RETRIES, explaining_faults
from pipelines.defs.runs import prepare_instance
from pipelines.defs.schedules import LONGEST_RUN, NIGHTLY_BUILD, schedules
from pipelines.defs.sensors import BROKEN_RUN, NEW_RAW_FILE, sensors
from pipelines.ingestion import ingest
from pipelines.lake import Lake
from pipelines.locks import hold_lock
from pipelines.paths import Paths
from pipelines.run_reports import RunReport

NOW = dt.datetime(2026, 11, 22, tzinfo=dt.UTC)
STARTED, SUCCESS = dg.DagsterRunStatus.STARTED, dg.DagsterRunStatus.SUCCESS


@pytest.fixture
def paths(root: Path) -> Paths:
    return Paths(root)


@pytest.fixture
def instance(paths: Paths) -> Iterator[dg.DagsterInstance]:
    """A history as the command configures it, with limits, retries and all."""
    former = os.environ.get("DAGSTER_HOME")
    prepare_instance(paths)
    with dg.DagsterInstance.get() as opened:
        yield opened
    if former is None:
        del os.environ["DAGSTER_HOME"]
    else:
        os.environ["DAGSTER_HOME"] = former


def add_run(
    instance: dg.DagsterInstance, status: dg.DagsterRunStatus, *, started_ago: float = 0, writes: bool = True
) -> str:
    run = dg.DagsterRun(NIGHTLY_BUILD, run_id=str(uuid.uuid4()), status=status, tags=WRITES if writes else {})
    instance.add_run(run)
    with instance.run_storage.connect() as connection:  # type: ignore[attr-defined]
        started_at = time.time() - started_ago
        connection.exec_driver_sql("update runs set start_time = ? where run_id = ?", (started_at, run.run_id))
    return run.run_id


def look(instance: dg.DagsterInstance, cursor: str | None = None) -> tuple[dg.SensorResult, str | None]:
    (sensor,) = [each for each in sensors().sensors or [] if each.name == NEW_RAW_FILE]
    assert isinstance(sensor, dg.SensorDefinition)
    context = dg.build_sensor_context(instance, cursor=cursor)
    return sensor.evaluate_tick(context), context.cursor


def look_when_settled(
    instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch, cursor: str | None = None
) -> tuple[dg.SensorResult, str | None]:
    begin = time.monotonic()
    _, cursor = look(instance, cursor)
    monkeypatch.setattr(time, "monotonic", lambda: begin + 2 * SETTLED_AFTER)
    result = look(instance, cursor)
    monkeypatch.undo()
    return result


# the sensor


def test_nothing_is_asked_for_while_files_move(instance: dg.DagsterInstance) -> None:
    result, _ = look(instance)

    assert result.run_requests == []
    assert "until they have lain still" in str(result.skip_message)


def test_a_run_is_asked_for_files_that_lie_still(
    instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch, root: Path
) -> None:
    monkeypatch.setenv("KETNAP_ROOT", str(root))
    result, cursor = look_when_settled(instance, monkeypatch)
    monkeypatch.setenv("KETNAP_ROOT", str(root))
    (request,) = result.run_requests or []
    again, _ = look(instance, cursor)

    assert request.tags["ketnap/files_seen"] == "6"
    assert request.run_key
    assert again.run_requests == []
    assert again.skip_message == "the lake knows all files as they are"


@pytest.mark.parametrize("status", [STARTED, dg.DagsterRunStatus.NOT_STARTED])
def test_nothing_is_asked_for_while_a_run_is_in_progress(
    instance: dg.DagsterInstance, status: dg.DagsterRunStatus
) -> None:
    add_run(instance, status)
    result, cursor = look(instance)

    assert result.skip_message == "a run is in progress"
    assert cursor is None


def test_nothing_is_asked_for_while_a_command_builds(instance: dg.DagsterInstance, paths: Paths) -> None:
    with hold_lock(paths.build_lock):
        result, _ = look(instance)

    assert result.skip_message == "a run is in progress"


def test_a_source_that_may_not_be_read_is_named(instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(errno.EACCES, "Permission denied", "data/raw/reports")

    monkeypatch.setattr("pipelines.defs.sensors.look", refuse)
    result, _ = look(instance)

    assert "may not open 'data/raw/reports'" in str(result.skip_message)


def test_a_killed_run_does_not_keep_the_sensor_waiting(instance: dg.DagsterInstance) -> None:
    killed = add_run(instance, STARTED, started_ago=3600)
    result, _ = look(instance)

    assert "until they have lain still" in str(result.skip_message)
    run = instance.get_run_by_id(killed)
    assert run is not None
    assert run.status == dg.DagsterRunStatus.FAILURE


# abandoned runs


def test_a_run_that_has_just_started_is_not_abandoned(instance: dg.DagsterInstance, paths: Paths) -> None:
    add_run(instance, STARTED, started_ago=10)

    assert fail_abandoned_runs(instance, paths.build_lock, now=time.time()) == []


def test_a_run_is_not_abandoned_while_its_process_holds_the_lock(instance: dg.DagsterInstance, paths: Paths) -> None:
    run_id = add_run(instance, STARTED, started_ago=3600)
    with hold_lock(paths.build_lock):
        assert fail_abandoned_runs(instance, paths.build_lock, now=time.time()) == []
        assert [run.run_id for run in list_runs_in_progress(instance)] == [run_id]

    assert fail_abandoned_runs(instance, paths.build_lock, now=time.time()) == [run_id]
    assert list_runs_in_progress(instance) == []


def test_a_run_that_started_in_the_future_is_abandoned_too(instance: dg.DagsterInstance, paths: Paths) -> None:
    run_id = add_run(instance, STARTED, started_ago=-86400)

    assert fail_abandoned_runs(instance, paths.build_lock, now=time.time()) == [run_id]


def test_a_run_that_writes_nothing_is_left_alone(instance: dg.DagsterInstance, paths: Paths) -> None:
    add_run(instance, STARTED, started_ago=3600, writes=False)

    assert fail_abandoned_runs(instance, paths.build_lock, now=time.time()) == []


# the history


def test_a_year_of_history_is_kept(instance: dg.DagsterInstance) -> None:
    @dg.job
    def nothing() -> None:
        pass

    old = nothing.execute_in_process(instance=instance).run_id
    running = add_run(instance, STARTED)

    assert prune_history(instance, now=dt.datetime.now(dt.UTC) + KEPT_FOR - dt.timedelta(days=1)) == 0
    assert instance.get_run_by_id(old) is not None
    assert prune_history(instance, now=dt.datetime.now(dt.UTC) + KEPT_FOR + dt.timedelta(days=1)) == 1
    assert instance.get_run_by_id(old) is None
    assert instance.all_logs(old) == []
    assert instance.get_run_by_id(running) is not None


def test_the_job_that_prunes_runs(instance: dg.DagsterInstance) -> None:
    (job,) = [job for job in schedules().jobs or [] if isinstance(job, dg.JobDefinition)]

    assert job.execute_in_process(instance=instance).success


def test_the_list_of_runs_says_what_a_run_did(instance: dg.DagsterInstance, paths: Paths) -> None:
    run_id = add_run(instance, SUCCESS)
    report = RunReport(
        run_id=run_id,
        started_at=NOW,
        finished_at=NOW,
        outcome="published",
        batch_ids=("a", "b"),
        file_count=3,
        accepted_count=5,
        rejected_count=2,
        published_tables={"marts.a": 10, "marts.b": 20},
        database="",
        data_docs="",
        log="",
    )
    tag_run(instance, report)
    tag_run(instance, report.model_copy(update={"run_id": str(uuid.uuid4())}))
    run = instance.get_run_by_id(run_id)

    assert run is not None
    assert {key: value for key, value in run.tags.items() if key.startswith("ketnap/")} == {
        **WRITES,
        "ketnap/outcome": "published",
        "ketnap/new_files": "3",
        "ketnap/records_accepted": "5",
        "ketnap/records_rejected": "2",
        "ketnap/published_tables": "2",
        "ketnap/published_rows": "30",
        "ketnap/newest_batch": "b",
    }


# how the instance and the job are configured


def test_the_instance_lets_one_run_write_and_watches_it(instance: dg.DagsterInstance) -> None:
    queue = instance.get_concurrency_config().run_queue_config

    assert queue is not None
    assert queue.tag_concurrency_limits == [{"key": "ketnap/writes", "value": "warehouse", "limit": 1}]
    assert instance.run_monitoring_enabled
    assert instance.run_retries_enabled
    assert instance.run_retries_max_retries == 1
    assert not instance.run_retries_retry_on_asset_or_op_failure
    assert not instance.telemetry_enabled


def test_the_configuration_of_the_instance_is_left_to_the_operator(paths: Paths, instance: dg.DagsterInstance) -> None:
    file = paths.dagster_home / "dagster.yaml"
    file.write_text("telemetry: {enabled: false}\n", encoding="utf-8")
    prepare_instance(paths)

    assert yaml.safe_load(file.read_text(encoding="utf-8")) == {"telemetry": {"enabled": False}}


def test_the_night_is_limited_in_time_and_in_number(paths: Paths) -> None:
    (job,) = [job for job in schedules().jobs or [] if job.name == NIGHTLY_BUILD]

    assert job.tags is not None
    assert float(job.tags[MAX_RUNTIME_SECONDS_TAG]) == LONGEST_RUN.total_seconds() > PATIENCE
    assert WRITES.items() <= job.tags.items()


def test_schedules_and_sensors_run_as_soon_as_there_is_a_daemon(paths: Paths) -> None:
    definitions = [*(schedules().schedules or []), *(sensors().sensors or [])]

    names = {each.name for each in definitions}
    assert names == {"nightly_build_schedule", "prune_history_schedule", NEW_RAW_FILE, BROKEN_RUN}
    assert all(each.default_status.value == "RUNNING" for each in definitions)


def test_a_source_with_a_cadence_is_expected_to_be_fresh(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KETNAP_ROOT", str(checkout))
    policies = {spec.key.path[-1]: spec.freshness_policy for spec in raw().assets or []}
    half_yearly = policies.pop("commune_reports")

    assert half_yearly == dg.FreshnessPolicy.time_window(
        fail_window=dt.timedelta(days=276), warn_window=dt.timedelta(days=184)
    )
    assert set(policies.values()) == {None}


# what is tried again


def run_step(instance: dg.DagsterInstance, errors: list[Exception]) -> tuple[dg.ExecuteInProcessResult, int]:
    """Run a step that raises one error after the other, and then succeeds; return how often it was started."""
    starts = 0

    @dg.asset
    def failing(context: dg.AssetExecutionContext) -> None:
        nonlocal starts
        starts += 1
        with explaining_faults(context):
            if errors:
                raise errors.pop(0)

    job = dg.Definitions(assets=[failing]).resolve_implicit_global_asset_job_def()
    return job.execute_in_process(instance=instance, raise_on_error=False), starts


@pytest.fixture
def _without_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KETNAP_RETRY_SECONDS", "0")


def stale() -> OSError:
    return OSError(errno.ESTALE, "Stale file handle", "data/raw/a.xlsx")


@pytest.mark.usefixtures("_without_waiting")
def test_a_transient_fault_is_tried_again_until_it_passes(instance: dg.DagsterInstance) -> None:
    result, starts = run_step(instance, [stale()] * MOST_RETRIES)

    assert result.success
    assert starts == 1 + MOST_RETRIES


@pytest.mark.usefixtures("_without_waiting")
def test_a_fault_that_does_not_pass_is_explained(instance: dg.DagsterInstance) -> None:
    result, starts = run_step(instance, [stale()] * 10)
    (failure,) = [event for event in result.all_events if event.is_step_failure]

    assert not result.success
    assert starts == 1 + MOST_RETRIES
    assert "tried several times" in str(failure.step_failure_data.user_failure_data)


@pytest.mark.usefixtures("_without_waiting")
@pytest.mark.parametrize(
    "error",
    [
        OSError(errno.ENOSPC, "No space left on device"),
        PermissionError(errno.EACCES, "Permission denied"),
        ValueError("a figure is wrong"),
        dg.Failure("a model failed", allow_retries=False),
    ],
)
def test_what_does_not_pass_by_itself_is_not_tried_again(instance: dg.DagsterInstance, error: Exception) -> None:
    result, starts = run_step(instance, [error])

    assert not result.success
    assert starts == 1


def test_each_wait_is_longer_than_the_one_before() -> None:
    waits = []
    for number in range(MOST_RETRIES):

        class Context:
            retry_number = number

        with pytest.raises(dg.RetryRequested) as requested, explaining_faults(Context()):  # type: ignore[arg-type]
            raise stale()
        waits.append(requested.value.seconds_to_wait)

    assert waits == [5, 25, 125]


def test_a_vanished_file_is_passed_over_by_the_next_try(paths: Paths, monkeypatch: pytest.MonkeyPatch) -> None:
    figures = min(paths.raw.glob("published_figures/*/figures.csv"))

    def vanish(raw: Path, source: object) -> list[str]:
        return [figures.relative_to(raw).as_posix(), "published_figures/gone/figures.csv"]

    monkeypatch.setattr("pipelines.ingestion.list_files", vanish)
    with pytest.raises(FileNotFoundError, match="gone"):
        ingest(paths.raw, Lake(paths.lake), now=NOW, max_bytes=10**6)
    assert Lake(paths.lake).batch_ids() == []
    monkeypatch.undo()

    assert ingest(paths.raw, Lake(paths.lake), now=NOW, max_bytes=10**6).file_count == 6
