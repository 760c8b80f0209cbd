"""The end of a run: it is written down, and people are told. Nothing that goes wrong here makes a run fail."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from pipelines.acceptances import read_acceptances
from pipelines.alerting.channels import send
from pipelines.alerting.news import compare_rows, find_news, read_published, read_told
from pipelines.alerting.outbox import Message, deliver, queue_messages
from pipelines.alerting.recipients import AlertsError, Topic, load_alerts
from pipelines.alerting.wording import Night, list_reasons, word_digest, word_urgent
from pipelines.hashes import inspect_lake
from pipelines.lake import Lake
from pipelines.locks import LockedError, hold_lock
from pipelines.moments import find_local
from pipelines.run_history import RUN, record_run

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from pipelines.alerting.outbox import Attempt
    from pipelines.alerting.recipients import Alerts, Recipient
    from pipelines.paths import Paths
    from pipelines.run_reports import RunReport

DIGEST = "digest"
CALM = dt.timedelta(hours=24)
"""An urgent message of one kind is not repeated before this has passed, unless a night was published in between."""


def read_clock() -> dt.datetime:
    """Return the time, with a time zone."""
    return dt.datetime.now(dt.UTC)


def conclude_run(
    report: RunReport, paths: Paths, *, is_night: bool = True, clock: Callable[[], dt.datetime] = read_clock
) -> list[str]:
    """Write down what a run did, queue what people are to be told, and send what is queued.

    Args:
        report: What the run did; not that of a look back.
        paths: Where the run read and wrote.
        is_night: Whether people expect a digest of it. The first such run of a day has one.
        clock: Says the time, with a time zone.

    Returns:
        What went wrong here, in sentences; the run itself is what it was.
    """
    lake = Lake(paths.lake)
    try:
        record_run(report, lake, paths.lake, now=clock())
        if (alerts := load_alerts(paths.alerts)) is not None:
            night = describe_night(report, alerts, lake)
            digests = list(_compose_digests(night, alerts, paths, lake)) if is_night else []
            named = {message.recipient_name for message in digests}
            urgent = _compose_urgent(report, alerts, paths, lake, now=clock()) if report.outcome != "published" else ()
            # who reads of it in the digest of the same run needs no second message
            others = [message for message in urgent if message.recipient_name not in named]
            queue_messages(lake, [*digests, *others], now=clock())
            return list_complaints(send_waiting(paths, alerts, clock=clock))
    except AlertsError as error:
        return [str(error)]
    except Exception as error:  # noqa: BLE001 - the night is over; what is queued is sent the next time
        complaint = f"people could not be told of this run: {type(error).__name__}: {error}"
        return [complaint, *tell_of_damage(paths, now=clock())]
    return []


def tell_of_damage(paths: Paths, *, now: dt.datetime) -> list[str]:
    """Tell people at once, past the outbox, if the lake is not as it was written: the outbox may be what is damaged.

    Args:
        paths: Where the lake is.
        now: The time, with a time zone.

    Returns:
        What went wrong, in sentences.
    """
    damages = inspect_lake(paths.lake).damages
    damaged = [str(paths.lake / damage.name) for damage in damages]
    try:
        alerts = load_alerts(paths.alerts) if damaged else None
    except AlertsError as error:
        return [str(error)]
    complaints = [f"{file!r} is {damage.kind}" for file, damage in zip(damaged, damages, strict=True)]
    for recipient in () if alerts is None else alerts.recipients:
        if Topic.URGENT in recipient.topics:
            key = f"lake-damaged-{find_local(now).date()}-{recipient.name}"
            composed = word_urgent("lake_damaged", damaged, language=recipient.language, now=now, key=key)
            if fault := send(recipient.find_url(), composed, key=key, has_html=recipient.has_html):
                complaints.append(f"{recipient.name!r} could not be told of it: {fault}")
    return complaints


def describe_night(report: RunReport, alerts: Alerts, lake: Lake) -> Night:
    """Return what is the same for all recipients of a digest.

    Args:
        report: What the run did.
        alerts: What holds for all recipients.
        lake: Where former nights are written down.
    """
    tables = report.published_tables
    rows = compare_rows(lake, report.run_id, tables) if tables else ()
    return Night(report, rows, None if alerts.data_docs_url is None else str(alerts.data_docs_url))


def compose_digest(night: Night, recipient: Recipient, alerts: Alerts, paths: Paths, lake: Lake) -> Message | None:
    """Return the digest of a night for one recipient; None if there is nothing new and he wants none then.

    Args:
        night: What is the same for all.
        recipient: For whom.
        alerts: What holds for all recipients.
        paths: Where the published file is.
        lake: What was told and accepted before.
    """
    today = find_local(night.report.finished_at).date()
    told = read_told(lake).get(recipient.name, {})
    news = find_news(recipient, read_published(paths.published_database), read_acceptances(lake), told, today)
    if recipient.skips_quiet_nights and news.is_quiet and night.report.outcome == "published":
        return None
    key = f"{DIGEST}-{today}-{recipient.name}"
    budget = recipient.budget or alerts.budget
    composed = word_digest(night, news, language=recipient.language, budget=budget, key=key)
    return Message(key, DIGEST, recipient.name, composed, news.told)


def send_waiting(
    paths: Paths, alerts: Alerts, *, clock: Callable[[], dt.datetime] = read_clock, is_hurried: bool = False
) -> list[Attempt]:
    """Send what is queued, unless another process is doing so.

    Args:
        paths: Where the lake is.
        alerts: Who the recipients are.
        clock: Says the time, with a time zone.
        is_hurried: Do not wait after attempts that failed.

    Returns:
        What was tried.
    """
    try:
        with hold_lock(paths.outbox_lock):
            return deliver(Lake(paths.lake), alerts, clock=clock, is_hurried=is_hurried)
    except LockedError:
        return []


def list_complaints(attempts: Iterable[Attempt]) -> list[str]:
    """Say which messages were not accepted and why."""
    return [
        f"message {attempt.message_key!r} is still to be sent to {attempt.recipient_name!r}: {attempt.detail_code}"
        for attempt in attempts
        if attempt.detail_code
    ]


def _compose_digests(night: Night, alerts: Alerts, paths: Paths, lake: Lake) -> Iterator[Message]:
    known = set(lake.records("messages", ("message_key",))["message_key"])
    for recipient in alerts.recipients:
        if Topic.DIGEST in recipient.topics:
            message = compose_digest(night, recipient, alerts, paths, lake)
            if message is not None and message.message_key not in known:
                yield message


def _compose_urgent(
    report: RunReport, alerts: Alerts, paths: Paths, lake: Lake, *, now: dt.datetime
) -> Iterator[Message]:
    kind, reasons = "publication_blocked", list_reasons(report)
    if report.outcome == "failed":
        kind = "run_failed"
        if damages := inspect_lake(paths.lake).damages:
            kind, reasons = "lake_damaged", [str(paths.lake / damage.name) for damage in damages]
    recent = _list_recent(lake, kind, now)
    for recipient in alerts.recipients:
        if Topic.URGENT in recipient.topics and recipient.name not in recent:
            key = f"{kind.replace('_', '-')}-{report.run_id}-{recipient.name}"
            composed = word_urgent(kind, reasons, language=recipient.language, now=now, key=key)
            yield Message(key, kind, recipient.name, composed)


def _list_recent(lake: Lake, kind: str, now: dt.datetime) -> set[str]:
    """Return who was told of the same kind of trouble lately, and since the last night that was published."""
    runs = lake.records("runs", ("step_code", "ending_code"))
    published = runs.filter((runs["step_code"] == RUN) & (runs["ending_code"] == "published"))["recorded_at"].max()
    moment = now.astimezone(dt.UTC).replace(tzinfo=None)
    return {
        name
        for kind_code, name, at in lake.records("messages", ("kind_code", "recipient_name"))
        .select("kind_code", "recipient_name", "recorded_at")
        .iter_rows()
        if kind_code == kind
        if not isinstance(published, dt.datetime) or at > published
        # what lies in the future was sent before the clock was put back: how long ago, nobody knows
        if dt.timedelta() <= moment - at < CALM
    }
