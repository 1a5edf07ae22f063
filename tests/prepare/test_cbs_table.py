"""Tables of CBS as a frame: the recorded ones to the exact value, and each oddity in a small one."""

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cbs_support import (
    WHOLE_TABLE,
    recorded_leiden,
    recorded_rows,
    recorded_vacancies,
    v3_answers,
    v4_answers,
    write_index,
    write_json,
)
from talentstats.errors import InputError
from talentstats.prepare.cbs_table import tidy_cbs
from talentstats.sources.answers import read_answers

SHAPE = ["measure", "measure_title", "unit", "decimals"]
FIGURES = ["period", "frequency", "value", "status", "missing"]
PERIODS = [
    {"Identifier": "2025JJ00", "Title": "2025", "Status": "Definitief"},
    {"Identifier": "2026JJ00", "Title": "2026*", "Status": "Voorlopig"},
]
REGIONS = [{"Identifier": "NL01", "Title": "Nederland"}, {"Identifier": "GM0546", "Title": "Leiden"}]
MEASURES = [{"Identifier": "M1", "Title": "Inwoners", "Unit": "aantal", "Decimals": 0}]


def observation(number: int, value: float | None, **other: Any) -> dict[str, Any]:
    return {
        "Id": number,
        "Measure": "M1",
        "ValueAttribute": "None",
        "Value": value,
        "StringValue": None,
        "RegioS": "NL01",
        "Perioden": "2025JJ00",
        **other,
    }


def small(folder: Path, *observations: Mapping[str, Any], **other: Any) -> pl.DataFrame:
    dimensions = {"RegioS": REGIONS, "Perioden": PERIODS}
    chosen: dict[str, Any] = {"dimensions": dimensions, "measures": MEASURES, **other}
    return tidy_cbs(v4_answers(folder, observations, **chosen))


def test_the_whole_recorded_table_is_read_to_the_exact_value() -> None:
    frame = tidy_cbs(read_answers(WHOLE_TABLE / "index.json"))
    recorded = json.loads((WHOLE_TABLE / "observations-page-1.json").read_text(encoding="utf-8"))["value"]
    assert frame.columns == [
        *SHAPE,
        "SeizoenEnWerkdagcorrectie",
        "SeizoenEnWerkdagcorrectie_title",
        "Perioden",
        "Perioden_title",
        *FIGURES,
    ]
    assert frame.height == len(recorded) == 4046
    keys = ("Measure", "SeizoenEnWerkdagcorrectie", "Perioden", "Value")
    assert frame.select("measure", "SeizoenEnWerkdagcorrectie", "Perioden", "value").rows() == [
        tuple(one[key] for key in keys) for one in recorded
    ]
    assert frame["missing"].null_count() == frame.height
    assert set(frame["frequency"]) == {"quarter", "year"}
    assert set(frame["status"]) == {"definitive"}


def test_the_recorded_slice_of_leiden_equals_the_transcribed_population(tmp_path: Path) -> None:
    frame = tidy_cbs(recorded_leiden(tmp_path / "answers"))
    counted = frame.filter(pl.col("measure") == "M000352")
    # Noordwijkerhout is listed for every year, and has had no inhabitants since 2019.
    gone = counted.filter(pl.col("RegioS") == "GM0576")
    assert counted["RegioS"].n_unique() == 16
    assert gone["missing"].to_list() == ["impossible"] * 8
    named = pl.col("RegioS_title").str.strip_suffix(" (PV)")
    counted = counted.drop_nulls("value").with_columns(named)
    transcribed = pl.read_csv(WHOLE_TABLE.parents[1] / "03759ned/2026-06-23/population.csv").select(
        RegioS_title="region",
        period=pl.col("period").str.head(4),
        transcribed=pl.col("value").cast(pl.Float64),
    )
    both = counted.join(transcribed, on=["RegioS_title", "period"], how="full")
    assert both["value"].to_list() == both["transcribed"].to_list()
    assert both.height == 15 * 8


def test_what_cannot_occur_is_told_from_what_is_secret(tmp_path: Path) -> None:
    frame = small(
        tmp_path,
        observation(0, 0.0),
        observation(1, None, RegioS="GM0546", ValueAttribute="Impossible"),
        observation(2, None, Perioden="2026JJ00", ValueAttribute="Confidential"),
        observation(3, None, RegioS="GM0546", Perioden="2026JJ00", ValueAttribute="NotAvailable"),
    )
    assert frame["value"].to_list() == [0.0, None, None, None]
    assert frame["missing"].to_list() == [None, "impossible", "confidential", "not_available"]
    assert frame["status"].to_list() == ["definitive", "definitive", "provisional", "provisional"]


def test_an_empty_cell_without_a_reason_is_not_a_zero(tmp_path: Path) -> None:
    frame = small(tmp_path, observation(0, None))
    assert frame.select("value", "missing").row(0) == (None, "not_available")


def test_a_reason_that_cbs_did_not_have_before_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="Unknown reason for a missing value `Secret`"):
        small(tmp_path, observation(0, None, ValueAttribute="Secret"))


def test_texts_have_a_column_of_their_own_only_where_there_are_any(tmp_path: Path) -> None:
    measures = [{"Identifier": "M1", "Title": "Code", "DataType": "String", "Unit": "code", "Decimals": 0}]
    texts = small(tmp_path / "texts", observation(0, None, StringValue="CR25  "), measures=measures)
    assert texts.select("value", "text", "missing").row(0) == (None, "CR25", None)
    assert texts.columns[texts.columns.index("value") + 1] == "text"
    assert "text" not in small(tmp_path / "figures", observation(0, 1.0)).columns


def test_a_measure_carries_the_titles_of_its_groups(tmp_path: Path) -> None:
    measures = [
        {"Identifier": "M1", "Title": "Seizoengecorrigeerd", "MeasureGroupId": "G2", "Unit": "x1000"},
        {"Identifier": "M2", "Title": "Seizoengecorrigeerd", "MeasureGroupId": "G3", "Unit": "1 000"},
    ]
    groups = [
        {"Id": "G1", "Title": "Beroepsbevolking", "ParentId": None},
        {"Id": "G2", "Title": "Werkloos", "ParentId": "G1"},
        {"Id": "G3", "Title": "Werkzaam", "ParentId": "G1"},
    ]
    cells = (observation(0, 1.0), observation(1, 2.0, Measure="M2"))
    frame = small(tmp_path / "groups", *cells, measures=measures, groups=groups)
    assert frame["measure_title"].to_list() == [
        "Beroepsbevolking > Werkloos > Seizoengecorrigeerd",
        "Beroepsbevolking > Werkzaam > Seizoengecorrigeerd",
    ]
    assert frame["unit"].to_list() == ["x 1 000"] * 2
    without = small(tmp_path / "without", *cells, measures=measures)
    assert without["measure_title"].to_list() == ["Seizoengecorrigeerd (M1)", "Seizoengecorrigeerd (M2)"]


def test_a_dimension_called_like_a_column_of_ours_keeps_its_code_under_another_name(tmp_path: Path) -> None:
    dimensions = {"Status": [{"Identifier": "A", "Title": "Actief"}], "Perioden": PERIODS}
    frame = small(tmp_path, observation(0, 1.0, Status="A"), dimensions=dimensions)
    assert frame.select("Status_code", "Status_title", "status").row(0) == ("A", "Actief", "definitive")


def test_a_table_without_periods_has_none(tmp_path: Path) -> None:
    frame = small(tmp_path, observation(0, 1.0), dimensions={"RegioS": REGIONS})
    assert frame.select("period", "frequency", "status").row(0) == (None, None, "unknown")


def test_a_code_without_a_list_is_its_own_title(tmp_path: Path) -> None:
    frame = tidy_cbs(recorded_leiden(tmp_path / "answers"))
    assert set(frame["Geslacht_title"]) == {"T001038"}


def test_a_table_without_observations_has_its_columns(tmp_path: Path) -> None:
    frame = small(tmp_path)
    assert frame.height == 0
    assert frame.schema == small(tmp_path / "one", observation(0, 1.0)).schema


@pytest.mark.parametrize("kind", ["UntypedDataSet", "TypedDataSet"])
def test_every_recorded_value_of_the_older_interface_is_there(tmp_path: Path, kind: str) -> None:
    frame = tidy_cbs(recorded_vacancies(tmp_path, kind=kind))
    measures = ("OpenstaandeVacatures_1", "OntstaneVacatures_2", "VervuldeVacatures_3")
    expected = [
        (
            measure,
            row["Bedrijfskenmerken"].strip(),
            row["Perioden"],
            None if row[measure].strip() == "." else float(row[measure]),
        )
        for row in recorded_rows()
        for measure in measures
    ]
    assert frame.select("measure", "Bedrijfskenmerken", "Perioden", "value").rows() == expected
    assert frame.filter(pl.col("value").is_null())["missing"].unique().to_list() == ["not_available"]
    assert frame.columns == [
        *SHAPE,
        "Bedrijfskenmerken",
        "Bedrijfskenmerken_title",
        "Perioden",
        "Perioden_title",
        *FIGURES,
    ]


def older(folder: Path, *cells: Any, kind: str, datatype: str = "Double") -> pl.DataFrame:
    properties: list[dict[str, Any]] = [
        {"ID": 0, "Position": 0, "ParentID": None, "Type": "GeoDimension", "Key": "RegioS", "Title": "Regio"},
        {"ID": 1, "Position": 1, "ParentID": None, "Type": "TimeDimension", "Key": "Perioden", "Title": "P"},
        {
            "ID": 2,
            "Position": None,
            "ParentID": None,
            "Type": "TopicGroup",
            "Key": None,
            "Title": "Bevolking",
        },
        {
            "ID": 3,
            "Position": 2,
            "ParentID": 2,
            "Type": "Topic",
            "Key": "M1",
            "Title": "Inwoners",
            "Datatype": datatype,
            "Unit": "aantal",
            "Decimals": 0,
        },
    ]
    codes = {
        "RegioS": [{"Key": "NL01  ", "Title": "Nederland "}],
        "Perioden": [{"Key": "2025JJ00", "Title": "2025", "Status": "Definitief"}],
    }
    rows = [
        {"ID": at, "RegioS": "NL01  ", "Perioden": "2025JJ00", "M1": cell} for at, cell in enumerate(cells)
    ]
    return tidy_cbs(v3_answers(folder, rows, properties=properties, codes=codes, kind=kind))


def test_both_interfaces_give_one_shape(tmp_path: Path) -> None:
    groups = [{"Id": "G", "Title": "Bevolking", "ParentId": None}]
    measures = [{**MEASURES[0], "MeasureGroupId": "G"}]
    newer = small(tmp_path / "v4", observation(0, 17.0), measures=measures, groups=groups)
    assert older(tmp_path / "typed", 17, kind="TypedDataSet").equals(newer)
    assert older(tmp_path / "untyped", "     17", kind="UntypedDataSet").equals(newer)


def test_the_older_interface_tells_a_point_from_an_empty_cell_only_in_texts(tmp_path: Path) -> None:
    untyped = older(tmp_path / "untyped", "      .", None, "       ", "      0", kind="UntypedDataSet")
    assert untyped["missing"].to_list() == ["not_available", "impossible", "impossible", None]
    assert untyped["value"].to_list() == [None, None, None, 0.0]
    typed = older(tmp_path / "typed", None, 0, kind="TypedDataSet")
    assert typed["missing"].to_list() == ["not_available", None]


def test_texts_of_the_older_interface_are_texts(tmp_path: Path) -> None:
    for kind in ("TypedDataSet", "UntypedDataSet"):
        frame = older(tmp_path / kind, "CR25  ", kind=kind, datatype="String")
        assert frame.select("value", "text", "missing").row(0) == (None, "CR25", None), kind


def test_a_cell_that_is_no_number_is_named_with_its_measure(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="not a number") as caught:
        older(tmp_path, "    1,5", kind="UntypedDataSet")
    assert "`M1`" in str(caught.value.where)


def test_pages_in_another_order_give_the_same_frame(tmp_path: Path) -> None:
    straight = tidy_cbs(recorded_vacancies(tmp_path))
    turned = replace(
        read_answers(tmp_path / "index.json"), pages=read_answers(tmp_path / "index.json").pages[::-1]
    )
    assert tidy_cbs(turned).equals(straight)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ('{"value": [{"Id": 0,', "cannot be read"),
        ('{"values": []}', "cannot be read"),
        ("<html>", "cannot be read"),
        ('{"value": [{"Id": 0, "Measure": "M1", "Value": "x"}]}', "cannot be read"),
        ('{"value": []}', "do not hold what their index says"),
        ('{"value": [{"Id": 0, "Value": 1}]}', "of no measure"),
    ],
)
def test_a_page_that_is_not_one_is_refused_by_name(tmp_path: Path, text: str, problem: str) -> None:
    small(tmp_path, observation(0, 1.0))
    page = tmp_path / "observations-page-1.json"
    page.write_text(text, encoding="utf-8")
    answers = write_index(tmp_path, api="cbs-v4", table="00000NED", pages=[page.name], rows=1)
    with pytest.raises(InputError, match=problem) as caught:
        tidy_cbs(answers)
    assert str(tmp_path) in str(caught.value.where)


@pytest.mark.parametrize("file", ["dimensions.json", "measure-codes.json"])
def test_a_list_that_is_not_one_is_refused_by_name(tmp_path: Path, file: str) -> None:
    small(tmp_path, observation(0, 1.0))
    write_json(tmp_path / file, [{"Wrong": 1}])
    answers = write_index(
        tmp_path, api="cbs-v4", table="00000NED", pages=["observations-page-1.json"], rows=1
    )
    with pytest.raises(InputError, match="not what its interface gives") as caught:
        tidy_cbs(answers)
    assert file in str(caught.value.where)


def test_answers_of_another_provider_are_refused() -> None:
    answers = replace(read_answers(WHOLE_TABLE / "index.json"), api="eurostat")
    with pytest.raises(InputError, match="Unknown interface of CBS `eurostat`"):
        tidy_cbs(answers)


@settings(deadline=None, max_examples=30)
@given(
    st.lists(st.tuples(st.floats(-1e12, 1e12), st.integers(0, 6), st.integers(0, 6)), min_size=1, max_size=20)
)
def test_padding_changes_nothing(
    tmp_path_factory: pytest.TempPathFactory, cells: list[tuple[float, int, int]]
) -> None:
    folder = tmp_path_factory.mktemp("padded")
    padded = [
        observation(at, value, RegioS="GM0546" + " " * left, Measure="M1" + " " * right)
        for at, (value, left, right) in enumerate(cells)
    ]
    frame = small(folder, *padded)
    assert frame["value"].to_list() == [value for value, _, _ in cells]
    assert set(frame["RegioS"]) == {"GM0546"}
    assert set(frame["RegioS_title"]) == {"Leiden"}
    assert set(frame["measure_title"]) == {"Inwoners"}
