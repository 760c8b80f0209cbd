"""The algebra of periods, and that the models say the same of periods as it does."""

from __future__ import annotations

import datetime as dt
import re
from functools import cache
from typing import TYPE_CHECKING, Any

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st
from jinja2 import Environment

from pipelines.paths import DBT_PROJECT
from pipelines.periods import TEXT_FORMS, Period, exact_cover, parse_period, parse_period_text

if TYPE_CHECKING:
    from conftest import Built

DAY = dt.timedelta(days=1)

# few days, so that periods often meet
days = st.integers(0, 6).map(lambda number: dt.date(2024, 2, 24) + number * DAY)


@st.composite
def dated_periods(draw: st.DrawFn) -> Period:
    first, last = sorted((draw(days), draw(days)))
    return Period("day", first, last)


@st.composite
def periods(draw: st.DrawFn) -> Period:
    """Return a period of which no, one or both days are known."""
    period = draw(dated_periods())
    return Period(
        "since",
        period.starts_on if draw(st.booleans()) else None,
        period.ends_on if draw(st.booleans()) else None,
    )


def list_days(period: Period) -> set[dt.date]:
    assert period.starts_on is not None
    assert period.ends_on is not None
    return {period.starts_on + number * DAY for number in range((period.ends_on - period.starts_on).days + 1)}


def list_readings(period: Period) -> list[Period]:
    """Return what a period may be, its unknown days filled in from a span around all the others."""
    span = [dt.date(2024, 2, 23) + number * DAY for number in range(9)]
    return [
        Period("day", first, last)
        for first in ([period.starts_on] if period.starts_on else span)
        for last in ([period.ends_on] if period.ends_on else span)
        if first <= last
    ]


# names


@pytest.mark.parametrize(
    ("period", "code", "starts_on", "ends_on"),
    [
        (Period.month(2024, 2), "2024-02", "2024-02-01", "2024-02-29"),
        (Period.month(2023, 12), "2023-12", "2023-12-01", "2023-12-31"),
        (Period.quarter(2024, 3), "2024-Q3", "2024-07-01", "2024-09-30"),
        (Period.half_year(2024, 2), "2024-H2", "2024-07-01", "2024-12-31"),
        (Period.months_to_date(2024, 9), "2024-M9", "2024-01-01", "2024-09-30"),
        (Period.year(2024), "2024", "2024-01-01", "2024-12-31"),
        (Period.years(2008, 2016), "2008/2016", "2008-01-01", "2016-12-31"),
        (Period.term(2020, 2025), "2020-2025", "2020-01-01", "2025-12-31"),
        (Period.since(dt.date(2011, 1, 1)), None, "2011-01-01", None),
        (Period.since(dt.date(2021, 1, 1), dt.date(2022, 5, 16)), None, "2021-01-01", "2022-05-16"),
        (Period.instant(dt.date(2022, 5, 16)), None, "2022-05-16", "2022-05-16"),
        (Period("quarter", dt.date(2024, 2, 1), dt.date(2024, 4, 30)), None, "2024-02-01", "2024-04-30"),
        (Period("year", dt.date(2024, 1, 1), dt.date(2024, 11, 30)), None, "2024-01-01", "2024-11-30"),
        (Period("months_to_date", dt.date(2024, 1, 1), dt.date(2024, 12, 31)), None, "2024-01-01", "2024-12-31"),
    ],
)
def test_a_period_has_its_days_and_its_code(
    period: Period, code: str | None, starts_on: str, ends_on: str | None
) -> None:
    assert period.starts_on == dt.date.fromisoformat(starts_on)
    assert period.ends_on == (dt.date.fromisoformat(ends_on) if ends_on else None)
    assert period.code == code
    if code:
        assert parse_period(code) == period


@pytest.mark.parametrize(
    "code",
    ["", "24", "2024-13", "2024-00", "2024-7", "2024-Q5", "2024-H3", "2024-M12", "2025-2020", "2024-2024", "0000"],
)
def test_a_text_that_is_no_period_is_an_error_that_says_what_to_write(code: str) -> None:
    with pytest.raises(ValueError, match=rf"^{re.escape(repr(code))} is no period\nwrite 2024, 2024-07"):
        parse_period(code)


def test_a_period_never_ends_before_it_starts() -> None:
    with pytest.raises(ValueError, match="period ends on '2024-01-01', before it starts on '2024-01-02'"):
        Period("day", dt.date(2024, 1, 2), dt.date(2024, 1, 1))


def test_a_quarter_that_no_year_has_is_an_error() -> None:
    with pytest.raises(ValueError, match="quarter of 2024 would be months 13 to 15"):
        Period.quarter(2024, 5)


# the algebra


@given(periods(), periods())
def test_a_relation_holds_just_where_it_must_whatever_the_unknown_days_are(first: Period, second: Period) -> None:
    readings = [(list_days(a), list_days(b)) for a in list_readings(first) for b in list_readings(second)]

    assert first.contains(second) == all(part <= whole for whole, part in readings)
    assert first.overlaps(second) == all(bool(whole & part) for whole, part in readings)
    assert first.adjoins(second) == all(max(whole) + DAY == min(part) for whole, part in readings)


@given(dated_periods(), st.lists(dated_periods(), max_size=6))
def test_an_exact_cover_misses_no_day_and_has_none_twice(whole: Period, parts: list[Period]) -> None:
    cover = exact_cover(whole, parts)

    if cover is not None:
        assert set(cover) <= set(parts)
        assert sorted(day for part in cover for day in list_days(part)) == sorted(list_days(whole))


@given(dated_periods(), st.lists(dated_periods(), max_size=6))
def test_an_exact_cover_is_found_where_there_is_one_and_is_the_shortest(whole: Period, parts: list[Period]) -> None:
    choices = [[]]
    for part in parts:
        choices += [[*choice, part] for choice in choices]
    lengths = [
        len(choice)
        for choice in choices
        if sorted(day for part in choice for day in list_days(part)) == sorted(list_days(whole))
    ]
    cover = exact_cover(whole, parts)

    assert (len(cover) if cover else None) == min(lengths, default=None)


# the models


@cache
def load_macros() -> Any:
    """Return the macros on periods as plain functions from SQL to SQL."""

    class CrossDatabase:
        def dateadd(self, part: str, count: int, day: str) -> str:
            return f"({day} + interval {count} {part})"

        def type_string(self) -> str:
            return "varchar"

    source = (DBT_PROJECT / "macros" / "periods.sql").read_text(encoding="utf-8")
    # texts of our own, no page
    environment = Environment(autoescape=False)
    return environment.from_string(source, globals={"dbt": CrossDatabase()}).module


@given(periods(), periods())
def test_the_macros_say_of_two_periods_what_the_algebra_says(first: Period, second: Period) -> None:
    macros = load_macros()
    literals = [
        f"cast('{day.isoformat()}' as date)" if day else "cast(null as date)"
        for day in (first.starts_on, first.ends_on, second.starts_on, second.ends_on)
    ]
    row = duckdb.sql(
        f"select {macros.period_contains(*literals)}, {macros.period_overlaps(*literals)},"
        f" {macros.period_adjoins(literals[1], literals[2])}"
    ).fetchone()

    assert row == (first.contains(second), first.overlaps(second), first.adjoins(second))


def test_the_calendar_has_every_month_quarter_half_year_and_year(built: Built) -> None:
    expected = {
        parse_period(code)
        for year in range(1990, 2036)
        for code in (
            *(f"{year}-{month:02}" for month in range(1, 13)),
            *(f"{year}-Q{quarter}" for quarter in range(1, 5)),
            *(f"{year}-H{half}" for half in (1, 2)),
            f"{year}",
        )
    }
    rows = select(built, "select period_type_code, starts_on, ends_on from intermediate.int_calendar_periods")

    assert len(rows) == len(expected) == 46 * 19
    assert {Period(*row) for row in rows} == expected


def test_a_calendar_period_names_the_longer_ones_it_lies_in(built: Built) -> None:
    rows = select(
        built, "select period_id, period_type_code, starts_on, ends_on from intermediate.int_calendar_periods"
    )
    by_id = {row[0]: Period(*row[1:]) for row in rows}
    links = select(
        built,
        "select period_id, quarter_period_id, half_year_period_id, year_period_id"
        " from intermediate.int_calendar_periods",
    )

    for period_id, *longer in links:
        for name, longer_id in zip(("quarter", "half_year", "year"), longer, strict=True):
            period = by_id[period_id]
            expected = [other for other in by_id.values() if other.period_type_code == name and other.contains(period)]
            assert ([by_id[longer_id]] if longer_id else []) == expected


def test_the_code_of_every_period_of_the_warehouse_is_the_one_it_is_typed_with(built: Built) -> None:
    rows = select(built, "select period_type_code, starts_on, ends_on, period_code from marts.dim_periods")

    assert len(rows) > 400
    assert [row for row in rows if Period(*row[:3]).code != row[3]] == []


def test_equal_days_are_one_interval_whatever_the_type(built: Built) -> None:
    rows = select(built, "select interval_id, starts_on, ends_on from marts.dim_periods")
    dated = {(row[1], row[2]): row[0] for row in rows if None not in row[1:]}

    assert {row[0] for row in rows if None in row[1:]} == {None}
    assert {dated[row[1:]] == row[0] for row in rows if row[0]} == {True}
    assert len(set(dated.values())) == len(dated)


def select(built: Built, query: str) -> list[tuple[Any, ...]]:
    with duckdb.connect(str(built.paths.build_database), read_only=True) as connection:
        return connection.execute(query).fetchall()


# counts that follow from others

spans = st.tuples(st.integers(0, 5), st.integers(1, 6)).filter(lambda ends: ends[0] < ends[1])


@pytest.fixture(scope="session")
def derivation(compiled: dict[str, str]) -> duckdb.DuckDBPyConnection:
    """A database in memory with the compiled model on tables of our own."""
    sql = compiled["int_counts_derived"]
    connection = duckdb.connect()
    connection.execute("attach ':memory:' as warehouse")
    for schema in ("intermediate", "vocabulary"):
        connection.execute(f"create schema warehouse.{schema}")
    connection.execute("use warehouse.intermediate")
    connection.execute(
        "create table vocabulary.measures as select 'admissions' as measure_code, true as adds_over_time"
    )
    connection.execute("""create table int_counts_selected (document_id varchar, organisation_id varchar,
        measure_code varchar, group_code varchar, period_type_code varchar, starts_on date, ends_on date,
        reported_on date, figure_ids varchar, count_low bigint, count_high bigint)""")
    # every span of the six months is a period that somebody speaks of
    connection.execute("""create table int_periods_stated (period_id varchar, interval_id varchar,
        period_type_code varchar)""")
    for first in range(6):
        for last in range(first + 1, 7):
            starts_on, ends_on = find_days(first, last)
            connection.execute(
                "insert into int_periods_stated values (?, ?, 'day')",
                [f"{first}-{last}", f"{starts_on.isoformat()}/{ends_on.isoformat()}"],
            )
    connection.execute("create table int_calendar_periods as select * from int_periods_stated limit 0")
    connection.execute(f"create view derived as {sql}")
    return connection


def find_days(first: int, last: int) -> tuple[dt.date, dt.date]:
    """Return the days of the months from one boundary to another: 0 to 3 is January to March."""
    return dt.date(2024, first + 1, 1), dt.date(2024, last + 1, 1) - DAY


@given(
    stated=st.dictionaries(spans, st.tuples(st.integers(0, 3), st.sampled_from([0, 0, 2, None])), max_size=7),
    admissions=st.lists(st.integers(0, 9), min_size=6, max_size=6),
)
def test_what_is_derived_is_true_and_is_all_that_sums_and_differences_give(
    derivation: duckdb.DuckDBPyConnection,
    stated: dict[tuple[int, int], tuple[int, int | None]],
    admissions: list[int],
) -> None:
    # a true count of each month, and figures whose intervals hold the true sums
    derivation.execute("delete from int_counts_selected")
    for (first, last), (below, above) in stated.items():
        truth = sum(admissions[first:last])
        derivation.execute(
            "insert into int_counts_selected values ('d', 'x', 'admissions', 'all', 'day', ?, ?, null, ?, ?, ?)",
            [
                *find_days(first, last),
                f"{first}-{last}",
                max(truth - (below if above else 0), 0),
                None if above is None else truth + above,
            ],
        )
    rows = derivation.execute(
        "select period_id, count_low, count_high, figure_ids, part_count, origin_code from derived"
    ).fetchall()

    found = {}
    for period_id, low, high, figure_ids, part_count, origin_code in rows:
        first, last = (int(end) for end in period_id.split("-"))
        truth = sum(admissions[first:last])
        assert low <= truth
        assert high is None or truth <= high
        assert part_count == len(figure_ids.split("|"))
        assert (origin_code == "difference") <= (part_count == 2)
        found[first, last] = (low, high)

    pieces = {Period("day", *find_days(*span)) for span in stated}
    pieces |= {
        Period("day", *find_days(shorter[1], longer[1]))
        for longer in stated
        for shorter in stated
        if longer[0] == shorter[0] and shorter[1] < longer[1]
    }
    expected = {
        (first, last)
        for first in range(6)
        for last in range(first + 1, 7)
        if (first, last) not in stated and exact_cover(Period("day", *find_days(first, last)), pieces)
    }
    assert set(found) == expected


def test_exact_figures_give_exact_counts_of_figures_named_once(derivation: duckdb.DuckDBPyConnection) -> None:
    derivation.execute("delete from int_counts_selected")
    months = [3, 1, 4, 1, 5, 9]
    for first, last in [(0, 2), (0, 3), (0, 6), (4, 6), (4, 5)]:
        derivation.execute(
            "insert into int_counts_selected values ('d', 'x', 'admissions', 'all', 'day', ?, ?, null, ?, ?, ?)",
            [*find_days(first, last), f"{first}-{last}", sum(months[first:last]), sum(months[first:last])],
        )
    rows = derivation.execute(
        "select period_id, count_low, count_high, figure_ids from derived order by period_id"
    ).fetchall()

    assert rows == [
        ("2-3", 4, 4, "0-3|0-2"),
        ("2-6", 19, 19, "0-6|0-2"),
        ("3-6", 15, 15, "0-6|0-3"),
        ("5-6", 9, 9, "4-6|4-5"),
    ]


# periods as reports print them


@given(
    code=st.one_of(
        st.integers(1990, 2035).map(str),
        st.tuples(st.integers(1990, 2035), st.integers(1, 12)).map(lambda month: f"{month[0]}-{month[1]:02}"),
        st.tuples(st.integers(1990, 2035), st.integers(1, 4)).map(lambda quarter: f"{quarter[0]}-Q{quarter[1]}"),
        st.tuples(st.integers(1990, 2035), st.integers(1, 2)).map(lambda half: f"{half[0]}-H{half[1]}"),
        st.tuples(st.integers(1990, 2035), st.integers(2, 11).filter(lambda months: months != 6)).map(
            lambda months: f"{months[0]}-M{months[1]}"
        ),
    )
)
def test_a_printed_period_is_read_as_it_was_meant(code: str) -> None:
    period = parse_period(code)

    assert parse_period_text(period.text) == period
    assert parse_period_text(code) == period


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("6 tháng đầu năm 2024", "2024-H1"),
        ("Sáu tháng cuối năm 2024.", "2024-H2"),
        ("6 tháng năm 2024", "2024-H1"),
        ("12 tháng năm 2024", "2024"),
        ("9 tháng đầu năm 2024", "2024-M9"),
        ("Quý III/2024", "2024-Q3"),
        ("quý 2 năm 2024", "2024-Q2"),
        ("Tháng 07/2024", "2024-07"),
        ("Năm 2024", "2024"),
        ("cả năm 2024", "2024"),
        ("từ ngày 01/01/2024 đến ngày 30/6/2024", "2024-H1"),
        ("01/04/2024 - 30/06/2024", "2024-Q2"),
    ],
)
def test_a_period_of_a_report_has_a_code(text: str, code: str) -> None:
    assert parse_period_text(text).code == code


def test_days_that_are_no_calendar_period_are_taken_as_they_are() -> None:
    assert parse_period_text("từ 01/01/2024 đến 17/9/2024") == Period(
        "year_to_date", dt.date(2024, 1, 1), dt.date(2024, 9, 17)
    )
    assert parse_period_text("từ 10/9/2024 đến 9/10/2024").period_type_code == "day"


@pytest.mark.parametrize("text", TEXT_FORMS)
def test_what_a_message_tells_people_to_write_is_read(text: str) -> None:
    assert parse_period_text(text).ends_on


@pytest.mark.parametrize(
    "text", ["", "vừa qua", "tháng 13/2024", "quý V năm 2024", "từ 30/2/2024 đến 1/3/2024", "0 tháng năm 2024"]
)
def test_what_is_no_period_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is no period"):
        parse_period_text(text)
