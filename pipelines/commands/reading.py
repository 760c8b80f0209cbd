"""``ketnap read``: what would be taken in of a file, and what is wrong with it, before it is sent."""

from __future__ import annotations

from operator import itemgetter
from pathlib import PurePosixPath
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

    from pipelines.observations import Intake
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
        "copied": "bản sao",
        "not_copied": "không ghi bản sao",
        "no_faults": "không ghi bản sao: tệp không có lỗi",
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
        "copied": "copy",
        "not_copied": "no copy is written",
        "no_faults": "no copy is written: the file has no fault",
    },
}


def preview(
    file: Path,
    raw: Path,
    console: Console,
    *,
    max_bytes: int,
    language: Language,
    has_all: bool = False,
    copy: Path | None = None,
) -> int:
    """Print what reading a file finds, and write a copy in which it is marked if one is asked for.

    Args:
        file: The file, wherever it is.
        raw: The folder ``data/raw``, for the sources and their layouts.
        console: Where it is printed.
        max_bytes: Size above which the file is not read.
        language: Of the words and messages.
        has_all: Whether every number and fault is shown.
        copy: Where a copy goes, with the faults marked; nowhere by default.

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
    if copy is not None:
        said = _write_copy(received, intake, copy, words, language, max_bytes=max_bytes)
        console.print(said, highlight=False, markup=False, soft_wrap=True)
    return 1 if rejections.height else 0


def _write_copy(
    file: RawFile, intake: Intake, copy: Path, words: dict[str, str], language: Language, *, max_bytes: int
) -> str:
    """Write the copy of a file in which its faults are marked, and say where it is, or why there is none."""
    from pipelines.annotation import NotCopied, annotate

    rejections = intake.parts["rejections"]
    if rejections.is_empty():
        return words["no_faults"]
    reader_name = intake.parts["files"]["reader_name"].item()
    try:
        marked = annotate(file.content, rejections, reader_name=reader_name, max_bytes=max_bytes)
    except NotCopied as refusal:
        return f"{words['not_copied']}: {refusal.message_vi if language is Language.VI else refusal.message_en}"
    copy.write_bytes(marked)
    return f"{words['copied']:<14}{copy}"


def _find_source(file: Path, raw: Path) -> Source | None:
    """Return the source that takes files of this name, wherever they lie; of several, whose pattern says most."""
    found = [
        (len(entry.pattern), source)
        for source in read_sources(raw)
        for entry in source.files
        if PurePosixPath(file.absolute().parent.name, file.name).match(entry.pattern)
    ]
    return max(found, key=itemgetter(0))[1] if found else None


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
