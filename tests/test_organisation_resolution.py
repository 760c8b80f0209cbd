"""How well names are resolved: thousands of units as people print them, and a sample that was checked by hand.

The truth of a name is the unit it was made from. A name is unambiguous if exactly one unit of that level, day and place
bears it; that is counted here from the units themselves, not by the code under test.
"""

from __future__ import annotations

import csv
import datetime as dt
import random
import re
import sys
import unicodedata
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import polars as pl
import pytest

from pipelines.organisations import NAME_COLUMNS, UNKNOWN, resolve_organisation_names
from pipelines.places import Places, find_span
from pipelines.units import Gazetteer, Unit

if TYPE_CHECKING:
    import duckdb

SAMPLE = Path(__file__).parent / "samples" / "organisation_names.csv"
NAME_COUNT = 4000
BEFORE, AFTER = dt.date(2024, 6, 30), dt.date(2025, 9, 30)

TONES = {"òa": "oà", "óa": "oá", "ỏa": "oả", "õa": "oã", "ọa": "oạ", "ùy": "uỳ", "úy": "uý", "ủy": "uỷ", "ụy": "uỵ"}
ABBREVIATIONS = {
    "thành phố": "TP.",
    "thị xã": "TX. ",
    "thị trấn": "TT. ",
    "huyện": "H. ",
    "quận": "Q. ",
    "phường": "P. ",
    "xã": "X. ",
    "tỉnh": "tỉnh ",
    "đặc khu": "đặc khu ",
}
BODIES = {"tỉnh": "Tỉnh ủy", "thành phố": "Thành ủy", "huyện": "Huyện ủy", "quận": "Quận ủy", "thị xã": "Thị ủy"}


def move_tones(name: str) -> str:
    for old, new in TONES.items():
        name = re.sub(rf"(?<![Qq]){old}\b", new, name)
    return name


def write_i(name: str) -> str:
    return re.sub(r"\b(M|L|K|T|S)([yỹýỳỷỵ])\b", lambda match: match[1] + "iĩíìỉị"["yỹýỳỷỵ".index(match[2])], name)


STYLES: tuple[Callable[[str, str], str], ...] = (
    lambda kind, name: f"{kind} {name}",
    lambda kind, name: f"{kind.capitalize()} {name}",
    lambda kind, name: f"Đảng bộ {kind} {name}",
    lambda kind, name: f"ĐẢNG BỘ {kind.upper()} {name.upper()}",
    lambda kind, name: f"{ABBREVIATIONS[kind]}{name}",
    lambda kind, name: f"{BODIES.get(kind, 'Đảng ủy ' + kind)} {name}",
    lambda kind, name: move_tones(f"{kind} {name}"),
    lambda kind, name: write_i(f"Đảng ủy {kind} {name}"),
    lambda kind, name: unicodedata.normalize("NFD", f"{kind}  {name} "),
    lambda kind, name: f"{kind} {name}".replace(" - ", "-").replace("'", "\u2019"),
)


class Printed(NamedTuple):
    """A name made from a unit, as it may be printed."""

    name: str
    parent: str | None
    province: str | None
    day: dt.date
    unit: Unit
    is_unambiguous: bool


def choose_day(unit: Unit) -> dt.date:
    return next((day for day in (BEFORE, AFTER) if unit.is_valid(day)), max(unit.valid_from, dt.date(2016, 1, 1)))


def make_names(gazetteer: Gazetteer, count: int) -> list[Printed]:
    chance = random.Random(20250701)
    units = chance.sample([unit for unit in gazetteer.units.values() if unit.valid_to > dt.date(2016, 1, 1)], count)
    days = {choose_day(unit) for unit in units}
    bearers: Counter[tuple[object, ...]] = Counter()
    for unit in gazetteer.units.values():
        for day in days:
            if unit.is_valid(day):
                for place in (None, gazetteer.find_province(unit).name, unit.parent_code):
                    bearers[unit.level, day, unit.kind, unit.name.casefold(), place] += 1
    names = []
    for unit in units:
        day, style = choose_day(unit), chance.choice(STYLES)
        parent, province = gazetteer.find_parent(unit), gazetteer.find_province(unit).name
        with_parent = parent is not None and chance.random() < 0.6
        with_province = unit.level == "province" or not with_parent or chance.random() < 0.5
        place = unit.parent_code if with_parent else province
        names.append(
            Printed(
                style(unit.kind, unit.name),
                chance.choice(STYLES)(parent.kind, parent.name) if parent and with_parent else None,
                province if with_province else None,
                day,
                unit,
                bearers[unit.level, day, unit.kind, unit.name.casefold(), place] == 1,
            )
        )
    return names


def test_unambiguous_names_resolve_to_their_units(
    full_gazetteer: Gazetteer, capsys: pytest.CaptureFixture[str]
) -> None:
    places = Places(full_gazetteer)
    counts: Counter[tuple[str, str, str]] = Counter()
    wrong = []
    for printed in make_names(full_gazetteer, NAME_COUNT):
        spans = places.resolve(printed.unit.level, printed.name, printed.parent, printed.province)
        resolution = find_span(spans, printed.day)
        is_right = resolution.organisation_id == printed.unit.unit_id
        outcome = "right" if is_right else "unresolved" if resolution.organisation_id is None else "wrong"
        counts["unambiguous" if printed.is_unambiguous else "ambiguous", outcome, resolution.match_code] += 1
        if outcome == "wrong" or (printed.is_unambiguous and not is_right):
            wrong.append((printed, resolution))
    unambiguous = sum(count for (kind, *_), count in counts.items() if kind == "unambiguous")
    right = sum(count for (kind, outcome, _), count in counts.items() if (kind, outcome) == ("unambiguous", "right"))
    with capsys.disabled():
        lines = [f"{' '.join(key)}: {count}" for key, count in sorted(counts.items())]
        report = "\n  ".join([f"\n{right} of {unambiguous} unambiguous names resolve right", *lines])
        sys.stdout.write(f"{report}\n")

    assert sum(counts.values()) == NAME_COUNT
    assert unambiguous > 0.9 * NAME_COUNT
    assert right >= 0.99 * unambiguous, wrong[:10]
    assert [printed for printed, resolution in wrong if resolution.organisation_id is not None] == []


def read_sample() -> list[dict[str, str]]:
    with SAMPLE.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_the_sample_that_was_checked_by_hand_resolves_as_expected(full_gazetteer: Gazetteer) -> None:
    rows = read_sample()
    names = pl.DataFrame(
        [
            (row["printed_name"], row["level"], row["scope"], row["parent"] or None, row["province"] or None)
            for row in rows
        ],
        schema=dict.fromkeys(NAME_COLUMNS, pl.String),
        orient="row",
    )
    resolved: dict[tuple[object, ...], list[tuple[dt.date, dt.date, str]]] = {}
    for row in resolve_organisation_names(names, full_gazetteer).names.to_dicts():
        means = row["organisation_id"] if row["organisation_id"] != UNKNOWN else row["resolution_code"]
        key = (*(row[column] for column in NAME_COLUMNS), row["single_name"])
        resolved.setdefault(key, []).append((row["named_from"], row["named_to"], means))
    differing = []
    for row in rows:
        key = (row["printed_name"], row["level"], row["scope"], row["parent"] or None, row["province"] or None)
        day = dt.date.fromisoformat(row["day"])
        spans = resolved[*key, row["single_name"] or row["printed_name"]]
        found = [means for start, end, means in spans if start <= day < end]
        if found != [row["expected"]]:
            differing.append((row, found))

    assert len(rows) >= 300
    assert differing == []


def test_every_name_of_the_register_means_what_the_sample_expects(warehouse: duckdb.DuckDBPyConnection) -> None:
    meant = warehouse.sql(
        """
        select distinct
            organisation_name, level_code, parent_organisation_name, province_name,
            case when organisation_id = 'unknown' then resolution_code else organisation_id end
        from intermediate.int_figures_attributed
        where level_code in ('province', 'district', 'commune')
        """
    ).fetchall()
    sample = {
        (row["printed_name"], row["level"], row["parent"], row["province"], row["expected"]) for row in read_sample()
    }

    assert len(meant) > 100
    assert {tuple(value or "" for value in row) for row in meant} - sample == set()


UNRESOLVED = {
    "hai xã An Định, An Chấn": "one number for two communes together, it cannot be divided",
}
"""Names of the register that mean no single organisation, and why."""


def test_every_other_name_of_the_register_means_an_organisation(warehouse: duckdb.DuckDBPyConnection) -> None:
    unresolved = warehouse.sql(
        "select distinct printed_organisation_name from marts.fct_figures where resolution_code <> 'resolved'"
    ).fetchall()

    assert {name for (name,) in unresolved} == set(UNRESOLVED)


def test_a_figure_of_an_organisation_is_of_its_time(warehouse: duckdb.DuckDBPyConnection) -> None:
    later = warehouse.sql(
        """
        select distinct figures.printed_organisation_name, organisations.organisation_id
        from marts.fct_figures as figures
        inner join marts.dim_organisations as organisations
            on figures.organisation_id = organisations.organisation_id
        where figures.named_on < organisations.valid_from
        """
    ).fetchall()

    assert later == []
