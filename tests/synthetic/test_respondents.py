"""Respondents answer what they are shown, leave things open, and stay who they were."""

from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from talentstats.codebooks.encode import encode
from talentstats.codebooks.harmonised import Harmonised
from talentstats.errors import InputError
from talentstats.synthetic import respondents
from talentstats.synthetic.block import Block
from talentstats.synthetic.frame import LEAST, MOST, synthetic_file, synthetic_frame
from talentstats.synthetic.population import PopulationModel
from talentstats.synthetic.questionnaire import questionnaire_of
from talentstats.synthetic.sample import draw_sample

MakeFrame = Callable[..., pl.DataFrame]
WAVES = (2019, 2021, 2023, 2025)
FIXED = ("sex", "birth_year_band", "nationality_broad", "country_of_birth", "arrival_year")


@pytest.mark.parametrize("wave", WAVES)
@pytest.mark.parametrize("n", [2_000, 3_001])
def test_there_are_exactly_as_many_respondents_as_asked_for(
    frame_of: MakeFrame, harmonised: Harmonised, wave: int, n: int
) -> None:
    frame = frame_of(wave, n)
    assert frame.height == n
    assert frame["respondent_id"].n_unique() == n
    assert tuple(frame.columns) == harmonised.columns(wave)


@pytest.mark.parametrize("wave", WAVES)
def test_the_routing_of_the_codebook_is_followed(reference: Path, harmonised: Harmonised, wave: int) -> None:
    raw = synthetic_file(wave, n=2_000, seed=4, reference=reference).frame
    questions = harmonised.codebooks[wave].questions
    by_name = {question.name: question for question in questions}
    routed = [question for question in questions if question.asked_if]
    assert routed
    # The last question that everybody gets tells who stopped before the end.
    last = next(one for one in reversed(questions) if one.required and not one.asked_if).columns[0]
    whole = pl.col(last).is_not_null()
    for question in routed:
        open_to = pl.all_horizontal(
            pl.col(by_name[route.question].name).is_in(list(route.codes)).fill_null(value=False)
            for route in question.asked_if
        )
        answered = pl.col(question.columns[0]).is_not_null()
        assert raw.filter(answered & ~open_to).is_empty(), question.name
        assert raw.filter(whole & open_to & ~answered).is_empty(), question.name


@pytest.mark.parametrize("wave", WAVES)
def test_who_stops_sees_nothing_after(reference: Path, harmonised: Harmonised, wave: int) -> None:
    raw = synthetic_file(wave, n=5_000, seed=4, reference=reference).frame
    asked = [one for one in harmonised.codebooks[wave].questions if one.required and not one.asked_if]
    seen = raw.select(pl.col(one.columns[0]).is_not_null().cast(pl.Int8) for one in asked[13:])
    stopped = seen.select(pl.min_horizontal(pl.all()) == 0).to_series()
    assert 0.01 < stopped.sum() / raw.height < 0.04
    for first, second in zip(seen.columns, seen.columns[1:], strict=False):
        assert (seen[first] >= seen[second]).all(), second


@pytest.mark.parametrize("wave", WAVES)
def test_encoding_the_harmonised_wave_gives_the_file_back(
    reference: Path, harmonised: Harmonised, frame_of: MakeFrame, wave: int
) -> None:
    raw = synthetic_file(wave, n=2_000, seed=1, reference=reference).frame
    codebook = harmonised.codebooks[wave]
    again = encode(frame_of(wave, 2_000, 1), codebook, harmonised)
    merged = {
        one.waves[wave].question
        for one in harmonised.in_wave(wave)
        if len(set(one.waves[wave].codes.values())) < len(one.waves[wave].codes)
    }
    same = [
        column
        for question in codebook.questions
        if question.required and question.name not in merged
        for column in question.columns
    ]
    assert len(same) > 40
    assert_frame_equal(again.select(same), raw.select(same), check_dtypes=False)


@pytest.mark.parametrize(("first", "second"), [(2019, 2021), (2021, 2023), (2023, 2025)])
def test_members_of_the_panel_stay_who_they_were(frame_of: MakeFrame, first: int, second: int) -> None:
    before, after = frame_of(first, 5_000, 8), frame_of(second, 5_000, 9)
    both = before.drop_nulls("panel_id").join(after.drop_nulls("panel_id"), on="panel_id", suffix="_after")
    assert both.height > 0.2 * after.height
    for name in (*FIXED, "psu"):
        known = both.drop_nulls([name, f"{name}_after"])
        assert (known[name] == known[f"{name}_after"]).all(), name


def test_nobody_is_in_the_panel_twice(frame_of: MakeFrame) -> None:
    members = frame_of(2025, 5_000, 9)["panel_id"].drop_nulls()
    assert members.n_unique() == members.len()


def test_blocks_do_not_depend_on_each_other(
    model: PopulationModel, harmonised: Harmonised, monkeypatch: pytest.MonkeyPatch
) -> None:
    make = respondents._rows
    monkeypatch.setattr(respondents, "BLOCK", 1_000)
    prepared: list[Block] = []
    monkeypatch.setattr(respondents, "_rows", prepared.append)

    def made(*, backwards: bool) -> dict[int, pl.DataFrame]:
        prepared.clear()
        sample = draw_sample(model, 2025, n=2_500, seed=1)
        list(respondents.blocks(questionnaire_of(model, harmonised, 2025), sample, 1))
        assert [block.size for block in prepared] == [1_000, 1_000, 500]
        order = reversed(prepared) if backwards else prepared
        return {int(block.rows[0]): make(block) for block in order}

    forwards, backwards = made(backwards=False), made(backwards=True)
    for first, frame in forwards.items():
        assert_frame_equal(frame, backwards[first])


def test_another_seed_gives_other_people(frame_of: MakeFrame) -> None:
    assert not frame_of(2025, 2_000, 1).equals(frame_of(2025, 2_000, 2))


@pytest.mark.parametrize("wave", WAVES)
def test_reasons_for_no_answer_are_those_of_the_codebook(frame_of: MakeFrame, wave: int) -> None:
    frame = frame_of(wave, 5_000, 8)
    asked = frame.filter(pl.col("income_band__missing").ne_missing("not_shown"))
    refused = asked.filter(income_band__missing="refused")
    assert 0.09 < refused.height / asked.height < 0.17
    assert frame["sex__missing"].null_count() == frame.height


def test_contact_columns_hold_nothing_that_can_be_real(reference: Path) -> None:
    raw = synthetic_file(2025, n=2_000, seed=1, reference=reference).frame
    assert raw["email"].drop_nulls().str.ends_with("@example.org").all()
    assert raw["comments"].drop_nulls().str.starts_with("(synthe").all()
    assert (raw["synthetic"] == 1).all()
    assert (raw["wave"] == 2025).all()


@pytest.mark.parametrize(
    ("wave", "n", "seed", "said"),
    [
        (2025, LEAST - 1, 1, "that many respondents"),
        (2025, MOST + 1, 1, "that many respondents"),
        (2025, 2_000, -1, "seed"),
        (2022, 2_000, 1, "no synthetic wave 2022"),
    ],
)
def test_what_cannot_be_made_is_refused(reference: Path, wave: int, n: int, seed: int, said: str) -> None:
    with pytest.raises(InputError, match=said):
        synthetic_frame(wave, n=n, seed=seed, reference=reference)


def test_municipalities_are_those_of_the_year(frame_of: MakeFrame) -> None:
    old, new = (set(frame_of(wave, 5_000, 8)["municipality"]) for wave in (2019, 2025))
    assert {"GM0457", "GM0398"} <= old
    assert not {"GM0457", "GM0398"} & new
    assert "GM1980" in new
