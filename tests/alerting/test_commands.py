"""The commands: who is told, a test message, a look at the digest, sending what waits, accepting a finding."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner

from alerting.made_up_nights import Hook, finding, publish_made_up, report_run, write_alerts
from pipelines.acceptances import read_acceptances
from pipelines.alerting.nights import conclude_run
from pipelines.cli import app
from pipelines.lake import Lake
from pipelines.run_reports import write_report

if TYPE_CHECKING:
    from pathlib import Path

    from click.testing import Result

    from alerting.made_up_nights import Clock
    from pipelines.paths import Paths

FINDING_ID = "5a9e267c3cd8" + 20 * "0"
FAR = "2999-12-31"


def invoke(*arguments: str) -> Result:
    return CliRunner().invoke(app, arguments, env={"COLUMNS": "200"})


@pytest.fixture
def told(paths: Paths, hook: Hook, monkeypatch: pytest.MonkeyPatch) -> Hook:
    monkeypatch.setenv("HOOK", f"json://ketnap:s3cret@127.0.0.1:{hook.port}/")
    monkeypatch.setenv("KETNAP_STEWARD", "Nguyễn Thị Lan")
    write_alerts(paths, {"name": "lan", "url_variable": "HOOK", "provinces": ["Phú Thọ"]})
    publish_made_up(paths, [finding(FINDING_ID), finding("5a9e26ffffff", organisation_id="elsewhere")])
    return hook


def test_without_recipients_both_languages_say_so(paths: Paths) -> None:
    result = invoke("alerts")

    assert result.exit_code == 0
    assert "Chưa khai báo người nhận" in result.output
    assert "Nobody is told anything" in result.output


@pytest.mark.parametrize("arguments", [("test", "lan"), ("send",), ("digest", "lan")])
def test_what_needs_recipients_says_that_there_are_none(paths: Paths, arguments: tuple[str, ...]) -> None:
    result = invoke("alerts", *arguments)

    assert result.exit_code == (1 if arguments[0] == "digest" else 2)


@pytest.mark.usefixtures("told")
def test_recipients_are_shown_without_their_addresses() -> None:
    result = invoke("alerts")

    assert result.exit_code == 0
    assert "HOOK: in order" in result.output
    assert "Phú Thọ" in result.output
    assert "0 messages still to be sent" in result.output
    assert "s3cret" not in result.output
    assert "127.0.0.1" not in result.output


@pytest.mark.parametrize(("url", "fault"), [("nonsense", "bad_url"), ("", "not_configured")])
@pytest.mark.usefixtures("told")
def test_an_address_that_cannot_be_used_is_shown(url: str, fault: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOOK", url)
    result = invoke("alerts")

    assert result.exit_code == 1
    assert f"HOOK: {fault}" in result.output


def test_a_test_message_is_sent_at_once_and_not_kept(paths: Paths, told: Hook) -> None:
    assert invoke("alerts", "test", "lan").exit_code == 0
    assert told.requests[0][1]["title"] == "Kết nạp: Thư thử"
    told.status = 401

    result = invoke("alerts", "test", "lan")
    assert (result.exit_code, result.output.strip()) == (1, "lan cannot be reached: http_401")
    assert Lake(paths.lake).records("messages").is_empty()
    assert invoke("alerts", "test", "minh").exit_code == 2


def test_a_digest_is_shown_and_neither_sent_nor_remembered(
    paths: Paths, told: Hook, clock: Clock, tmp_path: Path
) -> None:
    assert invoke("alerts", "digest").exit_code == 1
    write_report(report_run(paths, "a", clock()), paths.last_run)
    page = tmp_path / "digest.html"

    mine = invoke("alerts", "digest", "lan")
    anybody = invoke("alerts", "digest", "--language", "en", "--html", str(page))
    assert mine.output.startswith("Kết nạp 02/11/2026: đã công bố; 1 mới")
    assert anybody.output.startswith("Kết nạp 2026-11-02: published; 2 new")
    assert page.read_text(encoding="utf-8").startswith("<!DOCTYPE html>")
    assert told.requests == []
    assert not paths.lake.exists()


def test_what_waits_is_shown_and_sent(paths: Paths, told: Hook, clock: Clock) -> None:
    told.status = 503
    conclude_run(report_run(paths, "a", clock()), paths, clock=clock)
    shown = invoke("alerts")
    assert "1 message still to be sent" in shown.output
    assert "digest-2026-11-02-lan since 2026-11-02 02:00, tried 1 time: http_503" in shown.output

    failed = invoke("alerts", "send", "--now")
    assert failed.exit_code == 1
    assert "http_503" in failed.output
    told.status = 200
    assert invoke("alerts", "send", "--now").exit_code == 0
    assert len(told.requests) == 1


@pytest.mark.usefixtures("told")
def test_a_finding_is_accepted_by_the_beginning_of_its_identifier(paths: Paths) -> None:
    result = invoke("findings", "accept", FINDING_ID[:12], "--reason", "  báo cáo gốc\nđã thất lạc ", "--until", FAR)
    acceptance = read_acceptances(Lake(paths.lake))[FINDING_ID]

    assert result.exit_code == 0, result.output
    assert (acceptance.reason, acceptance.accepted_by) == ("báo cáo gốc đã thất lạc", "Nguyễn Thị Lan")
    assert acceptance.accepted_until == dt.date(2999, 12, 31)
    shown = invoke("findings").output
    assert "Nguyễn Thị Lan chấp nhận đến 31/12/2999: báo cáo gốc đã thất lạc" in shown


@pytest.mark.usefixtures("told")
def test_what_was_accepted_can_be_withdrawn(paths: Paths) -> None:
    invoke("findings", "accept", FINDING_ID, "--reason", "thất lạc", "--until", FAR, "--by", "Minh")
    assert invoke("findings", "withdraw", FINDING_ID[:8], "--reason", "tìm thấy rồi").exit_code == 0

    assert read_acceptances(Lake(paths.lake)) == {}
    assert "chấp nhận" not in invoke("findings").output
    assert invoke("findings", "withdraw", FINDING_ID[:8], "--reason", "tìm thấy rồi").exit_code == 2


@pytest.mark.parametrize(
    ("finding_id", "reason", "until", "message"),
    [
        ("5a9e26", "r", FAR, "2 findings begin with '5a9e26'"),
        ("5a9", "r", FAR, "'5a9' is too short"),
        ("123456", "r", FAR, "no finding '123456' is open"),
        (FINDING_ID, " \n", FAR, "the reason is empty"),
        (FINDING_ID, "r", "2020-01-01", "2020-01-01 has passed"),
        (FINDING_ID, "r", "tomorrow", "tomorrow"),
    ],
)
@pytest.mark.usefixtures("told")
def test_what_cannot_be_accepted_is_told_with_the_way_out(
    paths: Paths, finding_id: str, reason: str, until: str, message: str
) -> None:
    result = invoke("findings", "accept", finding_id, "--reason", reason, "--until", until)

    assert result.exit_code == 2
    assert message in result.output
    assert not paths.lake.exists()


@pytest.mark.usefixtures("told")
def test_a_finding_that_is_resolved_is_not_accepted(paths: Paths) -> None:
    resolved_at = dt.datetime(2026, 11, 1, 19, tzinfo=dt.UTC).replace(tzinfo=None)
    publish_made_up(paths, [finding(FINDING_ID, resolved_at=resolved_at)])

    assert "no finding" in invoke("findings", "accept", FINDING_ID, "--reason", "r", "--until", FAR).output


@pytest.mark.usefixtures("told")
def test_somebody_accepts_it(paths: Paths, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("KETNAP_STEWARD")

    def fail() -> str:
        raise KeyError("uid not found")  # noqa: EM101

    monkeypatch.setattr("getpass.getuser", fail)
    result = invoke("findings", "accept", FINDING_ID, "--reason", "r", "--until", FAR)

    assert result.exit_code == 2
    assert "the name is empty" in result.output
    assert invoke("findings", "accept", FINDING_ID, "--reason", "r", "--until", FAR, "--by", "Lan").exit_code == 0
