"""Files that are written whole or not at all, also on a full disk: there is the former one or the new one."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


def name_temporary(path: Path) -> Path:
    """Return the name under which a file is written before it takes the place of the former one.

    Args:
        path: The file.
    """
    return path.with_name(f".{path.name}.tmp")


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Give the name to write under; what stands there takes the place of the file unless something is raised.

    Args:
        path: The file; its folder is made if it is missing.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = name_temporary(path)
    yield temporary
    temporary.replace(path)


def replace_text(path: Path, text: str) -> None:
    """Write a text.

    Args:
        path: The file; its folder is made if it is missing.
        text: What it is to hold.
    """
    with replacing(path) as temporary:
        temporary.write_text(text, encoding="utf-8")
