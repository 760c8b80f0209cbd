"""The gazetteer: versions of units, what they lie in, and what follows what."""

from __future__ import annotations

import datetime as dt

import pytest
from conftest import SMALL_CHANGES, SMALL_UNITS

from pipelines.units import ALWAYS, NEVER, Gazetteer, read_table


def test_a_version_is_named_by_its_code_and_by_its_first_day_where_that_is_known(gazetteer: Gazetteer) -> None:
    versions = {
        unit_id: (unit.name, unit.kind) for unit_id, unit in gazetteer.units.items() if unit.unit_code == "08566"
    }

    assert versions == {"08566": ("Tân Phú", "thị trấn"), "08566-20250701": ("Tân Sơn", "xã")}


@pytest.mark.parametrize(
    ("unit_id", "parent_id", "province_id"),
    [
        ("08545", "240", "25"),
        ("08545-20250701", "25-20250701", "25-20250701"),
        ("08755", "244", "26"),
        ("244-20180207", "26", "26"),
        ("25", None, "25"),
    ],
)
def test_a_unit_lies_in_the_version_that_was_valid_when_it_began(
    gazetteer: Gazetteer, unit_id: str, parent_id: str | None, province_id: str
) -> None:
    unit = gazetteer.units[unit_id]
    parent = gazetteer.find_parent(unit)

    assert (parent and parent.unit_id) == parent_id
    assert gazetteer.find_province(unit).unit_id == province_id


def test_ancestors_are_all_versions_that_were_valid_meanwhile(gazetteer: Gazetteer) -> None:
    assert gazetteer.list_ancestors(gazetteer.units["08755"]) == {"244", "244-20180207", "26"}


def test_a_new_commune_lay_in_the_districts_of_its_parts(gazetteer: Gazetteer) -> None:
    assert {"240", "25"} <= gazetteer.list_former_ancestors(gazetteer.units["08566-20250701"])
    assert "26" not in gazetteer.list_former_ancestors(gazetteer.units["08566-20250701"])


def test_an_ended_district_lies_in_the_province_that_its_province_went_into(gazetteer: Gazetteer) -> None:
    assert "25-20250701" in gazetteer.list_former_ancestors(gazetteer.units["244-20180207"])


@pytest.mark.parametrize(
    ("one", "other", "is_one_place"),
    [
        ("244", "244-20180207", True),
        ("46", "46-20250101", True),
        ("08545", "08545-20250701", True),
        # with Thạch Kiệt it is another place, and has another name
        ("08566", "08566-20250701", False),
        # with the old Tân Sơn it is another place, although it keeps name and code
        ("08560", "08560-20250701", False),
        ("25", "25-20250701", False),
    ],
)
def test_a_place_lasts_as_long_as_its_area(gazetteer: Gazetteer, one: str, other: str, is_one_place: bool) -> None:
    places = [{unit.unit_id for unit in place.versions} for place in gazetteer.places]

    assert any({one, other} <= place for place in places) == is_one_place


def test_the_version_of_a_day_is_the_valid_one_else_the_nearest(gazetteer: Gazetteer) -> None:
    (place,) = gazetteer.by_core["district", "phúc yên"]
    days = [ALWAYS, dt.date(2018, 2, 6), dt.date(2018, 2, 7), dt.date(2025, 6, 30), dt.date(2026, 1, 1)]

    assert [place.find_version(day).kind for day in days] == ["thị xã", "thị xã", *["thành phố"] * 3]


@pytest.mark.parametrize(
    ("unit_id", "description"),
    [
        ("08578", "xã Tân Sơn, huyện Tân Sơn, Phú Thọ (đến 30/06/2025)"),
        ("08566-20250701", "xã Tân Sơn, Phú Thọ (từ 01/07/2025)"),
        ("79", "thành phố Hồ Chí Minh"),
    ],
)
def test_namesakes_are_described_so_that_they_differ(gazetteer: Gazetteer, unit_id: str, description: str) -> None:
    assert gazetteer.describe(gazetteer.units[unit_id]) == description


def test_the_order_of_the_rows_does_not_matter(gazetteer: Gazetteer) -> None:
    turned = Gazetteer(read_table(SMALL_UNITS).reverse(), read_table(SMALL_CHANGES).reverse())

    assert turned.units == gazetteer.units
    assert [place.versions for place in turned.places] == [place.versions for place in gazetteer.places]


def test_every_unit_of_the_seeds_lies_in_another_up_to_a_province(full_gazetteer: Gazetteer) -> None:
    units = full_gazetteer.units.values()

    assert len(units) > 14_000
    assert {full_gazetteer.find_province(unit).level for unit in units} == {"province"}
    assert all(unit.valid_from < unit.valid_to <= NEVER for unit in units)
