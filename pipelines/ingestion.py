"""Takes in what is new under ``data/raw``: files whose content the lake does not know yet.

A file that had rejections is read again every time, and appended again when other records of it are accepted or
rejected now: a code added to the vocabulary may make its records acceptable.
"""

from __future__ import annotations

import os
from collections import deque
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import groupby
from multiprocessing import get_context, parent_process
from threading import Thread
from typing import TYPE_CHECKING

import polars as pl

from pipelines.observations import Intake, RawFile
from pipelines.reporters import load_places, refuse_unknown_reporters
from pipelines.sources import list_files, read_files, read_sources

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator, Mapping, Sequence
    from concurrent.futures import Future
    from pathlib import Path

    from pipelines.lake import FileVersion, Lake
    from pipelines.sources import Source

    Files = Sequence[tuple[Source, RawFile]]

MOST_FILES = 1_000
MOST_BYTES = 2**26
"""What one batch takes in at most. More files are several batches: memory stays bounded, and of a run that is killed no
more than two batches are read again."""

_MANY_FILES = 400
"""So many are read faster by several processes, though each of them takes half a second to start."""
_FILES_A_TASK = 200
_MOST_PROCESSES = 4


@dataclass(frozen=True)
class Ingestion:
    """What one run took in.

    Attributes:
        batch_ids: The batches that were appended, oldest first; none if nothing was new.
        file_count: Files that were new or changed.
        found_count: Records found in them.
        accepted_count: Records accepted.
        rejected_count: Records rejected.
    """

    batch_ids: tuple[str, ...] = ()
    file_count: int = 0
    found_count: int = 0
    accepted_count: int = 0
    rejected_count: int = 0


def ingest(raw: Path, lake: Lake, *, now: dt.datetime, max_bytes: int) -> Ingestion:
    """Append what is new under ``data/raw`` to the lake.

    Args:
        raw: The folder ``data/raw``.
        lake: Where the batches go.
        now: The time of the first batch, with a time zone.
        max_bytes: Size above which a file is rejected unread.
    """
    known = lake.file_versions()
    batch_ids = []
    file_count = 0
    counts = dict.fromkeys(("found_count", "accepted_count", "rejected_count"), 0)
    for files, intake in _read(_in_portions(_list_changed(raw, known)), max_bytes=max_bytes):
        new = _leave_out_known(files, intake, known)
        if new is not None:
            batch_ids.append(lake.append(new, now=now))
            file_count += new.parts["files"].height
            counts = {name: count + int(new.parts["files"][name].sum()) for name, count in counts.items()}
    return Ingestion(tuple(batch_ids), file_count, **counts)


def _list_changed(raw: Path, known: Mapping[str, FileVersion]) -> Iterator[tuple[Source, RawFile]]:
    """Give the files that the lake does not know as they are, and those in which it knows a fault."""
    for source in read_sources(raw):
        for path in list_files(raw, source):
            file = RawFile(source.source_name, path.relative_to(raw).as_posix(), path.read_bytes())
            version = known.get(file.file_path)
            if version is None or version.file_sha256 != file.sha256 or version.rejection_ids:
                yield source, file


def _in_portions(files: Iterator[tuple[Source, RawFile]]) -> Iterator[Files]:
    portion: list[tuple[Source, RawFile]] = []
    size = 0
    for source, file in files:
        portion.append((source, file))
        size += len(file.content)
        if len(portion) == MOST_FILES or size >= MOST_BYTES:
            yield portion
            portion, size = [], 0
    if portion:
        yield portion


def _read(portions: Iterator[Files], *, max_bytes: int) -> Iterator[tuple[Files, Intake]]:
    """Read portions in their order: large ones in several processes, the next while the one before is appended."""
    reading: deque[tuple[Files, list[Future[Intake]]]] = deque()
    with ExitStack() as stack:
        processes: ProcessPoolExecutor | None = None
        for files in portions:
            if processes is None and len(files) < _MANY_FILES:
                yield files, refuse_unknown_reporters(_read_portion(files, max_bytes))
                continue
            is_first = processes is None
            processes = processes or stack.enter_context(_start_processes())
            tasks = [files[first : first + _FILES_A_TASK] for first in range(0, len(files), _FILES_A_TASK)]
            reading.append((files, [processes.submit(_read_portion, task, max_bytes) for task in tasks]))
            if is_first:
                # a second's work, for which there is time while they start
                load_places()
            if len(reading) > 1:
                yield _await(*reading.popleft())
        while reading:
            yield _await(*reading.popleft())


def _start_processes() -> ProcessPoolExecutor:
    # a process that is forked beside the threads of Polars may hang
    count = min(os.cpu_count() or 1, _MOST_PROCESSES)
    return ProcessPoolExecutor(count, mp_context=get_context("spawn"), initializer=_end_with_parent)


def _end_with_parent() -> None:
    """End this process when the one that started it does, however that ends."""
    parent = parent_process()

    def watch() -> None:
        if parent is not None:
            parent.join()
        os._exit(1)

    Thread(target=watch, daemon=True).start()


def _await(files: Files, reading: list[Future[Intake]]) -> tuple[Files, Intake]:
    # while other processes read the next portion
    return files, refuse_unknown_reporters(Intake.united([future.result() for future in reading]))


def _read_portion(files: Files, max_bytes: int) -> Intake:
    by_source = groupby(files, key=lambda entry: entry[0].source_name)
    groups = [list(group) for _, group in by_source]
    return Intake.united(
        [read_files(group[0][0], [file for _, file in group], max_bytes=max_bytes) for group in groups]
    )


def _leave_out_known(files: Files, intake: Intake, known: Mapping[str, FileVersion]) -> Intake | None:
    """Return what was found in files that have another content, or other faults, than the lake knows."""
    faults = intake.parts["rejections"].group_by("file_path").agg(pl.col("rejection_id"))
    rejection_ids = {path: frozenset(ids) for path, ids in faults.iter_rows()}
    changed = []
    for _, file in files:
        version = known.get(file.file_path)
        now = (file.sha256, rejection_ids.get(file.file_path, frozenset()))
        if version is None or now != (version.file_sha256, version.rejection_ids):
            changed.append(file.file_path)
    if not changed:
        return None
    return intake if len(changed) == len(files) else intake.of_files(changed)
