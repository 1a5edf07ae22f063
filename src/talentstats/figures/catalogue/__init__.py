"""The kinds of figure: one file for each."""

from talentstats.figures.catalogue.choropleth import choropleth
from talentstats.figures.catalogue.dots import dots
from talentstats.figures.catalogue.interval_dots import interval_dots
from talentstats.figures.catalogue.likert import likert
from talentstats.figures.catalogue.programmes import programmes
from talentstats.figures.catalogue.revisions import revisions
from talentstats.figures.catalogue.slope import slope
from talentstats.figures.catalogue.small_multiples import small_multiples
from talentstats.figures.catalogue.stacked_shares import stacked_shares
from talentstats.figures.catalogue.tile_map import tile_map
from talentstats.figures.catalogue.trend import trend
from talentstats.figures.catalogue.weighting import weighting

__all__ = [
    "choropleth",
    "dots",
    "interval_dots",
    "likert",
    "programmes",
    "revisions",
    "slope",
    "small_multiples",
    "stacked_shares",
    "tile_map",
    "trend",
    "weighting",
]
