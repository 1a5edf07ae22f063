"""The sample has the size asked for, and its parts are together as the population."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

from talentstats.synthetic.people import people_of
from talentstats.synthetic.population import PopulationModel
from talentstats.synthetic.sample import RECRUIT, RETURNING, Sample, draw_sample
from talentstats.synthetic.strata import plan_waves

WAVES = (2019, 2021, 2023, 2025)
SIZES = (2_000, 5_000, 123_456)


@pytest.mark.parametrize("n", SIZES)
def test_strata_add_up_to_the_size_of_the_sample(model: PopulationModel, n: int) -> None:
    for plan in plan_waves(model, n).values():
        assert plan.column("respondents").sum() == n
        assert plan.column("sampled").min() >= 2
        assert (plan.column("sampled") <= plan.column("respondents")).all()
        assert (plan.column("sampled") <= 0.36 * plan.column("psus")).all()


def test_the_population_is_enlarged_by_a_whole_factor_for_a_large_sample(model: PopulationModel) -> None:
    small, large = plan_waves(model, 5_000)[2025], plan_waves(model, 100_000)[2025]
    assert small.factor == 1
    assert large.factor > 1
    assert (large.column("persons") == large.factor * small.column("persons")).all()
    assert (large.column("psus") == large.factor * small.column("psus")).all()


@pytest.mark.parametrize("wave", WAVES)
def test_cells_are_whole_numbers_that_add_up_to_their_stratum(model: PopulationModel, wave: int) -> None:
    plan = plan_waves(model, 5_000)[wave]
    people = people_of(model, plan)
    assert people.counts.dtype.kind == "i"
    assert (people.counts >= 0).all()
    assert (people.counts.sum(1) == plan.column("persons")).all()


@pytest.mark.parametrize("wave", WAVES)
def test_nobody_came_before_they_could(model: PopulationModel, wave: int) -> None:
    plan = plan_waves(model, 5_000)[wave]
    people = people_of(model, plan)
    assert_allclose(people.years.sum(-1), 1)
    years = wave - np.arange(people.bands.size)
    ukraine = plan.column("register") == list(model.settings["registers"]).index("ukraine")
    assert (people.years[ukraine][..., years < 2022] == 0).all()
    young = people.years.reshape(len(plan.strata), *people.shape, -1)[:, :, -1]
    assert (young[..., years < 2008] == 0).all()


def joint_by_origin(sample: Sample, wave: int, model: PopulationModel) -> np.ndarray:
    """Put those who come once, return and join together, as they are on the day of the wave."""
    rows = len(sample.plan.strata)
    shape = sample.people.years.shape
    once, coming, joining = (
        np.diff(sample.chances[part * rows : (part + 1) * rows], axis=1, prepend=0).reshape(shape)
        for part in range(3)
    )
    gap = wave - (model.previous(wave) or wave)
    returning = np.zeros_like(coming)
    returning[:, :, gap:] = coming[:, :, : shape[2] - gap]
    sizes = sample.plan.column("respondents")
    came = (sample.plan.column("n_returning") / sizes)[:, None, None]
    joins = (sample.plan.column("n_recruits") / sizes)[:, None, None]
    return np.asarray((1 - came - joins) * once + came * returning + joins * joining)


@pytest.mark.parametrize("wave", WAVES)
@pytest.mark.parametrize("n", SIZES[:2])
def test_panel_and_others_are_together_as_those_who_answer(model: PopulationModel, wave: int, n: int) -> None:
    sample = draw_sample(model, wave, n=n, seed=3)
    assert_allclose(joint_by_origin(sample, wave, model), sample.people.respondents, atol=1e-12)


@pytest.mark.parametrize("wave", WAVES)
def test_every_sampled_unit_has_respondents_of_its_own_stratum(model: PopulationModel, wave: int) -> None:
    sample = draw_sample(model, wave, n=2_000, seed=3)
    found = np.bincount(sample.unit, minlength=sample.weights.size)
    assert found.min() >= 1
    of_unit = np.repeat(np.arange(len(sample.plan.strata)), sample.plan.column("sampled"))
    assert (of_unit[sample.unit] == sample.stratum).all()


@pytest.mark.parametrize("wave", WAVES)
def test_weights_add_up_to_the_population_but_are_too_low_where_response_is(
    model: PopulationModel, wave: int
) -> None:
    sample = draw_sample(model, wave, n=5_000, seed=3)
    weights = sample.weights[sample.unit]
    assert weights.min() > 0
    assert weights.sum() == pytest.approx(sample.people.counts.sum(), rel=1e-6)
    by_stratum = np.bincount(sample.stratum, weights=weights) / sample.plan.column("persons")
    assert np.corrcoef(by_stratum, sample.people.response_rates)[0, 1] > 0.9


@pytest.mark.parametrize(("first", "second"), [(2019, 2021), (2021, 2023), (2023, 2025)])
def test_waves_share_about_sixty_per_cent_of_their_units(
    model: PopulationModel, first: int, second: int
) -> None:
    one, other = (set(draw_sample(model, wave, n=5_000, seed=wave).units.names) for wave in (first, second))
    assert 0.5 < len(one & other) / min(len(one), len(other)) < 0.75


@pytest.mark.parametrize("wave", WAVES[1:])
def test_about_a_quarter_answered_the_wave_before(model: PopulationModel, wave: int) -> None:
    sample = draw_sample(model, wave, n=5_000, seed=3)
    assert 0.2 < (sample.joined == RETURNING).mean() < 0.28
    assert (sample.joined == RECRUIT).mean() > 0.2
    assert np.isnan(sample.permanent[sample.joined == 0]).all()
    assert not np.isnan(sample.permanent[sample.joined != 0]).any()


def test_the_youngest_answer_less_than_others_of_their_stratum(model: PopulationModel) -> None:
    plan = plan_waves(model, 5_000)[2025]
    people = people_of(model, plan)
    shape = (len(plan.strata), *people.shape)
    youngest = people.counts.reshape(shape)[:, :, -1].sum((1, 2)) / plan.column("persons")
    answering = people.respondents.sum(-1).reshape(shape)[:, :, -1].sum((1, 2))
    assert (answering < 0.98 * youngest).all()
