"""The panels of a figure on the revisions of a table: bars of shares, and below them spreads."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import polars as pl

from talentstats.figures.catalogue.table_revisions_rows import SHARE, measures_of, periods_of, signed, whole
from talentstats.figures.layout import POINTS_PER_CM
from talentstats.figures.marks import Axis, KeyEntry, Mark, Plot, Points, Ranges, Rule
from talentstats.figures.scales import period_axis, period_position, value_axis
from talentstats.figures.tiling import Grid, Panel, tile
from talentstats.language import format_period, text

if TYPE_CHECKING:
    from talentstats.figures.figure import Figure
    from talentstats.terms import Language

DEFINITIVE_COLOR, OTHER_COLOR, SPREAD_COLOR = "blue", "blue-mid", "orange"
PLOT_WIDTH = 415.0
PANEL_CM = 3.4
# A bar takes this share of the room of its period, and never more than so many points.
BAR_SHARE, WIDEST_BAR = 0.7, 14.0
# Room for the label of the last period.
RIGHT_ROOM = 0.03

Row = dict[str, Any]


def plot_panels(figure: "Figure") -> Plot:
    """Return the panel with shares and one for each measure, below each other on one axis of periods."""
    data, language = figure.data, figure.language
    periods = periods_of(data)
    across = period_axis(periods, language, right_room=RIGHT_ROOM)
    slot = PLOT_WIDTH / (across.high - across.low)
    shares = data.filter(pl.col("panel") == SHARE).to_dicts()
    panels = [
        Panel(
            title=text("figure.revised_share_panel", language),
            plot=_shares(shares, across, language, width=min(WIDEST_BAR, BAR_SHARE * slot)),
        )
    ]
    for measure in measures_of(data):
        rows = data.filter(pl.col("panel") == measure).to_dicts()
        named = {"measure": rows[0][f"panel_{language}"], "unit": rows[0][f"unit_{language}"]}
        panels.append(
            Panel(
                title=text("figure.revision_panel", language, **named), plot=_spread(rows, across, language)
            )
        )
    grid = Grid(columns=1, width=PLOT_WIDTH, height=PANEL_CM * POINTS_PER_CM)
    return tile(panels, grid, key=tuple(_key(shares, language, spread=len(panels) > 1)))


def _shares(rows: Sequence[Row], across: Axis, language: "Language", *, width: float) -> Plot:
    def share(row: Row, name: str) -> float:
        return 100.0 * float(row[name]) / float(row["compared"])

    highest = max(share(row, "revised") for row in rows)
    marks: list[Mark] = []
    for color, low, high in ((DEFINITIVE_COLOR, None, "definitive"), (OTHER_COLOR, "definitive", "revised")):
        drawn = [row for row in rows if row[high] > (row[low] if low else 0)]
        if drawn:
            marks.append(
                Ranges(
                    at=tuple(period_position(row["period"]) for row in drawn),
                    low=tuple(share(row, low) if low else 0.0 for row in drawn),
                    high=tuple(share(row, high) for row in drawn),
                    horizontal=False,
                    color=color,
                    width=width,
                )
            )
    marks.extend(_tops(rows, [share(row, "revised") for row in rows], language))
    axis = value_axis(0.0, highest, decimals=0 if highest >= 1 else 2, language=language)
    return Plot(marks=tuple(marks), x=across, y=axis)


def _tops(rows: Sequence[Row], heights: Sequence[float], language: "Language") -> Iterator[Points]:
    """Give a point on top of each bar, which tells what it counts."""
    for definitive in (True, False):
        drawn = [
            (row, height)
            for row, height in zip(rows, heights, strict=True)
            if row["revised"] and (row["definitive"] == row["revised"]) is definitive
        ]
        if drawn:
            yield Points(
                x=tuple(period_position(row["period"]) for row, _ in drawn),
                y=tuple(height for _, height in drawn),
                color=DEFINITIVE_COLOR if definitive else OTHER_COLOR,
                filled=True,
                shape="square",
                size=1.0,
                hover=tuple(_counted(row, language) for row, _ in drawn),
            )


def _counted(row: Row, language: "Language") -> str:
    counts = {name: whole(row[name], language) for name in ("revised", "compared", "definitive")}
    period = format_period(row["period"], language=language, style="long")
    return text("figure.tooltip_revised", language, period=period, **counts)


def _spread(rows: Sequence[Row], across: Axis, language: "Language") -> Plot:
    at = tuple(period_position(row["period"]) for row in rows)
    low, high = (tuple(row[name] for row in rows) for name in ("low", "high"))
    axis = value_axis(
        min(0.0, *low), max(0.0, *high), decimals=max(row["decimals"] for row in rows), language=language
    )
    marks: list[Mark] = [
        Rule(at=0.0, vertical=False, color="grey"),
        Ranges(at=at, low=low, high=high, horizontal=False, color=SPREAD_COLOR, width=1.6),
        Points(
            x=at,
            y=tuple(row["median"] for row in rows),
            color=SPREAD_COLOR,
            filled=True,
            shape="circle",
            size=4.2,
            hover=tuple(_measured(row, language) for row in rows),
        ),
    ]
    return Plot(marks=tuple(marks), x=across, y=axis)


def _measured(row: Row, language: "Language") -> str:
    ends = {name: signed(row[name], row["decimals"], language) for name in ("low", "median", "high")}
    period = format_period(row["period"], language=language, style="long")
    return text(
        "figure.tooltip_revision_span",
        language,
        period=period,
        revised=whole(row["revised"], language),
        **ends,
    )


def _key(rows: Sequence[Row], language: "Language", *, spread: bool) -> Iterator[KeyEntry]:
    if any(row["definitive"] for row in rows):
        yield KeyEntry(
            symbol="bar", color=DEFINITIVE_COLOR, text=text("figure.key_revised_definitive", language)
        )
    if any(row["revised"] > row["definitive"] for row in rows):
        yield KeyEntry(symbol="bar", color=OTHER_COLOR, text=text("figure.key_revised_other", language))
    if spread:
        yield KeyEntry(
            symbol="range_upright", color=SPREAD_COLOR, text=text("figure.key_revision_span", language)
        )
        yield KeyEntry(symbol="filled", color=SPREAD_COLOR, text=text("figure.key_revision_median", language))
