"""The schemas that every reader returns and that the lake keeps.

One row of `OBSERVATIONS` is one number that one source states. Nothing is computed here: intervals, organisations and
comparisons follow behind the lake, so that a better rule applies to old rows too.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from functools import cached_property, reduce
from io import BytesIO
from itertools import chain
from operator import add
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol, Self

import polars as pl

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

    Schema = Mapping[str, pl.DataType | type[pl.DataType]]

EXACT = pl.Decimal(18, 6)
"""Type of every stored number: up to 10^12, six decimals, never a float."""

OBSERVATIONS: Schema = {
    "observation_id": pl.String,
    "figure_id": pl.String,
    "publication_id": pl.String,
    "locator": pl.String,
    "char_start": pl.Int64,
    "char_end": pl.Int64,
    "organisation_name": pl.String,
    "organisation_level": pl.String,
    "organisation_scope": pl.String,
    "parent_organisation_name": pl.String,
    "province_name": pl.String,
    "form_code": pl.String,
    "measure_code": pl.String,
    "group_code": pl.String,
    "statement_code": pl.String,
    "period_type_code": pl.String,
    "starts_on": pl.Date,
    "ends_on": pl.Date,
    "period_text": pl.String,
    "printed": pl.String,
    "printed_precision": EXACT,
    "value": EXACT,
    "value_high": EXACT,
    "unit": pl.String,
    "qualifier_code": pl.String,
    "base_measure_code": pl.String,
    "base_group_code": pl.String,
    "base_value": EXACT,
    "base_period_text": pl.String,
    "base_starts_on": pl.Date,
    "base_ends_on": pl.Date,
    "value_status": pl.String,
    "duplicate_of_figure_id": pl.String,
    "reported_on": pl.Date,
    "note": pl.String,
}
REJECTIONS: Schema = {
    "rejection_id": pl.String,
    "locator": pl.String,
    "record_id": pl.String,
    "reason_code": pl.String,
    "found": pl.String,
    "expected": pl.String,
    "message_vi": pl.String,
    "message_en": pl.String,
}
PUBLICATIONS: Schema = {
    "publication_id": pl.String,
    "title": pl.String,
    "publisher": pl.String,
    "url": pl.String,
    "published_on": pl.Date,
    "published_period": pl.String,
    "province_names": pl.String,
    "publication_kind": pl.String,
    "text_file": pl.String,
    "superseded_by_publication_id": pl.String,
    "duplicate_of_publication_id": pl.String,
    "also_published_at": pl.String,
}
TEXTS: Schema = {
    "publication_id": pl.String,
    "text_body": pl.String,
}
FILES: Schema = {
    "file_bytes": pl.Int64,
    "reader_name": pl.String,
    "found_count": pl.Int64,
    "accepted_count": pl.Int64,
    "rejected_count": pl.Int64,
    "cell_count": pl.Int64,
    "furniture_count": pl.Int64,
}
PARTS = {
    "observations": OBSERVATIONS,
    "publications": PUBLICATIONS,
    "texts": TEXTS,
    "rejections": REJECTIONS,
    "files": FILES,
}
"""Parts of a batch in the order of writing; ``files`` is last, and makes the batch exist."""


class Version(NamedTuple):
    """A version of a raw file; every row of an intake names one.

    Attributes:
        source_name: The source it belongs to.
        file_path: Path below ``data/raw``, with slashes.
        file_sha256: Hash of its content, hexadecimal.
    """

    source_name: str
    file_path: str
    file_sha256: str

    @property
    def key(self) -> str:
        """What identifies it."""
        return f"{self.file_path}@{self.file_sha256}"


FILE_COLUMNS: Schema = dict.fromkeys(Version._fields, pl.String)
"""Columns by which every row of an intake names its file."""

PROVENANCE: Schema = {
    "batch_id": pl.String,
    **FILE_COLUMNS,
    "recorded_at": pl.Datetime("us"),
}
"""Columns that the lake adds to every row of every part. ``recorded_at`` is UTC."""


def frame(rows: Iterable[Mapping[str, object]], schema: Schema) -> pl.DataFrame:
    """Build a frame of one schema; columns that a row leaves out are null."""
    return pl.DataFrame([{name: row.get(name) for name in schema} for row in rows], schema=dict(schema), strict=True)


@dataclass(frozen=True)
class RawFile:
    """One file of a source, as it is now.

    Attributes:
        source_name: The source it belongs to.
        file_path: Path below ``data/raw``, with slashes.
        content: Its bytes.
    """

    source_name: str
    file_path: str
    content: bytes

    @cached_property
    def sha256(self) -> str:
        """Hash of the content, hexadecimal."""
        return hashlib.sha256(self.content).hexdigest()

    @property
    def version(self) -> Version:
        """What its rows name."""
        return Version(self.source_name, self.file_path, self.sha256)

    @property
    def key(self) -> str:
        """What identifies the version of the file."""
        return self.version.key


@dataclass(frozen=True)
class Reading:
    """What a reader found in one file.

    Attributes:
        found_count: Records found; each is either accepted or rejected.
        observations: Schema `OBSERVATIONS`.
        publications: Schema `PUBLICATIONS`.
        texts: Schema `TEXTS`.
        rejections: Schema `REJECTIONS`. A record with several faults has several rows.
    """

    found_count: int
    observations: pl.DataFrame = field(default_factory=lambda: frame((), OBSERVATIONS))
    publications: pl.DataFrame = field(default_factory=lambda: frame((), PUBLICATIONS))
    texts: pl.DataFrame = field(default_factory=lambda: frame((), TEXTS))
    rejections: pl.DataFrame = field(default_factory=lambda: frame((), REJECTIONS))

    @property
    def accepted_count(self) -> int:
        """Records accepted."""
        return self.observations.height + self.publications.height + self.texts.height

    @property
    def rejected_count(self) -> int:
        """Records rejected: every record found that was not accepted."""
        return self.found_count - self.accepted_count


class Rows(Protocol):
    """Rows that become a frame when it is asked for. Until then they are short, and quick to go to another process."""

    def __add__(self, other: Any) -> Rows:
        """Return these rows and others; those of a part are all of one kind."""

    def to_frame(self) -> pl.DataFrame:
        """Return them, with the columns `FILE_COLUMNS` and those of their part."""


@dataclass(frozen=True)
class Intake:
    """What readers found in some files: the parts of a batch that is still to be written.

    Attributes:
        pieces: By the names of `PARTS`, what each part consists of. ``files`` has a row for each file.
    """

    pieces: Mapping[str, Sequence[pl.DataFrame | Rows]]

    @cached_property
    def parts(self) -> dict[str, pl.DataFrame]:
        """The parts; the columns are `FILE_COLUMNS` and those of the part."""
        return {
            part: pl.concat([frame((), {**FILE_COLUMNS, **schema}), *_to_frames(self.pieces[part])])
            for part, schema in PARTS.items()
        }

    def __reduce__(self) -> tuple[Callable[[_Packed], Intake], tuple[_Packed]]:
        """Go from process to process with frames compressed: what the rows of a file have in common is written once."""
        return _restore, ({part: [_compress(piece) for piece in pieces] for part, pieces in self.pieces.items()},)

    @classmethod
    def of(cls, file: RawFile, reading: Reading) -> Self:
        """Return the intake of one file."""
        counts = {
            "file_bytes": len(file.content),
            "found_count": reading.found_count,
            "accepted_count": reading.accepted_count,
            "rejected_count": reading.rejected_count,
        }
        version = [pl.lit(value).alias(name) for name, value in file.version._asdict().items()]
        frames = {part: getattr(reading, part) for part in PARTS if part != "files"} | {"files": frame([counts], FILES)}
        return cls.of_parts({part: frames[part].select(*version, pl.all()) for part in PARTS})

    @classmethod
    def of_parts(cls, parts: Mapping[str, pl.DataFrame | Rows]) -> Self:
        """Return the intake of parts that name their files already; those that are left out have no rows."""
        filled = {part: piece for part, piece in parts.items() if not isinstance(piece, pl.DataFrame) or piece.height}
        return cls({part: [filled[part]] if part in filled else [] for part in PARTS})

    @classmethod
    def united(cls, intakes: Sequence[Intake]) -> Self:
        """Return the intake of the files of all of them; there is at least one."""
        return cls({part: [*chain.from_iterable(intake.pieces[part] for intake in intakes)] for part in PARTS})

    def read_by(self, reader_names: Mapping[str, str | None]) -> Intake:
        """Return the same, with the name of the reader of each file, by its path."""
        names = pl.col("file_path").replace_strict(reader_names, return_dtype=pl.String)
        files = [files.with_columns(names.alias("reader_name")) for files in _to_frames(self.pieces["files"])]
        return Intake({**self.pieces, "files": files})

    def of_files(self, file_paths: Collection[str]) -> Intake:
        """Return what was found in some of the files."""
        kept = pl.Series(sorted(file_paths), dtype=pl.String)
        return Intake.of_parts(
            {part: rows.filter(pl.col("file_path").is_in(kept)) for part, rows in self.parts.items()}
        )


_Packed = dict[str, list["bytes | Rows"]]


def _to_frames(pieces: Iterable[pl.DataFrame | Rows]) -> list[pl.DataFrame]:
    frames: list[pl.DataFrame] = []
    others: list[Rows] = []
    for piece in pieces:
        frames.append(piece) if isinstance(piece, pl.DataFrame) else others.append(piece)
    return [*frames, reduce(add, others).to_frame()] if others else frames


def _compress(piece: pl.DataFrame | Rows) -> bytes | Rows:
    if not isinstance(piece, pl.DataFrame):
        return piece
    buffer = BytesIO()
    piece.write_ipc(buffer, compression="zstd")
    return buffer.getvalue()


def _restore(pieces: _Packed) -> Intake:
    return Intake(
        {
            part: [pl.read_ipc(piece) if isinstance(piece, bytes) else piece for piece in packed]
            for part, packed in pieces.items()
        }
    )
