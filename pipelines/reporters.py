"""Whose a report is: one of an organisation that nobody knows is refused whole, so that its sender is told.

Committees are named after administrative units, so their names can be looked up before anything is taken in. An
organisation without an area (a police, a school) is only known from its own reports; none of its names is wrong.
"""

from __future__ import annotations

import gc
from functools import cache
from typing import TYPE_CHECKING

import polars as pl

from pipelines.observations import FILE_COLUMNS, REJECTIONS, Intake, frame
from pipelines.places import LEVELS_ABOVE, Places, find_span
from pipelines.readers.rejecting import Rejections
from pipelines.units import load_gazetteer

if TYPE_CHECKING:
    import datetime as dt

_NAME = ("organisation_level", "organisation_name", "parent_organisation_name", "province_name")
_REPORT = (*FILE_COLUMNS, *_NAME, "form_code", "period_text")
_MOST_CANDIDATES = 5


def refuse_unknown_reporters(intake: Intake) -> Intake:
    """Return an intake without the reports whose organisation cannot be told on the last day of their period.

    Each of them is one rejection, at its sheet; its numbers are no longer accepted. Figures that stand on no form are
    left alone: of a publication, a name that nobody knows is a finding.
    """
    observations = intake.parts["observations"]
    on_forms = pl.col("form_code").is_not_null() & pl.col("organisation_level").is_in(list(LEVELS_ABOVE))
    reports = (
        observations.lazy()
        .filter(on_forms)
        .group_by(_REPORT)
        .agg(
            pl.min_horizontal(pl.col("ends_on").max(), pl.col("reported_on").max()).alias("named_on"),
            pl.col("locator").first(),
            pl.len().alias("number_count"),
        )
        .sort("file_path", "locator")
        .collect()
    )
    candidates = [_find_candidates(*row) for row in reports.select(*_NAME, "named_on").iter_rows()]
    unknown = reports.with_columns(pl.Series("candidates", candidates, dtype=pl.String)).filter(
        pl.col("candidates").is_not_null()
    )
    if unknown.is_empty():
        return intake
    rejections = frame(
        (row for report in unknown.iter_rows(named=True) for row in _reject(report)), {**FILE_COLUMNS, **REJECTIONS}
    )
    counts = unknown.group_by("file_path").agg(pl.col("number_count").sum().cast(pl.Int64))
    files = intake.parts["files"].join(counts, on="file_path", how="left", maintain_order="left")
    refused = pl.col("number_count").fill_null(0)
    return Intake.of_parts(
        {
            **intake.parts,
            "observations": observations.join(unknown, on=_REPORT, how="anti", nulls_equal=True, maintain_order="left"),
            "rejections": pl.concat([intake.parts["rejections"], rejections]),
            "files": files.with_columns(pl.col("accepted_count") - refused, pl.col("rejected_count") + refused).drop(
                "number_count"
            ),
        }
    )


@cache
def _load_places() -> Places:
    places = Places(load_gazetteer())
    # kept as long as the process: whoever looks for garbage need not look at 14,000 units each time
    gc.freeze()
    return places


def _find_candidates(
    level: str, name: str, parent: str | None, province: str | None, day: dt.date | None
) -> str | None:
    """Return the names that a name may mean, if it is not the name of one organisation; empty if it is like none."""
    places = _load_places()
    spans = places.resolve(level, name, parent, province)
    resolutions = [find_span(spans, day)] if day else [span.resolution for span in spans]
    if any(resolution.organisation_id is not None for resolution in resolutions):
        return None
    units = places.gazetteer.units
    found = dict.fromkeys(identifier for resolution in resolutions for identifier in resolution.candidates)
    return "; ".join(places.gazetteer.describe(units[identifier]) for identifier in [*found][:_MOST_CANDIDATES])


def _reject(report: dict[str, str]) -> list[dict[str, object]]:
    """Return the row of the fault of a report."""
    file = {name: report[name] for name in FILE_COLUMNS}
    rejections = Rejections(f"{report['file_path']}@{report['file_sha256']}")
    said = (report[column] for column in ("organisation_name", "parent_organisation_name", "province_name"))
    rejections.add(
        "unknown_organisation",
        locator=report["locator"].rpartition("!")[0] or report["locator"],
        found=", ".join(filter(None, said)),
        expected=report["candidates"] or "–",
    )
    return [{**file, **row} for row in rejections.rows]
