"""The Data Docs as pages for people: an index of all suites, and a page a suite with the rows that fail.

Great Expectations writes pages of its own beside them, of what it evaluated and how. They are made harmless here and
linked from ours. What is expected, and what became of it, comes from elsewhere.
"""

from __future__ import annotations

import re
from collections import Counter
from html import escape
from itertools import groupby
from typing import TYPE_CHECKING

from pipelines.languages import Language, format_count
from pipelines.tables import format_value

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from expectations import Suite
    from pipelines.outcomes import Outcome

_LONG_TEXT = 40
"""Characters from which a cell is a text to be read, which needs the width of the page."""

_REMOTE = re.compile(
    r"<script\b.*?</script>|<style\b.*?</style>|<footer\b.*?</footer>"
    r"|<link\b[^>]*https?://[^>]*>|<img\b[^>]*https?://[^>]*>",
    flags=re.DOTALL,
)
_POLICY = (
    '<meta http-equiv="Content-Security-Policy" '
    "content=\"default-src 'none'; style-src 'unsafe-inline'; img-src 'self'\">"
)
"""Text from raw files stands in the pages: whatever it contains, nothing runs and nothing is loaded."""

_STYLE = """
:root { color-scheme: light dark }
body { font-family: system-ui, sans-serif; line-height: 1.4; margin: 0 auto; max-width: 75rem; padding: 1rem }
h1, h2 { line-height: 1.2; margin-bottom: .3rem }
h1 [lang=en] { display: block; font-size: 1.2rem; font-weight: normal }
h2 { margin-top: 2rem }
[lang=en] { opacity: .75 }
nav ol, nav ul { list-style: none; padding: 0 }
table { border-collapse: collapse; margin: .5rem 0; width: 100% }
th, td { border-bottom: 1px solid #8886; padding: .3rem .6rem; text-align: left; vertical-align: top }
.suites { table-layout: fixed }
.suites tr > :nth-child(n+2) { white-space: nowrap; width: 11rem }
.suites tr > :nth-child(n+3) { text-align: right; width: 9rem }
th [lang=en] { display: block }
.item { display: inline-block; padding-right: 1rem }
.passed .state, .text-success { color: #1e8449 }
.warning .state { color: #b9770e }
.error .state, .text-danger { color: #c0392b }
.passed .state::before, .fa-check-circle::before { content: "\\2713  " }
.warning .state::before { content: "\\26A0  " }
.error .state::before, .fa-times::before { content: "\\2717  " }
.rows { font-size: .9em; width: auto }
dl { border-left: 3px solid #8886; padding-left: 1rem }
dl { display: grid; gap: .1rem 1rem; grid-template-columns: max-content 1fr }
dt { opacity: .75 }
dd { margin: 0; overflow-wrap: anywhere }
.btn, .card.mb-3, .modal, .top, a[data-toggle] { display: none }
"""
_PAGE = """<!doctype html>
<html lang="vi">
<head>{policy}<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title><style>{style}</style></head>
<body>
{body}
</body>
</html>
"""
_STATES = {"passed": ("đạt", "passed"), "warning": ("cảnh báo", "warning"), "error": ("lỗi", "error")}
"""In the order in which they become worse."""


def take_pages_offline(site: Path) -> None:
    """Take out of pages of Great Expectations what they load from elsewhere, and what does not work without it.

    They load Bootstrap, jQuery, Vega, Font Awesome and a logo from eight hosts. Without a network they are shown
    without a layout, and with one they tell these hosts who reads them. All scripts need jQuery; the tables of the
    results are plain HTML and stay.

    Args:
        site: Folder of the pages, which are changed in place.
    """
    for page in site.rglob("*.html"):
        html = _REMOTE.sub("", page.read_text(encoding="utf-8"))
        html = html.replace("<head>", f"<head>{_POLICY}", 1).replace("</head>", f"<style>{_STYLE}</style></head>", 1)
        page.write_text(html, encoding="utf-8")


def write_pages(site: Path, suites: Sequence[Suite], outcomes: Sequence[Outcome]) -> None:
    """Write ``index.html`` and a page for each suite, named after it.

    Args:
        site: Folder with the pages of Great Expectations; its index, which is drawn by a script, is replaced.
        suites: In the order in which they are shown.
        outcomes: Of all their expectations, in the order in which they are shown.
    """
    found = {suite.name: [outcome for outcome in outcomes if outcome.suite == suite.name] for suite in suites}
    for suite in suites:
        recorded = sorted(site.glob(f"validations/{suite.name.replace('.', '/')}/**/*.html"))
        links = [page.relative_to(site).as_posix() for page in recorded]
        body = _render_suite(suite, found[suite.name], links)
        (site / _name_page(suite)).write_text(_render_page(suite.title_vi, body), encoding="utf-8")
    index = _render_page("Kỳ vọng", _render_index(suites, found))
    (site / "index.html").write_text(index, encoding="utf-8")


def _name_page(suite: Suite) -> str:
    return f"{suite.name}.html"


def _render_page(title: str, body: str) -> str:
    return _PAGE.format(policy=_POLICY, style=_STYLE, title=escape(title), body=body)


def _render_index(suites: Sequence[Suite], found: Mapping[str, Sequence[Outcome]]) -> str:
    outcomes = [outcome for suite in suites for outcome in found[suite.name]]
    states = Counter(_read_state(outcome) for outcome in outcomes)
    counts = {
        language: {state: format_count(states[state], language) for state in _STATES}
        | {"all": format_count(len(outcomes), language)}
        for language in Language
    }
    parts = [
        f"<h1>{_say('Kỳ vọng đối với kho số liệu', 'What is expected of the warehouse')}</h1>",
        _render_paragraph(
            "{passed} trên {all} kỳ vọng đạt; cảnh báo: {warning}, lỗi: {error}. Lỗi giữ lại tệp đã công bố trước đó; "
            "cảnh báo được công bố cùng dữ liệu.".format(**counts[Language.VI]),
            "{passed} of {all} expectations passed; warnings: {warning}, errors: {error}. An error keeps the former "
            "published file in place; a warning is published together with the data.".format(**counts[Language.EN]),
        ),
    ]
    heads = (("bộ kỳ vọng", "suite"), ("kết quả", "result"), ("đạt", "passed"), ("dòng không đạt", "rows that fail"))
    head = _render_cells("th", (_say(*words) for words in heads))
    for table, of_table in groupby(suites, key=lambda suite: suite.table):
        rows = [_render_line(suite, found[suite.name]) for suite in of_table]
        parts.append(
            f"<h2>{escape(table)}</h2>\n"
            f'<table class="suites"><thead><tr>{head}</tr></thead>\n<tbody>\n{chr(10).join(rows)}\n</tbody></table>'
        )
    return "\n".join(parts)


def _render_line(suite: Suite, outcomes: Sequence[Outcome]) -> str:
    state = max((_read_state(outcome) for outcome in outcomes), key=list(_STATES).index)
    link = f'<a href="{escape(_name_page(suite))}">{escape(suite.title_vi)}</a> '
    passed_count = sum(outcome.is_passed for outcome in outcomes)
    cells = (
        f'{link}<span lang="en">{escape(suite.title_en)}</span>',
        _render_state(state),
        f"{passed_count} / {len(outcomes)}",
        format_count(sum(outcome.unexpected_count for outcome in outcomes), Language.VI),
    )
    return f'<tr class="{state}">{_render_cells("td", cells)}</tr>'


def _render_suite(suite: Suite, outcomes: Sequence[Outcome], recorded: Sequence[str]) -> str:
    parts = [
        f'<nav><a href="index.html">← {_say("Mọi bộ kỳ vọng", "All suites")}</a></nav>',
        f"<h1>{_say(suite.title_vi, suite.title_en)}</h1>",
        _render_paragraph(suite.description_vi, suite.description_en),
        f"<p>{_say('Bảng', 'table')}: <code>{escape(suite.table)}</code></p>",
    ]
    for outcome in outcomes:
        state = _read_state(outcome)
        parts.append(
            f'<section class="{state}"><h2 lang="en">{escape(outcome.name.replace("_", " "))}</h2>\n'
            f"<p>{_render_state(state)} · {escape(outcome.observed)}<br>"
            f'<span lang="en">{escape(outcome.reason)}</span></p>\n'
            f"{_render_examples(outcome)}</section>"
        )
    for link in recorded:
        words = _say("Great Expectations đã ghi lại", "as recorded by Great Expectations")
        parts.append(f'<p><a href="{escape(link)}">{words}</a></p>')
    return "\n".join(parts)


def _render_examples(outcome: Outcome) -> str:
    """Draw the rows that fail: one below the other as a table, or each by itself if it has texts to be read."""
    if not outcome.examples:
        return ""
    rows = [{column: format_value(value) for column, value in row.items()} for row in outcome.examples]
    if any(len(text) > _LONG_TEXT for row in rows for text in row.values()):
        drawn = "\n".join(f"<dl>{''.join(map(_render_entry, row.items()))}</dl>" for row in rows)
    else:
        header = _render_cells("th", map(escape, rows[0]))
        lines = "\n".join(f"<tr>{_render_cells('td', map(_render_items, row.values()))}</tr>" for row in rows)
        drawn = f'<table class="rows"><tr>{header}</tr>\n{lines}</table>'
    if outcome.unexpected_count <= len(rows):
        return drawn
    shown, all_vi = len(rows), format_count(outcome.unexpected_count, Language.VI)
    all_en = format_count(outcome.unexpected_count, Language.EN)
    return drawn + _render_paragraph(f"{shown} dòng đầu trong {all_vi} dòng.", f"The first {shown} of {all_en} rows.")


def _render_entry(entry: tuple[str, str]) -> str:
    column, text = entry
    return f"<dt>{escape(column)}</dt><dd>{_render_items(text)}</dd>"


def _render_items(text: str) -> str:
    """Draw a text, or what it lists, so that no line breaks inside of a short item."""
    items = text.split("|")
    if len(items) == 1:
        return escape(text)
    return " ".join(f'<span class="item">{escape(item)}</span>' for item in items)


def _read_state(outcome: Outcome) -> str:
    return "passed" if outcome.is_passed else outcome.severity


def _render_state(state: str) -> str:
    return f'<span class="state">{_say(*_STATES[state])}</span>'


def _render_paragraph(vietnamese: str, english: str) -> str:
    return f'<p>{escape(vietnamese)}<br><span lang="en">{escape(english)}</span></p>'


def _say(vietnamese: str, english: str) -> str:
    return f'{escape(vietnamese)} <span lang="en">{escape(english)}</span>'


def _render_cells(tag: str, cells: Iterable[str]) -> str:
    return "".join(f"<{tag}>{cell}</{tag}>" for cell in cells)
