"""Estimates compared: contrasts of domains and variables, and change between waves."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import polars as pl

import talentstats as ts
from reference.contrasts import Kind, contrast_of
from reference.estimated import INTERVALS, Answer, both_intervals, estimate, of_the_event, r_order
from reference.question import Question, r_text, statistic_of
from reference.r_expression import evaluate


def difference(question: Question) -> Answer:
    """Answer a contrast of domains or of variables."""
    asked = [
        estimate(question, statistic_of(question), question.sample, interval=interval, by=question.by or None)
        for interval in INTERVALS
    ]
    return both_intervals(*(contrasted(one, question).to_polars() for one in asked))


def contrasted(found: ts.Estimates, question: Question) -> ts.Estimates:
    """Contrast the rows of one result: by `compare` where an analyst would, otherwise by `contrast`."""
    rows = found.to_polars()
    rows = rows[r_order(rows, question)]
    names = [r_name(row, question) for row in rows.iter_rows(named=True)]
    asked = contrast_of(question.call, question.spec.get("contrast"), names)
    pair = asked.as_pair
    if pair and len(question.by) == 1 and len(set(rows[question.by[0]])) == len(rows):
        values = [rows[question.by[0]][names.index(name)] for name in pair[1:]]
        first, second = (found.filter(**{question.by[0]: value}) for value in values)
        return ts.compare(first, second, kind=pair[0])
    label = dict(zip(names, own_labels(rows, question), strict=True))
    if asked.coefficients:
        coefficients = {label[name]: value for name, value in asked.coefficients.items()}
        return ts.contrast(found, {"contrast": coefficients})
    return ts.contrast(
        found, {"contrast": lambda given: evaluate(asked.expression, lambda name: given[label[name]])}
    )


def r_name(row: Mapping[str, Any], question: Question) -> str:
    """Return R's name of an estimate: `E.No`, `api00`, `E:awardsYes`."""
    domain = ".".join(r_text(row[name]) for name in question.by)
    own = row["variable"] + (row["level"] or "")
    if not domain:
        return str(own)
    return f"{domain}:{own}" if len(question.variables) > 1 or row["level"] is not None else domain


def own_labels(rows: pl.DataFrame, question: Question) -> list[str]:
    """Return how `contrast` calls the rows: by what tells them apart."""
    columns = [name for name in [*question.by, "variable", "level"] if rows[name].n_unique() > 1]
    return [" ".join(map(str, row)) for row in rows.select(columns or ["variable"]).iter_rows()]


@dataclass(frozen=True, slots=True, kw_only=True)
class Waves:
    """Which waves are compared, and how."""

    column: str
    later: Any
    earlier: Any
    kind: Kind


def change(question: Question) -> Answer:
    """Answer a change between two waves: of a stacked file by `change`, of two files by `compare`."""
    column = question.spec["wave"]
    waves = {r_text(wave): wave for wave in question.data.frame[column].unique().sort()}
    asked = contrast_of(question.call, None, list(reversed(waves)))
    later, earlier = asked.as_pair[1:] if asked.as_pair else reversed(waves)
    kind: Kind = "relative_change" if question.spec["op"] == "relative change" else "difference"
    pair = Waves(column=column, later=waves[later], earlier=waves[earlier], kind=kind)
    if "samples" in question.spec:
        return both_intervals(*(of_two_files(question, pair, interval=interval) for interval in INTERVALS))
    return both_intervals(stacked(question, pair), of_one_file(question, pair, interval="normal"))


def stacked(question: Question, waves: Waves) -> pl.DataFrame:
    """Ask the change from the stacked file, in one call."""
    spec, statistic = question.spec, statistic_of(question)
    found = ts.change(
        question.sample,
        statistic,
        spec.get("num") or question.variables,
        denominators=spec.get("den"),
        from_wave=waves.earlier,
        to_wave=waves.later,
        kind=waves.kind,
        where=question.arguments["where"],
        df="design",
    )
    return of_the_event(found, question)


def of_one_file(question: Question, waves: Waves, *, interval: str) -> pl.DataFrame:
    """Ask the change as a comparison of two domains."""
    found = estimate(question, statistic_of(question), question.sample, by=waves.column, interval=interval)
    later, earlier = (found.filter(**{waves.column: wave}) for wave in (waves.later, waves.earlier))
    return of_the_event(ts.compare(later, earlier, kind=waves.kind), question)


def of_two_files(question: Question, waves: Waves, *, interval: str) -> pl.DataFrame:
    """Ask the change from two files, one for each wave."""
    parts = [
        estimate(question, statistic_of(question), sample_of(question, waves.column, wave), interval=interval)
        for wave in (waves.later, waves.earlier)
    ]
    return of_the_event(ts.compare(*parts, kind=waves.kind, samples=question.spec["samples"]), question)


def sample_of(question: Question, column: str, wave: Any) -> ts.SurveySample:
    """Return the rows of one wave as a sample of their own."""
    return replace(question.sample, frame=question.sample.frame.filter(pl.col(column) == wave))
