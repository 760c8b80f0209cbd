"""What reports have in common, however they are written: their forms, their numbers, what they may not be.

Readers say where things stand; what they mean is found here.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, NamedTuple, TypeVar

from pipelines.observations import FILE_COLUMNS, FILES, REJECTIONS, Intake, frame
from pipelines.periods import TEXT_FORMS, parse_period_text
from pipelines.readers.containers import Refusal
from pipelines.readers.rejecting import Rejections
from pipelines.readers.report_cells import ReportCells
from pipelines.readers.report_numbers import LIMIT, MOST_WHOLE, ExactNumber, Fault, is_plain, read_number

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Iterable, Sequence

    from pipelines.layouts import Form, Layout
    from pipelines.observations import RawFile
    from pipelines.periods import Period
    from pipelines.readers.containers import Cell

_PERSON_HEADS = ("họ và tên", "họ tên", "họ chữ đệm và tên")
_BIRTH_HEADS = ("ngày sinh", "năm sinh", "ngày tháng năm sinh")
_IDENTITY_HEADS = ("cccd", "cmnd", "số cccd", "số cmnd", "số định danh", "số thẻ đảng", "căn cước")
_SUSPECT_HEADS = (*_PERSON_HEADS, *_BIRTH_HEADS, *_IDENTITY_HEADS)
"""How heads of the columns of a list of persons begin, normalised."""
_IDENTITY_NUMBER = re.compile(r"(?<![0-9])(?:[0-9]{9}|[0-9]{12}|[0-9]{3}(?: [0-9]{3}){2,3})(?![0-9])")
_SHORTEST = 8
LEAST_IDENTITY_NUMBER = 10**8
"""What is stored as a number, and may have lost its zeros; no organisation counts so many persons."""
_MAX_IDENTITY_NUMBERS = 2
_FIRST_YEAR, _LAST_YEAR = 1930, 2200
"""The Party was founded in the first; what is beyond the last is a slip of the pen."""


@dataclass
class Account:
    """What became of the cells of a file that are not empty."""

    found: int = 0
    accepted: int = 0
    rejected: int = 0
    furniture: int = 0

    def describe(self) -> dict[str, object]:
        """Return the columns of ``FILES``; of a file that was refused whole no cell was looked at."""
        if not self.found:
            return {"found_count": self.rejected, "accepted_count": 0, "rejected_count": self.rejected}
        return {
            "found_count": self.accepted + self.rejected,
            "accepted_count": self.accepted,
            "rejected_count": self.rejected,
            "cell_count": self.found,
            "furniture_count": self.furniture,
        }


def read_each(files: Sequence[RawFile], read: Callable[[RawFile, ReportCells, Rejections], Account]) -> Intake:
    """Read files of reports one after the other.

    Args:
        files: The files.
        read: Reads a file; is told where numbers and faults go. A `Refusal` refuses it whole.
    """
    cells = ReportCells()
    counts: list[dict[str, object]] = []
    faults: list[dict[str, object]] = []
    for file in files:
        rejections = Rejections(file.key)
        try:
            account = read(file, cells, rejections)
        except Refusal as refusal:
            rejections.add(refusal.reason_code, locator="file", found=refusal.found, expected=refusal.expected)
            account = Account(rejected=1)
        version = file.version._asdict()
        counts.append({**version, "file_bytes": len(file.content), **account.describe()})
        faults += ({**version, **row} for row in rejections.rows)
    return Intake.of_parts(
        {
            "observations": cells,
            "rejections": frame(faults, {**FILE_COLUMNS, **REJECTIONS}),
            "files": frame(counts, {**FILE_COLUMNS, **FILES}),
        }
    )


# forms


class Entry(NamedTuple):
    """What one number is.

    Attributes:
        is_count: Whether it is a whole number.
        part: Of a percentage, which of the numbers is compared; else none.
        whole: Which it is compared with; none where `part` is.
    """

    is_count: bool
    part: int | None = None
    whole: int = 0


class KnownForm:
    """One form, and what its numbers mean.

    Args:
        layout: Of its generation.
        form: The form.

    Attributes:
        meanings: By position of line and column.
    """

    def __init__(self, layout: Layout, form: Form) -> None:
        self.layout = layout
        self.form = form
        self.meanings = {
            (line_at, column_at): meaning
            for line_at, line in enumerate(form.lines)
            for column_at, column in enumerate(form.columns)
            if (meaning := form.find_meaning(line, column)) is not None
        }

    def list_entries(self, cells: Sequence[tuple[int, int]]) -> tuple[Entry, ...]:
        """Return what the numbers are that stand where lines and columns meet."""
        numbers = {cell: at for at, cell in enumerate(cells)}
        total = next((line_at for line_at, _ in cells if self.form.lines[line_at].group == "all"), -1)
        columns = enumerate(self.form.columns)
        plain = {column.is_earlier: position for position, column in columns if not column.statement}

        def explain(line_at: int, position: int) -> Entry:
            meaning = self.meanings[line_at, position]
            wholes = {"percent_of_earlier": (line_at, plain.get(True, -1)), "share": (total, plain.get(False, -1))}
            part = numbers.get((line_at, plain.get(False, -1)))
            whole = numbers.get(wholes.get(meaning.statement, (-1, -1)))
            return Entry(meaning.is_count) if part is None or whole is None else Entry(meaning.is_count, part, whole)

        return tuple(explain(*cell) for cell in cells)

    def find_lines(self, words: Sequence[str]) -> dict[int, int]:
        """Return the position of the line of each row that has one.

        The same words may stand for several lines ("a" and "b" below arrivals and departures): they are taken in the
        order of the form, after the line before, if one is left there.

        Args:
            words: Of each row, normalised.
        """
        left = list(enumerate(self.form.lines))
        found: dict[int, int] = {}
        last = -1
        for row, label in enumerate(words):
            fitting = [(at, line) for at, line in left if label in line.labels]
            if fitting:
                at, line = next((entry for entry in fitting if entry[0] > last), fitting[0])
                found[row] = last = at
                left.remove((at, line))
        return found


AnyForm = TypeVar("AnyForm", bound=KnownForm)


class Forms(Generic[AnyForm]):
    """The forms that may come in.

    Args:
        layouts: Of all generations.
        kind: What a reader knows of a form.

    Attributes:
        by_code: The forms.
    """

    def __init__(self, layouts: Sequence[Layout], kind: type[AnyForm]) -> None:
        self.by_code = {form.form_code: kind(layout, form) for layout in layouts for form in layout.forms}
        series = {code.partition("-")[2] for code in self.by_code}
        self._code = re.compile(
            rf"(?<![0-9])([0-9]{{1,2}}[A-Z]?)\s?[-–.]?\s?({'|'.join(sorted(series))})", re.IGNORECASE
        )

    def find_code(self, texts: Iterable[str]) -> str:
        """Return the code of the form that the first of the texts names that names one; empty if none does."""
        for text in texts:
            if match := self._code.search(text):
                return f"{match[1]}-{match[2]}".upper()
        return ""

    def refuse(self, said: Iterable[str]) -> Refusal:
        """Return why a report is not read that is on none of the forms, but names these."""
        return Refusal(
            reason_code="wrong_form", found=", ".join(filter(None, said)) or "–", expected=", ".join(self.by_code)
        )


# numbers


class Numbers(NamedTuple):
    """What stands in the cells of a report.

    Attributes:
        values: Of each cell its number, if it is plain.
        exact: The others, by their position. A cell that has neither is empty, or has a fault.
        faults: By their position.
    """

    values: list[Any]
    exact: dict[int, ExactNumber]
    faults: dict[int, Fault]

    @property
    def accepted_count(self) -> int:
        """How many cells have a number, or a mark that their line does not apply."""
        return len(self.values) - self.values.count(None) + len(self.exact)


def read_numbers(cells: Sequence[Cell], entries: Sequence[Entry]) -> Numbers:
    """Read the numbers of a report; what each is stands at the same position of the entries."""
    numbers = Numbers([None if cell == "" else cell for cell in cells], {}, {})
    for at, cell in enumerate(numbers.values):
        if cell is None:
            continue
        is_count, part_at, whole_at = entries[at]
        if is_count and type(cell) is float and 0 <= cell < MOST_WHOLE and cell.is_integer():
            continue
        part, whole = ("", "") if part_at is None else (cells[part_at], cells[whole_at])
        if is_count or type(cell) is not float or not is_plain(cell, part, whole):
            numbers.values[at] = None
            try:
                numbers.exact[at] = read_number(cell, part, whole, is_count=is_count)
            except Fault as fault:
                numbers.faults[at] = fault
    return numbers


def read_period(text: str, reported_on: dt.date | None) -> Period:
    """Return of when a report is.

    Args:
        text: As it is printed.
        reported_on: The day that the report bears.

    Raises:
        Fault: It is no period, or none of our times, or it begins after the report.
    """
    try:
        period = parse_period_text(text)
    except ValueError as error:
        raise Fault(reason_code="unknown_period", expected=", ".join(TEXT_FORMS)) from error
    days = [day for day in (period.starts_on, period.ends_on) if day]
    if not all(_FIRST_YEAR <= day.year <= _LAST_YEAR for day in days):
        raise Fault(reason_code="unknown_period", expected=f"{_FIRST_YEAR}–{_LAST_YEAR}")
    if reported_on and days and days[0] > reported_on:
        raise Fault(reason_code="period_after_report", expected=f"≤ {reported_on.isoformat()}")
    return period


# what a report may not be


def list_suspects(words: Iterable[str]) -> frozenset[str]:
    """Return those of the normalised texts of a file that may be heads of a list of persons."""
    return frozenset([word for word in words if word.startswith(_SUSPECT_HEADS)])


def check_persons(words: Iterable[str], identity_count: int) -> None:
    """Refuse a list of persons; only the heads of its columns are named.

    Args:
        words: Texts of the file, normalised.
        identity_count: Its numbers that may identify persons.

    Raises:
        Refusal: There are columns that only such a list has, or too many such numbers.
    """
    words = list_suspects(words)
    persons, births, identities = (
        sorted(word for word in words if word.startswith(heads))
        for heads in (_PERSON_HEADS, _BIRTH_HEADS, _IDENTITY_HEADS)
    )
    heads = [*identities, *(persons + births if persons and births else ())]
    if identity_count > _MAX_IDENTITY_NUMBERS:
        heads.append(f"{identity_count} × 9/12")
    if heads:
        raise Refusal(reason_code="lists_persons", found=", ".join(heads))


def may_identify(cell: Cell) -> bool:
    """Whether a cell has as many digits as the number of a person, or so many that nobody counts."""
    if type(cell) is float:
        return cell >= LEAST_IDENTITY_NUMBER and cell < LIMIT and cell.is_integer()
    return type(cell) is str and len(cell) > _SHORTEST and _IDENTITY_NUMBER.search(cell) is not None
