"""Let Great Expectations judge witnesses instead of all rows, with the same outcome.

Great Expectations looks at frames in pandas: an expectation takes some fifteen milliseconds, and seconds on
a million rows. Here one or two witnesses of each class of rows are judged (see `classes`), expectations with
the same condition share their witnesses, and the verdict goes to all rows of the class.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace

import polars as pl

from talentstats.validation.classes import Classes, Witness, classes_of
from talentstats.validation.conditions import Condition, Expectation, Observed

#: Observes expectations on all rows of a frame, as `engine_gx.run` does.
Judge = Callable[[pl.DataFrame, Sequence[Expectation]], list[Observed]]

# The time of a suite grows with the square of its expectations.
_MOST_IN_SUITE = 25

_SUBJECT = "witness"

#: Witnesses that kept a condition: the same code lists and bounds come back wave after wave.
_KEPT: dict[tuple[str, ...], set[Witness]] = {}
_MOST_KEPT = 10_000


def run_condensed(
    judge: Judge, *, frame: pl.DataFrame, expectations: Sequence[Expectation]
) -> list[Observed]:
    """Observe expectations on a frame of any length by way of witnesses.

    Parameters
    ----------
    judge : callable
        Runs expectations on a small frame with Great Expectations.
    frame : polars.DataFrame
        The rows.
    expectations : sequence of Expectation
        On columns of the frame, or on a key that identifies its rows.

    Returns
    -------
    list of Observed
        One per expectation, in their order: what all rows would have given.
    """
    single = [one for one in expectations if not _is_of_key(one)]
    sorted_rows = [
        classes_of(values, one.condition)
        for one, values in zip(single, subjects_of(frame, single), strict=True)
    ]
    broken = _judge_witnesses(judge, single, sorted_rows)
    observed = (
        Observed(n_checked=rows.n_checked, positions=rows.rows_of(broken[_condition_key(one.condition)]))
        for one, rows in zip(single, sorted_rows, strict=True)
    )
    return [_observe_key(judge, frame, one) if _is_of_key(one) else next(observed) for one in expectations]


def subjects_of(frame: pl.DataFrame, expectations: Sequence[Expectation]) -> list[pl.Series]:
    """Return the values that each expectation is about: null in rows that it does not concern."""
    partial = frame.select(
        pl.when(pl.col(one.only[0]).is_in(one.only[1]))
        .then(one.subject or one.column)
        .alias(f"{_SUBJECT}{place}")
        for place, one in enumerate(expectations)
        if one.only is not None
    )
    return [
        frame[one.subject or one.column] if one.only is None else partial[f"{_SUBJECT}{place}"]
        for place, one in enumerate(expectations)
    ]


def _is_of_key(expectation: Expectation) -> bool:
    return expectation.condition.kind in ("ExpectColumnValuesToBeUnique", "ExpectCompoundColumnsToBeUnique")


def _condition_key(condition: Condition) -> tuple[str, ...]:
    return condition.kind, *(f"{name}={value!r}" for name, value in sorted(condition.arguments.items()))


def _judge_witnesses(
    judge: Judge, expectations: Sequence[Expectation], sorted_rows: Sequence[Classes]
) -> dict[tuple[str, ...], frozenset[Witness]]:
    """Return the broken witnesses of every condition."""
    stacks: dict[tuple[str, ...], tuple[Expectation, dict[Witness, None]]] = {}
    for one, rows in zip(expectations, sorted_rows, strict=True):
        key = _condition_key(one.condition)
        kept = _KEPT.get(key, set())
        _, stack = stacks.setdefault(key, (one, {}))
        stack.update((value, None) for _, value in rows.witnesses if value not in kept)
    broken: dict[tuple[str, ...], frozenset[Witness]] = dict.fromkeys(stacks, frozenset())
    waiting = [key for key, (_, stack) in stacks.items() if stack]
    for start in range(0, len(waiting), _MOST_IN_SUITE):
        keys = waiting[start : start + _MOST_IN_SUITE]
        found = _judge_stacks(judge, [(stacks[key][0], [*stacks[key][1]]) for key in keys])
        for key, values in zip(keys, found, strict=True):
            broken[key] = values
            known = _KEPT.setdefault(key, set())
            if len(known) < _MOST_KEPT:
                known |= stacks[key][1].keys() - values
    return broken


def _judge_stacks(
    judge: Judge, stacks: Sequence[tuple[Expectation, list[Witness]]]
) -> list[frozenset[Witness]]:
    """Run one suite: a column of witnesses for each condition, filled up by its last witness."""
    height = max(len(values) for _, values in stacks)
    frame = pl.DataFrame(
        [
            pl.Series(f"{_SUBJECT}{place}", [*values, *values[-1:] * (height - len(values))], strict=False)
            for place, (_, values) in enumerate(stacks)
        ]
    )
    suite = [replace(one, subject=f"{_SUBJECT}{place}", only=None) for place, (one, _) in enumerate(stacks)]
    observed = judge(frame, suite)
    return [
        frozenset(values[position] for position in found.positions if position < len(values))
        for (_, values), found in zip(stacks, observed, strict=True)
    ]


def _observe_key(judge: Judge, frame: pl.DataFrame, expectation: Expectation) -> Observed:
    """Observe a key: two rows that share one, or any row when none do, are witnesses of all."""
    columns = _columns_of_key(expectation)
    key = frame.select(columns)
    # A missing part of a compound key is a value like any other; a single key that is missing is left out.
    looked_at = (
        key[columns[0]].is_not_null() if len(columns) == 1 else pl.repeat(True, key.height, eager=True)
    )
    repeated = key.is_duplicated() & looked_at
    found = judge(_witnesses_of_key(key, repeated, looked_at), [replace(expectation, subject=columns[0])])
    broken = found[0].n_failed > 0
    return Observed(
        n_checked=int(looked_at.sum()),
        positions=repeated.arg_true() if broken else pl.Series(dtype=pl.UInt32),
    )


def _columns_of_key(expectation: Expectation) -> tuple[str, ...]:
    listed = expectation.condition.arguments.get("column_list")
    return tuple(listed) if isinstance(listed, list) else (expectation.subject or expectation.column,)


def _witnesses_of_key(key: pl.DataFrame, repeated: pl.Series, looked_at: pl.Series) -> pl.DataFrame:
    if not repeated.any():
        return key.filter(looked_at).head(1)
    twice = key.filter(repeated)
    first = [pl.col(name).eq_missing(pl.lit(twice[name][0], dtype=twice[name].dtype)) for name in key.columns]
    return twice.filter(*first).head(2)
