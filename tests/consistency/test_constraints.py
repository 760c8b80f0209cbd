"""Constraints over whole numbers, against what they say of fractions."""

from __future__ import annotations

import math
from fractions import Fraction
from functools import partial

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from pipelines.consistency.constraints import (
    Constraint,
    Figure,
    System,
    absolute_change,
    balance,
    bound,
    each_of,
    equal,
    level,
    list_components,
    parts_of,
    percent_change,
    percentage,
    ratio,
    reached,
    subset_of,
    yearly_average,
)
from pipelines.intervals import EVERYTHING, Interval, read_interval

LARGEST = 10**9
HALF = Fraction(1, 2)
ROUND = {"half up": lambda units: math.floor(units + HALF), "half to even": round, "cut off": math.floor}
NAMES = ("men", "women", "nữ", "nam")

counts = st.integers(0, 20) | st.integers(0, LARGEST)
some_counts = st.fixed_dictionaries(dict.fromkeys(NAMES, counts))
factors = st.integers(-3, 3) | st.fractions(-1000, 1000, max_denominator=1000)
ways = st.tuples(st.sampled_from(sorted(ROUND)), st.integers(0, 4))


@st.composite
def intervals_around(draw: st.DrawFn, number: Fraction) -> Interval:
    """Return an interval of which a number may be an end, or just not."""
    steps = st.sampled_from([Fraction(0), Fraction(1, 10**6), HALF, Fraction(1), Fraction(10**9)])
    low, high = (
        draw(st.none() | steps.map(lambda step: number + step) | steps.map(lambda step: number - step))
        for _ in range(2)
    )
    return Interval(low, high, draw(st.booleans()), draw(st.booleans()))


def hold(constraints: tuple[Constraint, ...], **counts: int) -> bool:
    return all(constraint.holds(counts) for constraint in constraints)


def print_quotient(number: Fraction, way: tuple[str, int]) -> str:
    mode, decimals = way
    digits = str(ROUND[mode](abs(number) * 10**decimals)).zfill(decimals + 1)
    whole = digits[: len(digits) - decimals]
    return f"{whole},{digits[len(digits) - decimals :]}" if decimals else whole


def read_quotient(number: Fraction, way: tuple[str, int]) -> Interval:
    """Return where a quotient lies when it has been printed; a decrease is printed without a sign."""
    interval = read_interval(print_quotient(number, way), is_count=False, is_quotient=True)
    if number >= 0:
        return interval
    low, high = (None if end is None else -end for end in (interval.high, interval.low))
    return Interval(low, high, interval.is_high_open, interval.is_low_open)


# one constraint


@given(st.dictionaries(st.sampled_from(NAMES), factors), some_counts, st.data())
def test_a_bound_holds_of_whole_numbers_just_where_it_holds_of_fractions(
    terms: dict[str, Fraction], counted: dict[str, int], data: st.DataObject
) -> None:
    total = sum((factor * counted[name] for name, factor in terms.items()), Fraction(0))
    interval = data.draw(intervals_around(total))

    assert bound(terms, interval).holds(counted) == interval.holds(total)


@given(st.dictionaries(st.sampled_from(NAMES), factors), intervals_around(Fraction(7, 2)))
def test_a_bound_has_whole_factors_without_a_common_divisor(terms: dict[str, Fraction], interval: Interval) -> None:
    constraint = bound(terms, interval, rule_code="share")
    whole = dict(constraint.terms)

    assert {name for name, factor in terms.items() if factor} == set(whole)
    assert math.gcd(*whole.values()) == (1 if whole else 0)
    assert len({Fraction(factor) / terms[name] for name, factor in whole.items()}) <= 1
    assert all(type(number) is int for number in whole.values())
    assert {type(end) for end in (constraint.low, constraint.high)} <= {int, type(None)}
    assert constraint.rule_code == "share"


@pytest.mark.parametrize(
    ("terms", "interval", "expected", "low", "high"),
    [
        ({"men": 1}, Interval(Fraction(5, 2), Fraction(7), is_high_open=True), [("men", 1)], 3, 6),
        ({"men": 1}, Interval(Fraction(3), Fraction(7), is_low_open=True), [("men", 1)], 4, 7),
        ({"men": 2}, Interval(Fraction(3), Fraction(3)), [("men", 1)], 2, 1),
        ({"men": -1}, Interval(None, Fraction(-5, 2)), [("men", -1)], None, -3),
        ({"men": -4, "women": 6}, Interval(Fraction(-3), Fraction(3)), [("men", -2), ("women", 3)], -1, 1),
        ({"men": Fraction(1, 2), "women": Fraction(-1, 3)}, EVERYTHING, [("men", 3), ("women", -2)], None, None),
        ({"men": 0, "women": 1}, Interval(Fraction(0)), [("women", 1)], 0, None),
        ({"men": 0}, Interval(Fraction(1)), [], 1, None),
        ({}, Interval(Fraction(0), Fraction(0)), [], 0, 0),
    ],
)
def test_a_bound_is_that_of_the_example(
    terms: dict[str, int], interval: Interval, expected: list[tuple[str, int]], low: int | None, high: int | None
) -> None:
    assert bound(terms, interval) == Constraint(tuple(expected), low, high)


# what is said of counts


@pytest.mark.parametrize(
    ("constraints", "fitting", "unfitting"),
    [
        (level("a", Interval(Fraction(3), Fraction(5))), [{"a": 3}, {"a": 5}], [{"a": 2}, {"a": 6}]),
        (
            each_of(["a", "b"], Interval.exactly(3)),
            [{"a": 3, "b": 3}],
            [{"a": 3, "b": 2}, {"a": 4, "b": 3}],
        ),
        (each_of([], Interval.exactly(3)), [{}], []),
        (
            # 0,5 and 0,75, both included
            ratio("a", "b", Interval(Fraction(1, 2), Fraction(3, 4))),
            [{"a": 1, "b": 2}, {"a": 3, "b": 4}, {"a": 5, "b": 8}],
            [{"a": 0, "b": 0}, {"a": 1, "b": 3}, {"a": 4, "b": 5}],
        ),
        (
            ratio("a", "b", Interval(Fraction(1, 2), Fraction(3, 4), is_low_open=True, is_high_open=True)),
            [{"a": 5, "b": 8}],
            [{"a": 1, "b": 2}, {"a": 3, "b": 4}],
        ),
        (ratio("a", "b", EVERYTHING), [{"a": 0, "b": 1}, {"a": 9, "b": 1}], [{"a": 0, "b": 0}]),
        (
            # Tân Sơn: 0.32 % of 1.746 is no whole number
            percentage("a", "b", read_interval("0.32", is_count=False, is_quotient=True)),
            [{"a": 8, "b": 2500}, {"a": 1, "b": 310}],
            [{"a": number, "b": 1746} for number in (5, 6)],
        ),
        (
            # Ô Môn: 238 of 600 are 39.667 %, cut off
            percentage("a", "b", read_interval("39,66", is_count=False, is_quotient=True)),
            [{"a": 238, "b": 600}],
            [{"a": 237, "b": 600}, {"a": 239, "b": 600}],
        ),
        (
            percent_change("a", "b", Interval(Fraction(95, 10), Fraction(11), is_high_open=True)),
            [{"a": 110, "b": 100}, {"a": 219, "b": 200}],
            [{"a": 111, "b": 100}, {"a": 109, "b": 100}, {"a": 10, "b": 100}],
        ),
        (
            percent_change("a", "b", Interval(Fraction(-11), Fraction(-19, 2), is_low_open=True)),
            [{"a": 90, "b": 100}],
            [{"a": 89, "b": 100}, {"a": 91, "b": 100}, {"a": 110, "b": 100}],
        ),
        (
            absolute_change("a", "b", Interval.exactly(15)),
            [{"a": 15, "b": 0}, {"a": 115, "b": 100}],
            [{"a": 14, "b": 0}, {"a": 100, "b": 115}],
        ),
        (absolute_change("a", "b", Interval.exactly(-15)), [{"a": 100, "b": 115}], [{"a": 115, "b": 100}]),
        (
            # Tân Sơn: 196 a year in nine years
            yearly_average("a", read_interval("196", is_count=False, is_quotient=True), years_low=9, years_high=9),
            [{"a": 1760}, {"a": 1764}, {"a": 1772}],
            [{"a": 1746}, {"a": 1759}, {"a": 1773}],
        ),
        (
            yearly_average("a", Interval.exactly(3), years_low=6, years_high=Fraction(13, 2)),
            [{"a": 18}, {"a": 19}],
            [{"a": 17}, {"a": 20}],
        ),
    ],
)
def test_a_statement_holds_of_the_counts_that_it_is_about(
    constraints: tuple[Constraint, ...], fitting: list[dict[str, int]], unfitting: list[dict[str, int]]
) -> None:
    assert [counted for counted in fitting if not hold(constraints, **counted)] == []
    assert [counted for counted in unfitting if hold(constraints, **counted)] == []


@given(counts, counts, st.data())
def test_a_ratio_holds_just_where_the_quotient_lies_in_the_interval(part: int, whole: int, data: st.DataObject) -> None:
    quotient = Fraction(part, whole) if whole else Fraction(part)
    interval = data.draw(intervals_around(quotient))

    assert hold(ratio("a", "b", interval), a=part, b=whole) == (whole > 0 and interval.holds(quotient))
    assert hold(percentage("a", "b", interval.scale(100)), a=part, b=whole) == hold(
        ratio("a", "b", interval), a=part, b=whole
    )


@given(counts, counts, ways)
def test_a_printed_percentage_is_true_of_the_counts_that_it_was_taken_from(
    part: int, whole: int, way: tuple[str, int]
) -> None:
    assume(whole > 0)

    assert hold(percentage("a", "b", read_quotient(Fraction(100 * part, whole), way)), a=part, b=whole)


@given(counts, counts, ways)
def test_a_printed_change_in_percent_is_true_of_the_counts_that_it_was_taken_from(
    later: int, earlier: int, way: tuple[str, int]
) -> None:
    assume(earlier > 0)
    interval = read_quotient(Fraction(100 * (later - earlier), earlier), way)

    assert hold(percent_change("a", "b", interval), a=later, b=earlier)


@given(counts, counts, st.integers(-2, 2))
def test_a_change_is_true_of_the_counts_that_it_was_taken_from_and_of_no_others(
    later: int, earlier: int, error: int
) -> None:
    interval = Interval.exactly(later - earlier + error)

    assert hold(absolute_change("a", "b", interval), a=later, b=earlier) == (error == 0)


@given(counts, st.integers(1, 600), st.integers(0, 24), st.integers(0, 24), ways)
def test_a_printed_average_is_true_of_the_total_that_it_was_taken_from(
    total: int, months: int, fewer: int, more: int, way: tuple[str, int]
) -> None:
    years = Fraction(months, 12)
    interval = read_quotient(total / years, way)
    low, high = max(years - Fraction(fewer, 12), Fraction(0)), years + Fraction(more, 12)

    assert hold(yearly_average("a", interval, years_low=low, years_high=high), a=total)


@given(counts, st.integers(-2, 2), st.integers(1, 5))
def test_what_is_said_of_each_is_true_if_it_is_true_of_all(count: int, error: int, size: int) -> None:
    names = [f"xã {number}" for number in range(size)]
    counted = dict.fromkeys(names, count) | {names[-1]: max(count + error, 0)}

    assert hold(each_of(names, Interval.exactly(count)), **counted) == (counted[names[-1]] == count)


@given(counts, ways)
def test_a_printed_count_in_millions_is_true_of_the_count(count: int, way: tuple[str, int]) -> None:
    printed = f"{print_quotient(Fraction(count, 10**6), way)} triệu"

    assert hold(level("a", read_interval(printed, is_count=True)), a=count)


@given(counts, st.data())
def test_a_count_beside_itself_has_both_factors(count: int, data: st.DataObject) -> None:
    one, none = data.draw(intervals_around(Fraction(1))), data.draw(intervals_around(Fraction(0)))

    assert hold(ratio("a", "a", one), a=count) == (count > 0 and one.holds(1))
    assert hold(absolute_change("a", "a", none), a=count) == none.holds(0)
    assert hold(percent_change("a", "a", none), a=count) == (count > 0 and none.holds(0))


# what holds by definition


@given(st.lists(counts, max_size=5), st.integers(-2, 2))
def test_a_complete_list_adds_up_and_an_incomplete_one_does_not_exceed(parts: list[int], error: int) -> None:
    names = [f"part {number}" for number in range(len(parts))]
    counted = dict(zip(names, parts, strict=True)) | {"whole": max(sum(parts) + error, 0)}

    assert parts_of("whole", names, is_complete=True).holds(counted) == (counted["whole"] == sum(parts))
    assert parts_of("whole", names, is_complete=False).holds(counted) == (counted["whole"] >= sum(parts))


@given(
    *(counts, counts, st.fractions(0, 3, max_denominator=400)),
    *(st.booleans(), st.booleans(), st.booleans()),
    st.integers(0, 3),
)
def test_a_threshold_is_reached_by_one_of_one_or_by_none(
    part: int, whole: int, threshold: Fraction, is_lower: bool, is_strict: bool, is_whole_known: bool, mark: int
) -> None:
    base = Fraction(whole) if is_whole_known else "whole"
    is_beyond = part > threshold * whole if is_lower else part < threshold * whole
    is_reached = is_beyond or (not is_strict and part == threshold * whole)

    constraints = reached("mark", "part", base, threshold, is_lower=is_lower, is_strict=is_strict)

    holds = all(one.holds({"mark": mark, "part": part, "whole": whole}) for one in constraints)
    assert holds == (mark == int(is_reached))


@given(counts, st.integers(0, 4), st.integers(-2, 2))
def test_a_part_that_is_listed_more_than_once_counts_as_often(count: int, times: int, error: int) -> None:
    counted = {"a": count, "whole": max(times * count + error, 0)}
    relation = parts_of("whole", ["a"] * times, is_complete=True)

    assert relation.holds(counted) == (counted["whole"] == times * count)
    assert len(relation.terms) == len({name for name, _ in relation.terms})


def test_a_whole_that_is_its_only_part_says_nothing() -> None:
    assert parts_of("a", ["a"], is_complete=True).terms == equal("a", "a").terms == subset_of("a", "a").terms == ()
    assert parts_of("a", ["a"], is_complete=True).holds({"a": 3})


def test_a_whole_among_its_parts_leaves_nothing_for_the_others() -> None:
    relation = parts_of("a", ["a", "b"], is_complete=True)

    assert relation.holds({"a": 3, "b": 0})
    assert not relation.holds({"a": 3, "b": 1})


@given(counts, counts)
def test_counts_are_equal_or_one_is_no_larger(one: int, other: int) -> None:
    counted = {"a": one, "b": other}

    assert equal("a", "b").holds(counted) == equal("b", "a").holds(counted) == (one == other)
    assert subset_of("a", "b").holds(counted) == (one <= other)
    assert equal("a", "a").holds(counted)
    assert subset_of("a", "a").holds(counted)


@pytest.mark.parametrize(
    ("has_all_increases", "has_all_decreases", "closings"),
    [(True, True, [108]), (True, False, range(109)), (False, True, range(108, 200)), (False, False, range(200))],
)
def test_a_stock_of_100_with_15_admitted_and_7_gone_closes_at_108_or_so(
    has_all_increases: bool, has_all_decreases: bool, closings: list[int]
) -> None:
    constraints = balance(
        "closing",
        "opening",
        ["admitted", "arrived"],
        ["gone"],
        has_all_increases=has_all_increases,
        has_all_decreases=has_all_decreases,
    )
    known = {"opening": 100, "admitted": 10, "arrived": 5, "gone": 7}

    assert [count for count in range(200) if hold(constraints, closing=count, **known)] == list(closings)


@given(
    counts,
    st.lists(counts, max_size=3),
    st.lists(counts, max_size=3),
    st.none() | counts,
    st.none() | counts,
)
def test_a_balance_is_true_of_the_stock_that_is_left_whoever_else_came_and_went(
    opening: int, increases: list[int], decreases: list[int], other_increase: int | None, other_decrease: int | None
) -> None:
    closing = opening + sum(increases) - sum(decreases) + (other_increase or 0) - (other_decrease or 0)
    came, went = [f"+{number}" for number in range(len(increases))], [f"-{number}" for number in range(len(decreases))]
    constraints = balance(
        "closing",
        "opening",
        came,
        went,
        has_all_increases=other_increase is None,
        has_all_decreases=other_decrease is None,
    )
    flows = dict(zip(came, increases, strict=True)) | dict(zip(went, decreases, strict=True))

    assert hold(constraints, opening=opening, closing=closing, **flows)


@given(counts, counts, counts, st.integers(-2, 2))
def test_a_flow_that_stands_on_both_sides_of_a_balance_cancels_out(
    opening: int, came: int, both: int, error: int
) -> None:
    constraints = balance(
        "closing", "opening", ["came", "both"], ["both"], has_all_increases=True, has_all_decreases=True
    )
    counted = {"opening": opening, "closing": opening + came + error, "came": came, "both": both}

    assert hold(constraints, **counted) == (error == 0)


@given(counts, counts, counts)
def test_a_stock_that_is_its_own_successor_gained_as_many_as_it_lost(stock: int, came: int, went: int) -> None:
    constraints = balance("stock", "stock", ["came"], ["went"], has_all_increases=True, has_all_decreases=True)

    assert hold(constraints, stock=stock, came=came, went=went) == (came == went)


# systems


def say_nothing(interval: Interval) -> tuple[Constraint, ...]:
    return ()


@st.composite
def systems(draw: st.DrawFn) -> System:
    """Return figures and relations about a few of some counts; a few about none."""
    groups = st.lists(st.sampled_from("abcdefgh"), max_size=3, unique=True)
    figures = tuple(
        Figure(
            f"figure {number}",
            Interval.exactly(1),
            partial(each_of, names) if len(names) < 2 else partial(say_sum, names),
        )
        for number, names in enumerate(draw(st.lists(groups, max_size=6)))
    )
    relations = tuple(
        bound(dict.fromkeys(names, 1), Interval(Fraction(0))) for names in draw(st.lists(groups, max_size=4))
    )
    return System(figures, relations)


def say_sum(names: list[str], interval: Interval) -> tuple[Constraint, ...]:
    return (bound(dict.fromkeys(names, 1), interval),)


def list_counts(constraints: tuple[Constraint, ...]) -> set[str]:
    return {name for constraint in constraints for name, _ in constraint.terms}


def list_all_counts(system: System) -> set[str]:
    return set().union(list_counts(system.relations), *(list_counts(figure.constraints) for figure in system.figures))


def is_one_piece(system: System) -> bool:
    """Whether all counts of a system can be reached from its first ones."""
    groups = [list_counts(figure.constraints) for figure in system.figures]
    groups += [list_counts((relation,)) for relation in system.relations]
    reached = set(groups[0])
    while joined := [group for group in groups if group & reached and not group <= reached]:
        reached.update(*joined)
    return reached == list_all_counts(system)


@given(systems())
def test_the_components_of_a_system_are_all_its_figures_each_once(system: System) -> None:
    components = list_components(system)

    assert sorted(figure.figure_id for component in components for figure in component.figures) == sorted(system.by_id)
    assert all(component.figures for component in components)
    for component in components:
        assert [figure for figure in system.figures if figure in component.figures] == list(component.figures)
    firsts = [component.figures[0] for component in components]
    assert [figure for figure in system.figures if figure in firsts] == firsts


@given(systems())
def test_a_component_has_the_relations_of_its_counts_in_their_order(system: System) -> None:
    for component in list_components(system):
        own = list_all_counts(component)
        # a relation of no count is that of the figures of no count
        expected = [
            relation for relation in system.relations if (list_counts((relation,)) & own if own else not relation.terms)
        ]
        assert list(component.relations) == expected


@given(systems())
def test_components_share_no_count_and_are_the_smallest_that_do_not(system: System) -> None:
    components = list_components(system)
    seen = [list_all_counts(component) for component in components]

    assert sum(map(len, seen)) == len(set().union(*seen))
    assert all(is_one_piece(component) for component in components)
    assert sum(not names for names in seen) <= 1


@given(systems())
def test_a_component_is_its_own_only_component(system: System) -> None:
    components = list_components(system)

    assert [list_components(component) for component in components] == [[component] for component in components]


def test_figures_that_only_a_relation_ties_together_are_one_component() -> None:
    figures = tuple(Figure(name, Interval.exactly(1), partial(level, name)) for name in "cab")
    apart, tied = System(figures), System(figures, (subset_of("c", "x"), equal("x", "b"), equal("y", "z")))

    assert [[figure.figure_id for figure in one.figures] for one in list_components(apart)] == [["c"], ["a"], ["b"]]
    assert [[figure.figure_id for figure in one.figures] for one in list_components(tied)] == [["c", "b"], ["a"]]
    assert [one.relations for one in list_components(tied)] == [tied.relations[:2], ()]


def test_a_relation_that_no_figure_has_to_do_with_is_in_no_component() -> None:
    assert list_components(System((), (equal("a", "b"),))) == []
    assert list_components(System(())) == []


def test_a_system_without_some_figures_keeps_the_others_and_what_holds_by_definition() -> None:
    figures = tuple(Figure(name, Interval.exactly(1), partial(level, name)) for name in "abc")
    system = System(figures, (equal("a", "b"),))

    assert system.without(["b", "d"]) == System((figures[0], figures[2]), system.relations)
    assert system.without([]) == system
    assert system.by_id == dict(zip("abc", figures, strict=True))


def test_a_figure_says_of_its_interval_what_its_statement_does() -> None:
    figure = Figure("a", Interval.exactly(3), partial(level, "admissions"))

    assert figure.constraints == (Constraint((("admissions", 1),), 3, 3, "level"),)
    assert Figure("b", EVERYTHING, say_nothing).constraints == ()
