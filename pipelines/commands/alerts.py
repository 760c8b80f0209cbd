"""``ketnap alerts`` and ``ketnap heartbeat``: who is told what, what is still to be sent, if the nights still run."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from rich.table import Table

from pipelines.alerting.channels import find_fault, send
from pipelines.alerting.heartbeat import compose_alarms, feel_pulse, read_clocks
from pipelines.alerting.nights import (
    compose_digest,
    describe_night,
    list_complaints,
    read_clock,
    send_waiting,
    tell_of_damage,
)
from pipelines.alerting.outbox import list_waiting, queue_messages
from pipelines.alerting.recipients import Alerts, Recipient, load_alerts
from pipelines.alerting.wording import word_pulse, word_urgent
from pipelines.lake import Lake
from pipelines.languages import Language, format_noun
from pipelines.moments import find_local
from pipelines.run_reports import read_report

if TYPE_CHECKING:
    from pathlib import Path

    from rich.console import Console

    from pipelines.paths import Paths

NOBODY = """\
Chưa khai báo người nhận: không có {file!r}. Xem docs/alerts.md.
Nobody is told anything: there is no {file!r}. See docs/alerts.md."""


def show_alerts(paths: Paths, console: Console) -> int:
    """Print who is told what, whether their addresses can be used, and what is still to be sent.

    Returns:
        0, or 1 if an address cannot be used.
    """
    alerts = load_alerts(paths.alerts)
    if alerts is None:
        console.print(NOBODY.format(file=str(paths.alerts)), highlight=False, markup=False, soft_wrap=True)
        return 0
    table = Table(show_edge=False, pad_edge=False)
    for column in ("recipient", "language", "told", "only", "address"):
        table.add_column(column, overflow="fold")
    faults = {recipient.name: find_fault(recipient.find_url()) for recipient in alerts.recipients}
    for recipient in alerts.recipients:
        # the address itself is a secret
        address = f"{recipient.url_variable}: {faults[recipient.name] or 'in order'}"
        told = ", ".join(sorted(recipient.topics))
        table.add_row(recipient.name, recipient.language.value, told, _describe_filters(recipient), address)
    console.print(table)
    print_waiting(paths, console)
    return 1 if any(faults.values()) else 0


def print_waiting(paths: Paths, console: Console) -> int:
    """Print what is still to be sent.

    Returns:
        How many messages.
    """
    waiting = list_waiting(Lake(paths.lake))
    console.print(f"{format_noun(len(waiting), 'message')} still to be sent", highlight=False)
    for message in waiting:
        tried = f", tried {format_noun(message.attempt_count, 'time')}: {message.detail_code}"
        queued_at = find_local(message.queued_at).strftime("%Y-%m-%d %H:%M")
        text = f"  {message.message_key} since {queued_at}{tried if message.attempt_count else ''}"
        console.print(text, highlight=False, markup=False, soft_wrap=True)
    return len(waiting)


def send_test(paths: Paths, console: Console, name: str) -> int:
    """Send a test message to a recipient, at once and once.

    Returns:
        0 if it was accepted, else 1.

    Raises:
        AlertsError: There is no such recipient.
    """
    recipient = _require_alerts(paths).find_recipient(name)
    now = read_clock()
    key = f"test-{now:%Y%m%dT%H%M%S}-{name}"
    composed = word_urgent("test", (), language=recipient.language, now=now, key=key)
    fault = send(recipient.find_url(), composed, key=key, has_html=recipient.has_html)
    if fault:
        console.print(f"{name} cannot be reached: {fault}", style="red", highlight=False, markup=False)
        return 1
    console.print(f"sent to {name} as {key}", highlight=False, markup=False)
    return 0


def print_digest(paths: Paths, console: Console, *, name: str, language: Language, html: Path | None) -> int:
    """Print the digest of the last run as a recipient would have it now. Nothing is sent or remembered.

    Args:
        paths: Where the warehouse is.
        console: Where it is printed.
        name: Of the recipient; empty for one without filters who was never told anything.
        language: If no recipient is named.
        html: Write the form for mail to this file too.

    Returns:
        0, or 1 if there was no run yet.

    Raises:
        AlertsError: There is no such recipient.
    """
    report = read_report(paths.last_run)
    if report is None:
        console.print("there was no run yet: ketnap build", style="red", highlight=False)
        return 1
    anybody = Recipient(name="preview", url_variable="NONE", language=language)
    alerts = _require_alerts(paths) if name else (load_alerts(paths.alerts) or Alerts(recipients=()))
    recipient = alerts.find_recipient(name) if name else anybody
    recipient = recipient.model_copy(update={"skips_quiet_nights": False})
    lake = Lake(paths.lake)
    message = compose_digest(describe_night(report, alerts, lake), recipient, alerts, paths, lake)
    if message is not None:
        console.print(message.composed.subject, style="bold", highlight=False, markup=False, soft_wrap=True)
        console.print(message.composed.text, highlight=False, markup=False, soft_wrap=True)
        if html is not None:
            html.write_text(message.composed.html, encoding="utf-8")
            console.print(f"written to {html}", highlight=False, markup=False, soft_wrap=True)
    return 0


def send_queued(paths: Paths, console: Console, *, is_hurried: bool) -> int:
    """Send what is queued.

    Returns:
        0 if nothing is left, else 1.
    """
    for complaint in list_complaints(send_waiting(paths, _require_alerts(paths), is_hurried=is_hurried)):
        console.print(complaint, style="yellow", highlight=False, markup=False, soft_wrap=True)
    return 1 if print_waiting(paths, console) else 0


def beat(paths: Paths, console: Console, *, hours: int) -> int:
    """Say whether the nights still run, tell people if not, and send what is queued.

    Returns:
        0: a run has ended within so many hours. 1: none has. 2: a message could not be sent, or written down.
    """
    clocks = read_clocks()
    alerts = load_alerts(paths.alerts)
    try:
        pulse = feel_pulse(paths, clocks, limit=dt.timedelta(hours=hours))
        said = word_pulse(pulse.ended_at, pulse.age, is_ahead=pulse.is_ahead, language=Language.EN)
        _print(console, said, "green" if pulse.is_alive else "red")
        if alerts is None:
            return 0 if pulse.is_alive else 1
        if not pulse.is_alive:
            queue_messages(Lake(paths.lake), compose_alarms(pulse, alerts, now=clocks.now), now=clocks.now)
        complaints = list_complaints(send_waiting(paths, alerts, clock=lambda: read_clocks().now))
    except Exception as error:  # noqa: BLE001 - whatever keeps the lake from being read or written: people are told
        complaints = [f"the lake cannot be used: {error}", *tell_of_damage(paths, now=clocks.now)]
        pulse = None
    for complaint in complaints:
        _print(console, complaint, "yellow")
    return 2 if complaints or pulse is None else 0 if pulse.is_alive else 1


def _print(console: Console, text: str, style: str) -> None:
    console.print(text, style=style, highlight=False, markup=False, soft_wrap=True)


def _require_alerts(paths: Paths) -> Alerts:
    alerts = load_alerts(paths.alerts)
    if alerts is None:
        raise FileNotFoundError(NOBODY.format(file=str(paths.alerts)))
    return alerts


def _describe_filters(recipient: Recipient) -> str:
    severities = ("error", "warning", "info")
    chosen = [severity for severity in severities if severity in recipient.severities]
    parts = [*recipient.provinces, *recipient.rules, *(chosen if len(chosen) < len(severities) else ())]
    return ", ".join(parts) or "everything"
