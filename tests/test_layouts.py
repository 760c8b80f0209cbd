"""Layouts are checked when they are read: their codes are in the vocabulary, and no two lines can be confused."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import pytest

from pipelines.layouts import find_form, read_layouts
from pipelines.settings import CHECKOUT

if TYPE_CHECKING:
    from pathlib import Path

REPORTS = CHECKOUT / "data" / "raw" / "commune_reports"
LAYOUTS = read_layouts(REPORTS)
FORMS = [form for layout in LAYOUTS for form in layout.forms]


def test_the_newest_generation_comes_first() -> None:
    assert [layout.generation for layout in LAYOUTS] == [2021, 2012]


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.form_code)
def test_no_two_lines_of_a_form_count_the_same(form: object) -> None:
    keys = Counter(line.key for line in form.lines if line.label)  # type: ignore[attr-defined]

    assert [key for key, count in keys.items() if count > 1] == []


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.form_code)
def test_no_words_fit_two_lines_of_a_form(form: object) -> None:
    words = Counter(label for line in form.lines for label in line.labels)  # type: ignore[attr-defined]

    assert [label for label, count in words.items() if count > 1] == []


def test_a_form_is_found_by_its_code_in_any_case() -> None:
    found = find_form(LAYOUTS, "2-btctw")

    assert found is not None
    assert found[0].generation == 2021
    assert find_form(LAYOUTS, "77-BTCTW") is None


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("group: women", "group: womem", "womem"),
        ("{heading: Trong đó}", "{heading: Trong đó, label: Trong đó}", "a label or a heading"),
        ("measure: admissions\n", "measure: admission\n", "admission"),
        ("generation: 2021", "generation: [2021", "layout_2021"),
        ("organisation: [", "organization: [", "organization"),
    ],
)
def test_a_layout_that_cannot_be_used_is_named_with_its_fault(old: str, new: str, said: str, tmp_path: Path) -> None:
    text = (REPORTS / "_layout_2021.yml").read_text(encoding="utf-8")
    assert old in text
    (tmp_path / "_layout_2021.yml").write_text(text.replace(old, new, 1), encoding="utf-8")

    with pytest.raises(ValueError, match=said):
        read_layouts(tmp_path)
