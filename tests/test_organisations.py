"""Which organisation a printed name means: committees of units by the gazetteer, others given the other names."""

from __future__ import annotations

import datetime as dt
from itertools import pairwise
from typing import TYPE_CHECKING

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.organisations import (
    NAME_COLUMNS,
    ORGANISATIONS,
    RESOLVED_NAMES,
    UNKNOWN,
    ResolvedNames,
    classify_organisation,
    resolve_organisation_names,
)
from pipelines.units import ALWAYS, NEVER, Gazetteer

if TYPE_CHECKING:
    from random import Random

    import duckdb

Name = tuple[str, str, str, str | None, str | None]

BEFORE, AFTER = dt.date(2024, 12, 31), dt.date(2025, 10, 1)
REFORM = dt.date(2025, 7, 1)
POLICE: Name = ("Đảng bộ Công an huyện", "grassroots", "one", "Đảng bộ huyện Tân Sơn", "Phú Thọ")


def resolve(gazetteer: Gazetteer, *names: Name) -> ResolvedNames:
    table = pl.DataFrame(list(names), schema=dict.fromkeys(NAME_COLUMNS, pl.String), orient="row")
    return resolve_organisation_names(table, gazetteer)


def find(resolved: ResolvedNames, name: Name, day: dt.date = BEFORE) -> list[dict[str, object]]:
    keys = zip(NAME_COLUMNS, name, strict=True)
    return (
        resolved.names.filter(
            pl.col("named_from") <= day,
            pl.col("named_to") > day,
            *(pl.col(column).eq_missing(pl.lit(value)) for column, value in keys),
        )
        .sort("position")
        .to_dicts()
    )


def find_one(resolved: ResolvedNames, name: Name, day: dt.date = BEFORE) -> dict[str, object]:
    (row,) = find(resolved, name, day)
    return row


def find_organisation(resolved: ResolvedNames, name: Name, day: dt.date = BEFORE) -> dict[str, object]:
    row = find_one(resolved, name, day)
    return resolved.organisations.row(by_predicate=pl.col("organisation_id") == row["organisation_id"], named=True)


def test_a_name_means_another_organisation_on_another_day(gazetteer: Gazetteer) -> None:
    name: Name = ("Đảng bộ xã Tân Sơn", "commune", "one", None, "Phú Thọ")
    rows = resolve(gazetteer, name).names.select("named_from", "named_to", "organisation_id", "match_code").rows()

    assert rows == [(ALWAYS, REFORM, "08578", "exact"), (REFORM, NEVER, "08566-20250701", "exact")]


def test_a_name_that_fits_two_units_is_unknown_with_both_as_candidates(gazetteer: Gazetteer) -> None:
    name: Name = ("Cao Lãnh", "district", "one", None, "Đồng Tháp")
    row = find_one(resolve(gazetteer, name), name)

    assert (row["organisation_id"], row["resolution_code"], row["match_code"]) == (UNKNOWN, "ambiguous", "several")
    assert row["candidates"] == "866|873"
    assert row["candidate_names"] == (
        "thành phố Cao Lãnh, Đồng Tháp (đến 30/06/2025); huyện Cao Lãnh, Đồng Tháp (đến 30/06/2025)"
    )


def test_a_name_that_no_unit_bears_is_unknown_with_the_nearest(gazetteer: Gazetteer) -> None:
    name: Name = ("xã Thu Cuc", "commune", "one", None, "Phú Thọ")
    row = find_one(resolve(gazetteer, name), name)

    assert (row["organisation_id"], row["resolution_code"], row["match_code"]) == (UNKNOWN, "unknown", "similar")
    assert row["candidate_names"] == "xã Thu Cúc, huyện Tân Sơn, Phú Thọ (đến 30/06/2025)"


def test_a_name_near_to_nothing_has_no_candidates(gazetteer: Gazetteer) -> None:
    name: Name = ("xã Xyz", "commune", "one", None, None)
    row = find_one(resolve(gazetteer, name), name)

    assert (row["resolution_code"], row["candidates"], row["candidate_names"]) == ("unknown", None, None)


def test_a_number_of_several_together_has_no_organisation(gazetteer: Gazetteer) -> None:
    name: Name = ("hai xã Thu Cúc, Lai Đồng", "commune", "together", "huyện Tân Sơn", "Phú Thọ")
    rows = find(resolve(gazetteer, name), name)

    assert [(row["single_name"], row["candidates"]) for row in rows] == [
        ("xã Thu Cúc", "08545"),
        ("xã Lai Đồng", "08560"),
    ]
    assert {(row["organisation_id"], row["resolution_code"]) for row in rows} == {(UNKNOWN, "collective")}


def test_a_number_that_holds_for_each_of_several_has_a_row_for_each(gazetteer: Gazetteer) -> None:
    name: Name = ("Đảng bộ các xã: Thu Cúc, Lai Đồng", "commune", "each", "huyện Tân Sơn", "Phú Thọ")
    rows = find(resolve(gazetteer, name), name)

    assert [(row["position"], row["organisation_id"]) for row in rows] == [(1, "08545"), (2, "08560")]


def test_the_party_as_a_whole_is_one_organisation(gazetteer: Gazetteer) -> None:
    names: list[Name] = [(name, "national", "one", None, None) for name in ("Toàn Đảng", "Đảng Cộng sản Việt Nam")]
    resolved = resolve(gazetteer, *names)

    assert [find_one(resolved, name)["organisation_id"] for name in names] == ["national", "national"]


def test_an_organisation_without_an_area_stands_below_the_unit_that_its_name_gives(gazetteer: Gazetteer) -> None:
    assert find_organisation(resolve(gazetteer, POLICE), POLICE) | {"organisation_id": None} == {
        "organisation_id": None,
        "organisation_name": "Đảng bộ Công an huyện",
        "level_code": "grassroots",
        "kind_code": "police",
        "parent_organisation_id": "240",
        "province_name": "Phú Thọ",
        "valid_from": ALWAYS,
        "valid_to": REFORM,
    }


@pytest.mark.parametrize(
    "other",
    [
        ("Công an huyện Tân Sơn", "grassroots", "one", None, "Phú Thọ"),
        ("Công an huyện", "grassroots", "one", "Huyện uỷ Tân Sơn", None),
        ("Đảng bộ Công an", "grassroots", "one", "Tân Sơn", "tỉnh Phú Thọ"),
    ],
)
def test_the_same_organisation_of_the_same_place_is_one(gazetteer: Gazetteer, other: Name) -> None:
    resolved = resolve(gazetteer, POLICE, other)

    assert find_one(resolved, other)["organisation_id"] == find_one(resolved, POLICE)["organisation_id"]


def test_the_same_name_in_two_places_is_two_organisations(gazetteer: Gazetteer) -> None:
    other: Name = ("Đảng bộ Công an huyện", "grassroots", "one", "huyện Cao Lãnh", "Đồng Tháp")
    resolved = resolve(gazetteer, POLICE, other)

    assert find_one(resolved, other)["organisation_id"] != find_one(resolved, POLICE)["organisation_id"]


def test_a_name_that_leaves_out_its_parent_means_the_only_one_that_says_it(gazetteer: Gazetteer) -> None:
    full: Name = ("Trường THPT Thạch Kiệt", "grassroots", "one", "huyện Tân Sơn", "Phú Thọ")
    short: Name = ("Chi bộ Trường THPT Thạch Kiệt", "grassroots", "one", None, "Phú Thọ")
    resolved = resolve(gazetteer, full, short)

    assert find_one(resolved, short)["organisation_id"] == find_one(resolved, full)["organisation_id"]


def test_a_name_that_leaves_out_its_parent_and_fits_two_is_ambiguous(gazetteer: Gazetteer) -> None:
    full: list[Name] = [
        ("Trường THPT Hùng Vương", "grassroots", "one", parent, "Phú Thọ")
        for parent in ("huyện Tân Sơn", "TP. Việt Trì")
    ]
    short: Name = ("Trường THPT Hùng Vương", "grassroots", "one", None, "Phú Thọ")
    resolved = resolve(gazetteer, *full, short)
    row = find_one(resolved, short)

    assert (row["organisation_id"], row["resolution_code"], row["match_code"]) == (UNKNOWN, "ambiguous", "several")
    assert set(str(row["candidates"]).split("|")) == {find_one(resolved, name)["organisation_id"] for name in full}
    assert set(str(row["candidate_names"]).split("; ")) == {
        "Trường THPT Hùng Vương, huyện Tân Sơn, Phú Thọ (đến 30/06/2025)",
        "Trường THPT Hùng Vương, thành phố Việt Trì, Phú Thọ (đến 30/06/2025)",
    }


def test_an_identifier_stays_when_a_fuller_name_arrives(gazetteer: Gazetteer) -> None:
    fuller: Name = ("Đảng bộ Công an huyện Tân Sơn", "grassroots", "one", "Đảng bộ huyện Tân Sơn", "tỉnh Phú Thọ")
    alone, both = resolve(gazetteer, POLICE), resolve(gazetteer, POLICE, fuller)

    assert find_one(alone, POLICE)["organisation_id"] == find_one(both, POLICE)["organisation_id"]
    assert find_organisation(both, POLICE)["organisation_name"] == "Đảng bộ Công an huyện Tân Sơn"


@pytest.mark.parametrize("ending", ["", " tỉnh", " tỉnh Phú Thọ", " Phú Thọ"])
def test_the_place_at_the_end_of_a_provincial_body_does_not_matter(gazetteer: Gazetteer, ending: str) -> None:
    plain: Name = ("Đảng bộ Quân sự", "district_equivalent", "one", None, "Phú Thọ")
    longer: Name = (f"Đảng ủy Quân sự{ending}", "district_equivalent", "one", "Tỉnh ủy Phú Thọ", "tỉnh Phú Thọ")
    resolved = resolve(gazetteer, plain, longer)

    assert find_one(resolved, plain)["organisation_id"] == find_one(resolved, longer)["organisation_id"]
    assert find_organisation(resolved, plain)["parent_organisation_id"] == "25"


def test_a_body_of_a_merged_province_is_another_one_since_the_reform(gazetteer: Gazetteer) -> None:
    police: Name = ("Công an tỉnh", "district_equivalent", "one", None, "Phú Thọ")
    resolved = resolve(gazetteer, police)

    assert find_organisation(resolved, police, BEFORE)["parent_organisation_id"] == "25"
    assert find_organisation(resolved, police, AFTER)["parent_organisation_id"] == "25-20250701"


def test_a_parent_that_is_no_unit_has_a_row_of_its_own(gazetteer: Gazetteer) -> None:
    cell: Name = ("Chi bộ Xưởng 2", "cell", "one", "Đảng bộ Công ty Giấy", "Phú Thọ")
    resolved = resolve(gazetteer, cell)
    company = find_organisation(resolved, cell)["parent_organisation_id"]
    row = resolved.organisations.row(by_predicate=pl.col("organisation_id") == company, named=True)

    assert (row["organisation_name"], row["level_code"]) == ("Đảng bộ Công ty Giấy", "grassroots")
    assert (row["kind_code"], row["parent_organisation_id"]) == ("enterprise", "25")


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("Khối các cơ quan tỉnh", "agency_bloc"),
        ("Khối Dân - Chính - Đảng", "agency_bloc"),
        ("Khối Doanh nghiệp thành phố", "enterprise_bloc"),
        ("Các Khu chế xuất và công nghiệp", "industrial_zone"),
        ("KCX Linh Trung", "industrial_zone"),
        ("Bộ đội Biên phòng tỉnh", "border_guard"),
        ("Quân sự", "army"),
        ("Công an quận", "police"),
        ("Bệnh viện - Trung tâm Y tế quận", "health"),
        ("Trường Đại học Hùng Vương", "university"),
        ("Trường THPT Lưu Hữu Phước", "school"),
        ("thôn Nam Thanh", "village"),
        ("Công ty Giấy", "enterprise"),
        ("Tây Nguyên", "other"),
        # "ban" is a word, not a part of one
        ("Bandai", "other"),
    ],
)
def test_the_name_tells_the_kind(name: str, kind: str) -> None:
    assert classify_organisation(name) == kind


def test_no_names_give_empty_tables(gazetteer: Gazetteer) -> None:
    names, organisations = resolve(gazetteer)

    assert names.is_empty()
    assert names.schema == pl.Schema(RESOLVED_NAMES)
    assert organisations.is_empty()
    assert organisations.schema == pl.Schema(ORGANISATIONS)


TERRITORIAL = ("province", "district", "commune")
NAME = st.builds(
    lambda kind, core, level, scope, parent, province: (f"{kind}{core}", level, scope, parent, province),
    st.sampled_from(["", "huyện ", "thành phố ", "Đảng bộ huyện ", "Huyện ủy ", "xã ", "Đảng bộ xã ", "Công an "]),
    st.sampled_from(["Cao Lãnh", "cao lãnh", "Tân Sơn", "Phúc Yên", "Thu Cúc", "Phú Thọ", "Xyz"]),
    st.sampled_from([*TERRITORIAL, "grassroots", "cell", "district_equivalent", "region", "national"]),
    st.sampled_from(["one", "each", "together"]),
    st.sampled_from([None, "Cao Lãnh", "huyện Cao Lãnh", "thành phố Cao Lãnh", "huyện Tân Sơn", "Công ty Xyz"]),
    st.sampled_from([None, "Đồng Tháp", "tỉnh Đồng Tháp", "Phú Thọ", "Vĩnh Phúc"]),
)
NAMES = st.lists(NAME, max_size=12)


@given(NAMES, st.randoms(use_true_random=False))
def test_the_order_of_the_names_does_not_matter(gazetteer: Gazetteer, names: list[Name], random: Random) -> None:
    shuffled = list(names)
    random.shuffle(shuffled)
    one, other = resolve(gazetteer, *names), resolve(gazetteer, *shuffled)

    assert one.names.equals(other.names)
    assert one.organisations.equals(other.organisations)


@given(NAMES, NAME)
def test_another_name_never_changes_what_the_name_of_a_unit_means(
    gazetteer: Gazetteer, names: list[Name], added: Name
) -> None:
    of_units = pl.col("organisation_level").is_in(TERRITORIAL)
    before = resolve(gazetteer, *names).names.filter(of_units)
    after = resolve(gazetteer, *names, added).names.filter(of_units)

    assert set(before.iter_rows()) <= set(after.iter_rows())
    assert {row[:5] for row in after.iter_rows()} <= {row[:5] for row in before.iter_rows()} | {added}


@given(NAMES)
def test_every_name_means_something_on_every_day(gazetteer: Gazetteer, names: list[Name]) -> None:
    resolved = resolve(gazetteer, *names)
    by_name: dict[tuple[object, ...], list[dict[str, object]]] = {}
    for row in resolved.names.sort("named_from").to_dicts():
        by_name.setdefault((*(row[column] for column in NAME_COLUMNS), row["position"]), []).append(row)

    assert {key[:5] for key in by_name} == set(names)
    for rows in by_name.values():
        assert (rows[0]["named_from"], rows[-1]["named_to"]) == (ALWAYS, NEVER)
        for former, latter in pairwise(rows):
            assert former["named_to"] == latter["named_from"]
            assert former | {"named_from": None, "named_to": None} != latter | {"named_from": None, "named_to": None}


@given(NAMES)
def test_every_organisation_that_a_name_means_is_known(gazetteer: Gazetteer, names: list[Name]) -> None:
    resolved = resolve(gazetteer, *names)
    known = {UNKNOWN, "national", *gazetteer.units, *resolved.organisations["organisation_id"]}

    for row in resolved.names.to_dicts():
        assert row["resolution_code"] in {"resolved", "ambiguous", "unknown", "collective"}
        assert (row["organisation_id"] == UNKNOWN) == (row["resolution_code"] != "resolved")
        assert row["organisation_id"] in known
        assert set(str(row["candidates"] or UNKNOWN).split("|")) <= known
    assert set(resolved.organisations["parent_organisation_id"].drop_nulls()) <= known
    assert resolved.organisations["organisation_id"].is_unique().all()


def test_every_organisation_has_one_above_it_that_exists(warehouse: duckdb.DuckDBPyConnection) -> None:
    orphans = warehouse.sql(
        """
        select organisation_id from marts.dim_organisations
        where coalesce(level_code, 'region') not in ('national', 'region') and parent_organisation_id is null
        """
    ).fetchall()

    assert orphans == []
