"""Measure the way from CBS's stored answers to a tidy frame: 10^6 observations in ten pages."""

import json
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from cbs_support import v4_answers, write_index
from talentstats.prepare.cbs_table import tidy_cbs
from talentstats.sources.answers import Answers

PAGES, ROWS = 10, 100_000
MOST_SECONDS, MOST_TIMES_PARSING = 2.0, 1.0
_MEASURES = [f"M{number:06d}" for number in range(4)]
_REGIONS = [f"GM{number:04d}" for number in range(1, 1251)]
_YEARS = range(1988, 2026)


def store(folder: Path) -> Answers:
    """Store a made-up table of population: four measures, three sexes, 1,250 regions, 38 years."""
    dimensions = {
        "Geslacht": [{"Identifier": f"T00{number}", "Title": f"Geslacht {number}"} for number in range(3)],
        "RegioS": [{"Identifier": code, "Title": f"Gemeente {code}"} for code in _REGIONS],
        "Perioden": [
            {"Identifier": f"{year}JJ00", "Title": str(year), "Status": "Definitief"} for year in _YEARS
        ],
    }
    measures = [
        {"Identifier": code, "Title": "Bevolking", "Unit": "aantal", "Decimals": 1} for code in _MEASURES
    ]
    v4_answers(folder, [], dimensions=dimensions, measures=measures)
    (folder / "observations-page-1.json").unlink()
    names = [f"observations-page-{number + 1}.json" for number in range(PAGES)]
    for number, name in enumerate(names):
        records = [_record(position) for position in range(number * ROWS, (number + 1) * ROWS)]
        (folder / name).write_text(json.dumps({"value": records}), encoding="utf-8")
    return write_index(folder, api="cbs-v4", table="00000NED", pages=names, rows=PAGES * ROWS)


def _record(position: int) -> dict[str, Any]:
    impossible = position % 17 == 0
    measure, rest = position % len(_MEASURES), position // len(_MEASURES)
    year, rest = rest % len(_YEARS), rest // len(_YEARS)
    return {
        "Id": position,
        "Measure": _MEASURES[measure],
        "ValueAttribute": "Impossible" if impossible else "None",
        "Value": None if impossible else position / 10,
        "StringValue": None,
        "Geslacht": f"T00{rest % 3}",
        "RegioS": _REGIONS[rest // 3 % len(_REGIONS)],
        "Perioden": f"{_YEARS[year]}JJ00",
    }


def main() -> int:
    """Print the seconds of both ways with their limits; 1 when one is passed."""
    with tempfile.TemporaryDirectory() as folder:
        answers = store(Path(folder))
        started = time.perf_counter()
        for page in answers.pages:
            json.loads(page.read_bytes())
        parsing = time.perf_counter() - started
        started = time.perf_counter()
        frame = tidy_cbs(answers)
        seconds = time.perf_counter() - started
        megabytes = sum(page.stat().st_size for page in answers.pages) / 1e6
    ratio = seconds / parsing
    passed = seconds <= MOST_SECONDS and ratio <= MOST_TIMES_PARSING
    name = f"a tidy frame of CBS, n = {frame.height:,}, {megabytes:,.0f} MB of JSON"
    print(f"{name:<52}{seconds:>9.2f} s  {MOST_SECONDS:g} s", end="  ")
    print(f"{ratio:.2f} of parsing alone (limit {MOST_TIMES_PARSING:g}){'' if passed else '  OVER'}")
    return 0 if passed else 1


if __name__ == "__main__":
    sys.exit(main())
