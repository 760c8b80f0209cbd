"""What stands under data/raw, and which reader takes it."""

from __future__ import annotations

import datetime as dt
import errno
import os
from pathlib import Path, PurePosixPath
from typing import NamedTuple

import polars as pl
import pytest
import yaml

from pipelines.observations import RawFile
from pipelines.sources import READERS, FilePattern, Source, list_files, read_files, read_sources

SIDECAR = {
    "source_name": "reports",
    "title_vi": "Báo cáo",
    "title_en": "Reports",
    "publisher": "tests",
    "licence": "none",
    "cadence": "irregular",
    "owner": "tests",
    "sensitivity": "public_aggregates",
    "files": [{"pattern": "*/figures.csv", "reader": "delimited"}, {"pattern": "*/text.txt", "reader": "article"}],
    "usage_warnings": [],
}
SOURCE = Source.model_validate(SIDECAR)


class Found(NamedTuple):
    """What was found in one file."""

    found_count: int
    accepted_count: int
    rejected_count: int
    rejections: pl.DataFrame


def write_sidecar(raw: Path, folder: str = "reports", **entries: object) -> Path:
    sidecar = raw / folder / "_source.yml"
    sidecar.parent.mkdir(parents=True)
    sidecar.write_text(yaml.safe_dump(SIDECAR | entries, allow_unicode=True), encoding="utf-8")
    return sidecar


def read(path: str, content: bytes = b"", max_bytes: int = 1000) -> Found:
    intake = read_files(SOURCE, [RawFile("reports", path, content)], max_bytes=max_bytes)
    counts = intake.parts["files"].row(0, named=True)
    return Found(counts["found_count"], counts["accepted_count"], counts["rejected_count"], intake.parts["rejections"])


def test_sources_are_read_in_the_order_of_their_names(tmp_path: Path) -> None:
    for name in ("b", "a"):
        write_sidecar(tmp_path, name, source_name=name)

    assert [source.source_name for source in read_sources(tmp_path)] == ["a", "b"]


def test_no_folder_gives_no_sources(tmp_path: Path) -> None:
    assert read_sources(tmp_path / "absent") == []


def test_a_source_whose_name_is_not_that_of_its_folder_is_refused(tmp_path: Path) -> None:
    write_sidecar(tmp_path, "letters")

    with pytest.raises(ValueError, match="'reports' is not the name of the folder 'letters'"):
        read_sources(tmp_path)


def test_a_folder_without_a_sidecar_is_refused_and_not_passed_over(tmp_path: Path) -> None:
    (tmp_path / "letters").mkdir()

    with pytest.raises(ValueError, match="the folder 'letters' has no _source.yml"):
        read_sources(tmp_path)


@pytest.mark.parametrize("name", ["_drafts", ".git"])
def test_a_folder_that_is_set_aside_is_no_source(tmp_path: Path, name: str) -> None:
    (tmp_path / name).mkdir()

    assert read_sources(tmp_path) == []


def test_a_sidecar_that_is_no_yaml_is_refused(tmp_path: Path) -> None:
    write_sidecar(tmp_path).write_text("source_name: [", encoding="utf-8")

    with pytest.raises(ValueError, match="the _source.yml of 'reports' is no valid YAML"):
        read_sources(tmp_path)


@pytest.mark.parametrize(
    "entries",
    [
        {"licence": None},
        {"licenses": "none"},
        {"files": [{"pattern": "*", "reader": "guess"}]},
        {"files": [{"pattern": "*", "reader": "article", "encoding": "cp1258"}]},
        {"usage_warnings": [{"code": "beware", "text_vi": "", "text_en": ""}]},
    ],
)
def test_a_sidecar_with_a_wrong_entry_is_refused(tmp_path: Path, entries: dict[str, object]) -> None:
    write_sidecar(tmp_path, **entries)

    with pytest.raises(ValueError, match="validation error"):
        read_sources(tmp_path)


def test_files_and_folders_that_are_set_aside_are_no_data(tmp_path: Path) -> None:
    write_sidecar(tmp_path)
    for path in ("b/text.txt", "a/figures.csv", "_notes/text.txt", "a/_draft.csv", "a/.figures.csv.swp", ".git/HEAD"):
        file = tmp_path / "reports" / path
        file.parent.mkdir(exist_ok=True)
        file.touch()

    found = list_files(tmp_path, SOURCE)

    assert found == ["reports/a/figures.csv", "reports/b/text.txt"]


def test_a_file_goes_to_the_reader_of_its_pattern() -> None:
    assert SOURCE.find_reader("reports/a/text.txt") == "article"
    assert SOURCE.find_reader("reports/a/figures.csv") == "delimited"


@pytest.mark.parametrize("path", ["reports/a/figures.xlsx", "reports/a/Text.txt.bak", "reports/text"])
def test_a_file_that_no_reader_takes_is_rejected_and_not_skipped(path: str) -> None:
    reading = read(path)

    assert (reading.found_count, reading.accepted_count, reading.rejected_count) == (1, 0, 1)
    assert reading.rejections["reason_code"].to_list() == ["unexpected_file"]
    assert reading.rejections["found"].to_list() == [PurePosixPath(path).name]
    assert reading.rejections["expected"].to_list() == ["*/figures.csv, */text.txt"]


def test_a_file_above_the_size_limit_is_rejected_unread() -> None:
    reading = read("reports/a/text.txt", b"x" * 1001)

    assert reading.rejections.select("reason_code", "found", "expected").rows() == [
        ("file_too_large", "1001 B", "1000 B")
    ]
    assert reading.accepted_count == 0


def test_a_file_of_just_the_size_limit_is_read() -> None:
    assert read("reports/a/text.txt", b"x" * 1000).accepted_count == 1


def test_the_same_content_at_two_paths_has_two_rejections() -> None:
    one, other = (read(f"reports/{folder}/a.doc") for folder in ("a", "b"))

    assert set(one.rejections["rejection_id"]).isdisjoint(other.rejections["rejection_id"])


def test_every_reader_can_be_named_in_a_sidecar() -> None:
    readers = FilePattern.model_fields["reader"].annotation

    assert readers is not None
    assert set(readers.__args__) == set(READERS)


def test_every_file_under_data_raw_has_a_reader(checkout: Path) -> None:
    raw = checkout / "data" / "raw"
    without_reader = [
        path for source in read_sources(raw) for path in list_files(raw, source) if source.find_reader(path) is None
    ]

    assert without_reader == []


def test_every_pattern_of_every_source_takes_some_file(checkout: Path) -> None:
    raw = checkout / "data" / "raw"
    for source in read_sources(raw):
        paths = [PurePosixPath(path).relative_to(source.source_name) for path in list_files(raw, source)]
        # a source whose reports belong to those who send them has no file here
        for entry in source.files if paths else ():
            assert any(path.match(entry.pattern) for path in paths), (source.source_name, entry.pattern)


def test_a_folder_that_cannot_be_listed_is_not_passed_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_sidecar(tmp_path)
    (tmp_path / "reports" / "a").mkdir()
    scan = os.scandir

    def refuse(folder: str) -> object:
        if str(folder).endswith("/a"):
            raise PermissionError(errno.EACCES, "Permission denied", folder)
        return scan(folder)

    monkeypatch.setattr(os, "scandir", refuse)
    with pytest.raises(PermissionError, match="reports/a"):
        list_files(tmp_path, SOURCE)


@pytest.mark.parametrize(
    ("cadence", "days"),
    [("yearly", 366), ("half-yearly and yearly", 184), ("irregular", None), ("monthly and irregular", None)],
)
def test_a_cadence_says_how_far_apart_files_come(cadence: str, days: int | None) -> None:
    source = Source.model_validate(SIDECAR | {"cadence": cadence})

    assert source.interval == (None if days is None else dt.timedelta(days=days))


def test_a_cadence_that_nobody_knows_is_refused(tmp_path: Path) -> None:
    write_sidecar(tmp_path, cadence="yearly and sometimes")

    with pytest.raises(ValueError, match="no cadence 'sometimes'\n\none of daily, weekly"):
        read_sources(tmp_path)
