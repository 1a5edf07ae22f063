"""From rows to quantiles, their intervals and standard errors, variable by variable in sets of domains."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from talentstats.errors import InputError
from talentstats.estimate.quantiles.domains import answers_of, ranked
from talentstats.estimate.quantiles.ends import (
    QuantileEnds,
    ShareInterval,
    WoodruffInterval,
    score_ends,
    woodruff_ends,
)
from talentstats.estimate.quantiles.request import QuantileRequest
from talentstats.estimate.quantiles.rules import RankedAnswers, replicate_quantiles, weighted_quantiles
from talentstats.estimate.quantiles.shares import Answers, Variation, replicate_variances, share_variation
from talentstats.estimate.row_domains import RowDomains, row_domains
from talentstats.estimate.row_scores import design_df
from talentstats.estimate.rows import SampleRows
from talentstats.variance.groups import BoolArray, FloatArray, IntArray
from talentstats.variance.intervals import symmetric_interval
from talentstats.variance.proportion_ends import student_quantile

# Replicate quantiles are found for so many values at once.
_BLOCK = 2_000_000


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Quantiles:
    """The quantiles of one variable; arrays (domains, quantiles).

    Attributes
    ----------
    estimate, std_error, low, high : float
    note : str
        What the interval is, see `QuantileEnds`.
    share, share_error : float
        Share of the domain at or below the estimate, and its standard error.
    df, domain_df : float
        Degrees of freedom used, and those of the domain.
    n_obs, total : float
        Answers, and the sum of their weights.
    """

    estimate: FloatArray
    std_error: FloatArray
    low: FloatArray
    high: FloatArray
    note: NDArray[np.str_]
    share: FloatArray
    share_error: FloatArray
    df: FloatArray
    domain_df: FloatArray
    n_obs: FloatArray
    total: FloatArray


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class EstimatedSet:
    """The quantiles of all variables in one grouping set.

    Attributes
    ----------
    domains : RowDomains
    quantiles : tuple of Quantiles
        By variable.
    variation : Variation
    scores : tuple of float arrays
        By variable, what covariances are made of: the scores that `variation` gives, or for the interval
        "quantile" the quantiles of replicates, (domains, quantiles, replicates).
    """

    domains: RowDomains
    quantiles: tuple[Quantiles, ...]
    variation: Variation
    scores: tuple[FloatArray, ...]


def estimate_sets(rows: SampleRows, request: QuantileRequest) -> list[EstimatedSet]:
    """Estimate the quantiles of every variable in every grouping set.

    Raises
    ------
    InputError
        For an interval that the sample cannot have, or an empty subpopulation.
    """
    _refuse_interval(rows, request)
    answered = _answered(rows, request)
    sets = []
    for domains in row_domains(rows, request.by, margins=request.margins):
        variation = share_variation(rows, domains.member, domains.size)
        made = [
            _estimate(rows, request, answers_of(domains, rows.numbers(name), rows_with), variation)
            for name, rows_with in zip(request.variables, answered, strict=True)
        ]
        quantiles, scores = zip(*made, strict=True)
        sets.append(EstimatedSet(domains=domains, quantiles=quantiles, variation=variation, scores=scores))
    return sets


def _answered(rows: SampleRows, request: QuantileRequest) -> list[BoolArray]:
    """Say for each variable which rows have an answer that counts."""
    own = [~np.isnan(rows.numbers(name)) for name in request.variables]
    return own if request.missing == "per_variable" else [np.all(own, axis=0)] * len(own)


def _refuse_interval(rows: SampleRows, request: QuantileRequest) -> None:
    if request.interval == "quantile" and rows.replicates is None:
        raise InputError(
            'The interval "quantile" is the spread of the quantiles of replicates, and the sample has none.',
            expected="a sample with replicates",
            got="a sample whose variances are linearised",
            remedy="Make replicates with `make_replicates`, or choose another interval.",
        )
    if request.interval == "score" and rows.replicates is not None:
        raise InputError(
            'The interval "score" is not defined for replicates.',
            expected="`mean`, `beta`, `xlogit`, `asin` or `quantile`",
            got="`score`",
            remedy="Choose another interval, or leave the replicates out.",
        )


def _estimate(
    rows: SampleRows, request: QuantileRequest, answers: Answers, variation: Variation
) -> tuple[Quantiles, FloatArray]:
    """Estimate the quantiles of one variable; also give what their covariances are made of."""
    order, places = ranked(answers, rows.weight, request.inverse)
    shape = (answers.n_domains, len(request.shares))
    wanted = np.broadcast_to(np.array(request.shares), shape)
    estimate = weighted_quantiles(order, wanted, request.inverse)
    share = order.share_up_to(estimate)
    scores = variation.scores(answers, estimate, share)
    share_error = np.sqrt(variation.variances(scores))
    domain_df = np.broadcast_to(variation.df(answers)[:, None], shape)
    df = domain_df if request.df == "domain" else np.full(shape, design_df(rows))
    if request.interval == "quantile":
        scores = _in_replicates(rows, request, order, places)
        std_error = np.sqrt(replicate_variances(rows, scores, estimate))
        made = symmetric_interval(estimate, std_error, df=df, conf_level=request.conf_level)
        ends = QuantileEnds(low=made.low, high=made.high, note=made.note)
    else:
        known = ShareInterval(share=share, std_error=share_error, df=df, conf_level=request.conf_level)
        ends = _ends(
            request, order, interval=request.interval, known=known, answers=answers, variation=variation
        )
        width = 2 * student_quantile(df, np.full(shape, request.conf_level))
        std_error = np.where(ends.note == "alike", 0.0, (ends.high - ends.low) / width)
    found = Quantiles(
        estimate=estimate,
        std_error=std_error,
        low=ends.low,
        high=ends.high,
        note=ends.note,
        share=share,
        share_error=share_error,
        df=df,
        domain_df=domain_df,
        n_obs=np.broadcast_to(order.count, shape).astype(np.float64),
        total=np.broadcast_to(order.total, shape),
    )
    return found, scores


def _ends(
    request: QuantileRequest,
    order: RankedAnswers,
    *,
    interval: WoodruffInterval | Literal["score"],
    known: ShareInterval,
    answers: Answers,
    variation: Variation,
) -> QuantileEnds:
    def at(values: FloatArray) -> tuple[FloatArray, FloatArray]:
        share = order.share_up_to(values)
        return share, np.sqrt(variation.variances(variation.scores(answers, values, share)))

    if interval == "score":
        return score_ends(order, known, at, shares=np.array(request.shares), inverse=request.inverse)
    return woodruff_ends(order, known, interval=interval, inverse=request.inverse)


def _in_replicates(
    rows: SampleRows, request: QuantileRequest, order: RankedAnswers, places: IntArray
) -> FloatArray:
    """Give the quantiles with the weights of every replicate, (domains, quantiles, replicates)."""
    step = max(1, _BLOCK // max(1, places.size))
    parts = []
    for weights in rows.replicate_weights():
        ordered = weights[places]
        _refuse_negative(ordered)
        parts += [
            replicate_quantiles(
                order, ordered[:, start : start + step], np.array(request.shares), request.inverse
            )
            for start in range(0, ordered.shape[1], step)
        ]
    return np.moveaxis(np.concatenate(parts), 0, 2)


def _refuse_negative(weights: FloatArray) -> None:
    if weights.size and weights.min() < 0:
        raise InputError(
            "A replicate has negative weights, with which a distribution has no quantiles.",
            expected="replicate weights of 0 or more",
            got=f"{weights.min():g}",
            remedy='Choose the interval "mean", or bounds for the calibration of the replicates.',
        )
