"""A frame of figures by municipality, carried along the shares of a crosswalk."""

from typing import Literal, get_args

import polars as pl

from talentstats.errors import InputError, join_options, unknown_name

#: What to do when a part of a municipality is not in the frame.
Missing = Literal["refuse", "gap"]

_TOLERANCE = 1e-9


def carried_frame(
    frame: pl.DataFrame,
    shares: pl.DataFrame,
    *,
    year: int,
    values: tuple[str, ...],
    region: str,
    missing: Missing,
    whole: bool,
) -> pl.DataFrame:
    """Return the figures of a frame by the municipalities that the shares lead to.

    Parameters
    ----------
    frame : polars.DataFrame
        Codes in `region`, counts in `values`; all other columns are kept as keys.
    shares : polars.DataFrame
        `from`, `to` and `share`.
    year : int
        The year the codes are of, for errors.
    """
    if missing not in get_args(Missing):
        raise unknown_name("way with missing parts", missing, get_args(Missing))
    _check_columns(frame, values, region, whole=whole)
    _check_codes(frame, shares, region=region, year=year)
    keys = [name for name in frame.columns if name not in (region, *values)]
    _check_once(frame, [*keys, region])
    parts = frame.with_row_index("__row").join(shares, left_on=region, right_on="from", how="left")
    shared = parts.with_columns(map(_exact, values)) if not whole else _whole_parts(parts, values)
    summed = shared.group_by([*keys, "to"]).agg(
        *(_sum_or_null(name) for name in values), pl.len().alias("__parts")
    )
    complete = _checked_complete(summed, shares, missing=missing, values=values)
    if missing == "refuse":
        _check_totals(frame, complete, values)
    return complete.rename({"to": region}).select(frame.columns).sort([*keys, region])


def _sum_or_null(name: str) -> pl.Expr:
    # A part that was not published leaves the whole unknown.
    return pl.when(pl.col(name).null_count() == 0).then(pl.col(name).sum()).alias(name)


def _check_columns(frame: pl.DataFrame, values: tuple[str, ...], region: str, *, whole: bool) -> None:
    for name in (region, *values):
        if name not in frame.columns:
            raise unknown_name("column", name, frame.columns)
    types = {name: frame.schema[name] for name in values}
    texts = [name for name, kind in types.items() if not (kind.is_integer() if whole else kind.is_numeric())]
    if texts or not values:
        raise InputError(
            "Only counts can be carried to other municipalities.",
            expected=f"columns with {'integers' if whole else 'numbers'} in `values`",
            got=f"{join_options(texts, last='and')} with other values" if texts else "no columns",
            remedy="Name the columns that hold counts; leave the others out.",
        )


def _check_once(frame: pl.DataFrame, keys: list[str]) -> None:
    again = int(frame.select(keys).is_duplicated().sum())
    if again:
        raise InputError(
            "Municipalities that occur more than once.",
            expected=f"one row for each {join_options(keys, last='and')}",
            got=f"{again} rows that share these with another",
            remedy="Add the rows up, or keep the column that tells them apart.",
        )


def _check_codes(frame: pl.DataFrame, shares: pl.DataFrame, *, region: str, year: int) -> None:
    known = shares["from"].unique()
    wrong = frame.filter(~pl.col(region).is_in(known.implode()) | pl.col(region).is_null())
    if wrong.height:
        codes = wrong[region].drop_nulls().unique().sort().head(5).to_list()
        raise InputError(
            f"Regions that the crosswalk from {year} does not have.",
            where=f"column `{region}`",
            expected=f"codes of municipalities on 1 January {year}, such as `{known.sort()[0]}`",
            got=f"{wrong.height} rows with others" + (f", such as {join_options(codes)}" if codes else ""),
            remedy="Name the year the codes are of, or leave out the rows of larger regions.",
        )


def _exact(name: str) -> pl.Expr:
    return pl.col(name) * pl.col("share")


def _whole_parts(parts: pl.DataFrame, values: tuple[str, ...]) -> pl.DataFrame:
    # Most rows go to one municipality as they are.
    undivided = pl.col("share") == 1
    divided = parts.filter(~undivided).with_columns(map(_largest_remainder, values))
    as_they_are = parts.filter(undivided).with_columns(pl.col(values).cast(pl.Int64))
    return pl.concat([as_they_are, divided])


def _largest_remainder(name: str) -> pl.Expr:
    # Of each row all parts are rounded down; what is left over goes to the parts that lost most.
    exact = _exact(name)
    # A share of seven tenths of ten is a hair below seven.
    down = (exact + 1e-9).floor()
    left = (pl.col(name).first() - down.sum()).over("__row")
    order = (exact - down).rank("ordinal", descending=True).over("__row")
    return (down + (order <= left)).cast(pl.Int64).alias(name)


def _checked_complete(
    summed: pl.DataFrame, shares: pl.DataFrame, *, missing: Missing, values: tuple[str, ...]
) -> pl.DataFrame:
    needed = shares.filter(pl.col("share") > 0).group_by("to").agg(pl.len().alias("__needed"))
    counted = summed.join(needed, on="to", how="left")
    short = counted.filter(pl.col("__parts") < pl.col("__needed"))
    if short.height and missing == "refuse":
        codes = short["to"].unique().sort()
        raise InputError(
            "Parts of municipalities are missing.",
            expected="every municipality that a later or earlier one is made of, for every period",
            got=f"{codes.len()} without all of their parts, such as {join_options(codes.head(3))}",
            remedy='Add the rows, or leave those figures empty with missing="gap".',
        )
    gap = pl.col("__parts") < pl.col("__needed")
    return counted.with_columns(
        pl.when(gap).then(None).otherwise(pl.col(name)).alias(name) for name in values
    ).drop("__parts", "__needed")


def _check_totals(frame: pl.DataFrame, carried: pl.DataFrame, values: tuple[str, ...]) -> None:
    for name in values:
        if frame[name].null_count():
            continue
        before, after = float(frame[name].sum()), float(carried[name].sum())
        size = max(1.0, float(frame[name].cast(pl.Float64).abs().sum()))
        if not abs(after - before) <= _TOLERANCE * size:
            raise InputError(
                f"The total of `{name}` is not kept.",
                expected=f"{before:,.10g}",
                got=f"{after:,.10g}",
                remedy="Give finite numbers, and whole ones only as integers.",
            )
