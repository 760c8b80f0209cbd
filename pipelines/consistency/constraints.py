"""Figures as constraints on counts that nobody has seen: linear, over whole numbers that are not negative, exact.

A count is what an organisation, a measure, a group and a period have in common; it is named by any text. A `Constraint`
bounds a sum of counts; a `Figure` is one or more constraints that hold if what is printed is right. What holds by
definition, whoever printed it (the parts of a complete list are their whole), rests on no figure.

A percentage of a base is linear although both are unknown, because what is printed is a number: a share from 5.35 to
below 5.45 % says ``10000 part ≥ 535 whole`` and ``10000 part < 545 whole``.
"""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import TYPE_CHECKING, TypeAlias

from pipelines.intervals import Interval

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    Number = int | Fraction

Statement: TypeAlias = "Callable[[Interval], tuple[Constraint, ...]]"
"""What a value that lies in an interval says of counts."""

_HUNDRED = 100
_MORE_THAN_ANY = 10**15
"""Further than any two counts are apart, and any percentage of them."""


@dataclass(frozen=True)
class Constraint:
    """A sum of counts lies between two whole numbers.

    Attributes:
        terms: Counts and their factors; no factor is zero, and each count stands there once.
        low: The sum is not less; none if that is not said.
        high: The sum is not more, likewise.
        rule_code: What says so.
    """

    terms: tuple[tuple[str, int], ...]
    low: int | None = None
    high: int | None = None
    rule_code: str = ""

    def holds(self, counts: Mapping[str, int]) -> bool:
        """Whether it is true of counts."""
        total = sum(factor * counts[name] for name, factor in self.terms)
        return (self.low is None or total >= self.low) and (self.high is None or total <= self.high)


@dataclass(frozen=True)
class Figure:
    """What is printed somewhere.

    Attributes:
        figure_id: Its name.
        interval: Where its value lies, by what is printed.
        say: What a value that lies in an interval says of counts.
        reliability: The higher, the less likely it is wrong. Ranks those that may be, and excludes none.
    """

    figure_id: str
    interval: Interval
    say: Statement
    reliability: int = 0

    @cached_property
    def constraints(self) -> tuple[Constraint, ...]:
        """What holds if it is right."""
        return self.say(self.interval)


@dataclass(frozen=True)
class System:
    """Figures, and what holds between the counts that they are about.

    Attributes:
        figures: The figures; each has a name of its own.
        relations: What holds by definition.
    """

    figures: tuple[Figure, ...]
    relations: tuple[Constraint, ...] = ()

    @cached_property
    def by_id(self) -> dict[str, Figure]:
        """The figures by name."""
        return {figure.figure_id: figure for figure in self.figures}

    def without(self, figure_ids: Iterable[str]) -> System:
        """Return the system in which some figures say nothing."""
        left_out = frozenset(figure_ids)
        return System(tuple(figure for figure in self.figures if figure.figure_id not in left_out), self.relations)


# what is said of counts


def bound(terms: Mapping[str, Number], interval: Interval, *, rule_code: str = "") -> Constraint:
    """Return that a sum lies in an interval, over whole numbers.

    Args:
        terms: Counts and their factors.
        interval: Where their sum lies.
        rule_code: What says so.

    Examples:
        >>> bound({"women": 1}, Interval(Fraction(5, 2), Fraction(7), is_high_open=True))
        Constraint(terms=(('women', 1),), low=3, high=6, rule_code='')
        >>> bound({"part": Fraction(1), "whole": Fraction(-535, 10000)}, Interval(Fraction(0)))
        Constraint(terms=(('part', 2000), ('whole', -107)), low=0, high=None, rule_code='')
    """
    kept = {name: Fraction(factor) for name, factor in terms.items() if factor}
    scale = math.lcm(*(factor.denominator for factor in kept.values()))
    whole = {name: int(factor * scale) for name, factor in kept.items()}
    common = math.gcd(*whole.values()) or 1
    scaled = interval.scale(Fraction(scale, common))
    low = high = None
    if scaled.low is not None:
        low = math.floor(scaled.low) + 1 if scaled.is_low_open else math.ceil(scaled.low)
    if scaled.high is not None:
        high = math.ceil(scaled.high) - 1 if scaled.is_high_open else math.floor(scaled.high)
    return Constraint(tuple((name, factor // common) for name, factor in whole.items()), low, high, rule_code)


def _gather(*terms: tuple[str, Number]) -> dict[str, Number]:
    """Return the factor of each count; of one that stands there more than once, all of them together."""
    factors: dict[str, Number] = {}
    for name, factor in terms:
        factors[name] = factors.get(name, 0) + factor
    return factors


def level(count: str, interval: Interval) -> tuple[Constraint, ...]:
    """Return what a printed count says."""
    return (bound({count: 1}, interval, rule_code="level"),)


def each_of(counts: Sequence[str], interval: Interval) -> tuple[Constraint, ...]:
    """Return what a count says that holds for each of several organisations."""
    return tuple(constraint for count in counts for constraint in level(count, interval))


def ratio(part: str, whole: str, interval: Interval, *, rule_code: str = "share") -> tuple[Constraint, ...]:
    """Return what a printed ratio of two counts says: the part is at least, and at most, so much of the whole.

    Args:
        part: What is compared.
        whole: What it is compared with; there is some of it, or nobody would print the ratio.
        interval: Of the ratio; 0.05, not 5 %.
        rule_code: What kind of ratio it is.
    """
    constraints = [bound({whole: 1}, Interval(Fraction(1)), rule_code=rule_code)]
    if interval.low is not None:
        above = Interval(Fraction(0), is_low_open=interval.is_low_open)
        constraints.append(bound(_gather((part, 1), (whole, -interval.low)), above, rule_code=rule_code))
    if interval.high is not None:
        below = Interval(None, Fraction(0), is_high_open=interval.is_high_open)
        constraints.append(bound(_gather((part, 1), (whole, -interval.high)), below, rule_code=rule_code))
    return tuple(constraints)


def percentage(part: str, whole: str, interval: Interval, *, rule_code: str = "share") -> tuple[Constraint, ...]:
    """Return what a printed percentage says: a share, an attainment, a percentage of an earlier count."""
    return ratio(part, whole, interval.scale(Fraction(1, _HUNDRED)), rule_code=rule_code)


def percent_change(later: str, earlier: str, interval: Interval) -> tuple[Constraint, ...]:
    """Return what a printed change in percent, or an excess over a target in percent, says."""
    return percentage(later, earlier, interval.shift(_HUNDRED), rule_code="change_percent")


def absolute_change(later: str, earlier: str, interval: Interval) -> tuple[Constraint, ...]:
    """Return what a printed difference of two counts, or an excess over a target in persons, says."""
    return (bound(_gather((later, 1), (earlier, -1)), interval, rule_code="change_absolute"),)


def yearly_average(total: str, interval: Interval, *, years_low: Number, years_high: Number) -> tuple[Constraint, ...]:
    """Return what a printed average a year says of the total.

    Args:
        total: Of all years.
        interval: Of the average.
        years_low: How many years there are at least.
        years_high: How many there are at most.
    """
    totals = interval._replace(
        low=None if interval.low is None else interval.low * years_low,
        high=None if interval.high is None else interval.high * years_high,
    )
    return (bound({total: 1}, totals, rule_code="yearly_average"),)


# what holds by definition


def parts_of(whole: str, parts: Sequence[str], *, is_complete: bool) -> Constraint:
    """Return that parts that do not overlap are their whole, or no more than it where some may be left out."""
    terms = Counter({whole: 1})
    terms.subtract(parts)
    return bound(terms, Interval(Fraction(0), Fraction(0) if is_complete else None), rule_code="parts")


def subset_of(part: str, whole: str) -> Constraint:
    """Return that a group is no larger than one that contains it."""
    return parts_of(whole, [part], is_complete=False)


def equal(one: str, other: str) -> Constraint:
    """Return that two counts are the same."""
    return parts_of(one, [other], is_complete=True)


def reached(
    mark: str, part: str, whole: str | Fraction, threshold: Fraction, *, is_lower: bool, is_strict: bool
) -> tuple[Constraint, ...]:
    """Return that a count is 1 where a part reaches so much of its whole, and 0 where it does not.

    That is linear with a number that is larger than any difference: where the count is 1, one of the two bounds on the
    difference says something, where it is 0 the other (Williams, Model Building in Mathematical Programming, 5th
    edition, 2013, 9.2).

    Args:
        mark: The count.
        part: What may reach it.
        whole: Of what; a number where that is known.
        threshold: How much of it; 0.5, not 50 %.
        is_lower: Whether more reaches it, or less.
        is_strict: Whether just so much does not.
    """
    sign = 1 if is_lower else -1
    terms: dict[str, Number] = _gather((part, sign))
    known = Fraction(0)
    if isinstance(whole, str):
        terms = _gather((part, sign), (whole, -sign * threshold))
    else:
        known = sign * threshold * whole
    terms |= {mark: -_MORE_THAN_ANY}
    where_one = Interval(Fraction(-_MORE_THAN_ANY), is_low_open=is_strict).shift(known)
    where_zero = Interval(None, Fraction(0), is_high_open=not is_strict).shift(known)
    at_most_one = Interval(None, Fraction(1))
    return (
        bound(terms, where_one, rule_code="reached"),
        bound(terms, where_zero, rule_code="reached"),
        bound({mark: 1}, at_most_one, rule_code="reached"),
    )


def balance(
    closing: str,
    opening: str,
    increases: Sequence[str],
    decreases: Sequence[str],
    *,
    has_all_increases: bool,
    has_all_decreases: bool,
) -> tuple[Constraint, ...]:
    """Return how a stock follows from the one before it; nothing where neither kind of flows is known completely.

    Args:
        closing: The later stock.
        opening: The earlier stock.
        increases: Those who came.
        decreases: Those who went.
        has_all_increases: Whether nobody else came: the stock is no larger then.
        has_all_decreases: Whether nobody else went: the stock is no smaller then.
    """
    terms = _gather(
        (closing, 1), (opening, -1), *((name, -1) for name in increases), *((name, 1) for name in decreases)
    )
    if not has_all_increases and not has_all_decreases:
        return ()
    zero = Fraction(0)
    interval = Interval(zero if has_all_decreases else None, zero if has_all_increases else None)
    return (bound(terms, interval, rule_code="balance"),)


# parts that have nothing to do with each other


def list_components(system: System) -> list[System]:
    """Return the smallest systems that share no count, in the order of their first figure."""
    parents: dict[str, str] = {}

    def find(name: str) -> str:
        parents.setdefault(name, name)
        while parents[name] != name:
            parents[name] = parents[parents[name]]
            name = parents[name]
        return name

    def join(names: Iterable[str]) -> str | None:
        roots = [find(name) for name in names]
        for root in roots[1:]:
            parents[find(root)] = find(roots[0])
        return find(roots[0]) if roots else None

    def list_names(constraints: Iterable[Constraint]) -> list[str]:
        return [name for constraint in constraints for name, _ in constraint.terms]

    for figure in system.figures:
        join(list_names(figure.constraints))
    for relation in system.relations:
        join(list_names([relation]))
    components: dict[str | None, tuple[list[Figure], list[Constraint]]] = {}
    for figure in system.figures:
        components.setdefault(join(list_names(figure.constraints)), ([], []))[0].append(figure)
    for relation in system.relations:
        found = components.get(join(list_names([relation])))
        if found is not None:
            found[1].append(relation)
    return [System(tuple(figures), tuple(relations)) for figures, relations in components.values()]
