"""The schemas that every reader returns and that the lake keeps.

One row of `OBSERVATIONS` is one number that one source states. Nothing is computed here: intervals, organisations and
comparisons follow behind the lake, so that a better rule applies to old rows too.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import polars as pl

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    Schema = Mapping[str, pl.DataType | type[pl.DataType]]

EXACT = pl.Decimal(18, 6)
"""Type of every stored number: up to 10^12, six decimals, never a float."""

OBSERVATIONS: Schema = {
    "observation_id": pl.String,
    "figure_id": pl.String,
    "publication_id": pl.String,
    "locator": pl.String,
    "char_start": pl.Int64,
    "char_end": pl.Int64,
    "organisation_name": pl.String,
    "organisation_level": pl.String,
    "organisation_scope": pl.String,
    "parent_organisation_name": pl.String,
    "province_name": pl.String,
    "form_code": pl.String,
    "measure_code": pl.String,
    "group_code": pl.String,
    "statement_code": pl.String,
    "period_type_code": pl.String,
    "starts_on": pl.Date,
    "ends_on": pl.Date,
    "period_text": pl.String,
    "printed": pl.String,
    "printed_precision": EXACT,
    "value": EXACT,
    "value_high": EXACT,
    "unit": pl.String,
    "qualifier_code": pl.String,
    "base_measure_code": pl.String,
    "base_group_code": pl.String,
    "base_value": EXACT,
    "base_period_text": pl.String,
    "base_starts_on": pl.Date,
    "base_ends_on": pl.Date,
    "value_status": pl.String,
    "duplicate_of_figure_id": pl.String,
    "reported_on": pl.Date,
    "note": pl.String,
}
REJECTIONS: Schema = {
    "rejection_id": pl.String,
    "locator": pl.String,
    "record_id": pl.String,
    "reason_code": pl.String,
    "found": pl.String,
    "expected": pl.String,
    "message_vi": pl.String,
    "message_en": pl.String,
}
PUBLICATIONS: Schema = {
    "publication_id": pl.String,
    "title": pl.String,
    "publisher": pl.String,
    "url": pl.String,
    "published_on": pl.Date,
    "published_period": pl.String,
    "province_names": pl.String,
    "publication_kind": pl.String,
    "text_file": pl.String,
    "superseded_by_publication_id": pl.String,
    "duplicate_of_publication_id": pl.String,
    "also_published_at": pl.String,
}
TEXTS: Schema = {
    "publication_id": pl.String,
    "text_body": pl.String,
}
FILES: Schema = {
    "file_bytes": pl.Int64,
    "reader_name": pl.String,
    "found_count": pl.Int64,
    "accepted_count": pl.Int64,
    "rejected_count": pl.Int64,
}
PARTS = {
    "observations": OBSERVATIONS,
    "publications": PUBLICATIONS,
    "texts": TEXTS,
    "rejections": REJECTIONS,
    "files": FILES,
}
"""Parts of a batch in the order of writing; ``files`` is last, and makes the batch exist."""

PROVENANCE: Schema = {
    "batch_id": pl.String,
    "source_name": pl.String,
    "file_path": pl.String,
    "file_sha256": pl.String,
    "recorded_at": pl.Datetime("us"),
}
"""Columns that the lake adds to every row of every part. ``recorded_at`` is UTC."""


def frame(rows: Iterable[Mapping[str, object]], schema: Schema) -> pl.DataFrame:
    """Build a frame of one schema; columns that a row leaves out are null."""
    return pl.DataFrame([{name: row.get(name) for name in schema} for row in rows], schema=dict(schema), strict=True)


@dataclass(frozen=True)
class Reading:
    """What a reader found in one file.

    Attributes:
        found_count: Records found; each is either accepted or rejected.
        observations: Schema `OBSERVATIONS`.
        publications: Schema `PUBLICATIONS`.
        texts: Schema `TEXTS`.
        rejections: Schema `REJECTIONS`. A record with several faults has several rows.
    """

    found_count: int
    observations: pl.DataFrame = field(default_factory=lambda: frame((), OBSERVATIONS))
    publications: pl.DataFrame = field(default_factory=lambda: frame((), PUBLICATIONS))
    texts: pl.DataFrame = field(default_factory=lambda: frame((), TEXTS))
    rejections: pl.DataFrame = field(default_factory=lambda: frame((), REJECTIONS))

    @property
    def accepted_count(self) -> int:
        """Records accepted."""
        return self.observations.height + self.publications.height + self.texts.height

    @property
    def rejected_count(self) -> int:
        """Records rejected: every record found that was not accepted."""
        return self.found_count - self.accepted_count
