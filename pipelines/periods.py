"""Periods as closed intervals of days: how they are named, which contains, adjoins or overlaps which, what covers one.

Only the days; what a period's figure counts, and whether it may be added, belongs to the measures. The models say the
same in ``dbt_project/macros/periods.sql`` and ``dim_periods``.
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

TEXT_FORMS = (
    "6 tháng đầu năm 2024",
    "quý III/2024",
    "tháng 7 năm 2024",
    "năm 2024",
    "từ 01/01/2024 đến 30/6/2024",
)
"""How Vietnamese reports print periods, an example of each form."""

_DAY = dt.timedelta(days=1)
_MONTHS = 12
_FORMS = "2024, 2024-07, 2024-Q3, 2024-H1, 2024-M9, 2008/2016 or 2020-2025"
_CODES = {
    "month": re.compile(r"(?P<year>[0-9]{4})-(?P<number>0[1-9]|1[0-2])"),
    "quarter": re.compile(r"(?P<year>[0-9]{4})-Q(?P<number>[1-4])"),
    "half_year": re.compile(r"(?P<year>[0-9]{4})-H(?P<number>[12])"),
    "months_to_date": re.compile(r"(?P<year>[0-9]{4})-M(?P<number>[1-9]|1[01])"),
    "year": re.compile(r"(?P<year>[0-9]{4})"),
    "multi_year": re.compile(r"(?P<year>[0-9]{4})/(?P<number>[0-9]{4})"),
    "term": re.compile(r"(?P<year>[0-9]{4})-(?P<number>[0-9]{4})"),
}


_YEAR = r"(?:năm\s*|/\s*|-\s*)?(?P<year>(?:19|20)[0-9]{2})"
_QUARTERS = {"i": 1, "ii": 2, "iii": 3, "iv": 4, "1": 1, "2": 2, "3": 3, "4": 4}
_DAY_FORM = (
    r"(?:ngày\s*)?(?P<{0}_day>[0-9]{{1,2}})\s*[/.-]\s*(?P<{0}_month>[0-9]{{1,2}})\s*[/.-]\s*(?P<{0}_year>[0-9]{{4}})"
)
_TEXTS = (
    ("half_year", re.compile(rf"(?:6|sáu) tháng (?P<half>đầu|cuối)(?: năm)?\s*{_YEAR}")),
    ("months_to_date", re.compile(rf"(?P<months>[0-9]{{1,2}}) tháng(?: đầu)?(?: năm)?\s*{_YEAR}")),
    ("quarter", re.compile(rf"quý\s*(?P<quarter>iv|i{{1,3}}|[1-4])\s*{_YEAR}")),
    ("month", re.compile(rf"tháng\s*(?P<month>[0-9]{{1,2}})\s*{_YEAR}")),
    ("year", re.compile(rf"(?:cả\s+)?{_YEAR}")),
    ("days", re.compile(rf"(?:từ\s*)?{_DAY_FORM.format('first')}\s*(?:đến|[-–])\s*{_DAY_FORM.format('last')}")),
)


@dataclass(frozen=True)
class Period:
    """A period; both days are included.

    What is said of two periods is true only where it must be, whatever the days that are not known.

    Attributes:
        period_type_code: A code of the seed ``period_types``.
        starts_on: First day; none is not known.
        ends_on: Last day; none is not known.
    """

    period_type_code: str
    starts_on: dt.date | None
    ends_on: dt.date | None

    def __post_init__(self) -> None:
        if self.starts_on and self.ends_on and self.ends_on < self.starts_on:
            message = f"period ends on {self.ends_on.isoformat()!r}, before it starts on {self.starts_on.isoformat()!r}"
            raise ValueError(message)

    @classmethod
    def month(cls, year: int, month: int) -> Period:
        """Return one calendar month."""
        return cls._of_months("month", year, month, 1)

    @classmethod
    def quarter(cls, year: int, quarter: int) -> Period:
        """Return one calendar quarter, 1 to 4."""
        return cls._of_months("quarter", year, 3 * quarter - 2, 3)

    @classmethod
    def half_year(cls, year: int, half: int) -> Period:
        """Return January to June or July to December, 1 or 2."""
        return cls._of_months("half_year", year, 6 * half - 5, 6)

    @classmethod
    def months_to_date(cls, year: int, months: int) -> Period:
        """Return the first months of a year."""
        return cls._of_months("months_to_date", year, 1, months)

    @classmethod
    def year(cls, year: int) -> Period:
        """Return one calendar year."""
        return cls._of_months("year", year, 1, _MONTHS)

    @classmethod
    def years(cls, first: int, last: int) -> Period:
        """Return several calendar years."""
        return cls("multi_year", dt.date(first, 1, 1), dt.date(last, 12, 31))

    @classmethod
    def term(cls, first: int, last: int) -> Period:
        """Return a term between congresses, by convention with both years of its name whole."""
        return cls("term", dt.date(first, 1, 1), dt.date(last, 12, 31))

    @classmethod
    def since(cls, starts_on: dt.date, cut_off: dt.date | None = None) -> Period:
        """Return a period that is open, or known up to a cut-off."""
        return cls("since", starts_on, cut_off)

    @classmethod
    def instant(cls, day: dt.date) -> Period:
        """Return one day, as stocks have it."""
        return cls("instant", day, day)

    @classmethod
    def _of_months(cls, period_type_code: str, year: int, first: int, count: int) -> Period:
        if not (first >= 1 and count >= 1 and first + count - 1 <= _MONTHS):
            message = f"{period_type_code} of {year} would be months {first} to {first + count - 1}"
            raise ValueError(message)
        return cls(period_type_code, dt.date(year, first, 1), _last_day(year, first + count - 1))

    @property
    def code(self) -> str | None:
        """The form in which the period can be typed; none where its days are not those of its type."""
        if self.starts_on is None or self.ends_on is None:
            return None
        year, first, last = self.starts_on.year, self.starts_on.month, self.ends_on.year
        candidates = {
            "month": f"{year}-{first:02}",
            "quarter": f"{year}-Q{(first + 2) // 3}",
            "half_year": f"{year}-H{(first + 5) // 6}",
            "months_to_date": f"{year}-M{self.ends_on.month}",
            "year": f"{year}",
            "multi_year": f"{year}/{last}",
            "term": f"{year}-{last}",
        }
        code = candidates.get(self.period_type_code)
        try:
            return code if code and parse_period(code) == self else None
        except ValueError:
            return None

    @property
    def text(self) -> str:
        """How a Vietnamese report prints the period; `parse_period_text` reads it.

        Examples:
            >>> Period.quarter(2024, 3).text
            'quý III năm 2024'
            >>> Period.years(2021, 2023).text
            'từ 01/01/2021 đến 31/12/2023'
        """
        if self.starts_on is None or self.ends_on is None:
            return ""
        year, month = self.starts_on.year, self.starts_on.month
        return {
            "month": f"tháng {month} năm {year}",
            "quarter": f"quý {('I', 'II', 'III', 'IV')[(month - 1) // 3]} năm {year}",
            "half_year": f"6 tháng {'đầu' if month == 1 else 'cuối'} năm {year}",
            "months_to_date": f"{self.ends_on.month} tháng đầu năm {year}",
            "year": f"năm {year}",
        }.get(self.period_type_code, f"từ {self.starts_on:%d/%m/%Y} đến {self.ends_on:%d/%m/%Y}")

    @property
    def is_dated(self) -> bool:
        """Whether both days are known."""
        return self.starts_on is not None and self.ends_on is not None

    def contains(self, part: Period) -> bool:
        """Whether every day of another period is a day of this one.

        Examples:
            >>> Period.year(2024).contains(Period.quarter(2024, 3))
            True
            >>> Period.since(dt.date(2011, 1, 1)).contains(Period.year(2012))
            False
        """
        start, end = self.starts_on or self.ends_on, self.ends_on or self.starts_on
        if start is None or end is None or part.starts_on is None or part.ends_on is None:
            return False
        return start <= part.starts_on and part.ends_on <= end

    def overlaps(self, other: Period) -> bool:
        """Whether two periods have a day in common.

        Examples:
            >>> Period.half_year(2024, 1).overlaps(Period.months_to_date(2024, 9))
            True
            >>> Period.half_year(2024, 1).overlaps(Period.half_year(2024, 2))
            False
        """
        start, end = self.starts_on or self.ends_on, self.ends_on or self.starts_on
        other_start, other_end = other.starts_on or other.ends_on, other.ends_on or other.starts_on
        if start is None or end is None or other_start is None or other_end is None:
            return False
        return start <= other_end and other_start <= end

    def adjoins(self, later: Period) -> bool:
        """Whether another period begins on the day after this one ends.

        Examples:
            >>> Period.quarter(2024, 4).adjoins(Period.month(2025, 1))
            True
        """
        return self.ends_on is not None and later.starts_on is not None and later.starts_on - self.ends_on == _DAY


def parse_period(code: str) -> Period:
    """Read a period as people type it.

    Args:
        code: ``2024-07``, ``2024-Q3``, ``2024-H1``, ``2024-M9`` (nine months to date), ``2024``, ``2008/2016`` (several
            years) or ``2020-2025`` (a term).

    Raises:
        ValueError: The text has none of these forms, or its years are not in order.

    Examples:
        >>> parse_period("2024-H1").ends_on
        datetime.date(2024, 6, 30)
        >>> parse_period("2020-2025").period_type_code
        'term'
        >>> parse_period("2024-13")
        Traceback (most recent call last):
            ...
        ValueError: '2024-13' is no period
        write 2024, 2024-07, 2024-Q3, 2024-H1, 2024-M9, 2008/2016 or 2020-2025
    """
    for period_type_code, pattern in _CODES.items():
        match = pattern.fullmatch(code.strip())
        if match is None or match["year"] == "0000":
            continue
        year, number = int(match["year"]), int(match.groupdict().get("number") or 0)
        if period_type_code == "year":
            return Period.year(year)
        if period_type_code in {"multi_year", "term"}:
            if year >= number:
                continue
            return Period.years(year, number) if period_type_code == "multi_year" else Period.term(year, number)
        build = {
            "month": Period.month,
            "quarter": Period.quarter,
            "half_year": Period.half_year,
            "months_to_date": Period.months_to_date,
        }[period_type_code]
        return build(year, number)
    message = f"{code!r} is no period\nwrite {_FORMS}"
    raise ValueError(message)


def parse_period_text(text: str) -> Period:
    """Read a period as Vietnamese reports print it, or as people type it.

    Args:
        text: ``6 tháng đầu năm 2024``, ``quý III/2024``, ``tháng 7 năm 2024``, ``9 tháng năm 2024``, ``năm 2024``, ``từ
            01/01/2024 đến 17/9/2024``, or a form of `parse_period`.

    Raises:
        ValueError: The text has none of these forms, or names days that are not in the calendar.

    Examples:
        >>> parse_period_text("6 tháng đầu năm 2024").code
        '2024-H1'
        >>> parse_period_text("Quý III/2024").code
        '2024-Q3'
        >>> parse_period_text("từ ngày 01/01/2024 đến ngày 17/9/2024").period_type_code
        'year_to_date'
        >>> parse_period_text("quý V năm 2024")
        Traceback (most recent call last):
            ...
        ValueError: 'quý V năm 2024' is no period
        write 6 tháng đầu năm 2024, quý III/2024, tháng 7 năm 2024, năm 2024 or từ 01/01/2024 đến 30/6/2024
    """
    plain = " ".join(unicodedata.normalize("NFC", text).casefold().strip(" .,;()").split())
    for kind, pattern in _TEXTS:
        if match := pattern.fullmatch(plain):
            try:
                return _read_period(kind, match.groupdict())
            except ValueError:
                break
    try:
        return parse_period(plain.upper())
    except ValueError:
        message = f"{text!r} is no period\nwrite {', '.join(TEXT_FORMS[:-1])} or {TEXT_FORMS[-1]}"
        raise ValueError(message) from None


def _read_period(kind: str, parts: dict[str, str]) -> Period:
    if kind == "days":
        first, last = (
            dt.date(int(parts[f"{end}_year"]), int(parts[f"{end}_month"]), int(parts[f"{end}_day"]))
            for end in ("first", "last")
        )
        return _of_days(first, last)
    year = int(parts["year"])
    if kind == "half_year":
        return Period.half_year(year, 1 if parts["half"] == "đầu" else 2)
    if kind == "months_to_date":
        months = int(parts["months"])
        return {6: Period.half_year(year, 1), 12: Period.year(year)}.get(months) or Period.months_to_date(year, months)
    if kind == "quarter":
        return Period.quarter(year, _QUARTERS[parts["quarter"]])
    return Period.month(year, int(parts["month"])) if kind == "month" else Period.year(year)


def _of_days(first: dt.date, last: dt.date) -> Period:
    """Return the calendar period of two days, else what lies between them, from New Year or not."""
    for period_type_code in ("year", "half_year", "quarter", "month", "months_to_date"):
        period = Period(period_type_code, first, last)
        if period.code is not None:
            return period
    is_to_date = (first.month, first.day) == (1, 1) and last.year == first.year
    return Period("year_to_date" if is_to_date else "day", first, last)


def exact_cover(whole: Period, parts: Iterable[Period]) -> tuple[Period, ...] | None:
    """Return the fewest parts that make up a whole: nothing missing, nothing twice, nothing outside.

    Args:
        whole: The period to cover.
        parts: The periods at hand, in any order; those that are not dated cannot take part.

    Returns:
        The parts in the order of their days, or none where no choice of them covers the whole.

    Examples:
        >>> parts = [Period.quarter(2024, 4), Period.half_year(2024, 2), Period.months_to_date(2024, 9)]
        >>> [part.code for part in exact_cover(Period.year(2024), parts)]
        ['2024-M9', '2024-Q4']
        >>> exact_cover(Period.half_year(2024, 1), parts)
    """
    if not whole.is_dated:
        return None
    covers: dict[int, tuple[Period, ...]] = {_first(whole): ()}
    for part in sorted((part for part in parts if whole.contains(part)), key=lambda part: (_first(part), _last(part))):
        before, after = covers.get(_first(part)), covers.get(_last(part) + 1)
        if before is not None and (after is None or len(after) > len(before) + 1):
            covers[_last(part) + 1] = (*before, part)
    return covers.get(_last(whole) + 1)


def _first(period: Period) -> int:
    return (period.starts_on or dt.date.max).toordinal()


def _last(period: Period) -> int:
    return (period.ends_on or dt.date.min).toordinal()


def _last_day(year: int, month: int) -> dt.date:
    return dt.date(year, 12, 31) if month == _MONTHS else dt.date(year, month + 1, 1) - _DAY
