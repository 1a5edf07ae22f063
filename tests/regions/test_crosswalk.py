"""Figures by municipality of one year written in the municipalities of another: totals, shares, refusals."""

import json
from datetime import date
from itertools import groupby

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conftest import ROOT
from talentstats.errors import InputError
from talentstats.regions.boundary_changes import BoundaryChange, ChangeKind
from talentstats.regions.crosswalk import crosswalk
from talentstats.regions.day_shares import day_shares
from talentstats.regions.municipalities import Municipalities, read_municipalities
from talentstats.regions.territory import changes_without_weights, territory_changes

KNOWN = read_municipalities(ROOT / "data" / "reference")
YEARS = st.integers(1988, 2026)
few = settings(deadline=None, max_examples=12, derandomize=True)


def stocks(year: int, *, seed: int = 7) -> pl.DataFrame:
    codes = sorted(KNOWN.areas_in(year))
    return pl.DataFrame(
        {
            "region": codes,
            "persons": [1000 + (seed * 7919 * (place + 1)) % 90001 for place in range(len(codes))],
        }
    )


def move(
    start: str, end: str, inhabitants: int | None, kind: ChangeKind, on: date = date(2020, 1, 1)
) -> BoundaryChange:
    return BoundaryChange(
        on=on, from_code=start, to_code=end, hectares=1.0, dwellings=1, inhabitants=inhabitants, kind=kind
    )


def test_all_moves_since_1988_applied_forwards_keep_the_national_total() -> None:
    persons = {code: 50_000.0 + place for place, code in enumerate(sorted(KNOWN.areas_in(1988)))}
    total, moves_made = sum(persons.values()), 0
    for _, moves in groupby(KNOWN.changes, key=lambda change: change.on):
        day = day_shares(own := tuple(moves), by="inhabitants", counts=lambda _: None)
        after: dict[str, float] = {}
        for code, count in persons.items():
            for end, share in day.shares.get(code, {code: 1.0}).items():
                after[end] = after.get(end, 0.0) + count * share
        persons, moves_made = after, moves_made + len(own)
        assert sum(persons.values()) == pytest.approx(total, rel=1e-12)
    # 1,498 moves, less 15 that CBS repeats and 2 abroad; 32 new codes and the register that was closed.
    assert moves_made == 1498 - 17 + 33
    assert set(persons) == KNOWN.areas_in(2026)


def test_what_cbs_counted_moves_the_same_numbers_as_the_shares_do() -> None:
    """Subtract and add every counted move; with the numbers before each day, shares give the same."""
    persons = dict.fromkeys(KNOWN.areas_in(1988), 2000000.0)
    for _, moves in groupby(KNOWN.changes, key=lambda change: change.on):
        own = tuple(moves)
        borders = [one for one in own if one.kind == "border"]
        weighed = {one.from_code for one in own if one.kind == "stays"}
        day = day_shares(own, by="inhabitants", counts=persons.get)
        for one in borders:
            if one.from_code not in weighed and one.inhabitants:
                share = day.shares[one.from_code][one.to_code]
                assert share * persons[one.from_code] == pytest.approx(one.inhabitants)
        after: dict[str, float] = {}
        for code, count in persons.items():
            for end, share in day.shares.get(code, {code: 1.0}).items():
                after[end] = after.get(end, 0.0) + count * share
        persons = {code: max(count, 2_000_000.0) for code, count in after.items()}


def test_noordwijk_of_2019_is_noordwijk_and_noordwijkerhout_of_2018() -> None:
    counted = pl.DataFrame({"region": ["GM0575", "GM0576"], "persons": [26_174, 16_685]})
    way = crosswalk(2018, 2019, codes=["GM0575", "GM0576"], municipalities=KNOWN)
    carried = way.apply(counted, values=["persons"], whole=True)
    assert carried.rows() == [("GM0575", 42_859)]
    cells = json.loads(
        (ROOT / "tests/recorded/03759ned/observations-leiden-subset.json").read_text(encoding="utf-8")
    )["value"]
    (published,) = [
        cell["Value"]
        for cell in cells
        if (cell["RegioS"], cell["Perioden"], cell["Measure"]) == ("GM0575", "2019JJ00", "M000352")
    ]
    assert published == 42_859


def test_noordwijk_of_2019_is_taken_apart_as_it_was_put_together() -> None:
    way = crosswalk(2019, 2018, codes=["GM0575"], municipalities=KNOWN)
    frame = pl.DataFrame({"region": ["GM0575"], "persons": [42_859]})
    assert way.apply(frame, values=["persons"], whole=True).rows() == [("GM0575", 26_174), ("GM0576", 16_685)]


@given(
    YEARS,
    YEARS,
    st.sampled_from(["inhabitants", "dwellings", "hectares"]),
    st.sampled_from(["stays", "equal"]),
)
@few
def test_shares_sum_to_one_and_lead_to_the_areas_of_the_other_year(
    from_year: int, to_year: int, by: str, rule: str
) -> None:
    way = crosswalk(from_year, to_year, by=by, rule=rule, municipalities=KNOWN)  # type: ignore[arg-type]
    assert set(way.ways) == KNOWN.areas_in(from_year)
    for shares in way.ways.values():
        assert sum(shares.values()) == pytest.approx(1, abs=1e-12)
        assert set(shares) <= KNOWN.areas_in(to_year)
        assert min(shares.values()) > 0


@given(YEARS, YEARS, st.integers(1, 500))
@few
def test_totals_are_kept_between_any_two_years(from_year: int, to_year: int, seed: int) -> None:
    frame = stocks(from_year, seed=seed)
    way = crosswalk(from_year, to_year, rule="stays", municipalities=KNOWN)
    exact = way.apply(frame, values=["persons"])
    whole = way.apply(frame, values=["persons"], whole=True)
    total = frame["persons"].sum()
    assert exact["persons"].sum() == pytest.approx(total, rel=1e-12)
    assert whole["persons"].sum() == total
    assert whole["persons"].dtype == pl.Int64
    assert ((whole["persons"] - exact["persons"]).abs() < 20).all()


@given(st.lists(YEARS, min_size=3, max_size=3))
@few
def test_two_crosswalks_after_each_other_are_one(years: list[int]) -> None:
    first, middle, last = sorted(years)
    for one, two, three in ((first, middle, last), (last, middle, first)):
        direct = crosswalk(one, three, rule="stays", municipalities=KNOWN)
        joined = crosswalk(one, two, rule="stays", municipalities=KNOWN).combine(
            crosswalk(two, three, rule="stays", municipalities=KNOWN)
        )
        assert joined.ways.keys() == direct.ways.keys()
        for code, shares in direct.ways.items():
            assert joined.ways[code] == pytest.approx(shares, abs=1e-12)
        assert joined.approximations == direct.approximations


def test_counts_go_forth_and_back_unchanged_where_all_parts_were_counted() -> None:
    """Six municipalities of 2018 that were joined in 2019 and 2021, taken apart by the same numbers."""
    persons = {"GM0575": 26_174, "GM0576": 16_685, "GM0545": 21_248, "GM0620": 20_444, "GM0707": 14_020}
    frame = pl.DataFrame({"region": list(persons), "persons": list(persons.values())})
    there = crosswalk(2018, 2019, codes=persons, municipalities=KNOWN).apply(frame, values=["persons"])
    back = crosswalk(2019, 2018, codes=there["region"], municipalities=KNOWN).apply(there, values=["persons"])
    assert dict(back.iter_rows()) == pytest.approx(persons, rel=1e-12)


def test_counts_go_forth_and_back_with_the_numbers_that_stayed() -> None:
    frame = stocks(2018)
    base = {2018: dict(frame.iter_rows())}
    there = crosswalk(2018, 2019, base=base, municipalities=KNOWN)
    assert there.approximations == {}
    assert there.ways["GM0394"] == {"GM0394": 1.0}


@pytest.mark.parametrize(
    ("base", "share", "listed"),
    [({}, 0.0, True), ({2011: {"GM0451": 28_000.0}}, 10 / 28_000, False)],
    ids=["without-counts", "with-counts"],
)
def test_a_border_change_moves_what_cbs_counted_only_if_it_is_known_how_many_stayed(
    base: dict[int, dict[str, float]], share: float, listed: bool
) -> None:
    way = crosswalk(2011, 2012, base=base, codes=["GM0451"], municipalities=KNOWN)
    assert way.ways["GM0451"].get("GM1884", 0.0) == pytest.approx(share)
    assert bool(way.approximations) == listed
    if listed:
        (doubt,) = way.approximations["GM0451"]
        assert (doubt.on, doubt.parts, doubt.reason) == (date(2012, 1, 1), (("GM1884", 10),), "neglected")


def test_counts_that_are_smaller_than_what_moved_are_refused() -> None:
    with pytest.raises(InputError, match="at least 10 in `GM0451`"):
        crosswalk(2011, 2012, base={2011: {"GM0451": 3.0}}, municipalities=KNOWN)


@pytest.mark.parametrize(("by", "expected"), [("inhabitants", 1), ("dwellings", 19), ("hectares", 6)])
def test_changes_without_weights_are_listed(by: str, expected: int) -> None:
    listed = changes_without_weights(by=by, municipalities=KNOWN)  # type: ignore[arg-type]
    assert len(listed) == expected


@pytest.mark.parametrize(
    ("rule", "shares"),
    [("stays", {"GM1955": 1.0}), ("equal", {"GM1955": 0.5, "GM0299": 0.5})],
)
def test_a_change_without_weights_is_refused_unless_a_rule_is_given(
    rule: str, shares: dict[str, float]
) -> None:
    """CBS does not say how many dwellings of Didam went to Zevenaar."""
    with pytest.raises(InputError, match="`GM0218` Didam with `GM0299` and `GM1955` on 2005-01-01") as caught:
        crosswalk(2004, 2005, by="dwellings", codes=["GM0218"], municipalities=KNOWN)
    assert 'rule="stays"' in str(caught.value)
    way = crosswalk(2004, 2005, by="dwellings", codes=["GM0218"], rule=rule, municipalities=KNOWN)  # type: ignore[arg-type]
    assert way.ways["GM0218"] == pytest.approx(shares)
    assert way.approximations["GM0218"][0].reason == "uncounted"


def test_a_change_without_weights_does_not_stop_a_crosswalk_that_does_not_need_it() -> None:
    way = crosswalk(2004, 2006, by="dwellings", codes=["GM0546", "GM0575"], municipalities=KNOWN)
    assert way.ways == {"GM0546": {"GM0546": 1.0}, "GM0575": {"GM0575": 1.0}}


def test_a_municipality_that_took_in_another_is_not_taken_apart_without_its_number() -> None:
    with pytest.raises(InputError, match="`GM0824` Oisterwijk with `GM0788` on 2021-01-01"):
        crosswalk(2021, 2020, codes=["GM0824"], municipalities=KNOWN)
    base = {2020: {"GM0824": 26_173.0}}
    way = crosswalk(2021, 2020, codes=["GM0824"], base=base, municipalities=KNOWN)
    assert way.ways["GM0824"] == pytest.approx({"GM0824": 26_173 / 32_000, "GM0788": 5_827 / 32_000})


@pytest.mark.parametrize(
    ("moves", "backwards", "expected"),
    [
        (
            (move("a", "b", 30, "formation"), move("a", "c", 70, "formation")),
            False,
            {"a": {"b": 0.3, "c": 0.7}},
        ),
        (
            (move("a", "c", 30, "formation"), move("b", "c", 90, "formation")),
            True,
            {"c": {"a": 0.25, "b": 0.75}},
        ),
        ((move("a", "b", 0, "border"),), False, {"a": {"a": 1.0}}),
        ((move("a", "b", 5, "border"),), False, {"a": {"a": 1.0}}),
        ((move("a", "b", 5, "border"), move("a", "a", 15, "stays")), False, {"a": {"a": 0.75, "b": 0.25}}),
        ((move("a", "b", None, "rename"),), True, {"b": {"a": 1.0}}),
    ],
    ids=["divided", "joined", "land-only", "not-known", "known", "renamed"],
)
def test_the_moves_of_a_day_become_shares(
    moves: tuple[BoundaryChange, ...], backwards: bool, expected: dict[str, dict[str, float]]
) -> None:
    day = day_shares(moves, by="inhabitants", counts=lambda _: None, backwards=backwards)
    assert {code: day.shares[code] for code in expected} == expected


@pytest.mark.parametrize(
    ("codes", "years", "message"),
    [
        (["GM0576"], (2020, 2026), "`GM0576` became `GM0575` Noordwijk"),
        (["GM1992"], (2020, 2026), "`GM1992` was formed from `GM0501` Brielle"),
        (["GM9999"], (2020, 2026), "Unknown municipality `GM9999`"),
        (["GM0546"], (1987, 2026), "of 1987 are not known"),
        (["GM0546"], (2020, 2027), "of 2027 are not known"),
    ],
    ids=["abolished", "future", "unknown", "year-too-early", "year-too-late"],
)
def test_codes_and_years_that_cannot_be_are_refused(
    codes: list[str], years: tuple[int, int], message: str
) -> None:
    with pytest.raises(InputError, match=message):
        crosswalk(*years, codes=codes, municipalities=KNOWN)


@pytest.mark.parametrize(
    ("option", "value", "near"), [("by", "inhabitant", "inhabitants"), ("rule", "stay", "stays")]
)
def test_an_unknown_option_is_refused_with_the_closest(option: str, value: str, near: str) -> None:
    with pytest.raises(InputError, match=f"Did you mean `{near}`"):
        crosswalk(2018, 2019, municipalities=KNOWN, **{option: value})  # type: ignore[arg-type]


class TestFrames:
    WAY = crosswalk(2018, 2019, codes=["GM0546", "GM0575", "GM0576"], municipalities=KNOWN)

    @staticmethod
    def frame(*rows: tuple[str, str, int | None]) -> pl.DataFrame:
        return pl.DataFrame(
            rows, schema={"sex": pl.String, "region": pl.String, "persons": pl.Int64}, orient="row"
        )

    def test_other_columns_are_kept_as_keys_in_the_order_of_the_columns(self) -> None:
        frame = self.frame(("m", "GM0575", 5), ("m", "GM0576", 7), ("f", "GM0575", 1), ("f", "GM0576", 2))
        carried = self.WAY.apply(frame, values=["persons"])
        assert carried.rows() == [("f", "GM0575", 3.0), ("m", "GM0575", 12.0)]
        assert carried.columns == frame.columns

    def test_a_part_that_was_not_published_leaves_the_whole_empty(self) -> None:
        frame = self.frame(("m", "GM0575", 5), ("m", "GM0576", None), ("m", "GM0546", 9))
        assert self.WAY.apply(frame, values=["persons"])["persons"].to_list() == [9.0, None]

    def test_a_missing_part_is_refused_or_left_empty(self) -> None:
        frame = self.frame(("m", "GM0575", 5), ("m", "GM0546", 9))
        with pytest.raises(InputError, match="1 without all of their parts, such as `GM0575`"):
            self.WAY.apply(frame, values=["persons"])
        assert self.WAY.apply(frame, values=["persons"], missing="gap").rows() == [
            ("m", "GM0546", 9.0),
            ("m", "GM0575", None),
        ]

    @pytest.mark.parametrize(
        ("rows", "options", "message"),
        [
            ((("m", "NL01", 5),), {}, "Regions that the crosswalk from 2018 does not have"),
            ((("m", "GM0546", 5), ("m", "GM0546", 6)), {}, "2 rows that share these"),
            ((("m", "GM0546", 5),), {"values": ["sex"]}, "`sex` with other values"),
            ((("m", "GM0546", 5),), {"values": []}, "no columns"),
            ((("m", "GM0546", 5),), {"values": ["person"]}, "Did you mean `persons`"),
            ((("m", "GM0546", 5),), {"region": "area"}, "Unknown column `area`"),
            ((("m", "GM0546", 5),), {"missing": "gaps"}, "Did you mean `gap`"),
        ],
    )
    def test_a_frame_that_does_not_fit_is_refused(
        self, rows: tuple[tuple[str, str, int], ...], options: dict[str, object], message: str
    ) -> None:
        with pytest.raises(InputError, match=message):
            self.WAY.apply(self.frame(*rows), **{"values": ["persons"], **options})  # type: ignore[arg-type]

    def test_numbers_that_do_not_add_up_are_refused(self) -> None:
        frame = pl.DataFrame({"region": ["GM0546"], "persons": [float("nan")]})
        with pytest.raises(InputError, match="The total of `persons` is not kept"):
            self.WAY.apply(frame, values=["persons"])

    def test_whole_numbers_want_integers(self) -> None:
        frame = pl.DataFrame({"region": ["GM0546"], "persons": [1.5]})
        with pytest.raises(InputError, match="columns with integers"):
            self.WAY.apply(frame, values=["persons"], whole=True)

    def test_a_frame_without_the_polder_and_the_register_is_complete(self) -> None:
        frame = stocks(1990).filter(~pl.col("region").is_in(["GM0996", "GM0997"]))
        carried = crosswalk(1990, 2026, municipalities=KNOWN).apply(frame, values=["persons"])
        assert carried.height == 342


@pytest.mark.parametrize(
    ("other", "message"),
    [
        ((2020, 2026, "inhabitants", None), "one from 2019 by inhabitants"),
        ((2019, 2026, "hectares", None), "one from 2019 by hectares"),
        ((2019, 2026, "inhabitants", ["GM0546"]), "none for `GM0575`"),
    ],
)
def test_crosswalks_that_do_not_join_are_refused(
    other: tuple[int, int, str, list[str] | None], message: str
) -> None:
    first = crosswalk(2018, 2019, codes=["GM0575", "GM0576"], municipalities=KNOWN)
    start, end, by, codes = other
    second = crosswalk(start, end, by=by, codes=codes, rule="stays", municipalities=KNOWN)  # type: ignore[arg-type]
    with pytest.raises(InputError, match=message):
        first.combine(second)


def test_the_shares_of_an_unknown_municipality_are_refused() -> None:
    way = crosswalk(2018, 2019, codes=["GM0575"], municipalities=KNOWN)
    with pytest.raises(InputError, match="municipality of 2018 `GM0576`"):
        way.shares("GM0576")


@pytest.mark.parametrize(
    ("code", "years", "expected"),
    [
        ("GM0575", (2018, 2019), ["GM0576"]),
        ("GM0575", (2019, 2018), ["GM0576"]),
        ("GM0575", (2019, 2026), []),
        ("GM0537", (2001, 2006), ["GM0575", "GM0602", "GM0619"]),
    ],
)
def test_a_code_that_kept_its_name_but_not_its_territory_is_recognised(
    code: str, years: tuple[int, int], expected: list[str]
) -> None:
    changes = territory_changes(code, *years, municipalities=KNOWN)
    assert sorted({change.from_code for change in changes} - {code}) == expected


def test_the_territory_of_a_code_that_ended_is_refused_with_its_successor() -> None:
    with pytest.raises(InputError, match="`GM0576` became `GM0575`"):
        territory_changes("GM0576", 2018, 2019, municipalities=KNOWN)


def test_a_list_of_its_own_can_be_given() -> None:
    known = Municipalities(municipalities=KNOWN.municipalities, changes=(), survey_regions={})
    assert crosswalk(2018, 2018, codes=["GM0576"], municipalities=known).ways == {"GM0576": {"GM0576": 1.0}}
