"""Batches: written whole or not at all, never changed, in the order of time."""

from __future__ import annotations

import datetime as dt
import hashlib
from typing import TYPE_CHECKING

import duckdb
import polars as pl
import pytest

from pipelines.lake import Lake, write_no_rows
from pipelines.observations import OBSERVATIONS, PARTS, PROVENANCE, TEXTS, Intake, RawFile, Reading, frame
from pipelines.readers.rejecting import reject_file

if TYPE_CHECKING:
    from pathlib import Path

NOON = dt.datetime(2026, 5, 1, 12, tzinfo=dt.UTC)


def read_made_up(path: str = "reports/a/text.txt", content: bytes = b"12") -> Intake:
    text = {"publication_id": "a", "text_body": content.decode()}
    return Intake.of(RawFile("reports", path, content), Reading(found_count=1, texts=frame([text], TEXTS)))


def reject_made_up(path: str, content: bytes = b"") -> Intake:
    file = RawFile("reports", path, content)
    return Intake.of(file, reject_file(file.key, "unexpected_file", found=path, expected="*.csv"))


def digest(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file()
    }


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    """A lake without batches."""
    return Lake(tmp_path / "lake")


def test_a_lake_without_batches_is_empty_and_has_its_schemas(lake: Lake, tmp_path: Path) -> None:
    assert lake.batch_ids() == []
    assert lake.file_versions() == {}
    for part, schema in PARTS.items():
        assert lake.read(part).schema == pl.Schema({**PROVENANCE, **schema})
    assert not (tmp_path / "lake").exists()


def test_a_batch_has_every_part_and_its_provenance(lake: Lake, tmp_path: Path) -> None:
    batch_id = lake.append(read_made_up(), now=NOON)
    (text,) = lake.read("texts").to_dicts()

    assert batch_id == "20260501T120000000000Z"
    hashes = f"hashes/{batch_id}.sha256"
    assert set(digest(tmp_path / "lake")) == {hashes} | {f"{part}/{batch_id}.parquet" for part in PARTS}
    assert text == {
        "batch_id": batch_id,
        "source_name": "reports",
        "file_path": "reports/a/text.txt",
        "file_sha256": hashlib.sha256(b"12").hexdigest(),
        "recorded_at": NOON.replace(tzinfo=None),
        "publication_id": "a",
        "text_body": "12",
    }


def test_a_batch_counts_what_each_file_held(lake: Lake) -> None:
    lake.append(Intake.united([read_made_up(), reject_made_up("reports/b.doc", b"xyz")]), now=NOON)
    columns = ["file_path", "file_bytes", "found_count", "accepted_count", "rejected_count"]

    assert lake.read("files").select(columns).rows() == [
        ("reports/a/text.txt", 2, 1, 1, 0),
        ("reports/b.doc", 3, 1, 0, 1),
    ]


def test_the_time_of_a_batch_is_utc(lake: Lake) -> None:
    hanoi = dt.timezone(dt.timedelta(hours=7))

    assert lake.append(read_made_up(), now=dt.datetime(2026, 5, 2, 2, tzinfo=hanoi)) == "20260501T190000000000Z"


def test_parts_without_rows_have_the_same_schema_as_parts_with_rows(lake: Lake, tmp_path: Path) -> None:
    empty = lake.append(reject_made_up("reports/b.doc"), now=NOON)
    full = lake.append(read_made_up(), now=NOON)
    folder = tmp_path / "lake"

    for part, schema in PARTS.items():
        schemas = [pl.read_parquet_schema(folder / part / f"{batch_id}.parquet") for batch_id in (empty, full)]
        assert schemas == [{**PROVENANCE, **schema}] * 2, part


def test_a_batch_changes_nothing_of_earlier_ones(lake: Lake, tmp_path: Path) -> None:
    lake.append(read_made_up(), now=NOON)
    before = digest(tmp_path / "lake")
    lake.append(read_made_up(content=b"13"), now=NOON + dt.timedelta(days=1))
    after = digest(tmp_path / "lake")

    assert len(after) == 2 * len(before)
    assert {path: after[path] for path in before} == before


def test_batches_follow_one_another_even_if_the_clock_goes_back(lake: Lake) -> None:
    days = [0, 0, -30, 1, -1]
    batch_ids = [lake.append(read_made_up(), now=NOON + dt.timedelta(days=day)) for day in days]
    recorded = lake.read("files")["recorded_at"]

    assert batch_ids == sorted(set(batch_ids)) == lake.batch_ids()
    assert recorded.is_sorted()
    assert recorded.is_unique().all()


def test_the_time_recorded_is_that_in_the_name_of_the_batch(lake: Lake) -> None:
    for _ in range(2):
        lake.append(read_made_up(), now=NOON)
    rows = lake.read("files").select("batch_id", pl.col("recorded_at").dt.strftime("%Y%m%dT%H%M%S%6fZ")).rows()

    assert all(batch_id == recorded for batch_id, recorded in rows)


@pytest.mark.parametrize("broken_part", PARTS)
def test_a_batch_that_breaks_off_does_not_exist(
    lake: Lake, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, broken_part: str
) -> None:
    first = lake.append(read_made_up(), now=NOON)
    before = digest(tmp_path / "lake")
    write = Lake._write

    def break_off(self: Lake, part: str, batch_id: str, content: pl.DataFrame) -> None:
        if part == broken_part:
            raise OSError("no space left on device")  # noqa: EM101
        write(self, part, batch_id, content)

    monkeypatch.setattr(Lake, "_write", break_off)
    with pytest.raises(OSError, match="no space left"):
        lake.append(read_made_up(content=b"13"), now=NOON + dt.timedelta(hours=1))

    assert lake.batch_ids() == [first]
    assert {path: sha256 for path, sha256 in digest(tmp_path / "lake").items() if path in before} == before
    assert [lake.read(part).height for part in PARTS] == [0, 0, 1, 0, 1]
    assert lake.file_versions()["reports/a/text.txt"].file_sha256 == hashlib.sha256(b"12").hexdigest()

    monkeypatch.undo()
    lake.append(read_made_up(content=b"13"), now=NOON + dt.timedelta(hours=2))
    assert lake.read("texts")["text_body"].to_list() == ["12", "13"]


@pytest.mark.parametrize("step", ["write_parquet", "replace"])
def test_a_part_that_breaks_off_while_it_is_written_leaves_no_file_of_its_name(
    lake: Lake, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    def break_off(*_: object, **__: object) -> None:
        raise OSError("killed")  # noqa: EM101

    owner = pl.DataFrame if step == "write_parquet" else type(tmp_path)
    monkeypatch.setattr(owner, step, break_off)
    with pytest.raises(OSError, match="killed"):
        lake.append(read_made_up(), now=NOON)

    assert list((tmp_path / "lake").rglob("*.parquet")) == []
    assert lake.batch_ids() == []


def test_files_that_are_no_batch_are_not_read(lake: Lake, tmp_path: Path) -> None:
    batch_id = lake.append(read_made_up(), now=NOON)
    for name in (".20260502T000000000000Z.parquet.tmp", "notes.parquet", "20260502T000000000000Z.parquet.bak"):
        (tmp_path / "lake" / "files" / name).write_bytes(b"no Parquet")

    assert lake.batch_ids() == [batch_id]
    assert lake.read("files").height == 1


def test_the_newest_version_of_a_file_counts(lake: Lake) -> None:
    for content in (b"12", b"13"):
        lake.append(read_made_up(content=content), now=NOON)

    assert lake.file_versions()["reports/a/text.txt"].file_sha256 == hashlib.sha256(b"13").hexdigest()


def test_the_faults_of_a_version_are_those_of_its_own_file(lake: Lake) -> None:
    intakes = {path: reject_made_up(path) for path in ("reports/a.doc", "reports/b.doc")}
    lake.append(Intake.united(list(intakes.values())), now=NOON)
    versions = lake.file_versions()

    for path, intake in intakes.items():
        assert versions[path].rejection_ids == frozenset(intake.parts["rejections"]["rejection_id"])


def test_a_part_written_before_a_column_existed_is_read_with_nulls(lake: Lake, tmp_path: Path) -> None:
    batch_id = lake.append(read_made_up(), now=NOON)
    path = tmp_path / "lake" / "observations" / f"{batch_id}.parquet"
    pl.read_parquet(path).drop("note").write_parquet(path)

    assert lake.read("observations").columns == [*PROVENANCE, *OBSERVATIONS]


def test_a_column_that_no_batch_has_yet_is_read_with_nulls_by_others_too(lake: Lake, tmp_path: Path) -> None:
    batch_id = lake.append(read_made_up(), now=NOON)
    path = tmp_path / "lake" / "texts" / f"{batch_id}.parquet"
    pl.read_parquet(path).drop("text_body").write_parquet(path)
    write_no_rows(tmp_path / "no_rows")
    files = f"['{path.parent}/*.parquet', '{tmp_path}/no_rows/texts.parquet']"

    assert duckdb.sql(f"select text_body from read_parquet({files}, union_by_name = true)").fetchall() == [(None,)]
