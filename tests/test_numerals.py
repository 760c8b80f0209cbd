"""Printed numbers, read back."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.numerals import parse_numeral

COUNTS = st.integers(min_value=0, max_value=10**12 - 1)
SEPARATORS = st.sampled_from([".", ",", " ", "\u00a0"])


@pytest.mark.parametrize(
    ("printed", "is_count", "value", "precision"),
    [
        ("1.746", True, "1746", "1"),
        ("112,900", True, "112900", "1"),
        ("5 000", True, "5000", "1"),
        ("3\u00a0642", True, "3642", "1"),
        ("1.234.567", True, "1234567", "1"),
        ("08", True, "8", "1"),
        ("0", True, "0", "1"),
        ("một", True, "1", "1"),
        ("Mười", True, "10", "1"),
        ("bảy".replace("ả", "a\u0309"), True, "7", "1"),
        ("3,2 triệu", True, "3200000", "100000"),
        ("1,5 nghìn", True, "1500", "100"),
        ("2 ngàn", True, "2000", "1000"),
        ("3 nghìn tỷ", True, "3000000000000", "1000000000000"),
        ("39,66", False, "39.66", "0.01"),
        ("39,66%", False, "39.66", "0.01"),
        ("39,66 %", False, "39.66", "0.01"),
        ("0.32", False, "0.32", "0.01"),
        ("0.320", False, "0.32", "0.001"),
        ("12,345", False, "12.345", "0.001"),
        ("1.234", False, "1234", "1"),
        ("100", False, "100", "1"),
    ],
)
def test_a_printed_number_is_read_back(printed: str, is_count: bool, value: str, precision: str) -> None:
    numeral = parse_numeral(printed, is_count=is_count)

    assert (numeral.value, numeral.precision) == (Decimal(value), Decimal(precision))
    assert (numeral.value_high, numeral.denominator) == (None, None)


@pytest.mark.parametrize("printed", ["8 đến 15", "8-15", "8 – 15", "8\u201415", "08 đến 15"])
def test_a_range_has_two_ends(printed: str) -> None:
    numeral = parse_numeral(printed, is_count=True)

    assert (numeral.value, numeral.value_high, numeral.precision) == (8, 15, 1)


def test_a_range_of_percentages_may_repeat_the_sign() -> None:
    numeral = parse_numeral("8,5% đến 15%", is_count=False)

    assert (numeral.value, numeral.value_high, numeral.precision) == (Decimal("8.5"), 15, Decimal("0.1"))


@pytest.mark.parametrize("printed", ["22/40", "22 / 40"])
def test_a_ratio_has_a_denominator(printed: str) -> None:
    numeral = parse_numeral(printed, is_count=True)

    assert (numeral.value, numeral.denominator, numeral.value_high) == (22, 40, None)


@pytest.mark.parametrize(
    "printed",
    [
        *("", " ", "%", "-", "/", "người", "tỷ", "triệu triệu", "-5", "+5", "1.746 người", "17.746,5"),
        *("1..746", "1.746,", ".5", "5.", "1.234,567", "1,234.567", "1 746,5", "1.234 567"),
        *("1-2-3", "16-5-2022", "1/2/3", "1-2/3", "8 đến", "đến 15"),
        *("١٢٣", "²", "\uff11\uff12", "1e5", "0x10", "NaN", "Infinity", "1_000"),
        *("9 " * 60, "1" + " tỷ" * 2000),
    ],
)
@pytest.mark.parametrize("is_count", [True, False])
def test_what_is_no_number_is_refused_and_shown(printed: str, is_count: bool) -> None:
    with pytest.raises(ValueError, match="is no number of a known form") as error:
        parse_numeral(printed, is_count=is_count)

    assert str(error.value).startswith(("'", repr(printed)))


@pytest.mark.parametrize("printed", ["1.74", "17,46", "1.7460", "01.746", "0,123"])
def test_a_count_with_decimals_keeps_them_so_that_it_can_be_rejected(printed: str) -> None:
    assert parse_numeral(printed, is_count=True).precision < 1


def test_a_range_that_ends_below_its_start_says_so() -> None:
    with pytest.raises(ValueError, match=r"'15 đến 8' ends below its start"):
        parse_numeral("15 đến 8", is_count=True)


@given(COUNTS, SEPARATORS)
def test_every_count_is_read_back_with_every_separator(count: int, separator: str) -> None:
    printed = f"{count:,}".replace(",", separator)

    assert parse_numeral(printed, is_count=True).value == count
    assert parse_numeral(str(count), is_count=True).value == count


@given(
    whole=st.integers(min_value=0, max_value=999),
    decimals=st.text("0123456789", min_size=1, max_size=6),
    mark=st.sampled_from([".", ","]),
    suffix=st.sampled_from(["", "%", " %", "\u00a0%"]),
)
def test_every_percentage_is_read_back_with_either_mark(whole: int, decimals: str, mark: str, suffix: str) -> None:
    printed = f"{whole}{mark}{decimals}"
    numeral = parse_numeral(printed + suffix, is_count=False)

    if mark == "." and len(decimals) == 3 and whole > 0:
        assert numeral.value == int(f"{whole}{decimals}"), "a point before three digits separates thousands"
    else:
        assert numeral.value == Decimal(f"{whole}.{decimals}")
        assert numeral.precision == Decimal(1).scaleb(-len(decimals))


@given(st.integers(min_value=1, max_value=10**6), st.sampled_from([("nghìn", 3), ("triệu", 6), ("tỷ", 9)]))
def test_a_multiplier_scales_value_and_precision(number: int, multiplier: tuple[str, int]) -> None:
    word, exponent = multiplier
    numeral = parse_numeral(f"{number} {word}", is_count=True)

    assert (numeral.value, numeral.precision) == (number * 10**exponent, 10**exponent)
    assert "E" not in str(numeral.value)


@given(COUNTS, COUNTS)
def test_every_range_keeps_its_ends(one: int, other: int) -> None:
    low, high = sorted((one, other))
    numeral = parse_numeral(f"{low} đến {high}", is_count=True)

    assert (numeral.value, numeral.value_high) == (low, high)


@given(st.text(max_size=30) | st.text("0123456789.,/- %đếntriệuỷ", max_size=20), st.booleans())
def test_any_other_text_raises_nothing_but_a_value_error(printed: str, is_count: bool) -> None:
    try:
        numeral = parse_numeral(printed, is_count=is_count)
    except ValueError:
        return
    assert numeral.value >= 0
    assert numeral.precision > 0
    assert numeral.value_high is None or numeral.value_high >= numeral.value
