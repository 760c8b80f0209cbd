"""Which figures may be wrong, against a search that tries every set of figures on every assignment of counts."""

from __future__ import annotations

import random
import time
from fractions import Fraction
from functools import cache, partial
from itertools import combinations, product
from typing import TYPE_CHECKING, NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.consistency.conflicts import (
    Localisation,
    Solver,
    Undecided,
    judge,
    list_hitting_sets,
    localise,
)
from pipelines.consistency.constraints import (
    Figure,
    System,
    absolute_change,
    bound,
    each_of,
    equal,
    level,
    parts_of,
    percent_change,
    percentage,
    ratio,
    subset_of,
    yearly_average,
)
from pipelines.intervals import EVERYTHING, Interval, read_interval

if TYPE_CHECKING:
    from collections.abc import Iterable

FigureSet = frozenset[str]

SEEDS = range(500)
FEWER_SEEDS = range(100)
LARGEST_COUNTS = {3: 4, 4: 4, 5: 3, 6: 2}
"""The largest value of each count, by how many counts there are: so few assignments that all of them can be tried."""


# small systems, and all there is to know of them


def make_interval(chance: random.Random, number: Fraction) -> Interval:
    """Return an interval as a printed number has, most of the time around a number."""
    number += chance.choice([0, 0, 0, 0, 0, 0, 1, Fraction(1, 2), -1])
    match chance.randrange(6):
        case 0:
            return Interval(number, None, is_low_open=chance.random() < 0.5)
        case 1:
            return Interval(None, number, is_high_open=chance.random() < 0.5)
        case 2:
            return Interval(number - Fraction(1, 4), number + Fraction(1, 2), is_high_open=True)
        case _:
            return Interval.exactly(number)


def make_figure(chance: random.Random, name: str, counts: dict[str, int]) -> Figure:
    """Return a figure about some counts, most of the time a true one."""
    one, other = chance.sample(sorted(counts), 2)
    is_each, part = chance.random() < 0.1, Fraction(counts[one], counts[other] or 1)
    kind = chance.randrange(7)
    if kind == 0:
        number, say = part, partial(ratio, one, other)
    elif kind == 1:
        number, say = part * 100, partial(percentage, one, other)
    elif kind == 2:
        number, say = part * 100 - 100, partial(percent_change, one, other)
    elif kind == 3:
        number, say = Fraction(counts[one] - counts[other]), partial(absolute_change, one, other)
    elif kind == 4:
        number, say = Fraction(counts[one], 2), partial(yearly_average, one, years_low=2, years_high=2)
    else:
        number, say = Fraction(counts[one]), partial(each_of, [one, other]) if is_each else partial(level, one)
    return Figure(name, make_interval(chance, number), say, chance.randrange(4))


@cache
def make_system(seed: int) -> System:
    """Return figures about three to six counts, of which each has its bounds by definition."""
    chance = random.Random(seed)
    size = chance.randint(3, 6)
    most = LARGEST_COUNTS[size]
    counts = {f"count {number}": chance.randint(0, most) for number in range(size)}
    names = list(counts)
    relations = [bound({name: 1}, Interval(None, Fraction(most))) for name in names]
    parts = chance.sample(names[1:], 2)
    if sum(counts[name] for name in parts) <= most:
        is_complete = chance.random() < 0.7
        counts[names[0]] = sum(counts[name] for name in parts)
        relations.append(parts_of(names[0], parts, is_complete=is_complete))
    if chance.random() < 0.3:
        relations.append(subset_of(*chance.sample(names, 2)))
    figures = [make_figure(chance, f"figure {number}", counts) for number in range(chance.randint(3, 8))]
    chance.shuffle(figures)
    return System(tuple(figures), tuple(relations))


@cache
def list_refuted(seed: int) -> frozenset[FigureSet]:
    """Return which figures are not true, for every assignment of counts of which the definitions hold."""
    system = make_system(seed)
    names = sorted({name for relation in system.relations for name, _ in relation.terms})
    values = range(LARGEST_COUNTS[len(names)] + 1)
    assignments = [dict(zip(names, chosen, strict=True)) for chosen in product(values, repeat=len(names))]
    return frozenset(
        frozenset(
            figure.figure_id
            for figure in system.figures
            if not all(constraint.holds(counts) for constraint in figure.constraints)
        )
        for counts in assignments
        if all(relation.holds(counts) for relation in system.relations)
    )


@cache
def find(seed: int) -> Localisation:
    return localise(make_system(seed), seconds=60)


def can_be_true(figure_ids: Iterable[str], seed: int) -> bool:
    """Whether there is an assignment that refutes none of some figures."""
    return any(refuted.isdisjoint(figure_ids) for refuted in list_refuted(seed))


def search_smallest_sets(seed: int) -> set[FigureSet]:
    """Return the smallest sets of figures without which the others can be true."""
    everything = frozenset(make_system(seed).by_id)
    for size in range(len(everything) + 1):
        chosen = set(map(frozenset, combinations(sorted(everything), size)))
        if found := {figure_ids for figure_ids in chosen if can_be_true(everything - figure_ids, seed)}:
            return found
    return set()


def test_the_small_systems_are_of_every_kind() -> None:
    found = [search_smallest_sets(seed) for seed in SEEDS]
    sizes = [len(next(iter(sets))) for sets in found]

    assert all(sizes.count(size) > 20 for size in range(4))
    assert sum(len(sets) > 2 for sets in found) > 20


def test_the_smallest_sets_are_those_that_a_search_finds() -> None:
    wrong = [
        seed
        for seed in SEEDS
        if set(find(seed).minimum_sets or [frozenset()]) != search_smallest_sets(seed)
        or len(set(find(seed).minimum_sets)) != len(find(seed).minimum_sets)
    ]

    assert wrong == []


def test_figures_are_consistent_just_where_an_assignment_refutes_none() -> None:
    for seed in SEEDS:
        is_consistent = can_be_true(make_system(seed).by_id, seed)
        assert find(seed).verdict == ("consistent" if is_consistent else "contradicted")
        assert bool(find(seed).minimum_sets) is bool(find(seed).cores) is not is_consistent


def test_no_assignment_leaves_a_core_but_every_core_without_one_of_its_figures() -> None:
    for seed in SEEDS:
        for core in find(seed).cores:
            assert core
            assert not can_be_true(core, seed)
            assert all(can_be_true(core - {figure_id}, seed) for figure_id in core)


def test_every_smallest_set_has_a_figure_of_every_core() -> None:
    for seed in SEEDS:
        assert len(set(find(seed).cores)) == len(find(seed).cores)
        assert all(core & figure_ids for core in find(seed).cores for figure_ids in find(seed).minimum_sets)


def test_sets_of_less_reliable_figures_come_first() -> None:
    for seed in SEEDS:
        by_id = make_system(seed).by_id
        weights = [
            (sum(by_id[figure_id].reliability for figure_id in figure_ids), sorted(figure_ids))
            for figure_ids in find(seed).minimum_sets
        ]
        assert weights == sorted(weights)


def test_the_same_question_has_the_same_answer_whatever_was_asked_before() -> None:
    before = [find(seed) for seed in FEWER_SEEDS]

    assert [localise(make_system(seed), seconds=60) for seed in reversed(FEWER_SEEDS)] == before[::-1]


def test_the_order_of_figures_does_not_change_which_may_be_wrong() -> None:
    for seed in FEWER_SEEDS:
        system = make_system(seed)
        turned = System(system.figures[::-1], system.relations[::-1])
        assert localise(turned, seconds=60).minimum_sets == find(seed).minimum_sets


# a verdict on one figure


def judge_by_search(figure_id: str, seed: int) -> str:
    others = make_system(seed).without([figure_id]).by_id
    verdicts = {figure_id not in refuted for refuted in list_refuted(seed) if refuted.isdisjoint(others)}
    return {
        frozenset(): "undecidable",
        frozenset({True}): "confirmed",
        frozenset({False}): "contradicted",
        frozenset({True, False}): "consistent",
    }[frozenset(verdicts)]


def test_a_figure_is_confirmed_if_every_assignment_that_refutes_no_other_makes_it_true() -> None:
    seen = []
    for seed in FEWER_SEEDS:
        system = make_system(seed)
        for figure in system.figures:
            expected = judge_by_search(figure.figure_id, seed)
            assert (seed, judge(system, figure, seconds=60)) == (seed, expected)
            seen.append(expected)

    assert all(seen.count(verdict) > 20 for verdict in ("confirmed", "consistent", "contradicted", "undecidable"))


def test_a_figure_that_is_in_no_system_is_judged_by_all_of_it() -> None:
    for seed in FEWER_SEEDS:
        system = make_system(seed)
        figure = system.figures[0]
        assert judge(system.without([figure.figure_id]), figure, seconds=60) == judge_by_search(figure.figure_id, seed)


@pytest.mark.parametrize(
    ("interval", "verdict"),
    [
        (Interval(Fraction(0)), "confirmed"),
        (EVERYTHING, "confirmed"),
        (Interval.exactly(0), "consistent"),
        (Interval(None, Fraction(-1)), "contradicted"),
    ],
)
def test_of_a_count_that_nothing_is_said_of_it_is_known_that_it_is_not_below_zero(
    interval: Interval, verdict: str
) -> None:
    assert judge(System(()), Figure("a", interval, partial(level, "admissions"))) == verdict


# sets that hit all cores

small_sets = st.frozensets(st.sampled_from("abcdefg"), min_size=1, max_size=5)


def hit_by_search(cores: list[FigureSet], size: int) -> set[FigureSet]:
    names = sorted(set().union(*cores))
    chosen = [frozenset(one) for length in range(size + 1) for one in combinations(names, length)]
    hitting = {one for one in chosen if all(one & core for core in cores)}
    return {one for one in hitting if not any(other < one for other in hitting)}


@given(st.lists(small_sets, max_size=7), st.integers(0, 7))
def test_the_sets_that_hit_all_cores_are_those_that_a_search_finds(cores: list[FigureSet], size: int) -> None:
    found = list(list_hitting_sets(cores, size))

    assert set(found) == hit_by_search(cores, size)
    assert len(found) == len(set(found))


def test_where_there_is_no_core_nothing_hits_them_all() -> None:
    assert list(list_hitting_sets([], 0)) == list(list_hitting_sets([], 5)) == [frozenset()]


def test_sets_that_hit_cores_are_not_looked_for_when_time_has_run_out() -> None:
    with pytest.raises(Undecided):
        next(list_hitting_sets([frozenset("ab")], 1, time.monotonic() - 1))


# real figures


class Count(NamedTuple):
    """A count, and what is printed of it."""

    figure_id: str
    count: str
    printed: str

    def to_figure(self, reliability: int = 0) -> Figure:
        return Figure(
            self.figure_id, read_interval(self.printed, is_count=True), partial(level, self.count), reliability
        )


def read_quotient(printed: str) -> Interval:
    return read_interval(printed, is_count=False, is_quotient=True)


TOTAL = Count("total", "admissions", "1.746").to_figure()
AVERAGE = Figure("average", read_quotient("196"), partial(yearly_average, "admissions", years_low=9, years_high=9))
SHARE = Figure("share", read_quotient("0.32"), partial(percentage, "religious", "admissions"))


def fit_tan_son(figures: Iterable[Figure]) -> bool:
    """Whether figures can be true of some followers of a religion among at most 4,000 admitted."""
    return any(
        all(
            constraint.holds({"admissions": admissions, "religious": religious})
            for figure in figures
            for constraint in figure.constraints
        )
        for admissions in range(4001)
        for religious in range(admissions * 4 // 1000 + 1)
    )


def test_total_and_average_of_tan_son_contradict_each_other_and_either_may_be_wrong() -> None:
    result = localise(System((TOTAL, AVERAGE)))

    assert result == Localisation(
        "contradicted", (frozenset({"average"}), frozenset({"total"})), (frozenset({"total", "average"}),)
    )


def test_of_total_average_and_share_of_tan_son_the_smallest_sets_are_those_that_a_search_finds() -> None:
    figures = (TOTAL, AVERAGE, SHARE)
    fitting = {
        frozenset(figure.figure_id for figure in kept)
        for size in range(4)
        for kept in combinations(figures, size)
        if fit_tan_son(kept)
    }
    largest = max(map(len, fitting))
    expected = {frozenset({"total", "average", "share"}) - kept for kept in fitting if len(kept) == largest}
    result = localise(System(figures))

    assert expected == set(map(frozenset, combinations(("total", "average", "share"), 2)))
    assert result.verdict == "contradicted"
    assert set(result.minimum_sets) == expected


def test_less_reliable_figures_are_named_first() -> None:
    figures = (Count("a", "men", "3").to_figure(2), Count("b", "men", "4").to_figure(1))

    assert localise(System(figures)).minimum_sets == (frozenset({"b"}), frozenset({"a"}))
    assert localise(System(figures[::-1])).minimum_sets == (frozenset({"b"}), frozenset({"a"}))


def test_of_figures_that_are_printed_three_times_the_odd_one_is_wrong() -> None:
    figures = [Count(f"figure {number}", "đảng viên", printed).to_figure() for number, printed in enumerate("774")]
    figures.append(Count("another", "dang vien", "4").to_figure())

    assert localise(System(tuple(figures))).minimum_sets == (frozenset({"figure 2"}),)


@pytest.mark.parametrize("whole", [1_905, 987_654_321, 10**9, 10**12])
@pytest.mark.parametrize("error", [-1, 0, 1, 45])
def test_a_sum_of_large_parts_is_wrong_by_one(whole: int, error: int) -> None:
    parts = [whole // 7, whole // 3, whole - whole // 7 - whole // 3]
    figures = [Count(f"part {number}", f"part {number}", str(part)).to_figure() for number, part in enumerate(parts)]
    figures.append(Count("whole", "whole", str(whole + error)).to_figure())
    relation = parts_of("whole", [f"part {number}" for number in range(3)], is_complete=True)
    result = localise(System(tuple(figures), (relation,)))
    everyone = frozenset(figure.figure_id for figure in figures)

    assert result.verdict == ("contradicted" if error else "consistent")
    assert result.cores == ((everyone,) if error else ())
    assert result.minimum_sets == (tuple(frozenset({name}) for name in sorted(everyone)) if error else ())


@pytest.mark.parametrize(
    ("printed", "is_true"), [("33,33", True), ("33,34", False), ("33,3333333", True), ("33", True)]
)
def test_a_share_of_a_large_count_is_decided_to_the_last_digit(printed: str, is_true: bool) -> None:
    figures = (
        Count("part", "part", "333.333.333").to_figure(),
        Count("whole", "whole", "1.000.000.000").to_figure(),
        Figure("share", read_quotient(printed), partial(percentage, "part", "whole")),
    )
    result = localise(System(figures))

    assert result.verdict == ("consistent" if is_true else "contradicted")
    assert len(result.minimum_sets) == (0 if is_true else 3)
    assert judge(System(figures), figures[2]) == ("confirmed" if is_true else "contradicted")


def test_a_figure_that_cannot_be_true_at_all_is_a_core() -> None:
    impossible = Figure("a", Interval(Fraction(1, 3), Fraction(2, 3)), partial(level, "men"))
    result = localise(System((impossible, Count("b", "men", "3").to_figure())))

    assert result == Localisation("contradicted", (frozenset("a"),), (frozenset("a"),))


def test_figures_that_say_nothing_are_consistent() -> None:
    figures = (
        Figure("a", EVERYTHING, partial(level, "men")),
        Figure("b", EVERYTHING, lambda interval: ()),
        Figure("c", Interval.exactly(0), lambda interval: (bound({}, interval),)),
    )

    assert localise(System(figures, (equal("men", "men"),))) == Localisation("consistent")
    assert localise(System(())) == Localisation("consistent")
    assert [judge(System(figures), figure) for figure in figures] == ["confirmed"] * 3


# what cannot be decided


@pytest.mark.parametrize(
    "relations",
    [
        (bound({"men": 1}, Interval(Fraction(3))), bound({"men": 1}, Interval(None, Fraction(2)))),
        (bound({"men": 1}, Interval(None, Fraction(-1))),),
        (parts_of("men", ["men", "women"], is_complete=True), bound({"women": 1}, Interval(Fraction(1)))),
        (bound({}, Interval.exactly(1)),),
    ],
)
@pytest.mark.parametrize("printed", ["3", "4"])
def test_definitions_that_contradict_each_other_are_an_error(relations: tuple, printed: str) -> None:
    figures = (Count("a", "men", "3").to_figure(), Count("b", "men", printed).to_figure())

    with pytest.raises(ValueError, match="what holds by definition cannot hold"):
        localise(System(figures, relations))
    with pytest.raises(ValueError, match="what holds by definition cannot hold"):
        localise(System((), relations))
    assert judge(System(figures, relations), figures[0]) == "undecidable"


@pytest.mark.parametrize("seconds", [0, -1, 0.0])
def test_without_time_nothing_is_decided(seconds: float) -> None:
    system = System((TOTAL, AVERAGE))
    solver = Solver(system, seconds)

    assert localise(system, seconds=seconds) == Localisation("undecidable")
    assert judge(system, TOTAL, seconds=seconds) == "undecidable"
    for ask in (solver.find_core, lambda: solver.can_be_true(()), lambda: solver.implies(())):
        with pytest.raises(Undecided):
            ask()


def test_time_is_up_for_all_questions_together() -> None:
    solver = Solver(System((TOTAL, AVERAGE)), 60)

    assert solver.find_core() is not None
    solver._ends_at -= 60
    with pytest.raises(Undecided):
        solver.find_core()


def count_smallest(digits: str, most_sets: int) -> tuple[str, int]:
    """Return verdict and number of sets where of two counts one thing is printed, and another."""
    figures = tuple(
        Count(f"{count} {printed}", count, printed).to_figure() for count in ("men", "women") for printed in digits
    )
    result = localise(System(figures), most_sets=most_sets)
    return result.verdict, len(result.minimum_sets)


@pytest.mark.parametrize(("most_sets", "told"), [(1_000, 4), (4, 4), (3, 3), (2, 3)])
def test_of_more_smallest_sets_than_are_told_each_part_is_told_once(most_sets: int, told: int) -> None:
    assert count_smallest("34", most_sets) == ("contradicted", told)


@pytest.mark.parametrize(("most_sets", "verdict"), [(2, "undecidable"), (3, "contradicted")])
def test_one_place_with_more_sets_than_are_told_is_not_decided(most_sets: int, verdict: str) -> None:
    assert count_smallest("345", most_sets)[0] == verdict


# one solver, several questions


def test_a_question_leaves_no_trace() -> None:
    solver = Solver(System((TOTAL,)))
    same, other = level("admissions", Interval.exactly(1746)), level("admissions", Interval.exactly(1747))
    below, zero = level("women", Interval(None, Fraction(-1))), level("women", Interval(Fraction(0)))

    for _ in range(2):
        assert solver.can_be_true(same)
        assert solver.implies(same)
        assert not solver.can_be_true(other)
        assert not solver.implies(other)
        assert solver.can_be_true(other, ["total"])
        assert not solver.implies(same, ["total"])
        assert not solver.can_be_true(below)
        assert solver.implies(zero)
        assert solver.implies([])
        assert solver.can_be_true([])
        assert solver.find_core() is None


def test_a_core_is_found_among_the_figures_that_are_believed() -> None:
    solver = Solver(System((TOTAL, AVERAGE, SHARE, Count("again", "admissions", "1.764").to_figure())))

    assert solver.find_core(["average", "share"]) == frozenset({"total", "again"})
    assert solver.find_core(["again", "share"]) == frozenset({"total", "average"})
    assert solver.find_core(["total", "share"]) is None
    assert solver.find_core(["total", "average", "share", "again", "unknown"]) is None
