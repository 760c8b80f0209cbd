"""Which administrative unit a printed name means, as a function of the day.

Names are matched by core, kind of unit, level and the places printed with them. What is printed decides; nothing that
other names say changes the answer. In this order a unit is preferred that

1. has the printed kind (``huyện``, not ``thị xã``) or had it at another time, then one of another kind;
2. was valid on the day, then one that ended before or began after it: articles of autumn 2025 still speak of districts;
3. lay in the printed district and province, then one whose area lay there before or lies there since;
4. has the printed kind on that day.

A unit that lies elsewhere than printed is never meant. Several equally good ones are ambiguous.
"""

from __future__ import annotations

from collections import defaultdict
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from pipelines.names import (
    KINDS,
    drop_marks,
    normalise_name,
    parse_organisation_name,
    parse_province_name,
    split_places,
    split_trailing_place,
)
from pipelines.units import ALWAYS, NEVER

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Iterable, Mapping

    from pipelines.units import Gazetteer, Place, Unit

LEVELS_ABOVE = {"province": (), "district": ("province",), "commune": ("district", "province")}
"""Levels of administrative units, and the levels of the units that one may lie in."""

MATCH_CODES = (
    "exact",
    "no_kind",
    "other_name",
    "other_place",
    "other_day",
    "other_kind",
    "corpus",
    "several",
    "similar",
    "none",
)
"""How a name was matched. Of several deviations the last one of the list counts.

``exact``: kind, name, place and day agree. ``no_kind``: the kind is not printed. ``other_name``: the unit bears the
name at another time. ``other_place``: its area lay in the printed place before, or lies there since. ``other_day``: the
unit is not valid on that day. ``other_kind``: it is another kind of unit. ``corpus``: an organisation without an area,
known from its names only. ``several``: several are equally good. ``similar``: none fits, the candidates are the nearest
names. ``none``: none is near.
"""

_MOST_SIMILAR = 5
_LEVELS_BY_KIND = {
    "tỉnh": ("province",),
    "thành phố": ("district", "province"),
    "huyện": ("district",),
    "quận": ("district",),
    "thị xã": ("district",),
    "xã": ("commune",),
    "phường": ("commune",),
    "thị trấn": ("commune",),
    "đặc khu": ("commune",),
}


class Resolution(NamedTuple):
    """What a name means.

    Attributes:
        organisation_id: The organisation; null if it is not one.
        match_code: One of `MATCH_CODES`.
        candidates: Identifiers of those it may mean, where it is not one.
    """

    organisation_id: str | None
    match_code: str
    candidates: tuple[str, ...] = ()


class Span(NamedTuple):
    """What a name means from one day until before another."""

    starts_on: dt.date
    ends_before: dt.date
    resolution: Resolution


def join_spans(days: Iterable[dt.date], resolve: Callable[[dt.date], Resolution]) -> list[Span]:
    """Return what a name means at all times.

    Args:
        days: Days on which the answer may change.
        resolve: Gives the answer of a day.

    Returns:
        Spans without gap or overlap; neighbours differ.
    """
    spans: list[Span] = []
    for day in sorted({ALWAYS, *(day for day in days if ALWAYS < day < NEVER)}):
        resolution = resolve(day)
        if not spans:
            spans.append(Span(day, NEVER, resolution))
        elif spans[-1].resolution != resolution:
            spans[-1] = spans[-1]._replace(ends_before=day)
            spans.append(Span(day, NEVER, resolution))
    return spans


def find_span(spans: list[Span], day: dt.date) -> Resolution:
    """Return what a name means on a day."""
    return next(span.resolution for span in spans if span.starts_on <= day < span.ends_before)


class Places:
    """Resolves names against a gazetteer; remembers what it has resolved.

    Args:
        gazetteer: All units.
    """

    def __init__(self, gazetteer: Gazetteer) -> None:
        self.gazetteer = gazetteer
        self._resolved: dict[tuple[str, str, str | None, str | None], list[Span]] = {}
        self._targets: dict[tuple[str, tuple[str, ...]], frozenset[str]] = {}

    def resolve(self, level: str, name: str, parent: str | None, province: str | None) -> list[Span]:
        """Return which unit a name means at all times.

        Args:
            level: Level of the unit, a key of `LEVELS_ABOVE`.
            name: Name as printed.
            parent: Organisation above as printed, if any.
            province: Province as printed, if any.
        """
        key = (level, name, parent, province)
        if key not in self._resolved:
            self._resolved[key] = self._resolve(*key)
        return self._resolved[key]

    def resolve_any(self, name: str, levels: Iterable[str], province: str | None) -> list[Span]:
        """Return which unit of one of several levels a name means: the first valid one, else the first one.

        Args:
            name: Name as printed; its kind of unit, if it has one, leaves out levels.
            levels: Levels, the likeliest first.
            province: Province as printed, if any.
        """
        kind = parse_organisation_name(name).kind
        found = [
            self.resolve(level, name, None, province)
            for level in levels
            if kind == "" or level in _LEVELS_BY_KIND[kind]
        ]

        def choose(day: dt.date) -> Resolution:
            resolutions = [find_span(spans, day) for spans in found]
            units = [resolution for resolution in resolutions if resolution.organisation_id is not None]
            valid = [unit for unit in units if self.gazetteer.units[unit.organisation_id or ""].is_valid(day)]
            return (valid or units or [Resolution(None, "none")])[0]

        return join_spans((span.starts_on for spans in found for span in spans), choose)

    def _resolve(self, level: str, name: str, parent: str | None, province: str | None) -> list[Span]:
        head, printed_places = split_places(name)
        kind, core, era = self._parse(level, head)
        if level == "province" and core in ("", *KINDS) and province is not None:
            kind, core, era = self._parse(level, province)
        if (level, core) not in self.gazetteer.by_core:
            head, trailing = split_trailing_place(head)
            if trailing is not None:
                kind, core, era = self._parse(level, head)
                printed_places.append(trailing)
        hints = self._list_hints(level, [*printed_places, *([parent] if parent else [])], province)
        namesakes = self.gazetteer.by_core.get((level, core), [])
        if kind and level not in _LEVELS_BY_KIND[kind]:
            namesakes = []
        former = {unit.unit_id: self._count_former(unit, hints) for place in namesakes for unit in place.versions}
        agreeing = [place for place in namesakes if any(former[unit.unit_id] is not None for unit in place.versions)]
        if fitting := _keep_era(agreeing, era):
            return join_spans(_list_days(fitting), lambda day: self._choose(fitting, kind, core, former, day))
        similar = self._list_similar(level, core, hints)
        return join_spans(_list_days(similar), lambda day: _propose(similar, day))

    def _parse(self, level: str, name: str) -> tuple[str, str, str]:
        return parse_province_name(name) if level == "province" else parse_organisation_name(name)

    def _list_hints(self, level: str, printed: list[str], province: str | None) -> list[frozenset[str]]:
        """Return the units that each place printed with the name may be; a place that is no unit says nothing."""
        levels = LEVELS_ABOVE[level]
        hints = [self._find_targets(place, levels) for place in printed]
        if province is not None and level != "province":
            hints.append(self._find_targets(province, ("province",)))
        return [hint for hint in hints if hint]

    def _find_targets(self, printed: str, levels: tuple[str, ...]) -> frozenset[str]:
        key = (printed, levels)
        if key not in self._targets:
            self._targets[key] = self._look_up_targets(printed, levels)
        return self._targets[key]

    def _look_up_targets(self, printed: str, levels: tuple[str, ...]) -> frozenset[str]:
        name, _ = split_places(printed)
        places = self._find_places(name, levels) or self._find_places(split_trailing_place(name)[0], levels)
        return frozenset(unit.unit_id for place in places for unit in place.versions)

    def _find_places(self, name: str, levels: tuple[str, ...]) -> list[Place]:
        found = []
        for level in levels:
            kind, core, _ = self._parse(level, name)
            found += [(kind, place) for place in self.gazetteer.by_core.get((level, core), [])]
        return [place for kind, place in found if kind in place.kinds] or [place for _, place in found]

    def _agrees(self, place: Place, hints: list[frozenset[str]]) -> bool:
        return any(self._count_former(unit, hints) is not None for unit in place.versions)

    def _count_former(self, unit: Unit, hints: list[frozenset[str]]) -> int | None:
        """Return in how many of the printed places the unit lay before or lies since; null if it lies elsewhere."""
        former = 0
        for hint in hints:
            if hint.isdisjoint(self.gazetteer.list_ancestors(unit)):
                if hint.isdisjoint(self.gazetteer.list_former_ancestors(unit)):
                    return None
                former += 1
        return former

    def _choose(
        self, fitting: list[Place], kind: str, core: str, former: Mapping[str, int | None], day: dt.date
    ) -> Resolution:
        ranked = []
        for place in fitting:
            unit = place.find_version(day)
            former_count = former[unit.unit_id]
            if former_count is not None:
                never, not_now = (kind not in ("", *place.kinds), kind not in ("", unit.kind))
                ranked.append(((never, not unit.is_valid(day), former_count, not_now), unit))
        best = min((rank for rank, _ in ranked), default=None)
        units = [unit for rank, unit in ranked if rank == best]
        if best is None or len(units) != 1:
            return Resolution(None, "several", tuple(unit.unit_id for unit in units))
        _, is_other_day, former_count, is_other_kind = best
        deviations = {
            "other_kind": is_other_kind,
            "other_day": is_other_day,
            "other_place": former_count > 0,
            "other_name": units[0].core != core,
            "no_kind": kind == "",
            "exact": True,
        }
        return Resolution(units[0].unit_id, next(code for code, applies in deviations.items() if applies))

    def _list_similar(self, level: str, core: str, hints: list[frozenset[str]]) -> list[Place]:
        """Return the places with the nearest names: the same one elsewhere, without marks, one letter apart."""
        plain = drop_marks(core)
        same = self.gazetteer.by_core.get((level, core), [])
        unmarked = self._by_plain_core.get((level, plain), [])
        typed = [
            place
            for shortened in _shorten(plain)
            for place in self._by_shortened_core.get((level, shortened), [])
            if len(plain) > 2 and any(_is_one_letter_off(plain, drop_marks(unit.core)) for unit in place.versions)
        ]
        ranked = []
        of_other_level = [place for other in LEVELS_ABOVE for place in self.gazetteer.by_core.get((other, core), [])]
        for nearness, places in enumerate((same, unmarked, typed, of_other_level)):
            for place in places:
                is_elsewhere = not self._agrees(place, hints)
                if not is_elsewhere or nearness < 2:
                    ranked.append(((is_elsewhere, nearness, place.versions[0].unit_id), place))
        ranked.sort(key=lambda entry: entry[0])
        return list({id(place): place for _, place in ranked}.values())[:_MOST_SIMILAR]

    @cached_property
    def _by_plain_core(self) -> dict[tuple[str, str], list[Place]]:
        index: dict[tuple[str, str], list[Place]] = defaultdict(list)
        for (level, core), places in self.gazetteer.by_core.items():
            index[level, drop_marks(core)] += places
        return index

    @cached_property
    def _by_shortened_core(self) -> dict[tuple[str, str], list[Place]]:
        """Places by their name with no or one letter left out: names one letter apart meet in one of these."""
        index: dict[tuple[str, str], list[Place]] = defaultdict(list)
        for (level, plain), places in self._by_plain_core.items():
            for shortened in _shorten(plain):
                index[level, shortened] += places
        return index


def _keep_era(places: list[Place], era: str) -> list[Place]:
    """Keep what a name with "(cũ)" or "(mới)" may mean, if any is left."""
    if era == "former":
        kept = [place for place in places if place.versions[-1].valid_to < NEVER]
    elif era == "new":
        kept = [place for place in places if place.versions[-1].valid_from > ALWAYS]
    else:
        kept = places
    return kept or places


def _list_days(places: list[Place]) -> list[dt.date]:
    return [day for place in places for unit in place.versions for day in (unit.valid_from, unit.valid_to)]


def _propose(similar: list[Place], day: dt.date) -> Resolution:
    candidates = tuple(place.find_version(day).unit_id for place in similar)
    return Resolution(None, "similar" if candidates else "none", candidates)


def _shorten(text: str) -> set[str]:
    return {text} | {text[:index] + text[index + 1 :] for index in range(len(text))}


def _is_one_letter_off(one: str, other: str) -> bool:
    """Whether two texts differ by one letter that is added, missing or another."""
    short, long = sorted((one, other), key=len)
    if len(long) - len(short) > 1:
        return False
    start = next((index for index, letter in enumerate(short) if letter != long[index]), len(short))
    return short[start + (len(short) == len(long)) :] == long[start + 1 :]


def is_unit_name(name: str) -> bool:
    """Whether a name says that it is an administrative unit's."""
    return parse_organisation_name(name).kind != "" and normalise_name(name) not in KINDS
