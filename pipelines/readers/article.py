"""Texts of publications: one UTF-8 file is one record.

The text is what offsets of figures refer to; it is normalised to form C and otherwise kept as it is.
"""

from __future__ import annotations

import unicodedata
from pathlib import PurePosixPath

from pipelines.observations import TEXTS, Reading, frame
from pipelines.readers.rejecting import reject_file


def read_article(content: bytes, file_path: str, file_key: str) -> Reading:
    """Read the text of one publication.

    Args:
        content: The file.
        file_path: Path below ``data/raw``; the folder is the publication's identifier.
        file_key: What identifies the file version.

    Returns:
        One row of ``TEXTS``, or one rejection.
    """
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        return reject_file(file_key, "unreadable_file", found=str(error), expected="UTF-8")
    publication_id = PurePosixPath(file_path).parent.name
    body = unicodedata.normalize("NFC", text)
    return Reading(found_count=1, texts=frame([{"publication_id": publication_id, "text_body": body}], TEXTS))
