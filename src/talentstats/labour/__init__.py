"""Labour figures with vintages: what was known, on which day, from which source."""

from talentstats.labour.compare import LabourComparison, compare, rank_range, refuse_two_definitions, relation
from talentstats.labour.observation import Definition, Observation
from talentstats.labour.programmes import programmes
from talentstats.labour.provinces import latest_complete_period, province_tightness
from talentstats.labour.rounding import Range, range_of, ratio_range, rounded_half_up
from talentstats.labour.series import Series
from talentstats.labour.stored import read_series
from talentstats.labour.tightness import tightness, tightness_from
from talentstats.labour.uwv import CLASSES, TensionClass, uwv_class, uwv_tension

__all__ = [
    "CLASSES",
    "Definition",
    "LabourComparison",
    "Observation",
    "Range",
    "Series",
    "TensionClass",
    "compare",
    "latest_complete_period",
    "programmes",
    "province_tightness",
    "range_of",
    "rank_range",
    "ratio_range",
    "read_series",
    "refuse_two_definitions",
    "relation",
    "rounded_half_up",
    "tightness",
    "tightness_from",
    "uwv_class",
    "uwv_tension",
]
