"""What is published can be read by the oldest DuckDB that the tools of analysts embed."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import duckdb
import pytest

from pipelines.publication import publish
from pipelines.settings import CHECKOUT

if TYPE_CHECKING:
    from pathlib import Path

CLIENT = CHECKOUT / ".venv" / "clients" / "duckdb-1.4"
PROGRAM = """
import sys, duckdb
with duckdb.connect(sys.argv[1], read_only=True) as connection:
    comment, = connection.execute("select comment from duckdb_tables() where table_name = 'fct_admissions'").fetchone()
    rows = connection.execute("select * from marts.fct_admissions order by all").fetchall()
    of_function = connection.execute("from reports.admissions_of('b')").fetchall()
with duckdb.connect() as connection:
    connection.execute(f"attach '{sys.argv[1]}' as figures (read_only)")
    of_view = connection.execute("from figures.reports.rpt_findings").fetchall()
print(duckdb.__version__, comment, rows, of_function, of_view)
"""


def test_a_client_of_version_1_4_reads_what_is_published(tmp_path: Path) -> None:
    if not CLIENT.is_dir():
        pytest.skip("no DuckDB 1.4 client: `make test` installs one")
    build, published = tmp_path / "warehouse.duckdb", tmp_path / "ketnap.duckdb"
    with duckdb.connect(str(build)) as connection:
        connection.execute("create schema marts; create schema reports")
        connection.execute("create table marts.fct_admissions (figure_id varchar primary key, n decimal(18, 6))")
        connection.execute("insert into marts.fct_admissions values ('a', 1746)")
        connection.execute("comment on table marts.fct_admissions is 'Kết nạp'")
        connection.execute("create view reports.rpt_findings as select figure_id from warehouse.marts.fct_admissions")
        connection.execute(
            "create macro reports.admissions_of(figure) as table select figure, n from warehouse.marts.fct_admissions"
        )
    publish(build, published)

    run = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(published)],
        env=os.environ | {"PYTHONPATH": str(CLIENT)},
        capture_output=True,
        text=True,
        check=False,
    )

    assert run.returncode == 0, run.stderr
    assert run.stdout.startswith("1.4.")
    assert "Kết nạp [('a', Decimal('1746.000000'))] [('b', Decimal('1746.000000'))] [('a',)]" in run.stdout
