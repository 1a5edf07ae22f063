import math
from typing import Any

import narwhals as nw
import polars as pl
import pytest
from scipy import stats

import talentstats as ts
from survey_support import DESIGNS, close, people, rows_of, sample_of
from survey_textbook import Row, covariance, domain_df, is_known, textbook
from talentstats.errors import InputError
from talentstats.estimate.testing.result import TestResult as Result
from talentstats.estimate.testing.t_test import t_test
from talentstats.survey.make_replicates import make_replicates

LISTED = sorted(DESIGNS)
CLUSTERED = "strata and fpc"
REPLICATED: list[tuple[Any, dict[str, Any]]] = [("JKn", {}), ("bootstrap", {"replicates": 60, "seed": 1})]


def numbers(found: Result, *names: str) -> list[float]:
    return [float(getattr(found, name)) for name in names]


def in_group(sex: str) -> Any:
    return lambda row: row["sex"] == sex


@pytest.mark.parametrize("design", LISTED)
def test_two_groups_by_hand(design: str) -> None:
    sample = sample_of(design)
    rows, plan = rows_of(sample), sample.design
    first, second = (textbook(rows, plan, "mean", "z", member=in_group(sex)) for sex in ("f", "m"))
    scores = [b - a for a, b in zip(first.scores, second.scores, strict=True)]
    variance = covariance(rows, plan, scores, scores)
    df = domain_df(rows, plan, [is_known(row["z"]) for row in rows]) - 1
    difference, error = second.estimate - first.estimate, math.sqrt(variance)
    reach = stats.t.ppf(0.95, df) * error
    found = t_test(sample, "z", by="sex", conf_level=0.9)
    close([*numbers(found, "estimate", "std_error"), *found.parameter], [difference, error, df])
    close([found.statistic], [difference / error])
    close(numbers(found, "conf_low", "conf_high"), [difference - reach, difference + reach])
    close([found.p_value], [2 * stats.t.sf(abs(difference / error), df)])
    assert (found.n_obs, found.n_missing) == (first.n_obs + second.n_obs, first.n_missing + second.n_missing)


@pytest.mark.parametrize("design", LISTED)
def test_one_mean_by_hand(design: str) -> None:
    sample = sample_of(design)
    rows, plan = rows_of(sample), sample.design

    def member(row: Row) -> bool:
        return bool(row["sex"] == "f")

    known = textbook(rows, plan, "mean", "z", member=member)
    df = domain_df(rows, plan, [member(row) for row in rows]) - 1
    found = t_test(sample, "z", mu=5.2, where={"sex": "f"})
    statistic = (known.estimate - 5.2) / math.sqrt(known.variance)
    close([found.statistic, *found.parameter], [statistic, df])
    close([found.p_value], [2 * stats.t.sf(abs(statistic), df)])
    assert (found.n_obs, found.n_missing, found.null_value) == (known.n_obs, known.n_missing, 5.2)


def test_the_test_of_two_groups_is_that_of_their_comparison() -> None:
    sample = sample_of("strata")
    means = ts.estimate_mean(sample, "y", by="sex", df="design")
    compared = ts.compare(means.filter(sex="m"), means.filter(sex="f")).to_polars()
    found = t_test(sample, "y", by="sex")
    close(numbers(found, "estimate", "std_error"), compared.select("estimate", "std_error").row(0))


@pytest.mark.parametrize(("kind", "options"), REPLICATED)
def test_replicates_give_the_error_and_the_degrees_of_freedom(kind: Any, options: dict[str, Any]) -> None:
    plain = sample_of("strata")
    sample = make_replicates(plain, kind, **options)
    found = t_test(sample, "z", by="sex")
    means = ts.estimate_mean(sample, "z", by="sex")
    close(numbers(found, "std_error"), [ts.compare(means, means.filter(sex="f")).to_polars()["std_error"][1]])
    close(found.parameter, [domain_df(rows_of(plain), plain.design, [True] * people().height) - 1])
    part = t_test(sample, "z", by="sex", where={"stratum": ["s0", "s2"]})
    close(part.parameter, [4])  # seven districts in two strata, less one


def test_a_jackknife_of_a_linear_statistic_agrees_with_linearisation() -> None:
    frame = people().with_columns(w=pl.lit(2.0), y=pl.col("y"))
    sample = sample_of(ts.SurveyDesign(weight="w"), frame)
    jackknife = make_replicates(sample, "JK1")
    close(numbers(t_test(jackknife, "y"), "std_error"), numbers(t_test(sample, "y"), "std_error"))


def test_a_constant_added_changes_no_difference_and_the_groups_can_be_turned() -> None:
    sample = sample_of(CLUSTERED)
    moved = sample_of(
        CLUSTERED, people().with_columns(pl.col("y") + 1e6, sex=pl.col("sex").replace({"f": "z"}))
    )
    one, other = t_test(sample, "y", by="sex"), t_test(moved, "y", by="sex")
    close([one.statistic, one.p_value], [-other.statistic, other.p_value], rtol=1e-7)


def test_a_mean_does_not_differ_from_itself() -> None:
    sample = sample_of(CLUSTERED)
    mean = t_test(sample, "y").estimate
    assert mean is not None
    assert t_test(sample, "y", mu=mean).p_value == 1.0


def test_two_of_three_groups_are_chosen_with_where() -> None:
    sample = sample_of(CLUSTERED)
    found = t_test(sample, "y", by="region", where={"region": ["north", "south"]})
    assert found.about == "`y` by `region`, south less north"
    assert found.n_obs == people().filter(pl.col("region") != "west").height


def test_the_result_says_what_it_is_and_escapes_it() -> None:
    frame = people().with_columns(pl.col("sex").replace({"f": "<b>"}), synthetic=pl.lit(value=True))
    sample = ts.SurveySample(frame, ts.SurveyDesign(weight="w", psu="district"), synthetic=True)
    found = t_test(sample, "z", by="sex")
    text = repr(found)
    assert "Design-based t-test: `z` by `sex`, m less <b>" in text
    assert "95 % interval" in text
    assert "degrees of freedom" in text
    assert "without a value left out; synthetic data" in text
    assert "&lt;b&gt;" in found._repr_html_()
    assert "<b>" not in found._repr_html_()


@pytest.mark.parametrize(
    ("variable", "options", "message"),
    [
        ("y", {"by": "region"}, "does not make two groups"),
        ("y", {"by": "sex", "where": {"sex": "f"}}, "does not make two groups"),
        ("constant", {}, "no standard error"),
        ("constant", {"by": "sex"}, "no standard error"),
        ("nothing", {}, "no answers"),
        ("y", {"where": {"district": [0, 1]}}, "No degrees of freedom"),
        ("y", {"where": {"district": 0}}, "No degrees of freedom"),
        ("y", {"where": nw.col("y") > 1e9}, "No row"),
        ("sex", {}, "not numbers"),
        ("yy", {}, "no column `yy`"),
        ("y", {"by": "sexe"}, "Did you mean `sex`"),
        ("y", {"conf_level": 95}, "confidence level"),
    ],
)
def test_what_cannot_be_tested_is_refused(variable: str, options: dict[str, Any], message: str) -> None:
    frame = people().with_columns(constant=pl.lit(3.7), nothing=pl.lit(None, dtype=pl.Float64))
    with pytest.raises(InputError, match=message):
        t_test(sample_of("strata", frame), variable, **options)
