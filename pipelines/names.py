"""Vietnamese names of Party organisations: the same spelling for the same name, and what a name consists of.

Which organisation a name means is decided in `pipelines.organisations`.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import NamedTuple

_TONE_MARKS = "\u0300\u0301\u0303\u0309\u0323"
_MARKS = f"{_TONE_MARKS}\u0302\u0306\u031b"
_SIGNS = (
    (re.compile(r"['\u2018\u2019\u02bc`]"), ""),
    (re.compile(r"[-\u2010-\u2015]"), " "),
    (re.compile(r"(?<!\w)t\s*\.\s*([px])(?=[\s.])"), r"t\1"),
    (re.compile(r"(?<!\w)(tp|tx|tt|h|q|p|x)\s*\.\s*"), r"\1 "),
    (re.compile(r"(?<!\w)([qp])(?=\d)"), r"\1 "),
)
_SPELLINGS = (
    (re.compile(rf"(o)([{_TONE_MARKS}])([ae])(?![\w{_TONE_MARKS}])"), r"\1\3\2"),
    (re.compile(rf"(?<!q)(u)([{_TONE_MARKS}])(y)(?![\w{_TONE_MARKS}])"), r"\1\3\2"),
    (re.compile(rf"(?<![\w{_MARKS}])(qu|[bcdđghklmnprstvx]+)y([{_TONE_MARKS}]?)(?![\w{_MARKS}])"), r"\1i\2"),
    (re.compile(r"(?<!\w)0+(?=\d)"), ""),
)
"""Of a syllable whose marks stand behind their letters."""
_DAK = re.compile(r"(?<!\w)đ[aáăắ][ck](?!\w)")

_BODIES = (
    ("toàn tỉnh", "tỉnh"),
    ("toàn huyện", "huyện"),
    ("toàn quận", "quận"),
    ("toàn thành phố", "thành phố"),
    ("toàn thị xã", "thị xã"),
    ("toàn xã", "xã"),
    ("toàn phường", "phường"),
    ("tỉnh ủy", "tỉnh"),
    ("thành ủy", "thành phố"),
    ("huyện ủy", "huyện"),
    ("quận ủy", "quận"),
    ("thị ủy", "thị xã"),
    ("đảng ủy", ""),
    ("toàn đảng bộ", ""),
    ("đảng bộ", ""),
    ("chi bộ", ""),
    ("ban chấp hành", ""),
    ("ban thường vụ", ""),
    # bodies of the Youth Union stand for the area of the Party organisation beside them
    ("tỉnh đoàn", "tỉnh"),
    ("thành đoàn", "thành phố"),
    ("huyện đoàn", "huyện"),
    ("quận đoàn", "quận"),
    ("thị đoàn", "thị xã"),
)
KINDS = {
    "thành phố": "thành phố",
    "tp": "thành phố",
    "tỉnh": "tỉnh",
    "huyện đảo": "huyện",
    "huyện": "huyện",
    "h": "huyện",
    "quận": "quận",
    "q": "quận",
    "thị xã": "thị xã",
    "tx": "thị xã",
    "thị trấn": "thị trấn",
    "tt": "thị trấn",
    "xã đảo": "xã",
    "xã": "xã",
    "x": "xã",
    "phường": "phường",
    "p": "phường",
    "đặc khu": "đặc khu",
}
"""Words for the kinds of unit, and the kind in full."""

_KIND_WORDS = "|".join(sorted((word for word, full in KINDS.items() if word == full), key=len, reverse=True))
_PROVINCES = {
    "hcm": "hồ chí minh",
    "tphcm": "hồ chí minh",
    "tp hcm": "hồ chí minh",
    "hn": "hà nội",
    "tt huế": "thừa thiên huế",
    "brvt": "bà rịa vũng tàu",
    "br vt": "bà rịa vũng tàu",
    "đắk lắc": "đắk lắk",
    "đắk lăk": "đắk lắk",
    "đắk lak": "đắk lắk",
    "daklak": "đắk lắk",
}
_LIST = re.compile(
    r"^(?P<body>.*?)(?:các|những|hai|ba|bốn|năm|sáu|bảy|tám|chín|mười|\d+)\s+"
    r"(?P<kind>xã|phường|thị trấn|huyện|quận|thị xã|thành phố|tỉnh)\s*:?\s+(?P<names>.+)$",
    re.IGNORECASE,
)


_PLACE = re.compile(rf"(?<=\s)(?:{_KIND_WORDS}|tp\.?|tx\.?)\s+(?=\S)", re.IGNORECASE)
_ERAS = ((" (cũ)", "former"), (" cũ", "former"), (" (mới)", "new"))


class OrganisationName(NamedTuple):
    """A name taken apart.

    Attributes:
        kind: Kind of unit in full (``huyện``, ``phường`` …), or empty where the name does not say it.
        core: The rest of the name, normalised.
        era: ``former`` or ``new`` where the name says so: ``xã Tân Sơn (cũ)``; else empty.
    """

    kind: str
    core: str
    era: str = ""


@lru_cache(maxsize=2**15)
def normalise_name(name: str) -> str:
    """Return one spelling for all spellings of a name.

    Form C, lower case, one place of the tone mark, ``i`` for ``y`` where both are written (``Mỹ``, ``Lý``, ``Quý``), no
    hyphens and apostrophes, single spaces, no leading zeros, ``đắk`` for its variants.

    Examples:
        >>> normalise_name("Đảng bộ  phường Thới Hoà") == normalise_name("đảng bộ phường Thới Hòa")
        True
        >>> normalise_name("Ðơn Dương")
        'đơn dương'
        >>> normalise_name("Q.05")
        'q 5'
    """
    text = unicodedata.normalize("NFC", name).replace("\u00d0", "\u0110").casefold()
    # none of the signs is a letter but this one, and most names are letters only
    if not text.replace(" ", "").isalpha() or "\u02bc" in text:
        for sign, replacement in _SIGNS:
            text = sign.sub(replacement, text)
    return " ".join(map(_normalise_syllable, text.split()))


def drop_marks(text: str) -> str:
    """Return a text as it is typed without Vietnamese marks.

    Examples:
        >>> drop_marks("Đảng bộ huyện Tân Sơn")
        'Dang bo huyen Tan Son'
    """
    decomposed = unicodedata.normalize("NFD", text.replace("đ", "d").replace("Đ", "D"))
    return "".join(character for character in decomposed if not unicodedata.combining(character))


@lru_cache(maxsize=2**16)
def _normalise_syllable(syllable: str) -> str:
    """Move the tone mark of an open ``oa``, ``oe``, ``uy`` to its second vowel, write a lone ``y`` as ``i``."""
    text = unicodedata.normalize("NFD", syllable)
    for spelling, replacement in _SPELLINGS:
        text = spelling.sub(replacement, text)
    return _DAK.sub("đắk", unicodedata.normalize("NFC", text))


def parse_organisation_name(name: str) -> OrganisationName:
    """Take a printed name apart.

    Examples:
        >>> parse_organisation_name("Huyện ủy Lạc Dương")
        OrganisationName(kind='huyện', core='lạc dương', era='')
        >>> parse_organisation_name("Đảng bộ TP.Biên Hòa").kind
        'thành phố'
        >>> parse_organisation_name("Đức Trọng").kind
        ''
        >>> parse_organisation_name("xã Tân Sơn (cũ)")
        OrganisationName(kind='xã', core='tân sơn', era='former')
    """
    rest, kind, era = normalise_name(name), "", ""
    for ending, meaning in _ERAS:
        if rest.endswith(ending):
            rest, era = rest.removesuffix(ending).rstrip(), meaning
    while not kind and (body := _BODY.match(rest)):
        rest, kind = rest[body.end() :], _NORMALISED_BODIES[body[1]]
    # "Thành ủy TP Biên Hòa" says the kind twice
    if (word := _KIND.match(rest)) and kind in ("", KINDS[word[1]]):
        rest, kind = rest[word.end() :], KINDS[word[1]]
    return OrganisationName(kind, rest, era)


def parse_province_name(name: str) -> OrganisationName:
    """Take the printed name of a province apart; abbreviations are written out.

    Examples:
        >>> parse_province_name("TP.HCM").core
        'hồ chí minh'
    """
    kind, core, era = parse_organisation_name(name)
    return OrganisationName(kind, _PROVINCES.get(core, core), era)


def split_places(name: str) -> tuple[str, list[str]]:
    """Return a name without the places printed behind it, and those places.

    Examples:
        >>> split_places("xã An Mỹ, huyện Tuy An, tỉnh Phú Yên")
        ('xã An Mỹ', ['huyện Tuy An', 'tỉnh Phú Yên'])
        >>> split_places("phường 5 (quận 3)")
        ('phường 5', ['quận 3'])
        >>> split_places("xã Tân Sơn (cũ)")
        ('xã Tân Sơn (cũ)', [])
    """
    places = [place for place in re.findall(r"\(([^()]*)\)", name) if normalise_name(place) not in ("cũ", "mới")]
    for place in places:
        name = name.replace(f"({place})", "")
    head, *tail = re.split(r"\s*,\s*|\s+thuộc\s+", name.strip())
    return head, [place for place in (*tail, *places) if place]


def split_trailing_place(name: str) -> tuple[str, str | None]:
    """Return a name without a unit that is printed behind it without a comma, and that unit.

    Examples:
        >>> split_trailing_place("Đảng bộ xã An Mỹ huyện Tuy An")
        ('Đảng bộ xã An Mỹ', 'huyện Tuy An')
        >>> split_trailing_place("Đảng bộ xã An Mỹ")
        ('Đảng bộ xã An Mỹ', None)
        >>> split_trailing_place("Công an thị xã Phú Thọ")
        ('Công an', 'thị xã Phú Thọ')
    """
    for match in reversed(list(_PLACE.finditer(name))):
        head = name[: match.start()].rstrip()
        core = parse_organisation_name(head).core
        if core and core not in KINDS:
            return head, name[match.start() :]
    return name, None


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


_NORMALISED_BODIES = {normalise_name(body): implied for body, implied in _BODIES}
_BODY = re.compile(rf"({'|'.join(_NORMALISED_BODIES)})(?: |$)")
_KIND = re.compile(rf"({'|'.join(KINDS)}) ")
