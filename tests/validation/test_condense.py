"""Witnesses and all rows give the same outcome: the same counts, the same failing rows."""

from collections.abc import Sequence

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from talentstats.schemas import LABOUR
from talentstats.validation import engine_gx
from talentstats.validation.condense import run_condensed, subjects_of
from talentstats.validation.conditions import (
    Condition,
    Expectation,
    Observed,
    between,
    empty,
    filled,
    in_set,
    matching,
    unique_together,
)
from talentstats.validation.intake import take_in
from talentstats.validation.plan import plan_rows
from talentstats.validation.respondents.schema import respondent_schema
from talentstats.validation.texts import phrase
from validation.respondents.delivery import cells, clean, the_harmonised
from validation.test_table import spoiled_cells


def of_all_rows(frame: pl.DataFrame, expectations: Sequence[Expectation]) -> list[Observed]:
    """Let Great Expectations look at every row, twenty expectations at a time."""
    found: list[Observed] = []
    for start in range(0, len(expectations), 20):
        some = expectations[start : start + 20]
        of_columns = [one for one in some if not one.condition.whole_table]
        subjects = dict(zip(of_columns, subjects_of(frame, of_columns), strict=True))
        names = {one: f"__subject_{place}" for place, one in enumerate(some)}
        beside = frame.with_columns(subjects[one].alias(names[one]) for one in of_columns)
        plain = [replaced(one, names[one]) for one in some]
        found += engine_gx.run(beside, plain)
    return found


def replaced(expectation: Expectation, subject: str) -> Expectation:
    if expectation.condition.whole_table:
        return expectation
    return Expectation(
        rule=expectation.rule,
        severity=expectation.severity,
        column=expectation.column,
        condition=expectation.condition,
        subject=subject,
    )


def outcomes(observed: Sequence[Observed]) -> list[tuple[int, int, list[int]]]:
    return [(one.n_checked, one.n_failed, one.positions.to_list()) for one in observed]


def assert_same(frame: pl.DataFrame, expectations: Sequence[Expectation]) -> list[Observed]:
    condensed = run_condensed(engine_gx.run, frame=frame, expectations=expectations)
    assert outcomes(condensed) == outcomes(of_all_rows(frame, expectations))
    return condensed


def of(condition: Condition) -> Expectation:
    return Expectation(rule="allowed", severity="critical", column="value", condition=condition)


def test_a_spoiled_labour_table_fails_in_the_same_rows() -> None:
    checked = take_in(spoiled_cells(), LABOUR).checked
    found = assert_same(checked, plan_rows(LABOUR))
    assert sum(one.n_failed for one in found) > 25


FAULTS: dict[str, object] = {
    "role": "employe",
    "permit": " student",
    "sat_housing": 9,
    "hours": -4.0,
    "arrival_year": 2031.0,
    "municipality": "Leiden",
    "country_of_birth": "ua",
    "design_weight": float("nan"),
    "stratum": None,
    "respondent_id": pl.col("respondent_id").first(),
    "stay_reasons_costs": "1",
    "completed_on": "2025-02-31",
}


def test_a_spoiled_wave_fails_in_the_same_rows() -> None:
    delivery = clean(2025)
    for place, (name, value) in enumerate(FAULTS.items()):
        delivery = cells(**{name: value})(delivery, np.random.default_rng(place))  # type: ignore[arg-type]
    schema = respondent_schema(delivery.codebook, the_harmonised())
    spoiled = [one for one in plan_rows(schema) if one.column in FAULTS]
    found = assert_same(take_in(delivery.frame, schema).checked, spoiled)
    assert sum(one.n_failed for one in found) > 35


NUMBERS = st.lists(st.one_of(st.none(), st.floats(-20, 20).map(lambda value: round(value, 1))), max_size=12)
TEXTS = st.lists(st.sampled_from([None, "a", "b", "A", " a", "", "ü", "a\n"]), max_size=12)


@settings(max_examples=15, deadline=None, derandomize=True)
@given(values=NUMBERS, low=st.sampled_from([None, -5.0, 0.0]), high=st.sampled_from([None, 0.0, 5.0]))
def test_bounds_fail_in_the_same_rows(
    values: list[float | None], low: float | None, high: float | None
) -> None:
    if low is None and high is None:
        high = 1.0
    frame = pl.DataFrame({"value": [*values, 1.0]}, schema={"value": pl.Float64})
    assert_same(frame, [of(between(low, high))])


@settings(max_examples=15, deadline=None, derandomize=True)
@given(values=TEXTS)
def test_codes_forms_and_gaps_fail_in_the_same_rows(values: list[str | None]) -> None:
    frame = pl.DataFrame({"value": [*values, "a"]}, schema={"value": pl.String})
    conditions = (
        in_set(("a", "b")),
        matching("[a-z]", example="a"),
        filled(),
        empty(phrase("expected.text")),
    )
    assert_same(frame, [of(condition) for condition in conditions])


@settings(max_examples=15, deadline=None, derandomize=True)
@given(values=TEXTS, others=TEXTS)
def test_keys_fail_in_the_same_rows(values: list[str | None], others: list[str | None]) -> None:
    size = min(len(values), len(others))
    frame = pl.DataFrame(
        {"value": [*values[:size], "a", None], "other": [*others[:size], "a", None]},
        schema={"value": pl.String, "other": pl.String},
    )
    assert_same(frame, [of(unique_together(("value",))), of(unique_together(("value", "other")))])


@pytest.mark.parametrize("rows", [10, 100_000])
def test_the_engine_sees_a_few_witnesses_however_many_rows(rows: int) -> None:
    heights: list[int] = []

    def counting(frame: pl.DataFrame, expectations: Sequence[Expectation]) -> list[Observed]:
        heights.append(frame.height)
        return engine_gx.run(frame, expectations)

    frame = pl.DataFrame({"value": [-1.0] * (rows // 2) + [float(place) for place in range(rows // 2)]})
    (found,) = run_condensed(counting, frame=frame, expectations=[of(between(0, rows))])
    assert (found.n_checked, found.n_failed) == (rows, rows // 2)
    assert max(heights) <= 3


def test_a_value_that_broke_a_condition_is_judged_again() -> None:
    frame = pl.DataFrame({"value": ["a", "z"]})
    for _ in range(2):
        (found,) = run_condensed(engine_gx.run, frame=frame, expectations=[of(in_set(("a", "y")))])
        assert found.positions.to_list() == [1]
