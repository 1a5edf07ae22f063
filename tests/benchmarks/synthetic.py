"""Measure how long a synthetic wave of a million takes in three formats, and the memory of ten million.

Each runs in a process of its own, and this one loads nothing heavy: a process counts the memory of the one
that started it as its own peak.
"""

import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

WAVE = 2025
REFERENCE = Path(__file__).resolve().parents[2] / "data" / "reference"
# Respondents, what has a limit, and the limit. The last takes minutes and five gigabytes of disk.
SPEED = (1_000_000, "seconds", 20.0)
MEMORY = (10_000_000, "MB", 6_000.0)


def synthesise(n: int, folder: Path) -> None:
    """Make a wave and print the seconds and the peak of memory in MB."""
    from talentstats.synthetic.synthesise import synthesise

    started = time.perf_counter()
    synthesise(WAVE, n=n, seed=1, out=folder / "wave", reference=REFERENCE)
    seconds = time.perf_counter() - started
    print(seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)


def _measured(n: int) -> tuple[float, float]:
    with tempfile.TemporaryDirectory(prefix="talentstats-bench-") as folder:
        command = [sys.executable, "-m", "benchmarks.synthetic", str(n), folder]
        done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
        seconds, memory = map(float, done.stdout.split())
    return seconds, memory


def main() -> int:
    """Print seconds and memory with their limit; 1 when it is passed. Ten million only with `--full`."""
    print(f"{'synthetic wave, .sav, .csv and .parquet':<44}{'seconds':>9}{'MB':>9}{'limit':>14}")
    passed = True
    for n, unit, limit in (SPEED, MEMORY) if "--full" in sys.argv[1:] else (SPEED,):
        seconds, memory = _measured(n)
        within = (seconds if unit == "seconds" else memory) < limit
        passed &= within
        shown = f"{limit:,.0f} {unit}"
        print(
            f"{f'n = {n:,}':<44}{seconds:>9.1f}{memory:>9.0f}{shown:>14}{'' if within else '  OVER'}",
            flush=True,
        )
    return 0 if passed else 1


if __name__ == "__main__":
    if sys.argv[1:] and sys.argv[1].isdigit():
        synthesise(int(sys.argv[1]), Path(sys.argv[2]))
    else:
        sys.exit(main())
