"""Runs the suites of the package `expectations` on the build file: suites in, outcomes and Data Docs out.

The only module that imports Great Expectations, and only inside functions: the import takes about eight seconds. What
is expected, and why, stands in `expectations`; what follows from an outcome is decided by who asked for it.
"""

from __future__ import annotations

import importlib
import pkgutil
import re
import tempfile
import warnings
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import expectations
from expectations import Expected, Severity, Suite
from pipelines.settings import disable_telemetry

if TYPE_CHECKING:
    import builtins
    from collections.abc import Iterable, Iterator, Sequence
    from types import ModuleType

    from great_expectations.core import ExpectationValidationResult
    from great_expectations.data_context.data_context.ephemeral_data_context import EphemeralDataContext
    from great_expectations.datasource.fluent.sql_datasource import SQLDatasource
    from great_expectations.expectations.expectation import Expectation
    from sqlalchemy import Connection

SHOWN_ROWS = 20
"""Rows that fail are shown up to this number; all are counted."""

_SEVERITIES = {"error": "critical", "warning": "warning"}
_SITE = "expectations"
_REMOTE = re.compile(
    r"<script\b.*?</script>|<style\b.*?</style>|<footer\b.*?</footer>"
    r"|<link\b[^>]*https?://[^>]*>|<img\b[^>]*https?://[^>]*>",
    flags=re.DOTALL,
)
_POLICY = (
    '<meta http-equiv="Content-Security-Policy" '
    "content=\"default-src 'none'; style-src 'unsafe-inline'; img-src 'self'\">"
)
"""Text from raw files stands in the pages: whatever it contains, nothing runs and nothing is loaded."""

_STYLE = """
:root { color-scheme: light dark }
body { font-family: system-ui, sans-serif; line-height: 1.4; margin: 0 auto; max-width: 75rem; padding: 1rem }
nav ol, nav ul { list-style: none; padding: 0 }
table { border-collapse: collapse; margin: .5rem 0; width: 100% }
th, td { border-bottom: 1px solid #8886; padding: .3rem .6rem; text-align: left; vertical-align: top }
.passed > td:nth-child(2), .text-success { color: #1e8449 }
.warning > td:nth-child(2) { color: #b9770e }
.error > td:nth-child(2), .text-danger { color: #c0392b }
.fa-check-circle::before { content: "\\2713" }
.fa-times::before { content: "\\2717" }
td > details > table { font-size: .85em; width: auto }
.btn, .card.mb-3, .modal, .top, a[data-toggle] { display: none }
"""
_INDEX = """<!doctype html>
<html lang="en">
<head>{policy}<meta charset="utf-8"><title>Expectations</title><style>{style}</style></head>
<body>
<h1>Expectations: {passed} of {total} passed</h1>
<p>An error keeps the former published file in place; a warning is published together with the data.</p>
<table>
<thead><tr><th>table</th><th>result</th><th>expectation</th><th>observed</th><th>reason</th></tr></thead>
<tbody>
{rows}
</tbody>
</table>
</body>
</html>
"""


@dataclass(frozen=True)
class Outcome:
    """What became of one expectation.

    Attributes:
        table: ``schema.table``.
        name: Of the expectation.
        severity: Of the expectation; ``error`` if it could not be evaluated.
        reason: Why it is expected.
        is_passed: Whether the table is as expected.
        observed: What was found, in a few words.
        unexpected_count: Rows that fail; groups of rows where rows are compared with each other.
        examples: Up to `SHOWN_ROWS` of them, with the columns that identify them.
    """

    table: str
    name: str
    severity: Severity
    reason: str
    is_passed: bool
    observed: str
    unexpected_count: int = 0
    examples: tuple[dict[str, Any], ...] = ()

    @property
    def is_blocking(self) -> bool:
        """Whether the former published file has to stay."""
        return not self.is_passed and self.severity == "error"


def load_suites() -> tuple[Suite, ...]:
    """Return the suite of every module of `expectations`, in the order of the module names."""
    names = sorted(module.name for module in pkgutil.iter_modules(expectations.__path__))
    return tuple(importlib.import_module(f"expectations.{name}").SUITE for name in names)


def validate(database: Path, data_docs: Path | None = None, suites: Sequence[Suite] | None = None) -> list[Outcome]:
    """Evaluate every expectation inside DuckDB; only rows that are shown leave it.

    A table that is missing and an expectation that cannot be evaluated are failed outcomes of severity ``error``.

    Args:
        database: The build file; opened read-only, closed afterwards.
        data_docs: Folder of the pages of Great Expectations; replaced whole. None builds no pages.
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
    # warnings of Great Expectations about the modules it imports say nothing about the data
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        context = _create_context()
        with _connect(context, database) as datasource:
            for suite in load_suites() if suites is None else suites:
                outcomes += _validate_suite(context, datasource, suite)
        if data_docs is not None:
            _build_data_docs(context, outcomes, data_docs)
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

    schema_name, _, table_name = suite.table.partition(".")
    asset = datasource.add_table_asset(suite.table, table_name=table_name, schema_name=schema_name)
    definition = context.validation_definitions.add(
        gx.ValidationDefinition(
            name=suite.table,
            data=asset.add_batch_definition_whole_table("whole_table"),
            suite=context.suites.add(
                gx.ExpectationSuite(
                    name=suite.table,
                    expectations=[_build_expectation(expected, gxe) for expected in suite.expectations],
                    notes=suite.description,
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


def _build_data_docs(context: EphemeralDataContext, outcomes: Sequence[Outcome], data_docs: Path) -> None:
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
        context.build_data_docs(site_names=[_SITE])
        context.delete_data_docs_site(_SITE)
        for page in site.rglob("*.html"):
            page.write_text(_make_page_offline(page.read_text(encoding="utf-8")), encoding="utf-8")
        (site / "index.html").write_text(_render_index(site, outcomes), encoding="utf-8")
        if data_docs.exists():
            data_docs.rename(Path(scratch) / "former")
        site.rename(data_docs)


def _make_page_offline(html: str) -> str:
    """Take out what a page of Great Expectations loads from elsewhere, and what does not work without it.

    Its pages load Bootstrap, jQuery, Vega, Font Awesome and a logo from eight hosts. Without a network they are shown
    without a layout, and with one they tell these hosts who reads them. All scripts need jQuery; the tables of the
    results are plain HTML and stay. The index is drawn by a script alone, hence `_render_index`.
    """
    return (
        _REMOTE.sub("", html)
        .replace("<head>", f"<head>{_POLICY}", 1)
        .replace("</head>", f"<style>{_STYLE}</style></head>", 1)
    )


def _render_index(site: Path, outcomes: Sequence[Outcome]) -> str:
    """Draw the first page: every outcome, and the rows that fail, which the pages of the tables mostly lack."""
    rows = []
    for outcome in outcomes:
        pages = sorted(site.glob(f"validations/{outcome.table.replace('.', '/')}/**/*.html"))
        table = escape(outcome.table)
        if pages:
            table = f'<a href="{escape(pages[-1].relative_to(site).as_posix())}">{table}</a>'
        state = "passed" if outcome.is_passed else outcome.severity
        observed = escape(outcome.observed)
        if outcome.examples:
            observed = f"<details><summary>{observed}</summary>{_render_examples(outcome.examples)}</details>"
        cells = (table, state, escape(outcome.name.replace("_", " ")), observed, escape(outcome.reason))
        rows.append(f'<tr class="{state}">{_render_cells("td", cells)}</tr>')
    passed_count = sum(outcome.is_passed for outcome in outcomes)
    return _INDEX.format(policy=_POLICY, style=_STYLE, passed=passed_count, total=len(outcomes), rows="\n".join(rows))


def _render_examples(examples: Sequence[dict[str, Any]]) -> str:
    header = _render_cells("th", map(escape, examples[0]))
    rows = (
        _render_cells("td", ("" if value is None else escape(str(value)) for value in row.values())) for row in examples
    )
    return f"<table><tr>{header}</tr>{''.join(f'<tr>{row}</tr>' for row in rows)}</table>"


def _render_cells(tag: str, cells: Iterable[str]) -> str:
    return "".join(f"<{tag}>{cell}</{tag}>" for cell in cells)
