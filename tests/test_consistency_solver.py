"""However often Z3 begins anew, it answers the same; what a question names is forgotten after it."""

from __future__ import annotations

from fractions import Fraction
from functools import partial

import pytest

from benchmarks.consistency_scores import SCENARIOS
from pipelines.consistency import conflicts
from pipelines.consistency.conflicts import Solver, Undecided, localise
from pipelines.consistency.constraints import Figure, System, bound, level, list_components, parts_of
from pipelines.intervals import Interval


def count(name: str, number: int) -> Figure:
    return Figure(name, Interval.exactly(number), partial(level, name))


SYSTEM = System((count("year", 10), count("women", 4)), (parts_of("year", ["women", "men"], is_complete=True),))


def test_a_count_that_only_a_question_names_is_never_below_zero() -> None:
    solver = Solver(SYSTEM)
    below = (bound({"others": 1}, Interval(None, Fraction(0), is_high_open=True)),)

    assert not solver.can_be_true(below)
    assert not solver.can_be_true(below)
    assert solver.can_be_true((bound({"others": 1, "men": 1}, Interval.exactly(6)),))


@pytest.mark.parametrize("left_out", [(), ("women",)])
def test_a_question_is_answered_however_little_effort_is_made_at_first(
    left_out: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(conflicts, "_FIRST_EFFORT", 1)
    solver = Solver(SYSTEM)

    assert solver.implies(level("men", Interval.exactly(6)), left_out) is not bool(left_out)
    assert not solver.can_be_true(level("men", Interval.exactly(11)), left_out)
    assert solver.find_core(left_out) is None


def test_minimum_sets_are_the_same_with_little_effort_at_first(monkeypatch: pytest.MonkeyPatch) -> None:
    systems = [
        one for number in range(0, 12, 2) for one in list_components(SCENARIOS[1].draw(1, number).build_system())
    ]
    answers = [localise(system)[:2] for system in systems]
    monkeypatch.setattr(conflicts, "_FIRST_EFFORT", 100)

    assert [localise(system)[:2] for system in systems] == answers
    assert "contradicted" in {verdict for verdict, _ in answers}


def test_none_of_the_figures_that_contradict_each_other_can_be_spared() -> None:
    for number in range(0, 12, 2):
        for system in list_components(SCENARIOS[1].draw(1, number).build_system()):
            solver = Solver(system)
            for core in localise(system).cores:
                others = {figure.figure_id for figure in system.figures} - core
                assert solver.find_core(others) == core
                assert all(solver.find_core(others | {figure_id}) is None for figure_id in core)


def test_without_time_nothing_is_said() -> None:
    with pytest.raises(Undecided):
        Solver(SYSTEM, seconds=0).find_core()
    assert localise(SYSTEM, seconds=0).verdict == "undecidable"
