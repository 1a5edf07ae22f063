"""Whether respondents were asked what the questionnaire says they should be asked."""

from collections.abc import Iterator

import polars as pl

from talentstats.codebooks.model import Variable
from talentstats.validation.respondents.rules import RowRule
from talentstats.validation.respondents.wave import Wave, is_kind

#: Column with the place in the questionnaire of the last question a respondent was shown.
LAST_SHOWN = "__last_shown"


def with_last_shown(wave: Wave) -> pl.DataFrame:
    """Return the frame with the place of the last question shown to each respondent."""
    places = _places(wave)
    shown = (
        pl.when(~is_kind(variable, "not_shown")).then(pl.lit(places[variable.name], dtype=pl.Int16))
        for variable in wave.answers
    )
    return wave.frame.with_columns(pl.max_horizontal(*shown).fill_null(-1).alias(LAST_SHOWN))


def routing_rules(wave: Wave) -> Iterator[RowRule]:
    """Yield for every variable: not answered where it was not to be shown, and shown where it was to be.

    Who broke off saw nothing after the last question shown; that is no fault of the routing.
    """
    places = _places(wave)
    for variable in wave.answers:
        conditions = wave.harmonised.routing(variable.name, wave.codebook.wave)
        to_be_shown = pl.all_horizontal(
            pl.lit(value=True),
            *(pl.col(one.variable).is_in(one.values).fill_null(value=False) for one in conditions),
        )
        columns = (wave.columns_of(variable)[0], *(one.variable for one in conditions))
        if conditions:
            yield RowRule(
                rule="routing-answered",
                columns=columns,
                concerns=~to_be_shown,
                broken=~is_kind(variable, "not_shown"),
            )
        yield RowRule(
            rule="routing-skipped",
            columns=columns,
            concerns=to_be_shown & (pl.col(LAST_SHOWN) >= places[variable.name]),
            broken=is_kind(variable, "not_shown"),
        )


def last_question(wave: Wave) -> int:
    """Return the place of the last question that everybody was to be shown."""
    places = _places(wave)
    return max(places[one.name] for one in wave.answers if not _is_routed(wave, one))


def _is_routed(wave: Wave, variable: Variable) -> bool:
    return bool(wave.question_of(variable).asked_if)


def _places(wave: Wave) -> dict[str, int]:
    order = {question.name: place for place, question in enumerate(wave.codebook.questions)}
    return {variable.name: order[wave.question_of(variable).name] for variable in wave.answers}
