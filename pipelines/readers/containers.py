"""The sheets of a workbook: an xlsx, xls or ods file, or the reason why it is not read.

python-calamine reads cells raw. What it cannot say is looked up beside it, before it is asked: how far a sheet reaches
(it makes a cell for every place up to the last one used), errors (``#REF!``), formulas that were never computed, and
whether a file has macros or is encrypted.
"""

from __future__ import annotations

import re
import zipfile
import zlib
from collections import defaultdict
from io import BytesIO
from typing import TYPE_CHECKING, NamedTuple
from xml.etree import ElementTree as ET
from xml.parsers import expat

from python_calamine import CalamineError, CalamineWorkbook, PasswordError, SheetVisibleEnum

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping, Sequence

    Cell = str | float | int | bool | dt.date | dt.datetime | dt.time | dt.timedelta
    Grid = Sequence[Sequence[Cell]]

_KINDS = "xlsx, xls, ods"
_COMPOUND_FILE = b"\xd0\xcf\x11\xe0"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_OLD_MACROS = "_VBA_PROJECT_CUR".encode("utf-16-le")
_MACRO_FOLDERS = ("xl/macrosheets/", "basic/")
_MOST_TIMES_SMALLER = 1032
"""Deflate makes nothing smaller than by this."""
_MAX_CELLS = 2**21
"""Twice as many take ten seconds to read, and a report has a few hundred."""
_MAX_REPEATED_CELLS = 2**20
"""Of OpenDocument, where one cell may stand for a million."""
_MAX_ROWS, _MAX_COLUMNS = 2**20, 2**14

# of sheets in xlsx; a pattern that begins with what it cannot do without is searched for many times faster
_FAR_OR_SPACED = re.compile(rb'r(?:="[A-Za-z]{0,2}+(?:[A-Za-z]|[0-9]{5})|= | +=)')
_UNUSUAL = (b"'", b"#", b"\t", b"\r", b"\n")
"""Other ways to write an attribute have one of these, which are found faster than they are."""
_ERROR = re.compile(rb't="e"')
_WITHOUT_VALUE = re.compile(rb"</f></c>")
_PLACE = re.compile(rb"""\br\s*=\s*["']([A-Za-z]*)([0-9]*)["']""")
_ERROR_CELL = re.compile(rb'<c [^>]*?\br="([A-Z]+)([0-9]+)"[^>]*?\bt="e"[^>]*>(?:<f[^>]*>[^<]*</f>)?<v>([^<]*)</v>')
_FORMULA_CELL = re.compile(rb'<c [^>]*?\br="([A-Z]+)([0-9]+)"[^>]*>(<f[^>]*>)([^<]*)</f></c>')

_TABLE = "urn:oasis:names:tc:opendocument:xmlns:table:1.0 "
_OFFICE = "urn:oasis:names:tc:opendocument:xmlns:office:1.0 "
_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_RELATIONS = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"


class Refusal(Exception):  # noqa: N818 - says why, and is no error
    """A workbook is not read.

    Attributes:
        reason_code: Code of the seed ``rejection_reasons``.
        found: What it is.
        expected: What it should be.
    """

    def __init__(self, *, reason_code: str, found: str = "", expected: str = "") -> None:
        super().__init__(reason_code)
        self.reason_code = reason_code
        self.found = found
        self.expected = expected


class Place(NamedTuple):
    """A cell of a sheet; row and column from 0."""

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


class Sheet(NamedTuple):
    """One sheet.

    Attributes:
        name: As its tab says.
        is_visible: Whether people see it.
        grid: Its cells, from A1; all rows are of one length. An error is its text; a formula that was never computed
            is the formula, from its ``=``.
    """

    name: str
    is_visible: bool
    grid: Grid

    @property
    def quoted_name(self) -> str:
        """As formulas write it."""
        return quote_sheet(self.name)

    def locate(self, place: Place) -> str:
        """Return the name of a place in the workbook."""
        return f"{self.quoted_name}!{place.name}"


def quote_sheet(name: str) -> str:
    """Return the name of a sheet as formulas write it."""
    return "'" + name.replace("'", "''") + "'"


Notes = dict[str, dict[Place, str]]
"""By the name of a sheet, what stands in cells that are read as empty."""


def inspect(content: bytes, *, max_bytes: int) -> Notes:
    """Return what python-calamine cannot say of a workbook; only then it is safe to read.

    Args:
        content: The file.
        max_bytes: A workbook that unpacks to more is refused.

    Raises:
        Refusal: It is damaged, unpacks or reaches too far, has macros, or is protected by a password.
    """
    return _inspect_compound_file(content) if content.startswith(_COMPOUND_FILE) else _inspect(content, max_bytes)


def read_sheets(content: bytes, notes: Notes) -> list[Sheet]:
    """Return the sheets of a workbook, in their order.

    Args:
        content: The file.
        notes: What `inspect` found.

    Raises:
        Refusal: It is damaged, or protected by a password.
    """
    try:
        workbook = CalamineWorkbook.from_filelike(BytesIO(content))
        sheets = [
            Sheet(
                sheet.name,
                sheet.visible == SheetVisibleEnum.Visible,
                workbook.get_sheet_by_name(sheet.name).to_python(skip_empty_area=False),
            )
            for sheet in workbook.sheets_metadata
        ]
    except PasswordError as error:
        raise Refusal(reason_code="password_protected") from error
    except (CalamineError, ValueError, OSError) as error:
        raise _refuse_unreadable(str(error)) from error
    except BaseException as error:
        # the reader's own, which no except Exception takes
        if type(error).__name__ != "PanicException":
            raise
        raise _refuse_unreadable(str(error)) from None
    if len({sheet.name for sheet in sheets}) != max(len(sheets), 1):
        raise _refuse_unreadable(", ".join(sheet.name for sheet in sheets))
    return [_fill_in(sheet, notes[sheet.name]) if sheet.name in notes else sheet for sheet in sheets]


def _refuse_unreadable(found: str) -> Refusal:
    return Refusal(reason_code="unreadable_file", found=found, expected=_KINDS)


def _fill_in(sheet: Sheet, notes: Mapping[Place, str]) -> Sheet:
    """Return a sheet with the texts of cells that were read as empty."""
    grid = [list(row) for row in sheet.grid]
    width = max([len(grid[0]) if grid else 0, *(place.column + 1 for place in notes)])
    height = max(len(grid), *(place.row + 1 for place in notes))
    grid = [row + [""] * (width - len(row)) for row in (*grid, *([] for _ in range(height - len(grid))))]
    for place, text in notes.items():
        if grid[place.row][place.column] == "":
            grid[place.row][place.column] = text
    return sheet._replace(grid=grid)


def _inspect_compound_file(content: bytes) -> Notes:
    if _ENCRYPTED in content:
        raise Refusal(reason_code="password_protected")
    if _OLD_MACROS in content:
        raise Refusal(reason_code="macro_file", found="_VBA_PROJECT_CUR", expected="xlsx")
    return {}


def _inspect(content: bytes, max_bytes: int) -> Notes:
    """Return what is found in a zipped workbook before it is unpacked."""
    try:
        with zipfile.ZipFile(BytesIO(content)) as archive:
            _check_entries(archive, len(content), max_bytes)
            if "content.xml" in archive.NameToInfo:
                return _inspect_open_document(archive.read("content.xml"))
            found = {
                entry.filename: notes
                for entry in archive.infolist()
                if entry.filename.startswith("xl/worksheets/") and (notes := _inspect_sheet(archive.read(entry)))
            }
            return {name: found[part] for part, name in _name_sheets(archive).items() if part in found} if found else {}
    except (
        *(zipfile.BadZipFile, zlib.error, OSError, EOFError, NotImplementedError, RuntimeError),
        *(ET.ParseError, expat.ExpatError, UnicodeDecodeError, KeyError, ValueError),
    ) as error:
        raise _refuse_unreadable(str(error)) from error


def _check_entries(archive: zipfile.ZipFile, size: int, max_bytes: int) -> None:
    """Look at what an archive says of its entries."""
    entries = archive.infolist()
    unpacked = sum([entry.file_size for entry in entries])
    if unpacked > max_bytes:
        raise Refusal(reason_code="unpacked_too_large", found=f"{unpacked} B", expected=f"{max_bytes} B")
    for entry in entries:
        name = entry.filename.casefold()
        if name.endswith("vbaproject.bin") or name.startswith(_MACRO_FOLDERS):
            raise Refusal(reason_code="macro_file", found=entry.filename, expected="xlsx")
    # what entries say of their size is only true if their checksums are
    if size * _MOST_TIMES_SMALLER > max_bytes and (damaged := archive.testzip()) is not None:
        raise _refuse_unreadable(damaged)
    manifest = archive.NameToInfo.get("META-INF/manifest.xml")
    if manifest is not None and b"encryption-data" in archive.read(manifest):
        raise Refusal(reason_code="password_protected")


def _inspect_sheet(sheet: bytes) -> dict[Place, str]:
    cells = _find_cells(sheet)
    is_unusual = any(sheet.find(sign, *cells) >= 0 for sign in _UNUSUAL)
    if is_unusual or _FAR_OR_SPACED.search(sheet, *cells):
        places = [parse_place(*found) for found in _PLACE.findall(sheet, *cells)]
        _check_extent(
            max(place.row for place in places) + 1, max(place.column for place in places) + 1
        ) if places else None
    notes = {}
    if _ERROR.search(sheet, *cells):
        notes = {parse_place(*found[:2]): found[2].decode() for found in _ERROR_CELL.findall(sheet, *cells)}
    if _WITHOUT_VALUE.search(sheet, *cells):
        notes |= {parse_place(*found[:2]): f"={found[3].decode()}" for found in _FORMULA_CELL.findall(sheet, *cells)}
    return notes


def _find_cells(sheet: bytes) -> tuple[int, int]:
    """Return where the cells of a sheet begin and end; the rules by which they are filled in follow, often longer."""
    begin, end = sheet.find(b"sheetData"), sheet.rfind(b"sheetData")
    return max(begin, 0), end if end > begin and sheet.endswith(b"</", 0, end) else len(sheet)


def parse_place(letters: bytes, row: bytes) -> Place:
    """Return the place that sheets name by these letters and digits; what they leave out is the first."""
    column = 0
    for letter in letters.upper():
        column = 26 * column + letter - ord("A") + 1
    return Place(int(row or 1) - 1, max(column, 1) - 1)


def _check_extent(rows: int, columns: int, most: int = _MAX_CELLS) -> None:
    extent = f"{rows} × {columns}"
    if rows > _MAX_ROWS or columns > _MAX_COLUMNS:
        raise _refuse_unreadable(extent)
    if rows * columns > most:
        raise Refusal(reason_code="unpacked_too_large", found=extent, expected=str(most))


def _name_sheets(archive: zipfile.ZipFile) -> dict[str, str]:
    """Return the name of the sheet of each part."""
    # expat limits what entities expand to
    relations, workbook = (
        ET.fromstring(archive.read(f"xl/{part}"))  # noqa: S314
        for part in ("_rels/workbook.xml.rels", "workbook.xml")
    )
    parts = {relation.attrib["Id"]: relation.attrib["Target"] for relation in relations}
    sheets = {sheet.attrib[f"{_RELATIONS}id"]: sheet.attrib["name"] for sheet in workbook.iter(f"{_MAIN}sheet")}
    return {f"xl/{parts[key].removeprefix('/xl/')}": name for key, name in sheets.items()}


def _inspect_open_document(content: bytes) -> Notes:
    notes: Notes = defaultdict(dict)
    name, row, column, repeated = "", 0, 0, 1

    def begin(element: str, attributes: dict[str, str]) -> None:
        nonlocal name, row, column, repeated
        if element == f"{_TABLE}table":
            name, row = attributes.get(f"{_TABLE}name", ""), 0
        elif element == f"{_TABLE}table-row":
            column, repeated = 0, int(attributes.get(f"{_TABLE}number-rows-repeated", 1))
        elif element in {f"{_TABLE}table-cell", f"{_TABLE}covered-table-cell"}:
            times = int(attributes.get(f"{_TABLE}number-columns-repeated", 1))
            formula = attributes.get(f"{_TABLE}formula", "")
            is_error = any(key.endswith(" value-type") and value == "error" for key, value in attributes.items())
            if f"{_OFFICE}value-type" in attributes:
                _check_extent(row + repeated, column + times, _MAX_REPEATED_CELLS)
            if is_error or (formula and f"{_OFFICE}value-type" not in attributes):
                notes[name][Place(row, column)] = "#ERROR" if is_error else f"={formula}"
            column += times

    def end(element: str) -> None:
        nonlocal row
        if element == f"{_TABLE}table-row":
            row += repeated

    parser = expat.ParserCreate(namespace_separator=" ")
    parser.StartElementHandler, parser.EndElementHandler = begin, end
    parser.Parse(content, True)  # noqa: FBT003 - expat's own
    return notes
