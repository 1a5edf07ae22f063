"""The rows of a map: a figure for every region in every period, also where none was published."""

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from talentstats.errors import ComparisonError, InputError, closest, join_options, unknown_name
from talentstats.figures.captions import method_note, subject, subtitle
from talentstats.figures.series_frame import (
    COLUMNS,
    PRECISION,
    check_one_definition,
    check_one_frequency,
    check_unique,
    read_series,
    to_frame,
)
from talentstats.figures.spec import decimals_of
from talentstats.language import Bilingual
from talentstats.terms import Period

MOST_PERIODS = 6
_NEEDED = ("region", "period", "value")
_DRAWN = (*_NEEDED, "low", "high", "status", "vintage", PRECISION)


@dataclass(frozen=True, slots=True, kw_only=True)
class MapSubject:
    """What a map is about.

    Attributes
    ----------
    subtitle, inline : Bilingual
        Measure, unit and adjustment, as they start a line and as they stand in a sentence.
    unit : str
    decimals : int
        With which values are written.
    method : Bilingual or None
        The note on the method of a series.
    unadjusted : bool
        Whether figures still have the pattern of the seasons.
    """

    subtitle: Bilingual
    inline: Bilingual
    unit: str
    decimals: int
    method: Bilingual | None = None
    unadjusted: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class MapWords:
    """What the values of a frame are that is not a series: their measure, unit and decimals."""

    measure: Mapping[str, str] | None
    unit: Mapping[str, str] | None
    decimals: int | None


def read_map(values: object, *, words: MapWords, names: Mapping[str, str]) -> tuple[pl.DataFrame, MapSubject]:
    """Return one row for each period and region of a map, and what they are about.

    Parameters
    ----------
    values : Series or frame
        A series says what it is. Another frame has `region`, `period` and `value`, if known `low`, `high` and
        `status`, and is described by `words`.
    names : mapping of code to name
        Every region of the map; one without a row has no published figure.

    Raises
    ------
    InputError
        If a column or a word misses, a region is not on the map, or a figure is there twice.
    ComparisonError
        If a series has two definitions, or periods differ in length.
    """
    frame = to_frame(values, what="values")
    if set(COLUMNS) <= set(frame.columns):
        rows, about = _read_series(frame, words)
    else:
        rows, about = _read_plain(frame, words)
    for code in rows["region"]:
        if code not in names:
            raise unknown_name("region on this map", code, names)
    rows = rows.with_columns(
        pl.col("period").map_elements(lambda code: str(Period.parse(code)), return_dtype=pl.String),
        pl.col("status").replace("revised_provisional", "provisional"),
    )
    check_unique(rows, ("region", "period"), remedy="Select one vintage of each period.")
    check_one_frequency(rows)
    return _complete(rows, names), about


def regions_of(values: object) -> list[str]:
    """Return the codes of regions that values are about, in order; none when the column misses."""
    frame = to_frame(values, what="values")
    if "region" not in frame.columns:
        return []
    return [str(code) for code in frame["region"].drop_nulls().unique().sort()]


def _read_series(frame: pl.DataFrame, words: MapWords) -> tuple[pl.DataFrame, MapSubject]:
    if words.measure is not None or words.unit is not None:
        raise InputError(
            "A series says itself what it is about.",
            expected="no `measure` and no `unit`",
            got="words for a series",
            remedy="Leave them out, or pass only `region`, `period` and `value`.",
        )
    rows = read_series(frame, what="values")
    check_one_definition([rows], ("measure", "adjustment", "unit", "method"))
    row = rows.row(0, named=True)
    unit = row["unit"]
    return rows.select(_DRAWN), MapSubject(
        subtitle=subtitle(row),
        inline=Bilingual(nl=subject(row, "nl"), en=subject(row, "en")),
        unit=unit,
        decimals=decimals_of(unit) if words.decimals is None else words.decimals,
        method=Bilingual(nl=method_note(rows, "nl"), en=method_note(rows, "en")),
        unadjusted=row["adjustment"] == "NSA",
    )


def _read_plain(frame: pl.DataFrame, words: MapWords) -> tuple[pl.DataFrame, MapSubject]:
    missing = [name for name in _NEEDED if name not in frame.columns]
    if missing:
        guess = closest(missing[0], frame.columns)
        raise InputError(
            "The values of the map miss a column.",
            expected=join_options(_NEEDED, last="and"),
            got=f"no {join_options(missing)}",
            remedy=f"Rename `{guess}`?" if guess else "Pass a series, or a frame with these columns.",
        )
    measure, unit = (
        Bilingual.read(texts or {}, what=what)
        for texts, what in ((words.measure, "measure"), (words.unit, "unit"))
    )
    about = Bilingual(nl=f"{measure.nl}, {unit.nl}", en=f"{measure.en}, {unit.en}")
    present = [name for name in _DRAWN if name in frame.columns]
    try:
        rows = frame.select(present).select(
            pl.col(name).cast(_kind(name)) if name in present else pl.lit(None, _kind(name)).alias(name)
            for name in _DRAWN
        )
    except pl.exceptions.PolarsError as error:
        raise InputError(
            "The values of the map have a column of the wrong type.",
            expected="text in `region`, `period` and `status`, numbers in `value`, `low` and `high`",
            got=str(error).splitlines()[0],
            remedy="Convert the column.",
        ) from error
    _check_plain(rows)
    decimals = 0 if words.decimals is None else words.decimals
    return rows, MapSubject(subtitle=about, inline=about, unit=unit.en, decimals=decimals)


def _kind(name: str) -> pl.DataType:
    return COLUMNS.get(name, pl.String())


def _check_plain(rows: pl.DataFrame) -> None:
    problem = next((name for name in ("region", "period") if rows[name].null_count()), None)
    odd = next((name for name in ("value", "low", "high") if not rows[name].is_finite().all()), None)
    if rows.is_empty() or problem or odd:
        raise InputError(
            "The values of the map cannot be drawn.",
            expected="at least one row, each with a `region` and a `period`; numbers that are finite or null",
            got="no rows" if rows.is_empty() else f"other values in `{problem or odd}`",
            remedy="A figure that is not available is null; correct the rest at its source.",
        )


def _complete(rows: pl.DataFrame, names: Mapping[str, str]) -> pl.DataFrame:
    periods = sorted(rows["period"].unique(), key=Period.parse)
    if len(periods) > MOST_PERIODS:
        raise ComparisonError(
            "There are too many periods for one figure of maps.",
            expected=f"at most {MOST_PERIODS}",
            got=f"{len(periods)}",
            remedy="Choose some of them, or draw a trend.",
        )
    regions = pl.DataFrame(
        {
            "region": list(names),
            "region_name_nl": list(names.values()),
            "region_name_en": list(names.values()),
        }
    )
    whole = pl.DataFrame({"period": periods}).join(regions, how="cross")
    return whole.join(rows, on=["period", "region"], how="left", maintain_order="left")
