"""Expectations as asset checks: do the finished tables agree with what was published and with what is plausible."""

from collections.abc import Iterator

import dagster as dg

from pipelines.defs.resources import Build, Validator
from pipelines.expectations import load_suites
from pipelines.outcomes import Outcome
from pipelines.tables import format_markdown

_SEVERITIES = {"error": dg.AssetCheckSeverity.ERROR, "warning": dg.AssetCheckSeverity.WARN}


@dg.definitions
def checks() -> dg.Definitions:
    """Return one check per expectation, all run at once: the rules have one each."""
    specs = [
        dg.AssetCheckSpec(
            name=expected.name,
            asset=suite.table.split("."),
            description=expected.reason,
            # of all severities: what is published waits for every check, and an expectation that cannot be evaluated
            # counts as an error. A result of severity warning does not block.
            blocking=True,
            metadata={"severity": expected.severity, "suite": f"{suite.title_vi} / {suite.title_en}"},
        )
        for suite in load_suites()
        for expected in suite.expectations
    ]
    if not specs:
        return dg.Definitions()

    @dg.multi_asset_check(name="expectations", specs=specs, can_subset=True)
    def expectations(
        context: dg.AssetCheckExecutionContext, build: Build, validator: Validator
    ) -> Iterator[dg.AssetCheckResult]:
        """Evaluate every expectation in DuckDB and build the Data Docs."""
        for outcome in validator.evaluate(build.paths.build_database, build.paths.data_docs):
            result = report_outcome(outcome)
            if (
                dg.AssetCheckKey(dg.AssetKey(outcome.table.split(".")), outcome.name)
                in context.selected_asset_check_keys
            ):
                yield result

    return dg.Definitions(asset_checks=[expectations])


def report_outcome(outcome: Outcome) -> dg.AssetCheckResult:
    """Return an outcome as Dagster shows it, with the rows that fail."""
    metadata: dict[str, dg.MetadataValue] = {
        "reason": dg.MetadataValue.text(outcome.reason),
        "observed": dg.MetadataValue.text(outcome.observed),
        "failing_row_count": dg.MetadataValue.int(outcome.unexpected_count),
    }
    if outcome.examples:
        columns = list(outcome.examples[0])
        rows = [[row.get(column) for column in columns] for row in outcome.examples]
        metadata["failing_rows"] = dg.MetadataValue.md(format_markdown(columns, rows))
    return dg.AssetCheckResult(
        asset_key=outcome.table.split("."),
        check_name=outcome.name,
        passed=outcome.is_passed,
        severity=_SEVERITIES[outcome.severity],
        metadata=metadata,
    )
