"""Sidecars of publications."""

from __future__ import annotations

import datetime as dt
import unicodedata

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from pipelines.observations import PUBLICATIONS
from pipelines.readers.publication import PublicationSidecar, read_publication

PATH = "published_figures/made-up/publication.yml"
GOOD: dict[str, object] = {
    "publication_id": "made-up",
    "title": "Kết nạp đảng viên",
    "publisher": "Báo Mẫu",
    "url": None,
    "published_on": dt.date(2022, 5, 16),
    "published_period": "2022-05",
    "province_names": ["Cần Thơ", "Sơn La"],
    "kind": "note",
    "text_file": "article_notes/made-up/text.txt",
    "superseded_by": None,
    "duplicate_of": None,
    "also_published_at": [],
}


def write(**entries: object) -> bytes:
    return yaml.safe_dump(GOOD | entries, allow_unicode=True).encode()


def test_a_sidecar_is_one_record() -> None:
    reading = read_publication(write(), PATH, "key")
    (row,) = reading.publications.to_dicts()

    assert (reading.found_count, reading.accepted_count, reading.rejected_count) == (1, 1, 0)
    assert set(row) == set(PUBLICATIONS)
    assert (row["title"], row["published_on"]) == ("Kết nạp đảng viên", dt.date(2022, 5, 16))
    assert (row["province_names"], row["also_published_at"], row["url"]) == ("Cần Thơ|Sơn La", None, None)


def test_the_entries_of_a_sidecar_are_as_listed() -> None:
    assert set(PublicationSidecar.model_fields) == set(GOOD)


def test_a_decomposed_title_is_composed() -> None:
    content = unicodedata.normalize("NFD", write().decode()).encode()

    assert read_publication(content, PATH, "key").publications["title"].to_list() == ["Kết nạp đảng viên"]


def test_a_byte_order_mark_does_not_matter() -> None:
    assert read_publication(b"\xef\xbb\xbf" + write(), PATH, "key").accepted_count == 1


def test_a_sidecar_of_another_publication_is_rejected() -> None:
    reading = read_publication(write(publication_id="n001"), PATH, "key")
    (row,) = reading.rejections.to_dicts()

    assert (row["reason_code"], row["found"], row["expected"]) == ("wrong_publication", "n001", "made-up")
    assert reading.accepted_count == 0


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"[1, 2]",
        b"title: [",
        b"\xff\xfe\x00",
        write(title=None),
        write(published_on="16/05/2022"),
        write(editor="somebody"),
        write(province_names="Cần Thơ"),
        write().replace(b"2022-05-16", b"2022-13-16"),
        write().replace(b"title: ", b"title: !!bool "),
        write().replace(b"published_on: ", b"published_on: !!timestamp x "),
        write().replace(b"title: ", b"title: !!python/object/apply:os.getcwd "),
        b"[" * 5000,
        b"a: &a [*a]",
    ],
)
def test_a_sidecar_that_cannot_be_read_is_rejected(content: bytes) -> None:
    reading = read_publication(content, PATH, "key")

    assert reading.rejections["reason_code"].to_list() == ["unreadable_file"]
    assert (reading.found_count, reading.rejected_count) == (1, 1)
    assert reading.rejections["expected"].to_list() == [", ".join(GOOD)]


@given(st.data())
def test_a_sidecar_damaged_anywhere_is_read_or_rejected_and_never_an_error(data: st.DataObject) -> None:
    content = write()
    start = data.draw(st.integers(0, len(content)))
    content = content[:start] + data.draw(st.binary(max_size=6)) + content[start + data.draw(st.integers(0, 12)) :]
    reading = read_publication(content, PATH, "key")

    assert reading.publications.height + reading.rejections.height == reading.found_count == 1
