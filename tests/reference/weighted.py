"""The weighting steps of a case, in the package's words."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

import talentstats as ts
from reference.case_data import CaseData, many

SAME = 1e-8
LEVELS = {"logical": ["FALSE", "TRUE"]}


def weighting_columns(steps: list[Mapping[str, Any]]) -> list[str]:
    """Return the columns the steps look at."""
    named: list[str] = []
    for step in steps:
        named += [*many(step.get("by")), *step.get("margins", {})]
        named += re.findall(r"[A-Za-z_.][\w.]*", _formula(step)) if step["op"] == "calibrate" else []
    return list(dict.fromkeys(named))


def weighted(sample: ts.SurveySample, steps: list[Mapping[str, Any]], data: CaseData) -> ts.SurveySample:
    """Return the sample after the steps."""
    for step in steps:
        sample = STEPS[step["op"]](sample, step, data)
    return sample


def _own_levels(texts: list[str], names: list[str], data: CaseData) -> tuple[Any, ...]:
    """Return levels as the frame has them: R writes a yes or no in capitals."""
    pairs = zip(texts, names, strict=True)
    return tuple(text == "TRUE" if data.types[name] == "logical" else text for text, name in pairs)


def _own_totals(totals: Mapping[str, float], name: str, data: CaseData) -> dict[Any, float]:
    return {_own_levels([text], [name], data)[0]: total for text, total in totals.items()}


def _poststratified(sample: ts.SurveySample, step: Mapping[str, Any], data: CaseData) -> ts.SurveySample:
    by, totals = many(step["by"]), step["population"]
    if isinstance(totals, list):
        return ts.poststratify(
            sample, by, {_own_levels(row["levels"], by, data): row["total"] for row in totals}
        )
    return ts.poststratify(sample, by, _own_totals(totals, by[0], data))


def _raked(sample: ts.SurveySample, step: Mapping[str, Any], data: CaseData) -> ts.SurveySample:
    margins = {name: _own_totals(totals, name, data) for name, totals in step["margins"].items()}
    # R takes out unweighted means of the margins.
    return ts.rake(sample, margins, residuals="unweighted")


def _calibrated(sample: ts.SurveySample, step: Mapping[str, Any], data: CaseData) -> ts.SurveySample:
    population = dict(step["population"])
    size = population.get("(Intercept)")
    totals: dict[str, Any] = {}
    for name in weighting_columns([step]):
        levels = data.levels.get(name) or LEVELS.get(data.types[name])
        if levels is None:
            totals[name] = population[name]
            continue
        first, *rest = levels
        known = {level: population[f"{name}{level}"] for level in levels if f"{name}{level}" in population}
        size = sum(known.values()) if first in known else size
        others = {level: known[level] for level in rest}
        totals[name] = _own_totals({first: size - sum(others.values()), **others}, name, data)
    bounds = step.get("bounds")
    return ts.calibrate(
        sample,
        totals,
        method=step["calfun"],
        bounds=None if bounds is None else (bounds[0], bounds[1]),
        population=None if any(isinstance(total, dict) for total in totals.values()) else size,
    )


def _trimmed(sample: ts.SurveySample, step: Mapping[str, Any], data: CaseData) -> ts.SurveySample:
    del data
    lower, upper = (step.get(name) for name in ("lower", "upper"))
    return ts.trim_weights(
        sample,
        lower=0.0 if lower is None else lower,
        upper=np.inf if upper is None else upper,
        strict=bool(step.get("strict", False)),
    )


def _replicated(sample: ts.SurveySample, step: Mapping[str, Any], data: CaseData) -> ts.SurveySample:
    del data
    return ts.make_replicates(sample, step["type"])


STEPS = {
    "replicates": _replicated,
    "poststratify": _poststratified,
    "rake": _raked,
    "calibrate": _calibrated,
    "trim": _trimmed,
}


def _formula(step: Mapping[str, Any]) -> str:
    return str(step["formula"]).replace("(with intercept)", "")


def weights_answer(sample: ts.SurveySample, expected: Mapping[str, Any], folder: Path) -> dict[str, Any]:
    """Describe the weights as a case does; the file's name is given back when every weight in it agrees."""
    weights = sample.frame[sample.design.weight].to_numpy()
    answer = {
        "n": weights.size,
        "sum": weights.sum(),
        "min": weights.min(),
        "max": weights.max(),
        "sumsq": weights @ weights,
        "first10": weights[:10].tolist(),
    }
    if "file" in expected:
        table = pl.read_csv(folder / expected["file"], infer_schema=False)
        wanted = table[:, -1].cast(pl.Float64).to_numpy()
        worst = float(np.abs(weights - wanted).max() / np.abs(wanted).max())
        answer["file"] = expected["file"] if worst <= SAME else f"a relative difference of {worst:.3g}"
    return answer
