"""Values as text and rows as a Markdown table, for Dagster's pages, the Data Docs and the generated documents."""

from __future__ import annotations

from decimal import Decimal
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


def format_value(value: object) -> str:
    """Write a value of a table; exact numbers without zeros that say nothing.

    Examples:
        >>> format_value(Decimal("1760.000000")), format_value(Decimal("39.660000")), format_value(None)
        ('1760', '39.66', '')
    """
    if value is None:
        return ""
    return f"{value.normalize():f}" if isinstance(value, Decimal) else str(value)


def _cell(value: object) -> str:
    return " ".join(format_value(value).split()).replace("|", "\\|")
