"""Eurostat's cube as a tidy frame. Every figure here is invented."""

from pathlib import Path
from typing import Any

import polars as pl
import pytest

from talentstats.errors import InputError
from talentstats.prepare.eurostat_table import tidy_cube
from talentstats.sources.eurostat.jsonstat import cube_from

HERE = Path("dataset.json")


def invented(**changes: Any) -> dict[str, Any]:
    return {
        "label": "Invented rates",
        "id": ["freq", "unit", "geo", "time"],
        "size": [1, 1, 2, 2],
        "dimension": {
            "freq": {"category": {"index": ["Q"], "label": {"Q": "Quarterly"}}},
            "unit": {"category": {"index": ["PC"], "label": {"PC": "Percentage"}}},
            "geo": {"category": {"index": ["NL", "BE"], "label": {"NL": "Netherlands", "BE": "Belgium"}}},
            "time": {"category": {"index": ["2022-Q1", "2022-Q2"]}},
        },
        "value": [4.9, 4.6, 5.1, 4.8],
        **changes,
    }


def tidy(**changes: Any) -> pl.DataFrame:
    return tidy_cube(cube_from(invented(**changes)), code="inv_q", where=HERE)


def test_a_row_says_measure_unit_place_period_and_value() -> None:
    frame = tidy()
    assert frame.columns == [
        "measure",
        "measure_title",
        "unit",
        "decimals",
        "freq",
        "freq_title",
        "unit_code",
        "unit_title",
        "geo",
        "geo_title",
        "time",
        "time_title",
        "period",
        "frequency",
        "value",
        "flags",
        "confidentiality",
        "status",
        "missing",
    ]
    assert frame.row(1, named=True) == {
        "measure": "inv_q",
        "measure_title": "Invented rates",
        "unit": "Percentage",
        "decimals": None,
        "freq": "Q",
        "freq_title": "Quarterly",
        "unit_code": "PC",
        "unit_title": "Percentage",
        "geo": "NL",
        "geo_title": "Netherlands",
        "time": "2022-Q2",
        "time_title": "2022-Q2",
        "period": "2022Q2",
        "frequency": "quarter",
        "value": 4.6,
        "flags": "",
        "confidentiality": None,
        "status": "unknown",
        "missing": None,
    }


@pytest.mark.parametrize(
    ("value", "status", "expected"),
    [
        (4.9, None, ("", None, "unknown", None)),
        (4.9, "p", ("p", None, "provisional", None)),
        (4.9, "bp", ("bp", None, "provisional", None)),
        (4.9, "f", ("f", None, "provisional", None)),
        (4.9, "e", ("e", None, "unknown", None)),
        (4.9, "b u", ("bu", None, "unknown", None)),
        (None, ":", ("", None, "unknown", "not_available")),
        (None, "m", ("m", None, "unknown", "not_available")),
        (None, ": z", ("z", None, "unknown", "impossible")),
        (None, ":c", ("", "C", "unknown", "confidential")),
        (None, "C", ("", "C", "unknown", "confidential")),
        (None, "N", ("", "N", "unknown", "confidential")),
        (None, "P", ("", "P", "unknown", "confidential")),
        (None, "uP", ("u", "P", "unknown", "confidential")),
        (4.9, "n", ("n", None, "unknown", None)),
    ],
)
def test_flags_are_taken_apart(value: float | None, status: str | None, expected: tuple[Any, ...]) -> None:
    frame = tidy(value={"0": value, "1": 1.0}, status={} if status is None else {"0": status})
    row = frame.filter(pl.col("period") == "2022Q1").select("flags", "confidentiality", "status", "missing")
    assert row.row(0) == expected


@pytest.mark.parametrize(
    ("code", "period", "frequency"),
    [
        ("2022", "2022", "year"),
        ("2022-Q3", "2022Q3", "quarter"),
        ("2022-03", "2022M03", "month"),
        ("2022-03-01", "2022-03-01", "day"),
    ],
)
def test_periods_of_eurostat_become_ours(code: str, period: str, frequency: str) -> None:
    dimension = {**invented()["dimension"], "time": {"category": {"index": [code]}}}
    frame = tidy(dimension=dimension, size=[1, 1, 2, 1], value=[1, 2])
    assert frame["period"].to_list() == [period] * 2
    assert frame["frequency"].to_list() == [frequency] * 2


def test_a_period_that_is_none_is_named() -> None:
    dimension = {**invented()["dimension"], "time": {"category": {"index": ["2022-X1", "2022-X2"]}}}
    with pytest.raises(InputError, match="`2022-X1` is not a period") as caught:
        tidy(dimension=dimension)
    assert "dimension `time`" in str(caught.value.where)


def test_a_dimension_with_the_role_metric_is_the_measure() -> None:
    dimension = {
        **invented()["dimension"],
        "unit": {
            "category": {
                "index": ["JVR"],
                "label": {"JVR": "Job vacancy rate"},
                "unit": {"JVR": {"label": "%", "decimals": 1}},
            }
        },
    }
    frame = tidy(dimension=dimension, role={"metric": ["unit"], "time": ["time"]})
    assert frame.select("measure", "measure_title", "unit", "decimals").row(0) == (
        "JVR",
        "Job vacancy rate",
        "%",
        1,
    )
    assert "unit_code" not in frame.columns


def test_a_table_without_time_is_refused() -> None:
    dimension = {**invented()["dimension"]}
    dimension["year"] = dimension.pop("time")
    with pytest.raises(InputError, match="no dimension of time"):
        tidy(dimension=dimension, id=["freq", "unit", "geo", "year"])


def test_time_may_have_another_name_when_its_role_says_so() -> None:
    dimension = {**invented()["dimension"]}
    dimension["year"] = dimension.pop("time")
    frame = tidy(dimension=dimension, id=["freq", "unit", "geo", "year"], role={"time": ["year"]})
    assert frame["period"].to_list() == ["2022Q1", "2022Q2"] * 2
