"""What a printed number may have been meant to be, if one slip of a typist, printer or copyist stands behind it.

Only what is possible, likeliest first; whether a candidate agrees with the other figures is tested elsewhere.
"""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from pipelines.numerals import parse_numeral

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from pipelines.numerals import Numeral

KINDS = (
    "transposed",
    "misread",
    "doubled",
    "dropped",
    "separator",
    "tenfold",
    "hundredfold",
    "swapped",
    "earlier",
)
"""Kinds of slip, likeliest first.

The first four are the errors of typing, an exchanged, a wrong, an extra and a missing character (F. J. Damerau, "A
technique for computer detection and correction of spelling errors", Communications of the ACM 7, 1964), for which
official statistics are edited too (S. Scholtus, "Automatic correction of simple typing errors in numerical data with
balance edits", Statistics Netherlands, 2009). Of numbers a wrong digit is the most frequent and an exchange the next
(J. Verhoeff, "Error detecting decimal codes", 1969); but a wrong digit may be any of nine in every place, so one
exchange is likelier than one wrong digit. The rest is a judgement of this project: that a number became longer or
shorter is noticed sooner, a wrong power of ten sooner still, and a number from another place takes a greater slip.
"""

_DIGITS = "0123456789"
_KEY_ROW = "1234567890"
_LOOK_ALIKES = frozenset(("17", "38", "56", "68", "06", "08", "35", "49", "09"))
_NUMBER = re.compile(r"[0-9]+(?:[.,\u00a0 ][0-9]+)*")
_GROUP = 3
_EXCHANGED = {".": ",", ",": "."}


class Slip(NamedTuple):
    """What may have been meant.

    Attributes:
        kind_code: One of `KINDS`.
        printed: What would stand there without the slip, written as what stands there is.
    """

    kind_code: str
    printed: str


class _Number(NamedTuple):
    """One number inside a numeral, in digits.

    Attributes:
        printed: The number as it stands there.
        is_count: Whether it is read as a count; what a word multiplies is not.
        core: Its digits, with the decimal mark if it has one.
        mark: The decimal mark that it has or would have.
        group: What separates its thousands, or would; empty for nothing.
        width: Digits before the decimal mark up to which zeros fill up: 2 of ``08``, 1 where none does.
    """

    printed: str
    is_count: bool
    core: str
    mark: str
    group: str
    width: int


def list_slips(
    printed: str, *, is_count: bool, neighbours: Sequence[str] = (), earlier: str | None = None
) -> list[Slip]:
    """List what a printed number may have been meant to be.

    Every candidate can be parsed, has another value than what is printed, and a value of its own: of several slips that
    lead to the same value the likeliest is kept. Of a count only whole numbers are listed. In a range or ratio one of
    the two numbers slipped. Number words have no digits that slip.

    Candidates are written as the number is: with its decimal mark, sign and multiplier, with zeros in front only if it
    has them, and with its thousands grouped if its own are. A number below a thousand does not show that; points then
    group the thousands, unless a point is its decimal mark. A whole number gets decimals with a comma, or with a point
    if commas group its thousands. What `parse_numeral` would read differently from what is meant is not listed.

    Args:
        printed: The number as printed, as `parse_numeral` takes it.
        is_count: Whether it counts whole things, rather than being a percentage or an average.
        neighbours: Numbers printed beside it, nearest first. What cannot be parsed is no candidate.
        earlier: The number of the period before, as printed.

    Returns:
        The candidates by kind, within a kind the likeliest first: digits that look alike before those on adjacent keys,
        a missing digit beside an equal one before any other, short moves of a separator before long ones; then the last
        digits of a number before its first, where a slip is noticed.

    Raises:
        ValueError: The text is no number of a known form.

    Examples:
        >>> list_slips("1.746", is_count=True)[:2]
        [Slip(kind_code='transposed', printed='1.764'), Slip(kind_code='transposed', printed='1.476')]
        >>> [slip.printed for slip in list_slips("0,32", is_count=False) if slip.kind_code == "separator"]
        ['3,2', '32']
        >>> [slip.printed for slip in list_slips("3,2 triệu", is_count=True) if slip.kind_code == "transposed"]
        ['2,3 triệu']
        >>> list_slips("một", is_count=True, neighbours=["12"], earlier="3")
        [Slip(kind_code='swapped', printed='12'), Slip(kind_code='earlier', printed='3')]
    """
    values = {_identify(parse_numeral(printed, is_count=is_count))}
    slips = []
    for kind_code, candidate in _list_candidates(printed, neighbours, earlier, is_count=is_count):
        numeral = _read(candidate, is_count=is_count)
        if numeral is None or (is_count and not _is_whole(numeral)) or _identify(numeral) in values:
            continue
        values.add(_identify(numeral))
        slips.append(Slip(kind_code, candidate))
    return slips


def _list_candidates(
    printed: str, neighbours: Sequence[str], earlier: str | None, *, is_count: bool
) -> Iterator[tuple[str, str]]:
    text = unicodedata.normalize("NFC", printed).strip()
    slipped = []
    for match in _NUMBER.finditer(text):
        before, behind = text[: match.start()], text[match.end() :]
        unit = parse_numeral(f"0{behind.partition('/')[0]}", is_count=is_count).precision
        number = _take_apart(match[0], is_count=is_count and unit == 1)
        slipped += [
            (KINDS.index(kind_code), rank, f"{before}{candidate}{behind}")
            for kind_code, rank, candidate in _list_number_slips(number)
        ]
    slipped.sort(key=lambda slip: slip[:2])
    yield from ((KINDS[kind], candidate) for kind, _, candidate in slipped)
    sign = text[len(_drop_sign(text)) :]
    yield from (("swapped", f"{_drop_sign(neighbour)}{sign}") for neighbour in neighbours)
    if earlier is not None:
        yield "earlier", f"{_drop_sign(earlier)}{sign}"


def _drop_sign(printed: str) -> str:
    return unicodedata.normalize("NFC", printed).strip().rstrip("%").rstrip()


def _take_apart(printed: str, *, is_count: bool) -> _Number:
    separators = re.sub(r"[0-9]", "", printed)
    if separators and parse_numeral(printed, is_count=is_count).precision == 1:
        mark = "." if separators[0] == "," else ","
        return _Number(printed, is_count, re.sub(r"[^0-9]", "", printed), mark, separators[0], 1)
    mark = separators or ","
    whole = printed.partition(mark)[0]
    group = "" if mark == "." or len(whole) > _GROUP else "."
    return _Number(printed, is_count, printed, mark, group, len(whole) if whole.startswith("0") else 1)


def _list_number_slips(number: _Number) -> Iterator[tuple[str, int, str]]:
    """Yield the kind, a rank within it, and the number without the slip."""
    for kind_code, edit in _EDITS.items():
        for rank, core in edit(number):
            candidate = _write(core, number)
            if candidate is not None:
                yield kind_code, rank, candidate
    for rank, candidate in _move_separator(number):
        yield "separator", rank, candidate


def _write(core: str, number: _Number) -> str | None:
    """Return digits as the number is written; none if it cannot be written so, or would be read differently.

    Where a count has a decimal mark, it was to separate thousands: ``1.74`` with a digit more may be ``1.746``.
    """
    whole, _, decimals = core.partition(number.mark)
    if whole.startswith("0") and len(whole) > number.width:
        return None
    printed = core if decimals else re.sub(rf"\B(?=(?:[0-9]{{{_GROUP}}})+$)", number.group, whole)
    if number.is_count:
        return printed
    numeral = _read(printed, is_count=False)
    return printed if numeral and numeral.value == Decimal(core.replace(",", ".")) else None


def _transpose(number: _Number) -> Iterator[tuple[int, str]]:
    core = number.core
    places = [place for place, character in enumerate(core) if character in _DIGITS]
    for left, right in reversed(list(pairwise(places))):
        yield 0, f"{core[:left]}{core[right]}{core[left + 1 : right]}{core[left]}{core[right + 1 :]}"


def _misread(number: _Number) -> Iterator[tuple[int, str]]:
    core = number.core
    for place in reversed(range(len(core))):
        if core[place] in _DIGITS:
            for digit in _DIGITS:
                yield _rank_misreading(core[place], digit), f"{core[:place]}{digit}{core[place + 1 :]}"


def _rank_misreading(printed: str, meant: str) -> int:
    if "".join(sorted((printed, meant))) in _LOOK_ALIKES:
        return 0
    return 1 if abs(_KEY_ROW.index(printed) - _KEY_ROW.index(meant)) == 1 else 2


def _remove_doubled(number: _Number) -> Iterator[tuple[int, str]]:
    core = number.core
    for place in reversed(range(1, len(core))):
        if core[place - 1] == core[place]:
            yield 0, f"{core[:place]}{core[place + 1 :]}"


def _restore_dropped(number: _Number) -> Iterator[tuple[int, str]]:
    core = number.core
    for place in reversed(range(len(core) + 1)):
        beside = core[max(place - 1, 0) : place + 1]
        for digit in _DIGITS:
            yield 0 if digit in beside else 1, f"{core[:place]}{digit}{core[place:]}"


def _scale(number: _Number, *powers: int) -> Iterator[tuple[int, str]]:
    """Yield the number times powers of ten; a whole number gets no more decimals than it must."""
    whole, _, decimals = number.core.partition(number.mark)
    for power in powers:
        core = _mark_decimals(whole + decimals, len(decimals) - power, number.mark, number.width)
        yield 0, core if decimals or power > 0 else core.rstrip("0").rstrip(number.mark)


def _move_separator(number: _Number) -> Iterator[tuple[int, str]]:
    """Yield the number with its one separator exchanged, moved or left out, or with one put in."""
    separator = re.sub(r"[0-9]", "", number.printed)
    if len(separator) > 1:
        return
    digits = re.sub(r"[^0-9]", "", number.printed).lstrip("0")
    place = len(number.printed.partition(separator)[2]) if separator else 0
    if separator in _EXCHANGED:
        yield 0, number.printed.replace(separator, _EXCHANGED[separator])
    mark = separator if separator in _EXCHANGED else ","
    for places in range(1, len(digits) + 1):
        # what parts a count stands before three digits
        if places == _GROUP or not number.is_count:
            yield abs(places - place), _mark_decimals(digits, places, mark, number.width)
    without = _write(digits.zfill(number.width), number)
    if without is not None:
        yield len(number.printed), without


def _mark_decimals(digits: str, places: int, mark: str, width: int) -> str:
    """Put the decimal mark before the last places; without it, zeros fill up what is missing."""
    if places <= 0:
        return f"{digits}{'0' * -places}".lstrip("0").zfill(width)
    padded = digits.zfill(places)
    return f"{padded[:-places].lstrip('0').zfill(width)}{mark}{padded[-places:]}"


def _read(printed: str, *, is_count: bool) -> Numeral | None:
    try:
        return parse_numeral(printed, is_count=is_count)
    except ValueError:
        return None


def _identify(numeral: Numeral) -> tuple[Decimal, Decimal | None, Decimal | None]:
    return numeral.value, numeral.value_high, numeral.denominator


def _is_whole(numeral: Numeral) -> bool:
    return all(number is None or number == number.to_integral_value() for number in _identify(numeral))


_EDITS: dict[str, Callable[[_Number], Iterator[tuple[int, str]]]] = {
    "transposed": _transpose,
    "misread": _misread,
    "doubled": _remove_doubled,
    "dropped": _restore_dropped,
    "tenfold": lambda number: _scale(number, 1, -1),
    "hundredfold": lambda number: _scale(number, 2, -2),
}
