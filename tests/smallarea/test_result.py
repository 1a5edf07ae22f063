"""A result says wherever it is shown that a model made it; its checks; benchmarking."""

from dataclasses import FrozenInstanceError
from typing import Any

import numpy as np
import polars as pl
import pytest
from scipy.stats import chi2

import talentstats as ts
from talentstats.errors import InputError
from talentstats.smallarea.area_level import fay_herriot
from talentstats.smallarea.benchmark import benchmark
from talentstats.smallarea.direct_estimates import read_direct
from talentstats.smallarea.result import Predictions, present

TABLE = pl.DataFrame(
    {
        "region": ["north", "east", "south", "west", "isles"],
        "estimate": [0.31, 0.42, 0.58, 0.49, 0.20],
        "std_error": [0.04, 0.05, 0.04, 0.03, 0.12],
    }
)
PEOPLE = pl.DataFrame({"region": TABLE["region"].reverse(), "weight": [10, 400, 300, 200, 100]})
SHARES = PEOPLE["weight"].reverse().to_numpy() / 1010
FOUND = fay_herriot(TABLE, area="region")


@pytest.mark.parametrize("benchmarked", [False, True])
def test_it_says_model_based_wherever_it_is_shown(benchmarked: bool) -> None:
    found = benchmark(FOUND, 0.5, weights=PEOPLE) if benchmarked else FOUND
    kind = "model-based (Fay-Herriot, REML)" + (", benchmarked to the national figure" if benchmarked else "")
    assert kind in repr(found)
    assert kind in found._repr_html_()
    assert found.label("en") == kind
    assert found.to_polars()["kind"].to_list() == [kind] * 5
    assert found.to_pandas()["kind"].tolist() == [kind] * 5
    assert set(found.residuals()["kind"]) == {kind}
    dutch = found.to_polars(language="nl")
    assert dutch["kind"][0].startswith("modelgebaseerd (Fay-Herriot, REML)")
    assert dutch.drop("kind", "note").equals(found.to_polars().drop("kind", "note"))
    assert found.explanation("nl").startswith("Deze cijfers zijn schattingen van een model")


def test_the_columns_follow_from_estimate_and_mean_squared_error() -> None:
    table = FOUND.to_polars()
    np.testing.assert_allclose(table["std_error"] ** 2, table["mse"], rtol=1e-14)
    np.testing.assert_allclose(table["cv"], table["std_error"] / table["estimate"], rtol=1e-14)
    margin = 1.959963984540054 * table["std_error"]
    np.testing.assert_allclose(table["conf_low"], table["estimate"] - margin, rtol=1e-12)
    np.testing.assert_allclose(table["conf_high"], table["estimate"] + margin, rtol=1e-12)
    narrow = fay_herriot(TABLE, area="region", conf_level=0.5).to_polars()
    assert (narrow["conf_high"] < table["conf_high"]).all()


def test_it_cannot_be_changed() -> None:
    with pytest.raises(FrozenInstanceError):
        FOUND.benchmarked = True  # type: ignore[misc]


def test_an_unknown_language_is_refused() -> None:
    with pytest.raises(InputError, match="Unknown language"):
        FOUND.to_polars(language="de")  # type: ignore[arg-type]


def test_a_mean_squared_error_below_zero_becomes_a_gap_with_its_reason() -> None:
    ones = np.ones(5)
    predictions = Predictions(
        synthetic=ones,
        estimate=ones,
        mse=np.array([0.1, -0.1, 0.1, 0.1, 0.1]),
        gamma=ones,
        residual=ones,
        codes=((),) * 5,
    )
    found = present(read_direct(TABLE, area="region"), predictions, model=FOUND.model, conf_level=0.95)
    row = found.table.row(1, named=True)
    assert (row["mse"], row["std_error"], row["conf_low"], row["cv"]) == (None, None, None, None)
    assert row["note"] == "no standard error: the estimated mean squared error is not positive"
    with pytest.raises(InputError, match=r"no mean squared error[\s\S]*`east`"):
        benchmark(found, 1.1, weights=PEOPLE, method="weighted_difference")
    assert benchmark(found, 1.1, weights=PEOPLE).table["mse"].null_count() == 1


def test_the_checks_compare_with_the_direct_estimates_and_test_the_residuals() -> None:
    checks = FOUND.checks()
    statistic = 0.0
    for row in FOUND.table.iter_rows(named=True):
        statistic += (row["direct"] - row["estimate"]) ** 2 / (row["direct_std_error"] ** 2 + row["mse"])
    normal, agreement = checks.iter_rows(named=True)
    assert agreement["statistic"] == pytest.approx(statistic)
    assert agreement["df"] == 5
    assert agreement["p_value"] == pytest.approx(chi2.sf(statistic, 5))
    assert 0 < normal["p_value"] < 1
    few = fay_herriot(TABLE.head(2), area="region").checks()
    assert few["note"][0] == "no test: fewer than three different residuals"


@pytest.mark.parametrize("method", ["ratio", "difference", "weighted_difference"])
def test_benchmarked_estimates_give_the_national_figure(method: Any) -> None:
    adjusted = benchmark(FOUND, 0.5, weights=PEOPLE, method=method)
    before, after = FOUND.table["estimate"].to_numpy(), adjusted.table["estimate"].to_numpy()
    assert SHARES @ after == pytest.approx(0.5, abs=1e-14)
    np.testing.assert_allclose(adjusted.table["mse"], FOUND.table["mse"] + (after - before) ** 2, rtol=1e-12)
    moved = after - before
    expected = {
        "ratio": before * (0.5 / (SHARES @ before) - 1),
        "difference": np.full(5, 0.5 - SHARES @ before),
        "weighted_difference": moved[0] * (SHARES * FOUND.table["mse"]) / (SHARES[0] * FOUND.table["mse"][0]),
    }
    np.testing.assert_allclose(moved, expected[method], rtol=1e-11)
    assert "national figure was taken as known" in repr(adjusted)


@pytest.mark.parametrize("method", ["ratio", "difference", "weighted_difference"])
def test_benchmarking_to_what_the_estimates_give_already_changes_nothing(method: Any) -> None:
    together = float(SHARES @ FOUND.table["estimate"].to_numpy())
    adjusted = benchmark(FOUND, together, weights=PEOPLE, method=method)
    np.testing.assert_allclose(adjusted.table["estimate"], FOUND.table["estimate"], rtol=1e-14)


def test_totals_add_up_to_the_national_total() -> None:
    people = pl.DataFrame(
        {"region": np.repeat(["a", "b", "c", "d"], 6), "weight": 5.0, "y": np.arange(24) % 7}
    )
    sample = ts.SurveySample(people, ts.SurveyDesign(weight="weight"))
    found = fay_herriot(ts.estimate_total(sample, "y", by="region"))
    national = ts.estimate_total(sample, "y")
    adjusted = benchmark(found, national)
    assert adjusted.table["estimate"].sum() == pytest.approx(national.table["estimate"].item())
    with pytest.raises(InputError, match="not clear which is the national figure"):
        benchmark(found, ts.estimate_total(sample, "y", by="region"))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"method": "rake"}, "Unknown method `rake`"),
        ({"national": float("nan")}, "national figure is missing"),
        ({"national": -1.0}, "cannot be multiplied"),
        ({"weights": PEOPLE.head(4)}, r"lack an area[\s\S]*`north`"),
        ({"weights": PEOPLE.rename({"weight": "persons"})}, "`weight`"),
        ({"weights": PEOPLE.with_columns(pl.col("weight") - 10)}, r"no positive weight[\s\S]*`isles`"),
        ({"estimates": benchmark(FOUND, 0.5, weights=PEOPLE)}, "benchmarked already"),
    ],
)
def test_a_benchmark_that_cannot_be_met_is_refused(options: dict[str, Any], message: str) -> None:
    given: dict[str, Any] = {"estimates": FOUND, "national": 0.5, "weights": PEOPLE, **options}
    with pytest.raises(InputError, match=message):
        benchmark(given.pop("estimates"), given.pop("national"), **given)
