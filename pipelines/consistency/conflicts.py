"""Which figures may be wrong: error localisation after Fellegi and Holt, exact and complete.

Fellegi and Holt (A systematic approach to automatic edit and imputation, Journal of the American Statistical
Association 71, 1976) change as few values as possible so that all edits hold. Here a figure is not changed but
distrusted: what it says is left out. A set of figures can be distrusted if the others can all be true of some whole
numbers; it hits every minimal set of figures that cannot be true together, a core. So cores and smallest sets that hit
them are found in turn (Reiter, A theory of diagnosis from first principles, Artificial Intelligence 32, 1987): a set
that leaves figures which still contradict each other gives a new core, until all smallest sets leave none. Z3 decides,
over whole numbers.
"""

from __future__ import annotations

import math
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import z3

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from pipelines.consistency.constraints import Constraint, Figure, System

FigureSet = frozenset[str]

_MILLISECONDS = 1000


class Undecided(Exception):  # noqa: N818 - an answer, if a poor one
    """The solver has not found an answer in time."""


class Localisation(NamedTuple):
    """Which figures of a system may be wrong.

    Attributes:
        verdict: ``consistent`` if all of them can be true, ``contradicted`` if they cannot, ``undecidable`` if time ran
            out: the sets are not all then, or not smallest.
        minimum_sets: All smallest sets of figures without which the others can be true, the least reliable first.
        cores: Minimal sets of figures that cannot be true together: why.
    """

    verdict: str
    minimum_sets: tuple[FigureSet, ...] = ()
    cores: tuple[FigureSet, ...] = ()


@dataclass
class Solver:
    """Decides whether figures can be true together.

    Args:
        system: The figures, and what holds by definition.
        seconds: For all questions together.
    """

    system: System
    seconds: float = 10.0

    def __post_init__(self) -> None:
        self._ends_at = time.monotonic() + self.seconds
        # its own: in one that others have used, it depends on what they asked which cores are found
        self._context = z3.Context()
        self._solver = z3.SolverFor("QF_LIA", self._context)
        self._solver.set("core.minimize", True)  # noqa: FBT003 - its own
        self._counts: dict[str, z3.ArithRef] = {}
        self._names: dict[str, str] = {}
        self._trackers = {}
        for relation in self.system.relations:
            self._solver.add(*self._express(relation))
        for figure in self.system.figures:
            tracker = z3.Bool(f"figure {figure.figure_id}", self._context)
            self._trackers[figure.figure_id] = tracker
            self._names[tracker.decl().name()] = figure.figure_id
            self._solver.add(z3.Implies(tracker, self._express_all(figure.constraints)))

    def find_core(self, left_out: Collection[str] = ()) -> FigureSet | None:
        """Return some figures that cannot be true together, of which none can be spared; none if all can be true.

        Args:
            left_out: Figures that are not believed.

        Raises:
            Undecided: Time ran out.
        """
        believed = [tracker for name, tracker in self._trackers.items() if name not in left_out]
        if self._check(believed):
            return None
        return frozenset(self._names[tracker.decl().name()] for tracker in self._solver.unsat_core())

    def can_be_true(self, constraints: Iterable[Constraint], left_out: Collection[str] = ()) -> bool:
        """Whether constraints can hold beside all figures that are believed.

        Raises:
            Undecided: Time ran out.
        """
        return self._check_beside(self._express_all(constraints), left_out)

    def implies(self, constraints: Sequence[Constraint], left_out: Collection[str] = ()) -> bool:
        """Whether constraints must hold if all figures that are believed are true.

        Raises:
            Undecided: Time ran out.
        """
        return not self._check_beside(z3.Not(self._express_all(constraints)), left_out)

    def _check_beside(self, expressed: z3.BoolRef, left_out: Collection[str]) -> bool:
        """Whether something can hold beside all figures that are believed.

        It is expressed before: what is said then of a count that is new, that it is zero or more, stays said.
        """
        self._solver.push()
        try:
            self._solver.add(expressed)
            return self._check([tracker for name, tracker in self._trackers.items() if name not in left_out])
        finally:
            self._solver.pop()

    def _check(self, believed: Sequence[z3.BoolRef]) -> bool:
        left = int((self._ends_at - time.monotonic()) * _MILLISECONDS)
        if left <= 0:
            raise Undecided
        self._solver.set("timeout", left)
        answer = self._solver.check(*believed)
        if answer == z3.unknown:
            raise Undecided
        return bool(answer == z3.sat)

    def _express_all(self, constraints: Iterable[Constraint]) -> z3.BoolRef:
        expressed = [part for constraint in constraints for part in self._express(constraint)]
        return z3.And(*expressed, self._context)

    def _express(self, constraint: Constraint) -> list[z3.BoolRef]:
        nothing = z3.IntVal(0, self._context)
        total = z3.Sum([nothing, *(factor * self._count(name) for name, factor in constraint.terms)])
        if constraint.low is not None and constraint.low == constraint.high:
            return [total == constraint.low]
        expressed = []
        if constraint.low is not None:
            expressed.append(total >= constraint.low)
        if constraint.high is not None:
            expressed.append(total <= constraint.high)
        return expressed

    def _count(self, name: str) -> z3.ArithRef:
        if name not in self._counts:
            self._counts[name] = z3.Int(name, self._context)
            self._solver.add(self._counts[name] >= 0)
        return self._counts[name]


def localise(system: System, *, seconds: float = 10.0, most_sets: int = 1_000) -> Localisation:
    """Return which figures of a system may be wrong.

    Args:
        system: The figures; those that have nothing to do with each other are better asked apart, see
            `pipelines.consistency.constraints.list_components`.
        seconds: How long it may take.
        most_sets: How many smallest sets there may be; with more nothing is said.

    Raises:
        ValueError: What holds by definition cannot hold.
    """
    cores: list[FigureSet] = []
    found: set[FigureSet] = set()
    size = 0
    ends_at = time.monotonic() + seconds
    solver = Solver(system, seconds)
    try:
        while True:
            candidates = list_hitting_sets(cores, size, most_sets, ends_at) - found
            if not candidates:
                if found:
                    break
                size += 1
                continue
            for candidate in sorted(candidates, key=sorted):
                core = solver.find_core(candidate)
                if core is None:
                    found.add(candidate)
                    continue
                if not core:
                    message = "what holds by definition cannot hold"
                    raise ValueError(message)
                cores.append(core)
                break
    except Undecided:
        return Localisation("undecidable", (), tuple(cores))
    if found == {frozenset()}:
        return Localisation("consistent")
    return Localisation("contradicted", _rank(found, system), tuple(cores))


def judge(system: System, figure: Figure, *, seconds: float = 10.0) -> str:
    """Return what the other figures say of one.

    Returns:
        ``confirmed`` if it follows from them, ``consistent`` if it can be true beside them, ``contradicted`` if it
        cannot, ``undecidable`` if they contradict each other, or time ran out.
    """
    solver = Solver(system, seconds)
    try:
        if solver.find_core([figure.figure_id]) is not None:
            return "undecidable"
        if not solver.can_be_true(figure.constraints, [figure.figure_id]):
            return "contradicted"
        return "confirmed" if solver.implies(figure.constraints, [figure.figure_id]) else "consistent"
    except Undecided:
        return "undecidable"


def list_hitting_sets(
    cores: Sequence[FigureSet], size: int, most_sets: int, ends_at: float = math.inf
) -> set[FigureSet]:
    """Return the sets of at most so many figures that have one of each core, without those that contain another.

    Args:
        cores: Sets, none of them empty.
        size: How many figures at most.
        most_sets: How many sets there may be.
        ends_at: When to give up, by the clock ``time.monotonic``.

    Raises:
        Undecided: There are more, or time ran out.

    Examples:
        >>> sorted(map(sorted, list_hitting_sets([frozenset("ab"), frozenset("bc")], 1, 10)))
        [['b']]
        >>> sorted(map(sorted, list_hitting_sets([frozenset("ab"), frozenset("bc")], 2, 10)))
        [['a', 'c'], ['b']]
    """
    found: set[FigureSet] = set()
    begun: set[FigureSet] = set()

    def extend(chosen: FigureSet) -> None:
        if chosen in begun:
            return
        begun.add(chosen)
        if time.monotonic() > ends_at:
            raise Undecided
        missed = next((core for core in cores if not core & chosen), None)
        if missed is None:
            # a set of which one can be spared contains another
            if all(any(core & chosen == {one} for core in cores) for one in chosen):
                found.add(chosen)
            if len(found) > most_sets:
                raise Undecided
        elif len(chosen) < size:
            for figure_id in sorted(missed):
                extend(chosen | {figure_id})

    extend(frozenset())
    return found


def _rank(found: Iterable[FigureSet], system: System) -> tuple[FigureSet, ...]:
    def weigh(figure_ids: FigureSet) -> tuple[int, list[str]]:
        return sum(system.by_id[figure_id].reliability for figure_id in figure_ids), sorted(figure_ids)

    return tuple(sorted(found, key=weigh))
