"""What a run takes in: what is new, once."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import polars as pl
import pytest

from pipelines import ingestion as module
from pipelines.ingestion import Ingestion, ingest
from pipelines.lake import Lake
from pipelines.observations import PARTS
from pipelines.readers import delimited
from pipelines.vocabulary import read_codes

if TYPE_CHECKING:
    from pathlib import Path

    from pipelines.observations import RawFile
    from pipelines.sources import Source

NOON = dt.datetime(2026, 5, 1, 12, tzinfo=dt.UTC)
FIGURES = "published_figures/o-mon-2022/figures.csv"


@pytest.fixture
def raw(root: Path) -> Path:
    """The raw files of two publications."""
    return root / "data" / "raw"


@pytest.fixture
def lake(root: Path) -> Lake:
    """A lake without batches."""
    return Lake(root / "data" / "lake")


def run(raw: Path, lake: Lake, days: int = 0) -> Ingestion:
    return ingest(raw, lake, now=NOON + dt.timedelta(days=days), max_bytes=10**6)


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def test_the_first_run_takes_in_everything_and_counts_it(raw: Path, lake: Lake) -> None:
    result = run(raw, lake)
    files = lake.read("files")

    assert result == Ingestion(
        tuple(lake.batch_ids()), file_count=6, found_count=34, accepted_count=34, rejected_count=0
    )
    assert files.select(pl.col("found_count", "accepted_count", "rejected_count").sum()).rows() == [(34, 34, 0)]
    assert [lake.read(part).height for part in ("observations", "publications", "texts")] == [30, 2, 2]


def test_a_second_run_with_nothing_new_appends_nothing_and_reads_nothing(
    raw: Path, lake: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(raw, lake)

    def read_nothing(_: Source, files: list[RawFile], **__: object) -> None:
        pytest.fail(f"{files[0].file_path} was read again")

    monkeypatch.setattr(module, "read_files", read_nothing)

    assert run(raw, lake, days=1) == Ingestion()
    assert len(lake.batch_ids()) == 1


def test_a_new_file_is_taken_in_alone(raw: Path, lake: Lake) -> None:
    run(raw, lake)
    (raw / "article_notes" / "new").mkdir()
    (raw / "article_notes" / "new" / "text.txt").write_text("12", encoding="utf-8")
    result = run(raw, lake, days=1)

    assert (result.file_count, result.found_count, result.accepted_count) == (1, 1, 1)


def test_a_changed_file_is_a_new_version_and_the_old_one_stays(raw: Path, lake: Lake) -> None:
    run(raw, lake)
    edit(raw / FIGURES, "o-mon-2022-001", "o-mon-2022-901")
    result = run(raw, lake, days=1)
    figures = lake.read("observations").filter(pl.col("file_path") == FIGURES)

    assert result.file_count == 1
    assert lake.read("files").filter(pl.col("file_path") == FIGURES).height == 2
    assert figures.filter(pl.col("figure_id").str.ends_with("01"))["figure_id"].to_list() == [
        "o-mon-2022-001",
        "o-mon-2022-901",
    ]


def test_a_file_that_is_changed_back_is_a_new_version_again(raw: Path, lake: Lake) -> None:
    original = (raw / FIGURES).read_bytes()
    run(raw, lake)
    edit(raw / FIGURES, "o-mon-2022-001", "o-mon-2022-901")
    run(raw, lake, days=1)
    (raw / FIGURES).write_bytes(original)
    result = run(raw, lake, days=2)
    versions = lake.read("files").filter(pl.col("file_path") == FIGURES)["file_sha256"].to_list()

    assert result.file_count == 1
    assert versions[0] == versions[2] != versions[1]
    assert run(raw, lake, days=3).batch_ids == ()


def test_a_file_that_is_gone_stays_in_the_lake(raw: Path, lake: Lake) -> None:
    run(raw, lake)
    (raw / FIGURES).unlink()

    assert run(raw, lake, days=1).batch_ids == ()
    assert lake.read("observations").filter(pl.col("file_path") == FIGURES).height > 0


def test_a_bad_record_is_rejected_and_the_others_are_taken_in(raw: Path, lake: Lake) -> None:
    edit(raw / FIGURES, ",since,", ",so_far,")
    result = run(raw, lake)
    rejections = lake.read("rejections")

    assert result.rejected_count > 0
    assert result.found_count == result.accepted_count + result.rejected_count == 34
    assert set(rejections["reason_code"]) == {"unknown_code"}
    assert set(rejections["record_id"]).isdisjoint(lake.read("observations")["figure_id"])


def test_a_file_with_rejections_is_not_appended_again_while_nothing_changes(raw: Path, lake: Lake) -> None:
    edit(raw / FIGURES, ",since,", ",so_far,")
    run(raw, lake)

    assert [run(raw, lake, days=day).batch_ids for day in (1, 2)] == [(), ()]


def test_two_unexpected_files_of_the_same_content_are_not_appended_again(raw: Path, lake: Lake) -> None:
    for name in ("a.doc", "b.doc"):
        (raw / "article_notes" / name).write_bytes(b"")
    result = run(raw, lake)

    assert result.rejected_count == 2
    assert run(raw, lake, days=1).batch_ids == ()


def test_a_record_becomes_acceptable_when_its_code_joins_the_vocabulary(
    raw: Path, lake: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    edit(raw / FIGURES, ",since,", ",so_far,")
    rejected_count = run(raw, lake).rejected_count

    def read_extended_codes(table: str) -> dict[str, dict[str, str]]:
        codes = read_codes(table)
        return codes | {"so_far": codes["since"]} if table == "period_types" else codes

    monkeypatch.setattr(delimited, "read_codes", read_extended_codes)
    result = run(raw, lake, days=1)
    newest = lake.read("observations").filter(pl.col("batch_id").is_in(result.batch_ids))

    assert (result.file_count, result.rejected_count) == (1, 0)
    assert newest.filter(pl.col("period_type_code") == "so_far").height == rejected_count > 0
    assert run(raw, lake, days=2).batch_ids == ()


def test_a_file_above_the_limit_is_rejected_until_the_limit_is_raised(raw: Path, lake: Lake) -> None:
    first = ingest(raw, lake, now=NOON, max_bytes=2000)
    second = ingest(raw, lake, now=NOON, max_bytes=10**6)

    assert set(lake.read("rejections")["reason_code"]) == {"file_too_large"}
    assert first.rejected_count == second.file_count > 0
    assert lake.read("observations").height == 30


def test_a_file_without_records_is_known_like_any_other(raw: Path, lake: Lake) -> None:
    header = (raw / FIGURES).read_text(encoding="utf-8").split("\n", 1)[0]
    (raw / FIGURES).write_text(header + "\n", encoding="utf-8")
    run(raw, lake)

    assert run(raw, lake, days=1).batch_ids == ()


def test_a_folder_without_sources_gives_no_batch(tmp_path: Path) -> None:
    assert run(tmp_path, Lake(tmp_path / "lake")) == Ingestion()


def test_reading_again_gives_the_same_identifiers(raw: Path, lake: Lake) -> None:
    run(raw, lake)
    other = Lake(raw.parent / "other_lake")
    run(raw, other, days=9)

    assert lake.read("observations")["observation_id"].equals(other.read("observations")["observation_id"])


def test_an_ingestion_is_the_sum_of_its_readings(raw: Path, lake: Lake) -> None:
    (raw / "article_notes" / "a.doc").write_bytes(b"")
    result = run(raw, lake)
    files = lake.read("files")

    assert (result.file_count, result.found_count) == (files.height, files["found_count"].sum())
    assert (result.accepted_count, result.rejected_count) == (
        files["accepted_count"].sum(),
        files["rejected_count"].sum(),
    )


@pytest.fixture
def many(raw: Path, monkeypatch: pytest.MonkeyPatch) -> int:
    """Make portions of a few files, which several processes read; return how many files there are."""
    monkeypatch.setattr(module, "MOST_FILES", 4)
    for number in range(9):
        (raw / "article_notes" / f"n{number}").mkdir()
        (raw / "article_notes" / f"n{number}" / "text.txt").write_text(str(number), encoding="utf-8")
    return 15


def test_many_files_are_several_batches_in_which_each_stands_once(many: int, raw: Path, lake: Lake) -> None:
    result = run(raw, lake)
    files = lake.read("files")

    assert result.batch_ids == tuple(lake.batch_ids())
    assert sorted(files.group_by("batch_id").len()["len"]) == [3, 4, 4, 4]
    assert files["file_path"].n_unique() == result.file_count == many
    assert run(raw, lake, days=1) == Ingestion()


def test_several_processes_find_what_one_finds(
    many: int, raw: Path, lake: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(raw, lake)
    monkeypatch.setattr(module, "MOST_FILES", 2 * many)
    alone = Lake(raw.parent / "other_lake")
    run(raw, alone)

    for part in PARTS:
        one, other = (read.read(part).drop("batch_id", "recorded_at") for read in (lake, alone))
        assert one.sort(pl.all()).equals(other.sort(pl.all())), part
