"""What a comparison leaves of a figure: where its value must lie if the other figures that are compared are right."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from pipelines.consistency.conflicts import Solver
from pipelines.consistency.repairs import find_range
from pipelines.intervals import EVERYTHING, Interval

if TYPE_CHECKING:
    from fractions import Fraction

    from pipelines.consistency.constraints import System


class Remainder(NamedTuple):
    """What the others leave of one figure.

    Attributes:
        expected: Where its value must lie. If its own interval has something of that, one interval, from the lowest to
            the highest value; otherwise what lies below of its own, and above. Nothing if no value would do.
        kept: What of its own interval is left; none if nothing is.
    """

    expected: tuple[Interval, ...]
    kept: Interval | None


def find_remainder(
    system: System,
    figure_id: str,
    around: Fraction,
    step: Fraction,
    *,
    domain: Interval = EVERYTHING,
    seconds: float = 10.0,
) -> Remainder:
    """Return what the other figures of a system leave of one.

    Args:
        system: The figures that are compared.
        figure_id: One of them.
        around: A number to begin with: its value.
        step: How exact the ends are: of a count, one.
        domain: Where all values lie.
        seconds: How long it may take.

    Raises:
        Undecided: Time ran out.
    """
    figure = system.by_id[figure_id]
    own = figure.interval
    find = partial(find_range, Solver(system, seconds), figure.say, around, step, [figure_id])
    within = find(within=own)
    if within is not None:
        everywhere = find(within=domain)
        return Remainder((everywhere.meet(domain),) if everywhere else (), within.meet(own))
    beside = []
    if own.low is not None:
        beside.append(Interval(None, own.low, is_high_open=not own.is_low_open).meet(domain))
    if own.high is not None:
        beside.append(Interval(own.high, None, is_low_open=not own.is_high_open).meet(domain))
    found = [(side, find(within=side)) for side in beside]
    return Remainder(tuple(left.meet(side) for side, left in found if left is not None), None)
