"""Measure weighting: raking against a bare group-by of its columns, calibration, re-raked replicates."""

import resource
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import polars as pl

import talentstats as ts
from benchmarks.estimation import DESIGN, REPLICATES, TURNS, in_turns
from benchmarks.made_sample import VARIABLES, made_sample

ROWS, MANY_ROWS = 1_000_000, 10_000_000
MARGINS = {"age": 12, "education": 5, "sex": 2, "size": 4}
AUXILIARIES = 20
GROUP_BY_LIMIT, RAKE_LIMIT = 2.0, 0.5
BOOTSTRAP_LIMIT, CALIBRATION_LIMIT = 3.0, 2.0
MANY_SECONDS, MANY_MEGABYTES = 3.0, 3_000


def with_margins(frame: pl.DataFrame, *, text: bool = False) -> pl.DataFrame:
    """Return the frame with the columns to rake to."""
    random = np.random.default_rng(2)
    columns = {name: random.integers(0, size, frame.height) for name, size in MARGINS.items()}
    made = frame.with_columns(**columns)
    if not text:
        return made
    return made.with_columns(("level " + pl.col(name).cast(pl.String)).alias(name) for name in MARGINS)


def margins_of(frame: pl.DataFrame) -> ts.Margins:
    """Return totals up to a fifth away from what the weights add up to."""
    random = np.random.default_rng(3)
    totals: dict[Any, Any] = {}
    for name in MARGINS:
        sums = frame.group_by(name).agg(pl.col("w").sum()).sort(name)
        away = sums["w"].to_numpy() * random.uniform(0.8, 1.2, sums.height)
        totals[name] = dict(zip(sums[name], away / away.sum() * frame["w"].sum(), strict=True))
    return ts.Margins.of(totals)


def calibration(frame: pl.DataFrame) -> Callable[[], ts.SurveySample]:
    """Return a calibration to categories and quantities: twenty auxiliaries in all."""
    categories = sum(MARGINS[name] for name in ("age", "education"))
    names = VARIABLES[: AUXILIARIES - categories]
    margins = margins_of(frame)
    totals: dict[Any, Any] = {
        one.columns[0]: dict(zip(one.levels.to_series(), one.totals, strict=True))
        for one in margins.categories
        if one.columns[0] in ("age", "education")
    }
    totals |= {name: 1.01 * float((frame["w"] * frame[name]).sum()) for name in names}
    sample = ts.SurveySample(frame, DESIGN)
    return lambda: ts.calibrate(sample, totals)


def line(what: str, seconds: float, limit: float, note: str = "") -> bool:
    """Print a measure with its limit and say whether it is within it."""
    passed = seconds <= limit
    print(f"{what:<52}{seconds:>9.3f} s  {limit:g} s  {note}{'' if passed else '  OVER'}", flush=True)
    return passed


def raking(frame: pl.DataFrame, keys: str) -> bool:
    """Measure raking to four margins."""
    sample, margins = ts.SurveySample(frame, DESIGN), margins_of(frame)
    bare, seconds = in_turns(
        lambda: frame.group_by(*MARGINS).agg(pl.col("w").sum()),
        lambda: ts.rake(sample, margins),
        turns=4 * TURNS,
    )
    ratio = seconds / bare
    within = ratio <= GROUP_BY_LIMIT
    note = f"{ratio:.2f}x a group-by of {bare:.3f} s (limit {GROUP_BY_LIMIT:g}x){'' if within else '  OVER'}"
    return line(f"raking to {len(MARGINS)} margins, keys {keys}", seconds, RAKE_LIMIT, note) and within


def bootstrap(frame: pl.DataFrame) -> bool:
    """Measure replicates that are raked one by one: making them, and ten means."""
    raked = ts.rake(ts.SurveySample(frame, DESIGN), margins_of(frame))

    def call() -> ts.Estimates:
        made = ts.make_replicates(raked, "bootstrap", replicates=REPLICATES, seed=1)
        return ts.estimate_mean(made, VARIABLES)

    (seconds,) = in_turns(call, turns=2)
    return line(f"10 means, {REPLICATES} bootstrap replicates, each raked", seconds, BOOTSTRAP_LIMIT)


def rake_many() -> None:
    """Rake a large sample and print seconds and megabytes; in a process of its own."""
    frame = with_margins(made_sample(MANY_ROWS, domains=50).select("stratum", "psu", "w"))
    sample, margins = ts.SurveySample(frame, DESIGN), margins_of(frame)
    started = time.perf_counter()
    ts.rake(sample, margins)
    print(time.perf_counter() - started, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)


def many_rows() -> bool:
    """Measure raking of ten million rows, with the memory of the whole process."""
    command = [sys.executable, "-c", "from benchmarks.weighting import rake_many; rake_many()"]
    seconds, megabytes = map(float, subprocess.check_output(command, text=True).split())
    within = megabytes <= MANY_MEGABYTES
    note = f"{megabytes:,.0f} MB (limit {MANY_MEGABYTES:,} MB){'' if within else '  OVER'}"
    return (
        line(f"raking to {len(MARGINS)} margins, n = {MANY_ROWS:,}", seconds, MANY_SECONDS, note) and within
    )


def main() -> int:
    """Print every measure with its limit; 1 when one is passed."""
    print(f"n = {ROWS:,}; polars {pl.__version__}, numpy {np.__version__}")
    passed = True
    for text in (False, True):
        frame = with_margins(made_sample(ROWS, domains=50), text=text)
        passed &= raking(frame, "text" if text else "integer")
    frame = with_margins(made_sample(ROWS, domains=50))
    passed &= bootstrap(frame)
    (seconds,) = in_turns(calibration(frame), turns=2)
    passed &= line(f"calibration to {AUXILIARIES} auxiliaries", seconds, CALIBRATION_LIMIT)
    passed &= many_rows()
    return 0 if passed else 1


if __name__ == "__main__":
    sys.exit(main())
