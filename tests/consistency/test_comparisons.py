from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest

from consistency.registers import Row, compare, make_figure, make_ratio, make_share
from pipelines.consistency.comparisons import Register
from pipelines.consistency.conflicts import localise
from pipelines.intervals import Interval


def find_sets(figures: list[Row], comparisons: list[Row], ratios: list[Row] | None = None) -> list[list[str]]:
    """Return the smallest sets of the only cluster."""
    (cluster,) = Register(figures, ratios or [], comparisons).list_clusters()
    return sorted(sorted(one) for one in localise(cluster.system).minimum_sets)


def test_parts_of_a_complete_list_are_their_whole() -> None:
    figures = [make_figure("total", 10), make_figure("a", 4, group_code="a"), make_figure("b", 7, group_code="b")]

    complete = [compare("parts_against_whole", "total", "a", "b", reason_code="sum_differs")]
    open_list = [compare("parts_against_whole", "total", "a", "b", reason_code="sum_exceeds_whole")]

    assert find_sets(figures, complete) == [["a"], ["b"], ["total"]]
    assert find_sets(figures, open_list) == [["a"], ["b"], ["total"]]


def test_parts_of_an_open_list_may_leave_some_out() -> None:
    figures = [make_figure("total", 20), make_figure("a", 4, group_code="a"), make_figure("b", 7, group_code="b")]

    assert find_sets(figures, [compare("parts_against_whole", "total", "a", "b")]) == []
    assert find_sets(figures, [compare("parts_against_whole", "total", "a", "b", reason_code="sum_differs")]) != []


def test_a_number_of_organisations_is_no_sum_of_what_they_have() -> None:
    figures = [
        make_figure("organisations", 2, measure_code="organisations"),
        make_figure("a", 40, organisation_id="a"),
        make_figure("b", 70, organisation_id="b"),
    ]
    comparisons = [compare("organisations_against_whole", "organisations", "a", "b")]

    assert all(
        localise(cluster.system).verdict == "consistent"
        for cluster in Register(figures, [], comparisons).list_clusters()
    )


def test_a_figure_for_each_of_nine_communes_counts_nine_times() -> None:
    figures = [
        make_figure("each", 8, value_high=Decimal(15), organisation_count=9),
        make_figure("total", 71),
    ]
    comparisons = [compare("organisations_against_whole", "total", "each", reason_code="sum_exceeds_whole")]

    (cluster,) = Register(figures, [], comparisons).list_clusters()

    assert cluster.system.by_id["each"].interval == Interval(Fraction(72), Fraction(135))
    assert localise(cluster.system).verdict == "contradicted"


def test_a_group_is_no_larger_than_the_one_it_lies_in() -> None:
    figures = [make_figure("all", 118), make_figure("women", 152, group_code="women")]

    assert find_sets(figures, [compare("subset_against_set", "women", "all", group_code="women")]) == [
        ["all"],
        ["women"],
    ]


@pytest.mark.parametrize(("count", "is_possible"), [(464, True), (465, True), (463, False), (466, False)])
def test_a_share_ties_a_count_to_its_base(count: int, is_possible: bool) -> None:
    figures = [
        make_figure("base", 1618),
        make_figure("count", count, group_code="religious"),
        make_share("share", "28.7", group_code="religious"),
    ]
    comparisons = [compare("share_against_counts", "share", "count", "base")]
    ratios = [make_ratio("share", of="count", base="base")]

    assert (find_sets(figures, comparisons, ratios) == []) == is_possible


def test_shares_of_a_base_that_is_not_printed_are_shares_of_the_same() -> None:
    figures = [
        make_figure("a", 3, group_code="a"),
        make_figure("b", 4, group_code="b"),
        make_share("share of a", "50.0", group_code="a"),
        make_share("share of b", "50.0", group_code="b"),
    ]
    comparisons = [
        compare("share_against_counts", "share of a", "a"),
        compare("share_against_counts", "share of b", "b"),
    ]
    ratios = [make_ratio("share of a", of="a"), make_ratio("share of b", of="b")]

    assert find_sets(figures, comparisons, ratios) == [["a"], ["b"], ["share of a"], ["share of b"]]


@pytest.mark.parametrize(("count", "is_possible"), [(600, True), (200, False)])
def test_a_part_that_is_all_that_is_known_of_a_base_bounds_it(count: int, is_possible: bool) -> None:
    figures = [
        make_figure("part", 443, group_code="khmer"),
        make_figure("count", count, group_code="women"),
        make_share("share", "50.0", group_code="women"),
    ]
    ratios = [make_ratio("share", of="count", base="part", base_high=None)]

    assert (
        find_sets(figures, [compare("share_against_counts", "share", "count", "part")], ratios) == []
    ) == is_possible


def test_what_is_stated_of_a_base_with_a_lower_bound_is_the_base() -> None:
    figures = [
        make_figure("over", 1000, value_high=None, is_value_low_open=True),
        make_figure("count", 900, group_code="women"),
        make_share("share", "95.0", group_code="women"),
    ]
    ratios = [make_ratio("share", of="count", base="over", base_high=None)]

    assert find_sets(figures, [compare("share_against_counts", "share", "count", "over")], ratios) == [
        ["count"],
        ["over"],
        ["share"],
    ]


def test_a_base_that_is_printed_with_the_percentage_is_a_number() -> None:
    figures = [make_figure("count", 238), make_share("attained", "39.66", precision="0.01", base_value=Decimal(600))]
    ratios = [make_ratio("attained", of="count")]

    assert find_sets(figures, [compare("attainment_against_target", "attained", "count")], ratios) == []
    figures[0] = make_figure("count", 239)
    assert find_sets(figures, [compare("attainment_against_target", "attained", "count")], ratios) != []


@pytest.mark.parametrize(
    ("bound_side", "is_strict", "counts", "said", "is_possible"),
    [
        # 5 of 10 are no more than 50 %, 6 of 10 are
        ("lower", True, (5, 6), 2, False),
        ("lower", True, (5, 6), 1, True),
        ("lower", True, (6, 6), 2, True),
        ("lower", False, (5, 6), 2, True),
        ("lower", False, (4, 6), 2, False),
        ("upper", True, (5, 4), 2, False),
        ("upper", True, (5, 4), 1, True),
        ("upper", False, (5, 4), 2, True),
        ("upper", False, (6, 4), 2, False),
    ],
)
@pytest.mark.parametrize("is_base_printed", [True, False])
def test_a_number_of_organisations_that_reached_a_threshold_counts_those_of_its_list(
    *, bound_side: str, is_strict: bool, counts: tuple[int, int], said: int, is_possible: bool, is_base_printed: bool
) -> None:
    figures = [make_figure("reached", said, measure_code="unclassified", unit="organisations")]
    ratios = []
    for name, count in zip("ab", counts, strict=True):
        printed = {"base_value": Decimal(10)} if is_base_printed else {}
        share = make_share(f"attained {name}", str(10 * count), precision="1", organisation_id=name, **printed)
        target = make_figure(f"target {name}", 10, organisation_id=name, measure_code="admission_target")
        figures += [make_figure(name, count, organisation_id=name), target]
        figures.append(share | {"statement_code": "attainment", "base_measure_code": "admission_target"})
        ratios.append(make_ratio(f"attained {name}", of=name, base=None if is_base_printed else f"target {name}"))
    comparison = compare(
        *("organisations_against_whole", "reached", "attained a", "attained b"),
        measure_code="unclassified",
        part_count=2,
        whole_part_count=2,
    )
    threshold = {"figure_id": "reached", "threshold_pct": 50, "bound_side": bound_side, "is_strict": is_strict}

    clusters = Register(figures, ratios, [comparison], thresholds=[threshold]).list_clusters()

    (cluster,) = [one for one in clusters if "reached" in one.system.by_id]
    sets = localise(cluster.system).minimum_sets
    assert (sets == ()) == is_possible
    assert is_possible or frozenset({"reached"}) in sets


def test_an_organisation_of_which_two_percentages_are_printed_is_one() -> None:
    of_target = {"statement_code": "attainment", "base_measure_code": "admission_target"}
    figures = [
        make_figure("reached", 1, measure_code="organisations_meeting_target", unit="organisations"),
        make_share("attained", "110", organisation_id="a") | of_target,
        make_share("exceeded", "10", organisation_id="a") | of_target | {"statement_code": "excess_over_target"},
    ]
    comparison = compare(
        *("organisations_against_whole", "reached", "attained", "exceeded"),
        measure_code="organisations_meeting_target",
        whole_part_count=1,
    )
    threshold = {"figure_id": "reached", "threshold_pct": 100, "bound_side": "lower", "is_strict": False}

    (cluster,) = Register(
        figures, [make_ratio("attained"), make_ratio("exceeded")], [comparison], thresholds=[threshold]
    ).list_clusters()

    assert localise(cluster.system).verdict == "consistent"


def test_others_than_those_of_a_short_list_may_have_reached_a_threshold() -> None:
    figures = [
        make_figure("reached", 2, measure_code="organisations_meeting_target", unit="organisations"),
        *(make_share(f"attained {name}", "110", organisation_id=name, base_value=Decimal(10)) for name in "abc"),
    ]
    ratios = [make_ratio(f"attained {name}") for name in "abc"]
    threshold = {"figure_id": "reached", "threshold_pct": 100, "bound_side": "lower", "is_strict": False}

    def is_possible(*listed: str) -> bool:
        comparison = compare(
            "organisations_against_whole", "reached", *listed, measure_code="organisations_meeting_target"
        )
        clusters = Register(figures, ratios, [comparison], thresholds=[threshold]).list_clusters()
        return all(localise(cluster.system).verdict == "consistent" for cluster in clusters)

    assert is_possible("attained a")
    assert is_possible("attained a", "attained b")
    assert not is_possible("attained a", "attained b", "attained c")


def test_a_percentage_that_fits_no_measure_is_no_count() -> None:
    figures = [
        make_figure("participants", 94),
        make_share("excellent", "26.5", measure_code="unclassified") | {"statement_code": "level"},
    ]
    ratios = [make_ratio("excellent", base="participants", is_base_assumed=True)]

    clusters = Register(figures, ratios, [compare("share_against_counts", "excellent", "participants")]).list_clusters()

    assert [figure.figure_id for cluster in clusters for figure in cluster.system.figures] == ["participants"]


def test_a_percentage_of_an_assumed_day_ties_nothing() -> None:
    figures = [make_figure("base", 100), make_share("share", "28.7", group_code="religious")]
    ratios = [make_ratio("share", base="base", is_period_assumed=True)]

    clusters = Register(figures, ratios, [compare("share_against_counts", "share", "base")]).list_clusters()

    assert [figure.figure_id for cluster in clusters for figure in cluster.system.figures] == ["base"]


def test_both_sides_of_a_printed_ratio_are_counts() -> None:
    ratio = make_figure(
        "a of b",
        391,
        statement_code="part_of_ratio",
        measure_code="localities_with_cell",
        base_measure_code="localities",
        base_group_code="all",
        base_value=Decimal(391),
    )
    total = make_figure("localities", 400, measure_code="localities")

    assert find_sets(
        [ratio, total], [compare("repeated_figure", "localities", "a of b", measure_code="localities")]
    ) == [
        ["a of b"],
        ["localities"],
    ]


def test_the_same_number_more_or_less_contradicts_nothing() -> None:
    figures = [
        make_figure("exact", 112_900),
        make_figure("nearly", 112_900, value_low=Decimal(0), is_value_high_open=True),
    ]
    told = [compare("repeated_figure", "exact", "nearly", reason_code="qualifier_differs")]

    clusters = Register(figures, [], told).list_clusters()

    assert all(localise(cluster.system).verdict == "consistent" for cluster in clusters)


def test_a_yearly_average_ties_the_total_to_the_years() -> None:
    figures = [
        make_figure("total", 1746),
        make_figure(
            "average",
            196,
            statement_code="yearly_average",
            is_quotient=True,
            value_low=Decimal("195.5"),
            value_high=Decimal(197),
            is_value_high_open=True,
        ),
    ]
    comparison = compare("yearly_average_against_total", "average", "total", part_count=9, whole_part_count=9)

    assert find_sets(figures, [comparison]) == [["average"], ["total"]]
    assert find_sets(figures, [comparison | {"whole_part_count": 10, "part_count": 8}]) == []


def test_a_comparison_that_names_an_unknown_figure_is_left_out() -> None:
    register = Register([make_figure("total", 10)], [], [compare("parts_against_whole", "total", "gone")])

    assert register.list_clusters() == []


def test_a_count_of_a_percentage_that_is_not_known_says_nothing() -> None:
    ratios = [make_ratio("share", of="gone", base="total")]
    register = Register(
        [make_figure("total", 100), make_share("share", "28.7")],
        ratios,
        [compare("share_against_counts", "share", "total")],
    )

    (cluster,) = register.list_clusters()

    assert localise(cluster.system).verdict == "contradicted"


def test_what_stands_beside_a_figure_and_before_it_is_known() -> None:
    figures = [
        make_figure("2015", 150, ends_on=2015),
        make_figure("2016", 160, ends_on=2016),
        make_figure("2017", 170, ends_on=2017),
        make_share("share", "28.7"),
    ]
    printed = Register(figures, [], []).describe("2017", ["2015", "2016", "2017", "share"])

    assert (printed.text, printed.step, printed.is_count) == ("170", 1, True)
    assert printed.neighbours == ("150", "160")
    assert printed.earlier == "160"
    assert printed.read("171") == Interval(Fraction(171), Fraction(171))


def test_no_share_is_read_above_a_hundred_per_cent() -> None:
    printed = Register([make_share("share", "28.7")], [], []).describe("share")

    assert printed.read("100") == Interval(Fraction("99.5"), Fraction(100))
    assert not printed.read("287").meets(Interval(Fraction(0), Fraction(100)))


def test_a_contradiction_belongs_to_the_cluster_of_what_is_observed() -> None:
    figures = [
        make_figure("said", 614),
        make_figure("meant", 260, group_code="a"),
        make_figure("other", 354, group_code="b"),
    ]
    comparison = compare(
        "wording",
        "said",
        "meant",
        "other",
        verdict="contradicted",
        expected_low=Decimal(260),
        expected_high=Decimal(260),
    )

    clusters = Register(figures, [], [comparison]).list_clusters()

    assert [sorted(cluster.contradicted.values(), key=sorted) for cluster in clusters if cluster.contradicted] == [
        [frozenset({"said", "meant", "other"})]
    ]
    assert [
        sorted(map(sorted, localise(cluster.system).minimum_sets)) for cluster in clusters if cluster.contradicted
    ] == [[["meant"], ["said"]]]
