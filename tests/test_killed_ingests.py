"""An ingest that is killed, whenever, leaves a lake that the next one completes as if nothing had happened."""

from __future__ import annotations

import datetime as dt
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from contextlib import suppress
from io import BytesIO
from typing import TYPE_CHECKING, NamedTuple

import polars as pl
import pytest
from polars.testing import assert_frame_equal
from readers.damaged_workbooks import SHEET, STRINGS, read_part, repack

from pipelines.commands.forming import list_subjects
from pipelines.forms import Subject, write_form
from pipelines.ingestion import ingest
from pipelines.lake import Lake
from pipelines.layouts import find_form, read_layouts
from pipelines.observations import PARTS
from pipelines.periods import Period
from pipelines.settings import CHECKOUT

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

SOURCE = CHECKOUT / "data" / "raw" / "commune_reports"
FILE_COUNT = 200
MOST_SECONDS_LEFT = 20
MAX_BYTES = 10**7
SUBJECT = Subject("Đảng bộ xã Thu Cúc", "Đảng bộ huyện Tân Sơn", "Phú Thọ")
PERIOD = Period.half_year(2024, 1)
ALL, WOMEN = 70_001, 70_002
"""Numbers of the template that every file has another for."""
INGEST = """
import datetime as dt, pathlib, sys
from pipelines import ingestion
from pipelines.ingestion import ingest
from pipelines.lake import Lake
raw, lake, max_bytes, is_many = sys.argv[1:]
if is_many == "True":
    ingestion.MOST_FILES = 30
print("ready", flush=True)
ingest(pathlib.Path(raw), Lake(pathlib.Path(lake)), now=dt.datetime.now(dt.UTC), max_bytes=int(max_bytes))
"""
NAMES_OF_A_BATCH = 2 * len(PARTS)
"""Every part is written under a temporary name and renamed."""


class Undisturbed(NamedTuple):
    """What an ingest that nobody kills does.

    Attributes:
        seconds: How long it takes once its modules are loaded.
        parts: The parts of its lake.
    """

    seconds: float
    parts: dict[str, pl.DataFrame]


@pytest.fixture(scope="module")
def raw(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The raw folder of many reports; every tenth has a fault."""
    folder = tmp_path_factory.mktemp("raw")
    target = folder / SOURCE.name
    target.mkdir()
    for sidecar in SOURCE.glob("_*.yml"):
        shutil.copy(sidecar, target)
    template = write_template()
    strings, sheet = read_part(template, STRINGS).decode(), read_part(template, SHEET).decode()
    senders = list_subjects(SUBJECT.province_name, dt.date(2024, 6, 30))
    for number, sender in enumerate(senders[:FILE_COUNT]):
        women = -1 if number % 10 == 0 else number
        named = strings.replace(SUBJECT.parent_organisation_name, sender.parent_organisation_name)
        named = named.replace(SUBJECT.organisation_name, sender.organisation_name)
        filled = sheet.replace(f"<v>{ALL}<", f"<v>{number + 100}<").replace(f"<v>{WOMEN}<", f"<v>{women}<")
        content = repack(template, {STRINGS: named.encode(), SHEET: filled.encode()})
        (target / f"{number}.xlsx").write_bytes(content)
    return folder


@pytest.fixture(scope="module")
def undisturbed(raw: Path, tmp_path_factory: pytest.TempPathFactory) -> Undisturbed:
    """An ingest that is left alone, and how long it takes."""
    folder = tmp_path_factory.mktemp("undisturbed") / "lake"
    process = start_ingest(raw, folder)
    began = time.monotonic()
    assert process.wait() == 0
    return Undisturbed(time.monotonic() - began, read_parts(Lake(folder)))


def write_template() -> bytes:
    found = find_form(read_layouts(SOURCE), "2-BTCTW")
    assert found is not None
    layout, form = found
    numbers: dict[str, dict[str, float | str | None]] = {
        line.key: {"this_period": 3, "earlier_period": 2} for line in form.lines if line.label
    }
    numbers |= {
        "admissions/all/level/period": {"this_period": ALL},
        "admissions/women/level/period": {"this_period": WOMEN},
    }
    buffer = BytesIO()
    write_form(layout, form, SUBJECT, PERIOD, buffer, numbers=numbers)
    return buffer.getvalue()


def start_ingest(raw: Path, lake: Path, *, is_many: bool = False) -> subprocess.Popen[str]:
    """Start an ingest, in one process or in several that read small portions; return when it has loaded its modules."""
    process = subprocess.Popen(
        [sys.executable, "-c", INGEST, str(raw), str(lake), str(MAX_BYTES), str(is_many)],
        cwd=CHECKOUT,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert process.stdout is not None
    with process.stdout as output:
        assert output.readline() == "ready\n"
    return process


def wait_for_writing(process: subprocess.Popen[str], lake: Path, count: int) -> None:
    """Return when so many files have appeared, temporary or not, or when the process has ended."""
    before = set(lake.rglob("*.parquet*"))
    seen: set[Path] = set()
    while process.poll() is None and len(seen) < count:
        seen.update(set(lake.rglob("*.parquet*")) - before)


def kill_ingest(raw: Path, lake: Path, moment: random.Random, seconds: float) -> bool:
    """Kill an ingest at a moment of its whole duration, or of its writing; return whether it was still running."""
    process = start_ingest(raw, lake, is_many=moment.random() < 0.5)
    if moment.random() < 0.5:
        time.sleep(moment.uniform(0, seconds))
    else:
        wait_for_writing(process, lake, moment.randint(1, NAMES_OF_A_BATCH))
    process.kill()
    was_running = process.wait() == -signal.SIGKILL
    wait_for_the_end_of_all(process.pid)
    return was_running


def wait_for_the_end_of_all(session: int) -> None:
    """Return when no process is left that the killed one started."""
    deadline = time.monotonic() + MOST_SECONDS_LEFT
    with suppress(ProcessLookupError):
        while time.monotonic() < deadline:
            os.killpg(session, 0)
            time.sleep(0.05)
        os.killpg(session, signal.SIGKILL)
        pytest.fail("processes of a killed ingest go on", pytrace=False)


def read_parts(lake: Lake) -> dict[str, pl.DataFrame]:
    return {part: lake.read(part).drop("batch_id", "recorded_at") for part in PARTS}


def test_after_a_kill_the_next_run_makes_the_lake_that_of_an_undisturbed_one(
    raw: Path, undisturbed: Undisturbed, tmp_path: Path
) -> None:
    kill_and_go_on(range(5), raw, undisturbed, tmp_path)


@pytest.mark.slow
def test_so_does_it_after_many_kills(
    repeat: Callable[[int], range], raw: Path, undisturbed: Undisturbed, tmp_path: Path
) -> None:
    kill_and_go_on(repeat(50), raw, undisturbed, tmp_path)


def kill_and_go_on(seeds: range, raw: Path, undisturbed: Undisturbed, tmp_path: Path) -> None:
    was_running = []
    for seed in seeds:
        moment = random.Random(seed)
        lake = tmp_path / str(seed)
        # some are killed again when they go on
        was_running += [kill_ingest(raw, lake, moment, undisturbed.seconds) for _ in range(1 + (seed % 3 == 0))]
        ingest(raw, Lake(lake), now=dt.datetime.now(dt.UTC), max_bytes=MAX_BYTES)

        for part, found in read_parts(Lake(lake)).items():
            assert_frame_equal(found, undisturbed.parts[part], check_row_order=False)
    assert sum(was_running) >= len(seeds) / 2


def test_what_is_compared_has_numbers_and_faults(undisturbed: Undisturbed) -> None:
    counts = {part: frame.height for part, frame in undisturbed.parts.items()}

    assert counts["files"] == FILE_COUNT
    assert counts["rejections"] == FILE_COUNT / 10
    assert counts["observations"] > 100 * FILE_COUNT
