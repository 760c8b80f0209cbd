"""Raw sources: what stands under ``data/raw`` and which reader takes which file.

A source is a folder with a sidecar ``_source.yml``; files and folders whose names begin with ``_`` or ``.`` are no
data.
"""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import timedelta
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, field_validator

from pipelines.layouts import Layout, read_layouts
from pipelines.observations import Intake, RawFile
from pipelines.readers.article import read_article
from pipelines.readers.delimited import read_delimited
from pipelines.readers.publication import read_publication
from pipelines.readers.rejecting import reject_file
from pipelines.readers.report_table import read_report_tables
from pipelines.readers.workbook import read_workbooks

if TYPE_CHECKING:
    from pipelines.observations import Reading


CADENCES = {
    "daily": timedelta(days=1),
    "weekly": timedelta(days=7),
    "monthly": timedelta(days=31),
    "quarterly": timedelta(days=92),
    "half-yearly": timedelta(days=184),
    "yearly": timedelta(days=366),
    "irregular": None,
}
"""How far apart the files of a source come at most; None if nobody knows."""


class FilePattern(BaseModel):
    """Which reader takes the files that match a pattern."""

    model_config = ConfigDict(extra="forbid")

    pattern: str
    reader: Literal["article", "delimited", "publication", "report_table", "workbook"]


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

    @field_validator("cadence")
    @classmethod
    def _know_cadence(cls, cadence: str) -> str:
        if unknown := sorted(set(cadence.split(" and ")) - set(CADENCES)):
            message = f"no cadence {unknown[0]!r}\n\none of {', '.join(CADENCES)}, or two of them joined by ' and '"
            raise ValueError(message)
        return cadence

    @property
    def interval(self) -> timedelta | None:
        """How far apart its files come at most; None if they come when they come."""
        intervals = [CADENCES[word] for word in self.cadence.split(" and ")]
        known = [interval for interval in intervals if interval is not None]
        return min(known) if len(known) == len(intervals) else None

    def find_reader(self, file_path: str) -> str | None:
        """Return the name of the reader whose pattern a path below ``data/raw`` matches; None if there is none."""
        below_source = PurePosixPath(file_path.removeprefix(f"{self.source_name}/"))
        return next((entry.reader for entry in self.files if below_source.match(entry.pattern)), None)


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
            source = Source.model_validate(yaml.load(sidecar.read_bytes(), Loader=yaml.CSafeLoader))
        except yaml.YAMLError as error:
            message = f"the _source.yml of {folder.name!r} is no valid YAML: {error}"
            raise ValueError(message) from error
        if source.source_name != sidecar.parent.name:
            message = f"source_name {source.source_name!r} is not the name of the folder {sidecar.parent.name!r}"
            raise ValueError(message)
        sources.append(source.model_copy(update={"layouts": read_layouts(folder)}))
    return sources


def list_files(raw: Path, source: Source) -> list[str]:
    """Return the data files of a source, as sorted paths below ``data/raw``, with slashes.

    Raises:
        OSError: A folder cannot be listed: what is in it must not be missing in silence.
    """
    above = len(os.path.join(raw, ""))  # noqa: PTH118 - thousands of files a night
    found = []
    for folder, below, names in os.walk(raw / source.source_name, onerror=_refuse):
        below[:] = [name for name in below if not name.startswith(("_", "."))]
        found += [f"{folder[above:]}/{name}" for name in names if not name.startswith(("_", "."))]
    return sorted(path.replace(os.sep, "/") for path in found)


def _refuse(error: OSError) -> None:
    raise error


Reader = Callable[[Sequence[RawFile], Source, int], Intake]
"""Reads some files of a source. The number is the size above which what a file unpacks to is not read."""


def _each(read: Callable[[bytes, str, str], Reading]) -> Reader:
    """Return the reader of many files that reads one after the other."""
    return lambda files, *_: Intake.united(
        [Intake.of(file, read(file.content, file.file_path, file.key)) for file in files]
    )


READERS: dict[str, Reader] = {
    "article": _each(read_article),
    "delimited": _each(read_delimited),
    "publication": _each(read_publication),
    "report_table": lambda files, source, _: read_report_tables(files, source.layouts),
    "workbook": lambda files, source, max_bytes: read_workbooks(files, source.layouts, max_bytes=max_bytes),
}


def read_files(source: Source, files: Sequence[RawFile], *, max_bytes: int) -> Intake:
    """Read files of a source; a file that no reader takes is rejected, never skipped.

    Args:
        source: The source.
        files: At least one of its files.
        max_bytes: Size above which a file is rejected unread.
    """
    by_reader: defaultdict[str, list[RawFile]] = defaultdict(list)
    reader_names = {file.file_path: source.find_reader(file.file_path) for file in files}
    intakes = []
    for file in files:
        reader_name = reader_names[file.file_path]
        if len(file.content) > max_bytes:
            found, expected = f"{len(file.content)} B", f"{max_bytes} B"
            intakes.append(Intake.of(file, reject_file(file.key, "file_too_large", found=found, expected=expected)))
        elif reader_name is None:
            found, expected = PurePosixPath(file.file_path).name, ", ".join(entry.pattern for entry in source.files)
            intakes.append(Intake.of(file, reject_file(file.key, "unexpected_file", found=found, expected=expected)))
        else:
            by_reader[reader_name].append(file)
    intakes += [READERS[name](taken, source, max_bytes) for name, taken in by_reader.items()]
    return Intake.united(intakes).read_by(reader_names)
