"""Whoever reads while the file is replaced sees one night, whole."""

from __future__ import annotations

import subprocess
import sys
from contextlib import closing
from typing import TYPE_CHECKING

import duckdb
import pytest

from pipelines.publication import publish
from pipelines.settings import CHECKOUT

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

ROWS = 20_000
READ = """
import pathlib, sys
import duckdb
from pipelines.publication import open_published
file, stop, rows = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]), int(sys.argv[3])
query = '''
    select (select sum(night) from marts.a), (select max(night) from marts.b), (select sum(night) from reports.c)
'''
reads, errors, torn, seen = 0, 0, 0, set()
print("ready", flush=True)
while not stop.exists():
    try:
        with open_published(file) as connection:
            ((first, night, second),) = connection.execute(query).fetchall()
    except (duckdb.Error, OSError):
        errors += 1
        continue
    reads += 1
    seen.add(night)
    # a sum that only a whole night satisfies
    torn += not first == second == rows * night
print(reads, errors, torn, len(seen))
"""


def write_night(build: Path, night: int) -> None:
    with closing(duckdb.connect(str(build))) as connection:
        for schema, table, rows in (("marts", "a", ROWS), ("marts", "b", 1), ("reports", "c", ROWS)):
            connection.execute(f"create schema if not exists {schema}")
            connection.execute(
                f"create or replace table {schema}.{table} as select {night} as night from range({rows})"
            )


@pytest.mark.parametrize(
    ("publications", "readers"), [(10, 2), pytest.param(100, 8, marks=pytest.mark.slow)], ids=["some", "all"]
)
def test_no_read_fails_and_none_is_torn_while_nights_are_published(
    publications: int, readers: int, tmp_path: Path, repeat: Callable[[int], range]
) -> None:
    build, published, stop = tmp_path / "warehouse.duckdb", tmp_path / "ketnap.duckdb", tmp_path / "stop"
    write_night(build, 1)
    publish(build, published)
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", READ, str(published), str(stop), str(ROWS)],
            cwd=CHECKOUT,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(readers)
    ]
    for process in processes:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    nights = [night + 2 for night in repeat(publications)] if readers > 2 else range(2, publications + 2)
    for night in nights:
        write_night(build, night)
        publish(build, published)
    stop.touch()
    results = [list(map(int, process.communicate(timeout=60)[0].split())) for process in processes]

    for reads, errors, torn, seen in results:
        assert (errors, torn) == (0, 0)
        assert reads >= seen > 1
