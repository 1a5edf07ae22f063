"""The back test: a past wave made again from its stored inputs, beside what was published about it."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from talentstats.errors import InputError
from talentstats.language.formats import round_half_up
from talentstats.reporting.claims import PREFIX as CLAIM
from talentstats.reporting.numbers import Number
from talentstats.reporting.survey.material import Survey, read_answers, survey_of
from talentstats.reporting.survey.questions import NATION
from talentstats.waves.declared import read_plan
from talentstats.waves.inputs import wave_input, wave_inputs
from talentstats.waves.process import make_wave, process_wave
from talentstats.waves.publications import (
    Compared,
    Key,
    Publication,
    compare_with,
    read_publication,
    write_publication,
)
from talentstats.workspace import Workspace

# Decimals that figures are compared with; more than are ever printed.
_DECIMALS = 9


@dataclass(frozen=True, slots=True, kw_only=True)
class BacktestResult:
    """A past wave beside what was published about it.

    Attributes
    ----------
    wave : int
    synthetic : bool
        Whether it is about the synthetic stand-in.
    rows : tuple of Compared
        Everything that was published.
    """

    wave: int
    synthetic: bool
    rows: tuple[Compared, ...]

    @property
    def unexplained(self) -> tuple[Compared, ...]:
        """Figures that differ without a revision that says why, and revisions that explain nothing."""
        return tuple(row for row in self.rows if not row.explained)

    @property
    def passed(self) -> bool:
        """Whether every difference is explained."""
        return not self.unexplained


def backtest(wave: int, workspace: Workspace) -> BacktestResult:
    """Make a past wave again from its stored inputs and compare it with what was published.

    Parameters
    ----------
    wave : int
    workspace : Workspace

    Raises
    ------
    InputError
        If nothing was stored at publication, or what was stored is of a synthetic wave and this one is not.
    ValidationError
        If the stored inputs break a critical rule by now.
    """
    publication = read_publication(wave, workspace.reference)
    survey = _remade(wave, workspace)
    if survey.synthetic != publication.synthetic:
        raise InputError(
            f"What was published about the wave of {wave} is not about the wave that is there now.",
            expected="figures of a synthetic wave" if survey.synthetic else "figures of a real wave",
            got="those of a synthetic wave" if publication.synthetic else "those of a real wave",
            where=f"data/reference/survey/publications/{wave}.toml",
            remedy="Delete the file and store what is published about the real wave."
            if publication.synthetic
            else "Import the file of the wave.",
        )
    return BacktestResult(
        wave=wave, synthetic=survey.synthetic, rows=compare_with(publication, _figures(survey, printed=False))
    )


def store_publication(wave: int, workspace: Workspace) -> Publication:
    """Keep the figures of a wave as they are printed today, for back tests in later years.

    Raises
    ------
    InputError
        If they were stored already.
    """
    found = wave_input(workspace, read_plan(workspace.reference), wave)
    survey = _remade(wave, workspace)
    publication = Publication(
        wave=wave,
        published=str(found.published),
        synthetic=survey.synthetic,
        printed=_figures(survey, printed=True),
    )
    write_publication(publication, workspace.reference)
    return publication


def _remade(wave: int, workspace: Workspace) -> Survey:
    """Make a wave anew, without looking at what was stored of it, beside the waves that came before it."""
    plan = read_plan(workspace.reference)
    found = wave_input(workspace, plan, wave)
    earlier = [year for year in wave_inputs(workspace, plan) if year < wave]
    tables = [*(process_wave(year, workspace) for year in earlier), make_wave(found, workspace)]
    return survey_of(tables, read_answers(workspace))


def _figures(survey: Survey, *, printed: bool) -> Mapping[Key, str]:
    return dict(_written(_published(survey), printed=printed))


def _published(survey: Survey) -> Iterator[Number]:
    """Give the figures of the wave that reports print: of the home region and the nation, and the claims."""
    domains = {survey.questions.home, NATION}
    for number in survey.numbers:
        parts = number.id.split(".")
        if number.id.startswith(CLAIM) or (parts[-1] == str(survey.latest) and domains & set(parts)):
            yield number


def _written(numbers: Iterable[Number], *, printed: bool) -> Iterator[tuple[Key, str]]:
    for number in numbers:
        if number.id.startswith(CLAIM):
            yield (number.id, "claim"), number.facets["outcome"].text("en")
            continue
        yield (number.id, "value"), _digits(number, printed=printed)
        for part in ("low", "high", "n"):
            yield (number.id, part), _digits(number.facets[part], printed=printed)


def _digits(number: Number, *, printed: bool) -> str:
    if not isinstance(number.value, float):
        return "."
    return str(round_half_up(number.value, decimals=number.decimals if printed else _DECIMALS))
