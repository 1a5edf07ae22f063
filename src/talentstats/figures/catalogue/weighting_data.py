"""The rows a figure of weighting draws: categories beside the population, and the spread of weights."""

from collections.abc import Mapping
from typing import Any

import narwhals as nw
import polars as pl

from talentstats.errors import InputError
from talentstats.language import Bilingual
from talentstats.terms import LANGUAGES

BALANCE, FACTOR, SPREAD = "balance", "factor", "spread"
QUANTILES = ("min", "p1", "p25", "median", "p75", "p99", "max")
SPREADS = ("n", "design_effect", "effective_n", "top_share")
_MARGIN_COLUMNS = ("margin", "level", "population", "before", "after")


def read_weighting(weights: object, margins: object, names: Mapping[str, Mapping[str, str]]) -> pl.DataFrame:
    """Put the tables of the diagnostics together, with sums as percentages of the population.

    Parameters
    ----------
    weights : frame
        Rows `before`, `after` and `factor`; columns `sum`, and those of `QUANTILES` and `SPREADS`.
    margins : frame
        Columns `margin`, `level`, `population`, `before` and `after`.
    names : mapping
        What readers call a variable or a category, in each language.

    Returns
    -------
    polars.DataFrame
        Columns `role`, `margin`, `level`, their names in each language, `population`, `before`, `after`.

    Raises
    ------
    InputError
        If a table or column is missing, or has nothing to draw.
    """
    spread = _read(weights, ("weights", "sum", *QUANTILES, *SPREADS), what="weights")
    table = _read(margins, _MARGIN_COLUMNS, what="margins")
    stage = {row["weights"]: row for row in spread.iter_rows(named=True)}
    if not {"before", "after", "factor"} <= set(stage) or table.is_empty():
        raise InputError(
            "There is nothing to draw.",
            expected="weights `before`, `after` and their `factor`, and at least one category",
            got=f"weights {', '.join(map(str, stage))}; {table.height} categories",
            remedy="Pass both tables of the diagnostics of the adjusted weights.",
        )
    # Weights before need not add up to the population; what they say of its make-up is compared.
    raised = stage["after"]["sum"] / stage["before"]["sum"]
    share = 100 / pl.col("population")
    balance = table.select(
        pl.lit(BALANCE).alias("role"),
        "margin",
        "level",
        pl.col("population").cast(pl.Float64),
        before=pl.col("before") * raised * share,
        after=pl.col("after") * share,
    )
    factors = _rows(FACTOR, {name: (None, stage["factor"][name] / raised) for name in QUANTILES})
    spreads = _rows(SPREAD, {name: (stage["before"][name], stage["after"][name]) for name in SPREADS})
    return speak_names(pl.concat([balance, factors, spreads]), names)


def speak_names(data: pl.DataFrame, names: Mapping[str, Mapping[str, str]]) -> pl.DataFrame:
    """Add what readers call the margins and categories, in each language."""
    known = {word: Bilingual.read(texts, what=f"name of `{word}`") for word, texts in names.items()}
    spoken = [
        pl.col(column)
        .replace({word: texts.in_language(language) for word, texts in known.items()})
        .alias(f"{column}_{language}")
        for column in ("margin", "level")
        for language in LANGUAGES
    ]
    return data.with_columns(spoken)


def _rows(role: str, values: Mapping[str, tuple[float | None, float]]) -> pl.DataFrame:
    before, after = zip(*values.values(), strict=True)
    count = len(values)
    return pl.DataFrame(
        {
            "role": [role] * count,
            "margin": pl.Series([None] * count, dtype=pl.String),
            "level": list(values),
            "population": pl.Series([None] * count, dtype=pl.Float64),
            "before": pl.Series(before, dtype=pl.Float64),
            "after": pl.Series(after, dtype=pl.Float64),
        }
    )


def _read(data: Any, columns: tuple[str, ...], *, what: str) -> pl.DataFrame:
    try:
        frame: pl.DataFrame = nw.from_native(data, eager_only=True).to_polars()
    except TypeError as error:
        raise InputError(
            f"The {what} are not a table.",
            expected="a table of the diagnostics of weights",
            got=type(data).__name__,
        ) from error
    missing = [name for name in columns if name not in frame.columns]
    if missing:
        raise InputError(
            f"The table of {what} misses a column.",
            expected=", ".join(f"`{name}`" for name in columns),
            got=f"no `{missing[0]}`",
            remedy="Pass the tables as the diagnostics of weights give them.",
        )
    return frame
