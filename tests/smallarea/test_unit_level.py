"""The unit-level model: closed form, counted populations, areas elsewhere, repeated samples, refusals."""

import math
from typing import Any

import numpy as np
import polars as pl
import pytest

import talentstats as ts
from talentstats.errors import InputError
from talentstats.smallarea.nested_error_fit import fit_nested_error, sum_areas
from talentstats.smallarea.nested_error_prediction import predict_means
from talentstats.smallarea.result import SmallAreaEstimates
from talentstats.smallarea.unit_level import unit_level

AREAS, EACH = 9, 5
RNG = np.random.default_rng(8)
REGION = np.repeat([f"r{i}" for i in range(AREAS)], EACH)
CODE = np.repeat(np.arange(AREAS), EACH)
YEARS = RNG.uniform(0, 10, AREAS * EACH).round(2)
WAGE = (20 + 0.9 * YEARS + RNG.normal(0, 3, AREAS)[CODE] + RNG.normal(0, 2, AREAS * EACH)).round(2)
PEOPLE = pl.DataFrame(
    {
        "region": REGION,
        "years": YEARS,
        "wage": WAGE,
        "weight": 10.0,
        "role": np.tile(["partner", "student", "employee"], 15),
    }
)
KNOWN = PEOPLE.group_by("region", maintain_order=True).agg(pl.col("years").mean() + 0.5)


def estimate(people: pl.DataFrame = PEOPLE, **options: Any) -> SmallAreaEstimates:
    sample = ts.SurveySample(people, ts.SurveyDesign(weight="weight"))
    given = {"area": "region", "covariates": "years", "population_means": KNOWN, **options}
    return unit_level(sample, "wage", **given)


def test_a_balanced_sample_without_covariates_has_the_variances_of_the_analysis_of_variance() -> None:
    between, within = 0.0, 0.0
    grand = sum(WAGE) / len(WAGE)
    for area in range(AREAS):
        values = [value for value, code in zip(WAGE, CODE, strict=True) if code == area]
        mean = sum(values) / EACH
        between += EACH * (mean - grand) ** 2
        within += sum((value - mean) ** 2 for value in values)
    error = within / (AREAS * (EACH - 1))
    variance = (between / (AREAS - 1) - error) / EACH
    found = estimate(covariates=(), population_means=KNOWN.select("region"))
    assert found.model.error_variance == pytest.approx(error, rel=1e-11)
    assert found.model.area_variance == pytest.approx(variance, rel=1e-11)
    gamma = variance / (variance + error / EACH)
    means = [WAGE[area == CODE].mean() for area in range(AREAS)]
    expected = [grand + gamma * (mean - grand) for mean in means]
    np.testing.assert_allclose(found.table["estimate"], expected, rtol=1e-12)
    np.testing.assert_allclose(found.table["direct"], means, rtol=1e-12)


def test_the_larger_the_counted_population_the_less_the_sample_itself_says() -> None:
    def sized(size: float) -> SmallAreaEstimates:
        return estimate(population_sizes=KNOWN.with_columns(pl.lit(size).alias("size")))

    np.testing.assert_allclose(sized(1e12).table["mse"], estimate().table["mse"], rtol=1e-9)
    everyone = estimate(
        population_means=PEOPLE.group_by("region", maintain_order=True).agg(pl.col("years").mean()),
        population_sizes=KNOWN.with_columns(pl.lit(EACH).alias("size")),
    )
    np.testing.assert_allclose(everyone.table["estimate"], everyone.table["direct"], rtol=1e-12)
    assert everyone.table["std_error"].to_list() == [0.0] * AREAS
    assert set(everyone.table["note"]) == {"everyone was observed: the mean itself"}


def test_an_area_that_is_not_in_the_sample_gets_the_regression_and_a_note() -> None:
    more = KNOWN.vstack(pl.DataFrame({"region": ["elsewhere"], "years": [5.0]}))
    found = estimate(population_means=more)
    one = found.table.row(AREAS, named=True)
    level, slope = found.model.coefficients["estimate"]
    assert one["estimate"] == pytest.approx(level + 5 * slope, rel=1e-12)
    assert one["std_error"] > math.sqrt(found.model.area_variance)
    assert (one["direct"], one["n_obs"], one["gamma"]) == (None, 0, 0.0)
    assert one["note"] == "no respondents: the regression of the model alone"


def test_a_direct_mean_without_a_standard_error_is_said() -> None:
    sample = ts.SurveySample(
        PEOPLE.with_columns(pl.lit(1).alias("stratum"), pl.col("region").alias("town")),
        ts.SurveyDesign(weight="weight", strata="region", psu="town", lonely_psu="average"),
    )
    found = unit_level(sample, "wage", area="region", covariates="years", population_means=KNOWN)
    assert found.table["direct"].null_count() == 0
    assert found.table["direct_std_error"].null_count() == AREAS
    assert set(found.table["note"]) == {"no standard error of the direct estimate"}
    assert found.checks()["note"][1].startswith("no test")


def test_areas_that_do_not_differ_get_the_regression_and_a_note() -> None:
    same = PEOPLE.with_columns(
        (20 + pl.col("years") + pl.Series(np.tile([1.0, -2, 0, 2, -1], AREAS))).alias("wage")
    )
    found = estimate(same)
    assert found.model.area_variance == 0
    np.testing.assert_allclose(found.table["estimate"], found.diagnostics["synthetic"], rtol=1e-12)
    assert all("estimated as 0" in note for note in found.table["note"])


def test_rows_without_an_answer_or_covariate_are_left_out_and_counted() -> None:
    index = pl.int_range(pl.len())
    gaps = PEOPLE.with_columns(
        pl.when(index != 3).then(pl.col("wage")).alias("wage"),
        pl.when(index != 11).then(pl.col("years")).alias("years"),
    )
    found = estimate(gaps)
    fewer = estimate(PEOPLE.filter(~index.is_in([3, 11])))
    np.testing.assert_allclose(found.table["estimate"], fewer.table["estimate"], rtol=1e-12)
    assert "2 rows without an area, an answer or a covariate" in repr(found)
    assert "2 rijen zonder gebied" in found.explanation("nl")


def test_a_subpopulation_is_the_model_of_its_persons() -> None:
    found = estimate(where={"role": ["partner", "student"]})
    there = estimate(PEOPLE.filter(pl.col("role") != "employee"))
    np.testing.assert_allclose(found.table["estimate"], there.table["estimate"], rtol=1e-12)


def test_categories_ask_for_the_share_of_each_level_but_the_first() -> None:
    shares = KNOWN.with_columns(pl.lit(0.3).alias("role=partner"), pl.lit(0.4).alias("role=student"))
    found = estimate(covariates=["years", "role"], population_means=shares)
    assert found.model.coefficients["term"].to_list() == [
        "(intercept)",
        "years",
        "role=partner",
        "role=student",
    ]
    with pytest.raises(InputError, match="role=partner"):
        estimate(covariates=["years", "role"])


def test_a_result_says_that_weights_do_not_count() -> None:
    assert "weights do not count in the model" in estimate().explanation("en")


@pytest.mark.parametrize("method", ["REML", "ML"])
def test_the_mean_squared_error_is_that_of_repeated_samples(method: Any) -> None:
    rng = np.random.default_rng(2)
    areas, each = 25, 4
    code, place = np.repeat(np.arange(areas), each), np.arange(areas)
    x = np.column_stack([np.ones(code.size), rng.uniform(0, 10, code.size)])
    population = np.column_stack([np.ones(areas), rng.uniform(3, 7, areas)])
    squares, estimated = np.zeros(areas), np.zeros(areas)
    for _ in range(150):
        effect = rng.normal(0, 1.5, areas)
        y = x @ [20, 0.9] + effect[code] + rng.normal(0, 2, code.size)
        sums = sum_areas(y, x, code, n_areas=areas)
        fit = fit_nested_error(sums, method=method)
        means = predict_means(fit, sums, place=place, population=population, size=None, method=method)
        squares += (means.estimate - population @ [20, 0.9] - effect) ** 2
        estimated += means.mse
    assert estimated.sum() / squares.sum() == pytest.approx(1, abs=0.08)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"covariates": "year"}, "no column `year`"),
        ({"method": "FH"}, "Unknown method `FH`"),
        ({"conf_level": 95}, "between 0 and 1"),
        ({"population_means": KNOWN.head(3)}, r"lack an area[\s\S]*`r3`"),
        ({"population_means": KNOWN.rename({"years": "jaren"})}, "`years`"),
        ({"population_means": KNOWN.vstack(KNOWN.head(1))}, r"more than one row[\s\S]*`r0`"),
        ({"population_means": "known"}, "are not a frame"),
        (
            {"population_means": KNOWN.with_columns(pl.lit(None, pl.Float64).alias("years"))},
            "no value of the covariate",
        ),
        ({"population_sizes": KNOWN}, "`size`"),
        ({"population_sizes": KNOWN.with_columns(pl.lit(2).alias("size"))}, "fewer persons"),
        ({"covariates": ["years", "twice"]}, "follows from the others"),
        ({"where": {"region": "r1"}}, "one area"),
        ({"where": {"years": YEARS[0]}, "covariates": ()}, "too few observations"),
    ],
)
def test_what_the_model_cannot_use_is_refused(options: dict[str, Any], message: str) -> None:
    people = PEOPLE.with_columns((2 * pl.col("years")).alias("twice"))
    with pytest.raises(InputError, match=message):
        estimate(people, **options)


def test_one_person_in_every_area_is_refused() -> None:
    with pytest.raises(InputError, match="Every area has one person"):
        estimate(PEOPLE.unique("region"))


def test_no_differences_within_areas_are_refused() -> None:
    flat = PEOPLE.with_columns(pl.col("years").mean().over("region").alias("wage"))
    with pytest.raises(InputError, match="no variance within areas"):
        estimate(flat)
