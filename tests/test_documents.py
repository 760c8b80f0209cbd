"""The generated documents are what the project says of itself now."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from pipelines.documents import find_stale, generate_documents, write_documents
from pipelines.paths import CHECKOUT_PATHS, DOCUMENTS

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import Built


@pytest.fixture(scope="module")
def manifest(built: Built) -> dict[str, Any]:
    content: dict[str, Any] = json.loads((built.paths.dbt_target / "manifest.json").read_text(encoding="utf-8"))
    return content


def test_the_documents_of_the_project_are_not_stale(manifest: dict[str, Any]) -> None:
    stale = find_stale(generate_documents(manifest, CHECKOUT_PATHS.raw), DOCUMENTS)

    assert stale == [], "run `make documents`"


def test_every_published_table_and_every_column_is_described(manifest: dict[str, Any]) -> None:
    text = generate_documents(manifest, CHECKOUT_PATHS.raw)["tables.md"]
    models = [node for node in manifest["nodes"].values() if node["schema"] in ("marts", "reports")]

    for model in (node for node in models if node["resource_type"] == "model"):
        _, _, section = text.partition(f"### {model['schema']}.{model['name']}\n")
        section = section.partition("\n### ")[0]
        assert model["description"].strip()
        assert all(f"| `{column}` | " in section for column in model["columns"])


def test_a_document_is_stale_when_it_differs_or_is_missing(tmp_path: Path) -> None:
    documents = {"sources.md": "new\n", "tables.md": "same\n"}
    (tmp_path / "sources.md").write_text("old\n", encoding="utf-8")
    (tmp_path / "tables.md").write_text("same\n", encoding="utf-8")

    assert find_stale(documents, tmp_path) == [tmp_path / "sources.md"]
    assert write_documents(documents, tmp_path) == [tmp_path / "sources.md"]
    assert find_stale(documents, tmp_path) == []
