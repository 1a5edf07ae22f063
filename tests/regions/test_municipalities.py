"""Municipalities by year, against what CBS published, and codes carried from one year to another."""

import csv
import json
import shutil
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from conftest import ROOT, SHARED
from talentstats.errors import InputError
from talentstats.regions.boundary_changes import BoundaryChange, ChangeKind, Redrawn
from talentstats.regions.municipalities import Municipalities, read_municipalities
from talentstats.regions.walk import destinations

REFERENCE = ROOT / "data" / "reference"
YEARS = range(1988, 2027)
#: Of 1 January, from CBS's table of changes in the division of the country into municipalities.
PUBLISHED = [
    *(714, 702, 672, 647, 647, 646, 636, 633, 625, 572, 548, 538, 537, 504, 496, 489, 483, 467, 458, 443),
    *(443, 441, 431, 418, 415, 408, 403, 393, 390, 388, 380, 355, 355, 352, 345, 342, 342, 342, 342),
]


@pytest.fixture(scope="module")
def municipalities() -> Municipalities:
    return read_municipalities(REFERENCE)


def codes(*values: str | None) -> pl.Series:
    return pl.Series("municipality", values, dtype=pl.String)


@pytest.mark.parametrize(("year", "published"), list(zip(YEARS, PUBLISHED, strict=True)))
def test_every_year_has_as_many_municipalities_as_cbs_published(
    municipalities: Municipalities, year: int, published: int
) -> None:
    assert len(municipalities.valid_in(year)) == published


def test_a_municipality_that_ends_in_march_is_valid_that_year(municipalities: Municipalities) -> None:
    assert "GM0457" in municipalities.valid_in(2022)
    assert "GM0457" not in municipalities.valid_in(2023)


def test_every_change_leaves_a_municipality_that_existed_for_one_that_exists(
    municipalities: Municipalities,
) -> None:
    known = municipalities.municipalities
    for change in municipalities.changes:
        before = date.fromordinal(change.on.toordinal() - 1)
        assert known[change.from_code].existed_on(before)
        assert known[change.to_code].existed_on(change.on)


def test_the_kind_of_every_change_follows_from_the_list(municipalities: Municipalities) -> None:
    known = municipalities.municipalities
    for change in municipalities.changes:
        before = date.fromordinal(change.on.toordinal() - 1)
        ended = not known[change.from_code].existed_on(change.on)
        new = not known[change.to_code].existed_on(before)
        expected = {
            (True, True): {"formation", "rename"},
            (True, False): {"addition", "closed"},
            (False, False): {"border", "stays"},
            (False, True): {"border"},
        }[ended, new]
        assert change.kind in expected
        assert (change.kind == "stays") == (change.from_code == change.to_code)


def test_a_polder_and_a_register_count_as_areas_but_not_as_municipalities(
    municipalities: Municipalities,
) -> None:
    assert municipalities.areas_in(1994) - municipalities.valid_in(1994) == {"GM0996", "GM0997"}
    assert municipalities.areas_in(1997) == municipalities.valid_in(1997)


def test_every_municipality_that_ended_went_somewhere_with_all_its_inhabitants(
    municipalities: Municipalities,
) -> None:
    for code, known in municipalities.municipalities.items():
        if known.valid_to is not None:
            shares = [part.share for part in municipalities.successors(code, 2026)]
            assert sum(shares) == pytest.approx(1)
            assert shares == sorted(shares, reverse=True)


@pytest.mark.parametrize("year", YEARS)
def test_every_code_of_a_year_leads_to_codes_of_today(municipalities: Municipalities, year: int) -> None:
    valid = pl.Series("municipality", sorted(municipalities.valid_in(year)))
    carried = municipalities.carry(valid, from_year=year, to_year=2026)
    assert set(carried.codes) == municipalities.valid_in(2026)


@pytest.mark.parametrize(
    ("code", "year", "expected"),
    [
        ("GM0576", 2019, [("GM0575", 1.0)]),
        ("GM0546", 2026, [("GM0546", 1.0)]),
        ("GM1921", 2016, [("GM1940", 1.0)]),
        ("GM0241", 2026, [("GM1945", 1.0)]),
        # 5,827, 4,900, 2,149 and 1,442 of the 14,318 inhabitants of Haaren.
        ("GM0788", 2021, [("GM0824", 0.407), ("GM0865", 0.342), ("GM0757", 0.150), ("GM0855", 0.101)]),
        # Graafstroom became part of Molenwaard in 2013, and that of Molenlanden in 2019.
        ("GM0693", 2013, [("GM1927", 1.0)]),
        ("GM0693", 2019, [("GM1978", 1.0)]),
    ],
)
def test_successors_are_those_of_that_year_by_inhabitants(
    municipalities: Municipalities, code: str, year: int, expected: list[tuple[str, float]]
) -> None:
    found = municipalities.successors(code, year)
    assert [part.code for part in found] == [to_code for to_code, _ in expected]
    assert [part.share for part in found] == pytest.approx([share for _, share in expected], abs=5e-4)


def test_shares_multiply_over_two_divisions() -> None:
    def move(on: int, start: str, end: str, inhabitants: int, kind: ChangeKind) -> BoundaryChange:
        return BoundaryChange(
            on=date(on, 1, 1),
            from_code=start,
            to_code=end,
            hectares=1,
            dwellings=1,
            inhabitants=inhabitants,
            kind=kind,
        )

    changes = (
        move(2012, "a", "b", 60, "formation"),
        move(2012, "a", "c", 40, "addition"),
        move(2014, "b", "c", 25, "addition"),
        move(2014, "b", "d", 75, "addition"),
    )
    found = destinations(changes, ["a"], after=date(2011, 1, 1), until=date(2014, 1, 1))["a"]
    assert [part.code for part in found] == ["c", "d"]
    assert [part.share for part in found] == pytest.approx([0.55, 0.45])


def test_codes_are_carried_in_their_order_and_a_gap_stays_a_gap(municipalities: Municipalities) -> None:
    given = codes("GM0620", None, "GM0546", "GM0576", "GM0546")
    carried = municipalities.carry(given, from_year=2018, to_year=2025)
    assert carried.codes.to_list() == ["GM1961", None, "GM0546", "GM0575", "GM0546"]
    assert carried.codes.name == "municipality"
    assert carried.splits == ()


def test_codes_of_the_same_year_stay_as_they_are(municipalities: Municipalities) -> None:
    given = codes("GM0788", "GM0546")
    carried = municipalities.carry(given, from_year=2019, to_year=2019)
    assert carried.codes.to_list() == given.to_list()
    assert (carried.splits, carried.redrawn) == ((), ())


def test_an_empty_column_is_carried_to_an_empty_column(municipalities: Municipalities) -> None:
    carried = municipalities.carry(codes(), from_year=2019, to_year=2025)
    assert carried.codes.len() == 0
    assert carried.codes.dtype == pl.String


def test_a_divided_municipality_counts_in_the_largest_and_is_listed(municipalities: Municipalities) -> None:
    carried = municipalities.carry(codes("GM0788", "GM0788"), from_year=2019, to_year=2025)
    assert carried.codes.to_list() == ["GM0824", "GM0824"]
    (split,) = carried.splits
    assert (split.code, split.to) == ("GM0788", "GM0824")
    assert split.elsewhere == pytest.approx(1 - 5827 / 14318)


def test_a_municipality_that_keeps_its_code_but_grows_is_listed(municipalities: Municipalities) -> None:
    carried = municipalities.carry(codes("GM0575"), from_year=2018, to_year=2019)
    assert carried.codes.to_list() == ["GM0575"]
    assert carried.redrawn == (Redrawn(code="GM0575", gained=16685, lost=0),)


@pytest.mark.parametrize(
    ("code", "from_year", "to_year", "expected"),
    [
        ("GM0855", 2017, 2018, Redrawn(code="GM0855", gained=0, lost=67)),
        ("GM0828", 2024, 2025, None),
        ("GM0772", 2021, 2022, None),
    ],
    ids=["lost", "a-hectare", "land-without-inhabitants"],
)
def test_border_changes_with_inhabitants_are_listed(
    municipalities: Municipalities, code: str, from_year: int, to_year: int, expected: Redrawn | None
) -> None:
    carried = municipalities.carry(codes(code), from_year=from_year, to_year=to_year)
    assert carried.redrawn == (() if expected is None else (expected,))


@pytest.mark.parametrize(
    ("code", "years", "refused"),
    [
        ("GM0788", (2019, 2025), True),
        ("GM0855", (2017, 2018), True),
        ("GM0828", (2024, 2025), False),
        ("GM0576", (2018, 2025), False),
        ("GM0824", (2019, 2025), False),
    ],
    ids=["divided", "lost-inhabitants", "lost-land-only", "merged-whole", "gained-only"],
)
def test_the_rule_whole_refuses_what_did_not_go_whole_to_one(
    municipalities: Municipalities, code: str, years: tuple[int, int], refused: bool
) -> None:
    def carry() -> None:
        municipalities.carry(codes(code), from_year=years[0], to_year=years[1], rule="whole")

    if not refused:
        return carry()
    with pytest.raises(InputError, match=f"`{code}`"):
        carry()
    return None


@pytest.mark.parametrize(
    ("values", "from_year", "to_year", "message"),
    [
        (["GM0576"], 2019, 2025, "`GM0576` became `GM0575` Noordwijk"),
        (["GM0576"], 2019, 2025, "1 January 2019"),
        (["GM1992"], 2021, 2025, "`GM1992` Voorne aan Zee from 2023-01-01"),
        (["GM0788"], 2021, 2025, "`GM0824` Oisterwijk, `GM0865` Vught"),
        (["GM0546"], 2025, 2019, "cannot be carried back"),
        (["GM1992"], 2021, 2025, "was formed from `GM0501` Brielle, `GM0530` Hellevoetsluis, `GM0614`"),
        (["GM0546"], 1987, 2019, "of 1987 are not known"),
        (["GM0546"], 2019, 2031, "of 2031 are not known"),
    ],
)
def test_codes_or_years_that_cannot_be_are_refused(
    municipalities: Municipalities, values: list[str], from_year: int, to_year: int, message: str
) -> None:
    with pytest.raises(InputError, match=message):
        municipalities.carry(codes(*values), from_year=from_year, to_year=to_year)


def test_a_value_that_is_no_code_is_counted_and_never_shown(municipalities: Municipalities) -> None:
    with pytest.raises(InputError, match="2 rows with another value") as caught:
        municipalities.carry(
            codes("GM0546", "Jan Jansen, Leiden", "Jan Jansen, Leiden"), from_year=2019, to_year=2025
        )
    assert "Jansen" not in str(caught.value)
    assert "column `municipality`" in str(caught.value)


def test_the_result_does_not_show_the_codes_of_respondents(municipalities: Municipalities) -> None:
    carried = municipalities.carry(codes("GM0788"), from_year=2019, to_year=2025)
    assert "GM" not in repr(carried)


def test_numbers_are_refused_as_codes(municipalities: Municipalities) -> None:
    with pytest.raises(InputError, match="are texts"):
        municipalities.carry(pl.Series("municipality", [546]), from_year=2019, to_year=2025)


def test_an_unknown_rule_is_refused_with_the_closest(municipalities: Municipalities) -> None:
    with pytest.raises(InputError, match="Did you mean `largest`"):
        municipalities.carry(codes("GM0546"), from_year=2019, to_year=2025, rule="larges")  # type: ignore[arg-type]


def test_a_name_is_that_of_today_or_of_its_last_day(municipalities: Municipalities) -> None:
    assert municipalities.name("GM0518") == "'s-Gravenhage"
    assert municipalities.name("GM0576") == "Noordwijkerhout"
    with pytest.raises(InputError, match="Did you mean `GM0546`"):
        municipalities.name("GM546")


@pytest.mark.parametrize(
    ("code", "region"),
    [
        ("GM0546", "leiden"),
        ("GM0575", "rest"),
        ("GM0518", "the_hague"),
        ("GM0457", "amsterdam"),
        ("GM0017", "groningen"),
        ("GM0153", "twente"),
    ],
)
def test_a_municipality_lies_in_one_region_of_the_survey(
    municipalities: Municipalities, code: str, region: str
) -> None:
    assert municipalities.region_of(code) == region


@pytest.mark.parametrize("year", [2019, 2021, 2023, 2025])
def test_the_regions_divide_the_country(municipalities: Municipalities, year: int) -> None:
    parts = [municipalities.municipalities_of(region, year) for region in municipalities.regions]
    assert sum(map(len, parts)) == len(municipalities.valid_in(year))
    assert {code for part in parts for code in part} == municipalities.valid_in(year)
    assert all(parts)


def test_the_leiden_region_is_that_of_the_groups_of_municipalities(municipalities: Municipalities) -> None:
    with (REFERENCE / "region_groups.csv").open(encoding="utf-8") as stream:
        six = [row["member"] for row in csv.DictReader(stream) if row["group"] == "leiden_six"]
    assert list(municipalities.municipalities_of("leiden", 2025)) == sorted(six)


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("municipalities.csv", "valid_from", "first_day"),
        ("municipalities.csv", "2018-12-31", "2018-13-31"),
        ("municipality_changes.csv", "14304", "many"),
        ("survey/regions.csv", "municipality", "place"),
    ],
)
def test_a_damaged_list_is_refused_by_name(tmp_path: Path, file: str, old: str, new: str) -> None:
    shutil.copytree(REFERENCE, tmp_path, dirs_exist_ok=True)
    path = tmp_path / file
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(InputError, match="list of municipalities cannot be read") as caught:
        read_municipalities(tmp_path)
    assert caught.value.where == str(path)


@pytest.mark.shared
@pytest.mark.skipif(not SHARED.is_dir(), reason="the shared fact sheets are not beside this checkout")
class TestAgainstTheFactSheets:
    def test_corop_areas_and_names_of_2024_are_those_of_the_fact_sheet(
        self, municipalities: Municipalities
    ) -> None:
        with (SHARED / "facts" / "gm_to_corop_2024_from_85755NED.csv").open(encoding="utf-8-sig") as stream:
            sheet = {row["gm"]: row["corop"] for row in csv.DictReader(stream)}
        assert set(sheet) == municipalities.valid_in(2024)
        assert {code: municipalities.municipalities[code].corop for code in sheet} == sheet

    def test_codes_and_names_of_2025_are_those_of_the_boundaries(
        self, municipalities: Municipalities
    ) -> None:
        areas = json.loads((SHARED / "geo" / "gemeente_2025.geojson").read_text(encoding="utf-8"))
        names = {area["properties"]["statcode"]: area["properties"]["statnaam"] for area in areas["features"]}
        assert set(names) == municipalities.valid_in(2025)
        assert {code: municipalities.name(code) for code in names} == names

    def test_every_row_of_the_fact_sheet_is_kept_with_its_numbers(self) -> None:
        def rows(path: Path) -> dict[tuple[str, ...], tuple[str, ...]]:
            with path.open(encoding="utf-8-sig") as stream:
                return {
                    (row["date"], row["from_code"], row["to_code"]): (
                        row["hectares"],
                        row["dwellings"],
                        row["inhabitants"],
                    )
                    for row in csv.DictReader(stream)
                }

        sheet = rows(SHARED / "facts" / "gm_boundary_changes_from_03759ned.csv")
        ours = rows(REFERENCE / "municipality_changes.csv")
        assert len(sheet) == 1498
        assert len(ours.keys() - sheet.keys()) == 33
        # The sheet leaves out the numbers of 27 moves that CBS wrote in another way.
        differing = {move for move, numbers in sheet.items() if ours[move] != numbers}
        assert len(differing) == 27
        assert {sheet[move] for move in differing} == {("", "", "")}
