"""Whether figures that were delivered with a wave are those of its respondents."""

import polars as pl

from talentstats.codebooks.model import Variable
from talentstats.schemas.respondents import WaveCheck
from talentstats.validation.respondents.rules import DEVIATIONS, deviations
from talentstats.validation.respondents.wave import Wave

#: Codes of a delivered table for all regions together and all answers together.
_ALL, _TOTAL = "all", "total"

_PLACE = ("region", "group_level")


def delivered_n(wave: Wave, check: WaveCheck) -> pl.DataFrame:
    """Respondents by which a delivered number differs from that of the file."""
    residual = pl.col("n") - pl.col("n_found").fill_null(0)
    return _deviations(wave, residual, tolerance=pl.lit(check.limit))


def delivered_share(wave: Wave, check: WaveCheck) -> pl.DataFrame:
    """Percentage points by which a delivered share differs from that of the file.

    The bureau's weights are final and those of the file are not: the fewer respondents, the more they differ.
    """
    residual = (pl.col("share") - 100 * pl.col("share_found")).fill_null(0.0)
    return _deviations(wave, residual, tolerance=check.limit + 50 / pl.col("n").sqrt())


def _deviations(wave: Wave, residual: pl.Expr, *, tolerance: pl.Expr) -> pl.DataFrame:
    if wave.delivered is None:
        return deviations([])
    rows = wave.delivered.filter(pl.col("wave") == wave.codebook.wave)
    parts = [
        part.join(
            _of_respondents(wave, str(variable), None if group is None else str(group)),
            on=["region", "group_level", "level"],
            how="left",
            nulls_equal=True,
            maintain_order="left",
        ).select(
            pl.lit(str(variable)).alias("column"),
            pl.concat_str("region", "group_level", "level", separator=", ", ignore_nulls=True).alias("value"),
            pl.lit(None, dtype=pl.Int64).alias("row"),
            residual.cast(pl.Float64).alias("residual"),
            tolerance.cast(pl.Float64).alias("tolerance"),
        )
        for (variable, group), part in rows.group_by("variable", "group", maintain_order=True)
    ]
    return pl.concat([pl.DataFrame(schema=DEVIATIONS), *parts])


def _of_respondents(wave: Wave, variable: str, group: str | None) -> pl.DataFrame:
    """Return number and weighted share of every level, by region, municipality and for all, by group."""
    levels = _levels(wave, wave.harmonised.variable(variable))
    answered = pl.any_horizontal(share.is_not_null() for share in levels.values())
    weight = pl.col("design_weight")
    parts = [
        wave.frame.lazy()
        .filter(answered)
        .group_by(
            place.alias("region"),
            pl.lit(None, pl.String).alias("group_level")
            if group is None
            else pl.col(group).alias("group_level"),
        )
        .agg(
            pl.len().cast(pl.Int64).alias("n_found"),
            *((weight * there).sum().truediv(weight.sum()).alias(level) for level, there in levels.items()),
            pl.lit(1.0).alias(_TOTAL),
        )
        for place in (pl.col("region"), pl.col("municipality"), pl.lit(_ALL))
    ]
    return (
        pl.concat(parts)
        .collect()
        .unpivot(index=[*_PLACE, "n_found"], variable_name="level", value_name="share_found")
    )


def _levels(wave: Wave, variable: Variable) -> dict[str, pl.Expr]:
    """Say of every level whether a respondent has it; null without an answer."""
    if variable.type == "multiple":
        columns = set(variable.columns_in(wave.codebook.wave))
        return {
            one.code: pl.col(variable.option_column(one.code)) == "yes"
            for one in variable.categories
            if variable.option_column(one.code) in columns
        }
    if variable.scale is not None:
        steps = range(variable.scale.low, variable.scale.high + 1)
        return {str(step): pl.col(variable.name) == step for step in steps}
    return {one.code: pl.col(variable.name) == one.code for one in variable.categories}
