"""From a case to the package's values, and which cases it does not answer yet."""

from collections.abc import Callable
from pathlib import Path

from reference.case_data import Case
from reference.comparisons import change, difference
from reference.estimated import Answer, estimates, proportion
from reference.question import Question

OPERATIONS: dict[str, Callable[[Question], Answer]] = {
    "mean": estimates,
    "total": estimates,
    "ratio": estimates,
    "count": estimates,
    "variance": estimates,
    "proportion": proportion,
    "difference": difference,
    "ratio of domain means": difference,
    "change": change,
    "relative change": change,
}
OPTIONS = {"survey.lonely.psu", "survey.ultimate.cluster"}


def why_unsupported(case: Case) -> str | None:
    """Say what of a case the package does not do yet; None when it should agree.

    This is the one place to change when weighting, quantiles, tests and models arrive.
    """
    spec = case.get("spec") or {}
    if spec.get("op") not in OPERATIONS:
        return f"operation `{spec.get('op', case['kind'])}`"
    if case.get("steps") or spec.get("weighting"):
        return "weighting"
    if (case.get("design") or {}).get("pps"):
        return "unequal-probability design"
    unknown = set(case.get("options") or {}) - OPTIONS
    return f"option `{unknown.pop()}`" if unknown else None


def answer(case: Case, folder: Path) -> Answer:
    """Return the package's values for a case."""
    return OPERATIONS[case["spec"]["op"]](Question(case=case, folder=folder))
