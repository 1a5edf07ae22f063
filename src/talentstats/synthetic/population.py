"""The population model as `data/reference/survey/population.toml` declares it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from talentstats.declared import reading
from talentstats.errors import InputError, join_options, unknown_name

FILE = Path("survey", "population.toml")
#: Axes that are no answers: where somebody is sampled.
SURROUNDINGS = "surroundings"
PLACES = ("region", "register", SURROUNDINGS)
#: What the margins and the response know of somebody.
REGISTERED = ("sex", "birth_year_band", "nationality_group")
#: Years since arrival, in bands of years.
ARRIVAL = "arrival"

_BAND = re.compile(r"(\d+)-(\d+)")
_EXPECTED = "the population model as docs/survey/synthetic.md describes it"


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """Where its conditions hold, odds of categories are multiplied.

    Attributes
    ----------
    when : mapping of axis to categories
    waves : tuple of int
        Waves in which it holds; empty means all.
    odds : mapping of category to factor
    only : tuple of str
        Categories that remain; empty means all.
    tilt : float
        Moves answers along an ordered scale: logarithm of the odds at its highest end.
    """

    when: Mapping[str, tuple[str, ...]]
    waves: tuple[int, ...]
    odds: Mapping[str, float]
    only: tuple[str, ...]
    tilt: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelVariable:
    """One variable of the model: shares at the reference and what changes them.

    Attributes
    ----------
    categories : tuple of str
        Codes; of a scale its points from the lowest, of a number its bands.
    otherwise : str or None
        Of a question with several answers: the option of those who tick nothing else.
    """

    name: str
    categories: tuple[str, ...]
    shares: tuple[float, ...]
    effects: tuple[Effect, ...]
    otherwise: str | None

    @property
    def bands(self) -> tuple[tuple[int, int], ...]:
        """First and last value of each band of a number."""
        found = [_BAND.fullmatch(category) for category in self.categories]
        return tuple((int(match[1]), int(match[2])) for match in found if match)


@dataclass(frozen=True, slots=True, kw_only=True)
class Derived:
    """Categories that follow from another variable."""

    source: str
    values: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class PopulationModel:
    """Everything the generator knows; `settings` are the tables of the file that need no type of their own.

    Attributes
    ----------
    core : mapping of name to ModelVariable
        What other answers depend on, each on those before it.
    answers : mapping of name to ModelVariable
    derived : mapping of name to Derived
    asked_as : mapping of (wave, variable) to mapping
        What people said where a wave did not offer a category.
    """

    path: Path
    waves: tuple[int, ...]
    core: Mapping[str, ModelVariable]
    answers: Mapping[str, ModelVariable]
    derived: Mapping[str, Derived]
    asked_as: Mapping[tuple[int, str], Mapping[str, str]]
    settings: Mapping[str, Any]

    @property
    def axes(self) -> dict[str, tuple[str, ...]]:
        """Categories of everything an effect can have a condition on."""
        places = {
            "region": tuple(self.settings["regions"]),
            "register": tuple(self.settings["registers"]),
            "surroundings": tuple(self.settings["surroundings"]),
        }
        return places | {name: variable.categories for name, variable in self.core.items()}

    def variable(self, name: str) -> ModelVariable:
        """Return a variable, of the core or an answer."""
        return self.core[name] if name in self.core else self.answers[name]

    def previous(self, wave: int) -> int | None:
        """Return the wave before, or None for the first."""
        place = self.waves.index(wave)
        return self.waves[place - 1] if place else None

    def following(self, wave: int) -> int | None:
        """Return the wave after, or None for the last."""
        place = self.waves.index(wave) + 1
        return self.waves[place] if place < len(self.waves) else None


def read_population(reference: Path) -> PopulationModel:
    """Read the population model.

    Parameters
    ----------
    reference : Path
        The folder `data/reference` of the project.

    Raises
    ------
    InputError
        If the file cannot be read, or an effect names something that the model does not have.
    """
    path = reference / FILE
    with reading(path, what="The population model", expected=_EXPECTED) as content:
        model = PopulationModel(
            path=path,
            waves=tuple(content["waves"]),
            core={name: _variable(name, entry) for name, entry in content["core"].items()},
            answers={name: _variable(name, entry) for name, entry in content["answer"].items()},
            derived={
                name: Derived(source=entry["from"], values=entry["values"])
                for name, entry in content["derived"].items()
            },
            asked_as={
                (int(wave), name): values
                for wave, variables in content["asked_as"].items()
                for name, values in variables.items()
            },
            settings={key: value for key, value in content.items() if key != "answer"},
        )
        _check(model)
    return model


def _variable(name: str, entry: Mapping[str, Any]) -> ModelVariable:
    shares = entry["shares"]
    if isinstance(shares, list):
        shares = {str(point): share for point, share in enumerate(shares)}
    return ModelVariable(
        name=name,
        categories=tuple(shares),
        shares=tuple(float(share) for share in shares.values()),
        effects=tuple(_effect(effect) for effect in entry.get("effects", ())),
        otherwise=entry.get("otherwise"),
    )


def _effect(entry: Mapping[str, Any]) -> Effect:
    change = ("odds", "only", "tilt", "wave")
    waves = entry.get("wave", [])
    return Effect(
        when={axis: _several(value) for axis, value in entry.items() if axis not in change},
        waves=tuple(waves) if isinstance(waves, list) else (waves,),
        odds=entry.get("odds", {}),
        only=tuple(entry.get("only", ())),
        tilt=float(entry.get("tilt", 0.0)),
    )


def _several(value: str | list[str]) -> tuple[str, ...]:
    return tuple(value) if isinstance(value, list) else (value,)


def _check(model: PopulationModel) -> None:
    """Refuse names that are nowhere declared: they would change nothing, in silence."""
    axes = model.axes
    known = [*PLACES]
    # The truth averages over the surroundings of a stratum once, so that one variable can depend on them.
    last = list(model.core)[-1]
    for variable in [*model.core.values(), *model.answers.values()]:
        where = f"{model.path}, `{variable.name}`"
        if variable.otherwise is None and abs(sum(variable.shares) - 1) > 1e-9:
            raise InputError(
                "The shares of a variable do not add up to 1.",
                where=where,
                expected="1",
                got=f"{sum(variable.shares):.6g}",
            )
        for effect in variable.effects:
            for axis, categories in effect.when.items():
                allowed = [axis for axis in known if axis != SURROUNDINGS or variable.name == last]
                if axis not in allowed:
                    raise unknown_name("condition", axis, allowed, where=where)
                _known_categories(categories, axes[axis], where)
            _known_categories((*effect.odds, *effect.only), variable.categories, where)
        if variable.name in model.core:
            known.append(variable.name)


def _known_categories(named: tuple[str, ...], categories: tuple[str, ...], where: str) -> None:
    for name in named:
        if name not in categories:
            raise unknown_name("category", name, categories, where=where)


def require_wave(model: PopulationModel, wave: int) -> None:
    """Refuse a wave that the model does not have."""
    if wave not in model.waves:
        raise InputError(
            f"There is no synthetic wave {wave}.",
            expected=join_options(model.waves),
            got=str(wave),
            remedy=f"Add the wave to {model.path.name}, with a codebook, or name one of these.",
        )
