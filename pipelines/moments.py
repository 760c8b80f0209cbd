"""Moments: as people write them, for ``--as-of``, with or without a time and a zone; as clocks in Vietnam show them."""

from __future__ import annotations

import datetime as dt

VIETNAM = dt.timezone(dt.timedelta(hours=7))
"""Vietnam has no summer time."""

MOST_BETWEEN_NIGHTS = dt.timedelta(hours=26)
"""A night, and two hours for a long one: when nothing has ended, or been published, for longer, a night is missing."""


def parse_moment(text: str) -> dt.datetime:
    """Read a moment; without a zone it is UTC, without a time it is the beginning of the day.

    Args:
        text: ISO 8601.

    Returns:
        UTC, without a time zone, as ``recorded_at`` in the lake.

    Raises:
        ValueError: The text is no moment.

    Examples:
        >>> parse_moment("2026-05-01")
        datetime.datetime(2026, 5, 1, 0, 0)
        >>> parse_moment("2026-05-01T07:30+07:00")
        datetime.datetime(2026, 5, 1, 0, 30)
        >>> parse_moment("yesterday")
        Traceback (most recent call last):
            ...
        ValueError: 'yesterday' is no moment
        <BLANKLINE>
        write it as 2026-05-01, 2026-05-01 07:30 or 2026-05-01T07:30+07:00
    """
    try:
        moment = dt.datetime.fromisoformat(text.strip())
    except ValueError as error:
        message = f"{text!r} is no moment\n\nwrite it as 2026-05-01, 2026-05-01 07:30 or 2026-05-01T07:30+07:00"
        raise ValueError(message) from error
    return moment if moment.tzinfo is None else moment.astimezone(dt.UTC).replace(tzinfo=None)


def find_local(moment: dt.datetime) -> dt.datetime:
    """Return a moment as clocks in Vietnam show it.

    Args:
        moment: Without a time zone it is UTC, as ``recorded_at`` in the lake.

    Examples:
        >>> find_local(dt.datetime(2026, 5, 1, 19)).isoformat()
        '2026-05-02T02:00:00+07:00'
    """
    return (moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)).astimezone(VIETNAM)
