"""Figures, percentages and comparisons as the warehouse has them, for tests."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

Row = dict[str, Any]


def make_figure(figure_id: str, value: float, **said: Any) -> Row:
    """Return a plain count, with what is said otherwise."""
    number = Decimal(str(value))
    return {
        "figure_id": figure_id,
        "comparable_within": "n",
        "organisation_id": "district",
        "measure_code": "admissions",
        "group_code": "all",
        "statement_code": "level",
        "period_id": "2016",
        "period_type_code": "year",
        "ends_on": None,
        "base_measure_code": None,
        "base_group_code": None,
        "base_value": None,
        "unit": "persons",
        "printed": str(value),
        "printed_precision": Decimal(1),
        "value": number,
        "value_low": number,
        "value_high": number,
        "is_value_low_open": False,
        "is_value_high_open": False,
        "bound_side": "both",
        "is_strict": False,
        "is_quotient": False,
        "organisation_count": 1,
    } | said


def make_share(figure_id: str, value: str, *, precision: str = "0.1", **said: Any) -> Row:
    number, step = Decimal(value), Decimal(precision)
    return make_figure(
        figure_id,
        float(value),
        statement_code="share",
        unit="percent",
        printed=value.replace(".", ","),
        printed_precision=step,
        value_low=number - step / 2,
        value_high=number + step,
        is_value_high_open=True,
        is_quotient=True,
        base_measure_code="admissions",
        base_group_code="all",
        **said,
    )


def compare(rule: str, observed: str, *others: str, **said: Any) -> Row:
    return {
        "comparison_id": "-".join((rule, observed, *others)),
        "rule_code": rule,
        "verdict": "consistent",
        "reason_code": "open_list",
        "measure_code": "admissions",
        "group_code": "all",
        "observed_figure_id": observed,
        "figure_ids": "|".join((observed, *others)),
        "part_count": None,
        "whole_part_count": None,
        "expected_low": None,
        "expected_high": None,
    } | said


def make_ratio(figure_id: str, *, of: str | None = None, base: str | None = None, **said: Any) -> Row:
    return {
        "figure_id": figure_id,
        "numerator_figure_ids": of,
        "numerator_high": 1,
        "base_figure_ids": base,
        "base_high": 1,
        "is_period_assumed": False,
        "is_base_assumed": False,
    } | said
