"""Layouts of official forms: which line of which form counts what, and by which words a report names its parts.

A layout is data, ``_layout_<generation>.yml`` beside the ``_source.yml`` of a source. A new generation of a form is a
new file; nothing here knows a form.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Literal, NamedTuple, Self

import yaml
from pydantic import BaseModel, ConfigDict, Field, model_validator

from pipelines.names import normalise_name
from pipelines.vocabulary import read_codes

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

_NUMBERING = re.compile(r"^(?:[ivxlc]+|[a-z]\d*|\d+(?:\.\d+)*)\s*[.)/]\s*")
_INVISIBLE = re.compile("[\u200b-\u200f\u2060\ufeff\u00ad]")
_PUNCTUATION = re.compile(r"[:.,;*()/\\\"“”+]+")


class Column(BaseModel):
    """A column of numbers of a form. What it says goes before what its lines say.

    Attributes:
        code: Its name within the form; part of every ``figure_id``.
        labels: Words above it; a blank form has the first.
        measure: What is counted, if the column says it.
        group: Of whom among those of the line.
        statement: What the number says, if not what the line does.
        is_earlier: Whether it repeats the numbers of a year before.
    """

    model_config = ConfigDict(extra="forbid")

    code: str
    labels: tuple[str, ...] = Field(min_length=1)
    measure: str = ""
    group: str = "all"
    statement: Literal["", "percent_of_earlier", "share"] = ""
    is_earlier: bool = False


class Line(BaseModel):
    """A line of a form: a heading, or a number of the period.

    Attributes:
        label: Its words on the form.
        heading: Instead of it: words of a line that has no numbers.
        code: The number or letter before it.
        also: Other words by which reports print it.
        measure: What is counted; that of the form by default, if the columns do not say it.
        group: Of whom.
        statement: What the number says of them.
        moment: Of a stock: whether it is that before the first day of the period, or that on the last; that of the
            form by default.
    """

    model_config = ConfigDict(extra="forbid")

    label: str = ""
    heading: str = ""
    code: str = ""
    also: tuple[str, ...] = ()
    measure: str = ""
    group: str = "all"
    statement: str = "level"
    moment: Literal["", "period", "start", "end"] = ""

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


class Meaning(NamedTuple):
    """What a number of a form says.

    Attributes:
        measure: What is counted.
        group: Of whom.
        statement: What the number says of them.
        moment: Of a stock: whether it is that before the first day of the period, or that on the last.
        is_earlier: Whether it is of the year before.
        is_count: Whether it is a whole number.
        key: Its name within the form: measure, group, statement, moment, column.
    """

    measure: str
    group: str
    statement: str
    moment: str
    is_earlier: bool
    is_count: bool
    key: str


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
        moment: Of what lines say that do not say it themselves: the period, or the days before it or at its end.
        columns: From left to right; those of the layout by default.
        lines: From top to bottom.
        identities: What holds beside the partitions of the vocabulary.
    """

    model_config = ConfigDict(extra="forbid")

    form_code: str
    title_vi: str
    title_en: str
    measure: str = ""
    moment: Literal["period", "start", "end"] = "period"
    columns: tuple[Column, ...] = ()
    lines: tuple[Line, ...]
    identities: tuple[Identity, ...] = ()

    @model_validator(mode="after")
    def _complete_lines(self) -> Self:
        self.lines = tuple(
            line.model_copy(update={"measure": line.measure or self.measure, "moment": line.moment or self.moment})
            for line in self.lines
        )
        for line in self.lines:
            if bool(line.label) == bool(line.heading):
                message = f"a line of {self.form_code!r} needs a label or a heading, and not both: {line.text!r}"
                raise ValueError(message)
        return self

    @cached_property
    def column_labels(self) -> dict[str, int]:
        """Position of a column by its words and its code, normalised."""
        return {
            normalise_label(text): at
            for at, column in enumerate(self.columns)
            for text in (*column.labels, column.code)
        }

    def find_meaning(self, line: Line, column: Column) -> Meaning | None:
        """Return what the number says that stands where a line and a column meet; None if it says nothing.

        A percentage is one of counts: beside an average age it is not kept.
        """
        if line.heading or (column.statement and line.statement != "level"):
            return None
        is_repeated = line.statement == "level" and (column.is_earlier or line.moment == "start")
        group = line.group
        if column.group != "all":
            group = column.group if group == "all" else f"{group}_{column.group}"
        return Meaning(
            measure=column.measure or line.measure,
            group=group,
            statement=column.statement or ("repeated_level" if is_repeated else line.statement),
            moment=line.moment,
            is_earlier=column.is_earlier,
            is_count=line.statement == "level" and not column.statement,
            key="/".join((column.measure or line.measure, group, line.statement, line.moment, column.code)),
        )


class Layout(BaseModel):
    """The forms of one generation, and the words around their numbers.

    Attributes:
        generation: Year of the guidance.
        organisation: Words before the name of the organisation; so the next ones, for its parent, its province, the
            period and the day of the report.
        line_header: Words above the column of lines.
        form_code: Words above the codes of forms, where many reports stand in one table.
        columns: Columns of the forms that name none.
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
    form_code: tuple[str, ...]
    columns: tuple[Column, ...] = Field(min_length=1)
    forms: tuple[Form, ...]

    @model_validator(mode="after")
    def _complete_forms(self) -> Self:
        self.forms = tuple(form.model_copy(update={"columns": form.columns or self.columns}) for form in self.forms)
        for form in self.forms:
            for line, column in ((line, column) for line in form.lines for column in form.columns):
                meaning = form.find_meaning(line, column)
                if meaning is None:
                    continue
                named = {"measures": meaning.measure, "groups": meaning.group, "statements": meaning.statement}
                if unknown := [code for table, code in named.items() if code not in read_codes(table)]:
                    place = f"{line.text!r} × {column.code!r} of {form.form_code!r}"
                    message = f"{place} has codes that are not in the vocabulary: {unknown}"
                    raise ValueError(message)
        return self

    @cached_property
    def heads(self) -> dict[str, str]:
        """What stands behind words at the head of a report, by the words, normalised."""
        return self._list_words("organisation", "parent_organisation", "province", "period", "reported_on")

    @cached_property
    def table_heads(self) -> dict[str, str]:
        """What stands below words at the head of a table of many reports, by the words, normalised."""
        return {**self.heads, **self._list_words("form_code", "line_header")}

    def _list_words(self, *fields: str) -> dict[str, str]:
        return {normalise_label(text): field for field in fields for text in getattr(self, field)}


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
            layouts.append(Layout.model_validate(yaml.load(file.read_bytes(), Loader=yaml.CSafeLoader)))
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
    visible = _INVISIBLE.sub("", unicodedata.normalize("NFC", text))
    plain = visible.casefold().strip(" -–+*\u00a0\t\n")
    return normalise_name(_PUNCTUATION.sub(" ", _NUMBERING.sub("", plain)))


def find_form(layouts: Iterable[Layout], form_code: str) -> tuple[Layout, Form] | None:
    """Return the layout that has a form, and the form."""
    return next(
        ((layout, form) for layout in layouts for form in layout.forms if form.form_code == form_code.upper()), None
    )
