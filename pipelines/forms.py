"""Forms: a layout → a workbook, blank or filled in, that is read back without doubt.

The words are locked, the cells of numbers are not. A part that does not make up its whole turns red while the report is
filled in, and each line carries, in a hidden column, what it counts.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import xlsxwriter
from xlsxwriter.utility import xl_rowcol_to_cell

from pipelines.vocabulary import read_partitions

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path
    from typing import BinaryIO

    from pipelines.layouts import Form, Layout, Line
    from pipelines.periods import Period

_TITLE_ROW = 6
_HEAD_ROW = 8
_FIRST_ROW = 10
_CODE, _WORDS, _THIS, _EARLIER, _PERCENT, _CHECK, _KEY = range(7)
_WIDTHS = {_CODE: 6, _WORDS: 62, _THIS: 14, _EARLIER: 14, _PERCENT: 16, _CHECK: 22, _KEY: 10}
_COLUMNS = {_THIS: "this_period", _EARLIER: "earlier_period", _PERCENT: "percent_of_earlier"}
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


class Numbers(NamedTuple):
    """What is filled in on a line; None leaves a cell empty."""

    this_period: float | str | None = None
    earlier_period: float | str | None = None


NO_NUMBERS: Mapping[str, Numbers] = {}


@dataclass(frozen=True)
class _Check:
    """Rows that make up another one: whole = plus - minus."""

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
    numbers: Mapping[str, Numbers] = NO_NUMBERS,
) -> None:
    """Write a form, blank where no number is given.

    Args:
        layout: Of the form's generation.
        form: The form.
        subject: Whose report it is.
        period: Of when; both days are known.
        target: The workbook.
        numbers: By the `Line.key` of the line.
    """
    with xlsxwriter.Workbook(target, {"default_date_format": "dd/mm/yyyy"}) as workbook:
        sheet = workbook.add_worksheet(f"Biểu {form.form_code}")
        styles = _Styles(workbook)
        _write_head(sheet, styles, layout, form, subject, period)
        rows = {_FIRST_ROW + number: line for number, line in enumerate(form.lines)}
        for row, line in rows.items():
            _write_line(sheet, styles, row, line, numbers.get(line.key, Numbers()))
        for check in _list_checks(form, rows):
            _write_check(sheet, styles, check)
        for column, width in _WIDTHS.items():
            sheet.set_column(column, column, width, None, {"hidden": column == _KEY})
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
    sheet.write_blank(len(texts), _THIS, None, styles.day)
    sheet.write_string(0, _PERCENT, f"Biểu số {form.form_code}", styles.right)
    sheet.merge_range(_TITLE_ROW, 0, _TITLE_ROW, _PERCENT, form.title_vi.upper(), styles.title)
    heads = {_CODE: "TT", _WORDS: layout.line_header[0]}
    heads |= {column: layout.columns[code][0] for column, code in _COLUMNS.items() if code in layout.columns}  # type: ignore[index]
    for column, text in heads.items():
        sheet.write_string(_HEAD_ROW, column, text, styles.head)
    for column, text in zip(heads, ("A", "B", "1", "2", "3"), strict=False):
        write = sheet.write_string if text.isalpha() else sheet.write_number
        write(_HEAD_ROW + 1, column, text if text.isalpha() else int(text), styles.numbering)


def _write_line(sheet: Any, styles: _Styles, row: int, line: Line, numbers: Numbers) -> None:
    sheet.write_string(row, _CODE, line.code, styles.code)
    sheet.write_string(row, _WORDS, line.text, styles.heading if line.heading or line.code.isupper() else styles.words)
    if line.heading:
        for column in _COLUMNS:
            sheet.write_blank(row, column, None, styles.words)
        return
    is_count = line.statement == "level"
    for column, number in ((_THIS, numbers.this_period), (_EARLIER, numbers.earlier_period)):
        sheet.write(row, column, number, styles.number if is_count else styles.average)
        sheet.data_validation(
            row,
            column,
            row,
            column,
            {
                "validate": "integer" if is_count else "decimal",
                "criteria": "between",
                "minimum": 0,
                "maximum": _MANY if is_count else 120,
                "error_title": "Số không hợp lệ",
                "error_message": "Nhập số nguyên không âm." if is_count else "Nhập tuổi bình quân, từ 0 đến 120.",
            },
        )
    this, earlier = xl_rowcol_to_cell(row, _THIS), xl_rowcol_to_cell(row, _EARLIER)
    # its value is written with it: a program that does not compute would take none for zero
    formula = f'=IF(OR({this}="",N({earlier})=0),"",ROUND(100*{this}/{earlier},1))'
    sheet.write_formula(row, _PERCENT, formula, styles.percent, _find_percentage(numbers))
    sheet.write_string(row, _KEY, line.key)


def _find_percentage(numbers: Numbers) -> float | str:
    this, earlier = numbers
    if isinstance(this, str) or isinstance(earlier, str) or this is None or not earlier:
        return ""
    return round(100 * this / earlier, 1)


def _list_checks(form: Form, rows: dict[int, Line]) -> Iterator[_Check]:
    """Give what makes up what: the identities of the form, and every partition of the vocabulary that it has whole."""
    by_code = {line.code: row for row, line in rows.items() if line.code}
    for identity in form.identities:
        whole = by_code[identity.line]
        plus, minus = (tuple(by_code[code] for code in codes) for codes in (identity.plus, identity.minus))
        yield _Check(whole, plus, minus, whole)
    counted = {
        (line.measure, line.group): row
        for row, line in rows.items()
        if line.label and line.statement == "level" and line.moment == "period"
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
            yield _Check(whole, plus, (), above if above in rows and rows[above].heading else whole)


def _write_check(sheet: Any, styles: _Styles, check: _Check) -> None:
    """Say beside a row what the parts come to, in red if that is not the whole."""

    def list_cells(rows: tuple[int, ...]) -> str:
        return ",".join(xl_rowcol_to_cell(row, _THIS) for row in rows)

    whole = xl_rowcol_to_cell(check.whole, _THIS)
    total = f"SUM({list_cells(check.plus)})" + (f"-SUM({list_cells(check.minus)})" if check.minus else "")
    everything = list_cells((*check.plus, *check.minus))
    formula = f'=IF(COUNT({everything})=0,"",IF({total}=N({whole}),"khớp","cộng: "&{total}&" ≠ "&N({whole})))'
    place = xl_rowcol_to_cell(check.shown, _CHECK)
    sheet.write_formula(place, formula, styles.check, "")
    red = {"type": "text", "criteria": "containing", "value": "≠", "format": styles.red}
    sheet.conditional_format(place, red)
