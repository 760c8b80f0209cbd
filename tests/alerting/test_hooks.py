"""Runs that Dagster started by itself are written down and told like those of the command."""

from __future__ import annotations

from typing import TYPE_CHECKING

import dagster as dg
import pytest

from alerting.made_up_nights import Hook, finding, publish_made_up, write_alerts
from pipelines.defs.endings import REPORTED_TAG
from pipelines.defs.hooks import report_failure, report_publication
from pipelines.defs.resources import Build
from pipelines.defs.sensors import BROKEN_RUN, sensors
from pipelines.lake import Lake
from pipelines.run_reports import read_report

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from pipelines.paths import Paths


@pytest.fixture
def night(paths: Paths, hook: Hook, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Return what lets Dagster run a job whose last step publishes, or fails."""
    monkeypatch.setenv("HOOK", hook.url)
    monkeypatch.setenv("DAGSTER_HOME", str(paths.dagster_home))
    paths.dagster_home.mkdir(parents=True)
    paths.build.mkdir(parents=True)
    write_alerts(paths, {"name": "lan", "url_variable": "HOOK", "language": "en"})
    publish_made_up(paths, [finding("a")])

    def run(*, fails: bool = False, as_of: str | None = None, tags: Mapping[str, str] | None = None) -> None:
        @dg.op(name="warehouse__ketnap", required_resource_keys={"build"})
        def publication(context) -> None:
            if fails:
                raise dg.Failure("no space left on device")  # noqa: EM101
            rows = dg.MetadataValue.json({"marts.fct_figures": 26})
            context.log_event(dg.AssetMaterialization(["warehouse", "ketnap"], metadata={"rows": rows}))

        @dg.job(hooks={report_failure, report_publication}, resource_defs={"build": Build(as_of=as_of)})
        def nightly_build() -> None:
            publication()

        with dg.DagsterInstance.ephemeral() as instance:
            nightly_build.execute_in_process(instance=instance, tags=dict(tags or {}), raise_on_error=False)

    return run


def test_a_run_of_the_schedule_is_written_down_and_has_a_digest(
    paths: Paths, hook: Hook, night: Callable[..., None]
) -> None:
    night(tags={"dagster/schedule_name": "nightly_build_schedule"})
    report = read_report(paths.last_run)
    assert report is not None
    runs = Lake(paths.lake).records("runs").select("run_id", "step_code", "ending_code").rows()

    assert (report.outcome, report.notices) == ("published", ())
    assert runs[0] == (report.run_id, "run", "published")
    ((_, content),) = hook.requests
    assert content["title"].endswith("published; 1 new")


def test_a_run_of_a_sensor_is_written_down_without_a_digest(
    paths: Paths, hook: Hook, night: Callable[..., None]
) -> None:
    night(tags={"dagster/sensor_name": "new_raw_file"})

    assert not Lake(paths.lake).records("runs").is_empty()
    assert hook.requests == []


def test_a_run_of_a_sensor_that_fails_is_told_at_once(paths: Paths, hook: Hook, night: Callable[..., None]) -> None:
    night(fails=True, tags={"dagster/sensor_name": "new_raw_file"})
    ((_, content),) = hook.requests

    assert content["title"] == "Kết nạp: The run failed, nothing was published"
    assert "no space left on device" in content["message"]


@pytest.mark.parametrize("options", [{"as_of": "2026-11-01"}, {"tags": {REPORTED_TAG: ""}}])
def test_a_look_back_and_what_the_command_reports_are_not_told_here(
    paths: Paths, hook: Hook, night: Callable[..., None], options: dict[str, object]
) -> None:
    (paths.build / "as_of").mkdir()
    night(**options)

    assert hook.requests == []
    assert Lake(paths.lake).records("runs").is_empty()


# runs that end without a word


@pytest.fixture
def broken(paths: Paths, night: Callable[..., None]) -> Callable[..., object]:
    """Return what lets runs of jobs fail whose process was killed, and the sensor look at the first."""

    def tell(*jobs: str, tags: Mapping[str, str] | None = None) -> object:
        (sensor,) = [each for each in sensors().sensors or [] if each.name == BROKEN_RUN]
        with dg.DagsterInstance.ephemeral() as instance:
            runs = [create_run(instance, job, tags or {}) for job in jobs]
            event = instance.report_run_failed(runs[0], "the process of this run was killed")
            context = dg.build_run_status_sensor_context(
                sensor_name=BROKEN_RUN, dagster_event=event, dagster_instance=instance, dagster_run=runs[0]
            )
            return sensor(context.for_run_failure())

    return tell


def create_run(instance: dg.DagsterInstance, name: str, tags: Mapping[str, str]) -> dg.DagsterRun:
    @dg.job(name=name)
    def doing_nothing() -> None:
        pass

    return instance.create_run_for_job(doing_nothing, tags=dict(tags))


def test_a_run_that_was_killed_is_told_at_once(paths: Paths, hook: Hook, broken: Callable[..., object]) -> None:
    assert broken("nightly_build", tags={"dagster/sensor_name": "new_raw_file"}) is None

    ((_, content),) = hook.requests
    assert content["title"] == "Kết nạp: The run failed, nothing was published"
    assert "the process of this run was killed" in content["message"]
    report = read_report(paths.last_run)
    assert report is not None
    assert report.outcome == "failed"


@pytest.mark.parametrize(
    ("jobs", "tags", "reason"),
    [
        (["prune_history"], {}, "no night"),
        (["nightly_build", "nightly_build"], {}, "a newer one"),
        (["nightly_build"], {"ketnap/outcome": "failed"}, "know of it"),
        (["nightly_build"], {REPORTED_TAG: ""}, "know of it"),
        (["nightly_build"], {"dagster/will_retry": "true"}, "once more"),
    ],
)
def test_what_people_know_or_will_know_is_not_told_again(
    hook: Hook, broken: Callable[..., object], jobs: list[str], tags: dict[str, str], reason: str
) -> None:
    skipped = broken(*jobs, tags=tags)

    assert isinstance(skipped, dg.SkipReason)
    assert reason in str(skipped.skip_message)
    assert hook.requests == []
