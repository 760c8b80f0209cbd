"""One run at a time: two would write into the same build file and take the same raw files in twice."""

from __future__ import annotations

import fcntl
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


class LockedError(RuntimeError):
    """Another run is at work."""


@contextmanager
def hold_lock(path: Path) -> Iterator[None]:
    """Keep other runs out; the lock ends with the process at the latest.

    Args:
        path: The file that stands for the right to write; made if it is missing.

    Raises:
        LockedError: Another process, or another part of this one, holds it.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            message = f"another run holds {str(path)!r}\n\nwait until it has ended"
            raise LockedError(message) from error
        yield
