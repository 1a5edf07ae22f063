"""Estimates as figures read them: who they are about, value, interval and number of answers."""

from collections.abc import Mapping, Sequence

import polars as pl

from talentstats.errors import InputError, closest, join_options
from talentstats.figures.names import Names, speak_names
from talentstats.figures.series_frame import check_unique, to_frame
from talentstats.figures.value_unit import ValueUnit

NUMBERS = ("estimate", "conf_low", "conf_high")
_OPTIONAL = {"n_obs": pl.Int64, "note": pl.String}
# Shares that were summed may miss a bound by as much as this, in percent.
ROUNDING = 1e-6


def read_estimates(
    data: object, *, what: str, keys: Mapping[str, str], unit: ValueUnit, names: Names
) -> pl.DataFrame:
    """Return estimates in the columns a figure works with, in the order given.

    Parameters
    ----------
    data : Estimates or frame
        Columns `estimate`, `conf_low` and `conf_high`, those of `keys`, and `n_obs` and `note` if they are
        there. A null estimate was suppressed: it rests on too few observations.
    what : str
        What the data are, for errors.
    keys : mapping
        From the name a column gets to the column it comes from; together they tell rows apart.
    unit : ValueUnit
        Gives what numbers are multiplied by.
    names : mapping
        What readers call the values.

    Returns
    -------
    polars.DataFrame
        The keys with their names in each language, `estimate`, `conf_low`, `conf_high`, `n_obs`, `note`.

    Raises
    ------
    InputError
        If the table cannot be read, a value cannot be drawn, or a row is there twice.
    """
    frame = to_frame(data, what=what)
    _check_columns(frame, (*dict.fromkeys(keys.values()), *NUMBERS), what=what)
    rows = _select(frame, keys, unit, what=what)
    _check_numbers(rows, unit, what=what)
    _check_intervals(rows, what=what)
    several = [name for name in ("variable", "level") if name in frame.columns and frame[name].n_unique() > 1]
    check_unique(
        rows,
        tuple(keys),
        remedy="Choose the rows of one figure, such as `estimates.filter(level=...)`."
        if several
        else "Keep one row for each.",
    )
    return speak_names(rows, keys=keys, names=names)


def _check_columns(frame: pl.DataFrame, needed: Sequence[str], *, what: str) -> None:
    missing = [name for name in needed if name not in frame.columns]
    if missing:
        guess = closest(missing[0], [name for name in frame.columns if name not in needed])
        raise InputError(
            f"The {what} miss a column.",
            expected=join_options(needed, last="and"),
            got=f"no {join_options(missing)}",
            remedy=f"Do you mean `{guess}`?" if guess else "Pass what `Estimates.to_polars()` returns.",
        )
    if frame.is_empty():
        raise InputError(
            f"The {what} are empty.",
            expected="at least one row",
            got="none",
            remedy="Check how the rows were chosen.",
        )


def _select(frame: pl.DataFrame, keys: Mapping[str, str], unit: ValueUnit, *, what: str) -> pl.DataFrame:
    extras = [
        (pl.col(name) if name in frame.columns else pl.lit(None)).cast(kind).alias(name)
        for name, kind in _OPTIONAL.items()
    ]
    try:
        return frame.select(
            *(pl.col(column).cast(pl.String).alias(key) for key, column in keys.items()),
            *(pl.col(name).cast(pl.Float64) * unit.scale for name in NUMBERS),
            *extras,
        )
    except pl.exceptions.PolarsError as error:
        raise InputError(
            f"The {what} have a column of the wrong type.",
            expected="numbers in `estimate`, `conf_low`, `conf_high` and `n_obs`",
            got=str(error).splitlines()[0],
            remedy="Pass what `Estimates.to_polars()` returns.",
        ) from error


def _check_numbers(rows: pl.DataFrame, unit: ValueUnit, *, what: str) -> None:
    for name in NUMBERS:
        endless = rows[name].is_nan() | rows[name].is_infinite()
        if endless.fill_null(value=False).any():
            raise InputError(
                f"The {what} hold a value that cannot be drawn.",
                expected=f"a finite number or null in `{name}`",
                got=str(rows[name][int(endless.arg_max() or 0)]),
                where=f"row {int(endless.arg_max() or 0) + 1}",
                remedy="An estimate that is not shown is null.",
            )
    if unit.is_share:
        outside = ~rows["estimate"].is_between(-ROUNDING, 100 + ROUNDING).fill_null(value=True)
        if outside.any():
            row = int(outside.arg_max() or 0)
            raise InputError(
                "A share lies outside 0 to 100%.",
                expected='0 to 1 with `unit="fraction"`, 0 to 100 with `unit="percent"`',
                got=f"{rows['estimate'][row] / unit.scale:g}",
                where=f"row {row + 1} of the {what}",
                remedy="Say which of the two the estimates are; give differences a unit of their own.",
            )


def _check_intervals(rows: pl.DataFrame, *, what: str) -> None:
    low, value, high = pl.col("conf_low"), pl.col("estimate"), pl.col("conf_high")
    torn = low.is_null() != high.is_null()
    around = (low <= value + ROUNDING) & (value <= high + ROUNDING)
    wrong = rows.select((torn | ~around.fill_null(value=True)).alias("wrong"))["wrong"]
    if wrong.any():
        raise InputError(
            f"An interval of the {what} is not one around its estimate.",
            expected="`conf_low` at most `estimate`, `estimate` at most `conf_high`, or both ends null",
            got=" / ".join(str(rows[name][int(wrong.arg_max() or 0)]) for name in NUMBERS),
            where=f"row {int(wrong.arg_max() or 0) + 1}",
            remedy="Check that both ends and the estimate have the same unit.",
        )
