"""Figures: every published or reported number stands where we say it stands, with bounds that contain it."""

from __future__ import annotations

from expectations import Expected, Suite, no_rows

SUITE = Suite(
    name="marts.fct_figures",
    title_vi="Số liệu",
    title_en="Figures",
    description_vi="Mọi số liệu đã công bố hoặc báo cáo, kèm khoảng giá trị và chỗ đứng trong nguồn.",
    description_en="Every published or reported figure with its interval and its place in the source.",
    table="marts.fct_figures",
    identified_by=("figure_id", "document_id", "locator", "printed"),
    expectations=(
        Expected(
            name="figures_stand_once",
            severity="error",
            reason="comparisons name figures by their id, so a second row of one id has no name",
            build=no_rows(
                """
                select figure_id, count(*) as row_count
                from {batch}
                group by figure_id
                having count(*) > 1
                order by figure_id
                """
            ),
        ),
        Expected(
            name="figures_have_a_source",
            severity="error",
            reason="a number that nobody can look up in its file can be neither defended nor corrected",
            build=no_rows(
                """
                select figure_id, document_id, file_path, file_sha256, locator, printed
                from {batch}
                where
                    figure_id is null or document_id is null or source_name is null or file_path is null
                    or file_sha256 is null or locator is null
                order by figure_id
                """
            ),
        ),
        Expected(
            name="lower_bounds_do_not_exceed_upper_bounds",
            severity="error",
            reason="an empty interval contradicts every other figure, so comparisons would blame innocent ones",
            build=lambda gxe: gxe.ExpectColumnPairValuesAToBeGreaterThanB(
                column_A="value_high",
                column_B="value_low",
                or_equal=True,
                ignore_row_if="either_value_is_missing",
            ),
        ),
        Expected(
            name="values_lie_within_their_bounds",
            severity="error",
            reason="bounds are derived from the printed value, so a value outside of them was given those of another",
            build=no_rows(
                # an open bound may equal the value: "more than 200" is printed as 200, and the true value is above it
                """
                select figure_id, document_id, locator, printed, value, value_low, value_high
                from {batch}
                where value < value_low or value > value_high
                order by figure_id
                """
            ),
        ),
        Expected(
            name="shares_lie_between_0_and_100",
            severity="error",
            reason="a part is never more than its whole; attainments may exceed 100, shares may not",
            build=no_rows(
                """
                select figure_id, document_id, locator, printed, value, measure_code, group_code
                from {batch}
                where statement_code = 'share' and (value < 0 or value > 100)
                order by figure_id
                """
            ),
        ),
        Expected(
            name="figures_are_printed_at_their_place",
            severity="error",
            reason="offsets that point to other characters show that the text or the register was changed afterwards",
            build=no_rows(
                """
                select figure_id, document_id, locator, printed
                from {batch}
                where is_printed_at_place = false
                order by figure_id
                """
            ),
        ),
        Expected(
            name="organisations_are_known",
            severity="warning",
            reason="a figure of an organisation that could not be resolved is missing from every total",
            build=no_rows(
                """
                select figure_id, document_id, locator, printed, organisation_id
                from {batch}
                where organisation_id is null or organisation_id = 'unknown'
                order by figure_id
                """
            ),
        ),
    ),
)
