"""Which figures of a contradiction may be wrong, where their values must lie, and what they may have been meant to be.

A cluster of figures may have several contradictions with several smallest sets of figures to distrust. Of each
contradiction its part of those sets is told: a figure elsewhere in the cluster does not explain it.
"""

from __future__ import annotations

import math
from decimal import Decimal
from typing import TYPE_CHECKING, Any, NamedTuple

from pipelines.consistency.comparisons import Register
from pipelines.consistency.conflicts import Solver, Undecided, localise
from pipelines.consistency.repairs import find_range, list_repairs
from pipelines.consistency.slips import KINDS
from pipelines.intervals import EVERYTHING, Interval

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from fractions import Fraction

    from pipelines.consistency.comparisons import Cluster, Row
    from pipelines.consistency.conflicts import FigureSet
    from pipelines.consistency.slips import Slip

LOCALISED, UNDECIDABLE = "localised", "undecidable"

COLUMNS = {
    "comparison_id": "varchar",
    "root_comparison_id": "varchar",
    "outcome_code": "varchar",
    "set_number": "integer",
    "set_figure_count": "integer",
    "figure_id": "varchar",
    "printed": "varchar",
    "has_fitting_value": "boolean",
    "expected_low": "decimal(18, 6)",
    "expected_high": "decimal(18, 6)",
    "repair_number": "integer",
    "slip_code": "varchar",
    "repaired_printed": "varchar",
}
"""Columns of the model ``int_contradictions_localised``, with their types in the warehouse."""

SECONDS = 60.0
"""How long one cluster may take; nearly all take a hundredth of one."""

_SCALE = 10**6


class Suspect(NamedTuple):
    """A figure that may be wrong.

    Attributes:
        figure_id: The figure.
        expected: Where its value must lie if the others are right; none if no value would do.
        repairs: Slips after which all others hold, the likeliest first.
    """

    figure_id: str
    expected: Interval | None
    repairs: tuple[Slip, ...]


class Suspicion(NamedTuple):
    """What is known of one contradiction.

    Attributes:
        comparison_id: The comparison that cannot hold.
        root_id: The first of the comparisons of the cluster that the same sets explain.
        outcome_code: `LOCALISED`, or `UNDECIDABLE` if time ran out.
        suspect_sets: The smallest sets of its figures of which one is wrong, the likeliest first.
    """

    comparison_id: str
    root_id: str
    outcome_code: str
    suspect_sets: tuple[tuple[Suspect, ...], ...] = ()


def list_suspicions(register: Register, *, seconds: float = SECONDS) -> list[Suspicion]:
    """Return what is known of every contradiction.

    Args:
        register: The figures, and what compares them.
        seconds: How long one cluster may take, and each of its suspects.
    """
    return [
        suspicion
        for cluster in register.list_clusters()
        if cluster.contradicted
        for suspicion in explain(cluster, register, seconds=seconds)
    ]


def localise_contradictions(
    figures: Iterable[Row],
    ratios: Iterable[Row],
    comparisons: Iterable[Row],
    relations: Iterable[Row] = (),
    thresholds: Iterable[Row] = (),
    *,
    seconds: float = SECONDS,
) -> list[tuple[Any, ...]]:
    """Return what is known of every contradiction as rows with `COLUMNS`.

    Args:
        figures: Columns `pipelines.consistency.comparisons.FIGURE_COLUMNS` and ``PRINTED_COLUMNS``.
        ratios: Columns `pipelines.consistency.comparisons.RATIO_COLUMNS`.
        comparisons: Columns `pipelines.consistency.comparisons.COMPARISON_COLUMNS`; those that name another figure are
            left out.
        relations: Columns `pipelines.consistency.comparisons.RELATION_COLUMNS`, likewise.
        thresholds: Columns `pipelines.consistency.comparisons.THRESHOLD_COLUMNS`.
        seconds: How long one cluster may take.
    """
    register = Register(figures, ratios, comparisons, relations, thresholds)
    return [row for suspicion in list_suspicions(register, seconds=seconds) for row in _list_rows(suspicion, register)]


def _list_rows(suspicion: Suspicion, register: Register) -> Iterator[tuple[Any, ...]]:
    head = (suspicion.comparison_id, suspicion.root_id, suspicion.outcome_code)
    if not suspicion.suspect_sets:
        yield (*head, *[None] * (len(COLUMNS) - len(head)))
    for set_number, suspects in enumerate(suspicion.suspect_sets, start=1):
        for suspect in suspects:
            low, high = (None, None) if suspect.expected is None else suspect.expected[:2]
            has_fitting = suspect.expected is not None
            printed = register.describe(suspect.figure_id).text
            bounds = (_to_decimal(low, math.floor), _to_decimal(high, math.ceil))
            said = (*head, set_number, len(suspects), suspect.figure_id, printed, has_fitting, *bounds)
            if not suspect.repairs:
                yield (*said, None, None, None)
            for number, slip in enumerate(suspect.repairs, start=1):
                yield (*said, number, slip.kind_code, slip.printed)


def _to_decimal(number: Fraction | None, towards: Callable[[Fraction], int]) -> Decimal | None:
    """Return a number with the digits that the warehouse keeps, no end of an interval further in."""
    return None if number is None else Decimal(towards(number * _SCALE)) / _SCALE


def explain(cluster: Cluster, register: Register, *, seconds: float = SECONDS) -> list[Suspicion]:
    """Return what is known of the contradictions of a cluster, in their order."""
    found = localise(cluster.system, seconds=seconds)
    if found.verdict != "contradicted":
        return [Suspicion(name, name, UNDECIDABLE) for name in cluster.contradicted]
    examiner = _Examiner(cluster, register, Solver(cluster.system, seconds))
    suspicions = []
    roots: dict[frozenset[FigureSet], str] = {}
    for name, figure_ids in cluster.contradicted.items():
        sets = _keep_smallest(chosen & figure_ids for chosen in found.minimum_sets)
        suspect_sets = [
            tuple(
                examiner.examine(figure_id, [one for one in found.minimum_sets if one & figure_ids == chosen])
                for figure_id in sorted(chosen)
            )
            for chosen in sets
        ]
        root = roots.setdefault(sets, name)
        suspicions.append(Suspicion(name, root, LOCALISED, tuple(sorted(suspect_sets, key=_rank))))
    return suspicions


class _Examiner:
    """Looks at the suspects of a cluster.

    Args:
        cluster: The cluster.
        register: What is printed.
        solver: Knows its figures.
    """

    def __init__(self, cluster: Cluster, register: Register, solver: Solver) -> None:
        self._cluster = cluster
        self._register = register
        self._solver = solver

    def examine(self, figure_id: str, minimum_sets: list[FigureSet]) -> Suspect:
        """Return a suspect; the sets that it is part of say which others are not believed either."""
        beside = [figure.figure_id for figure in self._cluster.system.figures]
        printed = self._register.describe(figure_id, beside)
        say, value = self._cluster.system.by_id[figure_id].say, self._register.find_value(figure_id)
        ranges: list[Interval] = []
        repairs: dict[Slip, None] = {}
        try:
            for chosen in minimum_sets:
                within = find_range(self._solver, say, value, printed.step, chosen)
                if within is not None:
                    ranges.append(within)
                    found = list_repairs(self._solver, say, printed, within=within, left_out=chosen)
                    repairs |= dict.fromkeys(found)
        except Undecided:
            ranges.append(EVERYTHING)
        ranked = sorted(repairs, key=lambda slip: [*KINDS].index(slip.kind_code))
        return Suspect(figure_id, _span(ranges), tuple(ranked))


def _keep_smallest(sets: Iterable[FigureSet]) -> frozenset[FigureSet]:
    """Return the sets that have something in them, without those that contain another."""
    found = {one for one in sets if one}
    return frozenset(one for one in found if not any(other < one for other in found))


def _rank(suspects: tuple[Suspect, ...]) -> tuple[int, list[int], list[str]]:
    """Put sets first that are small, and of which each figure has a likely repair."""
    kinds = [*KINDS]
    likely = [kinds.index(suspect.repairs[0].kind_code) if suspect.repairs else len(kinds) for suspect in suspects]
    return len(suspects), sorted(likely, reverse=True), [suspect.figure_id for suspect in suspects]


def _span(ranges: list[Interval]) -> Interval | None:
    """Return the interval from the lowest to the highest end; none of nothing."""
    if not ranges:
        return None
    lows, highs = [one.low for one in ranges], [one.high for one in ranges]
    return Interval(
        None if None in lows else min(low for low in lows if low is not None),
        None if None in highs else max(high for high in highs if high is not None),
    )
