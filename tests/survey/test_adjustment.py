import numpy as np
import polars as pl
import pytest

import talentstats as ts
from adjusted_support import drawn, margin, two_margins, weights_of
from survey_support import close, sample_of
from talentstats.errors import InputError
from talentstats.survey.adjustment import (
    Categories,
    base_column,
    has_residuals,
    needed_columns,
    replicate_weights,
    residual_steps,
    respondents_column,
)


def in_steps() -> ts.SurveySample:
    sample = ts.adjust_nonresponse(sample_of("strata", drawn()), "answered", "type")
    return ts.calibrate(ts.rake(sample, two_margins()), {"sex": margin("sex"), "x": 8000.0})


def test_the_steps_made_again_with_the_same_weights_give_the_same_weights() -> None:
    made = in_steps()
    base = drawn()["w"].to_numpy()
    again = replicate_weights(made.adjustments, made.frame, np.column_stack([base, 2 * base]))
    close(again, np.column_stack([weights_of(made)] * 2), rtol=1e-9)


def test_adjustments_say_which_columns_they_need() -> None:
    adjustments = in_steps().adjustments
    assert base_column(adjustments) == "w"
    assert respondents_column(adjustments) == "answered"
    assert respondents_column(adjustments[1:]) is None
    assert set(needed_columns(adjustments)) == {
        *("answered", "type", "sex", "region", "x"),
        *("w", "nonresponse_weight", "raked_weight", "calibrated_weight"),
    }
    assert [one.by_cell for one in adjustments] == [True, True, False]


def test_the_last_adjustment_is_taken_out_of_the_scores_first() -> None:
    made = in_steps()
    steps = residual_steps(made.adjustments, made.frame)
    close(steps[0].taken, made.frame["calibrated_weight"].to_numpy())
    close(steps[1].taken, made.frame["raked_weight"].to_numpy())
    close(steps[2].taken, (made.frame["nonresponse_weight"] - made.frame["w"]).to_numpy())


def test_trimming_takes_nothing_out_of_the_scores() -> None:
    made = ts.trim_weights(sample_of("strata", drawn()), upper=25.0)
    assert not has_residuals(made.adjustments)
    assert residual_steps(made.adjustments, made.frame) == []


def test_a_row_in_no_category_is_given_the_first() -> None:
    categories = Categories(levels=pl.DataFrame({"sex": ["f", "m"]}))
    assert categories.codes(pl.DataFrame({"sex": ["m", None, "f", "x"]})).tolist() == [1, 0, 0, 0]


@pytest.mark.parametrize("name", ["place", "weight", "row", "cell", "all", "code"])
def test_a_column_may_have_any_name(name: str) -> None:
    frame = drawn().rename({"place": "seat"}).with_columns(pl.col("sex").alias(name))
    design = ts.SurveyDesign(weight="w", strata="stratum", psu="district")
    found, plain = (
        ts.rake(ts.SurveySample(frame, design), {column: margin("sex"), "region": margin("region")})
        for column in (name, "sex")
    )
    close(weights_of(found), weights_of(plain))
    errors = [ts.estimate_mean(made, "y", by="type").to_polars()["std_error"] for made in (found, plain)]
    close(*errors)
    replicated = [ts.estimate_mean(ts.make_replicates(made, "JKn"), "y") for made in (found, plain)]
    close(*(one.to_polars()["std_error"] for one in replicated))


def test_a_sample_needs_the_columns_its_weights_were_made_with() -> None:
    made = in_steps()
    with pytest.raises(InputError, match="no column of the adjusted weights `raked_weight`"):
        ts.SurveySample(made.frame.drop("raked_weight"), made.design, adjustments=made.adjustments)


def test_sums_of_a_part_of_a_file_are_not_made_with_adjusted_weights() -> None:
    with pytest.raises(InputError, match="adjusted weights cannot be merged"):
        ts.partial(in_steps(), "mean", "y")
