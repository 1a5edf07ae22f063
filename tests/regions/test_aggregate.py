"""Series over boundary changes in the borders of one year, with what was and was not converted."""

from datetime import date

import polars as pl
import pytest

from conftest import ROOT
from talentstats.errors import InputError
from talentstats.regions.aggregate import aggregate
from talentstats.regions.hierarchy import read_hierarchy
from talentstats.regions.territory_note import territory_note

HIERARCHY = read_hierarchy(ROOT / "data" / "reference")


def persons(*years: int, each: float = 100.0, without: tuple[str, ...] = ()) -> pl.DataFrame:
    rows = [
        (year, code, each)
        for year in years
        for code in sorted(HIERARCHY.municipalities.valid_in(year))
        if code not in without
    ]
    return pl.DataFrame(
        rows, schema={"year": pl.Int64, "region": pl.String, "persons": pl.Float64}, orient="row"
    )


@pytest.mark.parametrize(
    ("region", "year", "expected"),
    [
        # In 2018 the area had Noordwijkerhout too; in 2005 seventeen municipalities lay in it.
        ("CR25", 2026, {2005: 17.0, 2018: 12.0, 2026: 11.0}),
        ("NL01", 2026, {2005: 467.0, 2018: 380.0, 2026: 342.0}),
        ("GM0575", 2019, {2018: 2.0, 2019: 1.0}),
    ],
)
def test_a_series_is_of_the_same_territory_in_every_year(
    region: str, year: int, expected: dict[int, float]
) -> None:
    frame = persons(*expected, each=1.0)
    found = aggregate(frame, to=region, year=year, values=["persons"], hierarchy=HIERARCHY)
    assert dict(found.frame.select("year", "persons").iter_rows()) == pytest.approx(expected)
    assert set(found.frame["region"]) == {region}


def test_a_series_can_be_told_in_the_borders_of_an_earlier_year() -> None:
    found = aggregate(persons(2018, 2020), to="GM0576", year=2018, values=["persons"], hierarchy=HIERARCHY)
    assert found.frame["persons"].to_list() == pytest.approx([100.0, 100 * 16_685 / 42_859])
    assert found.carried == {2018: (), 2020: ("GM0575",)}


def test_the_note_says_what_was_converted_and_what_was_not() -> None:
    found = aggregate(persons(2008, 2026), to="CR25", year=2026, values=["persons"], hierarchy=HIERARCHY)
    assert found.carried[2008] == ("GM0483", "GM0576", "GM0645")
    (doubt,) = found.approximations
    assert (doubt.on, doubt.code, doubt.parts) == (date(2012, 1, 1), "GM0451", (("GM1884", 10),))
    assert found.note == {
        "nl": "Alle jaren zijn omgerekend naar de gemeentegrenzen van 1 januari 2026. "
        "Omgerekende gemeenten: Alkemade, Jacobswoude en Noordwijkerhout. "
        "Grenswijzigingen waarbij samen 10 inwoners van of naar het gebied overgingen, zijn niet verrekend: "
        "het aantal dat bleef, is niet bekend.",
        "en": "All years were converted to the municipal borders of 1 January 2026. "
        "Municipalities converted: Alkemade, Jacobswoude and Noordwijkerhout. "
        "Border changes by which 10 inhabitants in all went into or out of the territory were not converted: "
        "the number that stayed is not known.",
    }


def test_a_border_that_moved_between_two_members_changes_nothing_for_their_sum() -> None:
    """On 1 January 2002 part of Noordwijk, with 53 inhabitants, went to Katwijk; both are in the area."""
    found = aggregate(persons(2001, 2002), to="CR25", year=2002, values=["persons"], hierarchy=HIERARCHY)
    assert found.approximations == ()


def test_a_territory_that_did_not_change_says_so() -> None:
    found = aggregate(
        persons(2020, 2026), to="leiden_six", year=2026, values=["persons"], hierarchy=HIERARCHY
    )
    assert found.frame["persons"].to_list() == [600.0, 600.0]
    assert found.note["nl"] == "Alle jaren gaan over het gebied van 1 januari 2026; er is niets omgerekend."


def test_counts_make_a_border_change_exact() -> None:
    """Of each thousand, 10 came from Uithoorn and 17 went to Teylingen."""
    base = {2011: dict.fromkeys(HIERARCHY.municipalities.valid_in(2011), 1000.0)}
    found = aggregate(
        persons(2011), to="GM1884", year=2012, values=["persons"], base=base, hierarchy=HIERARCHY
    )
    assert found.approximations == ()
    assert found.frame["persons"].to_list() == pytest.approx([100 + 1.0 - 1.7])


def test_figures_that_were_not_published_leave_the_sum_of_their_year_empty() -> None:
    frame = persons(2018, 2019).with_columns(
        pl.when((pl.col("region") == "GM0576") & (pl.col("year") == 2018))
        .then(None)
        .otherwise(pl.col("persons"))
        .alias("persons")
    )
    found = aggregate(frame, to="GM0575", year=2019, values=["persons"], hierarchy=HIERARCHY)
    assert found.frame["persons"].to_list() == [None, 100.0]


def test_a_member_without_a_row_for_a_key_leaves_that_sum_empty() -> None:
    frame = pl.DataFrame(
        [
            (2020, "m", "GM0546", 1.0),
            (2020, "m", "GM0547", 2.0),
            (2020, "f", "GM0546", 4.0),
            *[(2020, sex, code, 1.0) for sex in "mf" for code in ("GM0537", "GM0579", "GM0626", "GM0638")],
        ],
        schema={"year": pl.Int64, "sex": pl.String, "region": pl.String, "persons": pl.Float64},
        orient="row",
    )
    found = aggregate(frame, to="leiden_six", year=2026, values=["persons"], hierarchy=HIERARCHY)
    assert dict(found.frame.select("sex", "persons").iter_rows()) == {"f": None, "m": 7.0}


def test_rows_without_a_figure_for_a_code_that_has_ended_are_no_mistake() -> None:
    empty = pl.DataFrame(
        {"year": [2020], "region": ["GM0576"], "persons": pl.Series([None], dtype=pl.Float64)}
    )
    frame = pl.concat([persons(2020), empty])
    found = aggregate(frame, to="GM0575", year=2020, values=["persons"], hierarchy=HIERARCHY)
    assert found.frame["persons"].to_list() == [100.0]


@pytest.mark.parametrize(
    ("frame", "to", "message"),
    [
        (persons(2018, without=("GM0576",)), "CR25", "no rows for `GM0576`"),
        (persons(2018).with_columns(year=2020), "CR25", "`GM0576` became `GM0575` Noordwijk"),
        (persons(2018).with_columns(pl.col("year").cast(pl.String)), "CR25", "Years are whole numbers"),
        (persons(2018).with_columns(pl.lit(None, pl.Int64).alias("year")), "CR25", "rows without a year"),
        (persons(2018).drop("year"), "CR25", "Unknown column `year`"),
        (persons(2018), "Holland Rijnland", "is the name of 3 regions"),
        (persons(2018), "GM0576", "`GM0576` became `GM0575`"),
        (persons(2018), "CR52", "Unknown region `CR52`"),
    ],
    ids=[
        "missing",
        "other-year",
        "text-years",
        "no-years",
        "no-column",
        "three-meanings",
        "ended",
        "unknown",
    ],
)
def test_what_cannot_be_summed_is_refused(frame: pl.DataFrame, to: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        aggregate(frame, to=to, year=2026, values=["persons"], hierarchy=HIERARCHY)


def test_a_change_that_cannot_be_weighed_wants_a_rule_and_the_note_says_so() -> None:
    frame = persons(2004)
    with pytest.raises(InputError, match="`GM0218` Didam"):
        aggregate(frame, to="CR14", year=2005, values=["persons"], by="dwellings", hierarchy=HIERARCHY)
    found = aggregate(
        frame, to="CR14", year=2005, values=["persons"], by="dwellings", rule="stays", hierarchy=HIERARCHY
    )
    assert "(1)" in found.note["nl"]
    assert "(1)" in found.note["en"]


@pytest.mark.parametrize(
    ("carried", "nl", "en"),
    [
        (["Warmond"], "Omgerekende gemeenten: Warmond.", "Municipalities converted: Warmond."),
        ([f"m{number}" for number in range(13)], "13 gemeenten die", "13 municipalities that"),
    ],
)
def test_the_note_names_municipalities_as_long_as_a_reader_can_take_them_in(
    carried: list[str], nl: str, en: str
) -> None:
    note = territory_note(2026, carried=carried, approximations=(), by="inhabitants")
    assert nl in note["nl"]
    assert en in note["en"]
