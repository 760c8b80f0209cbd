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
from pipelines.reporters import refuse_unknown_reporters
from pipelines.sources import list_files, read_files, read_sources

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator, Mapping, Sequence
    from concurrent.futures import Future
    from pathlib import Path

    from pipelines.lake import FileVersion, Lake
    from pipelines.sources import Source

    Sources = Mapping[str, Source]

MOST_FILES = 250
MOST_BYTES = 2**26
"""What one batch takes in at most. More files are several batches: memory stays bounded, and of a run that is killed no
more than two batches are read again."""

_MOST_HELPERS = 3


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
    sources = {source.source_name: source for source in read_sources(raw)}
    for files, intake in _read(_in_portions(_list_changed(raw, sources, known)), sources, max_bytes=max_bytes):
        new = _leave_out_known(files, intake, known)
        if new is not None:
            batch_ids.append(lake.append(new, now=now))
            file_count += new.parts["files"].height
            counts = {name: count + int(new.parts["files"][name].sum()) for name, count in counts.items()}
    return Ingestion(tuple(batch_ids), file_count, **counts)


def _list_changed(raw: Path, sources: Sources, known: Mapping[str, FileVersion]) -> Iterator[RawFile]:
    """Give the files that the lake does not know as they are, and those in which it knows a fault."""
    for source in sources.values():
        for path in list_files(raw, source):
            with open(f"{raw}/{path}", "rb") as opened:  # noqa: PTH123 - thousands of files a night
                file = RawFile(source.source_name, path, opened.read())
            version = known.get(file.file_path)
            if version is None or version.file_sha256 != file.sha256 or version.rejection_ids:
                yield file


def _in_portions(files: Iterator[RawFile]) -> Iterator[list[RawFile]]:
    portion: list[RawFile] = []
    size = 0
    for file in files:
        portion.append(file)
        size += len(file.content)
        if len(portion) == MOST_FILES or size >= MOST_BYTES:
            yield portion
            portion, size = [], 0
    if portion:
        yield portion


def _read(
    portions: Iterator[list[RawFile]], sources: Sources, *, max_bytes: int
) -> Iterator[tuple[list[RawFile], Intake]]:
    """Read portions; what is read first is given first.

    If the first one is full, others may follow: processes are started that help, and find it waiting for them. A
    portion for which none of them is free is read here.
    """
    given: deque[tuple[list[RawFile], Future[Intake]]] = deque()
    helper_count = min((os.cpu_count() or 1) - 1, _MOST_HELPERS)
    with ExitStack() as stack:
        helpers: ProcessPoolExecutor | None = None
        for files in portions:
            while given and given[0][1].done():
                yield _collect(*given.popleft())
            if helpers is None and len(files) == MOST_FILES and helper_count:
                helpers = stack.enter_context(_start_helpers(helper_count, sources))
            if helpers is not None and len(given) < helper_count:
                given.append((files, helpers.submit(_help, files, max_bytes)))
            else:
                yield files, refuse_unknown_reporters(_read_files(files, sources, max_bytes))
        while given:
            yield _collect(*given.popleft())


def _collect(files: list[RawFile], reading: Future[Intake]) -> tuple[list[RawFile], Intake]:
    return files, refuse_unknown_reporters(reading.result())


def _read_files(files: Sequence[RawFile], sources: Sources, max_bytes: int) -> Intake:
    groups = groupby(files, key=lambda file: file.source_name)
    return Intake.united([read_files(sources[name], list(group), max_bytes=max_bytes) for name, group in groups])


# in processes of their own

_SOURCES: dict[str, Source] = {}


def _start_helpers(count: int, sources: Sources) -> ProcessPoolExecutor:
    # a process that is forked beside the threads of Polars may hang
    return ProcessPoolExecutor(count, get_context("spawn"), initializer=_begin_process, initargs=(sources,))


def _begin_process(sources: Sources) -> None:
    """Keep the sources, and end this process when the one that started it does, however that ends."""
    _SOURCES.update(sources)
    parent = parent_process()

    def watch() -> None:
        if parent is not None:
            parent.join()
        os._exit(1)

    Thread(target=watch, daemon=True).start()


def _help(files: Sequence[RawFile], max_bytes: int) -> Intake:
    return _read_files(files, _SOURCES, max_bytes)


def _leave_out_known(files: list[RawFile], intake: Intake, known: Mapping[str, FileVersion]) -> Intake | None:
    """Return what was found in files that have another content, or other faults, than the lake knows."""
    faults = intake.parts["rejections"].group_by("file_path").agg(pl.col("rejection_id"))
    rejection_ids = {path: frozenset(ids) for path, ids in faults.iter_rows()}
    changed = []
    for file in files:
        version = known.get(file.file_path)
        now = (file.sha256, rejection_ids.get(file.file_path, frozenset()))
        if version is None or now != (version.file_sha256, version.rejection_ids):
            changed.append(file.file_path)
    if not changed:
        return None
    return intake if len(changed) == len(files) else intake.of_files(changed)
