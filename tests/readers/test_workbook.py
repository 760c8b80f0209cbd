"""Reports in workbooks: every number is read as it stands, every other cell is accounted for, every fault is named."""

from __future__ import annotations

import datetime as dt
import zipfile
from decimal import Decimal
from io import BytesIO
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.layouts import find_form
from pipelines.observations import RawFile
from pipelines.readers.workbook import read_workbooks
from readers.reports import LAYOUTS, Found, check_account, list_faults
from readers.reports import read_report as read

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pipelines.layouts import Layout
    from pipelines.observations import Intake

FORM_CODES = [form.form_code for layout in LAYOUTS for form in layout.forms]
HEAD = {
    "D1": "Biểu số 2-BTCTW",
    "A2": "Đơn vị báo cáo: Đảng bộ xã Thu Cúc",
    "A3": "Kỳ báo cáo: 6 tháng đầu năm 2024",
    "A4": "Đơn vị cấp trên: Đảng bộ huyện Tân Sơn",
    "A5": "Tỉnh, thành phố: Phú Thọ",
    "A6": "Ngày báo cáo: 5/7/2024",
    "A8": "TT",
    "B8": "Chỉ tiêu",
    "C8": "Trong kỳ",
    "D8": "Cùng kỳ năm trước",
    "E8": "So với cùng kỳ năm trước (%)",
}
LINES = {
    "A9": "I",
    "B9": "Tổng số đảng viên mới kết nạp",
    "C9": 30,
    "D9": 20,
    "E9": 150,
    "B10": "Trong đó",
    "B11": "- Phụ nữ",
    "C11": 12,
}


def write(*sheets: Mapping[str, Any], names: Sequence[str] = (), hidden: Sequence[str] = ()) -> bytes:
    """Return a workbook with these cells."""
    buffer = BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True, "default_date_format": "dd/mm/yyyy"}) as workbook:
        for number, cells in enumerate(sheets):
            sheet = workbook.add_worksheet(names[number] if names else f"Biểu {number + 1}")
            for place, value in cells.items():
                sheet.write(place, value)
            if sheet.name in hidden:
                sheet.hide()
    return buffer.getvalue()


def list_numbers(found: Found) -> list[tuple[Any, ...]]:
    columns = ("locator", "measure_code", "group_code", "statement_code", "value")
    return found.observations.select(columns).rows()


# numbers


def test_every_number_has_its_meaning_and_its_place() -> None:
    found = read(write(HEAD | LINES))

    assert list_faults(found) == []
    assert list_numbers(found) == [
        ("'Biểu 1'!C9", "admissions", "all", "level", 30),
        ("'Biểu 1'!D9", "admissions", "all", "repeated_level", 20),
        ("'Biểu 1'!E9", "admissions", "all", "percent_of_earlier", 150),
        ("'Biểu 1'!C11", "admissions", "women", "level", 12),
    ]
    check_account(found)


def test_a_report_says_whose_it_is_and_of_when() -> None:
    rows = read(write(HEAD | LINES)).observations.rows(named=True)

    assert {row["organisation_name"] for row in rows} == {"Đảng bộ xã Thu Cúc"}
    assert {row["organisation_level"] for row in rows} == {"commune"}
    assert {row["parent_organisation_name"] for row in rows} == {"Đảng bộ huyện Tân Sơn"}
    assert {row["province_name"] for row in rows} == {"Phú Thọ"}
    assert {row["form_code"] for row in rows} == {"2-BTCTW"}
    assert {row["reported_on"] for row in rows} == {dt.date(2024, 7, 5)}
    assert [(row["period_type_code"], row["starts_on"], row["ends_on"]) for row in rows[:2]] == [
        ("half_year", dt.date(2024, 1, 1), dt.date(2024, 6, 30)),
        ("half_year", dt.date(2023, 1, 1), dt.date(2023, 6, 30)),
    ]
    assert (rows[2]["base_starts_on"], rows[2]["base_ends_on"]) == (dt.date(2023, 1, 1), dt.date(2023, 6, 30))


@pytest.mark.parametrize("cell", [dt.date(2024, 7, 5), 45478, "5/7/2024", "ngày 05-07-2024", "5.7.2024"])
def test_the_day_of_a_report_may_be_a_date_its_number_or_words(cell: object) -> None:
    rows = read(write(HEAD | LINES | {"A6": "Ngày báo cáo", "C6": cell})).observations

    assert rows["reported_on"].unique().to_list() == [dt.date(2024, 7, 5)]


def test_what_stands_below_the_lines_is_no_number_unless_it_is_one() -> None:
    footer = {"B14": "Người lập biểu", "D14": dt.date(2024, 7, 5), "D15": "Thu Cúc, ngày 5 tháng 7 năm 2024", "D16": 7}

    assert list_faults(read(write(HEAD | LINES | footer))) == [("unexpected_number", "'Biểu 1'!D16", "7")]


def test_a_stock_is_of_the_day_before_the_period_or_of_its_last() -> None:
    cells = HEAD | {
        "D1": "Biểu số 1-BTCTW",
        "B9": "Đảng viên đầu kỳ",
        "C9": 500,
        "B10": "Đảng viên cuối kỳ",
        "C10": 510,
    }
    rows = read(write(cells)).observations.rows(named=True)

    assert [(row["measure_code"], row["statement_code"], row["period_type_code"], row["ends_on"]) for row in rows] == [
        ("members", "repeated_level", "instant", dt.date(2023, 12, 31)),
        ("members", "level", "instant", dt.date(2024, 6, 30)),
    ]


def test_lines_with_the_same_words_are_taken_in_their_order() -> None:
    words = ["Chuyển đến", "Trong tỉnh chuyển đến", "Chuyển đi", "Trong tỉnh chuyển đi", "Kết nạp"]
    cells = HEAD | {"D1": "1-BTCTW"} | {f"B{9 + row}": text for row, text in enumerate(words)}
    cells |= {f"C{9 + row}": row for row in range(len(words))}

    assert [(measure, group, value) for _, measure, group, _, value in list_numbers(read(write(cells)))] == [
        ("transfers_in", "all", 0),
        ("transfers_in", "other_district", 1),
        ("transfers_out", "all", 2),
        ("transfers_out", "other_district", 3),
        ("admissions", "all", 4),
    ]


@pytest.mark.parametrize(
    ("cell", "printed", "value"),
    [
        (0, "0", 0),
        ("0", "0", 0),
        ("1.746", "1.746", 1746),
        ("1 746", "1 746", 1746),
        ("1,746", "1,746", 1746),
        (1746.0, "1746", 1746),
        (" 12 ", "12", 12),
        ("=5+7", "0", 0),
    ],
)
def test_a_count_is_read_as_it_stands(cell: object, printed: str, value: int) -> None:
    rows = read(write(HEAD | LINES | {"C9": cell})).observations.rows(named=True)

    assert (rows[0]["printed"], rows[0]["value"], rows[0]["value_status"]) == (printed, value, "reported")


@pytest.mark.parametrize("cell", ["-", "–", "x", "X"])
def test_a_mark_says_that_a_line_does_not_apply(cell: str) -> None:
    rows = read(write(HEAD | LINES | {"C9": cell})).observations.rows(named=True)

    assert (rows[0]["printed"], rows[0]["value"], rows[0]["value_status"]) == (cell, None, "not_applicable")


def test_an_empty_cell_was_not_reported() -> None:
    cells = HEAD | {place: value for place, value in LINES.items() if place != "C9"}

    assert [place for place, *_ in list_numbers(read(write(cells)))] == ["'Biểu 1'!D9", "'Biểu 1'!E9", "'Biểu 1'!C11"]


@pytest.mark.parametrize(("cell", "value"), [(150, 150), (1.5, 150), ("150,0", 150), (1.47, Decimal("1.47"))])
def test_a_percentage_may_be_kept_as_a_hundredth_if_the_counts_say_so(cell: object, value: object) -> None:
    (shown,) = [
        value
        for *_, statement, value in list_numbers(read(write(HEAD | LINES | {"E9": cell})))
        if statement == "percent_of_earlier"
    ]

    assert shown == value


# where things stand


def test_blank_rows_and_columns_and_merged_heads_do_not_matter() -> None:
    def move(place: str) -> str:
        return f"{chr(ord(place[0]) + 2)}{int(place[1:]) * 2 + 3}"

    moved = read(write({move(place): value for place, value in (HEAD | LINES).items()}))

    assert [row[1:] for row in list_numbers(moved)] == [row[1:] for row in list_numbers(read(write(HEAD | LINES)))]
    check_account(moved)


def test_a_column_is_what_the_lowest_words_above_it_say() -> None:
    found = read(write(HEAD | LINES | {"C8": "", "D2": "Trong kỳ"}))

    assert list_faults(found) == [
        ("unexpected_number", f"'Biểu 1'!C{row}", text) for row, text in ((9, "30"), (11, "12"))
    ]
    assert [row[3:] for row in list_numbers(found)] == [("repeated_level", 20), ("percent_of_earlier", 150)]
    check_account(found)


def test_the_row_that_numbers_the_columns_is_none_of_the_numbers() -> None:
    cells = HEAD | {f"{column}9": text for column, text in zip("ABCDE", ["A", "B", 1, 2, 3], strict=True)}
    cells |= {f"{place[0]}{int(place[1:]) + 1}": value for place, value in LINES.items()}
    found = read(write(cells))

    assert list_faults(found) == []
    assert len(list_numbers(found)) == 4
    check_account(found)


def test_each_sheet_is_a_report_of_its_own() -> None:
    found = read(
        write(HEAD | LINES, HEAD | LINES | {"A2": "Đơn vị báo cáo: Đảng bộ xã Kim Thượng"}, {"A1": "Ghi chú", "B2": 7})
    )

    assert found.observations["organisation_name"].unique(maintain_order=True).to_list() == [
        "Đảng bộ xã Thu Cúc",
        "Đảng bộ xã Kim Thượng",
    ]
    assert found.observations["figure_id"].is_unique().all()
    check_account(found)


@pytest.mark.parametrize("form_code", FORM_CODES)
def test_every_line_of_every_form_is_read_back(form_code: str) -> None:
    found_form = find_form(LAYOUTS, form_code)
    assert found_form is not None
    form = found_form[1]
    column = form.columns[0]
    cells: dict[str, Any] = HEAD | {"D1": f"Biểu số {form_code}", "C8": column.labels[0]}
    for row, line in enumerate(form.lines, 9):
        cells |= {f"A{row}": line.code, f"B{row}": line.text} | ({f"C{row}": row} if line.label else {})
    found = read(write({place: value for place, value in cells.items() if value != ""}))
    meanings = {row: form.find_meaning(line, column) for row, line in enumerate(form.lines, 9)}

    assert list_faults(found) == []
    assert [(measure, group, value) for _, measure, group, _, value in list_numbers(found)] == [
        (meaning.measure, meaning.group, row) for row, meaning in meanings.items() if meaning
    ]
    check_account(found)


# faults


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"C9": "ba mươi"}, [("invalid_number", "'Biểu 1'!C9", "ba mươi")]),
        ({"C9": -3}, [("negative_count", "'Biểu 1'!C9", "-3")]),
        ({"C9": 2.5}, [("fractional_count", "'Biểu 1'!C9", "2.5")]),
        ({"C9": 10**13}, [("number_out_of_range", "'Biểu 1'!C9", "10000000000000")]),
        ({"C9": True}, [("invalid_number", "'Biểu 1'!C9", "True")]),
        ({"C9": dt.date(2024, 1, 30)}, [("invalid_number", "'Biểu 1'!C9", "2024-01-30")]),
        ({"C9": "8 đến 15"}, [("invalid_number", "'Biểu 1'!C9", "8 đến 15")]),
        ({"C10": 5}, [("unexpected_number", "'Biểu 1'!C10", "5")]),
        ({"B12": "Dòng lạ", "C12": 4}, [("unexpected_number", "'Biểu 1'!C12", "4")]),
        ({"G11": 8}, [("unexpected_number", "'Biểu 1'!G11", "8")]),
    ],
)
def test_a_bad_cell_is_named_and_the_others_are_read(
    changes: dict[str, Any], expected: list[tuple[str, str, str]]
) -> None:
    found = read(write(HEAD | LINES | changes))

    assert list_faults(found) == expected
    assert len(list_numbers(found)) == 4 - sum(place in LINES for place in changes)
    check_account(found)


@pytest.mark.parametrize(
    ("cells", "reason_code"),
    [
        (HEAD | LINES | {"A2": "Đơn vị báo cáo:"}, "missing_organisation"),
        (HEAD | LINES | {"A3": "Kỳ báo cáo: vừa qua"}, "unknown_period"),
        (HEAD, "no_lines"),
        (HEAD | LINES | {"D1": "Biểu số 77-BTCTW"}, "wrong_form"),
        ({"A1": "Ghi chú"}, "wrong_form"),
        (HEAD | LINES | {"F8": "Họ và tên", "G8": "Ngày sinh"}, "lists_persons"),
        (HEAD | LINES | {"F8": "Số CCCD"}, "lists_persons"),
        (HEAD | LINES | {f"H{row}": f"00{row}0123456789"[:12] for row in range(10, 14)}, "lists_persons"),
    ],
)
def test_a_report_that_cannot_be_placed_is_refused_whole(cells: dict[str, Any], reason_code: str) -> None:
    found = read(write(cells))

    assert [fault[0] for fault in list_faults(found)] == [reason_code]
    assert found.observations.is_empty()


def test_a_message_about_a_period_is_in_one_language() -> None:
    (row,) = read(write(HEAD | LINES | {"A3": "Kỳ báo cáo: vừa qua"})).rejections.iter_rows(named=True)

    forms = "6 tháng đầu năm 2024, quý III/2024, tháng 7 năm 2024, năm 2024, từ 01/01/2024 đến 30/6/2024"
    assert row["message_vi"] == f"Không đọc được kỳ báo cáo: vừa qua. Cần: {forms}."
    assert row["message_en"] == f"The period of the report cannot be read: vừa qua. Expected: {forms}."


def test_a_list_of_persons_leaves_nothing_of_its_content() -> None:
    persons = {"A1": "Họ và tên", "B1": "Ngày sinh", "A2": "Nguyễn Thị Thử", "B2": "1/2/1990"}
    rejections = read(write(HEAD | LINES, persons)).rejections

    assert "Nguyễn Thị Thử" not in rejections.write_json()
    assert "1/2/1990" not in rejections.write_json()


@pytest.mark.parametrize(
    "odd", [{"C11": "Số CCCD"}, {"E11": "Số CCCD"}, {"A8": "Trong kỳ"}, {"B1": "Phụ nữ"}, {"F9": 7}]
)
def test_what_is_found_in_a_workbook_does_not_depend_on_those_before_it(odd: dict[str, Any]) -> None:
    contents = {"plain": write(HEAD | LINES), "odd": write(HEAD | LINES | odd)}
    alone = {name: look_at(read_named(name, contents[name])) for name in contents}

    for first, second in (("plain", "odd"), ("odd", "plain")):
        layouts = list(LAYOUTS)
        before = {name: look_at(read_named(name, contents[name], layouts)) for name in (first, second, first)}

        assert before == alone


def read_named(name: str, content: bytes, layouts: Sequence[Layout] = ()) -> Intake:
    """Read a workbook; what is found of sheets is remembered as long as the layouts are the same object."""
    file = RawFile("commune_reports", f"commune_reports/{name}.xlsx", content)
    return read_workbooks([file], layouts or list(LAYOUTS), max_bytes=10**8)


def look_at(intake: Intake) -> dict[str, list[tuple[Any, ...]]]:
    return {part: rows.rows() for part, rows in intake.parts.items()}


def test_a_hidden_form_is_a_fault_and_nothing_of_it_is_read() -> None:
    found = read(write(HEAD | LINES, HEAD | LINES | {"C9": 999}, names=["Biểu 2", "Bản cũ"], hidden=["Bản cũ"]))

    assert list_faults(found) == [("hidden_sheet", "'Bản cũ'", "Bản cũ")]
    assert 999 not in found.observations["value"].to_list()
    check_account(found)


def test_what_is_no_workbook_is_refused() -> None:
    assert [fault[0] for fault in list_faults(read(b"no workbook"))] == ["unreadable_file"]
    assert [fault[0] for fault in list_faults(read(write(HEAD | LINES)[:-200]))] == ["unreadable_file"]


def test_a_workbook_that_unpacks_to_too_much_is_refused_unread() -> None:
    assert [fault[0] for fault in list_faults(read(write(HEAD | LINES), max_bytes=1000))] == ["unpacked_too_large"]


def test_a_workbook_with_macros_is_refused_unread() -> None:
    buffer = BytesIO(write(HEAD | LINES))
    with zipfile.ZipFile(buffer, "a") as archive:
        archive.writestr("xl/vbaProject.bin", b"macro")

    assert [fault[0] for fault in list_faults(read(buffer.getvalue()))] == ["macro_file"]


# anything


CELLS = st.one_of(
    st.integers(-5, 5000),
    st.floats(-10, 10, allow_nan=False),
    st.booleans(),
    st.dates(dt.date(1950, 1, 1), dt.date(2030, 1, 1)),
    st.text("Aaăx-.,0159 %đ:", max_size=8),
    st.sampled_from(["-", "x", "1.746", "Phụ nữ", "Trong kỳ", "Kỳ báo cáo: năm 2024", "Biểu số 1-TCTW", "=1/0"]),
)
PLACES = st.tuples(st.sampled_from("ABCDEFG"), st.integers(1, 14)).map(lambda place: f"{place[0]}{place[1]}")


@settings(max_examples=150)
@given(changes=st.dictionaries(PLACES, CELLS, max_size=12))
def test_whatever_stands_in_the_cells_none_is_lost(changes: dict[str, Any]) -> None:
    found = read(write({place: value for place, value in (HEAD | LINES | changes).items() if value != ""}))

    check_account(found)
    assert found.observations.select(pl.col("figure_id").is_unique().all()).item()


@settings(max_examples=100)
@given(number=st.integers(0, 99_999_999) | st.integers(0, 10**12 - 1))
def test_a_count_keeps_all_its_digits(number: int) -> None:
    found = read(write(HEAD | LINES | {"C9": number}))

    assert found.observations.filter(pl.col("locator") == "'Biểu 1'!C9")["value"].to_list() == [number]


@settings(max_examples=100)
@given(number=st.floats(0, 10**7, allow_nan=False).map(lambda number: round(number, 6)))
def test_a_percentage_keeps_all_its_digits(number: float) -> None:
    cells = {place: value for place, value in (HEAD | LINES).items() if place != "D9"} | {"E9": number}
    found = read(write(cells)).observations.filter(pl.col("locator") == "'Biểu 1'!E9")

    assert found["value"].to_list() == [Decimal(str(number))]
    assert Decimal(found["printed"].item()) == Decimal(str(number))


def test_a_hundredth_of_a_percentage_is_as_precise_as_it_is_written() -> None:
    found = read(write(HEAD | LINES | {"C9": 5, "D9": 6, "E9": 0.8333}))
    row = found.observations.filter(pl.col("locator") == "'Biểu 1'!E9").row(0, named=True)

    assert (row["printed"], row["value"], row["printed_precision"]) == ("0.8333", Decimal("83.33"), Decimal("0.01"))
