"""Direct estimates by area, from `Estimates` or from a frame."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

from talentstats.errors import InputError, unknown_name
from talentstats.estimate.estimates import Estimates
from talentstats.language import Bilingual
from talentstats.provenance import Origin
from talentstats.smallarea.area_frames import keys_of, listed, read_frame, require_areas, require_columns
from talentstats.variance.groups import FloatArray

# From this correlation on, direct estimates that share sampling units are remarked upon.
_CORRELATED = 0.1


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class DirectEstimates:
    """Direct estimates, an area each.

    Attributes
    ----------
    area : str
        Name of the column of the areas.
    table : polars.DataFrame
        `area`, `direct`, `direct_std_error`, `n_obs`; both null in an area without respondents.
    source : polars.DataFrame
        The same rows with all their columns, for covariates that stand beside the estimates.
    remarks : tuple of Bilingual
    unit : str or None
    origins : tuple of Origin
    synthetic : bool
    """

    area: str
    table: pl.DataFrame
    source: pl.DataFrame
    remarks: tuple[Bilingual, ...] = ()
    unit: str | None = None
    origins: tuple[Origin, ...] = ()
    synthetic: bool = False

    @property
    def known(self) -> pl.Series:
        """Which areas have an estimate."""
        return self.table["direct"].is_not_null()


def read_direct(direct: Any, *, area: str | None) -> DirectEstimates:
    """Read direct estimates and check that a model can be fitted to them.

    Parameters
    ----------
    direct : Estimates or frame
        The total over all areas, null in the column of the areas, is left out.
    area : str or None
        Column of the areas; None: the only column of `by`.

    Raises
    ------
    InputError
        For an area with two rows, or with an estimate but no positive standard error.
    """
    source, area = _source(direct, area)
    require_areas(source, area, what="direct estimates")
    counted = pl.col("n_obs") if "n_obs" in source.columns else pl.lit(None, pl.Int64).alias("n_obs")
    table = source.select(
        pl.col(area),
        pl.col("estimate").cast(pl.Float64).alias("direct"),
        pl.col("std_error").cast(pl.Float64).alias("direct_std_error"),
        counted.cast(pl.Int64),
    )
    _require_errors(table, area)
    if not isinstance(direct, Estimates):
        return DirectEstimates(area=area, table=table, source=source)
    return DirectEstimates(
        area=area,
        table=table,
        source=source,
        remarks=_shared_units(direct, area),
        unit=direct.unit,
        origins=direct.origins,
        synthetic=direct.synthetic,
    )


def _source(direct: Any, area: str | None) -> tuple[pl.DataFrame, str]:
    if not isinstance(direct, Estimates):
        if area is None:
            raise InputError(
                "It is not said which column holds the areas.",
                expected="`area`, the name of a column",
                got="none",
                remedy='For example `area="region"`.',
            )
        table = read_frame(direct, what="direct estimates")
        require_columns(table, [area, "estimate", "std_error"], what="direct estimates")
        return table, area
    if area is None and len(direct.by) == 1:
        area = direct.by[0]
    if area is None or area not in direct.by:
        raise unknown_name("column of areas", str(area), direct.by)
    return direct.table.filter(pl.col(area).is_not_null()), area


def _require_errors(table: pl.DataFrame, area: str) -> None:
    infinite = table.filter(pl.col("direct").is_infinite() | pl.col("direct_std_error").is_infinite())
    wrong = table.filter(
        pl.col("direct").is_not_null()
        & (pl.col("direct_std_error").is_null() | (pl.col("direct_std_error") <= 0))
    )
    strange = pl.concat([infinite, wrong])
    if not strange.is_empty():
        row = strange.row(0, named=True)
        raise InputError(
            "A direct estimate has no usable standard error, so the model cannot weigh it.",
            expected="a finite estimate with a standard error above 0 in every area",
            got=f"{row['direct']} with standard error {row['direct_std_error']}",
            where=f"{area} {listed(keys_of(strange[area]))}",
            remedy="Smooth the variances over areas first, or leave the area's estimate empty: it then gets "
            "the regression's value.",
        )
    if table["direct"].null_count() == table.height:
        raise InputError(
            "No area has a direct estimate.",
            expected="estimates with standard errors",
            got="none",
            remedy="Check the column `estimate`.",
        )


def _shared_units(direct: Estimates, area: str) -> tuple[Bilingual, ...]:
    """Remark on areas whose direct estimates covary, which the area-level models do not know of."""
    rows = (
        direct.table.select(pl.int_range(pl.len()).filter(pl.col(area).is_not_null())).to_series().to_numpy()
    )
    highest = _highest_correlation(direct.covariance()[np.ix_(rows, rows)])
    if highest < _CORRELATED:
        return ()
    size = f"{highest:.2f}"
    return (
        Bilingual(
            nl="de directe schattingen van gebieden hangen samen doordat ze steekproefeenheden delen "
            f"(correlatie tot {size.replace('.', ',')}); het model rekent daar niet mee",
            en="direct estimates of areas covary because they share sampling units "
            f"(correlation up to {size}), which the model does not take into account",
        ),
    )


def _highest_correlation(covariance: FloatArray) -> float:
    deviation = np.sqrt(np.diag(covariance))
    known = np.flatnonzero(deviation > 0)
    correlation = np.abs(covariance[np.ix_(known, known)] / np.outer(deviation[known], deviation[known]))
    np.fill_diagonal(correlation, 0.0)
    return float(np.nan_to_num(correlation).max(initial=0.0))
