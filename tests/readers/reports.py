"""One workbook read, as the tests of reports look at it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from pipelines.layouts import Layout, read_layouts
from pipelines.observations import RawFile
from pipelines.readers.workbook import read_workbooks
from pipelines.settings import CHECKOUT

if TYPE_CHECKING:
    from collections.abc import Sequence

    import polars as pl

LAYOUTS = read_layouts(CHECKOUT / "data" / "raw" / "commune_reports")
PATH = "commune_reports/2024-H1/thu-cuc.xlsx"


class Found(NamedTuple):
    """What was found in one workbook.

    Attributes:
        observations: Schema ``OBSERVATIONS``.
        rejections: Schema ``REJECTIONS``.
        account: The row of ``FILES``.
    """

    observations: pl.DataFrame
    rejections: pl.DataFrame
    account: dict[str, Any]


def read_report(content: bytes, layouts: Sequence[Layout] = LAYOUTS, *, max_bytes: int = 10**8) -> Found:
    """Read one workbook."""
    intake = read_workbooks([RawFile("commune_reports", PATH, content)], layouts, max_bytes=max_bytes)
    (account,) = intake.parts["files"].to_dicts()
    return Found(intake.parts["observations"], intake.parts["rejections"], account)


def check_account(found: Found) -> None:
    """Every cell that is not empty was accepted, rejected, or is furniture; each accepted one is an observation."""
    account = found.account
    assert account["found_count"] == account["accepted_count"] + account["rejected_count"]
    assert account["accepted_count"] == found.observations.height
    if account["cell_count"] is None:
        assert (account["found_count"], found.rejections.height) == (1, 1)
    else:
        assert account["cell_count"] == account["found_count"] + account["furniture_count"]
