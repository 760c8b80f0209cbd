"""A night that writes only what came in leaves what a build of everything would, whatever came in; so does a look back.

Nights are drawn at random: the seed stands in the message of a failure, and `Nights(folder, seed)` repeats them.
"""

from __future__ import annotations

import calendar
import csv
import datetime as dt
import io
import json
import random
import secrets
import shutil
from contextlib import closing
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING

import duckdb
import polars as pl
import pytest

from pipelines import dbt_project
from pipelines.dbt_project import Building, find_built_until, list_kept
from pipelines.identities import derive_identities
from pipelines.lake import Lake, parse_batch_id
from pipelines.observations import OBSERVATIONS, Intake, RawFile, Reading, frame
from pipelines.paths import DBT_PROJECT, AsOfPaths, Paths
from pipelines.printed_names import derive_organisations
from pipelines.settings import CHECKOUT
from pipelines.sources import read_files, read_sources

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

RAW = CHECKOUT / "data" / "raw"
FIRST_NIGHT = dt.datetime(2026, 1, 5, 19, tzinfo=dt.UTC)
GROUPS = ("all", "women", "ethnic_minority")

OF_THE_NIGHT = {
    "intermediate.int_documents_changed",
    "intermediate.int_counts_changed",
    "intermediate.int_admissions_changed",
    "intermediate.int_roll_ups_changed",
    "intermediate.int_reports_changed",
}
"""What a night may change: by its meaning something else in a build of everything."""


# what can come in


@dataclass(frozen=True)
class Body:
    """An organisation as reports print it."""

    name: str
    level: str
    parent: str | None
    province: str
    scope: str = "one"


@dataclass(frozen=True)
class Span:
    """A period as reports state it."""

    kind: str
    starts_on: dt.date
    ends_on: dt.date


def span(kind: str, year: int, first_month: int, last_month: int, last_year: int | None = None) -> Span:
    last = dt.date(last_year or year, last_month, calendar.monthrange(last_year or year, last_month)[1])
    return Span(kind, dt.date(year, first_month, 1), last)


MONTHS = [span("month", 2024, month, month) for month in range(1, 13)] + [
    span("month", 2025, month, month) for month in (5, 6, 7)
]
TO_DATE = [
    span("months_to_date", 2024, 1, 3),
    span("quarter", 2024, 1, 3),
    span("half_year", 2024, 1, 6),
    span("months_to_date", 2024, 1, 9),
    span("year", 2024, 1, 12),
    span("months_to_date", 2025, 1, 5),
    span("half_year", 2025, 1, 6),
]
OTHER = [
    span("quarter", 2024, 4, 6),
    span("half_year", 2024, 7, 12),
    span("since", 2023, 7, 12),
    span("since", 2023, 7, 3, 2024),
    span("since", 2024, 1, 6, 2025),
    span("since", 2024, 1, 9, 2025),
    span("multi_year", 2021, 1, 12, 2024),
    span("term", 2020, 1, 12, 2025),
    span("instant", 2024, 12, 12),
]


def _list_bodies() -> dict[str, list[Body]]:
    """Return the communes of some small districts, by district, with the district itself first."""
    units = pl.read_csv(DBT_PROJECT / "seeds" / "administrative_units.csv", infer_schema=False).filter(
        pl.col("valid_from") == "1900-01-01"
    )
    names = {code: (name, f"Đảng bộ {kind} {name}") for code, name, kind in units.select(pl.nth(0, 1, 2)).iter_rows()}
    bodies = {}
    for district, province in (("576", "56"), ("618", "62"), ("095", "11"), ("912", "91")):
        province_name, above = names[province][0], names[district][1]
        communes = units.filter(pl.col("parent_code") == district)["unit_code"]
        bodies[district] = [
            Body(above, "district", None, province_name),
            *(Body(names[code][1], "commune", above, province_name) for code in communes),
        ]
    return bodies


BODIES = _list_bodies()
CHAINED = "912"
"""The district whose counts from New Year follow one another, and of which nothing else is reported."""

DATED = "da-nang-2023"
"""A publication whose figures take their day from its sidecar, and of which nothing else changes."""

DISTRICTS = sorted(BODIES.keys() - {CHAINED})
AMBIGUOUS = Body("Đảng bộ xã Tân Phú", "commune", None, "Phú Thọ")


def list_schools(body: Body, number: int) -> list[Body]:
    """Return a school of a district and a cell of the school."""
    school = f"Chi bộ Trường Trung học cơ sở số {number}"
    return [
        Body(school, "grassroots", body.name, body.province),
        Body(f"Chi bộ Tổ {number}", "cell", school, body.province),
        Body("Đảng bộ Công an tỉnh", "district_equivalent", None, body.province),
    ]


@cache
def read_publications() -> dict[str, dict[str, bytes]]:
    """Return the raw files of small publications, by path, by publication."""
    publications = {}
    for folder in sorted((RAW / "published_figures").iterdir()):
        figures = folder / "figures.csv"
        if figures.is_file() and figures.stat().st_size < 2500:
            files = [*folder.iterdir(), *(RAW / "article_notes" / folder.name).glob("text.txt")]
            publications[folder.name] = {file.relative_to(RAW).as_posix(): file.read_bytes() for file in files}
    return publications


class Nights:
    """A lake into which something comes every night, as the seed draws it.

    Args:
        folder: ``data/lake``.
        seed: What everything is drawn from.
        count: Nights; every kind of change comes in at least once.
    """

    def __init__(self, folder: Path, seed: int, count: int) -> None:
        self.lake = Lake(folder)
        self.log: list[list[str]] = []
        self._random = random.Random(seed)
        self._sources = {source.source_name: source for source in read_sources(RAW)}
        self._publications: dict[str, dict[str, bytes]] = {}
        self._reports: dict[str, list[dict[str, object]]] = {}
        self._pending: dict[str, bytes | list[dict[str, object]]] = {}
        kinds = self._list_kinds()
        self._random.shuffle(kinds)
        self._plan = [kinds[night :: count - 1] for night in range(count - 1)]

    def begin(self) -> str:
        """Take in what a new warehouse begins with."""
        self._pending |= read_publications()[DATED]
        for _ in range(5):
            self.add_publication()
        for one in TO_DATE:
            self._report(
                f"chained_reports/{one.kind}-{one.ends_on}.csv", one, BODIES[CHAINED][1:], qualifier_code="exact"
            )
        for district in DISTRICTS:
            spans = [*self._random.sample(MONTHS, 4), *self._random.sample(TO_DATE, 3)]
            for one in spans:
                self.add_report(district, one)
        self.add_odd_report(span("month", 2024, 3, 3), [AMBIGUOUS])
        self.add_odd_report(span("year", 2024, 1, 12), list_schools(BODIES["576"][0], 1))
        return self._append(["begin"])

    def pass_night(self) -> str:
        """Take in what comes in one night."""
        kinds = self._plan[(len(self.log) - 1) % len(self._plan)]
        for kind in kinds:
            kind()
        return self._append([kind.__name__ for kind in kinds])

    def _append(self, log: list[str]) -> str:
        intakes = [self._read(path, content) for path, content in sorted(self._pending.items())]
        self._pending = {}
        self.log.append(log)
        return self.lake.append(Intake.united(intakes), now=FIRST_NIGHT + dt.timedelta(days=len(self.log)))

    def _read(self, path: str, content: bytes | list[dict[str, object]]) -> Intake:
        source_name = path.split("/", 1)[0]
        if isinstance(content, bytes):
            return read_files(self._sources[source_name], [RawFile(source_name, path, content)], max_bytes=2**20)
        file = RawFile(source_name, path, json.dumps(content, default=str).encode())
        return Intake.of(file, Reading(found_count=len(content), observations=frame(content, OBSERVATIONS)))

    def _list_kinds(self) -> list[Callable[[], None]]:
        return [
            self.add_publication,
            self.correct_figure,
            self.remove_figure,
            self.add_figure,
            self.date_publication,
            self.spoil_sidecar,
            self.spoil_dated_sidecar,
            self.change_text,
            self.spoil_text,
            self.add_month,
            self.add_month,
            self.add_count_to_date,
            self.add_count_to_date,
            self.add_other_period,
            self.restate_report,
            self.restate_report,
            self.correct_first_months,
            self.restate_in_another_file,
            self.restate_in_another_file,
            self.report_from_another_source,
            self.drop_organisation,
            self.drop_group,
            self.drop_everything,
            self.add_school,
            self.name_ambiguously,
            self.report_a_ratio,
            self.report_for_each,
        ]

    # publications

    def add_publication(self) -> None:
        left = sorted(read_publications().keys() - self._publications.keys() - {DATED})
        publication_id = self._random.choice(left)
        self._publications[publication_id] = dict(read_publications()[publication_id])
        self._pending |= self._publications[publication_id]

    def _edit(self, name: str, edit: Callable[[bytes], bytes]) -> None:
        found = [(files, path) for files in self._publications.values() for path in files if path.endswith(name)]
        files, path = self._random.choice(sorted(found, key=lambda pair: pair[1]))
        files[path] = self._pending[path] = edit(files[path])

    def _edit_figures(self, edit: Callable[[list[dict[str, str]]], list[dict[str, str]]]) -> None:
        def rewrite(content: bytes) -> bytes:
            reader = csv.DictReader(io.StringIO(content.decode()))
            rows, target = edit(list(reader)), io.StringIO()
            writer = csv.DictWriter(target, reader.fieldnames or [], lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)
            return target.getvalue().encode()

        self._edit("figures.csv", rewrite)

    def correct_figure(self) -> None:
        def edit(rows: list[dict[str, str]]) -> list[dict[str, str]]:
            for row in rows[:2]:
                row["value"] = row["printed"] = str(self._random.randint(1, 60))
            return rows

        self._edit_figures(edit)

    def remove_figure(self) -> None:
        self._edit_figures(lambda rows: rows[1:])

    def add_figure(self) -> None:
        def edit(rows: list[dict[str, str]]) -> list[dict[str, str]]:
            number, body = self._random.randrange(10**6), BODIES["576"][0]
            for group in GROUPS[:2]:
                rows.append(
                    dict.fromkeys(rows[0] if rows else (), "")
                    | {
                        "figure_id": f"added-{number}-{group}",
                        "organisation_name": body.name,
                        "organisation_level": body.level,
                        "organisation_scope": "one",
                        "province_name": body.province,
                        "period_type_code": "year",
                        "starts_on": "2024-01-01",
                        "ends_on": "2024-12-31",
                        "measure_code": "admissions",
                        "group_code": group,
                        "statement_code": "level",
                        "printed": str(number % 50),
                        "value": str(number % 50),
                        "unit": "persons",
                        "qualifier_code": self._random.choice(["exact", "over", "nearly"]),
                    }
                )
            return rows

        self._edit_figures(edit)

    def date_publication(self) -> None:
        day = f"published_on: 2024-{self._random.randint(1, 12):02}-03".encode()
        self._edit(
            "publication.yml",
            lambda content: b"\n".join(
                day if line.startswith(b"published_on:") else line for line in content.split(b"\n")
            ),
        )

    def spoil_sidecar(self) -> None:
        self._edit("publication.yml", lambda content: b"no sidecar\n" + content)

    def spoil_dated_sidecar(self) -> None:
        path = f"published_figures/{DATED}/publication.yml"
        self._pending[path] = b"no sidecar\n" + read_publications()[DATED][path]

    def change_text(self) -> None:
        self._edit("text.txt", lambda content: content + f"\nThêm {self._random.random()}\n".encode())

    def spoil_text(self) -> None:
        self._edit("text.txt", lambda content: b"\xff" + content)

    # reports

    def add_report(self, district: str, one: Span, suffix: str = "") -> None:
        bodies = [body for body in BODIES[district][1:] if self._random.random() < 0.9]
        bodies += BODIES[district][:1] if self._random.random() < 0.3 else []
        self._report(f"commune_reports/{district}/{one.kind}-{one.starts_on}-{one.ends_on}{suffix}.csv", one, bodies)

    def add_odd_report(self, one: Span, bodies: list[Body]) -> None:
        self._report(f"other_reports/{one.kind}-{one.ends_on}-{len(self._reports)}.csv", one, bodies)

    def _report(self, path: str, one: Span, bodies: list[Body], **changes: object) -> None:
        rows = [
            self._count(one, body, group) | {"figure_id": f"{path}#{number}", "observation_id": f"{path}#{number}"}
            for number, (body, group) in enumerate((body, group) for body in bodies for group in GROUPS)
        ]
        self._keep(path, [row | changes for row in rows])

    def _keep(self, path: str, rows: list[dict[str, object]]) -> None:
        version = self._random.getrandbits(64)
        rows = [row | {"observation_id": f"{row['figure_id']}@{version:x}"} for row in rows]
        self._reports[path] = self._pending[path] = rows

    def _count(self, one: Span, body: Body, group: str) -> dict[str, object]:
        # a count of more months is larger, so that differences are none below zero
        month_count = (one.ends_on - one.starts_on).days // 30
        value = self._random.randint(0, 3) + 5 * month_count
        return {
            "locator": f"line {value}",
            "organisation_name": body.name,
            "organisation_level": body.level,
            "organisation_scope": body.scope,
            "parent_organisation_name": body.parent,
            "province_name": body.province,
            "form_code": "2-BTCTW",
            "measure_code": "members" if one.kind == "instant" else "admissions",
            "group_code": group,
            "statement_code": "level",
            "period_type_code": one.kind,
            "starts_on": one.starts_on,
            "ends_on": one.ends_on,
            "period_text": one.kind,
            "printed": str(value),
            "printed_precision": 1,
            "value": value,
            "unit": "persons",
            "qualifier_code": self._random.choice(["exact"] * 8 + ["over", "at_least", "at_most"]),
            "value_status": "reported",
            "reported_on": one.ends_on + dt.timedelta(days=self._random.randint(1, 9)),
        }

    def add_month(self) -> None:
        self.add_report(self._random.choice(DISTRICTS), self._random.choice(MONTHS))

    def add_count_to_date(self) -> None:
        self.add_report(self._random.choice(DISTRICTS), self._random.choice(TO_DATE))

    def add_other_period(self) -> None:
        district = self._random.choice(DISTRICTS)
        for one in self._random.sample(OTHER, 4):
            self.add_report(district, one)

    def _choose_report(self) -> str:
        open_to_all = [path for path in sorted(self._reports) if not path.startswith("chained_reports/")]
        return self._random.choice([path for path in open_to_all if self._reports[path]])

    def correct_first_months(self) -> None:
        """Correct what the differences to all later counts of the year rest on."""
        for path in [path for path in self._reports if path.startswith("chained_reports/") and "-03-31" in path]:
            rows = [row | {"value": int(str(row["value"])) + 1} for row in self._reports[path]]
            self._keep(path, [row | {"printed": str(row["value"])} for row in rows])

    def restate_report(self) -> None:
        path = self._choose_report()
        rows = [dict(row) for row in self._reports[path]]
        for row in self._random.sample(rows, (len(rows) + 1) // 2):
            self._correct(row)
        self._keep(path, rows)

    def _correct(self, row: dict[str, object]) -> None:
        row["value"] = max(int(str(row["value"])) + self._random.choice([-2, -1, 1, 2]), 0)
        row["printed"] = str(row["value"])

    def restate_in_another_file(self) -> None:
        former = self._choose_report()
        path = f"{former}-{len(self._reports)}.csv"
        rows = [row | {"figure_id": f"{path}#{number}"} for number, row in enumerate(self._reports[former])]
        for row in rows[::2]:
            self._correct(row)
        self._keep(path, rows)

    def report_from_another_source(self) -> None:
        former = self._choose_report()
        path = f"other_reports/again-{len(self._reports)}.csv"
        rows = [row | {"figure_id": f"{path}#{number}"} for number, row in enumerate(self._reports[former])]
        self._keep(path, [row | {"qualifier_code": "exact"} for row in rows])

    def drop_organisation(self) -> None:
        path = self._choose_report()
        dropped = self._random.choice(self._reports[path])["organisation_name"]
        self._keep(path, [row for row in self._reports[path] if row["organisation_name"] != dropped])

    def drop_group(self) -> None:
        path, group = self._choose_report(), self._random.choice(GROUPS)
        self._keep(path, [row for row in self._reports[path] if row["group_code"] != group])

    def drop_everything(self) -> None:
        self._keep(self._choose_report(), [])

    def add_school(self) -> None:
        body = BODIES[self._random.choice(DISTRICTS)][0]
        schools = list_schools(body, self._random.randint(2, 99))
        self.add_odd_report(self._random.choice(MONTHS), self._random.sample(schools, 2))

    def name_ambiguously(self) -> None:
        self.add_odd_report(self._random.choice(MONTHS), [AMBIGUOUS])

    def report_a_ratio(self) -> None:
        one = self._random.choice(TO_DATE)
        path = f"other_reports/ratio-{len(self._reports)}.csv"
        base = {"base_measure_code": "admission_target", "base_group_code": "all", "base_value": 10}
        self._report(path, one, BODIES["618"][1:3], statement_code="part_of_ratio", **base)

    def report_for_each(self) -> None:
        first, second = self._random.sample(BODIES["576"][1:], 2)
        body = Body(f"{first.name}, {second.name}", "commune", first.parent, first.province, "each")
        self.add_odd_report(self._random.choice(MONTHS), [body])


# building, and comparing what was built


def build(paths: Paths, *, as_of: dt.datetime | None = None) -> str:
    """Build what a night builds, without the tests; return the newest batch that was there before."""
    derive_organisations(Lake(paths.lake), paths, until=as_of)
    derive_identities(paths)
    Lake(paths.lake).write_records(paths.derived)
    building = Building(paths, as_of=as_of, is_tested=False)
    for _ in building:
        pass
    assert building.result.failures == []
    return building.built_until


def build_anew(paths: Paths, root: Path) -> Path:
    """Build the same lake where nothing was built before."""
    shutil.copytree(paths.lake, Paths(root).lake)
    assert build(Paths(root)) == ""
    return Paths(root).build_database


def read_digests(database: Path) -> dict[str, tuple[int, int]]:
    """Return the number of rows of each table and view, and a sum over them that does not depend on their order."""
    with closing(duckdb.connect(str(database), read_only=True)) as connection:
        names = connection.execute(
            "select table_schema || '.' || table_name from information_schema.tables "
            "where table_schema in ('intermediate', 'marts', 'reports') order by 1"
        ).fetchall()
        return {
            name: connection.execute(f"select count(*), sum(hash(rows)::hugeint) from {name} as rows").fetchall()[0]
            for (name,) in names
            if name not in OF_THE_NIGHT
        }


def list_differences(night: Path, anew: Path) -> list[str]:
    """Return the tables that differ, with some rows that only one of the files has."""
    found, expected = read_digests(night), read_digests(anew)
    assert found.keys() == expected.keys()
    return [f"{name}\n{_show(name, night, anew)}" for name in expected if found[name] != expected[name]]


def _show(name: str, night: Path, anew: Path) -> str:
    rows = []
    for database in (night, anew):
        with closing(duckdb.connect(str(database), read_only=True)) as connection:
            rows.append({str(row) for row in connection.execute(f"select * from {name}").fetchall()})
    lines = [
        f"  {side} {row}"
        for side, only in (("-", rows[1] - rows[0]), ("+", rows[0] - rows[1]))
        for row in sorted(only)[:3]
    ]
    return "\n".join(lines)


def draw_seed() -> int:
    return secrets.randbits(32)


@dataclass(frozen=True)
class Passed:
    """A sequence of nights that passed.

    Attributes:
        nights: What came in.
        paths: The root that was built night after night.
        built_until: For each night, what was there before.
        kept: The build file of each night.
    """

    seed: int
    nights: Nights
    paths: Paths
    built_until: list[str]
    kept: list[Path]

    def __str__(self) -> str:
        return f"seed {self.seed}, nights {self.nights.log}, increments since {self.built_until}"


def pass_nights(folder: Path, seed: int, count: int) -> Passed:
    paths = Paths(folder / "nightly")
    nights = Nights(paths.lake, seed, count)
    built_until, kept = [], []
    for night in range(count):
        nights.pass_night() if night else nights.begin()
        built_until.append(build(paths))
        kept.append(folder / f"night_{night}" / paths.build_database.name)
        kept[-1].parent.mkdir()
        shutil.copy(paths.build_database, kept[-1])
    return Passed(seed, nights, paths, built_until, kept)


@pytest.fixture(scope="module")
def passed(tmp_path_factory: pytest.TempPathFactory) -> Passed:
    """Three nights, after which everything that can come in has come in."""
    return pass_nights(tmp_path_factory.mktemp("increments"), draw_seed(), 3)


def test_nights_one_after_another_leave_what_one_build_of_everything_leaves(passed: Passed, tmp_path: Path) -> None:
    anew = build_anew(passed.paths, tmp_path)

    assert list_differences(passed.kept[-1], anew) == [], str(passed)
    assert passed.built_until[1:].count("") < len(passed.built_until) - 1, f"no increment: {passed}"


def test_a_past_night_is_built_again_from_the_lake_alone(passed: Passed, tmp_path: Path) -> None:
    moment = parse_batch_id(passed.nights.lake.batch_ids()[1])
    paths = AsOfPaths(passed.paths.root, moment)
    assert not paths.raw.exists()

    assert build(paths, as_of=moment) == ""

    assert list_differences(paths.build_database, passed.kept[1]) == [], str(passed)


def test_a_night_with_nothing_new_changes_nothing(passed: Passed) -> None:
    assert build(passed.paths) == passed.nights.lake.batch_ids()[-1]

    assert list_differences(passed.paths.build_database, passed.kept[-1]) == [], str(passed)


@pytest.mark.slow
def test_every_night_leaves_what_one_build_of_everything_leaves(repeat: Callable[[int], range], tmp_path: Path) -> None:
    for number in repeat(5):
        passed = pass_nights(tmp_path / str(number), draw_seed(), 5)

        for batch_id, kept in zip(passed.nights.lake.batch_ids(), passed.kept, strict=True):
            moment = parse_batch_id(batch_id)
            paths = AsOfPaths(passed.paths.root, moment)
            build(paths, as_of=moment)
            assert list_differences(kept, paths.build_database) == [], f"{passed}, until {batch_id}"


# when everything is built anew


@pytest.fixture
def complete(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Paths]:
    """A root whose last build was complete, with a dbt project of its own to change."""
    project = tmp_path / "dbt_project"
    (project / "seeds").mkdir(parents=True)
    (project / "seeds" / "groups.csv").write_text("group_code\nall\n", encoding="utf-8")
    monkeypatch.setattr(dbt_project, "DBT_PROJECT", project)
    monkeypatch.setattr(dbt_project, "_invoke", lambda *_: pytest.fail("dbt is not asked"))
    paths = Paths(tmp_path)
    nights = Nights(paths.lake, 1, 2)
    nights.add_odd_report(MONTHS[0], [AMBIGUOUS])
    nights._append([])
    derive_organisations(nights.lake, paths, until=None)
    paths.build_database.touch()
    dbt_project._keep_state(paths, dbt_project._fingerprint(paths))
    assert find_built_until(paths) == nights.lake.batch_ids()[-1]
    return paths


def test_what_comes_in_is_added_to_a_complete_build(complete: Paths) -> None:
    nights = Nights(complete.lake, 2, 2)
    (built,) = nights.lake.batch_ids()
    nights.add_odd_report(MONTHS[1], list_schools(BODIES["576"][0], 1))
    nights._append([])
    derive_organisations(nights.lake, complete, until=None)

    assert find_built_until(complete) == built
    assert "--full-refresh" not in Building(complete, as_of=None)._arguments


def test_a_build_that_broke_off_is_followed_by_one_of_everything(
    complete: Paths, monkeypatch: pytest.MonkeyPatch
) -> None:
    def break_off(*_: object) -> None:
        message = "no space left"
        raise OSError(message)

    monkeypatch.setattr(dbt_project, "_invoke", break_off)
    broken = Building(complete, as_of=None)
    assert list(broken) == []
    with pytest.raises(OSError, match="no space left"):
        _ = broken.result

    assert find_built_until(complete) == ""
    assert "--full-refresh" in Building(complete, as_of=None)._arguments


@pytest.mark.parametrize(("status", "is_kept"), [("pass", True), ("fail", False), ("warn", False), ("skipped", False)])
def test_a_night_in_which_a_test_found_something_is_followed_by_a_build_of_everything(
    status: str, *, is_kept: bool, complete: Paths, monkeypatch: pytest.MonkeyPatch
) -> None:
    node = SimpleNamespace(resource_type="test", unique_id="test.ketnap.t", name="t", compiled_code="select 1")
    results = [SimpleNamespace(status=one, node=node, message=None) for one in ("success", status)]
    outcome = SimpleNamespace(result=SimpleNamespace(results=results), exception=None)
    monkeypatch.setattr(dbt_project, "_invoke", lambda *_: outcome)
    assert list(Building(complete, as_of=None)) == []

    assert bool(find_built_until(complete)) is is_kept


def test_an_increment_leaves_out_views_and_what_no_source_leads_to() -> None:
    materialized = {
        "seed.groups": "seed",
        "model.dim_groups": "table",
        "test.dim_groups": "test",
        "model.stg": "view",
        "model.fct": "incremental",
        "test.stg": "test",
        "test.both": "test",
    }
    manifest = {
        "sources": {"source.lake": {}},
        "nodes": {key: {"config": {"materialized": kind}} for key, kind in materialized.items()},
        "child_map": {
            "source.lake": ["model.stg"],
            "seed.groups": ["model.dim_groups"],
            "model.dim_groups": ["test.dim_groups", "test.both"],
            "model.stg": ["model.fct", "test.stg"],
            "model.fct": ["test.both"],
        },
    }

    assert list_kept(manifest) == {"seed.groups", "model.dim_groups", "test.dim_groups", "model.stg"}


def test_a_seed_that_changes_builds_everything(complete: Paths) -> None:
    (dbt_project.DBT_PROJECT / "seeds" / "groups.csv").write_text("group_code\nall\nwomen\n", encoding="utf-8")

    assert find_built_until(complete) == ""


def test_a_lake_that_lacks_a_batch_of_the_tables_builds_everything(complete: Paths) -> None:
    (batch,) = (complete.lake / "files").iterdir()
    batch.rename(batch.with_stem("20270101T000000000000Z"))

    assert find_built_until(complete) == ""


@pytest.mark.parametrize("table", ["organisation_names", "organisations"])
def test_a_name_or_organisation_that_means_something_else_builds_everything(complete: Paths, table: str) -> None:
    nights = Nights(complete.lake, 2, 2)
    nights.add_odd_report(MONTHS[1], list_schools(BODIES["576"][0], 1))
    nights._append([])
    derive_organisations(nights.lake, complete, until=None)
    dbt_project._keep_state(complete, dbt_project._fingerprint(complete))
    assert find_built_until(complete) != ""
    file = complete.derived / f"{table}.parquet"
    rows = pl.read_parquet(file)
    changed = rows.with_columns(
        organisation_id=pl.when(pl.int_range(pl.len()) == 0).then(pl.lit("other")).otherwise("organisation_id")
    )

    changed.write_parquet(file)

    assert find_built_until(complete) == ""


@pytest.mark.parametrize(("kept_rows", "is_kept"), [(1, False), (2, True)])
def test_another_identity_of_the_layouts_builds_everything(kept_rows: int, *, is_kept: bool, complete: Paths) -> None:
    pl.DataFrame({"identity_code": ["d", "e"][:kept_rows]}).write_parquet(complete.identities)
    dbt_project._keep_state(complete, dbt_project._fingerprint(complete))

    pl.DataFrame({"identity_code": ["d", "e"]}).write_parquet(complete.identities)

    assert bool(find_built_until(complete)) is is_kept


def test_a_fuller_name_of_the_same_organisation_builds_everything(complete: Paths) -> None:
    district = BODIES["576"][0]
    nights = Nights(complete.lake, 2, 2)
    for name in ("Trường Trung học cơ sở số 1", "Đảng bộ Trường Trung học cơ sở số 1"):
        nights.add_odd_report(MONTHS[1], [Body(name, "grassroots", district.name, district.province)])
        nights._append([])
        derive_organisations(nights.lake, complete, until=None)
        built_until = find_built_until(complete)
        dbt_project._keep_state(complete, dbt_project._fingerprint(complete))

    assert built_until == ""
    assert find_built_until(complete) == nights.lake.batch_ids()[-1]
