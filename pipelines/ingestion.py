"""Takes what is new under ``data/raw`` into the lake, one batch a run.

Cost follows what is new: a file whose content the lake knows is hashed and not read. The exception is a file with
rejections, which is read again, because a code added to the vocabulary may make its records acceptable.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipelines.sources import RawFile, list_files, read_file, read_sources

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator
    from pathlib import Path

    from pipelines.lake import FileVersion, Lake
    from pipelines.observations import Reading


@dataclass(frozen=True)
class Ingestion:
    """What one run took in.

    Attributes:
        batch_id: The batch that was appended, or None if nothing was new.
        file_count: Files that were new or changed.
        found_count: Records found in them.
        accepted_count: Records accepted.
        rejected_count: Records rejected.
    """

    batch_id: str | None
    file_count: int = 0
    found_count: int = 0
    accepted_count: int = 0
    rejected_count: int = 0


def ingest(raw: Path, lake: Lake, *, now: dt.datetime, max_bytes: int) -> Ingestion:
    """Append what is new under ``data/raw`` to the lake.

    Args:
        raw: The folder ``data/raw``.
        lake: Where the batch goes.
        now: The time of the batch, with a time zone.
        max_bytes: Size above which a file is rejected unread.
    """
    readings = list(_read_new(raw, lake.file_versions(), max_bytes=max_bytes))
    if not readings:
        return Ingestion(batch_id=None)
    return Ingestion(
        batch_id=lake.append(readings, now=now),
        file_count=len(readings),
        found_count=sum(reading.found_count for _, reading in readings),
        accepted_count=sum(reading.accepted_count for _, reading in readings),
        rejected_count=sum(reading.rejected_count for _, reading in readings),
    )


def _read_new(raw: Path, known: dict[str, FileVersion], *, max_bytes: int) -> Iterator[tuple[RawFile, Reading]]:
    for source in read_sources(raw):
        for path in list_files(raw, source):
            file = RawFile(source, path.relative_to(raw).as_posix(), path.read_bytes())
            version = known.get(file.file_path)
            is_known = version is not None and version.file_sha256 == file.sha256
            if is_known and version is not None and not version.rejection_ids:
                continue
            reading = read_file(file, max_bytes=max_bytes)
            is_unchanged = version is not None and version.rejection_ids == frozenset(
                reading.rejections["rejection_id"]
            )
            if not (is_known and is_unchanged):
                yield file, reading
