"""Lake → staging → intermediate → marts → reports: dbt's models as assets, its data tests as checks on them."""

from collections.abc import Iterator, Mapping
from typing import Any

import dagster as dg
from dagster_dbt import DagsterDbtTranslator, dbt_assets
from dagster_dbt.core.dbt_cli_event import DbtCoreCliEventMessage

from pipelines.dbt_project import Building, fetch_failing_rows, list_unfed, read_manifest
from pipelines.defs.resources import Build
from pipelines.paths import load_paths
from pipelines.publication import SCHEMAS
from pipelines.tables import format_markdown

SHOWN_ROWS = 20
"""Rows found by a test that are shown with it."""


class Translator(DagsterDbtTranslator):
    """Names an asset by its schema and table, so that one search finds it everywhere."""

    def get_asset_key(self, dbt_resource_props: Mapping[str, Any]) -> dg.AssetKey:
        """Return ``marts/fct_admissions`` for a model, ``lake/observations`` for a source."""
        schema = "source_name" if dbt_resource_props["resource_type"] == "source" else "schema"
        return dg.AssetKey([dbt_resource_props[schema], dbt_resource_props["name"]])

    def get_group_name(self, dbt_resource_props: Mapping[str, Any]) -> str:
        """Return the layer."""
        return self.get_asset_key(dbt_resource_props).path[0]


_TRANSLATOR = Translator()
"""One for all: it remembers what it has translated."""


@dg.definitions
def warehouse() -> dg.Definitions:
    """Return one asset per seed and model, one check per data test."""
    manifest = read_manifest(load_paths())

    @dbt_assets(manifest=manifest, dagster_dbt_translator=_TRANSLATOR, name="warehouse")
    def run_dbt(context: dg.AssetExecutionContext, build: Build) -> Iterator[Any]:
        """Run everything once, in this process."""
        yield from _run_dbt(context, build, manifest)

    return dg.Definitions(assets=[run_dbt])


def list_published_keys() -> list[dg.AssetKey]:
    """Return the keys of the tables that are published."""
    nodes = read_manifest(load_paths())["nodes"].values()
    keys = [_TRANSLATOR.get_asset_key(node) for node in nodes if node["resource_type"] == "model"]
    return sorted(key for key in keys if key.path[0] in SCHEMAS)


def _run_dbt(context: dg.AssetExecutionContext, build: Build, manifest: Mapping[str, Any]) -> Iterator[Any]:
    building = Building(build.paths, as_of=build.moment, selected=_select_nodes(context))
    if building.is_increment:
        yield from _carry_over(context, manifest)
    failed: dict[str, dg.AssetCheckResult] = {}
    for event in building:
        said = DbtCoreCliEventMessage(raw_event=event, event_history_metadata={})
        for result in said.to_default_asset_events(manifest, _TRANSLATOR, context):
            if isinstance(result, dg.AssetCheckResult) and not result.passed:
                failed[event["data"]["node_info"]["unique_id"]] = result
            else:
                yield result
    for unique_id, check in failed.items():
        yield _show_rows(check, build, building.result.failing_tests.get(unique_id))
    # rows that a check found block the publication without being an error of the run
    faults = [fault for fault in building.result.failures if not (fault.is_finding and fault.unique_id in failed)]
    if faults:
        message = "\n".join(f"{fault.name}: {fault.message}" for fault in faults)
        raise dg.Failure(message, allow_retries=False)


def _carry_over(context: dg.AssetExecutionContext, manifest: Mapping[str, Any]) -> Iterator[Any]:
    """Say of what an increment leaves as it is that it is there and in order: what comes after it waits for that."""
    nodes = [manifest["nodes"][unique_id] for unique_id in list_unfed(manifest)]
    unchanged = {"is_unchanged": True}
    for node in nodes:
        if node["resource_type"] != "test":
            output_name = _TRANSLATOR.get_asset_key(node).to_python_identifier()
            yield dg.Output(None, output_name=output_name, metadata=unchanged)
    tests = {node["name"] for node in nodes if node["resource_type"] == "test"}
    for key in context.selected_asset_check_keys:
        if key.name in tests:
            yield dg.AssetCheckResult(passed=True, asset_key=key.asset_key, check_name=key.name, metadata=unchanged)


def _select_nodes(context: dg.AssetExecutionContext) -> list[str]:
    """Return the names of the nodes to run if somebody chose some of them; dbt adds their tests."""
    if not context.is_subset:
        return []
    specs = context.assets_def.specs_by_key
    return sorted(specs[key].metadata["dagster_dbt/unique_id"].split(".")[-1] for key in context.selected_asset_keys)


def _show_rows(check: dg.AssetCheckResult, build: Build, query: str | None) -> dg.AssetCheckResult:
    """Add the rows that a failed test found."""
    if query is None:
        return check
    columns, rows = fetch_failing_rows(build.paths.build_database, query, SHOWN_ROWS)
    shown = dg.MarkdownMetadataValue(format_markdown(columns, rows))
    return check._replace(metadata={**(check.metadata or {}), "failing_rows": shown})
