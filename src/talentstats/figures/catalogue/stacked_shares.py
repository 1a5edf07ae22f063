"""Stacked shares: what a whole is made of, category by category, as bars of 100%."""

from collections.abc import Mapping, Sequence
from functools import partial

import polars as pl

from talentstats.errors import InputError, unknown_name
from talentstats.figures.estimate_subject import (
    Subject,
    is_synthetic,
    make_figure,
    missing_note,
    read_subject,
)
from talentstats.figures.figure import Figure, Kind
from talentstats.figures.layout import POINTS_PER_CM
from talentstats.figures.marks import Axis, Label, Mark, Plot, Tick
from talentstats.figures.names import Names
from talentstats.figures.palette import NEUTRAL_TINT, ORDERED_TINTS
from talentstats.figures.placement import text_width
from talentstats.figures.rows import Rows, in_order, stack_rows
from talentstats.figures.segment_marks import BAR_CM, Stack, segment_key, segment_marks
from talentstats.figures.share_frame import read_shares
from talentstats.figures.share_words import Bar, bars_of, count_labels, largest_shares, shares_table
from talentstats.figures.value_unit import read_unit
from talentstats.language import text
from talentstats.provenance import Origin, Snapshot
from talentstats.terms import Language

MOST_LEVELS = max(ORDERED_TINTS)
ROW_CM, ABOVE_CM = BAR_CM + 0.2, 0.1
BESIDE = 6.0


def stacked_shares(
    shares: object,
    *,
    category: str,
    level: str,
    order: Sequence[str],
    measure: Mapping[str, str],
    title: Mapping[str, str],
    sources: Sequence[Origin | Snapshot],
    neutral: str | None = None,
    categories: Sequence[str] | None = None,
    unit: str = "fraction",
    decimals: int = 0,
    conf_level: float | None = None,
    names: Names | None = None,
    warnings: Sequence[Mapping[str, str]] = (),
    synthetic: bool = False,
) -> Figure:
    """Draw a bar of 100% for each category, cut into the shares of its levels.

    Parameters
    ----------
    shares : Estimates or frame
        One row per category and level with `estimate`, `conf_low`, `conf_high` and, if known, `n_obs`. A
        category of which a share is null is written as "too few observations".
    category, level : str
        The columns whose values are the bars, and the segments of each bar.
    order : sequence of str
        The levels from left to right, at most six; the first is the darkest.
    measure : {"nl": str, "en": str}
        What the shares are of, for the subtitle.
    title : {"nl": str, "en": str}
        The finding, as a sentence in each language.
    sources : sequence of Origin or Snapshot
        A synthetic snapshot labels the figure as synthetic.
    neutral : str, optional
        The level outside the order of the others, such as "undecided": drawn in pale grey.
    categories : sequence of str, optional
        The categories from top to bottom; by default as in the data.
    unit : {"fraction", "percent"}
        Whether shares are of 1 or of 100.
    decimals : int
        With which values are written.
    conf_level : float, optional
        Of the intervals; by default that of `Estimates`, else 0.95.
    names : mapping, optional
        What readers call the values of a column, and the column under its own name.
    warnings : sequence of {"nl": str, "en": str}
        Shown under the figure.
    synthetic : bool
        Whether the shares rest on synthetic data.

    Returns
    -------
    Figure

    Raises
    ------
    InputError
        If the shares of a category do not add up, there are too many levels, a level or category that is
        named is not there, or data, title, names or source cannot be used.

    Examples
    --------
    See `docs/figures.md`.
    """
    colors = level_colors(order, neutral)
    keys = {"category": category, "level": level}
    value_unit, known = read_unit(unit, decimals=decimals), names or {}
    subject = read_subject(
        shares, measure=measure, unit=value_unit, conf_level=conf_level, keys=keys, names=known
    )
    data = read_shares(shares, keys=keys, order=order, unit=value_unit, names=known)
    kind = Kind(
        name="stacked_shares",
        plot=partial(_plot, subject, colors),
        describe=partial(_describe, subject),
        table=partial(shares_table, subject),
        notes=_notes,
    )
    return make_figure(
        kind,
        sort_categories(data, categories),
        subject,
        title=title,
        sources=sources,
        warnings=warnings,
        synthetic=synthetic or is_synthetic(shares),
    )


def level_colors(order: Sequence[str], neutral: str | None) -> dict[str, str]:
    """Return the fill of each level, from dark to light; the neutral one is pale grey.

    >>> level_colors(["yes", "no", "undecided"], "undecided")
    {'yes': 'blue', 'no': 'blue-mid', 'undecided': 'grey-pale'}

    Raises
    ------
    InputError
        If there are more levels than can be told apart, or the neutral one is not among them.
    """
    if neutral is not None and neutral not in order:
        raise unknown_name("level", neutral, order, where="`neutral`")
    if not min(ORDERED_TINTS) <= len(order) <= MOST_LEVELS:
        raise InputError(
            "One bar cannot show this many levels.",
            expected=f"{min(ORDERED_TINTS)} to {MOST_LEVELS}",
            got=f"{len(order)}",
            remedy="Regroup: take neighbouring levels together, or small ones as `other`.",
        )
    ranked = [level for level in order if level != neutral]
    # The neutral level takes the place of the palest: the two would be hard to tell apart.
    tints = dict(zip(ranked, ORDERED_TINTS[len(order)], strict=False))
    return {level: tints.get(level, NEUTRAL_TINT) for level in order}


def sort_categories(data: pl.DataFrame, categories: Sequence[str] | None) -> pl.DataFrame:
    """Return shares with the categories in the order asked for, else as they are."""
    if categories is None:
        return data
    present = data["category"].drop_nulls().unique(maintain_order=True).to_list()
    places = {value: at for at, value in enumerate(in_order(present, categories, what="category"))}
    rank = pl.col("category").replace_strict(places, default=len(places), return_dtype=pl.Int64)
    return data.sort(rank, maintain_order=True)


def _plot(subject: Subject, colors: Mapping[str, str], figure: Figure) -> Plot:
    language = figure.language
    bars = bars_of(figure.data)
    rows = stack_rows(
        [str(bar[0][f"category_{language}"]) for bar in bars], least_cm=ROW_CM, above_cm=ABOVE_CM
    )
    counts = count_labels(bars, language)
    room = max(map(text_width, counts), default=0.0) + BESIDE
    width = figure.spec.width_cm * POINTS_PER_CM - rows.label_width() - room
    stacks = [
        Stack(rows=tuple(bar), start=0.0, at=at, name=str(bar[0][f"category_{language}"]))
        for bar, at in zip(bars, rows.at, strict=True)
        if bar[0]["estimate"] is not None
    ]
    marks: list[Mark] = [
        *segment_marks(stacks, colors, subject, percent_width=width / 100, language=language),
        *_labels_beside(bars, counts, rows, language),
    ]
    ticks = tuple(Tick(at=float(at), text=f"{at}%") for at in range(0, 101, 20))
    return Plot(
        marks=tuple(marks),
        x=Axis(low=0.0, high=100 * (1 + room / width), ticks=ticks, grid=True),
        y=rows.axis(),
        key=segment_key(figure.data.to_dicts(), colors, language),
        height_cm=rows.height,
    )


def _labels_beside(bars: Sequence[Bar], counts: Sequence[str], rows: Rows, language: Language) -> list[Mark]:
    """Write the number of answers after each bar, or in its place that there are too few."""
    marks: list[Mark] = [
        Label(x=100.0, y=at, text=count, color="grey-dark", dx=BESIDE)
        for count, at in zip(counts, rows.at, strict=True)
        if count
    ]
    words = text("figure.too_few_label", language)
    hidden = [at for bar, at in zip(bars, rows.at, strict=True) if bar[0]["estimate"] is None]
    return [*marks, *(Label(x=0.0, y=at, text=words, color="grey", dx=BESIDE) for at in hidden)]


def _describe(subject: Subject, figure: Figure) -> str:
    language, data = figure.language, figure.data
    return " ".join(
        [
            text(
                "alt.stacked_shares",
                language,
                subject=subject.subtitle(language),
                count=str(data["category"].n_unique()),
                levels="; ".join(data[f"level_{language}"].unique(maintain_order=True)),
            ),
            *largest_shares(bars_of(data), subject, language),
        ]
    )


def _notes(figure: Figure) -> tuple[str, ...]:
    language = figure.language
    return (
        text("figure.shares_note", language),
        *missing_note(figure.data.iter_rows(named=True), language),
    )
