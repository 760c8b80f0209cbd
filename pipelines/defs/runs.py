"""Starts the nightly job in this process. The one way to start a run outside of Dagster's own."""

import datetime as dt
import uuid
from collections.abc import Callable
from contextlib import ExitStack

import dagster as dg

from pipelines.defs.history import keep_history_open
from pipelines.defs.hooks import REPORTED_TAG
from pipelines.defs.recordings import Progress, Recording
from pipelines.defs.resources import Build
from pipelines.defs.schedules import NIGHTLY_BUILD
from pipelines.paths import Paths
from pipelines.run_reports import RunReport, write_report
from pipelines.settings import export_environment

_INSTANCE = """\
# written by Kết nạp when missing; Dagster's documentation calls it the instance configuration
telemetry:
  enabled: false
# no invitation to newsletters in front of the graph
nux:
  enabled: false
"""


def prepare_instance(paths: Paths) -> None:
    """Tell Dagster where its home is, and configure it if it has none."""
    paths.dagster_home.mkdir(parents=True, exist_ok=True)
    configuration = paths.dagster_home / "dagster.yaml"
    if not configuration.exists():
        configuration.write_text(_INSTANCE, encoding="utf-8")
    export_environment(DAGSTER_HOME=str(paths.dagster_home))


def run_nightly_build(
    definitions: Callable[[], dg.Definitions],
    *,
    as_of: dt.datetime | None = None,
    on_progress: Callable[[Progress], None] = lambda _: None,
) -> RunReport:
    """Run the job `NIGHTLY_BUILD` and write its report.

    Args:
        definitions: Loads the graph; a fault in it is reported like one of the run.
        as_of: Build what was known at this moment, beside the current warehouse; UTC, without a time zone.
        on_progress: Called when a step starts, advances and ends.
    """
    build = Build(as_of=None if as_of is None else as_of.isoformat())
    paths = build.paths
    prepare_instance(paths)
    paths.build.mkdir(parents=True, exist_ok=True)
    run_id = str(uuid.uuid4())
    with ExitStack() as stack:
        stack.enter_context(keep_history_open())
        log = stack.enter_context(paths.run_log.open("w", encoding="utf-8"))
        recording = Recording(run_id, build, log=log, on_progress=on_progress)
        # the history shows nights; a look back is none
        instance = stack.enter_context(dg.DagsterInstance.ephemeral() if as_of else dg.DagsterInstance.get())
        instance.add_event_listener(run_id, recording.take)
        try:
            definitions().resolve_job_def(NIGHTLY_BUILD).execute_in_process(
                run_id=run_id,
                instance=instance,
                raise_on_error=False,
                tags={REPORTED_TAG: ""},
                run_config=dg.RunConfig(
                    resources={"build": build},
                    loggers={"console": {"config": {"log_level": "CRITICAL"}}},
                ),
            )
        except Exception as error:  # noqa: BLE001 - whatever it is, the report has to say so
            recording.take_error(error)
    report = recording.summarise()
    write_report(report, paths.last_run)
    return report
