"""Sample sizes and allocations: the precision is as it was asked, bounds hold, the rest is refused."""

import math
from collections.abc import Callable
from itertools import product
from typing import Any

import numpy as np
import polars as pl
import pytest

import talentstats as ts
from survey_support import close
from talentstats.errors import InputError
from talentstats.estimate.planning.allocation import allocate
from talentstats.estimate.planning.sample_size import precision_of, required_sample_size


def wave(**design: Any) -> ts.SurveySample:
    """Persons in areas, by region; a region `east` of one person."""
    draw = np.random.default_rng(5)
    n = 400
    frame = pl.DataFrame(
        {
            "area": np.arange(n) // 8,
            "weight": draw.uniform(5, 15, n),
            "region": draw.choice(["north", "west"], n, p=[0.3, 0.7]),
            "role": draw.choice(["a", "b"], n),
            "hours": 30 + 4 * draw.normal(size=n) + 2 * draw.normal(size=50)[np.arange(n) // 8],
            "stays": draw.random(n) < 0.7,
        }
    )
    return ts.SurveySample(frame, ts.SurveyDesign(weight="weight", psu="area", **design))


def hours(**options: Any) -> ts.Estimates:
    return ts.estimate_mean(wave(), "hours", **{"by": "region", **options})


PEOPLE = {"north": 900.0, "west": 4000.0}


def test_the_number_that_was_there_gives_the_precision_that_was_there() -> None:
    earlier = hours()
    for row in earlier.to_polars().iter_rows(named=True):
        size = dict.fromkeys(PEOPLE, row["sum_weights"])
        again = required_sample_size(earlier, std_error=row["std_error"], population=size)
        found = again.filter(region=row["region"])
        assert abs(found["n_required"].item() - row["n_obs"]) <= 1
        error = precision_of(earlier, row["n_obs"], population=size).filter(region=row["region"])
        close(error["std_error"].item(), row["std_error"])


def test_the_number_follows_the_formula_of_the_book() -> None:
    # Cochran (1977), sections 4.4 and 4.5: p = 0.5, a margin of 5 %, 384 of an endless population.
    people = pl.DataFrame({"weight": 1e6, "size": 2e10, "stays": [0.0, 1.0] * 10_000})
    sample = ts.SurveySample(people, ts.SurveyDesign(weight="weight", fpc="size"))
    earlier = ts.estimate_proportion(sample, "stays", levels=[1.0])
    plan = required_sample_size(earlier, margin_of_error=0.05)
    assert plan["n_srs"].item() == plan["n_required"].item() == 385  # 384.16 x n / (n - 1)
    assert required_sample_size(earlier, margin_of_error=0.05, population=1000)["n_required"].item() == 278


@pytest.mark.parametrize("ask", [{"margin_of_error": 0.6}, {"cv": 0.012}, {"std_error": 0.3}])
def test_the_number_is_the_least_that_reaches_what_is_asked(ask: dict[str, float]) -> None:
    earlier = hours()
    plan = required_sample_size(earlier, population=PEOPLE, **ask)
    numbers = dict(zip(plan["region"], plan["n_required"], strict=True))
    name, value = next(iter(ask.items()))
    enough = precision_of(earlier, numbers, population=PEOPLE)[name].to_numpy()
    less = precision_of(earlier, {key: n - 1 for key, n in numbers.items()}, population=PEOPLE)[
        name
    ].to_numpy()
    assert (enough <= value * (1 + 1e-9)).all()
    assert (less > value).all()


def test_the_design_effect_multiplies_a_simple_random_sample() -> None:
    plan = required_sample_size(hours(), margin_of_error=0.1)
    assert (plan["design_effect"] > 1).all()
    ratio = (plan["n_required"] / plan["n_srs"]).to_numpy()
    close(ratio, plan["design_effect"].to_numpy(), rtol=1e-3)


def test_invitations_make_up_for_those_who_do_not_answer() -> None:
    rates = {"north": 0.25, "west": 0.4}
    plan = required_sample_size(hours(), margin_of_error=1.0, response_rate=rates)
    for row in plan.iter_rows(named=True):
        assert row["n_invited"] == math.ceil(row["n_required"] / rates[row["region"]] - 1e-9)


def test_domains_of_two_columns_are_named_by_both() -> None:
    earlier = hours(by=["region", "role"])
    sizes = dict.fromkeys(product(["north", "west"], "ab"), 1000.0)
    sizes["west", "b"] = 100.0
    plan = required_sample_size(earlier, std_error=0.4, population=sizes)
    small = plan.filter(region="west", role="b")
    assert small["population"].item() == 100
    assert small["n_required"].item() < 100


def test_the_simulated_error_is_the_promised_one() -> None:
    # Clusters of 8 drawn from a population: the design effect of one wave plans the next.
    draw = np.random.default_rng(2)
    level = draw.normal(size=5000)
    values = (30 + 2 * level[:, None] + 4 * draw.normal(size=(5000, 8))).ravel()

    def drawn(clusters: int) -> ts.SurveySample:
        rows = (draw.choice(5000, clusters, replace=False)[:, None] * 8 + np.arange(8)).ravel()
        frame = pl.DataFrame({"hours": values[rows], "area": rows // 8, "weight": 5000 / clusters})
        return ts.SurveySample(frame, ts.SurveyDesign(weight="weight", psu="area"))

    plan = required_sample_size(ts.estimate_mean(drawn(400), "hours"), std_error=0.3, population=40_000)
    clusters = round(plan["n_required"].item() / 8)
    means = [values.reshape(5000, 8)[draw.choice(5000, clusters, replace=False)].mean() for _ in range(2000)]
    close(np.std(means), 0.3, rtol=0.12)


@pytest.mark.parametrize(
    ("values", "note"),
    [([1.0, 1.0, 1.0, 1.0], "no earlier standard error"), ([1.0, 2.0, 3.0, 6.0], "design effect is unknown")],
)
def test_it_is_said_what_the_earlier_wave_does_not_tell(values: list[float], note: str) -> None:
    frame = pl.DataFrame({"y": values, "weight": 1.0})
    earlier = ts.estimate_mean(ts.SurveySample(frame, ts.SurveyDesign(weight="weight")), "y")
    row = required_sample_size(earlier, std_error=0.1).row(0, named=True)
    assert note in row["note"]
    if "unknown" in note:
        error = earlier.to_polars()["std_error"].item()
        assert (row["design_effect"], row["n_required"]) == (1.0, math.ceil(4 * error**2 / 0.01))
    else:
        assert row["n_required"] is None


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (required_sample_size, "one way"),
        (lambda e: required_sample_size(e, cv=0.1, std_error=1), "one way"),
        (lambda e: required_sample_size(e, std_error=0), "`std_error` cannot be"),
        (lambda e: required_sample_size(e, margin_of_error=True), "`margin_of_error` cannot be"),
        (lambda e: required_sample_size(e, margin_of_error=1, conf_level=95), "`conf_level` lies between"),
        (lambda e: required_sample_size(e, std_error=1, population={"nort": 9.0}), "`nort`"),
        (lambda e: required_sample_size(e, std_error=1, response_rate=1.2), "at most 1"),
        (
            lambda e: required_sample_size(e, std_error=0.2, population=PEOPLE, response_rate=0.1),
            "cannot be reached",
        ),
        (lambda e: precision_of(e, 1000, population=PEOPLE), "more respondents than persons"),
        (lambda e: precision_of(e, -3), "`n` cannot be"),
        (lambda _: required_sample_size(ts.estimate_total(wave(), "hours"), cv=0.1), "total"),
        (
            lambda e: required_sample_size(ts.compare(e.take(np.array([0])), e.take(np.array([1]))), cv=1),
            "compari",
        ),
        (lambda _: precision_of(hours(by=None), {"north": 3}), "have no domains"),
    ],
)
def test_what_cannot_be_planned_is_refused(call: Callable[[ts.Estimates], Any], said: str) -> None:
    with pytest.raises(InputError) as refusal:
        call(hours())
    assert said in str(refusal.value)


# ---- allocation ----

REGIONS = {"a": 5000.0, "b": 1200.0, "c": 300.0, "d": 12.0}
SPREAD = {"a": 1.0, "b": 4.0, "c": 2.5, "d": 6.0}


@pytest.mark.parametrize("method", ["proportional", "neyman", "power"])
@pytest.mark.parametrize("total", [40, 500, 3000, 6512])
def test_an_allocation_adds_up_and_stays_within_its_bounds(method: Any, total: int) -> None:
    spread = None if method == "proportional" else SPREAD
    table = allocate(total, REGIONS, method=method, spread=spread, minimum=10)
    n, size = table["n"].to_numpy(), table["population"].to_numpy()
    assert n.sum() == total
    assert (n >= 10).all()
    assert (n <= size).all()
    free = (n > 10) & (n < size)
    shares = {"proportional": size, "neyman": size * np.array(list(SPREAD.values()))}.get(
        method, np.sqrt(size) * np.array(list(SPREAD.values()))
    )
    ratio = n[free] / shares[free]
    if free.any():
        # Alike but for rounding to whole persons.
        assert (
            np.ptp(n[free] - shares[free] * ratio.mean()) <= 2 + 1e-9 or np.ptp(ratio) / ratio.mean() < 0.05
        )


def test_a_neyman_allocation_is_the_best_of_all_within_the_bounds() -> None:
    sizes, spread, total, least = {"a": 12.0, "b": 9.0, "c": 3.0}, {"a": 1.0, "b": 2.0, "c": 9.0}, 12, 2

    def variance(n: tuple[int, ...]) -> float:
        rows = zip(n, sizes.values(), spread.values(), strict=True)
        return sum(size**2 * (1 / k - 1 / size) * s**2 for k, size, s in rows)

    found = tuple(allocate(total, sizes, method="neyman", spread=spread, minimum=least)["n"])
    options = product(*(range(least, int(size) + 1) for size in sizes.values()))
    best = min(variance(n) for n in options if sum(n) == total)
    close(variance(found), best, rtol=1e-12)


def test_powers_run_from_alike_to_the_population() -> None:
    alike = allocate(300, {"a": 5000, "b": 1200, "c": 300}, method="power", power=0)
    whole = allocate(300, {"a": 5000, "b": 1200, "c": 300}, method="power", power=1)
    assert alike["n"].to_list() == [100, 100, 100]
    assert whole["n"].to_list() == allocate(300, {"a": 5000, "b": 1200, "c": 300})["n"].to_list()


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: allocate(7000, REGIONS), "cannot be divided"),
        (lambda: allocate(30, REGIONS, minimum=10), "cannot be divided"),
        (lambda: allocate(10.5, REGIONS), "number of persons"),  # type: ignore[arg-type]
        (lambda: allocate(10, {}), "no regions"),
        (lambda: allocate(10, REGIONS, method="nyeman"), "`neyman`"),  # type: ignore[arg-type]
        (lambda: allocate(100, REGIONS, method="neyman"), "needs the spread"),
        (lambda: allocate(100, REGIONS, method="neyman", spread={"a": 1.0}), "`b`"),
        (lambda: allocate(100, REGIONS, spread=SPREAD), "takes no spread"),
        (lambda: allocate(100, REGIONS, method="power", power=2), "between 0 and 1"),
        (lambda: allocate(100, {"a": -5}), "`population` cannot be"),
    ],
)
def test_what_cannot_be_allocated_is_refused(call: Callable[[], Any], said: str) -> None:
    with pytest.raises(InputError) as refusal:
        call()
    assert said in str(refusal.value)
