"""Whether an installation and its lake are in order, and what to do about what is not. Asked by ``ketnap doctor``.

Here is what can be told without Dagster: packages, rights, the lake, room on the disk, the last run. Whether anybody
runs the nights is asked in `pipelines.defs.liveness`.
"""

from __future__ import annotations

import datetime as dt
import os
import platform
import shutil
from contextlib import closing
from importlib.metadata import PackageNotFoundError, metadata, version
from typing import TYPE_CHECKING, Literal

import duckdb
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from pydantic import BaseModel

from pipelines.faults import explain_fault
from pipelines.hashes import inspect_lake
from pipelines.languages import format_noun
from pipelines.locks import is_held
from pipelines.moments import MOST_BETWEEN_NIGHTS
from pipelines.publication import open_published
from pipelines.run_reports import read_report
from pipelines.sources import list_files, read_sources

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pipelines.paths import Paths

_ROOM = 2**30
"""Bytes that a night needs besides what it writes anew: logs, history, what DuckDB spills."""

_NAMED = 5
"""So many packages or files are named."""


class Diagnosis(BaseModel, frozen=True):
    """What was found of one thing.

    Attributes:
        subject: What was looked at.
        state: An error keeps nights from publishing, or will; a warning deserves a look.
        found: What is there.
        remedy: What to do; empty if it is fine.
    """

    subject: str
    state: Literal["fine", "warning", "error"]
    found: str
    remedy: str = ""


def diagnose(paths: Paths, *, lock_file: Path, now: dt.datetime) -> Iterator[Diagnosis]:
    """Look at everything, one thing after the other.

    Args:
        paths: Where the warehouse is.
        lock_file: What should be installed: ``requirements.lock``.
        now: The time, with a time zone.
    """
    yield check_python(platform.python_version())
    yield check_packages(lock_file)
    yield check_sources(paths)
    yield check_rights(paths)
    yield check_lake(paths)
    yield check_room(paths, shutil.disk_usage(_find_existing(paths.lake)).free)
    yield check_last_run(paths)
    yield check_published(paths, now=now)


def check_python(installed: str) -> Diagnosis:
    """Whether this Python is one that the project is tested with."""
    allowed = str(metadata("ketnap")["Requires-Python"])
    if SpecifierSet(allowed).contains(installed):
        return Diagnosis(subject="Python", state="fine", found=installed)
    return Diagnosis(
        subject="Python",
        state="error",
        found=f"{installed}, expected {allowed}",
        remedy="install anew with another one: make clean; make PYTHON=python3.11 .venv/installed",
    )


def check_packages(lock_file: Path) -> Diagnosis:
    """Whether what is installed is what was tested."""
    wrong, count = [], 0
    for requirement in _read_lock(lock_file):
        count += 1
        try:
            installed = version(requirement.name)
        except PackageNotFoundError:
            wrong.append(f"{requirement.name} is missing")
            continue
        if not requirement.specifier.contains(installed, prereleases=True):
            wrong.append(f"{requirement.name} is {installed}, expected {requirement.specifier}")
    if wrong:
        more = f", and {len(wrong) - _NAMED} more" if len(wrong) > _NAMED else ""
        return Diagnosis(
            subject="packages",
            state="error",
            found=", ".join(wrong[:_NAMED]) + more,
            remedy="install what is pinned: rm .venv/installed; make .venv/installed",
        )
    named = ", ".join(f"{name} {version(name)}" for name in ("dagster", "dbt-core", "dbt-duckdb", "duckdb", "polars"))
    return Diagnosis(subject="packages", state="fine", found=f"{count} as pinned; {named}")


def check_sources(paths: Paths) -> Diagnosis:
    """Whether every source is described and every file of it can be read."""
    try:
        files = [path for source in read_sources(paths.raw) for path in list_files(paths.raw, source)]
        closed = [path for path in files if not os.access(paths.raw / path, os.R_OK)]
    except (OSError, ValueError) as error:
        found, _, remedy = (explain_fault(error) or str(error)).partition("\n\n")
        return Diagnosis(subject="raw files", state="error", found=found, remedy=remedy)
    if closed:
        return Diagnosis(
            subject="raw files",
            state="error",
            found=f"{format_noun(len(closed), 'file')} that this user may not read: {', '.join(closed[:_NAMED])}",
            remedy=f"give uid {os.geteuid()} the right to read them: docs/operations.md says who needs which",
        )
    if not files:
        return Diagnosis(
            subject="raw files",
            state="error",
            found=f"none under {str(paths.raw)!r}",
            remedy="add a source: CONTRIBUTING.md says how; or set KETNAP_ROOT to where they are",
        )
    return Diagnosis(subject="raw files", state="fine", found=f"{format_noun(len(files), 'file')}, all can be read")


def check_rights(paths: Paths) -> Diagnosis:
    """Whether this user may write where a night writes."""
    folders = (paths.lake, paths.build, paths.warehouse, paths.dagster_home)
    closed = [folder for folder in folders if not os.access(_find_existing(folder), os.W_OK | os.X_OK)]
    if closed:
        return Diagnosis(
            subject="rights",
            state="error",
            found=f"uid {os.geteuid()} may not write to {', '.join(map(repr, map(str, closed)))}",
            remedy="run as the user that owns data/, or give it to this one: docs/operations.md says who needs which",
        )
    return Diagnosis(subject="rights", state="fine", found=f"uid {os.geteuid()} may write lake, build and warehouse")


def check_lake(paths: Paths) -> Diagnosis:
    """Whether every file of the lake is as it was written."""
    inspection = inspect_lake(paths.lake)
    size = f"{format_noun(inspection.file_count, 'file')}, {_format_size(inspection.byte_count)}"
    if inspection.damages:
        named = ", ".join(f"{damage.name} is {damage.kind}" for damage in inspection.damages[:_NAMED])
        more = f", and {len(inspection.damages) - _NAMED} more" if len(inspection.damages) > _NAMED else ""
        return Diagnosis(
            subject="lake",
            state="error",
            found=f"{size}; damaged: {named}{more}",
            remedy="put these files back from the back-up: docs/operations.md says how. No night publishes until then",
        )
    if inspection.unhashed:
        return Diagnosis(
            subject="lake",
            state="warning",
            found=f"{size}; {format_noun(len(inspection.unhashed), 'file')} without a hash, of an earlier version",
            remedy="if the lake can be trusted as it is now, write its hashes down: ketnap doctor --seal",
        )
    return Diagnosis(subject="lake", state="fine", found=f"{size}, all as they were written")


def check_room(paths: Paths, free: int) -> Diagnosis:
    """Whether the disk has room for a night that builds everything anew.

    Args:
        paths: Where the warehouse is.
        free: Bytes on its disk.
    """
    needed = sum(_measure(file) for file in (paths.build_database, paths.published_database))
    found = f"{_format_size(free)} free, a night may need {_format_size(needed + _ROOM)}"
    if free >= 2 * needed + _ROOM:
        return Diagnosis(subject="room", state="fine", found=found)
    return Diagnosis(
        subject="room",
        state="error" if free < needed + _ROOM else "warning",
        found=found,
        remedy="make room; data/build can be deleted at any time (the next night is longer), data/lake never",
    )


def check_last_run(paths: Paths) -> Diagnosis:
    """What became of the last run."""
    if is_held(paths.build_lock):
        return Diagnosis(subject="last run", state="fine", found="one is at work")
    report = read_report(paths.last_run)
    if report is None:
        return Diagnosis(subject="last run", state="warning", found="there was none", remedy="begin with: ketnap build")
    found = f"{report.outcome} {_format_time(report.finished_at)}"
    if report.outcome == "published":
        return Diagnosis(subject="last run", state="fine", found=found)
    reasons = report.errors or [f"{check.table}: {check.name}" for check in report.failed_checks]
    return Diagnosis(
        subject="last run",
        state="error",
        found=f"{found}: {reasons[0].splitlines()[0] if reasons else 'no reason was written down'}",
        remedy=f"ketnap status names all that failed; everything that was said stands in {report.log}",
    )


def check_published(paths: Paths, *, now: dt.datetime) -> Diagnosis:
    """Whether the published file can be read, and how old it is."""
    file = paths.published_database
    if not file.is_file():
        return Diagnosis(
            subject="published", state="warning", found=f"no {str(file)!r} yet", remedy="begin with: ketnap build"
        )
    try:
        with closing(open_published(file)) as connection:
            ((tables,),) = connection.execute("select count(*) from duckdb_tables()").fetchall()
    except duckdb.Error as error:
        return Diagnosis(
            subject="published",
            state="error",
            found=f"{str(file)!r} cannot be read: {str(error).splitlines()[0]}",
            remedy="write it anew: ketnap build --full",
        )
    published_at = dt.datetime.fromtimestamp(file.stat().st_mtime, dt.UTC)
    found = f"{format_noun(tables, 'table')}, {_format_time(published_at)}"
    if published_at > now:
        return Diagnosis(
            subject="published",
            state="warning",
            found=f"{found}, which is in the future",
            remedy="the clock was set back: see that it is right (timedatectl). Batches keep their order all the same",
        )
    if now - published_at > MOST_BETWEEN_NIGHTS:
        return Diagnosis(
            subject="published",
            state="warning",
            found=f"{found}, more than {MOST_BETWEEN_NIGHTS.total_seconds() / 3600:.0f} hours ago",
            remedy="see above why no night has published since; by hand: ketnap build",
        )
    return Diagnosis(subject="published", state="fine", found=found)


def _read_lock(lock_file: Path) -> Iterator[Requirement]:
    for line in lock_file.read_text(encoding="utf-8").splitlines():
        if line and not line.startswith((" ", "#")):
            requirement = Requirement(line.removesuffix("\\").strip())
            if requirement.marker is None or requirement.marker.evaluate():
                yield requirement


def _find_existing(folder: Path) -> Path:
    """Return a folder, or the nearest above it that exists."""
    return next(place for place in (folder, *folder.parents) if place.exists())


def _measure(file: Path) -> int:
    return file.stat().st_size if file.is_file() else 0


def _format_size(count: int) -> str:
    return f"{count / 2**30:,.1f} GiB" if count >= 2**30 else f"{count / 2**20:,.1f} MiB"


def _format_time(moment: dt.datetime) -> str:
    return moment.astimezone().strftime("%Y-%m-%d %H:%M %Z")
