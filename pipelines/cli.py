"""The command ``ketnap``: what can be asked and with which options. What is done stands in `pipelines.commands`.

Nothing heavy is imported before a command runs, so that ``--help`` is there at once.
"""

from __future__ import annotations

import os
import sys
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer
from rich.console import Console

from pipelines.commands.findings import Severity  # noqa: TC001 - likewise
from pipelines.commands.querying import Format
from pipelines.languages import Language
from pipelines.moments import MOST_BETWEEN_NIGHTS, parse_moment
from pipelines.paths import load_paths
from pipelines.settings import CHECKOUT

if TYPE_CHECKING:
    from collections.abc import Callable

app = typer.Typer(
    name="ketnap",
    help="Kết nạp: the warehouse of statistics on Party admissions.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


_HOURS = MOST_BETWEEN_NIGHTS // timedelta(hours=1)

findings_app = typer.Typer(no_args_is_help=False)
app.add_typer(findings_app, name="findings")
alerts_app = typer.Typer(no_args_is_help=False)
app.add_typer(alerts_app, name="alerts")


@app.command()
def build(
    *,
    full: Annotated[
        bool, typer.Option("--full", help="Remove what earlier builds left under data/build first.")
    ] = False,
    as_of: Annotated[
        str | None,
        typer.Option(
            metavar="TIMESTAMP",
            help="Build what was known at this moment (UTC if it names no zone) into data/warehouse/as_of/, beside the "
            "current warehouse. Takes nothing in.",
        ),
    ] = None,
) -> None:
    """Take in what is new, rebuild the warehouse, check it and publish it.

    Exit code 0: published. 1: a check of severity error failed, or the run did; the former file is untouched.
    """
    from pipelines.commands.building import build as run

    try:
        moment = None if as_of is None else parse_moment(as_of)
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="--as-of") from error
    raise typer.Exit(run(Console(), as_of=moment, is_full=full))


@app.command()
def sql(
    query: Annotated[str, typer.Argument(help="One or more SQL statements; the result of the last is shown.")],
    *,
    form: Annotated[Format, typer.Option("--format", help="Form of the result.")] = Format.TABLE,
    output: Annotated[Path | None, typer.Option(help="Write to this file. Parquet needs one, or a pipe.")] = None,
    limit: Annotated[int, typer.Option(min=0, help="Rows of a table at most, 0 for all. Other forms have all.")] = 100,
) -> None:
    """Query the published warehouse. Nothing can be changed, and no other file or address can be reached.

    Exit code 2: the query could not be answered.
    """
    from pipelines.commands.querying import QueryError
    from pipelines.commands.querying import query as run

    try:
        run(query, load_paths().published_database, Console(), form=form, output=output, limit=limit)
    except (QueryError, OSError) as error:
        _complain(str(error))
        raise typer.Exit(2) from error


@findings_app.callback(invoke_without_command=True)
def findings(
    context: typer.Context,
    *,
    severity: Annotated[Severity | None, typer.Option(help="Only findings of this severity.")] = None,
    organisation: Annotated[
        str | None,
        typer.Option(metavar="TEXT", help="Only organisations whose name contains this text, with or without marks."),
    ] = None,
    lang: Annotated[Language, typer.Option(help="Language of the messages.")] = Language.VI,
) -> None:
    """List what the warehouse says of the published figures; accept a finding, so that nobody is told of it."""
    if context.invoked_subcommand:
        return
    import datetime as dt

    from pipelines.acceptances import read_acceptances
    from pipelines.commands.findings import print_findings
    from pipelines.lake import Lake
    from pipelines.moments import find_local

    _require_warehouse()
    paths = load_paths()
    print_findings(
        paths.published_database,
        Console(),
        severity=severity,
        organisation=organisation,
        language=lang,
        acceptances=read_acceptances(Lake(paths.lake)),
        today=find_local(dt.datetime.now(dt.UTC)).date(),
    )


@findings_app.command()
def accept(
    finding_id: Annotated[str, typer.Argument(metavar="ID", help="The finding, or the first characters of it.")],
    *,
    reason: Annotated[str, typer.Option(help="Why; for those who read it later.")],
    until: Annotated[datetime, typer.Option(formats=["%Y-%m-%d"], help="Last day on which nobody is told of it.")],
    by: Annotated[str | None, typer.Option(help="Who accepts it; KETNAP_STEWARD or the user by default.")] = None,
) -> None:
    """Tell nobody of a finding until a day, as long as it says the same. It stays in reports.rpt_findings.

    Exit code 2: there is no such open finding, the day has passed, or no reason is given.
    """
    from pipelines.commands.accepting import accept as run

    _require_warehouse()
    raise typer.Exit(run(load_paths(), Console(), finding_id=finding_id, reason=reason, until=until.date(), by=by))


@findings_app.command()
def withdraw(
    finding_id: Annotated[str, typer.Argument(metavar="ID", help="The finding, or the first characters of it.")],
    *,
    reason: Annotated[str, typer.Option(help="Why; for those who read it later.")],
    by: Annotated[str | None, typer.Option(help="Who; KETNAP_STEWARD or the user by default.")] = None,
) -> None:
    """Accept a finding no longer.

    Exit code 2: no such finding is accepted.
    """
    from pipelines.commands.accepting import withdraw as run

    raise typer.Exit(run(load_paths(), Console(), finding_id=finding_id, reason=reason, by=by))


@alerts_app.callback(invoke_without_command=True)
def alerts(context: typer.Context) -> None:
    """Show who is told what a night brought, and which messages are still to be sent. See docs/alerts.md.

    Exit code 1: an address cannot be used. 2: the file of recipients cannot.
    """
    if not context.invoked_subcommand:
        from pipelines.commands.alerts import show_alerts

        _exit_with(lambda: show_alerts(load_paths(), Console()))


@alerts_app.command()
def test(name: Annotated[str, typer.Argument(help="A recipient.")]) -> None:
    """Send a test message to a recipient, at once.

    Exit code 1: it was not accepted.
    """
    from pipelines.commands.alerts import send_test

    _exit_with(lambda: send_test(load_paths(), Console(), name))


@alerts_app.command()
def digest(
    name: Annotated[str, typer.Argument(help="As this recipient would have it; without filters by default.")] = "",
    *,
    language: Annotated[Language, typer.Option(help="Language, if no recipient is named.")] = Language.VI,
    html: Annotated[Path | None, typer.Option(dir_okay=False, help="Write the form for mail to this file too.")] = None,
) -> None:
    """Show the digest of the last run. Nothing is sent or remembered."""
    from pipelines.commands.alerts import print_digest

    _exit_with(lambda: print_digest(load_paths(), Console(), name=name, language=language, html=html))


@alerts_app.command()
def send(
    *,
    is_hurried: Annotated[bool, typer.Option("--now", help="Also what failed a moment ago.")] = False,
) -> None:
    """Send the messages that are still to be sent; those that failed after a wait that doubles up to an hour.

    Exit code 1: some are left.
    """
    from pipelines.commands.alerts import send_queued

    _exit_with(lambda: send_queued(load_paths(), Console(), is_hurried=is_hurried))


@app.command()
def heartbeat(
    *, hours: Annotated[int, typer.Option(min=1, help="How long ago the last run may have ended.")] = _HOURS
) -> None:
    """Say whether the nights still run, tell people if not, and send what is still to be sent. For cron or a timer.

    Exit code 0: a run has ended lately. 1: none has. 2: a message could not be sent, or the file of recipients be used.
    """
    from pipelines.commands.alerts import beat

    _exit_with(lambda: beat(load_paths(), Console(), hours=hours))


@app.command()
def explain(
    figure_id: Annotated[str, typer.Argument(help="A figure: tan-son-2017-008.")] = "",
    *,
    organisation: Annotated[
        str, typer.Option(metavar="TEXT", help="All figures of organisations whose name contains this text.")
    ] = "",
    period: Annotated[str, typer.Option(metavar="TEXT", help="Only of periods whose name contains this text.")] = "",
    plot: Annotated[
        Path | None,
        typer.Option(metavar="FILE", dir_okay=False, help="Draw the intervals to this file, SVG or PNG by its suffix."),
    ] = None,
    lang: Annotated[Language, typer.Option(help="Language of the messages.")] = Language.VI,
) -> None:
    """Show where a figure comes from, what it is compared with, whether it may be wrong, and what it may have been.

    Exit code 2: there is no such figure, or the picture cannot be written.
    """
    from pipelines.commands.explaining import explain_figure, explain_organisation
    from pipelines.interval_charts import check_suffix

    if bool(figure_id) == bool(organisation):
        raise typer.BadParameter("give a figure, or an --organisation")  # noqa: EM101
    try:
        if plot:
            check_suffix(plot)
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="--plot") from error
    _require_warehouse()
    database, console = load_paths().published_database, Console()
    try:
        if figure_id:
            is_found = explain_figure(database, console, figure_id, language=lang, picture=plot)
        else:
            is_found = explain_organisation(database, console, organisation, period, language=lang, picture=plot)
    except OSError as error:
        _complain(str(error))
        raise typer.Exit(2) from error
    if not is_found:
        _complain(f"the warehouse has no figure {figure_id!r}" if figure_id else "the warehouse has no such figures")
        raise typer.Exit(2)


@app.command()
def read(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="A report or a table of figures.")],
    *,
    show_all: Annotated[bool, typer.Option("--all", help="Show every number and every fault.")] = False,
    annotate: Annotated[
        bool,
        typer.Option("--annotate", help="Write a copy to send back: bad cells marked, all faults on a first sheet."),
    ] = False,
    output: Annotated[
        Path | None, typer.Option(dir_okay=False, help="The copy; NAME.loi.xlsx in this folder by default.")
    ] = None,
    lang: Annotated[Language, typer.Option(help="Language of the messages.")] = Language.VI,
) -> None:
    """Show what would be taken in of a file, and what is wrong with it. Nothing is kept.

    Exit code 0: everything. 1: something has a fault. 2: no source takes such a file, or the copy cannot be written.
    """
    from pipelines.commands.reading import preview
    from pipelines.settings import load_settings

    if output and not annotate:
        raise typer.BadParameter("is for --annotate", param_hint="--output")  # noqa: EM101
    copy = (output or Path(f"{file.stem}.loi.xlsx")) if annotate else None
    if copy and copy.exists() and copy.samefile(file):
        raise typer.BadParameter("is the file itself", param_hint="--output")  # noqa: EM101
    max_bytes = load_settings().max_file_bytes
    raw = load_paths().raw
    try:
        code = preview(file, raw, Console(), max_bytes=max_bytes, language=lang, has_all=show_all, copy=copy)
    except OSError as error:
        _complain(str(error))
        raise typer.Exit(2) from error
    raise typer.Exit(code)


@app.command()
def form(
    *,
    number: Annotated[str, typer.Option("--form", help="Number of the form: 1, 2.")] = "2",
    generation: Annotated[int, typer.Option(help="Generation of the forms: 2012 or 2021.")] = 2021,
    period: Annotated[str, typer.Option(help="2024, 2024-07, 2024-Q3, 2024-H1, 2024-M9, or as reports print it.")],
    organisation: Annotated[str, typer.Option(help="Name as it is to be printed: Đảng bộ xã Thu Cúc.")] = "",
    parent: Annotated[str, typer.Option(help="Name of the organisation above.")] = "",
    province: Annotated[str, typer.Option(help="The province.")] = "",
    has_all: Annotated[bool, typer.Option("--all", help="One for every district and commune of the province.")] = False,
    output: Annotated[Path, typer.Option(file_okay=False, help="Folder for the workbooks.")] = Path(),
) -> None:
    """Write blank forms in the official layout, to be filled in and read back.

    Exit code 2: no such form, period or province.
    """
    from pipelines.commands.forming import list_subjects, write_forms
    from pipelines.forms import Subject
    from pipelines.periods import parse_period_text

    if bool(organisation) == has_all or (has_all and not province):
        raise typer.BadParameter("give an --organisation, or --all with a --province")  # noqa: EM101
    try:
        dates = parse_period_text(period)
        if dates.ends_on is None:
            raise typer.BadParameter(f"{period!r} has no last day", param_hint="--period")  # noqa: EM102
        subjects = list_subjects(province, dates.ends_on) if has_all else [Subject(organisation, parent, province)]
        raw = load_paths().raw
        write_forms(number, subjects, dates, generation=generation, raw=raw, folder=output, console=Console())
    except ValueError as error:
        _complain(str(error))
        raise typer.Exit(2) from error


@app.command()
def demo(*, lang: Annotated[Language, typer.Option(help="Language of the messages.")] = Language.VI) -> None:
    """Make up the reports of three districts, with one fault of every kind, and show what is found of them.

    They are built like real ones into data/demo/, anew each time. The warehouse is not touched.

    Exit code 0: every fault is found, and nothing else. 1: not so, or nothing could be built.
    """
    from pipelines.commands.demonstrating import demonstrate

    raise typer.Exit(demonstrate(load_paths(), Console(), language=lang))


@app.command()
def status() -> None:
    """Show what is in the warehouse, when it was built, and what failed in the last run.

    Exit code 1: nothing is built yet.
    """
    from pipelines.commands.status import print_status

    raise typer.Exit(print_status(load_paths(), Console()))


@app.command()
def doctor(
    *,
    is_json: Annotated[bool, typer.Option("--json", help="For programs: a list of what was found.")] = False,
    seal: Annotated[
        bool, typer.Option("--seal", help="First write down hashes of files of the lake that have none.")
    ] = False,
) -> None:
    """Check the installation, every batch of the lake, the disk, the schedule and the last run; say what to do.

    Exit code 1: something keeps nights from publishing, or will.
    """
    from pipelines.commands.doctoring import doctor as run

    raise typer.Exit(run(load_paths(), Console(), is_json=is_json, is_sealing=seal))


@app.command()
def documents(
    *,
    check: Annotated[bool, typer.Option("--check", help="Write nothing; exit code 1 if a document is stale.")] = False,
) -> None:
    """Generate docs/tables.md, docs/sources.md and the picture docs/model_graph.svg."""
    from pipelines.commands.documenting import document

    raise typer.Exit(document(Console(), is_check=check))


@app.command()
def ui(*, port: Annotated[int, typer.Option(help="Port on this machine.")] = 3000) -> None:
    """Serve Dagster's pages on this warehouse, and run its nights: graph, checks, history. Ends with Ctrl-C."""
    _become("dagster", "dev", "--port", str(port))


@app.command()
def daemon() -> None:
    """Run the nights: schedules, sensor, run queue. For a service; ends with SIGTERM."""
    _become("dagster-daemon", "run")


@app.command()
def webserver(*, port: Annotated[int, typer.Option(help="Port on this machine.")] = 3000) -> None:
    """Serve Dagster's pages beside a daemon. For a service; reachable from this machine only, ends with SIGTERM."""
    _become("dagster-webserver", "--host", "127.0.0.1", "--port", str(port))


def _become(program: str, *arguments: str) -> NoReturn:
    """Let this process go on as one of Dagster's programs."""
    from pipelines.defs.runs import prepare_instance

    prepare_instance(load_paths(), has_history=True)
    # where pyproject.toml names the definitions
    os.chdir(CHECKOUT)
    path = str(Path(sys.executable).with_name(program))
    os.execv(path, [path, *arguments])  # noqa: S606


def _require_warehouse() -> None:
    from pipelines.commands.status import NOTHING_BUILT

    database = load_paths().published_database
    if not database.is_file():
        _complain(NOTHING_BUILT.format(database=str(database)))
        raise typer.Exit(1)


def _exit_with(run: Callable[[], int]) -> None:
    """Run a command that needs the file of recipients, and end with its exit code."""
    from pipelines.alerting.recipients import AlertsError

    try:
        code = run()
    except (AlertsError, FileNotFoundError) as error:
        _complain(str(error))
        code = 2
    raise typer.Exit(code)


def _complain(message: str) -> None:
    Console(stderr=True).print(message, style="red", highlight=False, markup=False, soft_wrap=True)
