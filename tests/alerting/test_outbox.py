"""Messages wait in the lake until a channel takes them: none is lost, none comes twice, whatever the channel does."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import pytest

from alerting.made_up_nights import Clock, Hook, MailServer, serve_mail, write_alerts
from pipelines.alerting import channels, outbox
from pipelines.alerting.nights import send_waiting
from pipelines.alerting.outbox import (
    LONGEST_WAIT,
    SHORTEST_WAIT,
    Attempt,
    Message,
    Waiting,
    list_waiting,
    queue_messages,
)
from pipelines.alerting.recipients import Alerts, load_alerts
from pipelines.alerting.wording import Composed
from pipelines.lake import Lake
from pipelines.locks import hold_lock

if TYPE_CHECKING:
    from pipelines.paths import Paths


@pytest.fixture
def lake(paths: Paths) -> Lake:
    return Lake(paths.lake)


@pytest.fixture
def alerts(paths: Paths, hook: Hook, mailbox: MailServer, monkeypatch: pytest.MonkeyPatch) -> Alerts:
    """Return two recipients: one by mail, whose server does not run yet, one by a webhook."""
    monkeypatch.setenv("LAN", mailbox.url(password="s3cret"))
    monkeypatch.setenv("MINH", hook.url)
    write_alerts(paths, {"name": "lan", "url_variable": "LAN"}, {"name": "minh", "url_variable": "MINH"})
    loaded = load_alerts(paths.alerts)
    assert loaded is not None
    return loaded


def message(key: str, name: str = "minh") -> Message:
    return Message(key, "digest", name, Composed(f"về {key}", f"{key}\n", f"<p>{key}</p>"))


def list_keys(hook: Hook) -> list[str]:
    return [content["key"] for _, content in hook.requests]


def test_what_is_sent_waits_no_more(lake: Lake, alerts: Alerts, paths: Paths, hook: Hook, clock: Clock) -> None:
    queue_messages(lake, [message("a"), message("b")], now=clock())
    assert [waiting.message_key for waiting in list_waiting(lake)] == ["a", "b"]

    assert send_waiting(paths, alerts, clock=clock) == [Attempt("a", "minh", None), Attempt("b", "minh", None)]
    assert list_waiting(lake) == []
    assert send_waiting(paths, alerts, clock=clock) == []
    assert list_keys(hook) == ["a", "b"]


def test_a_message_is_queued_once(lake: Lake, alerts: Alerts, paths: Paths, hook: Hook, clock: Clock) -> None:
    assert len(queue_messages(lake, [message("a")], now=clock())) == 1
    send_waiting(paths, alerts, clock=clock)

    assert queue_messages(lake, [message("a")], now=clock()) == []
    assert send_waiting(paths, alerts, clock=clock) == []
    assert list_keys(hook) == ["a"]


def test_an_outage_of_ten_minutes_loses_nothing_and_duplicates_nothing(
    lake: Lake, alerts: Alerts, paths: Paths, hook: Hook, clock: Clock
) -> None:
    queue_messages(lake, [message("a"), message("b")], now=clock())
    hook.status = 503
    began, attempts = clock(), 0
    while clock() - began < dt.timedelta(minutes=10):
        attempts += len(send_waiting(paths, alerts, clock=clock))
        clock.move(minutes=1)
    # after 0, 1, 3 and 7 minutes
    assert attempts == 4
    assert [(one.message_key, one.attempt_count) for one in list_waiting(lake)] == [("a", 4), ("b", 0)]

    hook.status = 200
    while list_waiting(lake):
        send_waiting(paths, alerts, clock=clock)
        clock.move(minutes=1)
    assert clock() - began <= dt.timedelta(minutes=16)
    assert list_keys(hook) == ["a", "b"]


def test_one_channel_that_fails_does_not_hold_up_another(
    lake: Lake, alerts: Alerts, paths: Paths, hook: Hook, mailbox: MailServer, clock: Clock
) -> None:
    queue_messages(lake, [message("to-lan", "lan"), message("to-minh")], now=clock())
    assert send_waiting(paths, alerts, clock=clock) == [
        Attempt("to-lan", "lan", "unreachable"),
        Attempt("to-minh", "minh", None),
    ]

    clock.move(hours=1)
    with serve_mail(mailbox):
        assert send_waiting(paths, alerts, clock=clock) == [Attempt("to-lan", "lan", None)]
    assert list_keys(hook) == ["to-minh"]
    assert [mail["Subject"] for mail in mailbox.mails] == ["về to-lan"]


def test_what_is_refused_for_its_own_sake_does_not_hold_up_what_follows(
    lake: Lake, alerts: Alerts, paths: Paths, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outbox, "send", lambda _, composed, **__: "http_413" if composed.subject == "về long" else None)
    queue_messages(lake, [message("long"), message("short")], now=clock())

    assert send_waiting(paths, alerts, clock=clock) == [
        Attempt("long", "minh", "http_413"),
        Attempt("short", "minh", None),
    ]


def test_a_channel_that_hangs_is_left_and_tried_again(
    lake: Lake, alerts: Alerts, paths: Paths, hook: Hook, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(channels, "DEADLINE", 0.5)
    queue_messages(lake, [message("a")], now=clock())
    hook.hangs = True
    assert send_waiting(paths, alerts, clock=clock) == [Attempt("a", "minh", "timed_out")]

    hook.hangs = False
    clock.move(minutes=1)
    monkeypatch.setattr(channels, "DEADLINE", 10)
    assert send_waiting(paths, alerts, clock=clock) == [Attempt("a", "minh", None)]
    assert list_keys(hook) == ["a"]


def test_who_dies_between_sending_and_writing_it_down_sends_again_under_the_same_key(
    lake: Lake, alerts: Alerts, paths: Paths, hook: Hook, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    queue_messages(lake, [message("a")], now=clock())

    def die(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(Lake, "append_records", die)
        with pytest.raises(KeyboardInterrupt):
            send_waiting(paths, alerts, clock=clock)
    send_waiting(paths, alerts, clock=clock)

    assert list_keys(hook) == ["a", "a"]
    assert list_waiting(lake) == []


def test_two_do_not_send_at_the_same_time(lake: Lake, alerts: Alerts, paths: Paths, hook: Hook, clock: Clock) -> None:
    queue_messages(lake, [message("a")], now=clock())
    with hold_lock(paths.outbox_lock):
        assert send_waiting(paths, alerts, clock=clock) == []

    send_waiting(paths, alerts, clock=clock)
    assert list_keys(hook) == ["a"]


def test_a_recipient_who_is_gone_keeps_nobody_waiting(
    lake: Lake, alerts: Alerts, paths: Paths, hook: Hook, clock: Clock
) -> None:
    queue_messages(lake, [message("a", "former"), message("b")], now=clock())

    assert send_waiting(paths, alerts, clock=clock) == [
        Attempt("a", "former", "unknown_recipient"),
        Attempt("b", "minh", None),
    ]
    assert [waiting.message_key for waiting in list_waiting(lake)] == ["a"]


def test_who_is_in_a_hurry_does_not_wait(lake: Lake, alerts: Alerts, paths: Paths, hook: Hook, clock: Clock) -> None:
    queue_messages(lake, [message("a")], now=clock())
    hook.status = 503
    send_waiting(paths, alerts, clock=clock)
    hook.status = 200

    assert send_waiting(paths, alerts, clock=clock) == []
    assert send_waiting(paths, alerts, clock=clock, is_hurried=True) == [Attempt("a", "minh", None)]


@pytest.mark.parametrize(
    ("attempts", "wait"),
    [(1, SHORTEST_WAIT), (2, 2 * SHORTEST_WAIT), (5, 16 * SHORTEST_WAIT), (7, LONGEST_WAIT), (10_000, LONGEST_WAIT)],
)
def test_the_wait_doubles_up_to_an_hour(clock: Clock, attempts: int, wait: dt.timedelta) -> None:
    at = clock().replace(tzinfo=None)
    waiting = Waiting("a", "minh", "", at, attempts, at, "http_503")
    second = dt.timedelta(seconds=1)

    assert not waiting.is_due(clock() + wait - second)
    assert waiting.is_due(clock() + wait)


def test_a_clock_that_is_put_back_does_not_keep_a_message(
    lake: Lake, alerts: Alerts, paths: Paths, hook: Hook, clock: Clock
) -> None:
    queue_messages(lake, [message("a")], now=clock())
    hook.status = 503
    send_waiting(paths, alerts, clock=clock)
    hook.status = 200
    clock.move(days=-30)

    assert send_waiting(paths, alerts, clock=clock) == [Attempt("a", "minh", None)]


def test_the_lake_has_no_address(lake: Lake, alerts: Alerts, paths: Paths, clock: Clock) -> None:
    queue_messages(lake, [message("a", "lan"), message("b")], now=clock())
    send_waiting(paths, alerts, clock=clock)

    kept = [str(lake.records(kind).rows()) for kind in ("messages", "deliveries")]
    assert "s3cret" not in "".join(kept)
    assert "127.0.0.1" not in "".join(kept)
