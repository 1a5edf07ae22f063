"""Small areas: estimates of a model for regions with few respondents; every result says so."""

from talentstats.smallarea.area_level import fay_herriot, spatial_fay_herriot
from talentstats.smallarea.benchmark import benchmark
from talentstats.smallarea.result import SmallAreaEstimates
from talentstats.smallarea.unit_level import unit_level

__all__ = ["SmallAreaEstimates", "benchmark", "fay_herriot", "spatial_fay_herriot", "unit_level"]
