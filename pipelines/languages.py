"""Numbers and words in the language of the reader: ``1.746`` in Vietnamese, ``1,746`` in English."""

from __future__ import annotations

from enum import StrEnum


class Language(StrEnum):
    """Languages that people are addressed in."""

    VI = "vi"
    EN = "en"


def format_count(count: int, language: Language) -> str:
    """Write a whole number for people.

    Examples:
        >>> format_count(1746, Language.VI)
        '1.746'
        >>> format_count(1746, Language.EN)
        '1,746'
    """
    text = f"{count:,}"
    return text.replace(",", ".") if language is Language.VI else text


def format_noun(count: int, singular: str, plural: str | None = None) -> str:
    """Write a count and its English noun.

    Examples:
        >>> format_noun(1, "table")
        '1 table'
        >>> format_noun(1746, "batch", "batches")
        '1,746 batches'
    """
    return f"{count:,} {singular if count == 1 else plural or f'{singular}s'}"
