"""Indicators, asked as R's package `laeken` is: `gini('income', weights='w', data=d)`."""

from collections.abc import Callable, Mapping
from typing import Any

import polars as pl

import talentstats as ts
from reference.case_data import WEIGHT, make_sample
from reference.contrasts import split_arguments
from reference.estimated import Answer
from reference.question import Question, r_text
from reference.r_expression import evaluate
from talentstats.estimate.indicators.indicators import (
    estimate_at_risk_rate,
    estimate_gini,
    estimate_median_gap,
    estimate_pay_gap,
    estimate_quintile_share_ratio,
)

# What of R's value is 1 of ours: it gives some indicators in per cent.
SCALES = {"gini": 100.0, "arpr": 100.0, "rmpg": 100.0, "qsr": 1.0, "gpg": 1.0}
POSITIONAL = {"gpg": ["inc", "gender", "method", "weights"]}
# The columns whose combinations are R's domains; `years` comes first in its tables.
DOMAINS = ("years", "breakdown")


def answer(question: Question) -> Answer:
    """Answer a call of `gini`, `arpr`, `rmpg`, `qsr` or `gpg`; with a design the standard errors too."""
    function, arguments = _read_call(question.call)
    scale = SCALES[function]
    overall = _estimate(function, arguments, question, by=_columns(arguments, "years"))
    answer: Answer = {"by": None}
    for name, column in (("value", "estimate"), ("se", "std_error")):
        answer[name] = _plain(_values(overall, column, scale))
    if "breakdown" in arguments:
        table = _estimate(function, arguments, question, by=_columns(arguments, *DOMAINS))
        labels = [r_text(value) for value in table[arguments["breakdown"]]]
        for name, column in (("by", "estimate"), ("se_by", "std_error")):
            expected = question.case["values"].get(name)
            answer[name] = _like(expected, labels, _values(table, column, scale))
    return answer


def _read_call(call: str) -> tuple[str, dict[str, Any]]:
    """Split a call in the function and its arguments by name; text without quotes."""
    function = call[: call.index("(")].strip()
    names = iter(POSITIONAL.get(function, ["inc", "weights"]))
    arguments = {}
    for part in split_arguments(call):
        name, equals, text = part.partition("=")
        arguments[name.strip() if equals else next(names)] = _value(text if equals else part)
    return function, arguments


def _value(text: str) -> Any:
    return text.strip() if text.strip().isidentifier() else evaluate(text, lambda name: name)


def _columns(arguments: Mapping[str, Any], *names: str) -> list[str]:
    return [arguments[name] for name in names if name in arguments]


def _sample(question: Question, arguments: Mapping[str, Any]) -> ts.SurveySample:
    used = list(dict.fromkeys([arguments["inc"], *_columns(arguments, *DOMAINS, "gender")]))
    if question.case.get("design"):
        return make_sample(question.data.frame, used, case=question.case, folder=question.folder)
    frame = question.data.frame.select(list(dict.fromkeys([*used, *_columns(arguments, "weights")])))
    if "weights" in arguments:
        return ts.SurveySample(frame, ts.SurveyDesign(weight=arguments["weights"]))
    return ts.SurveySample(frame.with_columns(pl.lit(1.0).alias(WEIGHT)), ts.SurveyDesign(weight=WEIGHT))


def _estimate(
    function: str, arguments: Mapping[str, Any], question: Question, *, by: list[str]
) -> pl.DataFrame:
    sample, levels = _sample(question, arguments), question.data.levels
    options: dict[str, Any] = {"by": by}
    if function == "gpg":
        # The second level of the factor is men's, whatever it is called.
        group = arguments["gender"]
        second = levels[group][1] if group in levels else sorted(sample.frame[group].drop_nulls().unique())[1]
        options |= {"group": group, "reference": second}
        options |= {"method": arguments.get("method", "mean")}
    if function in {"arpr", "rmpg"}:
        options |= {"share": arguments.get("p", 0.6), "threshold": arguments.get("threshold")}
    functions: dict[str, Callable[..., ts.Estimates]] = {
        "gini": estimate_gini,
        "arpr": estimate_at_risk_rate,
        "rmpg": estimate_median_gap,
        "qsr": estimate_quintile_share_ratio,
        "gpg": estimate_pay_gap,
    }
    return functions[function](sample, arguments["inc"], **options).to_polars()


def _values(table: pl.DataFrame, column: str, scale: float) -> list[float]:
    return (scale * table[column].fill_null(float("nan"))).to_list()


def _plain(values: list[float]) -> float | list[float]:
    return values[0] if len(values) == 1 else values


def _like(expected: Any, labels: list[str], values: list[float]) -> Any:
    """Give the values by domain in the form a case has them: by name, in rows, in columns, or bare."""
    if isinstance(expected, Mapping) and "value" in expected:
        return {**expected, "stratum": labels, "value": values}
    if isinstance(expected, Mapping):
        return dict(zip(labels, values, strict=True))
    if isinstance(expected, list) and expected and isinstance(expected[0], Mapping):
        return [{"stratum": label, "value": value} for label, value in zip(labels, values, strict=True)]
    return values
