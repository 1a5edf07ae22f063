"""Shares that make up a whole: every level of every category, in order, checked to add up."""

from collections.abc import Mapping, Sequence

import polars as pl

from talentstats.errors import InputError
from talentstats.figures.estimate_frame import NUMBERS, read_estimates
from talentstats.figures.names import Names, speak_names
from talentstats.figures.rows import in_order
from talentstats.figures.value_unit import ValueUnit

# Shares rounded before they came may miss 100% by this much.
MISSING_PERCENT = 1.0


def read_shares(
    data: object, *, keys: Mapping[str, str], order: Sequence[str], unit: ValueUnit, names: Names
) -> pl.DataFrame:
    """Return shares by category and level, categories in the order given and levels in that of `order`.

    Parameters
    ----------
    data : Estimates or frame
        One row per category and level. A level without a row is 0. A category of which a share is null
        rests on too few observations, and is null as a whole.
    keys : mapping
        From `category` and `level` to the columns they come from.
    order : sequence of str
        The levels.
    unit : ValueUnit
    names : mapping

    Returns
    -------
    polars.DataFrame
        Columns of `read_estimates`; each category has every level.

    Raises
    ------
    InputError
        If a level is not in the order, shares of a category do not add up to 100%, or data cannot be used.
    """
    _check_order(order)
    rows = read_estimates(data, what="shares", keys=keys, unit=unit, names={})
    if rows["level"].is_null().any():
        raise InputError(
            "A share has no level.",
            expected="the answer it is a share of",
            got=f"null in `{keys['level']}`",
            remedy="Leave out rows about all answers together.",
        )
    in_order(rows["level"].unique(maintain_order=True).to_list(), order, what="level")
    whole = _complete(rows.select(*keys, *NUMBERS, "n_obs", "note"), order)
    _check_sums(whole)
    return speak_names(whole, keys=keys, names=names)


def _check_order(order: Sequence[str]) -> None:
    if isinstance(order, str) or len(order) < 2 or len(set(order)) < len(order):
        raise InputError(
            "The order of the levels cannot be used.",
            expected="at least two levels, each once",
            got=f"`{order}`"
            if isinstance(order, str)
            else f"{len(order)} levels, {len(set(order))} different",
            where="`order`",
            remedy="List the answers from one end of the scale to the other.",
        )


def _complete(rows: pl.DataFrame, order: Sequence[str]) -> pl.DataFrame:
    """Give every category every level; hide a category of which a share is hidden."""
    categories = rows.group_by("category", maintain_order=True).agg(
        hidden=pl.col("estimate").is_null().any(), n_all=pl.col("n_obs").max()
    )
    levels = pl.DataFrame({"level": list(order)})
    joined = categories.join(levels, how="cross").join(
        rows, on=["category", "level"], how="left", nulls_equal=True, maintain_order="left"
    )
    shown = pl.when(~pl.col("hidden"))
    return joined.select(
        "category",
        "level",
        shown.then(pl.col("estimate").fill_null(0.0)).alias("estimate"),
        shown.then("conf_low").alias("conf_low"),
        shown.then("conf_high").alias("conf_high"),
        n_obs=pl.col("n_all"),
        note="note",
    )


def _check_sums(rows: pl.DataFrame) -> None:
    sums = rows.group_by("category", maintain_order=True).agg(
        total=pl.col("estimate").sum(), hidden=pl.col("estimate").is_null().any()
    )
    wrong = sums.filter(~pl.col("hidden"), (pl.col("total") - 100).abs() > MISSING_PERCENT)
    if not wrong.is_empty():
        name, total, _ = wrong.row(0)
        raise InputError(
            f"The shares of `{name}` do not add up to 100%.",
            expected="all answers of one category together 100%",
            got=f"{total:.1f}%",
            remedy="Give every answer once; a question with several answers is drawn with `interval_dots`.",
        )
