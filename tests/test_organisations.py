"""Which organisation a printed name means, given the other names."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.lake import Lake
from pipelines.organisations import NAME_COLUMNS, RESOLVED_NAMES, UNKNOWN, resolve_organisation_names

if TYPE_CHECKING:
    from random import Random

    from conftest import Built

Name = tuple[str, str, str, str | None, str | None]

O_MON: Name = ("Đảng bộ quận Ô Môn", "district", "one", None, "Cần Thơ")


def resolve(*names: Name) -> pl.DataFrame:
    return resolve_organisation_names(
        pl.DataFrame(list(names), schema=dict.fromkeys(NAME_COLUMNS, pl.String), orient="row")
    )


def find(resolved: pl.DataFrame, name: Name) -> list[dict[str, object]]:
    keys = zip(NAME_COLUMNS, name, strict=True)
    return (
        resolved.filter(*(pl.col(column).eq_missing(pl.lit(value)) for column, value in keys))
        .sort("position")
        .to_dicts()
    )


def find_one(resolved: pl.DataFrame, name: Name) -> dict[str, object]:
    (row,) = find(resolved, name)
    return row


def test_a_name_without_its_kind_means_the_only_fuller_one() -> None:
    short: Name = ("Ô Môn", "district", "one", None, "Cần Thơ")
    resolved = resolve(O_MON, short)

    assert find_one(resolved, short)["organisation_id"] == find_one(resolved, O_MON)["organisation_id"]
    assert find_one(resolved, short)["resolved_name"] == "Đảng bộ quận Ô Môn"
    assert find_one(resolved, short)["resolution_code"] == "resolved"


def test_a_name_that_fits_two_fuller_ones_is_unknown_with_both_as_candidates() -> None:
    city: Name = ("thành phố Cao Lãnh", "district", "one", None, "Đồng Tháp")
    district: Name = ("huyện Cao Lãnh", "district", "one", None, "Đồng Tháp")
    short: Name = ("Cao Lãnh", "district", "one", None, "Đồng Tháp")
    resolved = resolve(short, city, district)
    candidates = {find_one(resolved, name)["organisation_id"] for name in (city, district)}
    row = find_one(resolved, short)

    assert len(candidates) == 2
    assert (row["organisation_id"], row["resolution_code"]) == (UNKNOWN, "ambiguous")
    assert set(str(row["candidates"]).split("|")) == candidates


def test_the_same_name_in_two_provinces_is_two_organisations() -> None:
    names: list[Name] = [
        ("huyện Châu Thành", "district", "one", None, province) for province in ("Tiền Giang", "Long An")
    ]
    resolved = resolve(*names)

    assert len({find_one(resolved, name)["organisation_id"] for name in names}) == 2


def test_a_district_and_a_ward_of_the_same_name_are_two_organisations() -> None:
    ward: Name = ("phường Ô Môn", "commune", "one", "quận Ô Môn", "Cần Thơ")
    resolved = resolve(O_MON, ward)
    row = find_one(resolved, ward)

    assert row["organisation_id"] != find_one(resolved, O_MON)["organisation_id"]
    assert row["parent_organisation_id"] == find_one(resolved, O_MON)["organisation_id"]


def test_a_commune_and_a_town_of_the_same_name_are_two_organisations() -> None:
    commune: Name = ("xã Thuận Châu", "commune", "one", "huyện Thuận Châu", "Sơn La")
    town: Name = ("thị trấn Thuận Châu", "commune", "one", "huyện Thuận Châu", "Sơn La")
    resolved = resolve(commune, town)

    assert find_one(resolved, commune)["organisation_id"] != find_one(resolved, town)["organisation_id"]


def test_spellings_of_one_name_are_one_organisation() -> None:
    one: Name = ("Đảng bộ phường Thới Hoà", "commune", "one", "quận Ô Môn", "Cần Thơ")
    other: Name = ("phường  thới hòa", "commune", "one", None, "thành phố Cần Thơ")
    resolved = resolve(one, other)

    assert find_one(resolved, one)["organisation_id"] == find_one(resolved, other)["organisation_id"]


def test_a_number_of_several_together_has_no_organisation() -> None:
    name: Name = ("hai xã An Định, An Chấn", "commune", "together", "huyện Tuy An", "Phú Yên")
    rows = find(resolve(name), name)

    assert [row["single_name"] for row in rows][:1] == ["xã An Định"]
    assert {(row["organisation_id"], row["resolution_code"]) for row in rows} == {(UNKNOWN, "collective")}


def test_a_number_that_holds_for_each_of_several_has_a_row_for_each() -> None:
    name: Name = ("Đảng bộ các xã: Co Tòng, É Tòng", "commune", "each", "huyện Thuận Châu", "Sơn La")
    rows = find(resolve(name), name)

    assert [(row["position"], row["single_name"]) for row in rows] == [
        (1, "Đảng bộ xã Co Tòng"),
        (2, "Đảng bộ xã É Tòng"),
    ]
    assert len({row["organisation_id"] for row in rows} - {UNKNOWN}) == 2


def test_a_parent_that_is_only_named_as_one_has_a_row_of_its_own() -> None:
    ward: Name = ("phường Long Hưng", "commune", "one", "quận Ô Môn", "Cần Thơ")
    resolved = resolve(ward)
    by_id = {row["organisation_id"]: row for row in resolved.to_dicts()}
    district = by_id[find_one(resolved, ward)["parent_organisation_id"]]
    province = by_id[district["parent_organisation_id"]]
    nation = by_id[province["parent_organisation_id"]]

    assert [row["level_code"] for row in (district, province, nation)] == ["district", "province", "national"]
    assert district["organisation_name"] is None
    assert nation["parent_organisation_id"] is None
    assert nation["resolved_name"] == "Đảng Cộng sản Việt Nam"


def test_without_a_named_parent_a_commune_stands_below_its_province() -> None:
    ward: Name = ("phường Long Hưng", "commune", "one", None, "Cần Thơ")
    resolved = resolve(ward)
    parent = resolved.filter(pl.col("organisation_id") == find_one(resolved, ward)["parent_organisation_id"])

    assert parent["level_code"].to_list() == ["province"]


@pytest.mark.parametrize("ending", ["", " tỉnh", " tỉnh Ninh Bình", " Ninh Bình"])
def test_the_place_at_the_end_of_a_provincial_body_does_not_matter(ending: str) -> None:
    plain: Name = ("Đảng bộ Quân sự", "district_equivalent", "one", None, "Ninh Bình")
    longer: Name = (f"Đảng bộ Quân sự{ending}", "district_equivalent", "one", None, "tỉnh Ninh Bình")
    resolved = resolve(plain, longer)

    assert find_one(resolved, plain)["organisation_id"] == find_one(resolved, longer)["organisation_id"]


def test_no_names_give_an_empty_table() -> None:
    resolved = resolve()

    assert resolved.is_empty()
    assert resolved.schema == pl.Schema(RESOLVED_NAMES)


NAMES = st.lists(
    st.builds(
        lambda kind, core, level, scope, parent, province: (f"{kind}{core}", level, scope, parent, province),
        st.sampled_from(["", "huyện ", "thành phố ", "Đảng bộ huyện ", "Huyện ủy ", "xã ", "Đảng bộ xã ", "phường "]),
        st.sampled_from(["Cao Lãnh", "cao lãnh", "Ô Môn", "Thới Hoà", "Thới Hòa"]),
        st.sampled_from(["district", "commune", "grassroots", "province", "cell", "district_equivalent"]),
        st.sampled_from(["one", "each", "together"]),
        st.sampled_from([None, "Cao Lãnh", "huyện Cao Lãnh", "thành phố Cao Lãnh", "quận Ô Môn"]),
        st.sampled_from([None, "Đồng Tháp", "tỉnh Đồng Tháp", "Cần Thơ", "TP.Cần Thơ"]),
    ),
    max_size=12,
)


@given(NAMES, st.randoms(use_true_random=False))
def test_the_order_of_the_names_does_not_matter(names: list[Name], random: Random) -> None:
    shuffled = list(names)
    random.shuffle(shuffled)

    assert resolve(*names).equals(resolve(*shuffled))


@given(NAMES)
def test_every_name_is_resolved_or_says_why_not(names: list[Name]) -> None:
    resolved = resolve(*names)
    known = set(resolved["organisation_id"]) - {UNKNOWN}

    for name in names:
        rows = find(resolved, name)
        assert rows, name
        for row in rows:
            assert row["resolution_code"] in {"resolved", "ambiguous", "collective"}
            assert (row["organisation_id"] == UNKNOWN) == (row["resolution_code"] != "resolved")
            assert row["parent_organisation_id"] is None or row["parent_organisation_id"] in known


@given(NAMES)
def test_an_organisation_has_one_name_level_and_parent(names: list[Name]) -> None:
    labels = ["level_code", "parent_organisation_id", "resolved_name", "resolved_province_name"]
    known = resolve(*names).filter(pl.col("organisation_id") != UNKNOWN)

    assert known.select("organisation_id", *labels).n_unique() == known["organisation_id"].n_unique()


@given(NAMES)
def test_the_tree_has_no_circle(names: list[Name]) -> None:
    parents = dict(resolve(*names).select("organisation_id", "parent_organisation_id").iter_rows())
    for start in set(parents) - {UNKNOWN}:
        above, steps = parents.get(start), 0
        while above is not None:
            above, steps = parents.get(above), steps + 1
            assert steps <= 6


def test_every_organisation_of_the_register_has_a_parent_that_exists(built: Built) -> None:
    resolved = pl.read_parquet(built.paths.organisation_names)
    known = resolved.filter(pl.col("organisation_id") != UNKNOWN)
    orphans = known.filter(
        pl.col("parent_organisation_id").is_null() & ~pl.col("level_code").is_in(["national", "region"])
    )

    assert orphans["resolved_name"].to_list() == []
    assert set(known["parent_organisation_id"].drop_nulls()) <= set(known["organisation_id"])
    assert Lake(built.paths.lake).read("observations").height == 451
