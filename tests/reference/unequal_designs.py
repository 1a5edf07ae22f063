"""R's designs with unequal probabilities, from the call that made them to the package's words."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import polars as pl

import talentstats as ts
from talentstats.survey.unequal import (
    Brewer,
    HartleyRao,
    JointProbabilities,
    Overton,
    PairVariance,
    PairwiseRule,
)

# Sum of the squared inclusion probabilities in a population that is in an R package and not beside the cases.
SUMS_OF_SQUARES = {"election": 4.1284109064939942}
R_TOLERANCE = 1e-4
POPULATION = re.compile(r"sum\((\w+)\$(\w+)\^2\)/(\d+)")
BY_STRATUM = re.compile(r"\w+\['(\w+)'\],(\w+)\['(\w+)'\]")


def arguments(call: str) -> dict[str, str]:
    """Split a call of R into its named arguments.

    >>> arguments("svydesign(id=~1, fpc=~p, pps=HR(a[1], b))")
    {'id': '~1', 'fpc': '~p', 'pps': 'HR(a[1],b)'}
    """
    inside = re.sub(r"\s+", "", call)[call.index("(") + 1 : -1].replace('"', "'")
    depth, parts = 0, [""]
    for letter in inside:
        depth += (letter in "([") - (letter in ")]")
        if letter == "," and not depth:
            parts.append("")
        else:
            parts[-1] += letter
    return dict(part.split("=", 1) for part in parts if "=" in part)


def columns(formula: str | None) -> list[str]:
    """List the names in a one-sided formula.

    >>> columns("~town+street"), columns("~1")
    (['town', 'street'], [])
    """
    return [name for name in (formula or "~1").removeprefix("~").split("+") if name != "1"]


def unequal_design(
    frame: pl.DataFrame, design: Mapping[str, Any], options: Mapping[str, Any], folder: Path
) -> ts.SurveyDesign:
    """Translate a design with `pps`."""
    given = arguments(design["call"])
    fpc, probability, weight = (columns(given.get(name)) for name in ("fpc", "probs", "weights"))
    strata = columns(given.get("strata"))
    rule = pairwise_rule(given, frame, strata[0] if strata else None, folder)
    if isinstance(rule, Brewer) and not fpc:
        rule = None  # R then takes the units as drawn with replacement
    return ts.SurveyDesign(
        weight=weight[0] if weight else None,
        probability=probability[0] if probability else None,
        fpc=fpc or None,
        strata=strata or None,
        psu=columns(given.get("id") or given.get("ids")) or None,
        nested=given.get("nest") in ("TRUE", "T"),
        pairwise=rule,
        lonely_psu=options.get("survey.lonely.psu", "fail"),
        ultimate_cluster=bool(options.get("survey.ultimate.cluster", False)),
    )


def pairwise_rule(
    given: Mapping[str, str], frame: pl.DataFrame, stratum: str | None, folder: Path
) -> PairwiseRule | None:
    """Translate `pps` and `variance`."""
    variance: PairVariance = "YG" if given.get("variance") == "'YG'" else "HT"
    pps = given["pps"]
    if pps in ("'brewer'", "'overton'"):
        return Brewer() if pps == "'brewer'" else Overton(variance=variance)
    function, inner = pps[:-1].split("(", 1)
    if function == "ppsmat":
        name = inner.removeprefix("as.matrix(").removesuffix(")")
        table = pl.read_csv(folder / "data" / f"{name}.csv")
        return JointProbabilities(matrix=table.to_numpy(), variance=variance, tolerance=R_TOLERANCE)
    return HartleyRao(sum_of_squares=sum_of_squares(inner, frame, stratum, folder), variance=variance)


def sum_of_squares(inner: str, frame: pl.DataFrame, stratum: str | None, folder: Path) -> Any:
    """Undo R's division by the number of units drawn."""
    if not inner:
        return None
    population, by_stratum = POPULATION.fullmatch(inner), BY_STRATUM.fullmatch(inner)
    if population:
        known = folder / "data" / f"{population[1]}.csv"
        if not known.is_file():
            return SUMS_OF_SQUARES[population[1]] / int(population[3]) * frame.height
        probabilities = pl.read_csv(known)[population[2]]
        return float((probabilities**2).sum()) / int(population[3]) * frame.height
    if by_stratum and stratum:
        groups = frame.group_by(stratum).agg(pl.col(by_stratum[1]).first(), pl.len().alias("drawn"))
        return {row[stratum]: row[by_stratum[1]] * row["drawn"] for row in groups.to_dicts()}
    return float(inner) * frame.height
