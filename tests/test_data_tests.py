"""Each kind of data test finds the rows that it is for, and no others."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import duckdb
import jinja2
import pytest

from pipelines.paths import DBT_PROJECT

if TYPE_CHECKING:
    from collections.abc import Iterator

ROWS = "(select * from tested where number >= 0) as tested"
"""A table as dbt hands it to a test that looks at some rows only."""


@pytest.fixture
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        connection.execute("create table groups as select unnest(['all', 'women']) as group_code")
        connection.execute(
            "create table tested (number integer, group_code varchar, parent_code varchar, high integer)"
        )
        connection.execute("insert into tested values (0, 'all', null, null), (-1, 'nobody', 'nobody', -2)")
        yield connection


def find(connection: duckdb.DuckDBPyConnection, test: str, **arguments: object) -> list[tuple[Any, ...]]:
    """Return the rows that a test finds, as dbt would render it."""
    macro = (DBT_PROJECT / "tests" / "generic" / f"{test}.sql").read_text(encoding="utf-8")
    macro = macro.replace("{% test ", "{% macro ").replace("{% endtest %}", "{% endmacro %}")
    module = jinja2.Environment(autoescape=False).from_string(macro).make_module()
    return connection.execute(str(getattr(module, test)(ROWS, **arguments))).fetchall()


def insert(connection: duckdb.DuckDBPyConnection, *row: object) -> None:
    connection.execute("insert into tested values (?, ?, ?, ?)", row)


def test_a_value_that_is_missing(connection: duckdb.DuckDBPyConnection) -> None:
    assert find(connection, "never_null", columns=["number", "group_code"]) == []

    insert(connection, 1, None, "all", 1)

    assert find(connection, "never_null", columns=["number", "group_code"]) == [(1, None, "all", 1)]


def test_a_value_that_is_not_allowed(connection: duckdb.DuckDBPyConnection) -> None:
    columns = {"group_code": ["all", "women"], "parent_code": ["all"]}
    assert find(connection, "allowed_values", columns=columns) == []

    insert(connection, 1, "men", "all", 1)
    insert(connection, 2, "women", "women", 1)

    assert sorted(find(connection, "allowed_values", columns=columns)) == [
        (1, "men", "all", 1),
        (2, "women", "women", 1),
    ]


def test_a_value_that_refers_to_nothing(connection: duckdb.DuckDBPyConnection) -> None:
    columns = [{"name": "group_code", "to": "groups"}, {"name": "parent_code", "to": "groups", "field": "group_code"}]
    assert find(connection, "references", columns=columns) == []

    insert(connection, 1, "men", "women", 1)
    insert(connection, 2, "all", "men", 1)
    insert(connection, 3, "all", "men", 1)

    assert sorted(find(connection, "references", columns=columns)) == [
        ("group_code", "men", 1),
        ("parent_code", "men", 2),
    ]


def test_an_expression_that_is_false(connection: duckdb.DuckDBPyConnection) -> None:
    expressions = ["number <= high", "group_code <> 'men'"]
    assert find(connection, "expressions_are_true", expressions=expressions) == []

    insert(connection, 2, "all", None, 1)
    insert(connection, 1, "men", None, 1)

    assert sorted(find(connection, "expressions_are_true", expressions=expressions)) == [
        ("group_code <> 'men'", 1, "men", None, 1),
        ("number <= high", 2, "all", None, 1),
    ]


def test_a_key_that_stands_twice(connection: duckdb.DuckDBPyConnection) -> None:
    columns = ["group_code", "parent_code"]
    assert find(connection, "unique_combination", columns=columns) == []

    insert(connection, 1, "all", None, 1)

    assert find(connection, "unique_combination", columns=columns) == [("all", None, 2)]
