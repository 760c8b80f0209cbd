"""What a suspect may have been meant to be: where its value must lie if the others are right, and which slips land there.

Nothing is ever applied: a repair is a proposal to whoever can look the number up.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, NamedTuple

from pipelines.consistency.conflicts import Solver, Undecided
from pipelines.consistency.slips import list_slips
from pipelines.intervals import EVERYTHING, Interval

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

    from pipelines.consistency.constraints import Statement, System
    from pipelines.consistency.slips import Slip

_FARTHEST = 10**12
"""Further away no end is looked for."""


class Printed(NamedTuple):
    """What stands at the place of a figure.

    Attributes:
        text: As printed.
        step: One unit of its last digit.
        is_count: Whether it counts whole things.
        read: Where the value lies if another text stood there. Raises ValueError if that is no number.
        neighbours: What is printed beside it.
        earlier: What was printed for the period before, if that is known.
    """

    text: str
    step: Fraction
    is_count: bool
    read: Callable[[str], Interval]
    neighbours: Sequence[str] = ()
    earlier: str | None = None


def find_range(
    system: System,
    say: Statement,
    around: Fraction,
    step: Fraction,
    *,
    left_out: Collection[str],
    seconds: float = 10.0,
) -> Interval | None:
    """Return where the value of a figure must lie if the others are right, to one step.

    Of a value that is at least so much, more is said the larger that is; so its ends are found by doubling and halving.

    Args:
        system: All figures.
        say: What a value says.
        around: A number to begin with.
        step: How exact the ends are.
        left_out: Figures that are not believed, and this one.
        seconds: How long it may take.

    Returns:
        A closed interval; an end that is not found is none. None if no value fits.

    Raises:
        Undecided: Time ran out.
    """
    solver = Solver(system, seconds)

    def can_reach(number: Fraction) -> bool:
        return solver.can_be_true(say(Interval(number, None)), left_out)

    def can_stay(number: Fraction) -> bool:
        return solver.can_be_true(say(Interval(None, number)), left_out)

    if not solver.can_be_true(say(EVERYTHING), left_out):
        return None
    start = int(around // step)
    high = _find_last(lambda at: can_reach(at * step), start)
    low = _find_last(lambda at: can_stay(-at * step), -start)
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
    system: System, say: Statement, printed: Printed, *, left_out: Collection[str], seconds: float = 10.0
) -> list[Slip]:
    """Return the slips after which the figures that are believed can all be true, the likeliest first.

    Args:
        system: All figures.
        say: What a value of the suspect says.
        printed: What stands at its place.
        left_out: Figures that are not believed, and this one.
        seconds: How long it may take; what is found until then is returned.
    """
    solver = Solver(system, seconds)
    found = []
    try:
        for slip in list_slips(
            printed.text, is_count=printed.is_count, neighbours=printed.neighbours, earlier=printed.earlier
        ):
            if solver.can_be_true(say(printed.read(slip.printed)), left_out):
                found.append(slip)
    except Undecided:
        return found
    return found
