"""Raw sources: people add files to them, Dagster only shows that they are there."""

import dagster as dg

from pipelines.defs.legends import tag_asset
from pipelines.paths import load_paths
from pipelines.sources import Source, read_sources
from pipelines.tables import format_markdown


@dg.definitions
def raw() -> dg.Definitions:
    """Return one external asset per folder of ``data/raw``."""
    return dg.Definitions(assets=[_describe(source) for source in read_sources(load_paths().raw)])


def list_source_keys() -> list[dg.AssetKey]:
    """Return the keys of all sources."""
    return [_name(source) for source in read_sources(load_paths().raw)]


def _expect_files(source: Source) -> dg.FreshnessPolicy | None:
    """Expect a file in every interval of the cadence, and give it half an interval more before it is missing."""
    if source.interval is None:
        return None
    return dg.FreshnessPolicy.time_window(fail_window=source.interval * 1.5, warn_window=source.interval)


def _name(source: Source) -> dg.AssetKey:
    return dg.AssetKey(["raw", source.source_name])


def _describe(source: Source) -> dg.AssetSpec:
    return dg.AssetSpec(
        key=_name(source),
        description=f"{source.title_vi}\n\n{source.title_en}",
        group_name="raw",
        kinds={"file"},
        owners=[f"team:{source.owner}"],
        tags=tag_asset(_name(source)),
        freshness_policy=_expect_files(source),
        metadata={
            "publisher": source.publisher,
            "owner": source.owner,
            "licence": source.licence,
            "cadence": source.cadence,
            "sensitivity": source.sensitivity,
            "usage_warnings": dg.MarkdownMetadataValue(
                format_markdown(
                    ["warning", "vi", "en"],
                    [[warning.code, warning.text_vi, warning.text_en] for warning in source.usage_warnings],
                )
            ),
        },
    )
