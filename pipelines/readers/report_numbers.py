"""What stands in a cell of a report: a number, a mark that the line does not apply, or a fault."""

from __future__ import annotations

import datetime as dt
import math
import re
import unicodedata
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from pipelines.numerals import parse_numeral
from pipelines.observations import EXACT

if TYPE_CHECKING:
    from pipelines.readers.containers import Cell

LIMIT = 10 ** (EXACT.precision - EXACT.scale)
"""Numbers are below it."""

MOST_PLAIN = 10.0**6
"""Below it, a float that is rounded to six decimals is the number that was meant, digit by digit."""

MOST_WHOLE = 10.0**9
"""Below it, a whole float keeps all its digits when it becomes a decimal of six; above, it is made one by itself."""

_NOT_APPLICABLE = frozenset({"-", "–", "—", "x"})
_PERSONAL = re.compile(r"(?<![0-9])[0-9](?:[ .]?[0-9]){8,11}(?![0-9])")
_DAY_TEXT = re.compile(r"(?:ngày\s*)?(\d{1,2})\s*[/.-]\s*(\d{1,2})\s*[/.-]\s*(\d{4})")
_ISO_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_EXCEL_EPOCH = dt.date(1899, 12, 30)
_ONE_POINT = 1
_LONGEST = 100
_FIRST_DAY, _LAST_DAY = dt.date(1930, 1, 1), dt.date(2200, 1, 1)


class ExactNumber(NamedTuple):
    """What stands in a cell that is no plain number; a line that does not apply has no value."""

    printed: str
    value: Decimal | None = None
    precision: Decimal | None = None


class Fault(Exception):  # noqa: N818 - says what is wrong with a cell
    """A number is not accepted.

    Attributes:
        reason_code: Code of the seed ``rejection_reasons``.
        expected: What should stand there.
    """

    def __init__(self, *, reason_code: str, expected: str) -> None:
        super().__init__(reason_code)
        self.reason_code = reason_code
        self.expected = expected


def is_plain(cell: float, part: Cell, whole: Cell) -> bool:
    """Whether a number that is no count can be taken as it stands: no percentage that is written as a hundredth."""
    if not 0 <= cell < MOST_PLAIN:
        return False
    if part == "" or whole == "":
        return True
    return type(part) is type(whole) is float and whole > 0 and abs(cell - 100 * part / whole) <= _ONE_POINT


def read_number(cell: Cell, part: Cell = "", whole: Cell = "", *, is_count: bool) -> ExactNumber:
    """Return the number in a cell.

    Args:
        cell: Not empty.
        part: Of a percentage, the number that is compared.
        whole: What it is compared with.
        is_count: Whether it is a whole number.

    Raises:
        Fault: It is none, or none that can be counted.
    """
    printed = print_cell(cell)
    if printed.casefold() in _NOT_APPLICABLE:
        return ExactNumber(printed)
    if printed.startswith("="):
        raise Fault(reason_code="formula_without_value", expected="0, 812, 1.746")
    try:
        value, precision = _parse_number(cell, is_count=is_count)
    except ValueError as error:
        raise Fault(reason_code="invalid_number", expected="0, 812, 1.746") from error
    if abs(value) >= LIMIT:
        raise Fault(reason_code="number_out_of_range", expected=f"< {LIMIT}")
    if not is_count:
        scale = _find_scale(value, part, whole)
        value, precision = round(value * scale, EXACT.scale), min(precision * scale, Decimal(1))
    if value < 0:
        raise Fault(reason_code="negative_count", expected="0, 1, 2, …")
    if is_count and value != value.to_integral_value():
        raise Fault(reason_code="fractional_count", expected="0, 1, 2, …")
    return ExactNumber(printed, value, precision)


def print_cell(cell: Cell) -> str:
    """Return a cell as text: a whole number without its decimals, a day as ISO 8601 writes it."""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, dt.date | dt.datetime):
        return cell.isoformat()
    return unicodedata.normalize("NFC", str(cell)).strip()


def quote_cell(cell: Cell) -> str:
    """Return a cell as text for people, without digits that may name a person."""
    return _PERSONAL.sub("…", print_cell(cell))


def is_number(cell: Cell) -> bool:
    """Whether somebody may mean a count; the day beside a signature is none."""
    if type(cell) is str:
        return _is_numeral(cell)
    return isinstance(cell, int | float) and not isinstance(cell, bool)


@lru_cache(maxsize=2**12)
def _is_numeral(text: str) -> bool:
    try:
        parse_numeral(text, is_count=True)
    except ValueError:
        return False
    return any(character.isdecimal() for character in text)


def _parse_number(cell: Cell, *, is_count: bool) -> tuple[Decimal, Decimal]:
    """Return a number and the unit of its last digit."""
    if isinstance(cell, bool) or not isinstance(cell, str | int | float):
        message = f"{cell!r} is no number"
        # like a text that is none
        raise ValueError(message)  # noqa: TRY004
    if isinstance(cell, str):
        return _parse_text(cell.strip(), is_count=is_count)
    if math.isnan(cell):
        message = f"{cell!r} is no number"
        raise ValueError(message)
    if abs(cell) >= LIMIT:
        return Decimal(cell), Decimal(1)
    # what a spreadsheet computes has more digits than anybody printed
    value = round(Decimal(repr(float(cell))), EXACT.scale).normalize()
    value = value if value != value.to_integral_value() else Decimal(int(value))
    return value, Decimal(1).scaleb(min(int(value.as_tuple().exponent), 0))


def _parse_text(text: str, *, is_count: bool) -> tuple[Decimal, Decimal]:
    if len(text) > _LONGEST:
        message = f"{text[:_LONGEST]!r} … is no number"
        raise ValueError(message)
    if text.startswith("-"):
        value, precision = _parse_text(text.removeprefix("-"), is_count=is_count)
        return -value, precision
    if text.isascii() and text.isdecimal():
        if text.startswith("0") and len(text) > 1:
            message = f"{text!r} is the number of somebody or something, and no count"
            raise ValueError(message)
        return Decimal(text), Decimal(1)
    if is_count and "%" in text:
        message = f"{text!r} is a percentage"
        raise ValueError(message)
    numeral = parse_numeral(text, is_count=is_count)
    if numeral.value_high is not None or numeral.denominator is not None:
        message = f"{text!r} is more than one number"
        raise ValueError(message)
    return numeral.value, numeral.precision


def _find_scale(value: Decimal, part: Cell, whole: Cell) -> int:
    """Return 100 for a percentage of which a spreadsheet keeps a hundredth: 1.2 where the counts make 120 %."""
    try:
        expected = 100 * _parse_number(part, is_count=True)[0] / _parse_number(whole, is_count=True)[0]
    except (ValueError, ZeroDivisionError, InvalidOperation):
        return 1
    return 100 if abs(100 * value - expected) <= _ONE_POINT < abs(value - expected) else 1


def read_day(cell: Cell) -> dt.date | None:
    """Return a day: a date, the number that a spreadsheet keeps of it, 5/7/2024 or 2024-07-05; None if it is none."""
    day = None
    try:
        if isinstance(cell, dt.date):
            day = dt.date(cell.year, cell.month, cell.day)
        elif isinstance(cell, int | float) and not isinstance(cell, bool):
            day = _EXCEL_EPOCH + dt.timedelta(days=int(cell))
        elif match := _DAY_TEXT.fullmatch(str(cell).strip().casefold()):
            day = dt.date(int(match[3]), int(match[2]), int(match[1]))
        elif _ISO_DAY.fullmatch(str(cell)):
            day = dt.date.fromisoformat(str(cell))
    except (ValueError, OverflowError):
        return None
    return day if day and _FIRST_DAY <= day < _LAST_DAY else None
