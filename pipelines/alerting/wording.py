"""Digests and urgent messages in words: what is said, in which order and in which language."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from pipelines.alerting.news import SEVERITIES
from pipelines.alerting.pages import Bars, Heading, Line, Listing, Paragraph, Rule, Table, write_html, write_text
from pipelines.languages import Language, format_change, format_count, format_day
from pipelines.moments import find_local

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    from pipelines.acceptances import Acceptance
    from pipelines.alerting.news import Finding, News, Reporting, State, TableRows
    from pipelines.alerting.pages import Block, Tone
    from pipelines.run_reports import RunReport

SHOWN_TABLES = 8
"""Tables whose rows changed are named up to this number."""

SHOWN_REASONS = 5
"""Checks that failed, and errors, are named up to this number."""

LONGEST = 400
"""Characters of a line; what is longer ends in an ellipsis, and `ketnap findings` has all of it."""

SHOWN_ID = 12
"""Characters of a finding's identifier that are enough to name it."""

_TONES: dict[str, Tone] = {"error": "error", "warning": "warning", "info": "info"}
_WORDS = {
    Language.VI: {
        "published": "đã công bố",
        "blocked": "CHƯA CÔNG BỐ, kiểm tra phát hiện lỗi",
        "failed": "CHƯA CÔNG BỐ, lượt chạy hỏng",
        "title": "Kết nạp, đêm {day}",
        "is_published": "Đã công bố lúc {time}, sau {seconds} giây.",
        "is_blocked": "Chưa công bố: kiểm tra phát hiện lỗi.",
        "is_failed": "Chưa công bố: lượt chạy hỏng.",
        "former_stays": "Người dùng vẫn đọc bản đã công bố trước đó.",
        "nothing_new": "Không có tệp mới.",
        "files": "{files} tệp mới, {found} bản ghi: {accepted} được nhận, {rejected} bị từ chối.",
        "opened": "Mới",
        "changed": "Đã thay đổi",
        "expired": "Hết hạn chấp nhận",
        "resolved": "Đã được giải quyết",
        "still_open": "Đang mở",
        "confirmed": "được xác nhận",
        "consistent": "phù hợp",
        "contradicted": "mâu thuẫn",
        "undecidable": "chưa kết luận được",
        "formerly_said": "trước đó {verdict}, {severity}",
        "reporting": "Báo cáo nộp muộn và còn thiếu",
        "rows": "Số dòng so với lần công bố trước",
        "error": "lỗi",
        "warning": "cảnh báo",
        "info": "thông tin",
        "no_news": "Không có gì mới.",
        "rest": "và {count} dòng nữa: ketnap findings",
        "rest_of_reporting": "và {count} dòng nữa: reports.rpt_reporting_completeness",
        "rest_of_reasons": "và {count} lý do nữa: ketnap status",
        "oldest": "{count} phát hiện, trong đó {known} đã báo và vẫn mở. Cũ nhất, từ ngày {day}: {message}",
        "all_new": "{count} phát hiện, tất cả đã nêu hoặc đếm ở trên.",
        "none_open": "Không có phát hiện nào đang mở.",
        "accepted": "{count} phát hiện đang được chấp nhận nên không báo.",
        "accepted_by": "{by} chấp nhận đến {day}: {reason}",
        "resolved_at": "mở từ {day}",
        "reported": "{name}, mẫu {form}, {period}: đã nhận {received} trên {expected} báo cáo; {late} nộp muộn, "
        "{missing} còn thiếu",
        "formerly": "lần báo trước thiếu {missing}",
        "table": "bảng",
        "now": "số dòng",
        "change": "thay đổi",
        "unchanged": "Không bảng nào thay đổi số dòng; tổng cộng {total}.",
        "total": "tổng cộng",
        "tables_left": "{count} bảng khác",
        "data_docs": "Data Docs",
        "key": "Mã thư {key}. Nếu nhận hai thư cùng mã thì nội dung như nhau.",
        "count_opened": "{count} mới",
        "count_changed": "{count} thay đổi",
        "count_expired": "{count} hết hạn chấp nhận",
        "count_resolved": "{count} đã giải quyết",
        "count_reporting": "báo cáo muộn, thiếu",
        "quiet": "không có gì mới",
    },
    Language.EN: {
        "published": "published",
        "blocked": "NOT PUBLISHED, a check found an error",
        "failed": "NOT PUBLISHED, the run failed",
        "title": "Kết nạp, night of {day}",
        "is_published": "Published at {time} after {seconds} seconds.",
        "is_blocked": "Not published: a check found an error.",
        "is_failed": "Not published: the run failed.",
        "former_stays": "People still read what was published before.",
        "nothing_new": "No new files.",
        "files": "New files: {files}, with {found} records: {accepted} accepted, {rejected} rejected.",
        "opened": "New",
        "changed": "Changed",
        "expired": "No longer accepted",
        "resolved": "Resolved",
        "still_open": "Open",
        "confirmed": "confirmed",
        "consistent": "consistent",
        "contradicted": "contradicted",
        "undecidable": "undecidable",
        "formerly_said": "before: {verdict}, {severity}",
        "reporting": "Late and missing reports",
        "rows": "Rows, compared with the last publication",
        "error": "error",
        "warning": "warning",
        "info": "info",
        "no_news": "Nothing new.",
        "rest": "and {count} more: ketnap findings",
        "rest_of_reporting": "and {count} more: reports.rpt_reporting_completeness",
        "rest_of_reasons": "and {count} more: ketnap status",
        "oldest": "Findings: {count}; known before and still open: {known}. The oldest, since {day}: {message}",
        "all_new": "Findings: {count}, all of them named or counted above.",
        "none_open": "No finding is open.",
        "accepted": "Accepted findings, of which nobody is told: {count}.",
        "accepted_by": "accepted by {by} until {day}: {reason}",
        "resolved_at": "open since {day}",
        "reported": "{name}, form {form}, {period}: {received} of {expected} reports received; {late} late, "
        "{missing} missing",
        "formerly": "{missing} missing when last told",
        "table": "table",
        "now": "rows",
        "change": "change",
        "unchanged": "No table has more or fewer rows; {total} in all.",
        "total": "all tables",
        "tables_left": "{count} other tables",
        "data_docs": "Data Docs",
        "key": "Message {key}. Two messages of the same name say the same.",
        "count_opened": "{count} new",
        "count_changed": "{count} changed",
        "count_expired": "{count} no longer accepted",
        "count_resolved": "{count} resolved",
        "count_reporting": "late or missing reports",
        "quiet": "nothing new",
    },
}

_URGENT = {
    Language.VI: {
        "run_failed": "Lượt chạy hỏng, chưa công bố",
        "publication_blocked": "Chưa công bố, kiểm tra phát hiện lỗi",
        "lake_damaged": "Kho thô bị hỏng",
        "no_run": "Không có lượt chạy nào gần đây",
        "test": "Thư thử",
        "at": "Lúc {time} ngày {day}, giờ Việt Nam.",
        "run_failed_advice": "Người dùng vẫn đọc bản đã công bố trước đó. Xem ketnap status và nhật ký, "
        "rồi chạy ketnap build.",
        "publication_blocked_advice": "Người dùng vẫn đọc bản đã công bố trước đó. Sửa nguồn, rồi chạy ketnap build.",
        "lake_damaged_advice": "Khôi phục các tệp này từ bản sao lưu trước khi chạy lại; không xóa tệp nào khác.",
        "no_run_advice": "Kiểm tra dagster-daemon và máy chủ, rồi chạy ketnap build.",
        "never": "Chưa có lượt chạy nào được ghi lại.",
        "ahead": "Lượt chạy cuối kết thúc lúc {time} ngày {day}, sau giờ hiện tại của máy: đồng hồ đã bị vặn lùi.",
        "ended": "Lượt chạy cuối kết thúc lúc {time} ngày {day}, đã {hours} giờ.",
        "test_advice": "Nếu đọc được thư này thì kênh hoạt động.",
    },
    Language.EN: {
        "run_failed": "The run failed, nothing was published",
        "publication_blocked": "Not published, a check found an error",
        "lake_damaged": "The lake is damaged",
        "no_run": "There was no run lately",
        "test": "A test",
        "at": "At {time} on {day}, time of Vietnam.",
        "run_failed_advice": "People still read what was published before. See ketnap status and the log, "
        "then run ketnap build.",
        "publication_blocked_advice": "People still read what was published before. Correct the source, "
        "then run ketnap build.",
        "lake_damaged_advice": "Restore these files from the back-up before the next run; remove no other file.",
        "no_run_advice": "Look after dagster-daemon and the machine, then run ketnap build.",
        "never": "No run was ever written down.",
        "ahead": "The last run ended at {time} on {day}, which is later than it is now: the clock was put back.",
        "ended": "The last run ended at {time} on {day}, {hours} hours ago.",
        "test_advice": "Whoever reads this has a channel that works.",
    },
}


class Composed(NamedTuple):
    """A message in words.

    Attributes:
        subject: One line.
        text: For any channel.
        html: For mail.
    """

    subject: str
    text: str
    html: str


@dataclass(frozen=True)
class Night:
    """What is the same for all recipients.

    Attributes:
        report: What the run did.
        rows: Rows of each table, tonight and before; empty if nothing was published.
        data_docs_url: Where Great Expectations' pages are served.
    """

    report: RunReport
    rows: tuple[TableRows, ...] = ()
    data_docs_url: str | None = None


def word_digest(night: Night, news: News, *, language: Language, budget: int, key: str) -> Composed:
    """Write the digest of a night.

    Args:
        night: What is the same for all.
        news: What this recipient is not yet told.
        language: Of the words.
        budget: Findings and lines on reports that are named at most; the rest is counted.
        key: Of the message.
    """
    words, report = _WORDS[language], night.report
    finished_at = find_local(report.finished_at)
    day = format_day(finished_at.date(), language)
    parts = {
        "opened": [_word_finding(finding, language) for finding in news.opened],
        "changed": [_word_changed(finding, state, language) for finding, state in news.changed],
        "expired": [_word_expired(finding, acceptance, language) for finding, acceptance in news.expired],
        "resolved": [_word_resolved(finding, language) for finding in news.resolved],
    }
    counts = [
        words[f"count_{name}"].format(count=format_count(len(lines), language))
        for name, lines in parts.items()
        if lines
    ]
    if news.reporting:
        counts.append(words["count_reporting"])
    if not counts and report.outcome == "published":
        counts = [words["quiet"]]
    subject = f"Kết nạp {day}: " + "; ".join([words[report.outcome], *counts])
    blocks: list[Block] = [*_word_outcome(night, language)]
    limit = _Budget(budget)
    for name, lines in parts.items():
        blocks += _list_within(limit, words[name], lines, words["rest"], language)
    lines = [_word_reporting(state, missing, language) for state, missing in news.reporting]
    blocks += _list_within(limit, words["reporting"], lines, words["rest_of_reporting"], language)
    if news.is_quiet:
        blocks.append(Paragraph(words["no_news"]))
    blocks += _word_open(news, language)
    blocks += _word_rows(night.rows, language)
    blocks.append(Rule())
    if night.data_docs_url:
        blocks.append(Paragraph(words["data_docs"], night.data_docs_url))
    blocks.append(Paragraph(words["key"].format(key=key)))
    return _compose(subject, words["title"].format(day=day), blocks, language)


def word_urgent(kind: str, reasons: Sequence[str], *, language: Language, now: dt.datetime, key: str) -> Composed:
    """Write an urgent message, or a test.

    Args:
        kind: What happened: ``run_failed``, ``publication_blocked``, ``lake_damaged``, ``no_run`` or ``test``.
        reasons: Why it is thought so, one line each.
        language: Of the words.
        now: The time, with a time zone.
        key: Of the message.
    """
    words, local = _URGENT[language], find_local(now)
    tone: Tone = "good" if kind == "test" else "bad"
    blocks: list[Block] = [
        Heading(words[kind], tone),
        Paragraph(words["at"].format(time=f"{local:%H:%M}", day=format_day(local.date(), language))),
        *_word_reasons(reasons, language),
        Paragraph(words[f"{kind}_advice"]),
        Paragraph(_WORDS[language]["key"].format(key=key)),
    ]
    return _compose(f"Kết nạp: {words[kind]}", "Kết nạp", blocks, language)


def word_pulse(ended_at: dt.datetime | None, age: dt.timedelta, *, is_ahead: bool, language: Language) -> str:
    """Say when the last run ended.

    Args:
        ended_at: When, with a time zone; None if there was none.
        age: How long ago.
        is_ahead: Whether that is later than now.
        language: Of the words.
    """
    words = _URGENT[language]
    if ended_at is None:
        return words["never"]
    local = find_local(ended_at)
    hours = format_count(int(age.total_seconds() // 3600), language)
    return words["ahead" if is_ahead else "ended"].format(
        time=f"{local:%H:%M}", day=format_day(local.date(), language), hours=hours
    )


def list_reasons(report: RunReport) -> list[str]:
    """Say why a run published nothing: errors, then checks that found one."""
    checks = [
        f"{check.table}: {check.name} ({check.message})" for check in report.failed_checks if check.severity == "error"
    ]
    return [*report.errors, *checks]


class _Budget:
    """How many lines may still be written."""

    def __init__(self, left: int) -> None:
        self.left = left


def _compose(subject: str, title: str, blocks: Sequence[Block], language: Language) -> Composed:
    # a header of a mail ends with the line
    return Composed(_flatten(subject), write_text(title, blocks), write_html(title, blocks, language=language.value))


def _word_outcome(night: Night, language: Language) -> list[Block]:
    words, report = _WORDS[language], night.report
    seconds = round((report.finished_at - report.started_at).total_seconds())
    text = words[f"is_{report.outcome}"].format(
        time=f"{find_local(report.finished_at):%H:%M}", seconds=format_count(seconds, language)
    )
    files = words["nothing_new"]
    if report.file_count:
        counts = {
            "files": report.file_count,
            "found": report.found_count,
            "accepted": report.accepted_count,
            "rejected": report.rejected_count,
        }
        files = words["files"].format(**{name: format_count(count, language) for name, count in counts.items()})
    is_published = report.outcome == "published"
    heading = Heading(text, "good" if is_published else "bad")
    if is_published:
        return [heading, Paragraph(files)]
    reasons = _word_reasons(list_reasons(report), language)
    return [heading, *reasons, Paragraph(words["former_stays"]), Paragraph(files)]


def _word_reasons(reasons: Sequence[str], language: Language) -> list[Block]:
    if not reasons:
        return []
    lines = [Line(_shorten(reason)) for reason in reasons[:SHOWN_REASONS]]
    if (left := len(reasons) - SHOWN_REASONS) > 0:
        lines.append(Line(_WORDS[language]["rest_of_reasons"].format(count=format_count(left, language))))
    return [Listing(lines)]


def _list_within(limit: _Budget, title: str, lines: Sequence[Line], rest: str, language: Language) -> list[Block]:
    if not lines:
        return []
    shown = list(lines[: limit.left])
    limit.left -= len(shown)
    if left := len(lines) - len(shown):
        shown.append(Line(rest.format(count=format_count(left, language))))
    return [Heading(f"{title} ({format_count(len(lines), language)})"), Listing(shown)]


def _word_finding(finding: Finding, language: Language, note: str = "") -> Line:
    message = finding.message_vi if language is Language.VI else finding.message_en
    identifier = finding.finding_id[:SHOWN_ID]
    return Line(
        _shorten(message),
        mark=_WORDS[language][finding.severity],
        tone=_TONES[finding.severity],
        note=f"{identifier}; {note}" if note else identifier,
    )


def _word_changed(finding: Finding, state: State, language: Language) -> Line:
    words = _WORDS[language]
    note = words["formerly_said"].format(verdict=words[state.verdict], severity=words[state.severity])
    line = _word_finding(finding, language, note)
    return line._replace(mark=f"{words[finding.verdict]}, {line.mark}")


def _word_expired(finding: Finding, acceptance: Acceptance, language: Language) -> Line:
    note = _WORDS[language]["accepted_by"].format(
        by=acceptance.accepted_by, day=format_day(acceptance.accepted_until, language), reason=acceptance.reason
    )
    return _word_finding(finding, language, _shorten(note))


def _word_resolved(finding: Finding, language: Language) -> Line:
    day = format_day(find_local(finding.opened_at).date(), language)
    line = _word_finding(finding, language, _WORDS[language]["resolved_at"].format(day=day))
    return line._replace(tone="good")


def _word_reporting(state: Reporting, former_missing: int | None, language: Language) -> Line:
    words = _WORDS[language]
    counts = {
        "received": state.received_count,
        "expected": state.expected_count,
        "late": state.late_count,
        "missing": state.missing_count,
    }
    text = words["reported"].format(
        name=state.organisation_name,
        form=state.form_number,
        period=state.period_label_vi if language is Language.VI else state.period_label_en,
        **{name: format_count(count, language) for name, count in counts.items()},
    )
    is_known = former_missing not in (None, state.missing_count)
    note = words["formerly"].format(missing=format_count(former_missing or 0, language)) if is_known else ""
    return Line(_shorten(text), note=note)


def _word_open(news: News, language: Language) -> list[Block]:
    words, total = _WORDS[language], sum(news.open_counts.values())
    blocks: list[Block] = [Heading(words["still_open"])]
    if news.still_open:
        oldest = _word_finding(news.still_open[0], language)
        day = format_day(find_local(news.still_open[0].opened_at).date(), language)
        known = format_count(len(news.still_open), language)
        text = words["oldest"].format(count=format_count(total, language), known=known, day=day, message=oldest.text)
        blocks.append(Paragraph(f"{text} ({oldest.note})"))
    else:
        blocks.append(Paragraph(words["all_new" if total else "none_open"].format(count=format_count(total, language))))
    if total:
        counts = [(severity, news.open_counts[severity]) for severity in SEVERITIES]
        blocks.append(
            Bars([(words[name], count, format_count(count, language), _TONES[name]) for name, count in counts])
        )
    if news.accepted_count:
        blocks.append(Paragraph(words["accepted"].format(count=format_count(news.accepted_count, language))))
    return blocks


def _word_rows(rows: Sequence[TableRows], language: Language) -> list[Block]:
    if not rows:
        return []
    words = _WORDS[language]
    total, former = _sum_rows(rows)
    changed = [row for row in rows if row.row_count != row.former_count]
    if not changed:
        text = words["unchanged"].format(total=format_count(total, language))
        return [Heading(words["rows"]), Paragraph(text)]
    shown = [
        (row.table_name, row.row_count or 0, (row.row_count or 0) - (row.former_count or 0))
        for row in changed[:SHOWN_TABLES]
    ]
    if left := changed[SHOWN_TABLES:]:
        label = words["tables_left"].format(count=format_count(len(left), language))
        left_total, left_former = _sum_rows(left)
        shown.append((label, left_total, left_total - left_former))
    shown.append((words["total"], total, total - former))
    table = [(label, format_count(count, language), format_change(change, language)) for label, count, change in shown]
    return [Heading(words["rows"]), Table((words["table"], words["now"], words["change"]), table)]


def _sum_rows(rows: Sequence[TableRows]) -> tuple[int, int]:
    return sum(row.row_count or 0 for row in rows), sum(row.former_count or 0 for row in rows)


def _shorten(text: str) -> str:
    text = _flatten(text)
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1].rsplit(' ', 1)[0]}…"


def _flatten(text: str) -> str:
    """Put a text on one line; other signs that steer a terminal or a mail program go too."""
    return " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())
