"""The figures of a delivered table, row by row: there, possible, and of enough respondents."""

import polars as pl

from talentstats.schemas.delivered import FEWEST
from talentstats.sources.delivered.places import Fault, Place, refuse_rows


def check_figures(frame: pl.DataFrame, *, place: Place) -> None:
    """Refuse rows whose figures are missing or cannot be, or that rest on too few respondents.

    Raises
    ------
    InputError
        If there is such a row.
    """
    for wrong, fault in _faults():
        refuse_rows(frame.filter(wrong), fault, place=place)


def _faults() -> tuple[tuple[pl.Expr, Fault], ...]:
    n, share, low, high = (pl.col(name) for name in ("n", "share", "low", "high"))
    return (
        (
            n.is_null(),
            Fault(
                problem="A row does not say on how many respondents it rests.",
                expected="the number of respondents in the group who gave an answer, unweighted",
                remedy="Fill in `n`.",
                column="n",
            ),
        ),
        (
            n != n.round(0),
            Fault(
                problem="A number of respondents is not a whole number.",
                expected="a whole number",
                remedy="Give `n` unweighted; the weighted number belongs in `count`.",
                column="n",
            ),
        ),
        (
            n < FEWEST,
            Fault(
                problem="A row rests on so few respondents that they could be recognised.",
                expected=f"at least {FEWEST} respondents",
                remedy="Ask the bureau to leave such rows out or to merge groups; do not store this file.",
                column="n",
            ),
        ),
        (pl.col("count") < 0, _negative()),
        (
            share.is_null(),
            Fault(
                problem="A row has no share.",
                expected="a percentage from 0 to 100",
                remedy="Fill in `share`, or remove the row.",
                column="share",
            ),
        ),
        *((~pl.col(name).is_between(0, 100), _outside(name)) for name in ("share", "low", "high")),
        *(
            (pl.col(given).is_not_null() & pl.col(absent).is_null(), _half_interval(absent))
            for given, absent in (("low", "high"), ("high", "low"))
        ),
        (low > share, _beside("low", "at most the share")),
        (high < share, _beside("high", "at least the share")),
    )


def _negative() -> Fault:
    return Fault(
        problem="A number of persons is negative.",
        expected="0 or more",
        remedy="Correct `count`, or leave it empty.",
        column="count",
    )


def _outside(name: str) -> Fault:
    return Fault(
        problem="A percentage is below 0 or above 100.",
        expected="a percentage from 0 to 100, so 61.5 and not 0.615",
        remedy=f"Correct `{name}`.",
        column=name,
    )


def _half_interval(absent: str) -> Fault:
    return Fault(
        problem="An interval has one end only.",
        expected="both `low` and `high`, or neither",
        remedy=f"Fill in `{absent}`, or leave both empty.",
        column=absent,
    )


def _beside(name: str, expected: str) -> Fault:
    return Fault(
        problem="A share lies outside its own interval.",
        expected=expected,
        remedy=f"Correct `{name}` or `share`; an interval holds its share.",
        column=name,
    )
