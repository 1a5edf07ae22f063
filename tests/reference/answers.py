"""From a case to the package's values, and which cases it does not answer yet."""

from collections.abc import Callable
from pathlib import Path

from reference.case_data import Case
from reference.comparisons import change, difference
from reference.estimated import Answer, estimates, proportion
from reference.hypothesis_tests import answer as tested
from reference.indicators import answer as indicator
from reference.models import answer as model
from reference.quantiles import answer as quantile
from reference.question import Question
from reference.sample_size import answer as planned
from reference.weighted import STEPS

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
    "ttest": tested,
    "chisq": tested,
    "ranktest": tested,
    "glm": model,
    "indicator": indicator,
    "marginal_effects": model,
    "quantile": quantile,
    "sample_size": planned,
}
OPTIONS = {"survey.lonely.psu", "survey.ultimate.cluster"}


def why_unsupported(case: Case) -> str | None:
    """Say what of a case the package does not do yet; None when it should agree.

    This is the one place to change when a kind of case is added.
    """
    spec = case.get("spec") or {}
    if operation_of(case) not in OPERATIONS:
        return f"operation `{operation_of(case)}`"
    steps = spec.get("weighting") or []
    unknown_steps = [step["op"] for step in steps if step["op"] not in STEPS]
    if case.get("steps") and not steps:
        unknown_steps = list(case["steps"])
    if unknown_steps:
        return f"step `{unknown_steps[0]}`"
    unknown = set(case.get("options") or {}) - OPTIONS
    return f"option `{unknown.pop()}`" if unknown else None


def answer(case: Case, folder: Path) -> Answer:
    """Return the package's values for a case."""
    return OPERATIONS[operation_of(case)](Question(case=case, folder=folder))


def operation_of(case: Case) -> str:
    """Name what is asked; a case without a specification has its kind and its call."""
    return str((case.get("spec") or {}).get("op", case["kind"]))
