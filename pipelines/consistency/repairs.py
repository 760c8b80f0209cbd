"""What a suspect may have been meant to be: where its value must lie if the others are right, and which slips land so.

Nothing is ever applied: a repair is a proposal to whoever can look the number up.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from pipelines.consistency.slips import list_slips
from pipelines.intervals import EVERYTHING, Interval

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence
    from fractions import Fraction

    from pipelines.consistency.conflicts import Solver
    from pipelines.consistency.constraints import Statement
    from pipelines.consistency.slips import Slip

_FARTHEST = 10**12
"""Further away no end is looked for."""


class Printed(NamedTuple):
    """What stands at the place of a figure.

    Attributes:
        text: As printed; none if the words say it without a number.
        step: One unit of its last digit.
        is_count: Whether it counts whole things.
        read: Where the value lies if another text stood there. Raises ValueError if that is no number.
        neighbours: What is printed beside it.
        earlier: What was printed for the period before, if that is known.
    """

    text: str | None
    step: Fraction
    is_count: bool
    read: Callable[[str], Interval]
    neighbours: Sequence[str] = ()
    earlier: str | None = None


def find_range(
    solver: Solver,
    say: Statement,
    around: Fraction,
    step: Fraction,
    left_out: Collection[str],
    within: Interval = EVERYTHING,
) -> Interval | None:
    """Return where the value of a figure must lie if the others are right.

    What is said of a value that is at least so much is the less likely the larger that is; so the ends are found by
    doubling and halving.

    Args:
        solver: Knows all figures.
        say: What a value says.
        around: A number to begin with.
        step: How exact the ends are: of a count, one.
        left_out: Figures that are not believed, and this one.
        within: Other values are not asked for.

    Returns:
        A closed interval, less than a step too wide on either side; an end that is not found is none. None if no value
        fits.

    Raises:
        Undecided: Time ran out.
    """

    def can_lie(where: Interval) -> bool:
        return solver.can_be_true(say(within.meet(where)), left_out)

    def can_reach(at: int) -> bool:
        return can_lie(Interval(at * step, None))

    def can_stay(at: int) -> bool:
        return can_lie(Interval(None, -at * step))

    if not can_lie(EVERYTHING):
        return None
    start = int(around // step)
    high, low = _find_last(can_reach, start), _find_last(can_stay, -start)
    # the last value may lie between two steps
    if high is not None and can_lie(Interval(high * step, None, is_low_open=True)):
        high += 1
    if low is not None and can_lie(Interval(None, -low * step, is_high_open=True)):
        low += 1
    return Interval(None if low is None else -low * step, None if high is None else high * step)


def _find_last(holds: Callable[[int], bool], start: int) -> int | None:
    """Return the largest number of which something holds that holds of all smaller ones; none if it has no end."""
    width = 1
    good = bad = start
    if holds(start):
        while holds(bad := start + width):
            good, width = bad, 2 * width
            if width > _FARTHEST:
                return None
    else:
        while not holds(good := start - width):
            bad, width = good, 2 * width
            if width > _FARTHEST:
                return good
    while bad - good > 1:
        middle = (good + bad) // 2
        good, bad = (middle, bad) if holds(middle) else (good, middle)
    return good


def list_repairs(
    solver: Solver, say: Statement, printed: Printed, *, within: Interval, left_out: Collection[str]
) -> list[Slip]:
    """Return the slips after which the figures that are believed can all be true, the likeliest first.

    Args:
        solver: Knows all figures.
        say: What a value of the suspect says.
        printed: What stands at its place.
        within: Where its value must lie, as `find_range` found.
        left_out: Figures that are not believed, and this one.

    Raises:
        Undecided: Time ran out.
    """
    if printed.text is None:
        return []
    slips = list_slips(printed.text, is_count=printed.is_count, neighbours=printed.neighbours, earlier=printed.earlier)
    read = [(slip, printed.read(slip.printed)) for slip in slips]
    return [slip for slip, interval in read if interval.meets(within) and solver.can_be_true(say(interval), left_out)]
