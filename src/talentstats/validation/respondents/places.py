"""Whether each respondent stands where, when and in which stratum the design says."""

from collections.abc import Iterator

import polars as pl

from talentstats.validation.respondents.rules import RowRule
from talentstats.validation.respondents.wave import Wave

_INVISIBLE = r"^\s|\s$|[\s\x00-\x1f\x7f<>]|\p{Zs}{2}"


def place_rules(wave: Wave) -> Iterator[RowRule]:
    """Yield the rules on weight, stratum, day and identifiers of single respondents."""
    weight, day, stratum = pl.col("design_weight"), pl.col("completed_on"), pl.col("stratum")
    first, last = wave.codebook.fieldwork
    yield RowRule(
        rule="weights-positive",
        columns=("design_weight",),
        concerns=weight.is_not_null(),
        broken=weight <= 0,
    )
    yield RowRule(
        rule="stratum-named",
        columns=("stratum", "region", "register"),
        concerns=stratum.is_not_null(),
        broken=stratum != pl.concat_str("region", "register", separator="/"),
    )
    yield RowRule(
        rule="in-fieldwork",
        columns=("completed_on",),
        concerns=day.is_not_null(),
        broken=~day.is_between(first, last),
        details={"first": first.isoformat(), "last": last.isoformat()},
    )
    for column in ("respondent_id", "panel_id"):
        yield RowRule(
            rule="id-tidy",
            columns=(column,),
            concerns=pl.col(column).is_not_null(),
            broken=pl.col(column).str.contains(_INVISIBLE) | (pl.col(column) == ""),
        )
    yield from _municipality_rules(wave)


def _municipality_rules(wave: Wave) -> Iterator[RowRule]:
    if wave.municipalities is None:
        return
    valid = sorted(wave.municipalities.valid_in(wave.regions_of))
    regions = {code: wave.municipalities.region_of(code) for code in valid}
    code = pl.col("municipality")
    yield RowRule(
        rule="municipality-valid",
        columns=("municipality",),
        concerns=code.is_not_null(),
        broken=~code.is_in(valid),
        details={"year": str(wave.regions_of)},
    )
    yield RowRule(
        rule="municipality-region",
        columns=("municipality", "region"),
        concerns=code.is_in(valid),
        broken=code.replace_strict(regions, default=None, return_dtype=pl.String) != pl.col("region"),
    )
