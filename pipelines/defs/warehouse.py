"""Lake → staging → intermediate → marts → reports: dbt's models as assets, its data tests as checks on them."""

from collections.abc import Iterator, Mapping
from graphlib import TopologicalSorter
from typing import Any

import dagster as dg
from dagster_dbt import DagsterDbtTranslator, dbt_assets
from dagster_dbt.core.dbt_cli_event import DbtCoreCliEventMessage

from pipelines.dbt_project import Building, fetch_failing_rows, list_kept, read_manifest
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

_IS_UNCHANGED = {"is_unchanged": True}


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
    kept = _Kept(manifest, list_kept(manifest)) if building.is_increment else None
    if kept is not None:
        yield from kept.list_checks(context)
        yield from kept.follow()
    failed: dict[str, dg.AssetCheckResult] = {}
    for event in building:
        said = DbtCoreCliEventMessage(raw_event=event, event_history_metadata={})
        for result in said.to_default_asset_events(manifest, _TRANSLATOR, context):
            if isinstance(result, dg.AssetCheckResult) and not result.passed:
                failed[event["data"]["node_info"]["unique_id"]] = result
            else:
                yield result
        if kept is not None and event["data"]["node_info"]["node_status"] == "success":
            yield from kept.follow(event["data"]["node_info"]["unique_id"])
    for unique_id, check in failed.items():
        yield _show_rows(check, build, building.result.failing_tests.get(unique_id))
    # rows that a check found block the publication without being an error of the run
    faults = [fault for fault in building.result.failures if not (fault.is_finding and fault.unique_id in failed)]
    if faults:
        message = "\n".join(f"{fault.name}: {fault.message}" for fault in faults)
        raise dg.Failure(message, allow_retries=False)


class _Kept:
    """What an increment leaves as it is: says of it that it is there, since what comes after it waits for that.

    Args:
        manifest: What dbt knows of the project.
        unique_ids: What is left as it is.
    """

    def __init__(self, manifest: Mapping[str, Any], unique_ids: set[str]) -> None:
        self._nodes = manifest["nodes"]
        self._unique_ids = unique_ids
        parents: Mapping[str, list[str]] = manifest["parent_map"]
        self._order = TopologicalSorter(
            {
                unique_id: [parent for parent in parents[unique_id] if parent in self._nodes]
                for unique_id, node in self._nodes.items()
                if node["resource_type"] != "test"
            }
        )
        self._order.prepare()

    def list_checks(self, context: dg.AssetExecutionContext) -> Iterator[dg.AssetCheckResult]:
        """Give the results of the tests that are not run: they passed when the tables were built."""
        names = {self._nodes[unique_id]["name"] for unique_id in self._unique_ids}
        for key in context.selected_asset_check_keys:
            if key.name in names:
                yield dg.AssetCheckResult(
                    passed=True, asset_key=key.asset_key, check_name=key.name, metadata=_IS_UNCHANGED
                )

    def follow(self, *built: str) -> Iterator[dg.Output[None]]:
        """Give the outputs of what reads nothing else any more that is still to be built."""
        self._order.done(*built)
        while ready := self._order.get_ready():
            kept = sorted(self._unique_ids.intersection(ready))
            for unique_id in kept:
                output_name = _TRANSLATOR.get_asset_key(self._nodes[unique_id]).to_python_identifier()
                yield dg.Output(None, output_name=output_name, metadata=_IS_UNCHANGED)
            self._order.done(*kept)


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
