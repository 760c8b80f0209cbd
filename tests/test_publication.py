"""What is published, how it is swapped in, and what a reader can and cannot do."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

import duckdb
import pytest

from pipelines import publication
from pipelines.publication import STORAGE_VERSION, open_published, publish

if TYPE_CHECKING:
    from pathlib import Path

BUILD = """
create schema staging;
create schema marts;
create schema reports;
create table staging.stg_figures as select 1 as figure_id;
create table marts.fct_admissions (
    figure_id integer,
    organisation_name varchar not null,
    admissions decimal(18, 6),
    primary key (figure_id)
);
insert into marts.fct_admissions values (3, 'Xã C', 30), (1, 'Xã A', 10.5), (2, 'Xã B', null);
comment on table marts.fct_admissions is 'One row a figure: the commune''s admissions.';
comment on column marts.fct_admissions.admissions is 'Persons, null where not exact.';
create table marts.dim_groups as select 'women' as group_code, 'women'::enum ('all', 'women') as group_kind;
create view reports.rpt_findings as select figure_id as "finding id" from warehouse.staging.stg_figures;
comment on view reports.rpt_findings is 'One row a finding.';
"""


@pytest.fixture
def build(tmp_path: Path) -> Path:
    """A build file as dbt leaves it."""
    path = tmp_path / "build" / "warehouse.duckdb"
    path.parent.mkdir()
    with closing(duckdb.connect(str(path))) as connection:
        connection.execute(BUILD)
    return path


@pytest.fixture
def published(tmp_path: Path) -> Path:
    """Where the published file goes."""
    return tmp_path / "warehouse" / "ketnap.duckdb"


def _add_admissions(build: Path, figure_id: int) -> None:
    with closing(duckdb.connect(str(build))) as connection:
        connection.execute("insert into marts.fct_admissions values (?, 'Xã D', 1)", [figure_id])


def _select(published: Path, query: str) -> list[tuple[object, ...]]:
    with closing(open_published(published)) as connection:
        return connection.execute(query).fetchall()


def test_rows_are_counted_by_table(build: Path, published: Path) -> None:
    expected = {"marts.dim_groups": 1, "marts.fct_admissions": 3, "reports.rpt_findings": 1}
    assert publish(build, published) == expected


def test_only_tables_of_published_schemas_are_copied(build: Path, published: Path) -> None:
    publish(build, published)
    assert _select(published, "select schema_name || '.' || table_name from duckdb_tables() order by all") == [
        ("marts.dim_groups",),
        ("marts.fct_admissions",),
        ("reports.rpt_findings",),
    ]
    assert _select(published, "select view_name from duckdb_views() where not internal") == []
    assert _select(published, 'select "finding id" from reports.rpt_findings') == [(1,)]


def test_rows_are_sorted(build: Path, published: Path) -> None:
    publish(build, published)
    assert _select(published, "select figure_id from marts.fct_admissions") == [(1,), (2,), (3,)]


def test_large_tables_keep_their_order(build: Path, published: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(publication, "SORTED_ROWS", 2)
    publish(build, published)
    assert _select(published, "select figure_id from marts.fct_admissions") == [(3,), (1,), (2,)]


def test_types_and_null_constraints_are_kept(build: Path, published: Path) -> None:
    publish(build, published)
    columns = """
        select column_name, data_type, is_nullable from duckdb_columns() where table_name = '{}' order by column_index
    """
    assert _select(published, columns.format("fct_admissions")) == [
        ("figure_id", "INTEGER", False),
        ("organisation_name", "VARCHAR", False),
        ("admissions", "DECIMAL(18,6)", True),
    ]
    assert _select(published, columns.format("dim_groups")) == [
        ("group_code", "VARCHAR", True),
        ("group_kind", "ENUM('all', 'women')", True),
    ]


def test_primary_keys_are_left_out(build: Path, published: Path) -> None:
    """DuckDB 1.0 cannot open a file with one."""
    publish(build, published)
    assert _select(published, "from duckdb_constraints() where constraint_type = 'PRIMARY KEY'") == []


def test_comments_are_kept(build: Path, published: Path) -> None:
    publish(build, published)
    tables = "select table_name, comment from duckdb_tables() where comment is not null order by all"
    assert _select(published, tables) == [
        ("fct_admissions", "One row a figure: the commune's admissions."),
        ("rpt_findings", "One row a finding."),
    ]
    assert _select(published, "select column_name, comment from duckdb_columns() where comment is not null") == [
        ("admissions", "Persons, null where not exact.")
    ]


READINGS = """
create view reports.rpt_exact as
with exact as (select * from warehouse.marts.fct_admissions where admissions is not null)
select exact.figure_id, admissions as "AS is"
from exact inner join "warehouse"."marts"."fct_admissions" using (figure_id, admissions);
comment on view reports.rpt_exact is 'One row an exact figure.';
comment on column reports.rpt_exact.figure_id is 'A number.';
create view reports.rpt_above as select figure_id from warehouse.reports.rpt_exact where figure_id > 1;
create view reports.rpt_mixed as
select figure_id from warehouse.reports.rpt_above union all from warehouse.staging.stg_figures;
create macro reports.exact_of("day") as table
select *, cast("day" as date) as asked_on from warehouse.reports.rpt_exact;
"""
"""Views on published tables and on each other, one that reads more than is published, and a function."""


@pytest.fixture
def readings(build: Path) -> Path:
    """A build file with views and a function."""
    with closing(duckdb.connect(str(build))) as connection:
        connection.execute(READINGS)
    return build


def test_views_on_published_tables_stay_views(readings: Path, published: Path) -> None:
    counts = publish(readings, published)
    assert _select(published, "select view_name, comment from duckdb_views() where not internal order by all") == [
        ("rpt_above", None),
        ("rpt_exact", "One row an exact figure."),
    ]
    assert _select(published, "select comment from duckdb_columns() where table_name = 'rpt_exact'") == [
        ("A number.",),
        (None,),
    ]
    assert [label for label in counts if label.startswith("reports.")] == ["reports.rpt_findings", "reports.rpt_mixed"]
    assert _select(published, "select figure_id from reports.rpt_mixed") == [(1,), (3,)]


@pytest.mark.parametrize("name", ["ketnap.duckdb", "2026 copy.duckdb"])
def test_views_and_functions_work_in_a_file_of_any_name(readings: Path, published: Path, name: str) -> None:
    publish(readings, published)
    copy = published.replace(published.with_name(name))
    readings.unlink()
    assert _select(copy, 'select figure_id, "AS is" from reports.rpt_exact order by all') == [(1, 10.5), (3, 30)]
    assert _select(copy, "from reports.rpt_above") == [(3,)]
    asked = "select figure_id, asked_on::varchar from reports.exact_of('2024-12-31') order by all"
    assert _select(copy, asked) == [(1, "2024-12-31"), (3, "2024-12-31")]


def test_views_work_in_an_attached_file_and_functions_once_it_is_used(readings: Path, published: Path) -> None:
    publish(readings, published)
    with closing(duckdb.connect()) as connection:
        connection.execute(f"attach '{published}' as figures (read_only)")
        assert connection.execute("from figures.reports.rpt_above").fetchall() == [(3,)]
        connection.execute("use figures")
        asked = "select figure_id from reports.exact_of(date '2024-12-31') order by all"
        assert connection.execute(asked).fetchall() == [(1,), (3,)]


def test_a_function_that_reads_what_is_not_published_is_refused(build: Path, published: Path) -> None:
    with closing(duckdb.connect(str(build))) as connection:
        connection.execute("create macro reports.hidden() as table from warehouse.staging.stg_figures")
    with pytest.raises(ValueError, match=r"function 'hidden' reads 'staging.stg_figures', which is not published"):
        publish(build, published)
    assert not published.exists()


def test_build_file_is_not_changed(build: Path, published: Path) -> None:
    before = build.read_bytes()
    publish(build, published)
    assert build.read_bytes() == before


def test_old_clients_can_read_the_file(build: Path, published: Path) -> None:
    publish(build, published)
    tags = _select(published, "select tags['storage_version'] from duckdb_databases() where not internal")
    assert tags == [(f"{STORAGE_VERSION}+",)]
    # number of the storage format behind the checksum and the four letters; 64 is that of DuckDB 0.9 to 1.1
    header = published.read_bytes()[:20]
    assert (header[8:12], int.from_bytes(header[12:20], "little")) == (b"DUCK", 64)


def test_published_file_stands_alone(build: Path, published: Path) -> None:
    publish(build, published)
    assert [path.name for path in published.parent.iterdir()] == [published.name]


def test_same_build_gives_the_same_rows(build: Path, published: Path) -> None:
    publish(build, published)
    first = _select(published, "from marts.fct_admissions")
    publish(build, published)
    assert _select(published, "from marts.fct_admissions") == first


def test_failure_leaves_the_former_file(build: Path, published: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    publish(build, published)
    before = published.read_bytes()
    _add_admissions(build, 4)

    def fail(_: Path) -> None:
        msg = "disk full"
        raise OSError(msg)

    monkeypatch.setattr(publication, "_flush", fail)
    with pytest.raises(OSError, match="disk full"):
        publish(build, published)
    assert published.read_bytes() == before
    assert [path.name for path in published.parent.iterdir()] == [published.name]


def test_broken_view_leaves_the_former_file(build: Path, published: Path) -> None:
    publish(build, published)
    before = published.read_bytes()
    with closing(duckdb.connect(str(build))) as connection:
        connection.execute("drop table staging.stg_figures")
    with pytest.raises(duckdb.Error, match="stg_figures"):
        publish(build, published)
    assert published.read_bytes() == before
    assert [path.name for path in published.parent.iterdir()] == [published.name]


def test_leftover_of_a_killed_run_is_removed(build: Path, published: Path) -> None:
    leftover = published.parent / ".publishing-killed"
    leftover.mkdir(parents=True)
    (leftover / published.name).write_bytes(b"half a file")
    publish(build, published)
    assert [path.name for path in published.parent.iterdir()] == [published.name]


def test_reader_of_the_former_file_keeps_working(build: Path, published: Path) -> None:
    publish(build, published)
    _add_admissions(build, 4)
    with closing(open_published(published)) as reader:
        publish(build, published)
        assert reader.execute("select count(*) from marts.fct_admissions").fetchall() == [(3,)]
    assert _select(published, "select count(*) from marts.fct_admissions") == [(4,)]


def test_missing_build_file_is_named(tmp_path: Path, published: Path) -> None:
    with pytest.raises(FileNotFoundError, match="no build file at"):
        publish(tmp_path / "warehouse.duckdb", published)


def test_empty_schema_is_not_published(build: Path, published: Path) -> None:
    with pytest.raises(ValueError, match="nothing to publish in schema 'intermediate'"):
        publish(build, published, schemas=("marts", "intermediate"))
    assert not published.exists()


def test_missing_published_file_is_named(published: Path) -> None:
    with pytest.raises(FileNotFoundError, match="no published file at"):
        open_published(published)


@pytest.mark.parametrize(
    "query",
    [
        "delete from marts.fct_admissions",
        "copy marts.fct_admissions to 'copied.csv'",
        "select * from read_text('/etc/hostname')",
        "attach 'other.duckdb'",
        "install httpfs",
        "set enable_external_access = true",
        "set threads = 1",
    ],
)
def test_reader_cannot_leave_the_file(build: Path, published: Path, query: str) -> None:
    publish(build, published)
    with closing(open_published(published)) as connection, pytest.raises(duckdb.Error):
        connection.execute(query)
