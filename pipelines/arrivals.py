"""Whether there are raw files that the lake does not know, and whether people have finished with them.

Somebody who copies a folder of reports takes minutes; a run that starts after the first of them takes in half. So files
have to lie still before a run is asked for.
"""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from pydantic import BaseModel

from pipelines.sources import list_files, read_sources

if TYPE_CHECKING:
    from pathlib import Path

    from pipelines.lake import Lake

SETTLED_AFTER = 300.0
"""Seconds without a change of any name, size or time of change."""


class Watch(BaseModel, frozen=True):
    """What is remembered from one look to the next.

    Attributes:
        fingerprint: Of the names, sizes and times of all raw files.
        since: When it was seen first, in seconds by a clock that only runs forward, since the machine was switched on.
        is_handled: Whether a run was asked for them as they are, or is not needed.
    """

    fingerprint: str = ""
    since: float = 0.0
    is_handled: bool = False


@dataclass(frozen=True)
class Sighting:
    """What a look at the raw files found.

    Attributes:
        state: ``unchanged`` since they were handled, still ``moving``, ``known`` to the lake, or ``new``.
        watch: What to remember.
        file_count: New or changed files.
        key: Names these files with their content, and what the lake held: the same change has the same key.
        seconds_left: How long files that are moving have to lie still yet.
    """

    state: Literal["unchanged", "moving", "known", "new"]
    watch: Watch
    file_count: int = 0
    key: str = ""
    seconds_left: float = 0.0


def look(raw: Path, lake: Lake, watch: Watch, *, now: float, settled_after: float = SETTLED_AFTER) -> Sighting:
    """Look at the raw files. Their content is read once they lie still, and only if something has changed.

    Args:
        raw: The folder ``data/raw``.
        lake: What is known already.
        watch: What the last look found.
        now: Seconds by a clock that only runs forward (`time.monotonic`): the clock on the wall may be set meanwhile.
        settled_after: So many seconds nothing may have changed.

    Raises:
        OSError: A file or folder cannot be read.
        ValueError: A source is not described.
    """
    paths = [path for source in read_sources(raw) for path in list_files(raw, source)]
    fingerprint = _fingerprint(raw, paths)
    if fingerprint != watch.fingerprint or now < watch.since:
        is_handled = watch.is_handled and fingerprint == watch.fingerprint
        watch = Watch(fingerprint=fingerprint, since=now, is_handled=is_handled)
    if watch.is_handled:
        return Sighting("unchanged", watch)
    if (seconds_left := watch.since + settled_after - now) > 0:
        return Sighting("moving", watch, seconds_left=seconds_left)
    handled = watch.model_copy(update={"is_handled": True})
    known = lake.file_versions()
    hashes = {path: hashlib.sha256((raw / path).read_bytes()).hexdigest() for path in paths}
    new = {path: sha256 for path, sha256 in hashes.items() if path not in known or known[path].file_sha256 != sha256}
    if not new:
        return Sighting("known", handled)
    # with the newest batch: a file that becomes again what it was before is another change
    digest = hashlib.sha256("\0".join([*lake.batch_ids()[-1:], *sorted(map("\0".join, new.items()))]).encode())
    return Sighting("new", handled, file_count=len(new), key=digest.hexdigest())


def _fingerprint(raw: Path, paths: list[str]) -> str:
    digest = hashlib.sha256()
    for path in paths:
        state = os.stat(f"{raw}/{path}")  # noqa: PTH116 - thousands of files a minute
        digest.update(f"{path}\0{state.st_size}\0{state.st_mtime_ns}\0".encode())
    return digest.hexdigest()
