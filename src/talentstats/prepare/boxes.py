"""The answers to a question with several boxes, from a column for each box."""

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from talentstats.prepare.answers import CodedAnswers, Place

YES, NO = "yes", "no"
_TICKED = {1: 1, 0: 0}


@dataclass(frozen=True, slots=True, kw_only=True)
class BoxAnswers:
    """For each option `yes` or `no`, and one reason for all of them where there is no answer."""

    values: Mapping[str, pl.Series]
    missing: pl.Series
    problems: tuple[str, ...]


def read_boxes(columns: Mapping[str, CodedAnswers], place: Place) -> BoxAnswers:
    """Put the boxes of one question together.

    The question is answered when any of its boxes is ticked or says that it is not; a blank in an answered
    question is a box that was not ticked, as some programs write it.

    Parameters
    ----------
    columns : mapping of option to CodedAnswers
    place : Place
    """
    boxes = pl.DataFrame({option: one.values(_TICKED, pl.Int8) for option, one in columns.items()})
    reasons = pl.DataFrame({option: one.missing() for option, one in columns.items()})
    missing = reasons.select(pl.coalesce(pl.all())).to_series().alias(place.question.name)
    largest = boxes.max_horizontal()
    answered = largest.is_not_null() & missing.is_null()
    contradicted = (largest == 1) & missing.is_not_null()
    problems = [line for one in columns.values() for line in one.problems]
    if contradicted.any():
        problems.append(place.line(missing, contradicted, "a box is ticked beside a code for no answer"))
    choice = pl.when(pl.lit(answered)).then(pl.when(pl.all() == 1).then(pl.lit(YES)).otherwise(pl.lit(NO)))
    chosen = boxes.select(choice.name.keep())
    return BoxAnswers(values=chosen.to_dict(), missing=missing, problems=tuple(problems))
