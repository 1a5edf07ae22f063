"""Region codes, names and groups."""

from talentstats.regions.codes import RegionGroup, Regions, read_regions

__all__ = ["RegionGroup", "Regions", "read_regions"]
