from collections.abc import Callable

import pandas as pd
import polars as pl
import pytest

from talentstats.errors import BuildError, InputError, ValidationError
from talentstats.schemas import LABOUR, AcceptedDeviation, Column, TableSchema, Text
from talentstats.validation import ValidatedTable, ValidationResult, validate
from talentstats.validation.conditions import matching
from validation.observations import (
    FLOWS,
    NEW,
    PROVINCES,
    PROVINCES_UNEMPLOYED,
    SNAPSHOTS,
    SURVEY,
    UWV,
    clean_labour,
    place,
    series,
    spoil,
    table,
)

KEY = " + ".join(LABOUR.key)
UNEMPLOYED = place(SURVEY, "unemployed", "2022Q2")
PAYLOAD = "<img src=x onerror=alert(1)>"

CELLS: dict[str, tuple[dict[str, object], set[tuple[str, str]]]] = {
    "text in a number column": ({"value": "n.b."}, {("type", "value")}),
    "text in a date column": ({"vintage": "16 juli"}, {("type", "vintage"), ("required", "vintage")}),
    "fraction in a whole number": ({"row": "2.5"}, {("type", "row"), ("required", "row")}),
    "NaN": ({"value": "NaN"}, {("finite", "value")}),
    "infinity": ({"value": "-inf"}, {("finite", "value")}),
    "missing value in a required column": ({"status": None}, {("required", "status")}),
    "duplicate key": ({"region": "AM98"}, {("key-unique", KEY)}),
    "impossible period": ({"period": "2022Q5"}, {("pattern", "period"), ("measure-period", "period")}),
    "month in a quarterly series": ({"period": "2022M12"}, {("measure-period", "period")}),
    "unknown region": ({"region": "XX99"}, {("pattern", "region")}),
    "mixed units": ({"unit": "percent"}, {("measure-unit", "unit")}),
    "unknown unit": ({"unit": "x1000"}, {("allowed", "unit"), ("measure-unit", "unit")}),
    "negative value": ({"value": "-1"}, {("measure-range", "value")}),
    "value out of range": ({"value": "432"}, {("measure-range", "value")}),
    "unknown measure": (
        {"measure": "uwv_tensoin"},
        {("allowed", "measure")},
    ),
    "unknown method": (
        {"method": "guess"},
        {("allowed", "method"), ("measure-method", "method"), ("one-variant", "adjustment")},
    ),
    "wrong method for the measure": (
        {"method": "register"},
        {("measure-method", "method"), ("one-variant", "adjustment")},
    ),
    "wrong adjustment for the measure": (
        {"adjustment": "SA"},
        {("measure-adjustment", "adjustment"), ("one-variant", "adjustment")},
    ),
    "zero resolution": ({"resolution": 0.0}, {("range", "resolution")}),
    "published before the period began": ({"period": "2031Q1"}, {("period-begun", "period")}),
    "markup in a source": ({"source_url": PAYLOAD}, {("pattern", "source_url")}),
    "markup in a dataset": ({"dataset": PAYLOAD}, {("pattern", "dataset")}),
}

RELATIONS: dict[str, tuple[Callable[[pl.DataFrame], pl.DataFrame], tuple[str, str]]] = {
    "undeclared column": (
        lambda frame: frame.with_columns(pl.lit("1234 AB").alias("postcode")),
        ("columns", "*"),
    ),
    "two methods in one series": (
        lambda frame: spoil(frame, place(SURVEY, "unemployed", "2022Q4"), method="ebb_before_2022"),
        ("one-variant", "adjustment"),
    ),
    "broken flow identity": (
        lambda frame: spoil(frame, place(FLOWS, "vacancies_arisen", "2022Q3"), value=376.0),
        ("flow-identity", "value"),
    ),
    "undeclared gap": (
        lambda frame: frame.filter(~place(FLOWS, "vacancies_open", "2022Q2")),
        ("periods-contiguous", "period"),
    ),
    "vacancies of provinces that do not sum to the country": (
        lambda frame: spoil(frame, place(PROVINCES, "vacancies_open", "2022Q1", region="PV20"), value=26.9),
        ("regional-sum-vacancies", "value"),
    ),
    "unemployed of provinces that do not sum to the country": (
        lambda frame: spoil(
            frame, place(PROVINCES_UNEMPLOYED, "unemployed", "2022Q2", region="PV20"), value=29.0
        ),
        ("regional-sum-unemployed", "value"),
    ),
    "rate that does not fit the count": (
        lambda frame: spoil(frame, place(SURVEY, "unemployment_rate", "2022Q2"), value=4.3),
        ("rate-consistent", "value"),
    ),
    "jump against the previous vintage": (
        lambda frame: spoil(frame, place(NEW, "vacancies_open", "2020Q1"), value=256.4),
        ("revision-size", "value"),
    ),
}


def spoiled_cells() -> pl.DataFrame:
    """Give every corruption a row of its own in a table that is clean otherwise."""
    regions = [*(f"AM{number:02d}" for number in range(1, len(CELLS) + 1)), "AM98"]
    other = {"method": "uwv_indicator", "unit": "ratio", "resolution": 0.01}
    frame = table(*(series(UWV, "uwv_tension", {"2023Q1": 4.32}, region=code, **other) for code in regions))
    frame = frame.with_columns(pl.col("value", "vintage", "row").cast(pl.String))
    for row, (changes, _) in enumerate(CELLS.values(), start=2):
        frame = spoil(frame, pl.col("row") == str(row), **changes)
    return frame


def broken(result: ValidationResult) -> set[tuple[str, str]]:
    return {(one.rule, one.column) for one in result.outcomes if not one.passed}


@pytest.fixture(scope="module")
def clean() -> ValidatedTable:
    return validate(clean_labour(), LABOUR, snapshots=SNAPSHOTS)


def test_a_clean_table_raises_no_alarm(clean: ValidatedTable) -> None:
    assert broken(clean.result) == set()
    assert clean.result.verdict == "passed"
    clean.result.raise_if_critical()


def test_every_rule_had_something_to_check(clean: ValidatedTable) -> None:
    idle = {one.rule for one in clean.result.outcomes if one.n_checked == 0}
    assert idle == {"exceptions-apply"}


def test_the_validated_frame_is_the_frame(clean: ValidatedTable) -> None:
    assert clean.frame.equals(clean_labour())


@pytest.fixture(scope="module")
def broken_per_row() -> dict[int | None, set[tuple[str, str]]]:
    found: dict[int | None, set[tuple[str, str]]] = {}
    for outcome in validate(spoiled_cells(), LABOUR).result.outcomes:
        for failure in outcome.failures:
            found.setdefault(failure.row, set()).add((outcome.rule, outcome.column))
    return found


@pytest.mark.parametrize("name", CELLS)
def test_each_spoiled_cell_is_caught_by_its_rule_and_by_no_other(
    broken_per_row: dict[int | None, set[tuple[str, str]]], name: str
) -> None:
    changes, expected = CELLS[name]
    row = None if "row" in changes else list(CELLS).index(name) + 2
    assert broken_per_row[row] == expected


def test_spoiled_cells_raise_no_alarm_in_other_rows(
    broken_per_row: dict[int | None, set[tuple[str, str]]],
) -> None:
    # The last row is the other half of the duplicate key.
    assert broken_per_row.pop(len(CELLS) + 2) == {("key-unique", KEY)}
    assert len(broken_per_row) == len(CELLS)


@pytest.mark.parametrize("name", RELATIONS)
def test_each_broken_relation_is_caught_by_its_rule_and_by_no_other(name: str) -> None:
    corrupt, expected = RELATIONS[name]
    assert broken(validate(corrupt(clean_labour()), LABOUR).result) == {expected}


def test_an_exception_that_no_longer_applies_is_reported() -> None:
    known = AcceptedDeviation(
        rule="flow-identity", dataset=FLOWS, period="2022Q3", region="NL01", size=6.0, reason="known"
    )
    stale = AcceptedDeviation(
        rule="flow-identity", dataset=FLOWS, period="2022Q4", region="NL01", size=6.0, reason="once"
    )
    frame = spoil(clean_labour(), place(FLOWS, "vacancies_arisen", "2022Q3"), value=364.0)
    result = validate(frame, LABOUR, snapshots=SNAPSHOTS, accepted=[known, stale]).result
    assert broken(result) == {("exceptions-apply", "*")}
    failure = result.critical[0].failures[0]
    assert (failure.file, failure.value) == (
        f"data/raw/{FLOWS}/figures.csv",
        "flow-identity, 2022Q4, NL01, 6: once",
    )


def test_a_failure_names_file_row_column_value_rule_and_remedy() -> None:
    frame = spoil(clean_labour(), UNEMPLOYED, value=338_000.0)
    row = frame.filter(pl.col("value") == 338_000.0)["row"].item()
    result = validate(frame, LABOUR, snapshots=SNAPSHOTS).result
    with pytest.raises(ValidationError) as caught:
        result.raise_if_critical()
    message = str(caught.value)
    for part in (
        f"data/raw/{SURVEY}/figures.csv, row {row}, column `value`: `338000.0` breaks `measure-range`",
        "0 to 1,500",
        "Check figure and unit at the source",
    ):
        assert part in message
    assert caught.value.exit_code == 1


def test_all_failures_are_counted_and_a_bounded_number_is_listed() -> None:
    frame = clean_labour().with_columns(pl.lit("guess").alias("status"))
    result = validate(frame, LABOUR, snapshots=SNAPSHOTS).result
    (outcome,) = result.critical
    assert outcome.n_failed == frame.height
    assert len(outcome.failures) == 20
    per_snapshot = {one.dataset: (one.n_rows, one.n_critical) for one in result.snapshots}
    assert per_snapshot[FLOWS] == (12, 12)
    assert sum(failed for _, failed in per_snapshot.values()) == frame.height


def test_pandas_gives_the_same_result_as_polars() -> None:
    spoiled = spoil(clean_labour(), UNEMPLOYED, unit="percent")
    from_pandas = spoiled.to_pandas()
    assert isinstance(from_pandas, pd.DataFrame)
    assert (
        validate(from_pandas, LABOUR, snapshots=SNAPSHOTS).result
        == validate(spoiled.lazy(), LABOUR, snapshots=SNAPSHOTS).result
    )


def test_values_of_personal_columns_are_counted_and_never_shown() -> None:
    text = Text(nl="postcode", en="postcode")
    schema = TableSchema(
        name="respondents",
        title=text,
        key=("respondent",),
        columns=(
            Column(name="dataset", dtype="text", meaning=text),
            Column(name="row", dtype="integer", meaning=text),
            Column(name="respondent", dtype="text", meaning=text, sensitivity="personal"),
            Column(name="postcode", dtype="text", pattern=r"\d{4}", meaning=text, sensitivity="quasi"),
        ),
    )
    frame = pl.DataFrame(
        {
            "dataset": ["survey"] * 3,
            "row": [2, 3, 4],
            "respondent": ["R-secret", "R-secret", "R-3"],
            "postcode": ["2311", "2311 GJ", "Leiden"],
        }
    )
    result = validate(frame, schema).result
    rows = {one.rule: [failure.row for failure in one.failures] for one in result.critical}
    assert rows == {"pattern": [3, 4], "key-unique": [2, 3]}
    for failure in (failure for outcome in result.critical for failure in outcome.failures):
        assert (failure.withheld, failure.value) == (True, None)
    assert "secret" not in repr(result)
    assert "2311" not in repr(result)


def test_a_validated_table_cannot_be_made_by_hand(clean: ValidatedTable) -> None:
    with pytest.raises(InputError, match="cannot be made by hand"):
        ValidatedTable(frame=clean.frame, schema=LABOUR, result=clean.result, seal=object())


def test_validation_prints_nothing(capfd: pytest.CaptureFixture[str]) -> None:
    validate(clean_labour(), LABOUR)
    assert capfd.readouterr() == ("", "")


def test_a_rule_that_cannot_be_run_is_an_error_and_not_a_pass(monkeypatch: pytest.MonkeyPatch) -> None:
    odd = matching("(", example=None)
    monkeypatch.setattr("talentstats.validation.plan.matching", lambda *_, **__: odd)
    with pytest.raises(BuildError, match="Rule `pattern` on column `dataset` could not be checked"):
        validate(clean_labour(), LABOUR)
