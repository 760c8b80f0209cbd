"""Writes reports on form 2 of 2021 as workbooks: of each commune of today, quarter after quarter.

Numbers are drawn from a seed: parts add up to their wholes, and a third of the lines is zero or left empty, as in the
reports of real communes.
"""

from __future__ import annotations

import datetime as dt
import os
import shutil
from collections import Counter, defaultdict
from concurrent.futures import ProcessPoolExecutor
from functools import cache
from itertools import count, islice
from multiprocessing import get_context
from random import Random
from typing import TYPE_CHECKING

from pipelines.forms import Subject, list_checks, write_form
from pipelines.layouts import find_form, read_layouts
from pipelines.paths import CHECKOUT_PATHS
from pipelines.periods import Period
from pipelines.units import load_gazetteer

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from pipelines.forms import Numbers
    from pipelines.layouts import Form, Layout, Line
    from pipelines.units import Unit

FORM_CODE = "2-BTCTW"

_SOURCE = CHECKOUT_PATHS.raw / "commune_reports"
_TODAY = dt.date(2025, 7, 1)
_FIRST_QUARTER = 4 * 2025 + 2
_PROCESSES = 2


def write_reports(folder: Path, report_count: int, *, seed: int = 2025) -> list[Path]:
    """Write so many reports, each of another commune or quarter.

    Args:
        folder: Where they go, a folder for each quarter.
        report_count: How many.
        seed: What the numbers are drawn from.

    Returns:
        The workbooks; the first ones are the same however many there are.
    """
    reports = list(islice(_list_reports(), report_count))
    files = [folder / f"{period.code}" / f"{number:05}.xlsx" for number, (period, _) in enumerate(reports)]
    for quarter in {file.parent for file in files}:
        quarter.mkdir(parents=True, exist_ok=True)
    periods, subjects = zip(*reports, strict=True)
    seeds = [f"{seed}/{number}" for number in range(report_count)]
    with ProcessPoolExecutor(_PROCESSES, mp_context=get_context("spawn")) as processes:
        for _ in processes.map(_write_report, files, periods, subjects, seeds, chunksize=50):
            pass
    return files


def place_reports(files: Iterable[Path], raw: Path) -> None:
    """Make a folder ``data/raw`` in which reports stand, without copying them.

    Args:
        files: What `write_reports` returned, or some of it.
        raw: The folder.
    """
    source = raw / _SOURCE.name
    source.mkdir(parents=True)
    for sidecar in _SOURCE.glob("_*.yml"):
        shutil.copy(sidecar, source)
    for file in files:
        target = source / file.parent.name / file.name
        target.parent.mkdir(exist_ok=True)
        os.link(file, target)


def draw_numbers(form: Form, seed: str) -> Numbers:
    """Draw what a commune reports.

    Args:
        form: A form whose first line is the whole.
        seed: What it is drawn from.

    Returns:
        Numbers by line and column, without the percentages, which follow from them.
    """
    draw = Random(seed)  # noqa: S311 - a benchmark
    numbers: defaultdict[str, dict[str, float | str | None]] = defaultdict(dict)
    for column in form.columns:
        if not column.statement:
            for line, number in _draw_column(form, draw):
                numbers[line.key][column.code] = number
    return numbers


def _draw_column(form: Form, draw: Random) -> Iterator[tuple[Line, float | None]]:
    """Draw persons one by one: each is in one part of every partition, and may be on any line that is no part."""
    total = draw.randint(3, 40)
    counts = {0: total}
    for parts in _list_partitions(form.form_code):
        drawn = Counter(draw.choices(parts, [_frequency(form.lines[part].key) for part in parts], k=total))
        counts |= {part: drawn[part] for part in parts}
    for at, line in enumerate(form.lines):
        if line.statement == "average_age":
            yield line, round(draw.uniform(22, 38), 1)
        elif line.label:
            # some write what nobody is as zero, some leave it empty
            number = counts[at] if at in counts else _count_persons(line, total, draw)
            yield line, number or draw.choice((0, None))


def _count_persons(line: Line, total: int, draw: Random) -> int:
    return sum(draw.random() < _frequency(line.key) for _ in range(total))


@cache
def _list_partitions(form_code: str) -> tuple[tuple[int, ...], ...]:
    """Return the lines that make up the whole, by position."""
    _, form = _find_form(form_code)
    checks = list_checks(form, dict(enumerate(form.lines)), dict(enumerate(form.columns)))
    return tuple(check.plus for check in checks)


@cache
def _frequency(line_key: str) -> float:
    """Return how often a person is on a line: on most lines seldom."""
    return Random(line_key).random() ** 3  # noqa: S311 - a benchmark


@cache
def _find_form(form_code: str) -> tuple[Layout, Form]:
    found = find_form(read_layouts(_SOURCE), form_code)
    if found is None:
        message = f"no layout has the form {form_code!r}"
        raise ValueError(message)
    return found


def _list_reports() -> Iterator[tuple[Period, Subject]]:
    gazetteer = load_gazetteer()
    communes = [unit for unit in gazetteer.units.values() if unit.level == "commune" and unit.is_valid(_TODAY)]
    subjects = [_describe(commune, gazetteer.find_province(commune)) for commune in communes]
    for number in count(_FIRST_QUARTER):
        for subject in subjects:
            yield Period.quarter(number // 4, number % 4 + 1), subject


def _describe(commune: Unit, province: Unit) -> Subject:
    name, parent_name = (f"Đảng bộ {unit.kind} {unit.name}" for unit in (commune, province))
    return Subject(name, parent_name, province.name)


def _write_report(file: Path, period: Period, subject: Subject, seed: str) -> None:
    layout, form = _find_form(FORM_CODE)
    write_form(layout, form, subject, period, file, numbers=draw_numbers(form, seed))
