"""Who there are: cells of people by stratum, sex, birth band and nationality, and when they came."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from talentstats.synthetic.chances import FloatArray, IntArray, chances_of, spread
from talentstats.synthetic.population import ARRIVAL, REGISTERED, PopulationModel
from talentstats.synthetic.strata import WavePlan, whole_parts

_CELL_AXES = ("region", "register", *REGISTERED)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class People:
    """The population of one wave, and who of it answers.

    Attributes
    ----------
    shape : tuple of int
        Categories of sex, birth band and nationality: a cell is a place in an array of this shape.
    counts : (strata, cells) int
        Persons; they add up to the persons of each stratum.
    years : (strata, cells, years) float
        Chances of the number of years since arrival.
    bands : (years,) int
        Band of arrival of each number of years.
    response : (strata, cells) float
        Chance to answer.
    """

    shape: tuple[int, ...]
    counts: IntArray
    years: FloatArray
    bands: npt.NDArray[np.uint8]
    response: FloatArray

    @property
    def respondents(self) -> FloatArray:
        """Shares of (strata, cells, years) among those who answer, adding up to 1 in each stratum."""
        found = (self.counts * self.response)[:, :, None] * self.years
        return np.asarray(found / found.sum((1, 2), keepdims=True))

    @property
    def response_rates(self) -> FloatArray:
        """Share of each stratum that answers."""
        return np.asarray((self.counts * self.response).sum(1) / self.counts.sum(1))


def people_of(model: PopulationModel, plan: WavePlan) -> People:
    """Fix the population of a wave: whole numbers of people by cell, the same for every sample."""
    axes = model.axes
    shape = tuple(len(axes[name]) for name in REGISTERED)
    share: FloatArray = np.ones([len(axes[axis]) for axis in _CELL_AXES])
    for place, name in enumerate(REGISTERED):
        chances = chances_of(model.core[name], axes, plan.wave)
        onto = _CELL_AXES[: 2 + place]
        laid = spread(chances.values, chances.axes, onto)
        share = share * laid.reshape(laid.shape + (1,) * (len(REGISTERED) - 1 - place))
    where = plan.column("region"), plan.column("register")
    shares = share[where].reshape(len(plan.strata), -1)
    persons = plan.column("persons") // plan.factor
    counts = np.stack([whole_parts(int(total), row) for total, row in zip(persons, shares, strict=True)])
    bands = model.core[ARRIVAL].bands
    lengths = [min(last, _most_years(model)) - first + 1 for first, last in bands]
    return People(
        shape=shape,
        counts=counts * plan.factor,
        years=_years(model, plan),
        bands=np.repeat(np.arange(len(bands), dtype=np.uint8), lengths),
        response=_response(model, plan),
    )


def _most_years(model: PopulationModel) -> int:
    return int(max(model.waves) - model.settings["core"][ARRIVAL]["first_year"])


def _years(model: PopulationModel, plan: WavePlan) -> FloatArray:
    """Divide the chance of each band of arrival over the years in which somebody can have come."""
    axes = model.axes
    variable = model.core[ARRIVAL]
    chances = chances_of(variable, axes, plan.wave)
    sizes = [len(axes[axis]) for axis in _CELL_AXES]
    by_band = np.broadcast_to(
        spread(chances.values, chances.axes, _CELL_AXES), [*sizes, len(variable.categories)]
    )
    first = np.full(sizes, model.settings["core"][ARRIVAL]["first_year"])
    for entry in model.settings["core"][ARRIVAL]["earliest"]:
        place = np.ix_(
            *(
                [axes[axis].index(entry[axis])] if axis in entry else range(len(axes[axis]))
                for axis in _CELL_AXES
            )
        )
        first[place] = np.maximum(first[place], entry["year"])
    years = np.arange(_most_years(model) + 1)
    possible = plan.wave - years >= first[..., None]
    shares: FloatArray = np.zeros(possible.shape)
    for band, (low, high) in enumerate(variable.bands):
        inside = possible & (years >= low) & (years <= high)
        shares += inside * (by_band[..., band] / np.maximum(inside.sum(-1), 1))[..., None]
    where = plan.column("region"), plan.column("register")
    found = shares[where].reshape(len(plan.strata), -1, years.size)
    return np.asarray(found / found.sum(-1, keepdims=True))


def _response(model: PopulationModel, plan: WavePlan) -> FloatArray:
    """Multiply the response of the stratum by that of sex, birth band and nationality."""
    settings = model.settings
    cells: FloatArray = np.ones(1)
    for name in REGISTERED:
        factors = np.array([settings["response"][name][key] for key in model.axes[name]])
        cells = np.outer(cells, factors).ravel()
    regions = np.array([region["response"] for region in settings["regions"].values()])
    registers = np.array([register["response"] for register in settings["registers"].values()])
    stratum = regions[plan.column("region")] * registers[plan.column("register")]
    return np.outer(stratum, cells)
