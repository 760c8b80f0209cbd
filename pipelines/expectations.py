"""Runs the suites of the package `expectations` on the build file: suites in, outcomes and Data Docs out.

The only module that imports Great Expectations, and only inside functions: the import takes about eight seconds. What
is expected, and why, stands in `expectations`; what follows from an outcome is decided by who asked for it.
"""

from __future__ import annotations

import importlib
import pkgutil
import tempfile
import warnings
from collections import Counter
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import expectations
from expectations import Expected, Suite, SuiteFamily
from pipelines.data_docs import take_pages_offline, write_pages
from pipelines.outcomes import SHOWN_ROWS, Outcome
from pipelines.settings import disable_telemetry
from pipelines.vocabulary import read_codes

if TYPE_CHECKING:
    import builtins
    from collections.abc import Iterator, Sequence
    from types import ModuleType

    from great_expectations.core import ExpectationValidationResult
    from great_expectations.core.batch_definition import BatchDefinition
    from great_expectations.data_context.data_context.ephemeral_data_context import EphemeralDataContext
    from great_expectations.datasource.fluent.sql_datasource import SQLDatasource
    from great_expectations.expectations.expectation import Expectation
    from sqlalchemy import Connection

_SEVERITIES = {"error": "critical", "warning": "warning"}
_SITE = "expectations"
_BATCH = "whole_table"


def load_suites() -> tuple[Suite, ...]:
    """Return the suites of every module of `expectations`, in the order of the module names.

    Raises:
        ValueError: Two suites, or two expectations on one table, have one name.
    """
    names = sorted(module.name for module in pkgutil.iter_modules(expectations.__path__))
    declared = [importlib.import_module(f"expectations.{name}").SUITE for name in names]
    suites = tuple(suite for entry in declared for suite in _list_suites(entry))
    keys = [suite.name for suite in suites]
    # an asset check is known by its table and its name
    keys += [f"{suite.table}: {expected.name}" for suite in suites for expected in suite.expectations]
    if namesakes := [key for key, count in Counter(keys).items() if count > 1]:
        msg = f"several suites, or expectations on one table, are named {namesakes[0]!r}"
        raise ValueError(msg)
    return suites


def _list_suites(declared: Suite | SuiteFamily) -> list[Suite]:
    if isinstance(declared, Suite):
        return [declared]
    return [declared.build(row) for row in read_codes(declared.codes).values()]


def validate(database: Path, data_docs: Path | None = None, suites: Sequence[Suite] | None = None) -> list[Outcome]:
    """Evaluate every expectation inside DuckDB; only rows that are shown leave it.

    A table that is missing and an expectation that cannot be evaluated are failed outcomes of severity ``error``.

    Args:
        database: The build file; opened read-only, closed afterwards.
        data_docs: Folder of the pages, ours and those of Great Expectations; replaced whole. None builds no pages.
        suites: What is evaluated instead of `load_suites`.

    Returns:
        One outcome for each expectation, in the order of the suites.

    Raises:
        FileNotFoundError: There is no build file.
    """
    if not database.is_file():
        msg = f"no build file at {str(database)!r}\n\nrun the build first: ketnap build"
        raise FileNotFoundError(msg)
    outcomes: list[Outcome] = []
    suites = load_suites() if suites is None else suites
    # warnings of Great Expectations about the modules it imports say nothing about the data
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        context = _create_context()
        with _connect(context, database) as datasource:
            for suite in suites:
                outcomes += _validate_suite(context, datasource, suite)
        if data_docs is not None:
            _build_data_docs(context, suites, outcomes, data_docs)
    return outcomes


def import_great_expectations() -> None:
    """Spend the seconds of the import now, for a process that will validate later."""
    disable_telemetry()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import great_expectations  # noqa: F401 - the import is what is wanted


def _create_context() -> EphemeralDataContext:
    disable_telemetry()
    import great_expectations as gx
    from great_expectations.data_context.types.base import (
        DataContextConfig,
        InMemoryStoreBackendDefaults,
        ProgressBarsConfig,
    )

    return gx.get_context(
        mode="ephemeral",
        project_config=DataContextConfig(
            # the default leaves a folder with a site of its own in /tmp, every night
            store_backend_defaults=InMemoryStoreBackendDefaults(init_temp_docs_sites=False),
            progress_bars=ProgressBarsConfig(globally=False),
            analytics_enabled=False,
        ),
    )


@cache
def _define_datasource() -> type[SQLDatasource]:
    """Teach Great Expectations to query DuckDB, once per process: it registers classes by their ``type``."""
    from great_expectations.datasource.fluent.sql_datasource import SQLDatasource
    from great_expectations.execution_engine.sqlalchemy_execution_engine import SqlAlchemyExecutionEngine

    class DuckDBExecutionEngine(SqlAlchemyExecutionEngine):
        """Keeps one connection: results are fetched after the base class would have closed it."""

        @contextmanager
        def get_connection(self) -> Iterator[Connection]:
            if self._connection is None:
                self._connection = self.engine.connect()
            try:
                yield self._connection
            except Exception:
                # otherwise one query that fails takes along all that follow: "current transaction is aborted"
                self._connection.rollback()
                raise

        def close(self) -> None:
            if self._connection is not None:
                self._connection.close()
                self._connection = None
            super().close()

    class DuckDBDatasource(SQLDatasource):
        """A DuckDB file."""

        type: Literal["duckdb"] = "duckdb"  # type: ignore[assignment]

        @property
        def execution_engine_type(self) -> builtins.type[SqlAlchemyExecutionEngine]:
            return DuckDBExecutionEngine

    return DuckDBDatasource


@contextmanager
def _connect(context: EphemeralDataContext, database: Path) -> Iterator[SQLDatasource]:
    datasource = _define_datasource()(
        name="build",
        # not in the address, where a path would have to be quoted and `$NAME` would be replaced
        connection_string="duckdb://",
        kwargs={"connect_args": {"database": str(database), "read_only": True}},
        create_temp_table=False,
    )
    context.add_datasource(datasource=datasource)
    try:
        yield datasource
    finally:
        # an open connection would keep dbt from writing the file
        datasource.get_execution_engine().close()
        datasource.get_engine().dispose()


def _validate_suite(context: EphemeralDataContext, datasource: SQLDatasource, suite: Suite) -> list[Outcome]:
    try:
        results = _run_suite(context, datasource, suite)
    except Exception as error:  # noqa: BLE001 - whatever it is, the table could not be checked, and the others can
        observed = f"table {suite.table} cannot be checked: {_read_first_line(str(error))}"
        return [_fail(suite, expected, observed) for expected in suite.expectations]
    return [_read_outcome(suite, expected, results[expected.name]) for expected in suite.expectations]


def _run_suite(
    context: EphemeralDataContext, datasource: SQLDatasource, suite: Suite
) -> dict[str, ExpectationValidationResult]:
    """Return the results by the names of the expectations; they come in an order of their own."""
    import great_expectations as gx
    import great_expectations.expectations as gxe

    definition = context.validation_definitions.add(
        gx.ValidationDefinition(
            name=suite.name,
            data=_define_batch(datasource, suite.table),
            suite=context.suites.add(
                gx.ExpectationSuite(
                    name=suite.name,
                    expectations=[_build_expectation(expected, gxe) for expected in suite.expectations],
                    notes=f"{suite.title_en}. {suite.description_en}",
                )
            ),
        )
    )
    validation = definition.run(
        # complete: the only format with the rows that a query found. Great Expectations fetches at most 200 of them
        result_format={
            "result_format": "COMPLETE",
            "partial_unexpected_count": SHOWN_ROWS,
            "unexpected_index_column_names": list(suite.identified_by),
        }
    )
    return {_read_name(result): result for result in validation.results}


def _define_batch(datasource: SQLDatasource, table: str) -> BatchDefinition[None]:
    """Return all rows of a table, which several suites may have in common."""
    if table in datasource.get_asset_names():
        batch: BatchDefinition[None] = datasource.get_asset(table).get_batch_definition(_BATCH)
        return batch
    schema_name, _, table_name = table.partition(".")
    asset = datasource.add_table_asset(table, table_name=table_name, schema_name=schema_name)
    return asset.add_batch_definition_whole_table(_BATCH)


def _build_expectation(expected: Expected, gxe: ModuleType) -> Expectation:
    from great_expectations.expectations.metadata_types import FailureSeverity

    expectation = expected.build(gxe)
    expectation.severity = FailureSeverity(_SEVERITIES[expected.severity])
    expectation.meta = {"name": expected.name}
    # what the pages show instead of a paraphrase of the arguments
    expectation.description = f"{expected.name.replace('_', ' ')}: {expected.reason}"
    return expectation


def _read_name(result: ExpectationValidationResult) -> str:
    configuration = result.expectation_config
    return str(configuration.meta["name"]) if configuration and configuration.meta else ""


def _read_outcome(suite: Suite, expected: Expected, result: ExpectationValidationResult) -> Outcome:
    if messages := _list_exceptions(result.exception_info or {}):
        return _fail(suite, expected, f"cannot be evaluated: {_read_first_line(messages[0])}")
    found = result.result
    if "details" in found:
        count, rows = found["observed_value"], found["details"]["unexpected_rows"]
        observed = f"rows found: {count}"
    elif "element_count" in found:
        count, rows = found["unexpected_count"], found.get("unexpected_index_list") or ()
        observed = f"{count} of {found['element_count']} rows"
    else:
        count, rows = 0, ()
        observed = str(found["observed_value"])
    return Outcome(
        suite=suite.name,
        table=suite.table,
        name=expected.name,
        severity=expected.severity,
        reason=expected.reason,
        is_passed=bool(result.success),
        observed=observed,
        unexpected_count=count,
        examples=tuple(dict(row) for row in rows[:SHOWN_ROWS]),
    )


def _fail(suite: Suite, expected: Expected, observed: str) -> Outcome:
    """An expectation that was not evaluated protects nobody, so it blocks even if its violation would not."""
    return Outcome(
        suite=suite.name,
        table=suite.table,
        name=expected.name,
        severity="error",
        reason=expected.reason,
        is_passed=False,
        observed=observed,
    )


def _list_exceptions(information: dict[str, Any]) -> list[str]:
    """Return the messages of what was raised: directly or, if metrics raised it, one level further down."""
    entries = [information] if "raised_exception" in information else list(information.values())
    return [entry["exception_message"] for entry in entries if entry["raised_exception"]]


def _read_first_line(message: str) -> str:
    """Return what a person needs of an error; the SQL and the links that follow do not help."""
    return message.strip().partition("\n")[0]


def _build_data_docs(
    context: EphemeralDataContext, suites: Sequence[Suite], outcomes: Sequence[Outcome], data_docs: Path
) -> None:
    data_docs.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".data_docs-", dir=data_docs.parent) as scratch:
        site = Path(scratch) / "built"
        context.add_data_docs_site(
            _SITE,
            {
                "class_name": "SiteBuilder",
                "site_index_builder": {"class_name": "DefaultSiteIndexBuilder"},
                "store_backend": {
                    "class_name": "TupleFilesystemStoreBackend",
                    # otherwise `$NAME` in a path is replaced
                    "base_directory": str(site).replace("$", r"\$"),
                },
            },
        )
        # the index is ours
        context.build_data_docs(site_names=[_SITE], build_index=False)
        context.delete_data_docs_site(_SITE)
        take_pages_offline(site)
        write_pages(site, suites, outcomes)
        if data_docs.exists():
            data_docs.rename(Path(scratch) / "former")
        site.rename(data_docs)
