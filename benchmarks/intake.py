"""The product's side: new reports go to the lake, as a night takes them in, in a process of its own to be measured.

Prints what was taken in, and a line for the step, which says how long it took without the start of Python.
"""

from __future__ import annotations

import datetime as dt
import time

from benchmarks.nodes import Node, print_node
from pipelines.ingestion import ingest
from pipelines.lake import Lake
from pipelines.paths import load_paths
from pipelines.settings import load_settings


def main() -> None:
    """Take in what is new below the root that the settings name."""
    paths = load_paths()
    now, max_bytes = dt.datetime.now(dt.UTC), load_settings().max_file_bytes
    started = time.time()
    ingestion = ingest(paths.raw, Lake(paths.lake), now=now, max_bytes=max_bytes)
    print_node(Node("ingest", "python", started, time.time() - started))
    print(ingestion)  # noqa: T201 - the answer of a program


if __name__ == "__main__":
    main()
