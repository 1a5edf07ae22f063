"""Measure quantiles with Woodruff's intervals; and by the other rules, intervals and kinds of variance."""

import sys
from collections.abc import Callable
from dataclasses import dataclass

import polars as pl

import talentstats as ts
from benchmarks.estimation import DESIGN, TURNS, in_turns
from benchmarks.made_sample import STRATA, UNITS, VARIABLES, made_sample

ROWS = 1_000_000
DOMAINS = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One line of the benchmark."""

    name: str
    call: Callable[[], object]
    limit: float


def cases(rows: int) -> list[Case]:
    """List what is measured; the first line is what has to be fast."""
    frame = made_sample(rows, domains=DOMAINS)
    sample = ts.SurveySample(frame, DESIGN)
    persons = ts.SurveySample(frame, ts.SurveyDesign(weight="w", strata="stratum"))
    replicated = ts.make_replicates(sample, "bootstrap", replicates=100, seed=1)
    return [
        Case(
            name=f"10 medians by {DOMAINS} domains",
            call=lambda: ts.estimate_quantile(sample, VARIABLES, by="domain"),
            limit=2.0,
        ),
        Case(
            name=f"10 x 5 quantiles by {DOMAINS} domains",
            call=lambda: ts.estimate_quantile(sample, VARIABLES, [0.1, 0.25, 0.5, 0.75, 0.9], by="domain"),
            limit=4.0,
        ),
        Case(
            name=f"10 medians by {DOMAINS} domains, rule hf7",
            call=lambda: ts.estimate_quantile(sample, VARIABLES, by="domain", rule="hf7"),
            limit=5.0,
        ),
        Case(
            name=f"median by {DOMAINS} domains, score interval",
            call=lambda: ts.estimate_quantile(sample, "y0", by="domain", interval="score"),
            limit=2.0,
        ),
        Case(
            name=f"median by {DOMAINS} domains, rows drawn one by one",
            call=lambda: ts.estimate_quantile(persons, "y0", by="domain"),
            limit=3.0,
        ),
        Case(
            name=f"median by {DOMAINS} domains, 100 replicates",
            call=lambda: ts.estimate_quantile(replicated, "y0", by="domain", interval="quantile"),
            limit=30.0,
        ),
    ]


def main() -> int:
    """Print every measure with its limit; 1 when one is passed."""
    print(f"n = {ROWS:,}, {STRATA} strata, {UNITS:,} sampling units; polars {pl.__version__}")
    print(f"{'what':<56}{'seconds':>9}  limit")
    passed = True
    for case in cases(ROWS):
        (seconds,) = in_turns(case.call, turns=TURNS if case.limit <= 2 else 1)
        within = seconds <= case.limit
        print(f"{case.name:<56}{seconds:>9.3f}  {case.limit:g} s{'' if within else ' OVER'}", flush=True)
        passed &= within
    return 0 if passed else 1


if __name__ == "__main__":
    sys.exit(main())
