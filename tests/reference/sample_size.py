"""Sample sizes and power, planned by the estimates of a case."""

from collections.abc import Callable
from typing import Any

import polars as pl

import talentstats as ts
from reference.estimated import Answer
from reference.question import Question
from talentstats.estimate.planning.power import power_for_change, required_n_for_change
from talentstats.estimate.planning.sample_size import precision_of, required_sample_size

OPTIONS = {
    "required": ("margin_of_error", "cv", "std_error", "conf_level", "population"),
    "precision": ("n", "population"),
    "power": ("change", "n_first", "n_second", "overlap", "correlation"),
    "required_for_change": ("change", "overlap", "correlation", "power", "alternative"),
}


def answer(question: Question) -> Answer:
    """Answer which number a precision takes, and which precision or power a number gives."""
    spec = question.spec
    options: dict[str, Any] = {name: spec[name] for name in OPTIONS[spec["ask"]] if name in spec}
    if spec["proportion"]:
        earlier = ts.estimate_proportion(question.sample, question.variables, levels=[1], by=question.by)
    else:
        earlier = ts.estimate_mean(question.sample, question.variables, by=question.by)
    if spec["ask"] == "precision":
        table = precision_of(earlier, options.pop("n"), **options)
    else:
        functions: dict[str, Callable[..., pl.DataFrame]] = {
            "required": required_sample_size,
            "power": power_for_change,
            "required_for_change": required_n_for_change,
        }
        table = functions[spec["ask"]](earlier, **options)
    # R lists domains by their name, we by the order of their levels.
    table = table.sort(pl.col(question.by[0]).cast(pl.String))
    return {name: table[name].to_list() for name in question.case["values"]}
