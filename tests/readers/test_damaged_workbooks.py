"""Of every damaged workbook the fault is named, in its place; the good cells are read, and none is lost."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl
import pytest

from readers.damaged_workbooks import FAULTS, LISTS_OF_PERSONS, SECRETS, Fault

if TYPE_CHECKING:
    from readers.conftest import GuardedReader

LONGEST_QUOTE = 1000


def name_fault(fault: Fault) -> str:
    return fault.name


def test_no_two_faults_have_one_name() -> None:
    assert len({fault.name for fault in FAULTS}) == len(FAULTS) >= 60


@pytest.mark.parametrize("fault", FAULTS, ids=name_fault)
def test_a_fault_is_named_in_its_place_and_the_good_cells_are_read(fault: Fault, guarded_read: GuardedReader) -> None:
    found = guarded_read(fault.build())

    assert found.faults == list(fault.faults)
    assert found.numbers == fault.loaded
    assert found.accepted_count == len(fault.loaded)
    assert found.is_balanced


@pytest.mark.parametrize("fault", LISTS_OF_PERSONS, ids=name_fault)
def test_nothing_of_a_person_is_kept(fault: Fault, guarded_read: GuardedReader) -> None:
    found = guarded_read(fault.build())
    kept = found.observations.write_json() + found.rejections.write_json()

    assert [secret for secret in SECRETS if secret in kept] == []


@pytest.mark.parametrize("fault", [fault for fault in FAULTS if "megabyte" in fault.name], ids=name_fault)
def test_what_is_quoted_of_a_long_text_is_short(fault: Fault, guarded_read: GuardedReader) -> None:
    rejections = guarded_read(fault.build()).rejections
    lengths = rejections.select(pl.col("found", "message_vi", "message_en").str.len_chars().max()).row(0)

    assert all(length is None or length < LONGEST_QUOTE for length in lengths)
