"""The report of a run that Dagster started by itself, by schedule or from its pages."""

import dagster as dg

from pipelines.defs.recordings import Recording
from pipelines.run_reports import write_report

REPORTED_TAG = "ketnap/reported_by_command"
"""Marks a run that `pipelines.defs.runs` follows and reports."""


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
    if run is None or REPORTED_TAG in run.tags:
        return
    paths = context.resources.build.paths
    with paths.run_log.open("w", encoding="utf-8") as log:
        recording = Recording(context.run_id, context.resources.build, log=log)
        for entry in context.instance.all_logs(context.run_id):
            recording.take(entry)
    write_report(recording.summarise(), paths.last_run)
