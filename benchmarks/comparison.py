"""Are two warehouses' tables the same, row by row?"""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

import duckdb

if TYPE_CHECKING:
    from pathlib import Path

TABLES = (
    "marts.dim_organisations",
    "marts.dim_groups",
    "marts.dim_periods",
    "marts.fct_figures",
    "marts.fct_admissions",
    "reports.rpt_admissions_by_group_and_period",
)
"""The final tables of the benchmark: those that `limit.sql` makes."""


def list_differences(product: Path, limit: Path) -> list[str]:
    """Return what the tables of two DuckDB files differ in; nothing if they are the same.

    Args:
        product: The file that dbt has built.
        limit: The file that `limit.sql` has built.
    """
    with closing(duckdb.connect()) as connection:
        for name, file in (("product", product), ("hand_written", limit)):
            connection.execute(f"attach '{file}' as {name} (read_only)")
        return [difference for table in TABLES if (difference := _compare(connection, table))]


def _compare(connection: duckdb.DuckDBPyConnection, table: str) -> str:
    columns = [
        connection.sql(f"select column_name, column_type from (describe {side}.{table})").fetchall()
        for side in ("product", "hand_written")
    ]
    if columns[0] != columns[1]:
        return f"{table}: columns {sorted(set(columns[0]) ^ set(columns[1]))!r}"
    only = [
        connection.sql(f"select count(*), any_value(t) from (from {one}.{table} except all from {other}.{table}) as t")
        for one, other in (("product", "hand_written"), ("hand_written", "product"))
    ]
    (product_count, product_row), (limit_count, limit_row) = (found.fetchall()[0] for found in only)
    if product_count or limit_count:
        return (
            f"{table}: {product_count} rows only in the product, such as {product_row!r}; "
            f"{limit_count} only in the limit, such as {limit_row!r}"
        )
    return ""
