"""A ratio of two series, vintage by vintage, with both witnesses kept."""

from dataclasses import replace

import polars as pl

from talentstats.errors import ComparisonError
from talentstats.labour.observation import Definition
from talentstats.labour.series import COMPONENTS, VINTAGE_COLUMNS, Series
from talentstats.terms import Period

_CARRIED = ("vintage", "vintage_precision", "value", "low", "high", "resolution", "status", "certainty")
_WITNESS = ("dataset", "row", "source_url")
_WORST_FIRST = {"computed": 0, "second_hand": 1, "official": 2}


def ratio_series(
    numerator: Series, denominator: Series, *, definition: Definition, scale: float, decimals: int
) -> Series:
    """Divide two series for every day on which either of them changed.

    On each such day the figure is `scale * numerator / denominator` of what was known then, rounded half
    up to `decimals`; its range is that of the roundings of both.

    Parameters
    ----------
    numerator, denominator : Series
        Of the same region, adjustment and frequency.
    definition : Definition
        What the ratio means.
    scale : float
        100 for a figure per hundred.
    decimals : int
        Decimals the publisher prints.

    Raises
    ------
    ComparisonError
        If the two differ in region, adjustment or frequency of their periods.
    """
    _refuse_different(numerator, denominator)
    days = pl.concat(
        [part.vintages.select("period", "vintage") for part in (numerator, denominator)]
    ).unique()
    joined = days.sort("period", "vintage")
    for part, prefix in ((numerator, "numerator_"), (denominator, "denominator_")):
        columns = part.vintages.select("period", *_CARRIED, *_WITNESS).sort("period", "vintage")
        renamed = columns.rename({name: prefix + name for name in (*_CARRIED, *_WITNESS)})
        joined = joined.join_asof(
            renamed,
            left_on="vintage",
            right_on=f"{prefix}vintage",
            by="period",
            strategy="backward",
            coalesce=False,
            check_sortedness=False,
        )
    known = joined.drop_nulls(["numerator_value", "denominator_value"]).filter(
        pl.col("denominator_value") > 0
    )
    return Series(
        definition=definition,
        vintages=_ratio_columns(known, scale=scale, decimals=decimals),
        origins={**numerator.origins, **denominator.origins},
        components=(numerator.definition, denominator.definition),
        refusals=numerator.refusals + tuple(r for r in denominator.refusals if r not in numerator.refusals),
        synthetic=numerator.synthetic | denominator.synthetic,
    )


def with_published(computed: Series, published: Series) -> Series:
    """Add the publisher's own figures for the days on which it printed one.

    Where both exist for one day and agree, the computed figure stays, because it has its components as
    witnesses. Where they differ, the printed one stays: the publisher divides figures it has not rounded.
    """
    key = ["period", "vintage"]
    printed = published.vintages.select(*key, printed="value")
    both = computed.vintages.join(printed, on=key, how="left")
    kept = both.filter(pl.col("printed").is_null() | (pl.col("printed") == pl.col("value"))).drop("printed")
    extra = published.vintages.join(kept.select(key), on=key, how="anti")
    merged = pl.concat([kept, extra], how="diagonal_relaxed").sort(key)
    return replace(
        computed,
        vintages=merged,
        origins={**computed.origins, **published.origins},
        synthetic=computed.synthetic | published.synthetic,
    )


def _refuse_different(numerator: Series, denominator: Series) -> None:
    top, bottom = numerator.definition, denominator.definition
    for word, first, second in (
        ("adjustment", top.adjustment, bottom.adjustment),
        ("region", top.region, bottom.region),
        ("frequency", _frequency(numerator), _frequency(denominator)),
    ):
        if first and second and first != second:
            raise ComparisonError(
                f"A ratio needs one {word} above and below the line.",
                expected=f"{top.measure} and {denominator.definition.measure} with the same {word}",
                got=f"{top} and {bottom}: {first} and {second}",
                remedy=f"Take both with the same {word}.",
            )


def _frequency(series: Series) -> str:
    """Name the frequency of a series; an empty one has none."""
    frequencies = {Period.parse(code).frequency for code in series.periods}
    return " and ".join(sorted(frequencies))


def _ratio_columns(known: pl.DataFrame, *, scale: float, decimals: int) -> pl.DataFrame:
    exact = scale * pl.col("numerator_value") / pl.col("denominator_value")
    step = 10.0**decimals
    below = pl.col("denominator_low") > 0
    worst = [pl.col(f"{part}_certainty").replace_strict(_WORST_FIRST) for part in COMPONENTS]
    back = {number: name for name, number in _WORST_FIRST.items()}
    provisional = pl.any_horizontal([pl.col(f"{part}_status") == "provisional" for part in COMPONENTS])
    definitive = pl.all_horizontal([pl.col(f"{part}_status") == "definitive" for part in COMPONENTS])
    later = pl.col("numerator_vintage") >= pl.col("denominator_vintage")
    return known.with_columns(
        exact=exact,
        value=(exact * step + 0.5 + 1e-9).floor() / step,
        low=pl.when(below).then(scale * pl.col("numerator_low").clip(0) / pl.col("denominator_high")),
        high=pl.when(below).then(scale * pl.col("numerator_high") / pl.col("denominator_low")),
        resolution=pl.lit(1 / step),
        vintage_precision=pl.when(later)
        .then("numerator_vintage_precision")
        .otherwise("denominator_vintage_precision"),
        status=pl.when(provisional)
        .then(pl.lit("provisional"))
        .when(definitive)
        .then(pl.lit("definitive"))
        .otherwise(pl.lit("unknown")),
        certainty=pl.min_horizontal(worst).replace_strict(back),
        kind=pl.lit("computed"),
        dataset=pl.format("{} / {}", "numerator_dataset", "denominator_dataset"),
        row=pl.lit(None, dtype=pl.Int64),
        source_url=pl.col("numerator_source_url"),
    ).select(
        *VINTAGE_COLUMNS,
        *(f"{part}_{name}" for part in COMPONENTS for name in (*_CARRIED, *_WITNESS)),
    )
