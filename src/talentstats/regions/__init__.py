"""Regions of the Netherlands: codes and names, what belongs to what in a year, and boundaries that move."""

from talentstats.regions.aggregate import Aggregated, aggregate
from talentstats.regions.codes import RegionGroup, Regions, read_regions
from talentstats.regions.crosswalk import Crosswalk, crosswalk
from talentstats.regions.hierarchy import Hierarchy, read_hierarchy
from talentstats.regions.municipalities import Municipalities, read_municipalities
from talentstats.regions.territory import changes_without_weights, territory_changes

__all__ = [
    "Aggregated",
    "Crosswalk",
    "Hierarchy",
    "Municipalities",
    "RegionGroup",
    "Regions",
    "aggregate",
    "changes_without_weights",
    "crosswalk",
    "read_hierarchy",
    "read_municipalities",
    "read_regions",
    "territory_changes",
]
