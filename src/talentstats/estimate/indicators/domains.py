"""From an indicator's kernel to estimates: domains, errors, intervals and notes."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import polars as pl

from talentstats.errors import unknown_name
from talentstats.estimate.assemble import assemble
from talentstats.estimate.dispersion import Dispersion, ReplicateEstimates, UnitScores
from talentstats.estimate.estimates import Estimates
from talentstats.estimate.indicators.scores import Indicator, Influence
from talentstats.estimate.notes import INTERVAL_NOTES
from talentstats.estimate.presentation import DF_RULES, Presentation
from talentstats.estimate.row_domains import first_stage_df, row_domains
from talentstats.estimate.row_scores import (
    design_df,
    replicate_dispersion,
    score_dispersion,
    units_of,
    variances,
)
from talentstats.estimate.rows import SampleRows
from talentstats.variance.groups import BoolArray, FloatArray, IntArray, group_counts, group_sums
from talentstats.variance.intervals import symmetric_interval

INTERVALS = ("t", "normal")
# Scores of rows are made for as many domains at once as stay below this number of values.
_BLOCK = 10_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class IndicatorRequest:
    """What is asked of an indicator.

    Attributes
    ----------
    statistic, variable : str
    by : tuple of str
    presentation : Presentation
    undefined : str
        Why there may be no estimate although somebody answered.
    level : str or None
        The group that a pay gap is about.
    """

    statistic: str
    variable: str
    by: tuple[str, ...]
    presentation: Presentation
    undefined: str
    level: str | None = None

    def __post_init__(self) -> None:
        if self.presentation.interval not in INTERVALS:
            raise unknown_name("interval for an indicator", str(self.presentation.interval), INTERVALS)
        if self.presentation.df not in DF_RULES:
            raise unknown_name("rule for degrees of freedom", self.presentation.df, DF_RULES)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Domains:
    """The domains of one grouping set.

    Attributes
    ----------
    frame : polars.DataFrame
        One row a domain.
    member, counted : (rows,) int
        The domain of each row; -1 for a row that is in none, and for one that did not answer.
    indicator : Indicator
    """

    frame: pl.DataFrame
    member: IntArray
    counted: IntArray
    indicator: Indicator

    @property
    def size(self) -> int:
        return self.frame.height

    def count(self, codes: IntArray) -> IntArray:
        """Count the rows of each domain."""
        return group_counts(codes[codes >= 0], n_groups=self.size)

    def weights(self, weight: FloatArray) -> FloatArray:
        """Sum the weights of those who answered, (domains,)."""
        here = self.counted >= 0
        return group_sums(self.counted[here], weight[here, None], n_groups=self.size)[:, 0]


def estimate_indicator(
    rows: SampleRows,
    request: IndicatorRequest,
    *,
    answered: BoolArray,
    make: Callable[[IntArray, int], Indicator],
) -> Estimates:
    """Estimate an indicator in every domain.

    Parameters
    ----------
    rows : SampleRows
    request : IndicatorRequest
    answered : (rows,) bool
        Rows inside the subpopulation with all the values the indicator needs.
    make : callable
        From the domain of each row (-1: none) and the number of domains to the kernel.
    """
    sets = _domain_sets(rows, request, answered, make)
    # Where nobody answered a kernel meets 0 / 0; the result is NaN and gets a note.
    with np.errstate(divide="ignore", invalid="ignore"):
        full = np.hstack([one.indicator.values(rows.weight[:, None])[:, 0] for one in sets])
        influence = [one.indicator.influence(rows.weight) for one in sets]
        full = np.where(np.isfinite(full), full, np.nan)
        dispersion = _dispersion(rows, sets, influence, full)
        variance = variances(dispersion)
        columns, codes = _columns(rows, request, sets, full, variance)
        columns["design_effect"] = variance / _srs_variances(rows, sets, influence, answered)
    return assemble(
        rows,
        statistic=request.statistic,
        by=request.by,
        domains=pl.concat([one.frame for one in sets]),
        variable=[request.variable] * full.size,
        level=[request.level] * full.size,
        columns=columns,
        note=_notes(request, columns, codes, dispersion),
        dispersion=dispersion,
        interval=str(request.presentation.interval),
        conf_level=request.presentation.conf_level,
        df_rule=request.presentation.df,
        domain_df=np.hstack([_domain_df(rows, one) for one in sets]),
    )


def _domain_sets(
    rows: SampleRows,
    request: IndicatorRequest,
    answered: BoolArray,
    make: Callable[[IntArray, int], Indicator],
) -> list[_Domains]:
    sets = []
    for one in row_domains(rows, request.by, margins=request.presentation.margins):
        counted = np.where(answered, one.member, -1)
        kernel = make(counted, one.size)
        sets.append(_Domains(frame=one.frame, member=one.member, counted=counted, indicator=kernel))
    return sets


def _dispersion(
    rows: SampleRows, sets: list[_Domains], influence: list[Influence], full: FloatArray
) -> Dispersion:
    if rows.replicates is not None:
        return replicate_dispersion(
            rows, lambda weight: np.vstack([one.indicator.values(weight) for one in sets]).T, full
        )
    undefined = np.isnan(full) | ~np.hstack([one.defined for one in influence])
    step = max(1, _BLOCK // rows.weight.size)
    parts: list[UnitScores] = []
    for one in influence:
        for first in range(0, one.slope.size, step):
            columns = one.columns(first, min(first + step, one.slope.size))
            known = np.where(np.isfinite(columns).all(axis=0), columns, 0.0)
            parts.append(score_dispersion(rows, known * rows.weight[:, None]))
    return _joined(parts, undefined)


def _joined(parts: list[UnitScores], undefined: BoolArray) -> UnitScores:
    """Make one dispersion of those of some domains each."""
    values = np.vstack([block.values for part in parts for block in part.blocks])
    size = values.shape[0]
    block = replace(parts[0].blocks[0], values=values, denominator=np.ones((1, size)))
    return replace(parts[0], blocks=(block,), size=size, undefined=undefined)


def _srs_variances(
    rows: SampleRows, sets: list[_Domains], influence: list[Influence], answered: BoolArray
) -> FloatArray:
    """Give the variances under simple random sampling of as many persons; NaN where not defined."""
    everyone = float(answered.sum()), float(rows.weight[answered].sum())
    found = []
    for one, moved in zip(sets, influence, strict=True):
        n, population = one.count(one.counted).astype(np.float64), one.weights(rows.weight)
        if one.indicator.depends_on_all:
            n, population = (np.full(one.size, size) for size in everyone)
        total, square = moved.weighted_moments(rows.weight)
        spread = n / (n - 1) * (square / population - (total / population) ** 2)
        variance = population**2 * (1 - n / population) * spread / n
        found.append(np.where((n > 1) & (population > n) & (variance > 0), variance, np.nan))
    return np.hstack(found)


def _domain_df(rows: SampleRows, domains: _Domains) -> FloatArray:
    """Count the first-stage units with an answer less their strata, (domains,); of replicates their own."""
    if rows.replicates is not None:
        return np.full(domains.size, design_df(rows))
    return first_stage_df(domains.counted, rows.unit, units_of(rows), n_domains=domains.size)


def _columns(
    rows: SampleRows,
    request: IndicatorRequest,
    sets: list[_Domains],
    full: FloatArray,
    variance: FloatArray,
) -> tuple[dict[str, FloatArray], list[str]]:
    """Give the columns of the table, and the codes of what is to be said of the intervals."""
    error = np.sqrt(variance)
    shown = request.presentation
    df = np.hstack([_domain_df(rows, one) for one in sets])
    if shown.df == "design":
        df = np.full(full.size, design_df(rows))
    freedom = df if shown.interval == "t" else np.full(full.size, np.inf)
    ends = symmetric_interval(full, error, df=freedom, conf_level=shown.conf_level)
    n_obs, n_members = (np.hstack(counts) for counts in _counts(sets))
    columns = {
        "estimate": full,
        "std_error": error,
        "conf_low": ends.low,
        "conf_high": ends.high,
        "df": df,
        "n_obs": n_obs,
        "n_missing": n_members - n_obs,
        "sum_weights": np.hstack([one.weights(rows.weight) for one in sets]),
    }
    return columns, ends.note.tolist()


def _counts(sets: list[_Domains]) -> tuple[list[FloatArray], list[FloatArray]]:
    """Count those who answered and all members, for each set."""
    answered = [one.count(one.counted).astype(np.float64) for one in sets]
    return answered, [one.count(one.member).astype(np.float64) for one in sets]


def _notes(
    request: IndicatorRequest, columns: dict[str, FloatArray], codes: list[str], dispersion: Dispersion
) -> list[str]:
    dropped = np.zeros(columns["estimate"].size)
    if isinstance(dispersion, ReplicateEstimates):
        dropped = np.isnan(dispersion.values).sum(axis=0)
    notes = []
    for i, code in enumerate(codes):
        said = [INTERVAL_NOTES[code]] if code else []
        if columns["n_obs"][i] == 0:
            said = ["no answers in this domain"]
        elif np.isnan(columns["estimate"][i]):
            said = [request.undefined]
        else:
            if code == "no_std_error":
                said = ["no standard error: the incomes differ too little to have a density"]
            if dropped[i]:
                said.append(f"{dropped[i]} replicate(s) in which it is not defined left out")
            if np.isnan(columns["design_effect"][i]) and code != "no_std_error":
                said.append("no design effect: a simple random sample as large has no error to compare with")
        notes.append("; ".join(text for text in said if text))
    return notes
