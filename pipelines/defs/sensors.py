"""What starts a run besides the clock: raw files that people have added and left alone for five minutes."""

import time

import dagster as dg

from pipelines.arrivals import Watch, look
from pipelines.defs.history import fail_abandoned_runs, list_runs_in_progress
from pipelines.defs.schedules import NIGHTLY_BUILD
from pipelines.faults import explain_fault
from pipelines.lake import Lake
from pipelines.locks import is_held
from pipelines.paths import load_paths

NEW_RAW_FILE = "new_raw_file"


@dg.definitions
def sensors() -> dg.Definitions:
    """Return the sensor of new raw files."""

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

    return dg.Definitions(sensors=[watch_raw_files])
