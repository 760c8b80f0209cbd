"""Draws the models of the warehouse: dbt's manifest → a picture that is read on one screen.

Belongs here: which models stand together and in which column, how they are placed, how the lines between them run. Two
hundred references would be a thicket, so they are drawn from family to family; the title of a line, which a browser
shows under the pointer, names every one of them. The same manifest gives the same bytes.
"""

from __future__ import annotations

from dataclasses import dataclass
from fnmatch import fnmatchcase
from itertools import pairwise
from math import log2
from typing import TYPE_CHECKING, Any
from xml.sax.saxutils import escape

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence


@dataclass(frozen=True)
class Family:
    """Models that answer one question.

    Attributes:
        title: What stands above them.
        layer: Whose colour they have: ``input``, ``staging``, ``intermediate``, ``marts`` or ``reports``.
        column: Where they stand, from 0 on the left.
        patterns: Which names belong to them; of several families, the first that fits has the model.
    """

    title: str
    layer: str
    column: int
    patterns: tuple[str, ...]


FAMILIES = (
    Family("lake", "input", 0, ("lake.*",)),
    Family("names, resolved in Python", "input", 0, ("derived.*",)),
    Family("vocabulary and units (seeds)", "input", 0, ("vocabulary.*",)),
    Family("staging: renamed, cast", "staging", 1, ("stg_*",)),
    Family("where units lie", "intermediate", 1, ("int_unit_*",)),
    Family("units and their readings", "marts", 1, ("dim_administrative_units", "bridge_*")),
    Family("what is new tonight", "intermediate", 2, ("int_documents_changed",)),
    Family(
        "current figures and their bounds",
        "intermediate",
        2,
        ("int_files_*", "int_observations_*", "int_publications_*", "int_texts_*", "int_figures_*"),
    ),
    Family("every printed number", "marts", 3, ("fct_figures",)),
    Family(
        "contents and periods", "intermediate", 3, ("int_contents_*", "int_periods_stated", "int_cal*", "int_whole_*")
    ),
    Family("counts", "intermediate", 3, ("int_counts_*", "int_code_relations", "int_identity_terms")),
    Family("facts: how many", "marts", 4, ("fct_*",)),
    Family(
        "reports: owed, received",
        "intermediate",
        4,
        ("int_reports_received", "int_reports_expected", "int_reports_matched", "int_organisation_areas"),
    ),
    Family("dimensions", "marts", 4, ("dim_*",)),
    Family(
        "sums: time, organisations",
        "intermediate",
        5,
        ("int_admissions_[!a]*", "int_roll_ups_*", "int_children_*"),
    ),
    Family("percentages and bases", "intermediate", 5, ("int_ratios_*", "int_bases_smallest", "int_organisation_*")),
    Family("admissions, three readings", "reports", 6, ("rpt_admissions_*", "rpt_members_*")),
    Family(
        "targets, coverage, stalls, gaps",
        "intermediate",
        6,
        ("int_targets_*", "int_admission*", "int_coverage_*", "int_stalls_*", "int_group_*"),
    ),
    Family("checks of reports", "intermediate", 6, ("int_report_*", "int_reports_*")),
    Family("which figure is wrong", "intermediate", 6, ("int_suspects_*", "int_contradictions_*")),
    Family("when findings were open", "intermediate", 7, ("int_findings_spanned",)),
    Family("comparisons of figures", "intermediate", 6, ("int_*",)),
    Family("answers", "reports", 7, ("rpt_*",)),
)
"""From left to right as the numbers flow, from top to bottom as they are drawn. The last patterns with one star take
models that are new, so that every model has a place."""

_LAYERS = {
    "input": ("#f1f0ec", "#8a8577"),
    "staging": ("#eceff3", "#64748b"),
    "intermediate": ("#e6f3f0", "#2f8577"),
    "marts": ("#e8eefb", "#3b62c4"),
    "reports": ("#f5eafa", "#8d45ad"),
}
"""Background and strong colour."""

_LAYER_LABELS = {
    "input": "input",
    "staging": "staging",
    "intermediate": "intermediate",
    "marts": "marts (published)",
    "reports": "reports (published)",
}

_KINDS = {
    "view": ("view: computed when read", "#ffffff", "#94a3b8"),
    "table": ("table: built anew each night", "#94a3b8", "#94a3b8"),
    "incremental": ("kept table: only what is new is written", "#f59e0b", "#f59e0b"),
    "file": ("file: seed, or written before dbt", "#57534e", "#57534e"),
}
"""Label, fill and border of the mark before a name."""

_LETTERS = "Helvetica, Arial, sans-serif"
_LETTER = 5.5
_ROW = 16.0
_HEAD = 24.0
_PADDING = 9.0
_MARK = 13.0
_GUTTER = 50.0
_MARGIN = 20.0
_TOP = 88.0
_LEAST_GAP = 46.0


@dataclass(frozen=True)
class _Box:
    """A family in its place."""

    family: Family
    models: tuple[tuple[str, str], ...]
    """Name and kind."""
    x: float
    y: float
    width: float
    height: float

    @property
    def right(self) -> float:
        return self.x + self.width

    @property
    def bottom(self) -> float:
        return self.y + self.height

    @property
    def middle(self) -> float:
        return self.y + self.height / 2


def draw_models(manifest: Mapping[str, Any]) -> str:
    """Return the picture of all models as SVG.

    Args:
        manifest: Of dbt.
    """
    names = {key: _name(node) for key, node in _list_nodes(manifest)}
    families = {key: _find_family(name) for key, name in names.items()}
    members: dict[Family, list[tuple[str, str]]] = {}
    for key, node in _list_nodes(manifest):
        members.setdefault(families[key], []).append((names[key].rpartition(".")[2], _kind(node)))
    bundles: dict[tuple[Family, Family], list[tuple[str, str]]] = {}
    for key, node in _list_nodes(manifest):
        for parent in node.get("depends_on", {}).get("nodes", []):
            if families[parent] != families[key]:
                bundles.setdefault((families[parent], families[key]), []).append((names[parent], names[key]))
    boxes = _place({family: sorted(models) for family, models in members.items()})
    width = max(box.right for box in boxes.values()) + _MARGIN
    height = max(box.bottom for box in boxes.values()) + _MARGIN
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {height:.0f}" font-family="{_LETTERS}">',
        "<!-- Generated by `ketnap documents`; do not edit. -->",
        f'<rect width="{width:.0f}" height="{height:.0f}" fill="#ffffff"/>',
        *_draw_legend(len(names), sum(len(pairs) for pairs in bundles.values()), width),
        *_draw_bundles(bundles, boxes),
        *(line for box in boxes.values() for line in _draw_box(box)),
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def _list_nodes(manifest: Mapping[str, Any]) -> list[tuple[str, Mapping[str, Any]]]:
    nodes = {**manifest["sources"], **manifest["nodes"]}
    return sorted((key, node) for key, node in nodes.items() if node["resource_type"] in ("model", "seed", "source"))


def _name(node: Mapping[str, Any]) -> str:
    return str(node["name"]) if node["resource_type"] == "model" else f"{node['schema']}.{node['name']}"


def _kind(node: Mapping[str, Any]) -> str:
    return str(node["config"]["materialized"]) if node["resource_type"] == "model" else "file"


def _find_family(name: str) -> Family:
    for family in FAMILIES:
        if any(fnmatchcase(name, pattern) for pattern in family.patterns):
            return family
    msg = f"no family for {name!r}\n\nadd a pattern to FAMILIES in pipelines/graphs.py"
    raise ValueError(msg)


def _place(members: Mapping[Family, Sequence[tuple[str, str]]]) -> dict[Family, _Box]:
    """Give every family a box: columns as wide as their longest name, boxes of a column spread over the height."""
    columns: dict[int, list[Family]] = {}
    for family in FAMILIES:
        if family in members:
            columns.setdefault(family.column, []).append(family)
    heights = {family: _HEAD + _ROW * len(models) + _PADDING for family, models in members.items()}
    tallest = max(sum(heights[f] for f in column) + _LEAST_GAP * (len(column) + 1) for column in columns.values())
    boxes = {}
    x = _MARGIN
    for _, column in sorted(columns.items()):
        names = [name for family in column for name, _ in members[family]]
        # a title is set in wider letters
        letters = max(*map(len, names), *(len(family.title) * 1.1 for family in column))
        width = letters * _LETTER + _MARK + 2 * _PADDING
        gap = (tallest - sum(heights[family] for family in column)) / (len(column) + 1)
        y = _TOP + gap
        for family in column:
            boxes[family] = _Box(family, tuple(members[family]), x, y, width, heights[family])
            y += heights[family] + gap
        x += width + _GUTTER
    return boxes


def _draw_box(box: _Box) -> Iterable[str]:
    pale, strong = _LAYERS[box.family.layer]
    yield (
        f'<rect x="{box.x:.1f}" y="{box.y:.1f}" width="{box.width:.1f}" height="{box.height:.1f}" rx="6" '
        f'fill="{pale}" stroke="{strong}" stroke-width="1.2"/>'
    )
    yield _text(box.x + _PADDING, box.y + 16, box.family.title, size=11, colour=strong, is_bold=True)
    for number, (name, kind) in enumerate(box.models):
        y = box.y + _HEAD + _ROW * number
        yield _mark(box.x + _PADDING, y + 3, kind)
        yield _text(box.x + _PADDING + _MARK, y + 10.5, name, size=9.1, colour="#1f2937", is_name=True)


def _draw_bundles(
    bundles: Mapping[tuple[Family, Family], Sequence[tuple[str, str]]], boxes: Mapping[Family, _Box]
) -> Iterable[str]:
    """Draw one line for all references from one family to another; it runs between the boxes that are in its way."""
    order = {family: number for number, family in enumerate(FAMILIES)}
    keys = sorted(bundles, key=lambda key: (order[key[0]], order[key[1]]))
    lanes: dict[tuple[int, float], int] = {}
    for source, target in keys:
        start, end = boxes[source], boxes[target]
        leaving = sorted((key for key in keys if key[0] == source), key=lambda key: boxes[key[1]].middle)
        arriving = sorted((key for key in keys if key[1] == target), key=lambda key: boxes[key[0]].middle)
        start_y = _port(start, leaving.index((source, target)), len(leaving))
        end_y = _port(end, arriving.index((source, target)), len(arriving))
        pairs = sorted(bundles[source, target])
        strong = _LAYERS[source.layer][1]
        path = (
            _path_between(start, end, start_y, end_y, list(boxes.values()), lanes)
            if source.column < target.column
            else _path_back(start, end, start_y, end_y)
        )
        title = "\n".join(f"{parent} → {child}" for parent, child in pairs)
        x, towards = (end.x, 1) if source.column < target.column else (end.right, -1)
        width, opacity = 0.7 + 0.55 * log2(len(pairs)), min(0.38 + 0.12 * log2(len(pairs)), 0.8)
        yield (
            f'<g stroke="{strong}" fill="none" opacity="{opacity:.2f}"><title>{escape(title)}</title>'
            f'<path d="{path}" stroke-width="{width:.1f}"/>'
            f'<path d="M{x - towards:.1f},{end_y:.1f} l{-6 * towards},-3 v6 z" fill="{strong}" stroke="none"/></g>'
        )


def _port(box: _Box, number: int, count: int) -> float:
    """Return where on the side of a box the line with this number stands."""
    return box.y + box.height * (number + 1) / (count + 1)


def _path_back(start: _Box, end: _Box, start_y: float, end_y: float) -> str:
    """To a box of the same column, or one further left: out of the right side and into the right side."""
    reach = max(start.right, end.right) + _GUTTER * 0.45
    bend = f"C{reach:.1f},{start_y:.1f} {reach:.1f},{end_y:.1f}"
    return f"M{start.right:.1f},{start_y:.1f} {bend} {end.right + 5:.1f},{end_y:.1f}"


def _path_between(
    start: _Box, end: _Box, start_y: float, end_y: float, boxes: Collection[_Box], lanes: dict[tuple[int, float], int]
) -> str:
    """Through the gaps between the boxes of the columns that lie between, next to the straight line."""
    points = [(start.right, start_y)]
    between = {box.family.column for box in boxes if start.family.column < box.family.column < end.family.column}
    for column in sorted(between):
        standing = sorted((box for box in boxes if box.family.column == column), key=lambda box: box.y)
        edges = [standing[0].y - _LEAST_GAP, *(y for box in standing for y in (box.y, box.bottom))]
        edges.append(standing[-1].bottom + _LEAST_GAP)
        straight = start_y + (end_y - start_y) * (standing[0].x - start.right) / (end.x - start.right)
        middles = [(upper + lower) / 2 for upper, lower in zip(edges[::2], edges[1::2], strict=True)]
        middle = min(middles, key=lambda y: abs(y - straight))
        lane = lanes.get((column, middle), 0)
        lanes[column, middle] = lane + 1
        # beside each other: the first in the middle, then below and above in turn
        y = middle + (lane + 1) // 2 * 3.2 * (1 if lane % 2 else -1)
        points += [(standing[0].x, y), (max(box.right for box in standing), y)]
    points.append((end.x - 5, end_y))
    path = f"M{points[0][0]:.1f},{points[0][1]:.1f}"
    for number, ((x, y), (next_x, next_y)) in enumerate(pairwise(points)):
        bend = (x + next_x) / 2
        path += (
            f" L{next_x:.1f},{next_y:.1f}"
            if number % 2
            else f" C{bend:.1f},{y:.1f} {bend:.1f},{next_y:.1f} {next_x:.1f},{next_y:.1f}"
        )
    return path


def _draw_legend(node_count: int, reference_count: int, width: float) -> Iterable[str]:
    yield _text(_MARGIN, 30, "Kết nạp: from the files to the answers", size=19, colour="#111827", is_bold=True)
    yield _text(
        _MARGIN,
        50,
        f"{node_count} files, tables and views. A line stands for all references from one family to another, "
        f"{reference_count} in all; the wider, the more.",
        size=11,
        colour="#4b5563",
    )
    x = _MARGIN
    for kind, (label, _, _) in _KINDS.items():
        yield _mark(x, 65, kind)
        yield _text(x + _MARK, 72.5, label, size=11, colour="#374151")
        x += _MARK + len(label) * 5.4 + 24
    for layer, (pale, strong) in _LAYERS.items():
        yield f'<rect x="{x:.1f}" y="63" width="18" height="12" rx="3" fill="{pale}" stroke="{strong}"/>'
        yield _text(x + 24, 72.5, _LAYER_LABELS[layer], size=11, colour="#374151")
        x += 24 + len(_LAYER_LABELS[layer]) * 5.4 + 20
    yield f'<path d="M{_MARGIN},84 H{width - _MARGIN:.0f}" stroke="#e5e7eb"/>'


def _mark(x: float, y: float, kind: str) -> str:
    _, fill, border = _KINDS[kind]
    return f'<rect x="{x:.1f}" y="{y:.1f}" width="8" height="8" rx="2" fill="{fill}" stroke="{border}"/>'


def _text(
    x: float, y: float, text: str, *, size: float, colour: str, is_bold: bool = False, is_name: bool = False
) -> str:
    weight = ' font-weight="bold"' if is_bold else ""
    letters = ' font-family="Menlo, Consolas, monospace"' if is_name else ""
    return f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size}" fill="{colour}"{weight}{letters}>{escape(text)}</text>'
