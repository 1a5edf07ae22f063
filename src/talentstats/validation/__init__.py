"""Schema -> Great Expectations -> ValidatedTable; results as JSON, JUnit and a page."""

from talentstats.validation.outcome import Failure, RuleOutcome, SnapshotCount, ValidationResult, overall
from talentstats.validation.page import render_page
from talentstats.validation.results import write_json, write_junit
from talentstats.validation.table import ValidatedTable, validate

__all__ = [
    "Failure",
    "RuleOutcome",
    "SnapshotCount",
    "ValidatedTable",
    "ValidationResult",
    "overall",
    "render_page",
    "validate",
    "write_json",
    "write_junit",
]
