"""A wave's questionnaire and the harmonised variables, as plain data."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from talentstats.errors import unknown_name
from talentstats.schemas.schema import Sensitivity, Text

#: Why an answer is not there; the four are never merged.
MissingKind = Literal["dont_know", "refused", "not_applicable", "not_shown"]
MISSING_KINDS: tuple[MissingKind, ...] = ("dont_know", "refused", "not_applicable", "not_shown")
#: Suffix of the column that says why a harmonised variable has no value.
MISSING = "__missing"

Answer = int | float | str
QuestionType = Literal["single", "multiple", "scale", "number", "text", "date"]
VariableType = Literal["category", "multiple", "scale", "number", "text", "date"]
Role = Literal["design", "answer"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Code:
    """One answer category: its code in the file and its label."""

    code: Answer
    label: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class MissingCode:
    """A code in the file that says why there is no answer."""

    code: Answer
    kind: MissingKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """One box of a question with several answers: a column of its own, 1 when ticked."""

    name: str
    column: str
    label: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Scale:
    """Whole numbers from `low` to `high`; labels of the two ends."""

    low: int
    high: int
    low_label: Text
    high_label: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """A condition for showing a question: another question was answered with one of these codes."""

    question: str
    codes: tuple[Answer, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One question of a wave.

    Attributes
    ----------
    name : str
        Column in the file; for `multiple`, the name of the set (its columns are in `options`).
    asked_if : tuple of Route
        Shown only when all of them hold; empty means shown to everyone.
    unit : str, optional
        Of a number.
    minimum, maximum : float, optional
        Bounds of a number, included.
    code_list : str, optional
        Name of an outside code list and its version, such as `gm-2025` or `iso3166-1`.
    required : bool
        Whether a column must be there even if empty answers are allowed; False for optional contact fields.
    """

    name: str
    type: QuestionType
    text: Text
    codes: tuple[Code, ...] = ()
    missing: tuple[MissingCode, ...] = ()
    options: tuple[Option, ...] = ()
    scale: Scale | None = None
    asked_if: tuple[Route, ...] = ()
    sensitivity: Sensitivity = "public"
    unit: str | None = None
    minimum: float | None = None
    maximum: float | None = None
    code_list: str | None = None
    required: bool = True

    @property
    def columns(self) -> tuple[str, ...]:
        """Columns of the file that hold the answers."""
        return tuple(option.column for option in self.options) or (self.name,)


@dataclass(frozen=True, slots=True, kw_only=True)
class Codebook:
    """The questionnaire of one wave.

    Attributes
    ----------
    wave : int
    version : str
        Version of the code lists, such as `2025.1`.
    fieldwork : (date, date)
        First and last day on which answers were given.
    regions_of : int
        Year whose municipality codes the file uses.
    """

    wave: int
    version: str
    title: Text
    fieldwork: tuple[date, date]
    regions_of: int
    questions: tuple[Question, ...]

    def question(self, name: str) -> Question:
        """Return the question of that name.

        Raises
        ------
        InputError
            If there is none; the closest name is offered.
        """
        for question in self.questions:
            if question.name == name:
                return question
        raise unknown_name("question", name, [q.name for q in self.questions], where=f"codebook {self.wave}")

    @property
    def columns(self) -> tuple[str, ...]:
        """Every column the file of this wave should have, in order."""
        return tuple(column for question in self.questions for column in question.columns)


@dataclass(frozen=True, slots=True, kw_only=True)
class Category:
    """One value of a harmonised variable (a text code) and how readers call it."""

    code: str
    label: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class WaveMapping:
    """How one wave's question becomes a harmonised variable.

    Attributes
    ----------
    question : str
        Name in the codebook of that wave.
    codes : mapping of file code to harmonised code
        Empty: the value is taken as it is (numbers, dates, texts, scales).
        For `multiple`: mapping of the codebook's option name to the harmonised option.
    reversed : bool
        The scale ran the other way.
    comparable : bool
        Whether figures of this wave may stand in one series with those of the newest wave.
    reason : Text or None
        What changed, where it is not comparable or was recoded.
    """

    question: str
    codes: Mapping[Answer, str] = field(default_factory=dict)
    reversed: bool = False
    comparable: bool = True
    reason: Text | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Variable:
    """One harmonised variable and where it comes from in each wave.

    Attributes
    ----------
    categories : tuple of Category
        Of a `category`; of a `multiple`, its options: columns `<name>_<code>` with `yes` or `no`.
    waves : mapping of wave to WaveMapping
        Waves that asked it; in the others it does not exist.
    absent : mapping of wave to Text
        Why a wave that asked something like it has no figure.
    """

    name: str
    type: VariableType
    title: Text
    role: Role = "answer"
    sensitivity: Sensitivity = "public"
    categories: tuple[Category, ...] = ()
    scale: Scale | None = None
    unit: str | None = None
    minimum: float | None = None
    maximum: float | None = None
    waves: Mapping[int, WaveMapping]
    absent: Mapping[int, Text] = field(default_factory=dict)

    @property
    def columns(self) -> tuple[str, ...]:
        """Columns of the harmonised frame that hold its values."""
        if self.type == "multiple":
            return tuple(self.option_column(category.code) for category in self.categories)
        return (self.name,)

    def columns_in(self, wave: int) -> tuple[str, ...]:
        """Columns that hold its values in one wave: of a `multiple`, only the options that wave offered."""
        if self.type != "multiple":
            return self.columns
        offered = set(self.waves[wave].codes.values())
        return tuple(self.option_column(one.code) for one in self.categories if one.code in offered)

    def option_column(self, category: str) -> str:
        """Column that says whether an option of a `multiple` was chosen."""
        return f"{self.name}_{category}"
