"""The area-level model: closed forms, plain loops, invariants, and the promise of its mean squared error."""

import math
from typing import Any

import numpy as np
import polars as pl
import pytest
from scipy.optimize import minimize_scalar

import talentstats as ts
from talentstats.smallarea.area_level import fay_herriot
from talentstats.smallarea.fay_herriot_fit import fit_fay_herriot

RNG = np.random.default_rng(20)
AREAS = 14
DENSITY = RNG.uniform(0, 3, AREAS)
ERRORS = RNG.uniform(0.2, 0.9, AREAS)
DIRECT = 1 + 0.8 * DENSITY + RNG.normal(0, 0.6, AREAS) + RNG.normal(0, ERRORS)
TABLE = pl.DataFrame(
    {
        "region": [f"r{i:02}" for i in range(AREAS)],
        "estimate": DIRECT,
        "std_error": ERRORS,
        "density": DENSITY,
    }
)


def by_loops(variance: float) -> dict[str, Any]:
    """Derive least squares, the likelihoods and the predictor, one sum at a time."""
    sums = dict.fromkeys(("1", "x", "xx", "y", "xy"), 0.0)
    for x, y, error in zip(DENSITY, DIRECT, ERRORS, strict=True):
        weight = 1 / (variance + error**2)
        for name, value in {"1": 1, "x": x, "xx": x * x, "y": y, "xy": x * y}.items():
            sums[name] += weight * value
    determinant = sums["1"] * sums["xx"] - sums["x"] ** 2
    slope = (sums["1"] * sums["xy"] - sums["x"] * sums["y"]) / determinant
    level = (sums["y"] - slope * sums["x"]) / sums["1"]
    likelihood, moments, predicted = 0.0, 0.0, []
    for x, y, error in zip(DENSITY, DIRECT, ERRORS, strict=True):
        total, residual = variance + error**2, y - level - slope * x
        likelihood -= 0.5 * (math.log(2 * math.pi * total) + residual**2 / total)
        moments += residual**2 / total
        predicted.append(level + slope * x + variance / total * residual)
    return {
        "ML": likelihood,
        "REML": likelihood - 0.5 * math.log(determinant),
        "moments": moments,
        "estimate": predicted,
    }


@pytest.mark.parametrize("method", ["REML", "ML"])
def test_the_variance_has_the_highest_likelihood_and_the_estimates_follow(method: Any) -> None:
    found = fay_herriot(TABLE, covariates="density", area="region", method=method)
    top = minimize_scalar(
        lambda a: -by_loops(a)[method], bounds=(0, 10), method="bounded", options={"xatol": 1e-10}
    )
    assert found.model.area_variance == pytest.approx(top.x, rel=1e-5)
    derived = by_loops(found.model.area_variance)
    np.testing.assert_allclose(found.table["estimate"], derived["estimate"], rtol=1e-12)
    assert found.model.log_likelihood == pytest.approx(derived["ML"], rel=1e-12)


def test_the_moments_of_fay_and_herriot_are_met() -> None:
    found = fay_herriot(TABLE, covariates="density", area="region", method="FH")
    assert by_loops(found.model.area_variance)["moments"] == pytest.approx(AREAS - 2, rel=1e-12)


@pytest.mark.parametrize(("method", "lost"), [("REML", 2), ("FH", 2), ("ML", 0)])
def test_equal_sampling_variances_have_a_closed_form(method: Any, lost: int) -> None:
    x = np.column_stack([np.ones(AREAS), DENSITY])
    squares = float(np.sum((DIRECT - x @ np.linalg.lstsq(x, DIRECT, rcond=None)[0]) ** 2))
    equal = TABLE.with_columns(pl.lit(0.3).alias("std_error"))
    found = fay_herriot(equal, covariates="density", area="region", method=method)
    assert found.model.area_variance == pytest.approx(squares / (AREAS - lost) - 0.09, rel=1e-11)


@pytest.mark.parametrize("method", ["REML", "ML", "FH"])
def test_another_unit_scales_the_estimates_and_another_order_orders_them(method: Any) -> None:
    first = fay_herriot(TABLE, covariates="density", area="region", method=method).table
    scaled = TABLE.with_columns(pl.col("estimate", "std_error") * 1e6).reverse()
    second = fay_herriot(scaled, covariates="density", area="region", method=method).table.reverse()
    np.testing.assert_allclose(second["estimate"], first["estimate"] * 1e6, rtol=1e-10)
    np.testing.assert_allclose(second["mse"], first["mse"] * 1e12, rtol=1e-9)


def test_an_estimate_lies_between_the_direct_one_and_the_regression_nearer_to_the_surer() -> None:
    found = fay_herriot(TABLE, covariates="density", area="region")
    table = found.table.hstack(found.diagnostics)
    expected = table["gamma"] * table["direct"] + (1 - table["gamma"]) * table["synthetic"]
    np.testing.assert_allclose(table["estimate"], expected, rtol=1e-12)
    surest_first = table.sort("direct_std_error")["gamma"]
    assert surest_first.is_sorted(descending=True)
    np.testing.assert_allclose(found.residuals()["shrinkage"], table["estimate"] - table["direct"])


def test_areas_that_differ_by_chance_alone_get_the_regression_and_a_note() -> None:
    wide = TABLE.with_columns(pl.lit(5.0).alias("std_error"))
    found = fay_herriot(wide, covariates="density", area="region")
    assert found.model.area_variance == 0
    assert found.table["gamma"].max() == 0
    np.testing.assert_array_equal(found.table["estimate"], found.diagnostics["synthetic"])
    assert set(found.table["note"]) == {
        "variance of the areas estimated as 0: the regression of the model alone counts"
    }
    assert "geschat op 0" in found.to_polars(language="nl")["note"][0]


def test_an_area_without_respondents_gets_the_regression_its_own_error_and_a_note() -> None:
    known = TABLE.select("region", "density").vstack(pl.DataFrame({"region": ["new"], "density": [2.0]}))
    empty = TABLE.with_columns(
        pl.when(pl.col("region") != "r03").then(pl.col("estimate", "std_error")), pl.lit(7).alias("n_obs")
    )
    found = fay_herriot(empty, known, area="region")
    assert found.table["region"].to_list() == [*TABLE["region"], "new"]
    fitted = fay_herriot(TABLE.filter(pl.col("region") != "r03"), covariates="density", area="region")
    level, slope = fitted.model.coefficients["estimate"]
    for row, density in ((3, DENSITY[3]), (AREAS, 2.0)):
        one = found.table.row(row, named=True)
        assert one["estimate"] == pytest.approx(level + slope * density, rel=1e-12)
        assert one["std_error"] > math.sqrt(fitted.model.area_variance)
        assert (one["direct"], one["gamma"]) == (None, 0.0)
        assert one["note"] == "no respondents: the regression of the model alone"
    assert found.residuals()["residual"].null_count() == 2


@pytest.mark.parametrize("method", ["REML", "ML", "FH"])
def test_the_error_of_such_an_area_allows_for_the_bias_of_the_variance(method: Any) -> None:
    known = TABLE.select("region", "density").vstack(pl.DataFrame({"region": ["new"], "density": [2.0]}))
    found = fay_herriot(TABLE.drop("density"), known, area="region", method=method)
    variance = found.model.area_variance
    squares = inverse = lost = 0.0
    weights = 1 / (variance + ERRORS**2)
    centre = float(weights @ DENSITY / weights.sum())
    spread = float(weights @ (DENSITY - centre) ** 2)
    for x, weight in zip(DENSITY, weights, strict=True):
        inverse += weight
        squares += weight**2
        lost += weight**2 * (1 / weights.sum() + (x - centre) ** 2 / spread)
    regression = 1 / inverse + (2.0 - centre) ** 2 / spread
    bias = {"REML": 0.0, "ML": -lost / squares, "FH": 2 * (AREAS * squares - inverse**2) / inverse**3}
    assert found.table["mse"][-1] == pytest.approx(variance - bias[method] + regression, rel=1e-12)


def test_categories_are_compared_with_the_first_and_keep_the_order_of_an_enum() -> None:
    kinds = (["low", "high", "middle"] * 5)[:AREAS]
    plain = TABLE.with_columns(pl.Series("kind", kinds))
    ordered = plain.with_columns(pl.col("kind").cast(pl.Enum(["low", "middle", "high"])))
    names = ["kind", "density"]
    one = fay_herriot(plain, covariates=names, area="region")
    two = fay_herriot(ordered, covariates=names, area="region")
    assert one.model.coefficients["term"].to_list() == ["(intercept)", "kind=low", "kind=middle", "density"]
    assert two.model.coefficients["term"].to_list() == ["(intercept)", "kind=middle", "kind=high", "density"]
    np.testing.assert_allclose(one.table["estimate"], two.table["estimate"], rtol=1e-12)


def test_badly_scaled_covariates_change_nothing() -> None:
    moved = TABLE.with_columns(pl.col("density") * 1e3 + 1e8)
    first, second = (fay_herriot(one, covariates="density", area="region").table for one in (TABLE, moved))
    np.testing.assert_allclose(second["mse"], first["mse"], rtol=1e-6)


def test_estimates_of_a_sample_are_taken_as_they_are_without_their_total() -> None:
    rows = 20 * AREAS
    people = pl.DataFrame(
        {
            "region": np.repeat(TABLE["region"].to_numpy(), 20),
            "weight": 3.0,
            "y": RNG.normal(0, 1, rows) + np.repeat(DIRECT, 20),
        }
    )
    sample = ts.SurveySample(people, ts.SurveyDesign(weight="weight"), synthetic=True)
    means = ts.estimate_mean(sample, "y", by="region", margins=True).scale(1.0, unit="years")
    found = fay_herriot(means, TABLE.select("region", "density"))
    assert found.area == "region"
    assert len(found) == AREAS
    assert found.synthetic
    assert "synthetic data" in repr(found)
    assert found.unit == "years"
    assert found.table["n_obs"].to_list() == [20] * AREAS
    assert found.remarks == ()
    frame = means.to_polars().filter(pl.col("region").is_not_null()).to_pandas()
    same = fay_herriot(frame, TABLE.select("region", "density").to_pandas(), area="region")
    np.testing.assert_array_equal(found.table["estimate"], same.table["estimate"])


def test_direct_estimates_that_share_sampling_units_are_remarked_upon() -> None:
    schools = np.repeat(np.arange(12), 15)
    people = pl.DataFrame(
        {
            "region": np.tile(["a", "b", "c", "d", "e"], 36),
            "school": schools,
            "weight": 1.0,
            "y": RNG.normal(0, 1, 180) + RNG.normal(0, 3, 12)[schools],
        }
    )
    sample = ts.SurveySample(people, ts.SurveyDesign(weight="weight", psu="school"))
    found = fay_herriot(ts.estimate_mean(sample, "y", by="region"))
    assert "share sampling units (correlation up to 0.9" in found.explanation("en")
    assert "steekproefeenheden delen (correlatie tot 0,9" in found.explanation("nl")


@pytest.mark.parametrize("method", ["REML", "ML", "FH"])
def test_the_mean_squared_error_is_that_of_repeated_samples(method: Any) -> None:
    rng = np.random.default_rng(5)
    x, variance = np.column_stack([np.ones(AREAS), DENSITY]), 0.5
    squares, estimated = np.zeros(AREAS), np.zeros(AREAS)
    for _ in range(150):
        truth = x @ [1.0, 0.8] + rng.normal(0, math.sqrt(variance), AREAS)
        fit = fit_fay_herriot(truth + rng.normal(0, ERRORS), x, ERRORS**2, method=method)
        squares += (fit.estimate - truth) ** 2
        estimated += fit.mse
    assert estimated.sum() / squares.sum() == pytest.approx(1, abs=0.1)
