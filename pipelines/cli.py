"""The command ``ketnap``: what can be asked and with which options. What is done stands in `pipelines.commands`.

Nothing heavy is imported before a command runs, so that ``--help`` is there at once.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path  # noqa: TC003 - Typer reads annotations while it runs
from typing import Annotated

import typer
from rich.console import Console

from pipelines.commands.findings import Severity  # noqa: TC001 - likewise
from pipelines.commands.querying import Format
from pipelines.languages import Language
from pipelines.moments import parse_moment
from pipelines.paths import load_paths
from pipelines.settings import CHECKOUT

app = typer.Typer(
    name="ketnap",
    help="Kết nạp: the warehouse of statistics on Party admissions.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


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


@app.command()
def findings(
    *,
    severity: Annotated[Severity | None, typer.Option(help="Only findings of this severity.")] = None,
    organisation: Annotated[
        str | None,
        typer.Option(metavar="TEXT", help="Only organisations whose name contains this text, with or without marks."),
    ] = None,
    lang: Annotated[Language, typer.Option(help="Language of the messages.")] = Language.VI,
) -> None:
    """List what the warehouse says of the published figures."""
    from pipelines.commands.findings import print_findings

    _require_warehouse()
    print_findings(
        load_paths().published_database, Console(), severity=severity, organisation=organisation, language=lang
    )


@app.command()
def status() -> None:
    """Show what is in the warehouse, when it was built, and what failed in the last run.

    Exit code 1: nothing is built yet.
    """
    from pipelines.commands.status import print_status

    raise typer.Exit(print_status(load_paths(), Console()))


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
    """Serve Dagster's pages on this warehouse: the graph, its checks, the history of runs. Ends with Ctrl-C."""
    from pipelines.defs.runs import prepare_instance

    prepare_instance(load_paths())
    # where pyproject.toml names the definitions
    os.chdir(CHECKOUT)
    os.execv(sys.executable, [sys.executable, "-m", "dagster", "dev", "--port", str(port)])  # noqa: S606


def _require_warehouse() -> None:
    from pipelines.commands.status import NOTHING_BUILT

    database = load_paths().published_database
    if not database.is_file():
        _complain(NOTHING_BUILT.format(database=str(database)))
        raise typer.Exit(1)


def _complain(message: str) -> None:
    Console(stderr=True).print(message, style="red", highlight=False, markup=False, soft_wrap=True)
