"""The copy of a report that goes back to its sender: bad cells are marked, and a first sheet lists all faults.

An xlsx stays what it is, with its formulas and protection. Of an xls or ods the values are copied; of a table of
reports, the header and the lines that have a fault. The marks of an earlier copy are taken away first.
"""

from __future__ import annotations

import re
import warnings
import zipfile
from collections import defaultdict
from functools import partial
from io import BytesIO
from typing import TYPE_CHECKING, Any, NamedTuple
from xml.sax.saxutils import escape

from openpyxl import Workbook, load_workbook
from openpyxl.cell.cell import ERROR_CODES, ILLEGAL_CHARACTERS_RE, MergedCell
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils.datetime import to_excel
from openpyxl.worksheet.hyperlink import Hyperlink

from pipelines.readers.containers import Place, inspect, parse_place, quote_sheet, read_sheets
from pipelines.readers.report_table import list_lines
from pipelines.readers.workbook import FAULTS_TITLE, is_list_of_faults

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    import polars as pl

    from pipelines.readers.containers import Cell, Grid, Sheet

FAULTS_SHEET = "Lỗi"
_AUTHOR = "ketnap"
_LINES_SHEET = "Dòng có lỗi"
_COPIED_WHOLE = frozenset({"wrong_form", "missing_column", "ambiguous_columns"})
"""Faults of a whole file that was read, and may be sent back."""
_HEADS = ("Vị trí · Place", "Ghi trong tệp · Found", "Cần ghi · Expected", "Nội dung lỗi", "Fault")
_WIDTHS = (28, 30, 40, 70, 70)
_BAD = PatternFill("solid", fgColor="FFC7CE")
_COMMENT_WIDTH, _LINE_HEIGHT, _LINE_LENGTH = 360, 20, 50
"""Points, and characters."""
_LINK = Font(color="0563C1", underline="single")
_SHEET_PLACE = re.compile(r"'((?:[^']|'')*)'(?:!([A-Z]+[0-9]+))?")
_LINE_PLACE = re.compile(r"line ([0-9]+)(?:, (.*))?", re.DOTALL)
_FORMULA_CELL = re.compile(rb'(<c r="([A-Z]+)([0-9]+)"[^>]*)>(<f[^>]*>(?:[^<]*</f>)?)<v ?/>')


class NotCopied(Exception):  # noqa: N818 - says why, and is no error
    """A file is not sent back.

    Attributes:
        message_vi: Why, in Vietnamese.
        message_en: Why, in English.
    """

    def __init__(self, *, message_vi: str, message_en: str) -> None:
        super().__init__(message_en)
        self.message_vi = message_vi
        self.message_en = message_en


class _Spot(NamedTuple):
    """A cell of the copy."""

    sheet: str
    cell: str


def annotate(content: bytes, rejections: pl.DataFrame, *, reader_name: str, max_bytes: int) -> bytes:
    """Return the copy of a file in which its faults are marked.

    Args:
        content: The file.
        rejections: What is wrong with it, schema ``REJECTIONS``; at least one fault.
        reader_name: Who reads such files.
        max_bytes: As it was read.

    Returns:
        An xlsx.

    Raises:
        NotCopied: It lists persons, has macros or a password, could not be read, or is no report.
    """
    for fault in rejections.iter_rows(named=True):
        if fault["locator"] == "file" and fault["reason_code"] not in _COPIED_WHOLE:
            raise NotCopied(message_vi=fault["message_vi"], message_en=fault["message_en"])
    if reader_name == "report_table":
        return _copy_lines(content, rejections)
    if reader_name == "workbook":
        return _copy_workbook(content, rejections, max_bytes)
    raise NotCopied(
        message_vi="Chỉ báo cáo theo biểu mẫu mới có bản sao.", message_en="Only reports on official forms are copied."
    )


def _copy_workbook(content: bytes, rejections: pl.DataFrame, max_bytes: int) -> bytes:
    notes = inspect(content, max_bytes=max_bytes)
    sheets = [sheet for sheet in read_sheets(content, notes) if not is_list_of_faults(sheet)]
    workbook = _open(content, {sheet.name for sheet in sheets}) or _copy_values(sheets)
    for sheet in sheets:
        _remove_marks(workbook[sheet.name])
        _uncover(workbook[sheet.name], sheet.grid)
    first = next((sheet.name for sheet in sheets), "")

    def find(locator: str) -> _Spot:
        match = _SHEET_PLACE.fullmatch(locator)
        return _Spot(match[1].replace("''", "'"), match[2] or "A1") if match else _Spot(first, "A1")

    _mark(workbook, rejections, [find(locator) for locator in rejections["locator"]])
    grids = {sheet.name: sheet.grid for sheet in sheets}
    return _fill_in_values(_save(workbook), [grids.get(sheet.title, ()) for sheet in workbook.worksheets])


def _copy_lines(content: bytes, rejections: pl.DataFrame) -> bytes:
    header, *lines = list_lines(content)
    columns = {name: column for column, name in enumerate(header.cells, 2)}
    places = [_LINE_PLACE.fullmatch(locator) for locator in rejections["locator"]]
    numbers = {header.number, *(int(match[1]) for match in places if match)}
    shown = [line for line in (header, *lines) if line.number in numbers]
    workbook = Workbook()
    sheet = workbook.active
    sheet.title = _LINES_SHEET
    rows = {}
    for row, line in enumerate(shown, 1):
        rows[line.number] = row
        for column, text in enumerate((str(line.number), *line.cells), 1):
            _write_text(sheet.cell(row, column), text)
    sheet["A1"] = "Dòng · Line"

    def find(match: re.Match[str] | None) -> _Spot:
        if match is None:
            return _Spot(_LINES_SHEET, "A1")
        row = rows.get(int(match[1]), 1)
        return _Spot(_LINES_SHEET, Place(row - 1, columns.get(match[2], 1) - 1).name)

    _mark(workbook, rejections, [find(match) for match in places])
    return _save(workbook)


# the workbook


def _open(content: bytes, names: Collection[str]) -> Any | None:
    """Return an xlsx with the sheets of these names; None if it is of another kind, or would lose something."""
    with warnings.catch_warnings():
        # of what openpyxl does not keep
        warnings.simplefilter("ignore")
        try:
            workbook = load_workbook(BytesIO(content), rich_text=True)
        except (zipfile.BadZipFile, KeyError, ValueError, TypeError, AttributeError, IndexError, SyntaxError):
            return None
    for sheet in workbook.worksheets:
        if sheet["A1"].value == FAULTS_TITLE:
            workbook.remove(sheet)
    return workbook if set(names) == {sheet.title for sheet in workbook.worksheets} else None


def _copy_values(sheets: Sequence[Sheet]) -> Any:
    """Return a workbook with what stands in the cells of sheets; formulas are their values."""
    workbook = Workbook()
    workbook.remove(workbook.active)
    for sheet in sheets:
        copy = workbook.create_sheet(sheet.name)
        copy.sheet_state = "visible" if sheet.is_visible else "hidden"
        for row, cells in enumerate(sheet.grid, 1):
            for column, value in enumerate(cells, 1):
                if isinstance(value, str):
                    _write_text(copy.cell(row, column), value)
                else:
                    copy.cell(row, column).value = value
    return workbook


def _write_text(cell: Any, text: str) -> None:
    """Write a text that is none of the things that it may look like: no formula, no number."""
    if text:
        cell.value = ILLEGAL_CHARACTERS_RE.sub("", text)
        cell.data_type = "s"


def _uncover(sheet: Any, grid: Grid) -> None:
    """Take merged cells apart that cover something; openpyxl would drop it."""
    for merged in list(sheet.merged_cells.ranges):
        covered = {
            (row, column): grid[row - 1][column - 1]
            for row, column in (*merged.cells,)
            if row <= len(grid) and column <= len(grid[0]) and isinstance(sheet.cell(row, column), MergedCell)
        }
        if any(value != "" for value in covered.values()):
            sheet.unmerge_cells(merged.coord)
            for place, value in covered.items():
                sheet.cell(*place).value = value if value != "" else None


def _save(workbook: Any) -> bytes:
    buffer = BytesIO()
    workbook.save(buffer)
    return buffer.getvalue()


# marks


def _mark(workbook: Any, rejections: pl.DataFrame, spots: Sequence[_Spot]) -> None:
    """Mark the cells of faults, and list the faults on a first sheet."""
    faults = rejections.rows(named=True)
    messages: defaultdict[_Spot, list[str]] = defaultdict(list)
    for spot, fault in zip(spots, faults, strict=True):
        messages[spot].append(f"{fault['message_vi']}\n{fault['message_en']}")
    for spot, texts in messages.items():
        if spot.sheet in workbook.sheetnames:
            _comment(workbook[spot.sheet][spot.cell], texts)
    sheet = workbook.create_sheet(FAULTS_SHEET, 0)
    sheet.append([FAULTS_TITLE])
    sheet.append([])
    sheet.append(_HEADS)
    for row, (spot, fault) in enumerate(zip(spots, faults, strict=True), sheet.max_row + 1):
        for column, name in enumerate(("locator", "found", "expected", "message_vi", "message_en"), 1):
            cell = sheet.cell(row, column)
            _write_text(cell, fault[name])
            cell.alignment = Alignment(wrap_text=True, vertical="top")
        place = sheet.cell(row, 1)
        place.hyperlink = Hyperlink(ref=place.coordinate, location=f"{quote_sheet(spot.sheet)}!{spot.cell}")
        place.font = _LINK
    for cell in (sheet["A1"], *sheet[3]):
        cell.font = Font(bold=True)
    for letter, width in zip("ABCDE", _WIDTHS, strict=True):
        sheet.column_dimensions[letter].width = width
    sheet.freeze_panes = "A4"
    workbook.active = 0
    # two sheets that are selected would be written into together
    for other in workbook.worksheets:
        other.sheet_view.tabSelected = other is sheet


def _comment(cell: Any, texts: Sequence[str]) -> None:
    before = [cell.comment.text] if cell.comment else []
    text = ILLEGAL_CHARACTERS_RE.sub("", "\n\n".join((*before, *texts)))
    cell.comment = Comment(text, _AUTHOR, width=_COMMENT_WIDTH, height=_LINE_HEIGHT * (2 + len(text) // _LINE_LENGTH))
    cell.fill = _BAD


def _remove_marks(sheet: Any) -> None:
    # iter_rows would make a cell of every place up to the last
    for cell in sheet._cells.values():  # noqa: SLF001
        if cell.comment is not None and cell.comment.author == _AUTHOR:
            cell.comment = None
            cell.fill = PatternFill()


# values of formulas


def _fill_in_values(content: bytes, grids: Sequence[Grid]) -> bytes:
    """Return a workbook whose formulas have the values that they had; openpyxl writes none.

    Args:
        content: What openpyxl wrote.
        grids: The cells of its worksheets, in their order.
    """
    parts = {f"xl/worksheets/sheet{number}.xml": grid for number, grid in enumerate(grids, 1)}
    buffer = BytesIO()
    with zipfile.ZipFile(BytesIO(content)) as source, zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as target:
        for entry in source.infolist():
            part = source.read(entry)
            if grid := parts.get(entry.filename):
                part = _FORMULA_CELL.sub(partial(_write_value, grid), part)
            target.writestr(entry, part)
    return buffer.getvalue()


def _write_value(grid: Grid, match: re.Match[bytes]) -> bytes:
    start, letters, row, formula = match.groups()
    place = parse_place(letters, row)
    value = grid[place.row][place.column] if place.row < len(grid) and place.column < len(grid[0]) else ""
    if isinstance(value, str) and value.startswith("="):
        # never computed
        return start + b">" + formula
    kind, text = _describe_value(value)
    return start + f' t="{kind}">'.encode() + formula + f"<v>{escape(text)}</v>".encode()


def _describe_value(value: Cell) -> tuple[str, str]:
    """Return the type and the text of a value as sheets write it."""
    if isinstance(value, str):
        return "e" if value in ERROR_CODES else "str", value
    if isinstance(value, bool):
        return "b", str(int(value))
    return "n", str(value if isinstance(value, int | float) else to_excel(value))
