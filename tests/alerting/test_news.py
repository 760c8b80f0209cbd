"""What a recipient is told: news once, changes again, nothing that is accepted, and no more than the budget."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import pytest

from alerting.made_up_nights import finding, publish_made_up, report_run, reporting
from pipelines.acceptances import Acceptance
from pipelines.alerting.news import News, TableRows, compare_rows, dump_told, find_news, read_published, read_told
from pipelines.alerting.outbox import Message, queue_messages
from pipelines.alerting.recipients import Recipient
from pipelines.alerting.wording import LONGEST, Composed, Night, word_digest
from pipelines.lake import Lake
from pipelines.languages import Language

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from alerting.made_up_nights import Clock
    from pipelines.paths import Paths

TODAY = dt.date(2026, 11, 2)
RESOLVED_AT = dt.datetime(2026, 11, 1, 19, tzinfo=dt.UTC).replace(tzinfo=None)
EVERYBODY = Recipient(name="lan", url_variable="LAN")


class Reader:
    """Somebody who is told of night after night."""

    def __init__(self, paths: Paths, recipient: Recipient = EVERYBODY) -> None:
        self.paths = paths
        self.recipient = recipient
        self.told: dict[tuple[str, str], str] = {}

    def read(
        self,
        findings: Sequence[Mapping[str, object]],
        completeness: Sequence[Mapping[str, object]] = (),
        *,
        acceptances: Mapping[str, Acceptance] | None = None,
        today: dt.date = TODAY,
    ) -> News:
        publish_made_up(self.paths, findings, completeness)
        news = find_news(
            self.recipient, read_published(self.paths.published_database), acceptances or {}, self.told, today
        )
        self.told |= {(told.kind, told.about): told.state for told in news.told}
        return news


def list_ids(news: News, part: str) -> list[str]:
    return [one.finding_id if hasattr(one, "finding_id") else one[0].finding_id for one in getattr(news, part)]


def accept(finding_id: str, until: dt.date, severity: str = "warning") -> dict[str, Acceptance]:
    return {finding_id: Acceptance(finding_id, "contradicted", severity, "known", "Lan", until)}


def test_a_finding_is_told_once(paths: Paths) -> None:
    reader = Reader(paths)

    assert list_ids(reader.read([finding("a")]), "opened") == ["a"]
    second = reader.read([finding("a")])
    assert second.is_quiet
    assert list_ids(second, "still_open") == ["a"]


@pytest.mark.parametrize("change", [{"severity": "error"}, {"verdict": "undecidable"}])
def test_a_finding_is_told_again_when_it_says_something_else(paths: Paths, change: dict[str, str]) -> None:
    reader = Reader(paths)
    reader.read([finding("a")])

    assert list_ids(reader.read([finding("a", **change)]), "changed") == ["a"]
    assert reader.read([finding("a", **change)]).is_quiet


def test_another_message_alone_is_no_news(paths: Paths) -> None:
    reader = Reader(paths)
    reader.read([finding("a", "tổng 41")])

    assert reader.read([finding("a", "tổng 41; có thể sai: 40")]).is_quiet


def test_what_is_resolved_is_told_once_and_news_when_it_comes_back(paths: Paths) -> None:
    reader = Reader(paths)
    reader.read([finding("a")])
    resolved = finding("a", resolved_at=RESOLVED_AT)

    assert list_ids(reader.read([resolved]), "resolved") == ["a"]
    assert reader.read([resolved]).is_quiet
    assert list_ids(reader.read([finding("a")]), "opened") == ["a"]


def test_nobody_is_told_that_something_is_resolved_of_which_he_never_heard(paths: Paths) -> None:
    assert Reader(paths).read([finding("a", resolved_at=RESOLVED_AT)]).is_quiet


def test_what_is_accepted_is_counted_and_told_when_that_expires(paths: Paths) -> None:
    reader = Reader(paths)
    acceptances = accept("a", TODAY)

    accepted = reader.read([finding("a")], acceptances=acceptances)
    assert (accepted.is_quiet, accepted.accepted_count, sum(accepted.open_counts.values())) == (True, 1, 0)
    tomorrow = TODAY + dt.timedelta(days=1)
    expired = reader.read([finding("a")], acceptances=acceptances, today=tomorrow)
    assert list_ids(expired, "expired") == ["a"]
    later = reader.read([finding("a")], acceptances=acceptances, today=tomorrow)
    assert later.is_quiet
    assert list_ids(later, "still_open") == ["a"]


def test_what_says_something_else_is_not_what_was_accepted(paths: Paths) -> None:
    reader = Reader(paths)
    reader.read([finding("a")])

    graver = reader.read([finding("a", severity="error")], acceptances=accept("a", TODAY))
    assert list_ids(graver, "changed") == ["a"]


def test_an_acceptance_that_is_given_again_expires_again(paths: Paths) -> None:
    reader = Reader(paths)
    for until in (TODAY, TODAY + dt.timedelta(days=10)):
        news = reader.read([finding("a")], acceptances=accept("a", until), today=until + dt.timedelta(days=1))
        assert list_ids(news, "expired") == ["a"]


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({}, {"a", "b", "c"}),
        ({"provinces": ("Đồng Tháp",)}, {"b"}),
        ({"rules": ("wording",)}, {"c"}),
        ({"severities": frozenset(("error",))}, {"c"}),
        ({"severities": frozenset(("error",)), "provinces": ("Đồng Tháp",)}, set()),
    ],
)
def test_everybody_is_told_what_he_asked_for(paths: Paths, filters: dict[str, object], expected: set[str]) -> None:
    findings = [
        finding("a"),
        finding("b", organisation_id="elsewhere"),
        finding("c", rule_code="wording", severity="error"),
    ]
    recipient = Recipient.model_validate({"name": "lan", "url_variable": "LAN", **filters})

    assert set(list_ids(Reader(paths, recipient).read(findings), "opened")) == expected


def test_the_gravest_stand_first(paths: Paths) -> None:
    findings = [finding("a", severity="info"), finding("b"), finding("c", severity="error")]

    assert list_ids(Reader(paths).read(findings), "opened") == ["c", "b", "a"]


def test_reports_are_told_when_others_are_missing_or_late(paths: Paths) -> None:
    reader = Reader(paths)
    states = [(17, 0, 0), (15, 0, 2), (15, 0, 2), (16, 1, 1), (17, 2, 0), (17, 2, 0)]
    told = [
        reader.read([], [reporting("Phú Thọ", received=received, late=late, missing=missing)]).reporting
        for received, late, missing in states
    ]

    assert [[(state.missing_count, former) for state, former in one] for one in told] == [
        [],
        [(2, None)],
        [],
        [(1, 2)],
        [(0, 1)],
        [],
    ]


def test_reports_below_a_province_are_missing_in_the_province_alone(paths: Paths) -> None:
    commune = reporting("xã", received=0, late=0, missing=1) | {"level_code": "commune"}

    assert Reader(paths).read([], [commune]).is_quiet


def test_without_a_published_file_there_is_nothing_to_tell(paths: Paths) -> None:
    assert find_news(EVERYBODY, read_published(paths.published_database), {}, {}, TODAY).is_quiet


def test_what_was_told_is_read_back_from_the_lake(paths: Paths, clock: Clock) -> None:
    reader, lake = Reader(paths), Lake(paths.lake)
    for number, findings in enumerate(([finding("a")], [finding("a", severity="error")])):
        news = reader.read(findings)
        queue_messages(lake, [Message(str(number), "digest", "lan", Composed("", "", ""), news.told)], now=clock())

    assert read_told(lake) == {"lan": {("finding", "a"): "contradicted, error"}}
    assert dump_told(()) == "[]"


def test_rows_are_compared_with_the_last_publication(paths: Paths, clock: Clock) -> None:
    lake = Lake(paths.lake)
    assert compare_rows(lake, "b", {"t": 3}) == ()
    for run_id, tables in (("a", {"t": 1, "gone": 5}), ("b", {"t": 3, "new": 1, "same": 0})):
        rows = [{"run_id": run_id, "table_name": name, "row_count": count} for name, count in tables.items()]
        lake.append_records("run_tables", rows, now=clock())

    assert compare_rows(lake, "b", {"t": 3, "new": 1, "same": 0}) == (
        TableRows("gone", None, 5),
        TableRows("t", 3, 1),
        TableRows("new", 1, None),
        TableRows("same", 0, None),
    )


def word(paths: Paths, clock: Clock, news: News, budget: int = 20) -> Composed:
    paths.warehouse.mkdir(parents=True, exist_ok=True)
    night = Night(report_run(paths, "r", clock()))
    return word_digest(night, news, language=Language.EN, budget=budget, key="digest-2026-11-02-lan")


def test_what_is_above_the_budget_is_counted_with_where_to_find_it(paths: Paths, clock: Clock) -> None:
    findings = [finding(f"{number:03}") for number in range(500)]
    reader = Reader(paths)
    composed = word(paths, clock, reader.read(findings), budget=3)

    assert "500 new" in composed.subject
    assert composed.text.count(": wrong") == 3
    assert "and 497 more: ketnap findings" in composed.text
    # what was counted was told: it does not come in pieces night after night
    assert reader.read(findings).is_quiet


def test_the_budget_is_of_the_whole_digest(paths: Paths, clock: Clock) -> None:
    reader = Reader(paths)
    reader.read([finding("gone")])
    news = reader.read(
        [finding("a"), finding("b"), finding("gone", resolved_at=RESOLVED_AT)],
        [reporting("Phú Thọ", received=1, late=0, missing=1)],
    )
    text = word(paths, clock, news, budget=2).text

    assert text.count(": wrong") == 2
    assert "Resolved (1)" in text
    assert text.count("and 1 more: ketnap findings") == 1
    assert "and 1 more: reports.rpt_reporting_completeness" in text


@pytest.mark.parametrize("sign", ["\r\nBcc: eve@example.org", "\n\n<script>alert(1)</script>", "\x1b[2J", "\u2028x"])
def test_what_a_name_says_stays_on_its_line_and_is_escaped(paths: Paths, clock: Clock, sign: str) -> None:
    news = Reader(paths).read([finding("a", f"Đảng bộ xã{sign} & <b>Tân Sơn</b>")])
    composed = word(paths, clock, news)
    (line,) = [line for line in composed.text.splitlines() if "Tân Sơn" in line]

    assert line.startswith("- [warning] Đảng bộ xã")
    assert "\x1b" not in composed.text
    assert "<b>Tân" not in composed.html
    assert "<script>" not in composed.html
    assert "&amp; &lt;b&gt;Tân Sơn&lt;/b&gt;" in composed.html
    assert composed.subject.isprintable()


def test_a_long_message_ends_in_an_ellipsis(paths: Paths, clock: Clock) -> None:
    composed = word(paths, clock, Reader(paths).read([finding("a", "sai " * 1000)]))
    (line,) = [line for line in composed.text.splitlines() if line.startswith("- [warning]")]

    assert len(line) < LONGEST + 40
    assert "…" in line
