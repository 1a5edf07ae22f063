"""Every value R's package `survey` gave on the synthetic samples, through the public API; no R is needed."""

import json
from pathlib import Path

import pytest

from reference.case_data import Case
from reference.conformance import explanation, read_cases, run_case

HERE = Path(__file__).parent
CASES = read_cases(HERE)
FILES = sorted(path.name for path in HERE.glob("*.json"))
STATISTICS = {"mean", "total", "ratio", "proportion", "count", "variance"}
EVERY_CASE = {f"{Path(name).stem} {case['id']}": case for name in FILES for case in read_cases(HERE, name)}


@pytest.mark.parametrize("case", EVERY_CASE.values(), ids=list(EVERY_CASE))
def test_value_agrees_with_r(case: Case) -> None:
    outcome = run_case(case, HERE)
    assert outcome.verdict == "agree", explanation(outcome)


def test_every_statistic_meets_every_kind_of_design() -> None:
    met: dict[str, set[str]] = {}
    for case in CASES:
        if not case["kind"].startswith(("error", "lonely", "ultimate", "panel", "wave")):
            met.setdefault(case["design"]["key"], set()).add(case["spec"]["op"])
    incomplete = {
        design: STATISTICS - operations for design, operations in met.items() if STATISTICS - operations
    }
    assert not incomplete


@pytest.mark.parametrize("name", FILES)
def test_the_values_say_how_they_were_made(name: str) -> None:
    about = json.loads((HERE / name).read_text(encoding="utf-8"))
    assert about["source"].startswith("R ")
    assert (HERE.parents[1] / about["script"]).is_file()
    assert about["data"].startswith("synthetic")
    assert all(case["call"] and case["tolerance"] for case in about["cases"])
