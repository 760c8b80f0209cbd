"""What a comparison leaves of each of its figures: bounds from whole numbers, and room beside what cannot be."""

from __future__ import annotations

import random
from fractions import Fraction
from functools import partial

import pytest

from pipelines.consistency.conflicts import Undecided
from pipelines.consistency.constraints import Figure, System, level, parts_of, percentage, yearly_average
from pipelines.consistency.remainders import Remainder, find_remainder
from pipelines.intervals import Interval

ONE, FINE = Fraction(1), Fraction(1, 1000)
SHARES, COUNTS = Interval(Fraction(0), Fraction(100)), Interval(Fraction(0))


def count(name: str, number: int, high: int | None = None) -> Figure:
    interval = Interval(Fraction(number), Fraction(number if high is None else high))
    return Figure(name, interval, partial(level, name))


def share(low: str, high: str) -> Figure:
    interval = Interval(Fraction(low), Fraction(high), is_high_open=True)
    return Figure("share", interval, partial(percentage, "part", "whole"))


def find(system: System, figure_id: str, around: int) -> Remainder:
    step, domain = (FINE, SHARES) if figure_id == "share" else (FINE if figure_id == "average" else ONE, COUNTS)
    return find_remainder(system, figure_id, Fraction(around), step, domain=domain)


def between(low: int, high: int | None) -> Interval:
    return Interval(Fraction(low), None if high is None else Fraction(high))


AVERAGE = Figure(
    "average",
    Interval(Fraction("195.5"), Fraction(197), is_high_open=True),
    partial(yearly_average, "total", years_low=9, years_high=9),
)


def test_an_average_leaves_the_totals_that_it_is_of() -> None:
    system = System((count("total", 1746), AVERAGE))

    assert find(system, "total", 1746) == Remainder((between(1760, 1772),), None)
    assert find(system, "average", 196) == Remainder((Interval.exactly(194),), None)


def test_what_holds_is_left_as_it_is() -> None:
    system = System((count("total", 1764), AVERAGE))

    assert find(system, "total", 1764) == Remainder((between(1760, 1772),), Interval.exactly(1764))
    assert find(system, "average", 196).kept == Interval.exactly(196)


def test_a_share_that_no_whole_number_gives_leaves_room_on_both_sides() -> None:
    system = System((share("0.315", "0.33"), count("whole", 1746)))
    below, above = find(system, "share", 0).expected

    # 5 and 6 of 1 746
    assert below.low == 0
    assert below.high is not None
    assert 0 <= below.high - Fraction(500, 1746) < FINE
    assert above.low is not None
    assert 0 <= Fraction(600, 1746) - above.low < FINE
    assert above.high == 100
    assert find(system, "whole", 1746).expected == (
        between(304, 1587),
        between(1819, None),
    )


def test_an_open_end_that_is_all_that_is_left_is_not_left() -> None:
    # 466 of 1 618 is 28.801 %
    system = System((share("28.65", "28.8"), count("part", 466), count("whole", 1618)))

    assert find(system, "share", 28).kept is None
    assert find(system, "part", 466) == Remainder((between(464, 465),), None)


@pytest.mark.parametrize("seed", range(40))
def test_what_is_left_of_a_share_are_the_whole_numbers_in_it(seed: int) -> None:
    chance = random.Random(seed)
    whole = chance.randint(1, 60)
    low = Fraction(chance.randint(0, 950), 10)
    high = low + Fraction(chance.choice([1, 5, 20, 50]), 10)
    system = System((share(str(low), str(high)), count("whole", whole)))
    shares = [Fraction(100 * part, whole) for part in range(whole + 1)]
    fitting = [one for one in shares if low <= one < high]
    kept = find(system, "share", int(low)).kept

    assert (kept is None) == (not fitting)
    if kept is not None:
        assert kept.low is not None
        assert kept.high is not None
        assert 0 <= fitting[0] - kept.low < FINE
        assert 0 <= kept.high - fitting[-1] < FINE


def test_figures_that_contradict_each_other_leave_nothing_of_another() -> None:
    figures = (count("whole", 10), count("a", 7), count("b", 7), count("c", 1))
    system = System(figures, (parts_of("whole", ["a", "b", "c"], is_complete=False),))

    assert find(system, "c", 1) == Remainder((), None)
    assert find(system, "whole", 10) == Remainder((between(15, None),), None)


def test_an_interval_without_an_end_is_bounded_by_what_others_leave() -> None:
    over = Figure("a", Interval(Fraction(200), None, is_low_open=True), partial(level, "a"))
    system = System((over, count("whole", 238)), (parts_of("whole", ["a"], is_complete=False),))

    assert find(system, "a", 200) == Remainder((between(0, 238),), between(201, 238))


def test_without_time_it_is_not_known_what_is_left() -> None:
    with pytest.raises(Undecided):
        find_remainder(System((count("total", 1746), AVERAGE)), "total", Fraction(1746), ONE, seconds=0)
