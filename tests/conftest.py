"""What several test modules use: a small root of real files, and the warehouse of the whole checkout, built once."""

from __future__ import annotations

import datetime as dt
import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb
import pytest
from hypothesis import settings

from pipelines.ingestion import Ingestion, ingest
from pipelines.lake import Lake
from pipelines.organisations import NAME_COLUMNS, resolve_organisation_names
from pipelines.paths import DBT_PROJECT, Paths
from pipelines.settings import CHECKOUT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

# a loaded machine is no error
settings.register_profile("ketnap", deadline=None)
settings.load_profile("ketnap")

SMALL_PUBLICATIONS = ("da-nang-2023", "o-mon-2022")
SHARED = CHECKOUT.parent / "shared"


@dataclass(frozen=True)
class Built:
    """A warehouse as dbt left it.

    Attributes:
        paths: Where it is.
        ingestion: What the run took in.
        dbt_exit_code: 0 if every model, unit test and data test of severity error passed.
        dbt_output: What dbt printed.
    """

    paths: Paths
    ingestion: Ingestion
    dbt_exit_code: int
    dbt_output: str


@pytest.fixture(scope="session")
def checkout() -> Path:
    """Return the folder of the project."""
    return CHECKOUT


@pytest.fixture(scope="session")
def shared() -> Path:
    """Return the folder that the register came from; it is no part of the project."""
    if not SHARED.is_dir():
        pytest.skip("the folder ../shared, with which the project began, is not here")
    return SHARED


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a root of its own with the raw files of two publications; the settings name it."""
    raw = CHECKOUT / "data" / "raw"
    for source in ("article_notes", "published_figures"):
        target = tmp_path / "data" / "raw" / source
        target.mkdir(parents=True)
        shutil.copy(raw / source / "_source.yml", target)
        for publication_id in SMALL_PUBLICATIONS:
            shutil.copytree(raw / source / publication_id, target / publication_id)
    monkeypatch.setenv("KETNAP_ROOT", str(tmp_path))
    return tmp_path


@pytest.fixture(scope="session")
def build_warehouse() -> Callable[..., Built]:
    """Return the function that takes a root's raw files in and runs dbt on them."""
    return _build_warehouse


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Built:
    """Build the warehouse of all files of the checkout, once for all tests."""
    root = tmp_path_factory.mktemp("warehouse")
    (root / "data").mkdir()
    shutil.copytree(CHECKOUT / "data" / "raw", root / "data" / "raw")
    return _build_warehouse(root)


@pytest.fixture(scope="session")
def warehouse(built: Built) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open the warehouse of all files of the checkout, for reading."""
    connection = duckdb.connect(str(built.paths.build_database), read_only=True)
    yield connection
    connection.close()


@pytest.fixture(scope="session")
def compiled(built: Built) -> dict[str, str]:
    """Return the queries of all models as dbt compiled them for DuckDB, by name."""
    manifest: dict[str, Any] = json.loads((built.paths.dbt_target / "manifest.json").read_text(encoding="utf-8"))
    folder = built.paths.dbt_target / "compiled" / manifest["metadata"]["project_name"]
    nodes = [node for node in manifest["nodes"].values() if node["resource_type"] == "model"]
    return {node["name"]: (folder / node["original_file_path"]).read_text(encoding="utf-8") for node in nodes}


def _build_warehouse(root: Path, *arguments: str) -> Built:
    paths = Paths(root)
    lake = Lake(paths.lake)
    ingestion = ingest(paths.raw, lake, now=dt.datetime.now(dt.UTC), max_bytes=2**28)
    paths.build.mkdir(parents=True, exist_ok=True)
    names = lake.read("observations").select(NAME_COLUMNS).unique()
    resolve_organisation_names(names).write_parquet(paths.organisation_names)
    exit_code, output = _run_dbt(paths, "build", *arguments)
    if exit_code and not arguments:
        # what stands behind a failed test was left out; other tests have something to say of it
        output += _run_dbt(paths, "run")[1]
    if not paths.build_database.is_file():
        pytest.fail(f"dbt built nothing:\n{output[-4000:]}", pytrace=False)
    return Built(paths, ingestion, exit_code, output)


def _run_dbt(paths: Paths, command: str, *arguments: str) -> tuple[int, str]:
    run = subprocess.run(
        [
            str(Path(sys.executable).with_name("dbt")),
            *("--quiet", "--no-use-colors", command, *arguments),
            *("--project-dir", str(DBT_PROJECT), "--profiles-dir", str(DBT_PROJECT)),
            *("--target-path", str(paths.dbt_target), "--log-path", str(paths.dbt_target)),
        ],
        env=os.environ
        | {
            "KETNAP_BUILD_DATABASE": str(paths.build_database),
            "KETNAP_LAKE": str(paths.lake),
            "KETNAP_ORGANISATION_NAMES": str(paths.organisation_names),
            "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
            "DO_NOT_TRACK": "1",
        },
        capture_output=True,
        text=True,
        check=False,
    )
    return run.returncode, run.stdout + run.stderr
