"""Small multiples: the same figure for each of several groups, in panels on one scale."""

from collections.abc import Mapping, Sequence
from functools import partial

import polars as pl

from talentstats.errors import InputError
from talentstats.figures.catalogue.small_multiples_marks import MULTIPLE, REFERENCE, plot_panels
from talentstats.figures.catalogue.small_multiples_words import describe_panels, panels_notes, panels_table
from talentstats.figures.estimate_frame import read_estimates
from talentstats.figures.estimate_subject import Subject, is_synthetic, make_figure, read_subject
from talentstats.figures.figure import Figure, Kind
from talentstats.figures.names import Names
from talentstats.figures.rows import in_order
from talentstats.figures.value_unit import read_unit
from talentstats.figures.waves import WaveBreaks, Waves, read_waves
from talentstats.language import Bilingual, text
from talentstats.provenance import Origin, Snapshot

MOST_PANELS, MOST_ROWS, MOST_COLUMNS = 12, 12, 4


def small_multiples(
    estimates: object,
    *,
    panel: str,
    measure: Mapping[str, str],
    title: Mapping[str, str],
    sources: Sequence[Origin | Snapshot],
    category: str | None = None,
    wave: str | None = None,
    breaks: WaveBreaks | None = None,
    reference: object = None,
    reference_name: Mapping[str, str] | None = None,
    panels: Sequence[str] | None = None,
    order: Sequence[str] | None = None,
    columns: int | None = None,
    unit: str | Mapping[str, str] = "fraction",
    decimals: int = 0,
    conf_level: float | None = None,
    names: Names | None = None,
    warnings: Sequence[Mapping[str, str]] = (),
    synthetic: bool = False,
) -> Figure:
    """Draw a panel for each group, with interval dots by category or a line over waves.

    Parameters
    ----------
    estimates : Estimates or frame
        One row per panel and category (or wave), with `estimate`, `conf_low`, `conf_high` and, if known,
        `n_obs`. A null estimate, and one without a row, is written `.`.
    panel : str
        The column that has a panel for each value, at most twelve.
    measure : {"nl": str, "en": str}
        What was estimated, for the subtitle.
    title : {"nl": str, "en": str}
        The finding, as a sentence in each language.
    sources : sequence of Origin or Snapshot
        A synthetic snapshot labels the figure as synthetic.
    category, wave : str
        Exactly one: the column whose values are the rows of each panel, or that holds the year of the wave.
    breaks : mapping, optional
        Between which waves figures cannot be compared and why: `{(2019, 2021): {"nl": "...", "en": "..."}}`.
    reference : Estimates or frame, optional
        One row per category (or wave), such as those of the nation, repeated in each panel.
    reference_name : {"nl": str, "en": str}, optional
        By default "total".
    panels, order : sequence of str, optional
        The panels, and the rows of each, in the order of drawing; by default as in the data.
    columns : int, optional
        How many panels stand side by side, at most four; fewer when their titles need the room.
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
        If data, title, names or source cannot be used, or there are too many panels, rows or columns.

    Examples
    --------
    See `docs/figures.md`.
    """
    if (category is None) == (wave is None):
        raise InputError(
            "Panels show categories or waves.",
            expected="either `category` or `wave`",
            got="neither" if category is None else "both",
            remedy="Give one of the two.",
        )
    keys = {"panel": panel, "category": category or wave or ""}
    value_unit, known = read_unit(unit, decimals=decimals), names or {}
    subject = read_subject(
        estimates,
        measure=measure,
        unit=value_unit,
        conf_level=conf_level,
        keys=keys,
        names=known,
        is_brief=True,
    )
    rows = read_estimates(estimates, what="estimates", keys=keys, unit=value_unit, names=known)
    if reference is not None:
        rows = pl.concat([rows, _reference(reference, keys, reference_name, subject, known)], how="diagonal")
    data = _complete(rows, panels=panels, order=order)
    waves = None if wave is None else _waves(data, breaks or {})
    data = data if waves is None else data.sort(pl.col("category").cast(pl.Int64), maintain_order=True)
    wide = _columns(data, columns)
    kind = Kind(
        name="small_multiples",
        plot=partial(plot_panels, subject, waves, wide),
        describe=partial(describe_panels, subject, waves),
        table=partial(panels_table, subject),
        notes=partial(panels_notes, subject, waves),
    )
    return make_figure(
        kind,
        data,
        subject,
        title=title,
        sources=sources,
        warnings=warnings,
        synthetic=synthetic or is_synthetic(estimates, reference),
    )


def _reference(
    reference: object,
    keys: Mapping[str, str],
    name: Mapping[str, str] | None,
    subject: Subject,
    names: Names,
) -> pl.DataFrame:
    rows = read_estimates(
        reference, what="reference", keys={"category": keys["category"]}, unit=subject.unit, names=names
    )
    called = (
        Bilingual(nl=text("figure.total", "nl"), en=text("figure.total", "en"))
        if name is None
        else Bilingual.read(name, what="name of the reference")
    )
    return rows.with_columns(role=pl.lit(REFERENCE), panel_nl=pl.lit(called.nl), panel_en=pl.lit(called.en))


def _complete(
    rows: pl.DataFrame, *, panels: Sequence[str] | None, order: Sequence[str] | None
) -> pl.DataFrame:
    """Give every panel every row, in the order of drawing; the reference comes last."""
    if "role" not in rows.columns:
        rows = rows.with_columns(role=pl.lit(None, dtype=pl.String))
    rows = rows.with_columns(pl.col("role").fill_null(MULTIPLE))
    drawn = rows.filter(pl.col("role") == MULTIPLE)
    titles = _names_of(drawn, "panel", panels)
    categories = _names_of(rows, "category", order)
    whole = titles.join(categories, how="cross").with_columns(role=pl.lit(MULTIPLE))
    reference = rows.filter(pl.col("role") == REFERENCE)
    if not reference.is_empty():
        title = reference.select("panel", "panel_nl", "panel_en").head(1)
        whole = pl.concat([whole, title.join(categories, how="cross").with_columns(role=pl.lit(REFERENCE))])
    numbers = rows.select("role", "panel", "category", "estimate", "conf_low", "conf_high", "n_obs", "note")
    return whole.join(
        numbers, on=["role", "panel", "category"], how="left", nulls_equal=True, maintain_order="left"
    )


def _names_of(rows: pl.DataFrame, key: str, order: Sequence[str] | None) -> pl.DataFrame:
    named = rows.select(key, f"{key}_nl", f"{key}_en").unique(key, keep="first", maintain_order=True)
    most = MOST_PANELS if key == "panel" else MOST_ROWS
    if named.height > most:
        raise InputError(
            f"There are too many {'panels' if key == 'panel' else 'rows in a panel'} for one figure.",
            expected=f"at most {most}",
            got=f"{named.height}",
            remedy="Choose some of them, take them together, or show a table.",
        )
    if order is None:
        return named
    places = {
        value: at for at, value in enumerate(in_order(named[key].drop_nulls().to_list(), order, what=key))
    }
    rank = pl.col(key).replace_strict(places, default=len(places), return_dtype=pl.Int64)
    return named.sort(rank, maintain_order=True)


def _waves(data: pl.DataFrame, breaks: WaveBreaks) -> Waves:
    waves = read_waves(data["category"], breaks=breaks, compared=None)
    if len(waves.years) < 2:
        raise InputError(
            "A line needs two waves.",
            expected="at least two",
            got=f"{waves.years[0]}",
            remedy="Draw one wave by `category`.",
        )
    return waves


def _columns(data: pl.DataFrame, columns: int | None) -> int:
    count = data.filter(pl.col("role") == MULTIPLE)["panel"].n_unique()
    if columns is None:
        return min(count, 2 if count in (2, 4) else 3)
    if not 1 <= columns <= MOST_COLUMNS:
        raise InputError(
            "So many panels do not fit side by side.",
            expected=f"1 to {MOST_COLUMNS}",
            got=f"{columns}",
            where="`columns`",
            remedy="Leave it out, or give fewer.",
        )
    return min(columns, count)
