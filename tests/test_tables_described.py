"""What the pages say of the tables of a build: rows, and the first of them."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

import duckdb
import pytest

from pipelines.dbt_project import TableDescription, describe_tables, list_changed_periods

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def database(tmp_path: Path) -> Path:
    file = tmp_path / "warehouse.duckdb"
    with closing(duckdb.connect(str(file))) as connection:
        connection.execute(
            """
            create schema marts;
            create schema intermediate;
            create table marts.fct_admissions as select n as id, null as note from range(7) as numbers (n);
            create table marts.fct_members as select 1 as id;
            create view marts.fct_all as select * from marts.fct_members;
            create table intermediate.int_admissions_changed as
                select '2021-07-01/2021-07-31/month' as period_id union all
                select '2021-01-01/2021-12-31/year' union all select '2021-07-01/2021-07-31/month'
            """
        )
    return file


def test_tables_are_counted_and_views_left_out(database: Path) -> None:
    labels = ["marts.fct_all", "marts.fct_admissions", "marts.absent"]

    assert list(describe_tables(database, labels, 2)) == [
        TableDescription("marts.fct_admissions", 7, ["id", "note"], [(0, None), (1, None)])
    ]


def test_nothing_is_opened_when_nothing_was_built(tmp_path: Path) -> None:
    assert list(describe_tables(tmp_path / "absent.duckdb", [], 2)) == []


def test_changed_periods_are_named_once_in_the_order_of_time(database: Path) -> None:
    assert list_changed_periods(database) == ["2021-01-01/2021-12-31/year", "2021-07-01/2021-07-31/month"]
