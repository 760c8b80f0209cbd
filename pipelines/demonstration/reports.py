"""Made-up reports of real organisations: drawn at random, the same in every run, and right.

They add up to what a publication prints of a district, and obey what the forms and the vocabulary say. What is wrong
with some of them stands in `pipelines.demonstration.faults`.
"""

from __future__ import annotations

import datetime as dt
import random
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from io import BytesIO
from typing import TYPE_CHECKING, NamedTuple

import polars as pl

from pipelines.forms import Subject, write_form
from pipelines.periods import Period, exact_cover, parse_period_text
from pipelines.vocabulary import read_partitions

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from pipelines.layouts import Form, Layout

SOURCE = "made_up_reports"
NOTICE = "Số liệu tự tạo, không phải số liệu thật"
FORM_NUMBERS = ("1", "2")

_CHANGES = ("increases", "decreases")
_SHARES = {
    "women": 0.4,
    "ethnic_minority": 0.6,
    "youth_union_member": 0.7,
    "religious": 0.05,
    "private_business_owner": 0.02,
    "readmitted": 0.02,
    "family_planning_violator": 0.01,
    "foreign_spouse": 0.01,
}
"""Of groups that overlap. Of the other groups, every person is in one of each list at most."""
_WEIGHTS = dict.fromkeys(("doctorate", "doctor_of_science", "associate_professor", "professor"), 0.0)
_WEIGHTS |= dict.fromkeys(("age_51_or_over", "age_51_55", "age_56_60", "age_over_60", "literate", "master"), 0.2)
_WEIGHTS |= {"age_18_30": 12, "age_31_35": 4, "age_31_40": 6, "upper_secondary": 15, "lower_secondary": 3}
"""How often a group is drawn, beside others that are drawn once."""

Counts = Counter[str]
"""By `Line.key`."""


class Printed(NamedTuple):
    """A count that a publication prints."""

    organisation_name: str
    measure: str
    group: str
    period: Period
    value: int


@dataclass(frozen=True)
class District:
    """What a publication prints of the members and admissions of a district and those below it.

    Attributes:
        organisation_name: As it is printed.
        province_name: Its province.
        printed: The numbers, those of the district after the others.
    """

    organisation_name: str
    province_name: str
    printed: tuple[Printed, ...]

    @property
    def day(self) -> dt.date:
        """The last day of which something is printed."""
        return max(last_day(number.period) for number in self.printed)


def read_district(figures: Path) -> District:
    """Return what the register has of a district.

    Args:
        figures: The ``figures.csv`` of a publication about one district.
    """
    rows = pl.read_csv(figures, infer_schema=False).filter(
        pl.col("measure_code").is_in(["admissions", "members"]) & pl.col("ends_on").is_not_null(),
        statement_code="level",
        qualifier_code="exact",
    )
    districts = rows.filter(organisation_level="district")
    printed = [
        Printed(name, measure, group, Period(period_type, starts_on, ends_on), value)
        for name, measure, group, period_type, starts_on, ends_on, value in rows.sort(
            pl.col("organisation_level") == "district", "ends_on", maintain_order=True
        )
        .with_columns(pl.col("starts_on", "ends_on").str.to_date(), pl.col("value").cast(pl.Int64))
        .select("organisation_name", "measure_code", "group_code", "period_type_code", "starts_on", "ends_on", "value")
        .iter_rows()
    ]
    return District(districts["organisation_name"][0], districts["province_name"][0], tuple(printed))


@dataclass
class Drawn:
    """What was so in a district, as it was made up.

    Attributes:
        district: The district.
        layout: Of the forms.
        spans: Periods one after another, without a year's end in one of them: what is reported is made of them.
        changes: Admissions and all other changes of an organisation in a span.
        closings: Members of an organisation on the last day.
    """

    district: District
    layout: Layout
    spans: tuple[Period, ...]
    changes: dict[tuple[str, Period], Counts]
    closings: Counts

    @property
    def organisations(self) -> tuple[str, ...]:
        """The organisations below the district."""
        return tuple(self.closings)

    @property
    def periods(self) -> tuple[Period, ...]:
        """What is reported, as far as the forms reach: a year, the next and its first half, the days up to the last."""
        first, half, _, last = self.spans
        periods = (first, half, Period.year(first_day(half).year), last)
        return tuple(period for period in periods if first_day(period).year >= self.layout.generation)

    def count(self, organisation: str, period: Period) -> Counts:
        """Return the numbers of an organisation and period, stocks too."""
        counts: Counts = Counter()
        opening = closing = self.closings[organisation]
        for span in self.spans:
            change = self.changes[organisation, span]
            if period.contains(span):
                counts.update(change)
            growth = change[line_key("increases")] - change[line_key("decreases")]
            opening -= growth if first_day(span) >= first_day(period) else 0
            closing -= growth if first_day(span) > last_day(period) else 0
        counts[line_key("members", moment="start")], counts[line_key("members", moment="end")] = opening, closing
        return counts


def first_day(period: Period) -> dt.date:
    """Return the first day of a period that has one."""
    return period.starts_on or dt.date.min


def last_day(period: Period) -> dt.date:
    """Return the last day of a period that has one."""
    return period.ends_on or dt.date.max


def line_key(measure: str, group: str = "all", moment: str = "period") -> str:
    """Return the `Line.key` of a count."""
    return f"{measure}/{group}/level/{moment}"


def draw(district: District, communes: Iterable[str], layouts: Sequence[Layout]) -> Drawn:
    """Make up what was so in a district.

    Args:
        district: What is printed of it.
        communes: Names of the organisations of its communes. Others of which something is printed are added.
        layouts: Of all generations, the newest first.
    """
    rng = random.Random(district.organisation_name)  # noqa: S311 - the same in every run
    year = district.day.year
    layout = next(layout for layout in layouts if layout.generation <= year)
    last = parse_period_text(f"01/01/{year} - {district.day:%d/%m/%Y}")
    halves = (Period.half_year(year - 1, half) for half in (1, 2))
    spans = (Period.year(year - 2), *halves, last)
    named = (number.organisation_name for number in district.printed)
    organisations = [name for name in dict.fromkeys((*communes, *named)) if name != district.organisation_name]
    admitted = _draw_admitted(rng, district, organisations, spans)
    changes = {place: _draw_changes(rng, layout, number) for place, number in admitted.items()}
    closings = Counter({name: rng.randrange(150, 400) for name in organisations})
    for name, measure, group, period, value in district.printed:
        cover = exact_cover(period, spans)
        if measure == "admissions" and group != "all" and cover:
            persons = [place for place, number in admitted.items() if place[1] in cover for _ in range(number)]
            drawn = Counter(rng.sample(persons, value))
            for place in admitted:
                if place[1] in cover:
                    changes[place][line_key("admissions", group)] = drawn[place]
        if (name, measure, period.ends_on) == (district.organisation_name, "members", district.day):
            closings = Counter(organisations) + Counter(
                rng.choices(organisations, list(closings.values()), k=value - len(organisations))
            )
    return Drawn(district, layout, spans, changes, closings)


def _draw_admitted(
    rng: random.Random, district: District, organisations: Sequence[str], spans: Sequence[Period]
) -> dict[tuple[str, Period], int]:
    """Return how many were admitted where and when; what is printed of them is distributed over what is left open."""
    admitted: dict[tuple[str, Period], int] = {}
    for name, measure, group, period, value in district.printed:
        if (measure, group) != ("admissions", "all"):
            continue
        owners = organisations if name == district.organisation_name else [name]
        places = [(owner, span) for owner in owners for span in exact_cover(period, spans) or ()]
        if still_open := [place for place in places if place not in admitted]:
            known = sum(admitted[place] for place in places if place in admitted)
            drawn = Counter(rng.choices(still_open, k=value - known))
            admitted.update({place: drawn[place] for place in still_open})
    return {(name, span): admitted.get((name, span), rng.randrange(4, 16)) for name in organisations for span in spans}


def _draw_changes(rng: random.Random, layout: Layout, admitted: int) -> Counts:
    groups: defaultdict[str, list[str]] = defaultdict(list)
    for form in list_forms(layout):
        for line in form.lines:
            if line.group != "all":
                groups[line.measure].append(line.group)
    counts: Counts = Counter()
    for change in _CHANGES:
        for measure in (part for whole, part, _ in read_partitions("measure_relations") if whole == change):
            number = admitted if measure == "admissions" else rng.randrange(4)
            counts[line_key(change)] += number
            counts.update(_draw_groups(rng, measure, groups[measure], number))
    return counts


def _draw_groups(rng: random.Random, measure: str, groups: Sequence[str], number: int) -> Counts:
    """Return how many of so many persons are in which group."""
    lists: defaultdict[str, list[str]] = defaultdict(list)
    for whole, part, name in read_partitions("group_relations"):
        if whole == "all":
            lists[name].append(part)
    whole_lists = [parts for parts in lists.values() if set(parts) <= set(groups)]
    listed = {*_SHARES, *(part for parts in whole_lists for part in parts)}
    # of what is left a person is in one group, or in none
    rest = ["", *(group for group in groups if group not in listed)]
    counts = Counter({line_key(measure): number})
    for choices in (*whole_lists, rest):
        weights = [_WEIGHTS.get(group, 1) for group in choices]
        counts.update(line_key(measure, group) for group in rng.choices(choices, weights, k=number) if group)
    for group in sorted(_SHARES.keys() & set(groups)):
        counts[line_key(measure, group)] = sum(rng.random() < _SHARES[group] for _ in range(number))
    return counts


def list_forms(layout: Layout) -> list[Form]:
    """Return the forms that are reported on."""
    return [form for form in layout.forms if form.form_code.partition("-")[0] in FORM_NUMBERS]


@dataclass
class Report:
    """One form of one organisation and period, as it is sent.

    Attributes:
        layout: Of the form's generation.
        form: The form.
        subject: Whose report it is.
        period: Of when.
        cells: The numbers, by `Line.key`; what is no number is sent too.
        earlier: Last year's column.
        remark: Distinguishes its file from that of another report.
    """

    layout: Layout
    form: Form
    subject: Subject
    period: Period
    cells: dict[str, float | str]
    earlier: dict[str, float | str] = field(default_factory=dict)
    remark: str = ""

    @property
    def form_number(self) -> str:
        """The form without its generation."""
        return self.form.form_code.partition("-")[0]

    @property
    def file_path(self) -> str:
        """Below ``data/raw``."""
        when = self.period.code or last_day(self.period)
        name = f"{self.subject.organisation_name} {self.form.form_code}{self.remark}.xlsx"
        return f"{SOURCE}/{self.subject.province_name}/{when}/{name}"

    def write(self) -> bytes:
        """Return the workbook, which says that it is made up."""
        columns = {column.is_earlier: column.code for column in self.form.columns if not column.statement}
        numbers = {
            key: {columns[False]: self.cells.get(key), columns[True]: self.earlier.get(key)}
            for key in self.cells.keys() | self.earlier.keys()
        }
        form = self.form.model_copy(update={"title_vi": f"{self.form.title_vi} ({NOTICE})"})
        workbook = BytesIO()
        write_form(self.layout, form, self.subject, self.period, workbook, numbers=numbers)
        return workbook.getvalue()


def fill_in(drawn: Drawn) -> list[Report]:
    """Return the reports of a district and of those below it, which add up to its own; ordered by period."""
    district = drawn.district
    own = Subject(district.organisation_name, province_name=district.province_name)
    below = [Subject(name, district.organisation_name, district.province_name) for name in drawn.organisations]
    reports: dict[tuple[Subject, str, Period], Report] = {}
    for period in drawn.periods:
        counts = {subject: drawn.count(subject.organisation_name, period) for subject in below}
        counts[own] = sum(counts.values(), Counter())
        measures = {key.partition("/")[0] for key in counts[own]}
        for form in list_forms(drawn.layout):
            keys = [line.key for line in form.lines if line.statement == "level" and line.measure in measures]
            for subject, numbers in counts.items():
                before = reports.get((subject, form.form_code, _year_before(period)))
                cells: dict[str, float | str] = {key: numbers[key] for key in keys}
                report = Report(drawn.layout, form, subject, period, cells, dict(before.cells) if before else {})
                reports[subject, form.form_code, period] = report
    return list(reports.values())


def _year_before(period: Period) -> Period:
    days = (day and day.replace(year=day.year - 1) for day in (period.starts_on, period.ends_on))
    return Period(period.period_type_code, *days)
