"""Which figures may be wrong, against Banff, with which Statistics Canada edits its surveys.

Banff chooses one of the smallest sets of fields to impute, at random, so that linear edits hold of numbers that are not
negative (https://statcan.github.io/gensol-banff, Error Localization). It does not know whole numbers. The edits drawn
here are sums that form a tree, parts of one field, and bounds; if numbers satisfy them, so do whole numbers.
"""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
from dataclasses import dataclass
from fractions import Fraction
from functools import partial
from typing import TYPE_CHECKING

import pytest

from pipelines.consistency.conflicts import Localisation, localise
from pipelines.consistency.constraints import Constraint, Figure, System, bound, level, parts_of, subset_of
from pipelines.intervals import Interval
from pipelines.settings import CHECKOUT

if TYPE_CHECKING:
    from pathlib import Path

BANFF = CHECKOUT / ".venv" / "reference" / "banff"
PROGRAM = """
import json, sys
import banff, pandas

surveys, found = json.load(open(sys.argv[1])), []
for survey in surveys:
    records = pandas.DataFrame(survey["records"]).astype({name: float for name in survey["names"]})
    call = banff.errorloc(
        unit_id="record", edits=survey["edits"], indata=records, outstatus="pandas", outreject="pandas", seed=1
    )
    chosen = {record: [] for record in records["record"]}
    for row in call.outstatus.itertuples():
        chosen[row.record].append(row.FIELDID)
    found.append({"chosen": chosen, "rejected": len(call.outreject)})
json.dump(found, open(sys.argv[2], "w"))
"""
SURVEYS = range(25)
RECORDS = 10
"""Of each survey."""

Record = dict[str, int]


@dataclass(frozen=True)
class Survey:
    """Records, and what must hold of each.

    Attributes:
        names: Of the fields.
        edits: What must hold, as Banff reads it.
        relations: The same for us.
        records: Values by field; some are wrong.
    """

    names: list[str]
    edits: list[str]
    relations: tuple[Constraint, ...]
    records: list[Record]


def draw_survey(seed: int) -> Survey:
    """Return a form with a total of two or three parts, one of them a sum too, parts of some fields, and bounds."""
    chance = random.Random(seed)
    true = {name: chance.randint(0, 30) for name in ("north", "south", "east")[: chance.randint(1, 3)]}
    inner = [f"town_{number}" for number in range(chance.choice([0, 2, 3]))]
    true |= {name: chance.randint(0, 30) for name in inner}
    edits, relations = [], []

    def add_up(whole: str, parts: list[str]) -> None:
        true[whole] = sum(true[name] for name in parts)
        edits.append(f"{whole} = {' + '.join(parts)}")
        relations.append(parts_of(whole, parts, is_complete=True))

    outer = list(true)[: len(true) - len(inner)]
    if inner:
        add_up("west", inner)
        outer.append("west")
    add_up("total", outer)
    for name in chance.sample(sorted(true), 2):
        part = f"women_{name}"
        true[part] = chance.randint(0, true[name])
        edits.append(f"{part} <= {name}")
        relations.append(subset_of(part, name))
    for name in chance.sample(sorted(true), 2):
        at_least, at_most = chance.randint(0, true[name]), true[name] + chance.randint(0, 20)
        edits += [f"{name} >= {at_least}", f"{name} <= {at_most}"]
        relations.append(bound({name: 1}, Interval(Fraction(at_least), Fraction(at_most))))
    return Survey(list(true), edits, tuple(relations), [spoil(true, chance) for _ in range(RECORDS)])


def spoil(true: Record, chance: random.Random) -> Record:
    """Return a record with up to four wrong values."""
    wrong = chance.sample(sorted(true), min(chance.randint(0, 4), len(true)))
    return true | {name: chance.randint(0, 60) for name in wrong}


def localise_ours(survey: Survey, record: Record) -> Localisation:
    figures = tuple(Figure(name, Interval.exactly(value), partial(level, name)) for name, value in record.items())
    return localise(System(figures, survey.relations), seconds=60)


def localise_theirs(surveys: list[Survey], folder: Path) -> list[dict[str, list[str]]]:
    """Return the fields that Banff chooses, by the number of the record, of each survey."""
    asked = [
        {
            "names": survey.names,
            "edits": "; ".join([*survey.edits, ""]),
            "records": [record | {"record": str(number)} for number, record in enumerate(survey.records)],
        }
        for survey in surveys
    ]
    (folder / "asked.json").write_text(json.dumps(asked), encoding="utf-8")
    run = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(folder / "asked.json"), str(folder / "found.json")],
        env=os.environ | {"PYTHONPATH": str(BANFF)},
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stdout[-2000:] + run.stderr[-2000:]
    found = json.loads((folder / "found.json").read_text(encoding="utf-8"))
    assert [entry["rejected"] for entry in found] == [0] * len(surveys)
    return [entry["chosen"] for entry in found]


def test_banff_chooses_one_of_our_smallest_sets(tmp_path: Path) -> None:
    if not (BANFF / "installed").is_file():
        pytest.skip("no Banff, which is under the GPL: `make .venv/reference/banff/installed` installs it")
    surveys = [draw_survey(seed) for seed in SURVEYS]
    theirs = localise_theirs(surveys, tmp_path)
    ours = [[localise_ours(survey, record) for record in survey.records] for survey in surveys]

    sizes, set_counts = [], []
    for survey, chosen, found in zip(surveys, theirs, ours, strict=True):
        for number, localisation in enumerate(found):
            fields = frozenset(chosen[str(number)])
            sets = localisation.minimum_sets or (frozenset(),)
            assert len(fields) == len(sets[0]), (survey.edits, survey.records[number])
            assert fields in sets, (survey.edits, survey.records[number])
            sizes.append(len(fields))
            set_counts.append(len(sets))
    # there was something to find, and something to choose from
    assert {size: sizes.count(size) > len(sizes) // 20 for size in range(4)} == dict.fromkeys(range(4), True)
    assert sum(count > 1 for count in set_counts) > len(set_counts) // 4
