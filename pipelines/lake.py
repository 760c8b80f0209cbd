"""The lake: append-only batches of Parquet, the only state of the warehouse.

``data/lake/<part>/<batch>.parquet``, the parts of `pipelines.observations.PARTS`. Every part is written to a temporary
name, flushed and renamed, ``files`` last: a batch exists when its ``files`` part exists. Nothing is ever changed.

Beside them, ``data/lake/<kind>/<batch>.parquet`` keeps records (`pipelines.records`): what cannot be computed from the
files, because nobody can tell what a former version of the rules found, who accepted what, or how a run ended.
"""

from __future__ import annotations

import datetime as dt
import os
from typing import TYPE_CHECKING, Any, NamedTuple

import polars as pl

from pipelines.hashes import write_hash
from pipelines.observations import PARTS, PROVENANCE, frame
from pipelines.records import RECORDS, RECORDS_OF_REPORTS
from pipelines.whole_files import replacing

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping
    from pathlib import Path

    from pipelines.observations import Intake

_BATCH_FORMAT = "%Y%m%dT%H%M%S%fZ"


class FileVersion(NamedTuple):
    """The newest version of a raw file that the lake knows.

    Attributes:
        file_path: Path below ``data/raw``.
        file_sha256: Hash of its content.
        rejection_ids: Faults that were found in it.
    """

    file_path: str
    file_sha256: str
    rejection_ids: frozenset[str]


class Lake:
    """The batches below one folder.

    Args:
        folder: ``data/lake``; made when the first batch is written.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def batch_ids(self) -> list[str]:
        """Return the batches that exist, oldest first."""
        return sorted(path.stem for path in self._folder.glob("files/[0-9]*.parquet"))

    def read(self, part: str) -> pl.DataFrame:
        """Return one part of all batches that exist, with provenance.

        Args:
            part: One of `PARTS`.
        """
        frames = [self.read_batch(part, batch_id) for batch_id in self.batch_ids()]
        return pl.concat([_no_rows(part), *frames], how="diagonal_relaxed")

    def read_batch(self, part: str, batch_id: str) -> pl.DataFrame:
        """Return one part of one batch, with provenance; what an old batch lacks is null.

        Args:
            part: One of `PARTS`.
            batch_id: One of `batch_ids`.
        """
        return pl.concat([_no_rows(part), pl.read_parquet(self._part_file(part, batch_id))], how="diagonal_relaxed")

    def file_versions(self) -> dict[str, FileVersion]:
        """Return the newest version of every file, by path."""
        by_version: dict[tuple[str, str], set[str]] = {}
        for batch_id, path, rejection_id in self._select("rejections", "batch_id", "file_path", "rejection_id"):
            by_version.setdefault((batch_id, path), set()).add(rejection_id)
        return {
            path: FileVersion(path, sha256, frozenset(by_version.get((batch_id, path), ())))
            for batch_id, path, sha256 in self._select("files", "batch_id", "file_path", "file_sha256")
        }

    def append(self, intake: Intake, *, now: dt.datetime) -> str:
        """Write one batch.

        Args:
            intake: The files and what was found in them.
            now: The time, with a time zone. A batch is never older than the one before it, whatever the clock says.

        Returns:
            The new batch's identifier; it sorts after all earlier ones.
        """
        recorded_at = now.astimezone(dt.UTC).replace(tzinfo=None)
        if earlier := self.batch_ids():
            recorded_at = max(recorded_at, parse_batch_id(earlier[-1]) + dt.timedelta(microseconds=1))
        batch_id = recorded_at.strftime(_BATCH_FORMAT)
        for part, schema in PARTS.items():
            rows = intake.parts[part].with_columns(
                pl.lit(batch_id).alias("batch_id"),
                pl.lit(recorded_at, dtype=PROVENANCE["recorded_at"]).alias("recorded_at"),
            )
            self._write(part, batch_id, rows.select(*PROVENANCE, *schema))
        return batch_id

    def records(self, kind: str, columns: Collection[str] | None = None) -> pl.DataFrame:
        """Return what was written down of one kind, oldest first: its columns, batch and time.

        Args:
            kind: One of `RECORDS`.
            columns: Read only these of its columns; all by default.
        """
        empty = _no_records(kind)
        if columns is not None:
            empty = empty.select("batch_id", "recorded_at", *columns)
        files = sorted(self._folder.glob(f"{kind}/[0-9]*.parquet"))
        # a file that was written before a column existed lacks it
        frames = [
            pl.read_parquet(file, columns=[name for name in pl.read_parquet_schema(file) if name in empty.columns])
            for file in files
        ]
        return pl.concat([empty, *frames], how="diagonal_relaxed")

    def append_records(self, kind: str, rows: Iterable[Mapping[str, object]], *, now: dt.datetime) -> None:
        """Write down what happened, in one file: all of it or nothing.

        Args:
            kind: One of `RECORDS`.
            rows: Its columns; what is left out is null. Without any, nothing is written.
            now: The time, with a time zone. Later than what was written before, whatever the clock says.
        """
        records = frame(rows, RECORDS[kind])
        if records.is_empty():
            return
        recorded_at = now.astimezone(dt.UTC).replace(tzinfo=None)
        if earlier := sorted(self._folder.glob(f"{kind}/[0-9]*.parquet")):
            recorded_at = max(recorded_at, parse_batch_id(earlier[-1].stem) + dt.timedelta(microseconds=1))
        batch_id = recorded_at.strftime(_BATCH_FORMAT)
        provenance = [
            pl.lit(batch_id).alias("batch_id"),
            pl.lit(recorded_at, dtype=PROVENANCE["recorded_at"]).alias("recorded_at"),
        ]
        self._write(kind, batch_id, records.select(*provenance, pl.all()))

    def write_records(self, folder: Path) -> dict[str, int]:
        """Write what the warehouse reports on of the records, for dbt; also if it is nothing.

        Args:
            folder: Where the files go, ``<kind>.parquet``; made if it is missing.

        Returns:
            Rows by kind.
        """
        counts = {}
        for kind in RECORDS_OF_REPORTS:
            records = self.records(kind)
            records.write_parquet(folder / f"{kind}.parquet", mkdir=True)
            counts[kind] = records.height
        return counts

    def _select(self, part: str, *columns: str) -> Iterator[tuple[Any, ...]]:
        """Give some columns of one part of all batches, the oldest first, without reading the others."""
        files = [self._part_file(part, batch_id) for batch_id in self.batch_ids()]
        schema = _no_rows(part).select(columns).schema
        rows = pl.scan_parquet(files, schema=schema, extra_columns="ignore") if files else pl.LazyFrame(schema=schema)
        return rows.collect().iter_rows()

    def _part_file(self, part: str, batch_id: str) -> Path:
        return self._folder / part / f"{batch_id}.parquet"

    def _write(self, part: str, batch_id: str, content: pl.DataFrame) -> None:
        target = self._part_file(part, batch_id)
        with replacing(target) as temporary:
            content.write_parquet(temporary)
            with temporary.open("rb") as file:
                os.fsync(file.fileno())
            write_hash(self._folder, temporary, f"{part}/{target.name}")


def write_no_rows(folder: Path) -> None:
    """Write each part without rows: whoever reads it with the batches finds the columns that no batch has yet.

    Args:
        folder: Where the files go, ``<part>.parquet``; made if it is missing.
    """
    for part in PARTS:
        _no_rows(part).write_parquet(folder / f"{part}.parquet", mkdir=True)


def parse_batch_id(batch_id: str) -> dt.datetime:
    """Return when a batch was recorded; UTC, without a time zone."""
    return dt.datetime.strptime(batch_id, _BATCH_FORMAT)  # noqa: DTZ007 - batch names are UTC


def _no_records(kind: str) -> pl.DataFrame:
    columns = {name: PROVENANCE[name] for name in ("batch_id", "recorded_at")}
    return frame((), {**columns, **RECORDS[kind]})


def _no_rows(part: str) -> pl.DataFrame:
    return frame((), pl.Schema({**PROVENANCE, **PARTS[part]}))
