"""What is wrong with the made-up reports: one fault of every kind that is known, each with what has to be found of it.

A number that is wrong in a report of a commune also differs from the sum that its district sends: that is one fault,
and has to be found once.
"""

from __future__ import annotations

import datetime as dt
import re
import zipfile
from dataclasses import dataclass, field, replace
from io import BytesIO
from typing import TYPE_CHECKING, NamedTuple

import xlsxwriter

from pipelines.demonstration.reports import NOTICE, fill_in, last_day, line_key
from pipelines.languages import Language

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from pipelines.demonstration.reports import Drawn, Report

    Change = Callable[[bytes], bytes]

_SENT_AFTER = dt.timedelta(days=10)
_LATE_AFTER = dt.timedelta(days=30)
"""After the end of the period; 20 days are given."""
_ALL, _WOMEN, _YOUNG, _SCHOOLED = (
    line_key("admissions", group) for group in ("all", "women", "youth_union_member", "upper_secondary")
)
_OCCUPATIONS = (line_key("admissions", "farmer"), line_key("admissions", "worker"))
_OPENING, _CLOSING = (line_key("members", moment=moment) for moment in ("start", "end"))
_DECREASES = (line_key("decreases"), line_key("transfers_out"), line_key("transfers_out", "other_province"))


class Sending(NamedTuple):
    """A workbook that comes in on a day, under a path below ``data/raw``."""

    day: dt.date
    file_path: str
    write: Callable[[], bytes]


class Sign(NamedTuple):
    """What is found of a fault.

    Attributes:
        code: Of the reason, or of what became of a report.
        file_path: The report, below ``data/raw``.
        line: Measure and group of which a finding speaks; else empty.
    """

    code: str
    file_path: str
    line: str = ""


@dataclass(frozen=True)
class Fault:
    """One planted fault.

    Attributes:
        words: What is wrong, by language.
        report: Where.
        line: Words of the line; empty if it is no number that is wrong.
        sign: What has to be found of it.
    """

    words: dict[Language, str]
    report: Report
    line: str
    sign: Sign


@dataclass
class Plan:
    """What is sent, and what is wrong with it.

    Attributes:
        reports: What should be sent.
        sendings: What is, by path of the file; of what is sent twice, the later.
        former: What was sent before it.
        faults: The faults.
    """

    reports: list[Report]
    sendings: dict[str, Sending] = field(default_factory=dict)
    former: list[Sending] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)

    def find(self, organisation_name: str, form_number: str, at: int) -> Report:
        """Return one of the reports of an organisation on a form, which are in the order of their days."""
        place = (organisation_name, form_number)
        return [report for report in self.reports if (report.subject.organisation_name, report.form_number) == place][
            at
        ]

    def send(self, report: Report, change: Change = bytes, after: dt.timedelta = _SENT_AFTER) -> None:
        """Send a report so many days after its period, in place of what was to be sent; its workbook may be changed."""
        day = last_day(report.period) + after
        self.sendings[report.file_path] = Sending(day, report.file_path, lambda: change(report.write()))

    def add(
        self,
        code: str,
        words: tuple[str, str],
        report: Report,
        line: str = "",
        *,
        numbers: Mapping[str, int] | None = None,
        found_at: str = "",
    ) -> None:
        """Plant a fault.

        Args:
            code: Of the reason, or of what became of the report.
            words: What is wrong, in Vietnamese and English.
            report: Where.
            line: `Line.key` of the number that is wrong.
            numbers: What is added to which number of the report.
            found_at: The number of which the finding speaks, if it is another one than that of the line.
        """
        for key, number in (numbers or {}).items():
            report.cells[key] = int(report.cells[key]) + number
        label = next((entry.text for entry in report.form.lines if entry.label and entry.key == line), "")
        sign = Sign(code, report.file_path, _shorten(found_at or line))
        self.faults.append(Fault(dict(zip(Language, words, strict=True)), report, label, sign))


def plant(*districts: Drawn) -> Plan:
    """Return what Tân Sơn, Thuận Châu and Ô Môn and those below them send, with its faults."""
    _repeat_year("Đảng bộ xã Co Mạ", districts)
    plan = Plan([report for drawn in districts for report in fill_in(drawn)])
    for report in plan.reports:
        plan.send(report)
    _plant_numbers(plan)
    _plant_cells(plan)
    _plant_files(plan, plan.find("Đảng bộ xã Kiệt Sơn", "2", 1))
    _plant_dates(plan)
    return plan


def _repeat_year(organisation: str, districts: tuple[Drawn, ...]) -> None:
    """Make the last whole year of an organisation what the year before was; it was idle in its first half."""
    changes = next(drawn for drawn in districts if organisation in drawn.organisations).changes
    first, half, rest, _ = (place for place in changes if place[0] == organisation)
    changes[half].clear()
    changes[rest] = changes[first]


def _plant_numbers(plan: Plan) -> None:
    """Plant numbers that contradict others of their report, or of another one."""
    report = plan.find("Đảng bộ xã Chiềng Ly", "1", -1)
    words = ("Cuối kỳ không bằng đầu kỳ cộng tăng trừ giảm", "Closing is not opening plus increases minus decreases")
    plan.add("balance_differs", words, report, _CLOSING, numbers={_CLOSING: 3})
    report = plan.find("Đảng bộ xã Văn Luông", "2", -1)
    words = ("Các phần cộng lại khác tổng", "The parts do not add up to their total")
    plan.add("sum_differs", words, report, _SCHOOLED, numbers={_SCHOOLED: 2}, found_at=_ALL)
    report = plan.find("Đảng bộ xã Mường É", "2", -2)
    words = ("Dòng trong đó lớn hơn tổng", "An of-which line is above its total")
    plan.add("subset_exceeds_set", words, report, _WOMEN, numbers={_WOMEN: 50})
    # of this half-year a report is missing: no sum of it is compared
    report = plan.find("Đảng bộ xã Nậm Lầu", "2", 1)
    report.cells |= dict.fromkeys(_OCCUPATIONS, report.cells[_ALL])
    words = ("Các phần, dù chưa đủ, đã vượt tổng", "Some parts alone are above their total")
    plan.add("sum_exceeds_whole", words, report, _OCCUPATIONS[0], found_at=_ALL)
    report = plan.find("Đảng bộ xã Minh Đài", "2", -1)
    report.earlier[_WOMEN] = 12
    words = ("Cột cùng kỳ năm trước khác báo cáo năm trước", "Last year's column is not last year's report")
    plan.add("repetition_differs", words, report, _WOMEN)
    report = plan.find("Đảng bộ phường Thới An", "1", -1)
    words = ("Đầu kỳ khác cuối kỳ trước", "Opening is not the last closing")
    plan.add("opening_differs", words, report, _OPENING, numbers=dict.fromkeys((_OPENING, *_DECREASES), 5))
    report = plan.find("Đảng bộ huyện Tân Sơn", "2", -1)
    words = ("Báo cáo huyện không bằng tổng các xã", "The district's total is not the sum of its communes")
    plan.add("reports_below_differ", words, report, _YOUNG, numbers={_YOUNG: 2})
    report = plan.find("Đảng bộ xã Co Mạ", "2", -2)
    plan.add("numbers_copied", ("Chép nguyên báo cáo kỳ trước", "Copied from the report before"), report, _ALL)


def _plant_cells(plan: Plan) -> None:
    """Plant cells that cannot be right, whatever the others say."""
    report = plan.find("Đảng bộ xã Thu Ngạc", "2", -1)
    plan.send(report, _change("xl/worksheets/sheet1.xml", '(<c r="E14".*?<v>)[^<]+', r"\g<1>250"))
    words = ("Cột phần trăm sai", "The percentage is not that of the counts beside it")
    plan.add("percentage_differs", words, report, _WOMEN)
    report = plan.find("Đảng bộ phường Thới Hòa", "2", 1)
    report.cells[_WOMEN] = "năm người"
    plan.add("invalid_number", ("Ô không phải là số", "A cell is no number"), report)
    report = plan.find("Đảng bộ phường Phước Thới", "2", 1)
    plan.add("negative_count", ("Số âm", "A number is negative"), report, numbers={_WOMEN: -50})
    report = plan.find("Đảng bộ xã Bó Mười", "2", -2)
    plan.send(report, _change("xl/worksheets/sheet1.xml", '<c r="D12"(.*?)/>', r'<c r="D12"\g<1>><v>7</v></c>'))
    plan.add("unexpected_number", ("Số ở dòng tiêu đề", "A number stands beside a heading"), report)


def _plant_files(plan: Plan, right: Report) -> None:
    """Plant files that are refused, beside a report that is right."""
    report = replace(right, remark=" (bản cũ)")
    plan.send(report, _change("xl/workbook.xml", "<sheet ", '<sheet state="hidden" '))
    plan.add("hidden_sheet", ("Trang tính bị ẩn", "The sheet is hidden"), report)
    report = replace(right, form=right.form.model_copy(update={"form_code": "15-TCTW"}))
    plan.send(report)
    plan.add("wrong_form", ("Không có biểu này", "There is no such form"), report)
    report = replace(right, remark=" (danh sách)")
    plan.send(report, lambda _: _list_persons())
    plan.add("lists_persons", ("Danh sách cá nhân", "A list of persons"), report)
    report = replace(right, layout=right.layout.model_copy(update={"period": ("Năm",)}), remark=" (không rõ kỳ)")
    plan.send(report)
    plan.add("unknown_period", ("Không ghi kỳ báo cáo", "The period is not named"), report)
    report = replace(right, subject=replace(right.subject, organisation_name="Đảng bộ xã Không Có Thật"))
    plan.send(report)
    plan.add("unknown_organisation", ("Không có tổ chức này", "There is no such organisation"), report)


def _plant_dates(plan: Plan) -> None:
    """Plant reports that are not there, come late, or come twice."""
    report = plan.find("Đảng bộ xã Pá Lông", "2", 1)
    del plan.sendings[report.file_path]
    plan.add("missing", ("Thiếu báo cáo", "A report is missing"), report)
    report = plan.find("Đảng bộ phường Long Hưng", "1", 0)
    plan.send(report, after=_LATE_AFTER)
    plan.add("late", ("Báo cáo chậm", "A report is late"), report)
    report = plan.find("Đảng bộ xã Kim Thượng", "2", 2)
    former = replace(report, cells=report.cells | {_WOMEN: 0})
    plan.former.append(Sending(last_day(report.period) + _SENT_AFTER, report.file_path, former.write))
    plan.send(report, after=_LATE_AFTER)
    plan.add("restated", ("Báo cáo gửi lại với số khác", "A report is sent again with another number"), report)


def _shorten(line: str) -> str:
    """Return measure and group of a `Line.key`."""
    return "/".join(line.split("/")[:2])


def _change(part: str, pattern: str, replacement: str) -> Change:
    """Return what replaces the first match in a part of a workbook."""

    def change(content: bytes) -> bytes:
        changed = BytesIO()
        with zipfile.ZipFile(BytesIO(content)) as workbook, zipfile.ZipFile(changed, "w") as copy:
            for name in workbook.namelist():
                text = workbook.read(name).decode()
                copy.writestr(name, re.sub(pattern, replacement, text, count=1) if name == part else text)
        return changed.getvalue()

    return change


def _list_persons() -> bytes:
    content = BytesIO()
    with xlsxwriter.Workbook(content) as workbook:
        sheet = workbook.add_worksheet()
        for row, texts in enumerate(((NOTICE,), ("TT", "Họ và tên", "Năm sinh"), ("1", "(không có ai)"))):
            sheet.write_row(row, 0, texts)
    return content.getvalue()
