"""Tables of a report, in Dutch and in English."""

from talentstats.tables.pipe import Column, Table

__all__ = ["Column", "Table"]
