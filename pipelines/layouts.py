"""Layouts of official forms: which line of which form counts what, and by which words a report names its parts.

A layout is data, ``_layout_<generation>.yml`` beside the ``_source.yml`` of a source. A new generation of a form is a
new file; nothing here knows a form.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Literal, Self

import yaml
from pydantic import BaseModel, ConfigDict, Field, model_validator

from pipelines.names import normalise_name
from pipelines.vocabulary import read_codes

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

_NUMBERING = re.compile(r"^(?:[ivxlc]+|[a-z]\d*|\d+(?:\.\d+)*)\s*[.)/]\s*")
_PUNCTUATION = re.compile(r"[:.,;*()/\\\"“”+]+")

ColumnCode = Literal["this_period", "earlier_period", "percent_of_earlier"]


class Line(BaseModel):
    """A line of a form: a heading, or a number of the period.

    Attributes:
        label: Its words on the form.
        heading: Instead of it: words of a line that has no numbers.
        code: The number or letter before it.
        also: Other words by which reports print it.
        measure: What is counted; that of the form by default.
        group: Of whom.
        statement: What the number says of them.
        moment: Of a stock: whether it is that before the first day of the period, or that on the last.
    """

    model_config = ConfigDict(extra="forbid")

    label: str = ""
    heading: str = ""
    code: str = ""
    also: tuple[str, ...] = ()
    measure: str = ""
    group: str = "all"
    statement: str = "level"
    moment: Literal["period", "start", "end"] = "period"

    @property
    def text(self) -> str:
        """The words on the form."""
        return self.label or self.heading

    @cached_property
    def key(self) -> str:
        """What the line counts, as one text; blank forms carry it beside the words."""
        return "/".join((self.measure, self.group, self.statement, self.moment))

    @cached_property
    def labels(self) -> frozenset[str]:
        """All words by which a report may print the line, normalised."""
        keys = (self.key,) if self.label else ()
        return frozenset(normalise_label(text) for text in (self.text, *self.also, *keys))


class Identity(BaseModel):
    """A line that other lines of the form make up, by their codes.

    Attributes:
        line: The one.
        plus: What is added.
        minus: What is taken away.
    """

    model_config = ConfigDict(extra="forbid")

    line: str
    plus: tuple[str, ...]
    minus: tuple[str, ...] = ()


class Form(BaseModel):
    """One form of one generation.

    Attributes:
        form_code: As it is printed, ``2-BTCTW``.
        measure: What lines count that do not say it themselves.
        lines: From top to bottom.
        identities: What holds beside the partitions of the vocabulary.
    """

    model_config = ConfigDict(extra="forbid")

    form_code: str
    title_vi: str
    title_en: str
    measure: str = ""
    lines: tuple[Line, ...]
    identities: tuple[Identity, ...] = ()

    @model_validator(mode="after")
    def _check_codes(self) -> Self:
        lines = tuple(
            line.model_copy(update={"measure": line.measure or self.measure}) if line.label else line
            for line in self.lines
        )
        for line in lines:
            if bool(line.label) == bool(line.heading):
                message = f"a line of {self.form_code!r} needs a label or a heading, and not both: {line.text!r}"
                raise ValueError(message)
            named = {"measures": line.measure, "groups": line.group, "statements": line.statement}
            unknown = [code for table, code in named.items() if line.label and code not in read_codes(table)]
            if unknown:
                message = f"{line.text!r} of {self.form_code!r} has codes that are not in the vocabulary: {unknown}"
                raise ValueError(message)
        self.lines = lines
        return self


class Layout(BaseModel):
    """The forms of one generation, and the words around their numbers.

    Attributes:
        generation: Year of the guidance.
        organisation: Words before the name of the organisation; so the next ones, for its parent, its province, the
            period and the day of the report.
        line_header: Words above the column of lines.
        columns: Words above the columns of numbers.
        forms: The forms.
    """

    model_config = ConfigDict(extra="forbid")

    generation: int
    organisation: tuple[str, ...]
    parent_organisation: tuple[str, ...]
    province: tuple[str, ...]
    period: tuple[str, ...]
    reported_on: tuple[str, ...]
    line_header: tuple[str, ...]
    columns: dict[ColumnCode, tuple[str, ...]] = Field(min_length=1)
    forms: tuple[Form, ...]

    @cached_property
    def column_labels(self) -> dict[str, ColumnCode]:
        """Column by its words, normalised."""
        return {normalise_label(text): column for column, texts in self.columns.items() for text in texts}

    @cached_property
    def heads(self) -> dict[str, str]:
        """What stands behind words at the head of a report, by the words, normalised."""
        return {
            normalise_label(text): field
            for field in ("organisation", "parent_organisation", "province", "period", "reported_on")
            for text in getattr(self, field)
        }


def read_layouts(folder: Path) -> tuple[Layout, ...]:
    """Return the layouts of a source, the newest generation first.

    Args:
        folder: The folder of the source.

    Raises:
        ValueError: A layout is no valid YAML, lacks an entry, or has a code that is not in the vocabulary.
    """
    layouts = []
    for file in folder.glob("_layout_*.yml"):
        try:
            layouts.append(Layout.model_validate(yaml.safe_load(file.read_text(encoding="utf-8"))))
        except (yaml.YAMLError, ValueError) as error:
            message = f"the layout {file.name!r} of {folder.name!r} cannot be used: {error}"
            raise ValueError(message) from error
    return tuple(sorted(layouts, key=lambda layout: -layout.generation))


@lru_cache(maxsize=2**14)
def normalise_label(text: str) -> str:
    """Return one spelling for all spellings of the words on a form.

    Form C, lower case, one place of the tone mark, single spaces; numbering before the words, punctuation and marks of
    footnotes are left out.

    Examples:
        >>> normalise_label("  1. Phụ  nữ (*)") == normalise_label("phụ nữ")
        True
        >>> normalise_label("Xoá tên") == normalise_label("Xóa tên:")
        True
        >>> normalise_label("a) Dân tộc thiểu số")
        'dân tộc thiểu số'
    """
    plain = unicodedata.normalize("NFC", text).casefold().strip(" -–+*\u00a0\t\n")
    return normalise_name(_PUNCTUATION.sub(" ", _NUMBERING.sub("", plain)))


def find_form(layouts: Iterable[Layout], form_code: str) -> tuple[Layout, Form] | None:
    """Return the layout that has a form, and the form."""
    return next(
        ((layout, form) for layout in layouts for form in layout.forms if form.form_code == form_code.upper()), None
    )
