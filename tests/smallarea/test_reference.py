"""Values from R: those of our own script, and the team's from the package sae."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

import talentstats as ts
from talentstats.smallarea.area_level import fay_herriot, spatial_fay_herriot
from talentstats.smallarea.result import SmallAreaEstimates
from talentstats.smallarea.unit_level import unit_level

ROOT = Path(__file__).resolve().parents[2]
OWN = ROOT / "tests" / "reference" / "small_areas"
PERSONS = ROOT / "tests" / "reference" / "data" / "persons.csv"
TEAM = ROOT.parent / "shared" / "reference" / "sae"
ABOUT = json.loads((OWN / "values.json").read_text(encoding="utf-8"))
CASES = ABOUT["cases"]


def assert_near(found: Any, expected: Any, tolerance: float) -> None:
    np.testing.assert_allclose(np.asarray(found, dtype=float), expected, rtol=tolerance, atol=1e-12)


def assert_agrees(found: SmallAreaEstimates, values: dict[str, Any], tolerance: float) -> None:
    model = found.model
    assert_near(found.table["estimate"], values["estimate"], tolerance)
    assert_near(found.table["mse"], values["mse"], tolerance)
    assert_near(model.coefficients["estimate"], values["beta"], tolerance)
    assert_near(model.coefficients["std_error"], values["std_error"], tolerance)
    for name in ("area_variance", "error_variance", "spatial_correlation", "log_likelihood"):
        if name in values:
            assert_near(getattr(model, name), values[name], tolerance)


def areas(case: dict[str, Any]) -> pl.DataFrame:
    table = pl.read_csv(OWN / "areas.csv")
    return table.with_columns(pl.col("std_error") * case["factor"])


def answer_area(case: dict[str, Any]) -> SmallAreaEstimates:
    return fay_herriot(areas(case), covariates=case["covariates"], area="district", method=case["method"])


def answer_spatial(case: dict[str, Any]) -> SmallAreaEstimates:
    return spatial_fay_herriot(
        areas(case).with_columns(pl.col("wave").alias("estimate")),
        pl.read_csv(OWN / "neighbours.csv"),
        covariates=case["covariates"],
        area="district",
        method=case["method"],
    )


def answer_unit(case: dict[str, Any]) -> SmallAreaEstimates:
    persons = pl.read_csv(PERSONS, null_values=[""]).with_columns(
        pl.col("role").cast(pl.Enum(["employee", "partner", "student"]))
    )
    known = pl.read_csv(OWN / "population.csv").rename({"partner": "role=partner", "student": "role=student"})
    return unit_level(
        ts.SurveySample(persons, ts.SurveyDesign(weight="weight", psu="district", strata="stratum")),
        case["y"],
        area="district",
        covariates=case["covariates"],
        population_means=known,
        population_sizes=known if case["sizes"] else None,
        method=case["method"],
    )


ANSWERS = {"fay_herriot": answer_area, "spatial_fay_herriot": answer_spatial, "nested_error": answer_unit}


@pytest.mark.parametrize("case", CASES, ids=[case["id"] for case in CASES])
def test_value_agrees_with_r(case: dict[str, Any]) -> None:
    assert_agrees(ANSWERS[case["model"]](case), case["values"], case["tolerance"])


def test_the_values_say_how_they_were_made_and_cover_every_model_and_method() -> None:
    assert ABOUT["source"].startswith("base R ")
    assert (ROOT / ABOUT["script"]).is_file()
    met = {(case["model"], case["method"]) for case in CASES}
    likelihoods = {(model, method) for model in ANSWERS for method in ("REML", "ML")}
    assert met == likelihoods | {("fay_herriot", "FH")}


def test_some_values_lie_at_the_bound_of_the_variance() -> None:
    assert any(case["values"]["area_variance"] == 0 for case in CASES)


@pytest.mark.shared
@pytest.mark.skipif(not TEAM.is_dir(), reason="the team's values of sae are not beside this checkout")
@pytest.mark.parametrize("method", ["REML", "FH"])
def test_fay_herriot_agrees_with_sae(method: Any) -> None:
    values = json.loads((TEAM / "cases.json").read_text(encoding="utf-8"))[method]
    milk = pl.read_csv(TEAM / "milk.csv").select(
        pl.col("SmallArea"),
        pl.col("yi").alias("estimate"),
        pl.col("SD").alias("std_error"),
        pl.col("MajorArea").cast(pl.String),
    )
    found = fay_herriot(milk, covariates="MajorArea", area="SmallArea", method=method)
    assert_sae(found, values, 1e-8)


def grapes(**options: Any) -> SmallAreaEstimates:
    table = pl.read_csv(TEAM / "grapes.csv").with_row_index("town")
    proximity = pl.read_csv(TEAM / "grapesprox.csv", infer_schema_length=None).cast(pl.Float64).to_numpy()
    return spatial_fay_herriot(
        table.with_columns(pl.col("grapehect").alias("estimate"), pl.col("var").sqrt().alias("std_error")),
        proximity,
        covariates=["area", "workdays"],
        area="town",
        intercept=False,
        **options,
    )


@pytest.mark.shared
@pytest.mark.skipif(not TEAM.is_dir(), reason="the team's values of sae are not beside this checkout")
def test_the_spatial_model_agrees_with_sae_when_it_stops_where_sae_stops() -> None:
    values = json.loads((TEAM / "cases.json").read_text(encoding="utf-8"))["SFH_grapes"]
    assert_sae(grapes(tolerance=1e-4), values, 1e-8)
    assert_sae(grapes(), values, 1e-5)


def assert_sae(found: SmallAreaEstimates, values: dict[str, Any], tolerance: float) -> None:
    model = found.model
    beta = values["beta"]
    assert_near(found.table["estimate"], values["eblup"], tolerance)
    assert_near(found.table["mse"], values["mse"], tolerance)
    assert_near(model.area_variance, values["refvar"], tolerance)
    for ours, theirs in {
        "estimate": "beta",
        "std_error": "std.error",
        "statistic": "tvalue",
        "p_value": "pvalue",
    }.items():
        assert_near(model.coefficients[ours], [row[theirs] for row in beta], 10 * tolerance)
    if "spatialcorr" in values:
        assert_near(model.spatial_correlation, values["spatialcorr"], tolerance)
    if "goodness" in values:
        good = values["goodness"]
        measures = [model.log_likelihood, model.aic, model.bic, model.kic]
        assert_near(measures, [good[name] for name in ("loglike", "AIC", "BIC", "KIC")], tolerance)
