"""The communes of a district report what is right, and nothing is found; then one fault of each kind, and it is found.

They report on forms 1 and 2 for three half-years, and the district adds them up.
"""

from __future__ import annotations

import datetime as dt
import shutil
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple
from unittest import mock

import duckdb
import pytest
from test_increments import build, build_anew, list_differences

from pipelines.expectations import validate
from pipelines.forms import Subject, _find_percentage, write_form
from pipelines.identities import IDENTITIES, tabulate_identities
from pipelines.ingestion import ingest
from pipelines.lake import Lake
from pipelines.layouts import find_form, read_layouts
from pipelines.paths import Paths
from pipelines.periods import Period
from pipelines.settings import CHECKOUT

if TYPE_CHECKING:
    from pathlib import Path

REPORTS = CHECKOUT / "data" / "raw" / "commune_reports"
LAYOUTS = read_layouts(REPORTS)
PROVINCE = "Kon Tum"
DISTRICT = "Đảng bộ huyện Ia H'Drai"
COMMUNES = ("Đảng bộ xã Ia Đal", "Đảng bộ xã Ia Dom", "Đảng bộ xã Ia Tơi")
DAL, DOM, TOI = COMMUNES
SCHOOL = "Chi bộ Trường Trung học cơ sở số 1"
FIRST, SECOND, THIRD = HALVES = (Period.half_year(2023, 1), Period.half_year(2023, 2), Period.half_year(2024, 1))
FLOWS = "1-BTCTW"
ADMISSIONS = "2-BTCTW"

Cell = float | str | None
Cells = dict[str, Cell]
"""What is filled in, by `Line.key`."""


def count(measure: str, group: str = "all", moment: str = "period") -> str:
    return f"{measure}/{group}/level/{moment}"


OPENING, CLOSING = count("members", moment="start"), count("members", moment="end")
"""Line A, line D."""


@dataclass(frozen=True)
class Report:
    """One form of one organisation and period."""

    organisation: str
    form_code: str
    period: Period

    @property
    def path(self) -> str:
        """Below the folder of the source."""
        return f"{self.period.code}/{self.organisation}-{self.form_code}.xlsx"


def draw_admissions(commune: int, half: int) -> Cells:
    """Return a form 2 that is right: lists add up, one is left empty, one line is zero and one does not apply."""
    total = 20 + 7 * commune + 3 * half
    parts: Cells = {
        "women": 9 + commune,
        "ethnic_minority": total - 2,
        "youth_union_member": 15 + half,
        "religious": 0,
        "foreign_spouse": "x",
        "commune_official": 4,
        "public_service_staff": 6 + half,
        # the other occupations are not filled in: an incomplete list, which says nothing
        "age_18_30": 13 + half,
        "age_31_35": total - 15 - half,
        **dict.fromkeys(("age_36_40", "age_41_45", "age_46_50", "age_51_55", "age_56_60"), 0),
        "age_over_60": 2,
        "literate": 0,
        "primary": 1,
        "lower_secondary": 2 + commune,
        "upper_secondary": total - 3 - commune,
        "university": 8,
    }
    return {
        count("admissions"): total,
        **{count("admissions", group): cell for group, cell in parts.items()},
        "admissions/all/average_age/period": 27.5 + half,
    }


def draw_flows(commune: int, half: int, admitted: int) -> Cells:
    """Return a form 1 that is right, without its first and last line."""
    cells: Cells = {
        count("admissions"): admitted,
        count("transfers_in"): 5,
        count("transfers_in", "other_province"): 2 + half,
        count("transfers_in", "other_district"): 3 - half,
        count("reinstatements"): 0,
        count("deaths"): 2 + commune,
        count("expulsions"): 0,
        count("name_deletions"): 3,
        count("name_deletions", "probationary"): 1,
        count("withdrawals"): 1 + half,
        count("transfers_out"): 4,
        count("transfers_out", "other_province"): 4,
        # a part that is left empty: a list that is not complete
        count("transfers_out", "other_district"): None,
    }
    return cells | {
        count("increases"): admitted + 5,
        count("decreases"): 10 + commune + half,
    }


def draw_reports() -> dict[Report, Cells]:
    """Return what is reported of each half-year, everything right."""
    reports: dict[Report, Cells] = {}
    for commune, name in enumerate(COMMUNES):
        members = 300 + 50 * commune
        for half, period in enumerate(HALVES):
            cells = reports[Report(name, ADMISSIONS, period)] = draw_admissions(commune, half)
            flows = draw_flows(commune, half, read(cells, count("admissions")))
            opening, members = members, members + read(flows, count("increases")) - read(flows, count("decreases"))
            reports[Report(name, FLOWS, period)] = flows | {OPENING: opening, CLOSING: members}
    # moves between communes are none of the district: of form 1, only lines that add are its own
    added = (count("deaths"), count("name_deletions"), count("name_deletions", "probationary"))
    below = [reports[Report(name, FLOWS, SECOND)] for name in COMMUNES]
    reports[Report(DISTRICT, FLOWS, SECOND)] = {key: sum(read(cells, key) for cells in below) for key in added}
    below = [reports[Report(name, ADMISSIONS, SECOND)] for name in COMMUNES]
    reports[Report(DISTRICT, ADMISSIONS, SECOND)] = {
        key: sum(read(cells, key) for cells in below) for key, cell in below[0].items() if isinstance(cell, int)
    }
    return reports


def read(cells: Cells, key: str) -> int:
    """Return a whole number that is filled in."""
    return int(str(cells[key]))


class Province:
    """What the district and its communes report, on its way from workbooks to findings.

    Args:
        root: Where everything is.
    """

    def __init__(self, root: Path) -> None:
        self.paths = Paths(root)
        self.percentages: dict[tuple[Report, object, object], float] = {}
        """What stands beside two numbers of a report instead of their percentage."""
        self._written: dict[Report, object] = {}
        self._night = 0
        (self.paths.raw / "commune_reports").mkdir(parents=True)
        for sidecar in REPORTS.glob("_*.yml"):
            shutil.copy(sidecar, self.paths.raw / "commune_reports")

    def send(self, reports: dict[Report, Cells], earlier: dict[Report, Cells]) -> None:
        """Write the workbooks that are another than before, and take them in.

        Args:
            reports: What is reported.
            earlier: Last year's column.
        """
        for report, cells in reports.items():
            column = earlier.get(report, {})
            if self._written.get(report) != (cells, column):
                self._written[report] = (dict(cells), dict(column))
                self._write(report, cells, column)
        self._night += 1
        now = dt.datetime(2026, 11, self._night, 19, tzinfo=dt.UTC)
        ingest(self.paths.raw, Lake(self.paths.lake), now=now, max_bytes=2**24)

    def _write(self, report: Report, cells: Cells, earlier: Cells) -> None:
        target = self.paths.raw / "commune_reports" / report.path
        target.parent.mkdir(exist_ok=True)
        subject = Subject(report.organisation, "" if report.organisation == DISTRICT else DISTRICT, PROVINCE)
        numbers = {
            key: {"this_period": cells.get(key), "earlier_period": earlier.get(key)}
            for key in cells.keys() | earlier.keys()
        }
        found = find_form(LAYOUTS, report.form_code)
        assert found is not None
        with mock.patch(
            "pipelines.forms._find_percentage",
            lambda *numbers: self.percentages.get((report, *numbers)) or _find_percentage(*numbers),
        ):
            write_form(*found, subject, report.period, target, numbers=numbers)

    def query(self, query: str) -> list[tuple[Any, ...]]:
        with closing(duckdb.connect(str(self.paths.build_database), read_only=True)) as connection:
            return connection.execute(query).fetchall()

    def read_findings(self) -> set[Finding]:
        rows = self.query(
            "select organisation_name, rule_code, reason_code, severity, measure_code, group_code, "
            "cast(observed as bigint), cast(expected_low as bigint), cast(expected_high as bigint) "
            "from reports.rpt_findings"
        )
        findings = {Finding(*row) for row in rows}
        assert len(findings) == len(rows)
        return findings


class Finding(NamedTuple):
    """What a finding says."""

    organisation: str
    rule: str
    reason: str
    severity: str
    measure: str
    group: str
    observed: int | None
    expected_low: int | None
    expected_high: int | None


def repeat_last_year(reports: dict[Report, Cells]) -> dict[Report, Cells]:
    """Return last year's column of the reports that have one."""
    return {
        report: dict(reports[Report(report.organisation, report.form_code, FIRST)])
        for report in reports
        if report.period == THIRD
    }


def spoil(reports: dict[Report, Cells], earlier: dict[Report, Cells], province: Province) -> set[Finding]:
    """Plant one fault of each kind in reports that are right, and return what has to be found of them."""
    expected = set()

    def expect(organisation: str, rule: str, reason: str, line: str, *numbers: int | None) -> None:
        severity = "error" if rule == "lines_of_report" else "warning"
        measure, group, *_ = line.split("/")
        expected.add(Finding(organisation, rule, reason, severity, measure, group, *numbers))

    # all numbers of the report before
    copied = reports[Report(DAL, ADMISSIONS, THIRD)] = dict(reports[Report(DAL, ADMISSIONS, SECOND)])
    expect(DAL, "copied_report", "numbers_copied", count("admissions"), None, None, None)

    # what there was, what came and went, and what there is
    flows = reports[Report(DAL, FLOWS, THIRD)]
    flows[count("admissions")] = admitted = read(copied, count("admissions"))
    flows[count("increases")] = admitted + 5
    closing = read(flows, OPENING) + admitted + 5 - read(flows, count("decreases"))
    flows[CLOSING] = closing + 3
    expect(DAL, "lines_of_report", "balance_differs", CLOSING, closing + 3, closing, closing)

    # a complete list of measures, of groups
    flows = reports[Report(TOI, FLOWS, THIRD)]
    flows[count("reinstatements")] = 2
    increases = read(flows, count("increases"))
    expect(TOI, "lines_of_report", "sum_differs", count("increases"), increases, increases + 2, increases + 2)
    cells = reports[Report(DOM, ADMISSIONS, THIRD)]
    admitted = read(cells, count("admissions"))
    cells[count("admissions", "primary")] = 4
    expect(DOM, "lines_of_report", "sum_differs", count("admissions"), admitted, admitted + 3, admitted + 3)

    # a list that leaves some out
    cells[count("admissions", "public_service_staff")] = admitted
    expect(DOM, "lines_of_report", "sum_exceeds_whole", count("admissions"), admitted, admitted + 4, None)

    # a part
    cells = reports[Report(TOI, ADMISSIONS, THIRD)]
    admitted = read(cells, count("admissions"))
    cells[count("admissions", "women")] = admitted + 1
    expect(TOI, "lines_of_report", "subset_exceeds_set", count("admissions", "women"), admitted + 1, 0, admitted)

    # 15 persons, 13 last year, and 100 beside them
    line, report = count("admissions", "age_18_30"), Report(TOI, ADMISSIONS, THIRD)
    province.percentages[report, cells[line], earlier[report][line]] = 100
    expect(TOI, "percentages_of_report", "percentage_differs", line, 15, 13, 13)

    # last year's column
    repeated = earlier[Report(DOM, FLOWS, THIRD)]
    deaths = read(repeated, count("deaths"))
    repeated[count("deaths")] = deaths + 1
    expect(DOM, "repeated_by_report", "repetition_differs", count("deaths"), deaths + 1, deaths, deaths)

    # the members before the period; the balance holds
    opening = read(flows, OPENING)
    flows[OPENING], flows[CLOSING] = opening + 5, read(flows, CLOSING) + 5
    expect(TOI, "repeated_by_report", "opening_differs", OPENING, opening + 5, opening, opening)

    # the report of the district: admissions, which are summed in a table of their own, and another measure that adds
    spoiled = {ADMISSIONS: count("admissions", "women"), FLOWS: count("name_deletions", "probationary")}
    for form_code, line in spoiled.items():
        cells = reports[Report(DISTRICT, form_code, SECOND)]
        below = read(cells, line)
        cells[line] = below + 1
        expect(DISTRICT, "report_against_reports_below", "reports_below_differ", line, below + 1, below, below)
    return expected


def restate(reports: dict[Report, Cells]) -> tuple[set[str], Finding]:
    """Change what other reports are checked against; return the reasons of findings that end, and one that begins."""
    # last year there was one more death, as this year's report says
    flows = reports[Report(DOM, FLOWS, FIRST)]
    flows[count("deaths")] = read(flows, count("deaths")) + 1
    decreases = read(flows, count("decreases"))
    line = ("decreases", "all", decreases, decreases + 1, decreases + 1)
    # the report that was copied had one more line
    reports[Report(DAL, ADMISSIONS, SECOND)][count("admissions", "foreign_spouse")] = 1
    # there is one more organisation below the district, of which nothing is known before
    reports[Report(SCHOOL, ADMISSIONS, THIRD)] = {count("admissions"): 1}
    ended = {"repetition_differs", "numbers_copied", "reports_below_differ"}
    return ended, Finding(DOM, "lines_of_report", "sum_differs", "error", *line)


@dataclass
class Passed:
    """What was found night after night.

    Attributes:
        province: As the last night left it.
        clean: When everything was right.
        spoiled: When one fault of each kind had come in.
        planted: The faults.
        restated: When other reports had been restated.
        ended: Reasons of the findings that this ends.
        begun: What it begins.
    """

    province: Province
    clean: set[Finding]
    spoiled: set[Finding]
    planted: set[Finding]
    restated: set[Finding]
    ended: set[str]
    begun: Finding


@pytest.fixture(scope="module")
def passed(tmp_path_factory: pytest.TempPathFactory) -> Passed:
    """Four nights: two of reports that are right, one of faults, one of restatements."""
    province = Province(tmp_path_factory.mktemp("province"))
    reports = draw_reports()
    earlier = repeat_last_year(reports)

    def pass_night(reports: dict[Report, Cells], *, is_first: bool = False) -> set[Finding]:
        province.send(reports, earlier)
        assert (build(province.paths) == "") is is_first
        return province.read_findings()

    pass_night({report: cells for report, cells in reports.items() if report.period != THIRD}, is_first=True)
    clean = pass_night(reports)
    planted = spoil(reports, earlier, province)
    spoiled = pass_night(reports)
    ended, begun = restate(reports)
    return Passed(province, clean, spoiled, planted, pass_night(reports), ended, begun)


def test_of_reports_that_are_right_nothing_is_found(passed: Passed) -> None:
    assert passed.clean == set()


def test_every_fault_that_is_planted_is_found_and_nothing_else(passed: Passed) -> None:
    assert passed.spoiled == passed.planted
    assert len(passed.planted) == 11


def test_when_what_they_are_checked_against_is_restated_reports_are_checked_anew(passed: Passed) -> None:
    left = {finding for finding in passed.planted if finding.reason not in passed.ended}

    assert len(left) == 7
    assert passed.restated == left | {passed.begun}


def test_a_finding_names_figures_that_can_be_looked_up(passed: Passed) -> None:
    query = """
        with named as (
            select finding_id, unnest(string_split(figure_ids, '|')) as figure_id from reports.rpt_findings
        )
        select count(*), count(figures.figure_id)
        from named left join marts.fct_figures as figures using (figure_id)
    """
    ((named, known),) = passed.province.query(query)

    assert named == known > len(passed.restated)


def test_the_line_that_is_wrong_is_among_the_smallest_sets_of_suspects(passed: Passed) -> None:
    query = """
        select findings.organisation_name, findings.reason_code, figures.measure_code, figures.group_code
        from reports.rpt_finding_suspects as suspects
        inner join reports.rpt_findings as findings using (finding_id)
        inner join marts.fct_figures as figures on suspects.figure_id = figures.figure_id
        where suspects.set_figure_count = 1
    """
    suspects = set(passed.province.query(query))

    assert suspects >= {
        (DAL, "balance_differs", "members", "all"),
        (TOI, "sum_differs", "reinstatements", "all"),
        (DOM, "sum_differs", "admissions", "primary"),
        (DOM, "sum_exceeds_whole", "admissions", "public_service_staff"),
        (TOI, "subset_exceeds_set", "admissions", "women"),
        (TOI, "percentage_differs", "admissions", "age_18_30"),
        (TOI, "opening_differs", "members", "all"),
        (DOM, "sum_differs", "deaths", "all"),
    }


def test_every_contradiction_of_numbers_is_localised(passed: Passed) -> None:
    query = """
        select reason_code, suspects = figure_ids
        from reports.rpt_findings
        where verdict = 'contradicted' and finding_id not in (select finding_id from reports.rpt_finding_suspects)
    """
    # of the reports below the school's is not there any more, and of a copied report no number is more likely wrong
    assert set(passed.province.query(query)) <= {("numbers_copied", True)}


def test_a_group_above_its_total_is_named_and_blocks_no_night(passed: Passed) -> None:
    outcomes = {outcome.name: outcome for outcome in validate(passed.province.paths.build_database)}

    assert any(finding.reason == "subset_exceeds_set" for finding in passed.restated)
    assert outcomes["groups_above_their_totals_are_named"].is_passed


def test_nights_one_after_another_find_what_one_build_of_everything_finds(passed: Passed, tmp_path: Path) -> None:
    shutil.copytree(passed.province.paths.raw, Paths(tmp_path).raw)
    anew = build_anew(passed.province.paths, tmp_path)

    assert list_differences(passed.province.paths.build_database, anew) == []


# the identities of layouts


def test_two_generations_that_say_the_same_give_one_identity() -> None:
    identities = tabulate_identities(form for layout in LAYOUTS for form in layout.forms)

    assert identities.schema == IDENTITIES
    assert identities["identity_code"].n_unique() == 1
    assert identities.select("whole_measure_code", "whole_moment_code").unique().rows() == [("members", "end")]
    assert identities.select("measure_code", "moment_code", "sign").rows() == [
        ("members", "start", 1),
        ("increases", "period", 1),
        ("decreases", "period", -1),
    ]


def test_an_identity_of_a_line_that_is_not_there_is_named() -> None:
    found = find_form(LAYOUTS, FLOWS)
    assert found is not None
    (identity,) = found[1].identities
    form = found[1].model_copy(update={"identities": (identity.model_copy(update={"minus": ("Z",)}),)})

    with pytest.raises(ValueError, match="names the line 'Z', of which there are 0"):
        tabulate_identities([form])
