"""Draws what communes print about a year of admissions: true counts, figures printed from them, and some figures wrong.

A commune has whole counts that hang together: admissions of the year by quarter, by age and by education, groups that
overlap, the term of five years, members before and after, a target. What is printed of them is right: shares are
rounded or cut off, a count may be "over" or "nearly" a round number. Only then errors are planted, in what is printed
and not in what is true. Nothing here knows how errors are looked for.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import partial
from itertools import pairwise
from random import Random
from typing import TYPE_CHECKING, NamedTuple

from pipelines.consistency.constraints import (
    Figure,
    System,
    balance,
    level,
    parts_of,
    percent_change,
    percentage,
    subset_of,
    yearly_average,
)
from pipelines.intervals import read_interval

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from pipelines.consistency.constraints import Statement
    from pipelines.intervals import Interval

    Counts = Mapping[str, int]
    Products = tuple[tuple[Fraction, tuple[str, ...]], ...]

FIGURE_COUNT = 30
"""How many figures a full report prints."""

TERM_YEARS = 5

_QUARTERS = ("quarter 1", "quarter 2", "quarter 3", "quarter 4")
_AGES = ("aged 18 to 30", "aged 31 to 40", "aged 41 to 50", "aged 51 to 60", "aged 61 or more")
_EDUCATION = ("primary education", "lower secondary", "upper secondary", "university")
_GROUPS = ("women", "ethnic minority", "youth union", "religious")
_LIKE = {"0": "68", "1": "47", "2": "7", "3": "85", "4": "19", "5": "63", "6": "50", "7": "12", "8": "30", "9": "4"}
"""Digits that are taken for one another."""

_HUNDREDTH = Fraction(1, 100)


@dataclass(frozen=True)
class Recipe:
    """What kind of communes is drawn.

    Attributes:
        least: The fewest admissions of a year.
        most: The most.
        figure_counts: How many figures are printed at least, and at most.
        error_count: How many of them are wrong.
        has_typos: Whether a slip of the pen makes them wrong, rather than a value that is not meant.
    """

    least: int = 20
    most: int = 5_000
    figure_counts: tuple[int, int] = (FIGURE_COUNT, FIGURE_COUNT)
    error_count: int = 0
    has_typos: bool = True


class Numeral(NamedTuple):
    """A number as it is printed.

    Attributes:
        digits: All of them.
        decimals: How many of them stand behind the mark.
        is_count: Whether it counts whole things, rather than being a percentage or an average.
        side: The side that the word before it bounds: ``lower`` for over, ``upper`` for nearly, ``both`` for none.
    """

    digits: str
    decimals: int = 0
    is_count: bool = True
    side: str = "both"

    @property
    def value(self) -> Fraction:
        """What it says."""
        return Fraction(int(self.digits), 10**self.decimals)

    @property
    def text(self) -> str:
        """The numeral, in Vietnamese."""
        whole, rest = divmod(int(self.digits), 10**self.decimals)
        if self.is_count:
            return f"{whole:,}".replace(",", ".")
        return f"{whole},{rest:0{self.decimals}}" if self.decimals else str(whole)

    @property
    def interval(self) -> Interval:
        """Where the true value lies, if it is right."""
        is_strict, is_quotient = self.side != "both", not self.is_count
        return read_interval(
            self.text, is_count=self.is_count, side=self.side, is_strict=is_strict, is_quotient=is_quotient
        )


@dataclass(frozen=True)
class Commune:
    """What a commune prints.

    Attributes:
        counts: What is true.
        printed: The figures, by name, in the order in which they are printed.
        planted: Those that are wrong.
    """

    counts: Counts
    printed: Mapping[str, Numeral]
    planted: frozenset[str] = frozenset()

    def build_system(self) -> System:
        """Return the figures as constraints, and what holds by definition."""
        figures = tuple(Figure(name, numeral.interval, _SLOTS[name].say) for name, numeral in self.printed.items())
        return System(figures, RELATIONS)


class _Slot(NamedTuple):
    """What can be printed: how it is found, and what it says."""

    find: Callable[[Counts], int | Fraction]
    say: Statement
    is_count: bool = True


class Comparison(NamedTuple):
    """What anyone would compare: sums of products of printed figures.

    Attributes:
        left: Factors, and the figures that are multiplied with each.
        right: Likewise.
        is_at_most: Whether the left side may be less.
    """

    left: Products
    right: Products
    is_at_most: bool = False

    @property
    def figure_ids(self) -> frozenset[str]:
        """The figures on both sides."""
        return frozenset(name for _, names in self.left + self.right for name in names)


RELATIONS = (
    *(parts_of("year", parts, is_complete=True) for parts in (_QUARTERS, _AGES, _EDUCATION)),
    *(subset_of(group, "year") for group in _GROUPS),
    parts_of("term", ["year", "previous year"], is_complete=False),
    *balance(
        "members after",
        "members before",
        ["year", "moved in"],
        ["moved out", "died or left"],
        has_all_increases=True,
        has_all_decreases=True,
    ),
)
"""What holds by definition."""


def draw_commune(seed: str, recipe: Recipe) -> Commune:
    """Return what a commune prints; the same of the same seed.

    Args:
        seed: What everything is drawn from.
        recipe: What kind of commune it is.
    """
    random = Random(seed)  # noqa: S311 - nothing is kept secret
    admissions = int(math.exp(random.uniform(math.log(recipe.least), math.log(recipe.most))))
    counts = _draw_counts(random, admissions)
    printed = _print_some(random, counts, random.randint(*recipe.figure_counts))
    commune = Commune(counts, printed)
    if not recipe.error_count:
        return commune
    names = random.sample(sorted(printed), recipe.error_count)
    earlier = _print_all(random, _draw_counts(random, max(1, admissions * random.randint(70, 130) // 100)))
    wrong = {}
    for name in names:
        if recipe.has_typos:
            wrong[name] = misprint(random, printed[name])
        else:
            wrong[name] = _mistake(random, name, printed, earlier.get(name, printed[name]))
    return replace(commune, printed={**printed, **wrong}, planted=frozenset(names))


def list_comparisons(printed: Mapping[str, Numeral]) -> list[Comparison]:
    """Return what can be compared; a number that is over or nearly the true one is compared with nothing."""
    plain = {name for name, numeral in printed.items() if numeral.side == "both"}
    return [comparison for comparison in _COMPARISONS if comparison.figure_ids <= plain]


# true counts


def _draw_counts(random: Random, year: int) -> dict[str, int]:
    previous = random.randint(year // 2 + 1, year * 3 // 2 + 1)
    others = sum(random.randint(year // 2, year * 3 // 2) for _ in range(TERM_YEARS - 2))
    before = random.randint(20, 40) * year
    moved_in, moved_out, gone = (random.randint(0, year) for _ in range(3))
    return {
        "year": year,
        **_split(random, year, _QUARTERS),
        **_split(random, year, _AGES),
        **_split(random, year, _EDUCATION),
        **{group: random.randint(0, year) for group in _GROUPS},
        "target": max(1, year * random.randint(80, 120) // 100),
        "previous year": previous,
        "term": year + previous + others,
        "members before": before,
        "moved in": moved_in,
        "moved out": moved_out,
        "died or left": gone,
        "members after": before + year + moved_in - moved_out - gone,
    }


def _split(random: Random, whole: int, parts: Sequence[str]) -> dict[str, int]:
    cuts = [0, *sorted(random.randint(0, whole) for _ in parts[1:]), whole]
    return {part: after - before for part, (before, after) in zip(parts, pairwise(cuts), strict=True)}


# what is printed of them


def _read(count: str) -> _Slot:
    return _Slot(lambda counts: counts[count], partial(level, count))


def _share(part: str, whole: str) -> _Slot:
    say = partial(percentage, part, whole)
    return _Slot(lambda counts: Fraction(100 * counts[part], counts[whole]), say, is_count=False)


_COUNTS = (
    *("year", *_QUARTERS, *_AGES, *_EDUCATION, *_GROUPS, "target", "previous year", "term"),
    *("members before", "moved in", "moved out", "died or left", "members after"),
)
_SLOTS = {
    **{count: _read(count) for count in _COUNTS},
    "year again": _read("year"),
    **{f"share of {group}": _share(group, "year") for group in _GROUPS},
    "attainment": _share("year", "target"),
    # only one of these two is printed: no number is below zero
    "percent of previous year": _share("year", "previous year"),
    "growth": _Slot(
        lambda counts: Fraction(100 * (counts["year"] - counts["previous year"]), counts["previous year"]),
        partial(percent_change, "year", "previous year"),
        is_count=False,
    ),
    "yearly average": _Slot(
        lambda counts: Fraction(counts["term"], TERM_YEARS),
        partial(yearly_average, "term", years_low=TERM_YEARS, years_high=TERM_YEARS),
        is_count=False,
    ),
}


def _print_some(random: Random, counts: Counts, figure_count: int) -> dict[str, Numeral]:
    printed = _print_all(random, counts)
    kept = frozenset(random.sample(sorted(printed), figure_count))
    return {name: numeral for name, numeral in printed.items() if name in kept}


def _print_all(random: Random, counts: Counts) -> dict[str, Numeral]:
    """Return all figures that can be printed; all shares are rounded, or all cut off."""
    half = random.choice([Fraction(0), Fraction(1, 2)])
    left_out = "growth" if counts["year"] < counts["previous year"] else "percent of previous year"
    printed = {}
    for name, slot in _SLOTS.items():
        value = slot.find(counts)
        if name == left_out:
            continue
        if slot.is_count:
            printed[name] = _print_count(random, int(value))
        else:
            decimals = random.choice([1, 2])
            printed[name] = Numeral(str(math.floor(value * 10**decimals + half)), decimals, is_count=False)
    return printed


def _print_count(random: Random, value: int) -> Numeral:
    # two digits are kept of a round number
    step = 10 ** max(len(str(value)) - 2, 0)
    side = random.choices(["both", "lower", "upper"], [18, 1, 1])[0]
    if side == "both" or value % step == 0:
        return Numeral(str(value))
    return Numeral(str(value // step * step + (step if side == "upper" else 0)), side=side)


# errors


def misprint(random: Random, numeral: Numeral) -> Numeral:
    """Return a number with another value that a slip makes of it.

    Digits change places, one is lost, doubled or taken for another, or the number is ten times as large.
    """
    while True:
        slipped = _slip(random, numeral)
        if slipped.digits and slipped.value != numeral.value:
            return slipped


def _slip(random: Random, numeral: Numeral) -> Numeral:
    digits, decimals = numeral.digits.zfill(numeral.decimals + 1), numeral.decimals
    at = random.randrange(len(digits))
    before, digit, after = digits[:at], digits[at], digits[at + 1 :]
    is_decimal = len(after) < decimals
    slip = random.choice(["transposed", "lost", "doubled", "misread", "tenfold"])
    if slip == "transposed":
        return numeral._replace(digits=before + after[:1] + digit + after[1:])
    if slip == "lost":
        return numeral._replace(digits=before + after, decimals=decimals - is_decimal)
    if slip == "doubled":
        return numeral._replace(digits=before + 2 * digit + after, decimals=decimals + is_decimal)
    if slip == "misread":
        return numeral._replace(digits=before + random.choice(_LIKE[digit]) + after)
    if decimals:
        return numeral._replace(decimals=decimals - 1)
    return numeral._replace(digits=digits + "0")


def _mistake(random: Random, name: str, printed: Mapping[str, Numeral], earlier: Numeral) -> Numeral:
    """Return another value that stands there instead: that of the year before, of the next line, or any."""
    numeral = printed[name]
    alike = [other for other, one in printed.items() if one.is_count == numeral.is_count]
    at = alike.index(name)
    choices = [printed[other] for other in alike[max(at - 1, 0) : at + 2]]
    choices += [earlier, earlier, numeral._replace(digits=str(random.randint(0, 2 * int(numeral.digits) + 10)))]
    others = [one for one in choices if one.value != numeral.value]
    return random.choice(others) if others else misprint(random, numeral)


# what anyone would compare


def _add(*names: str) -> Products:
    return tuple((Fraction(1), (name,)) for name in names)


def _compare_year(year: str) -> Iterable[Comparison]:
    """Return what the admissions of the year, wherever they are printed, are compared with."""
    for parts in (_QUARTERS, _AGES, _EDUCATION):
        yield Comparison(_add(*parts), _add(year))
    for group in _GROUPS:
        yield Comparison(_add(group), _add(year), is_at_most=True)
        yield Comparison(_add(group), ((_HUNDREDTH, (f"share of {group}", year)),))
    yield Comparison(_add(year), ((_HUNDREDTH, ("attainment", "target")),))
    yield Comparison(_add(year), ((_HUNDREDTH, ("percent of previous year", "previous year")),))
    yield Comparison(_add(year), (*_add("previous year"), (_HUNDREDTH, ("growth", "previous year"))))
    yield Comparison(_add(year, "previous year"), _add("term"), is_at_most=True)
    came = _add("members before", year, "moved in")
    yield Comparison(_add("members after", "moved out", "died or left"), came)


_COMPARISONS = (
    Comparison(_add("year"), _add("year again")),
    *_compare_year("year"),
    *_compare_year("year again"),
    Comparison(_add("term"), ((Fraction(TERM_YEARS), ("yearly average",)),)),
)
