"""The answers of each domain in ascending order."""

import numpy as np

from talentstats.estimate.quantiles.rules import InverseRule, RankedAnswers, rank_answers
from talentstats.estimate.quantiles.shares import Answers
from talentstats.estimate.row_domains import RowDomains
from talentstats.variance.groups import BoolArray, FloatArray, IntArray, group_counts


def answers_of(domains: RowDomains, numbers: FloatArray, answered: BoolArray) -> Answers:
    """Give the answers to a variable: numbers of the rows in `answered`, both (rows,)."""
    return Answers(numbers=numbers, domain=np.where(answered, domains.member, -1), n_domains=domains.size)


def ranked(answers: Answers, weight: FloatArray, inverse: InverseRule) -> tuple[RankedAnswers, IntArray]:
    """Sort the answers of each domain.

    Returns
    -------
    RankedAnswers
    (answers,) int
        The rows, in that order.
    """
    counted = answers.counted
    rows = np.arange(counted.size) if counted.all() else np.flatnonzero(counted)
    numbers = answers.numbers if rows.size == counted.size else answers.numbers[rows]
    # Among equal answers the order of the rows is kept only for rules to which it matters: that takes longer.
    order = np.argsort(numbers, kind="stable" if inverse.depends_on_ties else "quicksort")
    if answers.n_domains > 1:
        codes = answers.domain[rows].astype(np.min_scalar_type(answers.n_domains))[order]
        order = order[np.argsort(codes, kind="stable")]
    counts = group_counts(answers.domain[rows], n_groups=answers.n_domains)
    starts = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
    rows = rows[order]
    return rank_answers(numbers[order], weight[rows], starts), rows
