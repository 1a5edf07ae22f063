import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from talentstats.errors import InputError
from talentstats.weighting.diagnostics import describe_weights, weight_diagnostics
from talentstats.weighting.margins import Margins


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 10_000), rows=st.integers(2, 400))
def test_the_spread_of_weights_agrees_with_its_definitions(seed: int, rows: int) -> None:
    weights = np.random.default_rng(seed).gamma(2.0, 10.0, rows)

    described = describe_weights(weights)

    total, squares = sum(weights), sum(weight**2 for weight in weights)
    heaviest = sorted(weights)[-max(1, -(-rows // 100)) :]
    assert described["design_effect"] == pytest.approx(rows * squares / total**2, rel=1e-12)
    assert described["effective_n"] == pytest.approx(total**2 / squares, rel=1e-12)
    assert described["design_effect"] == pytest.approx(1 + described["cv"] ** 2, rel=1e-12)
    assert described["top_share"] == pytest.approx(sum(heaviest) / total, rel=1e-12)
    assert described["max_to_median"] == pytest.approx(max(weights) / np.median(weights), rel=1e-12)
    assert described["min"] <= described["p1"] <= described["p25"] <= described["median"]
    assert described["median"] <= described["p75"] <= described["p99"] <= described["max"]


def test_equal_weights_have_no_design_effect_and_scale_does_not_matter() -> None:
    equal = describe_weights(np.full(7, 0.1))
    weights = np.array([1.0, 3.0, 9.0])

    assert (equal["design_effect"], equal["effective_n"]) == (1.0, 7.0)
    assert equal["cv"] == pytest.approx(0.0, abs=1e-15)
    assert describe_weights(100 * weights)["design_effect"] == pytest.approx(
        describe_weights(weights)["design_effect"], rel=1e-14
    )


def test_negative_weights_are_counted() -> None:
    assert describe_weights(np.array([1.0, -0.5, 3.0]))["negative"] == 1


def test_there_is_a_row_for_the_weights_before_and_after_and_for_the_factors() -> None:
    made = weight_diagnostics(np.array([10.0, 20.0]), np.array([30.0, 20.0])).weights

    assert made["weights"].to_list() == ["before", "after", "factor"]
    assert made["sum"].to_list() == [30.0, 50.0, 4.0]
    assert made["max"].to_list() == [20.0, 30.0, 3.0]


def test_margins_before_and_after_stand_beside_the_population() -> None:
    cells = pl.DataFrame({"sex": ["v", "m", "v"], "old": [True, True, False], "age": [70, 80, 20]})
    joint = {("v", True): 20, ("v", False): 40, ("m", True): 40}
    margins = Margins.of({"sex": {"m": 40, "v": 60}, ("sex", "old"): joint, "age": 5000})

    made = weight_diagnostics(
        np.array([10.0, 10.0, 30.0]), np.array([20.0, 40.0, 40.0]), cells=cells, margins=margins
    ).margins

    assert made.select("margin", "level", "n", "population", "before", "after").rows() == [
        ("sex", "m", 1, 40.0, 10.0, 40.0),
        ("sex", "v", 2, 60.0, 40.0, 60.0),
        ("sex, old", "m, true", 1, 40.0, 10.0, 40.0),
        ("sex, old", "v, false", 1, 40.0, 30.0, 40.0),
        ("sex, old", "v, true", 1, 20.0, 10.0, 20.0),
        ("age", None, 3, 5000.0, 2100.0, 5400.0),
    ]
    assert made["off_before"][0] == pytest.approx(-0.75)
    assert made["off_after"][5] == pytest.approx(0.08)


@pytest.mark.parametrize(("before", "after"), [([1.0, 2.0], [1.0]), ([], []), ([0.0, 1.0], [1.0, 1.0])])
def test_weights_that_cannot_be_compared_are_refused(before: list[float], after: list[float]) -> None:
    with pytest.raises(InputError, match="cannot be compared"):
        weight_diagnostics(np.array(before), np.array(after))
