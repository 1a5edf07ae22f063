"""Eurostat's cube as one tidy frame: a row for each figure, with its period, flags and why one is missing."""

from pathlib import Path

import polars as pl

from talentstats.errors import InputError, TalentStatsError
from talentstats.sources.answers import Answers
from talentstats.sources.eurostat.jsonstat import METRIC, TIME, Category, Cube, Dimension, read_cube
from talentstats.terms import Period

#: Columns that are ours; a dimension of that name has its code in `<name>_code`.
_OURS = ("measure", "unit", "decimals", "period", "frequency", "value", "flags", "status", "missing")
_TIME_NAMES = ("time", "TIME_PERIOD")
_UNIT = "unit"
# Eurostat marks what may still change and never says that a figure is final.
_PROVISIONAL = "[pf]"
_NOT_APPLICABLE = "z"
# Before 2025 confidentiality was an observation flag like the others.
_CONFIDENTIAL = "[cCNP]"


def tidy_eurostat(answers: Answers) -> pl.DataFrame:
    """Return the figures of a stored table of Eurostat, one a row, in the order of the provider.

    Parameters
    ----------
    answers : Answers
        Of api `eurostat`, with one page.

    Returns
    -------
    polars.DataFrame
        Columns `measure`, `measure_title`, `unit`, `decimals`; of each dimension its code under the
        provider's name and `<name>_title`; `period`, `frequency`, `value`, `flags` (Eurostat's letters
        without those of confidentiality), `confidentiality`, `status` ("provisional" or "unknown") and
        `missing` (null, "impossible", "confidential" or "not_available"). A dimension called like a column of
        ours, such as `unit`, has its code in `<name>_code`.

    Raises
    ------
    InputError
        If the page is no JSON-stat dataset, has no dimension of time, or has a period that is none.
    """
    return tidy_cube(read_cube(answers.pages[0]), code=answers.table_id, where=answers.pages[0])


def tidy_cube(cube: Cube, *, code: str, where: Path) -> pl.DataFrame:
    """Return the cells of a cube as `tidy_eurostat` does; `code` is the measure where no dimension is."""
    time = _time_of(cube, where)
    metric = next((d for d in cube.dimensions if d.name in cube.roles.get(METRIC, ())), None)
    columns = _measure_columns(cube, metric, code)
    for dimension in cube.dimensions:
        if dimension is not metric:
            columns += _dimension_columns(cube, dimension)
    periods = _periods(time, where)
    at = cube.categories_of(time)
    columns += [
        _each("period", [str(period) for period in periods], at),
        _each("frequency", [period.frequency for period in periods], at),
    ]
    return pl.DataFrame([*columns, cube.value.alias("value")]).with_columns(_marks(cube.status))


def _time_of(cube: Cube, where: Path) -> Dimension:
    names = cube.roles.get(TIME, ()) or _TIME_NAMES
    found = next((dimension for dimension in cube.dimensions if dimension.name in names), None)
    if found is None:
        raise InputError(
            "A table of Eurostat has no dimension of time.",
            where=str(where),
            expected="a dimension with the role `time`, or one called `time`",
            got=", ".join(f"`{dimension.name}`" for dimension in cube.dimensions),
            remedy="Read the file with `sources.eurostat.jsonstat.read_cube`, which asks for no time.",
        )
    return found


def _each(name: str, texts: list[str], at: pl.Series) -> pl.Series:
    return pl.Series(texts, dtype=pl.String).gather(at).alias(name)


def _measure_columns(cube: Cube, metric: Dimension | None, code: str) -> list[pl.Series]:
    if metric is not None:
        at, categories = cube.categories_of(metric), metric.categories
    else:
        at = pl.repeat(0, cube.value.len(), dtype=pl.Int64, eager=True)
        categories = (Category(code=code, title=cube.label or code),)
    decimals = pl.Series([category.decimals for category in categories], dtype=pl.Int64)
    return [
        _each("measure", [category.code for category in categories], at),
        _each("measure_title", [category.title for category in categories], at),
        _unit(cube, categories, at),
        decimals.gather(at).alias("decimals"),
    ]


def _unit(cube: Cube, categories: tuple[Category, ...], at: pl.Series) -> pl.Series:
    """Return in what each figure is measured: Eurostat says so in a dimension, others beside the measure."""
    own = next((dimension for dimension in cube.dimensions if dimension.name == _UNIT), None)
    if own is None or any(category.unit for category in categories):
        return _each("unit", [category.unit for category in categories], at)
    return _each("unit", [category.title for category in own.categories], cube.categories_of(own))


def _dimension_columns(cube: Cube, dimension: Dimension) -> list[pl.Series]:
    at = cube.categories_of(dimension)
    name = f"{dimension.name}_code" if dimension.name in _OURS else dimension.name
    return [
        _each(name, [category.code for category in dimension.categories], at),
        _each(f"{dimension.name}_title", [category.title for category in dimension.categories], at),
    ]


def _periods(time: Dimension, where: Path) -> list[Period]:
    periods = []
    for category in time.categories:
        try:
            periods.append(Period.parse(category.code))
        except TalentStatsError as error:
            raise InputError(
                error.problem,
                where=f"{where}, dimension `{time.name}`",
                expected=error.expected,
                got=error.got,
                remedy="Leave the period out of the slice: it is of a length that is not known here.",
            ) from error
    return periods


def _marks(status: pl.Series) -> list[pl.Expr]:
    """Take the letters of a status apart: flags, confidentiality, and what they say of the figure."""
    letters = pl.lit(status).str.replace_all(r"[:\s]", "").fill_null("")
    is_null = pl.col("value").is_null()
    return [
        letters.str.replace_all(_CONFIDENTIAL, "").alias("flags"),
        letters.str.extract(f"({_CONFIDENTIAL})").str.to_uppercase().alias("confidentiality"),
        pl.when(letters.str.contains(_PROVISIONAL))
        .then(pl.lit("provisional"))
        .otherwise(pl.lit("unknown"))
        .alias("status"),
        pl.when(is_null & letters.str.contains(_CONFIDENTIAL))
        .then(pl.lit("confidential"))
        .when(is_null & letters.str.contains(_NOT_APPLICABLE, literal=True))
        .then(pl.lit("impossible"))
        .when(is_null)
        .then(pl.lit("not_available"))
        .alias("missing"),
    ]
