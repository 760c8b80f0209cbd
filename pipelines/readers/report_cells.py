"""Numbers of reports on their way to observations: a report, what its form says of a cell, and what stands there.

Readers add numbers by the thousand; everything that follows from report and form is joined to them at once.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from dataclasses import dataclass, field
from decimal import Decimal
from functools import lru_cache
from typing import TYPE_CHECKING

import polars as pl

from pipelines.names import parse_organisation_name
from pipelines.observations import EXACT, FILE_COLUMNS, OBSERVATIONS
from pipelines.periods import Period
from pipelines.vocabulary import read_codes

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from pipelines.layouts import Meaning
    from pipelines.observations import RawFile
    from pipelines.readers.report_numbers import ExactNumber

_MOMENTS = ("period", "start", "end")
_DATINGS = tuple((moment, is_earlier) for moment in _MOMENTS for is_earlier in (False, True))
_UNITS = {"percent_of_earlier": "percent", "share": "percent", "average_age": "years"}
"""Of statements that do not have the unit of their measure."""
_DECIMALS = EXACT.scale
_DAY = dt.timedelta(days=1)
_LEVELS = {
    "tỉnh": "province",
    "huyện": "district",
    "quận": "district",
    "thị xã": "district",
    "thành phố": "district",
    "xã": "commune",
    "phường": "commune",
    "thị trấn": "commune",
    "đặc khu": "commune",
}
_CENTRAL_CITIES = frozenset({"hà nội", "hồ chí minh", "hải phòng", "đà nẵng", "cần thơ", "huế"})


@dataclass(frozen=True)
class Report:
    """One form of one organisation and period.

    Attributes:
        file_number: Of the file it stands in.
        locator: Begins the place of each of its numbers: ``'2-BTCTW'!``.
        figure_prefix: Begins the ``figure_id`` of each of its numbers.
        form_code: As it is printed, ``2-BTCTW``.
        organisation_name: As it is printed; so the next two.
        parent_organisation_name: The organisation above it.
        province_name: Where it is.
        period: Of when.
        period_text: As it is printed.
        reported_on: The day that the report bears.
    """

    file_number: int
    locator: str
    figure_prefix: str
    form_code: str
    organisation_name: str
    parent_organisation_name: str | None
    province_name: str | None
    period: Period
    period_text: str
    reported_on: dt.date | None


@dataclass
class ReportCells:
    """The numbers of some files.

    Attributes:
        meanings: What cells can say; `add` names them by position.
    """

    meanings: Sequence[Meaning]
    _reports: list[Report] = field(default_factory=list)
    _report_numbers: list[int] = field(default_factory=list)
    _meaning_numbers: list[int] = field(default_factory=list)
    _places: list[str] = field(default_factory=list)
    _values: list[float | None] = field(default_factory=list)
    _exact: dict[int, ExactNumber] = field(default_factory=dict)

    def add(
        self,
        report: Report,
        meaning_numbers: Sequence[int],
        places: Sequence[str],
        values: Sequence[float | None],
        exact: Mapping[int, ExactNumber],
        left_out: Collection[int],
    ) -> None:
        """Add the numbers of a report.

        Args:
            report: The report.
            meaning_numbers: Of each number, the position of its meaning.
            places: Of each number, its place behind the `Report.locator`.
            values: The numbers. Whole, or such as `is_plain` takes; none where they are exact.
            exact: Numbers by their position.
            left_out: Positions where there is none.
        """
        if left_out:
            kept = [at for at in range(len(values)) if at not in left_out]
            exact = {at: exact[before] for at, before in enumerate(kept) if before in exact}
            meaning_numbers = [meaning_numbers[at] for at in kept]
            places = [places[at] for at in kept]
            values = [values[at] for at in kept]
        first = len(self._values)
        self._exact |= {first + at: number for at, number in exact.items()}
        self._report_numbers += [len(self._reports)] * len(values)
        self._reports.append(report)
        self._meaning_numbers += meaning_numbers
        self._places += places
        self._values += values

    def to_frame(self, files: Sequence[RawFile]) -> pl.DataFrame:
        """Return the observations.

        Args:
            files: By `Report.file_number`.

        Returns:
            The columns `FILE_COLUMNS` and those of ``OBSERVATIONS``, in the order of adding.
        """
        if not self._values:
            return pl.DataFrame(schema={**FILE_COLUMNS, **OBSERVATIONS})
        report_numbers = pl.Series(self._report_numbers, dtype=pl.UInt32)
        said = _explain(self.meanings)[pl.Series(self._meaning_numbers, dtype=pl.UInt32)]
        periods = {report.period: None for report in self._reports}
        period_numbers = {period: at * len(_DATINGS) for at, period in enumerate(periods)}
        first_dates = pl.Series([period_numbers[report.period] for report in self._reports], dtype=pl.UInt32)
        cells = pl.concat(
            [
                pl.DataFrame({"place": self._places}),
                self._read_values(),
                said,
                _describe(self._reports, files)[report_numbers],
                _list_dates(periods)[first_dates[report_numbers] + said["dating_number"]],
            ],
            how="horizontal",
        )
        is_relative = pl.col("statement_code") == "percent_of_earlier"
        complete = cells.with_columns(
            pl.concat_str("file_digest", "sheet", "place").alias("observation_id"),
            pl.concat_str("figure_prefix", "meaning_key").alias("figure_id"),
            pl.concat_str("sheet", "place").alias("locator"),
            pl.when(is_relative).then("base_starts_on").alias("base_starts_on"),
            pl.when(is_relative).then("base_ends_on").alias("base_ends_on"),
        )
        columns = {**FILE_COLUMNS, **OBSERVATIONS}
        return complete.select(
            pl.col(name) if name in complete.columns else pl.lit(None, dtype=dtype).alias(name)
            for name, dtype in columns.items()
        )

    def _read_values(self) -> pl.DataFrame:
        """Return printed text, precision, value and status of each number."""
        exact = pl.DataFrame(
            [(number.printed, number.precision, number.value) for number in self._exact.values()],
            schema={"exact_printed": pl.String, "exact_precision": EXACT, "exact_value": EXACT},
            orient="row",
        ).with_columns(pl.Series("at", list(self._exact), dtype=pl.UInt32))
        values = pl.DataFrame({"value": self._values}, schema={"value": pl.Float64}).with_row_index("at")
        plain = values.with_columns(pl.col("value").round(_DECIMALS).cast(EXACT)).with_columns(
            pl.col("value").cast(pl.String).str.strip_chars_end("0").str.strip_chars_end(".").alias("printed")
        )
        decimals = pl.col("printed").str.extract(r"\.(\d+)$").str.len_bytes().fill_null(0)
        units = {digits: Decimal(1).scaleb(-digits) for digits in range(_DECIMALS + 1)}
        precision = pl.when(pl.col("value").is_not_null()).then(decimals).replace_strict(units, return_dtype=EXACT)
        return (
            plain.with_columns(precision.alias("printed_precision"))
            .join(exact, on="at", how="left", maintain_order="left")
            .select(
                pl.coalesce("printed", "exact_printed").alias("printed"),
                pl.coalesce("printed_precision", "exact_precision").alias("printed_precision"),
                pl.coalesce("value", "exact_value").alias("value"),
            )
            .with_columns(
                pl.when(pl.col("value").is_null())
                .then(pl.lit("not_applicable"))
                .otherwise(pl.lit("reported"))
                .alias("value_status")
            )
        )


def _explain(meanings: Sequence[Meaning]) -> pl.DataFrame:
    """Return what follows from each meaning."""
    bases = [
        {"percent_of_earlier": (meaning.measure, meaning.group), "share": (meaning.measure, "all")}.get(
            meaning.statement, (None, None)
        )
        for meaning in meanings
    ]
    return pl.DataFrame(
        {
            "measure_code": [meaning.measure for meaning in meanings],
            "group_code": [meaning.group for meaning in meanings],
            "statement_code": [meaning.statement for meaning in meanings],
            "unit": [
                _UNITS.get(meaning.statement, read_codes("measures")[meaning.measure]["unit"]) for meaning in meanings
            ],
            "base_measure_code": [measure for measure, _ in bases],
            "base_group_code": [group for _, group in bases],
            "meaning_key": [meaning.key for meaning in meanings],
            "dating_number": [_DATINGS.index((meaning.moment, meaning.is_earlier)) for meaning in meanings],
        },
        schema_overrides={"dating_number": pl.UInt32, "base_measure_code": pl.String, "base_group_code": pl.String},
    )


def _describe(reports: Sequence[Report], files: Sequence[RawFile]) -> pl.DataFrame:
    """Return what follows from each report."""
    own = [files[report.file_number] for report in reports]
    texts = {
        "source_name": [file.source_name for file in own],
        "file_path": [file.file_path for file in own],
        "file_sha256": [file.sha256 for file in own],
        # a number of a file version is known by its place
        "file_digest": [f"{hashlib.sha256(file.key.encode()).hexdigest()[:32]}/" for file in own],
        "sheet": [report.locator for report in reports],
        "figure_prefix": [report.figure_prefix for report in reports],
        "organisation_name": [report.organisation_name for report in reports],
        "organisation_level": [_find_level(report.organisation_name) for report in reports],
        "parent_organisation_name": [report.parent_organisation_name for report in reports],
        "province_name": [report.province_name for report in reports],
        "form_code": [report.form_code for report in reports],
        "period_text": [report.period_text for report in reports],
    }
    return pl.DataFrame(texts, schema=dict.fromkeys(texts, pl.String)).with_columns(
        pl.Series("reported_on", [report.reported_on for report in reports], dtype=pl.Date),
        pl.lit("one").alias("organisation_scope"),
        pl.lit("exact").alias("qualifier_code"),
    )


def _list_dates(periods: Iterable[Period]) -> pl.DataFrame:
    """Return the days of each of `_DATINGS` of each period, and those that a percentage compares them with."""
    rows = [
        (*_date(period, moment, is_earlier=is_earlier), *_date(period, moment, is_earlier=True)[1:])
        for period in periods
        for moment, is_earlier in _DATINGS
    ]
    days = dict.fromkeys(("starts_on", "ends_on", "base_starts_on", "base_ends_on"), pl.Date)
    return pl.DataFrame(rows, schema={"period_type_code": pl.String, **days}, orient="row")


@lru_cache(maxsize=2**10)
def _find_level(organisation_name: str) -> str:
    """Return the level that the name of an organisation says."""
    name = parse_organisation_name(organisation_name)
    if name.kind == "thành phố" and name.core in _CENTRAL_CITIES:
        return "province"
    return _LEVELS.get(name.kind, "grassroots")


def _date(period: Period, moment: str, *, is_earlier: bool) -> tuple[str, dt.date | None, dt.date | None]:
    """Return the period of a number: of a stock the day, of last year's column the same days of the year before."""
    dated = _shift(period) if is_earlier else period
    if moment == "start" and dated.starts_on:
        dated = Period.instant(dated.starts_on - _DAY)
    if moment == "end" and dated.ends_on:
        dated = Period.instant(dated.ends_on)
    return dated.period_type_code, dated.starts_on, dated.ends_on


def _shift(period: Period) -> Period:
    """Return the same days of the year before."""
    start, end = (day and _year_before(day) for day in (period.starts_on, period.ends_on))
    return Period(period.period_type_code, start, end)


def _year_before(day: dt.date) -> dt.date:
    is_last_of_february = (day + _DAY).month != day.month and day.month == 2
    return dt.date(day.year - 1, 3, 1) - _DAY if is_last_of_february else day.replace(year=day.year - 1)
