"""When findings open and are resolved: written down once a night is published, and remembered."""

from __future__ import annotations

import datetime as dt
from contextlib import closing
from typing import TYPE_CHECKING

import duckdb
import pytest

from pipelines.finding_events import Recorded, record_findings
from pipelines.lake import Lake
from pipelines.records import FINDING_EVENTS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

NIGHT = dt.datetime(2026, 5, 1, 20, tzinfo=dt.UTC)
FIRST = NIGHT.replace(tzinfo=None) - dt.timedelta(hours=1)
DAY = dt.timedelta(days=1)


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    return Lake(tmp_path / "lake")


@pytest.fixture
def night(tmp_path: Path, lake: Lake) -> Callable[[Mapping[str, dt.datetime | None], int], Recorded]:
    """Publish findings, each with the moment of its resolution, and write down what is new, so many days later."""

    def publish(findings: Mapping[str, dt.datetime | None], days: int) -> Recorded:
        database = tmp_path / f"{days}.duckdb"
        with closing(duckdb.connect(str(database))) as connection:
            types = {"happened_at": "timestamp", "opened_at": "timestamp"}
            amounts = dict.fromkeys(("expected_low", "expected_high", "observed"), "decimal(18, 6)")
            columns = ", ".join(
                f"{name} {(types | amounts).get(name, 'varchar')}" for name in FINDING_EVENTS if name != "event_code"
            )
            connection.execute("create schema reports")
            connection.execute(f"create table reports.rpt_findings ({columns}, resolved_at timestamp)")
            for finding_id, resolved_at in findings.items():
                connection.execute(
                    "insert into reports.rpt_findings (finding_id, message_vi, opened_at, resolved_at) "
                    "values (?, ?, ?, ?)",
                    [finding_id, f"{finding_id}: sai", FIRST, resolved_at],
                )
        return record_findings(database, lake, now=NIGHT + days * DAY)

    return publish


def list_events(lake: Lake) -> list[tuple[object, ...]]:
    return (
        lake.records("finding_events")
        .sort("batch_id", "finding_id")
        .select("finding_id", "event_code", "happened_at")
        .rows()
    )


def test_what_is_published_first_has_opened(lake: Lake, night: Callable[..., Recorded]) -> None:
    assert night({"a": None, "b": None}, 0) == Recorded(2, 0)
    assert list_events(lake) == [("a", "opened", FIRST), ("b", "opened", FIRST)]


def test_a_night_that_finds_the_same_writes_nothing(lake: Lake, night: Callable[..., Recorded]) -> None:
    night({"a": None}, 0)
    before = lake.records("finding_events")

    assert night({"a": None}, 1) == Recorded(0, 0)
    assert lake.records("finding_events").equals(before)


def test_what_is_resolved_is_written_down_once_and_may_open_again(lake: Lake, night: Callable[..., Recorded]) -> None:
    night({"a": None, "b": None}, 0)
    resolved = FIRST + DAY

    assert night({"a": resolved, "b": None}, 1) == Recorded(0, 1)
    assert night({"a": resolved, "b": None}, 2) == Recorded(0, 0)
    assert night({"a": None, "b": None}, 3) == Recorded(1, 0)
    assert [event for event in list_events(lake) if event[0] == "a"] == [
        ("a", "opened", FIRST),
        ("a", "resolved", resolved),
        ("a", "opened", FIRST),
    ]


def test_an_event_keeps_what_the_finding_said(lake: Lake, night: Callable[..., Recorded]) -> None:
    night({"a": None}, 0)
    (event,) = lake.records("finding_events").to_dicts()

    assert event["message_vi"] == "a: sai"
    assert event["recorded_at"] == NIGHT.replace(tzinfo=None)
    assert set(event) == {*FINDING_EVENTS, "batch_id", "recorded_at"}


def test_events_follow_each_other_whatever_the_clock_says(lake: Lake, night: Callable[..., Recorded]) -> None:
    night({"a": None}, 5)
    night({"a": None, "b": None}, 0)

    assert lake.records("finding_events").sort("batch_id")["finding_id"].to_list() == ["a", "b"]


def test_events_are_no_batch_of_files(lake: Lake, night: Callable[..., Recorded]) -> None:
    night({"a": None}, 0)

    assert lake.batch_ids() == []
    assert lake.read("files").is_empty()
