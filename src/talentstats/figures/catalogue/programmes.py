"""Programmes: measures of several programmes below each other, each with its definition and its own axis."""

from collections.abc import Mapping, Sequence

import polars as pl

from talentstats.errors import ComparisonError, InputError, join_options
from talentstats.figures.captions import read_warnings
from talentstats.figures.catalogue.programmes_marks import plot_programmes
from talentstats.figures.catalogue.programmes_words import (
    defined_measures,
    describe_programmes,
    programmes_notes,
    programmes_table,
)
from talentstats.figures.cells import region_label
from talentstats.figures.figure import Figure, Kind
from talentstats.figures.series_frame import check_one_frequency, check_unique, read_series
from talentstats.figures.source_line import read_sources
from talentstats.figures.spec import FigureSpec, read_title
from talentstats.language import Bilingual, text
from talentstats.provenance import Origin, Snapshot
from talentstats.terms import Period

MOST_PANELS = 4


def programmes(
    series: Sequence[object],
    *,
    title: Mapping[str, str],
    sources: Sequence[Origin | Snapshot],
    since: str | None = None,
    warnings: Sequence[Mapping[str, str]] = (),
) -> Figure:
    """Draw measures of several programmes below each other: one axis of time, for each a scale of its own.

    Parameters
    ----------
    series : sequence of Series or frame
        Two to four, what `Series.to_polars()` returns, of different measures and one region, such as
        `ts.labour.programmes().values()`.
    title : {"nl": str, "en": str}
        The finding, as a sentence in each language.
    sources : sequence of Origin or Snapshot
        A synthetic snapshot labels the figure as synthetic.
    since : str, optional
        The first period shown, such as `2013Q1`; all of them when left out.
    warnings : sequence of {"nl": str, "en": str}
        Shown under the figure.

    Returns
    -------
    Figure

    Raises
    ------
    ComparisonError
        If the series are of several regions, or one has figures by several methods.
    InputError
        If there are too few or too many, a measure has no definition in words or comes twice, or data, title
        or source cannot be used.
    """
    data = _read(series, since)
    origins, synthetic = read_sources(sources)
    return Figure(
        kind=PROGRAMMES,
        data=data,
        spec=FigureSpec(
            title=read_title(title),
            subtitle=_subtitle(data),
            unit=", ".join(data["unit"].unique(maintain_order=True)),
            decimals=0,
        ),
        sources=origins,
        warnings=read_warnings(warnings),
        synthetic=synthetic,
    )


def _read(series: Sequence[object], since: str | None) -> pl.DataFrame:
    if not 2 <= len(series) <= MOST_PANELS:
        raise InputError(
            "These are not as many measures as one figure compares.",
            expected=f"2 to {MOST_PANELS} series",
            got=f"{len(series)}",
            remedy="Draw one measure with `trend`; choose some of many.",
        )
    frames = [_one(one, number, since) for number, one in enumerate(series, start=1)]
    data = pl.concat(frames)
    check_unique(data, ("measure", "period"), remedy="Draw one measure of several regions with `trend`.")
    regions = data["region"].unique(maintain_order=True).to_list()
    if len(regions) > 1:
        raise ComparisonError(
            "The measures are of several regions.",
            expected="one region",
            got=join_options(regions, last="and"),
            remedy="Choose series of one region.",
        )
    return data


def _one(series: object, number: int, since: str | None) -> pl.DataFrame:
    """Read one series: one measure, by one method, defined in words."""
    frame = read_series(series, what=f"series {number}")
    check_one_frequency(frame)
    for column in ("measure", "method", "adjustment", "unit"):
        found = frame[column].unique(maintain_order=True).to_list()
        if len(found) > 1:
            raise ComparisonError(
                f"Series {number} holds more than one {column}.",
                expected=f"one {column} in a panel",
                got=join_options(found, last="and"),
                remedy="Pass a series for each definition.",
            )
    measure = str(frame["measure"][0])
    if measure not in defined_measures():
        raise InputError(
            f"The measure `{measure}` has no definition in one line.",
            expected=join_options(defined_measures()),
            got=f"`{measure}`",
            where=f"series {number}",
            remedy="Write its definition in both languages in `language/catalog.toml`, section `definition`.",
        )
    return frame if since is None else _from(frame, since, number)


def _from(frame: pl.DataFrame, since: str, number: int) -> pl.DataFrame:
    from_day = Period.parse(since).start
    starts = {code: Period.parse(code).start for code in frame["period"].unique()}
    start = pl.col("period").replace_strict(list(starts), list(starts.values()), return_dtype=pl.Date)
    kept = frame.filter(start >= from_day)
    if kept["value"].null_count() == kept.height:
        raise InputError(
            f"Series {number} has no figure since {since}.",
            expected="at least one figure",
            got="none",
            remedy="Take an earlier period.",
        )
    return kept


def _subtitle(data: pl.DataFrame) -> Bilingual:
    row, key = data.row(0, named=True), "figure.programmes_subtitle"
    return Bilingual(
        nl=text(key, "nl", place=region_label(row, "nl")), en=text(key, "en", place=region_label(row, "en"))
    )


PROGRAMMES = Kind(
    name="programmes",
    plot=plot_programmes,
    describe=describe_programmes,
    table=programmes_table,
    notes=programmes_notes,
)
