"""The report of a run that Dagster started by itself, by schedule or from its pages."""

import dagster as dg

from pipelines.defs.endings import REPORTED_TAG, conclude, tag_run
from pipelines.defs.recordings import Recording
from pipelines.defs.resources import Build

_SENSOR_TAG = "dagster/sensor_name"
"""Dagster marks runs so that a sensor asked for: they come by day, and bring no digest."""


@dg.failure_hook(required_resource_keys={"build"})
def report_failure(context: dg.HookContext) -> None:
    """Report a run that will not publish anything."""
    _report(context)


@dg.success_hook(required_resource_keys={"build"})
def report_publication(context: dg.HookContext) -> None:
    """Report a run when its last step has succeeded."""
    if context.op.name == "warehouse__ketnap":
        _report(context)


def _report(context: dg.HookContext) -> None:
    run = context.instance.get_run_by_id(context.run_id)
    if run is not None and REPORTED_TAG not in run.tags:
        report_run(context.instance, run, context.resources.build)


def report_run(instance: dg.DagsterInstance, run: dg.DagsterRun, build: Build) -> None:
    """Report a run by what the history says of it.

    Args:
        instance: The history.
        run: A run that is over, or has only this left to do.
        build: What it built.
    """
    build.paths.build.mkdir(parents=True, exist_ok=True)
    with build.paths.run_log.open("w", encoding="utf-8") as log:
        recording = Recording(run.run_id, build, log=log)
        for entry in instance.all_logs(run.run_id):
            recording.take(entry)
    report = conclude(recording.summarise(), build, is_night=_SENSOR_TAG not in run.tags)
    tag_run(instance, report)
