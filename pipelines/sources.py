"""Raw sources: what stands under ``data/raw`` and which reader takes which file.

A source is a folder with a sidecar ``_source.yml``; files and folders whose names begin with ``_`` or ``.`` are no
data.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field

from pipelines.layouts import Layout, read_layouts
from pipelines.readers.article import read_article
from pipelines.readers.delimited import read_delimited
from pipelines.readers.publication import read_publication
from pipelines.readers.rejecting import reject_file
from pipelines.readers.workbook import read_workbook

if TYPE_CHECKING:
    from collections.abc import Callable

    from pipelines.observations import Reading


class FilePattern(BaseModel):
    """Which reader takes the files that match a pattern."""

    model_config = ConfigDict(extra="forbid")

    pattern: str
    reader: Literal["article", "delimited", "publication", "workbook"]


class UsageWarning(BaseModel):
    """What a user of the source must know. The codes are a closed list."""

    model_config = ConfigDict(extra="forbid")

    code: Literal["aggregation_hazard", "known_discrepancies", "missing_periods", "restated_text"]
    text_vi: str
    text_en: str


class Source(BaseModel):
    """What a ``_source.yml`` says, and the layouts beside it."""

    model_config = ConfigDict(extra="forbid")

    source_name: str
    title_vi: str
    title_en: str
    publisher: str
    licence: str
    cadence: str
    owner: str
    sensitivity: str
    files: list[FilePattern]
    usage_warnings: list[UsageWarning]
    layouts: tuple[Layout, ...] = Field(default=(), exclude=True)


@dataclass(frozen=True)
class RawFile:
    """One file of a source, as it is now.

    Attributes:
        source: The source it belongs to.
        file_path: Path below ``data/raw``, with slashes.
        content: Its bytes.
    """

    source: Source
    file_path: str
    content: bytes

    @cached_property
    def sha256(self) -> str:
        """Hash of the content, hexadecimal."""
        return hashlib.sha256(self.content).hexdigest()

    @property
    def key(self) -> str:
        """What identifies the version of the file."""
        return f"{self.file_path}@{self.sha256}"

    @property
    def reader_name(self) -> str | None:
        """Name of the reader whose pattern the path matches, or None."""
        below_source = PurePosixPath(self.file_path).relative_to(self.source.source_name)
        return next((entry.reader for entry in self.source.files if below_source.match(entry.pattern)), None)


def read_sources(raw: Path) -> list[Source]:
    """Read the sidecars of all sources.

    Args:
        raw: The folder ``data/raw``.

    Raises:
        ValueError: A sidecar is missing, is no valid YAML or lacks an entry, or its name is not that of its folder.
    """
    sources = []
    for folder in sorted(path for path in raw.glob("*") if path.is_dir() and not path.name.startswith(("_", "."))):
        sidecar = folder / "_source.yml"
        if not sidecar.is_file():
            message = f"the folder {folder.name!r} has no _source.yml\n\ndescribe the source, or begin the name with _"
            raise ValueError(message)
        try:
            source = Source.model_validate(yaml.safe_load(sidecar.read_text(encoding="utf-8")))
        except yaml.YAMLError as error:
            message = f"the _source.yml of {folder.name!r} is no valid YAML: {error}"
            raise ValueError(message) from error
        if source.source_name != sidecar.parent.name:
            message = f"source_name {source.source_name!r} is not the name of the folder {sidecar.parent.name!r}"
            raise ValueError(message)
        sources.append(source.model_copy(update={"layouts": read_layouts(folder)}))
    return sources


def list_files(raw: Path, source: Source) -> list[Path]:
    """Return the data files of a source, sorted by path."""
    folder = raw / source.source_name
    return sorted(
        path
        for path in folder.rglob("*")
        if path.is_file() and not any(part.startswith(("_", ".")) for part in path.relative_to(folder).parts)
    )


READERS: dict[str, Callable[[RawFile, int], Reading]] = {
    "article": lambda file, _: read_article(file.content, file.file_path, file.key),
    "delimited": lambda file, _: read_delimited(file.content, file.file_path, file.key),
    "publication": lambda file, _: read_publication(file.content, file.file_path, file.key),
    "workbook": lambda file, max_bytes: (
        read_workbook(file.content, file.file_path, file.key, file.source.layouts, max_bytes=max_bytes).reading
    ),
}
"""Reader by name; the number is the size above which what a file unpacks to is not read."""


def read_file(file: RawFile, *, max_bytes: int) -> Reading:
    """Read one file with the reader of its source; a file that no reader takes is rejected, never skipped.

    Args:
        file: The file.
        max_bytes: Size above which it is rejected unread.
    """
    if len(file.content) > max_bytes:
        return reject_file(file.key, "file_too_large", found=f"{len(file.content)} B", expected=f"{max_bytes} B")
    if file.reader_name is None:
        expected = ", ".join(entry.pattern for entry in file.source.files)
        return reject_file(file.key, "unexpected_file", found=PurePosixPath(file.file_path).name, expected=expected)
    return READERS[file.reader_name](file, max_bytes)
