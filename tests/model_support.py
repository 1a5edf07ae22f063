"""A made sample for the tests of models, and its persons as plain rows."""

from typing import Any

import numpy as np
import polars as pl

import talentstats as ts

ROLES = ("employee", "partner", "student")
DESIGN = ts.SurveyDesign(weight="weight", strata="stratum", psu="area", fpc="areas")


def people(*, gaps: bool = False) -> pl.DataFrame:
    """Four strata, three of nine areas in each, seven persons in each area."""
    draw = np.random.default_rng(20250301)
    size = 4 * 3 * 7
    stratum = np.repeat(np.arange(4), 21)
    age = draw.integers(20, 60, size).astype(float)
    role = np.array(ROLES)[draw.integers(0, 3, size)]
    lift = 0.05 * (age - 40) + 0.6 * (role == "partner") + 0.3 * draw.normal(size=size)
    frame = pl.DataFrame(
        {
            "stratum": stratum,
            "area": np.repeat(np.arange(12), 7),
            "areas": 9,
            "weight": draw.uniform(5, 15, size).round(3),
            "age": age,
            "role": role,
            "abroad": draw.integers(0, 2, size),
            "parttime": draw.uniform(size=size) < 0.4,
            "stays": (draw.uniform(size=size) < 1 / (1 + np.exp(-lift))).astype(int),
            "jobs": draw.poisson(np.exp(0.4 + 0.2 * lift)),
            "rent": (900 + 150 * lift + 60 * draw.normal(size=size)).round(1),
        }
    ).with_columns(pl.col("role").cast(pl.Enum(ROLES)))
    if not gaps:
        return frame
    row = pl.int_range(pl.len())
    return frame.with_columns(
        pl.when(row % 9 == 2).then(None).otherwise("age").alias("age"),
        pl.when(row % 13 == 5).then(None).otherwise("role").alias("role"),
    )


def sample(frame: pl.DataFrame | None = None, **options: Any) -> ts.SurveySample:
    """The sample of these people."""
    return ts.SurveySample(people() if frame is None else frame, DESIGN, **options)


def persons(frame: pl.DataFrame) -> list[dict[str, Any]]:
    return list(frame.iter_rows(named=True))


def design_covariance(scores: list[list[float]], frame: pl.DataFrame) -> list[list[float]]:
    """Section 5 of the methods, one stage, in loops: rows of scores to a covariance matrix."""
    size = len(scores[0])
    total = [[0.0] * size for _ in range(size)]
    rows = persons(frame)
    for stratum in sorted({row["stratum"] for row in rows}):
        areas = sorted({row["area"] for row in rows if row["stratum"] == stratum})
        sums = [
            [
                sum(s[j] for s, row in zip(scores, rows, strict=True) if row["area"] == area)
                for j in range(size)
            ]
            for area in areas
        ]
        mean = [sum(one[j] for one in sums) / len(areas) for j in range(size)]
        fraction = len(areas) / rows[0]["areas"]
        for i in range(size):
            for j in range(size):
                spread = sum((one[i] - mean[i]) * (one[j] - mean[j]) for one in sums)
                total[i][j] += (1 - fraction) * len(areas) / (len(areas) - 1) * spread
    return total
