"""Two-way tables: shares of the rows, of the columns or of all, each with its error."""

from dataclasses import replace
from typing import Literal, get_args

import polars as pl

from talentstats.errors import unknown_name
from talentstats.estimate.estimates import COLUMNS, Estimates
from talentstats.estimate.presentation import DfRule, IntervalKind, Presentation
from talentstats.estimate.request import Names, Where, as_names, make_request
from talentstats.estimate.statistics import estimate_proportion
from talentstats.estimate.testing.cell_shares import cell_shares
from talentstats.estimate.testing.table_cells import in_words, only_whole
from talentstats.survey.sample import SurveySample

Share = Literal["row", "column", "cell"]


def two_way_table(
    sample: SurveySample,
    rows: str,
    columns: str,
    *,
    share: Share = "cell",
    by: Names = (),
    margins: bool = True,
    where: Where = None,
    conf_level: float = 0.95,
    interval: IntervalKind = "logit",
    df: DfRule = "domain",
) -> Estimates:
    r"""Estimate the shares in a table of two questions.

    Parameters
    ----------
    sample : SurveySample
    rows, columns : str
        Columns with few values. Persons without an answer to one of them are in no cell.
    share : {"row", "column", "cell"}
        Of whom a cell is a share: of those in its row (which adds up to 1), in its column, or of all.
    by : str or sequence of str
        Columns whose combinations each get a table.
    margins : bool
        True to add the distribution of all rows together ("row"), of all columns together ("column"), or both
        ("cell"); null marks them in the table.
    where : mapping or narwhals expression, optional
        The subpopulation, as for `estimate_mean`.
    conf_level : float
    interval : {"logit", "xlogit", "beta", "wilson", "likelihood", "asin", "t", "normal", "mean"}
        As for `estimate_proportion`.
    df : {"domain", "design"}
        As for `estimate_mean`; the domain is that of which the cell is a share.

    Returns
    -------
    Estimates
        One row for each cell, by the columns of `by`, `rows` and `columns`, in words. A cell in which nobody
        was found has share 0.

    Raises
    ------
    InputError
        If the same column is named twice, an option is unknown; and as `estimate_proportion`.

    Notes
    -----
    A row share is the proportion of a level of the columns in the domain of the row:
    :math:`\hat N_{rc} / \hat N_{r+}`; a column share likewise; a cell share
    :math:`\hat N_{rc} / \hat N_{++}` is the proportion of the joint level. Särndal, Swensson & Wretman
    (1992), sections 5.7 and 5.8.

    Examples
    --------
    >>> import polars as pl
    >>> import talentstats as ts
    >>> frame = pl.DataFrame({"area": [1, 1, 2, 2], "w": 10.0, "role": list("abab"), "stays": list("ynyy")})
    >>> sample = ts.SurveySample(frame, ts.SurveyDesign(weight="w", psu="area"))
    >>> table = ts.two_way_table(sample, "role", "stays", share="row", margins=False).to_polars()
    >>> table.select("role", "stays", "estimate").rows()
    [('a', 'n', 0.0), ('a', 'y', 1.0), ('b', 'n', 0.5), ('b', 'y', 0.5)]
    """
    if share not in get_args(Share):
        raise unknown_name("share in a two-way table", share, get_args(Share))
    if interval == "profile":
        raise unknown_name(
            "interval for a two-way table", interval, ("likelihood", "logit", "beta", "wilson")
        )
    domains = as_names(by)
    make_request(sample, "count", None, by=(*domains, rows, columns), where=where)
    if share == "cell":
        return cell_shares(
            sample,
            rows,
            columns,
            by=domains,
            where=where,
            shown=Presentation(margins=margins, conf_level=conf_level, interval=interval, df=df),
        )
    inner, outer = (columns, rows) if share == "row" else (rows, columns)
    found = estimate_proportion(
        sample,
        inner,
        by=(*domains, outer),
        margins=margins,
        where=where,
        conf_level=conf_level,
        interval=interval,
        df=df,
    )
    return _as_table(only_whole(found, domains), (*domains, rows, columns), inner=inner, outer=outer)


def _as_table(found: Estimates, by: tuple[str, ...], *, inner: str, outer: str) -> Estimates:
    """Move the level to a column of its own."""
    table = found.table.with_columns(
        pl.Series(outer, in_words(found.table[outer]), dtype=pl.String),
        pl.col("level").alias(inner),
        pl.lit(None, dtype=pl.String).alias("level"),
        pl.lit(f"{inner} within {outer}").alias("variable"),
    )
    return replace(found, table=table.select(*by, *COLUMNS), by=by)
