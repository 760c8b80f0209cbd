"""Stands in for the macros of dbt while sqlfluff reads a model: SQL of the same shape, for no database."""

from __future__ import annotations


def type_string() -> str:
    """Return the type of text."""
    return "varchar"


def concat(fields: list[str]) -> str:
    """Join texts."""
    return " || ".join(fields)


def hash(field: str) -> str:  # noqa: A001 - dbt's name
    """Hash a text."""
    return f"md5({field})"


def dateadd(datepart: str, interval: object, from_date_or_timestamp: str) -> str:
    """Move a date."""
    return f"dateadd('{datepart}', {interval}, {from_date_or_timestamp})"


def datediff(first_date: str, second_date: str, datepart: str) -> str:
    """Count the parts between two dates."""
    return f"datediff('{datepart}', {first_date}, {second_date})"


def listagg(measure: str, delimiter_text: str = "','", order_by_clause: str = "") -> str:
    """Join the texts of a group."""
    return f"listagg({measure}, {delimiter_text} {order_by_clause})"


def last_day(date: str, datepart: str) -> str:
    """Return the last day of a part of time."""
    return f"last_day({date}, '{datepart}')"


def date_trunc(datepart: str, date: str) -> str:
    """Return the first day of a part of time."""
    return f"date_trunc('{datepart}', {date})"
