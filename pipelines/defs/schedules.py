"""The jobs and when they run: the night, and the weekly removal of what the history keeps no longer.

Both schedules run as soon as there is a daemon. Whoever installs one wants nights; one that has to be switched on in a
page besides is found missing weeks later. Who switches it off there is remembered.
"""

import datetime as dt

import dagster as dg

from pipelines.defs.history import WRITES, prune_history
from pipelines.defs.hooks import report_failure, report_publication
from pipelines.settings import load_settings

NIGHTLY_BUILD = "nightly_build"
NIGHTLY_SCHEDULE = f"{NIGHTLY_BUILD}_schedule"
TIME_ZONE = "Asia/Ho_Chi_Minh"

LONGEST_RUN = dt.timedelta(hours=6)
"""Of a run, waiting for another one included. The first build of ten years of monthly reports takes one."""


@dg.definitions
def schedules() -> dg.Definitions:
    """Return the job that runs everything, the one that prunes the history, and their schedules."""
    job = dg.define_asset_job(
        NIGHTLY_BUILD,
        selection=dg.AssetSelection.all(),
        executor_def=dg.in_process_executor,
        hooks={report_failure, report_publication},
        tags={
            **WRITES,
            "dagster/max_runtime": str(int(LONGEST_RUN.total_seconds())),
            # a run whose process was killed starts over
            "dagster/retry_strategy": "ALL_STEPS",
        },
        description="Takes in what is new, rebuilds the warehouse, checks it, publishes it if no error is found.",
    )

    @dg.op
    def delete_old_runs(context: dg.OpExecutionContext) -> None:
        """Delete what is older than a year."""
        count = prune_history(context.instance, now=dt.datetime.now(dt.UTC))
        context.log.info(f"{count} runs deleted")

    @dg.job(name="prune_history", executor_def=dg.in_process_executor)
    def prune() -> None:
        """Deletes runs of which a year has passed. The lake keeps what was published; this only keeps how."""
        delete_old_runs()

    nightly = dg.ScheduleDefinition(
        name=NIGHTLY_SCHEDULE,
        job=job,
        cron_schedule=load_settings().nightly_cron,
        execution_timezone=TIME_ZONE,
        default_status=dg.DefaultScheduleStatus.RUNNING,
    )
    weekly = dg.ScheduleDefinition(
        job=prune,
        cron_schedule="0 12 * * 0",
        execution_timezone=TIME_ZONE,
        default_status=dg.DefaultScheduleStatus.RUNNING,
    )
    return dg.Definitions(jobs=[job, prune], schedules=[nightly, weekly])
