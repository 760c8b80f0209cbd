"""Admissions: every count has a source, stands once, and is of a plausible size."""

from __future__ import annotations

from expectations import Expected, Suite, no_rows

LARGEST_PLAUSIBLE_ADMISSIONS = 300_000

SUITE = Suite(
    name="marts.fct_admissions",
    title_vi="Số kết nạp",
    title_en="Admissions",
    description_vi="Số đảng viên mới kết nạp theo tổ chức, nhóm, kỳ và nguồn, phiên bản hiện hành.",
    description_en="Admissions as counts, by organisation, group, period and source, current version.",
    table="marts.fct_admissions",
    identified_by=("figure_id", "source_id", "locator", "printed"),
    expectations=(
        Expected(
            name="admissions_are_present",
            severity="error",
            reason="an empty table means that a reader or a model broke, and would replace yesterday's good one",
            build=lambda gxe: gxe.ExpectTableRowCountToBeBetween(min_value=1),
        ),
        Expected(
            name="admissions_stand_once_per_document",
            severity="error",
            reason="a second row for one organisation, group, period and document is counted twice in every sum",
            build=no_rows(
                """
                select organisation_id, group_code, period_id, source_id, count(*) as row_count
                from {batch}
                group by organisation_id, group_code, period_id, source_id
                having count(*) > 1
                order by organisation_id, group_code, period_id, source_id
                """
            ),
        ),
        Expected(
            name="admissions_are_not_negative",
            severity="error",
            reason="persons are counted; a decrease is another statement and does not belong into this table",
            build=no_rows(
                """
                select figure_id, source_id, locator, printed, admissions, admissions_low, admissions_high
                from {batch}
                where admissions < 0 or admissions_low < 0 or admissions_high < 0
                order by figure_id
                """
            ),
        ),
        Expected(
            name="lower_bounds_do_not_exceed_upper_bounds",
            severity="error",
            reason="an empty interval contradicts every other figure, so comparisons would blame innocent ones",
            build=lambda gxe: gxe.ExpectColumnPairValuesAToBeGreaterThanB(
                column_A="admissions_high",
                column_B="admissions_low",
                or_equal=True,
                # no upper bound: "more than 200"
                ignore_row_if="either_value_is_missing",
            ),
        ),
        Expected(
            name="admissions_have_a_source",
            severity="error",
            reason="a number that nobody can look up in its file can be neither defended nor corrected",
            build=no_rows(
                """
                select figure_id, source_id, file_path, file_sha256, locator, printed
                from {batch}
                where
                    figure_id is null or source_id is null or file_path is null or file_sha256 is null
                    or locator is null
                order by figure_id
                """
            ),
        ),
        Expected(
            name="groups_above_their_totals_are_named",
            severity="error",
            reason="nobody is counted in a group who is not counted in the total of the same source; where a report "
            "says otherwise, its readers and its sender are told",
            build=no_rows(
                """
                with admissions as (
                    select
                        source_id, organisation_id, period_id, group_code, admissions, figure_id, locator
                    from {batch}
                    where admissions is not null
                ),
                exceeding as (
                    select
                        groups.source_id, groups.organisation_id, groups.period_id, groups.group_code,
                        groups.admissions, totals.admissions as total_admissions,
                        groups.figure_id, totals.figure_id as total_figure_id, groups.locator
                    from admissions as groups
                    inner join admissions as totals
                        on groups.source_id = totals.source_id
                        and groups.organisation_id = totals.organisation_id
                        and groups.period_id = totals.period_id
                    where totals.group_code = 'all' and groups.admissions > totals.admissions
                ),
                contradictions as (
                    select organisation_id, period_id, '|' || figure_ids || '|' as figure_list
                    from reports.rpt_findings
                    where verdict = 'contradicted'
                )
                select exceeding.*
                from exceeding
                left join contradictions
                    on exceeding.organisation_id = contradictions.organisation_id
                    and exceeding.period_id = contradictions.period_id
                    and contains(contradictions.figure_list, '|' || exceeding.figure_id || '|')
                    and contains(contradictions.figure_list, '|' || exceeding.total_figure_id || '|')
                where contradictions.figure_list is null
                order by
                    exceeding.source_id, exceeding.organisation_id, exceeding.period_id, exceeding.group_code
                """
            ),
        ),
        Expected(
            name="admissions_are_of_a_plausible_size",
            severity="warning",
            reason="the whole Party admitted 187 179 persons in 2006 (n002-002); above 300 000 in a year or less, a "
            "separator was lost or something else was counted",
            build=no_rows(
                f"""
                select figure_id, source_id, locator, printed, admissions_low, starts_on, ends_on
                from {{batch}}
                where
                    admissions_low > {LARGEST_PLAUSIBLE_ADMISSIONS}
                    and (starts_on is null or ends_on is null or ends_on <= starts_on + interval 1 year)
                order by figure_id
                """
            ),
        ),
        Expected(
            name="periods_have_ended",
            severity="warning",
            reason="admissions are counted afterwards, so a period that ends after the newest record is misread or "
            "the report was made before the period was over",
            build=no_rows(
                # not the clock: an old state that is rebuilt must give the same answer. Vietnam is 7 hours ahead of
                # recorded_at
                """
                select figure_id, source_id, locator, printed, starts_on, ends_on
                from {batch}
                where ends_on > (select cast(max(recorded_at) + interval '7' hour as date) from {batch})
                order by figure_id
                """
            ),
        ),
        Expected(
            name="periods_start_after_the_founding_of_the_party",
            severity="warning",
            reason="the Party was founded on 3 February 1930; an earlier year is misread",
            build=no_rows(
                """
                select figure_id, source_id, locator, printed, starts_on, ends_on
                from {batch}
                where starts_on < date '1930-02-03'
                order by figure_id
                """
            ),
        ),
        Expected(
            name="admissions_keep_their_printed_form",
            severity="warning",
            reason="a steward compares what is printed, not what we read",
            build=lambda gxe: gxe.ExpectColumnValuesToNotBeNull(column="printed"),
        ),
    ),
)
