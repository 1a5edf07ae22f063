"""Tests of a case: t-tests, chi-square tests and rank tests, in the words of R's results."""

from typing import Any

import narwhals as nw
import numpy as np
import polars as pl

import talentstats as ts
from reference.case_data import make_sample
from reference.estimated import Answer
from reference.question import Question
from reference.r_expression import names_in
from reference.weighted import weighted, weighting_columns
from talentstats.estimate.testing.chi_square import chi_square_test
from talentstats.estimate.testing.rank_test import rank_test
from talentstats.estimate.testing.result import TestResult as Result
from talentstats.estimate.testing.t_test import t_test

TESTED, GROUP = "case_tested", "case_group"
# R calls both tests of uniform scores by the second's name.
RANK_METHODS = {"wilcoxon": "KruskalWallis"}
# Scores that R is given as a function, by the name that the case has for it.
SCORES: dict[str, Any] = {"squared": lambda ranks, total: (ranks / total) ** 2}


def answer(question: Question) -> Answer:
    """Answer a test."""
    return {"ttest": of_t_test, "chisq": of_chi_square, "ranktest": of_rank_test}[question.spec["op"]](
        question
    )


def of_t_test(question: Question) -> Answer:
    spec = question.spec
    sample = tested_sample(question)
    by = GROUP if spec.get("group") else None
    found = t_test(sample, TESTED, by=by, mu=spec.get("mu") or 0.0, where=where_of(question))
    # R tests the variable less its supposed mean, and gives the mean of that.
    shift = found.null_value or 0.0
    ends = [found.conf_low, found.conf_high]
    return {
        **common_answer(found),
        "estimate": [] if found.estimate is None else [found.estimate - shift],
        "conf_int": [end - shift for end in ends if end is not None],
        "method": found.method,
    }


def of_rank_test(question: Question) -> Answer:
    spec = question.spec
    sample = tested_sample(question)
    name = spec.get("test") or "wilcoxon"
    found = rank_test(sample, TESTED, GROUP, test=SCORES.get(name, name), where=where_of(question))
    kind = "rank" if name in SCORES else RANK_METHODS.get(name, name)
    values = {
        **common_answer(found),
        "estimate": [] if found.estimate is None else [found.estimate],
        "conf_int": [],
        "method": f"Design-based {kind} test",
    }
    if len(found.parameter) == 2:
        # R gives the chi-square as the parameter, and its degrees of freedom as the statistic.
        values |= {"statistic": found.parameter[0], "parameter": [found.statistic], "ddf": found.parameter[1]}
    return values


def of_chi_square(question: Question) -> Answer:
    spec = question.spec
    rows, columns = spec["rows"], spec["cols"]
    sample = sample_of(question, question.data.frame, [rows, columns])
    found = chi_square_test(
        sample, rows, columns, statistic=spec.get("statistic") or "F", where=where_of(question)
    )
    return {**common_answer(found), "observed": matrix(found.observed), "expected": matrix(found.expected)}


def common_answer(found: Result) -> Answer:
    return {"statistic": found.statistic, "parameter": list(found.parameter), "p_value": found.p_value}


def tested_sample(question: Question) -> ts.SurveySample:
    """Return the sample with what is tested and its groups, columns or expressions, as columns."""
    frame, spec = question.data.frame, question.spec
    asked = {TESTED: spec["y"], **({GROUP: spec["group"]} if spec.get("group") else {})}
    plain = {name: nw.col(text) for name, text in asked.items() if text in frame.columns}
    made = {name: question.condition(text) for name, text in asked.items() if name not in plain}
    both = [column.alias(name) for name, column in {**plain, **made}.items()]
    return sample_of(question, nw.from_native(frame).with_columns(*both).to_native(), list(asked))


def sample_of(question: Question, frame: pl.DataFrame, used: list[str]) -> ts.SurveySample:
    steps = question.spec.get("weighting") or []
    condition = names_in(question.spec["where"]) if question.spec.get("where") else []
    columns = [*used, *condition, *weighting_columns(steps)]
    return weighted(
        make_sample(frame, columns, case=question.case, folder=question.folder), steps, question.data
    )


def where_of(question: Question) -> Any:
    return question.condition(question.spec["where"]) if question.spec.get("where") else None


def matrix(table: pl.DataFrame | None) -> list[list[float]]:
    """Return the numbers of a table, without the names of its rows."""
    return [] if table is None else np.asarray(table[:, 1:].to_numpy()).tolist()
