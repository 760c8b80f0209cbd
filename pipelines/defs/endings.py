"""What is done when a run has ended, whoever started it: its report, the memory of the lake, and messages to people."""

import dagster as dg

from pipelines.alerting.nights import conclude_run
from pipelines.defs.resources import Build
from pipelines.run_reports import RunReport, write_report

REPORTED_TAG = "ketnap/reported_by_command"
"""Marks a run that `pipelines.defs.runs` follows and reports."""

OUTCOME_TAG = "ketnap/outcome"
"""What became of a run; marks one that was reported."""


def conclude(report: RunReport, build: Build, *, is_told: bool = True, is_night: bool = True) -> RunReport:
    """Write the report of a run; of one that is no look back, remember it and tell people.

    Args:
        report: What the run did.
        build: What it built.
        is_told: Whether the lake remembers it and people are told.
        is_night: Whether people expect a digest of it.

    Returns:
        The report, with what could not be told.
    """
    paths = build.paths
    # before anything that may take long: it says that the run has ended
    write_report(report, paths.last_run)
    if not is_told or build.moment is not None:
        return report
    notices = conclude_run(report, paths, is_night=is_night)
    if notices:
        report = report.model_copy(update={"notices": tuple(notices)})
        write_report(report, paths.last_run)
    return report


def tag_run(instance: dg.DagsterInstance, report: RunReport) -> None:
    """Say in the list of runs what a run took in and published."""
    if instance.get_run_by_id(report.run_id) is None:
        return
    tags = {
        OUTCOME_TAG: report.outcome,
        "ketnap/new_files": str(report.file_count),
        "ketnap/records_accepted": str(report.accepted_count),
        "ketnap/records_rejected": str(report.rejected_count),
        "ketnap/published_tables": str(len(report.published_tables)),
        "ketnap/published_rows": str(sum(report.published_tables.values())),
    }
    if report.batch_ids:
        tags["ketnap/newest_batch"] = report.batch_ids[-1]
    if report.as_of is not None:
        tags["ketnap/as_of"] = report.as_of.isoformat()
    instance.add_run_tags(report.run_id, tags)
