"""What a recipient is not yet told: findings that opened, changed, were resolved or are accepted no more, late reports.

What somebody was told stands with the messages in the lake, so nothing is told twice, and what changed is told again.
"""

from __future__ import annotations

import json
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, NamedTuple

from pipelines.publication import open_published

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from pipelines.acceptances import Acceptance
    from pipelines.alerting.recipients import Recipient
    from pipelines.lake import Lake

SEVERITIES = ("error", "warning", "info")
"""The gravest first."""

_RESOLVED = "resolved"
_SEPARATOR = ", "


class State(NamedTuple):
    """What has to change for an open finding to be told again."""

    verdict: str
    severity: str


class Finding(NamedTuple):
    """A finding of the published file."""

    finding_id: str
    rule_code: str
    verdict: str
    severity: str
    province_name: str | None
    opened_at: dt.datetime
    resolved_at: dt.datetime | None
    message_vi: str
    message_en: str

    @property
    def state(self) -> State:
        """What it says."""
        return State(self.verdict, self.severity)


class Reporting(NamedTuple):
    """How many reports of a province on one form came in for one period."""

    completeness_id: str
    organisation_name: str
    province_name: str | None
    form_number: str
    period_label_vi: str
    period_label_en: str
    expected_count: int
    received_count: int
    late_count: int
    missing_count: int

    @property
    def state(self) -> str:
        """What has to change for it to be told again."""
        return f"{self.missing_count} missing, {self.late_count} late"


class Published(NamedTuple):
    """What the published file says that anybody may be told."""

    findings: tuple[Finding, ...] = ()
    reporting: tuple[Reporting, ...] = ()


class TableRows(NamedTuple):
    """Rows of a table, tonight and the night before; null where there was no such table."""

    table_name: str
    row_count: int | None
    former_count: int | None


class Told(NamedTuple):
    """What a recipient knows."""

    kind: Literal["finding", "acceptance", "reporting"]
    about: str
    state: str


@dataclass(frozen=True)
class News:
    """What one recipient is to be told.

    Attributes:
        opened: Findings that nobody told him of, the gravest first.
        changed: Those whose verdict or severity is another one than he was told, each with what he was told.
        expired: Those that were accepted until a day that has passed.
        resolved: Those that he was told of and that are resolved.
        still_open: Those that he was told of before and that are still open, the oldest first.
        open_counts: All that are open and not accepted, by severity.
        accepted_count: Those that are open and accepted.
        reporting: What has changed of late and missing reports, each with how many were missing when it was told last.
        told: What he knows when he has read it.
    """

    opened: tuple[Finding, ...]
    changed: tuple[tuple[Finding, State], ...]
    expired: tuple[tuple[Finding, Acceptance], ...]
    resolved: tuple[Finding, ...]
    still_open: tuple[Finding, ...]
    open_counts: Mapping[str, int]
    accepted_count: int
    reporting: tuple[tuple[Reporting, int | None], ...]
    told: tuple[Told, ...]

    @property
    def is_quiet(self) -> bool:
        """Whether there is nothing that he does not know."""
        return not self.told


def read_published(database: Path) -> Published:
    """Read what anybody may be told; nothing of a file that is not there.

    Args:
        database: The published file.
    """
    if not database.is_file():
        return Published()
    with closing(open_published(database)) as connection:
        findings = connection.execute(
            """
            select
                finding_id, rule_code, verdict, severity, province_name, opened_at, resolved_at, message_vi, message_en
            from reports.rpt_findings
            left join marts.dim_organisations using (organisation_id)
            order by array_position(['error', 'warning', 'info'], severity), opened_at, finding_id
            """
        ).fetchall()
        # what is missing below a province is missing in it: one line
        reporting = connection.execute(
            """
            select
                completeness_id, organisation_name, province_name, form_number, period_label_vi, period_label_en,
                expected_count, received_count, late_count, missing_count
            from reports.rpt_reporting_completeness
            where level_code = 'province'
            order by missing_count desc, late_count desc, ends_on desc, organisation_name, form_number
            """
        ).fetchall()
    return Published(tuple(Finding(*row) for row in findings), tuple(Reporting(*row) for row in reporting))


def read_told(lake: Lake) -> dict[str, dict[tuple[str, str], str]]:
    """Return what each recipient was told last, by his name, and by kind and what it is about."""
    known: dict[str, dict[tuple[str, str], str]] = {}
    messages = lake.records("messages", ("recipient_name", "told"))
    for name, told in messages.select("recipient_name", "told").iter_rows():
        for kind, about, state in json.loads(told or "[]"):
            known.setdefault(name, {})[kind, about] = state
    return known


def find_news(
    recipient: Recipient,
    published: Published,
    acceptances: Mapping[str, Acceptance],
    told: Mapping[tuple[str, str], str],
    today: dt.date,
) -> News:
    """Return what a recipient is to be told.

    Args:
        recipient: Whose filters hold.
        published: What the published file says.
        acceptances: What is or was accepted, by finding.
        told: What he was told last, by kind and what it is about.
        today: The day in Vietnam.
    """
    findings = [finding for finding in published.findings if _is_for(recipient, finding)]
    groups: dict[str, list[Finding]] = {name: [] for name in ("opened", "resolved", "still_open")}
    changed, expired, accepted_count, learned = [], [], 0, []
    for finding in findings:
        known = told.get(("finding", finding.finding_id))
        if finding.resolved_at is not None:
            # what he never heard of needs no good news
            group = None if known in (None, _RESOLVED) else "resolved"
        elif (acceptance := acceptances.get(finding.finding_id)) and acceptance.covers(*finding.state):
            if acceptance.holds(*finding.state, today):
                accepted_count += 1
                continue
            until = acceptance.accepted_until.isoformat()
            if told.get(("acceptance", finding.finding_id)) != until:
                expired.append((finding, acceptance))
                learned += [Told("acceptance", finding.finding_id, until), _tell(finding)]
                continue
            group = "still_open"
        elif known is None or known == _RESOLVED:
            group = "opened"
        elif known == _SEPARATOR.join(finding.state):
            group = "still_open"
        else:
            changed.append((finding, State(*known.split(_SEPARATOR))))
            learned.append(_tell(finding))
            continue
        if group is not None:
            groups[group].append(finding)
            learned += [] if group == "still_open" else [_tell(finding)]
    reporting = [
        (state, _read_missing(known))
        for state in published.reporting
        if not recipient.provinces or state.province_name in recipient.provinces
        if state.state != (known := told.get(("reporting", state.completeness_id)))
        if known or state.missing_count or state.late_count
    ]
    learned += [Told("reporting", state.completeness_id, state.state) for state, _ in reporting]
    are_open = [*groups["opened"], *groups["still_open"], *(finding for finding, _ in (*changed, *expired))]
    return News(
        opened=tuple(groups["opened"]),
        changed=tuple(changed),
        expired=tuple(expired),
        resolved=tuple(groups["resolved"]),
        still_open=tuple(sorted(groups["still_open"], key=lambda finding: (finding.opened_at, finding.finding_id))),
        open_counts={severity: sum(finding.severity == severity for finding in are_open) for severity in SEVERITIES},
        accepted_count=accepted_count,
        reporting=tuple(reporting),
        told=tuple(learned),
    )


def compare_rows(lake: Lake, run_id: str, tables: Mapping[str, int]) -> tuple[TableRows, ...]:
    """Compare the rows that a run published with those of the publication before, tables that changed most first.

    Of the first publication there is nothing to compare.

    Args:
        lake: Where runs are written down.
        run_id: The run.
        tables: Rows by table that it published.
    """
    records = lake.records("run_tables")
    others = records.filter(records["run_id"] != run_id)
    if others.is_empty():
        return ()
    last = others.filter(others["run_id"] == others["run_id"][-1])
    former = dict(last.select("table_name", "row_count").iter_rows())
    rows = [TableRows(name, tables.get(name), former.get(name)) for name in {*tables, *former}]
    return tuple(sorted(rows, key=lambda row: (-abs((row.row_count or 0) - (row.former_count or 0)), row.table_name)))


def dump_told(told: Iterable[Told]) -> str:
    """Write down what a recipient knows, as `read_told` reads it."""
    return json.dumps([list(one) for one in told], ensure_ascii=False)


def _is_for(recipient: Recipient, finding: Finding) -> bool:
    return (
        finding.severity in recipient.severities
        and (not recipient.rules or finding.rule_code in recipient.rules)
        and (not recipient.provinces or finding.province_name in recipient.provinces)
    )


def _tell(finding: Finding) -> Told:
    state = _RESOLVED if finding.resolved_at is not None else _SEPARATOR.join(finding.state)
    return Told("finding", finding.finding_id, state)


def _read_missing(state: str | None) -> int | None:
    return None if state is None else int(state.partition(" ")[0])
