"""How a delivered table is laid out: its columns, and the codes that may stand in them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from talentstats.codebooks.harmonised import Harmonised
from talentstats.codebooks.model import Variable
from talentstats.errors import unknown_name
from talentstats.schemas.delivered import DELIVERED
from talentstats.schemas.schema import LOCATORS, Text

SHEET = "table"
COLUMNS = tuple(name for name in DELIVERED.names if name not in LOCATORS)
NUMBERS = ("n", "count", "share", "low", "high")
#: Region code of all regions together, and level code of all answers together.
ALL, TOTAL = "all", "total"
#: First word of the note in a row that shows how to fill in the table.
EXAMPLE = "EXAMPLE"


@dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    """One code that may stand in a delivered table, and how readers call it."""

    code: str
    label: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """A variable of which shares may be delivered.

    Attributes
    ----------
    levels : tuple of Level
        Its answers over all the waves asked for.
    waves : mapping of wave to level codes
        Which of them a wave offered.
    adds_up : bool
        Whether a respondent has exactly one of the levels, so that shares sum to 100.
    """

    name: str
    title: Text
    levels: tuple[Level, ...]
    waves: Mapping[int, frozenset[str]]
    adds_up: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """The codes that may stand in a delivered table of some waves.

    Attributes
    ----------
    regions : tuple of Level
        The survey's regions and `all`.
    subjects : mapping of name to Subject
        What shares are of.
    groups : mapping of name to Subject
        What respondents may be grouped by.
    """

    waves: tuple[int, ...]
    regions: tuple[Level, ...]
    subjects: Mapping[str, Subject]
    groups: Mapping[str, Subject]


def layout_of(harmonised: Harmonised, waves: Sequence[int]) -> Layout:
    """Say which codes may stand in a delivered table of these waves.

    Shares may be of every answer that is a category, a scale or a set of options; respondents may be grouped
    by every category. Personal variables are neither.

    Raises
    ------
    InputError
        If a wave is unknown.
    """
    for wave in waves:
        if wave not in harmonised.waves:
            raise unknown_name("wave", str(wave), map(str, harmonised.waves))
    usable = [
        variable
        for variable in harmonised.variables
        if variable.sensitivity != "personal"
        and variable.name != "region"
        and set(variable.waves) & set(waves)
    ]
    return Layout(
        waves=tuple(waves),
        regions=(
            *(Level(code=one.code, label=one.label) for one in harmonised.variable("region").categories),
            Level(code=ALL, label=Text(nl="alle regio's samen", en="all regions together")),
        ),
        subjects={
            variable.name: _subject(variable, waves)
            for variable in usable
            if variable.role == "answer" and variable.type in ("category", "multiple", "scale")
        },
        groups={
            variable.name: _subject(variable, waves) for variable in usable if variable.type == "category"
        },
    )


def _subject(variable: Variable, waves: Sequence[int]) -> Subject:
    offered = {wave: _offered(variable, wave) for wave in waves if wave in variable.waves}
    return Subject(
        name=variable.name,
        title=variable.title,
        levels=tuple(
            level for level in _levels(variable) if any(level.code in codes for codes in offered.values())
        ),
        waves=offered,
        adds_up=variable.type != "multiple",
    )


def _levels(variable: Variable) -> tuple[Level, ...]:
    if variable.scale is None:
        return tuple(Level(code=one.code, label=one.label) for one in variable.categories)
    scale = variable.scale
    ends = {scale.low: scale.low_label, scale.high: scale.high_label}
    return tuple(
        Level(code=str(value), label=ends.get(value, Text(nl=str(value), en=str(value))))
        for value in range(scale.low, scale.high + 1)
    )


def _offered(variable: Variable, wave: int) -> frozenset[str]:
    """Return the levels a wave offered; a mapping without codes takes all of them as they are."""
    mapped = frozenset(variable.waves[wave].codes.values()) if variable.scale is None else frozenset()
    return mapped or frozenset(level.code for level in _levels(variable))
