"""Collects the faults of one file as rows of the schema ``REJECTIONS``."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from pipelines.observations import REJECTIONS, Reading, frame
from pipelines.vocabulary import read_rejection_reason

if TYPE_CHECKING:
    import polars as pl

_LONGEST = 300


class Rejections:
    """The faults of one file, in the order in which they were found.

    Args:
        file_key: What identifies the file version; part of every ``rejection_id``.

    Attributes:
        rows: Schema ``REJECTIONS``.
    """

    def __init__(self, file_key: str) -> None:
        self._file_key = file_key
        self.rows: list[dict[str, object]] = []

    def add(self, reason_code: str, *, locator: str, found: str, expected: str, record_id: str | None = None) -> None:
        """Record one fault.

        Args:
            reason_code: Code of the seed ``rejection_reasons``.
            locator: Place in the file, such as ``line 12, printed``.
            found: What stands there.
            expected: What should stand there.
            record_id: Identifier that the source gives the record.
        """
        found, expected = _shorten(found), _shorten(expected)
        reason = read_rejection_reason(reason_code)
        identity = "\x1f".join((self._file_key, locator, reason_code, found))
        self.rows.append(
            {
                "rejection_id": hashlib.sha256(identity.encode()).hexdigest()[:32],
                "locator": locator,
                "record_id": record_id,
                "reason_code": reason_code,
                "found": found,
                "expected": expected,
                "message_vi": reason.message_vi.format(found=found, expected=expected),
                "message_en": reason.message_en.format(found=found, expected=expected),
            }
        )

    def __len__(self) -> int:
        return len(self.rows)

    def to_frame(self) -> pl.DataFrame:
        """Return the faults, schema ``REJECTIONS``."""
        return frame(self.rows, REJECTIONS)


def _shorten(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"


def reject_file(file_key: str, reason_code: str, *, found: str, expected: str) -> Reading:
    """Return the reading of a file that is refused whole: one record found, none accepted."""
    rejections = Rejections(file_key)
    rejections.add(reason_code, locator="file", found=found, expected=expected)
    return Reading(found_count=1, rejections=rejections.to_frame())
