"""Many reports in one table: a line of a CSV file is a line of one form of one organisation and period.

The header names what stands below it by the words of the forms, in any order: whose report, of when, on which form,
which line, and the columns of numbers, by their words or codes. Every cell is accounted for as in a workbook (see
`pipelines.readers.workbook`): a number where the form has none is a fault, unless it stands before the words of the
line.

A line that has more or fewer cells than the header is rejected: a comma inside a number moves all cells after it.
"""

from __future__ import annotations

import csv
import re
import unicodedata
from dataclasses import dataclass
from io import StringIO
from itertools import chain
from operator import itemgetter
from typing import TYPE_CHECKING, Any, NamedTuple

from pipelines.layouts import normalise_label
from pipelines.readers.containers import Refusal
from pipelines.readers.report_cells import Report
from pipelines.readers.report_forms import (
    Account,
    Forms,
    KnownForm,
    check_persons,
    may_identify,
    read_each,
    read_numbers,
    read_period,
)
from pipelines.readers.report_numbers import Fault, is_number, quote_cell, read_day

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pipelines.layouts import Layout, Meaning
    from pipelines.observations import Intake, RawFile
    from pipelines.readers.containers import Cell
    from pipelines.readers.rejecting import Rejections
    from pipelines.readers.report_cells import ReportCells
    from pipelines.readers.report_forms import Entry

_SEPARATORS = ",;\t"
_SUBJECT = ("form_code", "organisation", "parent_organisation", "province", "period")
"""What tells one report of a file from another."""
_REQUIRED = ("form_code", "organisation", "period", "line_header")
_PLAIN_NUMBER = re.compile(r"(?:0|-?[1-9][0-9]{0,8})(?:\.[0-9]?[1-9])?")


def read_report_tables(files: Sequence[RawFile], layouts: Sequence[Layout]) -> Intake:
    """Read tables of reports: CSV, UTF-8, separated by commas, semicolons or tabs.

    Args:
        files: The tables.
        layouts: The forms, the newest generation first; there is at least one.

    Returns:
        Observations, rejections and the account of each file, as `read_workbooks` gives them. A report bears the last
        of the days that its lines bear.
    """
    forms = Forms(layouts, KnownForm)

    def read(file: RawFile, cells: ReportCells, rejections: Rejections) -> Account:
        lines = list_lines(file.content)
        _check_persons(lines)
        return _Table(file, _Header.of(lines[0].cells, layouts, forms), forms, cells, rejections).read(lines)

    return read_each(files, read)


class TableLine(NamedTuple):
    """A line that is not empty.

    Attributes:
        number: From 1, as editors count the lines of the file.
        cells: Their texts.
    """

    number: int
    cells: list[str]


def list_lines(content: bytes) -> list[TableLine]:
    """Return the lines of a CSV file, the header first.

    Raises:
        Refusal: It has none, is no UTF-8, or a quotation does not end.
    """
    lines = []
    number = 1
    try:
        text = unicodedata.normalize("NFC", content.decode("utf-8-sig"))
        header = text.strip("\r\n").partition("\n")[0]
        separator = max(_SEPARATORS, key=header.count)
        rows = csv.reader(StringIO(text, newline=""), delimiter=separator, strict=True)
        for row in rows:
            cells = [*map(str.strip, row)]
            if any(cells):
                lines.append(TableLine(number, cells))
            number = rows.line_num + 1
    except UnicodeDecodeError as error:
        raise Refusal(reason_code="unreadable_file", found=str(error), expected="CSV, UTF-8") from error
    except csv.Error as error:
        found = f"line {number}: {error}"
        raise Refusal(reason_code="unreadable_file", found=found, expected="CSV, UTF-8") from error
    if not lines:
        raise Refusal(reason_code="unreadable_file", found="0 B", expected="CSV, UTF-8")
    return lines


def _check_persons(lines: Sequence[TableLine]) -> None:
    """Refuse a list of persons.

    Raises:
        Refusal: It is one.
    """
    texts = set(chain.from_iterable(line.cells for line in lines))
    words = (normalise_label(text) for text in texts if not text.isdecimal())
    check_persons(words, sum(map(may_identify, texts)))


@dataclass(frozen=True)
class _Header:
    """What stands in which column.

    Attributes:
        names: Words above the columns.
        fields: Column of what a report says of itself, and of the words of its lines.
        positions: By the code of a form, its columns of numbers and their positions on the form.
        numbers: Columns of numbers of any form.
        others: Columns behind the words of the lines that are known to none.
    """

    names: Sequence[str]
    fields: Mapping[str, int]
    positions: Mapping[str, Mapping[int, int]]
    numbers: tuple[int, ...]
    others: tuple[int, ...]

    @classmethod
    def of(cls, names: Sequence[str], layouts: Sequence[Layout], forms: Forms[KnownForm]) -> _Header:
        """Read the header.

        Raises:
            Refusal: It lacks a column that a report needs, or has one twice.
        """
        labels = [normalise_label(name) for name in names]
        heads = {label: field for layout in layouts for label, field in layout.table_heads.items()}
        fields = {column: heads[label] for column, label in enumerate(labels) if label in heads}
        positions = {
            code: {
                column: known.form.column_labels[label]
                for column, label in enumerate(labels)
                if label in known.form.column_labels and column not in fields
            }
            for code, known in forms.by_code.items()
        }
        stood: list[dict[int, Any]] = [fields, *positions.values()]
        for found in stood:
            if twins := [names[column] for column, what in found.items() if [*found.values()].count(what) > 1]:
                raise Refusal(reason_code="ambiguous_columns", expected=", ".join(twins))
        columns = {field: column for column, field in fields.items()}
        numbers = tuple(sorted(set().union(*positions.values())))
        if missing := [getattr(layouts[0], field)[0] for field in _REQUIRED if field not in columns]:
            expected = ", ".join(getattr(layouts[0], field)[0] for field in _REQUIRED)
            raise Refusal(reason_code="missing_column", found=", ".join(missing), expected=expected)
        if not numbers:
            words = dict.fromkeys(column.labels[0] for known in forms.by_code.values() for column in known.form.columns)
            raise Refusal(reason_code="missing_column", found=next(iter(words)), expected=", ".join(words))
        others = tuple(at for at in range(columns["line_header"], len(names)) if at not in fields and at not in numbers)
        return cls(names, columns, positions, numbers, others)


class _Template(NamedTuple):
    """Where the numbers stand of all reports that have the same lines in the same order.

    Attributes:
        places: Line of the report and column of the file of each number; so the next two, in the same order.
        meanings: What the form says of them.
        entries: What the numbers are.
        asides: Where a line and a column meet, and a number says nothing that is kept.
        strays: Where the form has no number.
        repeated: Lines that the report has already.
        unknown: Lines that the form does not have.
    """

    places: tuple[tuple[int, int], ...]
    meanings: tuple[Meaning, ...]
    entries: tuple[Entry, ...]
    asides: tuple[tuple[int, int], ...]
    strays: tuple[tuple[int, int], ...]
    repeated: tuple[int, ...]
    unknown: tuple[int, ...]


class _Table:
    """One file on its way from lines to numbers.

    Args:
        file: The file.
        header: What stands in which column.
        forms: What forms there are.
        cells: Where numbers go.
        rejections: Where faults go.
    """

    def __init__(
        self,
        file: RawFile,
        header: _Header,
        forms: Forms[KnownForm],
        cells: ReportCells,
        rejections: Rejections,
    ) -> None:
        self._file = file
        self._header = header
        self._forms = forms
        self._cells = cells
        self._rejections = rejections
        self._account = Account()
        self._templates: dict[tuple[str, ...], _Template] = {}

    def read(self, lines: Sequence[TableLine]) -> Account:
        """Read all reports; the first line is the header."""
        header = self._header
        self._account.found = sum(len(cells) - cells.count("") for _, cells in lines)
        self._account.furniture = sum(map(bool, lines[0].cells))
        whole = [line for line in lines[1:] if len(line.cells) == len(header.names)]
        for line in lines[1:]:
            if len(line.cells) != len(header.names):
                found, expected = str(len(line.cells)), str(len(header.names))
                self._reject("wrong_cell_count", line, found=found, expected=expected, count=_count(line.cells))
        self._read_others(whole)
        fields = [field for field in _SUBJECT if field in header.fields]
        find_subject = itemgetter(*(header.fields[field] for field in fields))
        reports: dict[tuple[str, ...], list[TableLine]] = {}
        for line in whole:
            reports.setdefault(find_subject(line.cells), []).append(line)
        for subject, own in reports.items():
            self._read_report(dict(zip(fields, subject, strict=True)), own)
        return self._account

    def _read_others(self, lines: Sequence[TableLine]) -> None:
        """Account for what stands in columns without numbers."""
        header = self._header
        silent = [at for at in range(len(header.names)) if at not in header.numbers and at not in header.others]
        self._account.furniture += sum(_count([cells[at] for at in silent]) for _, cells in lines)
        for column in header.others:
            cells = [cells[column] for _, cells in lines]
            count = sum(is_number(_read_cell(cell)) for cell in cells)
            self._account.furniture += _count(cells) - count
            if count:
                self._account.rejected += count
                name = quote_cell(header.names[column]) or str(column + 1)
                expected = ", ".join(header.names[at] for at in header.numbers)
                self._rejections.add("unexpected_column", locator=f"line 1, {name}", found=name, expected=expected)

    def _read_report(self, head: Mapping[str, str], lines: Sequence[TableLine]) -> None:
        """Read the lines of one report."""
        form = self._forms.by_code.get(self._forms.find_code([head["form_code"]]))
        numbers_count = sum(_count([cells[at] for at in self._header.numbers]) for _, cells in lines)
        if form is None:
            found, expected = head["form_code"] or "–", ", ".join(self._forms.by_code)
            self._reject("wrong_form", lines[0], "form_code", found=found, expected=expected, count=numbers_count)
            return
        report = self._describe_report(head, form, lines)
        if report is None:
            self._account.rejected += numbers_count
            return
        template = self._find_template(form, lines)
        cells = [_read_cell(lines[row].cells[column]) for row, column in template.places]
        numbers = read_numbers(cells, template.entries)
        places = [f"{lines[row].number}, {self._header.names[column]}" for row, column in template.places]
        for at, fault in numbers.faults.items():
            found = quote_cell(cells[at])
            self._rejections.add(fault.reason_code, locator=f"line {places[at]}", found=found, expected=fault.expected)
        self._account.accepted += numbers.accepted_count
        self._account.rejected += len(numbers.faults)
        self._cells.add(report, template.meanings, places, numbers.values, numbers.exact)
        self._account_for_rest(form, template, lines)

    def _describe_report(self, head: Mapping[str, str], form: KnownForm, lines: Sequence[TableLine]) -> Report | None:
        """Return whom and when a report is about; None after the fault that keeps it from being read."""
        if not any(map(str.isalpha, head["organisation"])):
            self._reject("missing_organisation", lines[0], "organisation")
            return None
        days: set[str] = set()
        if (column := self._header.fields.get("reported_on")) is not None:
            days = {cells[column] for _, cells in lines}
        reported_on = max(filter(None, map(read_day, days)), default=None)
        try:
            period = read_period(head["period"], reported_on)
        except Fault as fault:
            self._reject(fault.reason_code, lines[0], "period", found=head["period"], expected=fault.expected)
            return None
        subject = "/".join(_escape(head.get(field, "")) for field in _SUBJECT)
        return Report(
            version=self._file.version,
            locator="line ",
            figure_prefix=f"{self._file.file_path}#{subject}/",
            form_code=form.form.form_code,
            organisation_name=head["organisation"],
            parent_organisation_name=head.get("parent_organisation") or None,
            province_name=head.get("province") or None,
            period=period,
            period_text=head["period"],
            reported_on=reported_on,
        )

    def _find_template(self, form: KnownForm, lines: Sequence[TableLine]) -> _Template:
        column = self._header.fields["line_header"]
        words = tuple([cells[column] for _, cells in lines])
        key = (form.form.form_code, *words)
        template = self._templates.get(key)
        if template is None:
            template = self._templates[key] = self._lay_out(form, words)
        return template

    def _lay_out(self, form: KnownForm, words: Sequence[str]) -> _Template:
        labels = [normalise_label(text) for text in words]
        positions = self._header.positions[form.form.form_code]
        lines = form.find_lines(labels)
        known = frozenset().union(*(line.labels for line in form.form.lines))
        meeting = {(row, column): (lines[row], position) for row in lines for column, position in positions.items()}
        places = {place: cell for place, cell in meeting.items() if cell in form.meanings}
        is_heading = [bool(form.form.lines[lines[row]].heading) if row in lines else False for row in range(len(words))]
        left = [row for row in range(len(words)) if row not in lines]
        return _Template(
            places=tuple(places),
            meanings=tuple(form.meanings[cell] for cell in places.values()),
            entries=form.list_entries(tuple(places.values())),
            asides=tuple(place for place in meeting if place not in places and not is_heading[place[0]]),
            strays=tuple(
                (row, column)
                for row in lines
                for column in self._header.numbers
                if is_heading[row] or column not in positions
            ),
            repeated=tuple(row for row in left if labels[row] in known),
            unknown=tuple(row for row in left if labels[row] not in known),
        )

    def _account_for_rest(self, form: KnownForm, template: _Template, lines: Sequence[TableLine]) -> None:
        """Account for the cells of a report, in columns of numbers, that are none of its numbers."""
        self._account.furniture += _count([lines[row].cells[column] for row, column in template.asides])
        for row, column in template.strays:
            number, cells = lines[row]
            if is_number(_read_cell(cells[column])):
                self._account.rejected += 1
                locator = f"line {number}, {self._header.names[column]}"
                self._rejections.add("unexpected_number", locator=locator, found=quote_cell(cells[column]), expected="")
            else:
                self._account.furniture += cells[column] != ""
        column = self._header.fields["line_header"]
        for reason_code, rows in (("duplicate_key", template.repeated), ("unknown_line", template.unknown)):
            for row in rows:
                words = quote_cell(lines[row].cells[column])
                expected = form.form.form_code if reason_code == "unknown_line" else f"1 × {words}"
                if count := _count([lines[row].cells[at] for at in self._header.numbers]):
                    self._reject(reason_code, lines[row], "line_header", found=words, expected=expected, count=count)

    def _reject(
        self, reason_code: str, line: TableLine, field: str = "", *, found: str = "", expected: str = "", count: int = 0
    ) -> None:
        """Name a fault of a line or of a field of it, with which so many cells are rejected."""
        self._account.rejected += count
        locator = (
            f"line {line.number}, {self._header.names[self._header.fields[field]]}" if field else f"line {line.number}"
        )
        self._rejections.add(reason_code, locator=locator, found=found, expected=expected)


def _count(cells: Sequence[str]) -> int:
    """Return how many cells are not empty."""
    return len(cells) - cells.count("")


def _read_cell(text: str) -> Cell:
    """Return a cell as a spreadsheet would keep it, if there is one way to read and to print it."""
    return float(text) if _PLAIN_NUMBER.fullmatch(text) else text


def _escape(text: str) -> str:
    """Return a text that has no slash, and is another for every other text."""
    return text.replace("~", "~0").replace("/", "~1")
