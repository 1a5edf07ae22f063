"""What an estimate asks of a sample, checked against its columns before anything is read."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import narwhals as nw

from talentstats.errors import InputError, join_options, unknown_name
from talentstats.estimate.estimates import COLUMNS
from talentstats.survey.sample import SurveySample

Statistic = Literal["mean", "total", "proportion", "ratio", "count", "variance"]
STATISTICS: tuple[Statistic, ...] = ("mean", "total", "proportion", "ratio", "count", "variance")
Missing = Literal["per_variable", "listwise"]
MISSING: tuple[Missing, ...] = ("per_variable", "listwise")
Where = Mapping[str, Any] | nw.Expr | None
Names = str | Sequence[str] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One call: the statistic, of what, for whom.

    Attributes
    ----------
    statistic : str
    variables : tuple of str
        Numerators for a ratio; empty for a plain count.
    denominators : tuple of str
        As many as `variables` for a ratio, else empty.
    by : tuple of str
        Columns that make the domains.
    where : mapping or narwhals expression, optional
        The subpopulation.
    missing : {"per_variable", "listwise"}
    levels : tuple, optional
        The levels to report; all when None.
    """

    statistic: Statistic
    variables: tuple[str, ...]
    denominators: tuple[str, ...] = ()
    by: tuple[str, ...] = ()
    where: Where = None
    missing: Missing = "per_variable"
    levels: tuple[Any, ...] | None = None

    @property
    def is_categorical(self) -> bool:
        """True when the variables are counted by level."""
        return self.statistic in ("proportion", "count") and bool(self.variables)

    @property
    def answers(self) -> tuple[str, ...]:
        """Every column whose values are estimated from, once."""
        return tuple(dict.fromkeys([*self.variables, *self.denominators]))

    @property
    def where_columns(self) -> tuple[str, ...]:
        """Columns a mapping in `where` names."""
        return tuple(self.where) if isinstance(self.where, Mapping) else ()

    @property
    def subpopulation(self) -> str | None:
        """What `where` says, as text that is the same for the same condition; None without one."""
        if isinstance(self.where, Mapping):
            return ", ".join(f"{name}={value!r}" for name, value in sorted(self.where.items()))
        return None if self.where is None else str(self.where)


def make_request(
    sample: SurveySample,
    statistic: Statistic,
    variables: Names,
    *,
    denominators: Names = None,
    by: Names = (),
    where: Where = None,
    missing: Missing = "per_variable",
    levels: Sequence[Any] | None = None,
) -> Request:
    """Check a call against the sample's columns.

    Raises
    ------
    InputError
        For an unknown statistic or column, a text where a number belongs, a column used twice, a column to
        group by that is called as a column of the result, or a `where` that is no condition.
    """
    if statistic not in STATISTICS:
        raise unknown_name("statistic", statistic, STATISTICS)
    if missing not in MISSING:
        raise unknown_name("rule for missing values", missing, MISSING)
    request = Request(
        statistic=statistic,
        variables=as_names(variables),
        denominators=as_names(denominators),
        by=as_names(by),
        where=where,
        missing=missing,
        levels=_as_levels(levels),
    )
    _check_shape(request)
    _check_where(request.where)
    sample.require(request.answers)
    sample.require(request.by, what="column to group by")
    sample.require(request.where_columns, what="column in `where`")
    if not request.is_categorical:
        _require_numbers(sample, request.answers)
    return request


def as_names(names: Names) -> tuple[str, ...]:
    """Read one name or several."""
    if names is None:
        return ()
    return (names,) if isinstance(names, str) else tuple(names)


def _as_levels(levels: Any) -> tuple[Any, ...] | None:
    """Read one level or several."""
    if levels is None:
        return None
    return (levels,) if isinstance(levels, str) or not isinstance(levels, Iterable) else tuple(levels)


def _check_shape(request: Request) -> None:
    if not request.variables and request.statistic != "count":
        raise InputError(
            f"A {request.statistic} is of a variable.",
            expected="one column name or more",
            got="none",
            remedy="Name the column to estimate from.",
        )
    if request.statistic == "ratio" and len(request.denominators) != len(request.variables):
        raise InputError(
            "A ratio needs a denominator for every numerator.",
            expected=f"{len(request.variables)} denominator(s)",
            got=f"{len(request.denominators)}",
            remedy="Name them in the same order.",
        )
    pairs = [
        f"{above}/{below}" for above, below in zip(request.variables, request.denominators, strict=False)
    ]
    _refuse_twice("ratio" if pairs else "variable", pairs or request.variables)
    _refuse_twice("column to group by", request.by)
    _refuse_result_names(request.by)
    if request.levels == ():
        raise InputError(
            "No level is asked for.",
            expected="one level or more, or None for all",
            got="an empty list in `levels`",
            remedy="Name the levels to report, or leave `levels` out.",
        )


def _refuse_twice(what: str, names: Sequence[str]) -> None:
    if len(set(names)) < len(names):
        raise InputError(
            f"A {what} is named twice.",
            got=", ".join(f"`{name}`" for name in names),
            remedy=f"Name each {what} once.",
        )


def _refuse_result_names(by: Sequence[str]) -> None:
    taken = [name for name in by if name in COLUMNS]
    if taken:
        raise InputError(
            f"`{taken[0]}` cannot be grouped by: the table of estimates has a column of that name.",
            expected="a column that is not called " + join_options(COLUMNS),
            got=join_options(taken, last="and"),
            remedy="Rename the column before making the sample.",
        )


def _check_where(where: object) -> None:
    if where is None or isinstance(where, (Mapping, nw.Expr)):
        return
    raise InputError(
        "`where` is not a condition.",
        expected='a mapping such as `{"role": "partner"}`, or a narwhals expression such as '
        '`nw.col("age") > 30`',
        got=f"{type(where).__module__.split('.')[0]} expression"
        if type(where).__name__ == "Expr"
        else type(where).__name__,
        remedy="Write the condition with `import narwhals as nw`; it then holds for every kind of frame.",
    )


def _require_numbers(sample: SurveySample, columns: Sequence[str]) -> None:
    schema = sample.schema
    for column in columns:
        kind = schema[column]
        if kind.is_numeric() or kind == nw.Boolean:
            continue
        numeric = [name for name, other in schema.items() if other.is_numeric()]
        raise InputError(
            f"`{column}` holds {str(kind).lower()} values, not numbers.",
            expected="a numeric column" + (f", such as {join_options(numeric[:5])}" if numeric else ""),
            got=str(kind),
            where=f"column `{column}`",
            remedy="For answers in words, use `estimate_proportion`.",
        )
