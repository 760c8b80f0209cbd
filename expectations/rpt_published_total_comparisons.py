"""Comparisons: there are some, each stands once and says what came of it. What they contradict: `rpt_findings`."""

from __future__ import annotations

from expectations import Expected, Suite, no_rows

VERDICTS = ("confirmed", "consistent", "contradicted", "undecidable")

SUITE = Suite(
    name="reports.rpt_published_total_comparisons",
    title_vi="Các phép so sánh",
    title_en="Comparisons",
    description_vi="Mọi phép so sánh các số liệu đã công bố với nhau, dù kết luận ra sao.",
    description_en="Every comparison of published figures with one another, whatever came of it.",
    table="reports.rpt_published_total_comparisons",
    identified_by=("comparison_id", "rule_code", "document_id", "figure_ids"),
    expectations=(
        Expected(
            name="comparisons_are_present",
            severity="error",
            reason="a night without any comparison looks like a night without any contradiction",
            build=lambda gxe: gxe.ExpectTableRowCountToBeBetween(min_value=1),
        ),
        Expected(
            name="comparisons_stand_once",
            severity="error",
            reason="a finding is followed from night to night by its id",
            build=no_rows(
                """
                select comparison_id, count(*) as row_count, min(rule_code) as rule_code
                from {batch}
                group by comparison_id
                having count(*) > 1
                order by comparison_id
                """
            ),
        ),
        Expected(
            name="verdicts_are_one_of_four",
            severity="error",
            reason="readers filter by verdict, so a comparison with another word or none disappears from their lists",
            build=no_rows(
                f"""
                select comparison_id, rule_code, document_id, figure_ids, verdict
                from {{batch}}
                where verdict is null or verdict not in {VERDICTS}
                order by comparison_id
                """
            ),
        ),
        Expected(
            name="comparisons_have_messages_in_both_languages",
            severity="error",
            reason="a finding that a steward cannot read is not acted on",
            build=no_rows(
                """
                select comparison_id, rule_code, document_id, message_vi, message_en
                from {batch}
                where coalesce(trim(message_vi), '') = '' or coalesce(trim(message_en), '') = ''
                order by comparison_id
                """
            ),
        ),
    ),
)
