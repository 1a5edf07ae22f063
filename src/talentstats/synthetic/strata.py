"""Strata of the synthetic sample: how many live in them, and how many are sampled in each wave."""

from dataclasses import dataclass
from math import ceil

import numpy as np

from talentstats.synthetic.chances import FloatArray, IntArray
from talentstats.synthetic.population import PopulationModel


@dataclass(frozen=True, slots=True, kw_only=True)
class StratumPlan:
    """What is drawn in one stratum in one wave.

    Attributes
    ----------
    region, register : int
        Places in the lists of the model.
    persons : int
        In the population.
    psus : int
        Sampling units in the population, the same in all waves.
    respondents, sampled : int
        Respondents and sampling units in the sample.
    start : int
        Place of the first sampled unit in the permanent order of the units.
    kept, keeps : int
        Sampled units that were sampled in the previous wave, and that will be in the next.
    returning, recruits : int
        Rounds of respondents (one in each of the units kept) who come back, and who join the panel.
    """

    region: int
    register: int
    persons: int
    psus: int
    respondents: int
    sampled: int
    start: int
    kept: int
    keeps: int
    returning: int
    recruits: int

    @property
    def n_returning(self) -> int:
        """Respondents who answered the previous wave."""
        return self.returning * self.kept

    @property
    def n_recruits(self) -> int:
        """Respondents who join the panel."""
        return self.recruits * self.keeps


@dataclass(frozen=True, slots=True, kw_only=True)
class WavePlan:
    """The strata of one wave; `factor` is how many times the population was enlarged to hold the sample."""

    wave: int
    factor: int
    strata: tuple[StratumPlan, ...]

    def column(self, name: str) -> IntArray:
        """Return one attribute of all strata."""
        return np.array([getattr(stratum, name) for stratum in self.strata], dtype=np.int64)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Stratum:
    """Where something is planned: a wave, the places of region and register, and the enlargement."""

    wave: int
    place: tuple[int, int]
    factor: int


def plan_waves(model: PopulationModel, n: int) -> dict[int, WavePlan]:
    """Plan all waves for `n` respondents each, from the first: a wave keeps units of the one before."""
    sizes = {wave: _sample_sizes(model, wave, n) for wave in model.waves}
    factor = max(_factor(model, found) for found in sizes.values())
    plans: dict[int, WavePlan] = {}
    for wave in model.waves:
        before = plans.get(model.previous(wave) or 0)
        after = sizes.get(model.following(wave) or 0, {})
        earlier = {(one.region, one.register): one for one in before.strata} if before else {}
        strata = tuple(
            _plan(
                model,
                _Stratum(wave=wave, place=place, factor=factor),
                respondents=found,
                in_next_wave=after.get(place, found),
                before=earlier.get(place),
            )
            for place, found in sizes[wave].items()
        )
        plans[wave] = WavePlan(wave=wave, factor=factor, strata=strata)
    return plans


def _sample_sizes(model: PopulationModel, wave: int, n: int) -> dict[tuple[int, int], int]:
    """Divide the sample over the strata of a wave; the parts add up to `n`."""
    regions, registers = model.settings["regions"], model.settings["registers"]
    places = [
        (i, j)
        for i in range(len(regions))
        for j, register in enumerate(registers.values())
        if wave in register["waves"]
    ]
    by_region = [region["allocation"] for region in regions.values()]
    by_register = [register["allocation"] for register in registers.values()]
    weights = np.array([by_region[i] * by_register[j] for i, j in places])
    return dict(zip(places, whole_parts(n, weights).tolist(), strict=True))


def whole_parts(total: int, weights: FloatArray) -> IntArray:
    """Divide a number into whole parts in proportion to weights; largest remainders are rounded up.

    >>> whole_parts(10, np.array([1.0, 1.0, 1.0]))
    array([4, 3, 3])
    """
    exact = total * weights / weights.sum()
    parts: IntArray = np.floor(exact).astype(np.int64)
    short = int(total - parts.sum())
    parts[np.argsort(parts - exact, kind="stable")[:short]] += 1
    return parts


def _sampled(model: PopulationModel, respondents: int) -> int:
    return max(2, int(respondents // model.settings["take"]))


def _psus(model: PopulationModel, place: tuple[int, int]) -> int:
    """Return the sampling units of a stratum before the population is enlarged."""
    name, register = list(model.settings["registers"].items())[place[1]]
    region = list(model.settings["regions"].values())[place[0]]
    return int(region[name] // register["psu_persons"])


def _factor(model: PopulationModel, sizes: dict[tuple[int, int], int]) -> int:
    most = float(model.settings["most_sampled"])
    return max(
        ceil(_sampled(model, respondents) / (most * _psus(model, place)))
        for place, respondents in sizes.items()
    )


def _plan(
    model: PopulationModel,
    stratum: _Stratum,
    *,
    respondents: int,
    in_next_wave: int,
    before: StratumPlan | None,
) -> StratumPlan:
    """Plan a stratum with as many respondents as it has in this wave and the next."""
    settings = model.settings
    region, register = stratum.place
    name, drawn_from = list(settings["registers"].items())[register]
    persons = list(settings["regions"].values())[region][name] * settings["growth"][str(stratum.wave)]
    sampled = _sampled(model, respondents)
    keeps = max(1, round(settings["psu_overlap"] * min(sampled, _sampled(model, in_next_wave))))
    kept = before.keeps if before else 0
    returning = min(round(drawn_from["returning"] * respondents / kept), before.recruits) if before else 0
    recruits = min(round(drawn_from["recruits"] * respondents / keeps), respondents // sampled - returning)
    return StratumPlan(
        region=region,
        register=register,
        persons=round(persons) * stratum.factor,
        psus=_psus(model, stratum.place) * stratum.factor,
        respondents=respondents,
        sampled=sampled,
        start=before.start + before.sampled - kept if before else 0,
        kept=kept,
        keeps=keeps,
        returning=returning,
        recruits=recruits,
    )
