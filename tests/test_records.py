"""Records: what the lake remembers beside the files, written whole or not at all, in the order of time."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import polars as pl
import pytest

from pipelines.lake import Lake
from pipelines.records import RECORDS, RECORDS_OF_REPORTS

if TYPE_CHECKING:
    from pathlib import Path

NOON = dt.datetime(2026, 5, 1, 12, tzinfo=dt.UTC)


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    return Lake(tmp_path / "lake")


@pytest.mark.parametrize("kind", RECORDS)
def test_a_lake_without_records_has_their_columns(lake: Lake, kind: str) -> None:
    columns = {"batch_id": pl.String, "recorded_at": pl.Datetime("us"), **RECORDS[kind]}

    assert lake.records(kind).is_empty()
    assert lake.records(kind).schema == pl.Schema(columns)


def test_records_keep_their_time_and_the_kinds_apart(lake: Lake) -> None:
    lake.append_records("deliveries", [{"message_key": "a", "state_code": "sent"}], now=NOON)
    (row,) = lake.records("deliveries").to_dicts()

    assert row == {
        "batch_id": "20260501T120000000000Z",
        "recorded_at": NOON.replace(tzinfo=None),
        "message_key": "a",
        "state_code": "sent",
        "detail_code": None,
    }
    assert lake.records("messages").is_empty()
    assert lake.batch_ids() == []


def test_records_follow_each_other_whatever_the_clock_says(lake: Lake) -> None:
    for key, days in (("a", 5), ("b", 0), ("c", 0), ("d", 9)):
        lake.append_records("deliveries", [{"message_key": key}], now=NOON + dt.timedelta(days=days))
    records = lake.records("deliveries")

    assert records["message_key"].to_list() == ["a", "b", "c", "d"]
    assert records["recorded_at"].is_sorted()
    assert records["recorded_at"].is_unique().all()


def test_nothing_is_written_of_nothing(lake: Lake, tmp_path: Path) -> None:
    lake.append_records("deliveries", [], now=NOON)

    assert not (tmp_path / "lake").exists()


def test_records_that_break_off_are_not_there(lake: Lake, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def break_off(*_: object) -> None:
        raise OSError("no space left on device")  # noqa: EM101

    monkeypatch.setattr("os.fsync", break_off)
    with pytest.raises(OSError, match="no space left"):
        lake.append_records("deliveries", [{"message_key": "a"}], now=NOON)
    monkeypatch.undo()

    assert lake.records("deliveries").is_empty()
    lake.append_records("deliveries", [{"message_key": "b"}], now=NOON)
    assert lake.records("deliveries")["message_key"].to_list() == ["b"]


def test_records_written_before_a_column_existed_are_read_with_nulls(lake: Lake, tmp_path: Path) -> None:
    lake.append_records("deliveries", [{"message_key": "a"}], now=NOON)
    (file,) = (tmp_path / "lake" / "deliveries").glob("*.parquet")
    pl.read_parquet(file).drop("detail_code").write_parquet(file)

    assert lake.records("deliveries")["detail_code"].to_list() == [None]


def test_what_is_reported_on_is_brought_to_dbt_also_if_it_is_nothing(lake: Lake, tmp_path: Path) -> None:
    lake.append_records("acceptances", [{"finding_id": "a"}], now=NOON)

    assert lake.write_records(tmp_path / "derived") == {"acceptances": 1, "finding_events": 0, "runs": 0}
    for kind in RECORDS_OF_REPORTS:
        assert pl.read_parquet(tmp_path / "derived" / f"{kind}.parquet").schema == lake.records(kind).schema
