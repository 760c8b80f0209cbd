"""A page in two forms: text that any channel can show, and HTML for mail. What people wrote is escaped here, once."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Literal, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

Tone = Literal["good", "bad", "error", "warning", "info", "plain"]

_COLOURS: dict[Tone, str] = {
    "good": "#1b7f4b",
    "bad": "#b3261e",
    "error": "#b3261e",
    "warning": "#a15c00",
    "info": "#1f5fa8",
    "plain": "#1f2937",
}
_BAR = 240
"""Width of the longest bar in pixels."""


class Line(NamedTuple):
    """A line of a list.

    Attributes:
        text: What it says.
        mark: A word before it.
        tone: Colour of the mark.
        note: What is less important, behind it.
    """

    text: str
    mark: str = ""
    tone: Tone = "plain"
    note: str = ""


class Heading(NamedTuple):
    """What follows."""

    text: str
    tone: Tone = "plain"


class Paragraph(NamedTuple):
    """One or more sentences."""

    text: str
    link: str | None = None


class Listing(NamedTuple):
    """Lines that belong together."""

    lines: Sequence[Line]


class Table(NamedTuple):
    """Rows under a header; the first column is text, all others are numbers as people read them."""

    header: Sequence[str]
    rows: Sequence[Sequence[str]]


class Bars(NamedTuple):
    """Labelled numbers, drawn as bars where that is possible."""

    bars: Sequence[tuple[str, int, str, Tone]]
    """Label, number, the number as people read it, colour."""


class Rule(NamedTuple):
    """A line before what is less important."""


Block = Heading | Paragraph | Listing | Table | Bars | Rule


def write_text(title: str, blocks: Sequence[Block]) -> str:
    """Write a page as text."""
    parts = [f"{title}\n{'=' * len(title)}"]
    for block in blocks:
        match block:
            case Heading(text):
                parts.append(f"\n{text}\n{'-' * len(text)}")
            case Paragraph(text, link):
                parts.append(f"{text}: {link}" if link else text)
            case Listing(lines):
                parts += [_write_line(line) for line in lines]
            case Table(header, rows):
                parts.append(_write_table([header, *rows]))
            case Bars(bars):
                parts.append(", ".join(f"{label} {number}" for label, _, number, _ in bars))
            case Rule():
                parts.append("")
    return "\n".join(parts) + "\n"


def write_html(title: str, blocks: Sequence[Block], *, language: str) -> str:
    """Write a page as HTML that mail programs show: tables and styles of elements, no script, nothing loaded."""
    parts = [
        f'<!DOCTYPE html><html lang="{language}"><head><meta charset="utf-8"><title>{escape(title)}</title></head>',
        '<body style="margin:0;padding:16px;background:#f6f5f1;color:#1f2937;',
        'font:15px/1.5 -apple-system,Segoe UI,Roboto,Arial,sans-serif">',
        '<div style="max-width:720px;margin:0 auto;padding:20px 24px;background:#ffffff;border:1px solid #e2e0d8">',
        f'<h1 style="margin:0 0 12px;font-size:20px">{escape(title)}</h1>',
    ]
    for block in blocks:
        match block:
            case Heading(text, tone):
                parts.append(f'<h2 style="margin:20px 0 6px;font-size:16px;color:{_COLOURS[tone]}">{escape(text)}</h2>')
            case Paragraph(text, link):
                shown = escape(text) if link is None else f'<a href="{escape(link)}">{escape(text)}</a>'
                parts.append(f'<p style="margin:6px 0">{shown}</p>')
            case Listing(lines):
                items = "".join(f'<li style="margin:6px 0">{_draw_line(line)}</li>' for line in lines)
                parts.append(f'<ul style="margin:6px 0;padding-left:20px">{items}</ul>')
            case Table(header, rows):
                parts.append(_draw_table(header, rows))
            case Bars(bars):
                parts.append(_draw_bars(bars))
            case Rule():
                parts.append('<hr style="margin:20px 0 6px;border:0;border-top:1px solid #e2e0d8">')
    return "\n".join([*parts, "</div></body></html>\n"])


def _write_line(line: Line) -> str:
    mark = f"[{line.mark}] " if line.mark else ""
    note = f" ({line.note})" if line.note else ""
    return f"- {mark}{line.text}{note}"


def _draw_line(line: Line) -> str:
    mark = f'<b style="color:{_COLOURS[line.tone]}">{escape(line.mark)}</b> ' if line.mark else ""
    note = f' <span style="color:#6b7280">({escape(line.note)})</span>' if line.note else ""
    return f"{mark}{escape(line.text)}{note}"


def _write_table(rows: Sequence[Sequence[str]]) -> str:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join(
        "  ".join(
            cell.rjust(width) if place else cell.ljust(width)
            for place, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    )


def _draw_table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    cell = "padding:3px 12px 3px 0;border-bottom:1px solid #e2e0d8;text-align:"
    sides = ["left", *["right"] * (len(header) - 1)]
    head = "".join(f'<th style="{cell}{side}">{escape(text)}</th>' for side, text in zip(sides, header, strict=True))
    body = "".join(
        "<tr>"
        + "".join(f'<td style="{cell}{side}">{escape(text)}</td>' for side, text in zip(sides, row, strict=True))
        + "</tr>"
        for row in rows
    )
    return f'<table style="border-collapse:collapse;margin:6px 0"><tr>{head}</tr>{body}</table>'


def _draw_bars(bars: Sequence[tuple[str, int, str, Tone]]) -> str:
    longest = max([number for _, number, _, _ in bars] + [1])
    rows = "".join(
        f'<tr><td style="padding:2px 12px 2px 0">{escape(label)}</td><td style="padding:2px 0">'
        f'<div style="display:inline-block;height:10px;width:{_BAR * number // longest}px;'
        f'background:{_COLOURS[tone]}"></div> {escape(text)}</td></tr>'
        for label, number, text, tone in bars
    )
    return f'<table style="border-collapse:collapse;margin:6px 0">{rows}</table>'
