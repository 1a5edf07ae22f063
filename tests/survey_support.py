"""Small samples for the survey tests, and calls whose every result is checked for holes."""

import math
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import ArrayLike

import talentstats as ts

Rows = list[dict[str, Any]]
STATISTICS = ("mean", "total", "proportion", "ratio", "count", "variance")
_NEEDS_REASON = ("estimate", "std_error", "conf_low", "conf_high", "df", "design_effect")

ESTIMATE: dict[str, Callable[..., ts.Estimates]] = {
    "mean": ts.estimate_mean,
    "total": ts.estimate_total,
    "proportion": ts.estimate_proportion,
    "ratio": ts.estimate_ratio,
    "count": ts.estimate_count,
    "variance": ts.estimate_variance,
}


def estimate(sample: ts.SurveySample, statistic: str, *variables: Any, **options: Any) -> ts.Estimates:
    """Estimate through the public function, and look at every cell of the result."""
    return checked(ESTIMATE[statistic](sample, *variables, **options))


def checked(estimates: ts.Estimates) -> ts.Estimates:
    """Refuse NaN and infinity in a table, and a null that is not explained."""
    numbers = estimates.table.select(pl.selectors.float())
    for name in numbers.columns:
        known = numbers[name].drop_nulls()
        assert known.is_finite().all(), f"{name}: {known.to_list()}"
    combined = estimates.method.statistic.startswith("comparison")
    for row in estimates.table.iter_rows(named=True):
        for name in _NEEDS_REASON:
            if row[name] is None and not (combined and name == "design_effect"):
                assert row["note"], f"{name} is empty without a reason: {row}"
        if row["cv"] is None:
            assert row["std_error"] is None or row["estimate"] == 0, row
        if row["conf_low"] is not None:
            slack = 1e-9 * abs(row["estimate"]) + 1e-300
            assert row["conf_low"] - slack <= row["estimate"] <= row["conf_high"] + slack, row
    return estimates


def close(found: ArrayLike, expected: ArrayLike, *, rtol: float = 1e-10, atol: float = 1e-300) -> None:
    """Compare numbers; None stands for undefined."""
    np.testing.assert_allclose(
        np.asarray(found, dtype=float), np.asarray(expected, dtype=float), rtol=rtol, atol=atol
    )


def column(estimates: ts.Estimates, name: str) -> list[Any]:
    return estimates.to_polars()[name].to_list()


def values(estimates: ts.Estimates, *names: str) -> np.ndarray[Any, np.dtype[np.float64]]:
    """Give columns as an array, NaN where null."""
    table = estimates.to_polars().select(*names).cast(pl.Float64)
    return np.asarray(table.fill_null(math.nan).to_numpy())


def same_numbers(found: ts.Estimates, expected: ts.Estimates, *, rtol: float = 1e-10) -> None:
    """Compare two results in everything but the notes and the names of their variables."""
    names = ["estimate", "std_error", "conf_low", "conf_high", "df", "n_obs", "n_missing", "sum_weights"]
    close(values(found, *names, "design_effect"), values(expected, *names, "design_effect"), rtol=rtol)


@cache
def people(seed: int = 1) -> pl.DataFrame:
    """Persons in schools of two types in districts in strata, with gaps in `z` and `role`.

    No one of region "west" lives in the last stratum. Population sizes: `fpc_1` districts in the stratum,
    `fpc_2` schools in the district (`fpc_2t` of the type), `fpc_3` persons in the school.
    """
    draw = np.random.default_rng(seed)
    rows: Rows = []
    for stratum, districts in enumerate((3, 2, 4)):
        for district in range(districts):
            effect = draw.normal(scale=2)
            sizes = {"a": int(draw.integers(2, 6)), "b": int(draw.integers(3, 6))}
            for school in range(4):
                kind = "ab"[school // 2]
                persons = int(draw.integers(1, 4)) + (school == 0)
                for person in range(persons):
                    rows.append(
                        {
                            "stratum": f"s{stratum}",
                            "district": 10 * stratum + district,
                            "district_in_stratum": district,
                            "type": kind,
                            "school": 100 * stratum + 10 * district + school,
                            "person": len(rows),
                            "place": person,
                            "fpc_1": districts + 2 + stratum,
                            "fraction_1": districts / (districts + 2 + stratum),
                            "fpc_2": sizes["a"] + sizes["b"],
                            "fpc_2t": sizes[kind],
                            "fpc_3": persons + school,
                            "w": float(draw.uniform(2, 30)),
                            "y": float(draw.normal(40 + effect, 8)),
                            "x": float(draw.uniform(1, 9)),
                            "yes": bool(draw.random() < 0.4),
                        }
                    )
    frame = pl.DataFrame(rows).with_columns(p=1 / pl.col("w"))
    n = frame.height
    region = draw.choice(["north", "south", "west"], n)
    region[(frame["stratum"] == "s2").to_numpy() & (region == "west")] = "north"
    role = draw.choice(["partner", "student", "worker"], n)
    gaps = draw.random((2, n)) < 0.12
    stratum_size = pl.col("stratum").replace_strict({"s0": 300, "s1": 150, "s2": 500})
    return frame.with_columns(
        pl.Series("region", region),
        pl.Series("sex", draw.choice(["f", "m"], n)),
        pl.Series("role", [None if gap else str(one) for one, gap in zip(role, gaps[0], strict=True)]),
        pl.Series(
            "z", [None if gap else value for value, gap in zip(draw.normal(5, 2, n), gaps[1], strict=True)]
        ),
        stratum_size.alias("fpc_person"),
    )


DESIGNS: dict[str, ts.SurveyDesign] = {
    "persons": ts.SurveyDesign(weight="w"),
    "persons, strata and fpc": ts.SurveyDesign(weight="w", strata="stratum", fpc="fpc_person"),
    "persons, weights from fpc": ts.SurveyDesign(strata="stratum", fpc="fpc_person"),
    "clusters": ts.SurveyDesign(weight="w", psu="district"),
    "clusters, probabilities": ts.SurveyDesign(probability="p", psu="school", strata="stratum"),
    "strata": ts.SurveyDesign(weight="w", strata="stratum", psu="district"),
    "strata, nested ids": ts.SurveyDesign(
        weight="w", strata="stratum", psu="district_in_stratum", nested=True
    ),
    "strata and fpc": ts.SurveyDesign(weight="w", strata="stratum", psu="district", fpc="fpc_1"),
    "strata and fractions": ts.SurveyDesign(weight="w", strata="stratum", psu="district", fpc="fraction_1"),
    "two stages": ts.SurveyDesign(
        weight="w", strata="stratum", psu=["district", "school"], fpc=["fpc_1", "fpc_2"]
    ),
    "two stages, first fpc only": ts.SurveyDesign(
        weight="w", strata="stratum", psu=["district", "school"], fpc="fpc_1"
    ),
    "two stages, strata in both": ts.SurveyDesign(
        weight="w", strata=["stratum", "type"], psu=["district", "school"], fpc=["fpc_1", "fpc_2t"]
    ),
    "two stages, no strata, weights from fpc": ts.SurveyDesign(
        psu=["district", "school"], fpc=["districts", "fpc_2"]
    ),
    "three stages": ts.SurveyDesign(
        weight="w",
        strata="stratum",
        psu=["district", "school", "place"],
        fpc=["fpc_1", "fpc_2", "fpc_3"],
        lonely_psu="remove",
    ),
    "ultimate clusters": ts.SurveyDesign(
        weight="w",
        strata="stratum",
        psu=["district", "school"],
        fpc=["fpc_1", "fpc_2"],
        ultimate_cluster=True,
    ),
}


def sample_of(design: str | ts.SurveyDesign, frame: pl.DataFrame | None = None) -> ts.SurveySample:
    """Make a sample of these persons, drawn by a design of the list."""
    frame = people() if frame is None else frame
    if isinstance(design, str):
        design = DESIGNS[design]
    return ts.SurveySample(frame.with_columns(districts=pl.lit(20)), design)


def rows_of(sample: ts.SurveySample) -> Rows:
    frame = sample.frame
    assert isinstance(frame, pl.DataFrame)
    return frame.to_dicts()


def matches(wanted: Mapping[str, Any]) -> Callable[[Mapping[str, Any]], bool]:
    """Say who belongs to a domain; a value of None is all of a column together."""
    return lambda row: all(value is None or row[name] == value for name, value in wanted.items())
