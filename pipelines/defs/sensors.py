"""What looks every minute: for raw files that people have left alone for five minutes, and for runs that broke."""

import time
from typing import Any

import dagster as dg

from pipelines.arrivals import Watch, look
from pipelines.defs.endings import OUTCOME_TAG, REPORTED_TAG
from pipelines.defs.history import fail_abandoned_runs, list_runs_in_progress
from pipelines.defs.hooks import report_run
from pipelines.defs.resources import Build
from pipelines.defs.schedules import NIGHTLY_BUILD
from pipelines.faults import explain_fault
from pipelines.lake import Lake
from pipelines.locks import is_held
from pipelines.paths import load_paths

NEW_RAW_FILE = "new_raw_file"
BROKEN_RUN = "broken_run"

_RETRY_TAG = "dagster/will_retry"
"""Dagster marks runs so that it starts once more."""


@dg.definitions
def sensors() -> dg.Definitions:
    """Return the sensors of new raw files and of broken runs."""

    @dg.sensor(
        name=NEW_RAW_FILE,
        job_name=NIGHTLY_BUILD,
        minimum_interval_seconds=60,
        default_status=dg.DefaultSensorStatus.RUNNING,
        description="Asks for a run when raw files are new or changed, and have lain still for five minutes.",
    )
    def watch_raw_files(context: dg.SensorEvaluationContext) -> dg.RunRequest | dg.SkipReason:
        """Look once. While a run is in progress nothing is asked for: it may take in the files that are seen."""
        paths = load_paths()
        fail_abandoned_runs(context.instance, paths.build_lock, now=time.time())
        if list_runs_in_progress(context.instance) or is_held(paths.build_lock):
            return dg.SkipReason("a run is in progress")
        watch = Watch.model_validate_json(context.cursor) if context.cursor else Watch()
        try:
            sighting = look(paths.raw, Lake(paths.lake), watch, now=time.monotonic())
        except OSError as error:
            return dg.SkipReason(explain_fault(error) or str(error))
        context.update_cursor(sighting.watch.model_dump_json())
        if sighting.state == "moving":
            return dg.SkipReason(f"files have changed; {sighting.seconds_left:.0f} s until they have lain still")
        if sighting.state != "new":
            return dg.SkipReason("the lake knows all files as they are")
        return dg.RunRequest(
            run_key=sighting.key,
            tags={"ketnap/asked_for_by": NEW_RAW_FILE, "ketnap/files_seen": str(sighting.file_count)},
        )

    @dg.run_failure_sensor(
        name=BROKEN_RUN,
        minimum_interval_seconds=60,
        default_status=dg.DefaultSensorStatus.RUNNING,
        description="Tells of a run that could not do so itself: it was killed, took too long, or never began.",
    )
    def tell_of_broken_runs(context: dg.RunFailureSensorContext) -> dg.SkipReason | None:
        """Report a run that has failed, unless it was reported, or another one has taken its place or will."""
        newest = context.instance.get_runs(dg.RunsFilter(job_name=NIGHTLY_BUILD), limit=1)
        if [run.run_id for run in newest] != [context.dagster_run.run_id]:
            return dg.SkipReason("it is no night, or there is a newer one")
        (run,) = newest
        if {OUTCOME_TAG, REPORTED_TAG} & run.tags.keys():
            return dg.SkipReason("people know of it")
        if run.tags.get(_RETRY_TAG) == "true":
            return dg.SkipReason("it starts once more")
        config: Any = run.run_config
        report_run(context.instance, run, Build(**config.get("resources", {}).get("build", {}).get("config", {})))
        return None

    return dg.Definitions(sensors=[watch_raw_files, tell_of_broken_runs])
