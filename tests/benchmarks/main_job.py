"""Measure the main job: what it takes against what it may take, each in a process of its own."""

import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
IMPORT = "import talentstats"
HELP = "from talentstats.cli import main; import sys; sys.argv = ['talentstats', '--help']; main()"
TIGHTNESS = "import talentstats as ts; ts.labour.tightness().at('2022Q1')"


@dataclass(frozen=True, slots=True)
class Measure:
    """One line of the benchmark; `limit` in seconds."""

    name: str
    limit: float
    run: Callable[[], None]
    repeat: int = 1


def python(code: str) -> Callable[[], None]:
    """Return a run of a piece of Python in a fresh interpreter."""
    return lambda: _call([sys.executable, "-c", code])


def build(out: Path, home: Path) -> Callable[[], None]:
    """Return a full build by the built-in engine."""
    command = [sys.executable, "-m", "talentstats", "build", "--engine", "builtin", "--out", str(out)]
    return lambda: _call([*command, "--project", str(home)])


def _call(command: list[str]) -> None:
    environment = {**os.environ, "TALENTSTATS_HOME": str(ROOT)}
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment)


def _seconds(measure: Measure) -> float:
    taken = []
    for _ in range(measure.repeat):
        started = time.perf_counter()
        measure.run()
        taken.append(time.perf_counter() - started)
    return min(taken)


def main() -> int:
    """Print each measure with its limit and their ratio; 1 when a limit is passed."""
    with tempfile.TemporaryDirectory(prefix="talentstats-bench-") as folder:
        home = Path(folder) / "project"
        for name in ("data/raw", "data/reference", "reports"):
            shutil.copytree(ROOT / name, home / name, ignore=shutil.ignore_patterns("_output", "figures"))
        out = Path(folder) / "out"
        empty = _seconds(Measure("an empty interpreter", 0.0, python("pass"), 5))
        measures = (
            Measure("import talentstats", 0.4, python(IMPORT), 5),
            Measure("talentstats --help", 0.6, python(HELP), 5),
            Measure("first figure in a notebook, data prepared", 2.0, python(TIGHTNESS), 3),
            Measure("full build: both reports, languages, formats", 150.0, build(out, home)),
            Measure("rebuild with nothing changed", 3.0, build(out, home), 3),
        )
        print(f"{'what':<44}{'seconds':>9}{'limit':>8}{'ratio':>8}")
        print(f"{'an empty interpreter':<44}{empty:>9.2f}{'-':>8}{'-':>8}")
        passed = True
        for measure in measures:
            seconds = _seconds(measure)
            passed &= seconds <= measure.limit
            print(
                f"{measure.name:<44}{seconds:>9.2f}{measure.limit:>8.1f}{seconds / measure.limit:>8.2f}",
                flush=True,
            )
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    print(f"largest memory of one process: {peak:.0f} MB")
    return 0 if passed else 1


if __name__ == "__main__":
    sys.exit(main())
