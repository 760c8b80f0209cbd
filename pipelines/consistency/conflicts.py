"""Which figures may be wrong: error localisation after Fellegi and Holt, exact and complete.

Fellegi and Holt (A systematic approach to automatic edit and imputation, Journal of the American Statistical
Association 71, 1976) change as few values as possible so that all edits hold. Here a figure is not changed but
distrusted: what it says is left out. A set of figures can be distrusted if the others can all be true of some whole
numbers; it hits every minimal set of figures that cannot be true together, a core. So cores and smallest sets that hit
them are found in turn (Reiter, A theory of diagnosis from first principles, Artificial Intelligence 32, 1987): a set
that leaves figures which still contradict each other gives a new core, until all smallest sets leave none. Z3 decides,
over whole numbers.

Most questions take Z3 a millisecond. A few take it seconds or more, but only from where it happens to begin; so its
effort is limited, and it begins anew in another way, with twice the effort (Gomes, Selman, Crato and Kautz,
Heavy-tailed phenomena in satisfiability and constraint satisfaction problems, Journal of Automated Reasoning 24, 2000).
"""

from __future__ import annotations

import itertools
import math
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import z3

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence

    from pipelines.consistency.constraints import Constraint, Figure, System

FigureSet = frozenset[str]

_MILLISECONDS = 1000
_ARITHMETICS = (6, 2)
"""Z3's newer and older way to think about sums, by its own numbers."""

_FIRST_EFFORT = 20_000
"""As Z3 counts its steps, some ten milliseconds: how it goes on does not hang on the speed of a machine."""


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
        self._symbols: dict[str, str] = {}
        symbols = {f"f{number}": figure for number, figure in enumerate(self.system.figures)}
        self._figure_ids = {symbol: figure.figure_id for symbol, figure in symbols.items()}
        self._trackers = {figure.figure_id: z3.Bool(symbol, self._context) for symbol, figure in symbols.items()}
        said = [constraint for figure in self.system.figures for constraint in figure.constraints]
        self._conditions = self._parse(
            (*self.system.relations, *said),
            self._express(self.system.relations),
            *(f"(=> {symbol} {self._express(figure.constraints)})" for symbol, figure in symbols.items()),
        )
        self._starts = 0
        self._start()

    def _start(self) -> None:
        """Start with nothing learnt, each time in another way."""
        self._solver = z3.SimpleSolver(self._context)
        self._solver.set("random_seed", self._starts)
        self._solver.set("arith.solver", _ARITHMETICS[self._starts % len(_ARITHMETICS)])
        self._solver.add(self._conditions)
        self._starts += 1

    def find_core(self, left_out: Collection[str] = ()) -> FigureSet | None:
        """Return some figures that cannot be true together, of which none can be spared; none if all can be true.

        One of them that can be spared may stay if Z3 does not see that at once.

        Args:
            left_out: Figures that are not believed.

        Raises:
            Undecided: Time ran out.
        """
        if self._check(self._trackers.keys() - left_out):
            return None
        core = self._read_core()
        # asked for minimal cores, Z3 gives up at the first question that takes too much effort
        for figure_id in sorted(core):
            if figure_id in core and self._ask(core - {figure_id}) is False:
                core = self._read_core()
        return core

    def can_be_true(self, constraints: Sequence[Constraint], left_out: Collection[str] = ()) -> bool:
        """Whether constraints can hold beside all figures that are believed.

        Raises:
            Undecided: Time ran out.
        """
        return self._check(self._trackers.keys() - left_out, self._parse(constraints, self._express(constraints)))

    def implies(self, constraints: Sequence[Constraint], left_out: Collection[str] = ()) -> bool:
        """Whether constraints must hold if all figures that are believed are true.

        Raises:
            Undecided: Time ran out.
        """
        conditions = self._parse(constraints, f"(not {self._express(constraints)})")
        return not self._check(self._trackers.keys() - left_out, conditions)

    def _check(self, figure_ids: Collection[str], conditions: Sequence[z3.BoolRef] = ()) -> bool:
        """Whether figures, and conditions, can all be true."""
        effort = _FIRST_EFFORT
        while (answer := self._ask(figure_ids, conditions, effort)) is None:
            self._start()
            effort *= 2
        return answer

    def _ask(
        self, figure_ids: Collection[str], conditions: Sequence[z3.BoolRef] = (), effort: int = _FIRST_EFFORT
    ) -> bool | None:
        """Whether figures, and conditions, can all be true; none if to know that takes more effort."""
        left = int((self._ends_at - time.monotonic()) * _MILLISECONDS)
        if left <= 0:
            raise Undecided
        self._solver.set("timeout", left)
        self._solver.set("rlimit", effort)
        believed = [tracker for figure_id, tracker in self._trackers.items() if figure_id in figure_ids]
        if conditions:
            self._solver.push()
            self._solver.add(conditions)
        answer = self._solver.check(*believed)
        if conditions:
            self._solver.pop()
        return None if answer == z3.unknown else bool(answer == z3.sat)

    def _read_core(self) -> FigureSet:
        return frozenset(self._figure_ids[tracker.decl().name()] for tracker in self._solver.unsat_core())

    def _parse(self, constraints: Iterable[Constraint], *conditions: str) -> Sequence[z3.BoolRef]:
        """Return conditions on the counts of some constraints.

        They are written in SMT-LIB: Z3 reads a text several times as fast as Python puts the same terms together.
        """
        counts = [self._name(count) for count in dict.fromkeys(name for one in constraints for name, _ in one.terms)]
        declared = [f"(declare-const {symbol} Bool)" for symbol in self._figure_ids]
        declared += [f"(declare-const {symbol} Int) (assert (>= {symbol} 0))" for symbol in counts]
        text = "".join([*declared, *(f"(assert {condition})" for condition in conditions)])
        return list(z3.parse_smt2_string(text, ctx=self._context))

    def _express(self, constraints: Iterable[Constraint]) -> str:
        """Return that some constraints hold."""
        conditions = []
        for constraint in constraints:
            terms = " ".join(f"(* {_write_number(factor)} {self._name(count)})" for count, factor in constraint.terms)
            if constraint.low is not None:
                conditions.append(f"(>= (+ 0 {terms}) {_write_number(constraint.low)})")
            if constraint.high is not None:
                conditions.append(f"(<= (+ 0 {terms}) {_write_number(constraint.high)})")
        return f"(and true {' '.join(conditions)})"

    def _name(self, count: str) -> str:
        return self._symbols.setdefault(count, f"c{len(self._symbols)}")


def _write_number(number: int) -> str:
    return str(number) if number >= 0 else f"(- {-number})"


def localise(system: System, *, seconds: float = 10.0, most_sets: int = 1_000) -> Localisation:
    """Return which figures of a system may be wrong.

    Cores that share no figure are hit apart: ten places with two possibilities are twenty questions, not a thousand.

    Args:
        system: The figures; those that have nothing to do with each other are better asked apart, see
            `pipelines.consistency.constraints.list_components`.
        seconds: How long it may take.
        most_sets: How many smallest sets are told. If there are more, each possibility of each place is told once, with
            the first of the other places. Of one place there may not be more.

    Raises:
        ValueError: What holds by definition cannot hold.
    """
    cores: list[FigureSet] = []
    believable: set[FigureSet] = set()
    ends_at = time.monotonic() + seconds
    solver = Solver(system, seconds)
    try:
        while True:
            told: list[FigureSet] = []
            for candidate in _list_candidates(_list_places(cores), most_sets, ends_at):
                told.append(candidate)
                core = None if candidate in believable else solver.find_core(candidate)
                if core is not None:
                    break
                believable.add(candidate)
            else:
                break
            if not core:
                message = "what holds by definition cannot hold"
                raise ValueError(message)
            cores.append(core)
    except Undecided:
        return Localisation("undecidable", (), tuple(cores))
    if not cores:
        return Localisation("consistent")
    return Localisation("contradicted", _rank(dict.fromkeys(told), system), tuple(cores))


def _list_places(cores: Iterable[FigureSet]) -> list[list[FigureSet]]:
    """Return the cores in groups that have no figure in common."""
    places: list[list[FigureSet]] = []
    for core in cores:
        touched = [place for place in places if any(core & other for other in place)]
        places = [place for place in places if place not in touched]
        places.append([core, *(other for place in touched for other in place)])
    return places


def _list_candidates(places: Sequence[Sequence[FigureSet]], most_sets: int, ends_at: float) -> Iterator[FigureSet]:
    """Give the smallest sets that have a figure of each core; if they are too many, each of a place once.

    Raises:
        Undecided: There are too many of one place, or time ran out.
    """
    first = [next(_list_smallest(cores, ends_at)) for cores in places]
    yield frozenset().union(*first)
    ways: list[list[FigureSet]] = []
    # those that differ from the first in one place: what they find wrong spares most of the others
    for at, cores in enumerate(places):
        ways.append([])
        for chosen in _list_smallest(cores, ends_at):
            if len(ways[at]) == most_sets:
                raise Undecided
            ways[at].append(chosen)
            yield chosen.union(*first[:at], *first[at + 1 :])
    if math.prod(map(len, ways)) <= most_sets:
        yield from (frozenset().union(*way) for way in itertools.product(*ways))


def _list_smallest(cores: Collection[FigureSet], ends_at: float) -> Iterator[FigureSet]:
    """Give the smallest sets that have a figure of each core, in a fixed order."""
    for size in itertools.count(1):
        found = list_hitting_sets(cores, size, ends_at)
        if (first := next(found, None)) is not None:
            yield first
            yield from found
            return


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


def list_hitting_sets(cores: Collection[FigureSet], size: int, ends_at: float = math.inf) -> Iterator[FigureSet]:
    """Give the sets of at most so many figures that have one of each core, without those that contain another.

    Args:
        cores: Sets, none of them empty.
        size: How many figures at most.
        ends_at: When to give up, by the clock ``time.monotonic``.

    Raises:
        Undecided: Time ran out.

    Examples:
        >>> [sorted(one) for one in list_hitting_sets([frozenset("ab"), frozenset("bc")], 1)]
        [['b']]
        >>> [sorted(one) for one in list_hitting_sets([frozenset("ab"), frozenset("bc")], 2)]
        [['a', 'c'], ['b']]
    """
    # sets as numbers, a bit for each figure: they are compared very often
    names = sorted(frozenset().union(*cores))
    bits = {name: 1 << place for place, name in enumerate(names)}
    ordered = sorted({sum(bits[name] for name in core) for core in cores}, key=lambda core: (core.bit_count(), core))

    def extend(chosen: int, spared: int) -> Iterator[int]:
        """Give those that have all of one set, and none of another."""
        if time.monotonic() > ends_at:
            raise Undecided
        missed = [core & ~spared for core in ordered if not core & chosen]
        if not missed:
            # a set of which one can be spared contains another
            if all(any(core & chosen == one for core in ordered) for one in _list_bits(chosen)):
                yield chosen
        elif chosen.bit_count() + _count_apart(missed) <= size:
            for one in _list_bits(min(missed, key=int.bit_count)):
                yield from extend(chosen | one, spared)
                spared |= one

    for found in extend(0, 0):
        yield frozenset(name for name, bit in bits.items() if bit & found)


def _list_bits(number: int) -> Iterator[int]:
    while number:
        lowest = number & -number
        yield lowest
        number ^= lowest


def _count_apart(cores: Iterable[int]) -> int:
    """Return of how many cores, at least, no two have a figure in common: each needs one of its own."""
    touched = count = 0
    for core in cores:
        if not touched & core:
            touched |= core
            count += 1
    return count


def _rank(found: Iterable[FigureSet], system: System) -> tuple[FigureSet, ...]:
    def weigh(figure_ids: FigureSet) -> tuple[int, list[str]]:
        return sum(system.by_id[figure_id].reliability for figure_id in figure_ids), sorted(figure_ids)

    return tuple(sorted(found, key=weigh))
