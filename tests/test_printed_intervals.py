"""Where a printed number says that the true value lies: just where somebody would have printed it so."""

from __future__ import annotations

import csv
import math
from fractions import Fraction
from typing import NamedTuple

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from pipelines.intervals import EVERYTHING, Interval, bound_numeral, read_interval
from pipelines.numerals import parse_numeral
from pipelines.paths import SEEDS

LARGEST = 10**12
HALF = Fraction(1, 2)
ROUND = {
    "half up": lambda units: math.floor(units + HALF),
    "half to even": round,
    "cut off": math.floor,
}
MULTIPLIERS = {"ngàn": 10**3, "nghìn": 10**3, "triệu": 10**6, "tỷ": 10**9}
COUNT_SEPARATORS = ("", ".", ",", " ", "\u00a0")
TO = (" đến ", "-", " – ")


def read_qualifiers() -> dict[str, dict[str, str]]:
    with (SEEDS / "qualifiers.csv").open(encoding="utf-8", newline="") as file:
        return {row["qualifier_code"]: row for row in csv.DictReader(file)}


QUALIFIERS = read_qualifiers()
HONOURS = {
    "over": lambda true_value, printed: true_value > printed,
    "at_least": lambda true_value, printed: true_value >= printed,
    "nearly": lambda true_value, printed: true_value < printed,
    "under": lambda true_value, printed: true_value < printed,
    "at_most": lambda true_value, printed: true_value <= printed,
    "about": lambda true_value, printed: True,
}
"""Whether a true value honours the word before a printed one."""


def read_with(qualifier: str, printed: str, *, is_count: bool, is_quotient: bool = False) -> Interval:
    row = QUALIFIERS[qualifier]
    return read_interval(
        printed,
        is_count=is_count,
        side=row["bound_side"],
        is_strict=row["is_strict"] == "true",
        is_quotient=is_quotient,
    )


# printers


class Printer(NamedTuple):
    """Somebody who prints numbers, always in the same way."""

    mode: str
    decimals: int
    mark: str
    word: str

    @property
    def unit(self) -> Fraction:
        """Of the last digit."""
        return Fraction(MULTIPLIERS.get(self.word, 1), 10**self.decimals)

    def round(self, number: int | Fraction) -> Fraction:
        return ROUND[self.mode](number / self.unit) * self.unit

    def print_bare(self, number: int | Fraction) -> str:
        digits = str(ROUND[self.mode](number / self.unit)).zfill(self.decimals + 1)
        whole, decimals = digits[: len(digits) - self.decimals], digits[len(digits) - self.decimals :]
        # a point before three digits separates thousands, and nobody who knows would print it
        assume(not (self.mark == "." and self.decimals == 3 and len(whole) <= 3 and whole != "0"))
        return f"{whole}{self.mark}{decimals}" if decimals else whole

    def print(self, number: int | Fraction) -> str:
        return f"{self.print_bare(number)} {self.word}".strip()


def print_count(count: int, separator: str) -> str:
    return f"{count:,}".replace(",", separator)


def print_in_three_ways(number: Fraction, unit: Fraction) -> set[Fraction]:
    return {round_to(number / unit) * unit for round_to in ROUND.values()}


modes = st.sampled_from(sorted(ROUND))
marks = st.sampled_from([",", "."])
plain_printers = st.builds(Printer, modes, st.integers(0, 4), marks, st.just(""))
multiplying_printers = st.builds(Printer, modes, st.integers(0, 4), marks, st.sampled_from(sorted(MULTIPLIERS)))
counts = st.integers(0, 3000) | st.integers(0, LARGEST)
# every second one is where roundings part
quotients = st.one_of(
    st.fractions(0, LARGEST, max_denominator=10**6),
    st.fractions(0, 100, max_denominator=3000),
    st.builds(lambda number, decimals: Fraction(number, 2 * 10**decimals), counts, st.integers(0, 5)),
)
# where an interval may end, and beside it
places = st.builds(
    lambda quarters, hairs: Fraction(quarters, 4) + Fraction(hairs, 10**9), st.integers(-9, 9), st.integers(-1, 1)
)


# what was printed gives back what was true


@given(counts, st.sampled_from(COUNT_SEPARATORS))
def test_a_count_is_what_is_printed(count: int, separator: str) -> None:
    assert read_interval(print_count(count, separator), is_count=True) == Interval.exactly(count)


@given(quotients, plain_printers | multiplying_printers)
def test_a_quotient_lies_where_it_was_rounded_from(true_value: Fraction, printer: Printer) -> None:
    assert read_interval(printer.print(true_value), is_count=False, is_quotient=True).holds(true_value)


@given(quotients, modes)
def test_a_whole_quotient_may_be_printed_with_thousands(true_value: Fraction, mode: str) -> None:
    printed = print_count(ROUND[mode](true_value), ".")

    assert read_interval(printed, is_count=False, is_quotient=True).holds(true_value)


@given(counts, multiplying_printers)
def test_a_count_in_thousands_or_millions_lies_where_it_was_rounded_from(count: int, printer: Printer) -> None:
    assert read_interval(printer.print(count), is_count=True).holds(count)


@given(quotients, plain_printers, places)
def test_a_printed_quotient_says_no_less_than_it_may(true_value: Fraction, printer: Printer, place: Fraction) -> None:
    printed = printer.round(true_value)
    tried = printed + place * printer.unit
    assume(tried >= 0)
    outcomes = print_in_three_ways(tried, printer.unit)
    interval = read_interval(printer.print(true_value), is_count=False, is_quotient=True)

    assert interval.holds(tried) == (min(outcomes) <= printed <= max(outcomes))


@given(counts, multiplying_printers, places)
def test_a_count_in_millions_says_no_less_than_it_may(count: int, printer: Printer, place: Fraction) -> None:
    assume(printer.unit > 1)
    printed = printer.round(count)
    tried = math.floor(printed + place * printer.unit)
    assume(tried >= 0)
    outcomes = print_in_three_ways(Fraction(tried), printer.unit)
    interval = read_interval(printer.print(count), is_count=True)

    assert interval.holds(tried) == (min(outcomes) <= printed <= max(outcomes))


# words


def test_every_qualifier_is_tried() -> None:
    assert {*HONOURS, "exact", "range"} == set(QUALIFIERS)


@pytest.mark.parametrize("qualifier", [*HONOURS, "exact"])
@given(data=st.data())
def test_a_quotient_behind_a_word_lies_just_where_it_honours_it(qualifier: str, data: st.DataObject) -> None:
    printer = data.draw(plain_printers | multiplying_printers)
    stated = data.draw(quotients)
    printed = printer.round(stated)
    tried = data.draw(quotients | places.map(lambda place: max(printed + place * printer.unit, Fraction(0))))
    interval = read_with(qualifier, printer.print(stated), is_count=False, is_quotient=True)
    outcomes = print_in_three_ways(tried, printer.unit)
    is_as_printed = min(outcomes) <= printed <= max(outcomes)

    assert interval.holds(tried) == (HONOURS[qualifier](tried, printed) if qualifier in HONOURS else is_as_printed)


@pytest.mark.parametrize("qualifier", [*HONOURS, "exact"])
@given(stated=counts, separator=st.sampled_from(COUNT_SEPARATORS), data=st.data())
def test_a_count_behind_a_word_lies_just_where_it_honours_it(
    qualifier: str, stated: int, separator: str, data: st.DataObject
) -> None:
    tried = data.draw(counts | st.integers(-2, 2).map(lambda further: max(stated + further, 0)))
    interval = read_with(qualifier, print_count(stated, separator), is_count=True)

    assert interval.holds(tried) == (HONOURS[qualifier](tried, stated) if qualifier in HONOURS else tried == stated)


@pytest.mark.parametrize("qualifier", [*HONOURS, "exact"])
@pytest.mark.parametrize("is_quotient", [True, False])
@pytest.mark.parametrize("printed", ["0", "0,0", "1.746", "39,66", "3,2 triệu", "bảy"])
def test_no_number_is_below_zero_and_every_end_is_exact(printed: str, is_quotient: bool, qualifier: str) -> None:
    interval = read_with(qualifier, printed, is_count=not is_quotient, is_quotient=is_quotient)

    assert not interval.holds(Fraction(-1, 10**12))
    assert {type(end) for end in (interval.low, interval.high)} <= {Fraction, type(None)}


# ranges


@given(counts, counts, counts, st.sampled_from(COUNT_SEPARATORS), st.sampled_from(TO))
def test_a_count_lies_between_the_ends_of_a_range(one: int, other: int, tried: int, separator: str, to: str) -> None:
    low, high = sorted((one, other))
    interval = read_with("range", f"{print_count(low, separator)}{to}{print_count(high, separator)}", is_count=True)

    assert interval == Interval(Fraction(low), Fraction(high))
    assert interval.holds(tried) == (low <= tried <= high)


@given(quotients, quotients, places, plain_printers, st.sampled_from(TO), st.sampled_from(["", "%"]))
def test_a_quotient_lies_between_the_roundings_of_the_ends_of_a_range(
    one: Fraction, other: Fraction, place: Fraction, printer: Printer, to: str, sign: str
) -> None:
    low, high = sorted((one, other))
    printed = f"{printer.print(low)}{sign}{to}{printer.print(high)}{sign}"
    interval = read_with("range", printed, is_count=False, is_quotient=True)

    assert all(interval.holds(true_value) for true_value in (low, (low + high) / 2, high))
    for end in (low, high):
        tried = max(end + place * printer.unit, Fraction(0))
        outcomes = print_in_three_ways(tried, printer.unit)
        assert interval.holds(tried) == (printer.round(low) <= max(outcomes) and min(outcomes) <= printer.round(high))


@given(counts, counts, multiplying_printers, st.sampled_from(TO), st.booleans())
def test_a_count_in_millions_lies_between_the_roundings_of_the_ends_of_a_range(
    one: int, other: int, printer: Printer, to: str, says_word_once: bool
) -> None:
    low, high = sorted((one, other))
    first = printer.print_bare(low) if says_word_once else printer.print(low)
    interval = read_with("range", f"{first}{to}{printer.print(high)}", is_count=True)

    assert all(interval.holds(count) for count in (low, (low + high) // 2, high))


# examples


@pytest.mark.parametrize(
    ("printed", "qualifier", "is_count", "is_quotient", "low", "high", "is_low_open", "is_high_open"),
    [
        ("1.746", "exact", True, False, "1746", "1746", False, False),
        ("112,900", "nearly", True, False, "0", "112900", False, True),
        ("39,66", "exact", False, True, "39.655", "39.67", False, True),
        ("39.66%", "exact", False, True, "39.655", "39.67", False, True),
        ("1.746", "exact", False, True, "1745.5", "1747", False, True),
        ("70", "over", False, True, "70", None, True, False),
        ("50", "at_least", False, True, "50", None, False, False),
        ("50", "at_most", False, True, "0", "50", False, False),
        ("50", "under", False, True, "0", "50", False, True),
        ("15.000", "about", True, False, "0", None, False, False),
        ("8 đến 15", "range", True, False, "8", "15", False, False),
        ("8,5% đến 9,5%", "range", False, True, "8.45", "9.6", False, True),
        ("3,2 triệu", "exact", True, False, "3150000", "3300000", False, True),
        ("3,246 nghìn", "exact", True, False, "3246", "3246", False, False),
        ("3 đến 5 triệu", "range", True, False, "2500000", "6000000", False, True),
        ("0,3", "exact", False, True, "0.25", "0.4", False, True),
        ("0", "exact", False, True, "0", "1", False, True),
        ("22/40", "exact", True, False, "22", "22", False, False),
        ("một", "exact", True, False, "1", "1", False, False),
    ],
)
def test_a_printed_number_has_its_interval(
    printed: str,
    qualifier: str,
    is_count: bool,
    is_quotient: bool,
    low: str | None,
    high: str | None,
    is_low_open: bool,
    is_high_open: bool,
) -> None:
    ends = (None if end is None else Fraction(end) for end in (low, high))

    assert read_with(qualifier, printed, is_count=is_count, is_quotient=is_quotient) == Interval(
        *ends, is_low_open, is_high_open
    )


def test_a_numeral_that_was_read_before_has_the_same_interval() -> None:
    numeral = parse_numeral("39,66", is_count=False)

    assert bound_numeral(numeral, is_quotient=True) == read_interval("39,66", is_count=False, is_quotient=True)


@pytest.mark.parametrize("printed", ["", "người", "15 đến 8", "1.746 người"])
def test_what_is_no_number_has_no_interval(printed: str) -> None:
    with pytest.raises(ValueError, match="is no number of a known form|ends below its start"):
        read_interval(printed, is_count=True)


# the algebra

# few numbers, so that ends often meet
numbers = st.builds(Fraction, st.integers(-6, 6), st.integers(1, 2))
ends = st.none() | numbers
intervals = st.builds(Interval, ends, ends, st.booleans(), st.booleans())
factors = st.builds(Fraction, st.integers(1, 20), st.integers(1, 20))


@given(intervals, intervals, numbers)
def test_two_intervals_have_in_common_what_lies_in_both(one: Interval, other: Interval, number: Fraction) -> None:
    assert one.meet(other).holds(number) == (one.holds(number) and other.holds(number))


@given(intervals, intervals)
def test_two_intervals_meet_if_a_number_lies_in_both(one: Interval, other: Interval) -> None:
    both = one.meet(other)

    def holds_something(interval: Interval) -> bool:
        low, high = interval.low, interval.high
        return low is None or high is None or (low <= high and interval.holds((low + high) / 2))

    assume(holds_something(one) and holds_something(other))
    assert one.meets(other) == other.meets(one) == holds_something(both)


@given(intervals, intervals, intervals)
def test_it_does_not_matter_in_which_order_intervals_meet(one: Interval, other: Interval, third: Interval) -> None:
    assert one.meet(other) == other.meet(one)
    assert one.meet(other).meet(third) == one.meet(other.meet(third))
    assert one.meet(one) == one.meet(EVERYTHING) == one


@given(intervals, numbers, numbers)
def test_an_interval_that_is_shifted_holds_the_numbers_that_are(
    interval: Interval, number: Fraction, further: Fraction
) -> None:
    assert interval.shift(further).holds(number + further) == interval.holds(number)
    assert interval.shift(further).shift(-further) == interval


@given(intervals, numbers, factors)
def test_an_interval_that_is_scaled_holds_the_numbers_that_are(
    interval: Interval, number: Fraction, factor: Fraction
) -> None:
    assert interval.scale(factor).holds(number * factor) == interval.holds(number)
    assert interval.scale(factor).scale(1 / factor) == interval


@given(numbers, numbers)
def test_an_interval_of_one_number_holds_no_other(number: Fraction, other: Fraction) -> None:
    assert Interval.exactly(number).holds(other) == (number == other)


@given(st.integers(-LARGEST, LARGEST), intervals)
def test_a_whole_number_lies_where_the_same_fraction_does(number: int, interval: Interval) -> None:
    moved = interval.shift(number)

    assert all(moved.holds(number + step) == moved.holds(Fraction(number + step)) for step in range(-6, 7))
    assert EVERYTHING.holds(number)
