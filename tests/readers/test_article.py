"""Texts of publications."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.readers.article import read_article

PATH = "article_notes/made-up/text.txt"


@pytest.mark.parametrize("text", ["Kết nạp 24 ĐV…", "", "a\r\nb\n", "1\u00a0746", "  x  ", "😀 12"])
def test_a_text_is_kept_as_it_is(text: str) -> None:
    reading = read_article(text.encode(), PATH, "key")

    assert reading.texts.rows() == [("made-up", text)]
    assert (reading.found_count, reading.accepted_count, reading.rejected_count) == (1, 1, 0)


def test_a_byte_order_mark_is_no_character_of_the_text() -> None:
    reading = read_article(b"\xef\xbb\xbf24", PATH, "key")

    assert reading.texts["text_body"].to_list() == ["24"]


def test_a_decomposed_text_is_composed_because_offsets_count_its_characters() -> None:
    reading = read_article(unicodedata.normalize("NFD", "kết nạp").encode(), PATH, "key")

    assert reading.texts["text_body"].to_list() == ["kết nạp"]


@pytest.mark.parametrize("content", ["Kết nạp".encode("utf-16"), "Sơn".encode("cp1258"), b"\x80"])
def test_a_text_in_another_encoding_is_rejected(content: bytes) -> None:
    reading = read_article(content, PATH, "key")

    assert reading.rejections.select("reason_code", "expected").rows() == [("unreadable_file", "UTF-8")]
    assert (reading.found_count, reading.accepted_count) == (1, 0)


@given(st.binary(max_size=40))
def test_any_content_is_one_record(content: bytes) -> None:
    reading = read_article(content, PATH, "key")

    assert reading.texts.height + reading.rejections.height == reading.found_count == 1
