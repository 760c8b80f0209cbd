"""What the product says of drawn communes, what others would say, and how that compares with what was planted.

A commune is drawn anew wherever it is needed, from its scenario, a seed and its number; processes hand over only these.
"""

from __future__ import annotations

import math
import time
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from functools import cached_property, partial
from multiprocessing import get_context
from random import Random
from typing import TYPE_CHECKING, NamedTuple

from benchmarks.commune_figures import Recipe, draw_commune
from benchmarks.tolerance_rule import list_alarms
from benchmarks.whole_numbers import can_hold
from pipelines.consistency.conflicts import Solver, localise
from pipelines.consistency.constraints import list_components

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from benchmarks.commune_figures import Commune
    from pipelines.consistency.conflicts import FigureSet

METHODS = ("all minimum sets", "one of them, at random", "more than 1 % apart")

_BILLION = 10**9
_CHUNK = 20
"""Communes that a process takes at once."""


class Scenario(NamedTuple):
    """Communes of one kind.

    Attributes:
        name: What it is called.
        recipe: What those print that have errors.
        planted_every: Of so many communes one has errors.
    """

    name: str
    recipe: Recipe
    planted_every: int = 2

    def draw(self, seed: int, number: int) -> Commune:
        """Return one of the communes."""
        has_errors = number % self.planted_every == 0
        recipe = self.recipe if has_errors else replace(self.recipe, error_count=0)
        return draw_commune(f"{seed}/{self.name}/{number}", recipe)


SCENARIOS = (
    Scenario("one error", Recipe(error_count=1), planted_every=20),
    Scenario("two errors", Recipe(error_count=2)),
    Scenario("other values", Recipe(error_count=1, has_typos=False)),
    Scenario("sparse articles", Recipe(error_count=1, figure_counts=(5, 10))),
    Scenario("near a billion", Recipe(error_count=1, least=_BILLION // 2, most=2 * _BILLION)),
    Scenario("no error", Recipe()),
)


class Answer(NamedTuple):
    """What the product says of a commune.

    Attributes:
        seconds: How long it took.
        is_decided: Whether it came to an end.
        minimum_sets: Of each part of the figures that contradicts itself.
    """

    seconds: float
    is_decided: bool
    minimum_sets: tuple[tuple[FigureSet, ...], ...]


class Guess(NamedTuple):
    """What one of the `METHODS` makes of a commune.

    Attributes:
        is_alarm: Whether it finds something wrong.
        is_named: Whether it names a culprit.
        suspect_count: How many figures one has to look up.
    """

    is_alarm: bool
    is_named: bool
    suspect_count: int


class Score(NamedTuple):
    """How an answer compares with what was planted.

    Attributes:
        is_planted: Whether something was.
        is_detectable: Whether no numbers satisfy all figures; none if that is not known.
        is_whole: Whether minimum sets are made of just what was planted.
        set_count: How many choices of minimum sets there are.
        guesses: What each of the `METHODS` makes of it; the first is the product.
    """

    is_planted: bool
    is_detectable: bool | None
    is_whole: bool
    set_count: int
    guesses: tuple[Guess, ...]

    @property
    def is_false_alarm(self) -> bool:
        """Whether the product sees a contradiction where there is none."""
        return self.guesses[0].is_alarm and (not self.is_planted or self.is_detectable is False)


@dataclass(frozen=True)
class Result:
    """What the communes of a scenario gave.

    Attributes:
        name: What the scenario is called.
        seconds: Wall clock of all answers.
        answers: Of each commune.
        scores: Likewise.
    """

    name: str
    seconds: float
    answers: Sequence[Answer]
    scores: Sequence[Score]

    @cached_property
    def detectable(self) -> list[Score]:
        """Communes in which errors can be found."""
        return [score for score in self.scores if score.is_planted and score.is_detectable]

    @cached_property
    def found(self) -> list[Score]:
        """Those of them in which the product has found something."""
        return [score for score in self.detectable if score.guesses[0].is_alarm]

    def percentile(self, share: float) -> float | None:
        """Return the milliseconds within which a share of the communes is answered."""
        seconds = find_quantile([answer.seconds for answer in self.answers], share)
        return None if seconds is None else 1000 * seconds


def run(index: int, commune_count: int, *, seed: int, processes: int) -> Result:
    """Return what one of the `SCENARIOS` gives.

    Args:
        index: Which one.
        commune_count: How many communes.
        seed: What they are drawn from.
        processes: How many there are.
    """
    numbers = range(commune_count)
    started = time.perf_counter()
    with ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as pool:
        answers = list(pool.map(partial(answer_one, index, seed), numbers, chunksize=_CHUNK))
        seconds = time.perf_counter() - started
        scores = list(pool.map(partial(score_one, index, seed), numbers, answers, chunksize=_CHUNK))
    return Result(SCENARIOS[index].name, seconds, answers, scores)


def measure_writing(commune_count: int, *, seed: int) -> float:
    """Return which part of the processor time of an answer goes into writing the figures down for Z3.

    Args:
        commune_count: Of how many communes of the first scenario.
        seed: What they are drawn from.
    """
    writing = answering = 0.0
    for number in range(commune_count):
        for component in list_components(SCENARIOS[0].draw(seed, number).build_system()):
            moments = [time.process_time()]
            Solver(component)
            moments.append(time.process_time())
            localise(component)
            writing += moments[1] - moments[0]
            answering += time.process_time() - moments[1]
    return writing / answering


def answer_one(index: int, seed: int, number: int) -> Answer:
    """Return what the product says of a commune.

    Args:
        index: Which of the `SCENARIOS`.
        seed: What communes are drawn from.
        number: Which commune.
    """
    commune = SCENARIOS[index].draw(seed, number)
    started = time.perf_counter()
    localisations = [localise(component) for component in list_components(commune.build_system())]
    seconds = time.perf_counter() - started
    is_decided = all(one.verdict != "undecidable" for one in localisations)
    minimum_sets = tuple(one.minimum_sets for one in localisations if one.verdict == "contradicted")
    return Answer(seconds, is_decided, minimum_sets)


def score_one(index: int, seed: int, number: int, answer: Answer) -> Score:
    """Return how an answer compares with what was planted.

    Args:
        index: Which of the `SCENARIOS`.
        seed: What communes are drawn from.
        number: Which commune.
        answer: What the product says of it.
    """
    commune = SCENARIOS[index].draw(seed, number)
    return Score(
        is_planted=bool(commune.planted),
        is_detectable=_is_detectable(commune),
        is_whole=_is_whole(answer.minimum_sets, commune.planted),
        set_count=math.prod(len(sets) for sets in answer.minimum_sets),
        guesses=tuple(list_guesses(commune, answer.minimum_sets, seed=f"{seed}/{index}/{number}")),
    )


def list_guesses(commune: Commune, minimum_sets: Sequence[Sequence[FigureSet]], *, seed: str) -> Iterable[Guess]:
    """Return what each of the `METHODS` makes of a commune.

    Args:
        commune: What it prints.
        minimum_sets: Of each part of its figures that contradicts itself.
        seed: What the second method chooses by.
    """
    planted, is_alarm = commune.planted, bool(minimum_sets)
    is_named = is_alarm and all(any(one <= planted for one in sets) for sets in minimum_sets)
    yield Guess(is_alarm, is_named, len({name for sets in minimum_sets for one in sets for name in one}))
    random = Random(seed)  # noqa: S311 - nothing is kept secret
    chosen = [random.choice(sets) for sets in minimum_sets]
    yield Guess(is_alarm, is_alarm and all(one <= planted for one in chosen), sum(len(one) for one in chosen))
    apart = {name for comparison in list_alarms(commune.printed) for name in comparison.figure_ids}
    yield Guess(bool(apart), bool(apart & planted), len(apart))


def find_quantile(numbers: Iterable[float], share: float) -> float | None:
    """Return the smallest number than which a share of all is not larger; none of nothing.

    Examples:
        >>> find_quantile([4, 1, 2, 3], 0.75)
        3
    """
    ordered = sorted(numbers)
    return ordered[math.ceil(share * len(ordered)) - 1] if ordered else None


def _is_detectable(commune: Commune) -> bool | None:
    system = commune.build_system()
    said = [constraint for figure in system.figures for constraint in figure.constraints]
    answer = can_hold([*system.relations, *said], commune.counts)
    return None if answer is None else not answer


def _is_whole(minimum_sets: Sequence[Sequence[FigureSet]], planted: FigureSet) -> bool:
    named = [one for sets in minimum_sets for one in sets if one <= planted]
    return bool(named) and sum(len(one) for one in named) == len(planted) and len(named) == len(minimum_sets)
