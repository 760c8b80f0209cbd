"""``ketnap findings``: what the warehouse says of the published figures, as sentences."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from rich.text import Text

from pipelines.alerting.wording import SHOWN_ID
from pipelines.languages import Language, format_count, format_day
from pipelines.names import drop_marks, normalise_name
from pipelines.publication import open_published

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping
    from pathlib import Path

    from rich.console import Console

    from pipelines.acceptances import Acceptance


class Severity(StrEnum):
    """Severities of a finding, the gravest first."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


_STYLES = {Severity.ERROR: "bold red", Severity.WARNING: "bold yellow", Severity.INFO: "bold cyan"}
_WORDS = {
    Language.EN: {
        "figures": "figures",
        "none": "no findings",
        "one": "finding",
        "many": "findings",
        "accepted": "accepted by {by} until {day}: {reason}",
        "expired": "no longer accepted, by {by} until {day}: {reason}",
    },
    Language.VI: {
        "error": "lỗi",
        "warning": "cảnh báo",
        "info": "thông tin",
        "confirmed": "được xác nhận",
        "consistent": "phù hợp",
        "contradicted": "mâu thuẫn",
        "undecidable": "chưa kết luận được",
        "figures": "số liệu",
        "none": "không có phát hiện nào",
        "one": "phát hiện",
        "many": "phát hiện",
        "accepted": "{by} chấp nhận đến {day}: {reason}",
        "expired": "đã hết hạn chấp nhận, {by} chấp nhận đến {day}: {reason}",
    },
}
_QUERY = """
    select finding_id, severity, verdict, rule_code, organisation_name, message_{language} as message, figure_ids
    from reports.rpt_findings
    where resolved_at is null
    order by organisation_name, rule_code, figure_ids, finding_id
"""


def print_findings(
    database: Path,
    console: Console,
    *,
    severity: Severity | None,
    organisation: str | None,
    language: Language,
    acceptances: Mapping[str, Acceptance],
    today: dt.date,
) -> None:
    """Print the open findings, the gravest first.

    Args:
        database: The published file.
        console: Where they go.
        severity: Only these.
        organisation: Only those whose organisation's name contains this text, see `is_named`.
        language: Of the messages.
        acceptances: What is or was accepted, by finding.
        today: The day in Vietnam.

    Raises:
        FileNotFoundError: Nothing was published yet.
    """
    with open_published(database) as connection:
        rows = connection.execute(_QUERY.format(language=language.value)).fetchall()
    ranks = list(Severity)
    found = [
        row
        for row in sorted(rows, key=lambda row: ranks.index(Severity(row[1])))
        if severity in (None, row[1]) and (organisation is None or is_named(row[4], organisation))
    ]
    words = _WORDS[language]
    for finding_id, code, verdict, rule_code, _, message, figure_ids in found:
        heading = Text(words.get(code, code), style=_STYLES[Severity(code)])
        heading.append(
            f" · {words.get(verdict, verdict)} · {rule_code} · {finding_id[:SHOWN_ID]}", style="not bold dim"
        )
        console.print(heading, soft_wrap=True)
        console.print(Text(f"  {message}"), soft_wrap=not console.is_terminal)
        console.print(
            Text(f"  {words['figures']}: {(figure_ids or '').replace('|', ', ')}", style="dim"), soft_wrap=True
        )
        acceptance = acceptances.get(finding_id)
        if acceptance is not None and acceptance.covers(verdict, code):
            state = "accepted" if acceptance.holds(verdict, code, today) else "expired"
            day = format_day(acceptance.accepted_until, language)
            text = words[state].format(by=acceptance.accepted_by, day=day, reason=acceptance.reason)
            console.print(Text(f"  {text}", style="green" if state == "accepted" else "yellow"), soft_wrap=True)
    noun = words["one"] if len(found) == 1 else words["many"]
    console.print(f"{format_count(len(found), language)} {noun}" if found else words["none"], highlight=False)


def is_named(name: str | None, text: str) -> bool:
    """Whether a name contains a text; marks count only if the text has some.

    Examples:
        >>> is_named("Đảng bộ huyện Tân Sơn", "tân sơn"), is_named("Đảng bộ huyện Tân Sơn", "TAN SON")
        (True, True)
        >>> is_named("Đảng bộ xã Tân Sơn", "Tấn Sơn")
        False
    """
    name, text = normalise_name(name or ""), normalise_name(text)
    return text in name or (text == drop_marks(text) and text in drop_marks(name))
