"""Likert: answers on a scale as bars to both sides of its middle, item by item."""

from collections.abc import Mapping, Sequence
from functools import partial

import polars as pl

from talentstats.errors import InputError, join_options, unknown_name
from talentstats.figures.catalogue.likert_marks import Scale, plot_likert
from talentstats.figures.catalogue.likert_words import describe_likert, likert_notes, likert_table
from talentstats.figures.estimate_frame import read_estimates
from talentstats.figures.estimate_subject import Subject, is_synthetic, make_figure, read_subject
from talentstats.figures.figure import Figure, Kind
from talentstats.figures.names import Names
from talentstats.figures.palette import NEGATIVE_TINTS, NEUTRAL_TINT, POSITIVE_TINTS
from talentstats.figures.rows import in_order
from talentstats.figures.share_frame import MISSING_PERCENT, read_shares
from talentstats.figures.value_unit import read_unit
from talentstats.language import Bilingual, text
from talentstats.provenance import Origin, Snapshot

MOST_ON_A_SIDE = max(POSITIVE_TINTS)
SHARE, POSITIVE = "share", "positive"
_ENDS = ("conf_low", "conf_high")


def likert(
    shares: object,
    *,
    item: str,
    level: str,
    order: Sequence[str],
    measure: Mapping[str, str],
    title: Mapping[str, str],
    sources: Sequence[Origin | Snapshot],
    neutral: str | None = None,
    positive: object = None,
    positive_name: Mapping[str, str] | None = None,
    items: Sequence[str] | None = None,
    unit: str = "fraction",
    decimals: int = 0,
    conf_level: float | None = None,
    names: Names | None = None,
    warnings: Sequence[Mapping[str, str]] = (),
    synthetic: bool = False,
) -> Figure:
    """Draw a bar for each item, with the answers left and right of the middle of the scale.

    Parameters
    ----------
    shares : Estimates or frame
        One row per item and level with `estimate`, `conf_low`, `conf_high` and, if known, `n_obs`. An item of
        which a share is null is written as "too few observations".
    item, level : str
        The columns whose values are the bars, and the segments of each bar.
    order : sequence of str
        The levels from the most negative to the most positive; at most three on each side.
    measure : {"nl": str, "en": str}
        What was asked, for the subtitle.
    title : {"nl": str, "en": str}
        The finding, as a sentence in each language.
    sources : sequence of Origin or Snapshot
        A synthetic snapshot labels the figure as synthetic.
    neutral : str, optional
        The level in the middle, through which the middle runs.
    positive : Estimates or frame, optional
        One row per item: the share right of the middle with its interval, which is drawn as a whisker. It
        has to be estimated: intervals of levels do not add up. With one positive level it is known already.
    positive_name : {"nl": str, "en": str}, optional
        What that share is called: `(zeer) tevreden`.
    items : sequence of str, optional
        The items from top to bottom; by default from high to low, by the share right of the middle.
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
        If the shares of an item do not add up, the scale has no middle or too many levels, the positive
        shares are not those of the levels, or data, title, names or source cannot be used.

    Examples
    --------
    See `docs/figures.md`.
    """
    scale = read_scale(order, neutral, positive_name)
    keys = {"category": item, "level": level}
    value_unit, known = read_unit(unit, decimals=decimals), names or {}
    subject = read_subject(
        shares, measure=measure, unit=value_unit, conf_level=conf_level, keys=keys, names=known
    )
    rows = read_shares(shares, keys=keys, order=order, unit=value_unit, names=known)
    data = _sort_items(_with_positive(rows, positive, scale, subject, item), items)
    kind = Kind(
        name="likert",
        plot=partial(plot_likert, subject, scale),
        describe=partial(describe_likert, subject, scale),
        table=partial(likert_table, subject, scale),
        notes=partial(likert_notes, scale, items is None),
    )
    return make_figure(
        kind,
        data,
        subject,
        title=title,
        sources=sources,
        warnings=warnings,
        synthetic=synthetic or is_synthetic(shares, positive),
    )


def read_scale(order: Sequence[str], neutral: str | None, name: Mapping[str, str] | None) -> Scale:
    """Return the two sides of a scale and their fills.

    Raises
    ------
    InputError
        If the middle is not in the middle, or a side has too many levels.
    """
    if neutral is not None and neutral not in order:
        raise unknown_name("level", neutral, order, where="`neutral`")
    half = len(order) // 2
    if (len(order) % 2 == 1) != (neutral is not None) or (neutral is not None and order[half] != neutral):
        raise InputError(
            "The scale has no middle.",
            expected="as many levels on both sides of `neutral`, or an even number without it",
            got=f"{join_options(order, last='and')}, `neutral` {neutral!r}",
            remedy="Name the level in the middle as `neutral`, or draw `stacked_shares`.",
        )
    if not 1 <= half <= MOST_ON_A_SIDE:
        raise InputError(
            "The scale has too many or too few levels.",
            expected=f"1 to {MOST_ON_A_SIDE} on each side of the middle",
            got=f"{half}",
            remedy="Regroup the levels, or draw the mean with `interval_dots`.",
        )
    middle = () if neutral is None else (NEUTRAL_TINT,)
    fills = (*NEGATIVE_TINTS[half], *middle, *POSITIVE_TINTS[half])
    called = (
        Bilingual(nl=text("figure.positive", "nl"), en=text("figure.positive", "en"))
        if name is None
        else Bilingual.read(name, what="name of the positive answers")
    )
    return Scale(colors=dict(zip(order, fills, strict=True)), half=half, neutral=neutral, positive=called)


def _with_positive(
    rows: pl.DataFrame, positive: object, scale: Scale, subject: Subject, item: str
) -> pl.DataFrame:
    """Add a row for each item with the share right of the middle, and its interval when it is known."""
    right = list(scale.colors)[-scale.half :]
    inside = rows.filter(pl.col("level").is_in(right))
    names = ("category", "category_nl", "category_en")
    lone = len(right) == 1
    sums = inside.group_by(names, maintain_order=True).agg(
        pl.when(pl.col("estimate").is_not_null().all()).then(pl.col("estimate").sum()).first(),
        *(pl.col(end).first() if lone else pl.lit(None, dtype=pl.Float64).alias(end) for end in _ENDS),
        pl.col("n_obs").first(),
    )
    if positive is not None:
        own = read_estimates(
            positive, what="positive shares", keys={"category": item}, unit=subject.unit, names={}
        )
        sums = _take_intervals(sums, own)
    return pl.concat(
        [rows.with_columns(role=pl.lit(SHARE)), sums.with_columns(role=pl.lit(POSITIVE))], how="diagonal"
    )


def _take_intervals(sums: pl.DataFrame, own: pl.DataFrame) -> pl.DataFrame:
    joined = sums.drop(_ENDS).join(
        own.select("category", *_ENDS, given="estimate"), on="category", how="left", nulls_equal=True
    )
    apart = (pl.col("estimate") - pl.col("given")).abs() > MISSING_PERCENT
    wrong = joined.filter(pl.col("estimate").is_not_null() & apart.fill_null(value=True))
    if not wrong.is_empty():
        row = wrong.row(0, named=True)
        raise InputError(
            f"The positive share of `{row['category']}` is not that of its levels.",
            expected=f"{row['estimate']:.1f}%, the levels right of the middle together",
            got="no row" if row["given"] is None else f"{row['given']:.1f}%",
            where="`positive`",
            remedy="Estimate it on the same sample and subpopulation as the shares.",
        )
    return joined.drop("given").select(sums.columns)


def _sort_items(data: pl.DataFrame, items: Sequence[str] | None) -> pl.DataFrame:
    """Put items in the order asked for, else by their positive share; ties by name."""
    sums = data.filter(pl.col("role") == POSITIVE)
    if items is None:
        ordered = sums.sort("estimate", "category_nl", descending=[True, False], nulls_last=True)
        ranked = ordered["category"].to_list()
    else:
        present = sums["category"].drop_nulls().to_list()
        ranked = [*in_order(present, items, what="item"), None]
    ranks = pl.DataFrame({"category": ranked}, schema={"category": pl.String}).with_row_index("rank")
    return (
        data.join(ranks, on="category", how="left", nulls_equal=True, maintain_order="left")
        .sort("rank", maintain_order=True)
        .drop("rank")
    )
