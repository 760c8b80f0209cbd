"""Whether constraints can hold together, decided without a solver: the benchmark's own answer to what can be found.

Every count lies between two ends; none need be looked for beyond what `find_farthest` says. A constraint moves the ends
of its counts as far as those of the others leave no choice; where they cross, nothing fits. Where nothing moves any
more, a count is tried at the number that is expected of it, then below and above. All of it is in whole numbers:
constraints can hold if there are counts of which all are true, and cannot if ends cross wherever one looks. A search
that grows too long says nothing.
"""

from __future__ import annotations

import math
from collections import defaultdict
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from pipelines.consistency.constraints import Constraint

    Ends = tuple[int, int]
    Box = dict[str, Ends]

_MOST_BOXES = 2_000
_MOST_MOVES = 20_000
"""In one box: ends may move by one, again and again."""


def can_hold(constraints: Sequence[Constraint], expected: Mapping[str, int]) -> bool | None:
    """Return whether some whole numbers that are not negative satisfy all constraints; none if that is not found out.

    Args:
        constraints: What must hold.
        expected: Where the search begins, for each count.
    """
    by_count = defaultdict(list)
    for constraint in constraints:
        for name, _ in constraint.terms:
            by_count[name].append(constraint)
    box: Box = dict.fromkeys(by_count, (0, find_farthest(constraints)))
    boxes = [box] if _narrow(box, constraints, by_count) else []
    for _ in range(_MOST_BOXES):
        if not boxes:
            return False
        box = boxes.pop()
        free = [name for name, (low, high) in box.items() if low < high]
        if not free:
            counts = {name: low for name, (low, _) in box.items()}
            if all(constraint.holds(counts) for constraint in constraints):
                return True
            continue
        name = min(free, key=lambda one: box[one][1] - box[one][0])
        for ends in _divide(box[name], expected[name]):
            smaller = {**box, name: ends}
            if _narrow(smaller, by_count[name], by_count):
                boxes.append(smaller)
    return None


def find_farthest(constraints: Iterable[Constraint]) -> int:
    """Return a number that no count need exceed: if any whole numbers satisfy the constraints, some do up to there.

    It is the number of counts and one, times a bound on the determinants of the rows (von zur Gathen and Sieveking, A
    bound on solutions of linear integer equalities and inequalities, Proceedings of the American Mathematical Society
    72, 1978); a determinant is no larger than the product of the lengths of its rows.

    Args:
        constraints: What must hold.
    """
    names = {name for constraint in constraints for name, _ in constraint.terms}
    lengths = []
    for constraint in constraints:
        factors = sum(abs(factor) for _, factor in constraint.terms)
        lengths += [factors + abs(end) for end in (constraint.low, constraint.high) if end is not None]
    return (len(names) + 1) * math.prod(sorted(lengths)[-len(names) - 1 :])


def _divide(ends: Ends, expected: int) -> Iterator[Ends]:
    """Return the ends of what lies below, above and at the number that is expected; the last is tried first."""
    low, high = ends
    middle = min(max(low, expected), high)
    if low < middle:
        yield low, middle - 1
    if middle < high:
        yield middle + 1, high
    yield middle, middle


def _narrow(box: Box, constraints: Iterable[Constraint], by_count: Mapping[str, Sequence[Constraint]]) -> bool:
    """Move the ends of counts inwards; false if some cross."""
    waiting = dict.fromkeys(constraints)
    for _ in range(_MOST_MOVES):
        if not waiting:
            break
        constraint = next(iter(waiting))
        del waiting[constraint]
        for name, ends in _list_moves(box, constraint):
            box[name] = ends
            if ends[0] > ends[1]:
                return False
            waiting |= dict.fromkeys(by_count[name])
    return True


def _list_moves(box: Box, constraint: Constraint) -> Iterator[tuple[str, Ends]]:
    """Return the counts whose ends a constraint moves, with their new ends."""
    products = [sorted(factor * end for end in box[name]) for name, factor in constraint.terms]
    least, most = (sum(ends) for ends in zip(*products, strict=True))
    for (name, factor), (product_low, product_high) in zip(constraint.terms, products, strict=True):
        low, high = product_low, product_high
        if constraint.low is not None:
            low = max(low, constraint.low - most + product_high)
        if constraint.high is not None:
            high = min(high, constraint.high - least + product_low)
        if (low, high) != (product_low, product_high):
            ends = (low, high) if factor > 0 else (-high, -low)
            yield name, (-(-ends[0] // abs(factor)), ends[1] // abs(factor))
