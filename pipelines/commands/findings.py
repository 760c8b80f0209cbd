"""``ketnap findings``: what the warehouse says of the published figures, as sentences."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from rich.text import Text

from pipelines.languages import Language, format_count
from pipelines.names import drop_marks, normalise_name
from pipelines.publication import open_published

if TYPE_CHECKING:
    from pathlib import Path

    from rich.console import Console


class Severity(StrEnum):
    """Severities of a finding, the gravest first."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


_STYLES = {Severity.ERROR: "bold red", Severity.WARNING: "bold yellow", Severity.INFO: "bold cyan"}
_WORDS = {
    Language.EN: {"figures": "figures", "none": "no findings", "one": "finding", "many": "findings"},
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
    },
}
_QUERY = """
    select severity, verdict, rule_code, organisation_name, message_{language} as message, figure_ids
    from reports.rpt_findings
    where resolved_at is null
    order by organisation_name, rule_code, figure_ids, finding_id
"""


def print_findings(
    database: Path, console: Console, *, severity: Severity | None, organisation: str | None, language: Language
) -> None:
    """Print the open findings, the gravest first.

    Args:
        database: The published file.
        console: Where they go.
        severity: Only these.
        organisation: Only those whose organisation's name contains this text, see `is_named`.
        language: Of the messages.

    Raises:
        FileNotFoundError: Nothing was published yet.
    """
    with open_published(database) as connection:
        rows = connection.execute(_QUERY.format(language=language.value)).fetchall()
    ranks = list(Severity)
    found = [
        row
        for row in sorted(rows, key=lambda row: ranks.index(Severity(row[0])))
        if severity in (None, row[0]) and (organisation is None or is_named(row[3], organisation))
    ]
    words = _WORDS[language]
    for code, verdict, rule_code, _, message, figure_ids in found:
        heading = Text(words.get(code, code), style=_STYLES[Severity(code)])
        heading.append(f" · {words.get(verdict, verdict)} · {rule_code}", style="not bold dim")
        console.print(heading, soft_wrap=True)
        console.print(Text(f"  {message}"), soft_wrap=not console.is_terminal)
        console.print(
            Text(f"  {words['figures']}: {(figure_ids or '').replace('|', ', ')}", style="dim"), soft_wrap=True
        )
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
