"""Answers to cases about quantiles: of one sample, of domains, with the intervals of R."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import polars as pl
from scipy import stats

import talentstats as ts
from reference.estimated import Answer, label_parts, r_order
from reference.question import Question, r_text
from talentstats.estimate.quantiles.rules import TIE_TOLERANCE

# How cases call R's intervals.
INTERVALS = {"mean (Woodruff)": "mean", "quantile (replicates)": "quantile"}


def answer(question: Question) -> Answer:
    """Answer quantiles: by variable, or by domain as R's `svyby` has them."""
    return by_domain(question) if question.by else by_variable(question)


def asked(question: Question) -> ts.Estimates:
    """Ask the quantiles of a case."""
    spec = question.spec
    interval = spec.get("ci", "mean")
    arguments: dict[str, Any] = {
        "where": question.arguments["where"],
        "missing": question.arguments["missing"],
        "rule": spec.get("qrule", "math"),
        "interval": INTERVALS.get(interval, interval),
        "conf_level": spec.get("conf_level", 0.95),
        "df": spec.get("df_rule", "domain"),
        # R gives the next answer below the weight of the smallest, and has no tolerance for ties. Replicate
        # weights were written with fifteen digits: theirs need one.
        "as_r": True,
        "tie_tolerance": TIE_TOLERANCE if question.sample.replicates else 0,
    }
    return ts.estimate_quantile(
        question.sample, question.variables, spec["q"], by=question.by or (), **arguments
    )


def by_variable(question: Question) -> Answer:
    """Collect what R's `svyquantile` prints for each variable."""
    found = asked(question)
    table = found.to_polars()
    columns = {"estimate": "estimate", "ci_lower": "conf_low", "ci_upper": "conf_high", "se": "std_error"}
    variables = {}
    for name in question.variables:
        rows = table.filter(variable=name)
        variables[name] = {
            "quantiles": [float(level) for level in rows["level"]],
            **{ours: rows[column].to_list() for ours, column in columns.items()},
        }
    return {"df": found.design_df, "variables": variables}


def by_domain(question: Question) -> Answer:
    """Collect what R's `svyby` prints: around the estimates, with the degrees of freedom of the design."""
    found = asked(question)
    frame = found.to_polars()
    order = r_order(frame, question)
    rows = frame[order]
    domains = rows.select(question.by).unique(maintain_order=True)
    return {
        "estimate": rows["estimate"].to_list(),
        "se": rows["std_error"].to_list(),
        "df": found.design_df,
        **ends_around(rows, found.design_df),
        "vcov": np.asarray(found.covariance())[np.ix_(order, order)].tolist(),
        "groups": {name: [r_text(value) for value in domains[name]] for name in question.by},
        "labels": [parts(row, question) for row in rows.iter_rows(named=True)],
    }


def ends_around(rows: pl.DataFrame, df: float) -> Mapping[str, list[float]]:
    """Give R's symmetric intervals of a table: the estimate and its standard error times a quantile."""
    estimate, error = (rows[name].cast(pl.Float64).to_numpy() for name in ("estimate", "std_error"))
    ends = {}
    for name, reach in (("t", stats.t.ppf(0.975, df)), ("z", stats.norm.ppf(0.975))):
        ends[f"ci_{name}_lower"] = (estimate - reach * error).tolist()
        ends[f"ci_{name}_upper"] = (estimate + reach * error).tolist()
    return ends


def parts(row: Mapping[str, Any], question: Question) -> list[str]:
    """Return what R's label of a row has to contain; it names no quantile."""
    return label_parts({**row, "level": None}, question)
