"""Research statistics and reporting: every number with a witness, the same inputs the same bytes.

The names below are loaded when they are first used, so that `import talentstats` stays quick.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from talentstats.version import __version__

if TYPE_CHECKING:
    from talentstats import figures, labour
    from talentstats.estimate.change import change
    from talentstats.estimate.compare import compare
    from talentstats.estimate.contrast import contrast
    from talentstats.estimate.estimates import Estimates
    from talentstats.estimate.merging import merge
    from talentstats.estimate.partial import finalize, partial
    from talentstats.estimate.statistics import (
        estimate_count,
        estimate_mean,
        estimate_proportion,
        estimate_ratio,
        estimate_total,
        estimate_variance,
    )
    from talentstats.estimate.storage import load_partial, save_partial
    from talentstats.reporting.editions import open_report
    from talentstats.store import read_processed
    from talentstats.survey.design import SurveyDesign
    from talentstats.survey.make_replicates import make_replicates
    from talentstats.survey.replicates import ReplicateWeights
    from talentstats.survey.sample import SurveySample
    from talentstats.terms import Period, Vintage
    from talentstats.validation import validate

_HOMES = {
    "Estimates": "talentstats.estimate.estimates",
    "Period": "talentstats.terms",
    "ReplicateWeights": "talentstats.survey.replicates",
    "SurveyDesign": "talentstats.survey.design",
    "SurveySample": "talentstats.survey.sample",
    "Vintage": "talentstats.terms",
    "change": "talentstats.estimate.change",
    "compare": "talentstats.estimate.compare",
    "contrast": "talentstats.estimate.contrast",
    "estimate_count": "talentstats.estimate.statistics",
    "estimate_mean": "talentstats.estimate.statistics",
    "estimate_proportion": "talentstats.estimate.statistics",
    "estimate_ratio": "talentstats.estimate.statistics",
    "estimate_total": "talentstats.estimate.statistics",
    "estimate_variance": "talentstats.estimate.statistics",
    "finalize": "talentstats.estimate.partial",
    "load_partial": "talentstats.estimate.storage",
    "make_replicates": "talentstats.survey.make_replicates",
    "merge": "talentstats.estimate.merging",
    "open_report": "talentstats.reporting.editions",
    "partial": "talentstats.estimate.partial",
    "read_processed": "talentstats.store",
    "save_partial": "talentstats.estimate.storage",
    "validate": "talentstats.validation",
}
_MODULES = ("figures", "labour")

__all__ = [
    "Estimates",
    "Period",
    "ReplicateWeights",
    "SurveyDesign",
    "SurveySample",
    "Vintage",
    "__version__",
    "change",
    "compare",
    "contrast",
    "estimate_count",
    "estimate_mean",
    "estimate_proportion",
    "estimate_ratio",
    "estimate_total",
    "estimate_variance",
    "figures",
    "finalize",
    "labour",
    "load_partial",
    "make_replicates",
    "merge",
    "open_report",
    "partial",
    "read_processed",
    "save_partial",
    "validate",
]


def __getattr__(name: str) -> Any:
    if name in _MODULES:
        return import_module(f"talentstats.{name}")
    if name in _HOMES:
        return getattr(import_module(_HOMES[name]), name)
    raise AttributeError(f"module `talentstats` has no attribute `{name}`")


def __dir__() -> list[str]:
    return sorted(__all__)
