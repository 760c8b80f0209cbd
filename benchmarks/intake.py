"""The product's side: new reports go to the lake, as a night takes them in, in a process of its own to be measured."""

from __future__ import annotations

import datetime as dt

from pipelines.ingestion import ingest
from pipelines.lake import Lake
from pipelines.paths import load_paths
from pipelines.settings import load_settings


def main() -> None:
    """Take in what is new below the root that the settings name, and say how much it was."""
    paths = load_paths()
    max_bytes = load_settings().max_file_bytes
    print(ingest(paths.raw, Lake(paths.lake), now=dt.datetime.now(dt.UTC), max_bytes=max_bytes))  # noqa: T201


if __name__ == "__main__":
    main()
