"""What became of an expectation, for everyone who reports it: asset checks, pages, the record of a run."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from expectations import Severity

SHOWN_ROWS = 20
"""Rows that fail are shown up to this number; all are counted."""


@dataclass(frozen=True)
class Outcome:
    """What became of one expectation.

    Attributes:
        suite: Name of its suite.
        table: ``schema.table``.
        name: Of the expectation; of one on the table only.
        severity: Of the expectation; ``error`` if it could not be evaluated.
        reason: Why it is expected.
        is_passed: Whether the table is as expected.
        observed: What was found, in a few words.
        unexpected_count: Rows that fail; groups of rows where rows are compared with each other.
        examples: Up to `SHOWN_ROWS` of them, with the columns that identify them.
    """

    suite: str
    table: str
    name: str
    severity: Severity
    reason: str
    is_passed: bool
    observed: str
    unexpected_count: int = 0
    examples: tuple[dict[str, Any], ...] = ()

    @property
    def is_blocking(self) -> bool:
        """Whether the former published file has to stay."""
        return not self.is_passed and self.severity == "error"
