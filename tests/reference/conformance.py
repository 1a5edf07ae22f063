"""Run a file of reference cases through the public API and say how far it agrees with R.

    python tests/reference/conformance.py DIR [--verbose]

DIR holds `cases.json` and `data/`. The exit code is 0 when no case differs or errs.
"""

import argparse
import json
import re
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

if (
    __name__ == "__main__"
):  # as a script, this folder is on the path and the one that holds `reference` is not
    sys.path[0] = str(Path(__file__).resolve().parents[1])

from reference.agreement import differences
from reference.answers import answer, why_unsupported
from reference.case_data import Case
from talentstats.errors import InputError

Verdict = Literal["agree", "differ", "unsupported", "error"]
VERDICTS: tuple[Verdict, ...] = ("agree", "differ", "unsupported", "error")


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What came of a case."""

    case: Case
    verdict: Verdict
    details: tuple[str, ...] = ()


def read_cases(folder: Path, name: str = "cases.json") -> list[Case]:
    """Read the cases of a folder."""
    content = json.loads((folder / name).read_text(encoding="utf-8"))
    cases: list[Case] = content["cases"] if isinstance(content, dict) else content
    return cases


def run_case(case: Case, folder: Path) -> Outcome:
    """Run one case."""
    reason = why_unsupported(case)
    if reason:
        return Outcome(case=case, verdict="unsupported", details=(reason,))
    expected = case["values"]
    try:
        got = answer(case, folder)
    except InputError as refusal:
        verdict: Verdict = "agree" if "error" in expected else "error"
        return Outcome(case=case, verdict=verdict, details=(str(refusal),))
    except Exception as failure:  # whatever goes wrong in one case must not hide the others
        return Outcome(case=case, verdict="error", details=(f"{type(failure).__name__}: {failure}",))
    if "error" in expected:
        return Outcome(case=case, verdict="differ", details=(f"R refuses: {expected['error']}", f"got {got}"))
    found = differences(
        expected, got, tolerance=case["tolerance"], diagonal=diagonal_only(case.get("call") or "")
    )
    return Outcome(case=case, verdict="differ" if found else "agree", details=tuple(map(str, found)))


def diagonal_only(call: str) -> bool:
    """Tell whether R printed variances only."""
    return "svyby(" in call and not re.search(r"covmat\s*=\s*T(RUE)?\b", call)


def table(outcomes: Iterable[Outcome]) -> str:
    """Lay out the verdicts by kind, and the total in one line."""
    counts: dict[str, Counter[str]] = {}
    for outcome in outcomes:
        counts.setdefault(outcome.case["kind"], Counter())[outcome.verdict] += 1
    width = max([4, *map(len, counts)])
    lines = [f"{'kind':{width}}  cases  " + "  ".join(f"{verdict:>11}" for verdict in VERDICTS)]
    for kind, tally in counts.items():
        lines.append(
            f"{kind:{width}}  {tally.total():5}  " + "  ".join(f"{tally[verdict]:11}" for verdict in VERDICTS)
        )
    total = sum(counts.values(), Counter[str]())
    lines.append(
        f"{total.total()} cases: {total['agree']} agree, {total['differ']} differ, "
        f"{total['unsupported']} unsupported, {total['error']} error"
    )
    return "\n".join(lines)


def explanation(outcome: Outcome) -> str:
    """Describe a case that does not agree."""
    case = outcome.case
    return "\n".join(
        [
            f"{outcome.verdict.upper()} {case['id']}: {case.get('call')}",
            *(f"    {line}" for line in outcome.details),
        ]
    )


def main(arguments: Sequence[str], write: Callable[[str], object] = print) -> int:
    """Run the cases of a folder and write the table."""
    parser = argparse.ArgumentParser(description="Compare the package with reference values of R.")
    parser.add_argument("folder", type=Path, help="a folder with cases.json and data/")
    parser.add_argument("--verbose", action="store_true", help="print each case that does not agree")
    options = parser.parse_args(arguments)
    outcomes = [run_case(case, options.folder.resolve()) for case in read_cases(options.folder)]
    if options.verbose:
        for outcome in outcomes:
            if outcome.verdict != "agree":
                write(explanation(outcome))
    write(table(outcomes))
    return int(any(outcome.verdict in {"differ", "error"} for outcome in outcomes))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
