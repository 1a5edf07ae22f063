"""Slope: the change of estimates between waves, category by category, and which changes are significant."""

from collections.abc import Mapping, Sequence
from functools import partial

import polars as pl

from talentstats.errors import InputError, join_options, unknown_name
from talentstats.figures.catalogue.slope_lines import FALL, NO_CHANGE, NOT_TESTED, RISE
from talentstats.figures.catalogue.slope_marks import plot_slope
from talentstats.figures.catalogue.slope_words import describe_slope, slope_notes, slope_table
from talentstats.figures.estimate_frame import read_estimates
from talentstats.figures.estimate_subject import is_synthetic, make_figure, read_subject
from talentstats.figures.figure import Figure, Kind
from talentstats.figures.names import Names
from talentstats.figures.value_unit import read_unit
from talentstats.figures.waves import WaveBreaks, Waves, read_waves
from talentstats.provenance import Origin, Snapshot

MOST_CATEGORIES = 15


def slope(
    estimates: object,
    *,
    wave: str,
    category: str,
    measure: Mapping[str, str],
    title: Mapping[str, str],
    sources: Sequence[Origin | Snapshot],
    changed: Mapping[str, bool] | None = None,
    compared: tuple[int, int] | None = None,
    breaks: WaveBreaks | None = None,
    unit: str | Mapping[str, str] = "fraction",
    decimals: int = 0,
    conf_level: float | None = None,
    names: Names | None = None,
    warnings: Sequence[Mapping[str, str]] = (),
    synthetic: bool = False,
) -> Figure:
    """Draw estimates of two or more waves, joined by category, with intervals and tested changes.

    Parameters
    ----------
    estimates : Estimates or frame
        One row per wave and category, with `estimate`, `conf_low`, `conf_high` and, if known, `n_obs`. A null
        estimate is written as "too few observations" and breaks its line.
    wave : str
        The column that holds the year of the wave.
    category : str
        The column that has a line for each value.
    measure : {"nl": str, "en": str}
        What was estimated, for the subtitle.
    title : {"nl": str, "en": str}
        The finding, as a sentence in each language.
    sources : sequence of Origin or Snapshot
        A synthetic snapshot labels the figure as synthetic.
    changed : mapping of str to bool, optional
        By category: whether a test found its change significant. Significant changes are thick and
        coloured, others thin and grey; one that is not in it was not tested.
    compared : (int, int), optional
        The two waves of those tests; by default the first and last wave after the last break.
    breaks : mapping, optional
        Between which waves figures cannot be compared and why: `{(2019, 2021): {"nl": "...", "en": "..."}}`.
        No line crosses a break.
    unit : {"fraction", "percent"} or {"nl": str, "en": str}
        What the estimates are: shares of 1, shares of 100, or in the unit so named.
    decimals : int
        With which values are written.
    conf_level : float, optional
        Of the intervals; by default that of `Estimates`, else 0.95.
    names : mapping, optional
        What readers call the values of a column, and the column under its own name.
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
        If data, title, names or source cannot be used, there are fewer than two waves or too many categories,
        or a break or test is about waves or categories that are not there.

    Examples
    --------
    See `docs/figures.md`.
    """
    keys = {"category": category, "wave": wave}
    value_unit, known = read_unit(unit, decimals=decimals), names or {}
    subject = read_subject(
        estimates, measure=measure, unit=value_unit, conf_level=conf_level, keys=keys, names=known
    )
    rows = read_estimates(estimates, what="estimates", keys=keys, unit=value_unit, names=known)
    waves = read_waves(rows["wave"], breaks=breaks or {}, compared=compared)
    _check_size(rows, waves)
    data = _add_outcomes(rows, changed or {}, waves)
    kind = Kind(
        name="slope",
        plot=partial(plot_slope, subject, waves),
        describe=partial(describe_slope, subject, waves),
        table=partial(slope_table, subject, waves),
        notes=partial(slope_notes, subject, waves),
    )
    return make_figure(
        kind,
        data,
        subject,
        title=title,
        sources=sources,
        warnings=warnings,
        synthetic=synthetic or is_synthetic(estimates),
    )


def _check_size(rows: pl.DataFrame, waves: Waves) -> None:
    if len(waves.years) < 2:
        raise InputError(
            "A change needs two waves.",
            expected="at least two",
            got=f"{waves.years[0]}",
            remedy="Draw one wave with `interval_dots`.",
        )
    if rows["category"].n_unique() > MOST_CATEGORIES:
        raise InputError(
            "There are too many lines for one figure.",
            expected=f"at most {MOST_CATEGORIES}",
            got=f"{rows['category'].n_unique()}",
            remedy="Take categories together, or draw small multiples.",
        )


def _add_outcomes(rows: pl.DataFrame, changed: Mapping[str, bool], waves: Waves) -> pl.DataFrame:
    """Add the outcome of each category's test, and sort by category and wave."""
    categories = rows["category"].fill_null("").unique(maintain_order=True).to_list()
    for name in changed:
        if name not in categories:
            raise unknown_name("category", name, categories, where="`changed`")
    outcomes = {name: _outcome(rows, name, changed, waves) for name in categories}
    ranks = {name: number for number, name in enumerate(categories)}
    key = pl.col("category").fill_null("")
    return rows.with_columns(
        pl.col("wave").cast(pl.Int64), outcome=key.replace_strict(outcomes, return_dtype=pl.String)
    ).sort(key.replace_strict(ranks, return_dtype=pl.Int64), "wave")


def _outcome(rows: pl.DataFrame, name: str, changed: Mapping[str, bool], waves: Waves) -> str:
    if name not in changed:
        return NOT_TESTED
    own = rows.filter(pl.col("category").fill_null("") == name)
    values = dict(zip(own["wave"].cast(pl.Int64), own["estimate"], strict=True))
    before, after = (values.get(year) for year in waves.compared or (None, None))
    if before is None or after is None:
        years = join_options(waves.compared, last="and") if waves.compared else "two waves without a break"
        raise InputError(
            f"The change of `{name}` was tested, but the estimates it is about are not there.",
            expected=f"an estimate in each of {years}",
            got="none, or too few observations, in at least one",
            where="`changed`",
            remedy="Leave the category out of `changed`, or say with `compared` which waves were tested.",
        )
    if not changed[name]:
        return NO_CHANGE
    return RISE if after > before else FALL
