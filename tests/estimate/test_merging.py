from typing import Any

import polars as pl
import pytest

import talentstats as ts
from talentstats.errors import InputError

PEOPLE = pl.DataFrame(
    {
        "area": [1, 1, 2, 2, 3, 3, 4, 4],
        "w": [10.0, 20, 10, 20, 10, 20, 10, 20],
        "role": ["partner", "worker"] * 4,
        "y": [1.0, 4, 2, 6, 3, 8, 5, 7],
    }
)
DESIGN = ts.SurveyDesign(weight="w", psu="area")


def part(rows: slice, *, design: ts.SurveyDesign = DESIGN, **asked: Any) -> Any:
    call: dict[str, Any] = {"statistic": "mean", "variables": "y", **asked}
    return ts.partial(ts.SurveySample(PEOPLE[rows], design), call.pop("statistic"), **call)


def test_a_level_that_only_one_part_has_is_kept() -> None:
    parts = [
        part(slice(0, 1), statistic="count", variables="role"),
        part(slice(1, 8), statistic="count", variables="role"),
    ]
    merged = ts.finalize(ts.merge(parts)).to_polars()
    whole = ts.estimate_count(ts.SurveySample(PEOPLE, DESIGN), "role").to_polars()
    assert merged.select("level", "estimate", "n_obs").equals(whole.select("level", "estimate", "n_obs"))


def test_a_part_in_which_nobody_answered_is_merged_when_the_levels_are_named() -> None:
    silent = PEOPLE.with_columns(role=pl.when(pl.col("area") > 2).then("role"))
    levels = ["partner", "worker"]
    samples = [ts.SurveySample(silent[rows], DESIGN) for rows in (slice(0, 4), slice(4, 8))]
    with pytest.raises(InputError, match=r"(?s)no answers.*name the `levels`"):
        ts.partial(samples[0], "proportion", "role")
    parts = [ts.partial(sample, "proportion", "role", levels=levels) for sample in samples]
    merged = ts.finalize(ts.merge(parts)).to_polars()
    whole = ts.estimate_proportion(ts.SurveySample(silent, DESIGN), "role").to_polars()
    assert merged.select("level", "estimate", "n_missing").equals(
        whole.select("level", "estimate", "n_missing")
    )
    assert merged["std_error"].to_list() == pytest.approx(whole["std_error"].to_list())


@pytest.mark.parametrize(
    ("other", "says"),
    [
        ({"statistic": "total"}, "statistic"),
        ({"variables": "w"}, "variables"),
        ({"by": "role"}, "by"),
        ({"where": {"role": "partner"}}, "subpopulation"),
        ({"design": ts.SurveyDesign(weight="w")}, "design"),
    ],
)
def test_parts_that_do_not_belong_together_are_refused(other: dict[str, Any], says: str) -> None:
    with pytest.raises(InputError, match=says) as refused:
        ts.merge([part(slice(0, 4)), part(slice(4, 8), **other)])
    assert refused.value.remedy


def test_two_subpopulations_are_told_apart_and_the_same_one_is_not() -> None:
    one, two = ({"role": "partner"}, {"role": ["partner", "worker"]})
    with pytest.raises(InputError, match="subpopulation"):
        ts.merge([part(slice(0, 4), where=one), part(slice(4, 8), where=two)])
    merged = ts.merge([part(slice(0, 4), where=one), part(slice(4, 8), where=dict(one))])
    assert ts.finalize(merged).to_polars()["n_obs"].item() == 4


def test_replicates_made_for_each_part_are_refused() -> None:
    samples = [ts.SurveySample(PEOPLE[rows], DESIGN) for rows in (slice(0, 4), slice(4, 8))]
    parts = [ts.partial(ts.make_replicates(sample, "JK1"), "mean", "y") for sample in samples]
    with pytest.raises(InputError, match="replicates"):
        ts.merge(parts)


def test_nothing_to_merge_is_refused() -> None:
    with pytest.raises(InputError, match="nothing to merge"):
        ts.merge([])
