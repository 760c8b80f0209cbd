"""A run is asked for when files have come and lie still, once, whatever the clock on the wall says."""

from __future__ import annotations

import datetime as dt
import os
from typing import TYPE_CHECKING

import pytest

from pipelines.arrivals import SETTLED_AFTER, Sighting, Watch, look
from pipelines.ingestion import ingest
from pipelines.lake import Lake
from pipelines.paths import Paths

if TYPE_CHECKING:
    from pathlib import Path

NOON = dt.datetime(2026, 5, 1, 12, tzinfo=dt.UTC)


class Watcher:
    """Looks again and again, as the sensor does."""

    def __init__(self, paths: Paths) -> None:
        self.paths = paths
        self.watch = Watch()

    def look(self, now: float) -> Sighting:
        sighting = look(self.paths.raw, Lake(self.paths.lake), self.watch, now=now)
        # as it is kept between two looks
        self.watch = Watch.model_validate_json(sighting.watch.model_dump_json())
        return sighting

    def take_in(self) -> None:
        ingest(self.paths.raw, Lake(self.paths.lake), now=NOON, max_bytes=2**20)


@pytest.fixture
def watcher(root: Path) -> Watcher:
    """Watches a root whose files the lake does not know yet."""
    return Watcher(Paths(root))


def change(watcher: Watcher, text: str = "\n") -> None:
    figures = min(watcher.paths.raw.glob("published_figures/*/figures.csv"))
    figures.write_text(figures.read_text(encoding="utf-8") + text, encoding="utf-8")


def test_files_that_have_just_come_are_waited_for(watcher: Watcher) -> None:
    first, later = watcher.look(100), watcher.look(100 + SETTLED_AFTER - 1)

    assert (first.state, first.seconds_left) == ("moving", SETTLED_AFTER)
    assert (later.state, later.seconds_left) == ("moving", 1)


def test_files_that_have_settled_are_new(watcher: Watcher) -> None:
    watcher.look(100)
    settled = watcher.look(100 + SETTLED_AFTER)

    assert (settled.state, settled.file_count) == ("new", 6)


def test_the_same_change_is_asked_for_once(watcher: Watcher) -> None:
    watcher.look(0)
    watcher.look(SETTLED_AFTER)

    assert [watcher.look(SETTLED_AFTER * times).state for times in (1, 2, 3)] == ["unchanged"] * 3


@pytest.mark.parametrize("what", ["content", "time", "name", "deleted"])
def test_whatever_changes_makes_them_wait_anew(watcher: Watcher, what: str) -> None:
    watcher.look(0)
    file = min(watcher.paths.raw.glob("published_figures/*/figures.csv"))
    if what == "content":
        change(watcher)
    elif what == "time":
        os.utime(file, ns=(0, file.stat().st_mtime_ns - 1))
    elif what == "name":
        file.rename(file.with_name("other.csv"))
    else:
        file.unlink()

    assert watcher.look(SETTLED_AFTER - 1).state == "moving"
    assert watcher.look(2 * SETTLED_AFTER - 2).state == "moving"
    assert watcher.look(2 * SETTLED_AFTER - 1).state == "new"


def test_files_that_the_lake_knows_need_no_run(watcher: Watcher) -> None:
    watcher.take_in()
    watcher.look(0)

    assert watcher.look(SETTLED_AFTER).state == "known"
    assert watcher.look(SETTLED_AFTER + 1).state == "unchanged"


def test_a_file_that_was_only_touched_needs_no_run(watcher: Watcher) -> None:
    watcher.take_in()
    watcher.look(0)
    watcher.look(SETTLED_AFTER)
    for file in watcher.paths.raw.rglob("*.csv"):
        os.utime(file, (0, 0))

    assert watcher.look(SETTLED_AFTER + 1).state == "moving"
    assert watcher.look(2 * SETTLED_AFTER + 1).state == "known"


def test_only_changed_files_are_counted(watcher: Watcher) -> None:
    watcher.take_in()
    change(watcher)
    watcher.look(0)

    assert watcher.look(SETTLED_AFTER).file_count == 1


def test_a_file_that_is_again_what_it_was_is_another_change(watcher: Watcher) -> None:
    keys = []
    for text in ("\n", "\n\n", "\n\n\n"):
        change(watcher, text)
        watcher.watch = Watch()
        watcher.look(0)
        keys.append(watcher.look(SETTLED_AFTER).key)
        watcher.take_in()
    original = min(watcher.paths.raw.glob("published_figures/*/figures.csv"))
    text = original.read_text(encoding="utf-8")
    original.write_text(text.removesuffix("\n\n\n"), encoding="utf-8")
    watcher.watch = Watch()
    watcher.look(0)
    again = watcher.look(SETTLED_AFTER)

    assert again.state == "new"
    assert again.key not in keys


def test_a_change_has_the_same_key_whoever_looks(watcher: Watcher) -> None:
    other = Watcher(watcher.paths)
    watcher.look(0)
    other.look(7)

    assert watcher.look(SETTLED_AFTER).key == other.look(2 * SETTLED_AFTER).key


def test_after_the_machine_was_switched_on_files_are_waited_for_anew(watcher: Watcher) -> None:
    watcher.look(10**6)

    assert watcher.look(5).state == "moving"
    assert watcher.look(4 + SETTLED_AFTER).state == "moving"
    assert watcher.look(5 + SETTLED_AFTER).state == "new"


def test_after_the_machine_was_switched_on_nothing_is_asked_for_again(watcher: Watcher) -> None:
    watcher.look(10**6)
    watcher.look(10**6 + SETTLED_AFTER)

    assert [watcher.look(now).state for now in (5, SETTLED_AFTER + 5)] == ["unchanged"] * 2
