"""Estimates of one sample: means, totals, ratios, counts, variances, proportions and their intervals."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import polars as pl

import talentstats as ts
from reference.question import Question, r_text, statistic_of
from reference.weighted import weights_answer

Answer = dict[str, Any]
INTERVALS = ("t", "normal")


def estimate(question: Question, statistic: str, sample: ts.SurveySample, **more: Any) -> ts.Estimates:
    """Ask one estimate."""
    spec, arguments = question.spec, {**question.arguments, **more}
    if statistic == "ratio":
        return ts.estimate_ratio(sample, spec["num"], spec["den"], **arguments)
    if statistic == "proportion":
        method = {"t": "mean"}.get(arguments["interval"], arguments["interval"])
        return ts.estimate_proportion(sample, question.variables, **{**arguments, "interval": method})
    if statistic == "count":
        return ts.estimate_count(sample, question.variables or None, **arguments)
    if statistic == "variance":
        del arguments["srs"]
        return ts.estimate_variance(sample, question.variables, **arguments)
    function = {"mean": ts.estimate_mean, "total": ts.estimate_total}[statistic]
    return function(sample, question.variables, **arguments)


def estimates(question: Question) -> Answer:
    """Answer a mean, total, ratio, count, variance or the proportions of all levels."""
    more = {"by": question.by or None, "margins": bool(question.spec.get("margins", False))}
    found, with_normal = (
        estimate(question, statistic_of(question), question.sample, interval=interval, **more)
        for interval in INTERVALS
    )
    frame = found.to_polars()
    order = r_order(frame, question)
    values = both_intervals(frame[order], with_normal.to_polars()[order])
    values["deff"] = frame[order]["design_effect"].to_list()
    values["vcov"] = np.asarray(found.covariance())[np.ix_(order, order)].tolist()
    if found.method.statistic == "variance" and "na.rm" in question.call and not question.sample.replicates:
        values = with_all_rows(values, frame[order])
    domains = frame[order].select(question.by).unique(maintain_order=True)
    values["groups"] = {
        name: [None if v is None else r_text(v) for v in domains[name]] for name in question.by
    }
    values["labels"] = [label_parts(row, question) for row in frame[order].iter_rows(named=True)]
    weights = question.case["values"].get("weights")
    if weights is not None:
        values["weights"] = weights_answer(question.sample, weights, question.folder)
    return values


def with_all_rows(values: Answer, table: pl.DataFrame) -> Answer:
    """Multiply variances by another n / (n - 1): R's `svyvar` counts rows without an answer too."""
    answered, everyone = table["n_obs"].to_numpy(), (table["n_obs"] + table["n_missing"]).to_numpy()
    with np.errstate(divide="ignore", invalid="ignore"):
        factor = (everyone / (everyone - 1)) / (answered / (answered - 1))
    scaled = {
        name: (np.array(values[name], dtype=np.float64) * factor).tolist()
        for name in ("estimate", "se", "ci_t_lower", "ci_t_upper", "ci_z_lower", "ci_z_upper")
    }
    return {**values, **scaled, "vcov": (np.array(values["vcov"]) * np.outer(factor, factor)).tolist()}


def proportion(question: Question) -> Answer:
    """Answer the proportion of an event with the interval asked, or the proportions of all levels."""
    if "event" not in question.spec:
        return estimates(question)
    # R reads its likelihood interval off an interpolated profile.
    method = {"likelihood": "profile"}.get(question.spec["ci_method"], question.spec["ci_method"])
    found = of_the_event(estimate(question, "proportion", question.sample, interval=method), question)
    return {
        "estimate": found["estimate"].to_list(),
        "se": found["std_error"].to_list(),
        "ci_lower": found["conf_low"].to_list(),
        "ci_upper": found["conf_high"].to_list(),
        "df": found["df"].to_list(),
    }


def both_intervals(by_t: pl.DataFrame, by_normal: pl.DataFrame) -> Answer:
    """Collect estimates with their two intervals."""
    return {
        "estimate": by_t["estimate"].to_list(),
        "se": by_t["std_error"].to_list(),
        "df": by_t["df"].to_list(),
        "ci_t_lower": by_t["conf_low"].to_list(),
        "ci_t_upper": by_t["conf_high"].to_list(),
        "ci_z_lower": by_normal["conf_low"].to_list(),
        "ci_z_upper": by_normal["conf_high"].to_list(),
        "labels": [[] for _ in by_t["estimate"]],
    }


def of_the_event(found: ts.Estimates, question: Question) -> pl.DataFrame:
    """Keep the event's own row of a proportion."""
    table = found.to_polars()
    return table.filter(level="1") if "event" in question.spec else table


def label_parts(row: Mapping[str, Any], question: Question) -> list[str]:
    """Return what R's label of a row has to contain, in order."""
    domain = [r_text(row[name]) for name in question.by if row[name] is not None]
    several = [row["variable"]] if len(question.variables) > 1 else []
    return [*domain, *several, *([] if row["level"] is None else [row["level"]])]


def r_order(frame: pl.DataFrame, question: Question) -> list[int]:
    """Return the rows in R's order: variables and levels outermost, the first `by` varying fastest."""
    data, by, variables = question.data, question.by, question.variables

    def place(column: str, value: Any) -> Any:
        if value is None:
            return len(data.frame)
        return data.levels[column].index(value) if column in data.levels else value

    def key(number: int) -> tuple[Any, ...]:
        row = frame.row(number, named=True)
        name = row["variable"]
        level = row["level"] if name in data.levels else None
        return (
            variables.index(name) if name in variables else 0,
            0 if level is None else place(name, level),
            *(place(column, row[column]) for column in reversed(by)),
        )

    return sorted(range(len(frame)), key=key)
