"""Measure the memory of estimates from Parquet files that are read as a stream.

Files are written and read in processes of their own, and this one loads nothing heavy: a process counts
the memory of the one that started it as its own peak.
"""

import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROWS = 10_000_000
FILES = 20
MOST_MEMORY = 600


def write(folder: Path, keys: str) -> None:
    """Write the sample in parts."""
    from benchmarks.made_sample import made_sample

    for part in range(FILES):
        frame = made_sample(ROWS // FILES, domains=50, text=keys == "text", seed=part)
        frame.write_parquet(folder / f"{part:02}.parquet")


def estimate(folder: Path) -> None:
    """Estimate from the files and print the seconds and the peak of memory in MB."""
    import polars as pl

    import talentstats as ts
    from benchmarks.estimation import DESIGN
    from benchmarks.made_sample import VARIABLES

    sample = ts.SurveySample(pl.scan_parquet(folder / "*.parquet"), DESIGN)
    started = time.perf_counter()
    ts.estimate_mean(sample, VARIABLES, by="domain")
    seconds = time.perf_counter() - started
    print(seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)


def _run(step: str, folder: str, keys: str) -> str:
    command = [sys.executable, "-m", "benchmarks.streaming", step, folder, keys]
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout


def main() -> int:
    """Print seconds and memory with their limit; 1 when it is passed."""
    print(f"{f'streaming from Parquet, n = {ROWS:,}':<44}{'seconds':>9}{'MB':>9}{'limit':>8}")
    passed = True
    for keys in ("integer", "text"):
        with tempfile.TemporaryDirectory(prefix="talentstats-bench-") as folder:
            _run("write", folder, keys)
            seconds, memory = map(float, _run("estimate", folder, keys).split())
        within = memory < MOST_MEMORY
        passed &= within
        name = f"10 means by 50 domains, keys {keys}"
        print(
            f"{name:<44}{seconds:>9.2f}{memory:>9.0f}{MOST_MEMORY:>8}{'' if within else '  OVER'}", flush=True
        )
    return 0 if passed else 1


if __name__ == "__main__":
    if sys.argv[1:2] == ["write"]:
        write(Path(sys.argv[2]), sys.argv[3])
    elif sys.argv[1:2] == ["estimate"]:
        estimate(Path(sys.argv[2]))
    else:
        sys.exit(main())
