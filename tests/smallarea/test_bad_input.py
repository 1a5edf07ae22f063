"""What an area-level model cannot be fitted to, and what is said of it."""

from collections.abc import Callable
from typing import Any

import numpy as np
import polars as pl
import pytest

import talentstats as ts
from talentstats.errors import InputError
from talentstats.smallarea.area_level import fay_herriot
from talentstats.smallarea.highest_likelihood import variance_at_top

TABLE = pl.DataFrame(
    {
        "region": list("abcdefgh"),
        "estimate": [1.0, 2, 2, 4, 3, 5, 4, 6],
        "std_error": 0.5,
        "density": [1.0, 2, 3, 4, 5, 6, 7, 9],
        "kind": ["town", "land"] * 4,
    }
)
KNOWN = TABLE.select("region", "density")


def with_first(column: str, value: float | None) -> pl.DataFrame:
    first = pl.int_range(pl.len()) == 0
    return TABLE.with_columns(pl.when(first).then(pl.lit(value)).otherwise(pl.col(column)).alias(column))


@pytest.mark.parametrize(
    ("direct", "auxiliaries", "options", "message"),
    [
        (TABLE, None, {"area": None}, "not said which column holds the areas"),
        (TABLE, None, {"area": "regions"}, r"`regions`[\s\S]*Did you mean `region`"),
        (TABLE.drop("std_error"), None, {}, "`std_error`"),
        (TABLE, None, {"method": "reml"}, r"Unknown method `reml`[\s\S]*`REML`"),
        (TABLE, None, {"conf_level": 95}, "between 0 and 1"),
        (TABLE, None, {"covariates": "densty"}, r"`densty`[\s\S]*Did you mean `density`"),
        (TABLE, None, {"intercept": False}, "no covariate at all"),
        ([1, 2], None, {}, "are not a frame"),
        (TABLE.vstack(TABLE.head(1)), None, {}, r"more than one row[\s\S]*`a`"),
        (with_first("std_error", 0.0), None, {}, r"no usable standard error[\s\S]*`a`"),
        (with_first("std_error", None), None, {}, r"no usable standard error[\s\S]*`a`"),
        (with_first("std_error", float("nan")), None, {}, "no usable standard error"),
        (with_first("estimate", float("inf")), None, {}, "no usable standard error"),
        (TABLE.with_columns(pl.lit(None, pl.Float64).alias("estimate")), None, {}, "No area has a direct"),
        (TABLE.with_columns(pl.lit(None, pl.String).alias("region")), None, {}, "has no area"),
        (TABLE, KNOWN.head(7), {}, r"lack an area[\s\S]*`h`"),
        (TABLE, KNOWN.vstack(KNOWN.head(1)), {}, "more than one row"),
        (TABLE, KNOWN.rename({"region": "area"}), {}, "`region`"),
        (
            with_first("density", None),
            None,
            {"covariates": "density"},
            r"no value of the covariate[\s\S]*`a`",
        ),
        (with_first("density", float("inf")), None, {"covariates": "density"}, "no value of the covariate"),
        (
            TABLE.with_columns(pl.lit(1.0).alias("density")),
            None,
            {"covariates": "density"},
            r"follows from the others[\s\S]*`density`",
        ),
        (TABLE.head(2), None, {"covariates": "density"}, "too few observations"),
        (
            TABLE.with_columns(pl.lit(0).cast(pl.Date).alias("density")),
            None,
            {"covariates": "density"},
            "cannot be a covariate",
        ),
    ],
)
def test_what_the_model_cannot_use_is_refused(
    direct: Any, auxiliaries: Any, options: dict[str, Any], message: str
) -> None:
    with pytest.raises(InputError, match=message):
        fay_herriot(direct, auxiliaries, **{"area": "region", **options})


def test_a_level_that_only_areas_without_respondents_have_is_refused() -> None:
    known = TABLE.select("region", "kind").vstack(pl.DataFrame({"region": ["i"], "kind": ["sea"]}))
    with pytest.raises(InputError, match=r"this level of `kind`[\s\S]*`sea`"):
        fay_herriot(TABLE.select("region", "estimate", "std_error"), known, area="region")


def test_estimates_of_several_variables_or_without_areas_are_refused() -> None:
    people = pl.DataFrame({"region": ["a", "b", "c"] * 4, "weight": 1.0, "x": range(12), "y": range(12)})
    sample = ts.SurveySample(people, ts.SurveyDesign(weight="weight"))
    with pytest.raises(InputError, match="more than one row"):
        fay_herriot(ts.estimate_mean(sample, ["x", "y"], by="region"))
    with pytest.raises(InputError, match="column of areas"):
        fay_herriot(ts.estimate_mean(sample, "x"))


def test_areas_are_matched_as_text_whatever_their_type() -> None:
    numbered = TABLE.with_columns(pl.int_range(pl.len()).alias("region"))
    known = numbered.select(pl.col("region").cast(pl.String), "density")
    more = known.vstack(pl.DataFrame({"region": ["8"], "density": [3.5]}))
    found = fay_herriot(numbered, more, area="region")
    assert found.table["region"].to_list() == [str(number) for number in range(9)]


@pytest.mark.parametrize(
    ("slope", "likelihood"),
    [(lambda a: 1 / (1 + a), lambda a: a), (lambda a: float("nan") * a, lambda a: a)],
)
def test_a_likelihood_without_a_top_is_refused(
    slope: Callable[[float], float], likelihood: Callable[[float], float]
) -> None:
    with pytest.raises(InputError, match="no highest point"):
        variance_at_top(slope, likelihood, scale=1.0)


def test_the_highest_of_several_tops_counts() -> None:
    def slope(a: float) -> float:
        return -(a - 1) * (a - 3) * (a - 8)

    def likelihood(a: float) -> float:
        return float(np.polyval([-1 / 4, 12 / 3, -35 / 2, 24, 0], a))

    assert variance_at_top(slope, likelihood, scale=1.0) == pytest.approx(8, rel=1e-14)
    assert variance_at_top(slope, lambda a: -likelihood(a), scale=1.0) == pytest.approx(1, rel=1e-14)


def test_a_search_that_does_not_settle_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("talentstats.smallarea.highest_likelihood._STEPS", 1)
    with pytest.raises(InputError, match="did not converge"):
        fay_herriot(TABLE, covariates="density", area="region")
