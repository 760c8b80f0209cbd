"""One file of reports read, as the tests of reports look at it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from pipelines.layouts import Layout, read_layouts
from pipelines.observations import RawFile
from pipelines.readers.report_table import read_report_tables
from pipelines.readers.workbook import read_workbooks
from pipelines.settings import CHECKOUT

if TYPE_CHECKING:
    from collections.abc import Sequence

    import polars as pl

    from pipelines.observations import Intake

LAYOUTS = read_layouts(CHECKOUT / "data" / "raw" / "commune_reports")
PATH = "commune_reports/2024-H1/thu-cuc.xlsx"
TABLE_PATH = "commune_reports/2024-H1/phu-tho.csv"


class Found(NamedTuple):
    """What was found in one file.

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
    return _look_at(read_workbooks([RawFile("commune_reports", PATH, content)], layouts, max_bytes=max_bytes))


def read_table(content: bytes, layouts: Sequence[Layout] = LAYOUTS) -> Found:
    """Read one table of reports."""
    return _look_at(read_report_tables([RawFile("commune_reports", TABLE_PATH, content)], layouts))


def _look_at(intake: Intake) -> Found:
    (account,) = intake.parts["files"].to_dicts()
    return Found(intake.parts["observations"], intake.parts["rejections"], account)


def list_faults(found: Found) -> list[tuple[str, str, str]]:
    """Return reason, place and what stands there of each fault."""
    return found.rejections.select("reason_code", "locator", "found").rows()


def check_account(found: Found) -> None:
    """Every cell that is not empty was accepted, rejected, or is furniture; each accepted one is an observation."""
    account = found.account
    assert account["found_count"] == account["accepted_count"] + account["rejected_count"]
    assert account["accepted_count"] == found.observations.height
    if account["cell_count"] is None:
        assert (account["found_count"], found.rejections.height) == (1, 1)
    else:
        assert account["cell_count"] == account["found_count"] + account["furniture_count"]
