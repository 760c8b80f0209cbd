"""Lake → staging → intermediate → marts → reports: dbt's models as assets, its data tests as checks on them."""

from collections.abc import Iterator, Mapping, Sequence
from graphlib import TopologicalSorter
from typing import Any

import dagster as dg
from dagster_dbt import DagsterDbtTranslator, dbt_assets
from dagster_dbt.core.dbt_cli_event import DbtCoreCliEventMessage

from pipelines.dbt_project import (
    Building,
    describe_tables,
    fetch_failing_rows,
    list_changed_periods,
    list_kept,
    read_manifest,
)
from pipelines.defs.legends import OWNERS, link_table, tag_asset
from pipelines.defs.resources import Build
from pipelines.defs.retries import explaining_faults, request_retry_of
from pipelines.faults import explain_fault
from pipelines.paths import load_paths
from pipelines.publication import SCHEMAS
from pipelines.tables import format_markdown

SHOWN_ROWS = 20
"""Rows found by a test that are shown with it."""

NAMED_PERIODS = 10
"""Periods that are named in the list of runs."""

PREVIEWED_ROWS = 5
"""Rows of a published table that are shown with it."""


class Translator(DagsterDbtTranslator):
    """Names an asset by its schema and table, so that one search finds it everywhere."""

    def get_asset_key(self, dbt_resource_props: Mapping[str, Any]) -> dg.AssetKey:
        """Return ``marts/fct_admissions`` for a model, ``lake/observations`` for a source."""
        schema = "source_name" if dbt_resource_props["resource_type"] == "source" else "schema"
        return dg.AssetKey([dbt_resource_props[schema], dbt_resource_props["name"]])

    def get_group_name(self, dbt_resource_props: Mapping[str, Any]) -> str:
        """Return the layer."""
        return self.get_asset_key(dbt_resource_props).path[0]

    def get_owners(self, dbt_resource_props: Mapping[str, Any]) -> Sequence[str]:  # noqa: ARG002 - Dagster calls it so
        """Return who answers for it."""
        return OWNERS

    def get_tags(self, dbt_resource_props: Mapping[str, Any]) -> Mapping[str, str]:
        """Return who uses it."""
        return {**super().get_tags(dbt_resource_props), **tag_asset(self.get_asset_key(dbt_resource_props))}

    def get_metadata(self, dbt_resource_props: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return where to look further."""
        links = link_table(self.get_asset_key(dbt_resource_props), load_paths())
        return {**super().get_metadata(dbt_resource_props), **links}


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
        with explaining_faults(context):
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
    built: list[dg.AssetKey] = []
    for event in building:
        said = DbtCoreCliEventMessage(raw_event=event, event_history_metadata={})
        for result in said.to_default_asset_events(manifest, _TRANSLATOR, context):
            if isinstance(result, dg.AssetCheckResult) and not result.passed:
                failed[event["data"]["node_info"]["unique_id"]] = result
            else:
                yield result
        if event["data"]["node_info"]["node_status"] == "success":
            unique_id = event["data"]["node_info"]["unique_id"]
            built.append(_TRANSLATOR.get_asset_key(manifest["nodes"][unique_id]))
            if kept is not None:
                yield from kept.follow(unique_id)
    for unique_id, check in failed.items():
        yield _show_rows(check, build, building.result.failing_tests.get(unique_id))
    # rows that a check found block the publication without being an error of the run
    faults = [fault for fault in building.result.failures if not (fault.is_finding and fault.unique_id in failed)]
    if faults:
        for fault in faults:
            request_retry_of(context, fault.message)
        message = "\n".join(f"{fault.name}: {explain_fault(fault.message) or fault.message}" for fault in faults)
        raise dg.Failure(message, allow_retries=False)
    for observation in _observe(build, built):
        context.log_event(observation)
    if kept is not None:
        context.instance.add_run_tags(context.run_id, {"ketnap/periods_checked": _name_periods(build)})


def _name_periods(build: Build) -> str:
    """Name the periods that a night has worked through again: those of what came in, and what is made up of them."""
    periods = list_changed_periods(build.paths.build_database)
    more = f" and {len(periods) - NAMED_PERIODS} more" if len(periods) > NAMED_PERIODS else ""
    return ", ".join(periods[:NAMED_PERIODS]) + more or "none"


def _observe(build: Build, keys: Sequence[dg.AssetKey]) -> Iterator[dg.AssetObservation]:
    """Say how many rows the tables have that were built, and show the first of those that are published."""
    labels = {".".join(key.path): key for key in keys}
    for table in describe_tables(build.paths.build_database, list(labels), PREVIEWED_ROWS):
        key = labels[table.label]
        metadata: dict[str, Any] = {"dagster/row_count": table.row_count}
        if key.path[0] in SCHEMAS:
            metadata["preview"] = dg.MetadataValue.md(format_markdown(table.columns, table.rows))
        yield dg.AssetObservation(key, metadata=metadata)


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
