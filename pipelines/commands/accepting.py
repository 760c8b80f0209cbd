"""``ketnap findings accept`` and ``withdraw``: nobody is told of a finding until a day."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from pipelines.acceptances import AcceptanceError, accept_finding, withdraw_acceptance
from pipelines.lake import Lake
from pipelines.moments import find_local
from pipelines.settings import find_steward

if TYPE_CHECKING:
    from rich.console import Console

    from pipelines.paths import Paths


def accept(paths: Paths, console: Console, *, finding_id: str, reason: str, until: dt.date, by: str | None) -> int:
    """Accept a finding until a day.

    Returns:
        0 if that is written down, 2 if it cannot be.
    """
    now = dt.datetime.now(dt.UTC)
    try:
        acceptance = accept_finding(
            paths.published_database,
            Lake(paths.lake),
            finding_id=finding_id,
            reason=reason,
            by=by or find_steward() or "",
            until=until,
            today=find_local(now).date(),
            now=now,
        )
    except (AcceptanceError, FileNotFoundError) as error:
        console.print(f"error: {error}", style="red", highlight=False, markup=False, soft_wrap=True)
        return 2
    text = f"{acceptance.finding_id} is accepted until {acceptance.accepted_until} by {acceptance.accepted_by}"
    console.print(text, highlight=False, markup=False, soft_wrap=True)
    return 0


def withdraw(paths: Paths, console: Console, *, finding_id: str, reason: str, by: str | None) -> int:
    """Accept a finding no longer.

    Returns:
        0 if that is written down, 2 if it cannot be.
    """
    now = dt.datetime.now(dt.UTC)
    try:
        former = withdraw_acceptance(
            Lake(paths.lake), finding_id=finding_id, reason=reason, by=by or find_steward() or "", now=now
        )
    except AcceptanceError as error:
        console.print(f"error: {error}", style="red", highlight=False, markup=False, soft_wrap=True)
        return 2
    console.print(f"{former.finding_id} is no longer accepted", highlight=False, markup=False, soft_wrap=True)
    return 0
