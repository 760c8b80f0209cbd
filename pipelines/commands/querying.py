"""``ketnap sql``: one query on the published file, in the form the reader can use."""

from __future__ import annotations

import csv
import json
import sys
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING, BinaryIO, TextIO

import duckdb
from rich.table import Table
from rich.text import Text

from pipelines.languages import format_noun
from pipelines.publication import open_published

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from rich.console import Console


class Format(StrEnum):
    """Forms of a result."""

    TABLE = "table"
    CSV = "csv"
    JSON = "json"
    PARQUET = "parquet"


class QueryError(Exception):
    """The query could not be answered; the message is one line."""


def query(sql: str, database: Path, console: Console, *, form: Format, output: Path | None, limit: int) -> None:
    """Answer a query.

    Args:
        sql: One or more statements; the result of the last is shown.
        database: The published file.
        console: Where a table is drawn.
        form: Form of the result.
        output: File to write instead of the standard output.
        limit: Rows of a table at most; 0 for all. Other forms always have all rows.

    Raises:
        QueryError: DuckDB refuses the query, or the form cannot be written there.
        FileNotFoundError: Nothing was published yet.
    """
    if form is Format.PARQUET and output is None and sys.stdout.isatty():
        message = "parquet is no text: name a file with --output"
        raise QueryError(message)
    with open_published(database) as connection:
        try:
            result = connection.sql(sql)
            if result is None:
                message = "the query returns no rows; only the published file is read, nothing is changed"
                raise QueryError(message)
            _write(result, console, form=form, output=output, limit=limit)
        except duckdb.Error as error:
            raise QueryError(_shorten(str(error))) from error


def _write(result: duckdb.DuckDBPyRelation, console: Console, *, form: Format, output: Path | None, limit: int) -> None:
    if form is Format.TABLE and output is None:
        _draw(result, console, limit)
    elif form is Format.PARQUET and output is None:
        _write_parquet(result, sys.stdout.buffer)
    elif output is None:
        _write_text(result, form, sys.stdout)
    else:
        _write_file(result, form, output)
        console.print(f"{output.resolve()}", highlight=False, markup=False, soft_wrap=True)


def _write_file(result: duckdb.DuckDBPyRelation, form: Format, output: Path) -> None:
    if form is Format.PARQUET:
        with output.open("wb") as file:
            _write_parquet(result, file)
    else:
        with output.open("w", encoding="utf-8", newline="") as file:
            _write_text(result, form, file)


def _write_parquet(result: duckdb.DuckDBPyRelation, file: BinaryIO) -> None:
    import polars as pl

    pl.DataFrame(result).write_parquet(file)


def _write_text(result: duckdb.DuckDBPyRelation, form: Format, file: TextIO) -> None:
    if form is Format.TABLE:
        from rich.console import Console

        _draw(result, Console(file=file, width=10_000), limit=0)
    elif form is Format.CSV:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(result.columns)
        writer.writerows([_spell(value) for value in row] for row in _rows(result))
    else:
        separator = "[\n"
        for row in _rows(result):
            file.write(separator + _encode(dict(zip(result.columns, row, strict=True))))
            separator = ",\n"
        file.write("[]\n" if separator == "[\n" else "\n]\n")


def _rows(result: duckdb.DuckDBPyRelation) -> Iterator[tuple[object, ...]]:
    while rows := result.fetchmany(1000):
        yield from rows


def _draw(result: duckdb.DuckDBPyRelation, console: Console, limit: int) -> None:
    rows = result.fetchmany(limit + 1) if limit else result.fetchall()
    shown = rows[:limit] if limit else rows
    table = Table(show_edge=False, pad_edge=False)
    for position, name in enumerate(result.columns):
        is_number = any(isinstance(row[position], int | float | Decimal) for row in shown)
        table.add_column(Text(name), justify="right" if is_number else "left", overflow="fold")
    for row in shown:
        table.add_row(*(Text("null", style="dim") if value is None else Text(_spell(value)) for value in row))
    needed = console.measure(table, options=console.options.update(width=100_000)).maximum
    if not console.is_terminal:
        console.width = max(console.width, needed)
        console.print(table)
    elif needed <= console.width:
        console.print(table)
    else:
        _draw_records(result.columns, shown, console)
    if len(rows) > len(shown):
        console.print(f"the first {format_noun(limit, 'row')}; there are more: --limit 0 shows all", style="yellow")
    else:
        console.print(format_noun(len(shown), "row"), style="dim", highlight=False)


def _draw_records(columns: Sequence[str], rows: Sequence[tuple[object, ...]], console: Console) -> None:
    """Draw one block a row, a line a column: nothing is cut off, however many columns there are."""
    width = max(map(len, columns))
    for number, row in enumerate(rows, 1):
        console.rule(f"row {number}", align="left", style="dim")
        for name, value in zip(columns, row, strict=True):
            line = Text(f"{name:<{width}}  ", style="bold")
            line.append("null" if value is None else _spell(value), style="dim" if value is None else "not bold")
            console.print(line)


def _spell(value: object) -> str:
    """Write a value as text: no zeros behind the last digit, nothing for null."""
    if value is None:
        return ""
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    if isinstance(value, bool):
        return str(value).lower()
    return str(value)


def _encode(value: object) -> str:
    """Write a value as JSON; a decimal keeps all its digits."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{json.dumps(str(key))}: {_encode(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(_encode, value)) + "]"
    if isinstance(value, Decimal):
        return _spell(value)
    return json.dumps(value, ensure_ascii=False, default=str)


def _shorten(message: str) -> str:
    """Return the part of DuckDB's message that says what is wrong, without the picture of the query."""
    said = message.split("\n\nLINE ", maxsplit=1)[0]
    return " ".join(line.strip() for line in said.splitlines() if line.strip())
