"""The nightly job and when it runs."""

import dagster as dg

from pipelines.defs.hooks import report_failure, report_publication

NIGHTLY_BUILD = "nightly_build"


@dg.definitions
def schedules() -> dg.Definitions:
    """Return the job that runs everything, and its schedule."""
    job = dg.define_asset_job(
        NIGHTLY_BUILD,
        selection=dg.AssetSelection.all(include_sources=False),
        executor_def=dg.in_process_executor,
        hooks={report_failure, report_publication},
        description="Takes in what is new, rebuilds the warehouse, checks it, publishes it if no error is found.",
    )
    nightly = dg.ScheduleDefinition(job=job, cron_schedule="0 2 * * *", execution_timezone="Asia/Ho_Chi_Minh")
    return dg.Definitions(jobs=[job], schedules=[nightly])
