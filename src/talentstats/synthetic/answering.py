"""How respondents fill in a questionnaire: routing, items left open, and people who stop halfway."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from talentstats.codebooks.model import Answer
from talentstats.synthetic.block import Block, Drawn, IntegerArray
from talentstats.synthetic.codes import Codes
from talentstats.synthetic.questionnaire import AskedQuestion, Questionnaire

# Place of a blank among the answers to a question, and of an item that was not left open.
_NONE = 255

BoolArray = npt.NDArray[np.bool_]
Places = npt.NDArray[np.uint8]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Seen:
    """Who was shown a question, and the place of the code for no answer they gave; `_NONE` for an answer."""

    shown: BoolArray
    left_open: Places | None


def stopping_points(block: Block) -> IntegerArray:
    """Return the first question of the codebook that each respondent does not see; for most there is none."""
    questionnaire = block.questionnaire
    settings, order = questionnaire.model.settings["answering"], questionnaire.order
    first = next(
        order[one.question.name] for one in questionnaire.asked if one.source == settings["first_break_off"]
    )
    stop = block.rng.integers(first, order[questionnaire.asked[-1].question.name] + 1, block.size)
    return np.where(block.happens(settings["break_off"]), stop, len(order))


def answer_questions(block: Block, drawn: Drawn, stops: IntegerArray) -> Iterator[pl.Series]:
    """Give the columns of all questions that were asked, in their order.

    Parameters
    ----------
    drawn : mapping of name to (n,) int
        What respondents are and think.
    stops : (n,) int
        The first question of the codebook that somebody does not see.
    """
    questionnaire = block.questionnaire
    order = questionnaire.order
    given: dict[str, Places] = {}
    for one in questionnaire.asked:
        shown = stops > order[one.question.name]
        for route in one.question.asked_if:
            shown &= _opens(questionnaire, route.question, route.codes)[given[route.question]]
        seen = _Seen(shown=shown, left_open=_left_open(block, one))
        if one.codes is not None:
            given[one.question.name] = _answers(
                one, one.codes, seen, _places(block, one.codes, drawn[one.source])
            )
            yield _coded(one.question.name, one.codes, given[one.question.name])
        elif one.options:
            for column, option in one.options:
                yield _whole(column, one, seen, drawn[f"{one.source}/{option}"])
        else:
            yield _whole(one.question.name, one, seen, drawn[one.source])


def _opens(questionnaire: Questionnaire, question: str, wanted: tuple[Answer, ...]) -> BoolArray:
    """Return which places of a question's answers open a route; a blank opens none."""
    found = np.zeros(_NONE + 1, dtype=bool)
    codes = next(one.codes for one in questionnaire.asked if one.question.name == question)
    if codes is not None:
        found[: len(codes.answers)] = [code in wanted for code in codes.answers]
    return found


def _places(block: Block, codes: Codes, category: IntegerArray) -> Places:
    """Choose the code of each respondent; where several codes are one category, any of them."""
    if codes.count.max() == 1:
        table = np.full(codes.count.size, _NONE, dtype=np.uint8)
        table[codes.count == 1] = codes.places[codes.first[codes.count == 1]]
        return np.asarray(table[category])
    which = (block.uniforms() * codes.count[category]).astype(np.int64)
    return np.asarray(codes.places[codes.first[category] + np.minimum(which, codes.count[category] - 1)])


def _left_open(block: Block, one: AskedQuestion) -> Places | None:
    if not one.missing:
        return None
    uniforms = block.uniforms()
    found = np.full(block.size, _NONE, dtype=np.uint8)
    declared = [code.code for code in one.question.missing]
    lower = 0.0
    for code, chance in one.missing:
        found[(uniforms >= lower) & (uniforms < lower + chance)] = declared.index(code)
        lower += chance
    return found


def _answers(one: AskedQuestion, codes: Codes, seen: _Seen, places: Places) -> Places:
    if seen.left_open is not None:
        first_missing = len(codes.answers) - len(one.question.missing)
        open_places = first_missing + seen.left_open.astype(np.int64)
        places = np.where(seen.left_open < _NONE, open_places, places).astype(np.uint8)
    return np.where(seen.shown, places, _NONE).astype(np.uint8)


def _coded(column: str, codes: Codes, places: Places) -> pl.Series:
    text = any(isinstance(code, str) for code in codes.answers)
    written = [str(code) if text else code for code in codes.answers]
    blanks = [None] * (_NONE + 1 - len(written))
    return pl.Series(column, [*written, *blanks], dtype=pl.String if text else pl.Int16).gather(places)


def _whole(column: str, one: AskedQuestion, seen: _Seen, values: IntegerArray) -> pl.Series:
    """Make a column of whole numbers, with codes for items left open and null where nothing was shown."""
    found = values.astype(np.int16)
    if seen.left_open is not None:
        for place, missing in enumerate(one.question.missing):
            found[seen.left_open == place] = int(missing.code)
    return pl.select(pl.when(pl.Series(seen.shown)).then(pl.Series(found)).alias(column)).to_series()
