import pytest
from hypothesis import given
from hypothesis import strategies as st

from replaying.filters import compiled
from talentstats.errors import InputError
from talentstats.sources.cbs.identifiers import spellings
from talentstats.sources.cbs.size import expected_observations, refuse_too_large, total_code
from talentstats.sources.cbs.table import CC_BY, CbsTable, Dimension, Head
from talentstats.sources.cbs.where import select
from talentstats.sources.staged_answers import Edition

REGIONS = ("NL01", "PV28", "GM0546", "GM0547", "GM0579")
PERIODS = ("2018JJ00", "2019KW01", "2019JJ00", "2020KW01", "2020JJ00", "2021JJ00")


def table(*, padded: bool = False, observations: int | None = None) -> CbsTable:
    """Invent a table; with `padded` its keys are filled up with blanks, as v3 gives them."""
    width = 6 if padded else 0
    return CbsTable(
        head=Head(
            table_id="99001NED",
            title="Invented",
            edition=Edition(version="1", modified="2026-01-01"),
            licence=CC_BY,
            observations=observations,
            body=b"",
        ),
        dimensions=(
            Dimension(name="Geslacht", codes=("T001038", "3000   ", "4000   ")),
            Dimension(name="RegioS", codes=tuple(code.ljust(width) for code in REGIONS)),
            Dimension(name="Perioden", codes=PERIODS),
        ),
        measures=("M000352", "M000365"),
    )


@pytest.mark.parametrize(
    ("where", "text"),
    [
        ({}, None),
        ({"RegioS": ["NL01"]}, "RegioS eq 'NL01'"),
        ({"RegioS": ["NL01", "PV28"]}, "(RegioS eq 'NL01' or RegioS eq 'PV28')"),
        ({"RegioS": ["GM*"]}, "startswith(RegioS,'GM')"),
        ({"Perioden": ["2019JJ00.."]}, "Perioden ge '2019JJ00'"),
        ({"Perioden": ["..2019JJ00"]}, "Perioden le '2019JJ00'"),
        ({"Perioden": ["2019JJ00..2020JJ00"]}, "(Perioden ge '2019JJ00' and Perioden le '2020JJ00')"),
        ({"Measure": ["M000352"]}, "Measure eq 'M000352'"),
        (
            {"RegioS": ["GM*", "NL01"], "Perioden": ["2020JJ00"]},
            "(startswith(RegioS,'GM') or RegioS eq 'NL01') and Perioden eq '2020JJ00'",
        ),
    ],
)
def test_a_slice_becomes_the_words_of_cbs(where: dict[str, list[str]], text: str | None) -> None:
    assert select(table(), where, wide=False).text == text


def test_a_key_goes_out_with_the_blanks_v3_wants_and_comes_back_without() -> None:
    selection = select(table(padded=True), {"RegioS": ["NL01"], "Geslacht": ["3000"]}, wide=True)
    assert selection.text == "Geslacht eq '3000   ' and RegioS eq 'NL01  '"
    assert selection.chosen["RegioS"] == ("NL01",)


def test_a_range_takes_every_code_that_sorts_between() -> None:
    chosen = select(table(), {"Perioden": ["2019JJ00..2020JJ00"]}, wide=False).chosen["Perioden"]
    assert chosen == ("2019KW01", "2019JJ00", "2020JJ00")


@pytest.mark.parametrize(
    ("where", "message"),
    [
        ({"Regios": ["NL01"]}, "Did you mean `RegioS`"),
        ({"RegioS": ["gm0546"]}, "Did you mean `GM0546`"),
        ({"RegioS": ["ZZ*"]}, "no such code in `RegioS`"),
        ({"Perioden": ["2031KW01"]}, "no such code in `Perioden`"),
        ({"Perioden": ["2030JJ00.."]}, "no such code in `Perioden`"),
        ({"RegioS": []}, "no such code in `RegioS`"),
        ({"RegioS": ["NL01", "XX"]}, "no such code in `RegioS`"),
        ({"Measure": ["M1"]}, "no such code in `Measure`"),
    ],
)
def test_what_is_not_there_is_refused_with_what_comes_closest(
    where: dict[str, list[str]], message: str
) -> None:
    with pytest.raises(InputError, match=message):
        select(table(), where, wide=False)


def test_measures_cannot_be_sliced_where_they_are_columns() -> None:
    with pytest.raises(InputError, match="Unknown dimension `Measure`"):
        select(table(), {"Measure": ["M000352"]}, wide=True)


@given(
    codes=st.lists(st.sampled_from(REGIONS), min_size=1, max_size=4),
    patterns=st.lists(st.sampled_from(["GM*", "PV*", "GM05*", "*"]), max_size=2),
    bounds=st.tuples(st.sampled_from(PERIODS), st.sampled_from(PERIODS)).map(sorted),
    padded=st.booleans(),
)
def test_the_filter_lets_through_exactly_the_codes_that_were_chosen(
    codes: list[str], patterns: list[str], bounds: list[str], padded: bool
) -> None:
    source = table(padded=padded)
    where = {"RegioS": [*codes, *patterns], "Perioden": [f"{bounds[0]}..{bounds[1]}"]}
    selection = select(source, where, wide=padded)
    assert selection.text is not None
    test = compiled(selection.text, frozenset({"RegioS", "Perioden"}))
    regions, periods = source.dimensions[1].codes, source.dimensions[2].codes
    passed = {(r.strip(), p) for r in regions for p in periods if test({"RegioS": r, "Perioden": p})}
    assert passed == {
        (region, period) for region in selection.chosen["RegioS"] for period in selection.chosen["Perioden"]
    }


@pytest.mark.parametrize(
    ("observations", "where", "most"),
    [
        (None, {}, 3 * 5 * 6 * 2),
        (170, {}, 170),
        (170, {"Geslacht": ["T001038"]}, 60),
        (50, {"Geslacht": ["T001038"]}, 50),
        (None, {"RegioS": ["GM*"], "Perioden": ["2020JJ00"], "Measure": ["M000352"]}, 9),
    ],
)
def test_the_size_is_known_before_a_figure_is_asked(
    observations: int | None, where: dict[str, list[str]], most: int
) -> None:
    source = table(observations=observations)
    assert expected_observations(source, select(source, where, wide=False)) == most


def test_rows_of_v3_count_for_all_their_measures() -> None:
    source = table(padded=True)
    assert expected_observations(source, select(source, {"RegioS": ["NL01"]}, wide=True)) == 36


def test_a_table_that_is_too_large_is_refused_with_the_command_that_helps() -> None:
    source, where = table(), {"RegioS": ["GM*"]}
    with pytest.raises(InputError) as raised:
        refuse_too_large(source, select(source, where, wide=False), where=where, limit=50)
    message = str(raised.value)
    assert "talentstats fetch cbs 99001NED --where RegioS=GM* --where Geslacht=T001038`" in message
    assert "Perioden (6 codes)" in message
    assert "at most 50" in message


def test_a_dimension_without_a_known_total_has_none() -> None:
    assert total_code(Dimension(name="Perioden", codes=PERIODS)) is None


@pytest.mark.parametrize(
    ("given_id", "tried"),
    [
        ("85224NED", ("85224NED", "85224ned")),
        ("03759ned", ("03759ned", "03759NED")),
        ("83906Eng", ("83906Eng", "83906ENG", "83906eng")),
        (" 80590ned ", ("80590ned", "80590NED")),
        ("00372", ("00372", "00372NED", "00372ned", "00372ENG", "00372eng")),
    ],
)
def test_other_capitals_of_an_id_are_tried(given_id: str, tried: tuple[str, ...]) -> None:
    assert spellings(given_id) == tried


@pytest.mark.parametrize("bad", ["", "NED", "85224NED/Properties", "../85224NED", "85224-NED", "8522 4NED"])
def test_what_is_no_id_is_refused(bad: str) -> None:
    with pytest.raises(InputError, match="no id of a table"):
        spellings(bad)
