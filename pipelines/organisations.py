"""Which organisation a printed name means, as a function of the day.

The committee of an administrative unit is named after it: `pipelines.places` finds the unit. An organisation without
an area (a bloc of agencies, the police, a school) is only known from its names: a name that leaves out the organisation
above means the only one of the same place that says it. A name that does not tell one organisation goes to `UNKNOWN`,
with the candidates. Derived from the lake and rebuilt every night; dbt reads the result.
"""

from __future__ import annotations

import hashlib
import re
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import polars as pl

from pipelines.names import (
    KINDS,
    normalise_name,
    parse_organisation_name,
    parse_province_name,
    split_names,
    split_trailing_place,
)
from pipelines.places import LEVELS_ABOVE, Places, Resolution, Span, find_span, is_unit_name, join_spans
from pipelines.units import ALWAYS, NEVER
from pipelines.vocabulary import read_codes

if TYPE_CHECKING:
    import datetime as dt

    from pipelines.units import Gazetteer, Unit

UNKNOWN = "unknown"
"""The organisation of every name that cannot be resolved; a row of its own, so that its figures stay visible."""

NATIONAL = "national"
"""The Party as a whole."""

NATIONAL_NAME = "Đảng Cộng sản Việt Nam"
"""Its name."""

NAME_COLUMNS = (
    "organisation_name",
    "organisation_level",
    "organisation_scope",
    "parent_organisation_name",
    "province_name",
)
"""What a source says of an organisation."""

RESOLVED_NAMES = {
    **dict.fromkeys(NAME_COLUMNS, pl.String),
    "position": pl.Int64,
    "single_name": pl.String,
    "named_from": pl.Date,
    "named_to": pl.Date,
    "organisation_id": pl.String,
    "resolution_code": pl.String,
    "match_code": pl.String,
    "candidates": pl.String,
    "candidate_names": pl.String,
}
"""One row per printed name, single organisation in it and interval of days, ``named_to`` exclusive.

``resolution_code`` is resolved, ambiguous, unknown or collective; ``match_code`` one of `pipelines.places.MATCH_CODES`.
"""

ORGANISATIONS = {
    "organisation_id": pl.String,
    "organisation_name": pl.String,
    "level_code": pl.String,
    "kind_code": pl.String,
    "parent_organisation_id": pl.String,
    "province_name": pl.String,
    "valid_from": pl.Date,
    "valid_to": pl.Date,
}
"""One row per organisation that is not the committee of an administrative unit."""

_LEVELS_ABOVE = {
    "district_equivalent": ("province",),
    "grassroots": ("district", "commune", "province"),
    "cell": ("commune", "district", "province"),
}
_UNITLESS_LEVELS_ABOVE = {"grassroots": ("district_equivalent",), "cell": ("grassroots", "district_equivalent")}
_MOST_NAMES = 10


class ResolvedNames(NamedTuple):
    """What names mean.

    Attributes:
        names: Schema `RESOLVED_NAMES`.
        organisations: Schema `ORGANISATIONS`.
    """

    names: pl.DataFrame
    organisations: pl.DataFrame


@dataclass(frozen=True)
class _Mention:
    """One single name in one printed form."""

    name: str
    level: str
    parent: str | None
    province: str | None


class _Standing(NamedTuple):
    """What a name without an area says on one day of where it belongs.

    Attributes:
        province_id: Unit of the province, or empty.
        parent: Unit above, or ``=`` and the name of an organisation above that is no unit, or empty.
    """

    province_id: str
    parent: str


def resolve_organisation_names(names: pl.DataFrame, gazetteer: Gazetteer) -> ResolvedNames:
    """Resolve printed names.

    Args:
        names: Columns `NAME_COLUMNS`; equal rows count once.
        gazetteer: All administrative units.
    """
    places = Places(gazetteer)
    printed_names = list(names.select(NAME_COLUMNS).unique().sort(NAME_COLUMNS).iter_rows())
    singles = [(row, position, mention) for row in printed_names for position, mention in _take_apart(row)]
    corpus = _Corpus(places, [mention for _, _, mention in singles])
    rows = [
        (*row, position, mention.name, *_describe(span, is_together=row[2] == "together", corpus=corpus))
        for row, position, mention in singles
        for span in _resolve(mention, places, corpus)
    ]
    return ResolvedNames(pl.DataFrame(rows, schema=RESOLVED_NAMES, orient="row"), corpus.list_organisations())


def _take_apart(row: tuple[str, str, str, str | None, str | None]) -> list[tuple[int, _Mention]]:
    name, level, scope, parent, province = row
    singles = split_names(name) if scope != "one" else [name]
    return [
        (position, _Mention(single, level, parent or None, province or None))
        for position, single in enumerate(singles, 1)
    ]


def _resolve(mention: _Mention, places: Places, corpus: _Corpus) -> list[Span]:
    if mention.level == NATIONAL:
        return [Span(ALWAYS, NEVER, Resolution(NATIONAL, "exact"))]
    if mention.level in LEVELS_ABOVE:
        return places.resolve(mention.level, mention.name, mention.parent, mention.province)
    return corpus.resolve(mention)


def _describe(span: Span, *, is_together: bool, corpus: _Corpus) -> tuple[object, ...]:
    """Return the columns from ``named_from`` on."""
    organisation_id, match_code, candidates = span.resolution
    if is_together:
        resolution_code = "collective"
        candidates = (organisation_id,) if organisation_id is not None else candidates
    elif organisation_id is not None:
        resolution_code = "resolved"
    else:
        resolution_code = "ambiguous" if match_code == "several" else "unknown"
    is_resolved = resolution_code == "resolved"
    return (
        span.starts_on,
        span.ends_before,
        organisation_id if is_resolved else UNKNOWN,
        resolution_code,
        match_code,
        None if is_resolved or not candidates else "|".join(candidates),
        None if is_resolved or not candidates else corpus.list_names(candidates),
    )


class _Corpus:
    """The organisations without an area that a set of names amounts to.

    Args:
        places: Resolves the units that the names mention.
        mentions: All names; those of organisations with an area are left out.
    """

    def __init__(self, places: Places, mentions: list[_Mention]) -> None:
        self._places = places
        self._gazetteer = places.gazetteer
        self._standings: dict[_Mention, tuple[tuple[str, str, str], list[tuple[dt.date, _Standing]]]] = {}
        self._groups: dict[tuple[str, str, str], list[_Mention]] = defaultdict(list)
        unitless = [mention for mention in mentions if mention.level != NATIONAL and mention.level not in LEVELS_ABOVE]
        named_above = [above for mention in unitless for above in self._name_parents(mention)]
        for mention in (*unitless, *named_above):
            if mention not in self._standings:
                key, standings = self._locate(mention)
                self._standings[mention] = (key, standings)
                self._groups[key].append(mention)
        self._resolved = {mention: self._resolve(mention) for mention in self._standings}
        self._organisations = self._describe_organisations()

    def resolve(self, mention: _Mention) -> list[Span]:
        """Return what a name means at all times."""
        return self._resolved[mention]

    def list_names(self, organisation_ids: tuple[str, ...]) -> str:
        """Return the names of organisations, for people."""
        names = [self._describe_candidate(organisation_id) for organisation_id in organisation_ids[:_MOST_NAMES]]
        return "; ".join([*names, "…"] if len(organisation_ids) > _MOST_NAMES else names)

    def _describe_candidate(self, organisation_id: str) -> str:
        units = self._gazetteer.units
        if organisation_id == NATIONAL:
            return NATIONAL_NAME
        if organisation_id in units:
            return self._gazetteer.describe(units[organisation_id])
        _, name, _, _, parent_id, *_ = self._organisations[organisation_id]
        return f"{name}, {self._describe_candidate(str(parent_id))}" if parent_id is not None else str(name)

    def list_organisations(self) -> pl.DataFrame:
        """Return all of them; schema `ORGANISATIONS`."""
        rows = [self._organisations[organisation_id] for organisation_id in sorted(self._organisations)]
        return pl.DataFrame(rows, schema=ORGANISATIONS, orient="row")

    def _name_parents(self, mention: _Mention) -> list[_Mention]:
        """Return the organisation above if it is no unit, so that it has a row although no figure speaks of it."""
        levels = _UNITLESS_LEVELS_ABOVE.get(mention.level)
        if mention.parent is None or levels is None or is_unit_name(mention.parent):
            return []
        spans = self._places.resolve_any(mention.parent, _LEVELS_ABOVE[mention.level], mention.province)
        is_unit = any(span.resolution.organisation_id is not None for span in spans)
        return [] if is_unit else [_Mention(mention.parent, levels[0], None, mention.province)]

    def _locate(self, mention: _Mention) -> tuple[tuple[str, str, str], list[tuple[dt.date, _Standing]]]:
        """Return level, province and name by which names are compared, and where the name belongs at all times."""
        levels = _LEVELS_ABOVE.get(mention.level, ())
        name, parent = mention.name, mention.parent
        if parent is None and mention.level != "district_equivalent":
            head, trailing = split_trailing_place(name)
            if trailing is not None and self._is_unit(trailing, levels, mention.province):
                name, parent = head, trailing
        above = self._places.resolve_any(parent, levels, mention.province) if parent is not None and levels else []
        provinces = self._places.resolve("province", mention.province, None, None) if mention.province else []
        standings = []
        for day in sorted({ALWAYS, *(span.starts_on for span in (*above, *provinces))}):
            unit = self._find_unit(above, day)
            province = self._find_unit(provinces, day)
            if unit is not None and unit.level == "province":
                unit, province = None, unit
            if unit is not None:
                province = self._gazetteer.find_province(unit)
            unitless = f"={_find_core(parent)}" if parent is not None and above and not self._has_unit(above) else ""
            standings.append((day, _Standing(province.unit_id if province else "", unit.unit_id if unit else unitless)))
        return (mention.level, self._name_province(mention, standings), _cut_core(name, parent, mention)), standings

    def _is_unit(self, name: str, levels: tuple[str, ...], province: str | None) -> bool:
        return self._has_unit(self._places.resolve_any(name, levels, province))

    def _has_unit(self, spans: list[Span]) -> bool:
        return any(span.resolution.organisation_id is not None for span in spans)

    def _find_unit(self, spans: list[Span], day: dt.date) -> Unit | None:
        resolution = find_span(spans, day) if spans else Resolution(None, "none")
        return None if resolution.organisation_id is None else self._gazetteer.units[resolution.organisation_id]

    def _name_province(self, mention: _Mention, standings: list[tuple[dt.date, _Standing]]) -> str:
        """Return the province by which names are compared, the same one for all days."""
        if mention.province is not None:
            return parse_province_name(mention.province).core
        first = standings[0][1].province_id
        return self._gazetteer.units[first].core if first else ""

    def _stand(self, mention: _Mention, day: dt.date) -> _Standing:
        return [standing for since, standing in self._standings[mention][1] if since <= day][-1]

    def _resolve(self, mention: _Mention) -> list[Span]:
        key, standings = self._standings[mention]
        # only a name that leaves out its parent depends on the others
        is_full = all(standing.parent for _, standing in standings)
        group = [mention] if is_full else self._groups[key]
        days = {since for other in group for since, _ in self._standings[other][1]}

        def choose(day: dt.date) -> Resolution:
            own = self._stand(mention, day)
            found = {own}
            if own.parent == "":
                others = {self._stand(other, day) for other in group}
                found = {other for other in others if other.province_id == own.province_id and other.parent} or found
            identifiers = tuple(sorted(_identify(key, standing) for standing in found))
            return (
                Resolution(identifiers[0], "corpus")
                if len(identifiers) == 1
                else Resolution(None, "several", identifiers)
            )

        return join_spans(days, choose)

    def _describe_organisations(self) -> dict[str, tuple[object, ...]]:
        """Return the row of each organisation; the fullest of its printed names becomes its name."""
        best: dict[str, tuple[tuple[bool, bool, int, str], _Mention, dt.date]] = {}
        for mention, (key, _) in self._standings.items():
            for span in self._resolved[mention]:
                identifier = span.resolution.organisation_id or _identify(key, self._stand(mention, span.starts_on))
                rank = _rank_formality(mention)
                if span.resolution.organisation_id is None and self._stand(mention, span.starts_on).parent == "":
                    continue
                if identifier not in best or rank > best[identifier][0]:
                    best[identifier] = (rank, mention, span.starts_on)
        return {identifier: self._describe(identifier, *found[1:]) for identifier, found in best.items()}

    def _describe(self, identifier: str, mention: _Mention, day: dt.date) -> tuple[object, ...]:
        key = self._standings[mention][0]
        standing = self._stand(mention, day)
        if standing.parent == "":
            # the fuller name that the identifier comes from
            standings = (self._stand(other, day) for other in self._groups[key])
            standing = next(other for other in standings if _identify(key, other) == identifier)
        units = self._gazetteer.units
        unit = units.get(standing.parent) or units.get(standing.province_id)
        parent_id = unit.unit_id if unit else None
        if standing.parent.startswith("="):
            parent_id = self._find_unitless(key, standing, day) or parent_id
        province = self._gazetteer.find_province(unit) if unit else None
        return (
            identifier,
            mention.name,
            mention.level,
            classify_organisation(key[2]),
            parent_id,
            province.name if province else mention.province,
            unit.valid_from if unit else ALWAYS,
            unit.valid_to if unit and unit.valid_to < NEVER else None,
        )

    def _find_unitless(self, key: tuple[str, str, str], standing: _Standing, day: dt.date) -> str | None:
        """Return the organisation without an area that stands above, if the names tell one."""
        level, province, _ = key
        for above in _UNITLESS_LEVELS_ABOVE.get(level, ()):
            group = self._groups.get((above, province, standing.parent[1:]), [])
            found = {find_span(self._resolved[mention], day).organisation_id for mention in group} - {None}
            if len(found) == 1:
                return found.pop()
        return None


def classify_organisation(core: str) -> str:
    """Return the kind of an organisation without an area, a code of the seed ``organisation_kinds``.

    Examples:
        >>> classify_organisation("khối doanh nghiệp")
        'enterprise_bloc'
    """
    padded = f" {normalise_name(core)} "
    for code, row in read_codes("organisation_kinds").items():
        if any(f" {normalise_name(keyword)} " in padded for keyword in row["keywords"].split("|") if keyword):
            return code
    return "other"


def _find_core(name: str) -> str:
    kind, core, _ = parse_organisation_name(name)
    return _tidy(f"{kind} {core}".strip())


def _cut_core(name: str, parent: str | None, mention: _Mention) -> str:
    """Return the name by which organisations are compared, without the place they belong to.

    ``Quân sự tỉnh`` and ``Đảng bộ Quân sự tỉnh Ninh Thuận`` are one; ``Công an quận`` and ``Công an quận Ô Môn`` too.
    """
    core = _find_core(name)
    endings = [f"{word} " for word in KINDS]
    places = [parse_organisation_name(parent).core] if parent else []
    if mention.province:
        places.append(parse_province_name(mention.province).core)
        places.append(parse_organisation_name(mention.province).core)
    for place in places:
        for ending in [f"{kind}{place}" for kind in endings] + (
            [place] if mention.level == "district_equivalent" else []
        ):
            core = _drop_ending(core, ending)
    core = _drop_ending(core, "tp hcm")
    for kind in KINDS:
        core = _drop_ending(core, kind)
    return core


def _drop_ending(core: str, ending: str) -> str:
    return core[: -len(ending) - 1] if core.endswith(f" {ending}") else core


def _tidy(core: str) -> str:
    return re.sub(r"\bkhối các\b", "khối", core).removeprefix("các ")


def _identify(key: tuple[str, str, str], standing: _Standing) -> str:
    """Return the identifier of an organisation: a hash over its level, the unit or organisation above, and its name."""
    level, province, core = key
    place = standing.parent or standing.province_id or province
    if standing.parent.startswith("="):
        place = f"{standing.province_id or province}{standing.parent}"
    return hashlib.sha256("\x1f".join((level, place, core)).encode()).hexdigest()[:16]


def _rank_formality(mention: _Mention) -> tuple[bool, bool, int, str]:
    name = normalise_name(mention.name)
    return name.startswith("đảng bộ"), mention.parent is not None, len(name), mention.name
