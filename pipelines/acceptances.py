"""Findings that somebody accepts as they are, until a day: nobody is told of them meanwhile.

An acceptance is of what the finding said. When its verdict or severity changes, it holds no more.
"""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING, NamedTuple

from pipelines.publication import open_published

if TYPE_CHECKING:
    import datetime as dt
    from pathlib import Path

    from pipelines.lake import Lake

ACCEPTED, WITHDRAWN = "accepted", "withdrawn"
LEAST_PREFIX = 6
"""Characters of an identifier that have to be given at least."""


class AcceptanceError(ValueError):
    """A finding cannot be accepted so."""


class Acceptance(NamedTuple):
    """A finding that somebody accepted, and what it said then."""

    finding_id: str
    verdict: str
    severity: str
    reason: str
    accepted_by: str
    accepted_until: dt.date

    def covers(self, verdict: str, severity: str) -> bool:
        """Whether the finding still says what was accepted."""
        return (self.verdict, self.severity) == (verdict, severity)

    def holds(self, verdict: str, severity: str, today: dt.date) -> bool:
        """Whether nobody is to be told of the finding on a day."""
        return self.covers(verdict, severity) and today <= self.accepted_until


def read_acceptances(lake: Lake) -> dict[str, Acceptance]:
    """Return what is accepted, by finding, also what has expired; not what was withdrawn."""
    found: dict[str, Acceptance] = {}
    for row in lake.records("acceptances").iter_rows(named=True):
        found.pop(row["finding_id"], None)
        if row["acceptance_code"] == ACCEPTED:
            found[row["finding_id"]] = Acceptance(*(row[name] for name in Acceptance._fields))
    return found


def accept_finding(
    database: Path,
    lake: Lake,
    *,
    finding_id: str,
    reason: str,
    by: str,
    until: dt.date,
    today: dt.date,
    now: dt.datetime,
) -> Acceptance:
    """Write down that an open finding is accepted.

    Args:
        database: The published file.
        lake: Where it is written down.
        finding_id: The finding, or the beginning of its identifier.
        reason: Why; for those who read it later.
        by: Who.
        until: Last day.
        today: The day in Vietnam.
        now: The time, with a time zone.

    Raises:
        AcceptanceError: There is no such open finding or there are several, the reason or the name is empty, or the
            day has passed.
        FileNotFoundError: Nothing was published yet.
    """
    reason, by = _require_text(reason, "reason"), _require_text(by, "name")
    if until < today:
        message = f"{until} has passed\n\nname a day from {today} on"
        raise AcceptanceError(message)
    found, verdict, severity = _find_open(database, finding_id)
    acceptance = Acceptance(found, verdict, severity, reason, by, until)
    lake.append_records("acceptances", [acceptance._asdict() | {"acceptance_code": ACCEPTED}], now=now)
    return acceptance


def withdraw_acceptance(lake: Lake, *, finding_id: str, reason: str, by: str, now: dt.datetime) -> Acceptance:
    """Write down that a finding is no longer accepted.

    Args:
        lake: Where it is written down.
        finding_id: The finding, or the beginning of its identifier.
        reason: Why.
        by: Who.
        now: The time, with a time zone.

    Returns:
        What was accepted.

    Raises:
        AcceptanceError: No such finding is accepted or there are several, or the reason or the name is empty.
    """
    reason, by = _require_text(reason, "reason"), _require_text(by, "name")
    acceptances = read_acceptances(lake)
    found = _choose([known for known in acceptances if known.startswith(finding_id)], finding_id, "accepted")
    withdrawal = {"finding_id": found, "acceptance_code": WITHDRAWN, "reason": reason, "accepted_by": by}
    lake.append_records("acceptances", [withdrawal], now=now)
    return acceptances[found]


def _find_open(database: Path, finding_id: str) -> tuple[str, str, str]:
    with closing(open_published(database)) as connection:
        rows = connection.execute(
            "select finding_id, verdict, severity from reports.rpt_findings "
            "where resolved_at is null and starts_with(finding_id, ?)",
            [finding_id],
        ).fetchall()
    by_id = {row[0]: row for row in rows}
    found: tuple[str, str, str] = by_id[_choose(list(by_id), finding_id, "open")]
    return found


def _choose(found: list[str], finding_id: str, state: str) -> str:
    if finding_id in found:
        return finding_id
    if len(finding_id) < LEAST_PREFIX:
        message = f"{finding_id!r} is too short\n\ngive at least {LEAST_PREFIX} characters of the identifier"
        raise AcceptanceError(message)
    if not found:
        message = f"no finding {finding_id!r} is {state}\n\nketnap findings lists them"
        raise AcceptanceError(message)
    if len(found) > 1:
        message = f"{len(found)} findings begin with {finding_id!r}\n\ngive more of the identifier"
        raise AcceptanceError(message)
    return found[0]


def _require_text(text: str, what: str) -> str:
    if not (clean := " ".join(text.split())):
        message = f"the {what} is empty\n\nsay it in a few words"
        raise AcceptanceError(message)
    return clean
