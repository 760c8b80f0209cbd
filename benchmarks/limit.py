"""The limit's side: `limit.sql` over a lake into an empty DuckDB file, in a process of its own that can be measured."""

from __future__ import annotations

import argparse
import json
import time
from contextlib import closing
from pathlib import Path

import duckdb

from pipelines.paths import SEEDS

_LIMIT = Path(__file__).with_name("limit.sql")


def main() -> None:
    """Read what to do from the command line, and print the seconds of each statement as a line of JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("lake", type=Path)
    parser.add_argument("organisation_names", type=Path)
    parser.add_argument("database", type=Path, help="the file to make")
    parser.add_argument("--memory-limit", default="10GB")
    arguments = parser.parse_args()
    build_limit(arguments.lake, arguments.organisation_names, arguments.database, memory_limit=arguments.memory_limit)


def build_limit(lake: Path, organisation_names: Path, database: Path, *, memory_limit: str) -> None:
    """Run `limit.sql`.

    Args:
        lake: The folder ``data/lake``.
        organisation_names: The names of that lake, resolved by the product.
        database: The file to make.
        memory_limit: As DuckDB spells it.
    """
    # rows may come in any order: keeping that of the files costs memory
    config: dict[str, str | bool | int | float | list[str]] = {
        "memory_limit": memory_limit,
        "preserve_insertion_order": False,
    }
    with closing(duckdb.connect(str(database), config=config)) as connection:
        for name, path in (("lake", lake), ("seeds", SEEDS), ("organisation_names", organisation_names)):
            connection.execute(f"set variable {name} = ?", [str(path)])
        for statement in duckdb.extract_statements(_LIMIT.read_text(encoding="utf-8")):
            started = time.perf_counter()
            connection.execute(statement)
            line = {"node": _name(statement.query), "seconds": round(time.perf_counter() - started, 3)}
            print(json.dumps(line), flush=True)  # noqa: T201 - the answer of a program


def _name(statement: str) -> str:
    """Return what a statement makes: the third word that is no comment."""
    code = " ".join(line for line in statement.splitlines() if not line.startswith("--"))
    return code.split()[2].rstrip(";")


if __name__ == "__main__":
    main()
