"""``ketnap doctor``: says whether everything is in order, and what to do about what is not."""

from __future__ import annotations

import datetime as dt
import json
from typing import TYPE_CHECKING

from pipelines.hashes import seal_lake
from pipelines.health import diagnose
from pipelines.languages import format_noun
from pipelines.settings import CHECKOUT

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.console import Console

    from pipelines.health import Diagnosis
    from pipelines.paths import Paths

_MARKS = {"fine": ("✓", "green"), "warning": ("!", "yellow"), "error": ("✗", "red")}


def doctor(paths: Paths, console: Console, *, is_json: bool, is_sealing: bool) -> int:
    """Print what was found.

    Args:
        paths: Where the warehouse is.
        console: Where it goes.
        is_json: Print a list of diagnoses for programs.
        is_sealing: First write down hashes of what the lake holds without one.

    Returns:
        1 if something is wrong that keeps nights from publishing, else 0.
    """
    if is_sealing:
        sealed = seal_lake(paths.lake)
        if not is_json:
            console.print(f"hashes written down: {format_noun(len(sealed), 'file')}", highlight=False)
    found = []
    for diagnosis in _diagnose(paths):
        found.append(diagnosis)
        if not is_json:
            _print(diagnosis, console)
    if is_json:
        rows = [diagnosis.model_dump() for diagnosis in found]
        console.print(json.dumps(rows, ensure_ascii=False, indent=2), highlight=False, markup=False, soft_wrap=True)
    return 1 if any(diagnosis.state == "error" for diagnosis in found) else 0


def _diagnose(paths: Paths) -> Iterator[Diagnosis]:
    yield from diagnose(paths, lock_file=CHECKOUT / "requirements.lock", now=dt.datetime.now(dt.UTC))
    from pipelines.defs.liveness import diagnose_operation

    yield from diagnose_operation(paths)


def _print(diagnosis: Diagnosis, console: Console) -> None:
    mark, style = _MARKS[diagnosis.state]
    text = f"{mark} {diagnosis.subject:<11} {diagnosis.found}"
    console.print(text, style=style, highlight=False, markup=False, soft_wrap=True)
    if diagnosis.remedy:
        console.print(f"  {'':<11} → {diagnosis.remedy}", highlight=False, markup=False, soft_wrap=True)
