"""Reports in workbooks, in the layouts of official forms: every cell is a number, a fault, or declared to be neither.

Cells are read raw; no type is guessed from a column. Of a sheet that is a form,

* a number stands where a line of the form and a column of numbers meet; zero is zero, an empty cell was not reported,
  ``-`` and ``x`` say that the line does not apply;
* numbers that are stored as text are read as Vietnamese texts print them; a formula counts as the value it had when the
  workbook was saved;
* lines are found by their words, wherever they stand and in whatever order, and columns by the words above them, so
  that blank rows, blank columns and merged heads do not matter;
* a number anywhere else is a fault, unless it stands above the lines, before their words, or numbers the columns.

A sheet that nobody sees may be an older copy: it is a fault if it is a form, and nothing of it is taken.
"""

from __future__ import annotations

import datetime as dt
import math
import re
import unicodedata
import zipfile
import zlib
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from io import BytesIO
from itertools import chain
from typing import TYPE_CHECKING, Any, NamedTuple

from python_calamine import CalamineError, CalamineWorkbook, PasswordError, SheetVisibleEnum

from pipelines.layouts import normalise_label
from pipelines.numerals import parse_numeral
from pipelines.observations import EXACT, FILE_COLUMNS, Intake
from pipelines.periods import parse_period_text
from pipelines.readers.rejecting import Rejections
from pipelines.readers.report_cells import MOST_PLAIN, ExactNumber, Report, ReportCells

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from pipelines.layouts import Form, Layout, Meaning
    from pipelines.observations import RawFile

    Cell = str | float | int | bool | dt.date | dt.datetime | dt.time | dt.timedelta
    Grid = Sequence[Sequence[Cell]]

_NOT_APPLICABLE = frozenset({"-", "–", "—", "x"})
_PERSON_COLUMNS = frozenset(normalise_label(text) for text in ("Họ và tên", "Họ tên", "Họ, chữ đệm và tên"))
_BIRTH_COLUMNS = frozenset(
    normalise_label(text) for text in ("Ngày sinh", "Năm sinh", "Ngày tháng năm sinh", "Ngày, tháng, năm sinh")
)
_IDENTITY_COLUMNS = frozenset(
    normalise_label(text)
    for text in ("CCCD", "Số CCCD", "CMND", "Số CMND", "CMND/CCCD", "Số định danh cá nhân", "Số thẻ đảng viên")
)
_IDENTITY_LENGTHS = frozenset({9, 12})
_LEAST_IDENTITY_NUMBER = 10**8
"""What is stored as a number, and may have lost its zeros; no organisation counts so many persons."""
_MAX_IDENTITY_NUMBERS = 2
_DAY_TEXT = re.compile(r"(?:ngày\s*)?(\d{1,2})\s*[/.-]\s*(\d{1,2})\s*[/.-]\s*(\d{4})")
_EXCEL_EPOCH = dt.date(1899, 12, 30)
_ONE_POINT = 1
_LIMIT = 10 ** (EXACT.precision - EXACT.scale)

# of zipped workbooks
_MOST_TIMES_SMALLER = 1032
"""Deflate makes nothing smaller than this."""
_MAX_CELLS = 2**22
"""Sheets are unpacked into a cell for every place up to the last one used."""
_FAR_CELL = re.compile(rb'r="(?:[A-Z]{3}|[A-Z]*[0-9]{5})')
_SPACED = re.compile(rb"r =")
_CELL = re.compile(rb"""\br\s*=\s*["']([A-Z]*)([0-9]*)["']""")


def read_workbooks(files: Sequence[RawFile], layouts: Sequence[Layout], *, max_bytes: int) -> Intake:
    """Read the forms in workbooks: xlsx, xls or ods.

    Args:
        files: The workbooks.
        layouts: Where the numbers of which form stand.
        max_bytes: A workbook that unpacks to more is refused unread.

    Returns:
        Observations, rejections and the account of each file: of ``cell_count`` cells that are not empty, each is
        accepted (a number, or a mark that a line does not apply), rejected, or furniture (words, numbering, and what
        stands above the lines). A workbook that is refused whole is one record with one fault; its cells are not
        counted.
    """
    forms = _Forms(layouts)
    cells = ReportCells(forms.meanings)
    counts: list[dict[str, object]] = []
    faults: list[dict[str, object]] = []
    for file_number, file in enumerate(files):
        rejections = Rejections(file.key)
        account = _Workbook(file, file_number, forms, cells, rejections).read(max_bytes=max_bytes)
        provenance = dict(zip(FILE_COLUMNS, (file.source_name, file.file_path, file.sha256), strict=True))
        counts.append({**provenance, "file_bytes": len(file.content), **account.describe()})
        faults += ({**provenance, **row} for row in rejections.rows)
    return Intake.of_parts(observations=cells.to_frame(files), rejections=faults, files=counts)


@dataclass
class _Account:
    """What became of the cells of a workbook that are not empty."""

    found: int = 0
    accepted: int = 0
    rejected: int = 0
    furniture: int = 0

    def describe(self) -> dict[str, object]:
        """Return the columns of ``FILES``; of a workbook that was refused whole no cell was looked at."""
        if not self.found:
            return {"found_count": self.rejected, "accepted_count": 0, "rejected_count": self.rejected}
        return {
            "found_count": self.accepted + self.rejected,
            "accepted_count": self.accepted,
            "rejected_count": self.rejected,
            "cell_count": self.found,
            "furniture_count": self.furniture,
        }


class _Place(NamedTuple):
    row: int
    column: int

    @property
    def name(self) -> str:
        """As spreadsheets name it, ``D14``."""
        name, left = "", self.column + 1
        while left:
            left, letter = divmod(left - 1, 26)
            name = chr(ord("A") + letter) + name
        return f"{name}{self.row + 1}"


@dataclass
class _Head:
    """What a report says of itself above its lines."""

    texts: dict[str, Cell] = field(default_factory=dict)
    places: dict[str, _Place] = field(default_factory=dict)


class _Refusal(Exception):  # noqa: N818 - says why, and is no error
    """A workbook is not read."""

    def __init__(self, *, reason_code: str, found: str, expected: str = "") -> None:
        super().__init__(reason_code)
        self.reason_code = reason_code
        self.found = found
        self.expected = expected


class _Workbook:
    """One file on its way from bytes to numbers.

    Args:
        file: The file.
        file_number: Its position among those that are read together.
        forms: What forms there are.
        cells: Where numbers go.
        rejections: Where faults go.
    """

    def __init__(
        self, file: RawFile, file_number: int, forms: _Forms, cells: ReportCells, rejections: Rejections
    ) -> None:
        self._file = file
        self._file_number = file_number
        self._forms = forms
        self._cells = cells
        self._rejections = rejections
        self._account = _Account()

    def read(self, *, max_bytes: int) -> _Account:
        """Read all sheets."""
        try:
            _check_container(self._file.content, max_bytes=max_bytes)
            sheets = _read_sheets(self._file.content)
            found = [self._forms.find(sheet) for sheet in sheets]
            _check_persons(found)
            _check_forms(found, self._forms.codes)
        except _Refusal as refusal:
            self._rejections.add(refusal.reason_code, locator="file", found=refusal.found, expected=refusal.expected)
            self._account.rejected = 1
            return self._account
        for form in found:
            count = _count_cells(form.sheet.grid)
            self._account.found += count
            if form.reader is None:
                self._account.furniture += count
            elif not form.sheet.is_visible:
                self._reject_sheet("hidden_sheet", form.sheet, found=form.sheet.name, count=count)
            else:
                self._read_form(form.sheet, form.reader, form.template, form.cells)
        return self._account

    def _read_form(self, sheet: _Sheet, form: _FormReader, template: _Template, cells: list[Cell]) -> None:
        self._account.furniture += _count_cells(sheet.grid[: template.first]) + template.furniture_count
        self._account.furniture += sum(sheet.grid[row][column] != "" for row, column in template.asides)
        report = self._read_report(sheet, form, template)
        if report is None:
            numbers_count = sum(map(_is_number, cells))
            self._account.rejected += numbers_count + len(template.unexpected)
            self._account.furniture += len(cells) - cells.count("") - numbers_count
            return
        for place, cell in template.unexpected:
            self._reject("unexpected_number", sheet, place, cell)
        values: list[Any] = cells.copy()
        exact: dict[int, ExactNumber] = {}
        left_out: set[int] = set()
        for at, cell in enumerate(cells):
            entry = template.entries[at]
            if entry.is_count and type(cell) is float and 0 <= cell < _LIMIT and cell.is_integer():
                continue
            part, whole = ("", "") if entry.part is None else (cells[entry.part], cells[entry.whole])
            if cell == "":
                left_out.add(at)
            elif entry.is_count or type(cell) is not float or not _is_plain(cell, part, whole):
                try:
                    exact[at], values[at] = _read_number(cell, part, whole, is_count=entry.is_count), None
                except _Fault as fault:
                    self._reject(fault.reason_code, sheet, template.places[at], cell, fault.expected)
                    left_out.add(at)
        self._account.accepted += len(cells) - len(left_out)
        self._cells.add(report, template.meaning_numbers, template.names, values, exact, left_out)

    def _read_report(self, sheet: _Sheet, form: _FormReader, template: _Template) -> Report | None:
        """Return whom and when the form is about; None after the fault that keeps it from being read."""
        if not template.places:
            expected = ", ".join(line.text for line in form.form.lines[:3])
            self._reject_sheet("no_lines", sheet, found=form.form.form_code, expected=expected)
            return None
        head = _read_head(sheet.grid[: template.first], form.layout)
        organisation = str(head.texts.get("organisation", "")).strip()
        if not organisation:
            self._reject_sheet("missing_organisation", sheet)
            return None
        period_text = _print(head.texts.get("period", ""))
        try:
            period = parse_period_text(period_text)
        except ValueError as error:
            place = head.places.get("period", _Place(0, 0))
            expected = str(error).partition("\n")[2]
            self._rejections.add("unknown_period", locator=sheet.locate(place), found=period_text, expected=expected)
            return None
        return Report(
            file_number=self._file_number,
            locator=f"{sheet.quoted_name}!",
            figure_prefix=f"{self._file.file_path}#{sheet.name}/",
            form_code=form.form.form_code,
            organisation_name=organisation,
            parent_organisation_name=_text(head.texts.get("parent_organisation")),
            province_name=_text(head.texts.get("province")),
            period=period,
            period_text=period_text,
            reported_on=_read_day(head.texts.get("reported_on", "")),
        )

    def _reject(self, reason_code: str, sheet: _Sheet, place: _Place, cell: Cell, expected: str = "") -> None:
        self._account.rejected += 1
        self._rejections.add(reason_code, locator=sheet.locate(place), found=_print(cell), expected=expected)

    def _reject_sheet(
        self, reason_code: str, sheet: _Sheet, *, found: str = "", expected: str = "", count: int = 0
    ) -> None:
        """Name a fault of a whole sheet, with which so many of its cells are rejected."""
        self._account.rejected += count
        self._rejections.add(reason_code, locator=sheet.quoted_name, found=found, expected=expected)


class _Forms:
    """The forms that may come in.

    Args:
        layouts: Of all generations.

    Attributes:
        meanings: What numbers can say, of all forms together.
        codes: Of the forms.
    """

    def __init__(self, layouts: Sequence[Layout]) -> None:
        self.meanings: list[Meaning] = []
        self._readers: dict[str, _FormReader] = {}
        for layout in layouts:
            for form in layout.forms:
                reader = _FormReader(layout, form, first_meaning=len(self.meanings))
                self.meanings += reader.meanings.values()
                self._readers[form.form_code] = reader
        self.codes = tuple(self._readers)
        series = {code.partition("-")[2] for code in self.codes}
        self._code = re.compile(
            rf"(?<![0-9])([0-9]{{1,2}}[A-Z]?)\s*[-–.]?\s*({'|'.join(sorted(series))})", re.IGNORECASE
        )

    def find(self, sheet: _Sheet) -> _Found:
        """Return which form a sheet is, and where its numbers stand."""
        code = self.find_code(sheet)
        reader = self._readers.get(code)
        template = reader.find_template(sheet) if reader else _lay_out_nothing(sheet.grid)
        return _Found(sheet, code, reader, template, [sheet.grid[row][column] for row, column in template.places])

    def find_code(self, sheet: _Sheet) -> str:
        """Return the code of the form that a sheet says to be, or that its tab says; empty if neither does."""
        texts = (cell for row in sheet.grid for cell in row if type(cell) is str)
        for text in chain(texts, (sheet.name,)):
            if match := self._code.search(text):
                return f"{match[1]}-{match[2]}".upper()
        return ""


class _Found(NamedTuple):
    """A sheet and what it is.

    Attributes:
        sheet: The sheet.
        code: Of the form that it says to be; empty if it says none.
        reader: Of the form, if there is one.
        template: Where its numbers stand.
        cells: What stands there.
    """

    sheet: _Sheet
    code: str
    reader: _FormReader | None
    template: _Template
    cells: list[Cell]


class _Entry(NamedTuple):
    """What one number is.

    Attributes:
        is_count: Whether it is a whole number.
        part: Of a percentage, which of the numbers is compared; else none.
        whole: Which it is compared with; none where `part` is.
    """

    is_count: bool
    part: int | None = None
    whole: int = 0


@dataclass(frozen=True)
class _Template:
    """Where the numbers stand on all sheets that have the same words in the same places.

    Attributes:
        first: The first row of a line.
        heads: Columns of numbers, and their positions on the form.
        asides: Where a line and a column meet, and a number says nothing that is kept.
        places: Where numbers stand; so the next three, each in the same order.
        names: The places as spreadsheets name them.
        meaning_numbers: Positions in `_Forms.meanings`.
        entries: What the numbers are.
        rest: From the first line on, what stands in the places between the numbers.
        words: Its texts, normalised.
        identity_count: Its numbers that may identify a person.
        furniture_count: Cells of the rest that are neither numbers nor faults.
        unexpected: Its numbers, which are.
    """

    first: int
    heads: tuple[tuple[int, int], ...]
    asides: tuple[_Place, ...]
    places: tuple[_Place, ...]
    names: tuple[str, ...]
    meaning_numbers: tuple[int, ...]
    entries: tuple[_Entry, ...]
    rest: tuple[object, ...]
    words: frozenset[str]
    identity_count: int
    furniture_count: int
    unexpected: tuple[tuple[_Place, Cell], ...]


class _Outline(NamedTuple):
    """What is known of a template before its words are compared.

    Attributes:
        first: The first row of a line.
        heads: Columns of numbers, and their positions on the form.
        counts: Words of lines above the lines, by column.
        rows: Rows of numbers.
    """

    first: int
    heads: tuple[tuple[int, int], ...]
    counts: tuple[int, ...]
    rows: tuple[int, ...]


class _FormReader:
    """Finds the lines and columns of one form.

    Args:
        layout: Of its generation.
        form: The form.
        first_meaning: Number of the first of its meanings.

    Attributes:
        meanings: By position of line and column.
    """

    def __init__(self, layout: Layout, form: Form, *, first_meaning: int) -> None:
        self.layout = layout
        self.form = form
        self.meanings = {
            (line_at, column_at): meaning
            for line_at, line in enumerate(form.lines)
            for column_at, column in enumerate(form.columns)
            if (meaning := form.find_meaning(line, column)) is not None
        }
        self._numbers = {key: first_meaning + at for at, key in enumerate(self.meanings)}
        self._labels = frozenset().union(*(line.labels for line in form.lines))
        self._known: dict[_Outline, dict[tuple[object, ...], _Template]] = {}

    def find_template(self, sheet: _Sheet) -> _Template:
        """Return where the numbers of a sheet stand.

        Most sheets have the words of one before them. What was found of it holds if the columns of numbers are the
        same, as many words of lines stand above the lines, and everything between the numbers is the same.
        """
        for (first, heads, counts, rows), templates in self._known.items():
            above = _list_labels(sheet.grid[:first])
            if heads == self._find_heads(above) and counts == self._count_words(above):
                template = templates.get(_list_rest(sheet.grid, first, heads, rows))
                if template is not None:
                    return template
        template = self._lay_out(sheet.grid)
        first, heads = template.first, template.heads
        counts = self._count_words(_list_labels(sheet.grid[:first]))
        rows = tuple(dict.fromkeys(place.row for place in template.places))
        self._known.setdefault(_Outline(first, heads, counts, rows), {})[template.rest] = template
        return template

    def _count_words(self, labels: Sequence[Sequence[str]]) -> tuple[int, ...]:
        """Return how many words of lines each column has."""
        return tuple([sum(map(self._labels.__contains__, column)) for column in zip(*labels, strict=True)])

    def _find_heads(self, above: Sequence[Sequence[str]]) -> tuple[tuple[int, int], ...]:
        """Return the columns of numbers by the words above them, the lowest of which count; with their positions."""
        found = {
            position: column
            for labels in above
            for column, label in enumerate(labels)
            if (position := self.form.column_labels.get(label)) is not None
        }
        return tuple(sorted((column, position) for position, column in found.items()))

    def _lay_out(self, grid: Grid) -> _Template:
        labels = _list_labels(grid)
        columns = list(zip(*labels, strict=True))
        counts = self._count_words(labels)
        label_column = counts.index(max(counts)) if any(counts) else -1
        words = columns[label_column] if label_column >= 0 else ()
        first = next((row for row, label in enumerate(words) if label in self._labels), len(grid))
        heads = self._find_heads(labels[:first])
        lines = {line_at: row for row, line_at in self._find_lines(words).items() if self.form.lines[line_at].label}
        meeting = {
            (line_at, position): _Place(row, column) for line_at, row in lines.items() for column, position in heads
        }
        cells = {cell: place for cell, place in meeting.items() if cell in self.meanings}
        furniture_count = 0
        identity_count = 0
        unexpected: list[tuple[_Place, Cell]] = []
        taken = set(meeting.values())
        for row in range(first, len(grid)):
            for column, cell in enumerate(grid[row]):
                if cell == "" or (row, column) in taken:
                    continue
                identity_count += _may_identify(cell)
                if column <= label_column or not _is_number(cell) or _numbers_columns(grid[row], heads):
                    furniture_count += 1
                else:
                    unexpected.append((_Place(row, column), cell))
        return _Template(
            first=first,
            heads=heads,
            places=tuple(cells.values()),
            names=tuple(place.name for place in cells.values()),
            asides=tuple(place for cell, place in meeting.items() if cell not in cells),
            meaning_numbers=tuple(self._numbers[cell] for cell in cells),
            entries=self._list_entries(tuple(cells)),
            rest=_list_rest(grid, first, heads, tuple(lines.values()) if heads else ()),
            words=frozenset(chain.from_iterable(labels[first:])),
            identity_count=identity_count,
            furniture_count=furniture_count,
            unexpected=tuple(unexpected),
        )

    def _list_entries(self, cells: Sequence[tuple[int, int]]) -> tuple[_Entry, ...]:
        """Return what the numbers are that stand where lines and columns meet."""
        numbers = {cell: at for at, cell in enumerate(cells)}
        total = next((line_at for line_at, _ in cells if self.form.lines[line_at].group == "all"), -1)
        columns = enumerate(self.form.columns)
        plain = {column.is_earlier: position for position, column in columns if not column.statement}

        def explain(line_at: int, position: int) -> _Entry:
            meaning = self.meanings[line_at, position]
            wholes = {"percent_of_earlier": (line_at, plain.get(True, -1)), "share": (total, plain.get(False, -1))}
            part = numbers.get((line_at, plain.get(False, -1)))
            whole = numbers.get(wholes.get(meaning.statement, (-1, -1)))
            return _Entry(meaning.is_count) if part is None or whole is None else _Entry(meaning.is_count, part, whole)

        return tuple(explain(*cell) for cell in cells)

    def _find_lines(self, words: Sequence[str]) -> dict[int, int]:
        """Return the position of the line of each row that has one.

        The same words may stand for several lines ("a" and "b" below arrivals and departures): they are taken in the
        order of the form, after the line before, if one is left there.
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


# what a container is


def _check_container(content: bytes, *, max_bytes: int) -> None:
    """Refuse a zipped workbook before it is unpacked.

    Raises:
        _Refusal: It is damaged, unpacks to too much, or has macros.
    """
    if content[:4] != b"PK\x03\x04":
        return
    try:
        with zipfile.ZipFile(BytesIO(content)) as archive:
            entries = archive.infolist()
            unpacked = sum(entry.file_size for entry in entries)
            if unpacked > max_bytes:
                raise _Refusal(reason_code="unpacked_too_large", found=f"{unpacked} B", expected=f"{max_bytes} B")
            if any(entry.filename.casefold().endswith("vbaproject.bin") for entry in entries):
                raise _Refusal(reason_code="macro_file", found="vbaProject.bin", expected="xlsx")
            # what the entries say of their size is only true if their sums are
            if len(content) * _MOST_TIMES_SMALLER > max_bytes and archive.testzip() is not None:
                raise _Refusal(reason_code="unreadable_file", found="CRC-32", expected="xlsx, xls, ods")
            for entry in entries:
                if entry.filename.startswith("xl/worksheets/"):
                    _check_extent(archive.read(entry))
    except (zipfile.BadZipFile, zlib.error, OSError, NotImplementedError, RuntimeError, EOFError) as error:
        raise _Refusal(reason_code="unreadable_file", found=str(error), expected="xlsx, xls, ods") from error


def _check_extent(sheet: bytes) -> None:
    # other ways to write an attribute have one of these bytes, which are found faster than they are
    is_usual = not any(byte in sheet for byte in (b"'", b"#", b"\t")) and sheet.count(b"\n") <= 1
    if is_usual and _FAR_CELL.search(sheet) is None and _SPACED.search(sheet) is None:
        return
    last_row = last_column = 1
    for letters, row in _CELL.findall(sheet):
        column = 0
        for letter in letters:
            column = 26 * column + letter - ord("A") + 1
        last_row, last_column = max(last_row, int(row or 1)), max(last_column, column)
    if last_row * last_column > _MAX_CELLS:
        found = f"{last_row} × {last_column}"
        raise _Refusal(reason_code="sheet_too_large", found=found, expected=f"{_MAX_CELLS}")


class _Sheet(NamedTuple):
    """One sheet.

    Attributes:
        name: As its tab says.
        is_visible: Whether people see it.
        grid: Its cells, from A1; all rows are of one length.
    """

    name: str
    is_visible: bool
    grid: Grid

    @property
    def quoted_name(self) -> str:
        """As formulas write it."""
        return f"'{self.name}'"

    def locate(self, place: _Place) -> str:
        """Return the name of a place in the workbook."""
        return f"{self.quoted_name}!{place.name}"


def _read_sheets(content: bytes) -> list[_Sheet]:
    """Return the sheets.

    Raises:
        _Refusal: Protected by a password, or not a workbook.
    """
    try:
        workbook = CalamineWorkbook.from_filelike(BytesIO(content))
        return [
            _Sheet(
                sheet.name,
                sheet.visible == SheetVisibleEnum.Visible,
                workbook.get_sheet_by_name(sheet.name).to_python(skip_empty_area=False),
            )
            for sheet in workbook.sheets_metadata
        ]
    except PasswordError as error:
        raise _Refusal(reason_code="password_protected", found="") from error
    except (CalamineError, ValueError, OSError) as error:
        raise _Refusal(reason_code="unreadable_file", found=str(error), expected="xlsx, xls, ods") from error


def _check_persons(found: Iterable[_Found]) -> None:
    """Refuse a list of persons; only the heads of its columns are named.

    Raises:
        _Refusal: A sheet has columns that only such a list has, or numbers that may identify persons.
    """
    words: set[str] = set()
    identity_count = 0
    for sheet, _, _, template, cells in found:
        above = sheet.grid[: template.first]
        words.update(template.words, *_list_labels(above))
        identity_count += template.identity_count + sum(map(_may_identify, chain(cells, *above)))
    heads = sorted(words & _IDENTITY_COLUMNS)
    if words & _PERSON_COLUMNS and words & _BIRTH_COLUMNS:
        heads += sorted(words & (_PERSON_COLUMNS | _BIRTH_COLUMNS))
    if identity_count > _MAX_IDENTITY_NUMBERS:
        heads.append(f"{identity_count} × 9/12")
    if heads:
        raise _Refusal(reason_code="lists_persons", found=", ".join(heads))


def _check_forms(found: Sequence[_Found], codes: Iterable[str]) -> None:
    """Refuse a workbook in which no sheet is a form.

    Raises:
        _Refusal: There is none.
    """
    if not any(form.reader for form in found):
        said = ", ".join(form.code for form in found if form.code) or "–"
        raise _Refusal(reason_code="wrong_form", found=said, expected=", ".join(codes))


def _may_identify(cell: Cell) -> bool:
    """Whether a cell has as many digits as the number of a person, or so many that nobody counts."""
    if type(cell) is float:
        return cell >= _LEAST_IDENTITY_NUMBER and cell < _LIMIT and cell.is_integer()
    return type(cell) is str and len(cell) in _IDENTITY_LENGTHS and cell.isdecimal()


# where things stand


def _lay_out_nothing(grid: Grid) -> _Template:
    """Return what is known of a sheet that is no form: all of it stands above its lines."""
    return _Template(len(grid), (), (), (), (), (), (), (), frozenset(), 0, 0, ())


def _read_head(grid: Grid, layout: Layout) -> _Head:
    """Return what stands behind the words at the head: in the same cell after a colon, or in the next to the right."""
    head = _Head()
    for row, cells in enumerate(grid):
        for column, cell in enumerate(cells):
            if type(cell) is not str or not cell:
                continue
            label, _, rest = cell.partition(":")
            name = layout.heads.get(normalise_label(label))
            if name is None or name in head.texts:
                continue
            place = _Place(row, column)
            value: Cell = rest.strip()
            if not value:
                following = ((at, cells[at]) for at in range(column + 1, len(cells)) if cells[at] != "")
                at, value = next(following, (column, ""))
                place = _Place(row, at)
            if value != "":
                head.texts[name], head.places[name] = value, place
    return head


def _list_labels(grid: Grid) -> list[list[str]]:
    """Return the texts of a grid, normalised; empty where there is none."""
    return [[normalise_label(cell) if type(cell) is str and cell else "" for cell in cells] for cells in grid]


def _list_rest(grid: Grid, first: int, heads: Sequence[tuple[int, int]], rows: Sequence[int]) -> tuple[object, ...]:
    """Return what stands from a row on in the places that are not in these columns and rows."""
    taken, left = {column for column, _ in heads}, sorted(set(range(first, len(grid))).difference(rows))
    columns = zip(*grid, strict=True)
    return tuple(
        tuple([cells[row] for row in left]) if column in taken else cells[first:]
        for column, cells in enumerate(columns)
    )


def _count_cells(grid: Grid) -> int:
    """Return how many cells are not empty."""
    return sum([len(row) - row.count("") for row in grid])


def _numbers_columns(cells: Sequence[Cell], heads: Sequence[tuple[int, int]]) -> bool:
    """Whether a row numbers the columns: 1, 2, 3 below the heads."""
    plain = [_print(cells[column]) for column, _ in heads]
    return (
        bool(plain)
        and all(text.isdecimal() for text in plain)
        and plain == [str(int(plain[0]) + step) for step in range(len(plain))]
    )


# what stands there


class _Fault(Exception):  # noqa: N818 - says what is wrong with a cell
    """A number is not accepted."""

    def __init__(self, *, reason_code: str, expected: str) -> None:
        super().__init__(reason_code)
        self.reason_code = reason_code
        self.expected = expected


def _is_plain(cell: float, part: Cell, whole: Cell) -> bool:
    """Whether a number that is no count can be taken as it stands: no percentage that is written as a hundredth."""
    if not 0 <= cell < MOST_PLAIN:
        return False
    if part == "" or whole == "":
        return True
    return type(part) is type(whole) is float and whole > 0 and abs(cell - 100 * part / whole) <= _ONE_POINT


def _read_number(cell: Cell, part: Cell, whole: Cell, *, is_count: bool) -> ExactNumber:
    """Return the number in a cell.

    Args:
        cell: Not empty.
        part: Of a percentage, the number that is compared.
        whole: What it is compared with.
        is_count: Whether it is a whole number.

    Raises:
        _Fault: It is none, or none that can be counted.
    """
    printed = _print(cell)
    if printed.casefold() in _NOT_APPLICABLE:
        return ExactNumber(printed)
    try:
        value, precision = _parse_number(cell, is_count=is_count)
    except ValueError as error:
        raise _Fault(reason_code="invalid_number", expected="0, 812, 1.746") from error
    if not is_count:
        value *= _find_scale(value, part, whole)
    if value < 0:
        raise _Fault(reason_code="negative_count", expected="0, 1, 2, …")
    if is_count and value != value.to_integral_value():
        raise _Fault(reason_code="fractional_count", expected="0, 1, 2, …")
    if value >= _LIMIT:
        raise _Fault(reason_code="number_out_of_range", expected=f"< {_LIMIT}")
    return ExactNumber(printed, value, precision)


def _print(cell: Cell) -> str:
    """Return a cell as text: a whole number without its decimals, a day as ISO 8601 writes it."""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, dt.date | dt.datetime):
        return cell.isoformat()
    return unicodedata.normalize("NFC", str(cell)).strip()


def _text(cell: Cell | None) -> str | None:
    return None if cell is None else _print(cell) or None


def _is_number(cell: Cell) -> bool:
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
        numeral = parse_numeral(cell, is_count=is_count)
        if numeral.value_high is not None or numeral.denominator is not None:
            message = f"{cell!r} is more than one number"
            raise ValueError(message)
        return numeral.value, numeral.precision
    if not math.isfinite(cell):
        message = f"{cell!r} is no number"
        raise ValueError(message)
    # what a spreadsheet computes has more digits than anybody printed
    value = round(Decimal(repr(float(cell))), EXACT.scale).normalize()
    value = value if value != value.to_integral_value() else Decimal(int(value))
    return value, Decimal(1).scaleb(min(int(value.as_tuple().exponent), 0))


def _find_scale(value: Decimal, part: Cell, whole: Cell) -> int:
    """Return 100 for a percentage of which a spreadsheet keeps a hundredth: 1.2 where the counts make 120 %."""
    try:
        expected = 100 * _parse_number(part, is_count=True)[0] / _parse_number(whole, is_count=True)[0]
    except (ValueError, ZeroDivisionError, InvalidOperation):
        return 1
    return 100 if abs(100 * value - expected) <= _ONE_POINT < abs(value - expected) else 1


def _read_day(cell: Cell) -> dt.date | None:
    """Return a day: a date, the number that a spreadsheet keeps of it, or 5/7/2024."""
    if isinstance(cell, dt.datetime):
        return cell.date()
    if isinstance(cell, dt.date):
        return cell
    try:
        if isinstance(cell, int | float) and not isinstance(cell, bool):
            return _EXCEL_EPOCH + dt.timedelta(days=int(cell))
        if match := _DAY_TEXT.fullmatch(str(cell).strip().casefold()):
            return dt.date(int(match[3]), int(match[2]), int(match[1]))
    except (ValueError, OverflowError):
        return None
    return None
