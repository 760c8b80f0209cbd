"""The printed names of the lake, and the tables of organisations that dbt reads.

Cost follows what is new: the distinct names of a batch are found once and kept, because a batch never changes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from pipelines.lake import parse_batch_id, write_no_rows
from pipelines.organisations import NAME_COLUMNS, ResolvedNames, resolve_organisation_names
from pipelines.units import load_gazetteer
from pipelines.whole_files import replacing

if TYPE_CHECKING:
    import datetime as dt
    from pathlib import Path

    from pipelines.lake import Lake
    from pipelines.paths import Paths


def derive_organisations(lake: Lake, paths: Paths, *, until: dt.datetime | None) -> ResolvedNames:
    """Resolve the printed names of the lake, and write for dbt the results and the columns of the lake.

    Args:
        lake: The batches.
        paths: Where the results go.
        until: Leave out batches that were recorded after this moment; UTC, without a time zone.
    """
    resolved = resolve_organisation_names(
        collect_printed_names(lake, paths.printed_names, until=until), load_gazetteer()
    )
    write_no_rows(paths.derived / "no_rows")
    resolved.names.write_parquet(paths.organisation_names, mkdir=True)
    resolved.organisations.write_parquet(paths.organisations, mkdir=True)
    return resolved


def collect_printed_names(lake: Lake, folder: Path, *, until: dt.datetime | None) -> pl.DataFrame:
    """Return the distinct printed names; columns `NAME_COLUMNS`.

    Args:
        lake: The batches.
        folder: Where the names of each batch are kept, one file per batch.
        until: Leave out batches that were recorded after this moment; UTC, without a time zone.
    """
    batch_ids = [batch_id for batch_id in lake.batch_ids() if until is None or parse_batch_id(batch_id) <= until]
    names = [_read_batch_names(lake, folder, batch_id) for batch_id in batch_ids]
    return pl.concat([pl.DataFrame(schema=dict.fromkeys(NAME_COLUMNS, pl.String)), *names]).unique()


def _read_batch_names(lake: Lake, folder: Path, batch_id: str) -> pl.DataFrame:
    kept = folder / f"{batch_id}.parquet"
    if not kept.is_file():
        names = lake.read_batch("observations", batch_id).select(NAME_COLUMNS).unique()
        with replacing(kept) as temporary:
            names.write_parquet(temporary)
    return pl.read_parquet(kept)
