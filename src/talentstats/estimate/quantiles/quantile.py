"""Quantiles of answers in the population and in domains, with their precision."""

from collections.abc import Iterable, Sequence

from talentstats.estimate.estimates import Estimates
from talentstats.estimate.presentation import DfRule
from talentstats.estimate.quantiles.from_rows import estimate_sets
from talentstats.estimate.quantiles.request import QuantileInterval, QuantileRequest
from talentstats.estimate.quantiles.rules import TIE_TOLERANCE, InverseRule, QuantileRule
from talentstats.estimate.quantiles.table import present_quantiles
from talentstats.estimate.request import Missing, Names, Where, make_request
from talentstats.estimate.rows import read_rows
from talentstats.survey.sample import SurveySample


def estimate_quantile(
    sample: SurveySample,
    variables: Names,
    quantiles: float | Sequence[float] = 0.5,
    *,
    by: Names = (),
    margins: bool = False,
    where: Where = None,
    missing: Missing = "per_variable",
    rule: QuantileRule = "math",
    interval: QuantileInterval = "mean",
    conf_level: float = 0.95,
    df: DfRule = "domain",
    tie_tolerance: float = TIE_TOLERANCE,
    as_r: bool = False,
) -> Estimates:
    r"""Estimate quantiles: the answers that given shares of the population do not exceed; 0.5 is the median.

    Parameters
    ----------
    sample : SurveySample
    variables : str or sequence of str
        Numeric or yes/no columns.
    quantiles : float or sequence of float
        The shares, between 0 and 1.
    by, margins, where, missing, conf_level
        As for `estimate_mean`.
    rule : {"math", "school", "shahvaish", "hf1", "hf2", "hf3", "hf4", "hf5", "hf6", "hf7", "hf8", "hf9"}
        Which answer, or point between two answers, is the quantile. "math": the smallest answer that at least
        the share does not exceed; "school": halfway to the next answer when it is exactly the share.
    interval : {"mean", "beta", "xlogit", "asin", "score", "quantile"}
        The first four are Woodruff's, from an interval of the share of the population at or below the
        estimate; "score" inverts a test; "quantile" needs replicates, and is the spread of their quantiles.
    df : {"domain", "design"}
        Degrees of freedom: sampling units with a respondent of the domain less their strata, or those of
        the whole design. Of replicates: the rank of their weights in the domain, or in the sample, less one.
    tie_tolerance : float
        Share of a domain's weight by which the weight up to an answer may miss a quantile and still count as
        equal to it; 0 compares as R survey does. Sums of weights that are equal on paper differ by rounding.
    as_r : bool
        For agreement with R survey 4.1 only: a share that is less than the weight of the smallest answer
        gives the next answer instead of that one ("hf4": an extrapolation).

    Returns
    -------
    Estimates
        One row for each domain, variable and quantile; `level` is the quantile as text, such as "0.5". An end
        of the interval that lies beyond the smallest or the largest answer is null, and so is then the
        standard error: the note says so.

    Raises
    ------
    InputError
        As for `estimate_mean`; for a quantile that is not between 0 and 1, an unknown rule or interval,
        "score" with replicates and "quantile" without.
    LonelyPsuError
        If a stratum has one sampling unit and the design says "fail".

    Notes
    -----
    :math:`\hat q_p = \min\{y : \hat F(y) \ge p\}`; with :math:`(F_L, F_U)` an interval of
    :math:`\hat F(\hat q_p)`, Woodruff's is :math:`(\hat q_{F_L}, \hat q_{F_U})`, and the standard error its
    length over :math:`2t`. Woodruff (1952); Särndal, Swensson & Wretman (1992), section 5.11. See
    docs/methods/quantiles.md.

    Examples
    --------
    >>> import polars as pl
    >>> import talentstats as ts
    >>> people = pl.DataFrame({"weight": 10.0, "years": [1, 1, 2, 2, 3, 4, 5, 5, 6, 8, 9, 12]})
    >>> sample = ts.SurveySample(people, ts.SurveyDesign(weight="weight"))
    >>> found = ts.estimate_quantile(sample, "years", [0.25, 0.5]).to_polars()
    >>> found.select("level", "estimate", "conf_low", "conf_high").rows()
    [('0.25', 2.0, 1.0, 5.0), ('0.5', 4.0, 2.0, 8.0)]
    """
    request = make_request(sample, "mean", variables, by=by, where=where, missing=missing)
    asked = QuantileRequest(
        variables=request.variables,
        shares=tuple(quantiles) if isinstance(quantiles, Iterable) else (quantiles,),
        by=request.by,
        margins=margins,
        missing=missing,
        interval=interval,
        conf_level=conf_level,
        df=df,
        inverse=InverseRule(rule=rule, tie_tolerance=tie_tolerance, as_r=as_r),
    )
    rows = read_rows(sample, numbers=request.variables, categories=request.by, where=where)
    return present_quantiles(rows, asked, estimate_sets(rows, asked))
