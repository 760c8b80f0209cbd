"""Build file → published file. Dagster skips this when a check of severity error has failed before it."""

import datetime as dt

import dagster as dg

from pipelines.defs.legends import OWNERS, tag_asset
from pipelines.defs.resources import Build
from pipelines.defs.retries import explaining_faults
from pipelines.defs.warehouse import list_published_keys
from pipelines.finding_events import record_findings
from pipelines.lake import Lake
from pipelines.moments import MOST_BETWEEN_NIGHTS
from pipelines.paths import load_paths
from pipelines.publication import SCHEMAS, publish

PUBLISHED = dg.AssetKey(["warehouse", "ketnap"])


@dg.definitions
def publication() -> dg.Definitions:
    """Return the published file, which depends on every table in it."""

    @dg.asset(
        key=PUBLISHED,
        deps=list_published_keys(),
        group_name="warehouse",
        kinds={"duckdb"},
        owners=OWNERS,
        tags=tag_asset(PUBLISHED),
        metadata={"data_docs": dg.MetadataValue.url((load_paths().data_docs / "index.html").as_uri())},
        freshness_policy=dg.FreshnessPolicy.time_window(fail_window=MOST_BETWEEN_NIGHTS),
    )
    def publication(context: dg.AssetExecutionContext, build: Build) -> dg.MaterializeResult[None]:
        """The DuckDB file that analysts query; replaced whole, never in parts. The lake keeps what it says anew."""
        events: dict[str, int] = {}
        with explaining_faults(context):
            counts = publish(build.paths.build_database, build.paths.published_database, SCHEMAS)
            if build.moment is None:
                now = dt.datetime.now(dt.UTC)
                recorded = record_findings(build.paths.published_database, Lake(build.paths.lake), now=now)
                events = {"findings_opened": recorded.opened_count, "findings_resolved": recorded.resolved_count}
        return dg.MaterializeResult(
            metadata={
                "path": dg.MetadataValue.path(build.paths.published_database),
                "rows": dg.MetadataValue.json(counts),
                **events,
            }
        )

    return dg.Definitions(assets=[publication])
