"""Research statistics and reporting: every number with a witness, the same inputs the same bytes.

The names below are loaded when they are first used, so that `import talentstats` stays quick.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from talentstats.version import __version__

if TYPE_CHECKING:
    from talentstats import figures, labour, regions, smallarea
    from talentstats.estimate.change import change
    from talentstats.estimate.compare import compare
    from talentstats.estimate.contrast import contrast
    from talentstats.estimate.estimates import Estimates
    from talentstats.estimate.indicators.indicators import (
        estimate_at_risk_rate,
        estimate_gini,
        estimate_median_gap,
        estimate_pay_gap,
        estimate_quintile_share_ratio,
    )
    from talentstats.estimate.merging import merge
    from talentstats.estimate.models.marginal_effects import marginal_effects
    from talentstats.estimate.models.model import ModelFit, fit_model
    from talentstats.estimate.partial import finalize, partial
    from talentstats.estimate.planning.allocation import allocate
    from talentstats.estimate.planning.power import power_for_change, required_n_for_change
    from talentstats.estimate.planning.sample_size import precision_of, required_sample_size
    from talentstats.estimate.quantiles.quantile import estimate_quantile
    from talentstats.estimate.statistics import (
        estimate_count,
        estimate_mean,
        estimate_proportion,
        estimate_ratio,
        estimate_total,
        estimate_variance,
    )
    from talentstats.estimate.storage import load_partial, save_partial
    from talentstats.estimate.testing.chi_square import chi_square_test
    from talentstats.estimate.testing.rank_test import rank_test
    from talentstats.estimate.testing.result import TestResult
    from talentstats.estimate.testing.t_test import t_test
    from talentstats.estimate.testing.two_way import two_way_table
    from talentstats.reading import read_cbs, read_eurostat
    from talentstats.reporting.editions import open_report
    from talentstats.sources.cbs.fetch import fetch_cbs
    from talentstats.sources.eurostat.fetch import fetch_eurostat
    from talentstats.store import read_processed
    from talentstats.survey.design import SurveyDesign
    from talentstats.survey.make_replicates import make_replicates
    from talentstats.survey.replicates import ReplicateWeights
    from talentstats.survey.sample import SurveySample
    from talentstats.survey.unequal import Brewer, HartleyRao, JointProbabilities, Overton
    from talentstats.terms import Period, Vintage
    from talentstats.validation import validate
    from talentstats.vintages.table_revisions import TableRevisions, revisions
    from talentstats.waves.sample import sample_of, stacked_sample
    from talentstats.weighting.calibration import calibrate
    from talentstats.weighting.diagnosis import diagnose_weights
    from talentstats.weighting.margins import Margins
    from talentstats.weighting.margins_file import read_margins
    from talentstats.weighting.nonresponse import adjust_nonresponse
    from talentstats.weighting.propensity import adjust_by_propensity
    from talentstats.weighting.raking import poststratify, rake
    from talentstats.weighting.trim import trim_weights

_HOMES = {
    "Brewer": "talentstats.survey.unequal",
    "Estimates": "talentstats.estimate.estimates",
    "HartleyRao": "talentstats.survey.unequal",
    "JointProbabilities": "talentstats.survey.unequal",
    "Margins": "talentstats.weighting.margins",
    "ModelFit": "talentstats.estimate.models.model",
    "Overton": "talentstats.survey.unequal",
    "Period": "talentstats.terms",
    "ReplicateWeights": "talentstats.survey.replicates",
    "SurveyDesign": "talentstats.survey.design",
    "SurveySample": "talentstats.survey.sample",
    "TableRevisions": "talentstats.vintages.table_revisions",
    "TestResult": "talentstats.estimate.testing.result",
    "Vintage": "talentstats.terms",
    "adjust_by_propensity": "talentstats.weighting.propensity",
    "adjust_nonresponse": "talentstats.weighting.nonresponse",
    "allocate": "talentstats.estimate.planning.allocation",
    "calibrate": "talentstats.weighting.calibration",
    "change": "talentstats.estimate.change",
    "chi_square_test": "talentstats.estimate.testing.chi_square",
    "compare": "talentstats.estimate.compare",
    "contrast": "talentstats.estimate.contrast",
    "diagnose_weights": "talentstats.weighting.diagnosis",
    "estimate_at_risk_rate": "talentstats.estimate.indicators.indicators",
    "estimate_count": "talentstats.estimate.statistics",
    "estimate_gini": "talentstats.estimate.indicators.indicators",
    "estimate_mean": "talentstats.estimate.statistics",
    "estimate_median_gap": "talentstats.estimate.indicators.indicators",
    "estimate_pay_gap": "talentstats.estimate.indicators.indicators",
    "estimate_proportion": "talentstats.estimate.statistics",
    "estimate_quantile": "talentstats.estimate.quantiles.quantile",
    "estimate_quintile_share_ratio": "talentstats.estimate.indicators.indicators",
    "estimate_ratio": "talentstats.estimate.statistics",
    "estimate_total": "talentstats.estimate.statistics",
    "estimate_variance": "talentstats.estimate.statistics",
    "fetch_cbs": "talentstats.sources.cbs.fetch",
    "fetch_eurostat": "talentstats.sources.eurostat.fetch",
    "finalize": "talentstats.estimate.partial",
    "fit_model": "talentstats.estimate.models.model",
    "load_partial": "talentstats.estimate.storage",
    "make_replicates": "talentstats.survey.make_replicates",
    "marginal_effects": "talentstats.estimate.models.marginal_effects",
    "merge": "talentstats.estimate.merging",
    "open_report": "talentstats.reporting.editions",
    "partial": "talentstats.estimate.partial",
    "poststratify": "talentstats.weighting.raking",
    "power_for_change": "talentstats.estimate.planning.power",
    "precision_of": "talentstats.estimate.planning.sample_size",
    "rake": "talentstats.weighting.raking",
    "rank_test": "talentstats.estimate.testing.rank_test",
    "read_cbs": "talentstats.reading",
    "read_eurostat": "talentstats.reading",
    "read_margins": "talentstats.weighting.margins_file",
    "read_processed": "talentstats.store",
    "required_n_for_change": "talentstats.estimate.planning.power",
    "required_sample_size": "talentstats.estimate.planning.sample_size",
    "revisions": "talentstats.vintages.table_revisions",
    "sample_of": "talentstats.waves.sample",
    "save_partial": "talentstats.estimate.storage",
    "stacked_sample": "talentstats.waves.sample",
    "t_test": "talentstats.estimate.testing.t_test",
    "trim_weights": "talentstats.weighting.trim",
    "two_way_table": "talentstats.estimate.testing.two_way",
    "validate": "talentstats.validation",
}
_MODULES = ("figures", "labour", "regions", "smallarea")

__all__ = [
    "Brewer",
    "Estimates",
    "HartleyRao",
    "JointProbabilities",
    "Margins",
    "ModelFit",
    "Overton",
    "Period",
    "ReplicateWeights",
    "SurveyDesign",
    "SurveySample",
    "TableRevisions",
    "TestResult",
    "Vintage",
    "__version__",
    "adjust_by_propensity",
    "adjust_nonresponse",
    "allocate",
    "calibrate",
    "change",
    "chi_square_test",
    "compare",
    "contrast",
    "diagnose_weights",
    "estimate_at_risk_rate",
    "estimate_count",
    "estimate_gini",
    "estimate_mean",
    "estimate_median_gap",
    "estimate_pay_gap",
    "estimate_proportion",
    "estimate_quantile",
    "estimate_quintile_share_ratio",
    "estimate_ratio",
    "estimate_total",
    "estimate_variance",
    "fetch_cbs",
    "fetch_eurostat",
    "figures",
    "finalize",
    "fit_model",
    "labour",
    "load_partial",
    "make_replicates",
    "marginal_effects",
    "merge",
    "open_report",
    "partial",
    "poststratify",
    "power_for_change",
    "precision_of",
    "rake",
    "rank_test",
    "read_cbs",
    "read_eurostat",
    "read_margins",
    "read_processed",
    "regions",
    "required_n_for_change",
    "required_sample_size",
    "revisions",
    "sample_of",
    "save_partial",
    "smallarea",
    "stacked_sample",
    "t_test",
    "trim_weights",
    "two_way_table",
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
