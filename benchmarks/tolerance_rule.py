"""The rule that one would write: two sides of a comparison differ by more than one percent."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import TYPE_CHECKING

from benchmarks.commune_figures import list_comparisons

if TYPE_CHECKING:
    from collections.abc import Mapping

    from benchmarks.commune_figures import Comparison, Numeral, Products

TOLERANCE = Fraction(1, 100)
"""Of the larger side."""


def list_alarms(printed: Mapping[str, Numeral]) -> list[Comparison]:
    """Return the comparisons whose sides differ too much."""
    values = {name: numeral.value for name, numeral in printed.items()}
    return [comparison for comparison in list_comparisons(printed) if _differs(comparison, values)]


def _differs(comparison: Comparison, values: Mapping[str, Fraction]) -> bool:
    left, right = _add_up(comparison.left, values), _add_up(comparison.right, values)
    difference = left - right if comparison.is_at_most else abs(left - right)
    return difference > TOLERANCE * max(left, right)


def _add_up(products: Products, values: Mapping[str, Fraction]) -> Fraction:
    return sum((factor * math.prod(values[name] for name in names) for factor, names in products), Fraction(0))
