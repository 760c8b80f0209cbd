"""Figures in CSV files: what is accepted, what is rejected and why, and that nothing gets lost."""

from __future__ import annotations

import ast
import csv
import io
import unicodedata
from decimal import Decimal

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.observations import OBSERVATIONS, REJECTIONS, Reading
from pipelines.readers.delimited import COLUMNS, read_delimited
from pipelines.settings import CHECKOUT
from pipelines.vocabulary import read_codes

PATH = "published_figures/made-up/figures.csv"
GOOD: dict[str, str] = {
    "figure_id": "made-up-001",
    "organisation_name": "Đảng bộ xã Mẫu",
    "organisation_level": "commune",
    "organisation_scope": "one",
    "period_type_code": "year",
    "starts_on": "2022-01-01",
    "ends_on": "2022-12-31",
    "measure_code": "admissions",
    "group_code": "all",
    "statement_code": "level",
    "printed": "1.746",
    "value": "1746",
    "unit": "persons",
    "qualifier_code": "exact",
}
SHARE = {
    "statement_code": "share",
    "group_code": "women",
    "printed": "39,66",
    "value": "39.66",
    "unit": "percent",
    "base_measure_code": "admissions",
    "base_group_code": "all",
}
RANGE = {"printed": "8 đến 15", "value": "8", "value_high": "15", "qualifier_code": "range"}
RATIO = {
    "statement_code": "part_of_ratio",
    "printed": "22/40",
    "value": "22",
    "base_measure_code": "admissions",
    "base_group_code": "all",
    "base_value": "40",
}


def write(*rows: dict[str, str]) -> bytes:
    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()


def read(*rows: dict[str, str]) -> Reading:
    return read_delimited(write(*rows), PATH, "key")


def change(number: int = 1, **cells: str) -> dict[str, str]:
    return GOOD | {"figure_id": f"made-up-{number:03}"} | cells


def count(reading: Reading) -> tuple[int, int, int]:
    return reading.found_count, reading.accepted_count, reading.rejected_count


def reasons(reading: Reading) -> list[tuple[str, str]]:
    """Return place and reason of every fault."""
    return [tuple(row) for row in reading.rejections.select("locator", "reason_code").iter_rows()]


def test_a_figure_is_read_with_everything_the_source_states() -> None:
    reading = read(GOOD | SHARE | {"char_start": "812", "char_end": "817", "note": "of which", "base_value": "1746"})
    (row,) = reading.observations.to_dicts()

    assert reading.rejections.is_empty()
    assert reading.observations.schema == pl.Schema(OBSERVATIONS)
    assert (row["value"], row["printed"], row["printed_precision"]) == (Decimal("39.66"), "39,66", Decimal("0.01"))
    assert (row["publication_id"], row["locator"], row["value_status"]) == ("made-up", "chars 812-817", "reported")
    assert (str(row["starts_on"]), str(row["ends_on"]), row["period_text"]) == ("2022-01-01", "2022-12-31", None)
    assert row["base_value"] == 1746


def test_a_figure_without_a_place_in_a_text_has_its_line_as_place() -> None:
    assert read(change(1), change(2)).observations["locator"].to_list() == ["line 2", "line 3"]


@pytest.mark.parametrize("printed", ["0", "không", ""])
def test_zero_admissions_are_kept(printed: str) -> None:
    reading = read(change(printed=printed, value="0"))

    assert count(reading) == (1, 1, 0)
    assert reading.observations["value"].to_list() == [0]


@pytest.mark.parametrize(
    "cells",
    [
        SHARE,
        RANGE,
        RATIO,
        {"printed": "", "value": "1"},
        {"printed": "3,2 triệu", "value": "3200000"},
        {"printed": "15", "value": "-15", "statement_code": "change_absolute"},
        {"printed": "1,7", "value": "-1.7", "statement_code": "change_percent", "unit": "percent"},
        {"printed": "122,5", "value": "122.5", "unit": "percent", "statement_code": "attainment"}
        | {"base_measure_code": "admission_target", "base_group_code": "all"},
        {"printed": "11,5", "value": "11.5", "unit": "percent", "statement_code": "excess_over_target"}
        | {"base_measure_code": "admission_target", "base_group_code": "all"},
        {"printed": "50", "value": "50", "statement_code": "excess_over_target"}
        | {"base_measure_code": "admission_target", "base_group_code": "all"},
        {"printed": "28,4", "value": "28.4", "statement_code": "average_age", "unit": "years"},
        {"printed": "196,5", "value": "196.5", "statement_code": "yearly_average"},
        {"measure_code": "unclassified", "unit": ""},
        {"measure_code": "unclassified", "unit": "percent", "printed": "12,5", "value": "12.5"},
        {"starts_on": "2022-01-01", "ends_on": "2022-01-01"},
        {"starts_on": "", "ends_on": "", "period_type_code": "unknown"},
        {"starts_on": "2022-01-01", "ends_on": "", "period_type_code": "since"},
        SHARE | {"printed": "100", "value": "100"},
    ],
)
def test_a_figure_as_the_register_has_them_is_accepted(cells: dict[str, str]) -> None:
    reading = read(change(**cells))

    assert reasons(reading) == []
    assert count(reading) == (1, 1, 0)


BAD_CELLS: list[tuple[dict[str, str], str, str]] = [
    *(({column: ""}, column, "missing_value") for column in ("figure_id", "organisation_name", "organisation_level")),
    *(
        ({column: " "}, column, "missing_value")
        for column in ("organisation_scope", "period_type_code", "measure_code")
    ),
    *(
        ({column: ""}, column, "missing_value")
        for column in ("group_code", "statement_code", "value", "qualifier_code")
    ),
    ({"organisation_level": "village"}, "organisation_level", "unknown_code"),
    ({"period_type_code": "Year"}, "period_type_code", "unknown_code"),
    ({"measure_code": "admission"}, "measure_code", "unknown_code"),
    ({"group_code": "men"}, "group_code", "unknown_code"),
    ({"statement_code": "total"}, "statement_code", "unknown_code"),
    ({"qualifier_code": "hơn"}, "qualifier_code", "unknown_code"),
    ({"base_measure_code": "x"}, "base_measure_code", "unknown_code"),
    ({"base_group_code": "x"}, "base_group_code", "unknown_code"),
    ({"organisation_scope": "both"}, "organisation_scope", "unknown_code"),
    ({"value": "1.746,0"}, "value", "invalid_number"),
    ({"value": "1,746"}, "value", "invalid_number"),
    ({"value": "9" * 13}, "value", "invalid_number"),
    ({"value": "1.0000001"}, "value", "invalid_number"),
    ({"value": "\u0661\u0667"}, "value", "invalid_number"),
    ({"value": "NaN"}, "value", "invalid_number"),
    ({"value_high": "many"}, "value_high", "invalid_number"),
    ({"base_value": "1e3"}, "base_value", "invalid_number"),
    ({"char_start": "-1"}, "char_start", "invalid_number"),
    ({"char_end": "1.5"}, "char_end", "invalid_number"),
    ({"printed": "nhiều"}, "printed", "invalid_number"),
    ({"printed": "17.746,5 người"}, "printed", "invalid_number"),
    ({"printed": "9" * 13}, "printed", "number_out_of_range"),
    ({"printed": "999999999 tỷ"}, "printed", "number_out_of_range"),
    (SHARE | {"printed": "0,1234567", "value": "0.123457"}, "printed", "number_out_of_range"),
    ({"char_start": "9", "char_end": "9"}, "char_end", "invalid_number"),
    ({"starts_on": "2000-1-1"}, "starts_on", "invalid_date"),
    ({"starts_on": "0000-01-01"}, "starts_on", "invalid_date"),
    ({"starts_on": "2022-13-01"}, "starts_on", "invalid_date"),
    ({"ends_on": "31/12/2022"}, "ends_on", "invalid_date"),
    ({"base_starts_on": "2021"}, "base_starts_on", "invalid_date"),
    ({"base_ends_on": "2021-02-29"}, "base_ends_on", "invalid_date"),
    ({"starts_on": "2023-01-01"}, "ends_on", "period_ends_before_start"),
    ({"base_starts_on": "2023-01-01", "base_ends_on": "2022-01-01"}, "base_ends_on", "period_ends_before_start"),
    ({"printed": "5", "value": "-5"}, "value", "negative_count"),
    (RATIO | {"base_value": "-40"}, "base_value", "negative_count"),
    ({"printed": "0", "value": "0", "qualifier_code": "under"}, "value", "negative_count"),
    (SHARE | {"printed": "0", "value": "0", "qualifier_code": "nearly"}, "value", "negative_count"),
    (SHARE | {"printed": "100", "value": "100", "qualifier_code": "over"}, "value", "share_above_one_hundred"),
    ({"printed": "1,5", "value": "1.5"}, "value", "fractional_count"),
    (SHARE | {"printed": "100,01", "value": "100.01"}, "value", "share_above_one_hundred"),
    ({"printed": "1.764"}, "printed", "printed_differs_from_value"),
    (
        {"printed": "1,746", "unit": "percent", "value": "1746"} | {"statement_code": "yearly_average"},
        "printed",
        "printed_differs_from_value",
    ),
    (RANGE | {"value_high": "16"}, "printed", "printed_differs_from_value"),
    (RANGE | {"value_high": ""}, "printed", "printed_differs_from_value"),
    ({"value_high": "2000"}, "printed", "printed_differs_from_value"),
    (RATIO | {"base_value": "41"}, "printed", "printed_differs_from_value"),
    ({"unit": "percent"}, "unit", "wrong_unit"),
    ({"unit": ""}, "unit", "wrong_unit"),
    ({"unit": "người"}, "unit", "wrong_unit"),
    (SHARE | {"unit": "persons"}, "unit", "wrong_unit"),
    (SHARE | {"base_measure_code": ""}, "base_measure_code", "missing_base"),
    (SHARE | {"base_group_code": ""}, "base_measure_code", "missing_base"),
    (RATIO | {"base_measure_code": "", "base_group_code": ""}, "base_measure_code", "missing_base"),
]


@pytest.mark.parametrize(("cells", "column", "reason_code"), BAD_CELLS)
def test_a_bad_cell_is_rejected_with_its_reason_and_the_good_rows_beside_it_are_loaded(
    cells: dict[str, str], column: str, reason_code: str
) -> None:
    reading = read(change(1), change(2) | cells, change(3))

    assert (f"line 3, {column}", reason_code) in reasons(reading)
    assert {locator.split(",")[0] for locator, _ in reasons(reading)} == {"line 3"}
    assert reading.observations["figure_id"].to_list() == ["made-up-001", "made-up-003"]
    assert count(reading) == (3, 2, 1)


def test_the_second_of_two_records_with_one_identifier_is_rejected() -> None:
    reading = read(change(1), change(2), change(1, printed="5", value="5"))

    assert reasons(reading) == [("line 4, figure_id", "duplicate_key")]
    assert count(reading) == (3, 2, 1)


@pytest.mark.parametrize(
    ("content", "reason_code"),
    [
        (b"", "unreadable_file"),
        (b"\n\n", "unreadable_file"),
        (write(GOOD).decode().encode("utf-16"), "unreadable_file"),
        (write(GOOD).replace("Mẫu".encode(), b"M\xe7u"), "unreadable_file"),
        (write(GOOD) + b"," * 60 + b"\n", "unreadable_file"),
        (b"PK\x03\x04\x14\x00\x06\x00\x08\x00", "missing_column"),
        (",".join(COLUMNS[:-1]).encode() + b"\n", "missing_column"),
        (write(GOOD).replace(b",", b";"), "missing_column"),
        (write(GOOD).replace(b"note", b"note,remark", 1), "unknown_column"),
        (write(GOOD).replace(b"note", b"note,note", 1), "unknown_column"),
    ],
)
def test_a_file_that_is_no_register_is_rejected_whole(content: bytes, reason_code: str) -> None:
    reading = read_delimited(content, PATH, "key")

    assert reasons(reading) == [("file", reason_code)]
    assert count(reading) == (1, 0, 1)


def test_every_reason_of_this_reader_has_a_case() -> None:
    module = ast.parse((CHECKOUT / "pipelines" / "readers" / "delimited.py").read_text(encoding="utf-8"))
    literals = {node.value for node in ast.walk(module) if isinstance(node, ast.Constant)}
    here = {"unreadable_file", "missing_column", "unknown_column", "duplicate_key"} | {code for _, _, code in BAD_CELLS}

    assert here == set(read_codes("rejection_reasons")) & literals


def test_a_record_with_two_faults_has_two_rejections_and_counts_once() -> None:
    reading = read(change(group_code="men", starts_on="soon"))

    assert sorted(reasons(reading)) == [("line 2, group_code", "unknown_code"), ("line 2, starts_on", "invalid_date")]
    assert reading.rejections["record_id"].to_list() == ["made-up-001"] * 2
    assert count(reading) == (1, 0, 1)


def test_a_rejection_tells_what_was_found_and_expected_in_both_languages() -> None:
    (row,) = read(change(group_code="nam giới")).rejections.to_dicts()

    assert (row["found"], row["expected"]) == ("nam giới", "groups.csv")
    assert row["message_vi"] == "Mã không có trong danh mục: nam giới. Danh mục: groups.csv."
    assert row["message_en"] == "A code that is not in the vocabulary: nam giới. Expected: groups.csv."


def test_braces_in_a_bad_cell_are_shown_as_they_are() -> None:
    (row,) = read(change(group_code="{found} {0} {")).rejections.to_dicts()

    assert "{found} {0} {" in row["message_en"]


def test_a_header_alone_has_no_records() -> None:
    reading = read()

    assert count(reading) == (0, 0, 0)
    assert reading.observations.schema == pl.Schema(OBSERVATIONS)
    assert reading.rejections.schema == pl.Schema(REJECTIONS)


@pytest.mark.parametrize(
    "content",
    [
        b"\xef\xbb\xbf" + write(GOOD),
        write(GOOD).replace(b"\n", b"\r\n"),
        write(GOOD).rstrip(b"\n"),
        write(GOOD) + b"\n\n",
        write(GOOD) + b"," * (len(COLUMNS) - 1) + b"\r\n",
        write(GOOD | {"organisation_name": "  Đảng bộ xã Mẫu\t"}),
        write(GOOD | {"organisation_name": unicodedata.normalize("NFD", GOOD["organisation_name"])}),
        write(GOOD).replace(b"1.746", b'"1.746"'),
    ],
    ids=["BOM", "CRLF", "no last line feed", "empty lines", "a line of commas", "spaces", "NFD", "quotes"],
)
def test_how_a_program_writes_the_file_does_not_matter(content: bytes) -> None:
    expected = read(GOOD)
    reading = read_delimited(content, PATH, "key")

    assert reasons(reading) == []
    assert reading.observations.equals(expected.observations)


def test_the_order_of_the_columns_does_not_matter() -> None:
    lines = list(csv.reader(io.StringIO(write(GOOD).decode())))
    text = io.StringIO()
    csv.writer(text).writerows(line[::-1] for line in lines)

    assert read_delimited(text.getvalue().encode(), PATH, "key").observations.equals(read(GOOD).observations)


def test_a_short_line_is_a_record_with_empty_cells() -> None:
    reading = read_delimited(write(change(1)) + b"made-up-002,x\n", PATH, "key")

    assert count(reading) == (2, 1, 1)
    assert {reason for _, reason in reasons(reading)} >= {"missing_value"}


def test_identifiers_depend_on_the_file_version_and_on_nothing_of_the_run() -> None:
    content = write(change(1), change(2))
    once, again, other = (read_delimited(content, PATH, key).observations["observation_id"] for key in ("a", "a", "b"))

    assert once.to_list() == again.to_list()
    assert set(once).isdisjoint(other)
    assert once.n_unique() == 2


CELLS = st.text(max_size=8) | st.sampled_from(
    (
        *("", " ", "0", "-1", "100", "1746", "1.5", "1.746", "39,66", "9" * 20, "1" * 400, "8 đến 15", "22/40", "3 tỷ"),
        *("x", "x\ny", '"', "'", "\x00", "\ufeff", "\u0300", "2022-01-01", "0000-00-00"),
        *("all", "women", "percent", "persons", "share", "range"),
    )
)


@given(st.lists(st.dictionaries(st.sampled_from(COLUMNS), CELLS, max_size=4), min_size=1, max_size=5))
def test_whatever_the_cells_hold_every_record_is_accepted_or_rejected(damages: list[dict[str, str]]) -> None:
    rows = [change(number, **damage) for number, damage in enumerate(damages)]
    try:
        content = write(*rows)
    except UnicodeEncodeError:
        return
    reading = read_delimited(content, PATH, "key")

    if reasons(reading)[:1] not in ([("file", "unreadable_file")], [("file", "missing_column")]):
        faulty = {locator.split(",")[0] for locator, _ in reasons(reading)}
        assert reading.found_count == len(rows)
        assert reading.rejected_count == len(faulty)
    assert reading.accepted_count + reading.rejected_count == reading.found_count
    assert reading.rejected_count == 0 or not reading.rejections.is_empty()


@given(st.data())
def test_a_file_damaged_anywhere_is_read_or_rejected_and_never_an_error(data: st.DataObject) -> None:
    content = write(change(1), change(2) | SHARE, change(3) | RANGE)
    for _ in range(data.draw(st.integers(1, 4))):
        start = data.draw(st.integers(0, len(content)))
        length = data.draw(st.integers(0, 20))
        content = content[:start] + data.draw(st.binary(max_size=10)) + content[start + length :]
    reading = read_delimited(content, PATH, "key")

    assert reading.accepted_count + reading.rejected_count == reading.found_count
    assert reading.accepted_count >= 0
    assert reading.rejected_count >= 0
    assert (reading.rejected_count > 0) == (not reading.rejections.is_empty())
    assert reading.observations.schema == pl.Schema(OBSERVATIONS)
