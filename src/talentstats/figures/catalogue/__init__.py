"""The kinds of figure: one file for each."""

from talentstats.figures.catalogue.dots import dots
from talentstats.figures.catalogue.revisions import revisions
from talentstats.figures.catalogue.trend import trend
from talentstats.figures.catalogue.weighting import weighting

__all__ = ["dots", "revisions", "trend", "weighting"]
