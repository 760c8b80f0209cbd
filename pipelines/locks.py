"""One run at a time: two would write into the same build file and take the same raw files in twice."""

from __future__ import annotations

import fcntl
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_ASK_EVERY = 0.25
_BLINK = 0.5
"""Seconds. Who asks whether a run is at work (`is_held`) is in the way for a blink."""


class LockedError(RuntimeError):
    """Another run is at work."""


@contextmanager
def hold_lock(path: Path, *, patience: float = 0) -> Iterator[None]:
    """Keep other runs out; the lock ends with the process at the latest.

    Args:
        path: The file that stands for the right to write; made if it is missing.
        patience: So many seconds another run is waited for.

    Raises:
        LockedError: Another process, or another part of this one, holds it.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    # of the machine since it was switched on: setting the clock does not change it
    deadline = time.monotonic() + max(patience, _BLINK)
    with path.open("w") as file:
        while True:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError as error:
                if time.monotonic() >= deadline:
                    message = f"another run holds {str(path)!r}\n\nwait until it has ended"
                    raise LockedError(message) from error
                time.sleep(_ASK_EVERY)
        yield


def is_held(path: Path) -> bool:
    """Whether a run is at work."""
    if not path.is_file():
        return False
    with path.open("r") as file:
        try:
            # shared: two that only ask do not see each other
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False
