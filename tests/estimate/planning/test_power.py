"""Power for a change: against R, the book and simulated waves; the number and the power belong together."""

from collections.abc import Callable
from typing import Any

import numpy as np
import polars as pl
import pytest
from scipy.stats import norm

import talentstats as ts
from survey_support import close
from talentstats.errors import InputError
from talentstats.estimate.planning.power import power_for_change, required_n_for_change


def simple(values: Any, **columns: Any) -> ts.SurveySample:
    """A simple random sample of a population without end."""
    frame = pl.DataFrame({"y": values, **columns}).with_columns(weight=pl.lit(1e6), size=pl.lit(1e15))
    return ts.SurveySample(frame, ts.SurveyDesign(weight="weight", fpc="size"))


def proportion(share: float, n: int = 10_000) -> ts.Estimates:
    return ts.estimate_proportion(simple((np.arange(n) < share * n).astype(float)), "y", levels=[1.0])


def mean(by: Any = None) -> ts.Estimates:
    draw = np.random.default_rng(4)
    return ts.estimate_mean(simple(draw.normal(10, 3, 600), region=["a", "b", "b"] * 200), "y", by=by)


def test_a_change_of_a_proportion_has_the_power_r_gives() -> None:
    # power.prop.test(n = 500, p1 = .50, p2 = .60, strict = TRUE)$power; R pools under no change, we do not.
    found = power_for_change(proportion(0.5), change=0.1, n_first=500, n_second=500)
    close(found["power"].item(), 0.8896078, rtol=3e-3)


def test_a_change_of_a_mean_needs_the_number_of_the_book() -> None:
    # n = 2 (z_0.975 + z_0.8)^2 (s / d)^2 = 15.7 (s / d)^2: Lehr's rule.
    earlier = mean()
    spread = earlier.to_polars()["std_error"].item() * np.sqrt(600)
    needed = required_n_for_change(earlier, change=spread / 4)["n_required"].item()
    assert needed == np.ceil(2 * (norm.ppf(0.975) + norm.ppf(0.8)) ** 2 * 16)


@pytest.mark.parametrize("alternative", ["two-sided", "one-sided"])
@pytest.mark.parametrize(("overlap", "correlation"), [(0.0, 0.0), (0.5, 0.6), (1.0, 0.9), (0.7, -0.3)])
def test_the_number_and_the_power_belong_together(
    alternative: Any, overlap: float, correlation: float
) -> None:
    options: dict[str, Any] = {"overlap": overlap, "correlation": correlation, "alternative": alternative}
    for earlier, change in ((mean(by="region"), 0.4), (proportion(0.3), -0.05)):
        plan = required_n_for_change(earlier, change=change, power=0.85, **options)
        for i, n in enumerate(plan["n_required"]):
            reached, less = (
                power_for_change(earlier, change=change, n_first=k, n_second=k, **options)["power"][i]
                for k in (n, n - 1)
            )
            assert reached >= 0.85 - 1e-12 > less - 1e-9
            close(plan["power"][i], reached)


def test_a_panel_pays_when_answers_are_alike_and_costs_when_they_are_opposite() -> None:
    options: dict[str, Any] = {"change": 0.3, "n_first": 500, "n_second": 500}
    apart, panel, opposite = (
        power_for_change(mean(), **options, overlap=share, correlation=rho)["std_error"].item()
        for share, rho in ((0.0, 0.0), (0.6, 0.5), (0.6, -0.5))
    )
    close(panel**2, apart**2 * (1 - 0.3))
    close(opposite**2, apart**2 * (1 + 0.3))


def test_the_detectable_change_is_seen_four_times_in_five() -> None:
    found = power_for_change(mean(), change=1.0, n_first=300, n_second=200)
    again = power_for_change(mean(), change=found["detectable"].item(), n_first=300, n_second=200)
    close(again["power"].item(), 0.8)


def test_the_power_is_the_share_of_simulated_waves_that_show_the_change() -> None:
    draw = np.random.default_rng(9)
    earlier = mean()
    spread = earlier.to_polars()["std_error"].item() * np.sqrt(600)
    n_first, n_second, both, rho, change, times = 300, 250, 150, 0.6, 0.55, 4000
    first = draw.normal(size=(times, n_first))
    own = draw.normal(size=(times, n_second))
    again = rho * first[:, :both] + np.sqrt(1 - rho**2) * own[:, :both]
    second = np.hstack([again, own[:, both:]]) + change / spread
    error = np.sqrt(1 / n_first + 1 / n_second - 2 * both * rho / (n_first * n_second))
    seen = np.abs(second.mean(axis=1) - first.mean(axis=1)) / error > norm.ppf(0.975)
    planned = power_for_change(
        earlier, change=change, n_first=n_first, n_second=n_second, overlap=both / n_second, correlation=rho
    )
    close(seen.mean(), planned["power"].item(), rtol=0.04)


def test_without_a_standard_error_there_is_no_power_and_a_note_says_so() -> None:
    earlier = ts.estimate_mean(simple([4.0, 4.0, 4.0]), "y")
    row = power_for_change(earlier, change=1.0, n_first=10, n_second=10).row(0, named=True)
    assert row["power"] is None
    assert "no earlier standard error" in row["note"]


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda e: required_n_for_change(e, change=0.0), "`change` cannot be"),
        (lambda e: required_n_for_change(e, change="up"), "`change` cannot be"),  # type: ignore[arg-type]
        (lambda e: required_n_for_change(e, change=1, power=1), "`power` lies between"),
        (lambda e: required_n_for_change(e, change=1, power=0.04), "significance level"),
        (lambda e: required_n_for_change(e, change=1, overlap=1.5), "`overlap` lies between 0"),
        (lambda e: required_n_for_change(e, change=1, correlation=-2), "`correlation` lies between -1"),
        (lambda e: required_n_for_change(e, change=1, alternative="two.sided"), "`two-sided`"),  # type: ignore[arg-type]
        (lambda e: power_for_change(e, change=1, n_first=10, n_second=40, overlap=0.5), "both waves"),
        (lambda _: required_n_for_change(proportion(0.9), change=0.2), "between 0 and 1"),
    ],
)
def test_what_cannot_be_planned_is_refused(call: Callable[[ts.Estimates], Any], said: str) -> None:
    with pytest.raises(InputError) as refusal:
        call(mean())
    assert said in str(refusal.value)
