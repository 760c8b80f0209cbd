"""What a machine does to a run is told in words, and tried again only if it may pass."""

from __future__ import annotations

import errno
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from pathlib import Path

import duckdb
import polars as pl
import pytest

from pipelines.faults import explain_fault, is_transient
from pipelines.hashes import Damage, DamagedError
from pipelines.locks import LockedError, hold_lock, is_held
from pipelines.settings import CHECKOUT

NOBODY = 65534
INGEST = """
import datetime as dt, os, pathlib, sys
from pipelines.faults import explain_fault
from pipelines.ingestion import ingest
from pipelines.lake import Lake
root = pathlib.Path(sys.argv[1])
os.setgroups([])
os.setgid(int(sys.argv[2]))
os.setuid(int(sys.argv[2]))
try:
    ingest(root / "data" / "raw", Lake(root / "lake"), now=dt.datetime.now(dt.UTC), max_bytes=10**6)
except OSError as error:
    print(explain_fault(error))
"""


def fail(number: int, name: str = "data/raw/a.xlsx") -> OSError:
    return OSError(number, os.strerror(number), name)


@pytest.mark.parametrize("number", [errno.EAGAIN, errno.EBUSY, errno.EIO, errno.ENOENT, errno.ESTALE, errno.ETIMEDOUT])
def test_what_may_pass_by_itself_is_transient(number: int) -> None:
    assert is_transient(fail(number))
    assert "'data/raw/a.xlsx'" in str(explain_fault(fail(number)))


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT, errno.EACCES, errno.EPERM, errno.EROFS])
def test_what_somebody_has_to_mend_is_not_transient(number: int) -> None:
    assert not is_transient(fail(number))
    assert "'data/raw/a.xlsx'\n\n" in str(explain_fault(fail(number)))


@pytest.mark.parametrize(
    "error",
    [
        ValueError("no such code"),
        FileNotFoundError("no build file"),
        pl.exceptions.ComputeError("not a number"),
        duckdb.ConversionException("not a number"),
        LockedError("another run"),
    ],
)
def test_a_fault_of_data_is_neither_tried_again_nor_explained(error: Exception) -> None:
    assert not is_transient(error)
    assert explain_fault(error) is None


def test_damage_is_not_tried_again_and_says_what_to_do() -> None:
    error = DamagedError("damaged\n\nput it back", (Damage("files/a.parquet", "gone"),))

    assert not is_transient(error)
    assert explain_fault(error) == "damaged\n\nput it back"


def test_the_cause_of_an_error_counts() -> None:
    error = RuntimeError("the step failed")
    error.__cause__ = fail(errno.ENOSPC)

    assert str(explain_fault(error)).startswith("the disk is full: 'data/raw/a.xlsx'")


@pytest.mark.parametrize(
    "error",
    [
        sqlite3.OperationalError("database or disk is full"),
        duckdb.IOException('Could not write file "warehouse.duckdb": No space left on device'),
        "IO Error: Could not write file: No space left on device",
    ],
)
def test_a_full_disk_is_known_from_what_libraries_say(error: Exception | str) -> None:
    assert str(explain_fault(error)).startswith("the disk is full: ")


def test_a_database_that_somebody_has_open_is_transient(tmp_path: Path) -> None:
    said = 'IO Error: Could not set lock on file "warehouse.duckdb": Conflicting lock is held'

    assert is_transient(said)
    assert is_transient(duckdb.IOException(said))
    assert "tried several times" in str(explain_fault(said))


def test_a_lock_is_held_while_it_is_and_no_longer(tmp_path: Path) -> None:
    lock = tmp_path / "build.lock"

    assert not is_held(lock)
    assert not lock.exists()
    with hold_lock(lock):
        assert is_held(lock)
    assert not is_held(lock)


def test_a_run_waits_for_another_as_long_as_it_is_told(tmp_path: Path) -> None:
    lock = tmp_path / "build.lock"
    with hold_lock(lock):
        with pytest.raises(LockedError, match="another run holds"), hold_lock(lock, patience=1):
            pytest.fail("two runs at once")
        assert is_held(lock)
    with hold_lock(lock, patience=1):
        assert is_held(lock)


@pytest.mark.parametrize(
    "closed", ["published_figures", "article_notes/o-mon-2022", "article_notes/o-mon-2022/text.txt"]
)
def test_what_another_user_may_not_read_is_named_and_nothing_of_it_is_passed_over(root: Path, closed: str) -> None:
    if os.geteuid():
        pytest.skip("only root can take files in as another user")
    # where another user gets to
    shown = Path(tempfile.mkdtemp())
    shown.chmod(0o777)
    shutil.copytree(root, shown / "root")
    (shown / "root").chmod(0o777)
    place = shown / "root" / "data" / "raw" / closed
    place.chmod(0o700)
    run = subprocess.run(
        [sys.executable, "-c", INGEST, shown / "root", str(NOBODY)],
        cwd=CHECKOUT,
        capture_output=True,
        text=True,
        check=False,
    )
    is_taken_in = (shown / "root" / "lake").exists()
    shutil.rmtree(shown)

    assert run.returncode == 0, run.stderr
    assert f"this user (uid {NOBODY}) may not open '{place}" in run.stdout
    assert not is_taken_in
