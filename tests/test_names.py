"""Spellings of names and their parts."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.names import OrganisationName, normalise_name, parse_organisation_name, split_names

LETTERS = "aàáảãạăắằâấêếđeèéioòóọôốơớuúụưứyýỷ bcghklmnpqrtvx'-"
NAMES = st.text(LETTERS + LETTERS.upper(), min_size=1, max_size=25)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Thới Hoà", "Thới Hòa"),
        ("Thủy Nguyên", "Thuỷ Nguyên"),
        ("Khoẻ", "Khỏe"),
        ("huyện  Ea H’leo", "huyện Ea H'leo"),
        ("Ðơn Dương", "Đơn Dương"),
        ("Phan Rang – Tháp Chàm", "Phan Rang - Tháp Chàm"),
        ("TP. Biên Hòa", "TP.Biên Hòa"),
        ("TP Biên Hòa", "tp. biên hoà"),
        ("xã Mỹ Lý", "Xã Mĩ Lí"),
        ("phường Quý Kỳ", "phường Quí Kì"),
        ("Phường 01", "phường 1"),
        ("Q.1", "q. 1"),
        ("T.P Vinh", "TP. Vinh"),
        ("Đăk Glei", "Đắk Glei"),
        ("Bà Rịa-Vũng Tàu", "Bà Rịa – Vũng Tàu"),
        ("xã é Tòng", "Xã É Tòng"),
        ("\u00a0Ô Môn ", "ô môn"),
    ],
)
def test_spellings_of_one_name_are_one(one: str, other: str) -> None:
    assert normalise_name(one) == normalise_name(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Hòa An", "Hỏa An"),
        ("Quý", "Quỳ"),
        ("Hoàn", "Hòan Kiếm"),
        ("Đức Trọng", "Đúc Trọng"),
        ("Đà Nẵng", "Da Nang"),
        ("Ea Sol", "Easol"),
        ("Ý Yên", "Í Yên"),
        ("Thủy", "Thủi"),
    ],
)
def test_names_that_differ_in_a_letter_or_mark_stay_different(one: str, other: str) -> None:
    assert normalise_name(one) != normalise_name(other)


def test_the_tone_of_a_closed_syllable_or_of_qu_is_not_moved() -> None:
    assert normalise_name("Hoàng Quýnh Thoại") == "hoàng quýnh thoại"


@given(NAMES)
def test_normalising_twice_changes_nothing(name: str) -> None:
    once = normalise_name(name)

    assert normalise_name(once) == once
    assert unicodedata.is_normalized("NFC", once)


@given(NAMES)
def test_the_composition_of_the_input_does_not_matter(name: str) -> None:
    assert normalise_name(unicodedata.normalize("NFD", name)) == normalise_name(unicodedata.normalize("NFC", name))


@pytest.mark.parametrize(
    ("name", "kind", "core"),
    [
        ("Huyện ủy Lạc Dương", "huyện", "lạc dương"),
        ("Quận uỷ Ô Môn", "quận", "ô môn"),
        ("Thành ủy Đà Nẵng", "thành phố", "đà nẵng"),
        ("Thị uỷ Thái Hoà", "thị xã", "thái hoà"),
        ("Đảng bộ TP.Biên Hòa", "thành phố", "biên hoà"),
        ("Đảng bộ tỉnh Sơn La", "tỉnh", "sơn la"),
        ("Đảng ủy xã Co Mạ", "xã", "co mạ"),
        ("Ban Chấp hành Đảng bộ huyện Tân Sơn", "huyện", "tân sơn"),
        ("toàn Đảng bộ quận Ô Môn", "quận", "ô môn"),
        ("Đảng bộ thị trấn Thuận Châu", "thị trấn", "thuận châu"),
        ("Đặc khu Phú Quốc", "đặc khu", "phú quốc"),
        ("Đức Trọng", "", "đức trọng"),
        ("Đảng bộ Công an quận", "", "công an quận"),
        ("Xã", "", "xã"),
        ("TX. Phú Thọ", "thị xã", "phú thọ"),
        ("TT. Thuận Châu", "thị trấn", "thuận châu"),
        ("H. Tân Sơn", "huyện", "tân sơn"),
        ("Q. Ô Môn", "quận", "ô môn"),
        ("Q.10", "quận", "10"),
        ("P5", "phường", "5"),
        ("P. 05", "phường", "5"),
        ("X. Co Mạ", "xã", "co mạ"),
        ("Thành ủy TP. Biên Hòa", "thành phố", "biên hoà"),
        ("huyện đảo Phú Quý", "huyện", "phú quí"),
        ("Huyện đoàn Tánh Linh", "huyện", "tánh linh"),
        ("Chợ Mới", "", "chợ mới"),
        ("Tỉnh ủy", "tỉnh", ""),
    ],
)
def test_a_name_is_taken_apart(name: str, kind: str, core: str) -> None:
    assert parse_organisation_name(name) == OrganisationName(kind, core)


@pytest.mark.parametrize(
    ("name", "era"), [("xã A (cũ)", "former"), ("xã A cũ", "former"), ("xã A (mới)", "new"), ("A", "")]
)
def test_a_name_may_say_that_it_is_the_former_one(name: str, era: str) -> None:
    assert parse_organisation_name(name).era == era
    assert parse_organisation_name(name).core == "a"


def test_a_unit_whose_name_begins_like_a_kind_keeps_it() -> None:
    assert parse_organisation_name("xã Quận Cam") == OrganisationName("xã", "quận cam")


@given(NAMES)
def test_taking_apart_any_name_gives_a_known_kind(name: str) -> None:
    kind, core, _ = parse_organisation_name(name)

    assert kind in {"", "tỉnh", "thành phố", "huyện", "quận", "thị xã", "thị trấn", "xã", "phường", "đặc khu"}
    assert core == core.strip()


@pytest.mark.parametrize(
    ("printed", "names"),
    [
        ("Đảng bộ các xã: Co Tòng, É Tòng", ["Đảng bộ xã Co Tòng", "Đảng bộ xã É Tòng"]),
        ("hai xã An Định, An Chấn", ["xã An Định", "xã An Chấn"]),
        ("các phường Thới An, Thới Long và Long Hưng", ["phường Thới An", "phường Thới Long", "phường Long Hưng"]),
        ("3 huyện A; B; C…", ["huyện A", "huyện B", "huyện C"]),
        ("các thị trấn A và B", ["thị trấn A", "thị trấn B"]),
        ("Đảng bộ xã Co Mạ", ["Đảng bộ xã Co Mạ"]),
        ("Đảng bộ Khối các cơ quan tỉnh", ["Đảng bộ Khối các cơ quan tỉnh"]),
    ],
)
def test_a_list_of_names_is_split(printed: str, names: list[str]) -> None:
    assert split_names(printed) == names
