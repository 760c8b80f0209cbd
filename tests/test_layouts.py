"""Layouts are checked when they are read: their codes are in the vocabulary, and no two lines can be confused."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

import pytest

from pipelines.layouts import find_form, normalise_label, read_layouts
from pipelines.settings import CHECKOUT
from pipelines.vocabulary import read_codes, read_partitions

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pipelines.layouts import Column, Form

REPORTS = CHECKOUT / "data" / "raw" / "commune_reports"
LAYOUTS = read_layouts(REPORTS)
FORMS = [form for layout in LAYOUTS for form in layout.forms]
COLUMNS = {form.form_code: form.columns or layout.columns for layout in LAYOUTS for form in layout.forms}


class Cell(NamedTuple):
    """What a number says that stands where a line and a column meet."""

    measure: str
    group: str
    statements: tuple[str, ...]
    moment: str
    is_earlier: bool


def list_cells(form: Form) -> Iterator[Cell]:
    for line in form.lines:
        for column in COLUMNS[form.form_code] if line.label else ():
            groups = [group for group in (line.group, column.group) if group not in {"", "all"}]
            yield Cell(
                column.measure or line.measure,
                "_".join(groups) or "all",
                tuple(filter(None, (line.statement, column.statement))),
                line.moment,
                column.is_earlier,
            )


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


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.form_code)
def test_a_line_and_a_column_together_count_what_the_vocabulary_has(form: Form) -> None:
    cells = list(list_cells(form))

    assert {cell.measure for cell in cells} <= set(read_codes("measures"))
    assert {cell.group for cell in cells} <= set(read_codes("groups"))
    assert {statement for cell in cells for statement in cell.statements} <= set(read_codes("statements"))


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.form_code)
def test_no_two_cells_of_a_form_count_the_same(form: Form) -> None:
    cells = Counter(list_cells(form))

    assert [cell for cell, count in cells.items() if count > 1] == []


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.form_code)
def test_no_words_fit_two_columns_of_a_form(form: Form) -> None:
    def list_labels(column: Column) -> set[str]:
        return {normalise_label(text) for text in column.labels}

    words = Counter(label for column in COLUMNS[form.form_code] for label in list_labels(column))

    assert [label for label, count in words.items() if count > 1] == []


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.form_code)
def test_a_stock_is_of_a_moment_and_a_flow_is_of_the_period(form: Form) -> None:
    for cell in list_cells(form):
        assert (read_codes("measures")[cell.measure]["kind"] == "stock") == (cell.moment != "period"), cell


@pytest.mark.parametrize("form_code", ["2B-BTCTW", "4-BTCTW"])
def test_forms_by_ethnic_group_have_all_of_them_and_the_women_of_each(form_code: str) -> None:
    (form,) = (form for form in FORMS if form.form_code == form_code)
    groups = {cell.group for cell in list_cells(form)}
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
