"""Published totals: no published figure is contradicted by another or by the reports.

Contradictions are warnings. They are what the warehouse is there to show, and no reason to withhold it.
"""

from __future__ import annotations

from expectations import Expected, Suite, no_rows

VERDICTS = ("confirmed", "consistent", "contradicted", "undecidable")

RULES = (
    ("parts_against_whole", "the groups of a complete breakdown together are their whole"),
    ("measure_parts_against_whole", "the measures of a complete breakdown together are their whole"),
    ("organisations_against_whole", "the organisations below a committee together are the committee"),
    ("periods_against_whole", "the periods within a longer one together are the longer one"),
    ("subset_against_set", "a subset is not larger than its set"),
    ("share_against_counts", "a published share is the quotient of the published counts"),
    ("attainment_against_target", "a published attainment is the quotient of admissions and target"),
    ("implied_base", "some whole number of persons gives the published share or attainment"),
    ("yearly_average_against_total", "a yearly average times the years is the published total"),
    ("repeated_figure", "a figure that is printed twice is the same figure both times"),
    ("stock_against_flow", "the number of members changes by those who came and those who left"),
    ("wording", "the words around a figure do not deny what the figure says"),
)
"""Rule families and what they take for granted."""


def _expect_no_contradiction(rule_code: str, premise: str) -> Expected:
    return Expected(
        name=f"no_{rule_code}_is_contradicted",
        severity="warning",
        reason=f"{premise}; where it is not, a published figure or our reading of it is wrong",
        build=no_rows(
            f"""
            select
                comparison_id, severity, document_id, organisation_name, period_label_en, figure_ids,
                observed_low, observed_high, expected_low, expected_high, message_en, message_vi
            from {{batch}}
            where verdict = 'contradicted' and rule_code = '{rule_code}'
            order by comparison_id
            """
        ),
    )


SUITE = Suite(
    table="reports.rpt_published_total_comparisons",
    description="Published figures against each other and against the reports",
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
        Expected(
            name="rules_are_watched",
            severity="warning",
            reason="contradictions of a rule that is missing from the list below would raise no warning",
            build=no_rows(
                f"""
                select rule_code, count(*) as row_count, min(comparison_id) as first_comparison_id
                from {{batch}}
                where rule_code is null or rule_code not in {tuple(rule_code for rule_code, _ in RULES)}
                group by rule_code
                order by rule_code
                """
            ),
        ),
        *(_expect_no_contradiction(rule_code, premise) for rule_code, premise in RULES),
    ),
)
