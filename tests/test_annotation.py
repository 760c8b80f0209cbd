"""A copy has its marks where the faults are, and is otherwise the file: it is read again as the file was."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING, Any

import openpyxl
import pytest
import xlsxwriter
from readers.damaged_workbooks import FAULTS, MAX_BYTES, SECRETS, Fault
from readers.reports import LAYOUTS, Found, list_faults, read_report, read_table
from readers.test_report_table import COLUMNS, HEADER, TOTAL, WOMEN, change
from readers.test_report_table import write as write_table
from readers.test_workbook import HEAD, LINES, write
from typer.testing import CliRunner

from pipelines.annotation import FAULTS_SHEET, NotCopied, annotate
from pipelines.cli import app
from pipelines.forms import Subject, write_form
from pipelines.layouts import find_form
from pipelines.periods import Period

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

FAULTY = HEAD | LINES | {"C9": "ba mươi", "C11": -3, "E11": "=C11*2"}
NOT_COMPARED = frozenset(
    {"no number", "infinity", "a number beyond what a computer counts", "a number in the last row"}
)
"""What no spreadsheet writes as a number (in the copy the cell is marked, and empty), and what takes long to read."""
REFUSED = {
    ((reason_code, "file"),)
    for reason_code in ("lists_persons", "macro_file", "password_protected", "unreadable_file", "unpacked_too_large")
}
NUMBERS = ("figure_id", "locator", "printed", "value", "value_status", "organisation_name", "starts_on", "reported_on")
SAID = ("reason_code", "locator", "found", "expected", "message_vi", "message_en")


def copy(content: bytes, found: Found | None = None) -> bytes:
    rejections = (found or read_report(content)).rejections
    return annotate(content, rejections, reader_name="workbook", max_bytes=MAX_BYTES)


def copy_table(content: bytes) -> bytes:
    return annotate(content, read_table(content).rejections, reader_name="report_table", max_bytes=MAX_BYTES)


def look_at(content: bytes) -> Any:
    return openpyxl.load_workbook(BytesIO(content))


def list_marks(workbook: Any) -> dict[str, str]:
    """Return the comments of cells that are coloured, by place."""
    marks = {
        f"{sheet.title}!{cell.coordinate}": cell.comment.text
        for sheet in workbook
        for row in sheet.iter_rows()
        for cell in row
        if cell.comment is not None
    }
    coloured = {
        f"{sheet.title}!{cell.coordinate}"
        for sheet in workbook
        for row in sheet.iter_rows()
        for cell in row
        if cell.fill.fgColor.rgb == "00FFC7CE"
    }
    assert coloured == set(marks)
    return marks


# workbooks


def test_a_bad_cell_is_coloured_and_says_why_in_both_languages() -> None:
    assert list_marks(look_at(copy(write(FAULTY)))) == {
        "Biểu 1!C9": "Không phải là số: ba mươi. Cần: 0, 812, 1.746.\nNot a number: ba mươi. Expected: 0, 812, 1.746.",
        "Biểu 1!C11": "Số đếm âm: -3. Cần: 0, 1, 2, ….\nA negative count: -3. Expected: 0, 1, 2, ….",
    }


def test_the_first_sheet_lists_every_fault_with_a_link_to_its_place() -> None:
    content = write(FAULTY, HEAD | LINES | {"A3": "Kỳ báo cáo: vừa qua"}, names=["Bản 'mới' 2", "Biểu 2"])
    workbook = look_at(copy(content))
    sheet = workbook.worksheets[0]
    rows = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=4)]

    assert (sheet.title, workbook.active.title) == (FAULTS_SHEET, FAULTS_SHEET)
    assert [tuple(row) for row in rows] == [
        (fault["locator"], fault["found"] or None, *(fault[name] for name in SAID[3:]))
        for fault in read_report(content).rejections.rows(named=True)
    ]
    assert [sheet.cell(row, 1).hyperlink.location for row in (4, 5, 6)] == [
        "'Bản ''mới'' 2'!C9",
        "'Bản ''mới'' 2'!C11",
        "'Biểu 2'!A3",
    ]
    assert [other.sheet_view.tabSelected for other in workbook] == [True, False, False]


@pytest.mark.parametrize(
    ("content", "place", "said"),
    [
        (write(HEAD | LINES | {"A2": ""}), "Biểu 1!A1", "Không có tên đơn vị báo cáo"),
        (write({"A1": "Ghi chú"}, {"A1": "Biểu số 77-BTCTW"}), "Biểu 1!A1", "Không tìm thấy biểu mẫu đã biết"),
        (write(HEAD | LINES, HEAD | LINES, hidden=["Biểu 2"]), "Biểu 2!A1", "Trang tính bị ẩn có biểu mẫu"),
    ],
)
def test_a_fault_of_a_sheet_or_file_stands_at_its_first_cell(content: bytes, place: str, said: str) -> None:
    ((marked, text),) = list_marks(look_at(copy(content))).items()

    assert marked == place
    assert text.startswith(said)


def test_formulas_and_protection_stay() -> None:
    layout_and_form = find_form(LAYOUTS, "2-BTCTW")
    assert layout_and_form is not None
    buffer = BytesIO()
    numbers = {
        "admissions/all/level/period": {"this_period": 30, "earlier_period": 20},
        "admissions/women/level/period": {"this_period": "nhiều"},
    }
    subject = Subject("Đảng bộ xã Thu Cúc", "Đảng bộ huyện Tân Sơn", "Phú Thọ")
    write_form(*layout_and_form, subject, Period.half_year(2024, 1), buffer, numbers=numbers)
    before, after = look_at(buffer.getvalue()).worksheets[0], look_at(copy(buffer.getvalue())).worksheets[1]

    assert after["E11"].value == before["E11"].value
    assert after["E11"].value.startswith("=IF(")
    assert after.protection.sheet
    assert (after["C11"].protection.locked, after["B11"].protection.locked) == (False, True)
    assert len(after.data_validations.dataValidation) == len(before.data_validations.dataValidation) > 0
    assert after.column_dimensions["G"].hidden == before.column_dimensions["G"].hidden
    check_reading(buffer.getvalue())


def check_reading(content: bytes) -> None:
    """The copy of a workbook is read as the workbook is."""
    before = read_report(content, max_bytes=MAX_BYTES)
    after = read_report(copy(content, before), max_bytes=MAX_BYTES)

    assert after.observations.select(NUMBERS).rows() == before.observations.select(NUMBERS).rows()
    assert after.rejections.select(SAID).rows() == before.rejections.select(SAID).rows()
    assert before.rejections.height > 0


@pytest.mark.parametrize(
    "fault",
    [fault for fault in FAULTS if fault.faults and fault.faults[0][1] != "file" and fault.name not in NOT_COMPARED],
    ids=lambda fault: fault.name,
)
def test_the_copy_of_a_damaged_workbook_is_read_as_it_is(fault: Fault) -> None:
    check_reading(fault.build())


def write_faulty(change: Callable[[Any], object]) -> bytes:
    """Return a workbook with faults, of which more is written than the values of cells."""
    buffer = BytesIO()
    with xlsxwriter.Workbook(buffer) as workbook:
        sheet = workbook.add_worksheet("Biểu 1")
        for place, value in FAULTY.items():
            sheet.write(place, value)
        change(sheet)
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("formula", "value"),
    [("=5+7", 12), ("=A1", "1.746"), ("=1/0", "#DIV/0!"), ("=TRUE()", True), ('=""', ""), ("=A1", "x < y & z")],
)
def test_a_formula_keeps_the_value_that_it_had(formula: str, value: object) -> None:
    content = write_faulty(lambda sheet: sheet.write_formula("D11", formula, None, value))

    assert look_at(copy(content))["Biểu 1"]["D11"].value == formula
    check_reading(content)


def test_what_a_merged_cell_covers_is_not_lost() -> None:
    content = write_faulty(lambda sheet: [sheet.merge_range("F9:G9", ""), sheet.write("G9", 8)])

    assert ("unexpected_number", "'Biểu 1'!G9", "8") in list_faults(read_report(content))
    check_reading(content)


def test_the_marks_of_an_earlier_copy_are_gone_from_the_next() -> None:
    first = look_at(copy(write(FAULTY)))
    first["Biểu 1"]["C9"] = 30
    buffer = BytesIO()
    first.save(buffer)
    second = look_at(copy(buffer.getvalue()))

    assert second.sheetnames == [FAULTS_SHEET, "Biểu 1"]
    assert "Biểu 1!C11" in list_marks(second)
    assert "Biểu 1!C9" not in list_marks(second)


@pytest.mark.parametrize(
    "fault", [fault for fault in FAULTS if fault.faults[:1] in REFUSED], ids=lambda fault: fault.name
)
def test_what_may_not_be_kept_or_cannot_be_read_is_not_copied(fault: Fault) -> None:
    content = fault.build()
    found = read_report(content, max_bytes=MAX_BYTES)

    with pytest.raises(NotCopied) as refusal:
        copy(content, found)
    assert refusal.value.message_vi == found.rejections["message_vi"].item()


# tables


def test_of_a_table_the_header_and_the_bad_lines_are_copied_and_marked() -> None:
    bad = [change(WOMEN, this="nhiều"), [*change(WOMEN, period="vừa qua")], WOMEN[:-1]]
    workbook = look_at(copy_table(write_table(HEADER, TOTAL, *bad)))
    rows = [[cell.value for cell in row] for row in workbook.worksheets[1].iter_rows()]

    assert [row[0] for row in rows] == ["Dòng · Line", "3", "4", "5"]
    assert rows[0][1:] == HEADER
    assert rows[1][1:] == [text or None for text in bad[0]]
    assert list(list_marks(workbook)) == ["Dòng có lỗi!I2", "Dòng có lỗi!F3", "Dòng có lỗi!A4"]
    assert rows[1][HEADER.index(COLUMNS[0]) + 1] == "nhiều"


def test_a_table_without_a_column_is_copied_with_its_header_only() -> None:
    workbook = look_at(copy_table(write_table(HEADER[1:], TOTAL[1:])))

    assert workbook.worksheets[1].max_row == 1
    assert list(list_marks(workbook)) == ["Dòng có lỗi!A1"]


def test_texts_of_a_table_are_no_formulas() -> None:
    workbook = look_at(copy_table(write_table(HEADER, change(TOTAL, organisation="=1+1"))))

    assert workbook.worksheets[1]["C2"].data_type == "s"


# the command


def run(*arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(app, ["read", *arguments], env={"COLUMNS": "200"})
    return result.exit_code, result.output


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_the_copy_lies_where_the_command_runs(folder: Path) -> None:
    (folder / "bao-cao.xlsx").write_bytes(write(FAULTY))
    exit_code, output = run("bao-cao.xlsx", "--annotate")

    assert exit_code == 1
    assert output.endswith("bản sao       bao-cao.loi.xlsx\n")
    assert len(list_marks(look_at((folder / "bao-cao.loi.xlsx").read_bytes()))) == 2


def test_the_copy_lies_where_it_is_asked_for(folder: Path) -> None:
    (folder / "bang.csv").write_bytes(write_table(HEADER, TOTAL, WOMEN[:-1]))
    exit_code, _ = run("bang.csv", "--annotate", "--output", "sua.xlsx")

    assert exit_code == 1
    assert look_at((folder / "sua.xlsx").read_bytes()).sheetnames == [FAULTS_SHEET, "Dòng có lỗi"]


def test_a_file_without_faults_needs_no_copy(folder: Path) -> None:
    (folder / "bao-cao.xlsx").write_bytes(write(HEAD | LINES))
    exit_code, output = run("bao-cao.xlsx", "--annotate", "--lang", "en")

    assert exit_code == 0
    assert "no copy is written: the file has no fault" in output
    assert [file.name for file in folder.iterdir()] == ["bao-cao.xlsx"]


@pytest.mark.parametrize(
    "fault",
    [fault for fault in FAULTS if fault.faults == (("lists_persons", "file"),)],
    ids=lambda fault: fault.name,
)
def test_nothing_of_a_list_of_persons_is_shown_or_written(fault: Fault, folder: Path) -> None:
    (folder / "bao-cao.xlsx").write_bytes(fault.build())
    exit_code, output = run("bao-cao.xlsx", "--annotate")

    assert exit_code == 1
    assert "không ghi bản sao: Tệp có vẻ là danh sách cá nhân" in output
    assert [file.name for file in folder.iterdir()] == ["bao-cao.xlsx"]
    assert not any(secret in output for secret in SECRETS)


def test_only_reports_are_copied(folder: Path) -> None:
    (folder / "figures.csv").write_bytes(b"figure_id\n1\n")
    exit_code, output = run("figures.csv", "--annotate", "--lang", "en")

    assert exit_code == 1
    assert "no copy is written" in output
    assert [file.name for file in folder.iterdir()] == ["figures.csv"]


@pytest.mark.parametrize(
    "options", [["--output", "x.xlsx"], ["--annotate", "--output", "bao-cao.xlsx"], ["--annotate", "--output", "no/x"]]
)
def test_a_copy_that_cannot_be_written_is_refused(options: list[str], folder: Path) -> None:
    content = write(FAULTY)
    (folder / "bao-cao.xlsx").write_bytes(content)

    assert run("bao-cao.xlsx", *options)[0] == 2
    assert (folder / "bao-cao.xlsx").read_bytes() == content
