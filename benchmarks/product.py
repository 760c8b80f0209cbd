"""The product's side: names and dbt models, as a night runs them, in a process of their own that can be measured.

Prints the newest batch that was built upon, and one line for each step as soon as it ends.
"""

from __future__ import annotations

import datetime as dt
import sys
import time

from benchmarks.nodes import Node, print_node
from pipelines.dbt_project import Building
from pipelines.identities import derive_identities
from pipelines.lake import Lake
from pipelines.paths import load_paths
from pipelines.printed_names import derive_organisations


def main() -> int:
    """Build the warehouse of the root that the settings name.

    Returns:
        0 if every model and test of severity error passed.
    """
    paths = load_paths()
    started = time.time()
    # what the asset `derived` does
    derive_organisations(Lake(paths.lake), paths, until=None)
    derive_identities(paths)
    Lake(paths.lake).write_records(paths.derived)
    print_node(Node("organisation_names", "python", started, time.time() - started))
    building = Building(paths, as_of=None)
    print(f"built until {building.built_until!r}")  # noqa: T201 - the answer of a program
    for event in building:
        node, seconds = event["data"]["node_info"], event["data"]["execution_time"]
        # dbt says it in UTC, without a zone
        began = dt.datetime.fromisoformat(node["node_started_at"]).replace(tzinfo=dt.UTC).timestamp()
        print_node(Node(node["node_name"], node["resource_type"], began, seconds))
    for failure in building.result.failures:
        print(f"{failure.name}: {failure.message}", file=sys.stderr)  # noqa: T201 - the answer of a program
    return 1 if building.result.failures else 0


if __name__ == "__main__":
    sys.exit(main())
