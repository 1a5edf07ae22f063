"""The population model is read, and names that would change nothing are refused."""

from pathlib import Path

import pytest

from talentstats.errors import InputError
from talentstats.synthetic.population import FILE, PopulationModel, read_population, require_wave


def changed(reference: Path, folder: Path, old: str, new: str) -> Path:
    """Copy the model with one text replaced."""
    text = (reference / FILE).read_text(encoding="utf-8")
    assert old in text
    target = folder / FILE
    target.parent.mkdir(parents=True)
    target.write_text(text.replace(old, new, 1), encoding="utf-8")
    return folder


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('{ region = "leiden", odds = { high', '{ regoin = "leiden", odds = { high', "condition `regoin`"),
        (
            '{ register = "students", odds = { fem',
            '{ register = "student", odds = { fem',
            "category `student`",
        ),
        ("odds = { blue_card = 1.8 }", "odds = { bluecard = 1.8 }", "category `bluecard`"),
        ("shares = { yes = 0.60, no = 0.40 }", "shares = { yes = 0.60, no = 0.50 }", "do not add up to 1"),
        ('{ role = "partner", tilt = -0.8 }', '{ permit = "family", tilt = -0.8 }', "condition `permit`"),
        ('{ role = "partner", tilt = -0.8 }', '{ surroundings = "quiet", tilt = -0.8 }', "`surroundings`"),
        ("waves = [2019, 2021, 2023, 2025]", "waves = [2019, 2021", "cannot be read"),
    ],
)
def test_a_model_that_names_what_is_not_there_is_refused(
    reference: Path, tmp_path: Path, old: str, new: str, said: str
) -> None:
    with pytest.raises(InputError, match=said):
        read_population(changed(reference, tmp_path, old, new))


def test_a_misspelt_category_gets_the_closest_one(reference: Path, tmp_path: Path) -> None:
    spoiled = changed(reference, tmp_path, "odds = { blue_card = 1.8 }", "odds = { blue_crad = 1.8 }")
    with pytest.raises(InputError, match="Did you mean `blue_card`"):
        read_population(spoiled)


def test_an_unknown_wave_is_refused_with_those_there_are(model: PopulationModel) -> None:
    with pytest.raises(InputError, match="no synthetic wave 2022") as raised:
        require_wave(model, 2022)
    assert "`2023` or `2025`" in str(raised.value)


def test_waves_know_their_neighbours(model: PopulationModel) -> None:
    assert [model.previous(wave) for wave in model.waves] == [None, 2019, 2021, 2023]
    assert [model.following(wave) for wave in model.waves] == [2021, 2023, 2025, None]


def test_every_size_says_where_it_comes_from(model: PopulationModel) -> None:
    sources = {name: region["source"] for name, region in model.settings["regions"].items()}
    assert "16,643" in sources["leiden"]
    assert all(sources.values())
