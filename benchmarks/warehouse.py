"""How long the warehouse takes for ten years of monthly reports of all communes, beside the same tables by hand.

Two histories, of all months and of a tenth of them, with the same communes: the month added to either is the same.
For each: the product's full build (names, models and data tests), the hand-written SQL of `limit.sql`, and the added
month. Prints a table and whether each bound holds; exit code 1 if one does not. The limit tests nothing, so what is
compared with it is the full build without the clock that its data tests took; every other ratio is of whole builds.
Expectations and publication, which a night adds, are not measured here: what is made up is never published.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

from rich.console import Console
from rich.table import Table

from benchmarks.bounds import GIB, Bound, divide, format_number, print_bounds
from benchmarks.comparison import list_differences
from benchmarks.lake_generator import ADDED_MONTH, LakeGenerator, list_months
from benchmarks.measurement import Cost, measure
from benchmarks.nodes import divide_clock, read_nodes
from pipelines.paths import Paths

FULL_TO_LIMIT = 2.0
ADDED_TO_FULL = 0.10
ADDED_TO_ADDED = 1.5
PEAK_GIB = 12.0

_LIMIT_FILE = "limit.duckdb"
_BYTES_PER_ROW = 500
"""Disk for an observation: 80 in the build file, 80 in the limit's, 20 in the lake; the rest is room to spill."""


@dataclass
class Size:
    """One history and what was measured on it.

    Attributes:
        label: What the table calls it.
        months: Length of the history.
        folder: Root of its warehouse.
        row_count: Observations of the history.
        costs: By what was run, in the order of running.
    """

    label: str
    months: int
    folder: Path
    row_count: int = 0
    costs: dict[str, Cost] = field(default_factory=dict)

    def has(self, *names: str) -> bool:
        """Whether all these runs were made and went well."""
        return all(name in self.costs and self.costs[name].exit_code == 0 for name in names)

    def seconds(self, name: str) -> float | None:
        """Wall clock of a run that went well."""
        return self.costs[name].seconds if self.has(name) else None

    def test_seconds(self, name: str) -> float | None:
        """Wall clock of the data tests of a run that went well; a moment that a model shares is divided."""
        return divide_clock(read_nodes(self.costs[name].output)).get("test", 0) if self.has(name) else None

    def model_seconds(self, name: str) -> float | None:
        """Wall clock of everything else in it: names, seeds, models, and starting."""
        tested = self.test_seconds(name)
        return None if tested is None else self.costs[name].seconds - tested


def main() -> int:
    """Run the benchmark that the command line describes."""
    arguments = _parse_arguments()
    console = Console(width=160, highlight=False)
    root = Path(arguments.root or tempfile.mkdtemp(prefix="ketnap-bench-")).resolve()
    root.mkdir(parents=True, exist_ok=True)
    free = shutil.disk_usage(root).free
    needed = arguments.months * (arguments.communes or 10_035) * 30 * _BYTES_PER_ROW
    console.print(f"writing below {root}: about {needed / GIB:.1f} GiB of {free / GIB:.1f} GiB that are free")
    if needed > free:
        console.print("not enough room; choose another disk with --root", style="red")
        return 1
    tenth = Size("a tenth", max(arguments.months // 10, 1), root / "tenth")
    full = Size("full", arguments.months, root / "full")
    differences: list[str] = []
    try:
        for size in (tenth,) if arguments.tenth_only else (tenth, full):
            runs = _Runs(size, arguments, console)
            runs.build()
            if size is tenth and size.has("full build", "limit"):
                differences = list_differences(Paths(size.folder).build_database, size.folder / _LIMIT_FILE)
            runs.add_month()
            if not arguments.keep:
                shutil.rmtree(size.folder)
    finally:
        if not arguments.keep:
            shutil.rmtree(root, ignore_errors=True)
    bounds = _judge(tenth, full)
    _print_costs((tenth, full), console)
    _print_slowest((tenth, full), console, count=arguments.nodes)
    for difference in differences:
        console.print(f"not the same tables: {difference}", style="red", markup=False)
    print_bounds(bounds, console)
    return 0 if not differences and all(bound.holds for bound in bounds) else 1


def _parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--root", help="where to write; a new folder for temporary files by default")
    parser.add_argument("--keep", action="store_true", help="leave the warehouses there")
    parser.add_argument("--months", type=int, default=120, help="length of the full history")
    parser.add_argument("--communes", type=int, help="fewer communes, for a quick look")
    parser.add_argument("--tenth-only", action="store_true", help="leave out the full history")
    parser.add_argument("--wall-limit", type=float, help="stop a run after so many seconds")
    parser.add_argument("--nodes", type=int, default=8, help="how many of the slowest models and tests to list")
    return parser.parse_args()


class _Runs:
    """The runs on one history, in their order: what is compared stands next to each other."""

    def __init__(self, size: Size, arguments: argparse.Namespace, console: Console) -> None:
        self._size = size
        self._arguments = arguments
        self._console = console
        months = list_months(size.months)
        lake = Paths(size.folder).lake
        self._generator = LakeGenerator(lake, first_month=months[0], commune_count=arguments.communes)
        size.row_count = self._generator.write_batches(months)
        console.print(f"{size.label}: {size.row_count:,} observations of {size.months} months")

    def build(self) -> None:
        """Measure the product's full build and the limit."""
        self._run("full build", "-m", "benchmarks.product")
        if self._size.has("full build"):
            self._run("limit", "-m", "benchmarks.limit", str(self._size.folder / _LIMIT_FILE))

    def add_month(self) -> None:
        """Measure one more month on top of it."""
        self._generator.write_batches([ADDED_MONTH])
        if self._size.has("full build"):
            self._run("added month", "-m", "benchmarks.product")

    def _run(self, name: str, *command: str) -> None:
        cost = measure(
            [sys.executable, *command],
            environment={"KETNAP_ROOT": str(self._size.folder)},
            log=self._size.folder / name.replace(" ", "_"),
            wall_limit=self._arguments.wall_limit,
        )
        self._size.costs[name] = cost
        outcome = "stopped" if cost.is_stopped else "ended" if cost.exit_code == 0 else "failed"
        self._console.print(f"  {name}: {outcome} after {cost.seconds:.1f} s, {cost.peak_bytes / GIB:.2f} GiB")
        if cost.exit_code and not cost.is_stopped:
            self._console.print((cost.errors or cost.output)[-2000:], style="red", markup=False)


def _judge(tenth: Size, full: Size) -> list[Bound]:
    """Return the bounds with what was measured."""
    product = [cost for name, cost in full.costs.items() if name != "limit"]
    peak = max((cost.peak_bytes for cost in product), default=None) if full.has(*full.costs) else None
    build, added = full.seconds("full build"), full.seconds("added month")
    return [
        Bound(
            "full build without data tests / limit",
            divide(full.model_seconds("full build"), full.seconds("limit")),
            FULL_TO_LIMIT,
        ),
        Bound("added month / full build", divide(added, build), ADDED_TO_FULL),
        Bound("added month / the same after a tenth", divide(added, tenth.seconds("added month")), ADDED_TO_ADDED),
        Bound("peak memory, GiB", divide(peak, GIB), PEAK_GIB),
    ]


def _print_costs(sizes: tuple[Size, ...], console: Console) -> None:
    columns = ("history", "run", "seconds", "models", "data tests", "processor", "peak GiB")
    table = Table(*columns, "/ limit", "models / limit", "/ full build", "outcome")
    for size in sizes:
        for name, cost in size.costs.items():
            outcome = "stopped" if cost.is_stopped else "" if cost.exit_code == 0 else f"exit code {cost.exit_code}"
            # the limit tests nothing
            models = size.model_seconds(name) if name != "limit" else None
            tests = size.test_seconds(name) if name != "limit" else None
            table.add_row(
                f"{size.label}: {size.row_count:,}",
                name,
                f"{cost.seconds:.1f}",
                format_number(models, 1),
                format_number(tests, 1),
                f"{cost.processor_seconds:.1f}",
                f"{cost.peak_bytes / GIB:.2f}",
                format_number(divide(size.seconds(name), size.seconds("limit"))),
                format_number(divide(models, size.seconds("limit"))),
                format_number(divide(size.seconds(name), size.seconds("full build"))),
                outcome,
            )
    console.print(table)


def _print_slowest(sizes: tuple[Size, ...], console: Console, *, count: int) -> None:
    """Print which models and tests took longest."""
    for size in sizes:
        for name, cost in size.costs.items():
            slowest = sorted(read_nodes(cost.output), key=lambda node: -node.seconds)[:count]
            if slowest:
                console.print(
                    f"{size.label}, {name}: " + ", ".join(f"{node.node} {node.seconds:.1f} s" for node in slowest)
                )


if __name__ == "__main__":
    sys.exit(main())
