"""Three nights as people run them: a contradiction is found, corrected, and made again."""

from __future__ import annotations

import csv
import datetime as dt
import os
import shutil
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb
import pytest

from pipelines.paths import Paths
from pipelines.settings import CHECKOUT

if TYPE_CHECKING:
    from collections.abc import Callable

COMMAND = Path(sys.executable).with_name("ketnap")
RAW = CHECKOUT / "data" / "raw"


@pytest.fixture
def paths(tmp_path: Path) -> Paths:
    """Return a root with what is published of Tân Sơn."""
    for source in ("article_notes", "published_figures"):
        target = tmp_path / "data" / "raw" / source
        target.mkdir(parents=True)
        shutil.copy(RAW / source / "_source.yml", target)
        shutil.copytree(RAW / source / "tan-son-2017", target / "tan-son-2017")
    return Paths(tmp_path)


@pytest.fixture
def night(paths: Paths) -> Callable[[str], dict[str, dt.datetime | None]]:
    """Print an average, build, and return when the finding about it opened, was seen last, and was resolved."""
    file = paths.raw / "published_figures" / "tan-son-2017" / "figures.csv"
    rows = list(csv.reader(file.read_text(encoding="utf-8").splitlines()))
    value = rows[0].index("value")

    def run(average: str) -> dict[str, dt.datetime | None]:
        for row in rows:
            if row[0] == "tan-son-2017-009":
                row[value] = average
        with file.open("w", encoding="utf-8", newline="") as target:
            csv.writer(target, lineterminator="\n").writerows(rows)
        environment = os.environ | {"KETNAP_ROOT": str(paths.root)}
        run = subprocess.run([COMMAND, "build"], env=environment, capture_output=True, text=True, check=False)
        assert run.returncode == 0, run.stdout
        with closing(duckdb.connect(str(paths.published_database), read_only=True)) as connection:
            (found,) = connection.execute(
                "select opened_at, last_seen_at, resolved_at from reports.rpt_findings "
                "where rule_code = 'yearly_average_against_total' and reason_code = 'average_differs'"
            ).fetchall()
        return dict(zip(("opened", "seen", "resolved"), found, strict=True))

    return run


@pytest.mark.slow
def test_a_correction_resolves_a_finding_and_a_regression_opens_it_again(
    night: Callable[[str], dict[str, dt.datetime | None]],
) -> None:
    found, corrected, still_corrected, again = night("196"), night("194"), night("194"), night("196")

    assert found["resolved"] is None
    assert corrected["opened"] == found["opened"]
    assert corrected["resolved"] == corrected["seen"] > found["seen"]
    assert still_corrected == corrected
    assert again["resolved"] is None
    assert again["opened"] == again["seen"] > corrected["resolved"]
