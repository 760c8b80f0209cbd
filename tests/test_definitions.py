"""The graph as Dagster loads it: complete, connected, and cheap to import."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import dagster as dg
import pytest

from pipelines.dbt_project import read_manifest
from pipelines.definitions import definitions
from pipelines.expectations import load_suites
from pipelines.publication import SCHEMAS
from pipelines.sources import read_sources

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conftest import Built
    from dagster._core.definitions.assets.graph.asset_graph import AssetGraph

PUBLISHED = dg.AssetKey(["warehouse", "ketnap"])


@pytest.fixture(scope="module")
def loaded(built: Built) -> Iterator[dg.Definitions]:
    """Load the definitions of the warehouse of the whole checkout."""
    environment = dict(os.environ)
    os.environ["KETNAP_ROOT"] = str(built.paths.root)
    yield definitions()
    os.environ.clear()
    os.environ.update(environment)


@pytest.fixture(scope="module")
def graph(loaded: dg.Definitions) -> AssetGraph:
    return loaded.resolve_asset_graph()


def test_importing_the_definitions_imports_nothing_heavy() -> None:
    heavy = ("great_expectations", "dagster_dbt", "dbt", "polars", "duckdb")
    program = f"import sys, pipelines.definitions; print([name for name in {heavy!r} if name in sys.modules])"
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)

    assert run.stdout.strip() == "[]"


def test_the_command_starts_without_anything_heavy() -> None:
    heavy = ("great_expectations", "dagster", "dbt", "polars")
    program = f"import sys, pipelines.cli; print([name for name in {heavy!r} if name in sys.modules])"
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)

    assert run.stdout.strip() == "[]"


def test_the_asset_of_every_check_exists(graph: AssetGraph) -> None:
    checked = {key.asset_key for key in graph.asset_check_keys}

    assert checked
    assert checked <= graph.materializable_asset_keys


def test_every_expectation_is_a_check_that_blocks(graph: AssetGraph) -> None:
    expected = {
        dg.AssetCheckKey(dg.AssetKey(suite.table.split(".")), expectation.name)
        for suite in load_suites()
        for expectation in suite.expectations
    }

    assert expected <= graph.asset_check_keys
    assert all(graph.get_check_spec(key).blocking for key in expected)


def test_every_data_test_of_dbt_is_a_check(graph: AssetGraph, built: Built) -> None:
    tests = {node["name"] for node in read_manifest(built.paths)["nodes"].values() if node["resource_type"] == "test"}

    # a singular test names its table: {{ config(meta={'dagster': {'ref': {'name': 'fct_figures'}}}) }}
    assert tests - {key.name for key in graph.asset_check_keys} == set()


def test_every_source_and_every_model_is_an_asset(graph: AssetGraph, built: Built) -> None:
    sources = {dg.AssetKey(["raw", source.source_name]) for source in read_sources(built.paths.raw)}
    models = {
        dg.AssetKey([node["schema"], node["name"]])
        for node in read_manifest(built.paths)["nodes"].values()
        if node["resource_type"] in ("model", "seed")
    }

    assert sources <= graph.external_asset_keys
    assert models <= graph.materializable_asset_keys


def test_the_graph_leads_from_raw_files_to_the_publication(graph: AssetGraph) -> None:
    ancestors, waiting = set(), {PUBLISHED}
    while waiting:
        key = waiting.pop()
        ancestors.add(key)
        waiting |= set(graph.get(key).parent_keys) - ancestors

    layers = {key.path[0] for key in ancestors}
    assert layers == {"raw", "lake", "derived", "vocabulary", "staging", "intermediate", *SCHEMAS, "warehouse"}
    assert {key for key in graph.get_all_asset_keys() if key.path[0] in ("raw", "lake")} <= ancestors


def test_the_publication_waits_for_every_published_table_and_nothing_else(graph: AssetGraph) -> None:
    published = {key for key in graph.get_all_asset_keys() if key.path[0] in SCHEMAS}

    assert set(graph.get(PUBLISHED).parent_keys) == published


def test_the_nightly_job_runs_everything(loaded: dg.Definitions, graph: AssetGraph) -> None:
    layer = loaded.resolve_job_def("nightly_build").asset_layer

    assert layer.executable_asset_keys == graph.materializable_asset_keys
    assert layer.asset_graph.asset_check_keys == graph.asset_check_keys


def test_the_nightly_job_runs_at_two_in_vietnam(loaded: dg.Definitions) -> None:
    schedule = loaded.resolve_schedule_def("nightly_build_schedule")

    assert (schedule.cron_schedule, schedule.execution_timezone) == ("0 2 * * *", "Asia/Ho_Chi_Minh")
    assert schedule.job_name == "nightly_build"
