"""Rows as a Markdown table, for Dagster's pages and the generated documents."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


def format_markdown(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    r"""Write rows as a Markdown table.

    Args:
        columns: The head.
        rows: As many cells each; None becomes an empty cell.

    Examples:
        >>> print(format_markdown(["group_code", "note"], [["women", "a | b"], ["youth", None]]))
        | group_code | note |
        | --- | --- |
        | women | a \| b |
        | youth |  |
    """
    lines = [columns, ["---"] * len(columns), *rows]
    return "\n".join(f"| {' | '.join(_cell(value) for value in line)} |" for line in lines)


def _cell(value: object) -> str:
    return "" if value is None else " ".join(str(value).split()).replace("|", "\\|")
