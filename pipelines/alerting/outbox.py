"""Messages that are to be sent, kept in the lake: whatever becomes of a channel or of this process, none is lost.

A message is written down before it is sent, and that it was sent is written down after. Who dies in between sends it
twice: both have the same key.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, NamedTuple

import polars as pl

from pipelines.alerting.channels import send
from pipelines.alerting.news import dump_told
from pipelines.alerting.wording import Composed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from pipelines.alerting.news import Told
    from pipelines.alerting.recipients import Alerts, Recipient
    from pipelines.lake import Lake

SENT, FAILED = "sent", "failed"
SHORTEST_WAIT, LONGEST_WAIT = dt.timedelta(minutes=1), dt.timedelta(hours=1)
"""A message that was not accepted is tried again after the first, then after twice as long each time, up to the
second."""

_OWN_FAULTS = ("http_400", "http_413", "http_422", "smtp_5")

UNKNOWN_RECIPIENT = "unknown_recipient"
"""Nobody of this name is in the file of recipients any more."""


class Message(NamedTuple):
    """A message to one recipient."""

    message_key: str
    kind_code: str
    recipient_name: str
    composed: Composed
    told: tuple[Told, ...] = ()


class Waiting(NamedTuple):
    """A message that is still to be sent.

    Attributes:
        message_key: Its key.
        recipient_name: To whom.
        subject: What it says.
        queued_at: Since when; UTC, without a time zone.
        attempt_count: How often it was tried.
        attempted_at: When last.
        detail_code: Why it was not accepted then.
    """

    message_key: str
    recipient_name: str
    subject: str
    queued_at: dt.datetime
    attempt_count: int
    attempted_at: dt.datetime | None
    detail_code: str | None

    def is_due(self, now: dt.datetime) -> bool:
        """Whether it is time to try again.

        Args:
            now: The time, with a time zone.
        """
        if self.attempted_at is None:
            return True
        waited = now.astimezone(dt.UTC).replace(tzinfo=None) - self.attempted_at
        # doubled at most ten times: more than enough, and no number grows without end
        wait = min(SHORTEST_WAIT * 2 ** min(self.attempt_count - 1, 10), LONGEST_WAIT)
        # a clock that was put back must not keep it for ever
        return waited >= wait or waited < dt.timedelta()


class Attempt(NamedTuple):
    """What became of a message that was tried.

    Attributes:
        message_key: Its key.
        recipient_name: To whom.
        detail_code: Why it was not accepted; None if it was.
    """

    message_key: str
    recipient_name: str
    detail_code: str | None


def queue_messages(lake: Lake, messages: Iterable[Message], *, now: dt.datetime) -> list[Message]:
    """Write messages down, all of them or none; those of a key that is there already are left out.

    Args:
        lake: Where they are written.
        messages: What is to be sent.
        now: The time, with a time zone.

    Returns:
        Those that are new.
    """
    known = set(lake.records("messages", ("message_key",))["message_key"])
    fresh = [message for message in messages if message.message_key not in known]
    rows = [
        {
            "message_key": message.message_key,
            "kind_code": message.kind_code,
            "recipient_name": message.recipient_name,
            "subject": message.composed.subject,
            "text_body": message.composed.text,
            "html_body": message.composed.html,
            "told": dump_told(message.told),
        }
        for message in fresh
    ]
    lake.append_records("messages", rows, now=now)
    return fresh


def list_waiting(lake: Lake) -> list[Waiting]:
    """Return what is still to be sent, oldest first."""
    attempts: dict[str, list[tuple[str, str | None, dt.datetime]]] = {}
    for key, state, detail, at in (
        lake.records("deliveries")
        .drop("batch_id")
        .select("message_key", "state_code", "detail_code", "recorded_at")
        .iter_rows()
    ):
        attempts.setdefault(key, []).append((state, detail, at))
    messages = lake.records("messages", ("message_key", "recipient_name", "subject"))
    waiting = []
    for key, name, subject, queued_at in (
        messages.unique("message_key", keep="first", maintain_order=True)
        .select("message_key", "recipient_name", "subject", "recorded_at")
        .iter_rows()
    ):
        tried = attempts.get(key, [])
        if SENT not in [state for state, _, _ in tried]:
            _, detail, at = tried[-1] if tried else (None, None, None)
            waiting.append(Waiting(key, name, subject, queued_at, len(tried), at, detail))
    return waiting


def deliver(lake: Lake, alerts: Alerts, *, clock: Callable[[], dt.datetime], is_hurried: bool = False) -> list[Attempt]:
    """Try to send what is to be sent. Hold the lock `Paths.outbox_lock` meanwhile.

    A recipient whose channel does not answer has no other message tried: they keep their order.

    Args:
        lake: Where messages are, and where it is written what became of them.
        alerts: Who the recipients are.
        clock: Says the time, with a time zone.
        is_hurried: Do not wait after attempts that failed.

    Returns:
        What was tried.
    """
    waiting = list_waiting(lake)
    if not waiting:
        return []
    keys = [one.message_key for one in waiting]
    messages = lake.records("messages").filter(pl.col("message_key").is_in(keys))
    composed = {
        row["message_key"]: Composed(row["subject"], row["text_body"], row["html_body"])
        for row in messages.iter_rows(named=True)
    }
    recipients = {recipient.name: recipient for recipient in alerts.recipients}
    attempts: list[Attempt] = []
    closed: set[str] = set()
    for one in waiting:
        key, name, detail = one.message_key, one.recipient_name, one.detail_code
        if name in closed:
            continue
        if is_hurried or one.is_due(clock()):
            detail = _try(lake, recipients.get(name), key, composed[key], clock)
            attempts.append(Attempt(key, name, detail))
        # what is refused for its own sake does not hold up what follows
        if detail and not detail.startswith(_OWN_FAULTS):
            closed.add(name)
    return attempts


def _try(
    lake: Lake, recipient: Recipient | None, key: str, composed: Composed, clock: Callable[[], dt.datetime]
) -> str | None:
    if recipient is None:
        return UNKNOWN_RECIPIENT
    detail = send(recipient.find_url(), composed, key=key, has_html=recipient.has_html)
    delivery = {"message_key": key, "state_code": FAILED if detail else SENT, "detail_code": detail}
    lake.append_records("deliveries", [delivery], now=clock())
    return detail
