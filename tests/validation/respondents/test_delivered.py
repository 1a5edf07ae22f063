from dataclasses import replace
from functools import cache

import polars as pl
import pytest

from validation.respondents.delivery import clean

WEIGHT = pl.col("design_weight")


def row(variable: str, level: str, n: int, share: float, **place: str) -> dict[str, object]:
    return {
        "region": place.get("region", "all"),
        "wave": 2025,
        "variable": variable,
        "level": level,
        "group": place.get("group"),
        "group_level": place.get("group_level"),
        "n": n,
        "share": share,
    }


def table(*rows: dict[str, object]) -> pl.DataFrame:
    text = dict.fromkeys(("region", "variable", "level", "group", "group_level"), pl.String)
    return pl.DataFrame(rows, schema_overrides={**text, "share": pl.Float64})


def told(delivered: pl.DataFrame) -> set[str]:
    result = replace(clean(2025), delivered=delivered).validate().result
    return {one.rule for one in result.outcomes if not one.passed}


def figures(column: str, value: str | int, where: pl.Expr | None = None) -> tuple[int, float]:
    """Count and weigh by hand."""
    rows = clean(2025).frame.filter(pl.col(column).is_not_null())
    rows = rows if where is None else rows.filter(where)
    return rows.height, float(
        rows.select(100 * (WEIGHT * (pl.col(column) == value)).sum() / WEIGHT.sum()).item()
    )


KINDS = (
    "a category",
    "a step of a scale",
    "an option",
    "a region",
    "a municipality",
    "a group",
    "all answers together",
)


@cache
def right() -> dict[str, dict[str, object]]:
    city = str(clean(2025).frame["municipality"].mode()[0])
    here, there = pl.col("region") == "leiden", pl.col("municipality") == city
    women = figures("tenure", "owner", pl.col("sex") == "female")
    return {
        "a category": row("tenure", "owner", *figures("tenure", "owner")),
        "a step of a scale": row("recommend", "8", *figures("recommend", 8)),
        "an option": row("stay_reasons", "career", *figures("stay_reasons_career", "yes")),
        "a region": row("tenure", "owner", *figures("tenure", "owner", here), region="leiden"),
        "a municipality": row("tenure", "owner", *figures("tenure", "owner", there), region=city),
        "a group": row("tenure", "owner", *women, group="sex", group_level="female"),
        "all answers together": row("tenure", "total", figures("tenure", "owner")[0], 100.0),
    }


def test_right_figures_of_every_kind_raise_no_alarm() -> None:
    assert told(table(*right().values())) == set()


@pytest.mark.parametrize("kind", KINDS)
def test_wrong_figures_of_every_kind_are_told(kind: str) -> None:
    wrong = {
        **right()[kind],
        "n": int(str(right()[kind]["n"])) + 1,
        "share": float(str(right()[kind]["share"])) - 45,
    }
    others = [one for name, one in right().items() if name != kind]
    assert told(table(*others, wrong)) == {"delivered-n", "delivered-share"}


def test_figures_of_nobody_are_told() -> None:
    assert told(table(row("tenure", "owner", 25, 40.0, region="GM0014x"))) == {"delivered-n"}


def test_figures_of_another_wave_are_left_to_that_wave() -> None:
    other = table({**row("tenure", "owner", 3, 3.0), "wave": 2023})
    assert told(other) == set()
