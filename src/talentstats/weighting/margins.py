"""Margins: what is known of the population, on which day, and who says so."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import combinations
from typing import Any

import narwhals as nw
import numpy as np
import polars as pl

from talentstats.errors import InputError, unknown_name
from talentstats.provenance import Origin
from talentstats.survey.engines import polars_columns
from talentstats.weighting.margin import Margin, written

# Sizes that differ less are rounded figures of one population.
_SAME_SIZE = 1e-6

Key = str | tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Margins:
    """Population totals for weighting; make them with `Margins.of` or `read_margins`.

    Attributes
    ----------
    categories : tuple of Margin
        Persons by category, all of one population size.
    numbers : dict of str to float
        Totals of columns with numbers, such as income.
    population : float or None
        Number of persons, where it is known.
    reference_date : date or None
        The day the totals are about.
    origins : tuple of Origin
        Where they come from.
    """

    categories: tuple[Margin, ...] = ()
    numbers: dict[str, float] = field(default_factory=dict)
    population: float | None = None
    reference_date: date | None = None
    origins: tuple[Origin, ...] = ()

    @classmethod
    def of(
        cls,
        totals: Mapping[Key, object],
        *,
        reference_date: date | None = None,
        origins: Iterable[Origin] = (),
        population: float | None = None,
        scale_to: Key | None = None,
    ) -> "Margins":
        """Take population totals from mappings, frames and numbers.

        Parameters
        ----------
        totals : mapping
            By column of the sample, or tuple of columns: a mapping from category (or tuple of categories) to
            persons; a frame with these columns and one more, the persons; or a number, the total of a column
            with numbers.
        reference_date : date, optional
            The day the totals are about.
        origins : iterable of Origin
            Where they come from.
        population : float, optional
            Number of persons; needed only for calibration to numbers alone.
        scale_to : str or tuple of str, optional
            The margin to whose size all others are scaled.

        Raises
        ------
        InputError
            If a total cannot be one, or the margins do not agree with each other.

        Examples
        --------
        >>> from datetime import date
        >>> margins = Margins.of(
        ...     {"region": {"Leiden": 1200, "Delft": 800}, "sex": {"v": 1050, "m": 950}},
        ...     reference_date=date(2025, 1, 1),
        ... )
        >>> [margin.size for margin in margins.categories]
        [2000.0, 2000.0]
        """
        numbers = {key: value for key, value in totals.items() if _is_number(value)}
        categories = tuple(
            _margin(_columns(key), value) for key, value in totals.items() if key not in numbers
        )
        made = cls(
            categories=categories,
            numbers={_columns(key)[0]: _finite(key, value) for key, value in numbers.items()},
            population=None if population is None else _finite("population", population),
            reference_date=reference_date,
            origins=tuple(origins),
        )
        if not totals and population is None:
            raise InputError(
                "There are no margins.", expected='totals such as {"sex": {"v": 1050, "m": 950}}'
            )
        made = made._one_size(scale_to)
        for first, second in combinations(made.categories, 2):
            _require_agreement(first, second)
        return made

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns of the sample that hold categories."""
        return tuple(dict.fromkeys(column for margin in self.categories for column in margin.columns))

    @property
    def size(self) -> float | None:
        """Number of persons in the population; None when only totals of numbers are known."""
        return self.categories[0].size if self.categories else self.population

    def check_against(self, cells: pl.DataFrame) -> "Margins":
        """Return the margins with their categories as the sample writes them, in its order.

        Parameters
        ----------
        cells : polars.DataFrame
            Columns of the sample; every combination of categories that has a weight in a row, or all rows.

        Raises
        ------
        InputError
            For a category that the data have and a margin has not, or the reverse.
        """
        return replace(self, categories=tuple(margin.matched(cells) for margin in self.categories))

    def _one_size(self, scale_to: Key | None) -> "Margins":
        sizes = {margin.columns: margin.size for margin in self.categories}
        if scale_to is not None and _columns(scale_to) not in sizes:
            raise unknown_name("margin", ", ".join(_columns(scale_to)), [", ".join(key) for key in sizes])
        known = [self.population] if self.population is not None else []
        target = [*known, *sizes.values(), 0.0][0] if scale_to is None else sizes[_columns(scale_to)]
        if scale_to is None:
            _require_one_size(self)
        return replace(
            self,
            categories=tuple(margin.scaled(target) for margin in self.categories),
            population=target if known else None,
        )


def _require_one_size(margins: Margins) -> None:
    named = [(f"the margin {margin.name}", margin.size) for margin in margins.categories]
    if margins.population is not None:
        named.insert(0, ("`population`", margins.population))
    for name, size in named[1:]:
        first, target = named[0]
        if abs(size - target) > _SAME_SIZE * target:
            raise InputError(
                "The margins are not about the same number of persons.",
                expected=f"{target:,.10g}, the size of {first}",
                got=f"{size:,.10g} in {name}: a difference of {size - target:+,.6g} "
                f"({100 * (size / target - 1):+.3g} %)",
                remedy="Take margins of one day and one population, or name the one to follow in `scale_to`.",
            )


def _require_agreement(first: Margin, second: Margin) -> None:
    """Refuse two margins that say different things about the variables they share."""
    shared = [column for column in first.columns if column in second.columns]
    if not shared:
        return
    one, other = first.summed(shared), second.summed(shared)
    matched = other.matched(one.levels.filter(one.totals > 0))
    target = one.matched(matched.levels)
    away = np.abs(matched.totals - target.totals)
    worst = int(np.argmax(away))
    if away[worst] > _SAME_SIZE * target.size:
        raise InputError(
            f"The margins {first.name} and {second.name} contradict each other.",
            expected=f"{target.totals[worst]:,.10g} in {written(matched.levels[worst])}, as in {first.name}",
            got=f"{matched.totals[worst]:,.10g} in {second.name}",
            remedy="Take both from the same table, or leave one out.",
        )


def _margin(columns: tuple[str, ...], value: object) -> Margin:
    if isinstance(value, Mapping):
        return _from_mapping(columns, value)
    try:
        frame = nw.from_native(value, eager_only=True)  # type: ignore[call-overload]
    except TypeError as error:
        raise InputError(
            f"The totals of `{', '.join(columns)}` cannot be read.",
            expected="a mapping from category to persons, a frame in memory, or a number",
            got=type(value).__name__,
        ) from error
    return _from_frame(columns, frame)


def _from_mapping(columns: tuple[str, ...], value: Mapping[Any, object]) -> Margin:
    keys = [key if isinstance(key, tuple) else (key,) for key in value]
    short = next((key for key in keys if len(key) != len(columns)), None)
    if short is not None:
        raise InputError(
            f"A category of `{', '.join(columns)}` does not have a value for each column.",
            expected=f"{len(columns)} value(s): {', '.join(columns)}",
            got=repr(short if len(short) > 1 else short[0]),
        )
    totals = np.array([_finite(key, total) for key, total in value.items()], dtype=np.float64)
    return Margin(levels=pl.DataFrame(keys, schema=list(columns), orient="row"), totals=totals)


def _from_frame(columns: tuple[str, ...], frame: "nw.DataFrame[Any]") -> Margin:
    table = polars_columns(frame, frame.columns)
    rest = [name for name in table.columns if name not in columns]
    if len(rest) != 1 or len(table.columns) != len(columns) + 1 or not table.schema[rest[0]].is_numeric():
        raise InputError(
            f"The frame of totals of `{', '.join(columns)}` has other columns than it should.",
            expected=f"{', '.join(f'`{name}`' for name in columns)} and one column with the persons",
            got=", ".join(f"`{name}`" for name in table.columns),
        )
    totals = table[rest[0]].cast(pl.Float64).fill_null(float("nan")).to_numpy()
    return Margin(levels=table.select(columns), totals=totals)


def _columns(key: Key) -> tuple[str, ...]:
    return (key,) if isinstance(key, str) else tuple(key)


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float, np.integer, np.floating)) and not isinstance(value, bool)


def _finite(name: object, value: Any) -> float:
    if not _is_number(value) or not np.isfinite(value):
        raise InputError(
            "A total is not a number.",
            expected="a finite number",
            got=repr(value),
            where=f"total of {name!r}",
        )
    return float(value)
