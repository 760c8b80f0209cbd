"""Made-up reports are right but for what is planted, and say that they are made up; all that is found, nothing else."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import sys
from contextlib import closing
from io import BytesIO, StringIO
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import duckdb
import pytest
from alerting.made_up_nights import find_mailbox, serve_mail, write_alerts
from python_calamine import CalamineWorkbook
from readers.reports import LAYOUTS, check_account, read_report
from rich.console import Console

from pipelines.commands.demonstrating import Found, draw_districts, print_comparison
from pipelines.demonstration.faults import Sign, plant
from pipelines.demonstration.reports import NOTICE, SOURCE, fill_in, first_day, line_key
from pipelines.forms import list_checks
from pipelines.languages import Language
from pipelines.paths import CHECKOUT_PATHS, Paths
from pipelines.periods import exact_cover
from pipelines.settings import CHECKOUT

if TYPE_CHECKING:
    from pipelines.demonstration.reports import Drawn, Report


@pytest.fixture(scope="module")
def districts() -> list[Drawn]:
    return list(draw_districts(CHECKOUT_PATHS))


@pytest.fixture(scope="module")
def reports(districts: list[Drawn]) -> list[Report]:
    return [report for drawn in districts for report in fill_in(drawn)]


# what is made up


def test_as_many_organisations_report_as_there_are(districts: list[Drawn]) -> None:
    assert {drawn.district.organisation_name: len(drawn.organisations) for drawn in districts} == {
        "Đảng bộ huyện Tân Sơn": 17,
        "Đảng bộ huyện Thuận Châu": 29,
        "Đảng bộ quận Ô Môn": 11,
    }


def test_forms_are_those_of_their_time(reports: list[Report]) -> None:
    assert {(report.form.form_code, first_day(report.period).year) for report in reports} == {
        *((f"{number}-TCTW", year) for number in (1, 2) for year in range(2015, 2021)),
        *((f"{number}-BTCTW", year) for number in (1, 2) for year in (2021, 2022)),
    }


def test_reports_add_up_to_what_is_printed(districts: list[Drawn]) -> None:
    added = {}
    for drawn in districts:
        for name, measure, group, period, value in drawn.district.printed:
            owners = drawn.organisations if name == drawn.district.organisation_name else (name,)
            if measure == "members":
                added[name, measure] = (value, sum(drawn.closings[owner] for owner in owners))
            elif cover := exact_cover(period, drawn.spans):
                key = line_key(measure, group)
                added[name, group] = (value, sum(drawn.changes[owner, span][key] for owner in owners for span in cover))

    # twenty of them stand at no organisation that is named
    assert added.pop(("Đảng bộ quận Ô Môn", "all")) == (238, 218)
    assert len(added) == 3 + 1 + 1 + 11
    assert {place: numbers for place, numbers in added.items() if numbers[0] != numbers[1]} == {}
    assert added["Đảng bộ huyện Tân Sơn", "women"] == (52, 52)
    assert added["Đảng bộ huyện Thuận Châu", "members"] == (8777, 8777)


def test_what_is_made_up_obeys_the_forms(reports: list[Report]) -> None:
    broken = []
    for report in reports:
        rows = dict(enumerate(report.form.lines))
        columns = dict(enumerate(report.form.columns))
        numbers = [int(report.cells.get(line.key, 0)) for line in report.form.lines]
        for check in list_checks(report.form, rows, columns):
            total = sum(numbers[row] for row in check.plus) - sum(numbers[row] for row in check.minus)
            if total != numbers[check.whole]:
                broken.append((report.file_path, report.form.lines[check.whole].text))
        broken += [(report.file_path, key) for key, number in report.cells.items() if int(number) < 0]
        broken += [
            (report.file_path, line.key)
            for line, number in zip(report.form.lines, numbers, strict=True)
            if number > int(report.cells.get(line_key(line.measure), number))
        ]

    assert broken == []


def test_what_is_repeated_is_what_was_reported(reports: list[Report]) -> None:
    closings = {
        (report.subject, report.period.ends_on): report.cells[line_key("members", moment="end")]
        for report in reports
        if report.form_number == "1"
    }
    repeated = [
        (report.cells[line_key("members", moment="start")], closings[before])
        for report in reports
        if report.form_number == "1"
        for before in closings
        if before[0] == report.subject and before[1] and (first_day(report.period) - before[1]).days == 1
    ]
    years = [report for report in reports if report.earlier]

    assert len(repeated) > 2 * 48
    assert all(opening == closed for opening, closed in repeated)
    assert len(years) == 2 * 2 * 18 + 2 * 30
    assert all(report.cells.keys() == report.earlier.keys() for report in years)


def test_a_workbook_says_that_it_is_made_up_and_is_read_without_a_fault(reports: list[Report]) -> None:
    for report in {report.form.form_code: report for report in reports}.values():
        found = read_report(report.write(), LAYOUTS)

        check_account(found)
        assert found.rejections.is_empty()
        assert found.observations.filter(statement_code="level").height > 10
        assert NOTICE.upper() in _read_words(report)
        assert report.file_path.startswith(f"{SOURCE}/")


def _read_words(report: Report) -> str:
    rows = CalamineWorkbook.from_filelike(BytesIO(report.write())).get_sheet_by_index(0).to_python()
    return " ".join(str(cell) for row in rows for cell in row)


def test_every_run_makes_up_the_same() -> None:
    program = (
        "from pipelines.commands.demonstrating import draw_districts; from pipelines.paths import CHECKOUT_PATHS;"
        "print([(drawn.changes, drawn.closings) for drawn in draw_districts(CHECKOUT_PATHS)])"
    )
    first, second = (
        subprocess.run(
            [sys.executable, "-c", program],
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(CHECKOUT)},
            capture_output=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    )

    assert first == second != b""


# what is planted


def test_a_fault_that_is_not_found_and_a_finding_that_was_not_planted_are_named() -> None:
    plan = plant(*draw_districts(CHECKOUT_PATHS))
    found = [Found(fault.sign, "what is found") for fault in plan.faults]
    other = Found(Sign("late", plan.reports[0].file_path), "what is found")

    def compare(found: list[Found]) -> tuple[int, int, int]:
        output = StringIO()
        exit_code = print_comparison(plan, found, Console(file=output, width=500), Language.EN)
        return exit_code, output.getvalue().count("not found"), output.getvalue().count("not planted")

    assert compare(found) == (0, 0, 0)
    assert compare(found[1:]) == (1, 1, 0)
    assert compare([*found, other]) == (1, 0, 1)
    assert compare([*found, found[0]]) == (1, 0, 1)


class Shown(NamedTuple):
    """What the command printed and left."""

    exit_code: int
    output: str
    paths: Paths
    former: str
    mail_count: int


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> Shown:
    paths = Paths(tmp_path_factory.mktemp("real"))
    shutil.copytree(CHECKOUT_PATHS.raw, paths.raw)
    former = _digest(paths.root)
    told = Paths(tmp_path_factory.mktemp("told"))
    write_alerts(told, {"name": "lan", "url_variable": "LAN"})
    with serve_mail(find_mailbox()) as mail:
        run = subprocess.run(
            [Path(sys.executable).with_name("ketnap"), "demo", "--lang", "en"],
            env={
                **os.environ,
                "KETNAP_ROOT": str(paths.root),
                "KETNAP_ALERTS": str(told.alerts),
                "LAN": mail.url(),
            },
            capture_output=True,
            text=True,
            check=False,
        )
    return Shown(run.returncode, run.stdout + run.stderr, paths, former, len(mail.mails))


def _digest(root: Path) -> str:
    """Return what identifies everything below a root but the demonstration."""
    digest = hashlib.sha256()
    for path in sorted(root.rglob("*")):
        place = path.relative_to(root)
        if path.is_file() and place.parts[:2] != ("data", "demo"):
            digest.update(str(place).encode() + path.read_bytes())
    return digest.hexdigest()


def test_the_command_finds_what_is_planted_and_names_nothing_else(shown: Shown) -> None:
    marks = re.findall(r"^([✓✗]) ", shown.output, re.MULTILINE)

    assert set(marks) == {"✓"}, shown.output
    assert f"{len(marks)} of {len(marks)} planted faults found; 0 other findings" in shown.output
    assert shown.exit_code == 0


def test_the_real_warehouse_is_not_touched(shown: Shown) -> None:
    assert _digest(shown.paths.root) == shown.former
    assert shown.paths.demonstration.published_database.is_file()


def test_nobody_is_told_of_what_is_made_up(shown: Shown) -> None:
    assert shown.mail_count == 0


def test_what_is_made_up_is_marked_wherever_it_shows(shown: Shown) -> None:
    with closing(duckdb.connect(str(shown.paths.demonstration.published_database), read_only=True)) as connection:
        sources = connection.execute(
            "select distinct source_name, document_id like 'made_up_reports/%' from marts.fct_figures"
        ).fetchall()
        rejected = connection.execute("select distinct source_name from reports.rpt_rejections").fetchall()
        versions = connection.execute("select distinct source_name from reports.rpt_report_versions").fetchall()

    assert set(sources) == {(SOURCE, True), ("published_figures", False)}
    assert rejected == versions == [(SOURCE,)]
    sidecar = (shown.paths.demonstration.raw / SOURCE / "_source.yml").read_text(encoding="utf-8")
    assert "sensitivity: made_up" in sidecar


@pytest.mark.parametrize("name", ["README.md", "README.vi.md"])
def test_what_the_readme_shows_is_printed(name: str, shown: Shown) -> None:
    text = (CHECKOUT / name).read_text(encoding="utf-8")
    (block,) = re.findall(r"```text\n\$ ketnap demo --lang en\n(.*?)```", text, re.DOTALL)
    lines = [line for line in block.splitlines() if line != "…"]

    assert len(lines) > 5
    assert [line for line in lines if line not in shown.output.splitlines()] == []
