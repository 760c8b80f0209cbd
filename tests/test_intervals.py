"""The interval of every figure, against an oracle that prints numbers and looks which of them give what was printed.

The oracle knows nothing of the models: it works with fractions, takes the precision from the printed characters, and
asks of a made-up true value whether somebody who rounds half up, rounds half to even or cuts off would have printed it.
"""

from __future__ import annotations

import csv
import io
import math
import random
import re
from decimal import Decimal
from fractions import Fraction
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

import duckdb
import pytest
import yaml

from pipelines.intervals import Interval, read_interval
from pipelines.paths import SEEDS
from pipelines.readers.delimited import COLUMNS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from conftest import Built

MULTIPLIERS = {"nghìn": 10**3, "ngàn": 10**3, "triệu": 10**6, "tỷ": 10**9}
QUERY = """
select figure_id, printed, value, range_high, unit, statement_code, qualifier_code,
    value_low, value_high, is_value_low_open, is_value_high_open
from marts.fct_figures
order by figure_id
"""


class Figure(NamedTuple):
    """A row of ``fct_figures``."""

    figure_id: str
    printed: str | None
    value: Decimal
    range_high: Decimal | None
    unit: str | None
    statement_code: str
    qualifier_code: str
    value_low: Decimal | None
    value_high: Decimal | None
    is_value_low_open: bool
    is_value_high_open: bool


def select_figures(database: Path) -> list[Figure]:
    with duckdb.connect(str(database), read_only=True) as connection:
        return [Figure(*row) for row in connection.execute(QUERY).fetchall()]


# the oracle


def find_precision(printed: str | None, value: Fraction) -> Fraction:
    """Return one unit of the last printed digit: the one reading of the first numeral that gives the value."""
    match = re.match(r"[0-9][0-9.,\u00a0 ]*", printed or "")
    if match is None:
        return Fraction(1)
    unit = next((factor for word, factor in MULTIPLIERS.items() if word in str(printed)), 1)
    groups = re.split(r"\D", match[0].strip())
    for decimals in (len(groups[-1]) if len(groups) > 1 else 0, 0):
        if Fraction(int("".join(groups)) * unit, 10**decimals) == value:
            return Fraction(unit, 10**decimals)
    message = f"{printed!r} is not {value}"
    raise ValueError(message)


def print_in_three_ways(true_value: Fraction, precision: Fraction) -> set[Fraction]:
    """Return what a printer may make of a number: rounded half up, rounded half to even, cut off."""
    units = true_value / precision
    return {number * precision for number in (math.floor(units + Fraction(1, 2)), round(units), math.floor(units))}


def may_be_true(figure: Figure, true_value: Fraction) -> bool:
    """Whether a true value may have been printed as the figure was."""
    domain_low, domain_high = DOMAINS[figure.statement_code]
    if (domain_low is not None and true_value < domain_low) or (domain_high is not None and true_value > domain_high):
        return False
    size, printed = (-true_value if figure.value < 0 else true_value), abs(Fraction(figure.value))
    precision = find_precision(figure.printed, printed)
    match figure.qualifier_code:
        case "over":
            return size > printed
        case "at_least":
            return size >= printed
        case "nearly" | "under":
            return 0 <= size < printed
        case "at_most":
            return 0 <= size <= printed
        case "about":
            return True
    last = printed if figure.range_high is None else Fraction(figure.range_high)
    if not is_rounded(figure, precision):
        return printed <= size <= last
    outcomes = print_in_three_ways(size, precision)
    return max(outcomes) >= printed and min(outcomes) <= last


def is_rounded(figure: Figure, precision: Fraction) -> bool:
    """Whether the true value may have more digits than were printed: of a quotient always, of a count in thousands."""
    return figure.unit == "percent" or figure.statement_code in QUOTIENTS or precision > 1


def list_true_values(figure: Figure) -> Iterator[Fraction]:
    """Yield true values around the printed number: on, before and behind every place where an interval may end."""
    printed = Fraction(figure.value)
    precision = find_precision(figure.printed, abs(printed))
    ends = [printed] if figure.range_high is None else [printed, Fraction(figure.range_high)]
    a_hair = precision / 10**9
    for end in ends:
        for quarters in range(-9, 10):
            for hairs in (-1, 0, 1):
                yield end + Fraction(quarters, 4) * precision + hairs * a_hair
    for end in (-100, 0, 100):
        for hairs in (-1, 0, 1):
            yield end + hairs * a_hair


def lies_inside(figure: Figure, true_value: Fraction) -> bool:
    """Whether the warehouse says that the value may be true."""
    low, high = figure.value_low, figure.value_high
    is_above = low is None or (true_value > Fraction(low) if figure.is_value_low_open else true_value >= Fraction(low))
    is_below = high is None or (
        true_value < Fraction(high) if figure.is_value_high_open else true_value <= Fraction(high)
    )
    return is_above and is_below


def read_statements() -> list[dict[str, str]]:
    with (SEEDS / "statements.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


DOMAINS = {
    row["statement_code"]: tuple(Fraction(row[end]) if row[end] else None for end in ("domain_low", "domain_high"))
    for row in read_statements()
}
QUOTIENTS = {row["statement_code"] for row in read_statements() if row["is_quotient"] == "true"}


def find_errors(figures: list[Figure]) -> list[tuple[Figure, str]]:
    """Return figures and true values about which the warehouse and the oracle are not of one mind."""
    return [
        (figure, str(true_value))
        for figure in figures
        for true_value in list_true_values(figure)
        if may_be_true(figure, true_value) != lies_inside(figure, true_value)
    ]


@cache
def read_qualifiers() -> dict[str, dict[str, str]]:
    with (SEEDS / "qualifiers.csv").open(encoding="utf-8", newline="") as file:
        return {row["qualifier_code"]: row for row in csv.DictReader(file)}


def bound_as_printed(figure: Figure) -> Interval:
    """Return where the value of a figure lies that is zero or more, without the models."""
    is_percent, qualifier = figure.unit == "percent", read_qualifiers()[figure.qualifier_code]
    interval = read_interval(
        str(figure.printed),
        is_count=not is_percent and figure.statement_code in COUNTED,
        side=qualifier["bound_side"],
        is_strict=qualifier["is_strict"] == "true",
        is_quotient=is_percent or figure.statement_code in QUOTIENTS,
    )
    return interval.meet(Interval(*DOMAINS[figure.statement_code]))


def bound_by_models(figure: Figure) -> Interval:
    low, high = (None if end is None else Fraction(end) for end in (figure.value_low, figure.value_high))
    return Interval(low, high, figure.is_value_low_open, figure.is_value_high_open)


COUNTED = ("level", "part_of_ratio", "change_absolute")


def list_differences(figures: list[Figure]) -> list[tuple[Figure, Interval]]:
    """Return figures of which the models and `read_interval` do not say the same, and what the latter says."""
    return [
        (figure, bound_as_printed(figure))
        for figure in figures
        if figure.printed is not None
        and DOMAINS[figure.statement_code][0] == 0
        and bound_as_printed(figure) != bound_by_models(figure)
    ]


# figures of the register, and made-up ones


def test_every_interval_of_the_register_holds_just_the_values_that_print_as_printed(built: Built) -> None:
    figures = select_figures(built.paths.build_database)

    assert len(figures) == 451
    assert find_errors(figures) == []


def test_every_interval_of_made_up_figures_holds_just_the_values_that_print_as_printed(made_up: Built) -> None:
    assert made_up.dbt_exit_code == 0, made_up.dbt_output[-4000:]
    figures = select_figures(made_up.paths.build_database)

    assert len(figures) == MADE_UP_COUNT
    assert made_up.ingestion.rejected_count == 0
    assert find_errors(figures)[:10] == []


def test_a_number_that_is_printed_has_the_same_interval_in_the_models_and_outside_of_them(
    built: Built, made_up: Built
) -> None:
    for one in (built, made_up):
        assert list_differences(select_figures(one.paths.build_database))[:10] == []


def test_the_made_up_figures_have_every_statement_with_every_qualifier(made_up: Built) -> None:
    figures = select_figures(made_up.paths.build_database)
    pairs = {(figure.statement_code, figure.qualifier_code) for figure in figures}

    assert len(pairs) == len(DOMAINS) * len(QUALIFIERS)


def test_no_number_of_the_warehouse_is_a_float(warehouse: duckdb.DuckDBPyConnection) -> None:
    columns = warehouse.execute("select table_name, column_name, data_type from information_schema.columns").fetchall()

    assert [column for column in columns if column[2] in ("FLOAT", "DOUBLE")] == []


@pytest.mark.parametrize(
    ("figure_id", "low", "high", "is_low_open", "is_high_open"),
    [
        ("o-mon-2022-011", "39.655", "39.67", False, True),
        ("tan-son-2017-010", "70", "100", True, False),
        ("thuan-chau-2020-015", "8", "15", False, False),
        ("tan-son-2017-008", "1746", "1746", False, False),
        ("n001-002", "0", "112900", False, True),
    ],
)
def test_the_examples_of_the_first_issue_have_their_intervals(
    built: Built, figure_id: str, low: str, high: str, is_low_open: bool, is_high_open: bool
) -> None:
    (figure,) = [figure for figure in select_figures(built.paths.build_database) if figure.figure_id == figure_id]

    assert (figure.value_low, figure.value_high) == (Decimal(low), Decimal(high))
    assert (figure.is_value_low_open, figure.is_value_high_open) == (is_low_open, is_high_open)


QUALIFIERS = ("exact", "over", "at_least", "nearly", "under", "at_most", "about", "range")
MADE_UP_COUNT = 2000
PERCENTAGES = ("share", "attainment", "change_percent", "percent_of_earlier", "ratio_to_members")
CHANGES = ("change_absolute", "change_percent")


@pytest.fixture(scope="session")
def made_up(tmp_path_factory: pytest.TempPathFactory, build_warehouse: Callable[..., Built]) -> Built:
    """Build the figures of a publication that never was: every statement, every qualifier, every way of printing."""
    root = tmp_path_factory.mktemp("made_up")
    folder = root / "data" / "raw" / "made_up" / "made-up"
    folder.mkdir(parents=True)
    sidecar = {
        "source_name": "made_up",
        "title_vi": "Số liệu bịa để thử",
        "title_en": "Figures made up for a test",
        **dict.fromkeys(("publisher", "licence", "owner", "sensitivity"), "made up"),
        "cadence": "irregular",
        "files": [
            {"pattern": "*/figures.csv", "reader": "delimited"},
            {"pattern": "*/publication.yml", "reader": "publication"},
        ],
        "usage_warnings": [],
    }
    publication = {
        **dict.fromkeys(("publisher", "url", "published_period", "text_file", "superseded_by", "duplicate_of")),
        "publication_id": "made-up",
        "title": "Made up",
        "kind": "note",
        "published_on": None,
        "province_names": [],
        "also_published_at": [],
    }
    (folder.parent / "_source.yml").write_text(yaml.safe_dump(sidecar), encoding="utf-8")
    (folder / "publication.yml").write_text(yaml.safe_dump(publication), encoding="utf-8")
    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(make_up_figures())
    (folder / "figures.csv").write_text(text.getvalue(), encoding="utf-8")
    return build_warehouse(root, "--select", "+fct_figures", "--exclude-resource-type", "test", "unit_test")


def make_up_figures() -> Iterator[dict[str, str]]:
    chance = random.Random(2)
    pairs = [(row["statement_code"], qualifier) for row in read_statements() for qualifier in QUALIFIERS]
    for number in range(MADE_UP_COUNT):
        statement, qualifier = pairs[number % len(pairs)]
        is_percent = statement in PERCENTAGES or (statement == "excess_over_target" and chance.random() < 0.5)
        has_decimals = statement in QUOTIENTS or is_percent
        printed, value = print_made_up(chance, is_percent=is_percent, has_decimals=has_decimals)
        while (value == 0 and qualifier in ("nearly", "under")) or (value == 100 and qualifier == "over"):
            printed, value = print_made_up(chance, is_percent=is_percent, has_decimals=has_decimals)
        row = {
            "figure_id": f"made-up-{number:04}",
            "organisation_name": "Đảng bộ xã Mẫu",
            "organisation_level": "commune",
            "organisation_scope": "one",
            "period_type_code": "unknown",
            "period_text": f"{number}",
            "measure_code": "admissions",
            "group_code": "all",
            "statement_code": statement,
            "printed": printed,
            "value": str(value),
            "unit": "percent" if is_percent else "years" if statement == "average_age" else "persons",
            "qualifier_code": qualifier,
            "base_measure_code": "admissions",
            "base_group_code": "all",
            "note": "made up",
        }
        if qualifier == "range":
            high = (value + 7) if statement != "share" else min(value + 7, Decimal(100))
            printed_high = str(high).replace(".", ",")
            row |= {"printed": f"{str(value).replace('.', ',')} đến {printed_high}", "value_high": str(high)}
        if statement == "part_of_ratio" and qualifier != "range":
            row |= {"printed": f"{printed}/{printed}", "base_value": str(value)}
        if statement in CHANGES and qualifier != "range" and value > 0 and chance.random() < 0.5:
            row["value"] = f"-{row['value']}"
        yield row


def print_made_up(chance: random.Random, *, is_percent: bool, has_decimals: bool) -> tuple[str, Decimal]:
    """Return a number as somebody may print it, and its value."""
    decimals = chance.choice([0, 1, 2]) if has_decimals else 0
    if is_percent:
        whole = chance.choice([0, 1, 5, 9, 10, 50, 99, chance.randrange(100)])
        value = Decimal(whole * 10**decimals + chance.randrange(10**decimals)).scaleb(-decimals)
        value = chance.choice([value, value, value, Decimal(0), Decimal(100)])
        return str(value).replace(".", chance.choice([",", "."])), value
    count = chance.choice([0, 1, 9, 10, 99, 100, 999, 1000, 1746, chance.randrange(10**6)])
    if decimals:
        value = Decimal(count * 10**decimals + chance.randrange(1, 10**decimals)).scaleb(-decimals)
        return str(value).replace(".", chance.choice([",", "."])), value
    if count and chance.random() < 0.2:
        word, factor = chance.choice([("nghìn", 10**3), ("triệu", 10**6)])
        tenths = chance.randrange(1, 1000)
        return f"{tenths // 10},{tenths % 10} {word}", Decimal(tenths * factor // 10)
    return chance.choice([str(count), f"{count:,}".replace(",", ".")]), Decimal(count)
