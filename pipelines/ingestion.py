"""Takes in what is new under ``data/raw``: files whose content the lake does not know yet.

A file that had rejections is read again every time, and appended again when other records of it are accepted or
rejected now: a code added to the vocabulary may make its records acceptable.
"""

from __future__ import annotations

import gc
import os
from collections import deque
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import chain, groupby, islice
from multiprocessing import get_context
from typing import TYPE_CHECKING, NamedTuple, TypeVar

import polars as pl

from pipelines.lake import FileVersion
from pipelines.observations import Intake, RawFile
from pipelines.processes import end_with_parent
from pipelines.reporters import refuse_unknown_reporters
from pipelines.sources import list_files, read_files, read_sources

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from concurrent.futures import Future
    from pathlib import Path

    from pipelines.lake import Lake
    from pipelines.sources import Source

    Sources = Mapping[str, Source]

T = TypeVar("T")

MOST_FILES = 1000
MOST_BYTES = 2**26
"""What one batch takes in at most. More files are several batches: memory stays bounded, and of a run that is killed no
more than four batches are read again: one that is written, one that is joined, and what is being read."""

_PORTIONS = 8
"""Of a batch. They are read by different processes, which end together if portions are small."""
_MOST_HELPERS = 3
_MOST_GIVEN = 12
"""Portions that helpers have at a time: those that they read, and others that wait while a batch is looked through, so
that helpers need not."""
_UNKNOWN = FileVersion("", "", frozenset())


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
    sources = {source.source_name: source for source in read_sources(raw)}
    portions = _group(_list_changed(raw, sources, known), lambda file: [file], portions=_PORTIONS)
    batches = _group(_read(portions, sources, max_bytes=max_bytes), lambda found: found.files)
    appended: list[Future[str]] = []
    file_count = 0
    counts = dict.fromkeys(("found_count", "accepted_count", "rejected_count"), 0)
    # a disk takes its time until all is on it; the next batch is read meanwhile
    with ThreadPoolExecutor(1) as writer:
        for batch in batches:
            intake = refuse_unknown_reporters(Intake.united([found.intake for found in batch]))
            new = _leave_out_known([file for found in batch for file in found.files], intake, known)
            if new is not None:
                if appended:
                    appended[-1].result()
                appended.append(writer.submit(lake.append, new, now=now))
                file_count += new.parts["files"].height
                counts = {name: count + int(new.parts["files"][name].sum()) for name, count in counts.items()}
    return Ingestion(tuple(batch_id.result() for batch_id in appended), file_count, **counts)


def _list_changed(raw: Path, sources: Sources, known: Mapping[str, FileVersion]) -> Iterator[RawFile]:
    """Give the files that the lake does not know as they are, and those in which it knows a fault."""
    for source in sources.values():
        for path in list_files(raw, source):
            with open(f"{raw}/{path}", "rb") as opened:  # noqa: PTH123 - thousands of files a night
                file = RawFile(source.source_name, path, opened.read())
            version = known.get(file.file_path, _UNKNOWN)
            # asked for here, the hash is not computed again where the file is read
            if version.file_sha256 != file.sha256 or version.rejection_ids:
                yield file


def _group(items: Iterable[T], list_files: Callable[[T], list[RawFile]], *, portions: int = 1) -> Iterator[list[T]]:
    """Join files, or what has files, as long as they are no more than a batch, or one of its portions, takes in."""
    group: list[T] = []
    file_count = byte_count = 0
    for item in items:
        files = list_files(item)
        size = sum(len(file.content) for file in files)
        file_count, byte_count = file_count + len(files), byte_count + size
        if group and (file_count * portions > MOST_FILES or byte_count * portions > MOST_BYTES):
            yield group
            group, file_count, byte_count = [], len(files), size
        group.append(item)
    if group:
        yield group


class _Found(NamedTuple):
    """Files, and what was found in them."""

    files: list[RawFile]
    intake: Intake


def _read(portions: Iterator[list[RawFile]], sources: Sources, *, max_bytes: int) -> Iterator[_Found]:
    """Read portions; what is read first is given first.

    If they are more than one batch, processes are started that help, and find portions waiting for them. When enough
    wait, the next is read here; when there is no next one, those that still wait are taken back.
    """
    given: deque[tuple[list[RawFile], Future[Intake]]] = deque()
    first = list(islice(portions, _PORTIONS + 1))
    helper_count = min((os.cpu_count() or 1) - 1, _MOST_HELPERS) if len(first) > _PORTIONS else 0
    with ExitStack() as stack:
        helpers = _start_helpers(helper_count, sources) if helper_count else None
        if helpers is not None:
            stack.callback(helpers.shutdown, wait=False, cancel_futures=True)
        for files in chain(first, portions):
            while given and given[0][1].done():
                yield _collect(*given.popleft())
            if helpers is not None and len(given) < _MOST_GIVEN:
                given.append((files, helpers.submit(_help, files, max_bytes)))
            else:
                yield _Found(files, _read_files(files, sources, max_bytes))
        if helpers is not None:
            # each ends when nothing is left for it, while the last batches are written
            helpers.shutdown(wait=False)
        while given:
            if given[-1][1].cancel():
                files, _ = given.pop()
                yield _Found(files, _read_files(files, sources, max_bytes))
            else:
                yield _collect(*given.popleft())


def _collect(files: list[RawFile], reading: Future[Intake]) -> _Found:
    return _Found(files, reading.result())


def _read_files(files: Sequence[RawFile], sources: Sources, max_bytes: int) -> Intake:
    groups = groupby(files, key=lambda file: file.source_name)
    return Intake.united([read_files(sources[name], list(group), max_bytes=max_bytes) for name, group in groups])


# in processes of their own

_SOURCES: dict[str, Source] = {}


def _start_helpers(count: int, sources: Sources) -> ProcessPoolExecutor:
    # a process that is forked beside the threads of Polars may hang
    return ProcessPoolExecutor(count, get_context("spawn"), initializer=_begin_process, initargs=(sources,))


def _begin_process(sources: Sources) -> None:
    """Keep the sources, and what was imported."""
    _SOURCES.update(sources)
    gc.freeze()
    end_with_parent()


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
