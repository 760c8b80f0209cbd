"""What a machine does to a run, in words: what happened, and what to do. And whether it passes by itself."""

from __future__ import annotations

import errno
import os
from typing import TYPE_CHECKING

from pipelines.hashes import DamagedError

if TYPE_CHECKING:
    from collections.abc import Iterator

_TRANSIENT = frozenset(
    [
        errno.EAGAIN,
        errno.EBUSY,
        errno.ECONNABORTED,
        errno.ECONNREFUSED,
        errno.ECONNRESET,
        errno.EHOSTDOWN,
        errno.EHOSTUNREACH,
        errno.EINTR,
        errno.EIO,
        errno.ENETDOWN,
        errno.ENETUNREACH,
        # somebody moved a file while the folder was read
        errno.ENOENT,
        errno.ENOLCK,
        errno.EREMOTEIO,
        errno.ESTALE,
        errno.ETIMEDOUT,
        errno.ETXTBSY,
    ]
)
"""A lock that somebody else holds, a file that is being moved, a network folder that does not answer."""

_FULL = frozenset([errno.ENOSPC, errno.EDQUOT])
_FORBIDDEN = frozenset([errno.EACCES, errno.EPERM, errno.EROFS])

_IS_FULL = ("no space left on device", "disk is full", "disk quota exceeded")
_IS_LOCKED = ("could not set lock on file",)
"""What DuckDB, Polars and SQLite say, which keep the number of the fault to themselves."""


def is_transient(error: BaseException | str) -> bool:
    """Whether the same may succeed in a minute without anybody doing anything. Never of what is wrong with the data.

    Args:
        error: What was raised, or what a library says of it.
    """
    if isinstance(error, str):
        return _says(error, _IS_LOCKED)
    return any(_number(cause) in _TRANSIENT or _says(str(cause), _IS_LOCKED) for cause in _list_causes(error))


def explain_fault(error: BaseException | str) -> str | None:
    """Say what happened and what to do, if it is a fault of the machine; None if it is not.

    Args:
        error: What was raised, or what a library says of it.
    """
    if isinstance(error, str):
        if _says(error, _IS_FULL):
            return _explain_full(error)
        return _explain_transient(error) if is_transient(error) else None
    for cause in _list_causes(error):
        if isinstance(cause, DamagedError):
            return str(cause)
        place = _name_place(cause)
        if _number(cause) in _FULL or _says(str(cause), _IS_FULL):
            return _explain_full(place or str(cause))
        if _number(cause) in _FORBIDDEN:
            return _explain_forbidden(place or str(cause))
        if is_transient(cause):
            return _explain_transient(str(cause))
    return None


def _explain_full(place: str) -> str:
    return f"the disk is full: {place}\n\nmake room and run again: `ketnap doctor` says how much is needed"


def _explain_forbidden(place: str) -> str:
    return (
        f"this user (uid {os.geteuid()}) may not open {place}\n\n"
        "give it the right to read data/raw and to write elsewhere below data/: docs/operations.md says who needs which"
    )


def _explain_transient(said: str) -> str:
    return f"{said}\n\nsomebody else has it open, or it is being moved; tried several times: run again later"


def _list_causes(error: BaseException) -> Iterator[BaseException]:
    cause: BaseException | None = error
    while cause is not None:
        yield cause
        cause = cause.__cause__ or cause.__context__


def _number(error: BaseException) -> int | None:
    return error.errno if isinstance(error, OSError) else None


def _name_place(error: BaseException) -> str | None:
    name = error.filename if isinstance(error, OSError) else None
    return None if name is None else repr(os.fsdecode(name) if isinstance(name, bytes) else str(name))


def _says(text: str, phrases: tuple[str, ...]) -> bool:
    return any(phrase in text.lower() for phrase in phrases)
