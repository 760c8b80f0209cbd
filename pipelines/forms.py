"""Forms: a layout → a workbook, blank or filled in, that is read back without doubt.

The words are locked, the cells of numbers are not. A part that does not make up its whole turns red while the report is
filled in, and each line carries, in a hidden column, what it counts.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Any

import xlsxwriter
from xlsxwriter.utility import xl_range, xl_rowcol_to_cell

from pipelines.vocabulary import read_partitions

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path
    from typing import BinaryIO

    from pipelines.layouts import Column, Form, Layout, Line
    from pipelines.periods import Period

_TITLE_ROW = 6
_HEAD_ROW = 8
_FIRST_ROW = 10
_CODE, _WORDS, _FIRST_NUMBER = range(3)
_WIDTHS = {_CODE: 6, _WORDS: 62}
_NUMBER_WIDTH, _CHECK_WIDTH, _KEY_WIDTH = 16, 28, 10
_MANY = 10**9


@dataclass(frozen=True)
class Subject:
    """Whose report it is.

    Attributes:
        organisation_name: As it is printed.
        parent_organisation_name: The organisation above; empty if it is not known.
        province_name: The province; empty if it is not known.
    """

    organisation_name: str
    parent_organisation_name: str = ""
    province_name: str = ""


Numbers = Mapping[str, Mapping[str, float | str | None]]
"""What is filled in, by `Line.key` and `Column.code`; what is left out stays empty."""


@dataclass(frozen=True)
class Check:
    """Rows that make up another one in a column: whole = plus - minus."""

    column: int
    whole: int
    plus: tuple[int, ...]
    minus: tuple[int, ...]
    shown: int
    """The row that shows whether they do."""


def write_form(
    layout: Layout,
    form: Form,
    subject: Subject,
    period: Period,
    target: Path | BinaryIO,
    *,
    numbers: Numbers | None = None,
) -> None:
    """Write a form, blank where no number is given.

    Args:
        layout: Of the form's generation.
        form: The form.
        subject: Whose report it is.
        period: Of when; both days are known.
        target: The workbook.
        numbers: What is filled in. Percentages are computed from it.
    """
    with xlsxwriter.Workbook(target, {"default_date_format": "dd/mm/yyyy"}) as workbook:
        sheet = workbook.add_worksheet(f"Biểu {form.form_code}")
        styles = _Styles(workbook)
        _write_head(sheet, styles, layout, form, subject, period)
        rows = {_FIRST_ROW + number: line for number, line in enumerate(form.lines)}
        columns = {_FIRST_NUMBER + number: column for number, column in enumerate(form.columns)}
        _Body(sheet, styles, form, rows, columns, numbers or {}).write()
        check_column = _FIRST_NUMBER + len(columns)
        for place, checks in _group_checks(list_checks(form, rows, columns)).items():
            _write_check(sheet, styles, place, check_column, checks)
        for row, line in rows.items():
            if line.label:
                sheet.write_string(row, check_column + 1, line.key)
        widths = {**_WIDTHS, **dict.fromkeys(columns, _NUMBER_WIDTH), check_column: _CHECK_WIDTH}
        for column, width in widths.items():
            sheet.set_column(column, column, width)
        sheet.set_column(check_column + 1, check_column + 1, _KEY_WIDTH, None, {"hidden": True})
        sheet.freeze_panes(_FIRST_ROW, 0)
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(_HEAD_ROW, _HEAD_ROW + 1)
        sheet.protect(options={"select_locked_cells": True})


class _Styles:
    """The formats of a form."""

    def __init__(self, workbook: xlsxwriter.Workbook) -> None:
        def add(**properties: Any) -> Any:
            return workbook.add_format({"font_name": "Times New Roman", "font_size": 12, **properties})

        framed = {"border": 1, "valign": "vcenter"}
        self.plain = add()
        self.right = add(align="right", bold=True)
        self.title = add(bold=True, font_size=14, align="center")
        self.head = add(**framed, bold=True, align="center", text_wrap=True)
        self.numbering = add(**framed, italic=True, align="center")
        self.code = add(**framed, align="center")
        self.words = add(**framed, text_wrap=True)
        self.heading = add(**framed, bold=True, text_wrap=True)
        self.number = add(**framed, locked=False, num_format="#,##0")
        self.average = add(**framed, locked=False, num_format="0.0")
        self.percent = add(**framed, num_format="0.0")
        self.day = add(locked=False, num_format="dd/mm/yyyy", align="left")
        self.check = add(italic=True)
        self.red = workbook.add_format({"bg_color": "#ffc7ce", "font_color": "#9c0006"})


def _write_head(sheet: Any, styles: _Styles, layout: Layout, form: Form, subject: Subject, period: Period) -> None:
    texts = (
        (layout.province[0], subject.province_name),
        (layout.organisation[0], subject.organisation_name),
        (layout.parent_organisation[0], subject.parent_organisation_name),
        (layout.period[0], period.text),
    )
    for row, (label, text) in enumerate(texts):
        if text:
            sheet.write_string(row, 0, f"{label}: {text}", styles.plain)
    sheet.write_string(len(texts), 0, f"{layout.reported_on[0]}:", styles.plain)
    sheet.write_blank(len(texts), _FIRST_NUMBER, None, styles.day)
    last = _FIRST_NUMBER + len(form.columns) - 1
    sheet.write_string(0, last, f"Biểu số {form.form_code}", styles.right)
    sheet.merge_range(_TITLE_ROW, 0, _TITLE_ROW, last, form.title_vi.upper(), styles.title)
    sheet.write_string(_HEAD_ROW, _CODE, "TT", styles.head)
    sheet.write_string(_HEAD_ROW, _WORDS, layout.line_header[0], styles.head)
    sheet.write_string(_HEAD_ROW + 1, _CODE, "A", styles.numbering)
    sheet.write_string(_HEAD_ROW + 1, _WORDS, "B", styles.numbering)
    for number, column in enumerate(form.columns):
        sheet.write_string(_HEAD_ROW, _FIRST_NUMBER + number, column.labels[0], styles.head)
        sheet.write_number(_HEAD_ROW + 1, _FIRST_NUMBER + number, number + 1, styles.numbering)


@dataclass(frozen=True)
class _Body:
    """The lines of a form on a sheet."""

    sheet: Any
    styles: _Styles
    form: Form
    rows: Mapping[int, Line]
    columns: Mapping[int, Column]
    numbers: Numbers

    def write(self) -> None:
        """Write all lines."""
        for row, line in self.rows.items():
            is_headline = line.heading or line.code.isupper()
            self.sheet.write_string(row, _CODE, line.code, self.styles.code)
            self.sheet.write_string(row, _WORDS, line.text, self.styles.heading if is_headline else self.styles.words)
            for place, column in self.columns.items():
                if self.form.find_meaning(line, column) is None:
                    self.sheet.write_blank(row, place, None, self.styles.words)
                elif column.statement:
                    self._write_percentage(row, place, column)
                else:
                    self._write_number(row, place, line, column)

    def _write_number(self, row: int, place: int, line: Line, column: Column) -> None:
        is_count = line.statement == "level"
        number = self.numbers.get(line.key, {}).get(column.code)
        self.sheet.write(row, place, number, self.styles.number if is_count else self.styles.average)
        self.sheet.data_validation(
            row,
            place,
            row,
            place,
            {
                "validate": "integer" if is_count else "decimal",
                "criteria": "between",
                "minimum": 0,
                "maximum": _MANY if is_count else 120,
                "error_title": "Số không hợp lệ",
                "error_message": "Nhập số nguyên không âm." if is_count else "Nhập tuổi bình quân, từ 0 đến 120.",
            },
        )

    def _write_percentage(self, row: int, place: int, column: Column) -> None:
        """Write what a number is in percent of last year's, or of the total above it."""
        this = next(at for at, other in self.columns.items() if not other.statement and not other.is_earlier)
        if column.statement == "share":
            whole = (next(at for at, line in self.rows.items() if line.label and line.group == "all"), this)
        else:
            whole = (row, next(at for at, other in self.columns.items() if other.is_earlier))
        part_cell, whole_cell = xl_rowcol_to_cell(row, this), xl_rowcol_to_cell(*whole)
        formula = f'=IF(OR({part_cell}="",N({whole_cell})=0),"",ROUND(100*{part_cell}/{whole_cell},1))'
        # its value is written with it: a program that does not compute would take none for zero
        value = _find_percentage(self._find_number(row, this), self._find_number(*whole))
        self.sheet.write_formula(row, place, formula, self.styles.percent, value)

    def _find_number(self, row: int, place: int) -> float | str | None:
        return self.numbers.get(self.rows[row].key, {}).get(self.columns[place].code)


def _find_percentage(part: float | str | None, whole: float | str | None) -> float | str:
    if isinstance(part, str) or isinstance(whole, str) or part is None or not whole:
        return ""
    return round(100 * part / whole, 1)


def list_checks(form: Form, rows: Mapping[int, Line], columns: Mapping[int, Column]) -> Iterator[Check]:
    """Give what makes up what: the identities of the form, and every partition of the vocabulary that it has whole.

    Args:
        form: The form.
        rows: Its lines by the row they stand in.
        columns: Its columns by their place.
    """
    by_code = {line.code: row for row, line in rows.items() if line.code}
    for place, column in columns.items():
        if column.statement or column.is_earlier:
            continue
        for identity in form.identities:
            whole = by_code[identity.line]
            plus, minus = (tuple(by_code[code] for code in codes) for codes in (identity.plus, identity.minus))
            yield Check(place, whole, plus, minus, whole)
        counted = {
            (meaning.measure, meaning.group): row
            for row, line in rows.items()
            if line.moment != "start" and (meaning := form.find_meaning(line, column)) and meaning.is_count
        }
        parts: defaultdict[tuple[tuple[str, str], str], list[tuple[str, str]]] = defaultdict(list)
        for measure in dict.fromkeys(measure for measure, _ in counted):
            for parent, child, partition in read_partitions("group_relations"):
                parts[(measure, parent), partition].append((measure, child))
        for parent, child, partition in read_partitions("measure_relations"):
            parts[(parent, "all"), partition].append((child, "all"))
        for (whole_key, _), children in parts.items():
            if whole_key in counted and all(child in counted for child in children):
                plus = tuple(counted[child] for child in children)
                whole, above = counted[whole_key], min(plus) - 1
                yield Check(place, whole, plus, (), above if above in rows and rows[above].heading else whole)


def _group_checks(checks: Iterable[Check]) -> dict[int, list[Check]]:
    by_row: defaultdict[int, list[Check]] = defaultdict(list)
    for check in checks:
        by_row[check.shown].append(check)
    return by_row


def _write_check(sheet: Any, styles: _Styles, row: int, column: int, checks: Sequence[Check]) -> None:
    """Say beside a row what the parts come to, in red if that is not the whole; the first column that differs."""

    def list_cells(rows: tuple[int, ...], column: int) -> str:
        runs = groupby(enumerate(sorted(rows)), key=lambda entry: entry[1] - entry[0])
        spans = [[row for _, row in run] for _, run in runs]
        return ",".join(xl_range(span[0], column, span[-1], column) for span in spans)

    verdict = '"khớp"'
    everything = []
    for check in reversed(checks):
        whole = xl_rowcol_to_cell(check.whole, check.column)
        total = f"SUM({list_cells(check.plus, check.column)})"
        total += f"-SUM({list_cells(check.minus, check.column)})" if check.minus else ""
        cells = list_cells((*check.plus, *check.minus), check.column)
        verdict = f'IF(AND(COUNT({cells})>0,{total}<>N({whole})),"cộng: "&{total}&" ≠ "&N({whole}),{verdict})'
        everything.append(cells)
    formula = f'=IF(COUNT({",".join(everything)})=0,"",{verdict})'
    place = xl_rowcol_to_cell(row, column)
    sheet.write_formula(place, formula, styles.check, "")
    red = {"type": "text", "criteria": "containing", "value": "≠", "format": styles.red}
    sheet.conditional_format(place, red)
