"""Figures: a finding, its data and its sources, drawn for print, screen and reader alike."""

from talentstats.figures.catalogue import (
    choropleth,
    dots,
    interval_dots,
    likert,
    programmes,
    revisions,
    slope,
    small_multiples,
    stacked_shares,
    tile_map,
    trend,
    weighting,
)
from talentstats.figures.classes import Classes, fixed_classes, quantile_classes
from talentstats.figures.figure import Figure, Kind
from talentstats.figures.spec import Annotation, FigureSpec

__all__ = [
    "Annotation",
    "Classes",
    "Figure",
    "FigureSpec",
    "Kind",
    "choropleth",
    "dots",
    "fixed_classes",
    "interval_dots",
    "likert",
    "programmes",
    "quantile_classes",
    "revisions",
    "slope",
    "small_multiples",
    "stacked_shares",
    "tile_map",
    "trend",
    "weighting",
]
