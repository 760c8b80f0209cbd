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
import hashlib
import re
import zipfile
from collections import Counter
from dataclasses import dataclass, field
from decimal import Decimal
from io import BytesIO
from typing import TYPE_CHECKING, Any, NamedTuple

from python_calamine import CalamineError, CalamineWorkbook, PasswordError, SheetVisibleEnum

from pipelines.layouts import find_form, normalise_label
from pipelines.names import parse_organisation_name
from pipelines.numerals import parse_numeral
from pipelines.observations import EXACT, OBSERVATIONS, Reading, frame
from pipelines.periods import Period, parse_period_text
from pipelines.readers.rejecting import Rejections, reject_file
from pipelines.vocabulary import read_codes

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pipelines.layouts import ColumnCode, Form, Layout, Line

    Cell = str | float | int | bool | dt.date | dt.datetime | dt.time | dt.timedelta
    Grid = Sequence[Sequence[Cell]]

_FORM_CODE = re.compile(r"(?<![0-9])([0-9]{1,2}[a-c]?)\s*[-–.]?\s*(b?tctw)", re.IGNORECASE)
_NOT_APPLICABLE = frozenset({"-", "–", "—", "x"})
_PERSON_COLUMNS = frozenset(normalise_label(text) for text in ("Họ và tên", "Họ tên", "Họ, chữ đệm và tên"))
_BIRTH_COLUMNS = frozenset(
    normalise_label(text) for text in ("Ngày sinh", "Năm sinh", "Ngày tháng năm sinh", "Ngày, tháng, năm sinh")
)
_IDENTITY_COLUMNS = frozenset(
    normalise_label(text)
    for text in ("CCCD", "Số CCCD", "CMND", "Số CMND", "CMND/CCCD", "Số định danh cá nhân", "Số thẻ đảng viên")
)
_IDENTITY_NUMBER = re.compile(r"[0-9]{9}|[0-9]{12}")
_MAX_IDENTITY_NUMBERS = 2
_LEVELS = {
    "tỉnh": "province",
    "huyện": "district",
    "quận": "district",
    "thị xã": "district",
    "thành phố": "district",
    "xã": "commune",
    "phường": "commune",
    "thị trấn": "commune",
    "đặc khu": "commune",
}
_CENTRAL_CITIES = frozenset({"hà nội", "hồ chí minh", "hải phòng", "đà nẵng", "cần thơ", "huế"})
_DAY_TEXT = re.compile(r"(?:ngày\s*)?(\d{1,2})\s*[/.-]\s*(\d{1,2})\s*[/.-]\s*(\d{4})")
_EXCEL_EPOCH = dt.date(1899, 12, 30)
_DAY = dt.timedelta(days=1)
_ONE_POINT = 1


class _Place(NamedTuple):
    row: int
    column: int


@dataclass
class _Head:
    """What a report says of itself above its lines."""

    texts: dict[str, Cell] = field(default_factory=dict)
    places: dict[str, _Place] = field(default_factory=dict)


@dataclass
class CellCount:
    """What became of the cells of a workbook that are not empty.

    Attributes:
        found: All of them.
        observations: Numbers that were accepted, and marks that a line does not apply.
        rejected: Cells with a fault.
        furniture: Words, numbering, and what stands above the lines.
    """

    found: int = 0
    observations: int = 0
    rejected: int = 0
    furniture: int = 0


@dataclass(frozen=True)
class WorkbookReading:
    """A reading, and the account of its cells."""

    reading: Reading
    cells: CellCount


def read_workbook(
    content: bytes, file_path: str, file_key: str, layouts: Sequence[Layout], *, max_bytes: int
) -> WorkbookReading:
    """Read the forms of one workbook.

    Args:
        content: The file, xlsx, xls or ods.
        file_path: Path below ``data/raw``; part of every ``figure_id``.
        file_key: What identifies the file version; part of every ``observation_id``.
        layouts: Where the numbers of which form stand.
        max_bytes: A workbook that unpacks to more is refused unread.

    Returns:
        Observations and rejections; ``found_count`` is the number of cells that are one of the two. A workbook that is
        refused whole has one rejection.
    """
    if refusal := _refuse_container(content, file_key, max_bytes=max_bytes):
        return WorkbookReading(refusal, CellCount())
    try:
        workbook = CalamineWorkbook.from_filelike(BytesIO(content))
        sheets = [
            (sheet.name, sheet.visible == SheetVisibleEnum.Visible, _read_grid(workbook, sheet.name))
            for sheet in workbook.sheets_metadata
        ]
    except PasswordError:
        return WorkbookReading(reject_file(file_key, "password_protected", found="", expected=""), CellCount())
    except (CalamineError, ValueError, OSError) as error:
        expected = "xlsx, xls, ods"
        return WorkbookReading(
            reject_file(file_key, "unreadable_file", found=str(error), expected=expected), CellCount()
        )
    if columns := _find_persons(grid for _, _, grid in sheets):
        return WorkbookReading(reject_file(file_key, "lists_persons", found=columns, expected=""), CellCount())
    known = [(*sheet, find_form(layouts, _find_form_code(sheet[0], sheet[2]))) for sheet in sheets]
    if not any(form for *_, form in known):
        found = ", ".join(filter(None, (_find_form_code(name, grid) for name, _, grid in sheets))) or "–"
        expected = ", ".join(form.form_code for layout in layouts for form in layout.forms)
        return WorkbookReading(reject_file(file_key, "wrong_form", found=found, expected=expected), CellCount())
    rejections = Rejections(file_key)
    rows: list[dict[str, object]] = []
    total = CellCount()
    for name, is_visible, grid, form in known:
        sheet = _Sheet(name, grid, file_path, file_key, rejections)
        if form is None or not is_visible:
            sheet.leave_out(is_hidden_form=form is not None)
        else:
            rows += sheet.read(*form)
        total.found += sheet.cells.found
        total.observations += sheet.cells.observations
        total.rejected += sheet.cells.rejected
        total.furniture += sheet.cells.furniture
    reading = Reading(
        found_count=total.observations + total.rejected,
        observations=frame(rows, OBSERVATIONS),
        rejections=rejections.to_frame(),
    )
    return WorkbookReading(reading, total)


class _Sheet:
    """One sheet on its way from cells to rows.

    Args:
        name: As its tab says.
        grid: Its cells, from A1.
        file_path: Part of every ``figure_id``.
        file_key: Part of every ``observation_id``.
        rejections: Where faults go.
    """

    def __init__(self, name: str, grid: Grid, file_path: str, file_key: str, rejections: Rejections) -> None:
        self._name = name
        self._grid = grid
        self._file_path = file_path
        self._file_key = file_key
        self._rejections = rejections
        self.cells = CellCount(found=sum(cell != "" for row in grid for cell in row))

    def leave_out(self, *, is_hidden_form: bool) -> None:
        """Take nothing of the sheet."""
        if is_hidden_form and self.cells.found:
            self._rejections.add("hidden_sheet", locator=f"'{self._name}'", found=self._name, expected="")
            self.cells.rejected = self.cells.found
        else:
            self.cells.furniture = self.cells.found

    def read(self, layout: Layout, form: Form) -> list[dict[str, object]]:
        """Return the observations of a form; its faults go to the rejections."""
        label_column, lines = _find_lines(self._grid, form)
        first = min(lines, default=len(self._grid))
        head = _read_head(self._grid[:first], layout)
        columns = _find_columns(self._grid[:first], layout)
        subject = self._read_subject(head, form, has_lines=bool(lines) and "this_period" in columns.values())
        rows: list[dict[str, object]] = []
        for row, cells in enumerate(self._grid):
            line = lines.get(row)
            numbers = {columns[column]: cells[column] for column in columns if column < len(cells)} if line else {}
            for column, cell in enumerate(cells):
                if cell == "":
                    continue
                place = _Place(row, column)
                if subject is not None and line is not None and column in columns:
                    if (observed := self._observe(place, cell, line, columns[column], numbers, subject)) is not None:
                        rows.append(observed)
                elif row < first or column <= label_column or not _is_number(cell):
                    self.cells.furniture += 1
                elif subject is None:
                    self.cells.rejected += 1
                elif _numbers_columns(cells, columns):
                    self.cells.furniture += 1
                else:
                    self._reject("unexpected_number", place, cell, expected="")
        return rows

    def _read_subject(self, head: _Head, form: Form, *, has_lines: bool) -> dict[str, Any] | None:
        """Return whom and when the report is about, and whence; None after the fault that keeps it from being read."""
        if not has_lines:
            expected = ", ".join(line.text for line in form.lines[:3])
            self._rejections.add("no_lines", locator=f"'{self._name}'", found=form.form_code, expected=expected)
            return None
        organisation = str(head.texts.get("organisation", "")).strip()
        if not organisation:
            self._rejections.add("missing_organisation", locator=f"'{self._name}'", found="", expected="")
            return None
        period_text = _print(head.texts.get("period", ""))
        try:
            period = parse_period_text(period_text)
        except ValueError as error:
            locator = self._locate(head.places.get("period", _Place(0, 0)))
            expected = str(error).partition("\n")[2]
            self._rejections.add("unknown_period", locator=locator, found=period_text, expected=expected)
            return None
        return {
            "organisation_name": organisation,
            "organisation_level": _find_level(organisation),
            "organisation_scope": "one",
            "parent_organisation_name": _text(head.texts.get("parent_organisation")),
            "province_name": _text(head.texts.get("province")),
            "form_code": form.form_code,
            "period": period,
            "period_text": period_text,
            "reported_on": _read_day(head.texts.get("reported_on", "")),
        }

    def _observe(
        self,
        place: _Place,
        cell: Cell,
        line: Line,
        column: ColumnCode,
        numbers: dict[ColumnCode, Cell],
        subject: dict[str, Any],
    ) -> dict[str, object] | None:
        printed = _print(cell)
        if line.heading:
            if _is_number(cell):
                self._reject("unexpected_number", place, cell, expected="")
            else:
                self.cells.furniture += 1
            return None
        is_count = column != "percent_of_earlier" and line.statement == "level"
        value, precision, status = None, None, "not_applicable"
        if printed.casefold() not in _NOT_APPLICABLE:
            try:
                value, precision = _read_number(cell, is_count=is_count)
            except ValueError:
                self._reject("invalid_number", place, cell, expected="0, 812, 1.746")
                return None
            status = "reported"
            if column == "percent_of_earlier":
                value = _as_percentage(value, numbers)
            if fault := _find_fault(value, is_count=is_count):
                self._reject(fault, place, cell, expected="0, 1, 2, …")
                return None
        self.cells.observations += 1
        locator = self._locate(place)
        meaning = (line.measure, line.group, line.statement, line.moment, column)
        return {
            **{name: subject[name] for name in subject if name != "period"},
            **_date(subject["period"], line, column),
            **_state(line, column),
            "observation_id": hashlib.sha256("\x1f".join((self._file_key, locator)).encode()).hexdigest()[:32],
            "figure_id": "/".join((f"{self._file_path}#{self._name}", *meaning)),
            "locator": locator,
            "measure_code": line.measure,
            "group_code": line.group,
            "printed": printed,
            "printed_precision": precision,
            "value": value,
            "qualifier_code": "exact",
            "value_status": status,
        }

    def _reject(self, reason_code: str, place: _Place, cell: Cell, *, expected: str) -> None:
        self.cells.rejected += 1
        self._rejections.add(reason_code, locator=self._locate(place), found=_print(cell), expected=expected)

    def _locate(self, place: _Place) -> str:
        return f"'{self._name}'!{_name_column(place.column)}{place.row + 1}"


# what a container is


def _refuse_container(content: bytes, file_key: str, *, max_bytes: int) -> Reading | None:
    """Return why a file is refused before it is unpacked; None if there is no reason."""
    if not zipfile.is_zipfile(BytesIO(content)):
        return None
    try:
        with zipfile.ZipFile(BytesIO(content)) as archive:
            unpacked = sum(entry.file_size for entry in archive.infolist())
            names = [entry.filename.casefold() for entry in archive.infolist()]
    except zipfile.BadZipFile as error:
        return reject_file(file_key, "unreadable_file", found=str(error), expected="xlsx, xls, ods")
    if unpacked > max_bytes:
        return reject_file(file_key, "unpacked_too_large", found=f"{unpacked} B", expected=f"{max_bytes} B")
    if any(name.endswith("vbaproject.bin") for name in names):
        return reject_file(file_key, "macro_file", found="vbaProject.bin", expected="xlsx")
    return None


def _read_grid(workbook: CalamineWorkbook, name: str) -> Grid:
    rows: Grid = workbook.get_sheet_by_name(name).to_python(skip_empty_area=False)
    return rows


def _find_persons(grids: Iterator[Grid]) -> str:
    """Return the heads of columns that only a list of persons has; nothing of their content."""
    heads: set[str] = set()
    identity_numbers = 0
    for grid in grids:
        for row in grid:
            for cell in row:
                if isinstance(cell, str) and cell:
                    heads.add(normalise_label(cell))
                    identity_numbers += _IDENTITY_NUMBER.fullmatch(cell.strip()) is not None
    found = sorted(heads & _IDENTITY_COLUMNS)
    if heads & _PERSON_COLUMNS and heads & _BIRTH_COLUMNS:
        found += sorted(heads & (_PERSON_COLUMNS | _BIRTH_COLUMNS))
    if identity_numbers > _MAX_IDENTITY_NUMBERS:
        found.append(f"{identity_numbers} × 9/12")
    return ", ".join(found)


# where things stand


def _find_form_code(name: str, grid: Grid) -> str:
    """Return the code of the form that a sheet says to be, or that its tab says; empty if neither does."""
    texts = (cell for row in grid for cell in row if isinstance(cell, str) and cell)
    for text in (*texts, name):
        if match := _FORM_CODE.search(text):
            return f"{match[1].upper()}-{match[2].upper()}"
    return ""


def _find_lines(grid: Grid, form: Form) -> tuple[int, dict[int, Line]]:
    """Return the column with the words of the lines, and the line of each row that has one.

    The same words may stand for several lines ("a" and "b" below arrivals and departures): they are taken in the order
    of the form, after the line before, if one is left there.
    """
    labels = frozenset().union(*(line.labels for line in form.lines))
    columns = Counter(
        column
        for row in grid
        for column, cell in enumerate(row)
        if isinstance(cell, str) and cell and normalise_label(cell) in labels
    )
    if not columns:
        return -1, {}
    label_column = max(columns, key=lambda column: (columns[column], -column))
    left = list(enumerate(form.lines))
    found: dict[int, Line] = {}
    last = -1
    for row, cells in enumerate(grid):
        cell = cells[label_column] if label_column < len(cells) else ""
        if not isinstance(cell, str) or not cell:
            continue
        label = normalise_label(cell)
        fitting = [(position, line) for position, line in left if label in line.labels]
        if fitting:
            position, line = next((entry for entry in fitting if entry[0] > last), fitting[0])
            found[row], last = line, position
            left.remove((position, line))
    return label_column, found


def _find_columns(grid: Grid, layout: Layout) -> dict[int, ColumnCode]:
    """Return which column has which numbers, by the words above it; the lowest words count."""
    columns: dict[int, ColumnCode] = {}
    for row in grid:
        for column, cell in enumerate(row):
            if isinstance(cell, str) and (code := layout.column_labels.get(normalise_label(cell))):
                columns = {other: known for other, known in columns.items() if known != code}
                columns[column] = code
    return columns


def _read_head(grid: Grid, layout: Layout) -> _Head:
    """Return what stands behind the words at the head: in the same cell after a colon, or in the next to the right."""
    head = _Head()
    for row, cells in enumerate(grid):
        for column, cell in enumerate(cells):
            if not isinstance(cell, str) or not cell:
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


def _numbers_columns(cells: Sequence[Cell], columns: dict[int, ColumnCode]) -> bool:
    """Whether a row numbers the columns: 1, 2, 3 below the heads."""
    numbers = [cells[column] for column in sorted(columns) if column < len(cells)]
    plain = [_print(number) for number in numbers]
    return (
        bool(plain)
        and all(text.isdecimal() for text in plain)
        and plain == [str(int(plain[0]) + step) for step in range(len(plain))]
    )


# what stands there


def _print(cell: Cell) -> str:
    """Return a cell as text: a whole number without its decimals, a day as ISO 8601 writes it."""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, dt.date | dt.datetime):
        return cell.isoformat()
    return str(cell).strip()


def _text(cell: Cell | None) -> str | None:
    return None if cell is None else str(cell).strip() or None


def _is_number(cell: Cell) -> bool:
    """Whether somebody may mean a count; the day beside a signature is none."""
    if isinstance(cell, int | float) and not isinstance(cell, bool):
        return True
    if not isinstance(cell, str):
        return False
    try:
        parse_numeral(cell, is_count=True)
    except ValueError:
        return False
    return any(character.isdecimal() for character in cell)


def _read_number(cell: Cell, *, is_count: bool) -> tuple[Decimal, Decimal]:
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
    # what a spreadsheet computes has more digits than anybody printed
    value = Decimal(repr(float(cell))).quantize(Decimal("0.000001")).normalize()
    value = value if value != value.to_integral_value() else Decimal(int(value))
    return value, Decimal(1).scaleb(min(int(value.as_tuple().exponent), 0))


def _find_fault(value: Decimal, *, is_count: bool) -> str | None:
    if value < 0:
        return "negative_count"
    if is_count and value != value.to_integral_value():
        return "fractional_count"
    if abs(value) >= Decimal(10) ** (EXACT.precision - EXACT.scale):
        return "number_out_of_range"
    return None


def _as_percentage(value: Decimal, numbers: dict[ColumnCode, Cell]) -> Decimal:
    """Return a percentage of which a spreadsheet keeps a hundredth: 1.2 where the counts beside it make 120 %."""
    try:
        this, _ = _read_number(numbers["this_period"], is_count=True)
        earlier, _ = _read_number(numbers["earlier_period"], is_count=True)
    except (KeyError, ValueError):
        return value
    if earlier == 0:
        return value
    expected = 100 * this / earlier
    is_hundredth = abs(100 * value - expected) <= _ONE_POINT < abs(value - expected)
    return 100 * value if is_hundredth else value


def _read_day(cell: Cell) -> dt.date | None:
    """Return a day: a date, the number that a spreadsheet keeps of it, or 5/7/2024."""
    if isinstance(cell, dt.datetime):
        return cell.date()
    if isinstance(cell, dt.date):
        return cell
    if isinstance(cell, int | float) and not isinstance(cell, bool):
        return _EXCEL_EPOCH + dt.timedelta(days=int(cell))
    if match := _DAY_TEXT.fullmatch(str(cell).strip().casefold()):
        try:
            return dt.date(int(match[3]), int(match[2]), int(match[1]))
        except ValueError:
            return None
    return None


# what it means


def _find_level(organisation_name: str) -> str:
    """Return the level that the name of an organisation says."""
    name = parse_organisation_name(organisation_name)
    if name.kind == "thành phố" and name.core in _CENTRAL_CITIES:
        return "province"
    return _LEVELS.get(name.kind, "grassroots")


def _date(period: Period, line: Line, column: ColumnCode) -> dict[str, object]:
    """Return the period of a number: of a stock the day, of last year's column the same days of the year before."""
    dated = _shift(period) if column == "earlier_period" else period
    if line.moment == "start" and dated.starts_on:
        dated = Period.instant(dated.starts_on - _DAY)
    if line.moment == "end" and dated.ends_on:
        dated = Period.instant(dated.ends_on)
    dates: dict[str, object] = {
        "period_type_code": dated.period_type_code,
        "starts_on": dated.starts_on,
        "ends_on": dated.ends_on,
    }
    if column == "percent_of_earlier":
        earlier = _date(period, line, "earlier_period")
        dates |= {"base_starts_on": earlier["starts_on"], "base_ends_on": earlier["ends_on"]}
    return dates


def _state(line: Line, column: ColumnCode) -> dict[str, object]:
    """Return what a number says; of an earlier period, a later report only repeats what was counted."""
    if column == "percent_of_earlier":
        base = {"base_measure_code": line.measure, "base_group_code": line.group}
        return {"statement_code": "percent_of_earlier", "unit": "percent", **base}
    is_repeated = line.statement == "level" and (column == "earlier_period" or line.moment == "start")
    unit = "years" if line.statement == "average_age" else read_codes("measures")[line.measure]["unit"]
    return {"statement_code": "repeated_level" if is_repeated else line.statement, "unit": unit}


def _shift(period: Period) -> Period:
    """Return the same days of the year before."""
    start, end = (day and _year_before(day) for day in (period.starts_on, period.ends_on))
    return Period(period.period_type_code, start, end)


def _year_before(day: dt.date) -> dt.date:
    is_last_of_february = (day + _DAY).month != day.month and day.month == 2
    return dt.date(day.year - 1, 3, 1) - _DAY if is_last_of_february else day.replace(year=day.year - 1)


def _name_column(column: int) -> str:
    name = ""
    column += 1
    while column:
        column, letter = divmod(column - 1, 26)
        name = chr(ord("A") + letter) + name
    return name
