"""The product's side: names and dbt models, as a night runs them, in a process of their own that can be measured.

Prints one line of JSON for each step as soon as it ends: what stops the process halfway does not lose the others.
"""

from __future__ import annotations

import json
import sys
import time

from pipelines.dbt_project import Building
from pipelines.lake import Lake
from pipelines.paths import load_paths
from pipelines.printed_names import derive_organisations


def main() -> int:
    """Build the warehouse of the root that the settings name.

    Returns:
        0 if every model and test of severity error passed.
    """
    paths = load_paths()
    started = time.perf_counter()
    # what the asset `derived` does
    derive_organisations(Lake(paths.lake), paths, until=None)
    _report("organisation_names", "python", "success", time.perf_counter() - started)
    building = Building(paths, as_of=None)
    for event in building:
        node = event["data"]["node_info"]
        _report(node["node_name"], node["resource_type"], event["data"]["status"], event["data"]["execution_time"])
    for failure in building.result.failures:
        print(f"{failure.name}: {failure.message}", file=sys.stderr)  # noqa: T201 - the answer of a program
    return 1 if building.result.failures else 0


def _report(node: str, kind: str, status: str, seconds: float) -> None:
    line = {"node": node, "kind": kind, "status": status, "seconds": round(seconds, 3)}
    print(json.dumps(line), flush=True)  # noqa: T201 - the answer of a program


if __name__ == "__main__":
    sys.exit(main())
