"""Numbers as Vietnamese texts print them: ``1.746``, ``39,66``, ``8 đến 15``, ``391/391``, ``3,2 triệu``, ``một``.

Only the numeral itself; words that qualify it (``trên``, ``gần``) and what the number counts belong to the reader.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from decimal import Decimal

_MULTIPLIERS = {"ngàn": Decimal(1_000), "nghìn": Decimal(1_000), "triệu": Decimal(1_000_000), "tỷ": Decimal(10**9)}
_WORDS = {
    word: Decimal(number)
    for number, words in enumerate(
        ("không", "một", "hai", "ba", "bốn", "năm", "sáu", "bảy", "tám", "chín", "mười"),
    )
    for word in words.split()
}
_GROUPED = re.compile(r"[0-9]{1,3}(?:([.,\u00a0 ])[0-9]{3})(?:\1[0-9]{3})*")
_PLAIN = re.compile(r"([0-9]+)(?:[.,]([0-9]+))?")
_RANGE = re.compile(r"(.+?)\s*%?\s*(?:đến|[-\u2013\u2014])\s*(.+)")
_MAX_LENGTH = 100


@dataclass(frozen=True)
class Numeral:
    """A printed number.

    Attributes:
        value: The number; of a range its lower end; of a ratio its numerator.
        precision: One unit of the last printed digit: 1 of ``1.746``, 0.01 of ``39,66``, 100000 of ``3,2 triệu``.
        value_high: Upper end of a range.
        denominator: The ``b`` of a ratio ``a/b``.
    """

    value: Decimal
    precision: Decimal
    value_high: Decimal | None = None
    denominator: Decimal | None = None


def parse_numeral(printed: str, *, is_count: bool) -> Numeral:
    """Read one printed number.

    A point or comma before exactly three digits is ambiguous. Of a count it separates thousands, whichever of the two
    it is (``112,900`` persons are 112 900); of a percentage a comma is the decimal mark.

    Args:
        printed: The number as printed, without words that qualify it.
        is_count: Whether it counts whole things, rather than being a percentage or an average.

    Raises:
        ValueError: The text is no number of a known form.

    Examples:
        >>> parse_numeral("1.746", is_count=True).value
        Decimal('1746')
        >>> parse_numeral("39,66", is_count=False)
        Numeral(value=Decimal('39.66'), precision=Decimal('0.01'), value_high=None, denominator=None)
        >>> parse_numeral("3,2 triệu", is_count=True).precision
        Decimal('100000')
        >>> parse_numeral("8 đến 15", is_count=True).value_high
        Decimal('15')
        >>> parse_numeral("3 đến 5 triệu", is_count=True).value
        Decimal('3000000')
        >>> parse_numeral("22/40", is_count=True).denominator
        Decimal('40')
        >>> parse_numeral("17.746,5 người", is_count=True)
        Traceback (most recent call last):
            ...
        ValueError: '17.746,5 người' is no number of a known form
    """
    text = unicodedata.normalize("NFC", printed).strip().rstrip("%").rstrip().casefold()
    if len(text) > _MAX_LENGTH:
        message = f"{printed!r} is no number of a known form"
        raise ValueError(message)
    if ratio := re.fullmatch(r"([^/]+?)\s*%?\s*/\s*([^/]+)", text):
        numerator, precision = _parse_single(ratio[1], printed, is_count=is_count)
        return Numeral(numerator, precision, None, _parse_single(ratio[2], printed, is_count=is_count)[0])
    if ends := _RANGE.fullmatch(text):
        first, last = _share_multiplier(*ends.groups())
        low, precision = _parse_single(first, printed, is_count=is_count)
        high, _ = _parse_single(last, printed, is_count=is_count)
        if high < low:
            message = f"{printed!r} ends below its start"
            raise ValueError(message)
        return Numeral(low, precision, high)
    value, precision = _parse_single(text, printed, is_count=is_count)
    return Numeral(value, precision)


def _share_multiplier(first: str, last: str) -> tuple[str, str]:
    """Give the first end of a range the word that only the last one has: 3 đến 5 triệu is 3 triệu đến 5 triệu."""
    shared = next((word for word in _MULTIPLIERS if last.endswith(word)), None)
    is_bare = not any(first.endswith(word) for word in _MULTIPLIERS)
    return (f"{first} {shared}", last) if shared and is_bare else (first, last)


def _parse_single(text: str, printed: str, *, is_count: bool) -> tuple[Decimal, Decimal]:
    for word, factor in _MULTIPLIERS.items():
        if text.endswith(word) and (head := text[: -len(word)].rstrip()):
            value, precision = _parse_single(head, printed, is_count=False)
            return _plain(value * factor), _plain(precision * factor)
    if text in _WORDS:
        return _WORDS[text], Decimal(1)
    grouped = _GROUPED.fullmatch(text)
    if grouped and not text.startswith("0") and (is_count or grouped[1] != "," or text.count(",") > 1):
        return Decimal(re.sub(r"\D", "", text)), Decimal(1)
    if plain := _PLAIN.fullmatch(text):
        whole, decimals = plain[1], plain[2] or ""
        return Decimal(f"{whole}.{decimals}" if decimals else whole), Decimal(1).scaleb(-len(decimals))
    message = f"{printed!r} is no number of a known form"
    raise ValueError(message)


def _plain(number: Decimal) -> Decimal:
    """Write 3200000.0 and 3.2E+6 as 3200000."""
    whole = number.to_integral_value()
    return Decimal(f"{whole:f}") if number == whole else number
