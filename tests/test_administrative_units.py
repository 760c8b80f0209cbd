"""The seeds of administrative units: the places that the sources speak of, traps of the codes, how they are made."""

from __future__ import annotations

import csv
import unicodedata
from collections import Counter, defaultdict
from functools import cache
from typing import TYPE_CHECKING

import pytest

from reference.administrative_units import (
    PACKAGE,
    REFORM,
    SEEDS,
    Change,
    State,
    Unit,
    correct,
    date_units,
    normalise_name,
    read_package,
    write_seeds,
)

if TYPE_CHECKING:
    from pathlib import Path

EVE = "2025-06-30"


@cache
def read_units() -> tuple[Unit, ...]:
    with (SEEDS / "administrative_units.csv").open(encoding="utf-8", newline="") as file:
        return tuple(Unit(**row) for row in csv.DictReader(file))


@cache
def read_changes() -> tuple[Change, ...]:
    with (SEEDS / "administrative_unit_changes.csv").open(encoding="utf-8", newline="") as file:
        return tuple(Change(**row) for row in csv.DictReader(file))


def is_valid(unit: Unit, day: str) -> bool:
    return unit.valid_from <= day and (not unit.valid_to or day < unit.valid_to)


def find_unit(code: str, day: str) -> Unit:
    (unit,) = [unit for unit in read_units() if unit.unit_code == code and is_valid(unit, day)]
    return unit


def find_name(code: str, day: str) -> str:
    unit = find_unit(code, day)
    return f"{unit.unit_type} {unit.unit_name}"


def list_communes(parent_code: str, day: str) -> set[str]:
    return {
        unit.unit_code
        for unit in read_units()
        if unit.level == "commune" and unit.parent_code == parent_code and is_valid(unit, day)
    }


def list_successors(code: str, day: str = REFORM) -> dict[str, str]:
    return {
        change.new_code: change.kind
        for change in read_changes()
        if change.old_code == code and change.changed_on == day
    }


def list_predecessors(code: str, day: str = REFORM) -> set[str]:
    """Return the names of what went wholly into a unit; a part has its kind before its name."""
    return {
        ("" if change.kind == "full" else "partial ") + name
        for change in read_changes()
        if change.new_code == code and change.changed_on == day
        for name in [
            f"{unit.unit_type} {unit.unit_name}"
            for unit in read_units()
            if unit.unit_code == change.old_code and unit.valid_to == day
        ]
    }


# how many there were


@pytest.mark.parametrize(
    ("day", "provinces", "districts"),
    [
        ("2019-09-11", 63, 713),
        ("2020-01-01", 63, 711),
        ("2020-03-01", 63, 707),
        ("2021-02-01", 63, 705),
        ("2023-04-10", 63, 705),
        ("2024-09-01", 63, 704),
        ("2025-01-01", 63, 696),
        ("2025-03-01", 63, 696),
        (EVE, 63, 696),
        (REFORM, 34, 0),
        ("2026-10-01", 34, 0),
    ],
)
def test_there_are_as_many_provinces_and_districts_as_in_the_snapshots(
    day: str, provinces: int, districts: int
) -> None:
    levels = Counter(unit.level for unit in read_units() if is_valid(unit, day))

    assert (levels["province"], levels["district"]) == (provinces, districts)


@pytest.mark.parametrize(("day", "communes"), [("2025-03-01", 10_035), (EVE, 10_035), (REFORM, 3_321)])
def test_there_are_as_many_communes_as_the_reform_counts(day: str, communes: int) -> None:
    assert sum(unit.level == "commune" and is_valid(unit, day) for unit in read_units()) == communes


def test_441_communes_are_split() -> None:
    # 471 in the package, which confuses communes of the same name
    assert len({change.old_code for change in read_changes() if change[2:4] == ("partial", REFORM)}) == 441


# places of the publications read in full, and the reform


@pytest.mark.parametrize(
    ("new", "old"),
    [
        ("25", {"tỉnh Phú Thọ", "tỉnh Vĩnh Phúc", "tỉnh Hòa Bình"}),
        ("92", {"thành phố Cần Thơ", "tỉnh Hậu Giang", "tỉnh Sóc Trăng"}),
        ("48", {"thành phố Đà Nẵng", "tỉnh Quảng Nam"}),
        # huyện Tân Sơn
        ("08545", {"xã Thu Cúc"}),
        ("08560", {"xã Kiệt Sơn", "xã Đồng Sơn", "xã Lai Đồng", "xã Tân Sơn"}),
        ("08566", {"thị trấn Tân Phú", "xã Thu Ngạc", "xã Thạch Kiệt"}),
        ("08590", {"xã Xuân Đài", "xã Kim Thượng", "xã Xuân Sơn"}),
        ("08593", {"xã Minh Đài", "xã Mỹ Thuận", "xã Văn Luông"}),
        ("08620", {"xã Long Cốc", "xã Tam Thanh", "xã Vinh Tiền"}),
        # huyện Thuận Châu
        ("03721", {"thị trấn Thuận Châu", "xã Phổng Ly", "xã Thôm Mòn", "xã Tông Lạnh", "xã Chiềng Pấc"}),
        ("03724", {"xã Phổng Lái", "xã Chiềng Pha"}),
        ("03727", {"xã Mường É", "xã Phổng Lập"}),
        ("03754", {"xã Chiềng La", "xã Chiềng Ngàm", "xã Nong Lay", "xã Tông Cọ"}),
        ("03757", {"xã Mường Khiêng", "xã Liệp Tè", "xã Bó Mười"}),
        ("03760", {"xã Mường Bám"}),
        ("03763", {"xã Long Hẹ", "xã É Tòng"}),
        ("03781", {"xã Co Mạ", "xã Co Tòng", "xã Pá Lông"}),
        ("03784", {"xã Nậm Lầu", "xã Chiềng Bôm", "xã Púng Tra"}),
        ("03799", {"xã Muổi Nọi", "xã Bon Phặng", "xã Bản Lầm"}),
        # thành phố Phúc Yên
        (
            "08740",
            {"phường Hùng Vương", "phường Hai Bà Trưng", "phường Phúc Thắng", "phường Tiền Châu", "phường Nam Viêm"},
        ),
        ("08746", {"phường Xuân Hòa", "phường Đồng Xuân", "xã Ngọc Thanh", "xã Cao Minh"}),
        # quận Ô Môn
        ("31153", {"phường Châu Văn Liêm", "phường Thới Hòa", "phường Thới An", "xã Thới Thạnh"}),
        ("31157", {"phường Thới Long", "phường Long Hưng", "phường Tân Hưng"}),
        ("31162", {"phường Phước Thới", "phường Trường Lạc"}),
    ],
)
def test_a_unit_of_the_reform_is_made_of_whole_old_units(new: str, old: set[str]) -> None:
    assert list_predecessors(new) == old


@pytest.mark.parametrize(
    ("code", "day", "name", "parent"),
    [
        ("240", EVE, "huyện Tân Sơn", "25"),
        ("08545", REFORM, "xã Thu Cúc", "25"),
        ("08560", REFORM, "xã Lai Đồng", "25"),
        ("08566", EVE, "thị trấn Tân Phú", "240"),
        ("08566", REFORM, "xã Tân Sơn", "25"),
        ("08578", EVE, "xã Tân Sơn", "240"),
        ("08590", REFORM, "xã Xuân Đài", "25"),
        ("08593", REFORM, "xã Minh Đài", "25"),
        ("08620", REFORM, "xã Long Cốc", "25"),
        ("119", EVE, "huyện Thuận Châu", "14"),
        ("03748", "2025-02-28", "xã Phổng Lăng", "119"),
        ("03751", "2025-02-28", "xã Chiềng Ly", "119"),
        ("03748", "2025-03-01", "xã Phổng Ly", "119"),
        ("03721", REFORM, "xã Thuận Châu", "14"),
        ("03724", REFORM, "xã Bình Thuận", "14"),
        ("03727", REFORM, "xã Mường É", "14"),
        ("03742", EVE, "xã É Tòng", "119"),
        ("03760", REFORM, "xã Mường Bám", "14"),
        ("244", "2018-02-06", "thị xã Phúc Yên", "26"),
        ("244", "2018-02-07", "thành phố Phúc Yên", "26"),
        ("08755", "2018-02-06", "xã Nam Viêm", "244"),
        ("08755", "2020-12-24", "phường Nam Viêm", "244"),
        ("08758", "2018-02-06", "xã Tiền Châu", "244"),
        ("08734", "2024-12-31", "phường Trưng Trắc", "244"),
        ("08740", "2024-12-31", "phường Trưng Nhị", "244"),
        ("08740", "2025-01-01", "phường Hai Bà Trưng", "244"),
        ("08740", REFORM, "phường Phúc Yên", "25"),
        ("08746", REFORM, "phường Xuân Hòa", "25"),
        ("917", "2022-05-16", "quận Ô Môn", "92"),
        ("31153", "2022-05-16", "phường Châu Văn Liêm", "917"),
        ("31154", "2022-05-16", "phường Thới Hòa", "917"),
        ("31156", "2022-05-16", "phường Thới Long", "917"),
        ("31157", "2022-05-16", "phường Long Hưng", "917"),
        ("31159", "2022-05-16", "phường Thới An", "917"),
        ("31162", "2022-05-16", "phường Phước Thới", "917"),
        ("31165", "2022-05-16", "phường Trường Lạc", "917"),
        ("31153", REFORM, "phường Ô Môn", "92"),
        ("31157", REFORM, "phường Thới Long", "92"),
        ("31162", REFORM, "phường Phước Thới", "92"),
        ("48", "2023-02-21", "thành phố Đà Nẵng", ""),
        ("49", EVE, "tỉnh Quảng Nam", ""),
        # of the other publications
        ("46", "2024-12-31", "tỉnh Thừa Thiên Huế", ""),
        ("46", "2025-01-01", "thành phố Huế", ""),
        ("519", "2024-12-31", "huyện Nông Sơn", "49"),
        ("509", "2024-12-31", "huyện Quế Sơn", "49"),
        ("20669", "2024-12-31", "xã Phước Ninh", "519"),
        ("20669", "2025-01-01", "xã Phước Ninh", "509"),
        ("350", "2021-01-01", "huyện Kim Bảng", "35"),
        ("350", "2025-01-01", "thị xã Kim Bảng", "35"),
        ("13417", "2021-01-01", "xã Văn Xá", "350"),
        ("07957", "2016-08-10", "xã Văn Lung", "228"),
        ("228", "2016-08-10", "thị xã Phú Thọ", "25"),
        ("22153", "2022-01-28", "xã An Mỹ", "559"),
        ("22156", "2022-01-28", "xã An Chấn", "559"),
        ("22129", "2022-01-28", "xã An Định", "559"),
        ("20635", "2009-08-31", "xã Duy Nghĩa", "508"),
        ("24692", EVE, "xã Nam Xuân", "664"),
        ("31309", "2020-05-15", "xã Trường Long", "926"),
        ("732", "2019-05-31", "thị xã Long Khánh", "75"),
        ("732", "2019-08-31", "thành phố Long Khánh", "75"),
        ("194", "2024-09-02", "thành phố Móng Cái", "22"),
        ("927", "2017-05-28", "huyện Thới Lai", "92"),
    ],
)
def test_a_code_means_a_unit_on_a_day(code: str, day: str, name: str, parent: str) -> None:
    assert (find_name(code, day), find_unit(code, day).parent_code) == (name, parent)


@pytest.mark.parametrize(
    ("district", "day", "communes"),
    [("240", "2017-01-01", 17), ("119", "2025-02-28", 29), ("119", "2025-03-01", 28), ("917", "2022-05-16", 7)],
)
def test_a_district_has_its_communes(district: str, day: str, communes: int) -> None:
    assert len(list_communes(district, day)) == communes


@pytest.mark.parametrize(
    ("district", "expected"),
    [
        ("240", {"08545", "08560", "08566", "08590", "08593", "08620"}),
        (
            "119",
            {"03721", "03724", "03727", "03754", "03757", "03760", "03763", "03781", "03784", "03799"},
        ),
        ("244", {"08740", "08746"}),
        ("917", {"31153", "31157", "31162"}),
    ],
)
def test_a_district_became_a_set_of_communes(district: str, expected: set[str]) -> None:
    successors = [list_successors(code) for code in list_communes(district, EVE)]

    assert set().union(*successors) == expected
    assert {kind for kinds in successors for kind in kinds.values()} == {"full"}


@pytest.mark.parametrize(
    ("old", "day", "expected"),
    [
        ("03748", "2025-03-01", {"03748": "full"}),
        ("03751", "2025-03-01", {"03748": "full"}),
        ("08734", "2025-01-01", {"08740": "full"}),
        ("08740", "2025-01-01", {"08740": "full"}),
        ("244", "2018-02-07", {"244": "full"}),
        ("46", "2025-01-01", {"46": "full"}),
        ("519", "2025-01-01", {"509": "full"}),
        ("474", "2025-01-01", {"474": "partial", "475": "partial"}),
        ("763", "2021-01-01", {"769": "full"}),
        ("08578", REFORM, {"08560": "full"}),
        ("318", REFORM, {"11948": "full"}),
        ("240", REFORM, {}),
        ("75", "2026-04-30", {"75": "full"}),
    ],
)
def test_an_old_unit_went_into_its_successors(old: str, day: str, expected: dict[str, str]) -> None:
    assert list_successors(old, day) == expected


def test_a_province_that_took_nothing_in_goes_on() -> None:
    going_on = {
        unit.unit_code
        for unit in read_units()
        if unit.level == "province" and unit.valid_from < REFORM and is_valid(unit, REFORM)
    }

    assert going_on == {"01", "04", "11", "12", "14", "20", "22", "38", "40", "42", "46"}


def test_every_province_since_the_reform_has_the_resolution_of_its_communes() -> None:
    resolutions = defaultdict(set)
    for unit in read_units():
        if unit.level == "commune" and unit.valid_from == REFORM:
            resolutions[unit.resolution].add(unit.parent_code)

    assert set(resolutions) == {f"Nghị quyết {number}/NQ-UBTVQH15" for number in range(1654, 1688)}
    assert all(len(provinces) == 1 for provinces in resolutions.values())
    assert resolutions["Nghị quyết 1676/NQ-UBTVQH15"] == {"25"}
    assert resolutions["Nghị quyết 1681/NQ-UBTVQH15"] == {"14"}


def test_thanh_pho_dong_nai_has_ten_new_wards_since_30_april_2026() -> None:
    begun = {
        find_name(unit.unit_code, "2026-04-30")
        for unit in read_units()
        if unit.valid_from == "2026-04-30" and find_name(unit.unit_code, "2026-04-29") == f"xã {unit.unit_name}"
    }
    names = "Dầu Giây, Đồng Phú, Long Thành, Lộc Ninh, Nhơn Trạch, Tân Khai, Tân Phú, Trảng Bom, Trị An, Xuân Lộc"

    assert begun == {f"phường {name}" for name in names.split(", ")}
    assert find_name("75", "2026-04-29") == "tỉnh Đồng Nai"
    assert find_unit("75", "2026-04-30")[1:] == (
        *("Đồng Nai", "thành phố", "province", ""),
        *("2026-04-30", "", "Nghị quyết 30/2026/QH16"),
    )


# traps


def test_codes_are_used_again() -> None:
    new = {u.unit_code: u.unit_name for u in read_units() if u.level == "commune" and u.valid_from == REFORM}
    old = {u.unit_code: u.unit_name for u in read_units() if u.level == "commune" and u.valid_to == REFORM}
    used_again = new.keys() & old.keys()
    renamed = {code for code in used_again if new[code].casefold() != old[code].casefold()}
    continued = {
        change.old_code for change in read_changes() if change.old_code == change.new_code and change[3] == REFORM
    }
    elsewhere = used_again - continued

    assert len(new) == 3_321
    assert len(used_again) == 3_316
    # 1,797 in the package; the official code of Ia Mơ was that of another unit
    assert len(renamed) == 1_798
    assert elsewhere == {"23737"}


def test_92_units_have_the_name_of_an_old_unit_that_is_no_part_of_them() -> None:
    provinces = {change.old_code: change.new_code for change in read_changes() if change.changed_on == REFORM}
    districts = {unit.unit_code: unit.parent_code for unit in read_units() if unit.level == "district"}
    old: dict[tuple[str, str], set[str]] = defaultdict(set)
    for unit in read_units():
        if unit.level == "commune" and unit.valid_to == REFORM:
            province = districts[unit.parent_code]
            old[provinces.get(province, province), unit.unit_name.casefold()].add(unit.unit_code)
    parts: dict[str, set[str]] = defaultdict(set)
    for change in read_changes():
        if change.changed_on == REFORM:
            parts[change.new_code].add(change.old_code)

    strangers = {
        unit.unit_code
        for unit in read_units()
        if unit.level == "commune"
        and unit.valid_from == REFORM
        and (namesakes := old[unit.parent_code, unit.unit_name.casefold()])
        and not namesakes & parts[unit.unit_code]
    }

    assert len(strangers) == 92
    assert "08566" in strangers


def test_names_are_spelled_in_one_way() -> None:
    names = [unit.unit_name for unit in read_units()]

    assert [name for name in names if not unicodedata.is_normalized("NFC", name)] == []
    assert [name for name in names if name != normalise_name(name) or name[0].islower()] == []


# consistency


def test_every_unit_stands_below_one_that_exists_on_its_first_day() -> None:
    versions = defaultdict(list)
    for unit in read_units():
        versions[unit.unit_code].append(unit)
    above = {"district": {"province"}, "commune": {"province", "district"}}

    orphans = [
        unit
        for unit in read_units()
        if [
            parent.level in above.get(unit.level, ())
            for parent in versions[unit.parent_code]
            if is_valid(parent, unit.valid_from)
        ]
        != ([] if unit.level == "province" else [True])
    ]

    assert orphans == []


def test_a_change_ends_one_version_and_begins_another() -> None:
    ends = {(unit.unit_code, unit.valid_to) for unit in read_units()}
    starts = {(unit.unit_code, unit.valid_from): unit.resolution for unit in read_units()}

    assert [change for change in read_changes() if (change.old_code, change.changed_on) not in ends] == []
    assert [
        change
        for change in read_changes()
        if starts.get((change.new_code, change.changed_on)) != change.resolution or not change.resolution
    ] == []


# how the seeds are made


def make_unit(code: str, name: str = "A", level: str = "commune", parent: str = "") -> Unit:
    return Unit(code, name, "xã", level, parent, "", "", "")


def test_the_seeds_are_what_the_program_writes(tmp_path: Path) -> None:
    if not PACKAGE.is_dir():
        pytest.skip("no reference data: `make test` installs vietnamadminunits")

    write_seeds(PACKAGE, tmp_path)

    for name in ("administrative_units.csv", "administrative_unit_changes.csv"):
        assert (tmp_path / name).read_bytes() == (SEEDS / name).read_bytes()


def test_a_missing_package_is_named_with_the_remedy(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"no data of vietnamadminunits in .*\n`make units`"):
        read_package(tmp_path)


def test_a_correction_changes_one_value_and_what_names_it() -> None:
    state = State([make_unit("00001")], [make_unit("00002"), make_unit("00003")], {("00001", "00002")})

    corrected = correct(
        state,
        [{"state": "after", "unit_code": "00002", "column": "unit_code", "published": "00002", "corrected": "00009"}],
        [{"old_code": "00001", "new_code": "00003", "action": "add"}],
    )

    assert [unit.unit_code for unit in corrected.after] == ["00009", "00003"]
    assert corrected.successions == {("00001", "00009"), ("00001", "00003")}


def test_a_correction_that_is_no_longer_needed_stops_the_program() -> None:
    state = State([make_unit("00001", "É Tòng")], [], set())
    spelling = {"state": "before", "unit_code": "00001", "column": "unit_name", "published": "é", "corrected": "É"}

    with pytest.raises(ValueError, match="unit_name of '00001' is not 'é'"):
        correct(state, [spelling], [])
    with pytest.raises(ValueError, match="nothing to remove"):
        correct(state, [], [{"old_code": "00001", "new_code": "00002", "action": "remove"}])


def test_a_split_unit_goes_partly_into_each_of_its_successors() -> None:
    state = State(
        [make_unit("01", level="province"), make_unit("001", level="district", parent="01")]
        + [make_unit(code, parent="001") for code in ("00001", "00002")],
        [make_unit("01", level="province")] + [make_unit(code, parent="01") for code in ("00001", "00002")],
        {("01", "01"), ("00001", "00001"), ("00001", "00002"), ("00002", "00002")},
    )

    units, changes = date_units(state, {"01": "R"}, [], [])

    assert changes == [
        Change("00001", "00001", "partial", REFORM, "R"),
        Change("00001", "00002", "partial", REFORM, "R"),
        Change("00002", "00002", "full", REFORM, "R"),
    ]
    assert [(unit.unit_code, unit.valid_from, unit.valid_to) for unit in units] == [
        ("00001", "1900-01-01", REFORM),
        ("00001", REFORM, ""),
        ("00002", "1900-01-01", REFORM),
        ("00002", REFORM, ""),
        ("001", "1900-01-01", REFORM),
        ("01", "1900-01-01", ""),
    ]


def test_a_change_on_another_day_ends_and_begins_versions() -> None:
    state = State(
        [make_unit("01", level="province"), make_unit("02", level="province")],
        [make_unit("02", level="province")],
        {("01", "02"), ("02", "02")},
    )
    earlier = make_unit("02", "B", level="province")._replace(valid_from="1900-01-01", valid_to="2020-01-01")
    later = make_unit("02", "C", level="province")._replace(valid_from="2026-01-01")
    changes = [Change("02", "02", "full", day, f"R{day[:4]}") for day in ("2020-01-01", "2026-01-01")]

    units, _ = date_units(state, {}, [earlier, later], changes)

    assert [(unit.unit_name, unit.valid_from, unit.valid_to, unit.resolution) for unit in units if unit[0] == "02"] == [
        ("B", "1900-01-01", "2020-01-01", ""),
        ("A", "2020-01-01", REFORM, "R2020"),
        ("A", REFORM, "2026-01-01", "Nghị quyết 202/2025/QH15"),
        ("C", "2026-01-01", "", "R2026"),
    ]
