"""The survey as a report sees it: the waves known on a day, their figures, and what may be claimed."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from threading import Lock
from typing import Any

import polars as pl

from talentstats.codebooks.harmonised import read_harmonised
from talentstats.errors import NotPublishedError
from talentstats.language import Bilingual
from talentstats.progress import say
from talentstats.provenance import Origin
from talentstats.reporting.numbers import Number
from talentstats.reporting.survey.claims import survey_claims, tested_contrasts
from talentstats.reporting.survey.estimates import REGION, Tables, WaveEstimates, estimate_wave
from talentstats.reporting.survey.numbers import survey_numbers
from talentstats.reporting.survey.questions import NATION, Answers, Indicator, Questions, read_questions
from talentstats.reporting.survey.reliability import unreliable
from talentstats.reporting.survey.results import Results, read_results, write_results
from talentstats.store import ProcessedTable
from talentstats.waves.declared import read_plan
from talentstats.waves.inputs import wave_inputs
from talentstats.waves.process import process_wave
from talentstats.workspace import Workspace

_SHOWN = ("estimate", "std_error", "conf_low", "conf_high", "df", "n_obs", "note")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Survey:
    """The waves of the survey with their estimates, and everything that numbers and figures are made from.

    Attributes
    ----------
    questions : Questions
    answers : Answers
        What the answers are called, and which waves can be compared.
    waves : mapping of wave to WaveEstimates
        Those that were known, in the order of their years.
    numbers : tuple of Number
        Figures and claims, for the number store.
    """

    questions: Questions = field(repr=False)
    answers: Answers = field(repr=False)
    waves: Mapping[int, WaveEstimates] = field(repr=False)
    numbers: tuple[Number, ...] = field(repr=False)

    @property
    def latest(self) -> int:
        """The last wave."""
        return max(self.waves)

    @property
    def synthetic(self) -> bool:
        """Whether the respondents do not exist."""
        return any(wave.table.synthetic for wave in self.waves.values())

    @property
    def tables(self) -> tuple[ProcessedTable, ...]:
        """The processed tables of the waves."""
        return tuple(wave.table for wave in self.waves.values())

    def origins(self, waves: Iterable[int] = ()) -> tuple[Origin, ...]:
        """Return the files that figures of some waves, or of all, rest on."""
        chosen = tuple(waves) or tuple(self.waves)
        found = (origin for wave in chosen for origin in self.waves[wave].table.origins.values())
        return tuple(dict.fromkeys(found))

    def estimates(
        self,
        indicators: Iterable[str],
        *,
        by: str = "",
        waves: Iterable[int] = (),
        regions: Sequence[str] = (),
    ) -> pl.DataFrame:
        """Return estimates in one table, as figures take them; those that are not sure enough are null.

        Parameters
        ----------
        indicators : iterable of str
            Ids, such as `plans_to_stay`, or of all answers to a question, `sector`.
        by : str, optional
            Also by the answers to this variable; the indicator must declare it.
        waves : iterable of int, optional
            The latest one when left out.
        regions : sequence of str, optional
            All of them and `nation` when left out.

        Returns
        -------
        polars.DataFrame
            `indicator`, `level` (the answer, of an indicator that has one for each), `region` (`nation` for
            all together), `group` (with `by`), `wave`, then `estimate` (percent or mean), `std_error`,
            `conf_low`, `conf_high`, `df`, `n_obs` and `note`.

        Raises
        ------
        InputError
            If there is no such indicator, or none of the waves asked it.
        """
        chosen = [one for name in indicators for one in self._indicators(name)]
        asked = tuple(waves) or (self.latest,)
        places = [(one, wave) for one in chosen for wave in asked if self.waves[wave].has(one, by)]
        if not places:
            places = [(chosen[0], asked[-1])]
        table = pl.concat(self._rows(one, wave, by) for one, wave in places)
        return table.filter(pl.col(REGION).is_in(list(regions))) if regions else table

    def names(self) -> dict[str, dict[str, dict[str, str]]]:
        """Return what readers call the values of `region` and `indicator` in the table of `estimates`.

        What the answers to a question are called, `answers.levels(variable)` says.
        """
        regions = self.answers.levels(REGION)
        labels = {
            REGION: {**{str(code): label for code, label in regions.items()}, NATION: _NATION},
            "indicator": {one.id: one.title for one in self.questions.indicators},
        }
        return {
            column: {value: {"nl": label.nl, "en": label.en} for value, label in named.items()}
            for column, named in labels.items()
        }

    def _indicators(self, name: str) -> list[Indicator]:
        each = [one for one in self.questions.indicators if one.level and one.asked == name]
        return each or [self.questions.indicator(name)]

    def _rows(self, indicator: Indicator, wave: int, by: str) -> pl.DataFrame:
        names = {row["variable"] for row in self.waves[wave].rows(indicator, by)}
        made = self.waves[wave].tables[by, indicator.statistic]
        table = made.filter(pl.col("variable").is_in(names))
        if by:
            table = table.filter(pl.col(by).is_not_null())
        sure = pl.Series(
            [not self._flag(indicator, row) for row in table.iter_rows(named=True)], dtype=pl.Boolean
        )
        hidden = [
            pl.when(sure).then(pl.col(name)).alias(name)
            for name in ("estimate", "std_error", "conf_low", "conf_high")
        ]
        return table.select(
            pl.lit(indicator.id).alias("indicator"),
            pl.lit(indicator.level, dtype=pl.String).alias("level"),
            pl.col(REGION).fill_null(NATION),
            *([pl.col(by).alias("group")] if by else []),
            pl.lit(wave).alias("wave"),
            *_SHOWN,
        ).with_columns(hidden)

    def _flag(self, indicator: Indicator, row: Mapping[str, Any]) -> str:
        return unreliable(
            self.questions.reliability,
            indicator,
            n=row["n_obs"],
            low=row["conf_low"],
            high=row["conf_high"],
            mean=row["estimate"],
        )


_NATION = Bilingual(nl="Nederland", en="The Netherlands")


def gather_survey(workspace: Workspace, *, as_of: date) -> Survey:
    """Read the waves that were known on a day, made first where needed, and estimate everything.

    Parameters
    ----------
    workspace : Workspace
    as_of : date

    Raises
    ------
    NotPublishedError
        If no wave was known yet.
    InputError, ValidationError
        If a wave cannot be processed.
    """
    plan = read_plan(workspace.reference)
    inputs = wave_inputs(workspace, plan)
    known = [wave for wave, found in inputs.items() if found.published.known_from <= as_of]
    if not known:
        raise NotPublishedError(
            f"No wave of the survey was known by {as_of}.",
            expected=f"a day from {min(found.published for found in inputs.values())} on",
            got=str(as_of),
            remedy="Take a later `--as-of` day.",
        )
    return _gathered(workspace, tuple((wave, inputs[wave].fingerprint) for wave in known))


def _gathered(workspace: Workspace, known: tuple[tuple[int, str], ...]) -> Survey:
    """Read what was estimated before; one language of a report waits for the other to do it."""
    with _ONE_AT_A_TIME:
        return _estimated(workspace, known)


_ONE_AT_A_TIME = Lock()


# Both languages of a report, and other reports, are built from the same waves.
@lru_cache(maxsize=1)
def _estimated(workspace: Workspace, known: tuple[tuple[int, str], ...]) -> Survey:
    tables = [process_wave(wave, workspace) for wave, _ in known]
    answers = read_answers(workspace)
    fingerprint = hashlib.sha256(repr(known).encode()).hexdigest()
    results = read_results(workspace, fingerprint)
    if results is None:
        say("estimating the figures of the survey")
        results = _results(tables, answers)
        write_results(results, workspace, fingerprint)
    return _survey(tables, answers, results)


def read_answers(workspace: Workspace) -> Answers:
    """Read what can be asked of the survey: the harmonised variables, and the columns derived from them."""
    derived = read_plan(workspace.reference).derived
    return Answers(
        harmonised=read_harmonised(workspace.reference), derived={one.name: one for one in derived}
    )


def survey_of(tables: Iterable[ProcessedTable], answers: Answers) -> Survey:
    """Estimate everything that is asked of some processed waves.

    Parameters
    ----------
    tables : iterable of ProcessedTable
        In the order of their years.
    answers : Answers
    """
    made = list(tables)
    return _survey(made, answers, _results(made, answers))


def _results(tables: Sequence[ProcessedTable], answers: Answers) -> Results:
    """Estimate everything that is asked, and every difference that is claimed."""
    questions = read_questions(answers)
    made = {int(table.details["wave"]): estimate_wave(table, questions.indicators) for table in tables}
    estimates = {
        wave: {key: found.table for key, found in estimated.items()} for wave, estimated in made.items()
    }
    waves = _waves(tables, estimates)
    return Results(estimates=estimates, contrasts=tested_contrasts(waves, made, questions, answers))


def _survey(tables: Sequence[ProcessedTable], answers: Answers, results: Results) -> Survey:
    questions = read_questions(answers)
    waves = _waves(tables, results.estimates)
    numbers = (
        *survey_numbers(waves, questions),
        *survey_claims(waves, results.contrasts, questions, answers),
    )
    return Survey(questions=questions, answers=answers, waves=waves, numbers=numbers)


def _waves(tables: Sequence[ProcessedTable], estimates: Mapping[int, Tables]) -> dict[int, WaveEstimates]:
    named = {int(table.details["wave"]): table for table in tables}
    return {wave: WaveEstimates.of(table, estimates[wave]) for wave, table in named.items()}
