"""What changed between two vintages of a dataset, cell by cell."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, get_args

import polars as pl

from talentstats.errors import InputError, join_options
from talentstats.vintages.cells import CONTENT, Cells

Kind = Literal[
    "revised",
    "rounding",
    "unit",
    "became_available",
    "became_missing",
    "reason",
    "status",
    "new_period",
    "added",
    "removed",
    "only_before",
    "only_after",
]
KINDS: tuple[Kind, ...] = get_args(Kind)
DEFINITIVE = "definitive"
# Of a value: what binary fractions leave behind.
_NOISE = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """How many cells changed, and how.

    Attributes
    ----------
    before, after : int
        Cells of each vintage.
    common : int
        Cells that both have.
    compared : int
        Those with a value in both.
    kinds, definitive : mapping of kind to int
        Changed cells by kind, and those among them that were marked definitive before.
    status_changed, status_lost : int
        Cells of both with another status, whatever else changed; and those no longer definitive.
    """

    before: int
    after: int
    common: int
    compared: int
    kinds: Mapping[Kind, int]
    definitive: Mapping[Kind, int]
    status_changed: int
    status_lost: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Two vintages compared.

    Attributes
    ----------
    changes : polars.DataFrame
        A row a changed cell: keys and titles, period, frequency, unit, old, new, difference (new - old),
        relative (difference / |old|), kind, status_before, status_after, missing_before, missing_after and
        was_definitive. Sorted by kind in the order of `KINDS`, then by the keys.
    counts : Counts
    periods : polars.DataFrame
        Columns frequency, period, compared, revised and definitive: cells with a value in both
        vintages, those revised, and those revised although they were definitive.
    """

    changes: pl.DataFrame
    counts: Counts
    periods: pl.DataFrame


def compare_cells(before: Cells, after: Cells) -> Comparison:
    """Compare two vintages of one dataset.

    A figure is revised when it is not the same number as before. Where the two have other numbers of
    decimals and agree as far as the coarser of them says, the change is rounding.

    Raises
    ------
    InputError
        If the two are different slices, have other dimensions, or a cell occurs twice in one of them.
    """
    _refuse_other_slices(before, after)
    joined = _joined(before, after)
    kinds = joined.select(
        "in_before", "in_after", "period", "frequency", "status", "status_after", "value", "value_after",
        kind=_kind(whole=before.whole and after.whole),
    )  # fmt: skip
    changed = joined.with_columns(kinds["kind"]).filter(pl.col("kind").is_not_null())
    return Comparison(
        changes=_described(changed, before, after), counts=_counted(kinds), periods=_by_period(kinds)
    )


def _refuse_other_slices(before: Cells, after: Cells) -> None:
    slices = [{name: sorted(codes) for name, codes in cells.where.items()} for cells in (before, after)]
    if slices[0] != slices[1]:
        raise InputError(
            "The two vintages are different slices of the table.",
            where=f"{before.origin.dataset} and {after.origin.dataset}",
            expected=f"the slice of the first: {_in_words(before)}",
            got=_in_words(after),
            remedy="Fetch the newer edition with the same filters, or under a name of its own (`--as`).",
        )
    if before.keys != after.keys:
        raise InputError(
            "The two vintages do not have the same dimensions, so their cells cannot be compared.",
            where=f"{before.origin.dataset} and {after.origin.dataset}",
            expected=join_options(before.keys, last="and"),
            got=join_options(after.keys, last="and"),
            remedy="Compare vintages from before or after the publisher changed the table.",
        )


def _in_words(cells: Cells) -> str:
    named = (f"{name} = {', '.join(codes)}" for name, codes in sorted(cells.where.items()))
    return "; ".join(named) or "the whole table"


def _joined(before: Cells, after: Cells) -> pl.DataFrame:
    """Put the cells of both beside each other; those of the second have the suffix `_after`."""
    keys = list(before.keys)
    further = [name for name in ("period", "frequency", *CONTENT) if name not in keys]
    first, second = (
        cells.frame.select(*keys, *further, present=pl.lit(value=True)) for cells in (before, after)
    )
    try:
        joined = first.join(second, on=keys, how="full", coalesce=True, suffix="_after", validate="1:1")
    except pl.exceptions.ComputeError as error:
        raise _cell_twice(before, after) from error
    last = before.frame.group_by("frequency").agg(last_before=pl.col("period").max())
    periods = [name for name in ("period", "frequency") if f"{name}_after" in joined.columns]
    return (
        joined.rename({"present": "in_before", "present_after": "in_after"})
        .with_columns(pl.coalesce(name, f"{name}_after").alias(name) for name in periods)
        .with_columns(pl.col("in_before", "in_after").fill_null(value=False))
        .join(last, on="frequency", how="left")
    )


def _cell_twice(before: Cells, after: Cells) -> InputError:
    wrong = next(
        cells
        for cells in (before, after)
        if cells.frame.select(pl.struct(cells.keys).is_duplicated().any()).item()
    )
    return InputError(
        "A cell occurs twice in one vintage.",
        where=wrong.origin.dataset,
        expected=f"one value for each combination of {join_options(wrong.keys, last='and')}",
        got="two",
        remedy="Take the folder away and fetch the table again.",
    )


def _kind(*, whole: bool) -> pl.Expr:
    """Return what happened to a cell, null when nothing did; the first that holds, from top to bottom."""
    old, new = pl.col("value"), pl.col("value_after")
    in_both = pl.col("in_before") & pl.col("in_after")
    both = old.is_not_null() & new.is_not_null()
    distance = (new - old).abs()
    coarser = pl.max_horizontal("resolution", "resolution_after")
    differ = distance > _NOISE * pl.max_horizontal(old.abs(), new.abs(), 1.0)
    printed_otherwise = (pl.col("resolution") - pl.col("resolution_after")).abs() > _NOISE
    later = pl.col("period") > pl.col("last_before")
    return (
        pl.when(~pl.col("in_before"))
        .then(pl.when(later).then(pl.lit("new_period")).otherwise(pl.lit("added" if whole else "only_after")))
        .when(~pl.col("in_after"))
        .then(pl.lit("removed" if whole else "only_before"))
        .when(both & (pl.col("unit") != pl.col("unit_after")))
        .then(pl.lit("unit"))
        .when(both & differ & printed_otherwise & (distance <= coarser / 2 + _NOISE))
        .then(pl.lit("rounding"))
        .when(both & differ)
        .then(pl.lit("revised"))
        .when(in_both & old.is_null() & new.is_not_null())
        .then(pl.lit("became_available"))
        .when(in_both & old.is_not_null() & new.is_null())
        .then(pl.lit("became_missing"))
        .when(pl.col("missing").ne_missing(pl.col("missing_after")))
        .then(pl.lit("reason"))
        .when(pl.col("status") != pl.col("status_after"))
        .then(pl.lit("status"))
        .cast(pl.Enum(KINDS))
        .alias("kind")
    )


def _counted(kinds: pl.DataFrame) -> Counts:
    in_both, both_valued = _in_both(), _both_valued()
    was_definitive = pl.col("status") == DEFINITIVE
    other_status = in_both & (pl.col("status") != pl.col("status_after"))
    totals = kinds.select(
        before=pl.col("in_before").sum(),
        after=pl.col("in_after").sum(),
        common=in_both.sum(),
        compared=both_valued.sum(),
        status_changed=other_status.sum(),
        status_lost=(other_status & was_definitive).sum(),
    ).row(0, named=True)
    by_kind = (
        kinds.filter(pl.col("kind").is_not_null())
        .group_by("kind")
        .agg(cells=pl.len(), definitive=was_definitive.sum())
    )
    cells = {row["kind"]: row for row in by_kind.iter_rows(named=True)}
    return Counts(
        **totals,
        kinds={kind: cells[kind]["cells"] if kind in cells else 0 for kind in KINDS},
        definitive={kind: cells[kind]["definitive"] if kind in cells else 0 for kind in KINDS},
    )


def _in_both() -> pl.Expr:
    return pl.col("in_before") & pl.col("in_after")


def _both_valued() -> pl.Expr:
    return pl.col("value").is_not_null() & pl.col("value_after").is_not_null()


def _by_period(kinds: pl.DataFrame) -> pl.DataFrame:
    revised = pl.col("kind") == "revised"
    return (
        kinds.filter(_both_valued())
        .group_by("frequency", "period")
        .agg(
            compared=pl.len(),
            revised=revised.sum(),
            definitive=(revised & (pl.col("status") == DEFINITIVE)).sum(),
        )
        .sort("frequency", "period")
    )


def _described(changed: pl.DataFrame, before: Cells, after: Cells) -> pl.DataFrame:
    """Give the changed cells their titles, differences, and an order."""
    keys = list(before.keys)
    difference = (pl.col("value_after") - pl.col("value")).round(9)
    comparable = pl.col("kind") != "unit"
    titles = [name for name in after.frame.columns if name.endswith("_title")]
    # The newest title counts; a cell that was removed has that of the first vintage.
    named = pl.concat(
        cells.frame.select(*keys, *titles).join(changed.select(keys), on=keys, how="semi")
        for cells in (after, before)
    ).unique(keys, keep="first", maintain_order=True)
    return (
        changed.join(named, on=keys, how="left")
        .select(
            *keys,
            *titles,
            *(name for name in ("period", "frequency") if name not in keys),
            unit=pl.coalesce("unit_after", "unit"),
            old="value",
            new="value_after",
            difference=pl.when(comparable).then(difference),
            relative=pl.when(comparable & (pl.col("value") != 0)).then(difference / pl.col("value").abs()),
            kind="kind",
            status_before="status",
            status_after="status_after",
            missing_before="missing",
            missing_after="missing_after",
            was_definitive=pl.col("status").eq(DEFINITIVE).fill_null(value=False),
        )
        .sort("kind", *keys)
    )
