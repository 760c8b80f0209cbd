"""Raw files → lake, and what is derived from the lake before dbt runs."""

import datetime as dt
from collections.abc import Iterator

import dagster as dg
import polars as pl

from pipelines.defs.legends import OWNERS, tag_asset
from pipelines.defs.raw import list_source_keys
from pipelines.defs.resources import Build
from pipelines.defs.retries import explaining_faults
from pipelines.hashes import require_whole
from pipelines.identities import derive_identities
from pipelines.ingestion import Ingestion, ingest
from pipelines.lake import Lake
from pipelines.observations import PARTS
from pipelines.organisations import UNKNOWN
from pipelines.printed_names import derive_organisations
from pipelines.settings import load_settings

_DESCRIPTIONS = {
    "observations": "One row per number that a source states, in one version of its file.",
    "publications": "One row per publication, in one version of its sidecar.",
    "texts": "One row per text of a publication, in one version of its file.",
    "rejections": "One row per fault found in one version of a file.",
    "files": "One row per version of a raw file that a batch took in.",
}
_DERIVED_DESCRIPTIONS = {
    "organisation_names": "One row per printed organisation name, single organisation in it and interval of days.",
    "organisations": "One row per organisation that is not the committee of an administrative unit.",
    "acceptances": "One row per acceptance of a finding, or its withdrawal.",
    "finding_events": "One row per finding that opened, or was resolved, when a night was published.",
    "identities": "One row per identity of the layouts and line that it adds or takes away.",
    "runs": "One row per run, and one per step of it.",
}

FILES = dg.AssetKey(["lake", "files"])


@dg.definitions
def lake() -> dg.Definitions:
    """Return the parts of the lake and the names resolved from it."""

    @dg.multi_asset(
        name="lake",
        specs=[
            dg.AssetSpec(
                ["lake", part],
                deps=list_source_keys(),
                description=_DESCRIPTIONS[part],
                group_name="lake",
                kinds={"parquet", "polars"},
                owners=OWNERS,
                tags=tag_asset(FILES),
            )
            for part in PARTS
        ],
    )
    def append_batch(context: dg.AssetExecutionContext, build: Build) -> Iterator[dg.MaterializeResult[None]]:
        """Append what is new under ``data/raw``; an as-of run appends nothing."""
        batches = Lake(build.paths.lake)
        with explaining_faults(context):
            # damage comes before everything: what is read from a damaged lake would be published
            require_whole(build.paths.lake)
            ingestion = Ingestion() if build.moment else _ingest(build, batches)
            files = _known(batches.read("files"), build)
        if files.is_empty():
            raise dg.Failure(_explain_empty(build), allow_retries=False)
        for arrived in _list_arrived(files, ingestion):
            # of no step of a run: people add files
            context.log_event(arrived)
        newest: dict[str, str | int] = {"newest_batch": str(files["batch_id"].max())}
        counts: dict[str, str | int] = {
            "new_batches": " ".join(ingestion.batch_ids),
            "new_files": ingestion.file_count,
            "records_found": ingestion.found_count,
            "records_accepted": ingestion.accepted_count,
            "records_rejected": ingestion.rejected_count,
        }
        for part in PARTS:
            yield dg.MaterializeResult(
                asset_key=["lake", part], metadata=newest | counts if part == "files" else newest
            )

    @dg.multi_asset(
        name="derived",
        specs=[
            dg.AssetSpec(
                ["derived", table],
                deps=[dg.AssetKey(["lake", "observations"])],
                description=description,
                group_name="lake",
                kinds={"parquet", "polars"},
                owners=OWNERS,
                tags=tag_asset(FILES),
            )
            for table, description in _DERIVED_DESCRIPTIONS.items()
        ],
    )
    def derive(context: dg.AssetExecutionContext, build: Build) -> Iterator[dg.MaterializeResult[None]]:
        """Resolve names of organisations, tabulate what layouts say, bring what the lake remembers."""
        with explaining_faults(context):
            names, organisations = derive_organisations(Lake(build.paths.lake), build.paths, until=build.moment)
            records = Lake(build.paths.lake).write_records(build.paths.derived)
            identities = derive_identities(build.paths)
        unresolved = names.filter(names["organisation_id"] == UNKNOWN).height
        yield dg.MaterializeResult(
            asset_key=["derived", "organisation_names"],
            metadata={"names": names.height, "names_unresolved": unresolved},
        )
        yield dg.MaterializeResult(
            asset_key=["derived", "organisations"], metadata={"organisations": organisations.height}
        )
        for kind, count in records.items():
            yield dg.MaterializeResult(asset_key=["derived", kind], metadata={"records": count})
        yield dg.MaterializeResult(
            asset_key=["derived", "identities"], metadata={"identities": identities["identity_code"].n_unique()}
        )

    return dg.Definitions(assets=[append_batch, derive])


def _ingest(build: Build, batches: Lake) -> Ingestion:
    return ingest(build.paths.raw, batches, now=dt.datetime.now(dt.UTC), max_bytes=load_settings().max_file_bytes)


def _known(rows: pl.DataFrame, build: Build) -> pl.DataFrame:
    """Leave out what was recorded after the moment of an as-of run."""
    return rows if build.moment is None else rows.filter(rows["recorded_at"] <= build.moment)


def _list_arrived(files: pl.DataFrame, ingestion: Ingestion) -> Iterator[dg.AssetMaterialization]:
    """Say of which sources files came in: a source is as fresh as its newest file."""
    arrived = (
        files.filter(pl.col("batch_id").is_in(ingestion.batch_ids)).group_by("source_name").len().sort("source_name")
    )
    for source_name, count in arrived.iter_rows():
        yield dg.AssetMaterialization(["raw", source_name], metadata={"new_files": count})


def _explain_empty(build: Build) -> str:
    if build.moment is not None:
        return f"nothing was recorded until {build.as_of!r}\n\nchoose a later moment"
    return f"no source under {str(build.paths.raw)!r} has files\n\nadd some, each source with a _source.yml"
