"""Weighting: the sample beside the population before and after, and how far weights were moved for it."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby

import polars as pl

from talentstats.errors import InputError
from talentstats.figures.captions import read_warnings
from talentstats.figures.catalogue.weighting_data import (
    BALANCE,
    FACTOR,
    SPREAD,
    read_weighting,
)
from talentstats.figures.cells import Row
from talentstats.figures.figure import Figure, Kind
from talentstats.figures.marks import Axis, KeyEntry, Label, Line, Mark, Plot, Points, Ranges, Rule, Tick
from talentstats.figures.scales import value_axis
from talentstats.figures.source_line import read_sources
from talentstats.figures.spec import WIDTH_CM, FigureSpec, decimals_of, read_title
from talentstats.figures.text_table import TextTable
from talentstats.language import Bilingual, format_number, format_range, text
from talentstats.provenance import Origin, Snapshot
from talentstats.terms import Language

HEIGHT_OF_ROW_CM, HEIGHT_AROUND_CM = 0.5, 5.4
MOST_ROWS = 45
BEFORE_COLOR, AFTER_COLOR, SPREAD_COLOR, RULE_COLOR = "orange", "blue", "blue-mid", "grey-dark"
POPULATION = 100.0
# Decimals of factors and design effects.
FACTOR_DECIMALS = 2


def weighting(
    weights: object,
    margins: object,
    *,
    title: Mapping[str, str],
    sources: Sequence[Origin | Snapshot],
    names: Mapping[str, Mapping[str, str]] | None = None,
    warnings: Sequence[Mapping[str, str]] = (),
) -> Figure:
    """Draw the sample as a percentage of the population before and after weighting, category by category.

    Below the categories stands by how much the weights of respondents were raised or lowered for it.

    Parameters
    ----------
    weights, margins : frame
        The tables of the diagnostics of weights. Sums before weighting are drawn as if they added up to what
        the sums after do.
    title : {"nl": str, "en": str}
        The finding, as a sentence in each language.
    sources : sequence of Origin or Snapshot
        Of the sample and of the margins; a synthetic snapshot labels the figure as synthetic.
    names : mapping, optional
        How readers call a variable or a category, in each language:
        `{"region": {"nl": "Regio", "en": "Region"}}`. One without a name is written as in the data.
    warnings : sequence of {"nl": str, "en": str}
        Shown under the figure.

    Returns
    -------
    Figure

    Raises
    ------
    InputError
        If data, title, names or source cannot be used, or there are too many categories for one figure.
    """
    data = read_weighting(weights, margins, names or {})
    rows = data.filter(pl.col("role") == BALANCE).height + data["margin"].n_unique()
    if rows > MOST_ROWS:
        raise InputError(
            "There are too many categories for one figure.",
            expected=f"at most {MOST_ROWS} rows, with one for each margin",
            got=f"{rows}",
            remedy="Draw some of the margins at a time: filter the table of margins.",
        )
    origins, synthetic = read_sources(sources)
    return Figure(
        kind=WEIGHTING,
        data=data,
        spec=FigureSpec(
            title=read_title(title),
            subtitle=Bilingual(
                nl=text("figure.weighting_subtitle", "nl"), en=text("figure.weighting_subtitle", "en")
            ),
            unit="percent",
            decimals=decimals_of("percent"),
            width_cm=WIDTH_CM,
            height_cm=HEIGHT_AROUND_CM + HEIGHT_OF_ROW_CM * rows,
        ),
        sources=origins,
        warnings=read_warnings(warnings),
        synthetic=synthetic,
    )


def _plot(figure: Figure) -> Plot:
    language = figure.language
    rows = list(_balance(figure).iter_rows(named=True))
    ticks, places = _places(rows, language)
    spread = _marks_of_factors(figure)
    bounds = [value for row in rows for value in (row["before"], row["after"])]
    bounds += [100 * spread["p1"], 100 * spread["p99"]]
    x = value_axis(min(bounds), max(bounds), decimals=0, language=language)
    marks: list[Mark] = [
        Rule(at=POPULATION, vertical=True, color=RULE_COLOR),
        Label(
            x=POPULATION,
            y=max(places) + 2.0,
            text=text("figure.weighting_population", language),
            color=RULE_COLOR,
            align="center",
            bold=True,
        ),
        *_dumbbells(figure, rows, places),
        *_strip(spread, language),
    ]
    factors = Tick(at=0.0, text=text("figure.weighting_factors", language), bold=True)
    return Plot(
        marks=tuple(marks),
        x=Axis(low=x.low, high=x.high, ticks=x.ticks, grid=True),
        y=Axis(low=-0.8, high=max(places) + 2.5, ticks=(*ticks, factors), grid=False),
        key=(
            KeyEntry(symbol="open", color=BEFORE_COLOR, text=text("figure.key_before", language)),
            KeyEntry(symbol="filled", color=AFTER_COLOR, text=text("figure.key_after", language)),
            KeyEntry(symbol="range_flat", color=SPREAD_COLOR, text=text("figure.key_factors", language)),
        ),
    )


def _balance(figure: Figure) -> pl.DataFrame:
    return figure.data.filter(pl.col("role") == BALANCE)


def _marks_of_factors(figure: Figure) -> dict[str, float]:
    rows = figure.data.filter(pl.col("role") == FACTOR)
    return dict(zip(rows["level"], rows["after"], strict=True))


def _spread(figure: Figure) -> dict[str, tuple[float, float]]:
    rows = figure.data.filter(pl.col("role") == SPREAD)
    return {name: (before, after) for name, before, after in rows.select("level", "before", "after").rows()}


def _places(rows: Sequence[Row], language: Language) -> tuple[list[Tick], list[float]]:
    """Stack the categories from the top, under the name of their margin; the factors stand at zero."""
    lines: list[tuple[str, bool]] = []
    shown: list[int] = []
    for _, group in groupby(rows, key=lambda row: row["margin"]):
        for number, row in enumerate(group):
            name, level = row[f"margin_{language}"], row[f"level_{language}"]
            if number == 0 and level is not None:
                lines.append((name, True))
            shown.append(len(lines))
            lines.append((name, True) if level is None else (level, False))
    heights = [len(lines) - number + 0.6 for number in range(len(lines))]
    ticks = [Tick(at=at, text=name, bold=bold) for at, (name, bold) in zip(heights, lines, strict=True)]
    return ticks, [heights[number] for number in shown]


def _dumbbells(figure: Figure, rows: Sequence[Row], places: Sequence[float]) -> Iterator[Mark]:
    hover = [_words(figure, row) for row in rows]
    before, after = (tuple(row[name] for row in rows) for name in ("before", "after"))
    for first, last, place in zip(before, after, places, strict=True):
        yield Line(x=(first, last), y=(place, place), color="grey", dashed=False, hover=("", ""))
    for values, color, filled in ((before, BEFORE_COLOR, False), (after, AFTER_COLOR, True)):
        yield Points(
            x=values,
            y=tuple(places),
            color=color,
            filled=filled,
            shape="circle",
            size=6.0,
            hover=tuple(hover),
        )
    for first, last, place in zip(before, after, places, strict=True):
        lower = first < last
        yield Label(
            x=first,
            y=place,
            text=_percent(figure, first),
            color=BEFORE_COLOR,
            align="right" if lower else "left",
            dx=-7 if lower else 7,
        )


def _strip(spread: Mapping[str, float], language: Language) -> Iterator[Mark]:
    """Draw where the factors lie: 98 percent of them, the middle half, and the median."""
    for low, high, width in (("p1", "p99", 2.6), ("p25", "p75", 6.5)):
        yield Ranges(
            at=(0.0,),
            low=(100 * spread[low],),
            high=(100 * spread[high],),
            horizontal=True,
            color=SPREAD_COLOR,
            width=width,
        )
    yield Points(
        x=(100 * spread["median"],),
        y=(0.0,),
        color=AFTER_COLOR,
        filled=True,
        shape="diamond",
        size=5.0,
        hover=(_factor(spread["median"], language),),
    )


def _percent(figure: Figure, value: float) -> str:
    return format_number(value, decimals=figure.spec.decimals, language=figure.language)


def _factor(value: float, language: Language) -> str:
    return format_number(value, decimals=FACTOR_DECIMALS, language=language)


def _name(row: Row, language: Language) -> str:
    level = row[f"level_{language}"]
    return str(row[f"margin_{language}"]) + ("" if level is None else f": {level}")


def _words(figure: Figure, row: Row) -> str:
    before, after = (_percent(figure, row[name]) for name in ("before", "after"))
    changed = text("figure.weighting_tooltip", figure.language, before=before, after=after)
    return f"{_name(row, figure.language)}\n{changed}"


def _notes(figure: Figure) -> tuple[str, ...]:
    language, spread, marks = figure.language, _spread(figure), _marks_of_factors(figure)
    effect, sample = spread["design_effect"], spread["effective_n"]
    return (
        text(
            "figure.weighting_factors_note",
            language,
            low=_factor(marks["min"], language),
            high=_factor(marks["max"], language),
        ),
        text(
            "figure.weighting_effect_note",
            language,
            before=_factor(effect[0], language),
            after=_factor(effect[1], language),
            n=format_number(spread["n"][1], decimals=0, language=language),
            effective=format_number(sample[1], decimals=0, language=language),
            share=format_number(100 * spread["top_share"][1], decimals=1, language=language),
        ),
    )


def _describe(figure: Figure) -> str:
    language, balance = figure.language, _balance(figure)
    away = (balance["before"] - POPULATION).abs()
    furthest = balance.row(int(away.arg_max() or 0), named=True)
    left = max(abs(value - POPULATION) for value in balance["after"])
    marks = _marks_of_factors(figure)
    return " ".join(
        [
            text("alt.weighting", language, count=str(balance.height)),
            text(
                "alt.weighting_furthest",
                language,
                name=_name(furthest, language),
                before=_percent(figure, furthest["before"]),
                after=_percent(figure, furthest["after"]),
            ),
            text("alt.weighting_left", language, left=_percent(figure, left)),
            text(
                "alt.weighting_factors",
                language,
                range=format_range(marks["p1"], marks["p99"], decimals=FACTOR_DECIMALS, language=language),
                median=_factor(marks["median"], language),
            ),
            *_notes(figure)[1:],
        ]
    )


def _table(figure: Figure) -> TextTable:
    language = figure.language
    return TextTable(
        header=tuple(
            text(key, language)
            for key in ("table.margin", "table.level", "table.population", "table.before", "table.after")
        ),
        rows=tuple(
            (
                str(row[f"margin_{language}"]),
                str(row[f"level_{language}"] or ""),
                format_number(row["population"], decimals=0, language=language),
                _percent(figure, row["before"]),
                _percent(figure, row["after"]),
            )
            for row in _balance(figure).iter_rows(named=True)
        ),
        numeric=(False, False, True, True, True),
        note=text("table.weighting_note", language),
    )


WEIGHTING = Kind(name="weighting", plot=_plot, describe=_describe, table=_table, notes=_notes)
