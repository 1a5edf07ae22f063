"""What a relation between rows yields: one row per thing checked, with its residual and tolerance."""

from datetime import date

import polars as pl

from talentstats.errors import InputError
from talentstats.terms import Period

#: Columns of every evidence frame. A rule is kept where |residual - accepted| <= tolerance.
EVIDENCE = pl.Schema(
    {
        "dataset": pl.String,
        "row": pl.Int64,
        "measure": pl.String,
        "region": pl.String,
        "period": pl.String,
        "value": pl.String,
        "residual": pl.Float64,
        "tolerance": pl.Float64,
    }
)

#: Decimal figures are not exact in binary: 0.1 + 0.2 is not 0.3.
ARITHMETIC = 1e-9

_PERIOD = pl.Schema({"period": pl.String, "frequency": pl.String, "ordinal": pl.Int64, "begins": pl.Date})


def as_evidence(computed: pl.DataFrame, *, column: str) -> pl.DataFrame:
    """Bring what a relation computed to the evidence columns; `value` becomes the text of `column`."""
    return computed.with_columns(pl.col(column).cast(pl.String).alias("value")).select(EVIDENCE.names())


def usable(frame: pl.DataFrame) -> pl.DataFrame:
    """Return the rows a relation can use, with `frequency`, `ordinal` and `begins` of their period.

    Rows without value or with an unreadable period are left to the rules on columns. `ordinal` counts
    quarters, months or years; a day counts as its year, because days are yearly reference dates.
    """
    known = frame.filter(pl.col("value").is_not_null(), pl.col("period").is_not_null())
    rows = [_describe(code) for code in known["period"].unique(maintain_order=True)]
    periods = pl.DataFrame([row for row in rows if row is not None], schema=_PERIOD, orient="row")
    return known.join(periods, on="period", how="inner", maintain_order="left")


def period_after(code: str, steps: int) -> str:
    """Return the period `steps` later in its series; a reference day moves by years.

    >>> period_after("2022Q4", 1), period_after("2022-01-01", 2)
    ('2023Q1', '2024-01-01')
    """
    period = Period.parse(code)
    if period.frequency == "day":
        return f"{period.year + steps}{code[4:]}"
    return str(period.next(steps))


def _describe(code: str) -> tuple[str, str, int, date] | None:
    try:
        period = Period.parse(code)
        begins = period.start
    except (InputError, ValueError):
        return None
    per_year = {"quarter": 4, "month": 12}.get(period.frequency)
    ordinal = period.year if per_year is None else period.year * per_year + period.number - 1
    return code, period.frequency, ordinal, begins
