"""Replicate weights: as columns somebody supplied, or as multipliers of sampling units we made."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from talentstats.errors import InputError
from talentstats.survey.design import SurveyDesign
from talentstats.variance.groups import FloatArray
from talentstats.variance.multipliers import ReplicateKind, SuppliedKind, default_scale
from talentstats.variance.replication import KINDS_WITHOUT_FPC


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ReplicateRule:
    """How replicate estimates become a variance.

    Attributes
    ----------
    scale : float
        Factor on the sum of squares.
    rscales : (replicates,) float
        Factor of each replicate.
    mse : bool
        True: squares about the full estimate; False: about the mean of the replicates.
    df : int or None
    """

    scale: float
    rscales: FloatArray
    mse: bool
    df: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplicateWeights:
    """Replicate weights that came with the file, one column each.

    Parameters
    ----------
    columns : sequence of str
        The columns, in the order of `rscales`.
    type : str
        How they were made: "JK1", "JKn", "BRR", "Fay", "bootstrap", "subbootstrap", "mrbbootstrap",
        "sdr", or "other".
    scale : float, optional
        Factor on the sum of squares; by default the one that belongs to `type`.
    rscales : sequence of float, optional
        Factor of each replicate; by default 1.
    mse : bool
        True to take squares about the full estimate instead of the mean of the replicates.
    rho : float
        Fay's factor, for type "Fay".
    combined : bool
        True when a replicate weight holds the weight itself; False when it multiplies `weight`.
    df : int, optional
        Degrees of freedom; by default the rank of the replicate weights less one.

    Examples
    --------
    >>> ReplicateWeights(columns=["r1", "r2", "r3", "r4"], type="BRR").rule.scale
    0.25
    """

    columns: Sequence[str]
    type: SuppliedKind = "other"
    scale: float | None = None
    rscales: Sequence[float] | None = None
    mse: bool = False
    rho: float = 0.0
    combined: bool = True
    df: int | None = None

    def __post_init__(self) -> None:
        if len(self.columns) < 2:
            raise InputError(
                "Replicate weights need at least two columns.",
                got=f"{len(self.columns)} column(s)",
                remedy="Name every column of the replicate weights.",
            )
        if self.rscales is not None and len(self.rscales) != len(self.columns):
            raise InputError(
                "There is not one factor for every replicate.",
                expected=f"{len(self.columns)} values in `rscales`",
                got=f"{len(self.rscales)}",
                remedy="Give `rscales` in the order of `columns`.",
            )
        self.rule  # noqa: B018  (refuses a type that has no scale of its own)

    @property
    def rule(self) -> ReplicateRule:
        """How these replicates become a variance."""
        count = len(self.columns)
        rscales = np.ones(count)
        if self.rscales is not None:
            rscales = np.asarray(self.rscales, dtype=np.float64)
        if self.scale is not None:
            return ReplicateRule(scale=self.scale, rscales=rscales, mse=self.mse, df=self.df)
        if self.rscales is not None and self.type == "JKn":
            return ReplicateRule(scale=1.0, rscales=rscales, mse=self.mse, df=self.df)
        scale, ones = default_scale(self.type, count, rho=self.rho)
        rscales = ones if self.rscales is None else rscales
        return ReplicateRule(scale=scale, rscales=rscales, mse=self.mse, df=self.df)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class UnitReplicates:
    """Replicates made here: a factor for every sampling unit and replicate, never one for every row.

    Attributes
    ----------
    keys : polars.DataFrame
        The sampling units, one a row, in the order of `multipliers`.
    multipliers : (units, replicates) float
    rule : ReplicateRule
    type : str
    seed : int or None
    """

    keys: pl.DataFrame
    multipliers: FloatArray
    rule: ReplicateRule
    type: ReplicateKind
    seed: int | None

    def factors_of(self, keys: pl.DataFrame) -> FloatArray:
        """Give the factors in the order of these units, which may be fewer than those they were made for."""
        if self.keys.equals(keys):
            return self.multipliers
        numbered = self.keys.with_row_index("place")
        found = keys.join(numbered, on=keys.columns, how="left", maintain_order="left")["place"]
        return np.asarray(self.multipliers[found.to_numpy()], dtype=np.float64)


def fpc_notice(replicates: UnitReplicates, design: SurveyDesign) -> str:
    """Say that these replicates ignore the population sizes of the design; empty when they do not.

    Examples
    --------
    >>> from talentstats.survey.make_replicates import make_replicates
    >>> from talentstats.survey.sample import SurveySample
    >>> areas = pl.DataFrame({"area": [1, 2, 3], "w": 10.0, "areas": 30})
    >>> design = SurveyDesign(weight="w", psu="area", fpc="areas")
    >>> make_replicates(SurveySample(areas, design), "sdr")
    SurveySample(columns: area, w, areas; weight: w; units: area; 4 sdr replicates (without fpc))
    """
    ignored = bool(design.fpc_columns) and replicates.type in KINDS_WITHOUT_FPC
    return " (without fpc)" if ignored else ""
