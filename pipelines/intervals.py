"""Where the true value may lie, given what is printed: exact intervals, open or closed on either side.

The rules are those of the model ``int_figures_bounded``, which reads whole tables; a test compares the two.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, NamedTuple

from pipelines.numerals import parse_numeral

if TYPE_CHECKING:
    from pipelines.numerals import Numeral

_HALF = Fraction(1, 2)


class Interval(NamedTuple):
    """Where a number lies.

    Attributes:
        low: Lower end; none if there is none.
        high: Upper end, likewise.
        is_low_open: Whether the number is above the lower end, and not there.
        is_high_open: Whether it is below the upper end, and not there.
    """

    low: Fraction | None = None
    high: Fraction | None = None
    is_low_open: bool = False
    is_high_open: bool = False

    @classmethod
    def exactly(cls, number: int | Fraction) -> Interval:
        """Return the interval of one number."""
        return cls(Fraction(number), Fraction(number))

    def scale(self, factor: int | Fraction) -> Interval:
        """Return where the number is, times a factor above zero."""
        return self._replace(
            low=None if self.low is None else self.low * factor, high=None if self.high is None else self.high * factor
        )

    def shift(self, number: int | Fraction) -> Interval:
        """Return where the number is, and a number more."""
        return self._replace(
            low=None if self.low is None else self.low + number, high=None if self.high is None else self.high + number
        )

    def meet(self, other: Interval) -> Interval:
        """Return what two intervals have in common; of nothing, the ends are the wrong way round or open."""
        low, is_low_open = max(
            (self.low, self.is_low_open), (other.low, other.is_low_open), key=lambda end: (end[0] is not None, end)
        )
        high, is_high_open = min(
            (self.high, self.is_high_open),
            (other.high, other.is_high_open),
            key=lambda end: (end[0] is None, end[0] or 0, not end[1]),
        )
        return Interval(low, high, is_low_open, is_high_open)

    def meets(self, other: Interval) -> bool:
        """Whether a number may lie in both.

        Examples:
            >>> Interval(None, Fraction(5), is_high_open=True).meets(Interval(Fraction(5)))
            False
        """
        return self._is_below(other) and other._is_below(self)

    def _is_below(self, other: Interval) -> bool:
        """Whether it begins before another ends."""
        if self.low is None or other.high is None:
            return True
        return self.low < other.high or (self.low == other.high and not (self.is_low_open or other.is_high_open))

    def holds(self, number: int | Fraction) -> bool:
        """Whether a number lies in it.

        Examples:
            >>> Interval(Fraction(70), Fraction(100), is_low_open=True).holds(70)
            False
        """
        above = self.low is None or (number > self.low if self.is_low_open else number >= self.low)
        below = self.high is None or (number < self.high if self.is_high_open else number <= self.high)
        return above and below


EVERYTHING = Interval()


def bound_numeral(
    numeral: Numeral, *, side: str = "both", is_strict: bool = False, is_quotient: bool = False
) -> Interval:
    """Return where a number lies that is zero or more, and printed with or without a word that qualifies it.

    A quotient without such a word was rounded or cut off to its last digit, as was a count in thousands or millions.

    Args:
        numeral: What is printed.
        side: Which sides the word bounds: ``both``, ``lower``, ``upper`` or ``none``, as the seed ``qualifiers`` says.
        is_strict: Whether the number itself is left out.
        is_quotient: Whether it is a percentage or an average.

    Examples:
        >>> bound_numeral(parse_numeral("39,66", is_count=False), is_quotient=True)
        Interval(low=Fraction(7931, 200), high=Fraction(3967, 100), is_low_open=False, is_high_open=True)
        >>> bound_numeral(parse_numeral("70", is_count=False), side="lower", is_strict=True).holds(70)
        False
    """
    value, unit = Fraction(numeral.value), Fraction(numeral.precision)
    last = value if numeral.value_high is None else Fraction(numeral.value_high)
    if side == "lower":
        return Interval(value, None, is_low_open=is_strict)
    if side == "upper":
        return Interval(Fraction(0), value, is_high_open=is_strict)
    if side == "none":
        return Interval(Fraction(0), None)
    if is_quotient or unit > 1:
        return Interval(max(value - unit * _HALF, Fraction(0)), last + unit, is_high_open=True)
    return Interval(value, last)


def read_interval(
    printed: str, *, is_count: bool, side: str = "both", is_strict: bool = False, is_quotient: bool = False
) -> Interval:
    """Return where a printed number lies; see `bound_numeral`.

    Raises:
        ValueError: It is no number of a known form.
    """
    numeral = parse_numeral(printed, is_count=is_count)
    return bound_numeral(numeral, side=side, is_strict=is_strict, is_quotient=is_quotient)
