"""``ketnap form``: blank forms to fill in and send, for one organisation or for all of a province."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pipelines.forms import Subject, write_form
from pipelines.names import drop_marks, normalise_name, parse_province_name
from pipelines.sources import read_sources
from pipelines.units import load_gazetteer

if TYPE_CHECKING:
    import datetime as dt
    from pathlib import Path

    from rich.console import Console

    from pipelines.periods import Period
    from pipelines.units import Gazetteer, Unit


def write_forms(
    form_number: str,
    subjects: list[Subject],
    period: Period,
    *,
    generation: int,
    raw: Path,
    folder: Path,
    console: Console,
) -> None:
    """Write one blank form for each organisation and say where they are.

    Args:
        form_number: ``2``, ``2B``.
        subjects: The organisations.
        period: Of when.
        generation: Year of the guidance.
        raw: The folder ``data/raw``, for the layouts.
        folder: Where the workbooks go; made if it is missing.
        console: Where it is said.

    Raises:
        ValueError: There is no such form.
    """
    layouts = [layout for source in read_sources(raw) for layout in source.layouts]
    found = [
        (layout, form)
        for layout in layouts
        for form in layout.forms
        if layout.generation == generation and form.form_code.partition("-")[0] == form_number.upper()
    ]
    if not found:
        forms = ", ".join(form.form_code for layout in layouts for form in layout.forms)
        message = f"there is no form {form_number!r} of {generation}\n\nthere are {forms}"
        raise ValueError(message)
    layout, form = found[0]
    folder.mkdir(parents=True, exist_ok=True)
    for subject in subjects:
        file = folder / f"{form.form_code}_{period.code or period.text}_{_slug(subject)}.xlsx"
        write_form(layout, form, subject, period, file)
    console.print(f"{len(subjects)} × {form.form_code} → {folder}", highlight=False, soft_wrap=True)


def list_subjects(province_name: str, day: dt.date) -> list[Subject]:
    """Return the territorial organisations of a province on a day: its districts, if it has some, and its communes.

    Raises:
        ValueError: There is no such province on that day.
    """
    gazetteer = load_gazetteer()
    core = parse_province_name(province_name).core
    valid = [unit for unit in gazetteer.units.values() if unit.is_valid(day)]
    province = next((unit for unit in valid if unit.level == "province" and unit.core == core), None)
    if province is None:
        message = f"{province_name!r} is no province on {day}"
        raise ValueError(message)
    below = [
        unit
        for unit in valid
        if unit.level != "province" and gazetteer.find_province(unit).unit_code == province.unit_code
    ]
    return [
        _describe(unit, province, gazetteer) for unit in sorted(below, key=lambda unit: (unit.level, unit.unit_code))
    ]


def _describe(unit: Unit, province: Unit, gazetteer: Gazetteer) -> Subject:
    parent = gazetteer.find_parent(unit) or province
    return Subject(_name(unit), _name(parent), province.name)


def _name(unit: Unit) -> str:
    # phường Phường Đúc is printed with one "phường"
    has_kind = normalise_name(unit.name).startswith(f"{normalise_name(unit.kind)} ")
    return f"Đảng bộ {unit.name[0].lower() + unit.name[1:]}" if has_kind else f"Đảng bộ {unit.kind} {unit.name}"


def _slug(subject: Subject) -> str:
    above = subject.parent_organisation_name
    text = drop_marks(f"{subject.organisation_name} {above}".replace("Đảng bộ ", "")).casefold()
    return re.sub(r"[^a-z0-9]+", "-", text).strip("-")
