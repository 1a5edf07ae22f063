from typing import Any
from unittest.mock import patch

import numpy as np
import polars as pl
import pytest

import talentstats as ts
from talentstats.estimate import grouped_sums


def test_hundreds_of_replicate_weights_are_never_multiplied_out_together() -> None:
    generator = np.random.default_rng(4)
    rows, replicates = 300, 200
    weights = {f"r{i}": generator.uniform(1, 3, rows) for i in range(replicates)}
    table = pl.DataFrame(
        {"w": 2.0, "y": generator.normal(size=rows), "x": generator.normal(size=rows), **weights}
    )
    supplied = ts.ReplicateWeights(columns=list(weights), type="bootstrap", df=50)
    sample = ts.SurveySample(table, ts.SurveyDesign(weight="w"), replicates=supplied)
    made: list[int] = []
    collect = grouped_sums._collected

    def counting(lazy: pl.LazyFrame, names: list[str]) -> pl.DataFrame:
        made.append(len(names))
        return collect(lazy, names)

    with patch.object(grouped_sums, "_collected", counting):
        found = ts.estimate_mean(sample, ["y", "x"]).to_polars()
    by_hand = np.array([np.average(table["y"].to_numpy(), weights=column) for column in weights.values()])
    assert found["std_error"][0] == pytest.approx(by_hand.std(ddof=1), rel=1e-10)
    assert max(made) <= 12
    assert sum(made) > replicates


def sums(
    table: pl.DataFrame, domain: list[str], rest: list[str], **more: Any
) -> tuple[pl.DataFrame, pl.DataFrame]:
    return grouped_sums.sums_in_order(
        table.lazy(), domain=domain, rest=rest, sums=["v"], by_domain=["q"], **more
    )


def test_sums_are_those_of_a_group_by_for_keys_of_any_kind() -> None:
    generator = np.random.default_rng(7)
    table = pl.DataFrame(
        {
            "by_0": generator.choice(["a", "b", "c"], 500),
            "by_1": generator.integers(-3, 3, 500),
            "unit_0": generator.choice([10**15, 5, -(10**15)], 500),
            "v": generator.normal(size=500),
            "q": generator.normal(size=500),
        }
    )
    for domain, rest in ((["by_0", "by_1"], ["unit_0"]), (["by_1"], []), ([], ["unit_0"]), ([], [])):
        groups, domains = sums(table, domain, rest, spread_of="v")
        keys = [*domain, *rest]
        measures = [
            pl.len().cast(pl.Int64).alias("n"),
            pl.col("v").sum(),
            pl.col("v").min().alias("least_v"),
            pl.col("v").max().alias("most_v"),
        ]
        wanted = table.group_by(keys).agg(measures).sort(keys) if keys else table.select(measures)
        assert groups.select(keys).equals(wanted.select(keys)) if keys else groups.height == 1
        for name in ("n", "v", "least_v", "most_v"):
            np.testing.assert_allclose(groups[name], wanted[name], rtol=1e-12)
        by_domain = (
            table.group_by(domain).agg(pl.col("q").sum()).sort(domain)
            if domain
            else table.select(pl.col("q").sum())
        )
        np.testing.assert_allclose(domains["q"], by_domain["q"], rtol=1e-12)


def test_missing_values_add_nothing() -> None:
    table = pl.DataFrame({"by_0": [1, 1], "v": [2.0, None], "q": [None, 3.0]})
    groups, domains = sums(table, ["by_0"], [])
    assert groups["v"].item() == 2.0
    assert domains["q"].item() == 3.0
