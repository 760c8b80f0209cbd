"""Follows a run by its events: says how far it is, writes its log, and reports what it did."""

import datetime as dt
import traceback
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, TextIO

import dagster as dg

from pipelines.defs.lake import FILES
from pipelines.defs.publication import PUBLISHED
from pipelines.defs.resources import Build
from pipelines.faults import explain_fault
from pipelines.run_reports import CheckCounts, FailedCheck, Outcome, RunReport, StepReport

_STEPS = {
    "lake": "new files under data/raw",
    "derived": "names of organisations",
    "warehouse": "tables and their tests (dbt)",
    "expectations": "expectations (Great Expectations)",
    "warehouse__ketnap": "publication",
}


@dataclass(frozen=True)
class Progress:
    """How far a step is.

    Attributes:
        step: What it does, for people.
        state: Where it stands.
        count: Tables and checks done so far.
        seconds: How long it took, once it has ended.
    """

    step: str
    state: Literal["started", "advanced", "finished", "failed"]
    count: int
    seconds: float


class Recording:
    """What is known of a run from the events seen so far.

    Args:
        run_id: Dagster's identifier of the run.
        build: What the run builds.
        log: Where every event is written.
        on_progress: Called when a step starts, advances and ends.
    """

    def __init__(
        self, run_id: str, build: Build, *, log: TextIO, on_progress: Callable[[Progress], None] = lambda _: None
    ) -> None:
        self._run_id = run_id
        self._build = build
        self._log = log
        self._on_progress = on_progress
        self._timestamps: list[float] = []
        self._step_starts: dict[str, float] = {}
        self._counts: Counter[str] = Counter()
        self._materialised: dict[dg.AssetKey, Mapping[str, Any]] = {}
        self._checks: dict[str, Counter[str]] = {"warehouse": Counter(), "expectations": Counter()}
        self._failed_checks: list[FailedCheck] = []
        self._errors: list[str] = []
        self._steps: list[StepReport] = []

    def take(self, entry: dg.EventLogEntry) -> None:
        """Take one event."""
        self._timestamps.append(entry.timestamp)
        self._write(entry)
        event = entry.dagster_event
        if event is None:
            return
        if event.event_type == dg.DagsterEventType.RUN_FAILURE and not self._errors and not self._failed_checks:
            # whoever fails a run that nobody executes any more gives a message only
            error = event.job_failure_data.error if event.event_specific_data else None
            self._errors.append(_explain(error) if error else event.message or "")
        if event.step_key is None:
            return
        if event.event_type == dg.DagsterEventType.STEP_START:
            self._step_starts[event.step_key] = entry.timestamp
            self._tell(event.step_key, "started", entry)
        elif event.event_type == dg.DagsterEventType.ASSET_MATERIALIZATION:
            materialization = event.step_materialization_data.materialization
            self._materialised[materialization.asset_key] = {
                name: value.value for name, value in materialization.metadata.items()
            }
            self._tell(event.step_key, "advanced", entry)
        elif event.event_type == dg.DagsterEventType.ASSET_CHECK_EVALUATION:
            self._take_check(event.step_key, event.asset_check_evaluation_data)
            self._tell(event.step_key, "advanced", entry)
        elif event.event_type == dg.DagsterEventType.STEP_SUCCESS:
            self._take_end(event.step_key, entry, is_finished=True)
            self._tell(event.step_key, "finished", entry)
        elif event.event_type == dg.DagsterEventType.STEP_FAILURE:
            self._take_failure(event.step_failure_data)
            self._take_end(event.step_key, entry, is_finished=False)
            self._tell(event.step_key, "failed", entry)

    def take_error(self, error: BaseException) -> None:
        """Take what kept the run from starting."""
        self._timestamps.append(dt.datetime.now(dt.UTC).timestamp())
        self._log.writelines(traceback.format_exception(error))
        explanation = explain_fault(error)
        while error.__cause__ is not None:
            error = error.__cause__
        self._errors.append(explanation or str(error))

    def summarise(self) -> RunReport:
        """Return what the run did."""
        paths = self._build.paths
        lake = self._materialised.get(FILES, {})
        return RunReport(
            run_id=self._run_id,
            started_at=dt.datetime.fromtimestamp(self._timestamps[0], dt.UTC),
            finished_at=dt.datetime.fromtimestamp(self._timestamps[-1], dt.UTC),
            outcome=self._outcome(),
            as_of=self._build.moment,
            batch_ids=tuple(lake.get("new_batches", "").split()),
            file_count=lake.get("new_files", 0),
            found_count=lake.get("records_found", 0),
            accepted_count=lake.get("records_accepted", 0),
            rejected_count=lake.get("records_rejected", 0),
            table_count=self._counts["warehouse"] - self._checks["warehouse"].total(),
            dbt_tests=CheckCounts(**self._checks["warehouse"]),
            expectations=CheckCounts(**self._checks["expectations"]),
            failed_checks=tuple(
                sorted(self._failed_checks, key=lambda check: (check.severity, check.table, check.name))
            ),
            errors=tuple(self._errors),
            steps=tuple(self._steps),
            published_tables=self._materialised.get(PUBLISHED, {}).get("rows", {}),
            database=str(paths.published_database),
            data_docs=str(paths.data_docs),
            log=str(paths.run_log),
        )

    def _outcome(self) -> Outcome:
        if PUBLISHED in self._materialised:
            return "published"
        is_blocked = any(check.severity == "error" for check in self._failed_checks) and not self._errors
        return "blocked" if is_blocked else "failed"

    def _tell(
        self, step_key: str, state: Literal["started", "advanced", "finished", "failed"], entry: dg.EventLogEntry
    ) -> None:
        if state == "advanced":
            self._counts[step_key] += 1
        seconds = entry.timestamp - self._step_starts.get(step_key, entry.timestamp)
        self._on_progress(Progress(_STEPS.get(step_key, step_key), state, self._counts[step_key], seconds))

    def _take_end(self, step_key: str, entry: dg.EventLogEntry, *, is_finished: bool) -> None:
        started, ended = self._step_starts.get(step_key, entry.timestamp), entry.timestamp
        moments = [dt.datetime.fromtimestamp(timestamp, dt.UTC) for timestamp in (started, ended)]
        self._steps.append(
            StepReport(step_code=step_key, started_at=moments[0], ended_at=moments[1], is_finished=is_finished)
        )

    def _take_check(self, step_key: str, evaluation: dg.AssetCheckEvaluation) -> None:
        severity: Literal["error", "warning"] = (
            "error" if evaluation.severity == dg.AssetCheckSeverity.ERROR else "warning"
        )
        status = "passed" if evaluation.passed else "failed" if severity == "error" else "warned"
        self._checks[step_key][status] += 1
        if not evaluation.passed:
            metadata = {name: value.value for name, value in evaluation.metadata.items()}
            rows = metadata.get("dagster_dbt/failed_row_count")
            self._failed_checks.append(
                FailedCheck(
                    table=".".join(evaluation.asset_key.path),
                    name=evaluation.check_name,
                    severity=severity,
                    message=str(metadata.get("observed") or f"{rows} rows"),
                )
            )

    def _take_failure(self, failure: Any) -> None:
        if failure.user_failure_data is not None and failure.user_failure_data.description:
            self._errors.append(failure.user_failure_data.description)
        # that checks have failed is reported check by check
        elif failure.error is not None and failure.error.cls_name != "DagsterAssetCheckFailedError":
            self._errors.append(_explain(failure.error))

    def _write(self, entry: dg.EventLogEntry) -> None:
        at = dt.datetime.fromtimestamp(entry.timestamp, dt.UTC).isoformat(timespec="milliseconds")
        self._log.write(f"{at} {entry.step_key or '-'} {entry.message}\n")
        error = entry.error_info
        if error is None and entry.dagster_event is not None and entry.dagster_event.is_step_failure:
            error = entry.dagster_event.step_failure_data.error
        if error is not None:
            self._log.write(f"{error.to_string()}\n")


def _explain(error: Any) -> str:
    """Return the message of what caused an error, without the name of its class."""
    while error.cause is not None:
        error = error.cause
    return str(error.message).strip().removeprefix(f"{error.cls_name}: ")
