"""Figures: a finding, its data and its sources, drawn for print, screen and reader alike."""

from talentstats.figures.catalogue import (
    dots,
    interval_dots,
    likert,
    revisions,
    slope,
    small_multiples,
    stacked_shares,
    trend,
    weighting,
)
from talentstats.figures.figure import Figure, Kind
from talentstats.figures.spec import Annotation, FigureSpec

__all__ = [
    "Annotation",
    "Figure",
    "FigureSpec",
    "Kind",
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
