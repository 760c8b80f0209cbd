"""Whatever is changed in a workbook at random, it is read to its end, no cell is lost, and no number is invented."""

from __future__ import annotations

import datetime as dt
import html
import random
import re
import zipfile
from decimal import Decimal
from io import BytesIO
from typing import TYPE_CHECKING, Any

import pytest
import xlsxwriter
from xlsxwriter.utility import xl_cell_to_rowcol

from readers.damaged_workbooks import (
    FILE,
    SHEET,
    STRINGS,
    Account,
    read_part,
    repack,
    write_old_workbook,
    write_open_document,
)
from readers.reports import LAYOUTS
from readers.test_workbook import HEAD, LINES

if TYPE_CHECKING:
    from collections.abc import Callable

    from readers.conftest import GuardedReader

    Cells = dict[tuple[int, int], Any]

MILLIONTH = Decimal("0.000001")
MARKS = ("-", "–", "—", "x", "X")
NUMERALS = {
    **dict.fromkeys(MARKS, (None,)),
    **{str(number): (number,) for number in (0, 7, 12, 2024)},
    **dict.fromkeys(("1.746", "1 746"), (1746,)),
    "1,746": (1746, Decimal("1.746")),
    "39,66": (Decimal("39.66"),),
    "12%": (12,),
    "ba": (3,),
    "3 triệu": (3_000_000,),
}
"""What a text may be read as: among counts, or among percentages."""
NO_NUMERALS = ("-3", "3-5", "1/2", "12*", "1O", "１２", "\u200b", "\n", "nhiều", "9" * 400, "dài " * 8000)
WORDS = (
    *("Phụ nữ", "Trong đó", "Trong kỳ", "Cùng kỳ năm trước", "Kỳ báo cáo: năm 2024", "Đơn vị báo cáo:", "Ngày báo cáo"),
    *("1-TCTW", "Biểu số 2-BTCTW", "Họ và tên", "Ngày sinh", "Số CCCD"),
)
NUMBERS = (0, 1, 2, -1, 7, 2024, 45478, 10**9, 10**12, 10**13, 2**53, 1e22, 1e300, -1e300, 5e-324)
FRACTIONS = (0.5, 1.75, 150.123456789, float("nan"), float("inf"))
DAYS = (dt.date(1900, 1, 1), dt.date(2024, 6, 30), dt.date(9999, 12, 31), dt.datetime.fromisoformat("2024-07-05T12:30"))
OTHERS = (True, False, dt.time(1, 2), dt.timedelta(days=40), *DAYS)
ANYTHING = ((*NUMERALS, " 7 "), NO_NUMERALS, WORDS, NUMBERS, FRACTIONS, OTHERS)
SHREDS = (
    "",
    "-1",
    "0",
    "9" * 20,
    "NaN",
    "1e999",
    "A1",
    "A0",
    "XFD1048576",
    "ZZZZ1",
    "s",
    "e",
    "b",
    "&amp;",
    "&x;",
    "\0",
)
PIECES = (
    *[r'(?<==")[^"<]*(?=")'] * 4,
    *[r"(?<=>)[^<]+(?=<)"] * 4,
    *[r"<((?:table:)?[a-z-]+)\b[^>]*>.*?</\1>"] * 2,
    r"<[^>]*>",
)
"""Attributes, texts, elements, tags: the first three leave the XML whole more often than not."""


# what is mutated


def fill_form(choice: random.Random) -> Cells:
    """Return the cells of a report on some form, some of its lines filled in."""
    form = choice.choice([form for layout in LAYOUTS for form in layout.forms])
    texts = {xl_cell_to_rowcol(place): text for place, text in HEAD.items()} | {(0, 3): f"Biểu số {form.form_code}"}
    cells: Cells = dict(texts)
    for row, line in enumerate(form.lines, 8):
        cells[row, 1] = line.text
        if line.label:
            cells |= {(row, column): choice.randrange(200) for column in (2, 3, 4) if choice.random() < 0.7}
    return cells


def write_cells(cells: Cells) -> bytes:
    """Return a workbook; what is no number of a spreadsheet is an error there."""
    buffer = BytesIO()
    options = {"in_memory": True, "default_date_format": "dd/mm/yyyy", "nan_inf_to_errors": True}
    with xlsxwriter.Workbook(buffer, options) as workbook:
        sheet = workbook.add_worksheet("Biểu 1")
        for (row, column), value in cells.items():
            sheet.write(row, column, value)
    return buffer.getvalue()


REPORTS = (
    write_cells(fill_form(random.Random(1))),
    write_cells(fill_form(random.Random(2))),
    write_old_workbook(HEAD | LINES),
    write_open_document(HEAD | LINES),
)


# how


def replace_cells(choice: random.Random, cells: Cells) -> Cells:
    """Put anything anywhere."""
    rows, columns = max(row for row, _ in cells) + 2, 8
    places = [(choice.randrange(rows), choice.randrange(columns)) for _ in range(choice.randint(1, 12))]
    values = [choice.choice(choice.choice(ANYTHING)) for _ in places]
    return cells | dict(zip(places, values, strict=True))


def move_rows(choice: random.Random, cells: Cells) -> Cells:
    """Insert, remove, repeat or shuffle rows."""
    return {(row, column): value for (column, row), value in move_columns(choice, turn(cells)).items()}


def move_columns(choice: random.Random, cells: Cells) -> Cells:
    """Insert, remove, repeat or shuffle columns."""
    order: list[int | None] = list(range(max(column for _, column in cells) + 1))
    for _ in range(choice.randint(1, 3)):
        at = choice.randrange(len(order))
        change = choice.randrange(4)
        if change == 0:
            order.insert(at, None)
        elif change == 1 and len(order) > 1:
            del order[at]
        elif change == 2:
            order.insert(at, choice.choice(order))
        else:
            choice.shuffle(order)
    moved = {
        (row, to): cells.get((row, at))
        for row in {row for row, _ in cells}
        for to, at in enumerate(order)
        if at is not None
    }
    return {place: value for place, value in moved.items() if value is not None}


def turn(cells: Cells) -> Cells:
    return {(column, row): value for (row, column), value in cells.items()}


def spoil_bytes(choice: random.Random) -> bytes:
    """Flip, cut out or repeat bytes of a file."""
    content = bytearray(choice.choice(REPORTS))
    for _ in range(choice.choice((1, 1, 1, 5, 50))):
        at = choice.randrange(len(content) - 1)
        length = choice.randint(1, min(600, len(content) - at))
        change = choice.randrange(4)
        if change == 0:
            content[at] ^= 1 << choice.randrange(8)
        elif change == 1:
            content[at] = choice.randrange(256)
        elif change == 2:
            del content[at : at + length - 1]
        else:
            content[at:at] = content[at : at + length]
    return bytes(content)


def spoil_part(choice: random.Random) -> bytes:
    """Change words, marks and numbers of the XML of a workbook, which stays a whole archive."""
    content = choice.choice([report for report in REPORTS if zipfile.is_zipfile(BytesIO(report))])
    with zipfile.ZipFile(BytesIO(content)) as archive:
        names = [name for name in archive.namelist() if name.endswith((".xml", ".rels"))]
    part = choice.choice([*[name for name in names if name in (SHEET, STRINGS)] * 5, *names])
    text = read_part(content, part).decode()
    for _ in range(choice.choice((1, 1, 2, 10))):
        pieces = list(re.finditer(choice.choice(PIECES), text, flags=re.DOTALL))
        if pieces:
            piece = choice.choice(pieces)
            other = choice.choice((choice.choice(SHREDS), piece[0] * 2, piece[0][: len(piece[0]) // 2]))
            text = text[: piece.start()] + other + text[piece.end() :]
    return repack(content, {part: text.encode()})


# what holds


def list_texts(content: bytes) -> set[str]:
    """Return all texts and attributes of a workbook's sheet and strings, numbers also as a reader prints them."""
    texts: set[str] = set()
    with zipfile.ZipFile(BytesIO(content)) as archive:
        for name in {SHEET, STRINGS, "content.xml"}.intersection(archive.namelist()):
            part = archive.read(name).decode()
            texts |= {html.unescape(text).strip() for text in re.findall(r'(?<=[>"])[^<>"]*', part)}
    return texts | {print_number(text) for text in texts}


def print_number(text: str) -> str:
    try:
        number = float(text)
    except ValueError:
        return text
    return str(int(number)) if number.is_integer() else str(number)


def list_values(cell: Any) -> tuple[Decimal | int | None, ...]:
    """Return what a cell may be read as."""
    if isinstance(cell, str):
        return NUMERALS.get(cell.strip(), ())
    if isinstance(cell, int | float) and not isinstance(cell, bool):
        return (Decimal(repr(float(cell))).quantize(MILLIONTH),)
    return ()


def find_invented(found: Account, cells: Cells) -> list[str]:
    """Return the observations that do not stand in the cell that they name."""
    invented = []
    for locator, value, statement in found.observations.select("locator", "value", "statement_code").rows():
        cell = cells.get(xl_cell_to_rowcol(locator.rpartition("!")[2]))
        values = list_values(cell)
        is_hundredfold = statement == "percent_of_earlier" and any(value == 100 * part for part in values if part)
        if value not in values and not is_hundredfold:
            invented.append(f"{locator}: {value} of {cell!r}")
    return invented


def is_refused(found: Account) -> bool:
    return [locator for _, locator in found.faults] == [FILE]


SEEDS = [number if number < 40 else pytest.param(number, marks=pytest.mark.slow) for number in range(400)]


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("change", [replace_cells, move_rows, move_columns])
def test_changed_cells_are_numbers_or_faults_or_furniture(
    change: Callable[[random.Random, Cells], Cells], seed: int, guarded_read: GuardedReader
) -> None:
    choice = random.Random(seed)
    cells = change(choice, fill_form(choice))
    found = guarded_read(write_cells(cells))

    assert found.is_balanced
    assert is_refused(found) or found.cell_count == len(cells)
    assert find_invented(found, cells) == []


@pytest.mark.parametrize("seed", SEEDS)
def test_a_file_with_other_bytes_is_read_to_its_end(seed: int, guarded_read: GuardedReader) -> None:
    found = guarded_read(spoil_bytes(random.Random(seed)))

    assert found.is_balanced
    assert found.observations["observation_id"].is_unique().all()


@pytest.mark.parametrize("seed", SEEDS)
def test_a_workbook_with_other_xml_is_read_to_its_end(seed: int, guarded_read: GuardedReader) -> None:
    content = spoil_part(random.Random(seed))
    found = guarded_read(content)

    assert found.is_balanced
    assert found.observations["observation_id"].is_unique().all()
    assert set(found.observations["printed"]) <= list_texts(content)
