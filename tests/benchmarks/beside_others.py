"""Measure estimation beside R survey and svy, where these are installed, and compare the numbers.

With 10^5 rows, so that it takes a minute; --full takes 10^6. Every package reads the same sample, only the
estimation is timed: here the best of five, for the others once. The replicates are the same for all. Design
effects, which talentstats always gives, cost the others much, so they are measured without them too. After
weighting the means are timed with it. svy leaves raking out of its linearised standard errors: these are not
compared.
"""

import argparse
import importlib.util
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl

import talentstats as ts
from benchmarks.estimation import DESIGN, REPLICATES, in_turns, with_replicates
from benchmarks.made_sample import VARIABLES, made_sample
from benchmarks.weighting import margins_of, with_margins

HERE = Path(__file__).resolve().parent
AGREEMENT = 1e-8
CASES = {
    "domains": "10 means by 50 domains",
    "plain": "the same, no design effects",
    "replicates": f"10 means, {REPLICATES} replicates",
    "raking": "raking to 4 margins, 10 means",
    "calibration": "calibration, 10 means",
    "raked_replicates": f"raking {REPLICATES} replicates, 10 means",
    "medians": "10 medians",
}
# Quantities to calibrate to, beside the margins.
CALIBRATED_TO = VARIABLES[:2]


def commands(svy_python: str | None) -> dict[str, list[str] | None]:
    """Give the command for each of the others; None when it is not installed."""
    rscript = shutil.which("Rscript")
    has_survey = rscript is not None and not _exit_code([rscript, "-e", "library(survey)"])
    if svy_python is None and importlib.util.find_spec("svy"):
        svy_python = sys.executable
    return {
        "R survey": [str(rscript), str(HERE / "beside_others.R")] if has_survey else None,
        "svy": [svy_python, str(HERE / "beside_svy.py")] if svy_python else None,
    }


def _exit_code(command: list[str]) -> int:
    done = subprocess.run(command, check=False, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return done.returncode


def write_sample(folder: Path, frame: pl.DataFrame, sample: ts.SurveySample) -> None:
    """Write the sample, the factors of its units and the coefficients of the replicates."""
    replicates = sample.replicates
    if replicates is None or isinstance(replicates, ts.ReplicateWeights):
        raise TypeError("The replicates are not those of `make_replicates`.")
    frame.write_csv(folder / "sample.csv")
    by_unit = replicates.keys["unit_0"].arg_sort().to_numpy()
    names = [f"r{i + 1}" for i in range(REPLICATES)]
    pl.DataFrame(replicates.multipliers[by_unit], schema=names).write_csv(folder / "factors.csv")
    coefficients = replicates.rule.scale * replicates.rule.rscales
    pl.DataFrame({"coefficient": coefficients}).write_csv(folder / "rule.csv")
    margins = pl.concat(
        pl.DataFrame({"margin": one.columns[0], "level": one.levels.to_series(), "total": one.totals})
        for one in margins_of(frame).categories
    )
    margins.write_csv(folder / "margins.csv")
    totals = quantities(frame)
    pl.DataFrame({"variable": list(totals), "total": list(totals.values())}).write_csv(folder / "totals.csv")


def quantities(frame: pl.DataFrame) -> dict[str, float]:
    """Return totals of the quantities, one per cent above what the weights give."""
    return {name: 1.01 * float((frame["w"] * frame[name]).sum()) for name in CALIBRATED_TO}


def calibration_totals(frame: pl.DataFrame) -> dict[Any, Any]:
    """Return the margins and the quantities as one mapping."""
    margins = {
        one.columns[0]: dict(zip(one.levels.to_series(), one.totals, strict=True))
        for one in margins_of(frame).categories
    }
    return {**margins, **quantities(frame)}


def measure_own(frame: pl.DataFrame, sample: ts.SurveySample) -> dict[str, tuple[float, pl.DataFrame]]:
    """Give the seconds and the estimates of each case."""
    linearised, margins, totals = ts.SurveySample(frame, DESIGN), margins_of(frame), calibration_totals(frame)
    calls: dict[str, Callable[[], ts.Estimates]] = {
        "domains": lambda: ts.estimate_mean(linearised, VARIABLES, by="domain"),
        "replicates": lambda: ts.estimate_mean(sample, VARIABLES),
        # R takes out unweighted means of the margins.
        "raking": lambda: ts.estimate_mean(ts.rake(linearised, margins, residuals="unweighted"), VARIABLES),
        "calibration": lambda: ts.estimate_mean(ts.calibrate(linearised, totals), VARIABLES),
        "raked_replicates": lambda: ts.estimate_mean(ts.rake(sample, margins), VARIABLES),
        "medians": lambda: ts.estimate_quantile(linearised, VARIABLES, df="design"),
    }
    own: dict[str, tuple[float, pl.DataFrame]] = {}
    for case, call in calls.items():
        (seconds,) = in_turns(call)
        table = call().to_polars()
        if "domain" not in table.columns:
            table = table.with_columns(domain=pl.lit(0))
        own[case] = (seconds, table.select("domain", "variable", "estimate", "std_error"))
    return {**own, "plain": own["domains"]}


def difference(own: pl.DataFrame, other: pl.DataFrame) -> float:
    """Give the largest relative difference of estimates and standard errors."""
    pairs = own.join(other, on=["domain", "variable"], suffix="_other", validate="1:1")
    if pairs.height != own.height:
        return float("inf")
    compared = [name for name in ("estimate", "std_error") if other[name].count()]
    # The standard error of a mean that is calibrated to is zero but for rounding.
    rounding = 1e-7 * pl.col("estimate_other").abs()
    worst = [
        (
            (pl.col(name) - pl.col(f"{name}_other")).abs()
            / pl.max_horizontal(pl.col(f"{name}_other").abs(), rounding)
        ).max()
        for name in compared
    ]
    return float(pairs.select(pl.max_horizontal(worst)).item())


def compare(
    name: str, command: list[str] | None, folder: Path, own: dict[str, tuple[float, pl.DataFrame]]
) -> bool:
    """Print what the other takes beside talentstats; False when the numbers differ."""
    if command is None:
        print(f"{name:<12}not installed")
        return True
    subprocess.run([*command, str(folder)], check=True)
    prefix = name.split(maxsplit=1)[0].lower()
    agreed = True
    for case, title in CASES.items():
        file = folder / f"{prefix}_{case}.csv"
        if not file.exists():
            continue
        other = pl.read_csv(file, schema_overrides={"estimate": pl.Float64, "std_error": pl.Float64})
        seconds, table = own[case]
        theirs, apart = float(other["seconds"][0]), difference(table, other)
        agreed &= apart <= AGREEMENT
        print(
            f"{name:<12}{title:<32}{seconds:>10.3f}{theirs:>10.2f}{theirs / seconds:>9.0f}x{apart:>12.0e}",
            flush=True,
        )
    return agreed


def main() -> int:
    """Print the ratios; 1 when numbers differ by more than 1e-8."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--full", action="store_true", help="10^6 rows instead of 10^5")
    parser.add_argument("--svy-python", metavar="PATH", help="interpreter of an environment with svy")
    options = parser.parse_args()
    rows = 1_000_000 if options.full else 100_000
    frame = with_margins(made_sample(rows, domains=50))
    sample = with_replicates(frame)
    print(f"beside others, n = {rows:,}")
    print(f"{'':<12}{'what':<32}{'seconds':>10}{'theirs':>10}{'ratio':>10}{'differ by':>12}")
    own = measure_own(frame, sample)
    agreed = True
    with tempfile.TemporaryDirectory(prefix="talentstats-bench-") as folder:
        write_sample(Path(folder), frame, sample)
        for name, command in commands(options.svy_python).items():
            agreed &= compare(name, command, Path(folder), own)
    return 0 if agreed else 1


if __name__ == "__main__":
    sys.exit(main())
