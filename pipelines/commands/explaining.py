"""``ketnap explain``: the chain of a figure, from what is printed to what it may have been meant to be."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

from rich.text import Text

from pipelines.commands.findings import is_named
from pipelines.commands.plotting import plot_figures
from pipelines.intervals import Interval
from pipelines.languages import Language, format_count, format_interval, mark_percent
from pipelines.publication import open_published

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import duckdb
    from rich.console import Console

    Row = dict[str, Any]

_STYLES = {"confirmed": "green", "consistent": "", "contradicted": "bold yellow", "undecidable": "dim"}
_WORDS = {
    Language.EN: {
        "source": "source",
        "interval": "true value",
        "any": "any",
        "verdict": "verdict",
        "comparisons": "compared in",
        "suspects": "may be wrong",
        "expected": "would be",
        "nothing": "no number fits",
        "repairs": "perhaps",
        "others": "others",
        "only_counts": "a report's figure: only contradictions are kept",
        "figures": "figures",
        "picture": "picture",
    },
    Language.VI: {
        "source": "nguồn",
        "interval": "giá trị thật",
        "any": "bất kỳ",
        "verdict": "kết luận",
        "comparisons": "được so sánh trong",
        "suspects": "có thể sai",
        "expected": "phải là",
        "nothing": "không số nào vừa",
        "repairs": "có thể là",
        "others": "khả năng khác",
        "only_counts": "số liệu của báo cáo: chỉ giữ lại các mâu thuẫn",
        "figures": "số liệu",
        "picture": "hình vẽ",
        "confirmed": "được xác nhận",
        "consistent": "phù hợp",
        "contradicted": "mâu thuẫn",
        "undecidable": "chưa kết luận được",
    },
}
_MOST_REPAIRS = 6
_MOST_SETS = 8

_FIGURES = """
    select
        figures.figure_id,
        organisations.organisation_name,
        figures.printed_organisation_name,
        measures.measure_label_{language} as measure_label,
        case when figures.group_code <> 'all' then groups.group_label_{language} end as group_label,
        periods.period_label_{language} as period_label,
        figures.printed,
        figures.qualifier_code,
        figures.unit,
        figures.value_low,
        figures.is_value_low_open,
        figures.value_high,
        figures.is_value_high_open,
        coalesce(publications.title, figures.file_path) as source_title,
        publications.publisher,
        figures.locator,
        figures.quotation,
        verdicts.verdict,
        verdicts.reason_label_{language} as reason_label
    from marts.fct_figures as figures
    left join marts.dim_organisations as organisations on figures.organisation_id = organisations.organisation_id
    left join marts.dim_measures as measures on figures.measure_code = measures.measure_code
    left join marts.dim_groups as groups on figures.group_code = groups.group_code
    left join marts.dim_periods as periods on figures.period_id = periods.period_id
    left join marts.dim_publications as publications on figures.publication_id = publications.publication_id
    left join reports.rpt_figure_verdicts as verdicts on figures.figure_id = verdicts.figure_id
    where {condition}
    order by figures.figure_id
"""
_COMPARISONS = """
    select * from (
        select comparison_id, verdict, rule_code, message_{language} as message, figure_ids
        from reports.rpt_published_total_comparisons
        union all
        select finding_id, verdict, rule_code, message_{language}, figure_ids
        from reports.rpt_findings
        where
            rule_code <> 'organisation_resolution'
            and finding_id not in (select comparison_id from reports.rpt_published_total_comparisons)
    )
    where list_has_any(string_split(figure_ids, '|'), ?)
    order by verdict <> 'contradicted', rule_code, figure_ids
"""
_SUSPECTS = """
    select * from reports.rpt_finding_suspects
    where finding_id = ?
    order by set_number, figure_id
"""
_REPAIRS = """
    select set_number, figure_id, repaired_printed, slip_label_{language} as label
    from reports.rpt_finding_repairs
    where finding_id = ?
    order by set_number, figure_id, repair_number
"""


def explain_figure(
    database: Path, console: Console, figure_id: str, *, language: Language, picture: Path | None = None
) -> bool:
    """Print the chain of one figure: source, interval, verdict, comparisons, suspects and repairs.

    Args:
        database: The published file.
        console: Where it goes.
        figure_id: The figure.
        language: Of the words.
        picture: SVG or PNG with its interval, and those of the figures that it is compared with; none is drawn by
            default.

    Returns:
        Whether there is such a figure.

    Raises:
        OSError: The picture cannot be written.
    """
    with open_published(database) as connection:
        figures = _select(connection, _FIGURES, language, "figures.figure_id = ?", [figure_id])
        for figure in figures:
            _print_figure(figure, console, language)
        _print_comparisons(connection, [figure_id], console, language)
        if figures and picture:
            title = _name(figures[0])
            plot_figures(connection, [figure_id], picture, title=title, has_others=True, language=language)
            _print_picture(picture, console, language)
    return bool(figures)


def explain_organisation(
    database: Path,
    console: Console,
    organisation: str,
    period: str,
    *,
    language: Language,
    picture: Path | None = None,
) -> bool:
    """Print the figures of organisations and periods, and all that compares them.

    Args:
        database: The published file.
        console: Where it goes.
        organisation: What the name contains, see `pipelines.commands.findings.is_named`.
        period: What the name of the period contains, likewise.
        language: Of the words.
        picture: SVG or PNG with the intervals of all of them; none is drawn by default.

    Returns:
        Whether there are such figures.

    Raises:
        OSError: The picture cannot be written.
    """
    with open_published(database) as connection:
        figures = [
            figure
            for figure in _select(connection, _FIGURES, language, "verdicts.verdict is not null", [])
            if is_named(figure["organisation_name"], organisation) and is_named(figure["period_label"], period)
        ]
        for figure in figures:
            _print_line(figure, console, language)
        console.print(f"{format_count(len(figures), language)} {_WORDS[language]['figures']}\n", highlight=False)
        figure_ids = [figure["figure_id"] for figure in figures]
        _print_comparisons(connection, figure_ids, console, language)
        if figures and picture:
            names = dict.fromkeys(figure["organisation_name"] for figure in figures)
            title = ", ".join(filter(None, (*list(names)[:1], "…" if len(names) > 1 else "", period)))
            plot_figures(connection, figure_ids, picture, title=title, has_others=False, language=language)
            _print_picture(picture, console, language)
    return bool(figures)


def _select(
    connection: duckdb.DuckDBPyConnection, query: str, language: Language, condition: str, parameters: Sequence[object]
) -> list[Row]:
    result = connection.execute(query.format(language=language.value, condition=condition), parameters)
    columns = [column[0] for column in result.description]
    return [dict(zip(columns, row, strict=True)) for row in result.fetchall()]


def _name(figure: Row) -> str:
    about = [figure["measure_label"], figure["group_label"]]
    return f"{figure['organisation_name']}, {figure['period_label']} ({'; '.join(filter(None, about))})"


def _describe_interval(figure: Row, language: Language) -> str:
    ends = (figure[name] for name in ("value_low", "value_high", "is_value_low_open", "is_value_high_open"))
    interval = format_interval(Interval(*ends), language)
    return f"{interval}{mark_percent(language)}" if figure["unit"] == "percent" else interval


def _print_line(figure: Row, console: Console, language: Language) -> None:
    words = _WORDS[language]
    line = Text(f"{figure['figure_id']}  ", style="dim")
    line.append(f"{figure['printed'] or '–'}", style="bold")
    line.append(f"  {_name(figure)}  ", style="not dim")
    line.append(
        words.get(str(figure["verdict"]), str(figure["verdict"])), style=f"not dim {_STYLES[figure['verdict']]}"
    )
    console.print(line, soft_wrap=True)


def _print_figure(figure: Row, console: Console, language: Language) -> None:
    words = _WORDS[language]
    console.print(Text(f"{figure['figure_id']}: {figure['printed'] or '–'}", style="bold"), soft_wrap=True)
    console.print(Text(f"  {_name(figure)}"), soft_wrap=True)
    source = ", ".join(filter(None, (figure["source_title"], figure["publisher"], figure["locator"])))
    console.print(Text(f"  {words['source']}: {source}"), soft_wrap=True)
    if figure["quotation"]:
        console.print(Text(f"    … {figure['quotation']} …", style="dim"), soft_wrap=True)
    console.print(Text(f"  {words['interval']}: {_describe_interval(figure, language)}"), soft_wrap=True)
    if figure["verdict"] is None:
        console.print(Text(f"  {words['verdict']}: {words['only_counts']}"), soft_wrap=True)
        return
    verdict = Text(f"  {words['verdict']}: ")
    verdict.append(words.get(str(figure["verdict"]), str(figure["verdict"])), style=_STYLES[figure["verdict"]])
    verdict.append(f" · {figure['reason_label']}", style="dim")
    console.print(verdict, soft_wrap=True)


def _print_comparisons(
    connection: duckdb.DuckDBPyConnection, figure_ids: list[str], console: Console, language: Language
) -> None:
    words = _WORDS[language]
    comparisons = _select(connection, _COMPARISONS, language, "", [figure_ids])
    if comparisons:
        console.print(Text(f"  {words['comparisons']}:"))
    for comparison in comparisons:
        verdict = comparison["verdict"]
        line = Text(f"  · {words.get(str(verdict), str(verdict))}", style=_STYLES[verdict])
        line.append(f" · {comparison['rule_code']}", style="not bold dim")
        console.print(line, soft_wrap=True)
        console.print(Text(f"    {comparison['message']}"), soft_wrap=True)
        console.print(
            Text(f"    {words['figures']}: {comparison['figure_ids'].replace('|', ', ')}", style="dim"), soft_wrap=True
        )
        _print_suspects(connection, comparison["comparison_id"], console, language)


def _print_picture(picture: Path, console: Console, language: Language) -> None:
    console.print(Text(f"  {_WORDS[language]['picture']}: {picture}"), soft_wrap=True)


def _print_suspects(
    connection: duckdb.DuckDBPyConnection, finding_id: str, console: Console, language: Language
) -> None:
    words = _WORDS[language]
    sets: defaultdict[int, list[str]] = defaultdict(list)
    repairs: defaultdict[tuple[int, str], list[str]] = defaultdict(list)
    for row in _select(connection, _REPAIRS, language, "", [finding_id]):
        repairs[row["set_number"], row["figure_id"]].append(f"{row['repaired_printed']} ({row['label']})")
    for row in _select(connection, _SUSPECTS, language, "", [finding_id]):
        said = [f"{row['figure_id']} {row['printed'] or '–'}"]
        if not row["has_fitting_value"]:
            said.append(words["nothing"])
        elif row["expected_low"] or row["expected_high"] is not None:
            interval = format_interval(Interval(row["expected_low"], row["expected_high"]), language)
            said.append(f"{words['expected']} {interval}")
        likely = repairs[row["set_number"], row["figure_id"]]
        said += [f"{words['repairs']} {', '.join(likely[:_MOST_REPAIRS])}"] if likely else []
        sets[row["set_number"]].append("; ".join(said))
    for suspects in list(sets.values())[:_MOST_SETS]:
        console.print(Text(f"    {words['suspects']}: {' + '.join(suspects)}", style="yellow"), soft_wrap=True)
    if len(sets) > _MOST_SETS:
        others = format_count(len(sets) - _MOST_SETS, language)
        console.print(Text(f"    + {others} {words['others']}", style="yellow"), soft_wrap=True)
