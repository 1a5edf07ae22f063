"""A wave that is being validated, with everything it is held against."""

from dataclasses import dataclass

import polars as pl

from talentstats.codebooks.harmonised import Harmonised
from talentstats.codebooks.model import MISSING, Codebook, Question, Variable
from talentstats.regions.municipalities import Municipalities
from talentstats.sources.survey_files.survey_file import SurveyFile
from talentstats.validation.respondents.summary import WaveSummary


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class Wave:
    """The harmonised frame of a wave in its declared types, its codebook, and what else is known.

    Attributes
    ----------
    regions_of : int
        Year whose municipality codes the frame has.
    summary : WaveSummary
        Of this wave.
    population : float or None
        Number of persons that the design weights should add up to.
    """

    frame: pl.DataFrame
    codebook: Codebook
    harmonised: Harmonised
    regions_of: int
    summary: WaveSummary
    file: SurveyFile | None = None
    municipalities: Municipalities | None = None
    previous: WaveSummary | None = None
    delivered: pl.DataFrame | None = None
    population: float | None = None

    @property
    def variables(self) -> tuple[Variable, ...]:
        """The harmonised variables of this wave."""
        return self.harmonised.in_wave(self.codebook.wave)

    @property
    def answers(self) -> tuple[Variable, ...]:
        """The variables that respondents answered, or that stand beside their answers."""
        return tuple(variable for variable in self.variables if variable.role == "answer")

    def question_of(self, variable: Variable) -> Question:
        """Return the question that a variable comes from."""
        return self.codebook.question(variable.waves[self.codebook.wave].question)

    def columns_of(self, variable: Variable) -> tuple[str, ...]:
        """Return the columns of a variable that this wave has."""
        return variable.columns_in(self.codebook.wave)


def is_kind(variable: Variable, kind: str) -> pl.Expr:
    """Tell of every row whether a variable is missing for this reason; never null."""
    return pl.col(variable.name + MISSING).eq_missing(pl.lit(kind))
