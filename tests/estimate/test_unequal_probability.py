import math
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

import talentstats as ts
from engine_frames import LOCAL, assert_same, make_frame
from survey_support import STATISTICS, checked, close, column, estimate, matches, people, rows_of
from survey_textbook import textbook
from talentstats.errors import ComparisonError, InputError, LonelyPsuError
from talentstats.survey.unequal import Brewer, HartleyRao, JointProbabilities, Overton, PairwiseRule
from talentstats.variance.groups import FloatArray
from talentstats.weighting.calibration import calibrate

# Persons with a probability of their own, and those of the districts and schools they live in.
PEOPLE = people().with_columns(
    pl.Series("chance", np.random.default_rng(3).uniform(0.2, 0.9, people().height)),
    p_district=0.3 + 0.06 * (pl.col("district") % 10),
    p_school=0.2 + 0.19 * (pl.col("school") % 4),
)
JOINT = 0.97 * np.outer(PEOPLE["chance"], PEOPLE["chance"])
np.fill_diagonal(JOINT, PEOPLE["chance"])
RULES: dict[str, PairwiseRule] = {
    "Brewer": Brewer(),
    "Overton": Overton(),
    "Overton, YG": Overton(variance="YG"),
    "Hartley-Rao": HartleyRao(),
    "joint, YG": JointProbabilities(matrix=JOINT, variance="YG"),
}
VARIABLES: dict[str, tuple[Any, ...]] = {
    "mean": ("z",),
    "total": ("y",),
    "proportion": ("role",),
    "ratio": ("z", "x"),
    "count": ("role",),
    "variance": ("y",),
}


def by_persons(rule: str, strata: str | None = None) -> ts.SurveySample:
    return ts.SurveySample(PEOPLE, ts.SurveyDesign(probability="chance", strata=strata, pairwise=RULES[rule]))


def pair_matrix(rule: str, p: FloatArray, stratum: np.ndarray[Any, Any]) -> FloatArray:
    """Give the form whose value for the scores is the variance, as the book has it for pairs."""
    if rule.startswith("joint"):
        delta = 1 - np.outer(p, p) / JOINT
    else:
        n = np.array([(stratum == one).sum() for one in stratum])[:, None]
        same = stratum[:, None] == stratum
        mean = np.array([p[stratum == one].mean() for one in stratum])[:, None]
        both = np.add.outer(p, p)
        ratio = (n - both / 2) / (n - 1) if rule.startswith("Overton") else (n - both + mean) / (n - 1)
        delta = np.where(same, 1 - ratio, 0.0)
        np.fill_diagonal(delta, 1 - p)
    # Brewer's is Hartley and Rao's with estimated squares, for a fixed size.
    if rule.endswith("YG") or rule == "Brewer":
        delta = delta - np.diag(delta.sum(axis=0))
    return np.asarray(delta)


@pytest.mark.parametrize("statistic", STATISTICS)
@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("strata", [None, "stratum"])
def test_the_variance_is_the_form_of_the_pairs_in_the_scores(
    rule: str, statistic: str, strata: str | None
) -> None:
    sample = by_persons(rule, strata)
    found = estimate(sample, statistic, *VARIABLES[statistic], by="region", margins=True)
    rows = rows_of(sample)
    stratum = PEOPLE["stratum"].to_numpy() if strata else np.zeros(PEOPLE.height)
    form = pair_matrix(rule, PEOPLE["chance"].to_numpy(), stratum)
    plain = ts.SurveyDesign(probability="chance", strata=strata)
    for row in found.table.iter_rows(named=True):
        answer = textbook(
            rows,
            plain,
            statistic,
            VARIABLES[statistic][0],
            denominator="x" if statistic == "ratio" else None,
            level=row["level"],
            member=matches({"region": row["region"]}),
        )
        scores = np.array(answer.scores)
        variance = scores @ form @ scores
        assert row["estimate"] == pytest.approx(answer.estimate, rel=1e-12)
        assert row["df"] == answer.df
        if variance < 0:
            assert row["std_error"] is None
            continue
        assert row["std_error"] == pytest.approx(math.sqrt(variance), rel=1e-9)


@pytest.mark.parametrize("rule", RULES)
def test_the_covariance_has_the_variances_on_its_diagonal(rule: str) -> None:
    found = estimate(
        by_persons(rule, "stratum"), "mean", ["y", "z"], by=["region", "sex"], where={"yes": True}
    )
    errors = np.array([math.nan if one is None else one for one in column(found, "std_error")])
    variances = np.diag(found.covariance())
    close(variances[variances >= 0], errors[variances >= 0] ** 2, rtol=1e-9)
    assert np.isnan(errors[variances < 0]).all()


def test_two_stages_add_the_second_times_the_probability_of_the_first() -> None:
    design = ts.SurveyDesign(
        strata="stratum",
        psu=["district", "school"],
        fpc=["p_district", "p_school"],
        pairwise=Brewer(),
        lonely_psu="certainty",
    )
    sample = ts.SurveySample(PEOPLE, design)
    weights = 1 / (PEOPLE["p_district"] * PEOPLE["p_school"]).to_numpy()
    for region in ("north", "west"):
        z = weights * PEOPLE["y"].to_numpy() * (PEOPLE["region"] == region).to_numpy()
        table = PEOPLE.with_columns(z=z).group_by("stratum", "district", "school")
        schools = table.agg(pl.col("z").sum(), pl.col("p_district", "p_school").first())
        expected = 0.0
        for part in schools.partition_by("stratum"):
            districts = part.group_by("district").agg(pl.col("z").sum(), pl.col("p_district").first())
            expected += brewer(districts["z"].to_numpy(), districts["p_district"].to_numpy())
            for below in part.partition_by("district"):
                inner = brewer(below["z"].to_numpy(), below["p_school"].to_numpy())
                expected += below["p_district"][0] * inner
        found = estimate(sample, "total", "y", where={"region": region})
        assert column(found, "std_error")[0] == pytest.approx(math.sqrt(expected), rel=1e-11)


def brewer(z: FloatArray, p: FloatArray) -> float:
    n = z.size
    return float(n / (n - 1) * ((1 - p) * (z - z.mean()) ** 2).sum())


def test_with_replacement_is_what_a_design_without_the_rule_gives() -> None:
    plain = ts.SurveySample(PEOPLE, ts.SurveyDesign(probability="chance"))
    z = (PEOPLE["y"] / PEOPLE["chance"]).to_numpy()
    expected = z.size / (z.size - 1) * ((z - z.mean()) ** 2).sum()
    assert column(estimate(plain, "total", "y"), "std_error")[0] ** 2 == pytest.approx(expected, rel=1e-11)
    drawn_once = column(estimate(by_persons("Brewer"), "total", "y"), "std_error")[0]
    assert drawn_once < math.sqrt(expected)


def test_a_negative_variance_gives_no_standard_error_and_says_so() -> None:
    frame = pl.DataFrame({"p": [0.5, 0.5, 0.5], "y": [1.0, 1.0, 1.0], "g": ["a", "a", "b"]})
    joint = np.full((3, 3), 0.16)
    np.fill_diagonal(joint, 0.5)
    design = ts.SurveyDesign(probability="p", pairwise=JointProbabilities(matrix=joint))
    sample = ts.SurveySample(frame, design)
    found = checked(ts.estimate_total(sample, "y", by="g", margins=True))
    assert found.covariance()[0, 0] < 0
    assert column(found, "std_error")[0] is None
    assert "negative" in column(found, "note")[0]
    assert column(found, "std_error")[1] == pytest.approx(math.sqrt(2))
    sums = checked(ts.contrast(found, {"both": {0: 1, 1: 1}, "one": {1: 1}}))
    assert column(sums, "std_error") == [None, pytest.approx(math.sqrt(2))]
    assert "negative" in column(sums, "note")[0]


def test_what_is_the_same_for_everyone_has_no_variance_whatever_rounding_says() -> None:
    frame = PEOPLE.with_columns(third=pl.lit(1 / 3), twice=pl.col("x") * 2 / 3)
    for rule in RULES.values():
        sample = ts.SurveySample(frame, ts.SurveyDesign(probability="chance", pairwise=rule))
        for found in (ts.estimate_mean(sample, "third"), ts.estimate_ratio(sample, "twice", "x")):
            assert column(found, "std_error")[0] == pytest.approx(0, abs=1e-9)


def test_a_comparison_of_domains_uses_their_covariance() -> None:
    sample = by_persons("Overton, YG", "stratum")
    means = ts.estimate_mean(sample, "y", by="sex")
    gap = checked(ts.compare(means.filter(sex="f"), means.filter(sex="m")))
    jacobian = np.array([1.0, -1.0])
    expected = math.sqrt(jacobian @ means.covariance() @ jacobian)
    assert column(gap, "std_error")[0] == pytest.approx(expected, rel=1e-11)
    other = ts.estimate_mean(sample, "y", by="sex")
    again = ts.compare(means.filter(sex="f"), other.filter(sex="m"))
    assert column(again, "std_error")[0] == pytest.approx(expected, rel=1e-11)


@pytest.mark.parametrize("kind", LOCAL)
@pytest.mark.parametrize("units", ["district", None])
def test_every_frame_with_an_order_or_with_units_gives_the_same(
    kind: str, units: str | None, tmp_path: Path
) -> None:
    probability = "p_district" if units else "chance"
    design = ts.SurveyDesign(probability=probability, psu=units, strata="stratum", pairwise=HartleyRao())
    frame = make_frame(kind, PEOPLE, tmp_path)
    if kind == "duckdb" and units is None:
        with pytest.raises(InputError, match="no fixed order"):
            ts.estimate_mean(ts.SurveySample(frame, design), "y")
        return
    found = ts.estimate_mean(ts.SurveySample(frame, design), ["y", "z"], by="region", margins=True)
    assert_same(
        found, ts.estimate_mean(ts.SurveySample(PEOPLE, design), ["y", "z"], by="region", margins=True)
    )


@pytest.mark.parametrize(
    "rule",
    [
        Brewer(),
        Overton(variance="YG"),
        HartleyRao(),
        HartleyRao(sum_of_squares={"s0": 1.9, "s1": 1.1, "s2": 2}),
    ],
)
def test_parts_with_units_are_merged_and_kept(rule: PairwiseRule, tmp_path: Path) -> None:
    design = ts.SurveyDesign(probability="p_district", psu="district", strata="stratum", pairwise=rule)
    whole = ts.estimate_mean(ts.SurveySample(PEOPLE, design), "y", by="sex")
    parts = []
    for number, rows in enumerate((slice(0, 20), slice(20, None))):
        part = ts.partial(ts.SurveySample(PEOPLE[rows], design), "mean", "y", by="sex")
        ts.save_partial(part, tmp_path / f"{number}.sums")
        parts.append(ts.load_partial(tmp_path / f"{number}.sums"))
    merged = ts.finalize(ts.merge(parts))
    close(column(merged, "std_error"), column(whole, "std_error"))
    assert merged.method == whole.method


def test_parts_of_rows_that_are_units_are_not_merged() -> None:
    design = ts.SurveyDesign(probability="chance", pairwise=Brewer())
    parts = [
        ts.partial(ts.SurveySample(PEOPLE[rows], design), "mean", "y") for rows in ([0, 1, 2], [3, 4, 5])
    ]
    with pytest.raises(InputError, match="cannot be told apart"):
        ts.merge(parts)


def test_joint_probabilities_are_not_kept_in_a_file(tmp_path: Path) -> None:
    part = ts.partial(by_persons("joint, YG"), "mean", "y")
    with pytest.raises(InputError, match="joint inclusion probabilities"):
        ts.save_partial(part, tmp_path / "part.sums")


def test_replicates_are_refused() -> None:
    with pytest.raises(InputError, match="Leave `pairwise` out"):
        ts.make_replicates(by_persons("Brewer"), "JK1")


def test_units_of_two_samples_are_not_matched() -> None:
    design = ts.SurveyDesign(probability="p_district", psu="district", pairwise=Brewer())
    one, two = (ts.estimate_mean(ts.SurveySample(PEOPLE, design), "y") for _ in range(2))
    with pytest.raises(ComparisonError, match="unequal probabilities"):
        ts.compare(one, two, samples="shared")


def test_waves_of_rows_that_are_units_are_not_compared_as_if_nobody_came_back() -> None:
    design = ts.SurveyDesign(probability="chance", pairwise=Brewer(), wave="place")
    sample = ts.SurveySample(PEOPLE, design)
    with pytest.raises(ComparisonError, match="respondents in common"):
        ts.change(sample, "mean", "y", from_wave=0, to_wave=1)


def test_a_stratum_with_one_unit_is_refused_unless_the_design_says_what_to_do() -> None:
    frame = PEOPLE.filter((pl.col("stratum") != "s1") | (pl.col("district") == 10))
    parts: dict[str, Any] = {"probability": "p_district", "psu": "district", "strata": "stratum"}
    for rule in (Brewer(), Overton(), HartleyRao()):
        with pytest.raises(LonelyPsuError, match="`stratum` s1"):
            ts.estimate_total(ts.SurveySample(frame, ts.SurveyDesign(pairwise=rule, **parts)), "y")
        design = ts.SurveyDesign(pairwise=rule, lonely_psu="adjust", **parts)
        assert column(estimate(ts.SurveySample(frame, design), "total", "y"), "std_error")[0] > 0


def test_the_design_effect_is_over_the_variance_of_a_simple_random_sample() -> None:
    sample = by_persons("Hartley-Rao")
    plain = ts.SurveySample(PEOPLE, ts.SurveyDesign(probability="chance"))
    found, other = (estimate(one, "mean", "y", by="sex") for one in (sample, plain))
    ratio = (np.array(column(found, "std_error")) / np.array(column(other, "std_error"))) ** 2
    close(column(found, "design_effect"), ratio * np.array(column(other, "design_effect")))


def test_a_variance_of_zero_that_rounding_makes_negative_is_zero() -> None:
    # What units were drawn in proportion to has the same weighted value for all of them.
    errors = []
    for seed in range(20):
        size = np.random.default_rng(seed).uniform(1, 9, 12)
        frame = pl.DataFrame({"size": size * 1e6, "p": size / 10})
        sample = ts.SurveySample(frame, ts.SurveyDesign(probability="p", pairwise=Overton()))
        errors += column(ts.estimate_total(sample, "size"), "std_error")
    assert max(errors) < 10
    assert 0.0 in errors


def test_covariances_below_the_tolerance_of_the_design_count_as_zero() -> None:
    independent = np.outer(PEOPLE["chance"], PEOPLE["chance"])
    np.fill_diagonal(independent, PEOPLE["chance"])
    rules = (
        JointProbabilities(matrix=np.where(np.eye(PEOPLE.height) > 0, independent, independent * 0.9999)),
        JointProbabilities(matrix=independent, tolerance=1e-3),
    )
    made = [ts.SurveyDesign(probability="chance", pairwise=rule) for rule in rules]
    errors = [column(ts.estimate_total(ts.SurveySample(PEOPLE, one), "y"), "std_error")[0] for one in made]
    tolerant = JointProbabilities(matrix=rules[0].matrix, tolerance=1e-3)
    design = ts.SurveyDesign(probability="chance", pairwise=tolerant)
    found = column(ts.estimate_total(ts.SurveySample(PEOPLE, design), "y"), "std_error")[0]
    assert found == pytest.approx(errors[1], rel=1e-12)
    assert found != pytest.approx(errors[0], rel=1e-4)


@pytest.mark.parametrize("rule", ["Brewer", "Overton, YG", "joint, YG"])
def test_calibrated_weights_keep_the_probabilities_of_the_draw(rule: str) -> None:
    sample = ts.SurveySample(
        PEOPLE.with_columns(one=1.0), ts.SurveyDesign(probability="chance", pairwise=RULES[rule])
    )
    made = calibrate(sample, {"one": 200.0, "x": 1100.0})
    auxiliaries = PEOPLE.select(one=pl.lit(1.0), x="x").to_numpy()
    y, before = PEOPLE["y"].to_numpy(), 1 / PEOPLE["chance"].to_numpy()
    weighted = auxiliaries * before[:, None]
    residual = y - auxiliaries @ np.linalg.solve(weighted.T @ auxiliaries, weighted.T @ y)
    z = made.frame["calibrated_weight"].to_numpy() * residual
    form = pair_matrix(rule, PEOPLE["chance"].to_numpy(), np.zeros(PEOPLE.height))
    found = estimate(made, "total", ["y", "x"])
    assert column(found, "std_error")[0] == pytest.approx(math.sqrt(z @ form @ z), rel=1e-9)
    assert column(found, "std_error")[1] == pytest.approx(0, abs=1e-6)
