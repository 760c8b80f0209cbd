"""The distinct names of each batch are found once."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import polars as pl
import pytest

from pipelines.ingestion import ingest
from pipelines.lake import Lake, parse_batch_id
from pipelines.organisations import ORGANISATIONS, RESOLVED_NAMES
from pipelines.paths import Paths
from pipelines.printed_names import collect_printed_names, derive_organisations


@pytest.fixture
def lake(root: Path) -> Lake:
    lake = Lake(Paths(root).lake)
    ingest(Paths(root).raw, lake, now=dt.datetime(2026, 11, 1, tzinfo=dt.UTC), max_bytes=2**20)
    return lake


def test_the_names_of_a_batch_are_kept(root: Path, lake: Lake) -> None:
    folder = Paths(root).printed_names
    first = collect_printed_names(lake, folder, until=None)
    (batch_id,) = lake.batch_ids()
    pl.DataFrame(schema=first.schema).write_parquet(folder / f"{batch_id}.parquet")

    assert ("Đảng bộ Đà Nẵng", "province") in first.select("organisation_name", "organisation_level").rows()
    assert first.is_unique().all()
    # what was kept is read, not the batch
    assert collect_printed_names(lake, folder, until=None).is_empty()


def test_names_of_later_batches_are_left_out(root: Path, lake: Lake) -> None:
    (batch_id,) = lake.batch_ids()
    recorded_at = parse_batch_id(batch_id)
    folder = Paths(root).printed_names

    assert collect_printed_names(lake, folder, until=recorded_at - dt.timedelta(seconds=1)).is_empty()
    assert not collect_printed_names(lake, folder, until=recorded_at).is_empty()


def test_an_empty_lake_has_no_names(tmp_path: Path) -> None:
    assert collect_printed_names(Lake(tmp_path), tmp_path / "printed_names", until=None).is_empty()


def test_what_names_mean_is_written_for_dbt(root: Path, lake: Lake) -> None:
    paths = Paths(root)
    resolved = derive_organisations(lake, paths, until=None)

    assert pl.read_parquet(paths.organisation_names).equals(resolved.names)
    assert pl.read_parquet(paths.organisations).equals(resolved.organisations)
    assert resolved.names.schema == pl.Schema(RESOLVED_NAMES)
    assert resolved.organisations.schema == pl.Schema(ORGANISATIONS)
