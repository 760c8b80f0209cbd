from __future__ import annotations

from decimal import Decimal

import pytest

from consistency.registers import Row, compare, make_figure, make_ratio, make_share
from pipelines.consistency.comparisons import Register
from pipelines.consistency.slips import KINDS
from pipelines.consistency.suspects import COLUMNS, list_suspicions, localise_contradictions
from pipelines.vocabulary import read_codes


def make_tan_son() -> tuple[list[Row], list[Row], list[Row]]:
    """Return a total, an average and a share that cannot all be right, and a share that can."""
    average = make_figure(
        "average",
        196,
        statement_code="yearly_average",
        is_quotient=True,
        value_low=Decimal("195.5"),
        value_high=Decimal(197),
        is_value_high_open=True,
    )
    figures = [
        make_figure("total", 1746) | {"printed": "1.746"},
        average,
        make_share("impossible", "0.32", precision="0.01", group_code="religious") | {"printed": "0.32"},
        make_share("possible", "34.9", group_code="farmers"),
    ]
    ratios = [make_ratio("impossible", base="total"), make_ratio("possible", base="total")]
    wrong = {"verdict": "contradicted"}
    comparisons = [
        compare("yearly_average_against_total", "average", "total", part_count=9, whole_part_count=9, **wrong),
        compare("share_against_counts", "impossible", "total", **wrong),
        compare("share_against_counts", "possible", "total"),
    ]
    return figures, ratios, comparisons


def test_each_contradiction_has_its_own_suspects() -> None:
    suspicions = {one.comparison_id.split("_")[0]: one for one in list_suspicions(Register(*make_tan_son()))}
    named = {
        rule: [[suspect.figure_id for suspect in suspects] for suspects in one.suspect_sets]
        for rule, one in suspicions.items()
    }

    assert sorted(named["yearly"]) == [["average"], ["total"]]
    assert sorted(named["share"]) == [["impossible"], ["total"]]
    assert all(one.root_id == one.comparison_id for one in suspicions.values())


def test_a_suspect_is_told_where_it_must_lie_and_what_it_may_have_been() -> None:
    suspicion = next(
        one for one in list_suspicions(Register(*make_tan_son())) if one.comparison_id.startswith("yearly")
    )
    ((total,), (average,)) = suspicion.suspect_sets

    assert total.expected is not None
    assert average.expected is not None
    assert total.expected[:2] == (1760, 1772)
    assert [(slip.kind_code, slip.printed) for slip in total.repairs] == [("transposed", "1.764"), ("misread", "1.766")]
    assert average.expected[:2] == (194, 194)
    assert [slip.printed for slip in average.repairs] == ["194"]


def test_contradictions_with_one_cause_have_one_root() -> None:
    figures = [
        make_figure("total", 1905) | {"printed": "1.905"},
        make_figure("a", 1000, group_code="a"),
        make_figure("b", 950, group_code="b"),
        make_figure("c", 1000, group_code="c"),
        make_figure("d", 950, group_code="d"),
    ]
    wrong = {"verdict": "contradicted", "reason_code": "sum_differs"}
    comparisons = [
        compare("parts_against_whole", "total", "a", "b", **wrong),
        compare("parts_against_whole", "total", "c", "d", **wrong),
    ]

    suspicions = list_suspicions(Register(figures, [], comparisons))

    assert [[[suspect.figure_id for suspect in suspects] for suspects in one.suspect_sets] for one in suspicions] == [
        [["total"]],
        [["total"]],
    ]
    assert {one.root_id for one in suspicions} == {suspicions[0].comparison_id}


def test_rows_have_the_columns_of_the_model() -> None:
    rows = localise_contradictions(*make_tan_son())

    assert {len(row) for row in rows} == {len(COLUMNS)}
    named = [dict(zip(COLUMNS, row, strict=True)) for row in rows]
    keys = [(row["comparison_id"], row["set_number"], row["figure_id"], row["repair_number"]) for row in named]
    assert len(set(keys)) == len(keys)
    assert {row["outcome_code"] for row in named} == {"localised"}


def test_without_time_a_contradiction_is_undecidable() -> None:
    rows = localise_contradictions(*make_tan_son(), seconds=0)

    assert [row[2] for row in rows] == ["undecidable"] * 2
    assert all(value is None for row in rows for value in row[3:])


def test_what_words_say_without_a_number_has_no_repairs() -> None:
    figures = [make_figure("all", 1), make_figure("women", 2, group_code="women") | {"printed": None}]
    comparison = compare("subset_against_set", "women", "all", group_code="women", verdict="contradicted")

    rows = localise_contradictions(figures, [], [comparison])

    assert [row[-1] for row in rows if row[5] == "women"] == [None]


@pytest.mark.parametrize("column", ["label_vi", "label_en"])
def test_every_kind_of_slip_is_in_the_vocabulary_in_its_order(column: str) -> None:
    slips = read_codes("slips")

    assert tuple(slips) == KINDS
    assert [int(row["slip_rank"]) for row in slips.values()] == list(range(1, len(KINDS) + 1))
    assert all(row[column] for row in slips.values())
