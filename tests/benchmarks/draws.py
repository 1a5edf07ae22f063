"""Samples of the population: areas and persons in them, or persons directly; the second wave overlaps."""

import numpy as np
import polars as pl

from benchmarks.population import REGIONS, REGIONS_PER_PROVINCE, Ints, Population

AREAS_PER_REGION = 4
PERSONS_PER_AREA = 20
PERSONS_PER_REGION = 80


def draw_areas(population: Population, random: np.random.Generator) -> pl.DataFrame:
    """Draw areas of every region and persons of every area; half of the persons take part in both waves."""
    chosen = [
        random.choice(np.flatnonzero(population.region_of_area == region), AREAS_PER_REGION, replace=False)
        for region in range(REGIONS)
    ]
    areas = np.concatenate(chosen)
    waves = _two_waves(population.start[areas], population.size[areas], PERSONS_PER_AREA, random)
    n_areas = np.bincount(population.region_of_area)
    return pl.concat([_rows(population, n_areas, wave, persons) for wave, persons in enumerate(waves)])


def draw_persons(population: Population, random: np.random.Generator) -> pl.DataFrame:
    """Draw persons of every region directly; half of them take part in both waves."""
    persons_of = np.bincount(population.region_of_area, weights=population.size).astype(np.int64)
    waves = _two_waves(np.cumsum(persons_of) - persons_of, persons_of, PERSONS_PER_REGION, random)
    frames = []
    for wave, persons in enumerate(waves):
        region = population.region_of_area[population.area[persons]]
        frames.append(
            pl.DataFrame(
                {
                    "wave": np.full(persons.size, wave),
                    "region": region,
                    "person": persons,
                    "weight": persons_of[region] / PERSONS_PER_REGION,
                    "wage": population.wage[wave, persons],
                    "yes": population.yes[wave, persons, 2],
                }
            )
        )
    return pl.concat(frames)


def _two_waves(start: Ints, size: Ints, persons: int, random: np.random.Generator) -> tuple[Ints, Ints]:
    """Draw as many persons of each group twice, half of them the same."""
    half = persons // 2
    drawn = [
        first + random.choice(count, persons + half, replace=False)
        for first, count in zip(start, size, strict=True)
    ]
    table = np.stack(drawn)
    return table[:, :persons].ravel(), table[:, half:].ravel()


def _rows(population: Population, n_areas: Ints, wave: int, persons: Ints) -> pl.DataFrame:
    area = population.area[persons]
    region = population.region_of_area[area]
    wage, hours = population.wage[wave, persons], population.hours[wave, persons]
    weight = n_areas[region] / AREAS_PER_REGION * population.size[area] / PERSONS_PER_AREA
    answers = population.yes[wave, persons]
    return pl.DataFrame(
        {
            "wave": np.full(persons.size, wave),
            "region": region,
            "area": area,
            "person": persons,
            "weight": weight,
            "areas": n_areas[region],
            "persons": population.size[area],
            "province": region // REGIONS_PER_PROVINCE,
            "student": population.student[persons],
            "wage": wage,
            "hours": hours,
            "pay": wage * hours,
            **{f"yes_{i}": answers[:, i] for i in range(answers.shape[1])},
        }
    )
