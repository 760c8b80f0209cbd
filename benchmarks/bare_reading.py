"""The limit: what python-calamine takes to read all sheets of all workbooks to lists, in a process of its own."""

from __future__ import annotations

import argparse
from pathlib import Path

from python_calamine import CalamineWorkbook


def main() -> None:
    """Read the workbooks below the folder that the command line names."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, help="where the workbooks are")
    for file in sorted(parser.parse_args().folder.rglob("*.xlsx")):
        workbook = CalamineWorkbook.from_path(file)
        for name in workbook.sheet_names:
            workbook.get_sheet_by_name(name).to_python()


if __name__ == "__main__":
    main()
