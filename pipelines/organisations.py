"""Which organisation a printed name means.

Works on the distinct names of the whole lake at once, because a name is only as clear as the others allow:
``Đức Trọng`` is ``huyện Đức Trọng`` while no other unit of that province and level bears the name. A name that fits
several organisations goes to `UNKNOWN`, with the candidates. Derived from the lake and rebuilt every night; dbt reads
the result.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import polars as pl

from pipelines.names import normalise_name, parse_organisation_name, split_names
from pipelines.vocabulary import read_codes

if TYPE_CHECKING:
    from collections.abc import Iterable

UNKNOWN = "unknown"
"""The organisation of every name that cannot be resolved; a row of its own, so that its figures stay visible."""

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
    "organisation_id": pl.String,
    "resolution_code": pl.String,
    "candidates": pl.String,
    "candidate_names": pl.String,
    "level_code": pl.String,
    "parent_organisation_id": pl.String,
    "resolved_name": pl.String,
    "resolved_province_name": pl.String,
}
"""One row per printed name and single organisation in it; ``resolution_code`` is resolved, ambiguous or collective."""

_PARENT_LEVELS = {
    "province": ("national",),
    "district": ("province",),
    "district_equivalent": ("province",),
    "commune": ("district",),
    "grassroots": ("district", "province"),
    "cell": ("commune", "grassroots", "district"),
}
_NATIONAL_NAME = "Đảng Cộng sản Việt Nam"


class _Place(NamedTuple):
    """Where a name stands in the tree, as far as the source says."""

    level: str
    province: str
    kind: str
    core: str
    parent: str


@dataclass(frozen=True)
class _Mention:
    """One single name in one printed form."""

    printed: tuple[str | None, ...]
    position: int
    single_name: str
    scope: str
    place: _Place


def resolve_organisation_names(names: pl.DataFrame) -> pl.DataFrame:
    """Resolve printed names.

    Args:
        names: Columns `NAME_COLUMNS`, one row per distinct combination.

    Returns:
        Schema `RESOLVED_NAMES`, sorted. Organisations that are only named as a parent, and provinces only named as the
        place of others, have a row of their own with null ``organisation_name``.
    """
    # sorted, because where two spellings are equally good the first one counts
    printed_names = names.select(NAME_COLUMNS).unique().sort(NAME_COLUMNS)
    mentions = [mention for row in printed_names.iter_rows() for mention in _take_apart(row)]
    mentions += _name_ancestors(mentions)
    registry = _Registry(mention.place for mention in mentions)
    labels = _choose_labels(mentions, registry)
    rows: dict[tuple[object, ...], dict[str, object]] = {}
    for mention in mentions:
        candidates = registry.find(mention.place)
        if mention.scope == "together":
            organisation_id, resolution = UNKNOWN, "collective"
        elif len(candidates) == 1:
            organisation_id, resolution = candidates[0], "resolved"
        else:
            organisation_id, resolution = UNKNOWN, "ambiguous"
        label = labels.get(organisation_id, (None, None, None, None))
        row: dict[str, object] = dict(zip(NAME_COLUMNS, mention.printed, strict=True)) | {
            "position": mention.position,
            "single_name": mention.single_name,
            "organisation_id": organisation_id,
            "resolution_code": resolution,
            "candidates": "|".join(candidates) if organisation_id == UNKNOWN else None,
            "candidate_names": _list_names(candidates, labels) if organisation_id == UNKNOWN else None,
            "level_code": label[0],
            "parent_organisation_id": label[1],
            "resolved_name": label[2],
            "resolved_province_name": label[3],
        }
        rows.setdefault((*mention.printed, mention.position, organisation_id), row)
    return pl.DataFrame(list(rows.values()), schema=RESOLVED_NAMES).sort(
        "organisation_id", "single_name", *NAME_COLUMNS, "position", nulls_last=True
    )


def _list_names(organisation_ids: list[str], labels: dict[str, tuple[str, str | None, str, str | None]]) -> str:
    """Return the names of organisations, for people."""
    return "; ".join(
        sorted(labels[organisation_id][2] for organisation_id in organisation_ids if organisation_id in labels)
    )


def _take_apart(printed: tuple[str, str, str, str | None, str | None]) -> list[_Mention]:
    name, level, scope, parent, province = printed
    singles = split_names(name) if scope != "one" else [name]
    return [
        _Mention(printed, position, single, scope, _locate(single, level, parent, province))
        for position, single in enumerate(singles, 1)
    ]


def _locate(name: str, level: str, parent: str | None, province: str | None) -> _Place:
    if level == "national":
        return _Place(level, "", "", normalise_name(_NATIONAL_NAME), "")
    province_core = parse_organisation_name(province).core if province else ""
    kind, core = parse_organisation_name(name)
    if level == "province":
        return _Place(level, province_core or core, "", province_core or core, "")
    if level in ("district", "district_equivalent"):
        if level == "district_equivalent":
            kind, core = "", _without_place(f"{kind} {core}".strip(), province_core)
        return _Place(level, province_core, kind, core, "")
    if level in ("grassroots", "cell"):
        kind, core = "", _without_place(f"{kind} {core}".strip(), province_core)
    return _Place(level, province_core, kind, core, parse_organisation_name(parent).core if parent else "")


def _without_place(core: str, province: str) -> str:
    """Drop a trailing name of the province and a trailing word for it: Quân sự tỉnh, Khối cơ quan tỉnh Ninh Bình."""
    words = core
    for ending in (province, "tỉnh", "thành phố", "tp hcm"):
        if ending and words.endswith(f" {ending}"):
            words = words[: -len(ending) - 1]
    return words.replace(" - ", " ").removeprefix("các ").replace("khối các ", "khối ")


def _name_ancestors(mentions: list[_Mention]) -> list[_Mention]:
    """Return the parents that names mention, so that the tree has a row for each of them."""
    ancestors: dict[_Place, _Mention] = {}
    for mention in mentions:
        _, level, _, parent, province = mention.printed
        if level not in ("national", "region"):
            _add_ancestor(ancestors, _NATIONAL_NAME, "national", None)
        if province is not None and level != "province":
            _add_ancestor(ancestors, province, "province", province)
        if parent is not None and level in ("commune", "grassroots", "cell"):
            parent_level = _PARENT_LEVELS[str(level)][0]
            _add_ancestor(ancestors, parent, parent_level, province)
    return list(ancestors.values())


def _add_ancestor(ancestors: dict[_Place, _Mention], name: str, level: str, province: str | None) -> None:
    place = _locate(name, level, None, province)
    mention = _Mention((None, level, "one", None, province), 1, name, "one", place)
    ancestors.setdefault(place, mention)


class _Registry:
    """The organisations that a set of places amounts to.

    A place that leaves out the kind or the parent is the same organisation as the only fuller one that agrees with it.
    """

    def __init__(self, places: Iterable[_Place]) -> None:
        self._fullest: dict[tuple[str, str, str], set[_Place]] = defaultdict(set)
        for place in places:
            self._fullest[place.level, place.province, place.core].add(place)
        for key, group in self._fullest.items():
            self._fullest[key] = {place for place in group if not any(_is_fuller(other, place) for other in group)}

    def find(self, place: _Place) -> list[str]:
        """Return the organisations that a place may mean."""
        group = self._fullest.get((place.level, place.province, place.core), set())
        return sorted(_identify(other) for other in group if other == place or _is_fuller(other, place))


def _is_fuller(other: _Place, place: _Place) -> bool:
    """Whether other agrees with place and says more."""
    agrees = place.kind in ("", other.kind) and place.parent in ("", other.parent)
    return agrees and other != place


def _identify(place: _Place) -> str:
    return hashlib.sha256("\x1f".join(place).encode()).hexdigest()[:16]


def _choose_labels(mentions: list[_Mention], registry: _Registry) -> dict[str, tuple[str, str | None, str, str | None]]:
    """Return level, parent, name and province of every organisation; the fullest printed name becomes its name."""
    levels = read_codes("organisation_levels")
    best: dict[str, _Mention] = {}
    for mention in mentions:
        candidates = registry.find(mention.place)
        if len(candidates) != 1:
            continue
        known = best.get(candidates[0])
        if known is None or _formality(mention) > _formality(known):
            best[candidates[0]] = mention
    labels = {}
    for organisation_id, mention in best.items():
        parent = _find_parent(mention, registry, organisation_id)
        level = mention.place.level
        name = _NATIONAL_NAME if levels[level]["rank"] == "1" else mention.single_name
        labels[organisation_id] = (level, parent, name, mention.printed[4])
    return labels


def _formality(mention: _Mention) -> tuple[bool, bool, int, str]:
    name = normalise_name(mention.single_name)
    return name.startswith("đảng bộ"), mention.printed[3] is not None, len(name), mention.single_name


def _find_parent(mention: _Mention, registry: _Registry, organisation_id: str) -> str | None:
    """Return the organisation above: the parent the source names, else what the level implies, else the province."""
    _, _, _, parent, province = mention.printed
    level = mention.place.level
    if level in ("national", "region"):
        return None
    attempts: list[tuple[str | None, str]] = (
        [(parent, above) for above in _PARENT_LEVELS[level]] if parent is not None else []
    )
    attempts += [(province, "province")] if level != "province" else [(_NATIONAL_NAME, "national")]
    for name, above in attempts:
        if name is None:
            continue
        candidates = registry.find(_locate(name, above, None, province))
        if len(candidates) == 1 and candidates[0] != organisation_id:
            return candidates[0]
    return None
