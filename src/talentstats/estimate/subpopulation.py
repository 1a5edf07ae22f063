"""Which rows an estimate is about, as one condition that every engine understands alike."""

from collections.abc import Mapping
from decimal import Decimal
from functools import reduce
from math import isnan
from numbers import Real
from operator import and_, or_
from typing import Any

import narwhals as nw
import numpy as np

from talentstats.errors import InputError
from talentstats.estimate.request import Request
from talentstats.estimate.scan import Scan, without_nan
from talentstats.survey.sample import Reading


def inside(reading: Reading, request: Request, scan: Scan, *, responded: str | None = None) -> nw.Expr | None:
    """Give the condition that a row is in a domain and in the subpopulation; None when every row is.

    `responded` names the column that says who responded, in a sample that was weighted for nonresponse.

    Raises
    ------
    InputError
        If `where` asks for text in a column of numbers, or the other way round; for a missing value; or is
        an expression that is no condition on the columns of the sample.
    """
    conditions = [~without_nan(reading, name).is_null() for name in request.by if name in scan.gaps]
    if responded:
        conditions.append(nw.col(responded) == 1)
    if isinstance(request.where, Mapping):
        conditions += [_has_value(reading, name, value) for name, value in request.where.items()]
    elif request.where is not None:
        _require_condition(reading, request.where)
        conditions.append(request.where)
    return reduce(and_, conditions) if conditions else None


def _has_value(reading: Reading, name: str, wanted: Any) -> nw.Expr:
    listed = list(wanted) if isinstance(wanted, (list, tuple, set, frozenset)) else [wanted]
    kind = reading.schema[name]
    column = nw.col(name)
    _refuse_missing(name, listed)
    if kind.is_numeric():
        _require(name, kind, listed, (Real, Decimal))
        if kind.is_integer():
            return _any_of(column, [int(value) for value in listed if float(value).is_integer()])
        return _any_of(column.cast(nw.Float64), [float(value) for value in listed])
    if kind == nw.Boolean:
        _require(name, kind, listed, (Real, np.bool_))
        return _any_of(column, [bool(value) for value in listed if value in (0, 1)])
    if kind in (nw.String, nw.Categorical) or isinstance(kind, nw.Enum):
        _require(name, kind, listed, (str,))
        return column.is_in([str(value) for value in listed])
    return _any_of(column, listed)


def _any_of(column: nw.Expr, values: list[Any]) -> nw.Expr:
    return reduce(or_, [column == value for value in values], nw.lit(value=False))


def _require(name: str, kind: nw.dtypes.DType, listed: list[Any], types: tuple[type, ...]) -> None:
    wrong = [value for value in listed if not isinstance(value, types)]
    if wrong:
        raise InputError(
            f"`where` asks for a value that `{name}` cannot have.",
            expected=f"a value of the column's type, {kind}",
            got=f"{wrong[0]!r}",
            where=f"column `{name}`",
            remedy="Write text between quotes and numbers without them.",
        )


def _refuse_missing(name: str, listed: list[Any]) -> None:
    """Refuse None and NaN, which are not equal to any value, so would silently match no row."""
    if any(value is None or (isinstance(value, float) and isnan(value)) for value in listed):
        raise InputError(
            f"`where` asks for rows in which `{name}` is missing, and a missing value equals nothing.",
            expected="a value",
            got=repr(listed[0] if len(listed) == 1 else listed),
            where=f"column `{name}`",
            remedy=f'Write `nw.col("{name}").is_null()` for the rows without a value.',
        )


def _require_condition(reading: Reading, where: nw.Expr) -> None:
    """Refuse an expression that is not one yes or no for every row."""
    try:
        kind = reading.rows.select(where.alias("where")).collect_schema()["where"]
    except (nw.exceptions.NarwhalsError, LookupError, TypeError, ValueError) as error:
        raise InputError(
            "The expression in `where` does not fit the sample.",
            expected="a condition on columns of the sample",
            got=str(error).splitlines()[0],
            where="`where`",
            remedy="Check the names of the columns in the expression: "
            + ", ".join(f"`{name}`" for name in reading.schema.names()[:30]),
        ) from error
    if kind != nw.Boolean:
        raise InputError(
            "The expression in `where` is not a condition.",
            expected="yes or no for every row",
            got=str(kind),
            where="`where`",
            remedy='Compare with a value, as in `nw.col("age") > 30`.',
        )
