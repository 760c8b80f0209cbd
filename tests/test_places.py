"""Which unit a printed name means, and on which days."""

from __future__ import annotations

import datetime as dt
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.places import MATCH_CODES, Places, Resolution, find_span, join_spans
from pipelines.units import ALWAYS, NEVER, Gazetteer

BEFORE, AFTER = dt.date(2024, 12, 31), dt.date(2025, 10, 1)
REFORM = dt.date(2025, 7, 1)


@pytest.fixture(scope="module")
def places(gazetteer: Gazetteer) -> Places:
    return Places(gazetteer)


@pytest.mark.parametrize(
    ("level", "name", "parent", "province", "day", "unit_id", "match_code"),
    [
        ("commune", "xã Tân Sơn", None, "Phú Thọ", BEFORE, "08578", "exact"),
        # the new xã Tân Sơn is no part of the old one, and the other way round
        ("commune", "xã Tân Sơn", None, "Phú Thọ", AFTER, "08566-20250701", "exact"),
        ("commune", "xã Tân Sơn", "huyện Tân Sơn (cũ)", "Phú Thọ", AFTER, "08566-20250701", "other_place"),
        ("commune", "xã Tân Sơn (cũ)", None, "Phú Thọ", AFTER, "08578", "other_day"),
        ("commune", "xã Tân Sơn (mới)", None, "Phú Thọ", BEFORE, "08566-20250701", "other_day"),
        ("commune", "Tân Sơn", None, "Phú Thọ", BEFORE, "08578", "no_kind"),
        ("commune", "phường Phúc Yên", None, "Vĩnh Phúc", AFTER, "08740-20250701", "other_place"),
        ("commune", "phường Phúc Yên", "thành phố Phúc Yên", None, AFTER, "08740-20250701", "other_place"),
        ("commune", "phường Nam Viêm", None, "Vĩnh Phúc", AFTER, "08755", "other_day"),
        ("commune", "thị trấn Tân Phú", "H. Tân Sơn", None, AFTER, "08566", "other_day"),
        ("commune", "phường Thu Cúc", "huyện Tân Sơn", None, BEFORE, "08545", "other_kind"),
        ("commune", "Đảng bộ phường Nam Viêm, TP. Phúc Yên, tỉnh Vĩnh Phúc", None, None, BEFORE, "08755", "exact"),
        ("commune", "xã Thu Cúc huyện Tân Sơn", None, None, BEFORE, "08545", "exact"),
        ("commune", "P.05 (Q.3)", None, "TP.HCM", BEFORE, "27139", "exact"),
        ("district", "huyện Tân Sơn", None, "Phú Thọ", BEFORE, "240", "exact"),
        ("district", "huyện Tân Sơn", None, "Phú Thọ", AFTER, "240", "other_day"),
        ("district", "Thành ủy Cao Lãnh", None, "Đồng Tháp", BEFORE, "866", "exact"),
        ("district", "Huyện ủy Cao Lãnh", None, "Đồng Tháp", BEFORE, "873", "exact"),
        ("district", "thành phố Phúc Yên", None, "Vĩnh Phúc", BEFORE, "244-20180207", "exact"),
        # printed later about 2017, when it was a thị xã: the same place
        ("district", "thành phố Phúc Yên", None, "Vĩnh Phúc", dt.date(2017, 12, 31), "244", "other_kind"),
        ("district", "thành phố Phúc Yên", None, "Phú Thọ", AFTER, "244-20180207", "other_day"),
        ("district", "Q. 3", None, "Hồ Chí Minh", BEFORE, "770", "exact"),
        ("province", "Tỉnh ủy Phú Thọ", None, "Phú Thọ", BEFORE, "25", "exact"),
        ("province", "Tỉnh ủy Phú Thọ", None, "Phú Thọ", AFTER, "25-20250701", "exact"),
        ("province", "toàn tỉnh", None, "Phú Thọ", AFTER, "25-20250701", "no_kind"),
        ("province", "Thành ủy TPHCM", None, None, AFTER, "79", "exact"),
        ("province", "Thừa Thiên - Huế", None, None, BEFORE, "46", "no_kind"),
        ("province", "tỉnh Thừa Thiên Huế", None, None, AFTER, "46-20250101", "other_kind"),
        ("province", "Huế", None, None, dt.date(2020, 12, 31), "46", "other_name"),
    ],
)
def test_a_name_means_a_unit(
    places: Places,
    level: str,
    name: str,
    parent: str | None,
    province: str | None,
    day: dt.date,
    unit_id: str,
    match_code: str,
) -> None:
    assert find_span(places.resolve(level, name, parent, province), day) == Resolution(unit_id, match_code)


def test_a_name_without_its_kind_that_fits_two_units_is_ambiguous(places: Places) -> None:
    resolution = find_span(places.resolve("district", "Cao Lãnh", None, "Đồng Tháp"), BEFORE)

    assert resolution == Resolution(None, "several", ("866", "873"))


@pytest.mark.parametrize(
    ("name", "parent", "province", "candidates"),
    [
        # it lies elsewhere than printed
        ("phường Nam Viêm", None, "Đồng Tháp", ("08755",)),
        ("phường Nam Viem", None, "Vĩnh Phúc", ("08755",)),
        ("xã Thu Cúcc", None, "Phú Thọ", ("08545",)),
        # a commune cannot be a district
        ("huyện Tân Sơn", None, "Phú Thọ", ("08566", "08578", "240")),
    ],
)
def test_a_name_that_no_unit_bears_has_the_nearest_names_as_candidates(
    places: Places, name: str, parent: str | None, province: str | None, candidates: tuple[str, ...]
) -> None:
    resolution = find_span(places.resolve("commune", name, parent, province), BEFORE)

    assert (resolution.organisation_id, resolution.match_code) == (None, "similar")
    assert {candidate.split("-")[0] for candidate in resolution.candidates} == set(candidates)


def test_a_name_near_to_no_other_has_no_candidates(places: Places) -> None:
    assert find_span(places.resolve("commune", "xã Xyz", None, None), BEFORE) == Resolution(None, "none")


def test_a_printed_place_that_is_no_unit_says_nothing(places: Places) -> None:
    resolution = find_span(places.resolve("commune", "xã Thu Cúc", "Đảng ủy Khối doanh nghiệp", None), BEFORE)

    assert resolution == Resolution("08545", "exact")


def test_a_name_of_one_of_several_levels_means_the_valid_unit(places: Places) -> None:
    spans = places.resolve_any("Tân Sơn", ("district", "commune"), "Phú Thọ")

    assert [(span.starts_on, span.ends_before, span.resolution.organisation_id) for span in spans] == [
        (ALWAYS, REFORM, "240"),
        (REFORM, NEVER, "08566-20250701"),
    ]


@given(st.lists(st.dates(dt.date(1850, 1, 1), dt.date(9999, 12, 31))), st.integers(1, 4))
def test_spans_cover_all_time_and_neighbours_differ(days: list[dt.date], period: int) -> None:
    spans = join_spans(days, lambda day: Resolution(str(day.year // 100 % period), "exact"))

    assert (spans[0].starts_on, spans[-1].ends_before) == (ALWAYS, NEVER)
    for former, latter in pairwise(spans):
        assert former.ends_before == latter.starts_on
        assert former.resolution != latter.resolution


SPELLINGS = st.sampled_from(
    [
        str.upper,
        str.lower,
        str.title,
        lambda name: (
            name.replace("thị xã ", "TX. ").replace("xã ", "X. ").replace("phường ", "P.").replace("huyện ", "H. ")
        ),
        lambda name: name.replace("thành phố ", "TP.").replace("thị trấn ", "TT ").replace("quận ", "Q."),
        lambda name: name.replace("thành phố ", "Tp. ").replace("thị xã ", "TX "),
        lambda name: f"Đảng bộ {name}",
        lambda name: f"  Đảng ủy  {name.replace(' ', '  ')} ",
        lambda name: name.replace("Thúy", "Thuý").replace("Phú Thọ", "Phú  Thọ"),
    ]
)


@given(st.data(), SPELLINGS)
def test_spellings_of_one_name_resolve_alike(gazetteer: Gazetteer, data: st.DataObject, spell: object) -> None:
    unit = gazetteer.units[data.draw(st.sampled_from(sorted(gazetteer.units)))]
    name = f"{unit.kind} {unit.name}"
    province = gazetteer.find_province(unit).name
    places = Places(gazetteer)

    assert places.resolve(unit.level, spell(name), None, province) == places.resolve(unit.level, name, None, province)


@given(st.data())
def test_a_full_name_means_its_unit_on_its_days(gazetteer: Gazetteer, data: st.DataObject) -> None:
    unit = gazetteer.units[data.draw(st.sampled_from(sorted(gazetteer.units)))]
    parent = gazetteer.find_parent(unit)
    spans = Places(gazetteer).resolve(
        unit.level, f"{unit.kind} {unit.name}", parent and f"{parent.kind} {parent.name}", None
    )
    resolution = find_span(spans, unit.valid_from)

    assert resolution == Resolution(unit.unit_id, "exact")
    assert all(span.resolution.match_code in MATCH_CODES for span in spans)
