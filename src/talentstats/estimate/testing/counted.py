"""How many rows a test is about, and the degrees of freedom that these carry."""

from dataclasses import dataclass

from talentstats.errors import InputError
from talentstats.estimate.request import Where
from talentstats.estimate.row_scores import df_of_part
from talentstats.estimate.rows import read_rows
from talentstats.estimate.statistics import estimate_count
from talentstats.survey.sample import SurveySample


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """Rows of a subpopulation, and their degrees of freedom."""

    rows: int
    df: float


def count_inside(sample: SurveySample, where: Where) -> Counted:
    """Count the rows of the subpopulation, with answers or without, and their degrees of freedom."""
    everyone = estimate_count(sample, where=where)
    df = float(everyone.domain_df[0])
    if sample.replicates is not None and where is not None:
        rows = read_rows(sample, where=where)
        df = df_of_part(rows, rows.inside)
    return Counted(rows=int(everyone.table["n_obs"].item()), df=df)


def require_df(df: float) -> float:
    """Refuse a test for which no degrees of freedom are left.

    Raises
    ------
    InputError
        If there are none, or they are not known.
    """
    if df > 0:
        return df
    raise InputError(
        "No degrees of freedom are left for this test.",
        expected="more sampling units than strata and estimates together",
        got=f"{df:g}",
        remedy="Test in a larger subpopulation, or join groups.",
    )
