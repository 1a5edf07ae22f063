import math
from itertools import product
from typing import Any

import numpy as np
import polars as pl
import pytest

import talentstats as ts
from survey_support import DESIGNS, checked, close, matches, people, rows_of, sample_of, values
from survey_textbook import textbook
from talentstats.errors import InputError
from talentstats.estimate.testing.two_way import two_way_table
from talentstats.survey.make_replicates import make_replicates

ROLES, REGIONS = ["partner", "student", "worker"], ["north", "south", "west"]
NUMBERS = ["estimate", "std_error", "conf_low", "conf_high", "df", "n_obs", "sum_weights", "design_effect"]
JOINT = pl.when(pl.col("role").is_not_null()).then(pl.concat_str("role", "region", separator=" "))


def with_joint() -> pl.DataFrame:
    return people().with_columns(joint=JOINT, role_known=pl.col("role").is_not_null())


def keys(table: ts.Estimates) -> list[tuple[Any, ...]]:
    return table.to_polars().select("role", "region").rows()


@pytest.mark.parametrize("design", sorted(DESIGNS))
def test_cell_shares_are_the_proportions_of_the_joint_levels(design: str) -> None:
    sample = sample_of(design, with_joint())
    table = checked(two_way_table(sample, "role", "region", margins=False))
    joint = ts.estimate_proportion(sample, "joint")
    assert keys(table) == list(product(ROLES, REGIONS))
    close(values(table, *NUMBERS), values(joint, *NUMBERS), rtol=1e-9)
    close(table.covariance(), joint.covariance(), rtol=1e-7, atol=1e-12)


@pytest.mark.parametrize("design", ["persons, strata and fpc", "two stages"])
def test_a_cell_share_by_hand(design: str) -> None:
    sample = sample_of(design, with_joint())
    table = two_way_table(sample, "role", "region", interval="t")
    for role, region in [("partner", "south"), (None, "west"), ("worker", None)]:
        there = matches({"role": role, "region": region})
        rows = [{**row, "cell": float(there(row))} for row in rows_of(sample)]
        known = textbook(rows, sample.design, "mean", "cell", member=lambda row: row["role_known"])
        found = table.filter(role=role, region=region).to_polars()
        error = math.sqrt(known.variance)
        close(found.select("estimate", "std_error").row(0), [known.estimate, error])
        assert found["df"].item() == known.df


@pytest.mark.parametrize(("kind", "options"), [("JKn", {}), ("bootstrap", {"replicates": 40, "seed": 3})])
def test_replicates_give_every_replicate_its_shares(kind: Any, options: dict[str, Any]) -> None:
    sample = make_replicates(sample_of("strata", with_joint()), kind, **options)
    table = checked(two_way_table(sample, "role", "region", margins=False))
    joint = ts.estimate_proportion(sample, "joint")
    close(values(table, *NUMBERS), values(joint, *NUMBERS), rtol=1e-9)


@pytest.mark.parametrize(
    ("share", "inner", "outer"), [("row", "region", "role"), ("column", "role", "region")]
)
def test_row_and_column_shares_are_proportions_in_domains(share: Any, inner: str, outer: str) -> None:
    sample = sample_of("strata and fpc")
    table = checked(two_way_table(sample, "role", "region", share=share))
    known = ts.estimate_proportion(sample, inner, by=outer, margins=True)
    assert table.to_polars().select(outer, inner).rows() == known.to_polars().select(outer, "level").rows()
    close(values(table, *NUMBERS), values(known, *NUMBERS))
    totals = table.to_polars().group_by(outer).agg(pl.col("estimate").sum())["estimate"]
    close(totals.to_numpy(), np.ones(4))


def test_the_margins_of_cell_shares_are_the_proportions_of_either_question() -> None:
    sample = sample_of("strata and fpc")
    table = checked(two_way_table(sample, "role", "region"))
    where = {"role": ROLES}
    of_role = ts.estimate_proportion(sample, "role", where=where)
    of_region = ts.estimate_proportion(sample, "region", where=where)
    close(values(table.filter(role=ROLES, region=None), *NUMBERS), values(of_role, *NUMBERS), rtol=1e-9)
    close(values(table.filter(role=None, region=REGIONS), *NUMBERS), values(of_region, *NUMBERS), rtol=1e-9)
    cells = table.filter(role=ROLES, region=REGIONS).to_polars()
    assert cells["estimate"].sum() == pytest.approx(1)


@pytest.mark.parametrize("share", ["cell", "row", "column"])
@pytest.mark.parametrize("margins", [True, False])
def test_every_domain_has_a_table_of_its_own(share: Any, margins: bool) -> None:
    sample = sample_of("strata and fpc")
    table = two_way_table(sample, "role", "region", by="sex", share=share, margins=margins)
    assert table.by == ("sex", "role", "region")
    for sex in ("f", "m"):
        alone = two_way_table(sample, "role", "region", where={"sex": sex}, share=share, margins=margins)
        found = table.filter(sex=sex)
        places = {key: place for place, key in enumerate(keys(found))}
        order = np.array([places[key] for key in keys(alone)])
        close(values(found.take(order), *NUMBERS), values(alone, *NUMBERS), rtol=1e-9)
    assert None not in table.to_polars()["sex"].to_list()


def test_a_cell_in_which_nobody_was_found_has_share_zero_and_an_exact_interval() -> None:
    frame = people().with_columns(
        region=pl.when(pl.col("role") == "worker").then(pl.lit("north")).otherwise(pl.col("region"))
    )
    table = checked(two_way_table(sample_of("strata", frame), "role", "region"))
    empty = table.filter(role="worker", region="west").to_polars().row(0, named=True)
    assert empty["estimate"] == 0
    assert empty["conf_high"] == pytest.approx(1 - 0.025 ** (1 / empty["n_obs"]))
    assert "exact one" in empty["note"]


def test_a_margin_of_everyone_is_exactly_one() -> None:
    table = checked(two_way_table(sample_of("strata"), "role", "region", where={"role": "worker"}))
    everyone = table.filter(role="worker", region=None).to_polars().row(0, named=True)
    assert (everyone["estimate"], everyone["std_error"], everyone["conf_high"]) == (1.0, 0.0, 1.0)


def test_replicates_without_anybody_of_the_domain_are_counted() -> None:
    frame = people().with_columns(
        region=pl.when(pl.col("district") == 0).then(pl.lit("east")).otherwise("region")
    )
    sample = make_replicates(sample_of("strata", frame), "JKn")
    table = checked(two_way_table(sample, "role", "sex", by="region"))
    notes = table.filter(region="east").to_polars()["note"].to_list()
    assert all("1 replicate(s) without this domain left out" in note for note in notes)
    assert not any("replicate" in note for note in table.filter(region="south").to_polars()["note"])


@pytest.mark.parametrize("design", ["persons", "strata"])
@pytest.mark.parametrize("share", ["cell", "row"])
def test_two_cells_can_be_compared(design: str, share: Any) -> None:
    table = two_way_table(sample_of(design), "role", "region", share=share)
    first, second = (table.filter(role=role, region="north") for role in ("partner", "student"))
    compared = ts.compare(first, second).to_polars().row(0, named=True)
    spread = table.covariance()
    one, other = (keys(table).index((role, "north")) for role in ("partner", "student"))
    variance = spread[one, one] + spread[other, other] - 2 * spread[one, other]
    close([compared["std_error"]], [np.sqrt(variance)], rtol=1e-9)


@pytest.mark.parametrize(
    "interval", ["t", "normal", "xlogit", "beta", "wilson", "likelihood", "asin", "mean"]
)
def test_intervals_are_those_of_proportions(interval: Any) -> None:
    sample = sample_of("strata", with_joint().filter(pl.col("role_known")))
    table = two_way_table(sample, "role", "region", margins=False, interval=interval, conf_level=0.9)
    known = ts.estimate_proportion(sample, "joint", interval=interval, conf_level=0.9)
    close(values(table, "conf_low", "conf_high"), values(known, "conf_low", "conf_high"), rtol=1e-9)
    assert table.method.interval == interval


@pytest.mark.parametrize(
    ("columns", "options", "message"),
    [
        (("role", "role"), {}, "named twice"),
        (("role", "region"), {"by": "role"}, "named twice"),
        (("role", "region"), {"share": "total"}, "Unknown share"),
        (("role", "region"), {"interval": "profile"}, "Unknown interval"),
        (("role", "region"), {"interval": "exact"}, "Unknown interval"),
        (("role", "region"), {"df": "all"}, "Unknown rule"),
        (("role", "level"), {}, "cannot be grouped by"),
        (("role", "regio"), {}, "Did you mean `region`"),
        (("role", "region"), {"where": {"sex": "x"}}, "No row"),
    ],
)
def test_what_cannot_be_tabulated_is_refused(
    columns: tuple[str, str], options: dict[str, Any], message: str
) -> None:
    sample = sample_of("strata", people().with_columns(level=pl.lit("a")))
    with pytest.raises(InputError, match=message):
        two_way_table(sample, *columns, **options)
