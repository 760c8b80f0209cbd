"""The picture of the models has every one of them once, and every reference between families in the title of a line."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

import pytest

from pipelines.graphs import FAMILIES, _find_family, draw_models

if TYPE_CHECKING:
    from conftest import Built

_SVG = "{http://www.w3.org/2000/svg}"


def _node(name: str, kind: str, *parents: str, materialized: str = "table") -> dict[str, Any]:
    return {
        "name": name,
        "schema": {"seed": "vocabulary", "source": "lake"}.get(kind, "marts"),
        "resource_type": kind,
        "config": {"materialized": materialized},
        "depends_on": {"nodes": list(parents)},
    }


def _manifest(*nodes: dict[str, Any]) -> dict[str, Any]:
    keyed = {node["name"]: node for node in nodes}
    return {
        "sources": {key: node for key, node in keyed.items() if node["resource_type"] == "source"},
        "nodes": {key: node for key, node in keyed.items() if node["resource_type"] != "source"},
    }


SMALL = _manifest(
    _node("files", "source"),
    _node("measures", "seed"),
    _node("stg_lake__files", "model", "files", materialized="view"),
    _node("int_files_versioned", "model", "stg_lake__files"),
    _node("fct_members", "model", "measures", "int_files_versioned", materialized="incremental"),
    _node("unique_fct_members", "test", "fct_members"),
)


def _read_texts(picture: str) -> list[str]:
    return [str(element.text) for element in ET.fromstring(picture).iter(f"{_SVG}text")]


def _read_references(picture: str) -> set[str]:
    titles = ET.fromstring(picture).iter(f"{_SVG}title")
    return {line for title in titles for line in str(title.text).splitlines()}


def test_every_model_seed_and_source_stands_in_the_picture_once_and_no_test() -> None:
    texts = _read_texts(draw_models(SMALL))

    expected = {"files", "measures", "stg_lake__files", "int_files_versioned", "fct_members"}
    assert {name: texts.count(name) for name in expected} == dict.fromkeys(expected, 1)
    assert "unique_fct_members" not in texts


def test_every_reference_between_families_is_named_by_a_line() -> None:
    expected = {
        "lake.files → stg_lake__files",
        "stg_lake__files → int_files_versioned",
        "vocabulary.measures → fct_members",
        "int_files_versioned → fct_members",
    }

    assert _read_references(draw_models(SMALL)) == expected


def test_a_reference_inside_a_family_is_not_drawn() -> None:
    picture = draw_models(_manifest(_node("dim_groups", "model"), _node("dim_terms", "model", "dim_groups")))

    assert _read_references(picture) == set()


def test_the_order_of_the_manifest_does_not_matter() -> None:
    turned = {part: dict(reversed(nodes.items())) for part, nodes in SMALL.items()}

    assert draw_models(turned) == draw_models(SMALL)


def test_no_two_boxes_of_a_column_touch() -> None:
    boxes: dict[str, list[tuple[float, float]]] = {}
    names = [f"fct_{number}" for number in range(9)] + [f"dim_{number}" for number in range(30)]
    picture = draw_models(_manifest(*(_node(name, "model") for name in names)))
    for element in ET.fromstring(picture).iter(f"{_SVG}rect"):
        if element.get("rx") == "6":
            top = float(element.attrib["y"])
            boxes.setdefault(element.attrib["x"], []).append((top, top + float(element.attrib["height"])))

    assert [len(column) for column in boxes.values()] == [2]
    (upper, lower) = sorted(next(iter(boxes.values())))
    assert upper[1] + 20 < lower[0]


def test_a_name_without_a_family_is_reported() -> None:
    with pytest.raises(ValueError, match=r"(?s)no family for 'sales'.*FAMILIES"):
        draw_models(_manifest(_node("sales", "model")))


def test_no_family_of_the_project_is_empty_and_no_line_runs_to_the_left(built: Built) -> None:
    manifest = json.loads((built.paths.dbt_target / "manifest.json").read_text(encoding="utf-8"))
    picture = draw_models(manifest)

    assert {family.title for family in FAMILIES} <= set(_read_texts(picture))
    pairs = [reference.split(" → ") for reference in _read_references(picture)]
    assert [(a, b) for a, b in pairs if _find_family(a).column > _find_family(b).column] == []
