"""Numbers and words in the language of the reader: ``1.746`` in Vietnamese, ``1,746`` in English."""

from __future__ import annotations

from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import datetime as dt
    from fractions import Fraction

    from pipelines.intervals import Interval

_MOST_DECIMALS = Decimal("0.000001")
"""As the warehouse keeps numbers."""


class Language(StrEnum):
    """Languages that people are addressed in."""

    VI = "vi"
    EN = "en"


def format_count(count: int, language: Language) -> str:
    """Write a whole number for people.

    Examples:
        >>> format_count(1746, Language.VI)
        '1.746'
        >>> format_count(1746, Language.EN)
        '1,746'
    """
    text = f"{count:,}"
    return text.replace(",", ".") if language is Language.VI else text


def format_change(change: int, language: Language) -> str:
    """Write by how much something grew or shrank.

    Examples:
        >>> format_change(1746, Language.VI), format_change(-3, Language.EN), format_change(0, Language.EN)
        ('+1.746', '-3', '0')
    """
    return f"{'+' if change > 0 else ''}{format_count(change, language)}"


def format_day(day: dt.date, language: Language) -> str:
    """Write a day.

    Examples:
        >>> import datetime as dt
        >>> format_day(dt.date(2026, 11, 2), Language.VI), format_day(dt.date(2026, 11, 2), Language.EN)
        ('02/11/2026', '2026-11-02')
    """
    return f"{day:%d/%m/%Y}" if language is Language.VI else day.isoformat()


def format_noun(count: int, singular: str, plural: str | None = None) -> str:
    """Write a count and its English noun.

    Examples:
        >>> format_noun(1, "table")
        '1 table'
        >>> format_noun(1746, "batch", "batches")
        '1,746 batches'
    """
    return f"{count:,} {singular if count == 1 else plural or f'{singular}s'}"


def format_number(number: Fraction | Decimal | int, language: Language) -> str:
    """Write a number with up to six decimals.

    Examples:
        >>> format_number(Decimal("39.660000"), Language.VI), format_number(1746, Language.EN)
        ('39,66', '1,746')
        >>> from fractions import Fraction
        >>> format_number(Fraction(238, 6), Language.EN), format_number(100, Language.EN)
        ('39.666667', '100')
    """
    exact = number if isinstance(number, Decimal) else Decimal(number.numerator) / number.denominator
    text = f"{exact.quantize(_MOST_DECIMALS):,f}".rstrip("0").rstrip(".")
    return text.translate(str.maketrans(",.", ".,")) if language is Language.VI else text


def mark_percent(language: Language) -> str:
    """Return what stands behind the number of a percentage: ``39,66 %`` and ``39.66%``."""
    return " %" if language is Language.VI else "%"


def format_interval(interval: Interval, language: Language) -> str:
    """Write an interval as mathematicians do; ``∞`` where it has no end.

    Examples:
        >>> from pipelines.intervals import EVERYTHING, Interval
        >>> format_interval(Interval(70, 100, is_low_open=True), Language.EN)
        '(70; 100]'
        >>> format_interval(EVERYTHING, Language.EN), format_interval(Interval.exactly(1746), Language.VI)
        ('(-∞; ∞)', '1.746')
    """
    low, high = interval.low, interval.high
    if low is not None and low == high:
        return format_number(low, language)
    start = "(-∞" if low is None else f"{'(' if interval.is_low_open else '['}{format_number(low, language)}"
    end = "∞)" if high is None else f"{format_number(high, language)}{')' if interval.is_high_open else ']'}"
    return f"{start}; {end}"
