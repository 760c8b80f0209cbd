"""The limit's side: `limit.sql` over a lake into an empty DuckDB file, in a process of its own that can be measured."""

from __future__ import annotations

import argparse
import json
import re
import time
from contextlib import closing
from pathlib import Path

import duckdb

from pipelines.paths import load_paths
from pipelines.settings import load_settings

_LIMIT = Path(__file__).with_name("limit.sql")
_CREATED = re.compile(r"(?:table|view|schema|macro) (\S+)")


def main() -> None:
    """Build what the command line names from the lake of the root that the settings name.

    Prints the seconds of each statement as a line of JSON.
    """
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("database", type=Path, help="the file to make")
    paths = load_paths()
    build_limit(
        paths.lake, paths.organisation_names, paths.build_database, parser.parse_args().database,
        memory_limit=load_settings().memory_limit,
    )  # fmt: skip


def build_limit(lake: Path, organisation_names: Path, product: Path, database: Path, *, memory_limit: str) -> None:
    """Run `limit.sql`, with the settings of the product's profile and as many threads as DuckDB takes by itself.

    Args:
        lake: The folder ``data/lake``.
        organisation_names: The names of that lake, resolved by the product.
        product: The file that the product has built; its dimensions are read.
        database: The file to make.
        memory_limit: As DuckDB spells it.
    """
    config: dict[str, str | bool | int | float | list[str]] = {
        "memory_limit": memory_limit,
        "preserve_insertion_order": False,
    }
    with closing(duckdb.connect(str(database), config=config)) as connection:
        connection.execute(f"attach '{product}' as product (read_only)")
        for name, path in (("lake", lake), ("organisation_names", organisation_names)):
            connection.execute(f"set variable {name} = ?", [str(path)])
        for statement in duckdb.extract_statements(_LIMIT.read_text(encoding="utf-8")):
            started = time.perf_counter()
            connection.execute(statement)
            line = {"node": _name(statement.query), "seconds": round(time.perf_counter() - started, 3)}
            print(json.dumps(line), flush=True)  # noqa: T201 - the answer of a program


def _name(statement: str) -> str:
    """Return what a statement makes."""
    code = " ".join(line for line in statement.splitlines() if not line.startswith("--"))
    found = _CREATED.search(code)
    return found[1].rstrip(";") if found else code[:40]


if __name__ == "__main__":
    main()
