"""``ketnap demo``: made-up reports with planted faults, built like real ones, and what is found of them."""

from __future__ import annotations

import datetime as dt
import io
import shutil
from collections import defaultdict
from typing import TYPE_CHECKING, NamedTuple

import yaml
from rich.console import Console
from rich.text import Text

from pipelines.commands.building import build
from pipelines.commands.forming import list_subjects
from pipelines.demonstration.faults import Sign, plant
from pipelines.demonstration.reports import NOTICE, SOURCE, draw, read_district
from pipelines.ingestion import ingest
from pipelines.lake import Lake
from pipelines.languages import Language
from pipelines.layouts import read_layouts
from pipelines.locks import LockedError, hold_lock
from pipelines.publication import open_published
from pipelines.settings import export_environment, load_settings

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pipelines.demonstration.faults import Fault, Plan
    from pipelines.demonstration.reports import Drawn
    from pipelines.paths import Paths

_PUBLICATIONS = ("tan-son-2017", "thuan-chau-2020", "o-mon-2022")
_TEMPLATE = "commune_reports"
_SIDECAR = {
    "source_name": SOURCE,
    "title_vi": f"{NOTICE}: báo cáo do ketnap demo viết ra",
    "title_en": "Made-up figures, not real ones: reports that ketnap demo has written",
    "publisher": "nobody; made up",
    "licence": "none; made up",
    "cadence": "irregular",
    "sensitivity": "made_up",
}
_WORDS = {
    Language.VI: {
        "notice": f"{NOTICE}.",
        "found": "đã tìm thấy {found} trong {planted} lỗi cài sẵn; {others} phát hiện khác",
        "missed": "không tìm thấy",
        "other": "không cài sẵn",
        "late": "hạn {due_on}, nhận {received_on}",
        "missing": "hạn {due_on}, chưa nhận",
        "restated": "số gửi lại khác lần trước: {count}",
        "result": "xem thêm: KETNAP_ROOT={root} ketnap status (findings, sql …)",
        "sent": "{reports} báo cáo của {organisations} tổ chức",
    },
    Language.EN: {
        "notice": "Made-up figures, not real ones.",
        "found": "{found} of {planted} planted faults found; {others} other findings",
        "missed": "not found",
        "other": "not planted",
        "late": "due {due_on}, received {received_on}",
        "missing": "due {due_on}, not received",
        "restated": "numbers that are not those of the version before: {count}",
        "result": "to see more: KETNAP_ROOT={root} ketnap status (findings, sql …)",
        "sent": "{reports} reports of {organisations} organisations",
    },
}
_FINDINGS = f"""
    select reason_code, document_id, measure_code || '/' || group_code, message_{{language}}
    from reports.rpt_findings where document_id like '{SOURCE}/%'
    union all
    select reason_code, file_path, '', locator || ': ' || message_{{language}}
    from reports.rpt_rejections where source_name = '{SOURCE}' and is_current
"""
_VERSIONS = f"""
    select file_path, count(*) from reports.rpt_report_versions where source_name = '{SOURCE}' group by file_path
"""
_OVERDUE = """
    select
        expected.report_status_code, expected.organisation_name,
        case when expected.level_code = 'commune' then above.organisation_name else '' end,
        expected.form_number, expected.starts_on, expected.ends_on, expected.due_on, expected.received_on
    from reports.rpt_reports_expected as expected
    left join marts.dim_organisations as above on expected.parent_organisation_id = above.organisation_id
    where expected.report_status_code in ('late', 'missing')
"""


class Found(NamedTuple):
    """One thing that the warehouse says of the reports."""

    sign: Sign
    message: str


def demonstrate(paths: Paths, console: Console, *, language: Language) -> int:
    """Make up reports, build them, and print what was planted in them and what is found.

    Args:
        paths: Of the real warehouse, which is only read: the layouts, and what is published of three districts.
        console: Where it is printed.
        language: Of the words and messages.

    Returns:
        0 if exactly what was planted is found, else 1.
    """
    demonstration = paths.demonstration
    try:
        with hold_lock(demonstration.build_lock):
            for folder in (demonstration.raw, demonstration.lake, demonstration.build, demonstration.warehouse):
                shutil.rmtree(folder, ignore_errors=True)
            with console.status(_WORDS[language]["notice"]):
                plan = plant(*draw_districts(paths))
                _copy_sources(paths, demonstration)
                _take_in(plan, demonstration)
    except LockedError as error:
        console.print(f"error: {error}", style="red", highlight=False, markup=False, soft_wrap=True)
        return 1
    export_environment(KETNAP_ROOT=str(demonstration.root))
    output = io.StringIO()
    with console.status(_WORDS[language]["notice"]):
        exit_code = build(Console(file=output), as_of=None, is_full=False, is_told=False)
    if exit_code:
        console.print(output.getvalue(), highlight=False, markup=False, soft_wrap=True)
        return exit_code
    found = _list_found(plan, demonstration, language)
    exit_code = print_comparison(plan, found, console, language)
    hint = _WORDS[language]["result"].format(root=demonstration.root)
    console.print(hint, highlight=False, markup=False, soft_wrap=True)
    return exit_code


def draw_districts(paths: Paths) -> Iterator[Drawn]:
    """Make up what was so in three districts.

    Args:
        paths: Of the layouts, and of what is published of them.
    """
    layouts = read_layouts(paths.raw / _TEMPLATE)
    for publication_id in _PUBLICATIONS:
        district = read_district(paths.raw / "published_figures" / publication_id / "figures.csv")
        subjects = list_subjects(district.province_name, district.day)
        communes = (subject for subject in subjects if subject.parent_organisation_name == district.organisation_name)
        yield draw(district, [subject.organisation_name for subject in communes], layouts)


def _copy_sources(paths: Paths, demonstration: Paths) -> None:
    """Copy the layouts, under the name of a source of their own, and what is published of the districts."""
    target = demonstration.raw / SOURCE
    shutil.copytree(paths.raw / _TEMPLATE, target, ignore=lambda _, names: [name for name in names if name[0] != "_"])
    sidecar = target / "_source.yml"
    text = yaml.safe_load(sidecar.read_text(encoding="utf-8")) | _SIDECAR
    sidecar.write_text(yaml.safe_dump(text, allow_unicode=True), encoding="utf-8")
    for source in ("published_figures", "article_notes"):
        for name in ("_source.yml", *_PUBLICATIONS):
            place = demonstration.raw / source / name
            place.parent.mkdir(exist_ok=True)
            (shutil.copytree if (paths.raw / source / name).is_dir() else shutil.copy)(paths.raw / source / name, place)


def _take_in(plan: Plan, demonstration: Paths) -> None:
    """Let the workbooks come in, day after day."""
    lake, max_bytes = Lake(demonstration.lake), load_settings().max_file_bytes
    sendings = [*plan.former, *plan.sendings.values()]
    for day in sorted({sending.day for sending in sendings}):
        for sending in sendings:
            if sending.day == day:
                target = demonstration.raw / sending.file_path
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(sending.write())
        ingest(demonstration.raw, lake, now=dt.datetime.combine(day, dt.time(12), dt.UTC), max_bytes=max_bytes)


def _list_found(plan: Plan, demonstration: Paths, language: Language) -> list[Found]:
    """Return what the warehouse says of the reports; of what is due, only those that could have been made up count."""
    words = _WORDS[language]
    due = {}
    for report in plan.reports:
        subject, period = report.subject, report.period
        names = (subject.organisation_name, subject.parent_organisation_name)
        due[*names, report.form_number, period.starts_on, period.ends_on] = report
    with open_published(demonstration.published_database) as connection:
        found = [
            Found(Sign(code, path, line), message)
            for code, path, line, message in connection.execute(_FINDINGS.format(language=language)).fetchall()
        ]
        found += [
            Found(Sign("restated", path), words["restated"].format(count=count))
            for path, count in connection.execute(_VERSIONS).fetchall()
        ]
        for status, name, above, number, starts_on, ends_on, due_on, received_on in connection.execute(
            _OVERDUE
        ).fetchall():
            if awaited := due.get((name, above, number, starts_on, ends_on)):
                message = words[status].format(due_on=due_on, received_on=received_on)
                found.append(Found(Sign(status, awaited.file_path), message))
    return found


def print_comparison(plan: Plan, found: list[Found], console: Console, language: Language) -> int:
    """Print what was planted beside what is found.

    Returns:
        0 if they are the same, else 1.
    """
    words = _WORDS[language]
    left: defaultdict[Sign, list[str]] = defaultdict(list)
    for sign, message in found:
        left[sign].append(message)
    missed = 0
    for fault in plan.faults:
        is_found = bool(left[fault.sign])
        missed += not is_found
        line = f"{fault.sign.code}: {left[fault.sign].pop() if is_found else words['missed']}"
        _print_entry(console, _describe(fault, language), line, is_right=is_found)
    others = [(sign, message) for sign, messages in left.items() for message in messages]
    for sign, message in others:
        heading = f"{words['other']} · {sign.file_path} {sign.line}"
        _print_entry(console, heading, f"{sign.code}: {message}", is_right=False)
    organisations = {report.subject for report in plan.reports}
    counts = {"found": len(plan.faults) - missed, "planted": len(plan.faults), "others": len(others)}
    sent = words["sent"].format(reports=len(plan.sendings), organisations=len(organisations))
    console.print(f"\n{sent}\n{words['found'].format(**counts)}", highlight=False, markup=False, soft_wrap=True)
    return 1 if missed or others else 0


def _describe(fault: Fault, language: Language) -> str:
    report = fault.report
    where = (report.subject.organisation_name, report.form.form_code, report.period.text, fault.line)
    return " · ".join((fault.words[language], *(text for text in where if text)))


def _print_entry(console: Console, heading: str, line: str, *, is_right: bool) -> None:
    mark = Text("✓ " if is_right else "✗ ", style="bold green" if is_right else "bold red")
    console.print(mark.append(heading, style="not bold default"), soft_wrap=not console.is_terminal)
    console.print(Text(f"  {line}", style="dim"), soft_wrap=not console.is_terminal)
