"""What the lake remembers beside the files that it took in: the schemas of its records.

A record is written when something happens that no file tells and nobody can compute again: a finding opened, a run
ended, somebody accepted a finding, a message was queued or delivered. One mechanism keeps them all, see
`pipelines.lake.Lake.records`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from pipelines.observations import EXACT

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pipelines.observations import Schema

FINDING_EVENTS: Schema = {
    "finding_id": pl.String,
    "event_code": pl.String,
    "happened_at": pl.Datetime("us"),
    "rule_code": pl.String,
    "reason_code": pl.String,
    "verdict": pl.String,
    "severity": pl.String,
    "document_id": pl.String,
    "organisation_id": pl.String,
    "organisation_name": pl.String,
    "measure_code": pl.String,
    "group_code": pl.String,
    "period_id": pl.String,
    "period_label_vi": pl.String,
    "period_label_en": pl.String,
    "figure_ids": pl.String,
    "expected_low": EXACT,
    "expected_high": EXACT,
    "observed": EXACT,
    "suspects": pl.String,
    "repairs": pl.String,
    "message_vi": pl.String,
    "message_en": pl.String,
    "opened_at": pl.Datetime("us"),
}
"""What happened to findings: each opened or was resolved, and what it said then. Written when a night is published."""

ACCEPTANCES: Schema = {
    "finding_id": pl.String,
    "acceptance_code": pl.String,
    "verdict": pl.String,
    "severity": pl.String,
    "reason": pl.String,
    "accepted_by": pl.String,
    "accepted_until": pl.Date,
}
"""Somebody ``accepted`` a finding as it was then, or has ``withdrawn`` that. The last day counts, in Vietnam."""

RUNS: Schema = {
    "run_id": pl.String,
    "step_code": pl.String,
    "ending_code": pl.String,
    "reason": pl.String,
    "started_at": pl.Datetime("us"),
    "ended_at": pl.Datetime("us"),
    "seconds": EXACT,
    "batch_ids": pl.String,
    "table_count": pl.Int64,
    "row_count": pl.Int64,
    "lake_bytes": pl.Int64,
    "published_bytes": pl.Int64,
}
"""One row for a run, ``step_code`` ``run``, and one for each of its steps. Moments are UTC."""

RUN_TABLES: Schema = {
    "run_id": pl.String,
    "table_name": pl.String,
    "row_count": pl.Int64,
}
"""Rows of each table that a run published."""

MESSAGES: Schema = {
    "message_key": pl.String,
    "kind_code": pl.String,
    "recipient_name": pl.String,
    "subject": pl.String,
    "text_body": pl.String,
    "html_body": pl.String,
    "told": pl.String,
}
"""What is to be sent to whom. ``told`` lists what the recipient knows then, so that it is not told again (JSON). The
address is not among it: it has passwords."""

DELIVERIES: Schema = {
    "message_key": pl.String,
    "state_code": pl.String,
    "detail_code": pl.String,
}
"""Each attempt to send a message: ``sent`` or ``failed``, and why."""

RECORDS: Mapping[str, Schema] = {
    "finding_events": FINDING_EVENTS,
    "acceptances": ACCEPTANCES,
    "runs": RUNS,
    "run_tables": RUN_TABLES,
    "messages": MESSAGES,
    "deliveries": DELIVERIES,
}
"""Every kind of record, by the name of its folder."""

RECORDS_OF_REPORTS = ("acceptances", "finding_events", "runs")
"""Kinds that the warehouse reports on."""
