"""Chances follow from shares and effects, and draws follow from chances."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

from talentstats.synthetic.chances import Chances, chances_of, draw, spread
from talentstats.synthetic.population import Effect, ModelVariable

AXES = {"region": ("here", "there"), "role": ("works", "studies", "rests")}


def effect(**changes: object) -> Effect:
    plain: dict[str, object] = {"when": {}, "waves": (), "odds": {}, "only": (), "tilt": 0.0}
    return Effect(**(plain | changes))  # type: ignore[arg-type]


def variable(*effects: Effect, shares: tuple[float, ...] = (0.5, 0.3, 0.2), **changes: str) -> ModelVariable:
    return ModelVariable(
        name="answer",
        categories=("a", "b", "c"),
        shares=shares,
        effects=effects,
        otherwise=changes.get("otherwise"),
    )


def test_without_effects_chances_are_the_shares() -> None:
    found = chances_of(variable(), AXES, 2025)
    assert found.axes == ()
    assert_allclose(found.values, [0.5, 0.3, 0.2])


def test_an_effect_multiplies_odds_where_it_holds_and_nowhere_else() -> None:
    found = chances_of(variable(effect(when={"region": ("there",)}, odds={"a": 2.0})), AXES, 2025)
    assert found.axes == ("region",)
    assert_allclose(found.values[0], [0.5, 0.3, 0.2])
    assert_allclose(found.values[1], np.array([1.0, 0.3, 0.2]) / 1.5)


def test_an_effect_of_another_wave_changes_nothing() -> None:
    found = chances_of(variable(effect(waves=(2023,), odds={"a": 2.0})), AXES, 2025)
    assert_allclose(found.values, [0.5, 0.3, 0.2])


def test_only_leaves_nothing_else_even_what_had_no_share() -> None:
    found = chances_of(
        variable(effect(when={"role": ("rests",)}, only=("c",)), shares=(0.6, 0.4, 0.0)), AXES, 2025
    )
    assert_allclose(found.values, [[0.6, 0.4, 0.0], [0.6, 0.4, 0.0], [0.0, 0.0, 1.0]])


def test_a_tilt_moves_answers_up_the_scale() -> None:
    found = chances_of(variable(effect(tilt=1.0)), AXES, 2025).values
    assert found[2] / found[0] == pytest.approx(0.4 * np.exp(2.0))


def test_boxes_have_chances_of_their_own() -> None:
    found = chances_of(variable(effect(odds={"a": 3.0}), otherwise="c"), AXES, 2025)
    assert_allclose(found.values, [0.75, 0.3, 0.2])


def test_draws_have_the_chances_of_their_row() -> None:
    chances = Chances(axes=("region",), values=np.array([[0.2, 0.8], [0.9, 0.1]]))
    uniforms = np.linspace(0, 1, 1000, endpoint=False, dtype=np.float32)
    for region, share in ((0, 0.2), (1, 0.9)):
        drawn = draw(chances, {"region": np.full(1000, region)}, uniforms)
        assert (drawn == 0).mean() == pytest.approx(share, abs=0.002)


def test_what_cannot_occur_is_never_drawn() -> None:
    thirds = np.array([[0.0, 1 / 3, 1 / 3, 1 / 3, 0.0]])
    ends = np.array([0.0, np.nextafter(np.float32(1), np.float32(0))], dtype=np.float32)
    drawn = draw(Chances(axes=("region",), values=thirds), {"region": np.zeros(2, dtype=int)}, ends)
    assert drawn.tolist() == [1, 3]


def test_an_array_is_spread_over_more_axes_in_another_order() -> None:
    values = np.arange(12.0).reshape(3, 2, 2)
    found = spread(values, ("role", "region"), ("region", "sex", "role"))
    assert found.shape == (2, 1, 3, 2)
    assert_allclose(found[1, 0, 2], values[2, 1])
