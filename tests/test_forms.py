"""A form that is written, filled in and read gives the numbers that were filled in; a blank one gives none."""

from __future__ import annotations

import datetime as dt
import zipfile
from decimal import Decimal
from io import BytesIO
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from readers.reports import LAYOUTS
from readers.reports import read_report as read
from typer.testing import CliRunner

from pipelines.cli import app
from pipelines.commands.forming import list_subjects
from pipelines.forms import Numbers, Subject, list_checks, write_form
from pipelines.layouts import find_form
from pipelines.periods import Period, parse_period

if TYPE_CHECKING:
    from pathlib import Path

    from pipelines.layouts import Form, Layout

FORM_CODES = [form.form_code for layout in LAYOUTS for form in layout.forms]
SUBJECT = Subject("Đảng bộ xã Thu Cúc", "Đảng bộ huyện Tân Sơn", "Phú Thọ")
PERIODS = ["2024-H1", "2024-H2", "2024", "2024-Q3", "2024-07", "2024-M9", "2021/2023"]


def find(form_code: str) -> tuple[Layout, Form]:
    found = find_form(LAYOUTS, form_code)
    assert found is not None
    return found


def write(form_code: str, numbers: Numbers, period: Period | None = None) -> bytes:
    buffer = BytesIO()
    write_form(*find(form_code), SUBJECT, period or Period.half_year(2024, 1), buffer, numbers=numbers)
    return buffer.getvalue()


@pytest.mark.parametrize("form_code", FORM_CODES)
def test_a_blank_form_has_no_number_and_no_fault(form_code: str) -> None:
    found = read(write(form_code, {}))

    assert found.account["cell_count"] == found.account["furniture_count"] > 0
    assert found.rejections.is_empty()


@pytest.mark.parametrize("form_code", FORM_CODES)
@settings(max_examples=20)
@given(data=st.data())
def test_what_is_filled_in_is_what_is_read(form_code: str, data: st.DataObject) -> None:
    form = find(form_code)[1]
    count = st.one_of(st.none(), st.integers(0, 99_999))
    meanings = {
        (line.key, column.code): meaning
        for line in form.lines
        for column in form.columns
        if not column.statement and (meaning := form.find_meaning(line, column)) is not None
    }
    filled = {cell: number for cell in meanings if (number := data.draw(count)) is not None}
    numbers: dict[str, dict[str, float | str | None]] = {}
    for (line_key, code), number in filled.items():
        numbers.setdefault(line_key, {})[code] = number
    found = read(write(form_code, numbers))
    counts = found.observations.filter(~pl.col("statement_code").is_in(["percent_of_earlier", "share"]))

    assert found.rejections.is_empty()
    assert {figure_id.partition("/")[2]: value for figure_id, value in shorten(counts)} == {
        meanings[cell].key: number for cell, number in filled.items()
    }
    assert counts.height == len(filled)


def shorten(rows: pl.DataFrame) -> list[tuple[str, Decimal]]:
    """Return the end of each ``figure_id``, from the sheet on, and the number."""
    return [(figure_id.partition("#")[2], value) for figure_id, value in rows.select("figure_id", "value").iter_rows()]


@pytest.mark.parametrize("code", PERIODS)
def test_the_head_says_whose_form_it_is_and_of_when(code: str) -> None:
    period = parse_period(code)
    (row,) = read(write("2-BTCTW", {"admissions/women/level/period": {"this_period": 3}}, period)).observations.rows(
        named=True
    )

    assert row["organisation_name"] == SUBJECT.organisation_name
    assert row["parent_organisation_name"] == SUBJECT.parent_organisation_name
    assert row["province_name"] == SUBJECT.province_name
    assert (row["starts_on"], row["ends_on"]) == (period.starts_on, period.ends_on)


def test_a_form_checks_every_partition_that_it_has_whole_and_its_identities() -> None:
    def list_wholes(form_code: str) -> set[tuple[str, int, int]]:
        form = find(form_code)[1]
        rows, columns = dict(enumerate(form.lines)), dict(enumerate(form.columns))
        checks = list_checks(form, rows, columns)
        return {(rows[check.whole].text, len(check.plus), len(check.minus)) for check in checks}

    assert list_wholes("2-BTCTW") == {
        ("Tổng số đảng viên mới kết nạp", 14, 0),
        ("Tổng số đảng viên mới kết nạp", 8, 0),
        ("Tổng số đảng viên mới kết nạp", 4, 0),
    }
    assert list_wholes("1-BTCTW") == {
        ("Tổng số đảng viên cuối kỳ", 2, 1),
        ("Đảng viên tăng trong kỳ", 3, 0),
        ("Đảng viên giảm trong kỳ", 5, 0),
        ("Chuyển đến", 2, 0),
        ("Chuyển đi", 2, 0),
    }


def test_words_are_locked_and_cells_of_numbers_are_not() -> None:
    def read_part(name: str) -> str:
        with zipfile.ZipFile(BytesIO(write("2-BTCTW", {}))) as archive:
            return archive.read(name).decode()

    sheet: Any = read_part("xl/worksheets/sheet1.xml")
    assert "<sheetProtection" in sheet
    assert '<protection locked="0"/>' in read_part("xl/styles.xml")
    assert sheet.count("<dataValidation ") > 0
    assert 'hidden="1"' in sheet


# the commands


def test_a_province_has_a_form_for_every_district_and_commune_of_the_day() -> None:
    before = {subject.organisation_name: subject for subject in list_subjects("Phú Thọ", dt.date(2025, 6, 30))}
    after = {subject.organisation_name: subject for subject in list_subjects("tỉnh Phú Thọ", dt.date(2025, 7, 1))}

    assert before["Đảng bộ xã Thu Cúc"].parent_organisation_name == "Đảng bộ huyện Tân Sơn"
    assert "Đảng bộ huyện Tân Sơn" in before
    assert after["Đảng bộ xã Thu Cúc"].parent_organisation_name == "Đảng bộ tỉnh Phú Thọ"
    assert not any("huyện" in name for name in after)
    assert len(after) == 148


def test_a_place_that_is_no_province_on_the_day_is_refused() -> None:
    with pytest.raises(ValueError, match="'Vĩnh Phúc' is no province on 2025-07-01"):
        list_subjects("Vĩnh Phúc", dt.date(2025, 7, 1))


def run(*arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(app, arguments, env={"COLUMNS": "200"})
    return result.exit_code, result.output


def test_a_blank_form_is_written_and_read_by_the_commands(tmp_path: Path) -> None:
    options = ["--organisation", "Đảng bộ xã Thu Cúc", "--period", "2024-H1", "--output", str(tmp_path)]
    assert run("form", "--form", "1", *options)[0] == 0
    (file,) = tmp_path.iterdir()
    exit_code, output = run("read", str(file))

    assert file.name == "1-BTCTW_2024-H1_xa-thu-cuc.xlsx"
    assert exit_code == 0
    assert "không nhận    0" in output


def test_a_file_is_shown_with_its_faults_in_the_language_asked_for(tmp_path: Path) -> None:
    file = tmp_path / "report.xlsx"
    numbers = {
        "admissions/women/level/period": {"this_period": "nhiều"},
        "admissions/all/level/period": {"this_period": "1.746"},
    }
    file.write_bytes(write("2-BTCTW", numbers))

    exit_code, output = run("read", str(file), "--lang", "en")

    assert exit_code == 1
    assert "invalid_number" in output
    assert "Not a number: nhiều." in output
    assert "1.746" in output


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["form", "--form", "77", "--organisation", "x", "--period", "2024"], "there is no form '77' of 2021"),
        (["form", "--organisation", "x", "--period", "vừa qua"], "is no period"),
        (["form", "--all", "--period", "2024"], "--province"),
        (["form", "--all", "--province", "Atlantis", "--period", "2024"], "is no province"),
    ],
)
def test_what_cannot_be_written_is_explained(arguments: list[str], said: str, tmp_path: Path) -> None:
    exit_code, output = run(*arguments, "--output", str(tmp_path))

    assert exit_code == 2
    assert said in output


def test_a_file_that_no_source_takes_is_named(tmp_path: Path) -> None:
    file = tmp_path / "picture.png"
    file.write_bytes(b"")

    assert run("read", str(file)) == (2, "không có nguồn nào nhận tệp này: picture.png\n")
