"""A synthetic wave with all that came with it, and the means to spoil it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from talentstats.codebooks.harmonised import Harmonised, read_harmonised
from talentstats.codebooks.model import Codebook
from talentstats.prepare.harmonise import harmonise
from talentstats.regions.municipalities import Municipalities, read_municipalities
from talentstats.schemas import Severity
from talentstats.sources.survey_files.survey_file import FileVariable, SurveyFile
from talentstats.synthetic.frame import synthetic_file
from talentstats.validation import ValidatedTable
from talentstats.validation.respondents import WaveSummary, summarise_wave, validate_wave

REFERENCE = Path(__file__).resolve().parents[3] / "data" / "reference"
WAVES = (2019, 2021, 2023, 2025)
RESPONDENTS = 2_000


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Delivery:
    """A harmonised wave, its file, the figures delivered with it and the wave before."""

    frame: pl.DataFrame
    codebook: Codebook
    file: SurveyFile
    previous: WaveSummary | None
    delivered: pl.DataFrame
    population: float

    def validate(self) -> ValidatedTable:
        return validate_wave(
            self.frame,
            self.codebook,
            the_harmonised(),
            file=self.file,
            municipalities=the_municipalities(),
            previous=self.previous,
            delivered=self.delivered,
            population=self.population,
        )


Spoil = Callable[[Delivery, np.random.Generator], Delivery]


@dataclass(frozen=True, slots=True, kw_only=True)
class Corruption:
    """A deliberate fault, and the rule that must catch it."""

    name: str
    rule: str
    spoil: Spoil
    severity: Severity = "critical"
    wave: int = 2025

    @property
    def test_id(self) -> str:
        return self.name.replace(" ", "-")


@cache
def the_harmonised() -> Harmonised:
    return read_harmonised(REFERENCE)


@cache
def the_municipalities() -> Municipalities:
    return read_municipalities(REFERENCE)


@cache
def clean(wave: int, seed: int = 1) -> Delivery:
    file = labelled(synthetic_file(wave, n=RESPONDENTS, seed=seed, reference=REFERENCE), wave)
    codebook = the_harmonised().codebooks[wave]
    frame = harmonise(file, codebook, the_harmonised(), dataset=f"survey/internationals_{wave}/2026-11-23")
    earlier = max((one for one in WAVES if one < wave), default=None)
    return Delivery(
        frame=frame,
        codebook=codebook,
        file=file,
        previous=None
        if earlier is None
        else summarise_wave(clean(earlier, seed).frame, the_harmonised(), wave=earlier),
        delivered=delivered(frame, wave),
        population=float(frame["design_weight"].sum()),
    )


def labelled(file: SurveyFile, wave: int) -> SurveyFile:
    """Give the file the labels of its codebook, as a bureau does."""
    labels = {
        question.name: FileVariable(
            name=question.name, value_labels={one.code: one.label.nl for one in question.codes}
        )
        for question in the_harmonised().codebooks[wave].questions
    }
    return replace(file, variables={**file.variables, **labels})


def delivered(frame: pl.DataFrame, wave: int) -> pl.DataFrame:
    """Make the aggregate table that a bureau would deliver: plans to stay by region, and by role."""
    weight, yes = pl.col("design_weight"), pl.col("plans_to_stay") == "yes"
    share = (100 * (weight * yes).sum() / weight.sum()).alias("share")
    answered = frame.filter(pl.col("plans_to_stay").is_not_null())
    by_region = answered.group_by("region").agg(pl.len().alias("n"), share)
    by_role = (
        answered.filter(pl.col("role_broad").is_not_null())
        .group_by("role_broad")
        .agg(pl.len().alias("n"), share)
    )
    return pl.concat(
        [
            by_region.select("region", pl.lit(None, pl.String).alias("group_level"), "n", "share"),
            by_role.select(
                pl.lit("all").alias("region"), pl.col("role_broad").alias("group_level"), "n", "share"
            ),
        ]
    ).select(
        "region",
        pl.lit(wave, pl.Int64).alias("wave"),
        pl.lit("plans_to_stay").alias("variable"),
        pl.lit("yes").alias("level"),
        pl.when(pl.col("group_level").is_not_null()).then(pl.lit("role_broad")).alias("group"),
        "group_level",
        pl.col("n").cast(pl.Int64),
        "share",
    )


def cells(*, where: pl.Expr | None = None, share: float | None = None, **values: Any) -> Spoil:
    """Put values in three rows, or in a share of the rows, of those that have the first column filled.

    A value may be an expression. A column `<name>__missing` is emptied where `<name>` gets a value.
    """
    first = next(iter(values))

    def spoil(delivery: Delivery, random: np.random.Generator) -> Delivery:
        wanted = pl.col(first).is_not_null() if where is None else where
        able = delivery.frame.select(wanted.fill_null(value=False)).to_series().arg_true().to_numpy()
        assert able.size, f"no row to spoil in {first}"
        size = min(3, able.size) if share is None else int(np.ceil(share * able.size))
        return replace(delivery, frame=put(delivery.frame, random.choice(able, size, replace=False), values))

    return spoil


def put(
    frame: pl.DataFrame, rows: np.ndarray[Any, np.dtype[np.int64]], values: Mapping[str, Any]
) -> pl.DataFrame:
    """Put values in rows of a frame; a text in a column of numbers makes it a column of texts."""
    here = pl.int_range(pl.len()).is_in(rows.tolist())
    changed = []
    for name, value in values.items():
        column = pl.col(name)
        if isinstance(value, str) and frame.schema[name] != pl.String:
            column = column.cast(pl.String)
        new = value if isinstance(value, pl.Expr) else pl.lit(value)
        changed.append(pl.when(here).then(new).otherwise(column).alias(name))
        if value is not None and f"{name}__missing" in frame.columns and f"{name}__missing" not in values:
            changed.append(pl.when(here).then(None).otherwise(f"{name}__missing").alias(f"{name}__missing"))
    return frame.with_columns(changed)


def whole(change: Callable[[pl.DataFrame], pl.DataFrame]) -> Spoil:
    """Change the frame as a whole."""
    return lambda delivery, _random: replace(delivery, frame=change(delivery.frame))


def columns(**expressions: pl.Expr) -> Spoil:
    """Change whole columns."""
    return whole(lambda frame: frame.with_columns(**expressions))
