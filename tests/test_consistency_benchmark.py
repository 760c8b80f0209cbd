"""What drawn communes print is right until errors are planted; which can be found is decided without a solver."""

from __future__ import annotations

import itertools
import subprocess
import sys
from dataclasses import replace
from fractions import Fraction
from random import Random

import pytest

from benchmarks.commune_figures import (
    FIGURE_COUNT,
    Commune,
    Comparison,
    Numeral,
    Recipe,
    draw_commune,
    list_comparisons,
    misprint,
)
from benchmarks.consistency import judge
from benchmarks.consistency_scores import SCENARIOS, Answer, Guess, Result, Score, answer_one, list_guesses, score_one
from benchmarks.tolerance_rule import list_alarms
from benchmarks.whole_numbers import can_hold, find_farthest
from pipelines.consistency.constraints import Constraint
from pipelines.settings import CHECKOUT

CLEAN = [replace(scenario.recipe, error_count=0) for scenario in SCENARIOS]
COMMUNES = 40


def list_constraints(commune: Commune) -> list[Constraint]:
    system = commune.build_system()
    return [*system.relations, *(constraint for figure in system.figures for constraint in figure.constraints)]


# communes


@pytest.mark.parametrize("recipe", CLEAN)
def test_what_is_printed_of_true_counts_is_true(recipe: Recipe) -> None:
    communes = [draw_commune(str(seed), recipe) for seed in range(COMMUNES)]

    for commune in communes:
        assert all(constraint.holds(commune.counts) for constraint in list_constraints(commune))
        assert can_hold(list_constraints(commune), commune.counts) is True
        assert recipe.figure_counts[0] <= len(commune.printed) <= recipe.figure_counts[1]
        assert recipe.least <= commune.counts["year"] <= recipe.most
    sides = {numeral.side for commune in communes for numeral in commune.printed.values()}
    assert sides == {"both", "lower", "upper"}


def test_shares_are_rounded_or_cut_off_the_same_in_a_commune() -> None:
    ways = []
    for seed in range(COMMUNES):
        commune = draw_commune(str(seed), Recipe())
        shares = {
            name: (numeral, Fraction(100 * commune.counts[name.removeprefix("share of ")], commune.counts["year"]))
            for name, numeral in commune.printed.items()
            if name.startswith("share of ")
        }
        ways.append({numeral.value > share for numeral, share in shares.values()})
        assert all(abs(numeral.value - share) < Fraction(1, 10**numeral.decimals) for numeral, share in shares.values())
    # cut off, all of them are below the true share; rounded, some are above
    assert {True} in ways or {True, False} in ways
    assert {False} in ways


def test_the_same_seed_draws_the_same_commune_and_errors_change_only_what_is_printed() -> None:
    clean, again, other = (draw_commune(seed, Recipe()) for seed in ("one", "one", "other"))
    wrong = draw_commune("one", Recipe(error_count=2))

    assert clean == again
    assert clean.printed != other.printed
    assert len(clean.printed) == FIGURE_COUNT
    assert wrong.counts == clean.counts
    assert len(wrong.planted) == 2
    assert wrong.planted == {name for name in clean.printed if clean.printed[name] != wrong.printed[name]}


@pytest.mark.parametrize("has_typos", [True, False])
def test_an_error_says_something_else(has_typos: bool) -> None:
    for seed in range(COMMUNES):
        right, wrong = (draw_commune(str(seed), Recipe(error_count=count, has_typos=has_typos)) for count in (0, 1))
        (name,) = wrong.planted
        assert right.printed[name].value != wrong.printed[name].value


@pytest.mark.parametrize(
    ("numeral", "text"),
    [
        (Numeral("1746"), "1.746"),
        (Numeral("0"), "0"),
        (Numeral("3966", 2, is_count=False), "39,66"),
        (Numeral("7", 1, is_count=False), "0,7"),
        (Numeral("1205", is_count=False), "1205"),
    ],
)
def test_a_number_is_printed_as_it_is_read(numeral: Numeral, text: str) -> None:
    assert numeral.text == text
    assert numeral.interval.holds(numeral.value)


def test_a_slip_is_one_of_the_known_ones() -> None:
    random = Random(1)
    counts = {misprint(random, Numeral("128")).text for _ in range(500)}
    shares = {misprint(random, Numeral("128", 1, is_count=False)).text for _ in range(500)}

    assert counts >= {"218", "182", "12", "18", "28", "1.128", "1.228", "1.288", "728", "123", "1.280"}
    assert shares >= {"21,8", "18,2", "2,8", "12", "112,8", "122,8", "12,88", "72,8", "12,3", "128"}
    assert "128" not in counts
    assert "12,8" not in shares


# what is detectable


def test_what_can_hold_is_what_some_numbers_satisfy() -> None:
    random = Random(1)
    names = ("a", "b", "c")
    answers = []
    for _ in range(300):
        constraints = [Constraint(((name, 1),), 0, 4) for name in names]
        for _ in range(random.randint(1, 4)):
            terms = tuple((name, random.choice([-7, -3, -1, 1, 2, 5])) for name in random.sample(names, 2))
            low = random.randint(-10, 10)
            constraints.append(Constraint(terms, low, random.choice([None, low, low + 2])))
        some = any(
            all(constraint.holds(dict(zip(names, numbers, strict=True))) for constraint in constraints)
            for numbers in itertools.product(range(5), repeat=3)
        )
        answers.append(some)
        assert can_hold(constraints, dict.fromkeys(names, random.randint(0, 9))) is some
    assert 50 < sum(answers) < 250


def test_counts_without_upper_end_are_decided() -> None:
    # a share of 838 % of what contains it
    share = Constraint((("part", 100), ("whole", -838)), 0)
    subset = Constraint((("whole", 1), ("part", -1)), 0)
    some = Constraint((("whole", 1),), 1)

    assert can_hold([share, subset, some], {"part": 5, "whole": 9}) is False
    assert can_hold([share, some], {"part": 5, "whole": 9}) is True
    assert find_farthest([share, subset, some]) >= 9


def test_numbers_far_from_those_expected_are_found() -> None:
    whole = Constraint((("a", 1), ("b", 1)), 10**9, 10**9)
    eights, ones = (Constraint((("a", 3), ("b", -5)), number, number) for number in (8, 1))

    assert can_hold([whole, eights], {"a": 0, "b": 0}) is True
    # a would be an eighth more than a whole number
    assert can_hold([whole, ones], {"a": 0, "b": 0}) is False


# how errors are named


def commune(*planted: str) -> Commune:
    numbers = {"year": 100, "year again": 100, "women": 60, "target": 80}
    printed = {name: Numeral(str(number)) for name, number in numbers.items()}
    shares = {"share of women": Numeral("600", 1, is_count=False), "attainment": Numeral("1250", 1, is_count=False)}
    return Commune({}, printed | shares, frozenset(planted))


@pytest.mark.parametrize(
    ("minimum_sets", "planted", "named", "suspect_count"),
    [
        ([], {"a"}, False, 0),
        ([[{"a"}, {"b"}]], {"a"}, True, 2),
        ([[{"b"}]], {"a"}, False, 1),
        ([[{"a", "b"}, {"b", "c"}]], {"a", "b"}, True, 3),
        ([[{"a", "b"}]], {"a"}, False, 2),
        # of two parts that contradict themselves, one is explained by what is right
        ([[{"a"}], [{"c"}]], {"a", "b"}, False, 2),
        ([[{"a"}], [{"b"}, {"c"}]], {"a", "b"}, True, 3),
    ],
)
def test_a_culprit_is_named_by_minimum_sets_of_errors_only(
    minimum_sets: list[list[set[str]]], planted: set[str], named: bool, suspect_count: int
) -> None:
    sets = [[frozenset(one) for one in part] for part in minimum_sets]
    product, one, _ = list_guesses(commune(*planted), sets, seed="any")

    assert product == Guess(bool(sets), named, suspect_count)
    assert one.is_alarm == product.is_alarm
    assert product.is_named or not one.is_named


def test_one_minimum_set_at_random_is_sometimes_another() -> None:
    sets = [[frozenset("a"), frozenset("b")]]
    named = [list(list_guesses(commune("a"), sets, seed=str(seed)))[1].is_named for seed in range(COMMUNES)]

    assert 5 < sum(named) < COMMUNES - 5


def test_the_tolerance_looks_at_both_sides_of_what_is_printed() -> None:
    right = commune().printed

    assert list_alarms(right) == []
    # 60.5 % of 100 women are within the tolerance of 60
    assert list_alarms({**right, "share of women": Numeral("605", 1, is_count=False)}) == []
    (share,) = list_alarms({**right, "share of women": Numeral("61", is_count=False)})[:1]
    assert share.figure_ids == {"women", "share of women", "year"}
    assert {one.figure_ids for one in list_alarms({**right, "year again": Numeral("90")})} >= {
        frozenset({"year", "year again"}),
        frozenset({"year again", "target", "attainment"}),
    }
    above = list_alarms({"women": Numeral("102"), "year": Numeral("100")})
    assert [one.is_at_most for one in above] == [True]
    assert list_alarms({"women": Numeral("98"), "year": Numeral("100")}) == []


def test_what_only_bounds_a_number_is_compared_with_nothing() -> None:
    year, again = Numeral("100"), Numeral("90", side="lower")

    assert list_comparisons({"year": year, "year again": again}) == []
    assert list_comparisons({"year": year, "year again": year}) == [
        Comparison(((Fraction(1), ("year",)),), ((Fraction(1), ("year again",)),))
    ]


@pytest.mark.parametrize("index", range(len(SCENARIOS)))
def test_answers_are_scored(index: int) -> None:
    scores = [score_one(index, 1, number, answer_one(index, 1, number)) for number in range(6)]

    assert [score.is_planted for score in scores] == [
        bool(SCENARIOS[index].recipe.error_count) and number % SCENARIOS[index].planted_every == 0
        for number in range(6)
    ]
    for score in scores:
        assert score.guesses[0].is_alarm is score.is_detectable
        assert not score.is_false_alarm
        assert score.is_planted or not score.is_detectable
        assert score.guesses[0].is_named or not score.is_whole
        assert (score.guesses[0].suspect_count > 0) is score.is_detectable


# bounds

RIGHT = Guess(is_alarm=True, is_named=True, suspect_count=1)
SILENT = Guess(is_alarm=False, is_named=False, suspect_count=0)
CLEAN_SCORE = Score(False, False, False, 0, (SILENT,) * 3)
FOUND = Score(True, True, True, 1, (RIGHT,) * 3)
MISSED = FOUND._replace(guesses=(SILENT,) * 3)
UNNAMED = FOUND._replace(guesses=(RIGHT._replace(is_named=False),) * 3)


def result(*scores: Score, seconds: float = 1.0, slow: int = 0) -> Result:
    answers = [Answer(0.2 if number < slow else 0.01, True, ()) for number in range(len(scores))]
    return Result("some", seconds, answers, scores)


@pytest.mark.parametrize(
    ("measured", "broken"),
    [
        (result(*[FOUND] * 10, *[CLEAN_SCORE] * 90), []),
        (result(*[FOUND] * 100, seconds=121), ["100 communes, 30 figures each: seconds"]),
        (result(*[FOUND] * 100, slow=1), []),
        (result(*[FOUND] * 100, slow=2), ["one of these communes: p99, milliseconds"]),
        (result(*[FOUND] * 24, MISSED), []),
        (result(*[FOUND] * 23, MISSED), ["some: not found, % of detectable"]),
        (result(*[FOUND] * 199, UNNAMED), []),
        (result(*[FOUND] * 198, UNNAMED), ["some: culprit not named, % of found"]),
        # what is not detectable need not be found
        (result(FOUND, MISSED._replace(is_detectable=False)), []),
        (result(FOUND, MISSED._replace(is_detectable=None)), []),
        (result(FOUND, FOUND._replace(is_detectable=False)), ["all scenarios: false alarms"]),
        (result(FOUND, CLEAN_SCORE._replace(guesses=(RIGHT,) * 3)), ["all scenarios: false alarms"]),
        # of nothing, nothing is known
        (
            result(MISSED._replace(is_detectable=False)),
            ["some: not found, % of detectable", "some: culprit not named, % of found"],
        ),
    ],
)
def test_a_bound_that_does_not_hold_is_named(measured: Result, broken: list[str]) -> None:
    assert [bound.text for bound in judge([measured]) if not bound.holds] == broken


def test_the_whole_benchmark_runs() -> None:
    run = subprocess.run(
        [sys.executable, "-m", "benchmarks.consistency", "--communes", "100"],
        cwd=CHECKOUT,
        capture_output=True,
        text=True,
        check=False,
    )

    assert run.stderr == ""
    assert "no error: 10 communes answered after" in run.stdout
    assert "one of them, at random" in run.stdout
    for line in run.stdout.splitlines():
        assert "does not hold" not in line or "milliseconds" in line
