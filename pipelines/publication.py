"""The published file: copied from the build file, swapped in whole, opened by readers.

Belongs here: what the file that analysts query consists of, how it replaces its predecessor, how it is read safely.
Whether it may replace its predecessor is decided before, by `pipelines.expectations` and the tests of dbt; what is in
the tables is decided by dbt alone.
"""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from contextlib import closing
from dataclasses import dataclass
from graphlib import TopologicalSorter
from typing import TYPE_CHECKING, Any

import duckdb

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

SCHEMAS = ("marts", "reports")
"""What analysts see; staging and intermediate tables stay in the build file."""

STORAGE_VERSION = "v1.0.0"
"""Oldest DuckDB that must be able to read the file: the tools of analysts embed clients of any 1.x version."""

SORTED_ROWS = 2_000_000
"""Tables up to this size are sorted by all columns. Above it, rows keep the order in which dbt wrote them: sorting 36
million admissions took 3.5 times as long and 4 times the memory, and the file became half as large again."""

_SCRATCH = ".publishing-"
_TARGET = "_published"


@dataclass(frozen=True)
class _Relation:
    """A table or view of the build file."""

    schema: str
    name: str
    comment: str | None
    columns: tuple[tuple[str, str, bool, str | None], ...]
    """Name, type, whether null is allowed, comment."""
    definition: str | None
    """Of a view: the statement that creates it."""

    @property
    def label(self) -> str:
        return f"{self.schema}.{self.name}"

    @property
    def identifier(self) -> str:
        return f"{_quote(self.schema)}.{_quote(self.name)}"


@dataclass(frozen=True)
class _Query:
    """A query without the name of the file that it was written in, so that it reads whatever file it stands in."""

    text: str
    sources: frozenset[str]
    """What it reads: ``schema.name``; steps of the query itself are not among them."""


def publish(build_database: Path, published_database: Path, schemas: Sequence[str] = SCHEMAS) -> dict[str, int]:
    """Copy schemas of the build file into a new file and swap it in whole.

    A view stays a view if all that it reads is published; otherwise it becomes a table. Functions that return a table
    are copied. Readers that have the former file open keep reading it until they reconnect. Whatever fails, the former
    file stays as it is.

    Args:
        build_database: What dbt built; opened read-only.
        published_database: What is replaced; its folder is created.
        schemas: What is copied.

    Returns:
        Rows by ``schema.table``, in the order of the names; views have no rows of their own.

    Raises:
        FileNotFoundError: There is no build file.
        ValueError: A schema has no tables, or a function reads what is not published.
    """
    if not build_database.is_file():
        msg = f"no build file at {str(build_database)!r}\n\nrun the build first: ketnap build"
        raise FileNotFoundError(msg)
    folder = published_database.parent
    folder.mkdir(parents=True, exist_ok=True)
    # left by a run that was killed; a second run beside this one then fails instead of swapping in half a file
    for leftover in folder.glob(f"{_SCRATCH}*"):
        shutil.rmtree(leftover, ignore_errors=True)
    # beside the target, because only a rename within one file system is atomic
    with tempfile.TemporaryDirectory(prefix=_SCRATCH, dir=folder) as scratch:
        copy = folder / scratch / published_database.name
        counts = _copy(build_database, copy, schemas)
        _flush(copy)
        copy.replace(published_database)
        _flush(folder)
    return counts


def open_published(published_database: Path) -> duckdb.DuckDBPyConnection:
    """Open the published file so that a query can read it and nothing else: no file, no network, no setting.

    Args:
        published_database: What `publish` wrote.

    Raises:
        FileNotFoundError: Nothing was published yet.
    """
    if not published_database.is_file():
        msg = f"no published file at {str(published_database)!r}\n\npublish one first: ketnap build"
        raise FileNotFoundError(msg)
    return duckdb.connect(
        str(published_database),
        read_only=True,
        config={"enable_external_access": False, "lock_configuration": True},
    )


def _copy(build_database: Path, copy: Path, schemas: Sequence[str]) -> dict[str, int]:
    # a database in memory with both files attached: neither file has to be opened under the settings of the other
    with closing(duckdb.connect(config={"temp_directory": str(copy.parent / "spilled")})) as connection:
        # views name the catalog they were built in, and that is the name of the file
        build = _quote(build_database.stem)
        connection.execute(f"attach {_literal(str(build_database))} as {build} (read_only)")
        connection.execute(f"attach {_literal(str(copy))} as {_TARGET} (storage_version '{STORAGE_VERSION}')")
        connection.execute(f"use {build}")
        relations = _list_relations(connection, schemas)
        if missing := sorted(set(schemas) - {relation.schema for relation in relations}):
            msg = f"nothing to publish in schema {missing[0]!r} of {str(build_database)!r}"
            raise ValueError(msg)
        for schema in schemas:
            connection.execute(f"create schema {_TARGET}.{_quote(schema)}")
        views = _select_views(connection, relations)
        counts = {
            relation.label: _copy_rows(connection, relation) for relation in relations if relation.label not in views
        }
        functions = _list_functions(connection, schemas, {relation.label for relation in relations})
        # a name without a database is looked up in the current one while a view is created, later in the view's own
        connection.execute(f"use {_TARGET}")
        by_label = {relation.label: relation for relation in relations}
        for label in TopologicalSorter({label: view.sources for label, view in views.items()}).static_order():
            if label in views:
                connection.execute(f"create view {by_label[label].identifier} as {views[label].text}")
                _copy_comments(connection, by_label[label], "view")
        for function in functions:
            connection.execute(function)
        connection.execute(f"checkpoint {_TARGET}")
        connection.execute("use memory")
        connection.execute(f"detach {_TARGET}")
    return counts


def _list_relations(connection: duckdb.DuckDBPyConnection, schemas: Sequence[str]) -> list[_Relation]:
    rows = connection.execute(
        """
        with relations as (
            select database_name, schema_name, table_name, comment, null as definition from duckdb_tables()
            union all
            select database_name, schema_name, view_name, comment, sql from duckdb_views()
        ), columns as (
            select
                database_name, schema_name, table_name,
                list((column_name, data_type, is_nullable, comment) order by column_index) as columns
            from duckdb_columns()
            group by all
        )
        select schema_name, table_name, comment, columns, definition
        from relations
        inner join columns using (database_name, schema_name, table_name)
        where database_name = current_database() and list_contains(?, schema_name)
        order by schema_name, table_name
        """,
        [list(schemas)],
    ).fetchall()
    return [
        _Relation(schema, name, comment, tuple(columns), definition)
        for schema, name, comment, columns, definition in rows
    ]


def _select_views(connection: duckdb.DuckDBPyConnection, relations: Sequence[_Relation]) -> dict[str, _Query]:
    """Return the queries, by label, of the views that read nothing but published tables and views."""
    published = {relation.label for relation in relations}
    queries = {
        relation.label: _read_query(connection, relation.definition.partition(" AS ")[2].rstrip(";"))
        for relation in relations
        if relation.definition is not None
    }
    return {label: query for label, query in queries.items() if query.sources <= published}


def _list_functions(connection: duckdb.DuckDBPyConnection, schemas: Sequence[str], published: set[str]) -> list[str]:
    """Return the statements that create the functions returning a table."""
    rows = connection.execute(
        """
        select schema_name, function_name, parameters, macro_definition
        from duckdb_functions()
        where database_name = current_database() and function_type = 'table_macro' and list_contains(?, schema_name)
        order by schema_name, function_name
        """,
        [list(schemas)],
    ).fetchall()
    statements = []
    for schema, name, parameters, definition in rows:
        query = _read_query(connection, definition)
        if missing := sorted(query.sources - published):
            msg = f"function {name!r} reads {missing[0]!r}, which is not published\n\nlet it read {list(schemas)} only"
            raise ValueError(msg)
        arguments = ", ".join(_quote(parameter) for parameter in parameters)
        statements.append(f"create macro {_quote(schema)}.{_quote(name)}({arguments}) as table {query.text}")
    return statements


def _read_query(connection: duckdb.DuckDBPyConnection, query: str) -> _Query:
    """Return a query as DuckDB's own parser reads it, without the database in the names of tables."""
    tree = json.loads(_fetch(connection, "select json_serialize_sql(?)", query))
    if tree["error"]:
        msg = f"not a query that can be published: {query!r}\n\n{tree['error_message']}"
        raise ValueError(msg)
    sources = set()
    for table in _find_tables(tree):
        table["catalog_name"] = ""
        if table["schema_name"]:
            sources.add(f"{table['schema_name']}.{table['table_name']}")
    text = _fetch(connection, "select json_deserialize_sql(?::json)", json.dumps(tree))
    return _Query(text, frozenset(sources))


def _find_tables(tree: Any) -> Iterator[dict[str, Any]]:
    if isinstance(tree, dict):
        if tree.get("type") == "BASE_TABLE":
            yield tree
        tree = list(tree.values())
    if isinstance(tree, list):
        for branch in tree:
            yield from _find_tables(branch)


def _copy_rows(connection: duckdb.DuckDBPyConnection, relation: _Relation) -> int:
    target = f"{_TARGET}.{relation.identifier}"
    is_small = int(_fetch(connection, f"select count(*) from {relation.identifier}")) <= SORTED_ROWS
    # no primary keys: dbt has enforced them, nothing is written here any more, and DuckDB 1.0 fails to open a file that
    # has the index of one, whatever the storage version says (tried with 1.5.6 writing, 1.0 to 1.4 reading)
    columns = ", ".join(
        f"{_quote(name)} {data_type}{'' if is_nullable else ' not null'}"
        for name, data_type, is_nullable, _ in relation.columns
    )
    connection.execute(f"create table {target} ({columns})")
    order = " order by all" if is_small else ""
    count = int(_fetch(connection, f"insert into {target} select * from {relation.identifier}{order}"))
    _copy_comments(connection, relation, "table")
    return count


def _copy_comments(connection: duckdb.DuckDBPyConnection, relation: _Relation, kind: str) -> None:
    target = f"{_TARGET}.{relation.identifier}"
    if relation.comment is not None:
        connection.execute(f"comment on {kind} {target} is {_literal(relation.comment)}")
    for name, _, _, comment in relation.columns:
        if comment is not None:
            connection.execute(f"comment on column {target}.{_quote(name)} is {_literal(comment)}")


def _fetch(connection: duckdb.DuckDBPyConnection, query: str, *parameters: str) -> Any:
    ((value,),) = connection.execute(query, parameters).fetchall()
    return value


def _flush(path: Path) -> None:
    """Have a file, or the names in a folder, on the disk and not only in the cache of the operating system."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _quote(name: str) -> str:
    escaped = name.replace('"', '""')
    return f'"{escaped}"'


def _literal(text: str) -> str:
    escaped = text.replace("'", "''")
    return f"'{escaped}'"
