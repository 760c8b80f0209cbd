"""What several test modules use: a small root of real files, and the warehouse of the whole checkout, built once."""

from __future__ import annotations

import datetime as dt
import json
import os
import pickle
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb
import pytest
from hypothesis import settings

from pipelines.identities import derive_identities
from pipelines.ingestion import Ingestion, ingest
from pipelines.lake import Lake
from pipelines.locks import hold_lock
from pipelines.paths import DBT_PROJECT, Paths
from pipelines.printed_names import derive_organisations
from pipelines.settings import CHECKOUT
from pipelines.units import Gazetteer, load_gazetteer, read_table

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

# a loaded machine is no error
settings.register_profile("ketnap", deadline=None)
settings.load_profile("ketnap")

SMALL_PUBLICATIONS = ("da-nang-2023", "o-mon-2022")
SHARED = CHECKOUT.parent / "shared"
MOST_SECONDS_OF_A_BUILD = 900


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let snapshots be written anew, and a machine that has no hours run a tenth of the repetitions."""
    parser.addoption("--write-snapshots", action="store_true", help="write tests/snapshots/ anew instead of comparing")
    parser.addoption("--tenth", action="store_true", help="a tenth of the repetitions of the tests of faults")


@pytest.fixture
def compare_with_snapshot(request: pytest.FixtureRequest) -> Callable[[str, str], None]:
    """Return the function that compares a text with the file of a name below ``tests/snapshots/``."""

    def compare(name: str, text: str) -> None:
        file = Path(__file__).parent / "snapshots" / name
        if request.config.getoption("--write-snapshots"):
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8")
        assert text == file.read_text(encoding="utf-8")

    return compare


@pytest.fixture(scope="session")
def repeat(request: pytest.FixtureRequest) -> Callable[[int], range]:
    """Return the function that says how often something is repeated."""
    share = 10 if request.config.getoption("--tenth") else 1
    return lambda times: range(max(1, times // share))


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


SMALL_UNITS = """
unit_code,unit_name,unit_type,level,parent_code,valid_from,valid_to
25,Phú Thọ,tỉnh,province,,1900-01-01,2025-07-01
25,Phú Thọ,tỉnh,province,,2025-07-01,
26,Vĩnh Phúc,tỉnh,province,,1900-01-01,2025-07-01
46,Thừa Thiên Huế,tỉnh,province,,1900-01-01,2025-01-01
46,Huế,thành phố,province,,2025-01-01,
79,Hồ Chí Minh,thành phố,province,,1900-01-01,
87,Đồng Tháp,tỉnh,province,,1900-01-01,
227,Việt Trì,thành phố,district,25,1900-01-01,2025-07-01
240,Tân Sơn,huyện,district,25,1900-01-01,2025-07-01
244,Phúc Yên,thị xã,district,26,1900-01-01,2018-02-07
244,Phúc Yên,thành phố,district,26,2018-02-07,2025-07-01
770,3,quận,district,79,1900-01-01,2025-07-01
866,Cao Lãnh,thành phố,district,87,1900-01-01,2025-07-01
873,Cao Lãnh,huyện,district,87,1900-01-01,2025-07-01
08545,Thu Cúc,xã,commune,240,1900-01-01,2025-07-01
08545,Thu Cúc,xã,commune,25,2025-07-01,
08566,Tân Phú,thị trấn,commune,240,1900-01-01,2025-07-01
08566,Tân Sơn,xã,commune,25,2025-07-01,
08572,Thạch Kiệt,xã,commune,240,1900-01-01,2025-07-01
08578,Tân Sơn,xã,commune,240,1900-01-01,2025-07-01
08560,Lai Đồng,xã,commune,240,1900-01-01,2025-07-01
08560,Lai Đồng,xã,commune,25,2025-07-01,
08740,Hai Bà Trưng,phường,commune,244,1900-01-01,2025-07-01
08740,Phúc Yên,phường,commune,25,2025-07-01,
08755,Nam Viêm,phường,commune,244,1900-01-01,2025-07-01
27139,5,phường,commune,770,1900-01-01,2025-07-01
""".strip().encode()
"""Enough of the gazetteer for the traps: codes used again, old names on new units, namesakes, renamed places."""

SMALL_CHANGES = """
old_code,new_code,kind,changed_on
25,25,full,2025-07-01
26,25,full,2025-07-01
46,46,full,2025-01-01
244,244,full,2018-02-07
08545,08545,full,2025-07-01
08566,08566,full,2025-07-01
08572,08566,full,2025-07-01
08578,08560,full,2025-07-01
08560,08560,full,2025-07-01
08740,08740,full,2025-07-01
08755,08740,full,2025-07-01
""".strip().encode()


@pytest.fixture(scope="session")
def gazetteer() -> Gazetteer:
    """Return the gazetteer of the small tables."""
    return Gazetteer(read_table(SMALL_UNITS), read_table(SMALL_CHANGES))


@pytest.fixture(scope="session")
def full_gazetteer() -> Gazetteer:
    """Return the gazetteer of the seeds."""
    return load_gazetteer()


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
def built(tmp_path_factory: pytest.TempPathFactory, is_one_of_many: bool) -> Built:
    """Build the warehouse of all files of the checkout, once for all tests of all processes, which only read it."""
    own = tmp_path_factory.getbasetemp()
    root = (own.parent if is_one_of_many else own) / "warehouse"
    kept = root / "built.pickle"
    with hold_lock(root / "built.lock", patience=MOST_SECONDS_OF_A_BUILD):
        if not kept.is_file():
            shutil.copytree(CHECKOUT / "data" / "raw", root / "data" / "raw")
            kept.write_bytes(pickle.dumps(_build_warehouse(root)))
        built: Built = pickle.loads(kept.read_bytes())
    return built


@pytest.fixture(scope="session")
def is_one_of_many() -> bool:
    """Return whether other processes run other tests."""
    return "PYTEST_XDIST_WORKER" in os.environ


@pytest.fixture(scope="session")
def warehouse(built: Built) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open the warehouse of all files of the checkout, for reading."""
    connection = duckdb.connect(str(built.paths.build_database), read_only=True)
    yield connection
    connection.close()


@pytest.fixture(scope="session")
def compiled(built: Built) -> dict[str, str]:
    """Return the queries of all models in SQL as dbt compiled them for DuckDB, by name."""
    manifest: dict[str, Any] = json.loads((built.paths.dbt_target / "manifest.json").read_text(encoding="utf-8"))
    folder = built.paths.dbt_target / "compiled" / manifest["metadata"]["project_name"]
    models = [node for node in manifest["nodes"].values() if node["resource_type"] == "model"]
    nodes = [node for node in models if node["language"] == "sql"]
    return {node["name"]: (folder / node["original_file_path"]).read_text(encoding="utf-8") for node in nodes}


def _build_warehouse(root: Path, *arguments: str) -> Built:
    paths = Paths(root)
    lake = Lake(paths.lake)
    ingestion = ingest(paths.raw, lake, now=dt.datetime.now(dt.UTC), max_bytes=2**28)
    derive_organisations(lake, paths, until=None)
    derive_identities(paths)
    Lake(paths.lake).write_records(paths.derived)
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
            "KETNAP_DERIVED": str(paths.derived),
            # builds in this process leave theirs behind
            "KETNAP_BUILT_UNTIL": "",
            "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
            "DO_NOT_TRACK": "1",
        },
        capture_output=True,
        text=True,
        check=False,
    )
    return run.returncode, run.stdout + run.stderr
