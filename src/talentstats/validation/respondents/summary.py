"""What one wave tells the next: shares, means, reasons for missing answers, and the traits of the panel."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

import polars as pl

from talentstats.codebooks.harmonised import Harmonised
from talentstats.codebooks.model import MISSING, MISSING_KINDS, Variable

#: Traits of a person that do not change between waves.
FIXED_TRAITS = ("sex", "birth_year_band", "country_of_birth", "arrival_year")

_WITH_MEAN = ("number", "scale")
_SHARES = pl.Schema({"variable": pl.String, "level": pl.String, "share": pl.Float64, "n": pl.Int64})
_MEANS = pl.Schema({"variable": pl.String, "mean": pl.Float64, "spread": pl.Float64, "n": pl.Int64})
_MISSING = pl.Schema({"variable": pl.String, "kind": pl.String, "rate": pl.Float64, "n": pl.Int64})


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class WaveSummary:
    """Figures of a wave that the next one is held against.

    Attributes
    ----------
    weight_sum : float
        Sum of the design weights.
    shares : polars.DataFrame
        Weighted share of each level among those who answered, and their number: columns `variable` (of a set
        of boxes, the box), `level`, `share`, `n`.
    means : polars.DataFrame
        Weighted mean and standard deviation of each number and scale, a year counted from the wave:
        `variable`, `mean`, `spread`, `n`.
    missing : polars.DataFrame
        Share of those who were shown a question and gave no answer: `variable`, `kind`, `rate`, `n`.
    panel : polars.DataFrame
        Fixed traits of the members of the panel; personal, so it is never shown.
    """

    wave: int
    n: int
    weight_sum: float
    shares: pl.DataFrame = field(repr=False)
    means: pl.DataFrame = field(repr=False)
    missing: pl.DataFrame = field(repr=False)
    panel: pl.DataFrame = field(repr=False)


def summarise_wave(frame: pl.DataFrame, harmonised: Harmonised, *, wave: int) -> WaveSummary:
    """Summarise a harmonised wave, so that the next one can be held against it.

    Parameters
    ----------
    frame : polars.DataFrame
        As `prepare.harmonise` makes it.
    harmonised : Harmonised
        The variables of all waves.
    wave : int
        Year of the wave.

    Returns
    -------
    WaveSummary

    Examples
    --------
    >>> from talentstats.codebooks.harmonised import read_harmonised
    >>> from talentstats.synthetic.frame import synthetic_frame
    >>> from talentstats.workspace import find_workspace
    >>> reference = find_workspace().reference
    >>> frame = synthetic_frame(2025, n=2000, seed=1, reference=reference)
    >>> summarise_wave(frame, read_harmonised(reference), wave=2025).n
    2000
    """
    variables = [
        one for one in harmonised.in_wave(wave) if one.role == "answer" and one.name + MISSING in frame
    ]
    traits = [name for name in FIXED_TRAITS if name in frame.columns]
    members = frame.filter(pl.col("panel_id").is_not_null()).select("panel_id", *traits)
    return WaveSummary(
        wave=wave,
        n=frame.height,
        weight_sum=float(frame["design_weight"].sum()),
        shares=_stack(_SHARES, (_shares(frame, *one) for one in _levelled(variables, wave))),
        means=_stack(_MEANS, (_mean(frame, one, wave) for one in variables if one.type in _WITH_MEAN)),
        missing=_stack(_MISSING, (_reasons(frame, one) for one in variables)),
        panel=members.unique("panel_id", keep="first", maintain_order=True),
    )


def _levelled(variables: list[Variable], wave: int) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield every column whose values are counted, with the values it may have."""
    for one in variables:
        if one.type == "multiple":
            yield from ((column, ("yes",)) for column in one.columns_in(wave))
        elif one.type == "scale" and one.scale is not None:
            yield one.name, tuple(str(step) for step in range(one.scale.low, one.scale.high + 1))
        elif one.type == "category":
            yield one.name, tuple(category.code for category in one.categories)


def _stack(schema: pl.Schema, parts: Iterator[Iterable[tuple[object, ...]]]) -> pl.DataFrame:
    return pl.DataFrame([row for part in parts for row in part], schema=schema, orient="row")


def _shares(
    frame: pl.DataFrame, column: str, levels: tuple[str, ...]
) -> Iterator[tuple[str, str, float, int]]:
    counted = (
        frame.select(column, "design_weight")
        .filter(pl.col(column).is_not_null())
        .group_by(column)
        .agg(pl.col("design_weight").sum(), pl.len().alias("n"))
    )
    weights = {str(level): weight for level, weight in counted.select(column, "design_weight").iter_rows()}
    total, answered = sum(weights.values()), int(counted["n"].sum())
    for level in levels:
        yield column, level, weights.get(level, 0.0) / total if total else 0.0, answered


def _mean(frame: pl.DataFrame, variable: Variable, wave: int) -> Iterator[tuple[object, ...]]:
    # A year moves on with the waves: what compares is how long ago it was.
    start = wave if variable.unit == "year" else 0
    value, weight = pl.col(variable.name) - start, pl.col("design_weight")
    mean = (value * weight).sum() / weight.sum()
    spread = (((value - mean) ** 2 * weight).sum() / weight.sum()).sqrt()
    known = frame.select(variable.name, "design_weight").drop_nulls()
    yield variable.name, *known.select(mean.alias("mean"), spread.alias("spread"), pl.len()).row(0)


def _reasons(frame: pl.DataFrame, variable: Variable) -> Iterator[tuple[str, str, float, int]]:
    counts = dict(frame[variable.name + MISSING].value_counts(name="count").iter_rows())
    shown = frame.height - counts.get("not_shown", 0)
    for kind in MISSING_KINDS:
        if kind != "not_shown":
            yield variable.name, kind, counts.get(kind, 0) / shown if shown else 0.0, shown
