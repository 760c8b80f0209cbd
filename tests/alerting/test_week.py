"""A week with a clock that is moved: seven nights with planted events, and what people are told of each, word by word.

The digests stand in ``tests/snapshots/digests/``; ``pytest tests/alerting/test_week.py --write-snapshots`` writes them
anew.
"""

from __future__ import annotations

import datetime as dt
from contextlib import nullcontext
from typing import TYPE_CHECKING

import pytest

from alerting.made_up_nights import (
    Clock,
    MailServer,
    find_mailbox,
    finding,
    publish_made_up,
    report_run,
    reporting,
    serve_mail,
    write_alerts,
)
from pipelines.acceptances import accept_finding
from pipelines.alerting.nights import conclude_run
from pipelines.alerting.outbox import list_waiting
from pipelines.lake import Lake
from pipelines.moments import find_local
from pipelines.paths import Paths
from pipelines.run_reports import FailedCheck

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from email.message import EmailMessage

AVERAGE = {
    "finding_id": "1520ecf24d28" + 20 * "0",
    "rule_code": "yearly_average_against_total",
    "message_vi": "Đảng bộ huyện Tân Sơn, giai đoạn 2008–2016 (Đảng viên mới kết nạp): tổng 1.746 và bình quân 196/năm "
    "trong 9 năm không thể cùng đúng: tổng phải từ 1.760 đến 1.772",
    "message_en": "Đảng bộ huyện Tân Sơn, 2008–2016 (Admissions of new members): a total of 1,746 and an average of "
    "196 a year in 9 years cannot both be right: the total would be 1,760 to 1,772",
}
LINES = {
    "finding_id": "5a9e267c3cd8" + 20 * "0",
    "rule_code": "lines_of_report",
    "severity": "error",
    "message_vi": "Đảng bộ xã Thu Cúc, 6 tháng đầu năm 2026 (Đảng viên mới kết nạp): nam 20 và nữ 22 cộng lại được 42; "
    "tổng in là 41",
    "message_en": "Đảng bộ xã Thu Cúc, first half of 2026 (Admissions of new members): 20 men and 22 women are 42; "
    "printed as 41",
}
ELSEWHERE = {
    "finding_id": "95d8eff27e55" + 20 * "0",
    "rule_code": "wording",
    "verdict": "consistent",
    "severity": "info",
    "organisation_id": "elsewhere",
    "message_vi": "Đảng bộ huyện Cao Lãnh: 111/112 là mức bao phủ, nhưng được gọi là 99 % chỉ tiêu <b>",
    "message_en": "Đảng bộ huyện Cao Lãnh: 111/112 is coverage, but called 99% of a target <b>",
}
PLANTED = {
    "finding_id": "c0ffee000001" + 20 * "0",
    "message_vi": "Đảng bộ xã Lai Đồng, tháng 10/2026 (Đảng viên mới kết nạp): 7 đến 9 tháng 10 là 12, cả tháng là 9",
    "message_en": "Đảng bộ xã Lai Đồng, October 2026 (Admissions of new members): 12 in three weeks, 9 in the month",
}
BACK = dt.datetime(2026, 11, 7, 19, tzinfo=dt.UTC).replace(tzinfo=None)
TABLES = {"marts.fct_admissions": 12_000, "marts.fct_figures": 1_746, "reports.rpt_findings": 3}
NIGHTS = range(7)


def list_findings(night: int) -> list[dict[str, object]]:
    """Return what the published file says after a night: the first is 0."""
    opened_at = dt.datetime(2026, 11, 1, 19, tzinfo=dt.UTC).replace(tzinfo=None) + dt.timedelta(days=2)
    findings: list[dict[str, object]] = [finding(**AVERAGE), finding(**ELSEWHERE)]
    findings.append(finding(**(LINES | {"severity": "error" if night < 3 else "warning"})))
    if night >= 2:
        # found in the third night, corrected in the fourth, made again in the seventh
        resolved_at = None if night in (2, 6) else opened_at + dt.timedelta(days=1)
        moments = {"opened_at": BACK if night == 6 else opened_at, "resolved_at": resolved_at}
        findings.append(finding(**PLANTED, **moments))
    return findings


def list_reporting(night: int) -> list[dict[str, object]]:
    """Return how many reports had come in: two are missing from the third night on, one of them comes in the fifth."""
    if night < 2:
        return [reporting("Phú Thọ", received=17, late=0, missing=0)]
    if night < 4:
        return [reporting("Phú Thọ", received=15, late=0, missing=2)]
    return [reporting("Phú Thọ", received=16, late=1, missing=1)]


def read_text(mail: EmailMessage) -> str:
    part = mail.get_body(("plain",))
    assert part is not None
    return f"{mail['Subject']}\n\n{part.get_content()}".replace("\r\n", "\n")


def read_html(mail: EmailMessage) -> str:
    part = mail.get_body(("html",))
    assert part is not None
    return str(part.get_content()).replace("\r\n", "\n")


@pytest.fixture(scope="module")
def week(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, list[EmailMessage]]]:
    """Live through the week; return the mails of each recipient in the order in which they came."""
    paths = Paths(tmp_path_factory.mktemp("week"))
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("KETNAP_ROOT", str(paths.root))
        environment.delenv("KETNAP_ALERTS", raising=False)
        mailbox = find_mailbox()
        for name in ("LAN", "MINH", "OPERATOR"):
            environment.setenv(name, mailbox.url(f"{name.lower()}@example.org", password="s3cret"))
        yield live(paths, mailbox)


def live(paths: Paths, mailbox: MailServer) -> dict[str, list[EmailMessage]]:
    """Run the seven nights."""
    clock = Clock(dt.datetime(2026, 11, 1, 19, tzinfo=dt.UTC))
    write_alerts(
        paths,
        {"name": "lan", "url_variable": "LAN"},
        {"name": "minh", "url_variable": "MINH", "language": "en", "provinces": ["Phú Thọ"]},
        {"name": "operator", "url_variable": "OPERATOR", "topics": ["urgent"]},
        data_docs_url="https://ketnap.example/data_docs/",
    )
    lake = Lake(paths.lake)
    for night in NIGHTS:
        is_blocked = night == 5
        if not is_blocked:
            publish_made_up(paths, list_findings(night), list_reporting(night))
        tables = TABLES if night < 2 else TABLES | {"reports.rpt_findings": 4}
        changes: dict[str, object] = {"published_tables": tables}
        if night in (0, 2):
            changes |= {"file_count": 1, "found_count": 27, "accepted_count": 26, "rejected_count": 1}
        if is_blocked:
            check = FailedCheck(
                table="marts.fct_figures",
                name="figures_are_printed_at_their_place",
                severity="error",
                message="1 of 1,746 rows",
            )
            changes = {"outcome": "blocked", "failed_checks": (check,), "published_tables": {}}
        # in the third night the mail server is out of order
        with nullcontext() if night == 2 else serve_mail(mailbox):
            notices = conclude_run(report_run(paths, f"run-{night}", clock(), **changes), paths, clock=clock)
        assert bool(notices) == (night == 2)
        assert len(list_waiting(lake)) == (2 if night == 2 else 0)
        if night == 1:
            accept_finding(
                paths.published_database,
                lake,
                finding_id=str(AVERAGE["finding_id"])[:12],
                reason="báo cáo gốc đã thất lạc",
                by="Nguyễn Thị Lan",
                until=dt.date(2026, 11, 7),
                today=find_local(clock()).date(),
                now=clock(),
            )
        clock.move(days=1)
    mails: dict[str, list[EmailMessage]] = {}
    for mail in mailbox.mails:
        mails.setdefault(str(mail["To"]).partition("@")[0], []).append(mail)
    return mails


def test_seven_nights_bring_seven_digests_word_by_word(
    week: dict[str, list[EmailMessage]], compare_with_snapshot: Callable[[str, str], None]
) -> None:
    for name, language in (("lan", "vi"), ("minh", "en")):
        assert len(week[name]) == len(NIGHTS)
        for night, mail in enumerate(week[name]):
            compare_with_snapshot(f"digests/2026-11-{night + 2:02}.{language}.txt", read_text(mail))


def test_the_html_of_a_digest_is_kept_too(
    week: dict[str, list[EmailMessage]], compare_with_snapshot: Callable[[str, str], None]
) -> None:
    compare_with_snapshot("digests/2026-11-04.vi.html", read_html(week["lan"][2]))


def test_no_mail_comes_twice(week: dict[str, list[EmailMessage]]) -> None:
    identifiers = [mail["Message-ID"] for mails in week.values() for mail in mails]

    assert len(set(identifiers)) == len(identifiers)


def test_who_has_no_digest_is_told_of_the_blocked_night_alone(
    week: dict[str, list[EmailMessage]], compare_with_snapshot: Callable[[str, str], None]
) -> None:
    (urgent,) = week["operator"]

    compare_with_snapshot("digests/2026-11-07.urgent.vi.txt", read_text(urgent))


def test_what_people_wrote_is_escaped(week: dict[str, list[EmailMessage]]) -> None:
    html = read_html(week["lan"][0])

    assert "chỉ tiêu &lt;b&gt;" in html
    assert "chỉ tiêu <b>" not in html
