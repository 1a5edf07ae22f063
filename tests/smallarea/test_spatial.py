"""The spatial area-level model: what it is without neighbours' influence, invariants, refusals."""

from typing import Any

import numpy as np
import polars as pl
import pytest
from scipy.optimize import minimize

from talentstats.errors import InputError
from talentstats.smallarea.area_level import spatial_fay_herriot
from talentstats.smallarea.fay_herriot_fit import fit_fay_herriot
from talentstats.smallarea.spatial_fit import SpatialData, _mean_squared_error, _model

AREAS = 20
NAMES = [f"r{i:02}" for i in range(AREAS)]
RING = np.zeros((AREAS, AREAS))
RING[np.arange(AREAS), (np.arange(AREAS) + 1) % AREAS] = 0.5
RING[np.arange(AREAS), (np.arange(AREAS) - 1) % AREAS] = 0.5
RNG = np.random.default_rng(11)
ERRORS = RNG.uniform(0.3, 0.6, AREAS)
EFFECTS = np.linalg.solve(np.eye(AREAS) - 0.6 * RING, RNG.normal(0, 1, AREAS))
TABLE = pl.DataFrame({"region": NAMES, "estimate": 5 + EFFECTS + RNG.normal(0, ERRORS), "std_error": ERRORS})
PAIRS = pl.DataFrame({"region": NAMES * 2, "neighbour": NAMES[1:] + NAMES[:1] + NAMES[-1:] + NAMES[:-1]})


def negative_likelihood(parameters: Any, method: str) -> float:
    """Give the likelihood with dense matrices and a general inverse."""
    variance, correlation = parameters
    away = np.eye(AREAS) - correlation * RING
    total = variance * np.linalg.inv(away.T @ away) + np.diag(ERRORS**2)
    inverse, one, y = np.linalg.inv(total), np.ones(AREAS), TABLE["estimate"].to_numpy()
    information = one @ inverse @ one
    residual = y - (one @ inverse @ y) / information
    value = np.linalg.slogdet(total)[1] + residual @ inverse @ residual
    return float(0.5 * (value + (np.log(information) if method == "REML" else 0.0)))


@pytest.mark.parametrize("method", ["REML", "ML"])
def test_the_parameters_have_the_highest_likelihood(method: Any) -> None:
    found = spatial_fay_herriot(TABLE, RING, area="region", method=method)
    top = minimize(
        negative_likelihood, x0=[0.5, 0.3], args=(method,), method="Nelder-Mead", options={"xatol": 1e-9}
    )
    assert found.model.area_variance == pytest.approx(top.x[0], rel=1e-4)
    assert found.model.spatial_correlation == pytest.approx(top.x[1], rel=1e-4)


def test_pairs_of_neighbours_say_the_same_as_the_matrix_in_any_order() -> None:
    first = spatial_fay_herriot(TABLE, RING, area="region").table
    shuffled = TABLE.sample(fraction=1.0, shuffle=True, seed=3)
    pairs = PAIRS.with_columns(pl.lit(7.0).alias("weight")).reverse()
    second = spatial_fay_herriot(shuffled, pairs, area="region").table.sort("region")
    for column in ("estimate", "mse", "gamma"):
        np.testing.assert_allclose(second[column], first[column], rtol=1e-9)


def test_another_unit_scales_the_estimates() -> None:
    first = spatial_fay_herriot(TABLE, RING, area="region")
    scaled = TABLE.with_columns(pl.col("estimate", "std_error") * 1e4)
    second = spatial_fay_herriot(scaled, RING, area="region")
    np.testing.assert_allclose(second.table["estimate"], first.table["estimate"] * 1e4, rtol=1e-9)
    assert second.model.spatial_correlation == pytest.approx(first.model.spatial_correlation, rel=1e-9)


def test_without_influence_of_neighbours_it_is_the_model_of_fay_and_herriot() -> None:
    y, x, sampling = TABLE["estimate"].to_numpy(), np.ones((AREAS, 1)), ERRORS**2
    plain = fit_fay_herriot(y, x, sampling, method="REML")
    data = SpatialData(y=y, x=x, sampling=sampling, proximity=RING)
    model = _model(data, plain.variance, 0.0)
    effects = model.variance * model.correlation_matrix @ model.precision @ (y - plain.synthetic)
    np.testing.assert_allclose(plain.synthetic + effects, plain.estimate, rtol=1e-12)
    # Not knowing the correlation costs precision, on average over the areas.
    assert _mean_squared_error(model, data, "REML").mean() > plain.mse.mean()


def test_neighbours_that_resemble_each_other_make_the_estimates_surer() -> None:
    spatial = spatial_fay_herriot(TABLE, RING, area="region")
    y, x = TABLE["estimate"].to_numpy(), np.ones((AREAS, 1))
    assert spatial.table["mse"].mean() < fit_fay_herriot(y, x, ERRORS**2, method="REML").mse.mean()
    assert spatial.label("nl") == "modelgebaseerd (ruimtelijk Fay-Herriot, REML)"
    assert spatial.model.n_parameters == 3


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda w: w[:5, :5], "does not fit the areas"),
        (lambda w: 2 * w, "do not add up to 1"),
        (lambda w: -w, "negative or missing"),
        (lambda w: np.where(w > 0, np.nan, w), "negative or missing"),
        (lambda w: w + np.eye(AREAS), "its own neighbour"),
        (lambda w: w * (np.arange(AREAS) > 0)[:, None], "has no neighbours"),
    ],
)
def test_a_proximity_that_does_not_fit_is_refused(change: Any, message: str) -> None:
    with pytest.raises(InputError, match=message):
        spatial_fay_herriot(TABLE, change(RING), area="region")


def test_pairs_with_an_unknown_area_or_an_island_are_refused() -> None:
    strange = PAIRS.vstack(pl.DataFrame({"region": ["r00"], "neighbour": ["atlantis"]}))
    with pytest.raises(InputError, match=r"without a direct estimate[\s\S]*`atlantis`"):
        spatial_fay_herriot(TABLE, strange, area="region")
    with pytest.raises(InputError, match=r"no neighbours[\s\S]*`r04`"):
        spatial_fay_herriot(TABLE, PAIRS.filter(pl.col("region") != "r04"), area="region")


def test_an_area_without_respondents_is_refused() -> None:
    gap = TABLE.with_columns(pl.when(pl.col("region") != "r01").then(pl.col("estimate")).alias("estimate"))
    with pytest.raises(InputError, match=r"needs a direct estimate of every area[\s\S]*`r01`"):
        spatial_fay_herriot(gap, PAIRS, area="region")


@pytest.mark.parametrize(
    ("estimate", "error"),
    [(TABLE["estimate"], 50.0), (10 * np.sin(2 * np.pi * np.arange(AREAS) / AREAS), 0.2)],
    ids=["areas alike", "a wave around the ring"],
)
def test_parameters_at_their_bounds_are_refused_with_the_way_out(estimate: Any, error: float) -> None:
    table = TABLE.with_columns(pl.Series("estimate", estimate), pl.lit(error).alias("std_error"))
    with pytest.raises(InputError, match=r"no estimate within its bounds[\s\S]*fay_herriot"):
        spatial_fay_herriot(table, RING, area="region")


def test_steps_that_jump_over_the_top_for_ever_are_shortened(monkeypatch: pytest.MonkeyPatch) -> None:
    few = TABLE.with_columns(pl.Series("estimate", np.random.default_rng(0).normal(0, 1, AREAS))).head(10)
    few = few.with_columns(pl.lit(0.3**0.5).alias("std_error"))
    around = RING[:10, :10] + np.eye(10, k=9) / 2 + np.eye(10, k=-9) / 2
    found = spatial_fay_herriot(few, around, area="region")
    assert found.model.spatial_correlation == pytest.approx(0.5320631, rel=1e-6)
    monkeypatch.setattr("talentstats.smallarea.spatial_fit._HALVED_AFTER", 1000)
    with pytest.raises(InputError, match="did not converge"):
        spatial_fay_herriot(few, around, area="region")


def test_a_model_that_does_not_settle_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("talentstats.smallarea.spatial_fit._STEPS", 2)
    with pytest.raises(InputError, match="did not converge"):
        spatial_fay_herriot(TABLE, RING, area="region")


@pytest.mark.parametrize("tolerance", [0.0, 1.0, float("nan")])
def test_a_tolerance_must_be_small_and_above_zero(tolerance: float) -> None:
    with pytest.raises(InputError, match="tolerance"):
        spatial_fay_herriot(TABLE, RING, area="region", tolerance=tolerance)
