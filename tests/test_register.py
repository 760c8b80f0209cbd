"""The raw files of the checkout: the register of published figures, each number at its place, no newspaper's prose."""

from __future__ import annotations

import csv
import re
import unicodedata
from collections import Counter
from functools import cache
from pathlib import Path

import pytest
import yaml

from pipelines.settings import CHECKOUT

RAW = CHECKOUT / "data" / "raw"
ORIGINALS = ("da-nang-2023", "nam-viem-2020", "o-mon-2022", "tan-son-2017", "thuan-chau-2020")
OFFSETS = ("char_start", "char_end")
LONGEST_SHARED_RUN = 11

Row = dict[str, str]


def read_rows(path: Path) -> list[Row]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@cache
def read_figures() -> tuple[Row, ...]:
    """Return the figures of all publications."""
    files = sorted((RAW / "published_figures").glob("*/figures.csv"))
    return tuple({"publication_id": file.parent.name} | row for file in files for row in read_rows(file))


@cache
def read_text(publication_id: str) -> str:
    """Return the text that the offsets of a publication refer to."""
    return (RAW / "article_notes" / publication_id / "text.txt").read_bytes().decode("utf-8")


def read_sidecar(publication_id: str) -> dict[str, object]:
    content = (RAW / "published_figures" / publication_id / "publication.yml").read_text(encoding="utf-8")
    sidecar: dict[str, object] = yaml.safe_load(content)
    return sidecar


def list_publications() -> list[str]:
    return sorted(path.parent.name for path in (RAW / "published_figures").glob("*/publication.yml"))


def without_places(row: Row) -> Row:
    return {column: value for column, value in row.items() if column not in OFFSETS}


def test_the_register_has_451_figures_of_65_publications() -> None:
    assert len(read_figures()) == 451
    assert len({row["publication_id"] for row in read_figures()}) <= len(list_publications()) == 65


def test_identifiers_of_figures_are_unique_and_begin_with_their_publication() -> None:
    counts = Counter(row["figure_id"] for row in read_figures())

    assert [figure_id for figure_id, count in counts.items() if count > 1] == []
    assert [row for row in read_figures() if not row["figure_id"].startswith(row["publication_id"] + "-")] == []


def test_the_figures_are_those_of_the_register_they_came_from(shared: Path) -> None:
    register = {row["figure_id"]: row for row in read_rows(shared / "published" / "figures.csv")}
    ours = {row["figure_id"]: row for row in read_figures()}

    assert set(ours) == set(register)
    for figure_id, row in register.items():
        if row["publication_id"] in ORIGINALS:
            assert without_places(ours[figure_id]) == without_places(row)
        else:
            assert ours[figure_id] == row


def test_the_publications_are_those_of_the_register_they_came_from(shared: Path) -> None:
    register = {row["publication_id"]: row for row in read_rows(shared / "published" / "publications.csv")}

    assert list_publications() == sorted(register)
    for publication_id, row in register.items():
        sidecar = read_sidecar(publication_id)
        for ours, theirs in (
            *((name, name) for name in ("title", "publisher", "url", "published_on", "published_period")),
            *((name, name) for name in ("kind", "superseded_by", "duplicate_of")),
        ):
            assert str(sidecar[ours] or "") == row[theirs], (publication_id, ours)
        assert "|".join(sidecar["province_names"]) == row["province_name"], publication_id  # type: ignore[arg-type]
        assert "|".join(sidecar["also_published_at"]) == row["also_published_at"], publication_id  # type: ignore[arg-type]


def test_the_notes_are_those_the_register_refers_to(shared: Path) -> None:
    notes = sorted((shared / "articles" / "notes").glob("*.txt"))

    assert len(notes) == 60
    assert [note.name for note in notes if note.read_bytes().decode() != read_text(f"n{note.stem}")] == []


def test_every_printed_number_stands_at_its_place() -> None:
    misplaced = [
        row["figure_id"]
        for row in read_figures()
        if row["char_start"]
        and read_text(row["publication_id"])[int(row["char_start"]) : int(row["char_end"])] != row["printed"]
    ]

    assert misplaced == []


def test_only_the_member_without_a_numeral_has_no_place() -> None:
    assert [row["figure_id"] for row in read_figures() if not row["char_start"]] == ["nam-viem-2020-006"]


def test_every_place_lies_in_the_body_and_holds_one_figure() -> None:
    places = Counter()
    for row in read_figures():
        if row["char_start"]:
            assert int(row["char_start"]) > read_text(row["publication_id"]).index("\n---\n"), row["figure_id"]
            places[row["publication_id"], row["char_start"]] += 1

    assert [place for place, count in places.items() if count > 1] == []


def test_a_printed_number_is_not_part_of_a_longer_one() -> None:
    for row in read_figures():
        if row["char_start"]:
            text, start, end = read_text(row["publication_id"]), int(row["char_start"]), int(row["char_end"])
            around = text[max(start - 1, 0) : start], text[end : end + 1]
            assert not any(character.isdigit() for character in around), row["figure_id"]
            assert not re.match(r"[.,]\d", text[end : end + 2]), row["figure_id"]


def test_the_names_and_periods_of_a_figure_are_printed_in_its_text() -> None:
    for row in read_figures():
        text = read_text(row["publication_id"])
        for column in ("organisation_name", "period_text", "base_period_text"):
            assert row[column] in text, (row["figure_id"], column)


def test_every_duplicate_names_a_figure_of_the_register() -> None:
    known = {row["figure_id"] for row in read_figures()}

    assert {row["duplicate_of_figure_id"] for row in read_figures()} - {""} <= known


def test_every_text_says_where_it_is_from_and_that_the_wording_is_ours() -> None:
    for publication_id in list_publications():
        head = dict(line.split(": ", 1) for line in read_text(publication_id).split("\n---\n")[0].split("\n"))
        assert set(head) == {"URL", "TITLE", "DATE", "PROVINCE", "NOTE"}, publication_id
        assert "the wording is ours" in head["NOTE"], publication_id
        assert head["URL"] == (read_sidecar(publication_id)["url"] or "không rõ"), publication_id
        assert head["TITLE"] == read_sidecar(publication_id)["title"], publication_id


def test_every_publication_names_its_text() -> None:
    for publication_id in list_publications():
        assert read_sidecar(publication_id)["text_file"] == f"article_notes/{publication_id}/text.txt"


def test_texts_and_registers_are_utf8_in_form_c_with_line_feeds() -> None:
    for path in RAW.rglob("*"):
        if path.is_file():
            content = path.read_bytes()
            assert b"\r" not in content, path
            assert not content.startswith(b"\xef\xbb\xbf"), path
            assert unicodedata.is_normalized("NFC", content.decode("utf-8")), path


def list_words(text: str) -> list[str]:
    return re.findall(r"\w+", unicodedata.normalize("NFC", text).casefold())


@pytest.mark.parametrize("publication_id", ORIGINALS)
def test_no_sentence_of_a_newspaper_is_copied(shared: Path, publication_id: str) -> None:
    (row,) = [
        row for row in read_rows(shared / "published" / "publications.csv") if row["publication_id"] == publication_id
    ]
    original = list_words((shared / "articles" / row["text_file"]).read_text(encoding="utf-8"))
    text = read_text(publication_id).split("\n---\n")[1].split("\n", 1)[1]
    # names and the words of a period have to stand in the text as printed
    columns = ("organisation_name", "period_text", "base_period_text")
    names = {row[column] for row in read_figures() for column in columns if row["publication_id"] == publication_id}
    for name in sorted(names - {""}, key=len, reverse=True):
        text = text.replace(name, " | ")
    length = LONGEST_SHARED_RUN + 1
    runs = {tuple(original[start : start + length]) for start in range(len(original) - length + 1)}
    shared_runs = [
        " ".join(words[start : start + length])
        for words in map(list_words, text.split("|"))
        for start in range(len(words) - length + 1)
        if tuple(words[start : start + length]) in runs
    ]

    assert shared_runs == []
