"""Vietnamese names of Party organisations: the same spelling for the same name, and what a name consists of.

Which organisation a name means is decided in `pipelines.organisations`.
"""

from __future__ import annotations

import re
import unicodedata
from typing import NamedTuple

_TONE_MARKS = "\u0300\u0301\u0303\u0309\u0323"

_BODIES = (
    ("tỉnh ủy", "tỉnh"),
    ("thành ủy", "thành phố"),
    ("huyện ủy", "huyện"),
    ("quận ủy", "quận"),
    ("thị ủy", "thị xã"),
    ("đảng ủy", ""),
    ("đảng bộ", ""),
    ("chi bộ", ""),
    ("ban chấp hành", ""),
    ("toàn", ""),
)
_KINDS = (
    ("thành phố", "thành phố"),
    ("tp", "thành phố"),
    ("tỉnh", "tỉnh"),
    ("huyện", "huyện"),
    ("quận", "quận"),
    ("thị xã", "thị xã"),
    ("thị trấn", "thị trấn"),
    ("xã", "xã"),
    ("phường", "phường"),
    ("đặc khu", "đặc khu"),
)
_LIST = re.compile(
    r"^(?P<body>.*?)(?:các|những|hai|ba|bốn|năm|sáu|bảy|tám|chín|mười|\d+)\s+"
    r"(?P<kind>xã|phường|thị trấn|huyện|quận|thị xã|thành phố|tỉnh)\s*:?\s+(?P<names>.+)$",
    re.IGNORECASE,
)


class OrganisationName(NamedTuple):
    """A name taken apart.

    Attributes:
        kind: Kind of unit in full (``huyện``, ``phường`` …), or empty where the name does not say it.
        core: The rest of the name, normalised.
    """

    kind: str
    core: str


def normalise_name(name: str) -> str:
    """Return one spelling for all spellings of a name: form C, lower case, one place of the tone mark, single spaces.

    Examples:
        >>> normalise_name("Đảng bộ  phường Thới Hoà") == normalise_name("đảng bộ phường Thới Hòa")
        True
        >>> normalise_name("Ðơn Dương")
        'đơn dương'
    """
    text = unicodedata.normalize("NFC", name).replace("\u00d0", "\u0110").casefold()
    text = re.sub(r"[\u2018\u2019\u02bc`]", "'", text)
    text = re.sub(r"[\u2010-\u2015]", "-", text)
    text = re.sub(r"\btp\s*\.\s*", "tp ", text)
    decomposed = _separate_tones(re.sub(r"\s+", " ", text).strip())
    return unicodedata.normalize("NFC", decomposed)


def drop_marks(text: str) -> str:
    """Return a text as it is typed without Vietnamese marks.

    Examples:
        >>> drop_marks("Đảng bộ huyện Tân Sơn")
        'Dang bo huyen Tan Son'
    """
    decomposed = unicodedata.normalize("NFD", text.replace("đ", "d").replace("Đ", "D"))
    return "".join(character for character in decomposed if not unicodedata.combining(character))


def _separate_tones(text: str) -> str:
    """Move the tone mark of an open ``oa``, ``oe``, ``uy`` to the second vowel, where ``hoà`` and ``thuỷ`` have it."""
    decomposed = unicodedata.normalize("NFD", text)
    moved = re.sub(rf"(o)([{_TONE_MARKS}])([ae])(?![\w{_TONE_MARKS}])", r"\1\3\2", decomposed)
    return re.sub(rf"(?<!q)(u)([{_TONE_MARKS}])(y)(?![\w{_TONE_MARKS}])", r"\1\3\2", moved)


def parse_organisation_name(name: str) -> OrganisationName:
    """Take a printed name apart.

    Examples:
        >>> parse_organisation_name("Huyện ủy Lạc Dương")
        OrganisationName(kind='huyện', core='lạc dương')
        >>> parse_organisation_name("Đảng bộ TP.Biên Hòa").kind
        'thành phố'
        >>> parse_organisation_name("Đức Trọng")
        OrganisationName(kind='', core='đức trọng')
    """
    rest, kind = normalise_name(name), ""
    is_shorter = True
    while is_shorter and not kind:
        is_shorter = False
        for body, implied in _BODIES:
            word = normalise_name(body)
            if rest.startswith(f"{word} "):
                rest, kind, is_shorter = rest[len(word) + 1 :], implied, True
                break
    for word, full in _KINDS:
        if not kind and rest.startswith(f"{normalise_name(word)} "):
            rest, kind = rest[len(normalise_name(word)) + 1 :], full
    return OrganisationName(kind, rest)


def split_names(printed: str) -> list[str]:
    """Return the single organisations that a printed list names.

    Examples:
        >>> split_names("Đảng bộ các xã: Co Tòng, É Tòng")
        ['Đảng bộ xã Co Tòng', 'Đảng bộ xã É Tòng']
        >>> split_names("hai xã An Định, An Chấn")
        ['xã An Định', 'xã An Chấn']
        >>> split_names("Đảng bộ xã Co Mạ")
        ['Đảng bộ xã Co Mạ']
    """
    match = _LIST.match(printed.strip())
    if match is None:
        return [printed]
    names = re.split(r"\s*[,;]\s*|\s+và\s+", match["names"].rstrip(" .…"))
    return [f"{match['body']}{match['kind'].lower()} {name}" for name in names if name]
