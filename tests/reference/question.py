"""A case, read in the package's words: its variables, its sample, the options of an estimate."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import product
from pathlib import Path
from typing import Any

import narwhals as nw
import polars as pl

import talentstats as ts
from reference.case_data import Case, CaseData, make_sample, many, read_data
from reference.r_expression import column_lookup, evaluate, names_in
from reference.weighted import weighted, weighting_columns

EVENT, JOINT = "case_event", "case_joint"
STATISTICS = ("mean", "total", "ratio", "proportion", "count", "variance")


@dataclass(frozen=True, kw_only=True, eq=False)
class Question:
    """A case, read in the package's words."""

    case: Case
    folder: Path

    @property
    def spec(self) -> Mapping[str, Any]:
        return self.case["spec"]  # type: ignore[no-any-return]

    @property
    def call(self) -> str:
        return self.case.get("call") or ""

    @cached_property
    def data(self) -> CaseData:
        return read_data(self.folder, self.case["data"])

    @cached_property
    def joint(self) -> list[str]:
        """The columns of which the joint levels are asked: `a x b (joint)`."""
        text = self.spec.get("vars")
        words = re.fullmatch(r"(.+) \(joint\)", text) if isinstance(text, str) else None
        return words[1].split(" x ") if words else []

    @property
    def variables(self) -> list[str]:
        if self.joint:
            return [JOINT]
        if "event" in self.spec:
            return [EVENT]
        return many(self.spec.get("vars"))

    @property
    def by(self) -> list[str]:
        return many(self.spec.get("by"))

    @cached_property
    def sample(self) -> ts.SurveySample:
        """The sample, with the event or the joint levels as a column."""
        frame, derived = self.data.frame, []
        if self.joint:
            frame, derived = frame.with_columns(joint_column(self.data, self.joint)), [JOINT]
        if "event" in self.spec:
            event = self.condition(self.spec["event"])
            frame, derived = with_event(frame, event), [EVENT]
        named = (
            []
            if derived
            else [*many(self.spec.get("vars")), *many(self.spec.get("num")), *many(self.spec.get("den"))]
        )
        condition = names_in(self.spec["where"]) if self.spec.get("where") else []
        steps = self.spec.get("weighting") or []
        used = [
            *derived,
            *named,
            *self.by,
            *condition,
            *many(self.spec.get("wave")),
            *weighting_columns(steps),
        ]
        sample = make_sample(frame, used, case=self.case, folder=self.folder)
        return weighted(sample, steps, self.data)

    def condition(self, text: str) -> Any:
        return evaluate(text, column_lookup(self.data.types))

    @property
    def arguments(self) -> dict[str, Any]:
        """What every estimate is asked in the same way."""
        with_replacement = self.spec.get("deff") == "replace"
        return {
            "where": self.condition(self.spec["where"]) if self.spec.get("where") else None,
            "missing": "listwise" if self.spec.get("na_rm") in (True, "listwise") else "per_variable",
            "df": "design",
            "srs": "with_replacement" if with_replacement else "without_replacement",
        }


def statistic_of(question: Question) -> Any:
    """Return what is estimated: as the case says, or else as the R call does; of a factor, its levels."""
    said = question.spec.get("stat") or question.spec["op"]
    if said not in STATISTICS:
        said = next((name for name in STATISTICS if f"svy{name}" in question.call), "mean")
    if said in {"mean", "total"} and set(question.variables) & set(question.data.levels):
        return {"mean": "proportion", "total": "count"}[said]
    return said


def with_event(frame: pl.DataFrame, event: nw.Expr) -> pl.DataFrame:
    """Add a yes-or-no as 1 and 0; unknown stays unknown."""
    return nw.from_native(frame).with_columns(event.cast(nw.Int64()).alias(EVENT)).to_native()


def joint_column(data: CaseData, columns: list[str]) -> pl.Series:
    """Return the joint levels of columns, the first varying fastest, as R's `interaction`."""
    texts = [pl.col(name).cast(pl.String).replace({"true": "TRUE", "false": "FALSE"}) for name in columns]
    levels = [data.levels.get(name) or r_levels(data.frame[name]) for name in reversed(columns)]
    ordered = [".".join(reversed(combination)) for combination in product(*levels)]
    return data.frame.select(
        pl.concat_str(texts, separator=".").cast(pl.Enum(ordered)).alias(JOINT)
    ).to_series()


def r_levels(column: pl.Series) -> list[str]:
    """Return the levels R gives a column that is not a factor."""
    return [r_text(value) for value in column.drop_nulls().unique().sort()]


def r_text(value: Any) -> str:
    """Write a value as R does when it becomes a level."""
    if isinstance(value, bool):
        return str(value).upper()
    return f"{value:.15g}" if isinstance(value, float) else str(value)
