"""Are two warehouses' tables the same, row by row?"""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

import duckdb

if TYPE_CHECKING:
    from pathlib import Path

TABLES = (
    "marts.fct_figures",
    "marts.fct_admissions",
    "intermediate.int_admissions_summed",
    "intermediate.int_admissions_rolled_up",
    "reports.rpt_admissions_by_group_and_period",
)
"""The tables of the benchmark: those that `limit.sql` makes from the lake, and the report, which is a view of them."""


def list_differences(product: Path, limit: Path) -> list[str]:
    """Return what the tables of two DuckDB files differ in; nothing if they are the same.

    Args:
        product: The file that dbt has built.
        limit: The file that `limit.sql` has built.
    """
    # the views that dbt makes name the file they are in
    sides = (product.stem, "hand_written")
    with closing(duckdb.connect()) as connection:
        for side, file in zip(sides, (product, limit), strict=True):
            connection.execute(f"attach '{file}' as \"{side}\" (read_only)")
        return [difference for table in TABLES if (difference := _compare(connection, table, sides))]


def _compare(connection: duckdb.DuckDBPyConnection, table: str, sides: tuple[str, str]) -> str:
    product, limit = (f'"{side}".{table}' for side in sides)
    columns = [
        connection.sql(f"select column_name, column_type from (describe {one})").fetchall() for one in (product, limit)
    ]
    if columns[0] != columns[1]:
        return f"{table}: columns {sorted(set(columns[0]) ^ set(columns[1]))!r}"
    only = [
        connection.sql(f"select count(*), any_value(t) from (from {one} except all from {other}) as t").fetchall()[0]
        for one, other in ((product, limit), (limit, product))
    ]
    (product_count, product_row), (limit_count, limit_row) = only
    if product_count or limit_count:
        return (
            f"{table}: {product_count} rows only in the product, such as {product_row!r}; "
            f"{limit_count} only in the limit, such as {limit_row!r}"
        )
    return ""
