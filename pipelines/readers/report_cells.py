"""Numbers of reports on their way to observations: a report, what its form says of a cell, and what stands there.

Readers add numbers by the thousand. What follows from report and form is joined to them at once, when somebody asks for
the observations; until then it is said once for all of them.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import accumulate, chain
from typing import TYPE_CHECKING, NamedTuple, TypeVar

import polars as pl

from pipelines.names import parse_organisation_name
from pipelines.observations import EXACT, FILE_COLUMNS, OBSERVATIONS, Version
from pipelines.periods import Period
from pipelines.vocabulary import read_codes

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from pipelines.layouts import Meaning
    from pipelines.readers.report_numbers import ExactNumber

T = TypeVar("T")

_MOMENTS = ("period", "start", "end")
_DATINGS = tuple((moment, is_earlier) for moment in _MOMENTS for is_earlier in (False, True))
_UNITS = {"percent_of_earlier": "percent", "share": "percent", "average_age": "years"}
"""Of statements that do not have the unit of their measure."""
_DECIMALS = EXACT.scale
_PRECISIONS = pl.Series([f"{10**-decimals:.{decimals}f}" for decimals in range(_DECIMALS + 1)]).cast(EXACT)
"""By the number of decimals."""
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


class Report(NamedTuple):
    """One form of one organisation and period.

    Attributes:
        version: Of the file it stands in.
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

    version: Version
    locator: str
    figure_prefix: str
    form_code: str
    organisation_name: str
    parent_organisation_name: str | None
    province_name: str | None
    period: Period
    period_text: str
    reported_on: dt.date | None


class _Entry(NamedTuple):
    """What `ReportCells.add` is given."""

    report: Report
    meanings: Sequence[Meaning]
    places: Sequence[str]
    values: Sequence[float | None]
    exact: Mapping[int, ExactNumber]


@dataclass(frozen=True)
class ReportCells:
    """The numbers of some files; `Rows` of observations."""

    _entries: list[_Entry] = field(default_factory=list)

    def __add__(self, other: ReportCells) -> ReportCells:
        """Return the numbers of both."""
        return ReportCells(self._entries + other._entries)

    def add(
        self,
        report: Report,
        meanings: Sequence[Meaning],
        places: Sequence[str],
        values: Sequence[float | None],
        exact: Mapping[int, ExactNumber],
    ) -> None:
        """Add the cells of a report.

        Args:
            report: The report.
            meanings: What each cell says. If other reports have the very same object, it is kept once; so the next one.
            places: Of each cell, its place behind the `Report.locator`.
            values: The numbers. Whole, or such as `is_plain` takes; none where they are exact, or there is none.
            exact: Numbers by their position.
        """
        if values:
            self._entries.append(_Entry(report, meanings, places, values, exact))

    def to_frame(self) -> pl.DataFrame:
        """Return the observations.

        Returns:
            The columns `FILE_COLUMNS` and those of ``OBSERVATIONS``, in the order of adding.
        """
        columns = {**FILE_COLUMNS, **OBSERVATIONS}
        if not self._entries:
            return pl.DataFrame(schema=columns)
        reports = [entry.report for entry in self._entries]
        values = self._read_values()
        cells = self._list_cells()
        is_number = values["printed"].is_not_null()
        values, cells = values.filter(is_number), cells.filter(is_number)
        said = _explain(_unite(entry.meanings for entry in self._entries))[cells["meaning"]]
        periods = list(dict.fromkeys(report.period for report in reports))
        first_dates = {period: at * len(_DATINGS) for at, period in enumerate(periods)}
        dates = pl.Series([first_dates[report.period] for report in reports], dtype=pl.UInt32)
        complete = pl.concat(
            [
                pl.DataFrame({"place": _unite(entry.places for entry in self._entries)})[cells["place"]],
                values,
                said,
                _describe(reports)[cells["report"]],
                _list_dates(periods)[dates[cells["report"]] + said["dating_number"]],
            ],
            how="horizontal",
        )
        is_relative = pl.col("statement_code") == "percent_of_earlier"
        complete = complete.with_columns(
            pl.concat_str("file_digest", "sheet", "place").alias("observation_id"),
            pl.concat_str("figure_prefix", "meaning_key").alias("figure_id"),
            pl.concat_str("sheet", "place").alias("locator"),
            pl.when(is_relative).then("base_starts_on").alias("base_starts_on"),
            pl.when(is_relative).then("base_ends_on").alias("base_ends_on"),
        )
        return complete.select(
            pl.col(name) if name in complete.columns else pl.lit(None, dtype=dtype).alias(name)
            for name, dtype in columns.items()
        )

    def _list_cells(self) -> pl.DataFrame:
        """Return the position of report, place and meaning of each cell; the last two in all that are different."""
        first = {
            "place": _find_first([entry.places for entry in self._entries]),
            "meaning": _find_first([entry.meanings for entry in self._entries]),
        }
        sizes = pl.Series([len(entry.places) for entry in self._entries], dtype=pl.UInt32)
        ranges = (pl.int_ranges(name, pl.col(name) + sizes, dtype=pl.UInt32) for name in first)
        reports = pl.DataFrame(first, schema=dict.fromkeys(first, pl.UInt32)).with_row_index("report")
        return reports.select("report", *ranges).explode(*first)

    def _read_values(self) -> pl.DataFrame:
        """Return printed text, precision, value and status of each cell; none of them where there is no number."""
        numbers = [*chain.from_iterable(entry.values for entry in self._entries)]
        plain = pl.DataFrame({"plain": numbers}, schema={"plain": pl.Float64}).with_row_index("at")
        first = accumulate((len(entry.values) for entry in self._entries), initial=0)
        exact = pl.DataFrame(
            [
                (before + at, number.printed, number.precision, number.value)
                for before, entry in zip(first, self._entries, strict=False)
                for at, number in entry.exact.items()
            ],
            schema={"at": pl.UInt32, "exact_printed": pl.String, "exact_precision": EXACT, "exact_value": EXACT},
            orient="row",
        )
        return (
            plain.join(_print(plain["plain"].drop_nulls().unique()), on="plain", how="left", maintain_order="left")
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


def _unite(sequences: Iterable[Sequence[T]]) -> list[T]:
    """Return what stands in all sequences, one after the other; of those that are one object, once."""
    distinct = {id(sequence): sequence for sequence in sequences}
    return [*chain.from_iterable(distinct.values())]


def _find_first(sequences: Sequence[Sequence[T]]) -> list[int]:
    """Return where each sequence begins in what `_unite` returns of them."""
    first: dict[int, int] = {}
    size = 0
    for sequence in sequences:
        if id(sequence) not in first:
            first[id(sequence)] = size
            size += len(sequence)
    return [first[id(sequence)] for sequence in sequences]


def _print(plain: pl.Series) -> pl.DataFrame:
    """Return value, text and precision of plain numbers."""
    values = plain.round(_DECIMALS).cast(EXACT)
    printed = values.cast(pl.String).str.strip_chars_end("0").str.strip_chars_end(".")
    decimals = printed.str.extract(r"\.(\d+)$").str.len_bytes().fill_null(0)
    return pl.DataFrame(
        {"plain": plain, "value": values, "printed": printed, "printed_precision": _PRECISIONS[decimals]}
    )


def _explain(meanings: Sequence[Meaning]) -> pl.DataFrame:
    """Return what follows from each meaning."""
    different = list(dict.fromkeys(meanings))
    bases = [
        {"percent_of_earlier": (meaning.measure, meaning.group), "share": (meaning.measure, "all")}.get(
            meaning.statement, (None, None)
        )
        for meaning in different
    ]
    units = read_codes("measures")
    explained = pl.DataFrame(
        {
            "measure_code": [meaning.measure for meaning in different],
            "group_code": [meaning.group for meaning in different],
            "statement_code": [meaning.statement for meaning in different],
            "unit": [_UNITS.get(meaning.statement, units[meaning.measure]["unit"]) for meaning in different],
            "base_measure_code": [measure for measure, _ in bases],
            "base_group_code": [group for _, group in bases],
            "meaning_key": [meaning.key for meaning in different],
            "dating_number": [_DATINGS.index((meaning.moment, meaning.is_earlier)) for meaning in different],
        },
        schema_overrides={"dating_number": pl.UInt32, "base_measure_code": pl.String, "base_group_code": pl.String},
    )
    numbers = {meaning: at for at, meaning in enumerate(different)}
    return explained[pl.Series([numbers[meaning] for meaning in meanings], dtype=pl.UInt32)]


def _describe(reports: Sequence[Report]) -> pl.DataFrame:
    """Return what follows from each report."""
    texts = {
        **{name: [getattr(report.version, name) for report in reports] for name in Version._fields},
        # a number of a file version is known by its place
        "file_digest": [f"{hashlib.sha256(report.version.key.encode()).hexdigest()[:32]}/" for report in reports],
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
