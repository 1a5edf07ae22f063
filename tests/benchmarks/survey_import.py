"""Measure the import of a survey file: 50,000 respondents by 150 columns in every format."""

import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import polars as pl

from sources.survey_files.samples import FORMATS, write_sample
from talentstats.sources.survey_files.read import read_survey_file

ROWS, LARGE = 50_000, 1_000_000
CODES, NUMBERS, TEXTS = 120, 10, 20
#: Seconds; for `.sav` it is the promise of the project.
LIMITS = {"sav": 10.0, "zsav": 10.0, "dta": 10.0, "csv": 10.0, "xlsx": 30.0, "parquet": 5.0}


def made_answers(rows: int) -> pl.DataFrame:
    """Make answers as a questionnaire gives them: mostly codes, some numbers, some open answers."""
    draw = np.random.default_rng(1)
    columns: dict[str, object] = {f"q{item:03d}": draw.integers(1, 8, rows) for item in range(CODES)}
    columns |= {f"n{item:02d}": draw.normal(40, 10, rows).round(2) for item in range(NUMBERS)}
    answers = np.array(["", "openbaar vervoer naar het werk", "meer woningen; én sneller", "nee"])
    columns |= {f"t{item:02d}": answers[draw.integers(0, 4, rows)] for item in range(TEXTS)}
    return pl.DataFrame(columns)


def measure(name: str, frame: pl.DataFrame, folder: Path) -> float:
    """Return the seconds it takes to read the answers in one format."""
    path = write_sample(folder / f"answers.{name}", frame)
    started = time.perf_counter()
    file = read_survey_file(path)
    seconds = time.perf_counter() - started
    if file.frame.shape != frame.shape:
        raise SystemExit(f"{name}: read {file.frame.shape}, not {frame.shape}")
    path.unlink()
    return seconds


def main(arguments: list[str]) -> int:
    """Print every measure with its limit; 1 when one is passed. `--full` adds a million rows of `.sav`."""
    passed = True
    frame = made_answers(ROWS)
    print(f"n = {ROWS:,}, {frame.width} columns; polars {pl.__version__}")
    print(f"{'format':<24}{'seconds':>9}  limit")
    with tempfile.TemporaryDirectory() as folder:
        for name in FORMATS:
            seconds = measure(name, frame, Path(folder))
            within = seconds <= LIMITS[name]
            print(f"{name:<24}{seconds:>9.2f}  {LIMITS[name]:g} s{'' if within else ' OVER'}", flush=True)
            passed &= within
        if "--full" in arguments:
            seconds = measure("sav", made_answers(LARGE), Path(folder))
            print(f"{f'sav, n = {LARGE:,}':<24}{seconds:>9.2f}  no limit")
    return 0 if passed else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
