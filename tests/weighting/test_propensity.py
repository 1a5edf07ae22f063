from typing import Any

import numpy as np
import polars as pl
import pytest

import talentstats as ts
from adjusted_support import drawn, weights_of
from survey_support import close, estimate, same_numbers, sample_of
from talentstats.errors import InputError

COVARIATES = ["sex", "x"]


def adjusted(frame: pl.DataFrame | None = None, covariates: Any = None, **options: Any) -> ts.SurveySample:
    sample = sample_of("strata", drawn() if frame is None else frame)
    return ts.adjust_by_propensity(
        sample, "answered", COVARIATES if covariates is None else covariates, **options
    )


def logistic(x: np.ndarray[Any, Any], answered: np.ndarray[Any, Any], weight: np.ndarray[Any, Any]) -> Any:
    """Fit a weighted logistic regression by Newton's method, and give the fitted probabilities."""
    slope = np.zeros(x.shape[1])
    for _ in range(50):
        chance = 1 / (1 + np.exp(-x @ slope))
        information = (x.T * (weight * chance * (1 - chance))) @ x
        slope = slope + np.linalg.solve(information, x.T @ (weight * (answered - chance)))
    return 1 / (1 + np.exp(-x @ slope))


def test_respondents_are_divided_by_their_propensity_and_others_weigh_nothing() -> None:
    frame = drawn()
    x = np.column_stack([np.ones(frame.height), (frame["sex"] == "m").to_numpy(), frame["x"].to_numpy()])
    answered, weight = frame["answered"].to_numpy().astype(float), frame["w"].to_numpy()
    chance = logistic(x.astype(float), answered, weight)
    made = adjusted()
    close(made.frame["response_propensity"], chance, rtol=1e-9)
    close(weights_of(made), weight * answered / chance, rtol=1e-9)


def test_the_respondents_then_have_the_sums_of_the_covariates_of_nobody_in_particular() -> None:
    # The score equations of the model: nonrespondents are as likely to respond as they are expected to.
    made = adjusted().frame
    chance, answered = made["response_propensity"], made["answered"]
    for column in (pl.lit(1.0), pl.col("x"), (pl.col("sex") == "m").cast(pl.Float64)):
        x = made.select(column.alias("x") * pl.col("w"))["x"]
        close((x * chance).sum(), (x * answered).sum(), rtol=1e-9)


def test_a_model_of_one_classification_gives_the_response_rates_of_its_classes() -> None:
    made = adjusted(covariates="sex")
    by_class = ts.adjust_nonresponse(sample_of("strata", drawn()), "answered", "sex")
    close(weights_of(made), weights_of(by_class), rtol=1e-9)
    for statistic in ("mean", "total"):
        one, other = (estimate(sample, statistic, "y", by="type") for sample in (made, by_class))
        same_numbers(one, other, rtol=1e-8)


def test_propensities_can_be_made_into_classes_of_equal_weight() -> None:
    made = adjusted(classes=3).frame
    assert made["response_class"].unique().sort().to_list() == [1, 2, 3]
    shares = made.group_by("response_class").agg(pl.col("w").sum() / made["w"].sum())["w"]
    assert (shares - 1 / 3).abs().max() < 0.05
    bounds = made.group_by("response_class").agg(
        low=pl.col("response_propensity").min(), high=pl.col("response_propensity").max()
    )
    ordered = bounds.sort("response_class")
    assert (ordered["high"][:-1] < ordered["low"][1:]).all()
    sums = made.group_by("response_class").agg(pl.col("w", "nonresponse_weight").sum())
    close(sums["nonresponse_weight"], sums["w"])


def test_equal_propensities_stay_in_one_class() -> None:
    made = adjusted(covariates="sex", classes=5).frame
    assert made.group_by("sex").agg(pl.col("response_class").n_unique())["response_class"].to_list() == [1, 1]


def test_the_diagnostics_say_how_well_the_model_tells_respondents_from_others() -> None:
    made = adjusted(classes=2)
    frame = made.frame
    chance, answered, weight = (frame[name].to_numpy() for name in ("response_propensity", "answered", "w"))
    found = dict(made.adjustments[-1].diagnostics.iter_rows())  # type: ignore[union-attr]
    pairs = wins = 0.0
    for k in np.flatnonzero(answered == 1):
        for other in np.flatnonzero(answered == 0):
            pair = weight[k] * weight[other]
            pairs += pair
            wins += pair * (1.0 if chance[k] > chance[other] else 0.5 * (chance[k] == chance[other]))
    mean = weight @ chance / weight.sum()
    spread = (weight @ (chance - mean) ** 2 / weight.sum()) ** 0.5
    expected = {
        "response rate": weight @ answered / weight.sum(),
        "area under the ROC curve": wins / pairs,
        "R-indicator": 1 - 2 * spread,
        "smallest propensity": chance.min(),
        "largest propensity": chance.max(),
        "largest factor": (1 / chance[answered == 1]).max(),
    }
    assert list(found) == list(expected)
    close(list(found.values()), list(expected.values()))


def test_a_yes_or_no_among_the_covariates_is_a_category() -> None:
    flagged = drawn().with_columns(female=pl.col("sex") == "f")
    close(weights_of(adjusted(flagged, ["female", "x"])), weights_of(adjusted()), rtol=1e-9)


def test_columns_it_adds_take_names_that_are_free() -> None:
    frame = drawn().with_columns(Response_Propensity=pl.lit(0.5))
    made = adjusted(frame, classes=2)
    assert {"response_propensity_", "response_class", "nonresponse_weight"} <= set(made.frame.columns)
    assert made.frame["Response_Propensity"].unique().to_list() == [0.5]


separated = drawn().with_columns(answered=(pl.col("x") > 5).cast(pl.Int64))
doubled = drawn().with_columns(twice=2 * pl.col("x"))
REFUSED: dict[str, tuple[pl.DataFrame, Any, dict[str, Any], str]] = {
    "a covariate that tells who responded": (separated, ["x"], {}, "tells exactly who responded"),
    "a covariate twice": (doubled, ["x", "twice"], {}, "repeats what the others say"),
    "a covariate with gaps": (drawn(), ["z"], {}, "`z` is missing"),
    "an unknown covariate": (drawn(), ["sexe"], {}, "Did you mean `sex`"),
    "no covariates": (drawn(), (), {}, "known for everybody"),
    "one class": (drawn(), ["x"], {"classes": 1}, "two or more"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_modelled_is_refused_with_the_reason(name: str) -> None:
    frame, covariates, options, words = REFUSED[name]
    with pytest.raises(InputError) as refusal:
        adjusted(frame, covariates, **options)
    assert words in str(refusal.value)


def test_a_model_needs_a_frame_in_memory() -> None:
    sample = ts.SurveySample(drawn().lazy(), ts.SurveyDesign(weight="w"))
    with pytest.raises(InputError, match="can only be kept in a frame in memory"):
        ts.adjust_by_propensity(sample, "answered", "x")


def test_frames_of_pandas_and_arrow_give_the_same() -> None:
    design = ts.SurveyDesign(weight="w", strata="stratum", psu="district")
    for frame in (drawn().to_pandas(), drawn().to_arrow()):
        made = ts.adjust_by_propensity(ts.SurveySample(frame, design), "answered", COVARIATES)
        same_numbers(ts.estimate_mean(made, "y", by="sex"), ts.estimate_mean(adjusted(), "y", by="sex"))


def test_the_sample_says_what_was_modelled() -> None:
    made = adjusted()
    assert "weights after nonresponse" in repr(made)
    assert made.adjustments[0].settings == {"response model": "sex, x"}
