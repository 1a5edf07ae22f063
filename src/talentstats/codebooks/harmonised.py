"""The harmonised variables of all waves, checked against the codebooks."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from talentstats.codebooks.check_variables import check_mappings, check_variables
from talentstats.codebooks.comparability import Trend, reason_against, trend_of
from talentstats.codebooks.model import MISSING, Codebook, Variable
from talentstats.codebooks.read import FOLDER, read_codebook, waves_with_codebook
from talentstats.codebooks.read_variables import read_variables
from talentstats.codebooks.routing import Condition, conditions_for
from talentstats.errors import InputError, unknown_name
from talentstats.schemas.schema import LOCATORS, Text

FILE = "harmonised.toml"


@dataclass(frozen=True, slots=True, kw_only=True)
class Harmonised:
    """The variables that can be compared between waves.

    Attributes
    ----------
    variables : tuple of Variable
        In the order of the columns of the harmonised frame.
    codebooks : mapping of wave to Codebook
        The questionnaires they were checked against.
    """

    variables: tuple[Variable, ...]
    codebooks: Mapping[int, Codebook]

    @property
    def waves(self) -> tuple[int, ...]:
        """All waves, oldest first."""
        return tuple(sorted(self.codebooks))

    def variable(self, name: str) -> Variable:
        """Return the variable of that name.

        Raises
        ------
        InputError
            If there is none; the closest name is offered.
        """
        for variable in self.variables:
            if variable.name == name:
                return variable
        raise unknown_name("variable", name, [one.name for one in self.variables], where=FILE)

    def variable_of(self, column: str) -> Variable:
        """Return the variable to which a column belongs; an option of a `multiple` has a column of its own.

        Raises
        ------
        InputError
            If no variable has that name or that column.
        """
        for variable in self.variables:
            if column in variable.columns:
                return variable
        return self.variable(column)

    def in_wave(self, wave: int) -> tuple[Variable, ...]:
        """Return the variables that a wave has, in order."""
        self._known(wave)
        return tuple(variable for variable in self.variables if wave in variable.waves)

    def columns(self, wave: int) -> tuple[str, ...]:
        """Return the columns of the harmonised frame of a wave, in order."""
        found = list(LOCATORS)
        for variable in self.in_wave(wave):
            found += variable.columns_in(wave)
            if variable.role == "answer":
                found.append(f"{variable.name}{MISSING}")
        return tuple(found)

    def routing(self, name: str, wave: int) -> tuple[Condition, ...]:
        """Say who was asked a variable in a wave: all conditions hold; none means everyone.

        Raises
        ------
        InputError
            If the wave did not ask it.
        """
        variable = self.variable(name)
        if wave not in variable.waves:
            asked = ", ".join(map(str, variable.waves))
            raise InputError(f"Wave {wave} has no `{name}`.", expected=asked, got=str(wave), where=FILE)
        return conditions_for(variable, self.codebooks[wave], self.variables)

    def comparable(self, name: str, first: int, second: int) -> Text | None:
        """Say why figures of two waves cannot be compared; None when they can.

        Parameters
        ----------
        name : str
            A variable, or the column of one option of a `multiple`.
        """
        for wave in (first, second):
            self._known(wave)
        return reason_against(self.variable_of(name), name, first, second)

    def trend(self, name: str) -> Trend:
        """Cut the waves into segments within which figures can be compared, with the reasons.

        Parameters
        ----------
        name : str
            A variable, or the column of one option of a `multiple`.
        """
        return trend_of(self.variable_of(name), name, self.waves)

    def check(self, codebook: Codebook) -> None:
        """Refuse a codebook of one of the waves that the mappings do not fit.

        Raises
        ------
        InputError
            If a question, code or scale is not there or is not mapped.
        """
        self._known(codebook.wave)
        if codebook != self.codebooks[codebook.wave]:
            check_mappings(self.variables, codebook)

    def _known(self, wave: int) -> None:
        if wave not in self.codebooks:
            raise unknown_name("wave", str(wave), map(str, self.waves), where=FOLDER)


def read_harmonised(reference: Path) -> Harmonised:
    """Read the harmonised variables and the codebooks of all waves, and check them against each other.

    Parameters
    ----------
    reference : Path
        The folder `data/reference` of the project.

    Raises
    ------
    InputError
        If a mapping does not fit its codebook, a code is not mapped, a category is not reached, or a
        reason is missing where waves cannot be compared.

    Examples
    --------
    >>> from talentstats.workspace import find_workspace
    >>> variables = read_harmonised(find_workspace().reference)
    >>> variables.trend("role").segments
    ((2019,), (2021, 2023, 2025))
    >>> variables.comparable("role", 2019, 2025).en
    'In 2019 PhD candidates counted as students; from 2021 they are a group of their own.'
    """
    codebooks = {wave: read_codebook(wave, reference) for wave in waves_with_codebook(reference)}
    variables = read_variables(reference / FOLDER / FILE, codebooks)
    check_variables(variables, codebooks)
    return Harmonised(variables=variables, codebooks=codebooks)
