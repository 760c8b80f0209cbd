"""``ketnap read``: what would be taken in of a file, and what is wrong with it, before it is sent."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.table import Table

from pipelines.languages import Language, format_count
from pipelines.observations import RawFile
from pipelines.reporters import refuse_unknown_reporters
from pipelines.sources import read_files, read_sources
from pipelines.vocabulary import read_codes

if TYPE_CHECKING:
    from pathlib import Path

    import polars as pl
    from rich.console import Console

    from pipelines.sources import Source

SHOWN_ROWS = 100
"""Numbers and faults that are shown, unless all are asked for."""

_WORDS = {
    Language.VI: {
        "source": "nguồn",
        "accepted": "nhận được",
        "rejected": "không nhận",
        "numbers": "Số liệu nhận được",
        "faults": "Lỗi",
        "place": "vị trí",
        "organisation": "tổ chức",
        "period": "kỳ",
        "measure": "chỉ tiêu",
        "group": "nhóm",
        "statement": "loại số",
        "value": "số",
        "reason": "mã lỗi",
        "message": "nội dung",
        "more": "… và {count} dòng nữa; xem hết: --all",
        "unknown": "không có nguồn nào nhận tệp này",
    },
    Language.EN: {
        "source": "source",
        "accepted": "accepted",
        "rejected": "rejected",
        "numbers": "Numbers that would be taken in",
        "faults": "Faults",
        "place": "place",
        "organisation": "organisation",
        "period": "period",
        "measure": "measure",
        "group": "group",
        "statement": "statement",
        "value": "number",
        "reason": "reason",
        "message": "message",
        "more": "… and {count} more; to see them: --all",
        "unknown": "no source takes this file",
    },
}


def preview(
    file: Path, raw: Path, console: Console, *, max_bytes: int, language: Language, has_all: bool = False
) -> int:
    """Print what reading a file finds. Nothing is kept.

    Args:
        file: The file, wherever it is.
        raw: The folder ``data/raw``, for the sources and their layouts.
        console: Where it is printed.
        max_bytes: Size above which the file is not read.
        language: Of the words and messages.
        has_all: Whether every number and fault is shown.

    Returns:
        0 if everything in the file would be taken in, 1 if something has a fault, 2 if no source takes such a file.
    """
    words = _WORDS[language]
    source = _find_source(file, raw)
    if source is None:
        console.print(f"{words['unknown']}: {file.name}", style="red", highlight=False)
        return 2
    received = RawFile(source.source_name, f"{source.source_name}/{file.parent.name}/{file.name}", file.read_bytes())
    intake = refuse_unknown_reporters(read_files(source, [received], max_bytes=max_bytes))
    observations, rejections = intake.parts["observations"], intake.parts["rejections"]
    counts = intake.parts["files"].row(0, named=True)
    limit = None if has_all else SHOWN_ROWS
    if observations.height:
        _print_numbers(observations, console, words, language, limit=limit)
    if rejections.height:
        _print_faults(rejections, console, words, language, limit=limit)
    title = source.title_vi if language is Language.VI else source.title_en
    for label, text in (
        (words["source"], title),
        (words["accepted"], format_count(counts["accepted_count"], language)),
        (words["rejected"], format_count(counts["rejected_count"], language)),
    ):
        console.print(f"{label:<14}{text}", highlight=False, markup=False, soft_wrap=True)
    return 1 if rejections.height else 0


def _find_source(file: Path, raw: Path) -> Source | None:
    """Return the source that takes files of this name, wherever they lie."""
    for source in read_sources(raw):
        for place in (f"{source.source_name}/{file.name}", f"{source.source_name}/{file.parent.name}/{file.name}"):
            if source.find_reader(place) is not None:
                return source
    return None


def _print_numbers(
    observations: pl.DataFrame, console: Console, words: dict[str, str], language: Language, *, limit: int | None
) -> None:
    columns = ("place", "organisation", "period", "measure", "group", "statement", "value")
    table = Table(*(words[column] for column in columns), title=words["numbers"], title_justify="left")
    for row in observations.head(limit or observations.height).iter_rows(named=True):
        table.add_row(
            row["locator"],
            row["organisation_name"],
            f"{row['starts_on'] or ''}/{row['ends_on'] or ''}",
            read_codes("measures")[row["measure_code"]][f"label_{language}"],
            read_codes("groups")[row["group_code"]][f"label_{language}"],
            read_codes("statements")[row["statement_code"]][f"label_{language}"],
            row["printed"],
        )
    _print_table(table, console, words, language, left=observations.height - table.row_count)


def _print_faults(
    rejections: pl.DataFrame, console: Console, words: dict[str, str], language: Language, *, limit: int | None
) -> None:
    table = Table(words["place"], words["reason"], words["message"], title=words["faults"], title_justify="left")
    for row in rejections.head(limit or rejections.height).iter_rows(named=True):
        table.add_row(row["locator"], row["reason_code"], row[f"message_{language}"])
    _print_table(table, console, words, language, left=rejections.height - table.row_count)


def _print_table(table: Table, console: Console, words: dict[str, str], language: Language, *, left: int) -> None:
    console.print(table, markup=False, highlight=False)
    if left:
        console.print(words["more"].format(count=format_count(left, language)), highlight=False)
