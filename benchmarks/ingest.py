"""How long the lake takes to take in thousands of reports, beside bare reading and the loop that one would write.

Workbooks of form 2 are generated once. Then, in several rounds, four programs run one after the other, each in a
process of its own: python-calamine alone (the limit), pandas with openpyxl (the loop), and twice the product, which
lists, hashes and reads the files and writes Parquet: into an empty lake, and with nothing new. Of each the fastest
round counts, and the most memory of any. All of them may use two cores; only the product does. Prints a table and
whether each bound holds; exit code 1 if one does not, or if product and loop have not found the same numbers.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import tempfile
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table

from benchmarks.bounds import GIB, Bound, divide, format_number, print_bounds
from benchmarks.measurement import Cost, measure
from benchmarks.nodes import read_nodes
from benchmarks.report_comparison import list_differences
from benchmarks.report_generator import place_reports, write_reports
from pipelines.paths import Paths

if TYPE_CHECKING:
    from collections.abc import Sequence

FIRST_TO_LIMIT = 2.5
FIRST_TO_LOOP = 1 / 8
SECOND_TO_FIRST = 0.05
MANY_TO_FEW = 1.1
PEAK_GIB = 1.0

_CORES = 2
_COMMANDS = {
    "limit": ("benchmarks.bare_reading", "raw"),
    "loop": ("benchmarks.workbook_loop", "raw", "extracted"),
    "first run": ("benchmarks.intake",),
    "second run": ("benchmarks.intake",),
}
"""What is run on a number of reports, in this order: a module, and the places that it is told."""


@dataclass
class Size:
    """A number of reports and what was measured on them.

    Attributes:
        file_count: How many.
        paths: Where they are, and the lake that they go to.
        names: What is run.
        costs: What each run cost, by its name, a cost for each round.
    """

    file_count: int
    paths: Paths
    names: tuple[str, ...]
    costs: defaultdict[str, list[Cost]] = field(default_factory=lambda: defaultdict(list))

    @property
    def extracted(self) -> Path:
        """What the loop writes."""
        return self.paths.root / "loop.parquet"

    def find_best(self, name: str) -> Cost | None:
        """Return the cost of the fastest round; None if there is none, or one has failed."""
        costs = self.costs[name]
        if any(cost.exit_code for cost in costs):
            return None
        return min(costs, key=lambda cost: cost.seconds, default=None)

    def seconds(self, name: str) -> float | None:
        """Wall clock of the fastest round."""
        best = self.find_best(name)
        return None if best is None else best.seconds

    def step_seconds(self, name: str) -> float | None:
        """Wall clock of what the fastest round says of its steps; None if it says nothing."""
        best = self.find_best(name)
        nodes = [] if best is None else read_nodes(best.output)
        return sum(node.seconds for node in nodes) if nodes else None

    def peak_gib(self, name: str) -> float | None:
        """Most memory of any round."""
        return max((cost.peak_bytes / GIB for cost in self.costs[name]), default=None)

    def run(self, name: str) -> Cost:
        """Run a program once more; the first run begins with an empty lake."""
        if name == "first run":
            shutil.rmtree(self.paths.lake, ignore_errors=True)
        module, *arguments = _COMMANDS[name]
        places = {"raw": self.paths.raw, "extracted": self.extracted}
        cost = measure(
            [sys.executable, "-m", module, *(str(places[argument]) for argument in arguments)],
            environment={"KETNAP_ROOT": str(self.paths.root)},
            log=self.paths.root / name.replace(" ", "_"),
        )
        self.costs[name].append(cost)
        return cost


def main() -> int:
    """Run the benchmark that the command line describes."""
    arguments = _parse_arguments()
    console = Console(width=160, highlight=False)
    # also of the processes that are started from here
    os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:_CORES])
    root = Path(tempfile.mkdtemp(prefix="ketnap-bench-", dir=arguments.root)).resolve()
    try:
        sizes = _generate(root, sorted(arguments.files), console)
        for number in range(arguments.rounds):
            _run_all(sizes, f"round {number + 1} of {arguments.rounds}", console)
        differences = [
            f"{size.file_count:,} files: {difference}"
            for size in sizes
            if size.find_best("loop") and size.find_best("second run")
            for difference in list_differences(size.paths.lake, size.extracted)
        ]
    finally:
        if not arguments.keep:
            shutil.rmtree(root)
    bounds = judge(sizes)
    _print_costs(sizes, console, rounds=arguments.rounds)
    for difference in differences:
        console.print(f"not the same numbers: {difference}", style="red", markup=False)
    print_bounds(bounds, console)
    return 0 if not differences and all(bound.holds for bound in bounds) else 1


def _parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--files", type=int, nargs="+", default=[3_321, 10_000], help="how many reports, in each size")
    parser.add_argument("--rounds", type=int, default=3, help="how often everything is run")
    parser.add_argument("--root", help="the folder to write in; that of temporary files by default")
    parser.add_argument("--keep", action="store_true", help="leave reports and lakes there")
    return parser.parse_args()


def _generate(root: Path, file_counts: Sequence[int], console: Console) -> list[Size]:
    """Return the sizes, and before them a tenth of the largest, to see how the product's time grows."""
    most = file_counts[-1]
    console.print(f"writing {most:,} workbooks below {root}")
    files = write_reports(root / "generated", most)
    sizes = [Size(max(most // 10, 1), Paths(root / "tenth"), ("first run",))]
    sizes += [Size(count, Paths(root / str(count)), tuple(_COMMANDS)) for count in file_counts]
    for size in sizes:
        place_reports(files[: size.file_count], size.paths.raw)
    return sizes


def _run_all(sizes: Sequence[Size], title: str, console: Console) -> None:
    for size in sizes:
        for name in size.names:
            cost = size.run(name)
            outcome = "failed" if cost.exit_code else "ended"
            console.print(f"  {title}: {size.file_count:,} files, {name}: {outcome} after {cost.seconds:.1f} s")
            if cost.exit_code:
                console.print(cost.errors[-2000:], style="red", markup=False)


def judge(sizes: Sequence[Size]) -> list[Bound]:
    """Return the bounds with what was measured.

    What is compared with other programs is all that a run takes. What is compared with itself leaves out the start of
    Python, which is the same for any number of files.

    Args:
        sizes: A tenth of the largest, then those of which everything was run, by the number of files.
    """
    *smaller, largest = sizes
    peaks = [peak for size in sizes if (peak := size.peak_gib("first run")) is not None]
    return [
        *(bound for size in sizes[1:] for bound in _judge_size(size)),
        *(
            Bound(
                f"first run, seconds a file: {largest.file_count:,} / {size.file_count:,} files",
                divide(_seconds_a_file(largest), _seconds_a_file(size)),
                MANY_TO_FEW,
            )
            for size in smaller
        ),
        Bound("first run, peak memory, GiB", max(peaks, default=None), PEAK_GIB),
    ]


def _judge_size(size: Size) -> list[Bound]:
    files, first = f"{size.file_count:,} files", size.seconds("first run")
    second_to_first = divide(size.step_seconds("second run"), size.step_seconds("first run"))
    return [
        Bound(f"{files}: first run / limit", divide(first, size.seconds("limit")), FIRST_TO_LIMIT),
        Bound(f"{files}: first run / loop", divide(first, size.seconds("loop")), FIRST_TO_LOOP),
        Bound(f"{files}: second run / first run", second_to_first, SECOND_TO_FIRST),
    ]


def _seconds_a_file(size: Size) -> float | None:
    return divide(size.step_seconds("first run"), size.file_count)


def _print_costs(sizes: Sequence[Size], console: Console, *, rounds: int) -> None:
    columns = ("files", "run", "processes", "seconds", "without start", "processor", "peak GiB")
    table = Table(*columns, "/ limit", "/ loop", "outcome", title=f"fastest of {rounds} rounds, most memory of any")
    for size in sizes:
        for name in size.names:
            best = size.find_best(name)
            table.add_row(
                f"{size.file_count:,}",
                name,
                "" if best is None else str(best.process_count),
                format_number(size.seconds(name)),
                format_number(size.step_seconds(name)),
                format_number(None if best is None else best.processor_seconds),
                format_number(size.peak_gib(name)),
                format_number(divide(size.seconds(name), size.seconds("limit"))),
                format_number(divide(size.seconds(name), size.seconds("loop")), 3),
                "failed" if best is None else "",
            )
    console.print(table)


if __name__ == "__main__":
    sys.exit(main())
