"""Counts by the units of any day: random histories of units against a walk through them, area by area; and real places.

The models run as dbt compiled them, on tables of their names in a database in memory.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from contextlib import closing
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipelines.paths import SEEDS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

BEGINNING = dt.date(1900, 1, 1)
CHANGES_ON = (dt.date(2012, 5, 1), dt.date(2020, 1, 1), dt.date(2025, 7, 1))
DAYS = sorted({BEGINNING, dt.date(2030, 1, 1), *CHANGES_ON, *(day - dt.timedelta(1) for day in CHANGES_ON)})
"""Days asked for: readings change on no other."""

TABLES = """
attach ':memory:' as warehouse;
use warehouse;
create schema vocabulary;
create schema intermediate;
create schema marts;
create schema reports;
create table vocabulary.administrative_units (
    unit_code varchar, unit_name varchar, unit_type varchar, level varchar, parent_code varchar,
    valid_from date, valid_to date, resolution varchar
);
create table vocabulary.administrative_unit_changes (
    old_code varchar, new_code varchar, kind varchar, changed_on date, resolution varchar
);
create table marts.dim_organisations (organisation_id varchar, organisation_name varchar, province_name varchar);
create table marts.dim_measures (measure_code varchar, adds_over_organisations boolean);
insert into marts.dim_measures values ('admissions', true), ('transfers_in', false);
create table marts.fct_admissions (
    organisation_id varchar, measure_code varchar, group_code varchar, period_id varchar, source_id varchar,
    starts_on date, ends_on date, named_on date, admissions_low bigint, admissions_high bigint
);
"""
MODELS = (
    ("marts", "dim_administrative_units"),
    ("marts", "bridge_unit_changes"),
    ("intermediate", "int_unit_spans"),
    ("marts", "bridge_unit_readings"),
    ("marts", "bridge_unit_compositions"),
)
VIEWS = ("rpt_admissions_as_of", "rpt_admissions_as_is")


# a history of units


@dataclass(frozen=True)
class Unit:
    """One version of a unit, and the area that it has."""

    code: str
    level: str
    parent_code: str | None
    valid_from: dt.date
    valid_to: dt.date | None = None
    area: frozenset[int] = field(default=frozenset())

    @property
    def unit_id(self) -> str:
        return self.code if self.valid_from == BEGINNING else f"{self.code}-{self.valid_from:%Y%m%d}"

    def is_valid_on(self, day: dt.date) -> bool:
        return self.valid_from <= day and (self.valid_to is None or day < self.valid_to)


class Change(NamedTuple):
    """What a source says of a unit that went into another."""

    old_code: str
    new_code: str
    kind: str
    changed_on: dt.date


class Reading(NamedTuple):
    """What a count is read as on a day."""

    code: str
    unit_id: str | None
    candidates: tuple[str, ...]
    containing_unit_id: str | None
    province_id: str | None


@dataclass(frozen=True)
class History:
    """Units and their changes, and what follows for a unit on a day."""

    units: tuple[Unit, ...]
    changes: tuple[Change, ...]

    @cached_property
    def by_id(self) -> dict[str, Unit]:
        return {unit.unit_id: unit for unit in self.units}

    def find(self, code: str | None, day: dt.date) -> Unit | None:
        return next((unit for unit in self.units if unit.code == code and unit.is_valid_on(day)), None)

    def list_valid(self, level: str, day: dt.date) -> list[Unit]:
        return [unit for unit in self.units if unit.level == level and unit.is_valid_on(day)]

    def read(self, unit: Unit, day: dt.date) -> Reading:
        """Walk from change to change until the day, with every unit that a part of the first one may lie in."""
        candidates, is_known, was_abolished = {unit}, True, False
        is_forward = day >= unit.valid_from
        for changed_on in sorted(CHANGES_ON, reverse=not is_forward):
            if is_forward and not unit.valid_from < changed_on <= day:
                continue
            if not is_forward and not day < changed_on <= unit.valid_from:
                continue
            reached = set()
            for candidate in candidates:
                if (candidate.valid_to if is_forward else candidate.valid_from) != changed_on:
                    reached.add(candidate)
                    continue
                steps, is_complete, is_abolished = self._step(candidate, changed_on, is_forward=is_forward)
                reached |= steps
                is_known &= is_complete
                was_abolished |= is_abolished
            candidates = reached
        ids = tuple(sorted(candidate.unit_id for candidate in candidates))
        parents = [self.find(candidate.parent_code, day) for candidate in candidates]
        provinces = {self._find_province(candidate, day) for candidate in candidates} if is_known else {None}
        province = provinces.pop() if len(provinces) == 1 else None
        province_id = province and province.unit_id
        if len(ids) == 1 and is_known and not was_abolished:
            return Reading("same" if ids[0] == unit.unit_id else "full", ids[0], (), ids[0], province_id)
        parent = parents[0] if is_known and len(set(parents)) == 1 else None
        return Reading("partial", None, ids, parent.unit_id if parent else province_id, province_id)

    def _step(self, unit: Unit, day: dt.date, *, is_forward: bool) -> tuple[set[Unit], bool, bool]:
        changes = [change for change in self.changes if change.changed_on == day]
        if not is_forward:
            codes = {change.old_code for change in changes if change.new_code == unit.code}
            found = {self.find(code, day - dt.timedelta(1)) for code in codes}
            return {unit for unit in found if unit}, bool(codes), False
        own = [change for change in changes if change.old_code == unit.code]
        if own or unit.level != "district":
            is_complete = len(own) > 1 or [change.kind for change in own] == ["full"]
            return {unit for change in own if (unit := self.find(change.new_code, day))}, is_complete, False
        communes = {
            child.code for child in self.units if child.parent_code == unit.code and child.valid_to == unit.valid_to
        }
        found = {self.find(change.new_code, day) for change in changes if change.old_code in communes}
        return {unit for unit in found if unit}, bool(found), True

    def _find_province(self, unit: Unit, day: dt.date) -> Unit | None:
        while unit.level != "province":
            above = self.find(unit.parent_code, day)
            if above is None:
                return None
            unit = above
        return unit


def write_changes(ended: Iterable[Unit], begun: Iterable[Unit], day: dt.date) -> list[Change]:
    """Say of units whose areas touch which went into which."""
    return [
        Change(old.code, new.code, "full" if old.area <= new.area else "partial", day)
        for old in ended
        for new in begun
        if old.level == new.level and old.area & new.area
    ]


@st.composite
def histories(draw: st.DrawFn) -> History:
    """Draw communes that are kept, renamed, merged and divided, in provinces that are renamed and merged.

    Codes of units that end are given to others. Districts, where there are any, end with the last change.
    """
    has_districts = draw(st.booleans())
    provinces = [
        Unit(f"p{number}", "province", None, BEGINNING, area=frozenset([-number]))
        for number in range(1, draw(st.integers(1, 3)) + 1)
    ]
    places = [unit.code for unit in provinces]
    districts: list[Unit] = []
    if has_districts:
        districts = [
            Unit(f"d{number}", "district", draw(st.sampled_from(places)), BEGINNING)
            for number in range(1, draw(st.integers(1, 3)) + 1)
        ]
        places = [unit.code for unit in districts]
    sizes = draw(st.lists(st.integers(1, 3), min_size=1, max_size=5))
    communes, first = [], 1
    for number, size in enumerate(sizes, 1):
        area = frozenset(range(first, first + size))
        communes.append(Unit(f"c{number}", "commune", draw(st.sampled_from(places)), BEGINNING, area=area))
        first += size
    past: list[Unit] = []
    changes: list[Change] = []
    fresh = 100
    for day in CHANGES_ON:
        is_last = day == CHANGES_ON[-1]
        ended, begun = [], []
        if is_last or not has_districts:
            target = draw(st.sampled_from(provinces))
            merged = {unit for unit in provinces if unit == target or draw(st.booleans())}
            if len(merged) > 1:
                area = frozenset().union(*(unit.area for unit in merged))
                ended += merged
                begun.append(replace(target, valid_from=day, area=area))
        for unit in provinces:
            if unit not in ended and draw(st.integers(0, 3)) == 0:
                ended.append(unit)
                begun.append(replace(unit, valid_from=day))
        provinces = [unit for unit in provinces if unit not in ended] + [
            unit for unit in begun if unit.level == "province"
        ]
        if has_districts and is_last:
            ended += districts
            districts = []
        places = [unit.code for unit in districts or provinces]
        pools: dict[int, set[int]] = defaultdict(set)
        for unit in communes:
            action = draw(st.sampled_from(("keep", "rename", "redraw")))
            if action == "keep" and unit.parent_code in places:
                continue
            ended.append(unit)
            if action == "redraw":
                for spot in sorted(unit.area):
                    pools[draw(st.integers(1, 3))].add(spot)
            else:
                parent = unit.parent_code if unit.parent_code in places else draw(st.sampled_from(places))
                begun.append(replace(unit, parent_code=parent, valid_from=day))
        kept = {unit.code for unit in communes if unit not in ended} | {unit.code for unit in begun}
        free = [unit.code for unit in ended if unit.level == "commune" and unit.code not in kept]
        for _, spots in sorted(pools.items()):
            fresh += 1
            code = draw(st.sampled_from([*free, f"c{fresh}"]))
            free = [other for other in free if other != code]
            begun.append(Unit(code, "commune", draw(st.sampled_from(places)), day, area=frozenset(spots)))
        communes = [unit for unit in communes if unit not in ended] + [
            unit for unit in begun if unit.level == "commune"
        ]
        changes += write_changes(ended, begun, day)
        past += [replace(unit, valid_to=day) for unit in ended]
    return History((*past, *provinces, *districts, *communes), tuple(changes))


# counts of units


class Fact(NamedTuple):
    """A count of an organisation, which is a unit or in a province."""

    organisation_id: str
    measure_code: str
    source_id: str
    ends_on: dt.date
    low: int
    high: int | None


@st.composite
def reports(draw: st.DrawFn, history: History) -> list[Fact]:
    """Draw what sources count: each on one day, of some or all communes, districts or provinces of the day."""
    facts = []
    for number in range(draw(st.integers(1, 3))):
        day = draw(st.sampled_from(DAYS))
        level = draw(st.sampled_from(("commune", "commune", "district", "province")))
        measure_code = draw(st.sampled_from(("admissions", "admissions", "transfers_in")))
        for unit in history.list_valid(level, day):
            if draw(st.integers(0, 4)):
                low = draw(st.integers(0, 50))
                high = draw(st.sampled_from((low, low, low + 3, None)))
                facts.append(Fact(unit.unit_id, measure_code, f"s{number}", day, low, high))
    return facts


# the models


@pytest.fixture(scope="module")
def run_models(compiled: dict[str, str]) -> Iterator[Callable[..., duckdb.DuckDBPyConnection]]:
    """Return the function that fills the tables with a history and counts, and builds the models on them."""
    # a second thread has nothing to do in tables of ten rows, and starting it takes longer than they do
    with closing(duckdb.connect(config={"threads": 1})) as connection:
        connection.execute(TABLES)

        def run(history: History, facts: Iterable[Fact] = ()) -> duckdb.DuckDBPyConnection:
            _fill(connection, history, facts)
            for schema, name in MODELS:
                connection.execute(f"create or replace table {schema}.{name} as {compiled[name]}")
            for name in VIEWS:
                connection.execute(f"create or replace view reports.{name} as {compiled[name]}")
            return connection

        yield run


def _fill(connection: duckdb.DuckDBPyConnection, history: History, facts: Iterable[Fact]) -> None:
    for table in (
        *("vocabulary.administrative_units", "vocabulary.administrative_unit_changes"),
        *("marts.dim_organisations", "marts.fct_admissions"),
    ):
        connection.execute(f"delete from {table}")
    rows = {
        "vocabulary.administrative_units": [
            (unit.code, unit.unit_id, "", unit.level, unit.parent_code, unit.valid_from, unit.valid_to, None)
            for unit in history.units
        ],
        "vocabulary.administrative_unit_changes": [(*change, None) for change in history.changes],
        "marts.dim_organisations": [(unit.unit_id, f"Đảng bộ {unit.unit_id}", None) for unit in history.units],
        "marts.fct_admissions": [
            (
                *(fact.organisation_id, fact.measure_code, "all", "period", fact.source_id),
                *(None, fact.ends_on, fact.ends_on, fact.low, fact.high),
            )
            for fact in facts
        ],
    }
    for table, values in rows.items():
        if values:
            places = ", ".join(f"({', '.join('?' * len(row))})" for row in values)
            connection.execute(f"insert into {table} values {places}", [value for row in values for value in row])


def fetch_readings(connection: duckdb.DuckDBPyConnection, day: dt.date) -> list[tuple[str, Reading]]:
    """Return what every unit is read as on a day."""
    rows = connection.execute(
        """
        select unit_id, reading_code, reading_unit_id, candidate_unit_ids, containing_unit_id, province_id
        from marts.bridge_unit_readings
        where reading_from <= ? and (reading_to is null or ? < reading_to)
        """,
        [day, day],
    ).fetchall()
    return [
        (unit_id, Reading(code, reading_id, tuple(sorted((candidates or "").split("|"))) if candidates else (), *above))
        for unit_id, code, reading_id, candidates, *above in rows
    ]


def fetch_counts(connection: duckdb.DuckDBPyConnection, days: Iterable[dt.date]) -> dict[dt.date, list[dict[str, Any]]]:
    """Return the counts by the units of each day."""
    found = connection.execute(
        """
        select days.day, counts.*
        from (select unnest(?) as day) as days
        inner join reports.rpt_admissions_as_of as counts
            on reading_from <= day and (reading_to is null or day < reading_to)
        """,
        [list(days)],
    )
    names = [column[0] for column in found.description or ()][1:]
    rows: dict[dt.date, list[dict[str, Any]]] = {day: [] for day in days}
    for day, *row in found.fetchall():
        rows[day].append(dict(zip(names, row, strict=True)))
    return rows


# properties

several = settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture])


@several
@given(history=histories(), data=st.data())
def test_every_unit_is_read_once_on_every_day_as_a_walk_through_the_changes_says(
    run_models: Callable[..., duckdb.DuckDBPyConnection], history: History, data: st.DataObject
) -> None:
    # a source may leave out a change: what is not known to be whole is partial
    forgotten = data.draw(st.sets(st.sampled_from(history.changes), max_size=2) if history.changes else st.just(set()))
    told = replace(history, changes=tuple(change for change in history.changes if change not in forgotten))
    connection = run_models(told)
    for day in DAYS:
        found = fetch_readings(connection, day)

        assert len(found) == len(history.units)
        assert dict(found) == {unit.unit_id: told.read(unit, day) for unit in told.units}


@several
@given(history=histories())
def test_a_unit_is_read_as_one_that_contains_its_whole_area(
    run_models: Callable[..., duckdb.DuckDBPyConnection], history: History
) -> None:
    connection = run_models(history)
    for day in DAYS:
        for unit_id, reading in fetch_readings(connection, day):
            unit = history.by_id[unit_id]
            if unit.is_valid_on(day):
                assert reading.code == "same"
            if unit.level == "district":
                continue
            candidates = [history.by_id[candidate] for candidate in (reading.unit_id, *reading.candidates) if candidate]
            assert all(candidate.is_valid_on(day) for candidate in candidates)
            assert unit.area <= frozenset().union(*(candidate.area for candidate in candidates))


@several
@given(data=st.data())
def test_no_count_is_lost_or_counted_twice_on_any_day(
    run_models: Callable[..., duckdb.DuckDBPyConnection], data: st.DataObject
) -> None:
    history = data.draw(histories())
    facts = data.draw(reports(history))
    connection = run_models(history, facts)
    for day, found in fetch_counts(connection, DAYS).items():
        readings = {unit.unit_id: history.read(unit, day) for unit in history.units}
        expected: dict[tuple[str, str], list[Fact]] = defaultdict(list)
        for fact in facts:
            reading = readings[fact.organisation_id]
            is_added = fact.measure_code == "admissions"
            expected[(reading.unit_id if is_added else None) or fact.organisation_id, fact.source_id].append(fact)

        assert sum(row["admissions_low"] for row in found) == sum(fact.low for fact in facts)
        assert sorted((row["organisation_id"], row["source_id"]) for row in found) == sorted(expected)
        for row in found:
            parts = expected[row["organisation_id"], row["source_id"]]
            highs = [fact.high for fact in parts]
            low, high = sum(fact.low for fact in parts), None if None in highs else sum(highs)
            assert (row["admissions_low"], row["admissions_high"]) == (low, high)
            assert row["admissions"] == (low if low == high else None)
            assert row["added_organisation_count"] == len(parts)
            assert row["province_id"] == readings[parts[0].organisation_id].province_id
            if row["reading_code"] == "partial":
                assert row["expected_organisation_count"] == len(parts) == 1
            else:
                assert row["expected_organisation_count"] == sum(
                    readings[unit.unit_id].unit_id == row["organisation_id"]
                    for unit in history.units
                    if unit.is_valid_on(parts[0].ends_on)
                )


@several
@given(data=st.data())
def test_counts_of_everybody_read_as_the_count_of_the_area(
    run_models: Callable[..., duckdb.DuckDBPyConnection], data: st.DataObject
) -> None:
    history = data.draw(histories())
    counted_on = data.draw(st.sampled_from(DAYS))
    # as many as the area has spots: 30 + 20 = 50
    facts = [
        Fact(unit.unit_id, "admissions", "s", counted_on, len(unit.area), len(unit.area))
        for unit in history.list_valid("commune", counted_on)
    ]
    connection = run_models(history, facts)
    counts = fetch_counts(connection, DAYS)
    for found in counts.values():
        divided = {spot for row in found if row["reading_code"] == "partial" for spot in _area(history, row)}
        for row in found:
            assert row["added_organisation_count"] == row["expected_organisation_count"]
            if not _area(history, row) & divided:
                assert row["admissions"] == len(_area(history, row))
    as_is = connection.execute("select organisation_id, admissions from reports.rpt_admissions_as_is").fetchall()
    assert sorted(as_is) == sorted((row["organisation_id"], row["admissions"]) for row in counts[DAYS[-1]])


def _area(history: History, row: dict[str, Any]) -> frozenset[int]:
    return history.by_id[row["organisation_id"]].area


# counts that are no units'


def test_an_organisation_without_an_area_stays_itself_in_the_province_of_the_day(
    run_models: Callable[..., duckdb.DuckDBPyConnection],
) -> None:
    day = CHANGES_ON[-1]
    history = History(
        (
            Unit("p1", "province", None, BEGINNING, day),
            Unit("p2", "province", None, BEGINNING, day),
            Unit("p1", "province", None, day),
        ),
        (Change("p1", "p1", "full", day), Change("p2", "p1", "full", day)),
    )
    before, after = dt.date(2024, 12, 31), dt.date(2025, 12, 31)
    connection = run_models(
        history,
        [
            Fact("police", "admissions", "s", before, 7, 7),
            Fact("police", "admissions", "t", after, 8, 8),
            Fact("national", "admissions", "s", before, 90, 90),
        ],
    )
    connection.execute(
        "insert into marts.dim_organisations values ('police', 'Công an', 'p2'), ('national', 'Đảng', null)"
    )
    expected = {
        before: [("national", "s", 90, None), ("police", "s", 7, "p2"), ("police", "t", 8, "p2")],
        after: [("national", "s", 90, None), ("police", "s", 7, "p1-20250701"), ("police", "t", 8, "p1-20250701")],
    }
    for asked, found in fetch_counts(connection, expected).items():
        assert {row["reading_code"] for row in found} == {"same"}
        columns = ("organisation_id", "source_id", "admissions", "province_id")
        assert sorted(tuple(row[column] for column in columns) for row in found) == expected[asked]


# real places


@pytest.fixture(scope="module")
def real(compiled: dict[str, str]) -> Iterator[duckdb.DuckDBPyConnection]:
    """Build the models on the units of Vietnam."""
    with closing(duckdb.connect()) as connection:
        connection.execute(TABLES)
        for name in ("administrative_units", "administrative_unit_changes"):
            connection.execute(
                f"insert into vocabulary.{name} by name from read_csv(?, all_varchar = true)",
                [str(SEEDS / f"{name}.csv")],
            )
        for schema, name in MODELS:
            connection.execute(f"create or replace table {schema}.{name} as {compiled[name]}")
        for name in VIEWS:
            connection.execute(f"create or replace view reports.{name} as {compiled[name]}")
        connection.execute(
            """
            insert into marts.dim_organisations
            select unit_id, 'Đảng bộ ' || unit_type || ' ' || unit_name, null from marts.dim_administrative_units
            """
        )
        yield connection


def _read(connection: duckdb.DuckDBPyConnection, unit_id: str, day: str) -> Reading:
    return dict(fetch_readings(connection, dt.date.fromisoformat(day)))[unit_id]


@pytest.mark.parametrize("unit_id", ["25", "26", "17"])
def test_three_provinces_are_one_today(real: duckdb.DuckDBPyConnection, unit_id: str) -> None:
    expected = Reading("full", "25-20250701", (), "25-20250701", "25-20250701")
    assert _read(real, unit_id, "2026-01-01") == expected


def test_the_province_of_today_was_three_provinces(real: duckdb.DuckDBPyConnection) -> None:
    assert _read(real, "25-20250701", "2024-12-31") == Reading("partial", None, ("17", "25", "26"), None, None)


@pytest.mark.parametrize(
    ("old", "today"),
    [
        *(("08545", "08545"), ("08593", "08593"), ("08620", "08620")),
        *(("08566", "08566"), ("08578", "08560"), ("08755", "08740")),
        *(("31156", "31157"), ("31157", "31157"), ("31227", "31157")),
    ],
)
def test_a_merged_commune_is_read_as_the_one_of_today(real: duckdb.DuckDBPyConnection, old: str, today: str) -> None:
    reading = _read(real, old, "2026-11-01")
    assert (reading.code, reading.unit_id) == ("full", f"{today}-20250701")


def test_a_ward_of_today_was_three_of_one_province(real: duckdb.DuckDBPyConnection) -> None:
    expected = Reading("partial", None, ("31156", "31157", "31227"), "92", "92")
    assert _read(real, "31157-20250701", "2024-12-31") == expected


def test_a_district_is_the_communes_that_took_over(real: duckdb.DuckDBPyConnection) -> None:
    codes = "03721 03724 03727 03754 03757 03760 03763 03781 03784 03799"
    candidates = tuple(f"{code}-20250701" for code in codes.split())
    assert _read(real, "119", "2026-11-01") == Reading("partial", None, candidates, "14", "14")
    tan_son = _read(real, "240", "2026-11-01")
    six = ("08545", "08560", "08566", "08590", "08593", "08620")
    assert tan_son.candidates == tuple(f"{code}-20250701" for code in six)


def test_every_fact_can_be_read_by_the_units_of_any_day(compiled: dict[str, str]) -> None:
    facts = {name.removeprefix("fct_") for name in compiled if name.startswith("fct_")} - {"figures"}
    assert facts >= {"admissions", "members", "targets", "training", "localities", "departures", "organisation_counts"}
    assert {f"rpt_{fact}_as_{reading}" for fact in facts for reading in ("is", "of")} <= set(compiled)


def test_a_divided_ward_is_partial_and_keeps_its_count(real: duckdb.DuckDBPyConnection) -> None:
    old, *_ = (
        real.execute(
            """
        select units.unit_id
        from marts.dim_administrative_units as units
        inner join marts.bridge_unit_changes as changes on unit_code = old_code and valid_to = changed_on
        where kind = 'partial' and unit_type = 'phường'
        order by unit_id limit 1
        """
        ).fetchone()
        or ()
    )
    new = real.execute("select new_code from marts.bridge_unit_changes where old_code = ?", [old]).fetchall()
    real.execute("delete from marts.fct_admissions")
    real.execute(f"insert into marts.fct_admissions values {_row(old, 30)}")
    ((organisation_id, code, candidates, count),) = real.execute(
        "select organisation_id, reading_code, candidate_unit_ids, admissions from reports.rpt_admissions_as_is"
    ).fetchall()
    assert (organisation_id, code, count) == (old, "partial", 30)
    assert sorted(candidates.split("|")) == sorted(f"{new_code}-20250701" for (new_code,) in new)
    assert len(new) > 1


def test_thirty_and_twenty_are_fifty(real: duckdb.DuckDBPyConnection) -> None:
    real.execute("delete from marts.fct_admissions")
    real.execute(f"insert into marts.fct_admissions values {_row('31156', 30)}, {_row('31157', 20)}")
    ask = """
        select organisation_name, admissions, added_organisation_count, expected_organisation_count, province_name
        from reports.rpt_admissions_as_is
    """
    assert real.execute(ask).fetchall() == [("Đảng bộ phường Thới Long", 50, 2, 3, "Cần Thơ")]


def test_totals_of_all_communes_are_the_same_in_every_reading(real: duckdb.DuckDBPyConnection) -> None:
    real.execute("delete from marts.fct_admissions")
    real.execute(
        """
        insert into marts.fct_admissions
        select
            unit_id, 'admissions', 'all', 'period', if(valid_to = '2025-07-01', 'before', 'after'), null, day, day, n, n
        from (
            select
                *,
                if(valid_to = '2025-07-01', date '2025-06-30', date '2026-11-01') as day,
                row_number() over (order by unit_id) % 97 as n
            from marts.dim_administrative_units
        )
        where level = 'commune' and (valid_to is null or valid_to = '2025-07-01')
        """
    )
    totals = real.execute("select source_id, sum(admissions_low) from marts.fct_admissions group by all order by all")
    expected = totals.fetchall()
    days = ("1975-04-30", "2025-02-28", "2025-06-30", "2025-07-01", "2026-11-01")
    for found in fetch_counts(real, [dt.date.fromisoformat(day) for day in days]).values():
        sums: dict[object, int] = defaultdict(int)
        for row in found:
            sums[row["source_id"]] += row["admissions"]
        assert sorted(sums.items()) == expected
        assert len({(row["organisation_id"], row["source_id"]) for row in found}) == len(found)
    # every commune of before lies in one province of today, divided or not: so do their totals
    of_today = real.execute(
        "select province_id, sum(admissions) from reports.rpt_admissions_as_is where source_id = 'before' group by all"
    ).fetchall()
    of_before = real.execute(
        """
        select readings.reading_unit_id, sum(facts.admissions_low)
        from marts.fct_admissions as facts
        inner join intermediate.int_unit_spans as spans
            on facts.organisation_id = spans.unit_id and span_to = '2025-07-01'
        inner join marts.bridge_unit_readings as readings on spans.province_id = readings.unit_id and reading_to is null
        where source_id = 'before'
        group by all
        """
    ).fetchall()
    assert sorted(of_today) == sorted(of_before)
    assert len(of_today) == 34


def _row(unit_id: str, count: int) -> str:
    day = "date '2024-12-31'"
    return f"('{unit_id}', 'admissions', 'all', '2024', 'n1', null, {day}, {day}, {count}, {count})"
