"""The sufficient statistics of a sample: small tables of sums."""

from dataclasses import dataclass

import polars as pl

from talentstats.estimate.items import Item
from talentstats.estimate.readjusted_sums import ReadjustedSums
from talentstats.estimate.request import Request
from talentstats.estimate.residual_sums import ResidualSums
from talentstats.provenance import Origin
from talentstats.survey.design import SurveyDesign
from talentstats.survey.replicates import ReplicateWeights, UnitReplicates


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PartialSums:
    """What one pass over a sample, or over a part of it, leaves behind.

    Without sampling units in the design it holds sums and second moments of each domain and stratum, never
    a row for a person.

    Attributes
    ----------
    request : Request
    design : SurveyDesign
    items : tuple of Item
        What is estimated, and the names of its columns of sums.
    groups : polars.DataFrame
        Sums by domain and sampling unit, inside the subpopulation; without units by domain and stratum, with
        second moments; with supplied replicate weights by domain.
    squares : polars.DataFrame or None
        Weighted squares by domain, for the design effect.
    units : polars.DataFrame or None
        The sampling units with their strata and population sizes, whether someone of the subpopulation is in
        them or not; without units the strata; None with supplied replicate weights.
    missing : dict of str to int
        Rows without a value, by column.
    sample : object
        Stands for the sample the sums are of.
    subpopulation : str or None
        What `where` said.
    adjusted : tuple of str
        What was done to the weights.
    residuals : ResidualSums or None
        What adjusted weights take out of the scores.
    readjusted : ReadjustedSums or None
        What replicates of adjusted weights need.
    replicates : ReplicateWeights or UnitReplicates or None
    origins : tuple of Origin
    synthetic : bool
    """

    request: Request
    design: SurveyDesign
    items: tuple[Item, ...]
    groups: pl.DataFrame
    squares: pl.DataFrame | None
    units: pl.DataFrame | None
    missing: dict[str, int]
    sample: object
    subpopulation: str | None = None
    adjusted: tuple[str, ...] = ()
    residuals: ResidualSums | None = None
    readjusted: ReadjustedSums | None = None
    replicates: ReplicateWeights | UnitReplicates | None = None
    origins: tuple[Origin, ...] = ()
    synthetic: bool = False

    @property
    def form(self) -> str:
        """What a row of `groups` is: a unit in a domain, a domain in a stratum, or a domain."""
        if self.units is None:
            return "domains"
        return "units" if "unit_0" in self.units.columns else "moments"

    @property
    def by_columns(self) -> list[str]:
        """Names in the tables of the columns to group by."""
        return [f"by_{i}" for i in range(len(self.request.by))]


def second_moment(first: str, second: str) -> str:
    """Name the column with the sum of products of two weighted columns."""
    return f"p_{first}_{second}"
