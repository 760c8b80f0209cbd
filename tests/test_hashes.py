"""Damage to the lake is noticed, wherever it is, and a killed run leaves none."""

from __future__ import annotations

import datetime as dt
import subprocess
from typing import TYPE_CHECKING

import pytest

from pipelines.hashes import Damage, DamagedError, inspect_lake, require_whole, seal_lake, write_hash
from pipelines.lake import Lake
from pipelines.observations import PARTS, TEXTS, Intake, RawFile, Reading, frame

if TYPE_CHECKING:
    from pathlib import Path

NOON = dt.datetime(2026, 5, 1, 12, tzinfo=dt.UTC)
EVENT = {"finding_id": "a", "event_code": "opened"}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A lake of two batches and one event."""
    lake = Lake(tmp_path / "lake")
    for body in ("12", "13"):
        text = frame([{"publication_id": "a", "text_body": body}], TEXTS)
        intake = Intake.of(RawFile("reports", "reports/a.txt", body.encode()), Reading(found_count=1, texts=text))
        lake.append(intake, now=NOON)
    lake.append_records("finding_events", [EVENT], now=NOON + dt.timedelta(days=1))
    return tmp_path / "lake"


def list_names(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.glob("*/*.parquet"))


def test_a_lake_that_is_not_there_is_whole(tmp_path: Path) -> None:
    assert inspect_lake(tmp_path / "lake").file_count == 0
    require_whole(tmp_path / "lake")


def test_every_file_of_the_lake_has_a_hash(folder: Path) -> None:
    inspection = inspect_lake(folder)

    assert inspection.file_count == 2 * len(PARTS) + 1
    assert inspection.byte_count == sum((folder / name).stat().st_size for name in list_names(folder))
    assert (inspection.damages, inspection.unhashed) == ((), ())


def test_hashes_can_be_checked_without_this_project(folder: Path) -> None:
    hashes = sorted(path.relative_to(folder).as_posix() for path in folder.glob("hashes/*"))
    run = subprocess.run(["sha256sum", "--check", *hashes], cwd=folder, capture_output=True, text=True, check=False)

    assert run.returncode == 0, run.stderr
    assert len(run.stdout.splitlines()) == len(list_names(folder))


@pytest.mark.parametrize("position", [0, 4, -1])
def test_a_flipped_bit_is_noticed_in_every_file(folder: Path, position: int) -> None:
    for name in list_names(folder):
        whole = (folder / name).read_bytes()
        damaged = bytearray(whole)
        damaged[position] ^= 1
        (folder / name).write_bytes(damaged)

        assert inspect_lake(folder).damages == (Damage(name, "changed"),)
        (folder / name).write_bytes(whole)
    require_whole(folder)


def test_a_truncated_file_is_named_with_what_to_do(folder: Path) -> None:
    name = list_names(folder)[0]
    (folder / name).write_bytes((folder / name).read_bytes()[:-10])

    with pytest.raises(DamagedError, match=f"'{name}' is changed\n\nput these files back from the back-up") as raised:
        require_whole(folder)
    assert raised.value.damages == (Damage(name, "changed"),)


def test_a_deleted_file_is_noticed(folder: Path) -> None:
    for name in list_names(folder):
        moved = (folder / name).rename(folder / "moved")

        assert inspect_lake(folder).damages == (Damage(name, "gone"),)
        moved.rename(folder / name)


def test_not_all_of_much_damage_is_named(folder: Path) -> None:
    for name in list_names(folder):
        (folder / name).write_bytes(b"")

    with pytest.raises(DamagedError, match=f", and {len(list_names(folder)) - 5} more\n"):
        require_whole(folder)


def test_a_lake_without_hashes_is_read_and_can_be_given_some(folder: Path) -> None:
    for file in folder.glob("hashes/*"):
        file.unlink()

    assert inspect_lake(folder).damages == ()
    assert inspect_lake(folder).unhashed == tuple(list_names(folder))
    assert seal_lake(folder) == tuple(list_names(folder))
    assert inspect_lake(folder).unhashed == ()
    assert seal_lake(folder) == ()


def test_a_file_without_a_hash_that_is_no_parquet_is_damaged_and_gets_none(folder: Path) -> None:
    for file in folder.glob("hashes/*"):
        file.unlink()
    name = list_names(folder)[0]
    (folder / name).write_bytes((folder / name).read_bytes()[:-10])

    assert inspect_lake(folder).damages == (Damage(name, "unreadable"),)
    assert name not in seal_lake(folder)


def test_a_run_that_is_killed_between_hash_and_name_leaves_no_damage(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def break_off(*_: object) -> None:
        raise OSError("killed")  # noqa: EM101

    monkeypatch.setattr(type(folder), "replace", break_off)
    with pytest.raises(OSError, match="killed"):
        Lake(folder).append_records("finding_events", [EVENT], now=NOON + dt.timedelta(days=2))

    assert len(list(folder.glob("hashes/*"))) == 4
    require_whole(folder)


def test_half_a_line_that_a_killed_run_left_spoils_no_other(folder: Path, tmp_path: Path) -> None:
    hashes = max(folder.glob("hashes/*"))
    hashes.write_text(hashes.read_text()[:30])
    name = f"finding_events/{hashes.stem}.parquet"
    write_hash(folder, folder / name, name)

    assert inspect_lake(folder).unhashed == ()
    require_whole(folder)


def test_what_is_written_again_under_the_same_name_has_its_last_hash(folder: Path) -> None:
    name = list_names(folder)[0]
    (folder / name).write_bytes((folder / list_names(folder)[1]).read_bytes())
    write_hash(folder, folder / name, name)

    require_whole(folder)
