"""What a survey check yields: a verdict for every row, or deviations of the wave as a whole."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import polars as pl

from talentstats.schemas import Text
from talentstats.schemas.checks import Severity
from talentstats.validation.accepted import EXCESS
from talentstats.validation.conditions import KEY_JOIN, Expectation, between
from talentstats.validation.table import Suite
from talentstats.validation.texts import phrase

#: Columns of the deviations of a check; a rule is kept where |residual| <= tolerance.
DEVIATIONS = pl.Schema(
    {
        "column": pl.String,
        "value": pl.String,
        "row": pl.Int64,
        "residual": pl.Float64,
        "tolerance": pl.Float64,
    }
)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class RowRule:
    """A rule on the answers of one respondent.

    Attributes
    ----------
    columns : tuple of str
        Columns that a failure is about; their values are shown where all of them are public.
    concerns : polars.Expr
        Rows that the rule looks at.
    broken : polars.Expr
        Of those, the rows that break it.
    details : mapping of str to str
        What the text of the rule says was expected, such as a year.
    """

    rule: str
    severity: Severity = "critical"
    columns: tuple[str, ...]
    concerns: pl.Expr
    broken: pl.Expr
    details: Mapping[str, str | Text] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class WaveRule:
    """A rule on a wave as a whole, with the deviations that were found (columns of `DEVIATIONS`)."""

    rule: str
    severity: Severity
    column: str
    deviations: pl.DataFrame


def deviations(rows: Iterable[tuple[str, str | None, float, float]]) -> pl.DataFrame:
    """Make deviations of (column, value, residual, tolerance)."""
    return pl.DataFrame(
        [(column, value, None, residual, tolerance) for column, value, residual, tolerance in rows],
        schema=DEVIATIONS,
        orient="row",
    )


def suite_of_rows(frame: pl.DataFrame, rules: Sequence[RowRule]) -> Suite:
    """Put the verdict of every rule beside the frame: 1 where it is broken, 0 where it is kept."""
    verdicts = [f"__broken_{place}" for place in range(len(rules))]
    return Suite(
        name="respondents",
        frame=frame.with_columns(
            pl.when(one.concerns).then(one.broken.fill_null(value=False).cast(pl.Int8)).alias(name)
            for name, one in zip(verdicts, rules, strict=True)
        ),
        expectations=tuple(
            Expectation(
                rule=one.rule,
                severity=one.severity,
                column=KEY_JOIN.join(one.columns),
                condition=between(None, 0, expected=phrase(f"rules.{one.rule}.expected", **one.details)),
                subject=name,
                shown=one.columns[0],
            )
            for name, one in zip(verdicts, rules, strict=True)
        ),
    )


def suite_of_wave(frame: pl.DataFrame, rules: Sequence[WaveRule]) -> Suite:
    """Gather the deviations of all rules, an expectation for each rule and column."""
    dataset = frame["dataset"][0]
    gathered = [
        one.deviations.with_columns(
            pl.lit(one.rule).alias("rule"),
            pl.lit(0.0).alias("accepted"),
            pl.lit(dataset, dtype=pl.String).alias("dataset"),
            (pl.col("residual").abs() - pl.col("tolerance")).alias(EXCESS),
            pl.concat_str(pl.lit(one.rule), "column", separator=KEY_JOIN).alias("place"),
        )
        for one in rules
    ]
    within = between(None, 0)
    return Suite(
        name="wave",
        frame=pl.concat(gathered),
        expectations=tuple(
            Expectation(
                rule=one.rule,
                severity=one.severity,
                column=column,
                condition=within,
                subject=EXCESS,
                only=("place", (KEY_JOIN.join((one.rule, column)),)),
            )
            for one in rules
            for column in (one.deviations["column"].unique(maintain_order=True).to_list() or [one.column])
        ),
    )
