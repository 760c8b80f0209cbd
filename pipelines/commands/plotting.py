"""``ketnap explain --plot``: figures as intervals, and what each comparison leaves of them.

What the others leave is worked out anew from what is published, by the solver that finds out which figure is wrong.
"""

from __future__ import annotations

from collections import defaultdict
from fractions import Fraction
from functools import reduce
from typing import TYPE_CHECKING, Any

from pipelines.interval_charts import Bar, Kind, Panel, draw_intervals, write_chart
from pipelines.intervals import Interval
from pipelines.languages import Language, format_count, mark_percent
from pipelines.vocabulary import read_codes

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    import duckdb

    from pipelines.consistency.remainders import Remainder

    Row = dict[str, Any]

_WORDS = {
    Language.EN: {
        "printed": "printed",
        "common": "what all of them leave",
        "contradicted": "contradicted",
        "report": "report",
        "below": "organisations below",
        "of": "of",
        "a_year": "a year",
        "source": "Source",
        "more_figures": "more figures are not drawn",
        "too_long": "comparisons are left out: they took too long",
        "persons": "persons",
        "organisations": "organisations",
        "localities": "localities",
        "classes": "classes",
        "cases": "cases",
        "years": "years",
    },
    Language.VI: {
        "printed": "in ra",
        "common": "phần chung",
        "contradicted": "mâu thuẫn",
        "report": "báo cáo",
        "below": "tổ chức trực thuộc",
        "of": "trên",
        "a_year": "mỗi năm",
        "source": "Nguồn",
        "more_figures": "số liệu nữa không vẽ",
        "too_long": "phép so sánh bị bỏ qua vì tính quá lâu",
        "persons": "người",
        "organisations": "tổ chức",
        "localities": "địa bàn",
        "classes": "lớp",
        "cases": "vụ",
        "years": "tuổi",
    },
}
_SIGNS = {
    ("both", False): "",
    ("lower", True): "> ",
    ("lower", False): "≥ ",
    ("upper", True): "< ",
    ("upper", False): "≤ ",
    ("none", False): "≈ ",
}
_MOST_FIGURES = 30
_MOST_PRINTED = 3
_STEP_OF_COUNTS, _STEP_OF_QUOTIENTS = Fraction(1), Fraction(1, 10_000)
_SECONDS = 5.0
"""For what one comparison leaves of one figure; most take a tenth of one."""

_COMPARISONS = """
    select * from reports.rpt_published_total_comparisons
    where list_has_any(string_split(figure_ids, '|'), ?) and verdict <> 'undecidable'
    order by verdict <> 'contradicted', rule_code, figure_ids, comparison_id
"""
_FIGURES = """
    select
        figures.*,
        figures.document_id as comparable_within,
        measures.measure_label_{language} as measure_label,
        case when figures.group_code <> 'all' then groups.group_label_{language} end as group_label,
        organisations.organisation_name,
        periods.period_label_{language} as period_label,
        publications.title,
        publications.publisher
    from marts.fct_figures as figures
    left join marts.dim_measures as measures on figures.measure_code = measures.measure_code
    left join marts.dim_groups as groups on figures.group_code = groups.group_code
    left join marts.dim_organisations as organisations on figures.organisation_id = organisations.organisation_id
    left join marts.dim_periods as periods on figures.period_id = periods.period_id
    left join marts.dim_publications as publications on figures.publication_id = publications.publication_id
    where list_contains(?, figures.figure_id)
"""
_PERCENTAGES = "select * from reports.rpt_printed_percentages where list_contains(?, figure_id)"
_THRESHOLDS = "select * from reports.rpt_printed_thresholds where list_contains(?, figure_id)"
_SUSPECTS = """
    select distinct suspects.figure_id
    from reports.rpt_finding_suspects as suspects
    inner join reports.rpt_findings as findings on suspects.finding_id = findings.finding_id
    where findings.resolved_at is null
"""
_REPORTS = """
    select
        figures.figure_id,
        reports.file_path,
        reports.value_low,
        reports.value_high,
        reports.is_value_low_open,
        reports.is_value_high_open
    from marts.fct_figures as figures
    inner join marts.fct_figures as reports
        on
            figures.organisation_id = reports.organisation_id
            and figures.measure_code = reports.measure_code
            and figures.group_code = reports.group_code
            and figures.period_id = reports.period_id
    where
        list_contains(?, figures.figure_id) and figures.statement_code = 'level' and reports.statement_code = 'level'
        and figures.publication_id is not null and reports.publication_id is null
    order by figures.figure_id, reports.file_path
"""
_BELOW = """
    select
        figures.figure_id,
        sums.reporting_child_count,
        sums.known_child_count,
        sums.children_admissions_low as value_low,
        sums.children_admissions_high as value_high
    from marts.fct_figures as figures
    inner join reports.rpt_admissions_by_group_and_period as sums
        on
            figures.organisation_id = sums.organisation_id
            and figures.group_code = sums.group_code
            and figures.period_id = sums.period_id
    where
        list_contains(?, figures.figure_id) and figures.statement_code = 'level' and figures.measure_code = 'admissions'
        and sums.reporting_child_count > 0
    order by figures.figure_id
"""


def plot_figures(
    connection: duckdb.DuckDBPyConnection,
    figure_ids: Sequence[str],
    file: Path,
    *,
    title: str,
    has_others: bool,
    language: Language,
) -> None:
    """Draw the intervals of figures, and what each comparison and the reports leave of them.

    Args:
        connection: To the published file.
        figure_ids: The figures; there are such.
        file: SVG or PNG, by its suffix; replaced.
        title: Of the picture.
        has_others: Whether the figures that they are compared with are drawn too.
        language: Of words and numbers.

    Raises:
        OSError: The file cannot be written.
    """
    words = _WORDS[language]
    comparisons = _select(connection, _COMPARISONS, list(figure_ids))
    others = dict.fromkeys(name for row in comparisons for name in _list_figures(row))
    percentages = _select(connection, _PERCENTAGES, [*figure_ids, *others])
    sides = [name for row in percentages for name in _list_sides(row)]
    read = _select(connection, _FIGURES, [*figure_ids, *others, *sides], language)
    figures = {row["figure_id"]: row for row in read}
    suspects = {row["figure_id"] for row in _select(connection, _SUSPECTS)}
    wanted = [*figure_ids, *(sorted(others, key=lambda name: name not in suspects) if has_others else ())]
    drawn = [name for name in dict.fromkeys(wanted) if name in figures]
    shown = drawn[:_MOST_FIGURES]
    thresholds = _select(connection, _THRESHOLDS, list(figures))
    left, late_count = _find_remainders(figures, percentages, thresholds, comparisons, shown)
    reports = _read_reports(connection, shown, language)
    panels = [
        Panel(
            title=_name_figure(figures[name], figures[shown[0]], language),
            unit=_name_unit(figures[name], language),
            bars=_list_bars(figures[name], left[name], reports[name], figures, language),
            is_whole=not _is_quotient(figures[name]),
            is_doubted=name in suspects,
        )
        for name in _put_units_together(shown, figures)
    ]
    counted = {"more_figures": len(drawn) - len(shown), "too_long": late_count}
    notes = [f"{format_count(count, language)} {words[name]}" for name, count in counted.items() if count]
    sources = dict.fromkeys(_name_source(figures[name]) for name in shown)
    notes += [f"{words['source']}: {source}" for source in sources]
    write_chart(draw_intervals(panels, title=title, notes=notes, language=language), file, language)


def _find_remainders(
    figures: dict[str, Row],
    percentages: Sequence[Row],
    thresholds: Sequence[Row],
    comparisons: Sequence[Row],
    shown: Sequence[str],
) -> tuple[dict[str, list[tuple[Row, Remainder]]], int]:
    """Return what each comparison leaves of each figure, and of how many that could not be found in time."""
    from pipelines.consistency.comparisons import Register
    from pipelines.consistency.conflicts import Undecided
    from pipelines.consistency.remainders import find_remainder

    found: defaultdict[str, list[tuple[Row, Remainder]]] = defaultdict(list)
    late_count = 0
    for comparison in comparisons:
        register = Register(figures.values(), percentages, [comparison], thresholds=thresholds)
        for cluster in register.list_clusters():
            for name in cluster.system.by_id.keys() & set(shown):
                step = _STEP_OF_QUOTIENTS if _is_quotient(figures[name]) else _STEP_OF_COUNTS
                value, domain = register.find_value(name), register.find_domain(name)
                try:
                    remainder = find_remainder(cluster.system, name, value, step, domain=domain, seconds=_SECONDS)
                    found[name].append((comparison, remainder))
                except Undecided:
                    late_count += 1
    return found, late_count


def _read_reports(
    connection: duckdb.DuckDBPyConnection, figure_ids: Sequence[str], language: Language
) -> dict[str, list[tuple[str, Interval]]]:
    """Return what reports say of the same count, and those below together: words and interval."""
    words = _WORDS[language]
    found: defaultdict[str, list[tuple[str, Interval]]] = defaultdict(list)
    for row in _select(connection, _REPORTS, list(figure_ids)):
        found[row["figure_id"]].append((f"{words['report']}: {row['file_path']}", _read_interval(row)))
    for row in _select(connection, _BELOW, list(figure_ids)):
        known = row["known_child_count"]
        reporting = format_count(row["reporting_child_count"], language)
        count = reporting if known is None else f"{reporting} {words['of']} {format_count(known, language)}"
        # of those that have not reported nothing is known
        is_complete = row["reporting_child_count"] == known
        interval = _read_interval(row | ({} if is_complete else {"value_high": None}))
        found[row["figure_id"]].append((f"{words['below']} ({count})", interval))
    return found


def _list_bars(
    figure: Row,
    left: Sequence[tuple[Row, Remainder]],
    reports: Sequence[tuple[str, Interval]],
    figures: dict[str, Row],
    language: Language,
) -> tuple[Bar, ...]:
    words, own = _WORDS[language], _read_interval(figure)
    bars = [Bar(Kind.PRINTED, f"{words['printed']}: {_write_printed(figure, language)}", (own,))]
    for comparison, remainder in left:
        names = [name for name in _list_figures(comparison) if name != figure["figure_id"]]
        others = [_write_printed(figures[name], language) for name in names]
        named = ", ".join(others[:_MOST_PRINTED]) + (", …" if len(others) > _MOST_PRINTED else "")
        label = f"{read_codes('rules')[comparison['rule_code']][f'label_{language.value}']}: {named}"
        if remainder.kept is None:
            bars.append(Bar(Kind.CONTRADICTING, f"{words['contradicted']} · {label}", remainder.expected))
        else:
            bars.append(Bar(Kind.EXPECTED, label, remainder.expected))
    for label, interval in reports:
        contradicted = "" if interval.meets(own) else f"{words['contradicted']} · "
        bars.append(Bar(Kind.REPORTED, f"{contradicted}{label}", (interval,)))
    if len(bars) > 1:
        kept = [own, *(remainder.kept for _, remainder in left), *(interval for _, interval in reports)]
        common = reduce(_meet, kept)
        bars.append(Bar(Kind.COMMON, words["common"], () if common is None else (common,)))
    return tuple(bars)


def _meet(one: Interval | None, other: Interval | None) -> Interval | None:
    return one.meet(other) if one is not None and other is not None and one.meets(other) else None


def _put_units_together(figure_ids: Sequence[str], figures: dict[str, Row]) -> list[str]:
    units = list(dict.fromkeys(_name_unit(figures[name], Language.EN) for name in figure_ids))
    return sorted(figure_ids, key=lambda name: units.index(_name_unit(figures[name], Language.EN)))


def _name_figure(figure: Row, first: Row, language: Language) -> str:
    """Return what a panel is called; where it is of another organisation or period than the first, that too."""
    about = "; ".join(filter(None, (figure["measure_label"], figure["group_label"])))
    said = [f"{figure['figure_id']}: {_write_printed(figure, language)}", about]
    place = [figure[name] for name in ("organisation_name", "period_label")]
    said += [] if place == [first[name] for name in ("organisation_name", "period_label")] else [", ".join(place)]
    return " · ".join(said)


def _write_printed(figure: Row, language: Language) -> str:
    """Return what is printed, with a sign for the word that qualifies it."""
    qualifier = read_codes("qualifiers")[figure["qualifier_code"]]
    sign = _SIGNS[qualifier["bound_side"], qualifier["is_strict"] == "true"]
    percent = mark_percent(language) if figure["unit"] == "percent" else ""
    return f"{sign}{figure['printed'] or '–'}{percent}"


def _name_unit(figure: Row, language: Language) -> str:
    words, unit = _WORDS[language], figure["unit"]
    if unit == "percent":
        return "%"
    return f"{words[unit]} {words['a_year']}" if figure["statement_code"] == "yearly_average" else words[unit]


def _name_source(figure: Row) -> str:
    return ", ".join(filter(None, (figure["title"] or figure["file_path"], figure["publisher"])))


def _is_quotient(figure: Row) -> bool:
    is_quotient = read_codes("statements")[figure["statement_code"]]["is_quotient"] == "true"
    return is_quotient or figure["unit"] == "percent"


def _read_interval(row: Row) -> Interval:
    low, high = (None if row[name] is None else Fraction(row[name]) for name in ("value_low", "value_high"))
    return Interval(low, high, bool(row.get("is_value_low_open")), bool(row.get("is_value_high_open")))


def _list_figures(comparison: Row) -> list[str]:
    return str(comparison["figure_ids"]).split("|")


def _list_sides(percentage: Row) -> list[str]:
    """Return the figures that state what a percentage is one of, and what it is taken from."""
    sides = (percentage["numerator_figure_ids"], percentage["base_figure_ids"])
    return [name for side in sides if side for name in side.split("|")]


def _select(
    connection: duckdb.DuckDBPyConnection,
    query: str,
    figure_ids: Iterable[str] | None = None,
    language: Language = Language.EN,
) -> list[Row]:
    parameters = [] if figure_ids is None else [list(figure_ids)]
    result = connection.execute(query.format(language=language.value), parameters)
    columns = [column[0] for column in result.description]
    return [dict(zip(columns, row, strict=True)) for row in result.fetchall()]
