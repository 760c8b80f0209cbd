"""Workbooks with one named fault each, as bytes, and what a reader has to say of them.

Nothing here is a file: workbooks are written with xlsxwriter and then damaged, part by part or byte by byte. What
xlsxwriter does not write (compound files of old versions, OpenDocument) is put together from its specification.
"""

from __future__ import annotations

import datetime as dt
import re
import struct
import zipfile
import zlib
from decimal import Decimal
from io import BytesIO
from typing import TYPE_CHECKING, Any, NamedTuple

import xlsxwriter

from readers.reports import read_report
from readers.test_workbook import HEAD, LINES, write

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    import polars as pl

SHEET = "xl/worksheets/sheet1.xml"
STRINGS = "xl/sharedStrings.xml"
MAX_BYTES = 10**7
FILE = "file"
"""Locator of what is wrong with a file as a whole."""

PERSONS = (
    ("Nguyễn Thị Thử", "1/2/1990", "001190000001"),
    ("Trần Văn Mẫu", "3/4/1991", "001091000002"),
    ("Lê Thị Ví Dụ", "5/6/1992", "025192000003"),
    ("Phạm Văn Bịa", "7/8/1993", "025093000004"),
)
"""Made up; nothing of them may be kept."""
SECRETS = frozenset(text for person in PERSONS for text in (*person, person[2].lstrip("0")))


class Account(NamedTuple):
    """What a reader made of a workbook.

    Attributes:
        observations: Schema `OBSERVATIONS`.
        rejections: Schema `REJECTIONS`.
        cell_count: Cells that are not empty; 0 of a file that is refused whole.
        furniture_count: Those that are neither numbers nor faults.
        found_count: Records found.
        accepted_count: Of them, observations.
        rejected_count: Of them, faults.
    """

    observations: pl.DataFrame
    rejections: pl.DataFrame
    cell_count: int
    furniture_count: int
    found_count: int
    accepted_count: int
    rejected_count: int

    @property
    def faults(self) -> list[tuple[str, str]]:
        """Reason and place of every fault."""
        return self.rejections.select("reason_code", "locator").rows()

    @property
    def numbers(self) -> dict[str, Decimal]:
        """The numbers that were accepted, by place."""
        return dict(self.observations.select("locator", "value").rows())

    @property
    def is_balanced(self) -> bool:
        """Whether every cell is one of three, or the file was refused whole."""
        is_refused = [locator for _, locator in self.faults] == [FILE]
        cells = 1 if is_refused else self.cell_count
        return (
            self.found_count == self.accepted_count + self.rejected_count
            and cells == self.found_count + self.furniture_count
            and self.accepted_count == self.observations.height
        )


def read(content: bytes) -> Account:
    """Read a workbook; the one place of these tests that knows the reader."""
    observations, rejections, account = read_report(content, max_bytes=MAX_BYTES)
    return Account(
        observations,
        rejections,
        account["cell_count"] or 0,
        account["furniture_count"] or 0,
        account["found_count"],
        account["accepted_count"],
        account["rejected_count"],
    )


class Fault(NamedTuple):
    """A damaged workbook.

    Attributes:
        name: What is wrong with it.
        build: Writes it.
        faults: Reason and place of every fault that has to be named.
        loaded: Every number that has to be accepted all the same, by place.
    """

    name: str
    build: Callable[[], bytes]
    faults: tuple[tuple[str, str], ...]
    loaded: Mapping[str, Decimal | int]


def at(place: str, sheet: str = "Biểu 1") -> str:
    """Return the locator of a cell."""
    return f"'{sheet}'!{place}"


GOOD = {at(place): value for place, value in LINES.items() if isinstance(value, int)}
"""The numbers of `REPORT`, by place."""
REPORT = write(HEAD | LINES)


def without(*places: str) -> dict[str, int]:
    """Return the numbers that remain where some are bad."""
    return {locator: value for locator, value in GOOD.items() if locator not in {at(place) for place in places}}


def refuse(reason_code: str, name: str, build: Callable[[], bytes]) -> Fault:
    """Return a workbook of which nothing is taken."""
    return Fault(name, build, ((reason_code, FILE),), {})


def reject_sheet(reason_code: str, name: str, cells: Mapping[str, Any]) -> Fault:
    """Return a workbook whose only report cannot be taken."""
    return Fault(name, lambda: write(cells), ((reason_code, "'Biểu 1'"),), {})


def reject_cell(reason_code: str, name: str, place: str, value: object) -> Fault:
    """Return a report with one bad cell that a program writes."""
    return Fault(name, lambda: write(HEAD | LINES | {place: value}), ((reason_code, at(place)),), without(place))


def reject_raw_cell(reason_code: str, name: str, xml: str, place: str = "C9") -> Fault:
    """Return a report with one bad cell as its XML has it."""
    return Fault(name, lambda: put_cell(REPORT, place, xml), ((reason_code, at(place)),), without(place))


def accept(name: str, build: Callable[[], bytes], loaded: Mapping[str, Decimal | int] = GOOD) -> Fault:
    """Return a workbook that looks damaged, and of which every number is to be taken."""
    return Fault(name, build, (), loaded)


# how a workbook is damaged


def repack(content: bytes, changes: Mapping[str, bytes | None]) -> bytes:
    """Return a workbook with other parts; None leaves one out."""
    buffer = BytesIO()
    with zipfile.ZipFile(BytesIO(content)) as source, zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as target:
        parts = {name: source.read(name) for name in source.namelist()} | changes
        for name, part in parts.items():
            if part is not None:
                target.writestr(name, part)
    return buffer.getvalue()


def read_part(content: bytes, name: str) -> bytes:
    """Return one part of a workbook."""
    with zipfile.ZipFile(BytesIO(content)) as archive:
        return archive.read(name)


def edit(content: bytes, name: str, old: str, new: str) -> bytes:
    """Return a workbook with other words in one of its parts."""
    part = read_part(content, name).decode()
    assert old in part
    return repack(content, {name: part.replace(old, new, 1).encode()})


def put_cell(content: bytes, place: str, xml: str) -> bytes:
    """Return a workbook with other XML for a cell that it has; `{}` stands for its place."""
    (old,) = re.findall(rf'<c r="{place}".*?</c>', read_part(content, SHEET).decode())
    return edit(content, SHEET, old, xml.format(f'r="{place}"'))


FAR_SPELLINGS = (
    *('r= "AAA9000"', 'r  ="AAA9000"', 'r\t="AAA9000"', 'r=\r"AAA9000"', 'r\n="AAA9000"'),
    *("r='AAA9000'", 'r="aaa9000"'),
)


def add_far_cell(column: str, row: int) -> bytes:
    """Return a workbook with a number in a place of its own below the others."""
    cell = f'<row r="{row}"><c r="{column}{row}"><v>7</v></c></row>'
    return edit(REPORT, SHEET, "</sheetData>", f"{cell}</sheetData>")


def replace_text(content: bytes, old: str, new: str) -> bytes:
    """Return a workbook with another text, as its XML has it."""
    return edit(content, STRINGS, f"<t>{old}</t>", f'<t xml:space="preserve">{new}</t>')


def cut_part(content: bytes, name: str) -> bytes:
    """Return a workbook of which one part breaks off in its middle."""
    part = read_part(content, name)
    return repack(content, {name: part[: len(part) // 2]})


def overwrite(content: bytes, signature: bytes, offset: int, field: bytes) -> bytes:
    """Return an archive with other bytes behind every signature of a kind of its records."""
    changed = bytearray(content)
    for match in re.finditer(re.escape(signature), content):
        start = match.start() + offset
        changed[start : start + len(field)] = field
    return bytes(changed)


LOCAL_HEADER, CENTRAL_HEADER, END_OF_DIRECTORY = b"PK\x03\x04", b"PK\x01\x02", b"PK\x05\x06"


def understate_sizes(content: bytes) -> bytes:
    """Return an archive that says of every entry that it unpacks to 100 bytes."""
    size = struct.pack("<I", 100)
    return overwrite(overwrite(content, CENTRAL_HEADER, 24, size), LOCAL_HEADER, 22, size)


def swell(content: bytes) -> bytes:
    """Return a workbook whose sheet unpacks to more than is allowed."""
    return edit(content, SHEET, "<sheetData>", f"<sheetData>{' ' * 2 * MAX_BYTES}")


def flip(content: bytes, name: str) -> bytes:
    """Return an archive in which one byte of an entry is another, so that its checksum is wrong."""
    changed = bytearray(content)
    changed[content.index(name.encode()) + len(name) + 20] ^= 0xFF
    return bytes(changed)


# other containers


def write_compound_file(streams: Mapping[str, bytes]) -> bytes:
    """Return a compound file, version 3, as [MS-CFB] has it; no stream is small enough for the mini stream."""
    free, end = 0xFFFFFFFF, 0xFFFFFFFE
    sectors: list[int] = [0xFFFFFFFD]
    body: list[bytes] = []

    def store(content: bytes, least: int) -> tuple[int, int]:
        padded = content.ljust(max(least, -(-len(content) // 512) * 512), b"\0")
        start, count = len(sectors), len(padded) // 512
        sectors.extend((*range(start + 1, start + count), end))
        body.append(padded)
        return start, len(padded)

    def describe(name: str, kind: int, right: int, child: int, start: int, size: int) -> bytes:
        text = f"{name}\0".encode("utf-16-le")
        links = (free, right, child, bytes(16), 0, 0, 0, start, size)
        return struct.pack("<64sHBBIII16sIQQIQ", text, len(text), kind, 1, *links)

    stored = {name: store(content, 4096) for name, content in streams.items()}
    entries = [describe("Root Entry", 5, free, 1, end, 0)]
    for number, (name, place) in enumerate(stored.items(), 1):
        entries.append(describe(name, 2, number + 1 if number < len(stored) else free, free, *place))
    directory, _ = store(b"".join(entries), 512)
    header = struct.pack(
        "<8s16sHHHHH6sIIIIIIIII",
        *(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", bytes(16), 0x3E, 3, 0xFFFE, 9, 6, bytes(6)),
        *(0, 1, directory, 0, 4096, end, 0, end, 0),
    )
    table = struct.pack("<109I", 0, *[free] * 108)
    allocation = struct.pack("<128I", *sectors, *[free] * (128 - len(sectors)))
    return b"".join((header, table, allocation, *body))


def write_old_workbook(cells: Mapping[str, Any], **streams: bytes) -> bytes:
    """Return a workbook of Excel 97 as [MS-XLS] describes it, with other streams beside it."""

    def record(kind: int, content: bytes) -> bytes:
        return struct.pack("<HH", kind, len(content)) + content

    def describe(place: str, value: Any) -> bytes:
        head = struct.pack("<HHH", int(place[1:]) - 1, ord(place[0]) - ord("A"), 0)
        if isinstance(value, str):
            text = value.encode("utf-16-le")
            return record(0x0204, head + struct.pack("<HB", len(text) // 2, 1) + text)
        return record(0x0203, head + struct.pack("<d", value))

    begin, end = struct.pack("<HHHHII", 0x0600, 0x0005, 0, 0, 0, 0), record(0x000A, b"")
    name = "Biểu 1".encode("utf-16-le")
    first = len(record(0x0809, begin)) + 4 + 8 + len(name) + len(end)
    sheet = struct.pack("<IBBBB", first, 0, 0, len(name) // 2, 1) + name
    book = record(0x0809, begin) + record(0x0085, sheet) + end
    begin = struct.pack("<HHHHII", 0x0600, 0x0010, 0, 0, 0, 0)
    rows = b"".join(describe(place, value) for place, value in sorted(cells.items(), key=lambda cell: cell[0][1:]))
    return write_compound_file({"Workbook": book + record(0x0809, begin) + rows + end} | streams)


def write_open_document(cells: Mapping[str, Any], *, changes: Mapping[str, bytes] = {}) -> bytes:
    """Return an OpenDocument spreadsheet with these cells, and other parts."""

    def describe(value: Any) -> str:
        if value is None:
            return "<table:table-cell/>"
        kind = "string" if isinstance(value, str) else "float"
        number = "" if isinstance(value, str) else f' office:value="{value}"'
        return f'<table:table-cell office:value-type="{kind}"{number}><text:p>{value}</text:p></table:table-cell>'

    rows = "".join(
        f"<table:table-row>{''.join(describe(cells.get(f'{column}{row}')) for column in 'ABCDE')}</table:table-row>"
        for row in range(1, 12)
    )
    spaces = " ".join(
        f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"' for name in ("office", "table", "text")
    )
    spaces += ' xmlns:calcext="urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0"'
    content = (
        f'<office:document-content {spaces} office:version="1.2"><office:body><office:spreadsheet>'
        f'<table:table table:name="Biểu 1">{rows}</table:table>'
        "</office:spreadsheet></office:body></office:document-content>"
    )
    manifest = (
        '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">'
        '<manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml"/></manifest:manifest>'
    )
    parts = {
        "mimetype": b"application/vnd.oasis.opendocument.spreadsheet",
        "content.xml": content.encode(),
        "META-INF/manifest.xml": manifest.encode(),
    }
    return write_archive(parts | changes)


def put_open_cell(xml: str) -> bytes:
    """Return an OpenDocument spreadsheet of a report with other XML for C9."""
    old = '<table:table-cell office:value-type="float" office:value="30"><text:p>30</text:p></table:table-cell>'
    return edit(write_open_document(HEAD | LINES), "content.xml", old, xml)


def write_archive(parts: Mapping[str, bytes]) -> bytes:
    """Return a zip archive."""
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, part in parts.items():
            archive.writestr(name, part)
    return buffer.getvalue()


def write_picture() -> bytes:
    """Return a workbook of which the only sheet has a picture and nothing else."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    header = chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0))
    picture = b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", zlib.compress(b"\0\0")) + chunk(b"IEND", b"")
    buffer = BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True}) as workbook:
        workbook.add_worksheet("Biểu 1").insert_image("A1", "report.png", {"image_data": BytesIO(picture)})
    return buffer.getvalue()


def list_persons(heads: Iterable[str], columns: Iterable[int] = (0, 1, 2), first: str = "A") -> dict[str, Any]:
    """Return the cells of a list of persons: heads, and these columns of `PERSONS`."""
    letters = [chr(ord(first) + step) for step in range(9)]
    cells: dict[str, Any] = {f"{letter}20": head for letter, head in zip(letters, heads, strict=False)}
    for row, person in enumerate(PERSONS, 21):
        cells |= {f"{letter}{row}": person[column] for letter, column in zip(letters, columns, strict=False)}
    return cells


def number_identities() -> dict[str, Any]:
    """Return a column of identity numbers that a spreadsheet took for numbers, and so without their zeros."""
    return {f"H{row}": int(person[2]) for row, person in enumerate(PERSONS, 21)}


def write_person_sheet(state: str) -> bytes:
    """Return a report, and a list of persons on a sheet that is not shown."""
    content = write(HEAD | LINES, list_persons(("Họ và tên", "Ngày sinh", "Số CCCD")), names=("Biểu 1", "DS"))
    return edit(content, "xl/workbook.xml", 'name="DS"', f'name="DS" state="{state}"')


CONTAINERS = (
    refuse("unreadable_file", "not a zip", lambda: b"no workbook"),
    refuse("unreadable_file", "an empty file", lambda: b""),
    refuse("unreadable_file", "one byte", lambda: b"P"),
    refuse("unreadable_file", "zeros", lambda: bytes(10_000)),
    refuse("unreadable_file", "an archive cut off in its first entry", lambda: REPORT[:100]),
    refuse("unreadable_file", "an archive cut off in its middle", lambda: REPORT[: len(REPORT) // 2]),
    refuse("unreadable_file", "an archive cut off in its directory", lambda: REPORT[:-200]),
    refuse("unreadable_file", "an archive without its end", lambda: REPORT[:-22]),
    refuse("unreadable_file", "an archive without its last byte", lambda: REPORT[:-1]),
    refuse("unreadable_file", "an archive without its beginning", lambda: REPORT[500:]),
    refuse("unreadable_file", "an archive without entries", lambda: write_archive({})),
    refuse("unreadable_file", "an archive of texts", lambda: write_archive({"readme.txt": b"text"})),
    refuse(
        "unreadable_file",
        "a document of another program, renamed",
        lambda: write_archive({"[Content_Types].xml": b"<Types/>", "word/document.xml": b"<document/>"}),
    ),
    refuse(
        "unreadable_file",
        "HTML, renamed",
        lambda: b"<html><body><table><tr><td>2-BTCTW</td></tr></table></body></html>",
    ),
    refuse(
        "unreadable_file", "CSV, renamed", lambda: "\n".join(f"{k},{v}" for k, v in (HEAD | LINES).items()).encode()
    ),
    refuse("unreadable_file", "a PDF, renamed", lambda: b"%PDF-1.7\n%%EOF\n"),
    refuse(
        "unreadable_file",
        "a directory with a wrong signature",
        lambda: overwrite(REPORT, CENTRAL_HEADER, 0, b"PK\x09\x09"),
    ),
    refuse(
        "unreadable_file",
        "a directory that is elsewhere",
        lambda: overwrite(REPORT, END_OF_DIRECTORY, 16, b"\xff\xff\xff\x7f"),
    ),
    refuse(
        "unreadable_file",
        "a directory with an unknown compression",
        lambda: overwrite(overwrite(REPORT, CENTRAL_HEADER, 10, b"\x63"), LOCAL_HEADER, 8, b"\x63"),
    ),
    refuse(
        "unreadable_file",
        "a directory that points beyond the file",
        lambda: overwrite(REPORT, CENTRAL_HEADER, 42, b"\xff\xff\xff\x7f"),
    ),
    refuse("unreadable_file", "a sheet with a wrong checksum", lambda: flip(REPORT, SHEET)),
    refuse("unpacked_too_large", "an archive that unpacks to too much", lambda: swell(REPORT)),
    refuse(
        "unreadable_file", "an archive that understates what it unpacks to", lambda: understate_sizes(swell(REPORT))
    ),
    refuse(
        "password_protected",
        "an encrypted workbook",
        lambda: write_compound_file({"EncryptedPackage": bytes(range(256)) * 32, "EncryptionInfo": b"\4\0\4\0\x40"}),
    ),
    refuse("macro_file", "macros", lambda: repack(REPORT, {"xl/vbaProject.bin": b"macro"})),
    refuse("macro_file", "macros under another name", lambda: repack(REPORT, {"xl/macros/VBAPROJECT.BIN": b"macro"})),
    refuse(
        "macro_file",
        "a workbook that says that it has macros",
        lambda: edit(
            repack(REPORT, {"xl/vbaProject.bin": b"macro"}),
            "[Content_Types].xml",
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml",
            "application/vnd.ms-excel.sheet.macroEnabled.main+xml",
        ),
    ),
    refuse(
        "macro_file",
        "a sheet of macros of Excel 4",
        lambda: repack(REPORT, {"xl/macrosheets/sheet1.xml": b"<worksheet/>"}),
    ),
    refuse(
        "macro_file",
        "macros in a workbook of Excel 97",
        lambda: write_old_workbook(HEAD | LINES, _VBA_PROJECT_CUR=b"macro"),
    ),
    accept("a workbook of Excel 97", lambda: write_old_workbook(HEAD | LINES)),
    refuse("unreadable_file", "a workbook of Excel 97, cut off", lambda: write_old_workbook(HEAD | LINES)[:1500]),
    refuse("unreadable_file", "a compound file of nothing", lambda: write_compound_file({"Contents": b"nothing"})),
    refuse(
        "unreadable_file",
        "a compound file with garbage for a workbook",
        lambda: write_compound_file({"Workbook": b"\xff" * 5000}),
    ),
    refuse(
        "unreadable_file",
        "the head of a compound file and garbage",
        lambda: write_compound_file({})[:512] + b"\xaa" * 3000,
    ),
    refuse("unreadable_file", "a workbook of Excel 2", lambda: b"\x09\x00\x04\x00\x02\x00\x10\x00" + bytes(100)),
    accept("an OpenDocument spreadsheet", lambda: write_open_document(HEAD | LINES)),
    refuse(
        "unreadable_file",
        "an OpenDocument spreadsheet without content",
        lambda: write_open_document({}, changes={"content.xml": b""}),
    ),
    refuse(
        "unreadable_file",
        "an OpenDocument spreadsheet that breaks off",
        lambda: cut_part(write_open_document(HEAD | LINES), "content.xml"),
    ),
    refuse(
        "unreadable_file",
        "an OpenDocument spreadsheet whose table does not end",
        lambda: edit(write_open_document(HEAD | LINES), "content.xml", "</table:table>", ""),
    ),
    Fault(
        "an error in an OpenDocument spreadsheet",
        lambda: put_open_cell(
            '<table:table-cell table:formula="of:=1/0" office:value-type="string" office:string-value="" '
            'calcext:value-type="error"><text:p>#DIV/0!</text:p></table:table-cell>'
        ),
        (("invalid_number", at("C9")),),
        without("C9"),
    ),
    Fault(
        "a formula of an OpenDocument spreadsheet that was never computed",
        lambda: put_open_cell('<table:table-cell table:formula="of:=5+7"/>'),
        (("formula_without_value", at("C9")),),
        without("C9"),
    ),
    refuse(
        "password_protected",
        "an encrypted OpenDocument spreadsheet",
        lambda: edit(
            write_open_document(HEAD | LINES, changes={"content.xml": bytes(range(256))}),
            "META-INF/manifest.xml",
            'manifest:media-type="text/xml"/>',
            'manifest:media-type="text/xml"><manifest:encryption-data/></manifest:file-entry>',
        ),
    ),
    refuse(
        "unpacked_too_large",
        "an OpenDocument spreadsheet with a row a million times",
        lambda: edit(
            write_open_document(HEAD | LINES),
            "content.xml",
            '<table:table-row><table:table-cell office:value-type="string"><text:p>I<',
            '<table:table-row table:number-rows-repeated="1000000">'
            '<table:table-cell office:value-type="string"><text:p>I<',
        ),
    ),
    refuse(
        "macro_file",
        "macros in an OpenDocument spreadsheet",
        lambda: write_open_document(HEAD | LINES, changes={"Basic/Standard/Module1.xml": b"<module/>"}),
    ),
)

PARTS = (
    refuse("unreadable_file", "no list of sheets", lambda: repack(REPORT, {"xl/workbook.xml": None})),
    refuse("unreadable_file", "no list of parts", lambda: repack(REPORT, {"xl/_rels/workbook.xml.rels": None})),
    refuse("unreadable_file", "a missing sheet", lambda: repack(REPORT, {SHEET: None})),
    refuse("unreadable_file", "no shared strings", lambda: repack(REPORT, {STRINGS: None})),
    refuse("unreadable_file", "a list of sheets that breaks off", lambda: cut_part(REPORT, "xl/workbook.xml")),
    refuse("unreadable_file", "a sheet that breaks off", lambda: cut_part(REPORT, SHEET)),
    refuse("unreadable_file", "shared strings that break off", lambda: cut_part(REPORT, STRINGS)),
    refuse("unreadable_file", "styles that break off", lambda: cut_part(REPORT, "xl/styles.xml")),
    refuse("unreadable_file", "a sheet that is no XML", lambda: repack(REPORT, {SHEET: bytes(range(256))})),
    refuse("unreadable_file", "an empty sheet part", lambda: repack(REPORT, {SHEET: b""})),
    refuse(
        "unreadable_file", "a shared string that is not there", lambda: edit(REPORT, SHEET, "<v>14</v>", "<v>9999</v>")
    ),
    refuse(
        "unreadable_file", "a cell of an unknown type", lambda: put_cell(REPORT, "C9", '<c {} t="zz"><v>30</v></c>')
    ),
    refuse("unreadable_file", "a cell without a place", lambda: put_cell(REPORT, "C9", '<c r="??"><v>30</v></c>')),
    refuse(
        "unreadable_file",
        "strings that refer to one another",
        lambda: edit(
            edit(REPORT, STRINGS, "<sst", '<!DOCTYPE s [<!ENTITY a "aaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]><sst'),
            *(STRINGS, "- Phụ nữ", "&b;"),
        ),
    ),
    refuse("unpacked_too_large", "a cell at the last row and column", lambda: add_far_cell("XFD", 1_048_576)),
    refuse("unpacked_too_large", "a cell far below and far to the right", lambda: add_far_cell("ZZ", 100_000)),
    refuse("unpacked_too_large", "a number in the last row", lambda: add_far_cell("C", 1_048_576)),
    *(
        refuse(
            "unpacked_too_large",
            f"a far cell, its place written {spelling!r}",
            lambda spelling=spelling: edit(add_far_cell("AAA", 9_000), SHEET, 'r="AAA9000"', spelling),
        )
        for spelling in FAR_SPELLINGS
    ),
    refuse(
        "unpacked_too_large",
        "a far cell behind a comment on the end of the cells",
        lambda: edit(add_far_cell("AAA", 9_000), SHEET, "<sheetData>", "<sheetData><!-- </sheetData> -->"),
    ),
    refuse(
        "unpacked_too_large",
        "a far cell of an element with a prefix, behind a comment on the end of the cells",
        lambda: edit(
            edit(add_far_cell("AAA", 9_000), SHEET, "<sheetData>", "<!-- </sheetData> --><x:sheetData>"),
            *(SHEET, "</sheetData><", "</x:sheetData><"),
        ),
    ),
    refuse(
        "unpacked_too_large",
        "a far cell, and no end of the cells",
        lambda: edit(add_far_cell("AAA", 9_000), SHEET, "</sheetData>", ""),
    ),
    Fault("a number in the last column", lambda: add_far_cell("XFD", 12), (("unexpected_number", at("XFD12")),), GOOD),
    refuse(
        "unreadable_file",
        "a cell beyond the last row and column",
        lambda: put_cell(REPORT, "C11", '<c r="ZZZZ99999999"><v>7</v></c>'),
    ),
    accept("a sheet that says to be huge", lambda: edit(REPORT, SHEET, 'ref="A1:E11"', 'ref="A1:XFD1048576"')),
    accept("a sheet that says to be small", lambda: edit(REPORT, SHEET, 'ref="A1:E11"', 'ref="A1"')),
    accept(
        "elements within elements, a hundred thousand deep",
        lambda: edit(REPORT, SHEET, "<sheetViews>", f"{'<x>' * 10**5}{'</x>' * 10**5}<sheetViews>"),
    ),
    accept("an element that ends by another name", lambda: edit(REPORT, SHEET, "</row>", "</rows>")),
    accept("no styles", lambda: repack(REPORT, {"xl/styles.xml": None})),
    accept("no theme, no properties", lambda: repack(REPORT, {"xl/theme/theme1.xml": None, "docProps/core.xml": None})),
    accept("bytes before the archive", lambda: b"\r\n" * 10 + REPORT),
    accept("bytes behind the archive", lambda: REPORT + bytes(10)),
    accept(
        "rows that are not in their order",
        lambda: repack(
            REPORT,
            {
                SHEET: re.sub(
                    rb"(<row r=\"9\".*?</row>)(<row r=\"10\".*?</row>)(<row r=\"11\".*?</row>)",
                    rb"\3\1\2",
                    read_part(REPORT, SHEET),
                )
            },
        ),
    ),
    accept(
        "a number from a workbook elsewhere",
        lambda: repack(
            put_cell(REPORT, "C9", "<c {}><f>[1]Sheet1!A1</f><v>30</v></c>"),
            {"xl/externalLinks/externalLink1.xml": b"<externalLink/>"},
        ),
    ),
    accept("three hundred sheets", lambda: write(HEAD | LINES, *[{"A1": "Ghi chú", "B2": 7}] * 299)),
    refuse("wrong_form", "a picture and nothing else", write_picture),
    refuse("wrong_form", "a sheet without cells", lambda: write({})),
)

SHEETS = (
    refuse(
        "unreadable_file",
        "two sheets of the same name",
        lambda: edit(
            write(HEAD | LINES, HEAD | LINES | {"C9": 31}), "xl/workbook.xml", 'name="Biểu 2"', 'name="Biểu 1"'
        ),
    ),
    accept(
        "an apostrophe in the name of a sheet",
        lambda: write(HEAD | LINES, names=("Biểu '24",)),
        {locator.replace("Biểu 1", "Biểu ''24"): value for locator, value in GOOD.items()},
    ),
    Fault(
        "a hidden form",
        lambda: write(HEAD | LINES, HEAD | LINES, names=("Biểu 1", "Cũ"), hidden=("Cũ",)),
        (("hidden_sheet", "'Cũ'"),),
        GOOD,
    ),
    Fault(
        "a form that is hidden so that no menu shows it",
        lambda: edit(
            write(HEAD | LINES, HEAD | LINES, names=("Biểu 1", "Cũ")),
            *("xl/workbook.xml", 'name="Cũ"', 'name="Cũ" state="veryHidden"'),
        ),
        (("hidden_sheet", "'Cũ'"),),
        GOOD,
    ),
    accept(
        "two forms in one workbook",
        lambda: write(HEAD | LINES, HEAD | {"D1": "Biểu số 1-BTCTW", "B9": "Kết nạp", "C9": 30}),
        GOOD | {at("C9", "Biểu 2"): 30},
    ),
    Fault(
        "two forms on one sheet",
        lambda: write(HEAD | LINES | {"D13": "Biểu số 1-BTCTW", "B15": "Khai trừ", "C15": 4}),
        (("unexpected_number", at("C15")),),
        GOOD,
    ),
    Fault(
        "a line twice",
        lambda: write(HEAD | LINES | {"B12": "Phụ nữ", "C12": 13}),
        (("unexpected_number", at("C12")),),
        GOOD,
    ),
    accept(
        "a line that is missing",
        lambda: write({place: value for place, value in (HEAD | LINES).items() if place[1:] != "11"}),
        without("C11"),
    ),
    Fault(
        "a line that the form does not have",
        lambda: write(HEAD | LINES | {"B12": "Dòng lạ", "C12": 4}),
        (("unexpected_number", at("C12")),),
        GOOD,
    ),
    Fault(
        "a line that the form does not have, with numbers that follow one another",
        lambda: write(HEAD | LINES | {"B12": "Dòng lạ", "C12": 4, "D12": 5, "E12": 6}),
        (("unexpected_number", at("C12")), ("unexpected_number", at("D12")), ("unexpected_number", at("E12"))),
        GOOD,
    ),
    Fault(
        "a line that the form does not have, below a single column",
        lambda: write(
            {k: v for k, v in (HEAD | LINES | {"B12": "Dòng lạ", "C12": 4}).items() if k[0] not in "DE"}
            | {"A1": "2-BTCTW"}
        ),
        (("unexpected_number", at("C12")),),
        without("D9", "E9"),
    ),
    Fault(
        "a number where the words of a line stand",
        lambda: write(HEAD | LINES | {"B11": 12}),
        (("unexpected_number", at("C11")),),
        without("C11"),
    ),
    Fault(
        "a number beside the table", lambda: write(HEAD | LINES | {"G11": 8}), (("unexpected_number", at("G11")),), GOOD
    ),
    Fault(
        "a number below the table", lambda: write(HEAD | LINES | {"D16": 8}), (("unexpected_number", at("D16")),), GOOD
    ),
    Fault(
        "a number beside a heading", lambda: write(HEAD | LINES | {"C10": 8}), (("unexpected_number", at("C10")),), GOOD
    ),
    refuse("wrong_form", "a form number that nobody knows", lambda: write(HEAD | LINES | {"D1": "Biểu số 77-BTCTW"})),
    refuse("wrong_form", "no form number", lambda: write({k: v for k, v in (HEAD | LINES).items() if k != "D1"})),
    reject_sheet("no_lines", "the number of another form", HEAD | LINES | {"D1": "Biểu số 1-BTCTW"}),
    reject_sheet("no_lines", "heads and no lines", HEAD),
    reject_sheet("no_lines", "no heads above the columns", {k: v for k, v in (HEAD | LINES).items() if k[1:] != "8"}),
    reject_sheet("no_lines", "heads below the lines", {k.replace("8", "30"): v for k, v in (HEAD | LINES).items()}),
    Fault(
        "a column without a head",
        lambda: write({k: v for k, v in (HEAD | LINES).items() if k != "D8"}),
        (("unexpected_number", at("D9")),),
        without("D9"),
    ),
    Fault(
        "a head over two columns",
        lambda: edit(
            write({k: v for k, v in (HEAD | LINES).items() if k != "D8"}),
            *(SHEET, "</sheetData>", '</sheetData><mergeCells count="1"><mergeCell ref="C8:D8"/></mergeCells>'),
        ),
        (("unexpected_number", at("D9")),),
        without("D9"),
    ),
    reject_sheet("ambiguous_columns", "two columns with the same head", HEAD | LINES | {"D8": "Trong kỳ"}),
    accept(
        "columns that have changed places",
        lambda: write(HEAD | LINES | {"C8": HEAD["E8"], "E8": HEAD["C8"], "C9": 150, "E9": 30, "C11": 120}),
        {at("C9"): 150, at("D9"): 20, at("E9"): 30, at("C11"): 120},
    ),
    reject_sheet("missing_organisation", "nobody's report", HEAD | LINES | {"A2": "Đơn vị báo cáo:"}),
    reject_sheet("missing_organisation", "a report of dots", HEAD | LINES | {"A2": "Đơn vị báo cáo: ………………"}),
    reject_sheet("unknown_period", "a report without a period", {k: v for k, v in (HEAD | LINES).items() if k != "A3"}),
    *(
        Fault(
            f"a report of {text!r}",
            lambda text=text: write(HEAD | LINES | {"A3": f"Kỳ báo cáo: {text}"}),  # type: ignore[misc]
            (("unknown_period", at("A3")),),
            {},
        )
        for text in (
            "vừa qua",
            "quý V năm 2024",
            "tháng 13 năm 2024",
            "từ 31/12/2024 đến 1/1/2024",
            "từ 30/2/2024 đến 31/3/2024",
            "từ 1/1/0001 đến 31/12/0001",
            "năm 0001",
            "9999",
        )
    ),
    Fault(
        "a report of a day",
        lambda: write(HEAD | LINES | {"A3": "Kỳ báo cáo", "C3": dt.date(2024, 6, 30)}),
        (("unknown_period", at("C3")),),
        {},
    ),
    Fault(
        "a report of a period that begins after the report",
        lambda: write(HEAD | LINES | {"A3": "Kỳ báo cáo: năm 2098"}),
        (("period_after_report", at("A3")),),
        {},
    ),
    accept("a report of a day that is none", lambda: write(HEAD | LINES | {"A6": "Ngày báo cáo: 31/2/2024"})),
    *(
        accept(
            f"a report of the day {number}",
            lambda number=number: write(HEAD | LINES | {"A6": "Ngày báo cáo", "C6": number}),  # type: ignore[misc]
        )
        for number in (-(10**9), 0.5, 10**15)
    ),
)

CELLS = (
    reject_cell("invalid_number", "words", "C9", "ba mươi người"),
    reject_cell("negative_count", "a negative number", "C9", -3),
    reject_cell("negative_count", "a negative number as text", "C9", "-3"),
    reject_cell("fractional_count", "a fraction", "C9", 2.5),
    reject_cell("fractional_count", "a fraction as text", "C9", "2,5"),
    reject_cell("number_out_of_range", "a number with 14 digits", "C9", 10**13),
    reject_cell("number_out_of_range", "a number with 300 digits", "C9", 1e300),
    reject_cell("number_out_of_range", "a number with 60 digits as text", "C9", "9" * 60),
    accept("a zero that was computed", lambda: write(HEAD | LINES | {"C9": 0.1 + 0.2 - 0.3}), GOOD | {at("C9"): 0}),
    reject_cell("invalid_number", "a percentage among counts", "C9", "30%"),
    reject_cell("negative_count", "a negative percentage", "E9", -150),
    reject_cell("invalid_number", "a percentage in words", "E9", "tăng"),
    accept(
        "a percentage with more decimals than are kept",
        lambda: write(HEAD | LINES | {"E9": "150,123456789"}),
        GOOD | {at("E9"): Decimal("150.123457")},
    ),
    reject_cell("invalid_number", "a boolean", "C9", True),
    reject_cell("invalid_number", "a date", "C9", dt.date(2024, 1, 30)),
    reject_cell("invalid_number", "a range", "C9", "3-5"),
    reject_cell("invalid_number", "a range in words", "C9", "8 đến 15"),
    reject_cell("invalid_number", "a ratio", "C9", "3/5"),
    reject_cell("invalid_number", "a mark of a footnote", "C9", "30 (1)"),
    reject_cell("invalid_number", "an asterisk", "C9", "30*"),
    reject_cell("invalid_number", "a unit behind the number", "C9", "30 đồng chí"),
    reject_cell("invalid_number", "a letter for a zero", "C9", "3O"),
    reject_cell("invalid_number", "full-width digits", "C9", "３０"),
    reject_cell("invalid_number", "digits of another script", "C9", "३०"),
    reject_cell("invalid_number", "a fraction behind a separator of thousands", "C9", "1.746,5"),
    reject_cell("invalid_number", "two kinds of separators", "C9", "1.746,500"),
    reject_cell("invalid_number", "groups of two digits", "C9", "17.46.00"),
    reject_cell("invalid_number", "two numbers", "C9", "12; 13"),
    reject_cell("invalid_number", "a control character", "C9", "3\x070"),
    reject_cell("invalid_number", "a question mark", "C9", "?"),
    reject_cell("invalid_number", "dots", "C9", "…"),
    *(
        reject_raw_cell("invalid_number", f"the error {error}", f'<c {{}} t="e"><v>{error}</v></c>')
        for error in ("#REF!", "#DIV/0!", "#N/A", "#VALUE!", "#NAME?", "#NULL!", "#NUM!")
    ),
    reject_raw_cell("invalid_number", "a boolean that a formula gives", '<c {} t="b"><f>1=1</f><v>1</v></c>'),
    reject_raw_cell("invalid_number", "no number", "<c {}><v>NaN</v></c>"),
    reject_raw_cell("number_out_of_range", "infinity", "<c {}><v>INF</v></c>"),
    reject_raw_cell("number_out_of_range", "a number beyond what a computer counts", "<c {}><v>1e999</v></c>"),
    reject_raw_cell("invalid_number", "words in place of a number", "<c {}><v>nhiều</v></c>"),
    reject_raw_cell("formula_without_value", "a formula that was never computed", "<c {}><f>5+7</f></c>"),
    reject_raw_cell(
        "invalid_number", "a megabyte of text", f'<c {{}} t="inlineStr"><is><t>{"dài " * 2**18}</t></is></c>'
    ),
    reject_raw_cell(
        "invalid_number", "a megabyte of digits", f'<c {{}} t="inlineStr"><is><t>{"9" * 2**20}</t></is></c>'
    ),
    accept(
        "a megabyte of spaces behind a number",
        lambda: replace_text(write(HEAD | LINES | {"A1": "Ghi chú"}), "Ghi chú", f"1{' ' * 2**20}."),
    ),
    accept(
        "a megabyte of words in an organisation's parent",
        lambda: replace_text(REPORT, HEAD["A4"], f"{HEAD['A4']}{' hai xã' * 2**17}"),
    ),
    accept("a line break within the words of a line", lambda: replace_text(REPORT, "- Phụ nữ", "- Phụ&#10;nữ")),
    accept("control characters in a note", lambda: write(HEAD | LINES | {"B13": "\x01ghi\x1fchú\x7f"})),
    accept("spaces that do not break within the words of a line", lambda: write(HEAD | LINES | {"B11": "Phụ\u00a0nữ"})),
    accept(
        "letters that nobody sees around the words of a line",
        lambda: write(HEAD | LINES | {"B11": "\u200bPhụ nữ\ufeff"}),
    ),
    accept("words in the decomposed form", lambda: write(HEAD | LINES | {"B11": "Phu\u0323 nu\u031b\u0303"})),
)

LISTS_OF_PERSONS = (
    Fault(
        "one identity number beside a report",
        lambda: write(HEAD | LINES | {"H9": PERSONS[0][2]}),
        (("unexpected_number", at("H9")),),
        GOOD,
    ),
    Fault(
        "an identity number in place of a number",
        lambda: write(HEAD | LINES | {"C9": PERSONS[0][2]}),
        (("invalid_number", at("C9")),),
        without("C9"),
    ),
    refuse("lists_persons", "names and days of birth", lambda: write(list_persons(("Họ và tên", "Ngày sinh"), (0, 1)))),
    refuse(
        "lists_persons",
        "names and days of birth below a report",
        lambda: write(HEAD | LINES | list_persons(("Họ và tên", "Ngày sinh"), (0, 1))),
    ),
    refuse(
        "lists_persons",
        "names and years of birth with line breaks in their heads",
        lambda: write(HEAD | LINES, list_persons(("HỌ VÀ\nTÊN", "Ngày, tháng,\nnăm sinh"), (0, 1))),
    ),
    refuse(
        "lists_persons",
        "names and days of birth under longer heads",
        lambda: write(HEAD | LINES, list_persons(("Họ và tên đảng viên", "Ngày sinh (dương lịch)"), (0, 1))),
    ),
    refuse(
        "lists_persons",
        "identity numbers under their head",
        lambda: write(HEAD | LINES, list_persons(("Số CCCD",), (2,))),
    ),
    refuse(
        "lists_persons",
        "identity numbers under a longer head",
        lambda: write(HEAD | LINES, list_persons(("Số CMND/CCCD",), (2,))),
    ),
    refuse(
        "lists_persons",
        "identity numbers as text, without a head",
        lambda: write(HEAD | LINES | list_persons((), (2,), "H")),
    ),
    refuse(
        "lists_persons",
        "identity numbers as numbers, without a head",
        lambda: write(HEAD | LINES | number_identities()),
    ),
    refuse(
        "lists_persons",
        "identity numbers with spaces",
        lambda: write(
            HEAD | LINES | {f"H{row}": f"{i[:3]} {i[3:6]} {i[6:9]} {i[9:]}" for row, (*_, i) in enumerate(PERSONS, 9)}
        ),
    ),
    refuse(
        "lists_persons",
        "identity numbers within sentences",
        lambda: write(HEAD | LINES | {f"H{row}": f"{name}, CCCD {i}" for row, (name, _, i) in enumerate(PERSONS, 9)}),
    ),
    refuse("lists_persons", "persons on a hidden sheet", lambda: write_person_sheet("hidden")),
    refuse("lists_persons", "persons on a sheet that no menu shows", lambda: write_person_sheet("veryHidden")),
    refuse(
        "lists_persons",
        "persons in a workbook of Excel 97",
        lambda: write_old_workbook(list_persons(("Họ và tên", "Ngày sinh"), (0, 1))),
    ),
)

FAULTS = (*CONTAINERS, *PARTS, *SHEETS, *CELLS, *LISTS_OF_PERSONS)
