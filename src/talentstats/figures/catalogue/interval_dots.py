"""Interval dots: estimates by category with their confidence intervals, beside a reference."""

from collections.abc import Mapping, Sequence
from functools import partial

import polars as pl

from talentstats.errors import InputError, unknown_name
from talentstats.figures.catalogue.interval_dots_marks import GROUP_STYLES, plot_dots
from talentstats.figures.catalogue.interval_dots_words import describe_dots, dots_notes, dots_table
from talentstats.figures.estimate_frame import read_estimates
from talentstats.figures.estimate_subject import Subject, is_synthetic, make_figure, read_subject
from talentstats.figures.figure import Figure, Kind
from talentstats.figures.names import Names
from talentstats.figures.rows import in_order
from talentstats.figures.series_frame import to_frame
from talentstats.figures.value_unit import read_unit
from talentstats.language import Bilingual, text
from talentstats.provenance import Origin, Snapshot

MOST_ROWS = 30


def interval_dots(
    estimates: object,
    *,
    category: str,
    measure: Mapping[str, str],
    title: Mapping[str, str],
    sources: Sequence[Origin | Snapshot],
    group: str | None = None,
    reference: object = None,
    reference_name: Mapping[str, str] | None = None,
    highlight: str | None = None,
    order: Sequence[str] | None = None,
    unit: str | Mapping[str, str] = "fraction",
    decimals: int = 0,
    conf_level: float | None = None,
    names: Names | None = None,
    warnings: Sequence[Mapping[str, str]] = (),
    synthetic: bool = False,
) -> Figure:
    """Draw an estimate with its interval for each category, and a reference as a line with a band.

    Parameters
    ----------
    estimates : Estimates or frame
        One row per category (and group), with `estimate`, `conf_low`, `conf_high` and, if known, `n_obs`. A
        null estimate is written as "too few observations".
    category : str
        The column whose values are the rows of the figure.
    measure : {"nl": str, "en": str}
        What was estimated, for the subtitle: `Aandeel dat wil blijven, 2025`.
    title : {"nl": str, "en": str}
        The finding, as a sentence in each language.
    sources : sequence of Origin or Snapshot
        A synthetic snapshot labels the figure as synthetic.
    group : str, optional
        A column of at most three values, each with its own colour and shape, in the order they come.
    reference : Estimates or frame, optional
        One row to compare with, such as the nation.
    reference_name : {"nl": str, "en": str}, optional
        By default "total".
    highlight : str, optional
        The category to accent.
    order : sequence of str, optional
        The categories from top to bottom; by default from high to low, by the first group.
    unit : {"fraction", "percent"} or {"nl": str, "en": str}
        What the estimates are: shares of 1, shares of 100, or in the unit so named.
    decimals : int
        With which values are written.
    conf_level : float, optional
        Of the intervals; by default that of `Estimates`, else 0.95.
    names : mapping, optional
        What readers call the values of a column, and the column under its own name:
        `{"region": {"region": {"nl": "Regio", "en": "Region"}, "leiden": {"nl": "Leiden", "en": "Leiden"}}}`.
    warnings : sequence of {"nl": str, "en": str}
        Shown under the figure.
    synthetic : bool
        Whether the estimates rest on synthetic data.

    Returns
    -------
    Figure

    Raises
    ------
    InputError
        If data, title, names or source cannot be used, there are too many groups or rows, or a category that
        is named is not there.

    Examples
    --------
    See `docs/figures.md`.
    """
    keys = {"category": category} | ({"group": group} if group else {})
    value_unit = read_unit(unit, decimals=decimals)
    known = names or {}
    subject = read_subject(
        estimates, measure=measure, unit=value_unit, conf_level=conf_level, keys=keys, names=known
    )
    rows = read_estimates(estimates, what="estimates", keys=keys, unit=value_unit, names=known)
    _check_size(rows)
    data = _arrange(rows, order=order, highlight=highlight)
    if reference is not None:
        data = pl.concat([data, _reference(reference, reference_name, subject)], how="diagonal")
    return make_figure(
        dots_kind(subject),
        data,
        subject,
        title=title,
        sources=sources,
        warnings=warnings,
        synthetic=synthetic or is_synthetic(estimates, reference),
    )


def dots_kind(subject: Subject) -> Kind:
    """Return the kind of figure for estimates about one subject."""
    return Kind(
        name="interval_dots",
        plot=partial(plot_dots, subject),
        describe=partial(describe_dots, subject),
        table=partial(dots_table, subject),
        notes=partial(dots_notes, subject),
    )


def _check_size(rows: pl.DataFrame) -> None:
    groups = rows["group"].n_unique() if "group" in rows.columns else 1
    if groups > len(GROUP_STYLES):
        raise InputError(
            "There are too many groups to tell apart in one row.",
            expected=f"at most {len(GROUP_STYLES)}",
            got=f"{groups}",
            remedy="Draw small multiples with a panel for each, or take groups together.",
        )
    if rows["category"].n_unique() > MOST_ROWS:
        raise InputError(
            "There are too many categories for one figure.",
            expected=f"at most {MOST_ROWS}",
            got=f"{rows['category'].n_unique()}",
            remedy="Take categories together, or show a table.",
        )


def _arrange(rows: pl.DataFrame, *, order: Sequence[str] | None, highlight: str | None) -> pl.DataFrame:
    """Put the rows in the order of drawing and say which are accented."""
    categories = rows["category"].drop_nulls().unique(maintain_order=True).to_list()
    if highlight is not None and highlight not in categories:
        raise unknown_name("category", highlight, categories, where="`highlight`")
    accented = pl.col("category").is_in([] if highlight is None else [highlight]).fill_null(value=False)
    placed = rows.with_columns(role=pl.when(accented).then(pl.lit("highlighted")).otherwise(pl.lit("row")))
    if order is not None:
        places = {value: at for at, value in enumerate(in_order(categories, order, what="category"))}
        rank = pl.col("category").replace_strict(places, default=len(places), return_dtype=pl.Int64)
        return placed.sort(rank, maintain_order=True)
    # Names break ties, so that the order does not depend on the order of the input.
    first = placed.unique("category", keep="first", maintain_order=True).sort(
        "estimate", "category_nl", descending=[True, False], nulls_last=True
    )
    ranks = first.select("category", rank=pl.int_range(pl.len()))
    return (
        placed.join(ranks, on="category", how="left", nulls_equal=True, maintain_order="left")
        .sort("rank", maintain_order=True)
        .drop("rank")
    )


def _reference(reference: object, name: Mapping[str, str] | None, subject: Subject) -> pl.DataFrame:
    whole = to_frame(reference, what="reference").with_columns(category=pl.lit(None, dtype=pl.String))
    rows = read_estimates(whole, what="reference", keys={"category": "category"}, unit=subject.unit, names={})
    if rows["estimate"][0] is None:
        raise InputError(
            "The reference is not one figure.",
            expected="one row with an estimate",
            got="a row without an estimate",
            remedy="Leave the reference out, or take one that rests on enough observations.",
        )
    called = (
        Bilingual(nl=text("figure.total", "nl"), en=text("figure.total", "en"))
        if name is None
        else Bilingual.read(name, what="name of the reference")
    )
    return rows.with_columns(
        role=pl.lit("reference"), category_nl=pl.lit(called.nl), category_en=pl.lit(called.en)
    )
