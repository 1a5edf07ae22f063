"""Count how often 95 % intervals hold the truth, over samples of a known population.

Prints a Markdown table; with --write it goes into docs/methods.md, under the heading Coverage.
"""

import argparse
import multiprocessing
import os
import sys
import textwrap
import time
from concurrent.futures import ProcessPoolExecutor
from functools import cache
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

import talentstats as ts
from benchmarks import draws
from benchmarks.population import (
    PROPORTIONS,
    REGIONS,
    REGIONS_PER_PROVINCE,
    SEED,
    Floats,
    Population,
    make_population,
)
from talentstats.variance.intervals import ProportionInterval

METHODS = Path(__file__).resolve().parents[2] / "docs" / "methods.md"
SAMPLES = 2_000
PROCESSES = 2
REPLICATES = 500
AIM = (0.93, 0.97)
_WIDTH = 125
INTERVALS: tuple[ProportionInterval, ...] = ("logit", "xlogit", "beta", "wilson")
BY_AREA = ts.SurveyDesign(weight="weight", strata="region", psu="area")
WITH_SIZES = ts.SurveyDesign(
    weight="weight", strata="region", psu=["area", "person"], fpc=["areas", "persons"]
)
AREA_PANEL = ts.SurveyDesign(weight="weight", strata="region", psu="area", wave="wave")
PERSON_PANEL = ts.SurveyDesign(weight="weight", strata="region", wave="wave", case_id="person")
QUESTIONS = [f"yes_{i}" for i in range(len(PROPORTIONS))]
RAKED_TO = "student, province and one of the questions"
_NUMBERS = ("estimate", "std_error", "conf_low", "conf_high")


@cache
def population() -> Population:
    """Give the population, made once in each process."""
    return make_population()


@cache
def margins() -> ts.Margins:
    """Count everyone by what the raked samples are raked to."""
    people = population()
    columns = {
        "student": people.student,
        "province": people.region_of_area[people.area] // REGIONS_PER_PROVINCE,
        QUESTIONS[-1]: people.yes[0, :, -1],
    }
    counts = {name: np.unique(column, return_counts=True) for name, column in columns.items()}
    return ts.Margins.of(
        {name: dict(zip(levels.tolist(), count, strict=True)) for name, (levels, count) in counts.items()}
    )


def truths() -> dict[str, float]:
    """Compute what the intervals should hold, from everyone."""
    people = population()
    wage, hours, yes = people.wage, people.hours, people.yes
    province = people.region_of_area[people.area] < REGIONS_PER_PROVINCE
    change = float(wage[1].mean() - wage[0].mean())
    mean = float(wage[0].mean())
    yes_change = float(yes[1, :, 2].mean() - yes[0, :, 2].mean())
    shares = {
        f"{interval} {question}": float(share)
        for interval in INTERVALS
        for question, share in zip(QUESTIONS, yes[0].mean(axis=0), strict=True)
    }
    return {
        "mean": mean,
        f"mean, {REPLICATES} bootstrap replicates": mean,
        "mean, `fpc` of both stages": mean,
        "mean of a domain in every area (15 % of persons)": float(wage[0, people.student].mean()),
        "mean of a province (7 strata)": float(wage[0, province].mean()),
        "mean, raked": mean,
        f"mean, raked, {REPLICATES} bootstrap replicates, each raked": mean,
        "mean of the domain in every area, raked": float(wage[0, people.student].mean()),
        "proportion of 0.25, raked": float(yes[0, :, 3].mean()),
        "ratio": float((wage[0] * hours[0]).sum() / hours[0].sum()),
        "change of a mean, the same areas": change,
        "relative change of a mean, the same areas": change / mean,
        "change of a proportion of 0.1, the same areas": yes_change,
        "change of a mean, panel of persons (`case_id`)": change,
        "change of a proportion of 0.1, panel of persons": yes_change,
        **shares,
    }


def estimate(number: int) -> Floats:
    """Draw a sample and estimate everything: (rows, 4), in the order of `truths`."""
    random = np.random.default_rng([SEED, number])
    both = draws.draw_areas(population(), random)
    first = both.filter(pl.col("wave") == 0)
    persons = ts.SurveySample(draws.draw_persons(population(), random), PERSON_PANEL)
    sample, panel = ts.SurveySample(first, BY_AREA), ts.SurveySample(both, AREA_PANEL)
    replicated = ts.make_replicates(sample, "bootstrap", replicates=REPLICATES, seed=number)
    raked = ts.rake(sample, margins())
    estimates = [
        ts.estimate_mean(sample, "wage"),
        ts.estimate_mean(replicated, "wage"),
        ts.estimate_mean(ts.SurveySample(first, WITH_SIZES), "wage"),
        ts.estimate_mean(sample, "wage", where={"student": True}),
        ts.estimate_mean(sample, "wage", where={"province": 0}),
        ts.estimate_mean(raked, "wage"),
        ts.estimate_mean(ts.rake(replicated, margins()), "wage"),
        ts.estimate_mean(raked, "wage", where={"student": True}),
        ts.estimate_proportion(raked, QUESTIONS[3], levels=[True]),
        ts.estimate_ratio(sample, "pay", "hours"),
        ts.change(panel, "mean", "wage"),
        ts.change(panel, "mean", "wage", kind="relative_change"),
        ts.change(panel, "proportion", "yes_2").filter(level="True"),
        ts.change(persons, "mean", "wage"),
        ts.change(persons, "proportion", "yes").filter(level="True"),
        *(ts.estimate_proportion(sample, QUESTIONS, levels=[True], interval=name) for name in INTERVALS),
    ]
    return np.vstack([one.to_polars().select(_NUMBERS).cast(pl.Float64).to_numpy() for one in estimates])


def study(samples: int) -> Floats:
    """Estimate from every sample: (samples, rows, 4)."""
    os.environ["POLARS_MAX_THREADS"] = "1"
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(PROCESSES, mp_context=context) as pool:
        return np.stack(list(pool.map(estimate, range(samples), chunksize=25)))


def table(results: Floats) -> list[str]:
    """Write the tables in Markdown."""
    true = np.array(list(truths().values()))
    value, error, low, high = np.moveaxis(results, 2, 0)
    below, above = (high < true).mean(axis=0), (low > true).mean(axis=0)
    held = _held(results)
    size = error.mean(axis=0) / value.std(axis=0, ddof=1)
    names = list(truths())
    plain = len(names) - len(INTERVALS) * len(QUESTIONS)
    lines = [
        "| estimate | truth | held | too low | too high | std. error |",
        "|---|---|---|---|---|---|",
    ]
    lines += [
        f"| {names[i]} | {true[i]:.3f} | {' | '.join(_share(part[i]) for part in (held, below, above))} "
        f"| {size[i]:.3f} |"
        for i in range(plain)
    ]
    lines += ["", f"| proportion | {' | '.join(f'`{name}`' for name in INTERVALS)} | std. error |"]
    lines += [f"|---|{'---|' * len(INTERVALS)}---|"]
    shares = held[plain:].reshape(len(INTERVALS), -1)
    lines += [
        f"| {p:.2f} | {' | '.join(map(_share, shares[:, i]))} | {size[plain + i]:.3f} |"
        for i, p in enumerate(PROPORTIONS)
    ]
    return lines


def _share(value: float) -> str:
    return f"{100 * value:.1f} %"


def description(samples: int) -> list[str]:
    """Say what was drawn from what, and how to read the tables."""
    people = population()
    fractions = draws.AREAS_PER_REGION / np.bincount(people.region_of_area)
    persons = REGIONS * draws.AREAS_PER_REGION * draws.PERSONS_PER_AREA
    drawn = f"""
        How often 95 % intervals hold the truth, over {samples:,} samples (seed {SEED}) of a made population
        of {people.area.size:,} persons in {people.size.size:,} areas in {REGIONS} regions: areas differ in
        size and in what their persons answer, wages are skewed. A sample takes {draws.AREAS_PER_REGION} areas
        of every region ({_share(fractions.min())} to {_share(fractions.max())} of them) and
        {draws.PERSONS_PER_AREA} persons of every area, both by simple random sampling: {persons:,} persons,
        {REGIONS * (draws.AREAS_PER_REGION - 1)} degrees of freedom. Half of the persons take part in the
        second wave, with as many new ones of the same areas. Variances take areas as drawn with replacement,
        but for the row with `fpc`. Raked samples are
        raked to the population by {RAKED_TO}. For the panel of persons, {draws.PERSONS_PER_REGION} persons of
        every region are drawn directly. Made by `tests/benchmarks/run.py coverage --write`."""
    reading = f"""
        *Too low* and *too high*: the interval lies below, or above, the truth. *Std. error*: the mean of the
        estimated standard errors over the standard deviation of the estimates. The study's own error (one
        standard deviation) is {_share(np.sqrt(0.95 * 0.05 / samples))} for what is held and about
        {1 / np.sqrt(2 * samples):.3f} for the standard error. `xlogit` equals `logit` when variances are
        linearised."""
    return [*_wrapped(drawn), "", *_wrapped(reading), ""]


def shortfall(results: Floats) -> list[str]:
    """Name the rows that are not within the aim, and how their errors go with their estimates."""
    outside = np.flatnonzero(~_within(results))
    if not outside.size:
        return []
    names = list(truths())
    together = [np.corrcoef(results[:, i, 0], results[:, i, 1])[0, 1] for i in outside]
    rows = ", ".join(f"{names[i]} ({value:.2f})" for i, value in zip(outside, together, strict=True))
    text = f"""
        Not within {100 * AIM[0]:.0f} to {100 * AIM[1]:.0f} %, with the correlation of the estimates and their
        standard errors: {rows}. Areas weigh unequally and the larger ones answer otherwise; where estimates
        and standard errors rise and fall together, low estimates have intervals that are too short, and
        linearised standard errors of few observations are too small on average."""
    return ["", *_wrapped(text)]


def _within(results: Floats) -> NDArray[np.bool_]:
    held = _held(results)
    return (held >= AIM[0]) & (held <= AIM[1])


def _held(results: Floats) -> Floats:
    true = np.array(list(truths().values()))
    held: Floats = ((results[:, :, 2] <= true) & (true <= results[:, :, 3])).mean(axis=0)
    return held


def _wrapped(text: str) -> list[str]:
    return textwrap.wrap(" ".join(text.split()), _WIDTH)


def write(lines: list[str]) -> None:
    """Put the lines under the heading Coverage."""
    before, heading, rest = METHODS.read_text(encoding="utf-8").partition("## Coverage\n")
    _, following, after = rest.partition("\n## ")
    METHODS.write_text(f"{before}{heading}\n{chr(10).join(lines)}\n{following}{after}", encoding="utf-8")


def main() -> int:
    """Run the study; 1 when an interval is not within the aim."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--samples", type=int, default=SAMPLES)
    parser.add_argument("--write", action="store_true", help="put the table into docs/methods.md")
    options = parser.parse_args()
    started = time.perf_counter()
    results = study(options.samples)
    outside = int((~_within(results)).sum())
    lines = [*description(options.samples), *table(results), *shortfall(results)]
    print("\n".join(lines))
    print(
        f"{outside} outside {AIM[0]:.0%} to {AIM[1]:.0%}; {time.perf_counter() - started:.0f} s",
        file=sys.stderr,
    )
    if options.write:
        write(lines)
    return int(outside > 0)


if __name__ == "__main__":
    sys.exit(main())
