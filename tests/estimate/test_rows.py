import polars as pl
import pytest

import talentstats as ts
from talentstats.errors import InputError
from talentstats.estimate.row_scores import degrees_of_freedom, df_of_part
from talentstats.estimate.rows import read_rows

DRAWN = pl.DataFrame(
    {
        "stratum": ["a", "a", "a", "b", "b", "b"],
        "psu": [30, 10, 20, 5, 6, 7],
        "w": [10.0, 20, 10, 20, 10, 20],
        "answered": [True, True, False, True, True, True],
        "y": [1.0, None, None, 4.0, float("nan"), 6.0],
        "g": ["x", "y", "x", None, "y", "x"],
    }
)
UNITS = ts.SurveyDesign(weight="w", strata="stratum", psu="psu")
PERSONS = ts.SurveyDesign(weight="w", strata="stratum")


@pytest.mark.parametrize("design", [UNITS, PERSONS], ids=["units", "rows"])
def test_every_row_knows_its_sampling_unit(design: ts.SurveyDesign) -> None:
    rows = read_rows(ts.SurveySample(DRAWN, design), numbers="y", categories="g")
    assert rows.units is not None
    strata = rows.units.keys["stratum_0"].to_numpy()[rows.unit]
    assert strata.tolist() == DRAWN["stratum"].to_list()
    if design.units:
        assert rows.units.keys["unit_0"].to_numpy()[rows.unit].tolist() == DRAWN["psu"].to_list()
    assert sorted(rows.unit.tolist()) == list(range(6))


def test_what_is_not_a_number_is_missing_and_counted() -> None:
    rows = read_rows(ts.SurveySample(DRAWN, UNITS), numbers="y", categories="g")
    assert rows.values["y"].to_list() == [1.0, None, None, 4.0, None, 6.0]
    assert rows.gaps == {"y": 3, "g": 1}


def test_who_did_not_respond_is_outside_and_lacks_nothing() -> None:
    sample = ts.adjust_nonresponse(ts.SurveySample(DRAWN, UNITS), "answered", "stratum")
    rows = read_rows(sample, numbers="y")
    assert rows.inside.tolist() == DRAWN["answered"].to_list()
    assert rows.gaps == {"y": 2}
    assert rows.weight.tolist() == pytest.approx([40 / 3, 80 / 3, 0.0, 20.0, 10.0, 20.0])


def test_rows_outside_the_subpopulation_stay() -> None:
    rows = read_rows(ts.SurveySample(DRAWN, UNITS), numbers="y", where={"g": "x"})
    assert rows.inside.tolist() == [True, False, True, False, False, True]
    assert degrees_of_freedom(rows, rows.inside) == 1.0


def test_replicates_of_a_part_carry_the_rank_of_its_weights() -> None:
    sample = ts.make_replicates(ts.SurveySample(DRAWN, UNITS), "JKn")
    rows = read_rows(sample, numbers="y", where={"stratum": "a"})
    whole = sum(float(block.sum()) for block in rows.replicate_weights())
    assert whole == pytest.approx(6 * DRAWN["w"].sum())
    assert (df_of_part(rows, rows.inside), df_of_part(rows, rows.weight > 0)) == (2.0, 4.0)


def test_an_unknown_column_is_refused_with_the_closest() -> None:
    with pytest.raises(InputError, match="Did you mean `stratum`"):
        read_rows(ts.SurveySample(DRAWN, UNITS), categories="strtum")
