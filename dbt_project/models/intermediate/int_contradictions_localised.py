"""Which figures of a contradiction may be wrong, and what they may have been meant to be: `pipelines.consistency`."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from pipelines.consistency.suspects import COLUMNS, localise_contradictions

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection, DuckDBPyRelation


def model(dbt: Any, session: DuckDBPyConnection) -> DuckDBPyRelation:
    """Return the rows of `COLUMNS`."""
    _close_event_loop()
    figures = dbt.ref("int_suspects_gathered")
    ratios = dbt.ref("int_ratios_stated")
    comparisons = dbt.ref("int_comparisons_unioned")
    contradictions = dbt.ref("int_report_contradictions_unioned")
    relations = dbt.ref("int_report_relations_gathered")
    thresholds = dbt.ref("int_thresholds_stated")
    rows = localise_contradictions(
        _read(figures), _read(ratios), _read(comparisons) + _read(contradictions), _read(relations), _read(thresholds)
    )
    columns = ", ".join(f"{name} {data_type}" for name, data_type in COLUMNS.items())
    session.execute(f"create or replace temporary table contradictions_localised ({columns})")
    if rows:
        places = ", ".join("?" for _ in COLUMNS)
        session.executemany(f"insert into contradictions_localised values ({places})", rows)
    return session.table("contradictions_localised")


def _close_event_loop() -> None:
    """Close the event loop that dbt-duckdb opens for every model in Python, and leaves open: nothing here waits."""
    asyncio.get_event_loop().close()
    asyncio.set_event_loop(None)


def _read(relation: DuckDBPyRelation) -> list[dict[str, Any]]:
    return [dict(zip(relation.columns, row, strict=True)) for row in relation.fetchall()]
