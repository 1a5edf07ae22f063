"""A wave of respondents before it is estimated from: columns, design, routing, and what is plausible."""

from talentstats.validation.respondents.quality import flags
from talentstats.validation.respondents.schema import respondent_schema
from talentstats.validation.respondents.summary import WaveSummary, summarise_wave
from talentstats.validation.respondents.validate import validate_wave

__all__ = ["WaveSummary", "flags", "respondent_schema", "summarise_wave", "validate_wave"]
