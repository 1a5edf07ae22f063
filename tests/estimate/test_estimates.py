"""What can be done with a result: choose, scale, rename, print, hand over."""

from dataclasses import FrozenInstanceError
from typing import Any

import numpy as np
import polars as pl
import pytest

import talentstats as ts
from survey_support import checked, close, column, estimate, people, sample_of, values
from talentstats.errors import InputError
from talentstats.estimate.estimates import COLUMNS

DESIGNS = ("persons, strata and fpc", "two stages")


def means(design: str = "two stages", **options: Any) -> ts.Estimates:
    options = {"by": ["region", "sex"], "margins": True} | options
    return estimate(sample_of(design), "mean", ["y", "x"], **options)


def test_every_result_has_the_same_columns() -> None:
    expected = [
        *("variable", "level", "estimate", "std_error", "conf_low", "conf_high", "cv", "df"),
        *("n_obs", "n_missing", "sum_weights", "design_effect", "note"),
    ]
    sample = sample_of("strata")
    kinds = None
    for made in (
        estimate(sample, "mean", "y", by="region"),
        estimate(sample, "proportion", "role", by="region"),
        estimate(sample, "count", by="region"),
        estimate(sample, "variance", "y", by="region"),
        ts.compare(means().filter(sex="f"), means().filter(sex="m"), samples="independent"),
        ts.contrast(means(), {"first": {0: 1}}),
    ):
        assert made.to_polars().columns == [*made.by, *expected]
        found = made.to_polars().select(COLUMNS).schema
        kinds = kinds or found
        assert found == kinds


@pytest.mark.parametrize("design", DESIGNS)
def test_filter_keeps_rows_with_their_covariances(design: str) -> None:
    made = means(design)
    kept = made.filter(region=["south", "north"], sex=None, variable="y")
    table = made.to_polars().with_row_index("row")
    rows = table.filter(pl.col("region").is_in(["south", "north"]), pl.col("sex").is_null(), variable="y")[
        "row"
    ].to_list()
    assert kept.to_polars().equals(made.to_polars()[rows])
    close(kept.covariance(), made.covariance()[np.ix_(rows, rows)], rtol=1e-12)
    again = kept.filter(region="north")
    close(again.covariance(), kept.covariance()[:1, :1], rtol=1e-12)
    assert len(again) == 1


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ({"regoin": "north"}, "Did you mean `region`?"),
        ({"region": "nort"}, "`north`"),
        ({"level": "worker"}, "`worker`"),
        ({"estimate": 3}, "`region`, `sex`, `variable` or `level`"),
    ],
)
def test_filter_refuses_what_is_not_there(values: dict[str, Any], told: str) -> None:
    with pytest.raises(InputError) as caught:
        means().filter(**values)
    assert told in str(caught.value)


def test_filter_takes_the_levels_of_a_proportion() -> None:
    made = estimate(sample_of("strata"), "proportion", ["yes", "role"], by="region")
    assert column(made.filter(level=True, region="north"), "level") == ["True"]
    assert column(made.filter(level=["worker", "True"], region="north"), "level") == ["True", "worker"]


def test_filter_can_empty_a_result() -> None:
    made = estimate(sample_of("strata"), "mean", "y", by=["region", "stratum"])
    none = made.filter(region="west", stratum="s2")
    assert (len(none), none.covariance().shape) == (0, (0, 0))
    assert "variable" in repr(none)


@pytest.mark.parametrize("design", DESIGNS)
def test_scale_multiplies_the_estimate_its_error_and_its_ends(design: str) -> None:
    made = means(design)
    scaled = made.scale(0.001, unit="thousand euros")
    names = ("estimate", "std_error", "conf_low", "conf_high")
    close(values(scaled, *names), values(made, *names) / 1000, rtol=1e-14)
    rest = [name for name in COLUMNS if name not in names]
    assert scaled.to_polars().select(rest).equals(made.to_polars().select(rest))
    close(scaled.covariance(), made.covariance() / 1e6, rtol=1e-12)
    assert "in thousand euros" in repr(scaled)
    assert (made.unit, scaled.unit, scaled.scale(2).unit) == (None, "thousand euros", "thousand euros")


@pytest.mark.parametrize("factor", [0, -1, float("inf"), float("nan"), "2"])
def test_a_factor_that_is_not_positive_is_refused(factor: Any) -> None:
    with pytest.raises(InputError, match="positive"):
        means().scale(factor)


def test_rename_changes_names_and_nothing_else() -> None:
    made = means()
    renamed = made.rename_domains({"region": {"north": "south", "south": "the <south>"}})
    other = {"north": "south", "south": "the <south>"}
    assert column(renamed, "region") == [other.get(name, name) for name in column(made, "region")]
    assert renamed.to_polars().drop("region").equals(made.to_polars().drop("region"))
    close(renamed.covariance(), made.covariance(), rtol=0)
    assert len(renamed.filter(region="the <south>", sex=None)) == 2


@pytest.mark.parametrize(
    ("by", "names", "expected"),
    [
        ("place", {0: "first"}, ["first", "1", "2", "3"]),
        ("yes", {True: "ja", False: "nee"}, ["nee", "ja"]),
    ],
)
def test_domains_that_are_no_text_can_be_renamed(by: str, names: dict[Any, str], expected: list[str]) -> None:
    made = estimate(sample_of("strata"), "mean", "y", by=by)
    assert column(made.rename_domains({by: names}), by) == expected


def test_rows_about_all_can_be_asked_for_with_others() -> None:
    made = estimate(sample_of("strata"), "mean", "y", by="region", margins=True)
    assert column(made.filter(region=["north", None]), "region") == ["north", None]


def test_levels_can_be_renamed() -> None:
    made = estimate(sample_of("strata"), "proportion", "yes")
    assert column(made.rename_domains({"level": {True: "ja"}}), "level") == ["False", "ja"]


@pytest.mark.parametrize(
    ("names", "told"),
    [
        ({"regoin": {"north": "N"}}, "Did you mean `region`?"),
        ({"region": {"nort": "N"}}, "`nort`"),
        ({"region": {"north": "south"}}, "`south`"),
    ],
)
def test_names_that_do_not_fit_are_refused(names: Any, told: str) -> None:
    with pytest.raises(InputError) as caught:
        means().rename_domains(names)
    assert told in str(caught.value)


def test_the_pandas_frame_is_the_polars_frame() -> None:
    made = means()
    frame = made.to_pandas()
    assert list(frame.columns) == made.to_polars().columns
    close(frame["estimate"], column(made, "estimate"), rtol=0)
    assert frame["design_effect"].dtype == np.float64


def test_the_printed_result_says_how_it_was_made() -> None:
    frame = people()
    sample = ts.SurveySample(
        frame, ts.SurveyDesign(weight="w", strata="stratum", psu="district"), synthetic=True
    )
    made = estimate(sample, "mean", "z", by="role", conf_level=0.9, df="design")
    gaps = {name: frame[name].null_count() for name in ("z", "role")}
    shown = repr(made)
    for text in (
        "mean, variance by linearisation, 90 % t interval, degrees of freedom of the design",
        f"z: {gaps['z']}, role: {gaps['role']}",
        "synthetic data",
        "partner",
    ):
        assert text in shown
        assert text in made._repr_html_()
    assert "note" not in shown
    assert "level" not in shown.splitlines()[2]
    replicated = estimate(ts.make_replicates(sample, "JKn"), "proportion", "role")
    assert "proportion, variance by JKn replicates, 95 % logit interval" in repr(replicated)
    assert "level" in repr(replicated)


def test_the_page_is_escaped() -> None:
    frame = people().with_columns(region=pl.lit("<script>alert(1)</script>")).rename({"y": "<b>y</b>"})
    made = estimate(sample_of("strata", frame), "mean", "<b>y</b>", by="region").scale(2, unit="<i>euro</i>")
    page = made._repr_html_()
    assert "<b>" not in page
    assert "<script>" not in page
    assert "<i>" not in page
    assert "&lt;script&gt;" in page


def test_a_result_cannot_be_changed() -> None:
    made = means()
    with pytest.raises(FrozenInstanceError):
        made.unit = "euro"  # type: ignore[misc]


def test_origins_and_invention_travel_with_the_estimates() -> None:
    sample = ts.SurveySample(people(), ts.SurveyDesign(weight="w"), synthetic=True)
    made = estimate(sample, "mean", "y", by="region")
    compared = checked(ts.compare(made.filter(region="north"), made.filter(region="south")))
    assert made.synthetic
    assert compared.synthetic


@pytest.mark.parametrize("design", DESIGNS)
def test_the_covariance_is_symmetric_with_squared_errors_on_its_diagonal(design: str) -> None:
    for made in (means(design), estimate(sample_of(design), "proportion", ["role", "yes"], by="region")):
        covariance = made.covariance()
        assert (covariance == covariance.T).all() or np.allclose(
            covariance, covariance.T, rtol=1e-12, atol=1e-18
        )
        close(np.sqrt(np.diag(covariance)), column(made, "std_error"), rtol=1e-9)
        assert np.linalg.eigvalsh(covariance).min() > -1e-10 * covariance.max()
