"""Runs dbt on ``dbt_project/``: project → manifest, lake → build file.

dbt runs inside this process: started as a program it spends five seconds on imports, and `dagster_dbt.DbtCliResource`
starts it twice and imports it a third time. Dagster's view of what dbt does is in `pipelines.defs.warehouse`.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from contextlib import closing
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from queue import SimpleQueue
from threading import Thread
from typing import TYPE_CHECKING, Any, NamedTuple, cast

import duckdb
import polars as pl

from pipelines.lake import Lake
from pipelines.paths import DBT_PROJECT
from pipelines.settings import disable_telemetry, export_environment, load_settings
from pipelines.whole_files import replace_text

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

    from dbt.artifacts.schemas.run import RunExecutionResult
    from dbt.cli.main import dbtRunnerResult
    from dbt_common.events.base_types import EventMsg

    from pipelines.paths import Paths

_RESULT_EVENTS = frozenset({"LogModelResult", "LogSeedResult", "LogSnapshotResult", "LogTestResult"})
_FAILED = ("error", "fail", "runtime error")
_IN_ORDER = ("success", "pass")


@dataclass(frozen=True)
class Failure:
    """A node of dbt that did not do what it should.

    Attributes:
        unique_id: dbt's name of it.
        name: Its name for people.
        message: What dbt says, on one line.
        is_finding: Whether it is a data test that did its work and found rows.
    """

    unique_id: str
    name: str
    message: str
    is_finding: bool


@dataclass(frozen=True)
class BuildResult:
    """What `dbt build` did.

    Attributes:
        failures: Models, seeds and tests of severity error that failed.
        failing_tests: Compiled query by unique id, of data tests that found rows, whatever their severity.
    """

    failures: list[Failure]
    failing_tests: dict[str, str]


@cache
def read_manifest(paths: Paths) -> dict[str, Any]:
    """Return dbt's manifest; made anew when it is missing or the project has changed. Read once per process.

    Args:
        paths: Where the manifest is kept, and which places it names.
    """
    manifest = paths.dbt_target / "manifest.json"
    fingerprint_file = paths.dbt_target / "fingerprint.txt"
    fingerprint = _fingerprint(paths)
    is_current = manifest.is_file() and fingerprint_file.is_file() and fingerprint_file.read_text() == fingerprint
    if not is_current:
        parsed = _invoke("parse", paths, [])
        if not parsed.success:
            message = f"dbt could not read {str(DBT_PROJECT)!r}: {parsed.exception}"
            raise RuntimeError(message) from parsed.exception
        replace_text(fingerprint_file, fingerprint)
    content: dict[str, Any] = json.loads(manifest.read_text(encoding="utf-8"))
    return content


class Building:
    """A running ``dbt build``: seeds, models and data tests in the order of their dependencies.

    Unit tests are left out: they say the same every night, and take longer than everything else together. `make test`
    runs them.

    Iterating gives the events that say what became of a node, as dbt writes them into its structured log. A test or
    model that fails raises nothing.

    The big tables are kept from night to night, and only what came in since is written; views, seeds, and what is made
    of seeds alone, are left as they are. Everything is built anew when the file does not hold what the last complete
    build left: docs/decisions/0006-cost-follows-what-is-new.md.

    Args:
        paths: Where the lake is, and where the build file goes.
        as_of: Leave out what was recorded after this moment; UTC, without a time zone.
        selected: Names of the nodes to run; empty for all.
        is_tested: Whether the data tests run too.
    """

    def __init__(
        self, paths: Paths, *, as_of: dt.datetime | None, selected: Sequence[str] = (), is_tested: bool = True
    ) -> None:
        self._paths = paths
        self._arguments = ["--exclude-resource-type", "unit_test", "--no-write-json"]
        self._arguments += [] if is_tested else ["--exclude-resource-type", "test"]
        if as_of is not None:
            moment = as_of.isoformat(sep=" ", timespec="microseconds")
            self._arguments += ["--vars", json.dumps({"as_of": moment})]
        self._is_whole = as_of is None and not selected
        self.built_until = find_built_until(paths) if as_of is None else ""
        """Newest batch that the build file held before this build; empty if it is built anew."""
        self.is_increment = bool(self.built_until) and not selected
        """Whether everything in `list_kept` is left as it is."""
        if selected:
            # of a file that need not be complete: that does not make it new
            self._arguments += ["--select", *selected]
        elif self.is_increment:
            # the tests of a view run: what it reads may be new
            self._arguments += ["--select", "source:*+", "--indirect-selection", "empty"]
            self._arguments += ["--exclude", "config.materialized:view"]
        else:
            self._arguments += ["--full-refresh"]
        self._events: SimpleQueue[dict[str, Any] | None] = SimpleQueue()
        self._outcome: dbtRunnerResult | None = None
        self._error: BaseException | None = None

    def __iter__(self) -> Iterator[dict[str, Any]]:
        """Start dbt and follow it."""
        # a daemon: when the run is interrupted, the process need not wait for dbt to finish
        Thread(target=self._run, daemon=True).start()
        while (event := self._events.get()) is not None:
            yield event

    @property
    def result(self) -> BuildResult:
        """What was done, once there are no more events.

        Raises:
            RuntimeError: The project could not be run at all.
        """
        if self._error is not None:
            raise self._error
        if self._outcome is None or self._outcome.result is None:
            message = f"dbt could not run the project: {self._outcome and self._outcome.exception}"
            raise RuntimeError(message)
        return _summarise(cast("RunExecutionResult", self._outcome.result))

    def _run(self) -> None:
        try:
            self._paths.built_state.unlink(missing_ok=True)
            export_environment(KETNAP_BUILT_UNTIL=self.built_until)
            # before dbt reads them: what somebody edits meanwhile is not in the tables
            fingerprint = _fingerprint(self._paths)
            self._outcome = _invoke("build", self._paths, self._arguments, self._take)
            if self._is_whole and self._is_complete():
                _keep_state(self._paths, fingerprint)
        except BaseException as error:  # noqa: BLE001 - raised again in the thread that asks for the result
            self._error = error
        finally:
            self._events.put(None)

    def _is_complete(self) -> bool:
        """Whether everything was built and no test found anything: what the next night leaves out was in order."""
        if self._outcome is None or self._outcome.result is None:
            return False
        results = cast("RunExecutionResult", self._outcome.result).results
        return all(str(result.status) in _IN_ORDER for result in results)

    def _take(self, event: EventMsg) -> None:
        from dbt_common.events.functions import msg_to_dict

        if event.info.name in _RESULT_EVENTS:
            self._events.put(msg_to_dict(event))


def list_kept(manifest: Mapping[str, Any]) -> set[str]:
    """Return the unique ids of what an increment neither builds nor tests anew: what no source leads to, and views.

    Args:
        manifest: What dbt knows of the project.
    """
    children: Mapping[str, list[str]] = manifest["child_map"]
    fed, waiting = set(), list(manifest["sources"])
    while waiting:
        node = waiting.pop()
        if node not in fed:
            fed.add(node)
            waiting += children.get(node, [])
    return {
        unique_id
        for unique_id, node in manifest["nodes"].items()
        if unique_id not in fed or node["config"]["materialized"] == "view"
    }


def find_built_until(paths: Paths) -> str:
    """Return the newest batch that the tables of the build file hold, or "" if they have to be built anew.

    They are built anew when there is none, when the last build broke off, when the project or a seed has changed, when
    a batch that they hold is gone, and when a name or an organisation that was known before means something else now:
    then any row may be another one.

    Args:
        paths: Where the build file is.
    """
    if not paths.built_state.is_file() or not paths.build_database.is_file():
        return ""
    state = json.loads(paths.built_state.read_text(encoding="utf-8"))
    # an earlier version of the project wrote other things down
    built, current = state.get("batches", []), Lake(paths.lake).batch_ids()
    is_same = state["fingerprint"] == _fingerprint(paths) and built == current[: len(built)]
    return str(built[-1]) if is_same and built and _are_meanings_kept(paths) else ""


def _keep_state(paths: Paths, fingerprint: str) -> None:
    """Write down what the tables of the build file rest on."""
    shutil.copytree(
        paths.derived, paths.built_derived, dirs_exist_ok=True, ignore=shutil.ignore_patterns("printed_names")
    )
    state = {"fingerprint": fingerprint, "batches": Lake(paths.lake).batch_ids()}
    replace_text(paths.built_state, json.dumps(state))


def _are_meanings_kept(paths: Paths) -> bool:
    """Whether everything that was resolved for the last build is resolved in the same way now; more names may be.

    Another identity speaks of what is there already.
    """
    for file in paths.built_derived.glob("*.parquet"):
        former, current = pl.read_parquet(file), pl.read_parquet(paths.derived / file.name)
        if former.columns != current.columns:
            return False
        if not former.join(current, on=former.columns, how="anti", nulls_equal=True).is_empty():
            return False
        if file.name == paths.identities.name and former.height < current.height:
            return False
    return True


def fetch_failing_rows(database: Path, query: str, limit: int) -> tuple[list[str], list[tuple[Any, ...]]]:
    """Return column names and the first rows of what a data test found.

    Args:
        database: The build file.
        query: The test as dbt compiled it.
        limit: How many rows.
    """
    with closing(duckdb.connect(str(database), read_only=True)) as connection:
        found = connection.sql(query).limit(limit)
        return list(found.columns), found.fetchall()


class TableDescription(NamedTuple):
    """What is in a table.

    Attributes:
        label: ``schema.table``.
        row_count: Its rows.
        columns: Names.
        rows: The first ones.
    """

    label: str
    row_count: int
    columns: list[str]
    rows: list[tuple[Any, ...]]


def describe_tables(database: Path, labels: Sequence[str], limit: int) -> Iterator[TableDescription]:
    """Look into tables of the build file; views are left out, since counting them may take long.

    Args:
        database: The build file.
        labels: ``schema.table``.
        limit: How many rows are returned of each.
    """
    if not labels:
        return
    with closing(duckdb.connect(str(database), read_only=True)) as connection:
        tables = connection.execute("select schema_name || '.' || table_name from duckdb_tables()").fetchall()
        for (label,) in sorted(tables):
            if label in labels:
                first = connection.sql(f"select * from {label}").limit(limit)
                ((row_count,),) = connection.execute(f"select count(*) from {label}").fetchall()
                yield TableDescription(label, int(row_count), list(first.columns), first.fetchall())


def list_changed_periods(database: Path) -> list[str]:
    """Return the periods of which an increment has written admissions anew, oldest first.

    Args:
        database: The build file after an increment.
    """
    with closing(duckdb.connect(str(database), read_only=True)) as connection:
        query = "select distinct period_id from intermediate.int_admissions_changed order by period_id"
        return [period_id for (period_id,) in connection.execute(query).fetchall()]


def _invoke(
    command: str, paths: Paths, arguments: list[str], on_event: Callable[[EventMsg], None] | None = None
) -> dbtRunnerResult:
    disable_telemetry()
    export_environment(**_environment(paths))
    paths.dbt_target.mkdir(parents=True, exist_ok=True)
    from dbt.adapters.duckdb.connections import DuckDBConnectionManager
    from dbt.cli.main import dbtRunner

    outcome = dbtRunner(callbacks=[] if on_event is None else [on_event]).invoke(
        [
            *("--log-level", "none", "--log-level-file", "none", "--log-path", str(paths.dbt_target)),
            *("--no-version-check", "--no-send-anonymous-usage-stats", "--no-use-colors"),
            command,
            *("--project-dir", str(DBT_PROJECT), "--profiles-dir", str(DBT_PROJECT)),
            *("--target-path", str(paths.dbt_target)),
            *arguments,
        ]
    )
    # dbt keeps its connection for a next command, and a file opened for writing cannot be opened for reading
    DuckDBConnectionManager.close_all_connections()
    return outcome


def _environment(paths: Paths) -> dict[str, str]:
    return {
        "KETNAP_BUILD_DATABASE": str(paths.build_database),
        "KETNAP_LAKE": str(paths.lake),
        "KETNAP_DERIVED": str(paths.derived),
        "KETNAP_MEMORY_LIMIT": load_settings().memory_limit,
    }


def _fingerprint(paths: Paths) -> str:
    """Return a hash of everything the manifest depends on. Times of files would miss a file that was deleted."""
    digest = hashlib.sha256(json.dumps([version("dbt-core"), version("dbt-duckdb"), _environment(paths)]).encode())
    for file in sorted(DBT_PROJECT.rglob("*")):
        name = file.relative_to(DBT_PROJECT)
        if file.is_file() and name.parts[0] not in ("target", "logs", ".user.yml"):
            digest.update(f"{name.as_posix()}\0{hashlib.sha256(file.read_bytes()).hexdigest()}\0".encode())
    return digest.hexdigest()


def _summarise(result: RunExecutionResult) -> BuildResult:
    failures, failing_tests = [], {}
    for node_result in result.results:
        node, status = node_result.node, str(node_result.status)
        is_finding = str(node.resource_type) == "test" and status in ("fail", "warn")
        if is_finding:
            failing_tests[node.unique_id] = node.compiled_code
        if status in _FAILED:
            message = " ".join((node_result.message or "").split())
            failures.append(Failure(node.unique_id, node.name, message, is_finding))
    return BuildResult(failures, failing_tests)
