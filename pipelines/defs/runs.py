"""Starts the nightly job in this process. The one way to start a run outside of Dagster's own."""

import datetime as dt
import time
import uuid
from collections.abc import Callable
from contextlib import ExitStack

import dagster as dg

from pipelines.defs.endings import REPORTED_TAG, conclude, tag_run
from pipelines.defs.history import WRITES, fail_abandoned_runs
from pipelines.defs.recordings import Progress, Recording
from pipelines.defs.resources import Build
from pipelines.defs.schedules import NIGHTLY_BUILD
from pipelines.locks import hold_lock
from pipelines.paths import Paths
from pipelines.run_reports import RunReport
from pipelines.settings import export_environment
from pipelines.whole_files import replace_text

_INSTANCE = """\
# written by Kết nạp when missing; Dagster's documentation calls it the instance configuration
telemetry:
  enabled: false
event_log_storage:
  module: pipelines.defs.history
  class: EventLogs
# no invitation to newsletters in front of the graph
nux:
  enabled: false
# the second waits: two would write into the same build file
concurrency:
  runs:
    tag_concurrency_limits:
      - key: ketnap/writes
        value: warehouse
        limit: 1
# ends runs that take too long (their tag dagster/max_runtime), and those that nobody executes any more
run_monitoring:
  enabled: true
  start_timeout_seconds: 600
  poll_interval_seconds: 60
# a run whose process was killed is started again; what failed in it is tried again by its own step, if at all
run_retries:
  enabled: true
  max_retries: 1
  retry_on_asset_or_op_failure: false
# days; of runs the job prune_history keeps a year
retention:
  schedule:
    purge_after_days: 366
  sensor:
    purge_after_days:
      skipped: 7
      failure: 90
      success: 366
freshness:
  enabled: true
"""


def prepare_instance(paths: Paths, *, has_history: bool = False) -> None:
    """Tell Dagster where its home is, and configure it if it has none.

    Args:
        paths: Where the warehouse is.
        has_history: Also make the files of its history. Two services that start together on a new machine would both
            try to, and one would fail.
    """
    paths.dagster_home.mkdir(parents=True, exist_ok=True)
    configuration = paths.dagster_home / "dagster.yaml"
    if not configuration.exists():
        replace_text(configuration, _INSTANCE)
    export_environment(DAGSTER_HOME=str(paths.dagster_home))
    if has_history:
        with hold_lock(paths.build_lock.with_name("instance.lock"), patience=60), dg.DagsterInstance.get() as instance:
            instance.get_runs_count()


def run_nightly_build(
    definitions: Callable[[], dg.Definitions],
    *,
    as_of: dt.datetime | None = None,
    is_told: bool = True,
    on_progress: Callable[[Progress], None] = lambda _: None,
) -> RunReport:
    """Run the job `NIGHTLY_BUILD`, write its report, and tell people of it. Who calls this holds the lock of the build.

    Args:
        definitions: Loads the graph; a fault in it is reported like one of the run.
        as_of: Build what was known at this moment, beside the current warehouse; UTC, without a time zone.
        is_told: Whether the lake remembers the run and people are told; a look back is not told in any case.
        on_progress: Called when a step starts, advances and ends.
    """
    build = Build(as_of=None if as_of is None else as_of.isoformat(), has_lock=True)
    paths = build.paths
    prepare_instance(paths)
    paths.build.mkdir(parents=True, exist_ok=True)
    run_id = str(uuid.uuid4())
    with ExitStack() as stack:
        log = stack.enter_context(paths.run_log.open("w", encoding="utf-8"))
        recording = Recording(run_id, build, log=log, on_progress=on_progress)
        # the history shows nights; a look back is none
        instance = stack.enter_context(dg.DagsterInstance.ephemeral() if as_of else dg.DagsterInstance.get())
        fail_abandoned_runs(instance, None, now=time.time())
        instance.add_event_listener(run_id, recording.take)
        try:
            definitions().resolve_job_def(NIGHTLY_BUILD).execute_in_process(
                run_id=run_id,
                instance=instance,
                raise_on_error=False,
                # who started it sees that it failed
                tags={REPORTED_TAG: "", **WRITES, "dagster/max_retries": "0"},
                run_config=dg.RunConfig(
                    resources={"build": build},
                    loggers={"console": {"config": {"log_level": "CRITICAL"}}},
                ),
            )
        except Exception as error:  # noqa: BLE001 - whatever it is, the report has to say so
            recording.take_error(error)
        report = conclude(recording.summarise(), build, is_told=is_told)
        tag_run(instance, report)
    return report
