"""Every model runs on DuckDB by default and must be Spark SQL too, but for what the dispatching macros write.

sqlglot parses leniently, so further tests name what it would let through: functions that Spark does not have, and
syntax that only DuckDB has.
"""

from __future__ import annotations

import re
import warnings

import pytest

from pipelines.paths import DBT_PROJECT

with warnings.catch_warnings():
    # dagster-dbt brings the older of sqlglot's two compiled parsers along
    warnings.simplefilter("ignore", DeprecationWarning)
    import sqlglot
    from sqlglot import ErrorLevel, exp

MODELS = sorted(path.stem for path in (DBT_PROJECT / "models").rglob("*.sql"))

SPARK_FUNCTIONS = frozenset(
    (
        *("abs", "ceil", "chr", "coalesce", "concat", "count", "date_trunc", "dense_rank", "extract", "first_value"),
        *("floor", "regexp_extract"),
        *("greatest", "lag", "last_value", "lead", "least", "length", "lower", "lpad", "max", "md5", "min", "mod"),
        *("nullif", "rank", "replace", "row_number", "rtrim", "split_part", "substring", "sum", "translate"),
        *("trim", "upper", "trunc"),
    )
)
"""Functions of the same name and meaning in Spark 4. A model that uses another one fails here: look it up first."""

DISPATCHED = {
    r"format\('\{:,\}', cast\(trunc\(": "format_number_en: Spark writes format_number",
    r"\s//\s": "divide_down: Spark writes div",
    r"read_parquet\([^)]*\)": "the external location of a source",
    r"\bmd5\(": "dbt.hash",
    r"string_agg\(": "dbt.listagg",
    r"\(select unnest\(few\.found, recursive := true\) from \(select list\(\{.*?\}\) as found from \w+\) as few\)": (
        "few_rows: everybody else selects the columns"
    ),
    r"date_diff\('day', [^:]+::timestamp, [^:]+::timestamp \)": "dbt.datediff",
}
"""What macros with a version of their own for Spark write for DuckDB, and for what."""

DUCKDB_ONLY = {
    r"\blist_\w+\(": "functions on lists",
    r"\bstruct_\w+\(": "functions on structs",
    r"\*\s*exclude\b|\*\s*replace\b|\bcolumns\(": "a selection of columns by a star",
    r"group by all|order by all": "grouping by all",
    r"\basof\b": "as-of joins",
    r"positional join": "positional joins",
    r"\bqualify\b": "filters on window functions: Spark has none, write a subquery",
    r"::": "casts with two colons: write cast()",
    r"\busing sample\b|\bpivot\b|\bunpivot\b": "samples and pivots",
    r"\bstring_split|\bregexp_matches\b|\bstrftime\(|\bstrptime\(|\bepoch\(": "functions that only DuckDB has",
    r"\bilike\b|\bglob\b|\bsimilar to\b": "comparisons of texts that Spark lacks or reads otherwise",
    r"\bdistinct on\b|\bfilter \(where\b.*over": "distinct on",
    r"\bdouble\b|\bfloat\b|\breal\b": "floating numbers: every number here is exact",
    r"(?<![/])/(?![/*])": "divisions: Spark and DuckDB round them differently, cross-multiply or write divide_down()",
    r"\[[^\]]*\]": "lists and their elements",
}
"""Syntax that no model may write itself, and what it is."""


def strip_texts(sql: str) -> str:
    """Return a query without comments and without the content of its literals."""
    sql = re.sub(r"--[^\n]*|/\*.*?\*/", " ", sql, flags=re.DOTALL)
    return re.sub(r"'(?:[^']|'')*'", "''", sql)


def strip_dispatched(sql: str) -> str:
    """Return a query in small letters, without what dispatching macros wrote."""
    sql = sql.lower()
    for pattern in DISPATCHED:
        sql = re.sub(pattern, " ", sql)
    return sql


def test_every_model_was_compiled(compiled: dict[str, str]) -> None:
    assert sorted(compiled) == MODELS


@pytest.mark.parametrize("model", MODELS)
def test_a_model_can_be_written_as_spark_sql(compiled: dict[str, str], model: str) -> None:
    # Spark reads the folder of a source as a table
    sql = re.sub(r"read_parquet\([^)]*\)", "a_source", compiled[model])
    (statement,) = sqlglot.transpile(
        sql, read="duckdb", write="spark", unsupported_level=ErrorLevel.RAISE, error_level=ErrorLevel.RAISE
    )

    sqlglot.parse_one(statement, read="spark", error_level=ErrorLevel.RAISE)


@pytest.mark.parametrize("model", MODELS)
def test_a_model_has_no_syntax_of_duckdb_alone(compiled: dict[str, str], model: str) -> None:
    sql = strip_texts(strip_dispatched(compiled[model]))
    found = {meaning: match[0] for pattern, meaning in DUCKDB_ONLY.items() if (match := re.search(pattern, sql))}

    assert found == {}


@pytest.mark.parametrize("model", MODELS)
def test_a_model_calls_only_functions_that_spark_has(compiled: dict[str, str], model: str) -> None:
    called = set(re.findall(r"\b([a-z_][a-z0-9_]*)\(", strip_texts(strip_dispatched(compiled[model]))))

    assert called - SPARK_FUNCTIONS - {"cast", "decimal", "varchar", "over"} == set()


@pytest.mark.parametrize("model", MODELS)
def test_a_model_orders_what_it_aggregates_into_a_text(compiled: dict[str, str], model: str) -> None:
    for aggregate in sqlglot.parse_one(compiled[model], read="duckdb").find_all(exp.GroupConcat):
        assert aggregate.find(exp.Order), f"{aggregate.sql()}: the order of its rows would change from run to run"


@pytest.mark.parametrize("model", MODELS)
def test_no_model_looks_at_the_clock_or_at_chance(compiled: dict[str, str], model: str) -> None:
    words = r"\b(current_date|current_timestamp|now|today|random|uuid|gen_random_uuid)\b\s*\(?"

    assert re.findall(words, strip_texts(compiled[model]).lower()) == []
