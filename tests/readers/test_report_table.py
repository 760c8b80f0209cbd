"""Tables of reports: the same numbers as in workbooks, every other cell accounted for, a bad line loses no good one."""

from __future__ import annotations

import csv
import datetime as dt
import re
from io import StringIO
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.layouts import find_form
from pipelines.settings import CHECKOUT
from readers.damaged_workbooks import PERSONS, SECRETS
from readers.reports import LAYOUTS, Found, check_account, list_faults, read_report, read_table
from readers.test_workbook import write as write_workbook

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from pipelines.layouts import Form

FORM_CODES = [form.form_code for layout in LAYOUTS for form in layout.forms]
SUBJECT = {
    "Biểu số": "2-BTCTW",
    "Đơn vị báo cáo": "Đảng bộ xã Thu Cúc",
    "Đơn vị cấp trên": "Đảng bộ huyện Tân Sơn",
    "Tỉnh, thành phố": "Phú Thọ",
    "Kỳ báo cáo": "6 tháng đầu năm 2024",
    "Ngày báo cáo": "5/7/2024",
}
COLUMNS = ("Trong kỳ", "Cùng kỳ năm trước", "So với cùng kỳ năm trước (%)")
HEADER = [*SUBJECT, "Chỉ tiêu", *COLUMNS]
TOTAL = [*SUBJECT.values(), "Tổng số đảng viên mới kết nạp", "30", "20", "150"]
WOMEN = [*SUBJECT.values(), "- Phụ nữ", "12", "", ""]


def write(*rows: Iterable[object], separator: str = ",", end: str = "\n") -> bytes:
    """Return a CSV file."""
    buffer = StringIO()
    csv.writer(buffer, delimiter=separator, lineterminator=end).writerows(rows)
    return buffer.getvalue().encode()


def change(row: Sequence[str], **cells: str) -> list[str]:
    """Return a row with other cells: of the subject, ``line``, ``this``, ``earlier``, ``percent``."""
    names = ("form", "organisation", "parent", "province", "period", "day", "line", "this", "earlier", "percent")
    return [cells.get(name, cell) for name, cell in zip(names, row, strict=True)]


def list_numbers(found: Found) -> list[tuple[Any, ...]]:
    columns = ("locator", "measure_code", "group_code", "statement_code", "value")
    return found.observations.select(columns).rows()


# numbers


def test_every_number_has_its_meaning_and_its_place() -> None:
    found = read_table(write(HEADER, TOTAL, WOMEN))

    assert list_faults(found) == []
    assert list_numbers(found) == [
        ("line 2, Trong kỳ", "admissions", "all", "level", 30),
        ("line 2, Cùng kỳ năm trước", "admissions", "all", "repeated_level", 20),
        ("line 2, So với cùng kỳ năm trước (%)", "admissions", "all", "percent_of_earlier", 150),
        ("line 3, Trong kỳ", "admissions", "women", "level", 12),
    ]
    check_account(found)


def test_each_report_says_whose_it_is_and_of_when() -> None:
    other = change(TOTAL, organisation="Đảng bộ xã Kim Thượng", period="năm 2023", day="", form="2-TCTW", line="Phụ nữ")
    rows = read_table(write(HEADER, TOTAL, other)).observations.rows(named=True)

    columns = ("organisation_name", "organisation_level", "parent_organisation_name", "province_name", "form_code")
    assert [tuple(row[name] for name in columns) for row in (rows[0], rows[3])] == [
        ("Đảng bộ xã Thu Cúc", "commune", "Đảng bộ huyện Tân Sơn", "Phú Thọ", "2-BTCTW"),
        ("Đảng bộ xã Kim Thượng", "commune", "Đảng bộ huyện Tân Sơn", "Phú Thọ", "2-TCTW"),
    ]
    assert [(row["period_type_code"], row["starts_on"], row["reported_on"]) for row in (rows[0], rows[3])] == [
        ("half_year", dt.date(2024, 1, 1), dt.date(2024, 7, 5)),
        ("year", dt.date(2023, 1, 1), None),
    ]


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_the_separator_is_found_and_a_mark_of_utf8_is_none_of_the_words(separator: str, end: str, mark: bytes) -> None:
    found = read_table(mark + write(HEADER, TOTAL, WOMEN, separator=separator, end=end))

    assert (found.observations.height, list_faults(found)) == (4, [])


def test_columns_stand_in_any_order_and_lines_and_columns_may_be_named_by_their_codes() -> None:
    header = ["this_period", "Mã biểu", "Thời kỳ", "Nội dung", "Tổ chức đảng báo cáo"]
    row = ["12", "Biểu số 2-BTCTW", "2024-H1", "admissions/women/level/period", "Đảng bộ xã Thu Cúc"]

    assert list_numbers(read_table(write(header, row))) == [("line 2, this_period", "admissions", "women", "level", 12)]


def test_a_line_is_known_by_where_it_begins_also_after_empty_ones_and_breaks_within_cells() -> None:
    note = [*change(WOMEN, line="- Phụ nữ"), "hai\ndòng"]
    found = read_table(write([*HEADER, "Ghi chú"], [], note, [""] * 11, [*TOTAL, ""]))

    assert [place for place, *_ in list_numbers(found)][:2] == ["line 3, Trong kỳ", "line 6, Trong kỳ"]
    check_account(found)


def test_lines_with_the_same_words_are_taken_in_their_order_within_each_report() -> None:
    words = ["Chuyển đến", "Trong tỉnh chuyển đến", "Chuyển đi", "Trong tỉnh chuyển đi"]
    rows = [
        change(
            TOTAL, form="1-BTCTW", organisation=f"Đảng bộ xã {name}", line=text, this=str(at), earlier="", percent=""
        )
        for at, text in enumerate(words)
        for name in ("Thu Cúc", "Kim Thượng")
    ]
    found = read_table(write(HEADER, *rows))

    assert list_faults(found) == []
    for _, report in found.observations.group_by("organisation_name"):
        assert report.select("measure_code", "group_code", "value").rows() == [
            ("transfers_in", "all", 0),
            ("transfers_in", "other_district", 1),
            ("transfers_out", "all", 2),
            ("transfers_out", "other_district", 3),
        ]


def test_a_report_bears_the_last_of_the_days_of_its_lines() -> None:
    found = read_table(write(HEADER, TOTAL, change(WOMEN, day="2024-07-08")))

    assert found.observations["reported_on"].unique().to_list() == [dt.date(2024, 7, 8)]


def test_a_number_keeps_its_name_when_lines_are_added_before_it() -> None:
    other = change(TOTAL, organisation="Đảng bộ xã Kim Thượng")
    before = read_table(write(HEADER, WOMEN)).observations["figure_id"]
    after = read_table(write(HEADER, other, TOTAL, WOMEN)).observations["figure_id"]

    assert before.is_in(after.implode()).all()
    assert after.is_unique().all()


@pytest.mark.parametrize("readme", ["README.md", "README.vi.md"])
def test_the_example_of_the_readme_is_read(readme: str) -> None:
    (example,) = re.findall(r"```csv\n(.*?)```", (CHECKOUT / readme).read_text(encoding="utf-8"), flags=re.DOTALL)
    found = read_table(example.encode())

    assert list_faults(found) == []
    assert [value for *_, value in list_numbers(found)] == [30, 20, 12, None, 3]


# faults


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        (change(WOMEN, this="nhiều"), ("invalid_number", "line 3, Trong kỳ", "nhiều")),
        (change(WOMEN, this="-3"), ("negative_count", "line 3, Trong kỳ", "-3")),
        (change(WOMEN, this="2,5"), ("fractional_count", "line 3, Trong kỳ", "2,5")),
        (change(WOMEN, this="9999999999999"), ("number_out_of_range", "line 3, Trong kỳ", "9999999999999")),
        (change(WOMEN, line="Trong đó"), ("unexpected_number", "line 3, Trong kỳ", "12")),
        (change(WOMEN, line="Dòng lạ"), ("unknown_line", "line 3, Chỉ tiêu", "Dòng lạ")),
        (TOTAL, ("duplicate_key", "line 3, Chỉ tiêu", "Tổng số đảng viên mới kết nạp")),
        (change(WOMEN, form="77-BTCTW"), ("wrong_form", "line 3, Biểu số", "77-BTCTW")),
        (change(WOMEN, form=""), ("wrong_form", "line 3, Biểu số", "–")),
        (change(WOMEN, organisation=""), ("missing_organisation", "line 3, Đơn vị báo cáo", "")),
        (change(WOMEN, period="vừa qua"), ("unknown_period", "line 3, Kỳ báo cáo", "vừa qua")),
        (change(WOMEN, period="2025"), ("period_after_report", "line 3, Kỳ báo cáo", "2025")),
        ([*WOMEN, ""], ("wrong_cell_count", "line 3", "11")),
        (WOMEN[:-1], ("wrong_cell_count", "line 3", "9")),
    ],
)
def test_a_bad_line_is_named_and_loses_no_good_one(row: list[str], expected: tuple[str, str, str]) -> None:
    found = read_table(write(HEADER, TOTAL, row))

    assert list_faults(found) == [expected]
    assert [number[-1] for number in list_numbers(found)] == [30, 20, 150]
    assert found.account["rejected_count"] > 0
    check_account(found)


def test_a_fault_of_a_report_is_named_once_for_all_its_lines() -> None:
    rows = [change(row, period="vừa qua") for row in (TOTAL, WOMEN)]
    found = read_table(write(HEADER, *rows))

    assert list_faults(found) == [("unknown_period", "line 2, Kỳ báo cáo", "vừa qua")]
    assert found.account["rejected_count"] == 4


def test_a_column_of_another_form_has_no_numbers_in_this_one() -> None:
    found = read_table(write([*HEADER, "Chi bộ cơ sở"], [*TOTAL, "5"], [*WOMEN, "x"]))

    assert list_faults(found) == [("unexpected_number", "line 2, Chi bộ cơ sở", "5")]
    assert len(list_numbers(found)) == 4
    check_account(found)


def test_a_column_that_no_form_has_is_named_once_if_it_has_numbers() -> None:
    header = ["TT", *HEADER, "Trong quý", "Ghi chú"]
    found = read_table(write(header, ["1", *TOTAL, "7", "tốt"], ["2", *WOMEN, "8", ""]))

    assert list_faults(found) == [("unexpected_column", "line 1, Trong quý", "Trong quý")]
    assert found.account["rejected_count"] == 2
    assert len(list_numbers(found)) == 4
    check_account(found)


def test_a_comma_that_is_not_quoted_moves_no_number_to_another_column() -> None:
    line = write(HEADER, TOTAL).replace(b",30,20,150", b",1,746,20")
    found = read_table(line + b"\n" + ",".join([*WOMEN[:3], '"Phú Thọ"', *WOMEN[4:-3], "1,746,,"]).encode())

    assert list_faults(found) == [("wrong_cell_count", "line 4", "11")]
    assert [number[-1] for number in list_numbers(found)] == [1, 746, 20]


# what is refused whole


@pytest.mark.parametrize(
    ("content", "reason_code", "said"),
    [
        (write(HEADER[1:], TOTAL[1:]), "missing_column", "Biểu số"),
        (write(HEADER[:-3], TOTAL[:-3]), "missing_column", "Trong kỳ"),
        (write([*HEADER, "Kỳ này"], [*TOTAL, "30"]), "ambiguous_columns", "Trong kỳ, Kỳ này"),
        (write([*HEADER, "Thời kỳ"], [*TOTAL, "2024"]), "ambiguous_columns", "Kỳ báo cáo, Thời kỳ"),
        (write(HEADER, TOTAL).decode().encode("utf-16"), "unreadable_file", "utf-8"),
        (write(HEADER, TOTAL) + b'"2-BTCTW,x', "unreadable_file", "line 3"),
        (b"", "unreadable_file", "UTF-8"),
        (b"\r\n,,\r\n", "unreadable_file", "UTF-8"),
    ],
)
def test_a_table_that_cannot_be_read_is_refused_whole(content: bytes, reason_code: str, said: str) -> None:
    found = read_table(content)
    ((reason, place, _),) = list_faults(found)

    assert (reason, place, found.observations.height) == (reason_code, "file", 0)
    assert said in found.rejections["message_vi"].item()
    check_account(found)


@pytest.mark.parametrize(
    "content",
    [
        write(["Họ và tên", "Ngày sinh", "Số CCCD"], *PERSONS),
        write(["Họ và tên", "Ngày sinh"], *(person[:2] for person in PERSONS)),
        write(*PERSONS),
        write([*HEADER, "Số CCCD"], [*TOTAL, ""]),
        write([*HEADER, "Ghi chú"], *([*TOTAL, " ".join(person)] for person in PERSONS)),
        write(HEADER, TOTAL, ["Họ tên", "Năm sinh"], *PERSONS),
    ],
)
def test_a_list_of_persons_leaves_nothing_of_its_content(content: bytes) -> None:
    found = read_table(content)

    assert [reason for reason, *_ in list_faults(found)] == ["lists_persons"]
    assert found.observations.is_empty()
    assert not any(secret in found.rejections.write_json() for secret in SECRETS)


# anything


def list_cells(form: Form) -> list[tuple[int, int]]:
    return [(row, column) for row in range(len(form.lines)) for column in range(len(form.columns))]


@pytest.mark.parametrize("form_code", FORM_CODES)
@settings(max_examples=15)
@given(data=st.data())
def test_a_table_says_what_a_workbook_with_the_same_cells_says(form_code: str, data: st.DataObject) -> None:
    cell = st.sampled_from(
        [0, 7, 30, 1746, 2.5, 0.3, -3, "1.746", "1 746", "39,66", "12%", "-", "x", "ba", "010", 10**13]
    )
    found_form = find_form(LAYOUTS, form_code)
    assert found_form is not None
    form = found_form[1]
    cells = data.draw(st.dictionaries(st.sampled_from(list_cells(form)), cell, min_size=1, max_size=40))

    subject = {**SUBJECT, "Biểu số": form_code}
    labels = [column.labels[0] for column in form.columns]
    sheet: dict[str, object] = {f"A{row}": f"{name}: {text}" for row, (name, text) in enumerate(subject.items(), 1)}
    sheet |= {f"{letter}8": label for letter, label in zip("CDEFG", labels, strict=False)}
    sheet |= {f"B{row}": line.text for row, line in enumerate(form.lines, 9)}
    sheet |= {f"{'CDEFG'[column]}{row + 9}": value for (row, column), value in cells.items()}
    rows = [
        [*subject.values(), line.text, *(cells.get((row, column), "") for column in range(len(labels)))]
        for row, line in enumerate(form.lines)
    ]
    in_workbook = read_report(write_workbook(sheet))
    in_table = read_table(write([*subject, "Chỉ tiêu", *labels], *rows))
    own = ("file_path", "file_sha256", "observation_id", "figure_id", "locator")

    assert in_table.observations.drop(own).rows() == in_workbook.observations.drop(own).rows()
    assert sorted(in_table.rejections.select("reason_code", "found", "expected").rows()) == sorted(
        in_workbook.rejections.select("reason_code", "found", "expected").rows()
    )
    check_account(in_table)


TEXTS = st.one_of(
    st.text("aăx-.,0159 %đ:\"'\n;", max_size=8),
    st.sampled_from(["-", "x", "1.746", "Phụ nữ", "Trong kỳ", "năm 2024", "1-TCTW", "Trong đó", "Kết nạp"]),
)


@settings(max_examples=150)
@given(
    header=st.lists(st.sampled_from([*HEADER, *HEADER, "Tổng số", "Chi bộ cơ sở", "Ghi chú", ""]), max_size=3),
    changes=st.lists(st.tuples(st.integers(0, 5), st.integers(0, 12), TEXTS), max_size=12),
)
def test_whatever_stands_in_the_cells_none_is_lost(header: list[str], changes: list[tuple[int, int, str]]) -> None:
    width = len(HEADER) + len(header)
    rows = [[*HEADER, *header], *([*row, *[""] * len(header)] for row in (TOTAL, WOMEN, TOTAL, WOMEN, TOTAL))]
    for row, column, text in changes:
        if row or column >= len(HEADER):
            rows[row][min(column, width - 1)] = text
    found = read_table(write(*rows))

    check_account(found)
    assert found.observations.select(pl.col("figure_id", "observation_id").is_unique().all()).row(0) == (True, True)
