"""What lines of official forms make up: the identities of the layouts → the table that dbt reads.

Partitions and subsets are relations of the vocabulary and are not repeated here. Two generations of a form that say the
same give one identity.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from pipelines.sources import read_sources

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pipelines.layouts import Form, Identity, Line
    from pipelines.paths import Paths

IDENTITIES = {
    "identity_code": pl.String,
    "whole_measure_code": pl.String,
    "whole_group_code": pl.String,
    "whole_moment_code": pl.String,
    "measure_code": pl.String,
    "group_code": pl.String,
    "moment_code": pl.String,
    "sign": pl.Int64,
}
"""One row per identity and term: the line that is made up, the line that is added or taken away, 1 or -1."""


def derive_identities(paths: Paths) -> pl.DataFrame:
    """Write the identities of all layouts for dbt.

    Args:
        paths: Where the layouts are, and where the table goes.

    Returns:
        Columns `IDENTITIES`.

    Raises:
        ValueError: An identity names a line that its form does not have.
    """
    layouts = (layout for source in read_sources(paths.raw) for layout in source.layouts)
    identities = tabulate_identities(form for layout in layouts for form in layout.forms)
    identities.write_parquet(paths.identities, mkdir=True)
    return identities


def tabulate_identities(forms: Iterable[Form]) -> pl.DataFrame:
    """Return the identities of forms, each once; columns `IDENTITIES`.

    Raises:
        ValueError: An identity names a line that its form does not have.
    """
    rows = [row for form in forms for identity in form.identities for row in _list_terms(form, identity)]
    return pl.DataFrame(rows, schema=IDENTITIES, orient="row").unique(maintain_order=True)


def _list_terms(form: Form, identity: Identity) -> Iterator[tuple[str | int, ...]]:
    """Give one row for each line that is added or taken away."""
    whole = _find_line(form, identity.line)
    terms = [(_find_line(form, code), 1) for code in identity.plus]
    terms += [(_find_line(form, code), -1) for code in identity.minus]
    sum_of_keys = " ".join(f"{'+' if sign > 0 else '-'} {line.key}" for line, sign in terms)
    for line, sign in terms:
        yield (
            f"{whole.key} = {sum_of_keys}",
            *(whole.measure, whole.group, whole.moment),
            *(line.measure, line.group, line.moment),
            sign,
        )


def _find_line(form: Form, code: str) -> Line:
    found = [line for line in form.lines if line.label and line.code == code]
    if len(found) != 1:
        message = f"an identity of {form.form_code!r} names the line {code!r}, of which there are {len(found)}"
        raise ValueError(message)
    return found[0]
