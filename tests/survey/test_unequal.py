from typing import Any

import numpy as np
import polars as pl
import pytest

import talentstats as ts
from survey_support import close, column
from talentstats.errors import InputError, LonelyPsuError
from talentstats.survey.unequal import Brewer, HartleyRao, JointProbabilities, Overton
from talentstats.survey.units import find_units, unit_columns, units_query
from talentstats.variance.groups import FloatArray

TOWNS = pl.DataFrame(
    {
        "town": [3, 1, 2, 5, 4],
        "region": ["b", "a", "a", "b", "b"],
        "p": [0.6, 0.5, 0.4, 0.3, 0.8],
        "jobs": [31.0, 12, 9, 7, 40],
    }
)
PROBABILITIES = TOWNS["p"].to_numpy()


def joint_matrix() -> FloatArray:
    made = 0.9 * np.outer(PROBABILITIES, PROBABILITIES)
    np.fill_diagonal(made, PROBABILITIES)
    return made


def total(design: ts.SurveyDesign, frame: pl.DataFrame = TOWNS) -> ts.Estimates:
    return ts.estimate_total(ts.SurveySample(frame, design), "jobs")


@pytest.mark.parametrize(
    ("rule", "label"),
    [
        (Brewer(), "Brewer"),
        (Overton(), "Overton, Horvitz-Thompson"),
        (HartleyRao(variance="YG"), "Hartley-Rao, Yates-Grundy"),
        (JointProbabilities(matrix=joint_matrix()), "Horvitz-Thompson"),
    ],
)
def test_the_method_names_the_rule(rule: Any, label: str) -> None:
    assert (
        total(ts.SurveyDesign(probability="p", pairwise=rule)).method.variance == f"linearisation ({label})"
    )


def test_the_probability_of_the_only_stage_may_be_named_either_way() -> None:
    named = ts.SurveyDesign(probability="p", pairwise=Brewer())
    by_stage = ts.SurveyDesign(fpc="p", pairwise=Brewer())
    assert named.fpc_columns == by_stage.fpc_columns == ("p",)
    assert named.columns == by_stage.columns == ("p",)
    close(column(total(named), "std_error"), column(total(by_stage), "std_error"))


def test_weights_that_were_adjusted_go_beside_the_probabilities() -> None:
    frame = TOWNS.with_columns(w=1.1 / pl.col("p"))
    found = total(ts.SurveyDesign(weight="w", fpc="p", pairwise=Brewer()), frame)
    plain = total(ts.SurveyDesign(fpc="p", pairwise=Brewer()))
    close(column(found, "std_error"), 1.1 * np.array(column(plain, "std_error")))


@pytest.mark.parametrize(
    ("parts", "told"),
    [
        ({"probability": "p", "pairwise": "brewer"}, "`Brewer\\(\\)`"),
        ({"probability": "p", "pairwise": Brewer}, "brackets"),
        ({"weight": "w", "pairwise": Brewer()}, "Weights alone"),
        ({"probability": "p", "psu": ["a", "b"], "pairwise": Brewer()}, "each stage in `fpc`"),
        (
            {"fpc": ["p", "q"], "psu": ["a", "b"], "pairwise": Overton()},
            "`Overton` is for units drawn in one",
        ),
        ({"probability": "p", "psu": "a", "pairwise": JointProbabilities(matrix=joint_matrix())}, "`units`"),
        (
            {"probability": "p", "pairwise": JointProbabilities(matrix=joint_matrix(), units=range(5))},
            "no `psu`",
        ),
        (
            {
                "probability": "p",
                "psu": "a",
                "nested": True,
                "pairwise": JointProbabilities(matrix=joint_matrix(), units=range(5)),
            },
            "unique over the strata",
        ),
    ],
)
def test_a_design_that_cannot_be_is_refused(parts: dict[str, Any], told: str) -> None:
    with pytest.raises(InputError, match=told):
        ts.SurveyDesign(**parts)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda m: m[:, :4], "square"),
        (lambda m: m[0, :1].reshape(1, 1), "two or more"),
        (
            lambda m: m * np.where(np.eye(5, k=1) + np.eye(5, k=-1) > 0, 0, 1),
            "8 joint probabilities are not above 0",
        ),
        (lambda m: m * 3, "at most 1"),
        (lambda m: np.where(m == m[0, 1], np.nan, m), "above 0"),
        (lambda m: np.triu(m) + np.tril(m, -1) / 2, "symmetric"),
    ],
)
def test_a_matrix_of_joint_probabilities_must_be_one(change: Any, told: str) -> None:
    with pytest.raises(InputError, match=told):
        JointProbabilities(matrix=change(joint_matrix()))


@pytest.mark.parametrize(
    "rule", [Overton, HartleyRao, lambda **more: JointProbabilities(matrix=joint_matrix(), **more)]
)
def test_an_unknown_variance_is_refused(rule: Any) -> None:
    with pytest.raises(InputError, match="`YG`"):
        rule(variance="yg")


def test_joint_probabilities_are_matched_to_units_by_their_ids() -> None:
    matrix, order = joint_matrix() * (1 - 0.02 * np.eye(5)[::-1]), np.array([4, 0, 3, 1, 2])
    np.fill_diagonal(matrix, PROBABILITIES)
    in_order = total(ts.SurveyDesign(probability="p", pairwise=JointProbabilities(matrix=matrix)))
    shuffled = JointProbabilities(
        matrix=matrix[np.ix_(order, order)], units=[TOWNS["town"][int(i)] for i in order]
    )
    by_id = total(ts.SurveyDesign(probability="p", psu="town", pairwise=shuffled))
    pairs = pl.DataFrame(
        [
            {"one": TOWNS["town"][i], "other": TOWNS["town"][j], "both": matrix[i, j]}
            for i in range(5)
            for j in range(i, 5)
        ]
    )
    listed = JointProbabilities.from_pairs(pairs.to_pandas(), first="one", second="other", probability="both")
    by_pairs = total(ts.SurveyDesign(probability="p", psu="town", strata="region", pairwise=listed))
    for found in (by_id, by_pairs):
        close(column(found, "std_error"), column(in_order, "std_error"))


@pytest.mark.parametrize(
    ("pairs", "told"),
    [
        ({"a": [1, 2], "b": [1, 2], "p": [0.5, 0.4]}, "not complete"),
        ({"a": [1, 2, 1, 2], "b": [1, 2, 2, 1], "p": [0.5, 0.4, 0.1, 0.2]}, "occurs twice"),
    ],
)
def test_pairs_must_be_there_once(pairs: dict[str, Any], told: str) -> None:
    with pytest.raises(InputError, match=told):
        JointProbabilities.from_pairs(pl.DataFrame(pairs), first="a", second="b", probability="p")


def test_there_is_an_id_for_every_row_of_the_matrix() -> None:
    with pytest.raises(InputError, match="5 ids"):
        JointProbabilities(matrix=joint_matrix(), units=[1, 2])


@pytest.mark.parametrize(
    ("rule", "psu", "told"),
    [
        (JointProbabilities(matrix=joint_matrix()[:4, :4]), None, "one row for each of the 5"),
        (JointProbabilities(matrix=joint_matrix(), units=[1, 2, 3, 4, 6]), "town", "none for unit 5"),
        (
            JointProbabilities(matrix=joint_matrix(), units=[1, 2, 3, 4, 5]),
            "town",
            "differ from the diagonal",
        ),
        (HartleyRao(sum_of_squares=0.5), None, "do not divide by the sample size"),
        (HartleyRao(sum_of_squares=5.5), None, "at most 5"),
    ],
)
def test_what_a_rule_gives_must_fit_the_sample(rule: Any, psu: str | None, told: str) -> None:
    with pytest.raises(InputError, match=told):
        total(ts.SurveyDesign(probability="p", psu=psu, pairwise=rule))


@pytest.mark.parametrize(
    ("sums", "told"),
    [(2.0, "asked for each stratum"), ({"a": 0.9}, "lacks 1 strata"), ({"a": 0.9, "b": 0.1}, "stratum b")],
)
def test_sums_of_squares_are_given_by_stratum(sums: Any, told: str) -> None:
    with pytest.raises(InputError, match=told):
        total(ts.SurveyDesign(probability="p", strata="region", pairwise=HartleyRao(sum_of_squares=sums)))


def test_sums_of_squares_are_divided_by_the_units_drawn_in_their_stratum() -> None:
    design = ts.SurveyDesign(
        probability="p", strata="region", pairwise=HartleyRao(sum_of_squares={"b": 1.8, "a": 0.9})
    )
    variance = 0.0
    for region, sum_of_squares in (("a", 0.9), ("b", 1.8)):
        part = TOWNS.filter(region=region)
        p, z, n = part["p"].to_numpy(), (part["jobs"] / part["p"]).to_numpy(), part.height
        delta = 1 - (n - np.add.outer(p, p) + sum_of_squares / n) / (n - 1)
        np.fill_diagonal(delta, 1 - p)
        variance += z @ delta @ z
    close(column(total(design), "std_error"), [np.sqrt(variance)])


@pytest.mark.parametrize(
    ("values", "told"), [([0.5, 0.0, 0.2, 0.1, 0.3], "larger than 0"), ([2.0, 3, 4, 5, 6], "above 1")]
)
def test_probabilities_are_above_0_and_at_most_1(values: list[float], told: str) -> None:
    with pytest.raises(InputError, match=told):
        total(ts.SurveyDesign(probability="p", pairwise=Brewer()), TOWNS.with_columns(p=pl.Series(values)))


def test_a_number_of_units_is_no_probability() -> None:
    frame = TOWNS.with_columns(n=pl.lit(40), w=1 / pl.col("p"))
    with pytest.raises(InputError, match=r"`town` 1[\s\S]*not a number of units"):
        total(ts.SurveyDesign(weight="w", psu="town", fpc="n", pairwise=Brewer()), frame)


def test_a_unit_has_one_probability() -> None:
    frame = pl.concat([TOWNS, TOWNS.with_columns(p=0.25)])
    with pytest.raises(InputError, match=r"`town` 1[\s\S]*0\.25 and 0\.5"):
        total(ts.SurveyDesign(probability="p", psu="town", pairwise=Brewer()), frame)


def test_a_later_stage_without_probabilities_is_taken_as_drawn_with_replacement() -> None:
    frame = pl.concat([TOWNS, TOWNS]).with_columns(
        house=pl.Series([1] * 5 + [2] * 5), q=pl.lit(1e-12), w=10 / pl.col("p")
    )
    parts: dict[str, Any] = {"weight": "w", "psu": ["town", "house"], "pairwise": Brewer()}
    found = total(ts.SurveyDesign(fpc="p", **parts), frame.with_columns(pl.col("jobs") * pl.col("house")))
    expected = total(
        ts.SurveyDesign(fpc=["p", "q"], **parts), frame.with_columns(pl.col("jobs") * pl.col("house"))
    )
    close(column(found, "std_error"), column(expected, "std_error"))


def test_units_certain_to_be_drawn_are_not_lonely() -> None:
    frame = TOWNS.with_columns(
        region=pl.when(pl.col("town") == 4).then(pl.lit("c")).otherwise("region"),
        p=pl.when(pl.col("town") == 4).then(1.0).otherwise("p"),
    )
    design = ts.SurveyDesign(probability="p", strata="region", psu="town", pairwise=Brewer())
    sample = ts.SurveySample(frame, design)
    columns = unit_columns(design)
    reading = sample.read(design.columns)
    units = find_units(reading.collect(units_query(reading, design, columns)), design)
    assert units.strata.lonely.tolist() == [False, False, False]
    assert column(total(design, frame), "std_error")[0] is not None
    with pytest.raises(LonelyPsuError, match="`region` c"):
        total(design, frame.with_columns(p=pl.col("p") * 0.9))


def test_a_design_with_other_weights_keeps_the_probabilities_of_its_units() -> None:
    made = ts.SurveyDesign(probability="p", pairwise=Brewer()).reweighted("w")
    assert (made.weight, made.probability, made.fpc_columns) == ("w", None, ("p",))
    plain = ts.SurveyDesign(probability="p", psu="town").reweighted("w")
    assert (plain.weight, plain.probability, plain.fpc) == ("w", None, None)
