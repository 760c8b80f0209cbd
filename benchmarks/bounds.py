"""What a benchmark claims, and whether what was measured keeps it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from rich.table import Table

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rich.console import Console

GIB = 2**30


@dataclass(frozen=True)
class Bound:
    """A claim about speed or memory.

    Attributes:
        text: What must hold.
        value: What was measured; None if a run it needs has failed.
        limit: What it may be at most.
    """

    text: str
    value: float | None
    limit: float

    @property
    def holds(self) -> bool:
        """Whether it was measured and is within the limit."""
        return self.value is not None and self.value <= self.limit


def print_bounds(bounds: Iterable[Bound], console: Console) -> None:
    """Print a table of claims, and of each whether it holds."""
    table = Table("bound", "measured", "at most", "")
    for bound in bounds:
        verdict = "not measured" if bound.value is None else "holds" if bound.holds else "does not hold"
        table.add_row(bound.text, format_number(bound.value, 3), f"{bound.limit:g}", verdict)
    console.print(table)


def divide(part: float | None, whole: float | None) -> float | None:
    """Return a ratio; None if one of its sides was not measured.

    Examples:
        >>> divide(1, 2), divide(1, None)
        (0.5, None)
    """
    return None if part is None or whole is None else part / whole


def format_number(number: float | None, decimals: int = 2) -> str:
    """Return a number as tables print it; nothing for none."""
    return "" if number is None else f"{number:.{decimals}f}"
