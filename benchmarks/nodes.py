"""Steps of a measured run, as lines of JSON: the run prints them, the benchmark reads them."""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import asdict, dataclass
from itertools import pairwise


@dataclass(frozen=True)
class Node:
    """One step of a run.

    Attributes:
        node: Its name.
        kind: What it is: `model`, `seed`, `test`, `python` or `statement`.
        started: Seconds since the epoch.
        seconds: How long it took.
    """

    node: str
    kind: str
    started: float
    seconds: float


def print_node(node: Node) -> None:
    """Say that a step has ended; at once, so that what stops the run halfway does not lose those before."""
    print(json.dumps(asdict(node)), flush=True)  # noqa: T201 - the answer of a program


def read_nodes(output: str) -> list[Node]:
    """Return the steps in what a run printed."""
    return [Node(**json.loads(line)) for line in output.splitlines() if line.startswith('{"node"')]


def divide_clock(nodes: list[Node]) -> dict[str, float]:
    """Return the seconds of wall clock of each kind of step; a moment in which several run is divided among them.

    Examples:
        >>> divide_clock([Node("a", "model", 10, 4), Node("b", "test", 12, 4)])
        {'model': 3.0, 'test': 3.0}
    """
    moments = sorted({moment for node in nodes for moment in (node.started, node.started + node.seconds)})
    seconds: defaultdict[str, float] = defaultdict(float)
    for start, end in pairwise(moments):
        running = [node for node in nodes if node.started <= start and end <= node.started + node.seconds]
        for node in running:
            seconds[node.kind] += (end - start) / len(running)
    return dict(seconds)
