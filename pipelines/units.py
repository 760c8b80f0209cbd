"""The gazetteer: administrative units with the time for which each version of them was valid.

A unit's code means it only together with a day, so a version has an identifier of its own. Which unit a printed name
means is decided in `pipelines.places`.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

import polars as pl

from pipelines.names import normalise_name
from pipelines.paths import SEEDS

if TYPE_CHECKING:
    from pathlib import Path

ALWAYS = dt.date(1900, 1, 1)
"""Start of what has no known start."""

NEVER = dt.date(9999, 12, 31)
"""End of what has not ended."""

UNIT_COLUMNS = ("unit_code", "unit_name", "unit_type", "level", "parent_code", "valid_from", "valid_to")
CHANGE_COLUMNS = ("old_code", "new_code", "kind", "changed_on")


class Unit(NamedTuple):
    """One version of a unit.

    Attributes:
        unit_id: Names the version: the code, and the day from which it was valid where that is known.
        unit_code: Official code.
        name: Name without its kind.
        kind: Kind of unit in full.
        level: ``province``, ``district`` or ``commune``.
        parent_code: Code of the unit it lies in.
        valid_from: First day.
        valid_to: First day on which it was no longer valid.
        core: The name as `pipelines.names` normalises it.
    """

    unit_id: str
    unit_code: str
    name: str
    kind: str
    level: str
    parent_code: str | None
    valid_from: dt.date
    valid_to: dt.date
    core: str

    def is_valid(self, day: dt.date) -> bool:
        """Whether the version was valid on a day."""
        return self.valid_from <= day < self.valid_to


class Place:
    """The versions of one unit between which its area stayed the same: a new name or kind makes no new place."""

    def __init__(self, versions: list[Unit]) -> None:
        self.versions = tuple(sorted(versions, key=lambda unit: unit.valid_from))

    @cached_property
    def kinds(self) -> frozenset[str]:
        """Kinds of unit that it has been."""
        return frozenset(unit.kind for unit in self.versions)

    def find_version(self, day: dt.date) -> Unit:
        """Return the version of a day: the valid one, else the last one before, else the first one."""
        past = [unit for unit in self.versions if unit.valid_from <= day]
        return past[-1] if past else self.versions[0]


class Gazetteer:
    """All units, and how they lie in and follow each other.

    Args:
        units: Columns `UNIT_COLUMNS`, one row per unit and validity interval; a null ``valid_to`` is still valid.
        changes: Columns `CHANGE_COLUMNS`, one row per old and new unit.
    """

    def __init__(self, units: pl.DataFrame, changes: pl.DataFrame) -> None:
        rows = units.select(UNIT_COLUMNS).sort("level", "unit_code", "valid_from").iter_rows()
        self.units = {unit.unit_id: unit for unit in (_read_unit(*row) for row in rows)}
        self._by_code: dict[str, list[Unit]] = defaultdict(list)
        for unit in self.units.values():
            self._by_code[unit.unit_code].append(unit)
        self._successors: dict[str, set[str]] = defaultdict(set)
        self._predecessors: dict[str, set[str]] = defaultdict(set)
        for row in changes.select(CHANGE_COLUMNS).iter_rows():
            self._add_change(*row)
        self.places = self._join_versions()
        self._own: dict[str, frozenset[str]] = {}
        self._former: dict[str, frozenset[str]] = {}

    @cached_property
    def by_core(self) -> dict[tuple[str, str], list[Place]]:
        """Places by level and normalised name."""
        index: dict[tuple[str, str], dict[int, Place]] = defaultdict(dict)
        for place in self.places:
            for unit in place.versions:
                index[unit.level, unit.core][id(place)] = place
                # phường Phường Đúc is printed with one "phường"
                index[unit.level, unit.core.removeprefix(f"{normalise_name(unit.kind)} ")][id(place)] = place
        return {key: list(found.values()) for key, found in index.items()}

    def find_parent(self, unit: Unit) -> Unit | None:
        """Return the version of the unit above that was valid when this one began."""
        above = [parent for parent in self._above(unit) if parent.is_valid(unit.valid_from)]
        return above[0] if above else None

    def find_province(self, unit: Unit) -> Unit:
        """Return the province of a unit, when the unit began."""
        parent = self.find_parent(unit)
        return unit if parent is None else self.find_province(parent)

    def list_ancestors(self, unit: Unit) -> frozenset[str]:
        """Return the identifiers of all units that a unit lay in while it was valid."""
        if unit.unit_id not in self._own:
            above = self._above(unit)
            self._own[unit.unit_id] = frozenset(parent.unit_id for parent in above).union(
                *(self.list_ancestors(parent) for parent in above)
            )
        return self._own[unit.unit_id]

    def list_former_ancestors(self, unit: Unit) -> frozenset[str]:
        """Return the units in which its area lay before, or lies since.

        People go on saying "huyện Tân Sơn" of a new xã there, and say "Phú Thọ" of a district that ended in Vĩnh Phúc.
        """
        if unit.unit_id not in self._former:
            relatives = self._follow(unit.unit_id, self._predecessors) | self._follow(unit.unit_id, self._successors)
            around = set().union(*(self.list_ancestors(self.units[relative]) for relative in relatives))
            for ancestor in self.list_ancestors(unit):
                around |= self._follow(ancestor, self._successors)
            self._former[unit.unit_id] = frozenset(around)
        return self._former[unit.unit_id]

    def describe(self, unit: Unit) -> str:
        """Return name, place and time of a unit, so that a person can tell it from its namesakes."""
        parts, above = [f"{unit.kind} {unit.name}"], self.find_parent(unit)
        while above is not None:
            parts.append(above.name if above.level == "province" else f"{above.kind} {above.name}")
            above = self.find_parent(above)
        time = ""
        if unit.valid_to < NEVER:
            time = f" (đến {unit.valid_to - dt.timedelta(days=1):%d/%m/%Y})"
        elif unit.valid_from > ALWAYS:
            time = f" (từ {unit.valid_from:%d/%m/%Y})"
        return ", ".join(parts) + time

    def _above(self, unit: Unit) -> list[Unit]:
        return [
            parent
            for parent in self._by_code.get(unit.parent_code or "", ())
            if parent.valid_from < unit.valid_to and unit.valid_from < parent.valid_to
        ]

    def _add_change(self, old_code: str, new_code: str, _kind: str, changed_on: dt.date) -> None:
        olds = [unit for unit in self._by_code[old_code] if unit.valid_to == changed_on]
        news = [unit for unit in self._by_code[new_code] if unit.is_valid(changed_on)]
        for old in olds:
            for new in news:
                self._successors[old.unit_id].add(new.unit_id)
                self._predecessors[new.unit_id].add(old.unit_id)

    def _follow(self, unit_id: str, links: dict[str, set[str]]) -> set[str]:
        reached: set[str] = set()
        ahead = set(links.get(unit_id, ()))
        while ahead:
            reached |= ahead
            ahead = set().union(*(links.get(step, set()) for step in ahead)) - reached
        return reached

    def _join_versions(self) -> list[Place]:
        places = []
        for versions in self._by_code.values():
            joined: list[Unit] = []
            for unit in versions:
                if joined and not self._continues(joined[-1], unit):
                    places.append(Place(joined))
                    joined = []
                joined.append(unit)
            places.append(Place(joined))
        return places

    def _continues(self, old: Unit, new: Unit) -> bool:
        if old.valid_to != new.valid_from or old.level != new.level:
            return False
        predecessors = self._predecessors.get(new.unit_id, set())
        return predecessors == {old.unit_id} or (not predecessors and old.core == new.core)


def load_gazetteer() -> Gazetteer:
    """Return the gazetteer of the seeds ``administrative_units`` and ``administrative_unit_changes``."""
    return Gazetteer(
        read_table(SEEDS / "administrative_units.csv"), read_table(SEEDS / "administrative_unit_changes.csv")
    )


def read_table(content: Path | bytes) -> pl.DataFrame:
    """Return units or changes written as CSV; columns of days are days, all others text."""
    rows = pl.read_csv(content, infer_schema=False)
    days = [column for column in rows.columns if column in ("valid_from", "valid_to", "changed_on")]
    return rows.with_columns(pl.col(days).str.to_date())


def _read_unit(
    code: str, name: str, kind: str, level: str, parent: str | None, valid_from: dt.date, valid_to: dt.date | None
) -> Unit:
    unit_id = code if valid_from == ALWAYS else f"{code}-{valid_from:%Y%m%d}"
    return Unit(unit_id, code, name, kind, level, parent, valid_from, valid_to or NEVER, normalise_name(name))
