"""The lists of municipalities and larger regions, against the recorded answers of CBS they were read from."""

import csv
import json
import re
from collections import Counter
from datetime import date
from typing import Any

import pytest

from conftest import ROOT

REFERENCE = ROOT / "data" / "reference"
RECORDED = ROOT / "tests" / "recorded" / "03759ned"


def rows_of(name: str) -> list[dict[str, str]]:
    with (REFERENCE / name).open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


@pytest.fixture(scope="module")
def regions() -> dict[str, dict[str, Any]]:
    answer = json.loads((RECORDED / "codes-RegioS.json").read_text(encoding="utf-8"))
    return {region["Identifier"]: region for region in answer["value"]}


def stated(description: str, day: date, other: str) -> list[str]:
    """Return what a description says that moved to or from another municipality on a day."""
    blocks = re.split(r"(?m)^(?=\S.* per \d\d-\d\d-\d{4})", description.replace("\r", ""))
    lines = "".join(block for block in blocks if f"per {day:%d-%m-%Y}" in block.split("\n")[0])
    return re.findall(rf"\({other}\),?\n\.\.\. (.*)", lines)


def numbers(text: str) -> tuple[str, ...]:
    found = (re.search(rf"([\d,]+) {what}", text) for what in ("hectare", "woning", "inwoner"))
    return tuple(match.group(1).replace(",", ".") if match else "" for match in found)


def test_every_move_has_the_numbers_that_cbs_states_for_it(regions: dict[str, dict[str, Any]]) -> None:
    moves = [row for row in rows_of("municipality_changes.csv") if row["kind"] not in ("rename", "closed")]
    assert len(moves) == 1498
    for row in moves:
        if row["kind"] == "repeat":
            continue
        day = date.fromisoformat(row["date"])
        texts = [
            text
            for own, other in ((row["to_code"], row["from_code"]), (row["from_code"], row["to_code"]))
            if own in regions
            for text in stated(regions[own]["Description"], day, other)
        ]
        expected = (row["hectares"], row["dwellings"], row["inhabitants"])
        assert expected in {numbers(text) for text in texts}, row


def test_what_moved_nothing_says_why() -> None:
    rows = rows_of("municipality_changes.csv")
    assert Counter(row["kind"] for row in rows if row["reason"]) == {"repeat": 15, "abroad": 2, "closed": 1}


def test_a_repeated_move_stands_elsewhere_on_its_own_day() -> None:
    rows = rows_of("municipality_changes.csv")
    for row in rows:
        if row["kind"] == "repeat":
            again = [
                other
                for other in rows
                if other["kind"] == "formation"
                and {other["from_code"], other["to_code"]} == {row["from_code"], row["to_code"]}
                and other["inhabitants"] == row["inhabitants"]
            ]
            assert len(again) == 1
            assert again[0]["date"] in row["reason"]


def test_every_code_of_cbs_is_in_the_list_with_its_name(regions: dict[str, dict[str, Any]]) -> None:
    names = {code: region["Title"].removesuffix(" (gemeente)") for code, region in regions.items()}
    ours = {row["code"]: row["name"] for row in rows_of("municipalities.csv")}
    assert ours == {code: name for code, name in names.items() if code.startswith("GM")}


def test_corop_areas_lie_in_the_province_that_cbs_states(regions: dict[str, dict[str, Any]]) -> None:
    parents = {row["region"]: row["parent"] for row in rows_of("hierarchy.csv")}
    corops = [code for code in regions if code.startswith("CR")]
    assert len(corops) == 40
    for code in corops:
        assert regions[code]["DimensionGroupId"] == f"CR{parents[code]}"
    last = {row["municipality"]: row["corop"] for row in rows_of("corop_areas.csv")}
    for code, corop in last.items():
        province = regions[code]["DimensionGroupId"].removeprefix("GM")
        assert parents[corop] == province


def test_a_country_part_names_its_provinces(regions: dict[str, dict[str, Any]]) -> None:
    parents = {row["region"]: row["parent"] for row in rows_of("hierarchy.csv")}
    for province, part in parents.items():
        if province.startswith("PV"):
            name = regions[province]["Title"].removesuffix(" (PV)")
            assert name in regions[part]["Description"]


def test_corop_areas_of_today_are_those_of_the_list_of_municipalities() -> None:
    last = {row["municipality"]: row["corop"] for row in rows_of("corop_areas.csv")}
    today = {row["code"]: row["corop"] for row in rows_of("municipalities.csv") if row["corop"]}
    assert {code: last[code] for code in today} == today


@pytest.mark.parametrize("level", ["CR", "PV"])
def test_moves_between_areas_are_those_that_cbs_lists(regions: dict[str, dict[str, Any]], level: str) -> None:
    """CBS lists under each area what it gained and lost; the sums follow from our lists."""
    parents = {row["region"]: row["parent"] for row in rows_of("hierarchy.csv")}
    histories: dict[str, list[tuple[str, str]]] = {}
    for row in rows_of("corop_areas.csv"):
        histories.setdefault(row["municipality"], []).append((row["from"], row["corop"]))

    def area(code: str, day: str, *, before: bool) -> str:
        corop = [c for start, c in histories[code] if start < day or (start == day and not before)][-1]
        return corop if level == "CR" else parents[corop]

    found: Counter[tuple[str, str, str]] = Counter()
    for row in rows_of("municipality_changes.csv"):
        if row["date"] < "1997" or row["kind"] not in ("formation", "addition", "border"):
            continue
        start = area(row["from_code"], row["date"], before=True)
        end = area(row["to_code"], row["date"], before=False)
        if start != end:
            found[row["date"], start, end] += int(row["inhabitants"])
    for (day, start, end), inhabitants in found.items():
        if day == "2018-09-14":  # CBS lists this one under 1 January 2019.
            continue
        text = regions[start]["Description"].replace("\r", "")
        blocks = re.split(r"(?m)^(?=Grenswijziging per)", text)
        own = [b for b in blocks if b.startswith(f"Grenswijziging per {date.fromisoformat(day):%d-%m-%Y}")]
        listed = re.search(rf"- Over naar .*\({end}\).* (\d+) inwoner", "".join(own))
        assert listed, (day, start, end)
        assert int(listed.group(1)) == inhabitants
