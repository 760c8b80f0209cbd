"""Intervals as a picture: a panel for each number, with where it may lie by what is printed and by what others say.

Belongs here: what intervals look like, in black and white too. Does not belong here: which intervals there are. The
picture is a specification of Vega-Lite; vl-convert draws it without a browser, a font of the system or the network.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from pipelines.languages import Language, format_interval, mark_percent

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from pipelines.intervals import Interval

Spec = dict[str, Any]

SUFFIXES = (".svg", ".png")

_WORDS = {
    Language.EN: {
        "nothing": "no value",
        "or": "or",
        "doubted": "may be wrong",
        "included": "end, included",
        "excluded": "end, not included",
        "exact": "one value",
        "further": "goes on",
    },
    Language.VI: {
        "nothing": "không giá trị nào",
        "or": "hoặc",
        "doubted": "có thể sai",
        "included": "đầu mút, kể cả",
        "excluded": "đầu mút, không kể",
        "exact": "một giá trị",
        "further": "còn tiếp",
    },
}
_LOCALES = {
    Language.EN: {"decimal": ".", "thousands": ",", "grouping": [3], "currency": ["", ""]},
    Language.VI: {"decimal": ",", "thousands": ".", "grouping": [3], "currency": ["", ""]},
}

_PLOT, _LABELS, _GAP, _ROW = 460, 370, 14, 22
"""Width of the axis, of the words before it, between it and words, and height of a row, in pixels."""

_PIXELS = 2
"""Of a PNG for each of a screen."""

_SMALLEST = 20.0
"""How many times as far as the smallest thing that is to be seen an axis may reach."""


class Kind(StrEnum):
    """What says where a number may lie."""

    PRINTED = "printed"
    EXPECTED = "expected"
    CONTRADICTING = "contradicting"
    REPORTED = "reported"
    COMMON = "common"


_LINES: dict[Kind, Spec] = {
    Kind.PRINTED: {"strokeWidth": 6, "color": "#000000"},
    Kind.EXPECTED: {"strokeWidth": 2, "color": "#1f5a94"},
    Kind.CONTRADICTING: {"strokeWidth": 2, "color": "#b03a2e", "strokeDash": [7, 4]},
    Kind.REPORTED: {"strokeWidth": 2, "color": "#3b6e22", "strokeDash": [2, 3]},
    Kind.COMMON: {"strokeWidth": 10, "color": "#8a8a8a"},
}
"""Told apart by width and dashes; colours only help."""

_APART = (Kind.CONTRADICTING, Kind.REPORTED)
"""What may lie beside what is printed, so that the distance is to be seen."""

_SHAPES = {"included": "circle", "excluded": "circle", "exact": "diamond", "further": "triangle-right"}


@dataclass(frozen=True)
class Bar:
    """A row of a panel.

    Attributes:
        kind: What says so.
        label: The same in words.
        intervals: Where the number may lie, from low to high; nowhere if there are none.
    """

    kind: Kind
    label: str
    intervals: tuple[Interval, ...]


@dataclass(frozen=True)
class Panel:
    """A number.

    Attributes:
        title: Its name, and what is printed.
        unit: What it counts; ``%`` of a percentage.
        bars: What is printed first, with one interval.
        is_whole: Whether it counts whole things.
        is_doubted: Whether it may be wrong.
    """

    title: str
    unit: str
    bars: tuple[Bar, ...]
    is_whole: bool = True
    is_doubted: bool = False


def check_suffix(file: Path) -> None:
    """Refuse a file that no picture is written to.

    Raises:
        ValueError: Its suffix is none of `SUFFIXES`.
    """
    if file.suffix.lower() not in SUFFIXES:
        msg = f"no picture is written to {file.name!r}\n\nuse one of: {', '.join(SUFFIXES)}"
        raise ValueError(msg)


def write_chart(spec: Spec, file: Path, language: Language) -> None:
    """Draw a picture.

    Args:
        spec: Of `draw_intervals`.
        file: SVG or PNG, by its suffix; replaced.
        language: Of the numbers on the axes.

    Raises:
        ValueError: The suffix is neither.
        OSError: The file cannot be written.
    """
    import vl_convert

    check_suffix(file)
    options: Any = {"allowed_base_urls": [], "format_locale": _LOCALES[language]}
    if file.suffix.lower() == ".svg":
        file.write_text(vl_convert.vegalite_to_svg(spec, **options), encoding="utf-8")
    else:
        file.write_bytes(vl_convert.vegalite_to_png(spec, scale=_PIXELS, **options))


def draw_intervals(panels: Sequence[Panel], *, title: str, notes: Sequence[str], language: Language) -> Spec:
    """Return the specification of a picture: the panels beneath each other, each with an axis of its own.

    Args:
        panels: At least one.
        title: Of the picture.
        notes: Lines below it.
        language: Of words and numbers.
    """
    return {
        "$schema": "https://vega.github.io/schema/vega-lite/v6.json",
        "background": "white",
        "padding": 16,
        "title": {"text": title, "anchor": "start", "fontSize": 16, "offset": 16},
        "vconcat": [*(_draw_panel(panel, language) for panel in panels), _draw_legend(notes, language)],
        "spacing": 20,
        "config": {
            "font": "DejaVu Sans, Liberation Sans, Arial, sans-serif",
            "view": {"stroke": None},
            "axis": {"labelFontSize": 11, "titleFontSize": 11, "titleFontWeight": "normal", "gridColor": "#e8e8e8"},
            "text": {"fontSize": 11},
        },
    }


def _draw_panel(panel: Panel, language: Language) -> Spec:
    domain = _find_domain(panel.bars)
    title = f"{panel.title} · {_WORDS[language]['doubted']}" if panel.is_doubted else panel.title
    texts = [{"row": row, "text": bar.label} for row, bar in enumerate(panel.bars)]
    numbers = [{"row": row, "text": _describe(bar, panel.unit, language)} for row, bar in enumerate(panel.bars)]
    axis: Spec = {"title": panel.unit, "format": ",.6~r", "tickCount": 6}
    if panel.is_whole:
        axis["tickMinStep"] = 1
    return {
        "width": _PLOT,
        "height": _ROW * len(panel.bars),
        "title": {"text": title, "anchor": "start", "frame": "bounds", "fontSize": 12, "offset": 8},
        "layer": [
            _draw_band(panel.bars[0].intervals[0], domain),
            *(layer for row, bar in enumerate(panel.bars) for layer in _draw_bar(row, bar, domain)),
            _draw_texts(texts, -_GAP, align="right", limit=_LABELS - _GAP),
            _draw_texts(numbers, _PLOT + _GAP),
            # all panels begin at the same place, however long their words are
            {"data": {"values": [{"row": 0}]}, "mark": {"type": "point", "size": 0}, **_put_at(-_LABELS)},
        ],
        "encoding": {
            "x": {
                "type": "quantitative",
                "scale": {"domain": list(domain), "nice": False, "zero": False},
                "axis": axis,
            },
            "y": {
                "type": "ordinal",
                "field": "row",
                "scale": {"domain": list(range(len(panel.bars)))},
                "axis": None,
            },
        },
    }


def _draw_band(own: Interval, domain: tuple[float, float]) -> Spec:
    """Return what is printed as a band behind all rows of a panel."""
    low, high = (None if end is None else float(end) for end in own[:2])
    band = {"start": domain[0] if low is None else low, "stop": domain[1] if high is None else high}
    return {
        "data": {"values": [band]},
        "mark": {"type": "rect", "color": "#f0f0f0", "stroke": "#d5d5d5", "strokeWidth": 1},
        "encoding": {"x": {"field": "start", "type": "quantitative"}, "x2": {"field": "stop"}, "y": None},
    }


def _put_at(x: int) -> Spec:
    return {"encoding": {"x": {"value": x}}}


def _find_domain(bars: Sequence[Bar]) -> tuple[float, float]:
    """Return the ends of an axis: as far as others end, unless what is printed gets too small to be seen."""
    own = bars[0].intervals[0]
    known = [float(end) for end in own[:2] if end is not None] or [0.0]
    facing = [end for bar in bars if bar.kind in _APART for interval in bar.intervals for end in _face(interval, own)]
    ends = [*known, *facing]
    details = [abs(end - other) for end in ends for other in known if end != other]
    smallest = _SMALLEST * (min(details) if details else abs(known[0]))
    others = {float(end) for bar in bars for interval in bar.intervals for end in interval[:2] if end is not None}
    for end in sorted(others, key=lambda end: max(min(ends) - end, end - max(ends))):
        if max(*ends, end) - min(*ends, end) <= smallest:
            ends.append(end)
    low, high = min(ends), max(ends)
    margin = (high - low) / 10 or abs(low) / 10 or 1.0
    return (low - margin if low < 0 else max(low - margin, 0.0)), high + margin


def _face(interval: Interval, own: Interval) -> list[float]:
    """Return the end of an interval at which it ends before another begins; none if they meet."""
    if interval.meets(own):
        return []
    is_below = interval.high is not None and own.low is not None and interval.high <= own.low
    end = interval.high if is_below else interval.low
    return [] if end is None else [float(end)]


def _draw_bar(row: int, bar: Bar, domain: tuple[float, float]) -> Iterator[Spec]:
    """Yield the lines of a row, then their ends."""
    lines, ends = [], []
    for interval in bar.intervals:
        low, high = (None if end is None else float(end) for end in interval[:2])
        if low is not None and low == high:
            ends.append(("exact", low))
            continue
        start = domain[0] if low is None else min(max(low, domain[0]), domain[1])
        stop = domain[1] if high is None else min(max(high, domain[0]), domain[1])
        lines.append({"row": row, "start": start, "stop": stop})
        ends.append((_name_end(low, start, is_open=interval.is_low_open), start))
        ends.append((_name_end(high, stop, is_open=interval.is_high_open), stop))
    style = _LINES[bar.kind]
    if lines:
        yield {
            "data": {"values": lines},
            "mark": {"type": "rule", "strokeCap": "butt", **style},
            "encoding": {"x": {"field": "start", "type": "quantitative"}, "x2": {"field": "stop"}},
        }
    for name, at in ends:
        yield {
            "data": {"values": [{"row": row, "at": at}]},
            "mark": _mark_end(name, style["color"], is_left=name == "further" and at <= domain[0]),
            "encoding": {"x": {"field": "at", "type": "quantitative"}},
        }


def _name_end(end: float | None, drawn: float, *, is_open: bool) -> str:
    if end is None or end != drawn:
        return "further"
    return "excluded" if is_open else "included"


def _mark_end(name: str, colour: str, *, is_left: bool = False) -> Spec:
    return {
        "type": "point",
        "shape": "triangle-left" if is_left else _SHAPES[name],
        "fill": "white" if name == "excluded" else colour,
        "stroke": colour,
        "strokeWidth": 1.8,
        "size": 110 if name == "exact" else 60,
        "opacity": 1,
    }


def _describe(bar: Bar, unit: str, language: Language) -> str:
    words = _WORDS[language]
    if not bar.intervals:
        return words["nothing"]
    text = f" {words['or']} ".join(format_interval(interval, language) for interval in bar.intervals)
    return f"{text}{mark_percent(language)}" if unit == "%" else text


def _draw_texts(texts: Iterable[Spec], x: int, *, align: str = "left", limit: int = 0) -> Spec:
    """Return a layer of texts at a place beside or on the plot; longer ones than the limit are cut off."""
    return {
        "data": {"values": list(texts)},
        "mark": {"type": "text", "align": align, "baseline": "middle", "limit": limit},
        "encoding": {"x": {"value": x}, "text": {"field": "text", "type": "nominal"}},
    }


def _draw_legend(notes: Sequence[str], language: Language) -> Spec:
    """Return what the ends of lines mean, and the notes below it."""
    words, step = _WORDS[language], (_LABELS + _PLOT) / len(_SHAPES)
    layers: list[Spec] = []
    for number, name in enumerate(_SHAPES):
        x = round(number * step) - _LABELS
        mark = {"data": {"values": [{"row": 0}]}, "mark": _mark_end(name, "#000000"), **_put_at(x + 6)}
        layers += [mark, _draw_texts([{"row": 0, "text": words[name]}], x + 16)]
    layers.append(_draw_texts([{"row": row, "text": note} for row, note in enumerate(notes, start=1)], -_LABELS))
    rows = list(range(len(notes) + 1))
    y = {"type": "ordinal", "field": "row", "scale": {"domain": rows}, "axis": None}
    return {"width": _PLOT, "height": _ROW * len(rows), "layer": layers, "encoding": {"y": y}}
