from typing import Any

import numpy as np
import polars as pl
import pytest
from numpy.typing import NDArray

import talentstats as ts
from survey_support import close, column, estimate, people, sample_of, values
from talentstats.errors import InputError

DESIGN = ts.SurveyDesign(weight="w", strata="stratum", psu="district")


def factors() -> NDArray[np.float64]:
    """Give every person the factors of leaving out one district at a time."""
    frame = people()
    districts = frame["district"].unique().sort().to_list()
    strata = dict(frame.select("district", "stratum").unique().rows())
    sizes = {s: sum(other == s for other in strata.values()) for s in strata.values()}
    table = []
    for row in frame.iter_rows(named=True):
        n = sizes[row["stratum"]]
        kept = {d: n / (n - 1) if strata[d] == row["stratum"] else 1.0 for d in districts}
        table.append([0.0 if d == row["district"] else kept[d] for d in districts])
    return np.array(table)


def rscales() -> list[float]:
    strata = dict(people().select("district", "stratum").unique().rows())
    counts = [sum(other == strata[d] for other in strata.values()) for d in sorted(strata)]
    return [(n - 1) / n for n in counts]


def supplied(*, combined: bool, **options: Any) -> ts.SurveySample:
    table = factors() * (people()["w"].to_numpy()[:, None] if combined else 1.0)
    names = [f"r{i}" for i in range(table.shape[1])]
    frame = people().with_columns(pl.Series(name, table[:, i]) for i, name in enumerate(names))
    replicates = ts.ReplicateWeights(
        columns=names, type="JKn", rscales=rscales(), combined=combined, **options
    )
    return ts.SurveySample(frame, ts.SurveyDesign(weight="w"), replicates=replicates)


@pytest.mark.parametrize("combined", [True, False], ids=["weights", "factors"])
@pytest.mark.parametrize("statistic", ["mean", "total", "proportion", "ratio", "count", "variance"])
def test_supplied_weights_give_what_made_ones_give(statistic: str, combined: bool) -> None:
    asked: dict[str, tuple[Any, ...]] = {"proportion": ("role",), "count": ("role",), "ratio": ("z", "x")}
    options = {"by": "sex", "margins": True}
    found = estimate(supplied(combined=combined), statistic, *asked.get(statistic, ("z",)), **options)
    made = ts.make_replicates(ts.SurveySample(people(), DESIGN), "JKn")
    expected = estimate(made, statistic, *asked.get(statistic, ("z",)), **options)
    names = ("estimate", "std_error", "conf_low", "df", "n_obs", "n_missing", "design_effect")
    close(values(found, *names), values(expected, *names), atol=1e-12)
    close(found.covariance(), expected.covariance(), atol=1e-12 * np.abs(expected.covariance()).max())


def test_degrees_of_freedom_of_supplied_weights_are_their_rank_less_one_or_given() -> None:
    assert column(estimate(supplied(combined=True), "mean", "y"), "df") == [6]
    assert column(estimate(supplied(combined=True, df=5), "mean", "y"), "df") == [5]


@pytest.mark.parametrize("mse", [True, False])
def test_squares_are_about_the_mean_of_the_replicates_or_about_the_estimate(mse: bool) -> None:
    found = estimate(supplied(combined=True, mse=mse), "mean", "y")
    weights = people()["w"].to_numpy()[:, None] * factors()
    y = people()["y"].to_numpy()
    replicates = (weights.T @ y) / weights.sum(axis=0)
    centre = column(found, "estimate")[0] if mse else replicates.mean()
    close(column(found, "std_error"), [np.sqrt(np.sum(np.array(rscales()) * (replicates - centre) ** 2))])


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"columns": ["w"], "type": "JK1"}, "two columns"),
        ({"columns": ["w", "x"], "type": "JKn"}, "`rscales`"),
        ({"columns": ["w", "x"]}, "`scale`"),
        ({"columns": ["w", "x"], "type": "JK1", "rscales": [1.0]}, "2 values"),
        ({"columns": ["w", "x"], "type": "JK-1"}, "Did you mean `JK1`?"),
        ({"columns": ["w", "x"], "type": "Fay", "rho": 1.0}, "rho"),
    ],
)
def test_replicate_weights_that_cannot_be_are_refused(options: dict[str, Any], told: str) -> None:
    with pytest.raises(InputError) as caught:
        ts.ReplicateWeights(**options)
    assert told in str(caught.value)


def test_the_repr_says_how_the_sample_was_drawn() -> None:
    shown = repr(sample_of("two stages"))
    for text in (
        "weight: w",
        "strata: stratum",
        "units: district, school",
        "columns: stratum, district",
        "more",
    ):
        assert text in shown
    assert "each row a sampling unit" in repr(sample_of("persons"))
    assert "follow from the population sizes" in repr(sample_of("persons, weights from fpc"))
    assert "9 JKn replicate weights" in repr(supplied(combined=True))
    assert "9 JKn replicates" in repr(ts.make_replicates(sample_of("strata"), "JKn"))


def test_a_sample_takes_its_columns_as_they_are() -> None:
    frame = people()
    before = frame.clone()
    estimate(sample_of("strata", frame), "mean", "z", by="role")
    assert frame.equals(before)


def test_samples_that_are_given_one_token_count_as_one() -> None:
    token = object()
    halves = [
        estimate(ts.SurveySample(people(), DESIGN, token=token), "mean", "y", where={"sex": sex})
        for sex in "fm"
    ]
    compared = ts.compare(*halves)
    assert len(compared) == 1
