"""How surely, and how fast, a wrong figure among those of a commune is found, beside what one would do otherwise.

Communes are drawn, and errors planted in them, by `benchmarks.commune_figures`, which does not know how errors are
looked for. An error is detectable if no whole numbers satisfy all that the commune prints; `benchmarks.whole_numbers`
decides that without a solver, from the same constraints: what a figure says of counts is not checked twice, only that
true figures never contradict each other. It is found if the product says that the figures contradict each other. That
is a false alarm where nothing was planted, or where some numbers satisfy all that is printed. A culprit is named if one
of the minimum sets has planted errors only, in each part of the figures that contradicts itself; all errors are named
if such sets are made of just what was planted.

Beside it, on the same communes: one of the minimum sets at random, for tools that return one; and the rule that the two
sides of a comparison are no more than one percent apart, which names a culprit if it stands on either side.

In the first scenario every twentieth commune has an error; in the others, a tenth as large, every second one. The clock
includes the start of the processes and the drawing; the time of one commune begins with what is printed and ends with
the minimum sets. Prints tables, and whether each bound holds; exit code 1 if one does not.
"""

from __future__ import annotations

import argparse
import os
import sys
from statistics import mean
from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table

from benchmarks.bounds import Bound, format_number, print_bounds
from benchmarks.commune_figures import FIGURE_COUNT
from benchmarks.consistency_scores import METHODS, SCENARIOS, find_quantile, measure_writing, run

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from benchmarks.consistency_scores import Result

SECONDS = 120.0
MILLISECONDS = 100.0
NOT_FOUND_PERCENT = 4.0
NOT_NAMED_PERCENT = 0.5

_WRITTEN = 200
"""Communes that are written down for Z3 once more, to see what that takes."""


def main() -> int:
    """Run the benchmark that the command line describes."""
    arguments = _parse_arguments()
    console = Console(width=160, highlight=False)
    # also of the processes that are started from here
    os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[: arguments.processes])
    results = []
    for index, scenario in enumerate(SCENARIOS):
        commune_count = arguments.communes if index == 0 else max(arguments.communes // 10, 1)
        results.append(run(index, commune_count, seed=arguments.seed, processes=arguments.processes))
        console.print(f"  {scenario.name}: {commune_count:,} communes answered after {results[-1].seconds:.1f} s")
    _print_findings(results, console)
    _print_methods(results, console)
    _print_times(results, console)
    writing = measure_writing(min(_WRITTEN, arguments.communes), seed=arguments.seed)
    console.print(f"of the time of an answer, {100 * writing:.0f} % is spent on writing the figures down for Z3")
    bounds = judge(results)
    print_bounds(bounds, console)
    return 0 if all(bound.holds for bound in bounds) else 1


def _parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--communes", type=int, default=10_000, help="how many in the first scenario")
    parser.add_argument("--seed", type=int, default=2025, help="what they are drawn from")
    parser.add_argument("--processes", type=int, default=2, help="how many, each on a core of its own")
    return parser.parse_args()


def judge(results: Sequence[Result]) -> list[Bound]:
    """Return the bounds with what was measured.

    Args:
        results: Of the `SCENARIOS`, in their order.
    """
    first = results[0]
    planted = [result for result in results if any(score.is_planted for score in result.scores)]
    false_alarms = sum(score.is_false_alarm for result in results for score in result.scores)
    return [
        Bound(f"{len(first.answers):,} communes, {FIGURE_COUNT} figures each: seconds", first.seconds, SECONDS),
        Bound("one of these communes: p99, milliseconds", first.percentile(0.99), MILLISECONDS),
        *(
            Bound(
                f"{result.name}: not found, % of detectable",
                _find_percent(not score.guesses[0].is_alarm for score in result.detectable),
                NOT_FOUND_PERCENT,
            )
            for result in planted
        ),
        *(
            Bound(
                f"{result.name}: culprit not named, % of found",
                _find_percent(not score.guesses[0].is_named for score in result.found),
                NOT_NAMED_PERCENT,
            )
            for result in planted
        ),
        Bound("all scenarios: false alarms", false_alarms, 0),
    ]


def _print_findings(results: Sequence[Result], console: Console) -> None:
    columns = ("communes", "planted", "detectable", "not known", "found", "undecidable", "false alarms")
    named = ("culprit named, %", "all errors named, %")
    table = Table("scenario", *columns, *named, "sets, p50", "p95", title="the product")
    for result in results:
        set_counts = [score.set_count for score in result.found]
        counts = (
            len(result.scores),
            sum(score.is_planted for score in result.scores),
            len(result.detectable),
            sum(score.is_detectable is None for score in result.scores),
            len(result.found),
            sum(not answer.is_decided for answer in result.answers),
            sum(score.is_false_alarm for score in result.scores),
        )
        table.add_row(
            result.name,
            *(f"{count:,}" for count in counts),
            format_number(_find_percent(score.guesses[0].is_named for score in result.found)),
            format_number(_find_percent(score.is_whole for score in result.found)),
            *(format_number(find_quantile(set_counts, share), 0) for share in (0.5, 0.95)),
        )
    console.print(table)


def _print_methods(results: Sequence[Result], console: Console) -> None:
    columns = ("found, %", "culprit named, %", "figures to look up, mean", "alarms where nothing was planted, %")
    table = Table("scenario", "method", *columns, title="of detectable errors")
    for result in results:
        for method, name in enumerate(METHODS):
            found = [score.guesses[method] for score in result.detectable]
            clean = [score.guesses[method] for score in result.scores if not score.is_planted]
            suspect_counts = [guess.suspect_count for guess in found if guess.is_alarm]
            table.add_row(
                "" if method else result.name,
                name,
                format_number(_find_percent(guess.is_alarm for guess in found)),
                format_number(_find_percent(guess.is_named for guess in found)),
                format_number(mean(suspect_counts) if suspect_counts else None, 1),
                format_number(_find_percent(guess.is_alarm for guess in clean)),
            )
    console.print(table)


def _print_times(results: Sequence[Result], console: Console) -> None:
    table = Table("scenario", "communes", "seconds", "p50, ms", "p99, ms", "longest, ms", title="the product's time")
    for result in results:
        table.add_row(
            result.name,
            f"{len(result.answers):,}",
            format_number(result.seconds, 1),
            *(format_number(result.percentile(part), 1) for part in (0.5, 0.99, 1)),
        )
    console.print(table)


def _find_percent(answers: Iterable[bool]) -> float | None:
    listed = list(answers)
    return 100 * sum(listed) / len(listed) if listed else None


if __name__ == "__main__":
    sys.exit(main())
