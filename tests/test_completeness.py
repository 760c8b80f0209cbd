"""Who owed a report and who sent it when: a district that reports over two years, counted as a person would count."""

from __future__ import annotations

import datetime as dt
import shutil
from typing import TYPE_CHECKING, Any

import duckdb
import pytest
from test_analysts import REPORTS, list_queries

from pipelines.commands.forming import list_subjects
from pipelines.forms import Numbers, Subject, write_form
from pipelines.ingestion import ingest
from pipelines.lake import Lake
from pipelines.layouts import find_form, read_layouts
from pipelines.paths import Paths
from pipelines.periods import parse_period
from pipelines.settings import CHECKOUT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from conftest import Built

SOURCE = CHECKOUT / "data" / "raw" / "commune_reports"
DISTRICT = "Đảng bộ huyện Tân Sơn"
OLD_PROVINCE, NEW_PROVINCE = "25", "25-20250701"
COMMUNES = 17
"""In the district, until it ended on 30 June 2025."""

ADMISSIONS = {"admissions/all/level/period": {"this_period": 3, "earlier_period": 2}}
STOCKS = {
    "members/all/level/start": {"this_period": 117, "earlier_period": 115},
    "members/all/level/end": {"this_period": 120, "earlier_period": 118},
}
CORRECTED = {"admissions/all/level/period": {"this_period": 4, "earlier_period": 2}}


class Sender:
    """What organisations put under ``data/raw/commune_reports``.

    Args:
        folder: That folder.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        shutil.copytree(SOURCE, folder)
        self._layouts = read_layouts(folder)

    def send(
        self,
        organisation: str,
        period_code: str,
        *,
        form_code: str = "2-BTCTW",
        above: str = DISTRICT,
        numbers: Numbers = ADMISSIONS,
        name: str = "",
    ) -> None:
        """Put a report there, over one of the same name."""
        found = find_form(self._layouts, form_code)
        assert found is not None
        subject = Subject(f"Đảng bộ {organisation}", above, "Phú Thọ")
        file = self._folder / f"{name or organisation} {form_code} {period_code}.xlsx"
        write_form(*found, subject, parse_period(period_code), file, numbers=numbers)

    def spoil(self, organisation: str, period_code: str) -> None:
        """Put a file there that cannot be read."""
        (self._folder / f"{organisation} 2-BTCTW {period_code}.xlsx").write_bytes(b"no workbook")


@pytest.fixture(scope="module")
def reports(
    build_warehouse: Callable[..., Built], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[duckdb.DuckDBPyConnection]:
    """Build what came in from July 2024 to February 2026."""
    paths = Paths(tmp_path_factory.mktemp("completeness"))
    sender = Sender(paths.raw / SOURCE.name)

    def take_in(*moment: int) -> None:
        now = dt.datetime(*moment, tzinfo=dt.UTC)  # type: ignore[misc, arg-type]
        ingest(paths.raw, Lake(paths.lake), now=now, max_bytes=2**20)

    sender.send("xã Thu Cúc", "2024-H1")
    sender.send("xã Kim Thượng", "2024-H1", form_code="2-TCTW")
    sender.send("xã Kim Thượng", "2024-H1", form_code="1-BTCTW", numbers=ADMISSIONS | STOCKS)
    sender.spoil("thị trấn Tân Phú", "2024-H1")
    take_in(2024, 7, 10)
    sender.send("xã Mỹ Thuận", "2024-H1")
    take_in(2024, 7, 20, 16, 59)
    sender.send("xã Long Cốc", "2024-H1")
    take_in(2024, 7, 20, 17)
    sender.send("xã Lai Đồng", "2024-H1")
    sender.send("xã Thu Cúc", "2024-H1", numbers=CORRECTED)
    take_in(2024, 7, 25)
    sender.send("xã Lai Đồng", "2024-H1", numbers=CORRECTED)
    sender.send("xã Lai Đồng", "2024-H1", numbers=CORRECTED, name="Lai Đồng, lần hai")
    sender.send("thị trấn Tân Phú", "2024-H1")
    sender.send("xã Atlantis", "2024-H1")
    sender.send("trường THPT Thạch Kiệt", "2024-H1")
    take_in(2024, 8, 10)
    sender.spoil("xã Mỹ Thuận", "2024-H1")
    sender.send("xã Thu Cúc", "2025-H1")
    take_in(2025, 7, 21)
    sender.send("xã Thu Cúc", "2025", above="")
    take_in(2026, 2, 5)
    selected = ["--select", "+rpt_reporting_completeness", "+rpt_reports_expected", "--indirect-selection", "cautious"]
    built = build_warehouse(paths.root, *selected, "--exclude-resource-type", "unit_test")
    assert built.dbt_exit_code == 0, built.dbt_output
    with duckdb.connect(str(paths.build_database), read_only=True) as connection:
        yield connection


def find(reports: duckdb.DuckDBPyConnection, period_code: str, form_number: str = "2") -> dict[str, tuple[Any, ...]]:
    """Return status, day of receipt and days late of the reports that are expected of the district."""
    rows = reports.execute(
        "select organisation_name, report_status_code, received_on, days_late "
        "from reports.rpt_reports_expected inner join marts.dim_periods using (period_id) "
        "where period_code = ? and form_number = ? and (organisation_name = ? or parent_organisation_id = '240')",
        [period_code, form_number, DISTRICT],
    ).fetchall()
    return {name.removeprefix("Đảng bộ "): tuple(rest) for name, *rest in rows}


def count(
    reports: duckdb.DuckDBPyConnection, organisation_id: str, period_code: str, form_number: str = "2"
) -> tuple[int, ...] | None:
    """Return how many reports were expected, received, in time, late, missing, and came though nobody asked."""
    return reports.execute(
        "select expected_count, received_count, on_time_count, late_count, missing_count, unexpected_count "
        "from reports.rpt_reporting_completeness inner join marts.dim_periods using (period_id) "
        "where organisation_id = ? and period_code = ? and form_number = ?",
        [organisation_id, period_code, form_number],
    ).fetchone()


def test_every_commune_of_the_district_and_the_district_itself_owe_a_report(reports: duckdb.DuckDBPyConnection) -> None:
    expected = find(reports, "2024-H1")

    assert len(expected) == COMMUNES + 1
    came = {name: status for name, status in expected.items() if status[0] != "missing"}
    assert came == {
        "xã Thu Cúc": ("on_time", dt.date(2024, 7, 10), 0),
        "xã Kim Thượng": ("on_time", dt.date(2024, 7, 10), 0),
        "xã Mỹ Thuận": ("on_time", dt.date(2024, 7, 20), 0),
        "xã Long Cốc": ("late", dt.date(2024, 7, 21), 1),
        "xã Lai Đồng": ("late", dt.date(2024, 7, 25), 5),
        "thị trấn Tân Phú": ("late", dt.date(2024, 8, 10), 21),
    }


def test_reports_are_counted_in_the_commune_the_district_and_the_province(reports: duckdb.DuckDBPyConnection) -> None:
    missing = COMMUNES + 1 - 6
    units = len(list_subjects("Phú Thọ", dt.date(2024, 6, 30)))

    assert count(reports, "08545", "2024-H1") == (1, 1, 1, 0, 0, 0)
    assert count(reports, "240", "2024-H1") == (COMMUNES + 1, 6, 3, 3, missing, 1)
    assert count(reports, OLD_PROVINCE, "2024-H1") == (units + 1, 6, 3, 3, units + 1 - 6, 1)
    assert count(reports, "national", "2024-H1") == (units + 1, 6, 3, 3, units + 1 - 6, 1)
    assert count(reports, "240", "2024-H1", "1") == (COMMUNES + 1, 1, 1, 0, COMMUNES, 0)


def test_a_form_that_counts_a_stock_of_its_last_day_is_no_report_on_that_day(
    reports: duckdb.DuckDBPyConnection,
) -> None:
    periods = reports.execute("select distinct period_type_code from intermediate.int_reports_received").fetchall()

    assert sorted(periods) == [("half_year",), ("year",)]


def test_what_nobody_asked_for_is_counted_apart(reports: duckdb.DuckDBPyConnection) -> None:
    (school_id,) = reports.execute(
        "select organisation_id from marts.dim_organisations where organisation_name ilike '%THPT Thạch Kiệt%'"
    ).fetchall()

    assert count(reports, *school_id, "2024-H1") == (0, 0, 0, 0, 0, 1)


def test_what_was_refused_was_not_received(reports: duckdb.DuckDBPyConnection) -> None:
    assert count(reports, "unknown", "2024-H1") is None


def test_a_commune_that_was_merged_owes_the_half_year_and_the_new_one_owes_the_year(
    reports: duckdb.DuckDBPyConnection,
) -> None:
    units = len(list_subjects("Phú Thọ", dt.date(2025, 12, 31)))

    assert find(reports, "2025-H1")["xã Thu Cúc"] == ("late", dt.date(2025, 7, 21), 1)
    assert find(reports, "2025") == {}
    assert count(reports, "08545-20250701", "2025") == (1, 1, 0, 1, 0, 0)
    assert count(reports, "08545-20250701", "2025-H1") is None
    assert count(reports, NEW_PROVINCE, "2025") == (units + 1, 1, 0, 1, units, 0)


def test_what_is_not_due_is_listed_and_not_counted(reports: duckdb.DuckDBPyConnection) -> None:
    status = reports.execute(
        "select distinct report_status_code, days_late from reports.rpt_reports_expected "
        "where starts_on >= '2026-01-01'"
    ).fetchall()

    assert status == [("not_due", 0)]
    assert count(reports, NEW_PROVINCE, "2026-H1") is None


def test_a_province_of_which_nothing_has_come_owes_nothing_nor_does_one_before_its_first_report(
    reports: duckdb.DuckDBPyConnection,
) -> None:
    found = reports.execute(
        "select distinct province_name, min(ends_on) from reports.rpt_reports_expected group by province_name"
    ).fetchall()

    assert found == [("Phú Thọ", dt.date(2024, 6, 30))]


@pytest.mark.parametrize(
    "query", list_queries(REPORTS), ids=[" ".join(query.split())[:70] for query in list_queries(REPORTS)]
)
def test_a_query_of_the_guide_finds_reports(query: str, reports: duckdb.DuckDBPyConnection) -> None:
    assert reports.execute(query).fetchone() is not None
