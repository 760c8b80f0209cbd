"""``ketnap status``: what is in the warehouse, when it was built, and what failed."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from rich.table import Table

from pipelines.commands.building import print_checks
from pipelines.languages import format_noun
from pipelines.publication import open_published
from pipelines.run_reports import read_report

if TYPE_CHECKING:
    import duckdb
    from rich.console import Console

    from pipelines.paths import Paths
    from pipelines.run_reports import RunReport

NOTHING_BUILT = """\
Chưa có kho dữ liệu ở {database!r}: chạy `ketnap build` trước.
There is no warehouse at {database!r} yet: run `ketnap build` first."""


def print_status(paths: Paths, console: Console) -> int:
    """Print the state of the warehouse.

    Returns:
        0 if there is a published file, 1 if not.
    """
    report = read_report(paths.last_run)
    is_built = paths.published_database.is_file()
    if is_built:
        _print_contents(paths, console)
    else:
        console.print(NOTHING_BUILT.format(database=str(paths.published_database)), highlight=False, soft_wrap=True)
    if report is not None:
        _print_run(report, console)
    return 0 if is_built else 1


def _print_contents(paths: Paths, console: Console) -> None:
    from pipelines.lake import Lake

    with open_published(paths.published_database) as connection:
        tables = _count_rows(connection)
        publications, figures, first, last = connection.execute(
            """
            select
                (select count(*) from marts.dim_publications), count(*),
                min(starts_on), max(coalesce(ends_on, starts_on))
            from marts.fct_figures
            """
        ).fetchall()[0]
        findings = connection.execute(
            """
            select severity, count(*) from reports.rpt_findings where resolved_at is null
            group by severity order by array_position(['error', 'warning', 'info'], severity)
            """
        ).fetchall()
    built_at = dt.datetime.fromtimestamp(paths.published_database.stat().st_mtime).astimezone()
    batch_ids = Lake(paths.lake).batch_ids()
    by_severity = ", ".join(f"{count:,} {severity}" for severity, count in findings) or "none"
    _print_fields(
        console,
        {
            "file": str(paths.published_database),
            "published": built_at.strftime("%Y-%m-%d %H:%M %Z"),
            "newest batch": f"{batch_ids[-1]} ({format_noun(len(batch_ids), 'batch', 'batches')})"
            if batch_ids
            else "none",
            "figures": f"{figures:,} from {format_noun(publications, 'publication')}, {first} to {last}",
            "findings": by_severity,
        },
    )
    table = Table(show_edge=False, pad_edge=False)
    table.add_column("table")
    table.add_column("rows", justify="right")
    for name, count in tables:
        table.add_row(name, f"{count:,}")
    console.print()
    console.print(table)


def _count_rows(connection: duckdb.DuckDBPyConnection) -> list[tuple[str, int]]:
    names = connection.execute(
        "select schema_name, table_name from duckdb_tables() where not internal order by all"
    ).fetchall()
    counts = []
    for schema, table in names:
        (count,) = connection.execute(f'select count(*) from "{schema}"."{table}"').fetchall()[0]
        counts.append((f"{schema}.{table}", count))
    return counts


def _print_run(report: RunReport, console: Console) -> None:
    finished_at = report.finished_at.astimezone().strftime("%Y-%m-%d %H:%M %Z")
    console.print()
    _print_fields(console, {"last run": f"{report.outcome} {finished_at}", "log": report.log})
    print_checks(report.failed_checks, console)
    for error in report.errors:
        console.print(f"error: {error}", style="red", highlight=False, markup=False, soft_wrap=True)


def _print_fields(console: Console, fields: dict[str, str]) -> None:
    for label, text in fields.items():
        console.print(f"{label:<13} {text}", highlight=False, markup=False, soft_wrap=True)
