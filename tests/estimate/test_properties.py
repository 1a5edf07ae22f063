"""What holds for every sample, tried on many small ones."""

from dataclasses import replace
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import Phase, assume, given, settings
from hypothesis import strategies as st

import talentstats as ts
from survey_support import STATISTICS, checked, close, column, estimate, values

UNITS = ts.SurveyDesign(weight="w", strata="stratum", psu="psu", fpc="n_psu")
PERSONS = ts.SurveyDesign(weight="w", strata="stratum", fpc="n_person")
ASKED: dict[str, tuple[Any, ...]] = {
    "mean": (["y", "z"],),
    "total": (["y", "z"],),
    "proportion": ("answer",),
    "ratio": ("z", "x"),
    "count": ("answer",),
    "variance": (["y", "z"],),
}
# The samples are small as they are; making a failing one smaller takes minutes.
few = settings(deadline=None, max_examples=10, derandomize=True, phases=[Phase.explicit, Phase.generate])
designs = st.sampled_from([UNITS, PERSONS])
statistics = st.sampled_from(STATISTICS)


@st.composite
def samples(draw: st.DrawFn, *, most_strata: int = 3, sparse: bool = False) -> pl.DataFrame:
    """Draw persons in units in strata; every stratum has two units.

    Unless sparse, each domain has two persons who answered everything, and not the same.
    """
    rows: list[dict[str, Any]] = []
    for stratum in range(draw(st.integers(1, most_strata))):
        units = draw(st.integers(2, 4))
        for unit in range(units):
            for _ in range(draw(st.integers(1 if sparse else 3, 4))):
                rows.append({"stratum": stratum, "psu": 10 * stratum + unit, "n_psu": units + stratum})
    n = len(rows)
    noise = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))  # no two answers alike
    domains = draw(st.lists(st.sampled_from(["a", "b", "c"]), min_size=n, max_size=n))
    answers = draw(st.lists(st.sampled_from(["p", "q", "r", None]), min_size=n, max_size=n))
    gaps = draw(st.lists(st.booleans(), min_size=n, max_size=n))
    if not sparse:
        domains[:6], answers[:6], gaps[:6] = [*"abcabc"], [*"pppqqq"], [False] * 6
    frame = pl.DataFrame(rows).with_columns(
        pl.Series("w", draw(st.lists(st.integers(2, 40), min_size=n, max_size=n)), dtype=pl.Float64) / 2,
        pl.Series("y", noise.normal(draw(st.integers(-100, 100)), 5, n)),
        pl.Series("z", noise.normal(3, 1, n)),
        pl.Series("x", noise.uniform(1, 2, n)),
        pl.Series("answer", [answers[0] or "p", *answers[1:]]),
        pl.Series("domain", domains),
        pl.Series("id", range(n), dtype=pl.Int64),
        pl.Series("gap", gaps),
    )
    return frame.with_columns(
        z=pl.when(~pl.col("gap")).then(pl.col("z")),
        n_person=pl.len().over("stratum").cast(pl.Int64) + 3 * pl.col("stratum"),
        one=pl.lit(1.0),
    )


def sample_of(frame: pl.DataFrame, design: ts.SurveyDesign = UNITS) -> ts.SurveySample:
    return ts.SurveySample(frame, design)


def nearly(found: ts.Estimates, expected: ts.Estimates, *, rtol: float = 1e-9, per_weight: float = 1) -> None:
    """Compare estimates, allowing a standard error of nothing to be what rounding leaves of it."""
    scale = np.nan_to_num(np.abs(values(expected, "estimate"))).max() + 1e-9
    for name, factor in {"estimate": per_weight, "std_error": per_weight, "conf_low": per_weight}.items():
        np.testing.assert_allclose(
            values(found, name), factor * values(expected, name), rtol=rtol, atol=1e-7 * scale * factor
        )
    assert column(found, "df") == column(expected, "df")
    assert column(found, "n_obs") == column(expected, "n_obs")
    assert column(found, "n_missing") == column(expected, "n_missing")


def same_effects(found: ts.Estimates, expected: ts.Estimates) -> None:
    one, two = (values(part, "design_effect") for part in (found, expected))
    np.testing.assert_allclose(one, two, rtol=1e-6, atol=1e-6)


@few
@given(statistic=statistics, design=designs, frame=samples(), factor=st.floats(1e-3, 1e3))
def test_weights_times_a_constant_scale_totals_and_nothing_else(
    statistic: str, design: ts.SurveyDesign, frame: pl.DataFrame, factor: float
) -> None:
    options: dict[str, Any] = {"by": "domain"} | (
        {} if statistic == "variance" else {"srs": "with_replacement"}
    )
    one = estimate(sample_of(frame, design), statistic, *ASKED[statistic], **options)
    two = estimate(
        sample_of(frame.with_columns(pl.col("w") * factor), design), statistic, *ASKED[statistic], **options
    )
    nearly(two, one, per_weight=factor if statistic in ("total", "count") else 1)
    same_effects(two, one)


@few
@given(statistic=statistics, design=designs, frame=samples(), seed=st.integers(0, 100))
def test_the_order_of_the_rows_does_not_matter(
    statistic: str, design: ts.SurveyDesign, frame: pl.DataFrame, seed: int
) -> None:
    one = estimate(sample_of(frame, design), statistic, *ASKED[statistic], by="domain")
    shuffled = frame.sample(fraction=1.0, shuffle=True, seed=seed)
    two = estimate(sample_of(shuffled, design), statistic, *ASKED[statistic], by="domain")
    close(
        values(two, "estimate", "sum_weights"), values(one, "estimate", "sum_weights"), rtol=1e-12, atol=1e-13
    )
    nearly(two, one, rtol=1e-12)


@few
@given(design=designs, frame=samples())
def test_domains_add_up_to_the_whole_with_their_covariances(
    design: ts.SurveyDesign, frame: pl.DataFrame
) -> None:
    sample = sample_of(frame, design)
    parts = estimate(sample, "total", "y", by=["domain", "stratum"])
    whole = estimate(sample, "total", "y")
    close(sum(column(parts, "estimate")), column(whole, "estimate"), rtol=1e-12, atol=1e-9)
    close(parts.covariance().sum(), np.square(column(whole, "std_error")), rtol=1e-8, atol=1e-9)
    joint = estimate(sample, "total", "y", by=["domain", "stratum"], margins=True)
    close(joint.covariance()[: len(parts), -1].sum(), joint.covariance()[-1, -1], rtol=1e-8, atol=1e-9)


@few
@given(statistic=statistics, design=designs, frame=samples())
def test_a_margin_and_a_subpopulation_are_the_separate_calls(
    statistic: str, design: ts.SurveyDesign, frame: pl.DataFrame
) -> None:
    sample = sample_of(frame, design)
    made = estimate(sample, statistic, *ASKED[statistic], by="domain", margins=True)
    nearly(made.filter(domain=None), estimate(sample, statistic, *ASKED[statistic]))
    nearly(made.filter(domain="a"), estimate(sample, statistic, *ASKED[statistic], where={"domain": "a"}))


@few
@given(design=designs, frame=samples(), offset=st.sampled_from([-1e9, 1e6, 1e9]))
def test_a_constant_shifts_the_mean_and_leaves_its_error(
    design: ts.SurveyDesign, frame: pl.DataFrame, offset: float
) -> None:
    far = frame.with_columns(pl.col("y") + offset)
    near = far.with_columns(pl.col("y") - offset)  # exact: what the far answers still hold
    for statistic in ("mean", "variance"):
        one = estimate(sample_of(near, design), statistic, "y", by="domain", margins=True)
        two = estimate(sample_of(far, design), statistic, "y", by="domain", margins=True)
        shift = offset if statistic == "mean" else 0.0
        close(values(two, "estimate"), values(one, "estimate") + shift, rtol=1e-9, atol=1e-8)
        close(values(two, "std_error"), values(one, "std_error"), rtol=1e-9, atol=1e-6)
        close(column(two, "std_error")[-1], column(one, "std_error")[-1], rtol=1e-9, atol=1e-14)


@few
@given(design=designs, frame=samples())
def test_proportions_add_up_to_one_without_error(design: ts.SurveyDesign, frame: pl.DataFrame) -> None:
    made = estimate(sample_of(frame, design), "proportion", "answer", by="domain")
    table = made.to_polars().with_row_index("row")
    covariance = made.covariance()
    for _, part in table.filter(pl.col("n_obs") > 0).group_by("domain"):
        close(float(part["estimate"].sum()), 1.0, rtol=1e-14)
        known = covariance[np.ix_(part["row"].to_list(), part["row"].to_list())]
        close(known.sum(axis=1), np.zeros(part.height), atol=1e-14)


@few
@given(design=designs, frame=samples())
def test_a_count_is_a_total_of_ones_and_a_mean_a_ratio_to_ones(
    design: ts.SurveyDesign, frame: pl.DataFrame
) -> None:
    sample = sample_of(frame, design)
    options = {"by": "domain", "margins": True}
    nearly(estimate(sample, "count", **options), estimate(sample, "total", "one", **options))
    ratio, mean = estimate(sample, "ratio", "z", "one", **options), estimate(sample, "mean", "z", **options)
    nearly(ratio, mean)
    same_effects(ratio, mean)


@pytest.mark.parametrize("statistic", STATISTICS)
@settings(few, max_examples=6)
@given(lonely=st.sampled_from(["remove", "adjust", "average"]), frame=samples(), lonely_stratum=st.booleans())
def test_persons_without_an_id_are_persons_with_one(
    statistic: str, lonely: Any, frame: pl.DataFrame, lonely_stratum: bool
) -> None:
    """Second moments by domain and stratum give what a sum for every person gives."""
    if lonely_stratum:
        alone = frame.tail(1).with_columns(stratum=pl.lit(9, pl.Int64), id=pl.lit(999, pl.Int64))
        frame = pl.concat([frame, alone])
    by_moments = sample_of(frame, replace(PERSONS, lonely_psu=lonely))
    by_units = sample_of(frame, replace(PERSONS, psu="id", lonely_psu=lonely))
    options = {"by": "domain", "margins": True}
    one = estimate(by_moments, statistic, *ASKED[statistic], **options)
    two = estimate(by_units, statistic, *ASKED[statistic], **options)
    nearly(one, two, rtol=1e-8)
    same_effects(one, two)
    known = np.isfinite(two.covariance())
    scale = np.abs(two.covariance()[known]).max(initial=1e-9)
    np.testing.assert_allclose(one.covariance(), two.covariance(), rtol=1e-8, atol=1e-8 * scale)


@few
@given(frame=samples(most_strata=1))
def test_the_jackknife_of_a_total_is_its_linearisation(frame: pl.DataFrame) -> None:
    sample = sample_of(frame, ts.SurveyDesign(weight="w", psu="psu"))
    replicated = ts.make_replicates(sample, "JK1")
    for statistic in ("total", "count"):
        one = estimate(sample, statistic, *ASKED[statistic], by="domain", margins=True)
        two = estimate(replicated, statistic, *ASKED[statistic], by="domain", margins=True)
        close(values(two, "std_error"), values(one, "std_error"), rtol=1e-9, atol=1e-9)
        np.testing.assert_allclose(two.covariance(), one.covariance(), rtol=1e-9, atol=1e-8)


@few
@given(
    statistic=statistics,
    design=st.sampled_from([replace(UNITS, fpc=None), replace(PERSONS, fpc=None)]),
    frame=samples(),
    parts=st.integers(2, 4),
    seed=st.integers(0, 100),
)
def test_a_file_split_and_merged_in_any_order_is_the_file(
    statistic: str, design: ts.SurveyDesign, frame: pl.DataFrame, parts: int, seed: int
) -> None:
    draw = np.random.default_rng(seed)
    piece = draw.integers(0, parts, frame.height)
    files = [frame.filter(pl.Series(piece == k)) for k in draw.permutation(parts)]
    names = ASKED[statistic]
    # A part without one answer to a question in words must be told its levels; test_merging has that.
    assume(all(file["answer"].count() for file in files if file.height))
    asked: dict[str, Any] = {"by": "domain"} | ({"denominators": names[1]} if statistic == "ratio" else {})
    sums = [
        ts.partial(sample_of(file, design), statistic, names[0], **asked)  # type: ignore[arg-type]
        for file in files
        if file.height
    ]
    made = checked(ts.finalize(ts.merge(sums), margins=True))
    whole = estimate(sample_of(frame, design), statistic, *names, by="domain", margins=True)
    nearly(made, whole)
    same_effects(made, whole)
    known = np.isfinite(whole.covariance())
    scale = np.abs(whole.covariance()[known]).max(initial=1e-9)
    np.testing.assert_allclose(made.covariance(), whole.covariance(), rtol=1e-8, atol=1e-8 * scale)


@settings(deadline=None, max_examples=40, derandomize=True, phases=[Phase.generate])
@given(statistic=statistics, design=designs, frame=samples(sparse=True))
def test_domains_of_one_person_or_nobody_have_numbers_or_reasons(
    statistic: str, design: ts.SurveyDesign, frame: pl.DataFrame
) -> None:
    made = estimate(
        sample_of(frame, design), statistic, *ASKED[statistic], by=["domain", "stratum"], margins=True
    )
    covariance = made.covariance()
    known = made.to_polars()["std_error"].is_not_null().to_numpy()
    close(np.diag(covariance)[known] ** 0.5, values(made, "std_error")[known, 0], rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize("design", [UNITS, PERSONS], ids=["units", "persons"])
def test_the_same_sample_twice_gives_the_same_bytes(design: ts.SurveyDesign) -> None:
    frame = pl.DataFrame(
        {
            "stratum": [0, 0, 1, 1] * 20,
            "psu": [0, 1, 10, 11] * 20,
            "n_psu": 5,
            "n_person": 99,
            "w": [1.5, 2.5, 3, 4] * 20,
        }
    ).with_columns(pl.Series("y", np.random.default_rng(1).normal(size=80)), domain=pl.int_range(80) % 7)
    one, two = (estimate(sample_of(frame, design), "mean", "y", by="domain", margins=True) for _ in range(2))
    assert one.to_polars().equals(two.to_polars())
    assert one.covariance().tobytes() == two.covariance().tobytes()
