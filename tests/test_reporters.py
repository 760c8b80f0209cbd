"""A report of an organisation that nobody knows is refused whole, and its sender told which names are like it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from readers.reports import LAYOUTS, PATH
from readers.test_workbook import HEAD, LINES, write

from pipelines.observations import OBSERVATIONS, Intake, RawFile, Reading, frame
from pipelines.readers.workbook import read_workbooks
from pipelines.reporters import refuse_unknown_reporters

if TYPE_CHECKING:
    import polars as pl

NUMBER_COUNT = 4


def report(
    organisation: str, parent: str = "Đảng bộ huyện Tân Sơn", period: str = "6 tháng đầu năm 2024"
) -> dict[str, str]:
    heads = {
        "A2": f"Đơn vị báo cáo: {organisation}",
        "A3": f"Kỳ báo cáo: {period}",
        "A4": f"Đơn vị cấp trên: {parent}",
        "A6": "Ngày báo cáo:",
    }
    return HEAD | LINES | heads


def take(*sheets: dict[str, str]) -> Intake:
    content = write(*sheets)
    return refuse_unknown_reporters(
        read_workbooks([RawFile("commune_reports", PATH, content)], LAYOUTS, max_bytes=10**8)
    )


def list_faults(rejections: pl.DataFrame) -> list[tuple[str, str, str]]:
    return rejections.select("reason_code", "locator", "found").rows()


def check_account(intake: Intake, *, accepted: int, rejected: int) -> None:
    account = intake.parts["files"].row(0, named=True)
    assert (account["accepted_count"], account["rejected_count"]) == (accepted, rejected)
    assert account["accepted_count"] == intake.parts["observations"].height
    assert account["found_count"] == accepted + rejected
    assert account["cell_count"] == account["found_count"] + account["furniture_count"]


@pytest.mark.parametrize(
    ("organisation", "parent"),
    [
        ("Đảng bộ xã Thu Cúc", "Đảng bộ huyện Tân Sơn"),
        ("Đảng bộ xã Thu Cúc", ""),
        ("Đảng bộ huyện Tân Sơn", "Đảng bộ tỉnh Phú Thọ"),
        ("Đảng bộ Công an huyện", "Đảng bộ huyện Tân Sơn"),
        ("Chi bộ Trường THPT Minh Đài", ""),
    ],
)
def test_who_is_known_or_has_no_area_is_taken_in(organisation: str, parent: str) -> None:
    intake = take(report(organisation, parent))

    assert intake.parts["rejections"].is_empty()
    check_account(intake, accepted=NUMBER_COUNT, rejected=0)


@pytest.mark.parametrize(
    ("organisation", "parent", "period", "named"),
    [
        ("Đảng bộ xã Thu Cụt", "Đảng bộ huyện Tân Sơn", "6 tháng đầu năm 2024", "xã Thu Cúc"),
        ("Đảng bộ xã Qwerty", "", "năm 2025", "–"),
    ],
)
def test_who_is_not_known_then_is_refused_with_the_names_that_are_like_it(
    organisation: str, parent: str, period: str, named: str
) -> None:
    intake = take(report(organisation, parent, period))
    ((reason_code, locator, found),) = list_faults(intake.parts["rejections"])

    assert (reason_code, locator) == ("unknown_organisation", "'Biểu 1'")
    assert found.startswith(organisation)
    assert named in intake.parts["rejections"]["expected"].item()
    check_account(intake, accepted=0, rejected=NUMBER_COUNT)


def test_a_name_of_several_is_refused_with_them() -> None:
    sheet = report("Đảng bộ xã Tân Lập", "")
    del sheet["A5"]
    intake = take(sheet)

    assert [fault[0] for fault in list_faults(intake.parts["rejections"])] == ["unknown_organisation"]
    assert "xã Tân Lập" in intake.parts["rejections"]["expected"].item()


def test_the_other_reports_of_a_workbook_are_taken_in() -> None:
    intake = take(report("Đảng bộ xã Thu Cúc"), report("Đảng bộ xã Không Có"))

    assert [locator for _, locator, _ in list_faults(intake.parts["rejections"])] == ["'Biểu 2'"]
    assert set(intake.parts["observations"]["organisation_name"]) == {"Đảng bộ xã Thu Cúc"}
    check_account(intake, accepted=NUMBER_COUNT, rejected=NUMBER_COUNT)


def test_a_figure_on_no_form_is_left_alone() -> None:
    row = {"figure_id": "a", "organisation_name": "Đảng bộ xã Không Có", "organisation_level": "commune"}
    reading = Reading(found_count=1, observations=frame([row], OBSERVATIONS))
    intake = refuse_unknown_reporters(Intake.of(RawFile("figures", "figures/a.csv", b""), reading))

    assert intake.parts["observations"].height == 1
