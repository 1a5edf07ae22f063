"""From a case's data and design to a sample: the CSV with R's types, R's design in the package's words."""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import polars as pl

import talentstats as ts
from reference.unequal_designs import unequal_design

Case = Mapping[str, Any]
WEIGHT, REPLICATE = "case_weight", "case_replicate_"
CONSTANT = re.compile(r"\(?(\d+(?:\.\d+)?)\)?")
RECIPROCAL = re.compile(r"\(?1/([\w.]+)\)?")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CaseData:
    """A case's table, and what R thought its columns were."""

    frame: pl.DataFrame
    types: Mapping[str, str]
    levels: Mapping[str, list[str]]


@lru_cache(maxsize=32)
def dictionary(folder: Path) -> dict[str, Any]:
    """Read the types of every table in a folder."""
    content: dict[str, Any] = {}
    for path in sorted((folder / "data").glob("*dictionary.json")):
        content |= json.loads(path.read_text(encoding="utf-8"))
    return content


@lru_cache(maxsize=32)
def read_data(folder: Path, name: str) -> CaseData:
    """Read a CSV as R typed it; numbers that are all whole come as integers, as any CSV reader gives them."""
    columns = dictionary(folder)[Path(name).name.split(".")[0]]["columns"]
    raw = pl.read_csv(folder / name, infer_schema=False)
    typed = [_typed(raw[column], columns.get(column, {"type": "character"})) for column in raw.columns]
    return CaseData(
        frame=pl.DataFrame(typed),
        types={column: about["type"] for column, about in columns.items()},
        levels={column: about["levels"] for column, about in columns.items() if about["type"] == "factor"},
    )


def _typed(text: pl.Series, about: Mapping[str, Any]) -> pl.Series:
    if about["type"] == "factor":
        return text.cast(pl.Enum(about["levels"]))
    if about["type"] == "logical":
        return text.replace_strict({"TRUE": True, "FALSE": False}, return_dtype=pl.Boolean)
    if about["type"] not in {"integer", "numeric"}:
        return text
    numbers = text.cast(pl.Float64)
    whole = numbers.drop_nulls()
    return numbers.cast(pl.Int64) if (whole == whole.round()).all() else numbers


def many(names: str | Iterable[str] | None) -> list[str]:
    """Return one name, several or none as a list."""
    if names is None:
        return []
    return [names] if isinstance(names, str) else list(names)


def make_sample(frame: pl.DataFrame, used: Iterable[str], *, case: Case, folder: Path) -> ts.SurveySample:
    """Return the sample of a case with the columns its statistic uses.

    Other columns stay out: a file may have two whose names differ only in capitals.
    """
    design = case["design"]
    if "repweights" in design:
        return _replicate_sample(frame.select(list(dict.fromkeys(used))), design, folder)
    if design.get("pps"):
        survey_design = unequal_design(frame, design, case["options"] or {}, folder)
        return ts.SurveySample(
            frame.select(list(dict.fromkeys([*used, *survey_design.columns]))), survey_design
        )
    survey_design, constant = translate_design(design, case["options"] or {})
    listed = list(dict.fromkeys([*used, *(name for name in survey_design.columns if name != WEIGHT)]))
    frame = frame.select(listed)
    return ts.SurveySample(
        frame if constant is None else frame.with_columns(pl.lit(constant).alias(WEIGHT)), survey_design
    )


def translate_design(
    design: Mapping[str, Any], options: Mapping[str, Any]
) -> tuple[ts.SurveyDesign, float | None]:
    """Return the design, and the weight that every row has when R was given a number instead of a column."""
    weights = design.get("weights")
    fpc = many(design.get("fpc"))
    constant = CONSTANT.fullmatch(weights or ("" if fpc else "1"))
    reciprocal = RECIPROCAL.fullmatch(weights or "")
    from_fpc = bool(fpc) and weights in {None, "(from fpc)"}
    return ts.SurveyDesign(
        weight=WEIGHT if constant else None if reciprocal or from_fpc else weights,
        probability=reciprocal[1] if reciprocal else None,
        strata=many(design.get("strata")) or None,
        psu=many(design.get("ids")) or None,
        fpc=fpc or None,
        nested=bool(design.get("nest", False)),
        lonely_psu=options.get("survey.lonely.psu", "fail"),
        ultimate_cluster=bool(options.get("survey.ultimate.cluster", False)),
        wave=design.get("wave"),
    ), float(constant[1]) if constant else None


def _replicate_sample(frame: pl.DataFrame, design: Mapping[str, Any], folder: Path) -> ts.SurveySample:
    table = pl.read_csv(folder / design["repweights"], infer_schema=False).cast(pl.Float64)
    columns = _listed(design["repweight_columns"])
    renamed = {name: f"{REPLICATE}{number}" for number, name in enumerate(columns)}
    chosen = table.select(
        pl.col(design["weight_column"]).alias(WEIGHT),
        *(pl.col(old).alias(new) for old, new in renamed.items()),
    )
    replicates = ts.ReplicateWeights(
        columns=list(renamed.values()),
        type=design["type"],
        scale=design["scale"],
        rscales=design["rscales"],
        mse=design["mse"],
        rho=design.get("rho") or 0.0,
        combined=design.get("combined_weights", True),
        # Only when the maker of the design said so; otherwise they follow from the weights.
        df=design.get("degf") if "degf=" in design["call"] else None,
    )
    survey_design = ts.SurveyDesign(weight=WEIGHT, wave=design.get("wave"))
    return ts.SurveySample(pl.concat([frame, chosen], how="horizontal"), survey_design, replicates=replicates)


def _listed(columns: str | list[str]) -> list[str]:
    """Spell out a range of columns.

    >>> _listed("r1..r3")
    ['r1', 'r2', 'r3']
    """
    ends = re.fullmatch(r"(\D*)(\d+)\.\.\D*(\d+)", columns) if isinstance(columns, str) else None
    if ends is None:
        return many(columns)
    return [f"{ends[1]}{number}" for number in range(int(ends[2]), int(ends[3]) + 1)]
