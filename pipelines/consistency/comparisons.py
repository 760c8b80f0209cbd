"""What the warehouse compares, as constraints: figures say something of counts, comparisons how counts hang together.

The models ``int_…_compared`` decide what is compared with what; nothing of that is decided again here. A comparison
that rests on an assumption (verdict ``undecidable``) ties nothing. Of reports only contradictions are comparisons; what
ties their counts stands beside them, as relations.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import partial
from typing import TYPE_CHECKING, Any

from pipelines.consistency.constraints import (
    Figure,
    System,
    bound,
    equal,
    level,
    list_components,
    parts_of,
    percent_change,
    percentage,
    reached,
    yearly_average,
)
from pipelines.consistency.repairs import Printed
from pipelines.intervals import Interval, read_interval
from pipelines.vocabulary import read_codes

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from pipelines.consistency.constraints import Constraint, Statement

Row = Mapping[str, Any]

_ZERO, _ONE_HUNDREDTH = Fraction(0), Fraction(1, 100)
_COMPLETE = frozenset({"complete_list", "exact_cover", "sum_differs"})
"""Reasons that say that the parts are all there are."""

_SERIES = ("organisation_id", "measure_code", "group_code", "statement_code", "period_type_code")
"""What figures of one series have in common."""

COMPARISON_COLUMNS = (
    *("comparison_id", "rule_code", "verdict", "reason_code", "measure_code", "group_code"),
    *("observed_figure_id", "figure_ids", "part_count", "whole_part_count", "expected_low", "expected_high"),
)
"""What is read of ``int_comparisons_unioned``."""

FIGURE_COLUMNS = (
    *("figure_id", "comparable_within", "organisation_id", "measure_code", "group_code", "statement_code", "period_id"),
    *("base_measure_code", "base_group_code", "base_value", "unit", "value", "value_low", "value_high"),
    *("is_value_low_open", "is_value_high_open", "organisation_count"),
)
"""What is read of figures."""

PRINTED_COLUMNS = (
    *("printed", "printed_precision", "period_type_code", "ends_on", "bound_side", "is_strict", "is_quotient"),
)
"""What is read beside of them to describe what is printed, with what the seeds say of qualifiers and statements."""

RATIO_COLUMNS = (
    *("figure_id", "numerator_figure_ids", "numerator_high", "base_figure_ids", "base_high"),
    *("is_period_assumed", "is_base_assumed"),
)
"""What is read of ``int_ratios_stated``."""

THRESHOLD_COLUMNS = ("figure_id", "threshold_pct", "bound_side", "is_strict")
"""What is read of ``int_thresholds_stated``."""

RELATION_COLUMNS = ("rule_code", "observed_figure_id", "figure_ids", "opposite_figure_ids", "is_complete")
"""What is read of ``int_report_relations_gathered``."""

_OF_REPORTS = frozenset({"lines_of_report", "percentages_of_report", "repeated_by_report"})
"""Rules of which the relations say how the counts hang together."""


@dataclass(frozen=True)
class Cluster:
    """Figures that hang together, and what compares them.

    Attributes:
        system: The figures as constraints.
        comparison_ids: The comparisons.
        contradicted: Those of them that cannot hold, the gravest first, and the figures of each.
    """

    system: System
    comparison_ids: tuple[str, ...]
    contradicted: Mapping[str, frozenset[str]]


class Register:
    """Figures and comparisons as constraints.

    Args:
        figures: Columns `FIGURE_COLUMNS`, and `PRINTED_COLUMNS` of those that are described; one row a figure.
        ratios: Columns `RATIO_COLUMNS`; one row a percentage.
        comparisons: Columns `COMPARISON_COLUMNS`.
        relations: Columns `RELATION_COLUMNS`.
        thresholds: Columns `THRESHOLD_COLUMNS`; one row a number of organisations.
    """

    def __init__(
        self,
        figures: Iterable[Row],
        ratios: Iterable[Row],
        comparisons: Iterable[Row],
        relations: Iterable[Row] = (),
        thresholds: Iterable[Row] = (),
    ) -> None:
        self._rows = {str(row["figure_id"]): row for row in figures}
        self._ratios = {
            str(row["figure_id"]): row for row in ratios if not (row["is_period_assumed"] or row["is_base_assumed"])
        }
        self._comparisons = [
            row
            for row in comparisons
            if row["verdict"] != "undecidable" and all(name in self._rows for name in str(row["figure_ids"]).split("|"))
        ]
        self._thresholds = {str(row["figure_id"]): row for row in thresholds}
        self._statements: dict[str, Statement] = {}
        self._sides: dict[str, tuple[str, str | Fraction]] = {}
        self._relations: list[Constraint] = []
        for row in self._comparisons:
            self._read_comparison(row)
        for row in relations:
            self._read_relation(row)

    def list_clusters(self) -> list[Cluster]:
        """Return the figures that hang together, each of them in one cluster."""
        figures = tuple(
            Figure(figure_id, self._bound(figure_id), say) for figure_id, say in sorted(self._statements.items())
        )
        by_figure = defaultdict(list)
        for row in self._comparisons:
            for figure_id in self._list_figures(row):
                by_figure[figure_id].append(row)
        clusters = []
        for system in list_components(System(figures, tuple(self._relations))):
            rows = {row["comparison_id"]: row for figure in system.figures for row in by_figure[figure.figure_id]}
            wrong = [
                row
                for row in rows.values()
                if row["verdict"] == "contradicted" and row["observed_figure_id"] in system.by_id
            ]
            contradicted = {
                row["comparison_id"]: frozenset(self._list_figures(row)) for row in sorted(wrong, key=_weigh)
            }
            clusters.append(Cluster(system, tuple(sorted(rows)), contradicted))
        return clusters

    def describe(self, figure_id: str, beside: Iterable[str] = ()) -> Printed:
        """Return what stands at the place of a figure.

        Args:
            figure_id: The figure.
            beside: Figures that may have been mistaken for it.
        """
        row = self._rows[figure_id]
        is_quotient = _is_quotient(row)
        read = partial(
            _read_printed,
            factor=self._factor(row),
            is_count=not is_quotient,
            side=row["bound_side"],
            is_strict=bool(row["is_strict"]),
            is_quotient=is_quotient,
            domain=_read_domain(str(row["statement_code"])),
        )
        others = [self._rows[name] for name in beside if name != figure_id]
        neighbours = tuple(
            other["printed"] for other in others if other["printed"] and _is_quotient(other) == is_quotient
        )
        step = Fraction(row["printed_precision"] or 1) * self._factor(row)
        return Printed(row["printed"], step, not is_quotient, read, neighbours, self._find_earlier(row))

    def find_value(self, figure_id: str) -> Fraction:
        """Return the value of a figure, of all organisations that it holds for."""
        row = self._rows[figure_id]
        return Fraction(row["value"]) * self._factor(row)

    def find_domain(self, figure_id: str) -> Interval:
        """Return where all values of what a figure states lie."""
        return _read_domain(str(self._rows[figure_id]["statement_code"])).scale(self._factor(self._rows[figure_id]))

    def _find_earlier(self, row: Row) -> str | None:
        """Return what was printed of the same count for the period before; none if that is not known."""
        if row["ends_on"] is None:
            return None
        same = [
            other
            for other in self._rows.values()
            if other["ends_on"] is not None
            and other["ends_on"] < row["ends_on"]
            and all(other[name] == row[name] for name in _SERIES)
        ]
        if not same:
            return None
        printed: str | None = max(same, key=lambda other: (other["ends_on"], other["figure_id"]))["printed"]
        return printed

    # figures

    def _list_figures(self, row: Row) -> list[str]:
        """Return the figures of a comparison that say something of counts."""
        return [name for name in dict.fromkeys(str(row["figure_ids"]).split("|")) if name in self._statements]

    def _factor(self, row: Row) -> int:
        """Return how many organisations a figure holds for, each."""
        return int(row["organisation_count"] or 1) if row["statement_code"] == "level" else 1

    def _bound(self, figure_id: str) -> Interval:
        row = self._rows[figure_id]
        low, high = (None if row[name] is None else Fraction(row[name]) for name in ("value_low", "value_high"))
        interval = Interval(low, high, bool(row["is_value_low_open"]), bool(row["is_value_high_open"]))
        return interval.scale(self._factor(row))

    def _name(self, figure_id: str, measure: str | None = None, group: str | None = None) -> str:
        """Return the count that a figure is about; of a percentage that of which it says the share.

        Args:
            figure_id: The figure.
            measure: What is meant, if it may be either side of ``a/b``.
            group: Of which group, likewise.
        """
        row = self._rows[figure_id]
        is_other = measure not in (None, row["measure_code"]) or (
            group not in (None, row["group_code"]) and group == row["base_group_code"]
        )
        is_base = row["statement_code"] == "part_of_ratio" and is_other and row["base_measure_code"] == measure
        return _name_count(row, "base_" if is_base else "")

    def _state(self, figure_id: str) -> None:
        """Note what a figure says, unless it has been."""
        row = self._rows[figure_id]
        if figure_id in self._statements:
            return
        count = self._name(figure_id)
        if row["statement_code"] in ("level", "repeated_level") and row["unit"] != "percent":
            self._statements[figure_id] = partial(level, count)
        elif row["statement_code"] == "part_of_ratio":
            whole = _name_count(row, "base_")
            self._statements[figure_id] = partial(_say_both, count, whole, Fraction(row["base_value"]))
        elif figure_id in self._ratios and row["unit"] == "percent":
            self._state_ratio(figure_id, count)

    def _state_ratio(self, figure_id: str, count: str) -> None:
        row, ratio = self._rows[figure_id], self._ratios[figure_id]
        self._tie(count, row, "", ratio["numerator_figure_ids"], is_complete=ratio["numerator_high"] is not None)
        is_excess = row["statement_code"] == "excess_over_target"
        if row["base_value"] is not None:
            offset = 100 if is_excess else 0
            self._sides[figure_id] = count, Fraction(row["base_value"])
            self._statements[figure_id] = partial(_say_percentage_of, count, Fraction(row["base_value"]), offset)
            return
        whole = _name_count(row, "base_")
        bases = ratio["base_figure_ids"]
        if bases and self._is_stated(row, "base_", bases):
            # of another period, or stated elsewhere
            whole = f"base of {figure_id}"
        self._tie(whole, row, "base_", bases, is_complete=ratio["base_high"] is not None)
        self._sides[figure_id] = count, whole
        self._statements[figure_id] = partial(percent_change if is_excess else percentage, count, whole)

    def _tie(self, count: str, row: Row, side: str, figure_ids: str | None, *, is_complete: bool) -> None:
        """Note that one side of a percentage is what some figures say, or the sum of it."""
        measure, group = row[f"{side}measure_code"], row[f"{side}group_code"]
        parts = self._list_counts(figure_ids, measure, group)
        if parts and parts != [count]:
            is_same = figure_ids is not None and self._is_stated(row, side, figure_ids)
            self._relations.append(parts_of(count, parts, is_complete=is_complete or is_same))

    def _is_stated(self, row: Row, side: str, figure_ids: str) -> bool:
        """Whether one figure says what one side of a percentage is, and not a part of it."""
        wanted = (row[f"{side}measure_code"], row[f"{side}group_code"])
        found = self._rows.get(figure_ids, {})
        own = (found.get("measure_code"), found.get("group_code"))
        return wanted in (own, (found.get("base_measure_code"), found.get("base_group_code")))

    def _list_counts(self, figure_ids: str | None, measure: str | None = None, group: str | None = None) -> list[str]:
        """Return the counts of those figures that are known, each once; the figures say what they say."""
        identifiers = [name for name in dict.fromkeys((figure_ids or "").split("|")) if name in self._rows]
        for figure_id in identifiers:
            self._state(figure_id)
        return list(dict.fromkeys(self._name(figure_id, measure, group) for figure_id in identifiers))

    # comparisons

    def _read_comparison(self, row: Row) -> None:
        observed, rule = row["observed_figure_id"], str(row["rule_code"])
        others = [name for name in dict.fromkeys(str(row["figure_ids"]).split("|")) if name != observed]
        if observed is None or row["reason_code"] == "qualifier_differs":
            # nothing is observed; or the same number, more or less
            return
        measure = row["measure_code"]
        counts = self._list_counts("|".join(others), measure)
        if rule in _OF_REPORTS:
            return
        if rule == "yearly_average_against_total":
            fewest, most = int(row["part_count"]), int(row["whole_part_count"])
            self._statements[observed] = partial(yearly_average, counts[0], years_low=fewest, years_high=most)
            return
        self._state(observed)
        whole = self._name(observed, measure, row["group_code"])
        if rule == "repeated_figure":
            self._relations += [equal(whole, count) for count in counts]
        elif rule == "wording" and row["verdict"] == "contradicted":
            self._relations += self._equate(row, observed, others)
        elif rule == "subset_against_set":
            if len(counts) == 1 or row["expected_high"] is not None:
                self._relations.append(_at_most(whole, counts))
        elif rule == "report_against_reports_below":
            self._relations.append(parts_of(whole, counts, is_complete=True))
        elif rule.endswith("_against_whole") and self._count_the_same(observed, others, rule):
            self._relations.append(self._add_up(row, observed, whole, counts))
        elif observed in self._thresholds:
            self._relations += self._count_reached(row, self._thresholds[observed], whole, others)

    def _read_relation(self, row: Row) -> None:
        observed = str(row["observed_figure_id"])
        sides = [list(filter(None, (row[name] or "").split("|"))) for name in ("figure_ids", "opposite_figure_ids")]
        if not all(name in self._rows for name in (observed, *sides[0], *sides[1])):
            return
        added, opposite = (self._list_counts("|".join(names)) for names in sides)
        if row["rule_code"] == "percentages_of_report":
            if sides[0][0] in self._statements and sides[1][0] in self._statements:
                self._statements[observed] = partial(percentage, added[0], opposite[0])
            return
        self._state(observed)
        whole = self._name(observed)
        if row["rule_code"] == "repeated_by_report":
            self._relations += [equal(whole, count) for count in added if count != whole]
            return
        terms = Counter({whole: 1})
        terms.subtract(added)
        terms.update(opposite)
        self._relations.append(bound(terms, Interval(_ZERO, _ZERO if row["is_complete"] else None), rule_code="parts"))

    def _count_the_same(self, observed: str, others: Iterable[str], rule: str) -> bool:
        """Whether a whole is made of its parts, and is not the number of organisations that are listed."""
        rows = [self._rows[name] for name in (observed, *others)]
        is_same = len({row["unit"] == "percent" for row in rows}) == 1
        return is_same and (rule.startswith("measure_") or len({row["measure_code"] for row in rows}) == 1)

    def _count_reached(self, row: Row, threshold: Row, count: str, others: Iterable[str]) -> list[Constraint]:
        """Return that a number of organisations counts those of a list that reached so much, or others as well."""
        relations: list[Constraint] = []
        # an organisation of which several percentages are printed is one
        sides = dict.fromkeys(self._sides[name] for name in others if name in self._sides)
        marks = {f"{count} counts {part}": (part, whole) for part, whole in sides}
        for mark, (part, whole) in marks.items():
            relations += reached(
                mark,
                part,
                whole,
                Fraction(threshold["threshold_pct"]) * _ONE_HUNDREDTH,
                is_lower=threshold["bound_side"] == "lower",
                is_strict=bool(threshold["is_strict"]),
            )
        return [*relations, parts_of(count, [*marks], is_complete=row["whole_part_count"] == len(marks))]

    def _add_up(self, row: Row, observed: str, count: str, counts: list[str]) -> Constraint:
        is_complete = row["reason_code"] in _COMPLETE
        if self._rows[observed]["unit"] == "percent":
            # the parts of a whole that is not printed, all of them percentages of it
            whole = _name_count(self._rows[observed], "base_")
            return parts_of(whole, [count, *counts], is_complete=is_complete)
        return parts_of(count, counts, is_complete=is_complete)

    def _equate(self, row: Row, observed: str, others: list[str]) -> list[Constraint]:
        """Return that a figure is the one that the words mean."""
        meant = [name for name in others if self._rows[name]["value"] == row["expected_low"]]
        return [equal(self._name(observed), self._name(name)) for name in meant]


def _name_count(row: Row, base: str) -> str:
    if (row["organisation_count"] or 1) > 1:
        # of several organisations together, whatever each of them has
        return f"{base}counts of {row['figure_id']}"
    measure, group = row[f"{base}measure_code"], row[f"{base}group_code"]
    return " ".join(
        str(part) for part in (row["comparable_within"], row["organisation_id"], measure, group, row["period_id"])
    )


def _weigh(row: Row) -> tuple[bool, str]:
    """Put errors before warnings, else by name."""
    severity = read_codes("rules")[row["rule_code"]]["contradiction_severity"]
    return severity != "error", row["comparison_id"]


def _is_quotient(row: Row) -> bool:
    return bool(row["is_quotient"] or row["unit"] == "percent")


def _at_most(part: str, wholes: Sequence[str]) -> Constraint:
    terms = dict.fromkeys(wholes, 1) | {part: -1}
    return bound(terms, Interval(Fraction(0)), rule_code="parts")


def _say_both(part: str, whole: str, whole_value: Fraction, interval: Interval) -> tuple[Constraint, ...]:
    """Return what ``a/b`` says: one count, and another beside it."""
    return (*level(part, interval), *level(whole, Interval.exactly(whole_value)))


def _say_percentage_of(part: str, whole: Fraction, offset: int, interval: Interval) -> tuple[Constraint, ...]:
    """Return what a percentage says of a count whose base is printed with it."""
    return (bound({part: 1}, interval.shift(offset).scale(whole * _ONE_HUNDREDTH), rule_code="share"),)


def _read_printed(
    printed: str, *, factor: int, is_count: bool, side: str, is_strict: bool, is_quotient: bool, domain: Interval
) -> Interval:
    interval = read_interval(printed, is_count=is_count, side=side, is_strict=is_strict, is_quotient=is_quotient)
    return interval.meet(domain).scale(factor)


def _read_domain(statement_code: str) -> Interval:
    """Return where all values of a statement lie: no share is above 100 %."""
    row = read_codes("statements")[statement_code]
    low, high = (Fraction(row[end]) if row[end] else None for end in ("domain_low", "domain_high"))
    return Interval(low, high)
