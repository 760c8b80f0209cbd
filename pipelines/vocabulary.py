"""The closed lists of codes: measures, groups, statements, qualifiers, period types, levels, rejection reasons.

They are the seeds of the dbt project, read here for the readers; no code is repeated in Python.
"""

from __future__ import annotations

import csv
from functools import cache
from typing import NamedTuple

from pipelines.paths import SEEDS


class RejectionReason(NamedTuple):
    """Why a value or a file was not accepted; the texts have the fields ``{found}`` and ``{expected}``."""

    reason_code: str
    message_vi: str
    message_en: str


@cache
def read_codes(table: str) -> dict[str, dict[str, str]]:
    """Return one table of the vocabulary.

    Args:
        table: Name of the seed, for instance ``measures``. Its first column is the key.

    Returns:
        Row by code, the cells as text.
    """
    rows = _read_rows(table)
    key = next(iter(rows[0]))
    return {row[key]: row for row in rows}


@cache
def read_partitions(table: str) -> tuple[tuple[str, str, str], ...]:
    """Return what makes up what, nothing missing and nothing twice.

    Args:
        table: ``group_relations`` or ``measure_relations``.

    Returns:
        Code of the whole, code of a part and name of the partition, in the order of the seed.
    """
    rows = (tuple(row.values()) for row in _read_rows(table))
    return tuple((whole, part, name) for whole, part, relation, name, *_ in rows if relation == "part_of")


def read_rejection_reason(reason_code: str) -> RejectionReason:
    """Return the reason of one code.

    Raises:
        KeyError: The code is not in the seed ``rejection_reasons``.
    """
    row = read_codes("rejection_reasons")[reason_code]
    return RejectionReason(reason_code, row["message_vi"], row["message_en"])


def _read_rows(table: str) -> list[dict[str, str]]:
    with (SEEDS / f"{table}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
