"""Rules that relate rows to each other: one pure function per kind of check."""

from collections.abc import Callable
from typing import Any

import polars as pl

from talentstats.schemas import TableCheck
from talentstats.schemas.checks import (
    ContiguousPeriods,
    FlowIdentity,
    OneVariant,
    PeriodBegun,
    RateConsistent,
    RegionalSum,
    RevisionSize,
)
from talentstats.validation.relations.evidence import as_evidence
from talentstats.validation.relations.flows import flow_identity
from talentstats.validation.relations.periods import period_begun, periods_contiguous
from talentstats.validation.relations.rates import rate_consistent
from talentstats.validation.relations.revisions import revision_size
from talentstats.validation.relations.sums import regional_sum
from talentstats.validation.relations.variants import one_variant

#: Per kind of check: what computes residual and tolerance, and the column a failure is about.
_RELATIONS: dict[type, tuple[Callable[[pl.DataFrame, Any], pl.DataFrame], str]] = {
    ContiguousPeriods: (periods_contiguous, "period"),
    FlowIdentity: (flow_identity, "value"),
    OneVariant: (one_variant, "adjustment"),
    PeriodBegun: (period_begun, "period"),
    RateConsistent: (rate_consistent, "value"),
    RegionalSum: (regional_sum, "value"),
    RevisionSize: (revision_size, "value"),
}


def column_of(check: TableCheck) -> str:
    """Return the column that a broken rule of this kind is about."""
    return _RELATIONS[type(check)][1]


def evidence_of(frame: pl.DataFrame, check: TableCheck) -> pl.DataFrame:
    """Compute what a check has to judge: one row per thing checked, with residual and tolerance.

    Parameters
    ----------
    frame : polars.DataFrame
        Observations in their declared types.
    check : TableCheck
        One of the checks a schema declares.

    Returns
    -------
    polars.DataFrame
        Columns of `relations.evidence.EVIDENCE`; residual in the unit of the rule.
    """
    compute, column = _RELATIONS[type(check)]
    return as_evidence(compute(frame, check), column=column)


__all__ = ["column_of", "evidence_of"]
