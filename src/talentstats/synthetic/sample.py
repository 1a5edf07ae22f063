"""The sample of one wave: who sits in which sampling unit, with which weight, and who is in the panel."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from talentstats.synthetic.chances import FloatArray, IntArray
from talentstats.synthetic.people import People, people_of
from talentstats.synthetic.population import PopulationModel
from talentstats.synthetic.strata import StratumPlan, WavePlan, plan_waves
from talentstats.synthetic.units import SampledUnits, sampled_units

#: How somebody came into the sample: for this wave alone, from the panel, or to join the panel.
ONCE, RETURNING, RECRUIT = 0, 1, 2


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Sample:
    """Places for all respondents of a wave, in the order of the file.

    Attributes
    ----------
    people, people_before : People
        The population now, and in the previous wave.
    stratum, unit : (n,) int
        Stratum, and sampled unit among all of them.
    joined : (n,) int
        `ONCE`, `RETURNING` or `RECRUIT`.
    member : (n,) int
        Number in the panel of those who joined in one wave and stratum.
    permanent : (n, 2) float
        Uniform numbers that belong to members of the panel: they fix who somebody is, in every wave.
    weights : (units,) float
        Design weights.
    chances : (3 * strata, cells * years) float
        Cumulative chances of cells and years since arrival, by how somebody joined and by stratum.
    """

    plan: WavePlan
    people: People
    people_before: People | None
    units: SampledUnits
    stratum: npt.NDArray[np.uint8]
    unit: npt.NDArray[np.int32]
    joined: npt.NDArray[np.uint8]
    member: npt.NDArray[np.int32]
    permanent: FloatArray
    weights: FloatArray
    chances: FloatArray

    @property
    def n(self) -> int:
        """Number of respondents."""
        return self.stratum.size


def draw_sample(model: PopulationModel, wave: int, *, n: int, seed: int) -> Sample:
    """Draw the sampling units of a wave and give every respondent a place in one of them."""
    plans = plan_waves(model, n)
    plan = plans[wave]
    units = sampled_units(model, plan)
    people = {
        year: people_of(model, plans[year])
        for year in (model.previous(wave), wave, model.following(wave))
        if year is not None
    }
    places = [_places(stratum) for stratum in plan.strata]
    sizes = plan.column("respondents")
    stratum = np.repeat(np.arange(sizes.size, dtype=np.uint8), sizes)
    unit = np.concatenate([found[0] for found in places]) + np.repeat(units.first, sizes)
    joined = np.concatenate([found[1] for found in places])
    member = np.concatenate([found[2] for found in places])
    order = np.random.Generator(np.random.Philox(np.random.SeedSequence([seed, wave]))).permutation(n)
    before = model.previous(wave)
    return Sample(
        plan=plan,
        people=people[wave],
        people_before=people[before] if before else None,
        units=units,
        stratum=stratum[order],
        unit=unit[order].astype(np.int32),
        joined=joined[order],
        member=member[order],
        permanent=_permanent(model, plan, joined)[order],
        weights=_weights(plan, people[wave], units, unit),
        chances=np.cumsum(_joint_chances(model, plans, wave, people), axis=1),
    )


def _places(stratum: StratumPlan) -> tuple[IntArray, npt.NDArray[np.uint8], npt.NDArray[np.int32]]:
    """Seat the respondents of a stratum in rounds over its units.

    Those who return sit in the first rounds of the units that were kept, which come first; those who join
    the panel sit in the last rounds of the units that will be kept, which come last.
    """
    slots = np.arange(stratum.respondents)
    unit, rounds = slots % stratum.sampled, slots // stratum.sampled
    last = stratum.respondents // stratum.sampled - 1
    at = unit - (stratum.sampled - stratum.keeps)
    returning = (rounds < stratum.returning) & (unit < stratum.kept)
    recruit = (rounds > last - stratum.recruits) & (rounds <= last) & (at >= 0)
    joined = np.select([returning, recruit], [RETURNING, RECRUIT], ONCE).astype(np.uint8)
    member = np.select(
        [returning, recruit],
        [rounds * stratum.kept + unit, (last - rounds) * stratum.keeps + at],
        -1,
    )
    return unit, joined, member.astype(np.int32)


def _permanent(model: PopulationModel, plan: WavePlan, joined: npt.NDArray[np.uint8]) -> FloatArray:
    """Give members of the panel their uniform numbers: the first of a series that depends on no sample."""
    found = np.full((joined.size, 2), np.nan)
    end = 0
    for stratum in plan.strata:
        start, end = end, end + stratum.respondents
        for how, cohort in ((RETURNING, model.previous(plan.wave)), (RECRUIT, plan.wave)):
            inside = start + np.flatnonzero(joined[start:end] == how)
            if inside.size and cohort is not None:
                seed = [model.settings["seed"], cohort, stratum.region, stratum.register]
                rng = np.random.Generator(np.random.Philox(np.random.SeedSequence(seed)))
                members = _places(stratum)[2][inside - start]
                found[inside] = rng.random((int(members.max()) + 1, 2))[members]
    return found


def _weights(plan: WavePlan, people: People, units: SampledUnits, unit: IntArray) -> FloatArray:
    """Work out design weights: the inverse of the chance to be invited, scaled to the size of the population.

    Who was invited and did not answer is not made up for: the weights are too low where response is low.
    """
    respondents = np.bincount(unit, minlength=units.persons.size)
    of = np.repeat(np.arange(len(plan.strata)), plan.column("sampled"))
    first_stage = (plan.column("psus") / plan.column("sampled"))[of]
    weights = first_stage * units.persons * people.response_rates[of] / respondents
    return np.asarray(np.round(weights * (people.counts.sum() / (weights * respondents).sum()), 4))


def _joint_chances(
    model: PopulationModel, plans: dict[int, WavePlan], wave: int, people: dict[int, People]
) -> FloatArray:
    """Chances of (cell, years since arrival) by how somebody joined; all together they are as the population.

    Members of the panel are drawn from those who are there in both of their waves; the others fill up what
    these lack, such as people who came since.
    """
    plan, before, after = plans[wave], model.previous(wave), model.following(wave)
    target = people[wave].respondents
    joining = _in_both(plans, (wave, after), people)
    coming = np.zeros_like(target)
    shown = np.zeros_like(target)
    if before is not None:
        rows = _rows(plans[before], plan)
        coming[rows >= 0] = _in_both(plans, (before, wave), people)[rows[rows >= 0]]
        gap = wave - before
        shown[:, :, gap:] = coming[:, :, :-gap]
    sizes = plan.column("respondents")
    share_returning = (plan.column("n_returning") / sizes)[:, None, None]
    share_joining = (plan.column("n_recruits") / sizes)[:, None, None]
    # Rounding of the smallest strata can ask a little more of a cell than it has.
    once = np.maximum(target - share_returning * shown - share_joining * joining, 0)
    stacked = np.concatenate([once, coming, joining]).reshape(3 * sizes.size, -1)
    total = stacked.sum(1, keepdims=True)
    return np.asarray(stacked / np.where(total > 0, total, 1))


def _rows(first: WavePlan, second: WavePlan) -> IntArray:
    """Return the row of each stratum of the second wave among those of the first; -1 where it is new."""
    known = {(one.region, one.register): row for row, one in enumerate(first.strata)}
    return np.array([known.get((one.region, one.register), -1) for one in second.strata])


def _in_both(
    plans: dict[int, WavePlan],
    waves: tuple[int, int | None],
    people: dict[int, People],
) -> FloatArray:
    """Shares of the respondents of a wave who can also be there in the next."""
    first, second = waves
    now = people[first].respondents
    if second is None:
        return now
    gap = second - first
    later = np.zeros_like(now)
    rows = _rows(plans[second], plans[first])
    later[rows >= 0, :, :-gap] = people[second].respondents[rows[rows >= 0], :, gap:]
    found = np.where((rows >= 0)[:, None, None], np.minimum(now, later), now)
    return np.asarray(found / found.sum((1, 2), keepdims=True))
