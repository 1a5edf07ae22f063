"""The kinds of figure: one file for each."""

from talentstats.figures.catalogue.dots import dots
from talentstats.figures.catalogue.interval_dots import interval_dots
from talentstats.figures.catalogue.likert import likert
from talentstats.figures.catalogue.revisions import revisions
from talentstats.figures.catalogue.slope import slope
from talentstats.figures.catalogue.small_multiples import small_multiples
from talentstats.figures.catalogue.stacked_shares import stacked_shares
from talentstats.figures.catalogue.trend import trend
from talentstats.figures.catalogue.weighting import weighting

__all__ = [
    "dots",
    "interval_dots",
    "likert",
    "revisions",
    "slope",
    "small_multiples",
    "stacked_shares",
    "trend",
    "weighting",
]
