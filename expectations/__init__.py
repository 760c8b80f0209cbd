"""What the finished tables are expected to look like: one module a table, each expectation with its reason.

Belongs here: whether a table agrees with what was published and with what is plausible. Does not belong here: whether
the warehouse agrees with itself (tests of dbt) and how expectations are run (`pipelines.expectations`).

A module declares one `SUITE`: a `Suite`, or a `SuiteFamily` where a table has one for each code of the vocabulary. It
imports nothing heavy: Great Expectations takes seconds to import, and Dagster reads names, severities and reasons each
time it starts. An expectation is built when it is run.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from types import ModuleType

    from great_expectations.expectations.expectation import Expectation

Severity = Literal["error", "warning"]
"""``error`` keeps the former file in place; ``warning`` is published together with the data."""


@dataclass(frozen=True)
class Expected:
    """One expectation on a table.

    Attributes:
        name: A sentence, in snake case, that is true of a good table.
        severity: What a violation means for the publication.
        reason: One sentence that says why this is expected.
        build: Called with ``great_expectations.expectations``, returns the expectation.
    """

    name: str
    severity: Severity
    reason: str
    build: Callable[[ModuleType], Expectation]


@dataclass(frozen=True)
class Suite:
    """Expectations on one table that people read together.

    Attributes:
        name: Of one suite only; its page is called so.
        title_vi: A few words for people, in Vietnamese.
        title_en: The same in English.
        description_vi: What the suite as a whole watches over, in Vietnamese.
        description_en: The same in English.
        table: ``schema.table``.
        identified_by: Columns that tell a person which row is meant; shown for rows that fail.
        expectations: In the order in which they are shown.
    """

    name: str
    title_vi: str
    title_en: str
    description_vi: str
    description_en: str
    table: str
    identified_by: tuple[str, ...]
    expectations: tuple[Expected, ...]

    def __post_init__(self) -> None:
        """Refuse two expectations of one name: the second would hide the first."""
        name, count = Counter(expected.name for expected in self.expectations).most_common(1)[0]
        if count > 1:
            msg = f"{count} expectations of {self.name!r} are named {name!r}"
            raise ValueError(msg)


@dataclass(frozen=True)
class SuiteFamily:
    """One suite for each code of a table of the vocabulary, so that none is without.

    Attributes:
        codes: Name of the seed.
        build: Called with a row of it, the cells as text, returns the suite.
    """

    codes: str
    build: Callable[[Mapping[str, str]], Suite]


def no_rows(query: str) -> Callable[[ModuleType], Expectation]:
    """Return a builder of the expectation that a query finds nothing.

    For what concerns several columns or rows. Rows that are found are the examples a person gets to see, hence the
    query selects what identifies them and puts them in a fixed order.

    Args:
        query: SQL with ``{batch}`` for the table. Where it joins the table with itself, a common table expression reads
            ``{batch}`` once; other braces are doubled, and a colon before a letter is escaped with a backslash.
    """
    return lambda gxe: gxe.UnexpectedRowsExpectation(unexpected_rows_query=query)
