"""The lake: append-only batches of Parquet, the only state of the warehouse.

``data/lake/<part>/<batch>.parquet``, the parts of `pipelines.observations.PARTS`. Every part is written to a temporary
name, flushed and renamed, ``files`` last: a batch exists when its ``files`` part exists. Nothing is ever changed.

Beside them, ``data/lake/finding_events/<batch>.parquet`` keeps when findings opened and were resolved: it cannot be
computed from the files, because nobody can tell what a former version of the rules found.
"""

from __future__ import annotations

import datetime as dt
import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from pipelines.observations import FINDING_EVENTS, PARTS, PROVENANCE, frame

if TYPE_CHECKING:
    from pathlib import Path

    from pipelines.observations import Intake

_BATCH_FORMAT = "%Y%m%dT%H%M%S%fZ"
_EVENTS = "finding_events"


@dataclass(frozen=True)
class FileVersion:
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
        rejections = self.read("rejections")
        by_version: dict[tuple[str, str], set[str]] = {}
        for batch_id, path, rejection_id in rejections.select("batch_id", "file_path", "rejection_id").iter_rows():
            by_version.setdefault((batch_id, path), set()).add(rejection_id)
        versions = {}
        for batch_id, path, sha256 in self.read("files").select("batch_id", "file_path", "file_sha256").iter_rows():
            versions[path] = FileVersion(path, sha256, frozenset(by_version.get((batch_id, path), ())))
        return versions

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

    def finding_events(self) -> pl.DataFrame:
        """Return what happened to findings, oldest first; the columns are `FINDING_EVENTS`, batch and time."""
        files = sorted(self._folder.glob(f"{_EVENTS}/[0-9]*.parquet"))
        return pl.concat([_no_events(), *map(pl.read_parquet, files)], how="diagonal_relaxed")

    def append_finding_events(self, events: pl.DataFrame, *, now: dt.datetime) -> None:
        """Write down what happened to findings.

        Args:
            events: Columns `FINDING_EVENTS`; at least one row.
            now: The time, with a time zone. Later than what was written before, whatever the clock says.
        """
        recorded_at = now.astimezone(dt.UTC).replace(tzinfo=None)
        earlier = self.finding_events()["recorded_at"].max()
        if isinstance(earlier, dt.datetime):
            recorded_at = max(recorded_at, earlier + dt.timedelta(microseconds=1))
        batch_id = recorded_at.strftime(_BATCH_FORMAT)
        rows = events.with_columns(
            pl.lit(batch_id).alias("batch_id"),
            pl.lit(recorded_at, dtype=PROVENANCE["recorded_at"]).alias("recorded_at"),
        )
        self._write(_EVENTS, batch_id, rows.select(_no_events().columns))

    def _part_file(self, part: str, batch_id: str) -> Path:
        return self._folder / part / f"{batch_id}.parquet"

    def _write(self, part: str, batch_id: str, content: pl.DataFrame) -> None:
        target = self._part_file(part, batch_id)
        target.parent.mkdir(parents=True, exist_ok=True)
        temporary = target.with_name(f".{target.name}.tmp")
        content.write_parquet(temporary)
        with temporary.open("rb") as file:
            os.fsync(file.fileno())
        temporary.replace(target)


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


def _no_events() -> pl.DataFrame:
    columns = {name: PROVENANCE[name] for name in ("batch_id", "recorded_at")}
    return frame((), pl.Schema({**columns, **FINDING_EVENTS}))


def _no_rows(part: str) -> pl.DataFrame:
    return frame((), pl.Schema({**PROVENANCE, **PARTS[part]}))
