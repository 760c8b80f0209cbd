"""What a printed number may have been meant to be."""

from __future__ import annotations

import unicodedata
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.consistency.slips import KINDS, Slip, list_slips
from pipelines.numerals import Numeral, parse_numeral

SEPARATORS = st.sampled_from(["", ".", ",", " ", "\u00a0"])
COUNTS = st.builds(
    lambda count, separator: f"{count:,}".replace(",", separator), st.integers(0, 10**10 - 1), SEPARATORS
)
PERCENTAGES = st.builds(
    lambda whole, mark, decimals, sign: f"{whole}{mark}{decimals}{sign}",
    st.integers(0, 999),
    st.sampled_from([".", ","]),
    st.text("0123456789", min_size=1, max_size=4),
    st.sampled_from(["", "%", " %"]),
)
MULTIPLIED = st.builds(
    lambda number, word: f"{number} {word}", PERCENTAGES.map(lambda text: text.rstrip(" %")), st.just("tỷ")
)
RANGES = st.builds(lambda low, more: f"{low} đến {low + more}", st.integers(0, 2000), st.integers(0, 2000))
RATIOS = st.builds(lambda one, other: f"{one}/{other}", COUNTS, COUNTS)
NUMERALS = st.one_of(
    COUNTS.map(lambda text: (text, True)),
    COUNTS.map(lambda text: (text, False)),
    PERCENTAGES.map(lambda text: (text, False)),
    MULTIPLIED.map(lambda text: (text, True)),
    RANGES.map(lambda text: (text, True)),
    RATIOS.map(lambda text: (text, True)),
)


def list_printed(printed: str, kind_code: str, *, is_count: bool = True) -> list[str]:
    return [slip.printed for slip in list_slips(printed, is_count=is_count) if slip.kind_code == kind_code]


def find_kinds(printed: str, *, is_count: bool = True) -> dict[str, str]:
    return {slip.printed: slip.kind_code for slip in list_slips(printed, is_count=is_count)}


def identify(numeral: Numeral) -> tuple[Decimal | None, ...]:
    return numeral.value, numeral.value_high, numeral.denominator


@pytest.mark.parametrize(
    ("printed", "is_count", "meant", "kind_code"),
    [
        ("1.746", True, "1.764", "transposed"),
        ("1.746", True, "1.766", "misread"),
        ("1.746", True, "7.146", "transposed"),
        ("196", True, "194", "misread"),
        ("196", True, "169", "transposed"),
        ("1.905", True, "1.950", "transposed"),
        ("28,7", False, "28,8", "misread"),
        ("28,7", False, "27,8", "transposed"),
        ("466", True, "465", "misread"),
        ("466", True, "46", "doubled"),
        ("0.32", False, "0.23", "transposed"),
        ("0.32", False, "3.2", "separator"),
        ("0.32", False, "32", "separator"),
        ("3,2", False, "0,32", "separator"),
        ("1.746", False, "1,746", "separator"),
        ("1.746", False, "17.46", "separator"),
        ("1.746", False, "174.6", "separator"),
        ("174.6", False, "1.746", "separator"),
        ("12,345", False, "12.345", "separator"),
        ("32", False, "3,2", "separator"),
        ("17.46", True, "1.746", "separator"),
        ("1.74", True, "1.746", "dropped"),
        ("1.7466", True, "1.746", "doubled"),
        ("174", True, "1.746", "dropped"),
        ("1.740", True, "174", "tenfold"),
        ("174", True, "1.740", "dropped"),
        ("174", True, "17.400", "hundredfold"),
        ("17.400", True, "174", "hundredfold"),
        ("17.000", True, "1.700", "doubled"),
        ("1.234.567", False, "123456,7", "tenfold"),
        ("999.999.999", True, "9.999.999.999", "dropped"),
        ("1.000.000.000", True, "100.000.000", "doubled"),
        ("1 tỷ", True, "10 tỷ", "dropped"),
        ("0", True, "10", "dropped"),
    ],
)
def test_a_slip_is_found_and_named(printed: str, is_count: bool, meant: str, kind_code: str) -> None:
    assert Slip(kind_code, meant) in list_slips(printed, is_count=is_count)


@pytest.mark.parametrize(
    ("printed", "is_count", "meant"),
    [
        ("1,746", True, "1,764"),
        ("1 746", True, "1 764"),
        ("1\u00a0746", True, "1\u00a0764"),
        ("1746", True, "1764"),
        ("39,66%", False, "39,65%"),
        ("39.66 %", False, "39.65 %"),
        ("3,2 triệu", True, "2,3 triệu"),
        ("3,2 triệu", True, "32 triệu"),
        ("3,2 Triệu", True, "2,3 Triệu"),
        ("3,2 triê\u0323u", True, "2,3 triệu"),
        ("1.234 triệu", True, "1.243 triệu"),
        ("3 nghìn tỷ", True, "8 nghìn tỷ"),
        ("08", True, "09"),
        ("08", True, "80"),
        ("8 đến 15", True, "6 đến 15"),
        ("8 đến 15", True, "8 đến 16"),
        ("08-15", True, "06-15"),
        ("3 đến 5 triệu", True, "0,3 đến 5 triệu"),
        ("8,5% đến 15%", False, "8,5% đến 16%"),
        ("391/391", True, "319/391"),
        ("391/391", True, "391/319"),
        ("22 / 40", True, "22 / 48"),
        ("3 đến mười", True, "8 đến mười"),
    ],
)
def test_a_candidate_is_written_as_the_number_is(printed: str, is_count: bool, meant: str) -> None:
    assert meant in find_kinds(printed, is_count=is_count)


@pytest.mark.parametrize(
    ("printed", "is_count", "meant", "why"),
    [
        ("1.746", True, "17.466", "its own thousands are grouped"),
        ("1746", True, "17466", "its own thousands are not"),
        ("174", True, "1.746", "nothing shows it, points are usual"),
        ("28,7", False, "2.870", "points go with a decimal comma"),
        ("28.7", False, "2870", "a point is its decimal mark"),
        ("128,7", False, "1128,7", "nothing is grouped before decimals"),
        ("1.746", True, "746", "below a thousand there is nothing to group"),
    ],
)
def test_thousands_are_grouped_as_the_number_shows(printed: str, is_count: bool, meant: str, why: str) -> None:
    neighbours = ["746"]
    candidates = {slip.printed for slip in list_slips(printed, is_count=is_count, neighbours=neighbours)}

    assert meant in candidates, why


def test_the_likeliest_come_first() -> None:
    assert list_slips("1.746", is_count=True)[0] == Slip("transposed", "1.764")
    assert list_slips("1.905", is_count=True)[0] == Slip("transposed", "1.950")


def test_digits_that_look_alike_come_before_adjacent_keys_and_those_before_others() -> None:
    assert list_printed("7", "misread") == ["1", "6", "8", "0", "2", "3", "4", "5", "9"]
    assert list_printed("21", "misread") == [
        "27",
        "22",
        "11",
        "31",
        "20",
        "23",
        "24",
        "25",
        "26",
        "28",
        "29",
        *(f"{digit}1" for digit in (4, 5, 6, 7, 8, 9)),
    ]


def test_a_digit_missing_beside_its_like_comes_before_others() -> None:
    assert list_printed("12", "dropped")[:4] == ["122", "112", "120", "121"]


def test_a_separator_that_moved_less_comes_first() -> None:
    assert list_printed("1.746", "separator", is_count=False) == ["1,746", "17.46", "0.1746", "174.6"]


def test_likely_slips_of_either_number_come_before_unlikely_ones() -> None:
    assert list_printed("1/2", "misread")[:3] == ["7/2", "2/2", "1/1"]


def test_a_number_from_another_place_comes_last() -> None:
    slips = list_slips("614", is_count=True, neighbours=["260", "354"], earlier="598")

    assert slips[-3:] == [Slip("swapped", "260"), Slip("swapped", "354"), Slip("earlier", "598")]


def test_a_number_from_another_place_that_a_likelier_slip_explains_is_listed_once() -> None:
    slips = list_slips("1.746", is_count=True, neighbours=["1.764", "1764", "1.746"], earlier="1.764")

    assert [slip for slip in slips if parse_numeral(slip.printed, is_count=True).value == 1764] == [
        Slip("transposed", "1.764")
    ]
    assert {"swapped", "earlier"} & {slip.kind_code for slip in slips} == set()


def test_an_earlier_number_that_is_printed_again_tells_nothing() -> None:
    assert list_slips("12", is_count=True, earlier="12") == list_slips("12", is_count=True)


def test_what_is_no_number_has_not_been_swapped() -> None:
    others = ["", "%", "người", "17,5", "1-2-3"]

    assert list_slips("12", is_count=True, neighbours=others, earlier="-") == list_slips("12", is_count=True)


@pytest.mark.parametrize(
    ("printed", "other", "candidate"),
    [
        ("28,7%", "39,66", "39,66%"),
        ("28,7 %", "39,66%", "39,66 %"),
        ("28,7", " 39,66 % ", "39,66"),
        ("28,7", "3,2 triê\u0323u", "3,2 triệu"),
    ],
)
def test_a_number_from_another_place_has_the_sign_of_this_one(printed: str, other: str, candidate: str) -> None:
    assert list_slips(printed, is_count=False, neighbours=[other])[-1] == Slip("swapped", candidate)


@pytest.mark.parametrize("printed", ["một", "Mười", "năm triệu", "hai đến ba"])
def test_a_number_word_is_only_swapped(printed: str) -> None:
    assert list_slips(printed, is_count=True) == []
    assert list_slips(printed, is_count=True, neighbours=["12"], earlier="13") == [
        Slip("swapped", "12"),
        Slip("earlier", "13"),
    ]


def test_a_count_is_meant_to_be_whole() -> None:
    values = [parse_numeral(slip.printed, is_count=True).value for slip in list_slips("1.746", is_count=True)]

    assert list_printed("1.746", "separator") == []
    assert all(value == value.to_integral_value() for value in values)


@pytest.mark.parametrize("printed", ["105", "1.046", "5", "0,32", "10,5", "100/200", "8 đến 15"])
def test_no_leading_zero_arises(printed: str) -> None:
    candidates = find_kinds(printed, is_count=False)

    assert [text for text in candidates if text[0] == "0" and text[1:2].isdigit()] == []


def test_leading_zeros_stay_as_many_as_fill_up_the_number() -> None:
    assert {text for text in find_kinds("08") if len(text) > 2} == {f"{digit}08" for digit in range(1, 10)} | {"800"}


@pytest.mark.parametrize("printed", ["15 đến 51", "8-15"])
def test_no_range_ends_below_its_start(printed: str) -> None:
    assert all(
        numeral.value_high is not None and numeral.value_high >= numeral.value
        for slip in list_slips(printed, is_count=True)
        for numeral in [parse_numeral(slip.printed, is_count=True)]
    )


def test_what_would_be_read_as_thousands_is_not_listed_with_decimals() -> None:
    assert "12.345" not in find_kinds("12.34", is_count=False)
    assert "12,345" in find_kinds("12,34", is_count=False)


@pytest.mark.parametrize("printed", ["", " ", "%", "người", "1.746 người", "1-2-3", "15 đến 8", "²", "9 " * 60])
@pytest.mark.parametrize("is_count", [True, False])
def test_what_is_no_number_is_refused_as_when_it_is_read(printed: str, is_count: bool) -> None:
    with pytest.raises(ValueError, match=r"is no number of a known form|ends below its start"):
        list_slips(printed, is_count=is_count, neighbours=["12"], earlier="13")


@given(NUMERALS, st.lists(COUNTS, max_size=3), st.none() | COUNTS)
def test_every_candidate_is_a_number_of_another_value(
    numeral: tuple[str, bool], neighbours: list[str], earlier: str | None
) -> None:
    printed, is_count = numeral
    slips = list_slips(printed, is_count=is_count, neighbours=neighbours, earlier=earlier)
    values = [identify(parse_numeral(slip.printed, is_count=is_count)) for slip in slips]

    assert len({*values, identify(parse_numeral(printed, is_count=is_count))}) == len(slips) + 1
    assert [slip.kind_code for slip in slips] == sorted((slip.kind_code for slip in slips), key=KINDS.index)
    assert all(unicodedata.is_normalized("NFC", slip.printed) for slip in slips)
    assert slips == list_slips(printed, is_count=is_count, neighbours=neighbours, earlier=earlier)


@given(NUMERALS, st.data())
def test_what_was_transposed_or_misread_can_be_so_again(numeral: tuple[str, bool], data: st.DataObject) -> None:
    printed, is_count = numeral
    slips = [slip for slip in list_slips(printed, is_count=is_count) if slip.kind_code in ("transposed", "misread")]
    kind_code, meant = data.draw(st.sampled_from(slips))

    assert Slip(kind_code, printed) in list_slips(meant, is_count=is_count)


@given(NUMERALS)
def test_what_was_doubled_may_have_been_dropped(numeral: tuple[str, bool]) -> None:
    printed, is_count = numeral
    value = identify(parse_numeral(printed, is_count=is_count))
    for meant in list_printed(printed, "doubled", is_count=is_count):
        slips = list_slips(meant, is_count=is_count)
        assert value in [identify(parse_numeral(slip.printed, is_count=is_count)) for slip in slips]


@given(COUNTS, COUNTS, st.booleans())
def test_there_are_never_more_than_a_few_hundred(count: str, other: str, is_count: bool) -> None:
    assert len(list_slips(count, is_count=is_count)) <= 250
    assert len(list_slips(f"{count}/{other}", is_count=is_count)) <= 500


@given(st.text(max_size=30) | st.text("0123456789.,/- %đếntriệuỷ", max_size=20), st.booleans())
def test_any_other_text_raises_nothing_but_a_value_error(printed: str, is_count: bool) -> None:
    try:
        slips = list_slips(printed, is_count=is_count, neighbours=[printed], earlier=printed)
    except ValueError:
        with pytest.raises(ValueError, match=r"is no number of a known form|ends below its start"):
            parse_numeral(printed, is_count=is_count)
        return
    assert all(parse_numeral(slip.printed, is_count=is_count) for slip in slips)
