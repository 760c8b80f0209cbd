"""The graph as Dagster loads it: complete, connected, and cheap to import."""

from __future__ import annotations

import os
import subprocess
import sys
from decimal import Decimal
from typing import TYPE_CHECKING

import dagster as dg
import pytest

from pipelines.dbt_project import read_manifest
from pipelines.definitions import definitions
from pipelines.defs.checks import report_outcome
from pipelines.expectations import load_suites
from pipelines.outcomes import Outcome
from pipelines.publication import SCHEMAS
from pipelines.sources import read_sources
from pipelines.vocabulary import read_codes

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


def test_every_rule_is_one_check_of_the_findings(graph: AssetGraph) -> None:
    findings = dg.AssetKey(["reports", "rpt_findings"])
    names = [key.name for key in graph.asset_check_keys if key.asset_key == findings]
    found = {
        rule_code: [name for name in names if name.endswith(f"_by_{rule_code}")] for rule_code in read_codes("rules")
    }

    assert found == {rule_code: [f"no_figure_is_doubted_by_{rule_code}"] for rule_code in found}


def test_a_check_says_in_both_languages_what_it_is_about(graph: AssetGraph) -> None:
    key = dg.AssetCheckKey(dg.AssetKey(["reports", "rpt_findings"]), "no_figure_is_doubted_by_wording")
    rule = read_codes("rules")["wording"]

    assert graph.get_check_spec(key).metadata["suite"] == f"{rule['label_vi']} / {rule['label_en']}"


def test_the_rows_that_fail_are_shown_with_a_check() -> None:
    row = {"message_vi": "tổng phải từ 1.760", "figure_ids": "f8|f9", "expected_low": Decimal("1760.000000")}
    outcome = Outcome(
        suite="rules.wording",
        table="reports.rpt_findings",
        name="no_figure_is_doubted_by_wording",
        severity="warning",
        reason="why",
        is_passed=False,
        observed="rows found: 250",
        unexpected_count=250,
        examples=(row, {**row, "expected_low": None}),
    )
    result = report_outcome(outcome)

    assert (result.passed, result.severity) == (False, dg.AssetCheckSeverity.WARN)
    assert result.metadata["failing_row_count"] == dg.MetadataValue.int(250)
    assert result.metadata["failing_rows"] == dg.MetadataValue.md(
        "| message_vi | figure_ids | expected_low |\n"
        "| --- | --- | --- |\n"
        "| tổng phải từ 1.760 | f8\\|f9 | 1760 |\n"
        "| tổng phải từ 1.760 | f8\\|f9 |  |"
    )


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


def test_every_asset_says_what_it_is_whose_and_for_whom(graph: AssetGraph) -> None:
    nodes = [graph.get(key) for key in graph.get_all_asset_keys()]

    assert [node.key for node in nodes if len(node.description or "") < 20] == []
    assert [node.key for node in nodes if not node.group_name or node.group_name == "default"] == []
    assert [node.key for node in nodes if not node.kinds or not node.owners] == []
    assert {node.tags["ketnap/audience"] for node in nodes} == {"stewards", "maintainers", "analysts"}


def test_a_published_table_says_where_to_look_further(graph: AssetGraph) -> None:
    metadata = graph.get(dg.AssetKey(["marts", "fct_figures"])).metadata

    assert {"query", "findings", "data_docs", "dagster/column_schema"} <= set(metadata)


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
