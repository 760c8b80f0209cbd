"""The schemas that readers return and the lake keeps."""

from __future__ import annotations

from decimal import Decimal

import polars as pl
import pytest

from pipelines.observations import (
    EXACT,
    FILES,
    OBSERVATIONS,
    PARTS,
    PROVENANCE,
    PUBLICATIONS,
    REJECTIONS,
    TEXTS,
    Reading,
    frame,
)


def test_columns_that_a_row_leaves_out_are_null() -> None:
    rows = frame([{"publication_id": "n001"}], TEXTS)

    assert rows.rows() == [("n001", None)]
    assert rows.schema == pl.Schema(TEXTS)


def test_no_rows_have_the_schema_too() -> None:
    assert frame((), OBSERVATIONS).schema == pl.Schema(OBSERVATIONS)


def test_a_value_of_another_type_is_refused() -> None:
    with pytest.raises((TypeError, pl.exceptions.PolarsError)):
        frame([{"found_count": "many"}], FILES)


def test_numbers_keep_every_decimal() -> None:
    value = Decimal("999999999999.999999")

    assert frame([{"value": value}], {"value": EXACT})["value"].to_list() == [value]


def test_no_column_is_a_float() -> None:
    types = {dtype for schema in (*PARTS.values(), PROVENANCE) for dtype in schema.values()}

    assert not {dtype for dtype in types if dtype.is_float()}


def test_the_files_part_is_the_last_to_be_written() -> None:
    assert list(PARTS) == ["observations", "publications", "texts", "rejections", "files"]
    assert list(PARTS.values()) == [OBSERVATIONS, PUBLICATIONS, TEXTS, REJECTIONS, FILES]


def test_no_part_has_a_column_of_the_provenance_twice() -> None:
    assert all(not set(PROVENANCE) & set(schema) for schema in PARTS.values())


def test_what_was_found_is_accepted_or_rejected() -> None:
    reading = Reading(found_count=5, observations=frame([{"figure_id": "a"}, {"figure_id": "b"}], OBSERVATIONS))

    assert (reading.accepted_count, reading.rejected_count) == (2, 3)


def test_a_record_with_two_faults_counts_once() -> None:
    rejections = frame([{"locator": "line 2, unit"}, {"locator": "line 2, value"}], REJECTIONS)

    assert Reading(found_count=1, rejections=rejections).rejected_count == 1
