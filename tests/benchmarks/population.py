"""A known population to draw samples from: persons in areas in regions, in two waves.

35 regions, the strata, have 80 to 160 areas each, the sampling units; an area has 40 persons and more, most
about 100, some many hundreds. What a person answers depends on the region, on the area (more so in larger
ones) and on chance. In the second wave the same persons answer again, in part as they did before; wages are
4 % higher and more persons say yes.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

SEED = 2025
REGIONS = 35
REGIONS_PER_PROVINCE = 7
PROPORTIONS = (0.02, 0.05, 0.1, 0.25, 0.5)
STUDENTS = 0.15
# Standard deviations of what regions and areas add to what chance adds, which is 1.
REGION_SPREAD, AREA_SPREAD, SIZE_EFFECT = 0.2, 0.25, 0.1
# How much of the chance part of an answer a person keeps to the next wave.
KEPT = 0.6
# How much more those who answer incline to yes in the second wave.
SHIFT = 0.15


@dataclass(frozen=True, slots=True, kw_only=True)
class Population:
    """Everyone, sorted by area.

    Attributes
    ----------
    region_of_area : (areas,) int
    start, size : (areas,) int
        Position of an area's first person, and its number of persons.
    area : (persons,) int
    student : (persons,) bool
    wage, hours : (waves, persons) float
        Euros an hour; hours a week.
    yes : (waves, persons, proportions) bool
        Answers to the questions of which `PROPORTIONS` of all say yes in the first wave.
    """

    region_of_area: Ints
    start: Ints
    size: Ints
    area: Ints
    student: NDArray[np.bool_]
    wage: Floats
    hours: Floats
    yes: NDArray[np.bool_]


def make_population() -> Population:
    """Make the population, the same each time."""
    random = np.random.default_rng(SEED)
    region_of_area = np.repeat(np.arange(REGIONS), random.integers(80, 161, REGIONS))
    size = 40 + np.round(random.lognormal(4.0, 0.8, region_of_area.size)).astype(np.int64)
    area = np.repeat(np.arange(size.size), size)
    log_size = np.log(size)
    larger = (log_size - log_size.mean()) / log_size.std()

    def answers() -> Floats:
        places = random.normal(0, REGION_SPREAD, REGIONS)[region_of_area]
        places = places + random.normal(0, AREA_SPREAD, size.size) + SIZE_EFFECT * larger
        first = random.normal(size=area.size)
        second = KEPT * first + np.sqrt(1 - KEPT**2) * random.normal(size=area.size)
        both: Floats = places[area] + np.stack([first, second])
        return both

    wage = np.exp(2.9 + 0.4 * answers())
    wage[1] *= 1.04
    hours = np.clip(32 + 7 * answers(), 4, 60)
    student = answers()[0]
    propensity = [answers() for _ in PROPORTIONS]
    for one in propensity:
        one[1] += SHIFT
    limits = [np.quantile(one[0], 1 - p) for one, p in zip(propensity, PROPORTIONS, strict=True)]
    return Population(
        region_of_area=region_of_area,
        start=np.cumsum(size) - size,
        size=size,
        area=area,
        student=student > np.quantile(student, 1 - STUDENTS),
        wage=wage,
        hours=hours,
        yes=np.stack([one > limit for one, limit in zip(propensity, limits, strict=True)], axis=2),
    )
