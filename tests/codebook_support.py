"""The codebooks of the project, changed copies of them, and made-up answers that fit them."""

import shutil
from collections.abc import Mapping
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from talentstats.codebooks.harmonised import Harmonised, read_harmonised
from talentstats.codebooks.model import MISSING, Codebook, Question, Variable
from talentstats.sources.survey_files.survey_file import (
    FileVariable,
    MultipleResponseSet,
    SurveyFile,
)

REFERENCE = Path(__file__).resolve().parents[1] / "data" / "reference"
WAVES = (2019, 2021, 2023, 2025)
_TEXTS = ["GM0546", "NL", "leiden/residents", "DE", "A 7"]


@cache
def harmonised() -> Harmonised:
    """Return the variables of the project."""
    return read_harmonised(REFERENCE)


def codebook(wave: int) -> Codebook:
    """Return a codebook of the project."""
    return harmonised().codebooks[wave]


def changed_reference(target: Path, file: str, old: str, new: str) -> Path:
    """Copy the codebooks with one passage of one file changed; it must be there."""
    shutil.copytree(REFERENCE / "survey", target / "survey")
    path = target / "survey" / file
    content = path.read_text(encoding="utf-8")
    assert old in content, f"{old!r} is not in {file}"
    path.write_text(content.replace(old, new, 1), encoding="utf-8")
    return target


def answers(wave: int, *, n: int, seed: int = 0, first_row: int = 1) -> pl.DataFrame:
    """Make up harmonised answers: every category, every reason for no answer, raw codes where they merge."""
    rng = np.random.default_rng(seed)
    columns: dict[str, pl.Series] = {
        "dataset": pl.repeat("d", n, eager=True),
        "row": pl.int_range(first_row, first_row + n, eager=True),
    }
    drawn: dict[str, tuple[Any, pl.Series]] = {}
    for variable in harmonised().in_wave(wave):
        question = codebook(wave).question(variable.waves[wave].question)
        if question.name not in drawn:
            drawn[question.name] = _given(question, n, rng), _reasons(question, variable, n, rng)
        given, reasons = drawn[question.name]
        for column, values in _values(variable, question, wave, given, rng):
            columns[column] = values.set(reasons.is_not_null(), None)
        if variable.role == "answer":
            columns[f"{variable.name}{MISSING}"] = reasons
    return pl.DataFrame(columns)


def raw_codes(wave: int, frame: pl.DataFrame, name: str, *, seed: int = 0) -> pl.Series:
    """Make up which of several codes was given for each category of a variable."""
    codes = harmonised().variable(name).waves[wave].codes
    by_category: dict[str, list[Any]] = {}
    for code, category in codes.items():
        by_category.setdefault(category, []).append(code)
    rng = np.random.default_rng(seed)
    given = [
        None if one is None else by_category[one][rng.integers(len(by_category[one]))] for one in frame[name]
    ]
    return pl.Series(f"{name}__raw", given)


def _given(question: Question, n: int, rng: np.random.Generator) -> Any:
    if question.type == "single":
        return rng.integers(len(question.codes), size=n)
    if question.scale is not None:
        return rng.integers(question.scale.low, question.scale.high + 1, size=n)
    if question.type == "number":
        return rng.integers(int(question.minimum or 0), int(question.maximum or 900) + 1, size=n)
    return rng.integers(len(_TEXTS), size=n)


def _reasons(question: Question, variable: Variable, n: int, rng: np.random.Generator) -> pl.Series:
    kinds = (
        [None] if variable.role == "design" else [None, *(one.kind for one in question.missing), "not_shown"]
    )
    return pl.Series(kinds, dtype=pl.String).gather(rng.integers(len(kinds), size=n))


def _values(
    variable: Variable, question: Question, wave: int, given: Any, rng: np.random.Generator
) -> list[tuple[str, pl.Series]]:
    mapping = variable.waves[wave]
    if variable.type == "multiple":
        ticks = pl.Series(["yes", "no"])
        return [(one, ticks.gather(rng.integers(2, size=len(given)))) for one in variable.columns_in(wave)]
    if question.type == "single":
        return [(variable.name, pl.Series([mapping.codes[one.code] for one in question.codes]).gather(given))]
    if question.scale is not None:
        ends = question.scale.low + question.scale.high
        return [(variable.name, pl.Series(ends - given if mapping.reversed else given, dtype=pl.Int64))]
    if question.type == "number":
        return [(variable.name, pl.Series(given, dtype=pl.Float64))]
    if question.type == "date":
        return [(variable.name, pl.repeat(date(wave, 10, 1), len(given), eager=True))]
    return [(variable.name, pl.Series(_TEXTS).gather(given))]


def survey_file(
    frame: pl.DataFrame,
    *,
    labels: Mapping[str, Mapping[Any, str]] | None = None,
    missing: Mapping[str, tuple[int, ...]] | None = None,
    sets: tuple[MultipleResponseSet, ...] = (),
    first_row: int = 1,
) -> SurveyFile:
    """Make a file of a frame, with what it says of its own codes."""
    labels, missing = labels or {}, missing or {}
    variables = {
        name: FileVariable(name=name, value_labels=labels.get(name, {}), missing_codes=missing.get(name, ()))
        for name in frame.columns
    }
    return SurveyFile(
        path=Path("answers.sav"),
        format="sav",
        frame=frame,
        variables=variables,
        multiple_response=sets,
        first_row=first_row,
    )
