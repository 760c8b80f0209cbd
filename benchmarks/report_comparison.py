"""Did the product and the loop find the same numbers in the same reports?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from pipelines.lake import Lake
from pipelines.observations import EXACT

if TYPE_CHECKING:
    from pathlib import Path

_KEY = ("file_path", "organisation_name", "period_text", "value")


def list_differences(lake: Path, loop: Path) -> list[str]:
    """Return what only one of the two has found, or has found more often; nothing if they agree.

    Args:
        lake: The folder ``data/lake`` of the product.
        loop: The file that the loop has written.
    """
    stated = Lake(lake).read("observations")
    extracted = (
        pl.read_parquet(loop)
        .unpivot(["this_period", "earlier_period", "percent"], index=_KEY[:-1])
        .with_columns(pl.col("value").cast(EXACT))
    )
    product, peer = (rows.drop_nulls("value").group_by(_KEY).len("times") for rows in (stated, extracted))
    return [
        f"{found.height} numbers only {place}, such as {found.rows()[0]!r}"
        for place, found in (
            ("in the lake", product.join(peer, on=product.columns, how="anti")),
            ("in the loop", peer.join(product, on=product.columns, how="anti")),
        )
        if found.height
    ]
