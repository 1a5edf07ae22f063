"""What each table must look like: data, not code."""

from talentstats.schemas.checks import ANY_REGION, AcceptedDeviation, Severity, TableCheck
from talentstats.schemas.labour import LABOUR
from talentstats.schemas.region import REGION
from talentstats.schemas.schema import Column, Measure, Sensitivity, TableSchema, Text

SCHEMAS = (LABOUR, REGION)

__all__ = [
    "ANY_REGION",
    "LABOUR",
    "REGION",
    "SCHEMAS",
    "AcceptedDeviation",
    "Column",
    "Measure",
    "Sensitivity",
    "Severity",
    "TableCheck",
    "TableSchema",
    "Text",
]
