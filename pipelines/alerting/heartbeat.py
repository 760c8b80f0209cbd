"""Whether the nights still run, asked from outside: by cron or a timer, which work when Dagster's daemon does not.

A clock that is put back must not silence it: how long a run has been the last one is also told by the time since the
machine was started, and a last run that lies in the future is a reason to worry, not to be calm.
"""

from __future__ import annotations

import datetime as dt
import json
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from pipelines.alerting.outbox import Message
from pipelines.alerting.recipients import Topic
from pipelines.alerting.wording import word_pulse, word_urgent
from pipelines.lake import Lake
from pipelines.moments import MOST_BETWEEN_NIGHTS
from pipelines.run_history import RUN
from pipelines.whole_files import replace_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pipelines.alerting.recipients import Alerts
    from pipelines.paths import Paths

NO_RUN = "no_run"
TOLERANCE = dt.timedelta(minutes=5)
"""A last run may lie so far in the future: clocks are corrected by little all the time."""

_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")


class Clocks(NamedTuple):
    """What the machine says of the time.

    Attributes:
        now: With a time zone; can be put back.
        uptime: Seconds since the machine was started; never put back.
        boot_id: Which start that was.
    """

    now: dt.datetime
    uptime: float
    boot_id: str


@dataclass(frozen=True)
class Pulse:
    """What is known of the last run.

    Attributes:
        run_id: The last run that ended, however it did; None if there was none.
        ended_at: When; UTC, with a time zone.
        age: How long ago that was, at least.
        is_ahead: Whether it lies in the future: the clock was put back.
        limit: How old it may be.
    """

    run_id: str | None
    ended_at: dt.datetime | None
    age: dt.timedelta
    is_ahead: bool
    limit: dt.timedelta

    @property
    def is_alive(self) -> bool:
        """Whether nights run."""
        return self.run_id is not None and not self.is_ahead and self.age <= self.limit


def read_clocks() -> Clocks:
    """Ask the machine for the time."""
    boot_id = _BOOT_ID.read_text(encoding="ascii").strip() if _BOOT_ID.is_file() else ""
    return Clocks(dt.datetime.now(dt.UTC), time.clock_gettime(time.CLOCK_BOOTTIME), boot_id)


def feel_pulse(paths: Paths, clocks: Clocks, *, limit: dt.timedelta = MOST_BETWEEN_NIGHTS) -> Pulse:
    """Look when the last run ended, and remember when it was seen first.

    Args:
        paths: Where the lake is.
        clocks: What the machine says of the time.
        limit: How long ago the last run may have ended.
    """
    runs = Lake(paths.lake).records("runs", ("run_id", "step_code", "ended_at"))
    whole = runs.filter(runs["step_code"] == RUN)
    if whole.is_empty():
        return Pulse(None, None, dt.timedelta(), is_ahead=False, limit=limit)
    last = whole.row(-1, named=True)
    ended_at = last["ended_at"].replace(tzinfo=dt.UTC)
    known_for = _see(last["run_id"], paths.heartbeat, clocks)
    return Pulse(
        last["run_id"],
        ended_at,
        max(clocks.now - ended_at, known_for),
        is_ahead=ended_at > clocks.now + TOLERANCE,
        limit=limit,
    )


def compose_alarms(pulse: Pulse, alerts: Alerts, *, now: dt.datetime) -> Iterator[Message]:
    """Return what is to be said of a pulse that is not there: the same message, by its key, until there is another run.

    Args:
        pulse: What is known of the last run.
        alerts: Who the recipients are.
        now: The time, with a time zone.
    """
    for recipient in alerts.recipients:
        if Topic.URGENT in recipient.topics:
            key = f"no-run-since-{pulse.run_id or 'ever'}-{recipient.name}"
            reason = word_pulse(pulse.ended_at, pulse.age, is_ahead=pulse.is_ahead, language=recipient.language)
            composed = word_urgent(NO_RUN, [reason], language=recipient.language, now=now, key=key)
            yield Message(key, NO_RUN, recipient.name, composed)


def _see(run_id: str, file: Path, clocks: Clocks) -> dt.timedelta:
    """Return for how long a run has been the last one, by what is never put back; write down when it is seen first."""
    try:
        state = json.loads(file.read_text(encoding="utf-8"))
        if (state["run_id"], state["boot_id"]) == (run_id, clocks.boot_id):
            return dt.timedelta(seconds=max(clocks.uptime - state["uptime"], 0))
    # the first look, or a file that is broken: it is seen now
    except (OSError, ValueError, KeyError, TypeError):
        pass
    replace_text(file, json.dumps({"run_id": run_id, "boot_id": clocks.boot_id, "uptime": clocks.uptime}))
    return dt.timedelta()
