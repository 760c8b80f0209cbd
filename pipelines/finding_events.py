"""The life of findings: what the published file says of them that the lake does not know yet is written to the lake.

The model ``rpt_findings`` decides what is open, since when, and what is resolved, from what was written down before.
"""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING, NamedTuple

import duckdb

from pipelines.records import FINDING_EVENTS

if TYPE_CHECKING:
    import datetime as dt
    from pathlib import Path

    from pipelines.lake import Lake

OPENED, RESOLVED = "opened", "resolved"


class Recorded(NamedTuple):
    """How many events were written down."""

    opened_count: int
    resolved_count: int


def record_findings(database: Path, lake: Lake, *, now: dt.datetime) -> Recorded:
    """Write down which findings have opened, and which are resolved, since this was asked last.

    Args:
        database: The published file.
        lake: Where events go.
        now: The time, with a time zone.
    """
    events = lake.records("finding_events")
    last = dict(events.select("finding_id", "event_code").iter_rows())
    copied = [name for name in FINDING_EVENTS if name not in ("event_code", "happened_at")]
    with closing(duckdb.connect(str(database), read_only=True)) as connection:
        rows = connection.execute(
            f"select {', '.join(copied)}, resolved_at from reports.rpt_findings order by finding_id"
        ).fetchall()
    found = []
    for *values, resolved_at in rows:
        finding = dict(zip(copied, values, strict=True))
        event_code = OPENED if resolved_at is None else RESOLVED
        # what was never open is not resolved
        if last.get(finding["finding_id"], RESOLVED) != event_code:
            found.append(finding | {"event_code": event_code, "happened_at": resolved_at or finding["opened_at"]})
    lake.append_records("finding_events", found, now=now)
    codes = [event["event_code"] for event in found]
    return Recorded(codes.count(OPENED), codes.count(RESOLVED))
