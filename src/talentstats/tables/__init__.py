"""Tables of a report, in Dutch and in English."""

from talentstats.tables.escape import escape_formula, escape_markdown
from talentstats.tables.pipe import Column, Table, pipe_table

__all__ = ["Column", "Table", "escape_formula", "escape_markdown", "pipe_table"]
