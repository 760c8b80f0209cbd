"""The peer: the loop that one would write with pandas and openpyxl, in a process of its own that can be measured.

It takes the columns to stand where they stand on a blank form 2, and knows no faults.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import duckdb
import pandas as pd


def main() -> None:
    """Extract what the command line names."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("raw", type=Path, help="the folder `data/raw`")
    parser.add_argument("target", type=Path, help="the file to write")
    arguments = parser.parse_args()
    extract_numbers(arguments.raw, arguments.target)


def extract_numbers(raw: Path, target: Path) -> None:
    """Write the lines of all reports with their numbers to one Parquet file.

    Args:
        raw: The folder ``data/raw``.
        target: The file to write.
    """
    rows = []
    for file in sorted(raw.rglob("*.xlsx")):
        sheet = pd.read_excel(file, header=None, engine="openpyxl")
        organisation = period = None
        is_below_head = False
        for code, words, this_period, earlier_period, percent, *_ in sheet.itertuples(index=False):
            if str(code).startswith("Đơn vị báo cáo:"):
                organisation = code.partition(":")[2].strip()
            elif str(code).startswith("Kỳ báo cáo:"):
                period = code.partition(":")[2].strip()
            elif words == "B":
                is_below_head = True
            elif is_below_head and not (pd.isna(this_period) and pd.isna(earlier_period) and pd.isna(percent)):
                path = file.relative_to(raw).as_posix()
                rows.append((path, organisation, period, words, this_period, earlier_period, percent))
    columns = ["file_path", "organisation_name", "period_text", "line", "this_period", "earlier_period", "percent"]
    duckdb.from_df(pd.DataFrame(rows, columns=columns)).write_parquet(str(target))


if __name__ == "__main__":
    main()
