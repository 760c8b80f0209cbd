"""The nightly job and when it runs."""

import dagster as dg

NIGHTLY_BUILD = "nightly_build"


@dg.definitions
def schedules() -> dg.Definitions:
    """Return the job that runs everything, and its schedule."""
    job = dg.define_asset_job(
        NIGHTLY_BUILD,
        selection=dg.AssetSelection.all(include_sources=False),
        executor_def=dg.in_process_executor,
        description="Takes in what is new, rebuilds the warehouse, checks it, and publishes it if no check of severity error fails.",
    )
    nightly = dg.ScheduleDefinition(job=job, cron_schedule="0 2 * * *", execution_timezone="Asia/Ho_Chi_Minh")
    return dg.Definitions(jobs=[job], schedules=[nightly])
