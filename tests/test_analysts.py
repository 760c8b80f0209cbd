"""Every query of the guide for analysts runs in the published file and finds something."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import duckdb
import pytest

from pipelines.paths import DOCUMENTS
from pipelines.publication import open_published, publish

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conftest import Built

REPORTS = "Reports in time, late and missing"
"""The section whose queries run where reports have come in: `test_completeness`."""

_SECTIONS = dict(
    re.findall(
        r"^## (.*?)\n(.*?)(?=^## |\Z)",
        (DOCUMENTS / "analysts.md").read_text(encoding="utf-8"),
        flags=re.DOTALL | re.MULTILINE,
    )
)


def list_queries(section: str) -> list[str]:
    """Return the queries of a section of the guide."""
    return re.findall(r"```sql\n(.*?)```", _SECTIONS[section], flags=re.DOTALL)


_QUERIES = [query for section in _SECTIONS if section != REPORTS for query in list_queries(section)]


@pytest.fixture(scope="module")
def published(built: Built, tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    file = tmp_path_factory.mktemp("published") / "ketnap.duckdb"
    publish(built.paths.build_database, file)
    with open_published(file) as connection:
        yield connection


def test_the_guide_has_queries() -> None:
    assert _QUERIES


@pytest.mark.parametrize("query", _QUERIES, ids=[" ".join(query.split())[:70] for query in _QUERIES])
def test_a_query_of_the_guide_finds_rows(query: str, published: duckdb.DuckDBPyConnection) -> None:
    assert published.execute(query).fetchone() is not None
