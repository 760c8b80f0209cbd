"""Findings: no rule has found a figure that is wrong. One suite a rule, for published figures and for reports.

What a rule doubts is a warning, also where the finding itself is an error of a report. It is what the warehouse is
there to show, and no reason to withhold it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from expectations import Expected, Suite, SuiteFamily, no_rows

if TYPE_CHECKING:
    from collections.abc import Mapping


def _build_suite(rule: Mapping[str, str]) -> Suite:
    rule_code = rule["rule_code"]
    return Suite(
        name=f"rules.{rule_code}",
        title_vi=rule["label_vi"],
        title_en=rule["label_en"],
        description_vi=rule["description_vi"],
        description_en=rule["description_en"],
        table="reports.rpt_findings",
        identified_by=("finding_id", "document_id", "figure_ids"),
        expectations=(
            Expected(
                name=f"no_figure_is_doubted_by_{rule_code}",
                severity="warning",
                reason="where a figure is doubted, it is wrong, or another one, or our reading of them",
                build=no_rows(_select_doubts(rule_code)),
            ),
        ),
    )


def _select_doubts(rule_code: str) -> str:
    """Return the query for what a rule doubts: its findings that warn, and what it contradicts beside them.

    What one cause explains is one finding, perhaps of another rule; the others have its suspects and repairs.
    """
    return f"""
        with open_findings as (
            select * from {{batch}}
            where resolved_at is null
        ),
        causes as (
            select comparison_id, min(root_comparison_id) as finding_id
            from intermediate.int_contradictions_localised
            group by comparison_id
        ),
        doubts as (
            select
                message_vi, message_en, figure_ids, observed, expected_low, expected_high, suspects, repairs, severity,
                document_id, finding_id
            from open_findings
            where rule_code = '{rule_code}' and severity in ('error', 'warning')
            union all
            select
                comparisons.message_vi, comparisons.message_en, comparisons.figure_ids,
                case when comparisons.observed_low = comparisons.observed_high then comparisons.observed_low end,
                comparisons.expected_low, comparisons.expected_high, told.suspects, told.repairs,
                comparisons.severity, comparisons.document_id, told.finding_id
            from reports.rpt_published_total_comparisons as comparisons
            left join open_findings as own on comparisons.comparison_id = own.finding_id
            left join causes on comparisons.comparison_id = causes.comparison_id
            left join open_findings as told on causes.finding_id = told.finding_id
            where
                comparisons.rule_code = '{rule_code}' and comparisons.verdict = 'contradicted'
                and own.finding_id is null
        )
        select * from doubts
        order by severity, document_id, figure_ids
        """


SUITE = SuiteFamily(codes="rules", build=_build_suite)
