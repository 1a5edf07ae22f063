"""Sums by group: asked of the engine, or added in the order of the rows when the frame is in memory."""

from collections.abc import Callable, Iterator
from typing import Any

import narwhals as nw
import numpy as np
import polars as pl
from numpy.typing import NDArray

from talentstats.survey.engines import plain_types
from talentstats.survey.sample import Reading
from talentstats.variance.groups import IntArray, dense_codes

# Sums are kept for every pair of a domain and a unit while these are not many more than the rows.
_ROOM = 4
_SMALL = 1_000_000
# Columns made of the rows at one time: with hundreds of replicate weights not all of them are in memory.
_AT_ONCE = 12

Keys = Callable[[IntArray], pl.DataFrame]


def sums_by_group(
    reading: Reading,
    rows: "nw.LazyFrame[Any]",
    *,
    keys: list[str],
    sums: list[str],
    spread_of: str | None = None,
) -> pl.DataFrame:
    """Sum columns by the keys on the engine of the rows.

    Parameters
    ----------
    reading : Reading
        Where the rows come from.
    rows : narwhals.LazyFrame
        Only rows to be counted; the columns of `keys` and `sums`.
    keys, sums : list of str
    spread_of : str, optional
        Column whose least and most are wanted too, as `least_` and `most_`.

    Returns
    -------
    polars.DataFrame
        One row a group that occurs; `n` counts its rows.
    """
    bounds = []
    if spread_of is not None:
        column = nw.col(spread_of)
        bounds = [column.min().alias(f"least_{spread_of}"), column.max().alias(f"most_{spread_of}")]
    counted = nw.len().alias("n")
    return reading.collect(rows.group_by(*keys).agg(counted, *(nw.col(name).sum() for name in sums), *bounds))


def sums_in_order(
    rows: pl.LazyFrame,
    *,
    domain: list[str],
    rest: list[str],
    sums: list[str],
    by_domain: list[str],
    spread_of: str | None = None,
    known: pl.DataFrame | None = None,
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Sum columns of a frame in memory by the keys, one row after the other.

    polars adds the pieces of a group in the order its threads finish, so that the last digit of a sum can
    differ from run to run. Adding the rows in their order, the same frame gives the same bytes.

    Parameters
    ----------
    rows : polars.LazyFrame
        Only rows to be counted.
    domain, rest : list of str
        Keys of the domain, and of the unit or stratum.
    sums, by_domain : list of str
        Columns to sum by all keys, and by those of the domain alone.
    spread_of : str, optional
        As for `sums_by_group`.
    known : polars.DataFrame, optional
        A table with every value of `rest`, which saves looking for them.

    Returns
    -------
    groups, domains : polars.DataFrame
        As `sums_by_group` gives, in the order of the keys.
    """
    table = _collected(rows, [*domain, *rest, *sums[:1]])
    of_domain, domain_code, domains = _codes(table, domain)
    of_unit, unit_code, units = _codes(table, rest, known=known)
    code, numbers = domain_code * units + unit_code, np.arange(domains * units)
    if numbers.size > _ROOM * table.height + _SMALL:
        code, numbers = dense_codes(code)
    counts = np.bincount(code, minlength=numbers.size)
    occurs = np.flatnonzero(counts)
    columns: dict[str, NDArray[Any]] = {"n": counts[occurs]}
    columns |= {column.name: _added(column, code, numbers.size)[occurs] for column in _columns(rows, sums)}
    squares = {column.name: _added(column, domain_code, domains) for column in _columns(rows, by_domain)}
    if spread_of is not None:
        least, most = _bounds(code, _collected(rows, [spread_of])[spread_of].to_numpy(), numbers.size)
        columns |= {f"least_{spread_of}": least[occurs], f"most_{spread_of}": most[occurs]}
    found = numbers[occurs]
    groups = [of_domain(found // units), of_unit(found % units), pl.DataFrame(columns)]
    alone = [of_domain(np.arange(domains)), pl.DataFrame(squares)]
    return _plain(groups), _plain(alone)


def _columns(rows: pl.LazyFrame, names: list[str]) -> Iterator[pl.Series]:
    """Give the columns one after the other, made so many at a time."""
    for start in range(0, len(names), _AT_ONCE):
        yield from _collected(rows, names[start : start + _AT_ONCE])


def _collected(rows: pl.LazyFrame, names: list[str]) -> pl.DataFrame:
    return rows.select(names).collect(engine="in-memory")


def _plain(parts: list[pl.DataFrame]) -> pl.DataFrame:
    filled = [part for part in parts if part.width]
    table = pl.concat(filled, how="horizontal") if filled else pl.DataFrame()
    return plain_types(table, nw.from_native(table).schema)


def _added(column: pl.Series, code: IntArray, size: int) -> NDArray[np.float64]:
    added = np.bincount(code, weights=column.fill_null(0).to_numpy(), minlength=size)
    return np.asarray(added, dtype=np.float64)


def _codes(
    table: pl.DataFrame, names: list[str], *, known: pl.DataFrame | None = None
) -> tuple[Keys, IntArray, int]:
    """Give the distinct keys numbers in their order: the keys by number, the number of each row, how many."""
    if not names:
        return lambda _: pl.DataFrame(), np.zeros(table.height, dtype=np.int64), 1
    if len(names) == 1 and table.schema[names[0]].is_integer():
        values = table[names[0]].to_numpy().astype(np.int64)
        least, most = (int(values.min()), int(values.max())) if values.size else (0, 0)
        if most - least < table.height + _SMALL:
            return _whole_numbers(table, names[0], values, least=least, span=most - least + 1)
    keys = table.select(names)
    if known is not None and known.select(names).schema == keys.schema:
        keys = known.select(names)
    distinct = keys.unique().sort(names)
    numbered = distinct.with_row_index("place")
    joined = table.select(names).join(numbered, on=names, how="left", maintain_order="left", nulls_equal=True)
    places = joined["place"].to_numpy().astype(np.int64)
    return _keys_of(distinct), places, distinct.height


def _whole_numbers(
    table: pl.DataFrame, name: str, values: IntArray, *, least: int, span: int
) -> tuple[Keys, IntArray, int]:
    occurs = np.zeros(span, dtype=np.bool_)
    occurs[values - least] = True
    distinct = np.flatnonzero(occurs)
    place = np.zeros(span, dtype=np.int64)
    place[distinct] = np.arange(distinct.size)
    frame = pl.DataFrame({name: pl.Series(distinct + least).cast(table.schema[name])})
    return _keys_of(frame), place[values - least], distinct.size


def _keys_of(distinct: pl.DataFrame) -> Keys:
    return lambda numbers: distinct.select(pl.all().gather(pl.Series(numbers)))


def _bounds(
    codes: IntArray, values: NDArray[np.float64], size: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    least, most = np.full(size, np.inf), np.full(size, -np.inf)
    np.minimum.at(least, codes, values)
    np.maximum.at(most, codes, values)
    return least, most
