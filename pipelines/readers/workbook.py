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

from collections import Counter
from dataclasses import dataclass, field
from itertools import chain
from typing import TYPE_CHECKING, NamedTuple

from pipelines.layouts import normalise_label
from pipelines.readers.containers import Place, Refusal, inspect, read_sheets
from pipelines.readers.report_cells import Report
from pipelines.readers.report_forms import (
    LEAST_IDENTITY_NUMBER,
    Account,
    Forms,
    KnownForm,
    check_persons,
    list_suspects,
    may_identify,
    read_each,
    read_numbers,
    read_period,
)
from pipelines.readers.report_numbers import Fault, is_number, print_cell, quote_cell, read_day

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Sequence

    from pipelines.layouts import Form, Layout, Meaning
    from pipelines.observations import Intake, RawFile
    from pipelines.periods import Period
    from pipelines.readers.containers import Cell, Grid, Notes, Sheet
    from pipelines.readers.rejecting import Rejections
    from pipelines.readers.report_cells import ReportCells
    from pipelines.readers.report_forms import Entry

FAULTS_TITLE = "Lỗi trong tệp · Faults in the file"
"""What stands at A1 of the sheet that `pipelines.annotation` adds to a copy: it names forms, and is none."""


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
    forms = _know_forms(layouts)
    # all before any is read: a processor that goes on doing the same is a fifth faster
    inspections = {file.file_path: _inspect(file, max_bytes) for file in files}

    def read(file: RawFile, cells: ReportCells, rejections: Rejections) -> Account:
        return _Workbook(file, forms, cells, rejections).read(inspections[file.file_path])

    return read_each(files, read)


def _inspect(file: RawFile, max_bytes: int) -> Notes | Refusal:
    """Return what is to be known before a file is read, or why it is not read."""
    try:
        return inspect(file.content, max_bytes=max_bytes)
    except Refusal as refusal:
        return refusal


_KNOWN: list[tuple[Sequence[Layout], Forms[_FormReader]]] = []
_MOST_KNOWN = 4
_MOST_TEMPLATES = 500


def _know_forms(layouts: Sequence[Layout]) -> Forms[_FormReader]:
    """Return the forms of layouts, with what was found of sheets before: files come in portions."""
    for known, forms in _KNOWN:
        if known is layouts:
            return forms
    forms = Forms(layouts, _FormReader)
    _KNOWN[:] = [*_KNOWN[1 - _MOST_KNOWN :], (layouts, forms)]
    return forms


@dataclass
class _Head:
    """What a report says of itself above its lines."""

    texts: dict[str, Cell] = field(default_factory=dict)
    places: dict[str, Place] = field(default_factory=dict)


class _Workbook:
    """One file on its way from bytes to numbers.

    Args:
        file: The file.
        forms: What forms there are.
        cells: Where numbers go.
        rejections: Where faults go.
    """

    def __init__(self, file: RawFile, forms: Forms[_FormReader], cells: ReportCells, rejections: Rejections) -> None:
        self._file = file
        self._forms = forms
        self._cells = cells
        self._rejections = rejections
        self._account = Account()

    def read(self, inspection: Notes | Refusal) -> Account:
        """Read all sheets.

        Args:
            inspection: What was found before.

        Raises:
            Refusal: The workbook cannot be read, lists persons, or has no form.
        """
        if isinstance(inspection, Refusal):
            raise inspection
        found = [_find(sheet, self._forms) for sheet in read_sheets(self._file.content, inspection)]
        _check_persons(found)
        if not any(form.reader for form in found):
            raise self._forms.refuse(form.code for form in found)
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

    def _read_form(self, sheet: Sheet, form: _FormReader, template: _Template, cells: list[Cell]) -> None:
        self._account.furniture += _count_cells(sheet.grid[: template.first]) + template.furniture_count
        self._account.furniture += sum(sheet.grid[row][column] != "" for row, column in template.asides)
        report = self._read_report(sheet, form, template)
        if report is None:
            numbers_count = sum(map(is_number, cells))
            self._account.rejected += numbers_count + len(template.unexpected)
            self._account.furniture += len(cells) - cells.count("") - numbers_count
            return
        for place, cell in template.unexpected:
            self._reject("unexpected_number", sheet, place, cell)
        numbers = read_numbers(cells, template.entries)
        for at, fault in numbers.faults.items():
            self._reject(fault.reason_code, sheet, template.places[at], cells[at], fault.expected)
        self._account.accepted += numbers.accepted_count
        self._cells.add(report, template.meanings, template.names, numbers.values, numbers.exact)

    def _read_report(self, sheet: Sheet, form: _FormReader, template: _Template) -> Report | None:
        """Return whom and when the form is about; None after the fault that keeps it from being read."""
        if template.is_ambiguous:
            expected = ", ".join(column.labels[0] for column in form.form.columns)
            self._reject_sheet("ambiguous_columns", sheet, expected=expected)
            return None
        if not template.places:
            expected = ", ".join(line.text for line in form.form.lines[:3])
            self._reject_sheet("no_lines", sheet, found=form.form.form_code, expected=expected)
            return None
        head = _read_head(sheet.grid[: template.first], form.layout)
        organisation = print_cell(head.texts.get("organisation", ""))
        if not any(map(str.isalpha, organisation)):
            self._reject_sheet("missing_organisation", sheet)
            return None
        reported_on = read_day(head.texts.get("reported_on", ""))
        period = self._read_period(sheet, head, reported_on)
        if period is None:
            return None
        return Report(
            version=self._file.version,
            locator=f"{sheet.quoted_name}!",
            figure_prefix=f"{self._file.file_path}#{sheet.name}/",
            form_code=form.form.form_code,
            organisation_name=organisation,
            parent_organisation_name=print_cell(head.texts.get("parent_organisation", "")) or None,
            province_name=print_cell(head.texts.get("province", "")) or None,
            period=period,
            period_text=print_cell(head.texts["period"]),
            reported_on=reported_on,
        )

    def _read_period(self, sheet: Sheet, head: _Head, reported_on: dt.date | None) -> Period | None:
        """Return of when a report is; None after the fault that keeps it from being known."""
        text = print_cell(head.texts.get("period", ""))
        locator = sheet.locate(head.places["period"]) if "period" in head.places else sheet.quoted_name
        try:
            return read_period(text, reported_on)
        except Fault as fault:
            self._rejections.add(fault.reason_code, locator=locator, found=text, expected=fault.expected)
            return None

    def _reject(self, reason_code: str, sheet: Sheet, place: Place, cell: Cell, expected: str = "") -> None:
        self._account.rejected += 1
        self._rejections.add(reason_code, locator=sheet.locate(place), found=quote_cell(cell), expected=expected)

    def _reject_sheet(
        self, reason_code: str, sheet: Sheet, *, found: str = "", expected: str = "", count: int = 0
    ) -> None:
        """Name a fault of a whole sheet, with which so many of its cells are rejected."""
        self._account.rejected += count
        self._rejections.add(reason_code, locator=sheet.quoted_name, found=found, expected=expected)


class _Found(NamedTuple):
    """A sheet and what it is.

    Attributes:
        sheet: The sheet.
        code: Of the form that it says to be; empty if it says none.
        reader: Of the form, if there is one.
        template: Where its numbers stand.
        cells: What stands there.
    """

    sheet: Sheet
    code: str
    reader: _FormReader | None
    template: _Template
    cells: list[Cell]


@dataclass(frozen=True)
class _Template:
    """Where the numbers stand on all sheets that have the same words in the same places.

    Attributes:
        first: The first row of a line.
        heads: Columns of numbers, and their positions on the form.
        is_ambiguous: Whether two columns have the same words above them.
        asides: Where a line and a column meet, and a number says nothing that is kept.
        places: Where numbers stand; so the next three, each in the same order.
        names: The places as spreadsheets name them.
        meanings: What the form says of them.
        entries: What the numbers are.
        rest: From the first line on, what stands in the places between the numbers.
        suspects: Those of its texts that may be heads of a list of persons.
        identity_count: Its numbers that may identify a person.
        furniture_count: Cells of the rest that are neither numbers nor faults.
        unexpected: Its numbers, which are.
    """

    first: int
    heads: tuple[tuple[int, int], ...]
    is_ambiguous: bool
    asides: tuple[Place, ...]
    places: tuple[Place, ...]
    names: tuple[str, ...]
    meanings: tuple[Meaning, ...]
    entries: tuple[Entry, ...]
    rest: tuple[object, ...]
    suspects: frozenset[str]
    identity_count: int
    furniture_count: int
    unexpected: tuple[tuple[Place, Cell], ...]


class _Outline(NamedTuple):
    """What is known of a template before its words are compared.

    Attributes:
        first: The first row of a line.
        words: Above it, the words of columns and lines, and where they stand.
        heads: Columns of numbers, and their positions on the form.
        rows: Rows of numbers.
    """

    first: int
    words: tuple[tuple[int, int, str], ...]
    heads: tuple[tuple[int, int], ...]
    rows: tuple[int, ...]


class _FormReader(KnownForm):
    """Finds the lines and columns of one form on a sheet."""

    def __init__(self, layout: Layout, form: Form) -> None:
        super().__init__(layout, form)
        self._labels = frozenset().union(*(line.labels for line in form.lines))
        self._words = self._labels.union(form.column_labels)
        self._known: dict[_Outline, dict[tuple[object, ...], _Template]] = {}

    def find_template(self, sheet: Sheet) -> _Template:
        """Return where the numbers of a sheet stand.

        Most sheets have the words of one before them. What was found of it holds if the words of columns and lines
        above the lines are the same, and everything between the numbers is the same.
        """
        for (first, words, heads, rows), templates in self._known.items():
            if words == self._find_words(sheet.grid[:first]):
                template = templates.get(_list_rest(sheet.grid, first, heads, rows))
                if template is not None:
                    return template
        if sum(map(len, self._known.values())) >= _MOST_TEMPLATES:
            self._known.clear()
        template = self._lay_out(sheet.grid)
        words = self._find_words(sheet.grid[: template.first])
        rows = tuple(dict.fromkeys(place.row for place in template.places))
        outline = _Outline(template.first, words, template.heads, rows)
        self._known.setdefault(outline, {})[template.rest] = template
        return template

    def _find_words(self, grid: Grid) -> tuple[tuple[int, int, str], ...]:
        """Return row, column and words of each cell that has the words of a column or line."""
        return tuple(
            [
                (row, column, label)
                for row, cells in enumerate(grid)
                for column, cell in enumerate(cells)
                if type(cell) is str and cell and (label := normalise_label(cell)) in self._words
            ]
        )

    def _count_words(self, labels: Sequence[Sequence[str]]) -> tuple[int, ...]:
        """Return how many words of lines each column has."""
        return tuple([sum(map(self._labels.__contains__, column)) for column in zip(*labels, strict=True)])

    def _find_heads(self, above: Sequence[Sequence[str]]) -> tuple[tuple[int, int], ...]:
        """Return the columns of numbers by the words above them, the lowest of which count; with their positions."""
        found: dict[int, int] = {}
        for labels in above:
            for column, label in enumerate(labels):
                position = self.form.column_labels.get(label)
                if position is not None:
                    found = {other: at for other, at in found.items() if at != position} | {column: position}
        return tuple(sorted(found.items()))

    def _has_twins(self, above: Sequence[Sequence[str]]) -> bool:
        """Whether a row above the lines has the words of one column twice."""
        positions = ([self.form.column_labels.get(label, -1) for label in labels] for labels in above)
        return any(count > 1 for found in positions for at, count in Counter(found).items() if at >= 0)

    def _lay_out(self, grid: Grid) -> _Template:
        labels = _list_labels(grid)
        columns = list(zip(*labels, strict=True))
        counts = self._count_words(labels)
        label_column = counts.index(max(counts)) if any(counts) else -1
        words = columns[label_column] if label_column >= 0 else ()
        first = next((row for row, label in enumerate(words) if label in self._labels), len(grid))
        heads = self._find_heads(labels[:first])
        lines = {line_at: row for row, line_at in self.find_lines(words).items() if self.form.lines[line_at].label}
        meeting = {
            (line_at, position): Place(row, column) for line_at, row in lines.items() for column, position in heads
        }
        cells = {cell: place for cell, place in meeting.items() if cell in self.meanings}
        furniture_count = 0
        identity_count = 0
        texts: list[str] = []
        unexpected: list[tuple[Place, Cell]] = []
        taken = set(meeting.values())
        for row in range(first, len(grid)):
            for column, cell in enumerate(grid[row]):
                if cell == "" or (row, column) in taken:
                    continue
                identity_count += may_identify(cell)
                texts.append(labels[row][column])
                if column <= label_column or not is_number(cell) or _numbers_columns(grid[row], heads, label_column):
                    furniture_count += 1
                else:
                    unexpected.append((Place(row, column), cell))
        return _Template(
            first=first,
            heads=heads,
            is_ambiguous=self._has_twins(labels[:first]),
            places=tuple(cells.values()),
            names=tuple(place.name for place in cells.values()),
            asides=tuple(place for cell, place in meeting.items() if cell not in cells),
            meanings=tuple(self.meanings[cell] for cell in cells),
            entries=self.list_entries(tuple(cells)),
            rest=_list_rest(grid, first, heads, tuple(lines.values()) if heads else ()),
            suspects=list_suspects(texts),
            identity_count=identity_count,
            furniture_count=furniture_count,
            unexpected=tuple(unexpected),
        )


def is_list_of_faults(sheet: Sheet) -> bool:
    """Whether a sheet is the one with the faults of an earlier copy."""
    return bool(sheet.grid) and FAULTS_TITLE in sheet.grid[0][:1]


def _find(sheet: Sheet, forms: Forms[_FormReader]) -> _Found:
    """Return which form a sheet says to be, or its tab says, and where its numbers stand."""
    texts = (cell for row in sheet.grid for cell in row if type(cell) is str)
    code = "" if is_list_of_faults(sheet) else forms.find_code(chain(texts, (sheet.name,)))
    reader = forms.by_code.get(code)
    template = reader.find_template(sheet) if reader else _lay_out_nothing(sheet.grid)
    return _Found(sheet, code, reader, template, [sheet.grid[row][column] for row, column in template.places])


def _check_persons(found: Iterable[_Found]) -> None:
    """Refuse a list of persons.

    Raises:
        Refusal: It is one.
    """
    words: set[str] = set()
    identity_count = 0
    for sheet, _, _, template, cells in found:
        asides = [sheet.grid[row][column] for row, column in template.asides]
        own = [cell for cell in chain(cells, asides, *sheet.grid[: template.first]) if cell != ""]
        words.update(template.suspects, [normalise_label(cell) for cell in own if type(cell) is str])
        # nearly all are small numbers
        others = [cell for cell in own if type(cell) is not float or cell >= LEAST_IDENTITY_NUMBER]
        identity_count += template.identity_count + sum(map(may_identify, others))
    check_persons(words, identity_count)


# where things stand


def _lay_out_nothing(grid: Grid) -> _Template:
    """Return what is known of a sheet that is no form: all of it stands above its lines."""
    return _Template(len(grid), (), False, (), (), (), (), (), (), frozenset(), 0, 0, ())  # noqa: FBT003 - by position


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
            place = Place(row, column)
            value: Cell = rest.strip()
            if not value:
                following = ((at, cells[at]) for at in range(column + 1, len(cells)) if cells[at] != "")
                at, value = next(following, (column, ""))
                place = Place(row, at)
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


def _numbers_columns(cells: Sequence[Cell], heads: Sequence[tuple[int, int]], label_column: int) -> bool:
    """Whether a row numbers the columns, as below heads that are repeated on another page: A, B, 1, 2, 3."""
    plain = [print_cell(cells[column]) for column, _ in heads]
    return len(print_cell(cells[label_column])) <= 1 and plain == [str(at) for at in range(1, len(plain) + 1)]
