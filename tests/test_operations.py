"""What docs/operations.md hands to operators: units, a configuration for PostgreSQL, a way back from the back-up."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb
import pytest
import yaml

from pipelines.defs.runs import prepare_instance
from pipelines.hashes import inspect_lake
from pipelines.paths import Paths
from pipelines.settings import CHECKOUT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from conftest import Built

OPERATIONS = CHECKOUT / "docs" / "operations"
UNITS = sorted(path.name for path in OPERATIONS.iterdir() if path.suffix in (".service", ".timer"))
KETNAP = Path(sys.executable).with_name("ketnap")
POSTGRESQL = CHECKOUT / ".venv" / "postgresql"
PASSWORD = "made-up-for-a-test"
PASSED_ON = """
import dagster as dg
with dg.DagsterInstance.get() as instance:
    @dg.op
    def say():
        pass
    @dg.job
    def nothing():
        say()
    run_id = nothing.execute_in_process(instance=instance).run_id
    print(type(instance.run_storage).__name__, type(instance.event_log_storage).__name__)
    print(type(instance.schedule_storage).__name__, len(instance.all_logs(run_id)) > 0)
    print(instance.get_run_by_id(run_id).status.value)
"""


@pytest.mark.parametrize("unit", UNITS)
def test_systemd_takes_every_unit(unit: str, tmp_path: Path) -> None:
    if not shutil.which("systemd-analyze"):
        pytest.skip("systemd-analyze, which checks units, is not on this machine")
    for name in UNITS:
        text = (OPERATIONS / name).read_text(encoding="utf-8")
        # of this installation, since systemd looks whether the program is there
        text = text.replace("/opt/ketnap/.venv/bin/ketnap", str(KETNAP))
        (tmp_path / name).write_text(text.replace("/opt/ketnap", str(CHECKOUT)), encoding="utf-8")
    run = subprocess.run(["systemd-analyze", "verify", tmp_path / unit], capture_output=True, text=True, check=False)

    assert (run.returncode, run.stderr) == (0, "")


@pytest.mark.parametrize("unit", [unit for unit in UNITS if unit.endswith(".service")])
def test_a_unit_starts_a_command_that_exists_and_names_no_password(unit: str) -> None:
    text = (OPERATIONS / unit).read_text(encoding="utf-8")
    (command,) = re.findall(r"^ExecStart=/opt/ketnap/\.venv/bin/ketnap (\w+)$", text, flags=re.MULTILINE)
    run = subprocess.run([KETNAP, command, "--help"], capture_output=True, check=False)

    assert run.returncode == 0
    assert "EnvironmentFile=/etc/ketnap/environment" in text
    assert re.search(r"^Environment=", text, flags=re.MULTILINE) is None


def test_every_file_for_operators_is_named_in_their_document() -> None:
    text = (CHECKOUT / "docs" / "operations.md").read_text(encoding="utf-8")

    assert [path.name for path in OPERATIONS.iterdir() if path.name not in text and path.suffix != ".in"] == []


def test_the_configuration_for_postgresql_differs_only_in_its_storage(root: Path) -> None:
    prepare_instance(Paths(root))
    usual = yaml.safe_load((Paths(root).dagster_home / "dagster.yaml").read_text(encoding="utf-8"))
    other = yaml.safe_load((OPERATIONS / "dagster.yaml").read_text(encoding="utf-8"))
    storage = other.pop("storage")["postgres"]["postgres_db"]

    # how SQLite is written
    del usual["event_log_storage"]
    assert other == usual
    assert all(set(value) == {"env"} and value["env"].startswith("KETNAP_") for value in storage.values())


@pytest.fixture(scope="module")
def postgresql() -> Iterator[dict[str, str]]:
    """A PostgreSQL server of its own; what the environment has to say of it."""
    initdb, pg_ctl = shutil.which("initdb"), shutil.which("pg_ctl")
    if initdb is None or pg_ctl is None:
        pytest.skip("PostgreSQL's initdb and pg_ctl are not on this machine")
    if not POSTGRESQL.is_dir():
        pytest.skip("what Dagster needs for PostgreSQL is not installed: make postgresql")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    # the server refuses to run as root, and another user reaches no folder of pytest
    folder = Path(tempfile.mkdtemp())
    user: dict[str, object] = {}
    if os.geteuid() == 0:
        user = {"user": 65534, "group": 65534, "extra_groups": []}
        os.chown(folder, 65534, 65534)
    password_file = folder / "password"
    password_file.write_text(PASSWORD)
    password_file.chmod(0o644)

    def run(*command: str) -> None:
        with (folder / "output").open("a") as output:
            done = subprocess.run(  # type: ignore[call-overload]
                command, cwd=folder, stdout=output, stderr=subprocess.STDOUT, check=False, **user
            )
        if done.returncode:
            pytest.fail((folder / "output").read_text(), pytrace=False)

    data = str(folder / "data")
    run(initdb, "-D", data, "-U", "ketnap", "--auth=scram-sha-256", f"--pwfile={password_file}", "--no-sync")
    options = f"-c listen_addresses=127.0.0.1 -c port={port} -c unix_socket_directories={folder} -c fsync=off"
    run(pg_ctl, "-D", data, "-w", "-l", str(folder / "log"), "-o", options, "start")
    yield {
        "KETNAP_POSTGRES_HOST": "127.0.0.1",
        "KETNAP_POSTGRES_PORT": str(port),
        "KETNAP_POSTGRES_DATABASE": "postgres",
        "KETNAP_POSTGRES_USER": "ketnap",
        "KETNAP_POSTGRES_PASSWORD": PASSWORD,
    }
    run(pg_ctl, "-D", data, "-m", "immediate", "stop")
    shutil.rmtree(folder)


def use(postgresql: dict[str, str], root: Path) -> dict[str, str]:
    home = Paths(root).dagster_home
    home.mkdir(parents=True)
    shutil.copy(OPERATIONS / "dagster.yaml", home)
    return (
        os.environ | postgresql | {"PYTHONPATH": str(POSTGRESQL), "DAGSTER_HOME": str(home), "KETNAP_ROOT": str(root)}
    )


def test_dagster_keeps_its_history_in_postgresql(postgresql: dict[str, str], root: Path) -> None:
    run = subprocess.run(
        [sys.executable, "-c", PASSED_ON], env=use(postgresql, root), capture_output=True, text=True, check=False
    )

    assert run.returncode == 0, run.stderr
    assert run.stdout.split() == [
        *("PostgresRunStorage", "PostgresEventLogStorage", "PostgresScheduleStorage", "True", "SUCCESS")
    ]


def test_a_database_that_does_not_answer_is_told_without_its_password(postgresql: dict[str, str], root: Path) -> None:
    environment = use(postgresql, root) | {"KETNAP_POSTGRES_PORT": "1"}
    run = subprocess.run([KETNAP, "doctor"], env=environment, capture_output=True, text=True, check=False)

    assert run.returncode == 1
    assert "✗ history     cannot be opened" in run.stdout
    assert PASSWORD not in run.stdout + run.stderr


@pytest.mark.slow
def test_a_lake_from_the_back_up_builds_the_same_warehouse(
    built: Built, tmp_path: Path, build_warehouse: Callable[..., Built]
) -> None:
    restored = Paths(tmp_path)
    subprocess.run(
        ["cp", "--archive", "--parents", "data/lake", "data/raw", tmp_path], cwd=built.paths.root, check=True
    )
    assert inspect_lake(restored.lake).damages == ()
    again = build_warehouse(tmp_path)

    assert again.ingestion.file_count == 0
    with (
        duckdb.connect(str(built.paths.build_database), read_only=True) as first,
        duckdb.connect(str(again.paths.build_database), read_only=True) as second,
    ):
        names = "select schema_name || '.' || table_name from duckdb_tables() order by all"
        tables = first.execute(names).fetchall()
        assert second.execute(names).fetchall() == tables
        for (table,) in tables:
            query = f"select * from {table} order by all"
            assert second.execute(query).fetchall() == first.execute(query).fetchall(), table
