"""Layouts are checked when they are read: their codes are in the vocabulary, and no two lines can be confused."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import pytest

from pipelines.layouts import find_form, normalise_label, read_layouts
from pipelines.settings import CHECKOUT
from pipelines.vocabulary import read_codes, read_partitions

if TYPE_CHECKING:
    from pathlib import Path

    from pipelines.layouts import Column, Form, Meaning

REPORTS = CHECKOUT / "data" / "raw" / "commune_reports"
LAYOUTS = read_layouts(REPORTS)
FORMS = [form for layout in LAYOUTS for form in layout.forms]


def list_meanings(form: Form) -> list[Meaning]:
    found = (form.find_meaning(line, column) for line in form.lines for column in form.columns)
    return [meaning for meaning in found if meaning is not None]


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.form_code)
def test_no_two_cells_of_a_form_count_the_same(form: Form) -> None:
    meanings = Counter(meaning._replace(key="") for meaning in list_meanings(form))

    assert [meaning for meaning, count in meanings.items() if count > 1] == []


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.form_code)
def test_no_words_fit_two_columns_of_a_form(form: Form) -> None:
    def list_labels(column: Column) -> set[str]:
        return {normalise_label(text) for text in column.labels}

    words = Counter(label for column in form.columns for label in list_labels(column))

    assert [label for label, count in words.items() if count > 1] == []


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.form_code)
def test_a_stock_is_of_a_moment_and_a_flow_is_of_the_period(form: Form) -> None:
    for cell in list_meanings(form):
        assert (read_codes("measures")[cell.measure]["kind"] == "stock") == (cell.moment != "period"), cell


@pytest.mark.parametrize("form_code", ["2B-BTCTW", "4-BTCTW"])
def test_forms_by_ethnic_group_have_all_of_them_and_the_women_of_each(form_code: str) -> None:
    (form,) = (form for form in FORMS if form.form_code == form_code)
    groups = {meaning.group for meaning in list_meanings(form)}
    parts = {
        child for _, child, partition in read_partitions("group_relations") if partition in {"ethnicity", "religion"}
    }

    assert len(parts) == 2 * (56 + 7)
    assert groups == parts | {"all", "women", "religious", "religious_women"}


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
