"""Writes a lake as if the communes' monthly reports of form 2 had been read from bulk files.

One batch a month, one file per province and month. A hundredth of the files comes again, corrected, some months later;
a few come late. Everything is drawn from a seed: the same months have the same content in a lake of any length, so that
the month added to a short history is the month added to a long one.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb

from pipelines.observations import PARTS, PROVENANCE, frame
from pipelines.paths import SEEDS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

LINES = (
    *("all", "readmitted", "women", "ethnic_minority", "religious", "youth_union_member"),
    *("private_business_owner", "foreign_spouse"),
    *("civil_servant", "public_service_staff", "business_staff", "worker", "farmer", "armed_forces", "student"),
    *("age_18_30", "age_31_40", "age_41_50", "age_51_or_over"),
    *("literate", "primary", "lower_secondary", "upper_secondary"),
    *("technical_worker", "intermediate", "college", "university", "master", "doctorate", "doctor_of_science"),
)
"""Lines of form 2 in the order of the form: those of 2012 that count admissions, and two of 2021."""

ADDED_MONTH = dt.date(2025, 1, 1)
"""The month that is added to a history; the history ends the month before."""

_SOURCE = "commune_reports"
_COMMUNES = Path(__file__).with_name("communes.sql")
_OBSERVATIONS = Path(__file__).with_name("observations.sql")
_BATCH_FILES = """
create or replace table batch_files (
    province_code varchar,
    file_path varchar,
    file_sha256 varchar,
    version_number integer,
    starts_on date,
    ends_on date,
    period_text varchar,
    reported_on date
)
"""


@dataclass(frozen=True)
class _File:
    """One version of one file.

    Attributes:
        province_code: Whose communes it has.
        month: First day of the month it reports.
        version_number: 1, or 2 when it came again.
        delay: Months that it came later than the others of its month.
    """

    province_code: str
    month: dt.date
    version_number: int
    delay: int

    @property
    def path(self) -> str:
        """Path below ``data/raw``."""
        return f"{_SOURCE}/{self.province_code}/{self.month:%Y-%m}.csv"

    @property
    def sha256(self) -> str:
        """A hash as its content would have."""
        return hashlib.sha256(f"{self.path}\x1f{self.version_number}".encode()).hexdigest()


def list_months(count: int) -> list[dt.date]:
    """Return the months of a history of this length, oldest first.

    Examples:
        >>> [month.isoformat() for month in list_months(2)]
        ['2024-11-01', '2024-12-01']
    """
    return [_shift(ADDED_MONTH, -number) for number in range(count, 0, -1)]


class LakeGenerator:
    """Generates batches below one folder.

    Args:
        folder: ``data/lake`` of some root.
        first_month: Where the history begins: no file reports an earlier month.
        commune_count: Leave out the communes after so many; None for all.
        seed: What everything is drawn from.
        units: The seed of administrative units.
    """

    def __init__(
        self,
        folder: Path,
        *,
        first_month: dt.date,
        commune_count: int | None = None,
        seed: int = 2025,
        units: Path = SEEDS / "administrative_units.csv",
    ) -> None:
        self._folder = folder
        self._first_month = first_month
        self._seed = seed
        self._connection = duckdb.connect()
        self._connection.execute("set variable seed = ?", [seed])
        self._connection.execute(
            _COMMUNES.read_text(encoding="utf-8"), {"units": str(units), "count": commune_count or 100_000}
        )
        self._connection.execute("create table lines (line_number integer, group_code varchar)")
        self._connection.executemany("insert into lines values (?, ?)", list(enumerate(LINES, 1)))
        provinces = self._connection.sql("select distinct province_code from communes order by province_code")
        self._province_codes: list[str] = [code for (code,) in provinces.fetchall()]

    def write_batches(self, months: Sequence[dt.date]) -> int:
        """Write one batch for each month; the months follow those written before.

        Args:
            months: First days of months.

        Returns:
            The number of observations written.
        """
        return sum(self._write_batch(month) for month in months)

    def _write_batch(self, month: dt.date) -> int:
        # 02:00 in Vietnam, in the night to the eighth of the next month; the lake keeps UTC without a zone
        recorded_at = dt.datetime(*_shift(month, 1).timetuple()[:2], 7, 19)  # noqa: DTZ001
        batch_id = recorded_at.strftime("%Y%m%dT%H%M%S%fZ")
        files = list(self._list_files(month))
        if not files:
            # as with a night that finds nothing new
            return 0
        for part in PARTS:
            (self._folder / part).mkdir(parents=True, exist_ok=True)
        for name, value in (("batch_id", batch_id), ("recorded_at", recorded_at)):
            self._connection.execute(f"set variable {name} = ?", [value])
        self._connection.execute(_BATCH_FILES)
        self._connection.executemany(
            f"insert into batch_files values ({', '.join('?' * 8)})", [self._describe(file) for file in files]
        )
        target = str(self._folder / "observations" / f"{batch_id}.parquet")
        self._connection.sql(_OBSERVATIONS.read_text(encoding="utf-8")).write_parquet(target, compression="zstd")
        found_counts = dict(
            self._connection.execute(
                "select file_path, count(*) from read_parquet(?) group by file_path", [target]
            ).fetchall()
        )
        for part in ("publications", "texts", "rejections", "files"):
            rows = [_count(file, found_counts, batch_id, recorded_at) for file in files] if part == "files" else []
            written = frame(rows, {**PROVENANCE, **PARTS[part]})
            written.write_parquet(self._folder / part / f"{batch_id}.parquet")
        return sum(found_counts.values())

    def _describe(self, file: _File) -> tuple[object, ...]:
        # between the third and the sixth of the next month
        reported_on = _shift(file.month, 1 + file.delay) + dt.timedelta(days=2 + self._draw(file) // 7 % 4)
        return (
            *(file.province_code, file.path, file.sha256, file.version_number),
            *(file.month, _shift(file.month, 1) - dt.timedelta(days=1)),
            *(f"tháng {file.month.month}/{file.month.year}", reported_on),
        )

    def _list_files(self, batch_month: dt.date) -> Iterator[_File]:
        """Return what one batch takes in: the month's files in time, late and restated ones of earlier months."""
        for province_code in self._province_codes:
            for age in range(7):
                month = _shift(batch_month, -age)
                file = _File(province_code, month, 1, age)
                draw = self._draw(file)
                delay = draw // 1000 % 3 + 1 if draw % 1000 < 2 else 0
                restated_after = draw // 1000 % 6 + 1 if 500 <= draw % 1000 < 510 else None
                if month >= self._first_month and age == delay:
                    yield file
                elif month >= self._first_month and age == restated_after:
                    yield _File(province_code, month, 2, age)

    def _draw(self, file: _File) -> int:
        digest = hashlib.sha256(f"{self._seed}\x1f{file.province_code}\x1f{file.month}".encode()).digest()
        return int.from_bytes(digest[:8], "big")


def _count(file: _File, found_counts: dict[str, int], batch_id: str, recorded_at: dt.datetime) -> dict[str, object]:
    """Return a file's row of the part ``files``."""
    found_count = found_counts.get(file.path, 0)
    return {
        "batch_id": batch_id,
        "source_name": _SOURCE,
        "file_path": file.path,
        "file_sha256": file.sha256,
        "recorded_at": recorded_at,
        "file_bytes": found_count * 100,
        "reader_name": "delimited",
        "found_count": found_count,
        "accepted_count": found_count,
        "rejected_count": 0,
    }


def _shift(month: dt.date, count: int) -> dt.date:
    """Return the first day of the month so many months later."""
    number = month.year * 12 + month.month - 1 + count
    return dt.date(number // 12, number % 12 + 1, 1)
