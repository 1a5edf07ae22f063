"""Sums as one file: small tables and a description of what they are sums of."""

import io
import json
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import asdict, replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from talentstats.errors import InputError
from talentstats.estimate.items import Item
from talentstats.estimate.request import Request
from talentstats.estimate.sums import PartialSums
from talentstats.provenance import Licence, Origin
from talentstats.survey.design import SurveyDesign
from talentstats.survey.replicates import ReplicateRule, ReplicateWeights, UnitReplicates
from talentstats.survey.unequal import Brewer, HartleyRao, JointProbabilities, Overton, PairwiseRule
from talentstats.terms import Vintage

_FORMAT = "talentstats partial sums 1"
_DESCRIPTION = "sums.json"
_RULES: dict[str, Callable[..., PairwiseRule]] = {
    rule.__name__: rule for rule in (Brewer, Overton, HartleyRao)
}


def save_partial(part: PartialSums, path: str | Path) -> None:
    """Write sums to one file, whole or not at all.

    Parameters
    ----------
    part : PartialSums
    path : str or Path
        An existing file is replaced.

    Raises
    ------
    InputError
        If the folder is not there or cannot be written in.

    Examples
    --------
    >>> import tempfile
    >>> import polars as pl
    >>> import talentstats as ts
    >>> people = pl.DataFrame({"area": [1, 1, 2, 2], "w": 10.0, "y": [1, 2, 3, 6]})
    >>> part = ts.partial(ts.SurveySample(people, ts.SurveyDesign(weight="w", psu="area")), "mean", "y")
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     ts.save_partial(part, f"{folder}/part.sums")
    ...     again = ts.load_partial(f"{folder}/part.sums")
    >>> ts.finalize(again).to_polars()["estimate"].item()
    3.0
    """
    target = Path(path)
    unfinished = target.with_name(target.name + ".unfinished")
    try:
        with zipfile.ZipFile(unfinished, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, content in _members(part).items():
                archive.writestr(zipfile.ZipInfo(name), content)
        unfinished.replace(target)
    except OSError as error:
        unfinished.unlink(missing_ok=True)
        raise InputError(
            "The sums cannot be written.",
            got=str(error),
            where=str(target),
            remedy="Choose a folder that exists and may be written in.",
        ) from error


def load_partial(path: str | Path) -> PartialSums:
    """Read sums that `save_partial` wrote.

    Raises
    ------
    InputError
        If the file is not there, or not such a file.
    """
    source = Path(path)
    try:
        with zipfile.ZipFile(source) as archive:
            members = {name: archive.read(name) for name in archive.namelist()}
        described = json.loads(members[_DESCRIPTION])
    except (OSError, zipfile.BadZipFile, KeyError, ValueError) as error:
        raise InputError(
            "This is not a file with sums.",
            expected="a file written by `save_partial`",
            got=str(error),
            where=str(source),
            remedy="Check the path.",
        ) from error
    if described.get("format") != _FORMAT:
        raise InputError(
            "These sums were written by another version.",
            expected=_FORMAT,
            got=str(described.get("format")),
            where=str(source),
            remedy="Make the sums again.",
        )
    return _read(described, members)


def _members(part: PartialSums) -> dict[str, bytes]:
    members = {"groups.parquet": _table(part.groups.sort(pl.all()))}
    if part.squares is not None:
        members["squares.parquet"] = _table(part.squares.sort(pl.all()))
    if part.units is not None:
        members["units.parquet"] = _table(part.units.sort(pl.all()))
    if isinstance(part.replicates, UnitReplicates):
        members["replicate_units.parquet"] = _table(part.replicates.keys)
        members["multipliers.parquet"] = _table(pl.DataFrame(part.replicates.multipliers))
    described = {
        "format": _FORMAT,
        "request": asdict(replace(part.request, where=None)),
        "subpopulation": part.subpopulation,
        "design": _design(part.design),
        "items": [asdict(item) for item in part.items],
        "missing": part.missing,
        "replicates": _described(part.replicates),
        "origins": [_as_text(origin) for origin in part.origins],
        "synthetic": part.synthetic,
    }
    text = json.dumps(described, indent=1, ensure_ascii=False, sort_keys=True)
    return {_DESCRIPTION: text.encode(), **members}


def _table(table: pl.DataFrame) -> bytes:
    buffer = io.BytesIO()
    table.write_parquet(buffer)
    return buffer.getvalue()


def _described(replicates: ReplicateWeights | UnitReplicates | None) -> dict[str, Any] | None:
    if replicates is None:
        return None
    if isinstance(replicates, ReplicateWeights):
        listed = asdict(replicates)
        return {**listed, "columns": list(replicates.columns)}
    rule = replicates.rule
    return {
        "type": replicates.type,
        "seed": replicates.seed,
        "scale": rule.scale,
        "rscales": rule.rscales.tolist(),
        "mse": rule.mse,
        "df": rule.df,
    }


def _as_text(origin: Origin) -> dict[str, Any]:
    return {**asdict(origin), "published": str(origin.published), "accessed": origin.accessed.isoformat()}


def _read(described: dict[str, Any], members: dict[str, bytes]) -> PartialSums:
    tables = {
        name: pl.read_parquet(io.BytesIO(members[f"{name}.parquet"]))
        if f"{name}.parquet" in members
        else None
        for name in ("squares", "units")
    }
    request = described["request"]
    names = {key: tuple(request[key]) for key in ("variables", "denominators", "by")}
    levels = None if request["levels"] is None else tuple(request["levels"])
    return PartialSums(
        request=Request(**{**request, **names, "levels": levels}),
        design=_read_design(described["design"]),
        items=tuple(_item(item) for item in described["items"]),
        groups=pl.read_parquet(io.BytesIO(members["groups.parquet"])),
        squares=tables["squares"],
        units=tables["units"],
        missing=described["missing"],
        sample=object(),
        subpopulation=described["subpopulation"],
        replicates=_replicates(described["replicates"], members),
        origins=tuple(_origin(origin) for origin in described["origins"]),
        synthetic=described["synthetic"],
    )


def _design(design: SurveyDesign) -> dict[str, Any]:
    rule = design.pairwise
    if isinstance(rule, JointProbabilities):
        raise InputError(
            "Sums with joint inclusion probabilities are not kept in a file.",
            expected="`Brewer`, `Overton` or `HartleyRao` in the design, or none",
            got="`JointProbabilities`",
            remedy="Estimate at once, from the frame.",
        )
    described = asdict(replace(design, pairwise=None))
    if rule is not None:
        described["pairwise"] = {"rule": type(rule).__name__, **asdict(rule)}
    if isinstance(rule, HartleyRao) and isinstance(rule.sum_of_squares, Mapping):
        described["pairwise"]["sum_of_squares"] = list(rule.sum_of_squares.items())
    return described


def _read_design(described: dict[str, Any]) -> SurveyDesign:
    parts = {key: _tuple(value) for key, value in described.items()}
    if parts.get("pairwise"):
        options = dict(parts["pairwise"])
        if isinstance(options.get("sum_of_squares"), list):
            options["sum_of_squares"] = dict(options["sum_of_squares"])
        parts["pairwise"] = _RULES[options.pop("rule")](**options)
    return SurveyDesign(**parts)


def _item(described: dict[str, Any]) -> Item:
    return Item(**{key: _tuple(value) for key, value in described.items()})


def _tuple(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


def _replicates(
    described: dict[str, Any] | None, members: dict[str, bytes]
) -> ReplicateWeights | UnitReplicates | None:
    if described is None:
        return None
    if "columns" in described:
        return ReplicateWeights(**described)
    rule = ReplicateRule(
        scale=described["scale"],
        rscales=np.array(described["rscales"]),
        mse=described["mse"],
        df=described["df"],
    )
    return UnitReplicates(
        keys=pl.read_parquet(io.BytesIO(members["replicate_units.parquet"])),
        multipliers=pl.read_parquet(io.BytesIO(members["multipliers.parquet"])).to_numpy(),
        rule=rule,
        type=described["type"],
        seed=described["seed"],
    )


def _origin(described: dict[str, Any]) -> Origin:
    return Origin(
        **{
            **described,
            "licence": Licence(**described["licence"]),
            "published": Vintage.parse(described["published"]),
            "accessed": date.fromisoformat(described["accessed"]),
        }
    )
