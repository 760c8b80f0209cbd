"""Figures in CSV files whose columns are those of the register of published figures.

A record with a fault is rejected with every fault it has; the other records of the file are accepted. Checks are
declared in `_checks`, one line each, and run on whole columns.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from decimal import Decimal
from io import BytesIO
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

import polars as pl

from pipelines.numerals import parse_numeral
from pipelines.observations import EXACT, OBSERVATIONS, Reading
from pipelines.readers.rejecting import Rejections, reject_file
from pipelines.vocabulary import read_codes

if TYPE_CHECKING:
    from collections.abc import Iterable

COLUMNS = (
    "figure_id",
    "organisation_name",
    "organisation_level",
    "organisation_scope",
    "parent_organisation_name",
    "province_name",
    "period_text",
    "period_type_code",
    "starts_on",
    "ends_on",
    "measure_code",
    "group_code",
    "statement_code",
    "printed",
    "value",
    "value_high",
    "unit",
    "qualifier_code",
    "base_measure_code",
    "base_group_code",
    "base_value",
    "base_period_text",
    "base_starts_on",
    "base_ends_on",
    "char_start",
    "char_end",
    "duplicate_of_figure_id",
    "note",
)
_REQUIRED = (
    "figure_id",
    "organisation_name",
    "organisation_level",
    "organisation_scope",
    "period_type_code",
    "measure_code",
    "group_code",
    "statement_code",
    "value",
    "qualifier_code",
)
_CODES = {
    "organisation_level": "organisation_levels",
    "period_type_code": "period_types",
    "measure_code": "measures",
    "group_code": "groups",
    "statement_code": "statements",
    "qualifier_code": "qualifiers",
    "base_measure_code": "measures",
    "base_group_code": "groups",
}
_SCOPES = ("one", "each", "together")
_NUMBERS = ("value", "value_high", "base_value")
_DATES = ("starts_on", "ends_on", "base_starts_on", "base_ends_on")
_NUMBER_FORM = r"^-?[0-9]{1,12}(\.[0-9]{1,6})?$"
_DATE_FORM = r"^(19|20)[0-9]{2}-[0-9]{2}-[0-9]{2}$"
_OFFSET_FORM = r"^[0-9]{1,9}$"
_LIMIT = Decimal(10) ** 12
_DECIMALS = 6


@dataclass(frozen=True)
class _Check:
    """One rule on one column.

    Attributes:
        reason_code: Why a record that breaks it is rejected.
        column: The column shown as the place and whose cell is shown as found.
        is_broken: True where the rule is broken; null counts as kept.
        expected: What should stand there; a column of text or a literal.
    """

    reason_code: str
    column: str
    is_broken: pl.Expr
    expected: pl.Expr


def read_delimited(content: bytes, file_path: str, file_key: str) -> Reading:
    """Read the figures of one publication.

    Args:
        content: The file: UTF-8, comma separated, the columns of `COLUMNS` in any order.
        file_path: Path below ``data/raw``; the folder is the publication's identifier.
        file_key: What identifies the file version; part of every ``observation_id``.

    Returns:
        Observations and rejections; ``found_count`` is the number of records below the header. A line without
        any content is no record.
    """
    try:
        raw = pl.read_csv(BytesIO(content), infer_schema=False)
    except (pl.exceptions.PolarsError, UnicodeDecodeError) as error:
        return reject_file(file_key, "unreadable_file", found=str(error).split("\n", 1)[0], expected="CSV, UTF-8")
    for reason_code, columns in (
        ("missing_column", [column for column in COLUMNS if column not in raw.columns]),
        ("unknown_column", [column for column in raw.columns if column not in COLUMNS]),
    ):
        if columns:
            return reject_file(file_key, reason_code, found=", ".join(columns), expected=", ".join(COLUMNS))

    records = _parse(raw)
    checks = list(_checks())
    broken = records.select(check.is_broken.fill_null(value=False).alias(str(i)) for i, check in enumerate(checks))
    rejections = Rejections(file_key)
    for index, check in enumerate(checks):
        for row in (
            records.filter(broken[str(index)]).with_columns(check.expected.alias("expected")).iter_rows(named=True)
        ):
            rejections.add(
                check.reason_code,
                locator=f"line {row['line']}, {check.column}",
                found=row[f"raw_{check.column}"] or "",
                expected=row["expected"] or "",
                record_id=row["figure_id"],
            )
    is_accepted = (
        ~broken.select(pl.any_horizontal(pl.all())).to_series() if records.height else pl.Series([], dtype=pl.Boolean)
    )
    publication_id = PurePosixPath(file_path).parent.name
    return Reading(
        found_count=records.height,
        observations=_to_observations(records.filter(is_accepted), publication_id, file_key),
        rejections=rejections.to_frame(),
    )


def _parse(raw: pl.DataFrame) -> pl.DataFrame:
    """Return the cells as text (``raw_<column>``), typed (``<column>``) and the printed numeral read back."""
    text = (
        raw.select(pl.col(column).str.normalize("NFC").str.strip_chars().replace("", None) for column in COLUMNS)
        .with_row_index("line", offset=2)
        .filter(~pl.all_horizontal(pl.col(COLUMNS).is_null()))
    )
    units = {code: row["unit"] for code, row in read_codes("measures").items()}
    typed = text.with_columns(
        *(pl.col(column).alias(f"raw_{column}") for column in COLUMNS),
        *(_when_matches(column, _NUMBER_FORM).cast(EXACT) for column in _NUMBERS),
        *(_when_matches(column, _DATE_FORM).str.to_date("%Y-%m-%d", strict=False) for column in _DATES),
        *(_when_matches(column, _OFFSET_FORM).cast(pl.Int64) for column in ("char_start", "char_end")),
        pl.col("measure_code").replace_strict(units, default=None).replace("", None).alias("measure_unit"),
    ).with_columns(
        (
            (pl.col("unit") != "percent")
            & (pl.col("statement_code").is_in(["level", "part_of_ratio", "change_absolute"]))
        ).alias("is_count")
    )
    numerals = [
        _read_back(printed, is_count=bool(is_count))
        for printed, is_count in typed.select("printed", "is_count").iter_rows()
    ]
    return typed.with_columns(
        pl.Series("printed_value", [numeral[0] for numeral in numerals], dtype=EXACT),
        pl.Series("printed_precision", [numeral[1] for numeral in numerals], dtype=EXACT),
        pl.Series("printed_high", [numeral[2] for numeral in numerals], dtype=EXACT),
        pl.Series("printed_base", [numeral[3] for numeral in numerals], dtype=EXACT),
        pl.Series("is_printed_out_of_range", [numeral[4] for numeral in numerals], dtype=pl.Boolean),
    )


def _when_matches(column: str, form: str) -> pl.Expr:
    return pl.when(pl.col(column).str.contains(form)).then(pl.col(column)).alias(column)


def _read_back(printed: str | None, *, is_count: bool) -> tuple[object, object, object, object, bool]:
    """Return value, precision, upper end and denominator of a printed number, and whether it cannot be stored."""
    if printed is None:
        return None, None, None, None, False
    try:
        numeral = parse_numeral(printed, is_count=is_count)
    except ValueError:
        return None, None, None, None, False
    numbers = (numeral.value, numeral.precision, numeral.value_high, numeral.denominator)
    if any(number is not None and not _is_storable(number) for number in numbers):
        return None, None, None, None, True
    return *numbers, False


def _is_storable(number: Decimal) -> bool:
    return number < _LIMIT and number == round(number, _DECIMALS)


def _checks() -> Iterable[_Check]:
    col, lit = pl.col, pl.lit
    for column in _REQUIRED:
        yield _Check("missing_value", column, col(f"raw_{column}").is_null(), lit(column))
    for column, table in _CODES.items():
        yield _Check("unknown_code", column, ~col(column).is_in(list(read_codes(table))), lit(f"{table}.csv"))
    yield _Check(
        "unknown_code", "organisation_scope", ~col("organisation_scope").is_in(_SCOPES), lit(", ".join(_SCOPES))
    )
    for column in _NUMBERS:
        yield _Check(
            "invalid_number", column, col(f"raw_{column}").is_not_null() & col(column).is_null(), lit("1746, 39.66")
        )
    for column in ("char_start", "char_end"):
        yield _Check(
            "invalid_number", column, col(f"raw_{column}").is_not_null() & col(column).is_null(), lit("0, 812")
        )
    yield _Check("invalid_number", "char_end", col("char_end") <= col("char_start"), lit("> ") + col("raw_char_start"))
    for column in _DATES:
        yield _Check(
            "invalid_date", column, col(f"raw_{column}").is_not_null() & col(column).is_null(), lit("YYYY-MM-DD")
        )
    for start, end in (("starts_on", "ends_on"), ("base_starts_on", "base_ends_on")):
        yield _Check("period_ends_before_start", end, col(end) < col(start), lit(">= ") + col(f"raw_{start}"))
    yield _Check("duplicate_key", "figure_id", ~col("figure_id").is_first_distinct(), lit("unique figure_id"))

    statement, unit = col("statement_code"), col("unit")
    is_percent = statement.is_in(["share", "attainment", "change_percent", "percent_of_earlier", "ratio_to_members"])
    own_unit = (
        pl.when(is_percent)
        .then(lit("percent"))
        .when(statement == "average_age")
        .then(lit("years"))
        .when((statement == "excess_over_target") & (unit == "percent"))
        .then(lit("percent"))
        .otherwise(col("measure_unit"))
    )
    is_classified = col("measure_code") != "unclassified"
    yield _Check("wrong_unit", "unit", is_classified & own_unit.ne_missing(unit), own_unit)
    yield _Check(
        "missing_base",
        "base_measure_code",
        statement.is_in(
            [
                code
                for code, row in read_codes("statements").items()
                if "base_measure_code" in row["requires"].split("|")
            ]
        )
        & (col("base_measure_code").is_null() | col("base_group_code").is_null()),
        lit("base_measure_code, base_group_code"),
    )
    is_change = statement.is_in(["change_absolute", "change_percent"])
    qualifiers = read_codes("qualifiers")
    is_below, is_above = (
        col("qualifier_code").is_in(
            [code for code, row in qualifiers.items() if row["bound_side"] == side and row["is_strict"] == "true"]
        )
        for side in ("upper", "lower")
    )
    yield _Check("negative_count", "value", ~is_change & (col("value") < 0), lit(">= 0"))
    yield _Check("negative_count", "base_value", col("base_value") < 0, lit(">= 0"))
    yield _Check("negative_count", "value", is_below & (col("value") == 0), lit("> 0"))
    yield _Check(
        "fractional_count", "value", col("is_count") & (col("value") != col("value").floor()), lit("1, 2, 3 …")
    )
    is_above_one_hundred = (col("value") > 100) | (is_above & (col("value") == 100))
    yield _Check("share_above_one_hundred", "value", (statement == "share") & is_above_one_hundred, lit("0-100"))
    is_unread = col("printed").is_not_null() & col("printed_value").is_null() & ~col("is_printed_out_of_range")
    yield _Check("invalid_number", "printed", is_unread, lit("1.746; 39,66"))
    yield _Check("number_out_of_range", "printed", col("is_printed_out_of_range"), lit("< 10^12; 0.000001"))
    yield _Check("printed_differs_from_value", "printed", col("printed_value") != col("value").abs(), col("raw_value"))
    yield _Check(
        "printed_differs_from_value",
        "printed",
        (col("printed_high").is_not_null() | col("value_high").is_not_null())
        & col("printed_high").ne_missing(col("value_high"))
        & col("printed_value").is_not_null(),
        col("raw_value_high").fill_null("-"),
    )
    yield _Check(
        "printed_differs_from_value",
        "printed",
        col("printed_base") != col("base_value"),
        col("raw_base_value").fill_null("-"),
    )


def _to_observations(records: pl.DataFrame, publication_id: str, file_key: str) -> pl.DataFrame:
    has_place = pl.col("char_start").is_not_null()
    located = records.with_columns(
        pl.lit(publication_id).alias("publication_id"),
        pl.when(has_place)
        .then(pl.format("chars {}-{}", "char_start", "char_end"))
        .otherwise(pl.format("line {}", "line"))
        .alias("locator"),
        pl.lit("reported").alias("value_status"),
        pl.lit(None, dtype=pl.Date).alias("reported_on"),
        pl.lit(None, dtype=pl.String).alias("form_code"),
    )
    identities = located.select(
        pl.concat_str(pl.lit(file_key), "locator", "measure_code", "group_code", "figure_id", separator="\x1f")
    ).to_series()
    return located.with_columns(
        pl.Series(
            "observation_id",
            [hashlib.sha256(identity.encode()).hexdigest()[:32] for identity in identities],
            dtype=pl.String,
        )
    ).select(pl.col(name).cast(dtype) for name, dtype in OBSERVATIONS.items())
