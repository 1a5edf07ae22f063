"""Sampling units: permanent postcode areas, study programmes and reception locations."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from talentstats.synthetic.chances import FloatArray, IntArray
from talentstats.synthetic.population import PopulationModel
from talentstats.synthetic.strata import StratumPlan, WavePlan

_SIZE_SPREAD = 0.2


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SampledUnits:
    """The sampling units of one wave's sample, stratum after stratum.

    Attributes
    ----------
    first : (strata,) int
        Place of the first unit of each stratum.
    persons : (units,) int
        In the population.
    surroundings : (units,) int
    names, municipalities : polars.Series of str
    surrounded : (strata, surroundings) float
        Share of the population of each stratum that lives in each kind of surroundings.
    """

    first: IntArray
    persons: IntArray
    surroundings: npt.NDArray[np.uint8]
    names: pl.Series
    municipalities: pl.Series
    surrounded: FloatArray


def sampled_units(model: PopulationModel, plan: WavePlan) -> SampledUnits:
    """Make the permanent units of every stratum and take those that this wave samples."""
    parts = [_of_stratum(model, plan.wave, stratum) for stratum in plan.strata]
    sizes = plan.column("sampled")
    return SampledUnits(
        first=np.cumsum(sizes) - sizes,
        persons=np.concatenate([part.persons for part in parts]),
        surroundings=np.concatenate([part.surroundings for part in parts]),
        names=pl.concat([part.names for part in parts]),
        municipalities=pl.concat([part.municipalities for part in parts]),
        surrounded=np.concatenate([part.surrounded for part in parts]),
    )


def _of_stratum(model: PopulationModel, wave: int, stratum: StratumPlan) -> SampledUnits:
    """Make one stratum; its seed knows no wave and no sample, so that units are the same in all of them."""
    settings = model.settings
    rng = np.random.Generator(
        np.random.Philox(np.random.SeedSequence([settings["seed"], stratum.region, stratum.register]))
    )
    sizes = np.cumsum(np.exp(_SIZE_SPREAD * rng.standard_normal(stratum.psus)))
    persons = np.diff(np.rint(sizes * (stratum.persons / sizes[-1])).astype(np.int64), prepend=0)
    kinds = np.cumsum(list(settings["surroundings"].values()))
    surroundings = np.searchsorted(kinds[:-1], rng.random(stratum.psus), side="right").astype(np.uint8)
    where = rng.random(stratum.psus)
    order = rng.permutation(stratum.psus)
    taken = order[(stratum.start + np.arange(stratum.sampled)) % stratum.psus]
    by_kind = np.bincount(surroundings, weights=persons, minlength=kinds.size)
    return SampledUnits(
        first=np.zeros(1, dtype=np.int64),
        persons=persons[taken],
        surroundings=surroundings[taken],
        names=_names(model, stratum, taken),
        municipalities=_municipalities(model, wave, stratum, where[taken]),
        surrounded=by_kind[None, :] / by_kind.sum(),
    )


def _names(model: PopulationModel, stratum: StratumPlan, taken: IntArray) -> pl.Series:
    """Name units after kind, region and number: `pc-leiden-00012`."""
    region = list(model.settings["regions"])[stratum.region]
    kind = list(model.settings["registers"].values())[stratum.register]["psu"]
    numbers = pl.Series(taken + 1).cast(pl.String).str.zfill(5)
    return pl.Series([f"{kind}-{region}-"]).new_from_index(0, numbers.len()) + numbers


def _municipalities(model: PopulationModel, wave: int, stratum: StratumPlan, where: FloatArray) -> pl.Series:
    """Return the municipality of each unit, by the code that holds in the wave."""
    region = list(model.settings["regions"])[stratum.region]
    entries = model.settings["municipalities"][region]
    upper = np.cumsum([entry["share"] for entry in entries])[:-1]
    codes = [entry["codes"][max(year for year in entry["codes"] if int(year) <= wave)] for entry in entries]
    return pl.Series(codes).gather(np.searchsorted(upper, where, side="right"))
