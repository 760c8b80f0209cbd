"""The limit's side: `limit.sql` over a lake into an empty DuckDB file, in a process of its own that can be measured."""

from __future__ import annotations

import argparse
import re
import time
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb

from benchmarks.nodes import Node, print_node
from pipelines.paths import load_paths
from pipelines.settings import load_settings

if TYPE_CHECKING:
    from pipelines.paths import Paths

_LIMIT = Path(__file__).with_name("limit.sql")
_CREATED = re.compile(r"(?:table|view|schema|macro) ([\w.]+)")


def main() -> None:
    """Build what the command line names from the lake of the root that the settings name.

    Prints one line for each statement as soon as it ends.
    """
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("database", type=Path, help="the file to make")
    build_limit(load_paths(), parser.parse_args().database, memory_limit=load_settings().memory_limit)


def build_limit(paths: Paths, database: Path, *, memory_limit: str) -> None:
    """Run `limit.sql`, with the settings of the product's profile and as many threads as DuckDB takes by itself.

    Args:
        paths: Where the lake is, its names as the product resolved them, and the file the product has built, of which
            the dimensions are read.
        database: The file to make.
        memory_limit: As DuckDB spells it.
    """
    config: dict[str, str | bool | int | float | list[str]] = {
        "memory_limit": memory_limit,
        "preserve_insertion_order": False,
    }
    with closing(duckdb.connect(str(database), config=config)) as connection:
        connection.execute(f"attach '{paths.build_database}' as product (read_only)")
        for name, path in (("lake", paths.lake), ("organisation_names", paths.organisation_names)):
            connection.execute(f"set variable {name} = ?", [str(path)])
        for statement in duckdb.extract_statements(_LIMIT.read_text(encoding="utf-8")):
            started = time.time()
            connection.execute(statement)
            print_node(Node(_name(statement.query), "statement", started, time.time() - started))


def _name(statement: str) -> str:
    """Return what a statement makes."""
    code = " ".join(line for line in statement.splitlines() if not line.startswith("--"))
    found = _CREATED.search(code)
    return found[1] if found else code[:40]


if __name__ == "__main__":
    main()
