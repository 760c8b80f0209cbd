"""Hashes of what the lake holds, so that damage is noticed: a flipped bit is read as another number, unseen.

``data/lake/hashes/<batch>.sha256`` has a line per file of the batch, as ``sha256sum`` writes them, with names below
``data/lake``: ``sha256sum --check hashes/*.sha256`` works without this project. A line is written, and on the disk,
before its file gets its name. A lake that was written before there were hashes is read as it is.
"""

from __future__ import annotations

import hashlib
import os
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import polars as pl

from pipelines.whole_files import name_temporary

if TYPE_CHECKING:
    from pathlib import Path

_FOLDER = "hashes"
_LINE = re.compile(r"([0-9a-f]{64})  (\S+/\S+\.parquet)")
_NAMED = 5
"""So many damaged files are named in a message."""


@dataclass(frozen=True)
class Damage:
    """A file of the lake that is not as it was written.

    Attributes:
        name: Path below the lake: ``observations/20261122T190520648168Z.parquet``.
        kind: It has another content, is gone, or cannot be read.
    """

    name: str
    kind: Literal["changed", "gone", "unreadable"]


@dataclass(frozen=True)
class Inspection:
    """What a look at every file of the lake found.

    Attributes:
        file_count: Files that are there.
        byte_count: What they hold.
        damages: Those that are not as they were written; one that is gone is not among those that are there.
        unhashed: Names of those without a hash: all that can be said of them is that they are Parquet.
    """

    file_count: int
    byte_count: int
    damages: tuple[Damage, ...]
    unhashed: tuple[str, ...]


class DamagedError(RuntimeError):
    """The lake is not as it was written.

    Attributes:
        damages: What is wrong with which file.
    """

    def __init__(self, message: str, damages: tuple[Damage, ...]) -> None:
        super().__init__(message)
        self.damages = damages


def write_hash(lake: Path, content: Path, name: str) -> None:
    """Write down the hash of a file that is about to get its name.

    Args:
        lake: The folder ``data/lake``.
        content: The file as it is called now.
        name: What it will be called, below the lake: ``files/<batch>.parquet``.
    """
    target = lake / _FOLDER / f"{name.rpartition('/')[2].removesuffix('.parquet')}.sha256"
    target.parent.mkdir(parents=True, exist_ok=True)
    with target.open("a", encoding="utf-8") as file:
        # of a run that was killed here there may be half a line
        begin = "\n" if file.tell() else ""
        file.write(f"{begin}{_hash(content)}  {name}")
        file.flush()
        os.fsync(file.fileno())


def inspect_lake(lake: Path) -> Inspection:
    """Compare every file of the lake with its hash.

    Args:
        lake: The folder ``data/lake``; it need not exist.
    """
    hashes = _read_hashes(lake)
    names = {path.relative_to(lake).as_posix(): path for path in sorted(lake.glob("*/[!.]*.parquet"))}
    # a run that is killed between the line and the name leaves the file under its temporary one
    gone = [name for name in hashes if name not in names and not name_temporary(lake / name).exists()]
    found = {name: _compare(path, hashes.get(name)) for name, path in names.items()}
    return Inspection(
        file_count=len(names),
        byte_count=sum(path.stat().st_size for path in names.values()),
        damages=(
            *(Damage(name, kind) for name, kind in found.items() if kind is not None),
            *(Damage(name, "gone") for name in gone),
        ),
        unhashed=tuple(name for name in names if name not in hashes),
    )


def require_whole(lake: Path) -> None:
    """Read every file of the lake once and see that it is as it was written.

    Raises:
        DamagedError: It is not.
    """
    damages = inspect_lake(lake).damages
    if not damages:
        return
    named = ", ".join(f"{damage.name!r} is {damage.kind}" for damage in damages[:_NAMED])
    more = f", and {len(damages) - _NAMED} more" if len(damages) > _NAMED else ""
    message = (
        f"the lake {str(lake)!r} is damaged: {named}{more}\n\n"
        "put these files back from the back-up and run again: docs/operations.md says how"
    )
    raise DamagedError(message, damages)


def seal_lake(lake: Path) -> tuple[str, ...]:
    """Write down hashes of files that have none, as they are now.

    Returns:
        Their names.
    """
    inspection = inspect_lake(lake)
    unreadable = {damage.name for damage in inspection.damages}
    names = tuple(name for name in inspection.unhashed if name not in unreadable)
    for name in names:
        write_hash(lake, lake / name, name)
    return names


def _read_hashes(lake: Path) -> dict[str, str]:
    hashes = {}
    for file in sorted((lake / _FOLDER).glob("*.sha256")):
        for line in file.read_text(encoding="utf-8", errors="replace").splitlines():
            # the last line counts: a batch that broke off may have been written again under the same name
            if found := _LINE.fullmatch(line):
                hashes[found[2]] = found[1]
    return hashes


def _compare(path: Path, expected: str | None) -> Literal["changed", "unreadable"] | None:
    try:
        if expected is not None:
            return None if _hash(path) == expected else "changed"
        pl.read_parquet_schema(path)
    except (OSError, pl.exceptions.PolarsError):
        return "unreadable"
    return None


def _hash(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
