"""Models of a case: coefficients, their covariance and tests; average marginal effects."""

from dataclasses import replace
from typing import Any

import talentstats as ts
from reference.estimated import Answer
from reference.question import Question
from talentstats.estimate.models.formula import parse_formula
from talentstats.estimate.models.marginal_effects import marginal_effects
from talentstats.estimate.models.model import ModelFit, fit_model


def answer(question: Question) -> Answer:
    """Answer a model, or the average marginal effects in one."""
    fit = fitted(question)
    if question.spec["op"] == "marginal_effects":
        return of_effects(marginal_effects(fit, question.spec.get("effects_of")))
    table = fit.table
    return {
        "labels": [label_parts(term) for term in table["term"]],
        "estimate": table["estimate"].to_list(),
        "se": table["std_error"].to_list(),
        "statistic": table["statistic"].to_list(),
        "p_value": table["p_value"].to_list(),
        "ci_lower": table["conf_low"].to_list(),
        "ci_upper": table["conf_high"].to_list(),
        "df_residual": fit.df_residual,
        "dispersion": fit.dispersion,
        "n_obs": fit.n_obs,
        "vcov": fit.covariance().tolist(),
    }


def fitted(question: Question) -> ModelFit:
    """Fit the model of a case."""
    spec = question.spec
    formula = spec["formula"].replace("factor(", "C(")
    parsed = parse_formula(formula)
    columns = [parsed.response, *parsed.predictors]
    named = replace(question, case={**question.case, "spec": {**spec, "vars": columns}})
    family: Any = spec["family"].removeprefix("quasi")
    where = question.condition(spec["where"]) if spec.get("where") else None
    return fit_model(named.sample, formula, family=family, where=where)


def label_parts(term: str) -> list[str]:
    """Return what R's label of a coefficient has to contain: `role[partner]:age` is `rolepartner:age`."""
    parts = [part for factor in split_factors(term) for part in factor.removesuffix("]").split("[", 1)]
    return [{"true": "TRUE", "false": "FALSE"}.get(part, part) for part in parts]


def split_factors(term: str) -> list[str]:
    """Split a term at the colons outside brackets."""
    parts, depth = [""], 0
    for sign in term:
        depth += (sign == "[") - (sign == "]")
        if sign == ":" and not depth:
            parts.append("")
        else:
            parts[-1] += sign
    return parts


def of_effects(found: ts.Estimates) -> Answer:
    """Return average marginal effects."""
    table = found.to_polars()
    return {
        "estimate": table["estimate"].to_list(),
        "se": table["std_error"].to_list(),
        "df_residual": float(table["df"][0]),
        "ci_lower": table["conf_low"].to_list(),
        "ci_upper": table["conf_high"].to_list(),
        "vcov": found.covariance().tolist(),
    }
