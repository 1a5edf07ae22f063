"""The number store: every figure of a report by id, with its witness."""

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Literal, Self

from talentstats.errors import InputError, closest
from talentstats.labour.observation import Observation
from talentstats.labour.rounding import Range
from talentstats.language import (
    Bilingual,
    format_change,
    format_date,
    format_number,
    format_period,
    format_range,
    text,
)
from talentstats.provenance import Origin
from talentstats.terms import Language, Period, Vintage

Form = Literal["number", "change", "period", "date", "range", "words"]
# None is a figure that is not shown, for a reason its witness gives; it is written `.`.
Value = float | Period | Vintage | date | Range | Bilingual | None


class Shown(str):
    """A formatted number; Quarto and notebooks show it as it is."""

    __slots__ = ()

    def _repr_markdown_(self) -> str:
        return str(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A line of a snapshot from which a number was read; `row` is None when it rests on many lines."""

    origin: Origin
    row: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sampling:
    """How sure a figure from a sample is.

    Attributes
    ----------
    n : int
        Respondents it rests on.
    df : float
        Degrees of freedom of its interval.
    conf_level : float
        Of the interval, which is the `range` of the witness.
    design_effect : float or None
        Its variance over that of a simple random sample of as many respondents.
    flag : str
        Why it is not shown: the name of a reliability rule, or empty.
    """

    n: int
    df: float
    conf_level: float
    design_effect: float | None = None
    flag: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """The test behind a comparison.

    Attributes
    ----------
    difference, std_error : float
        In the unit of what is compared.
    df : float
    p, adjusted_p : float
        Of a difference of none, before and after the adjustment for all claims of the family.
    family : str
    claims : int
        Number of claims in the family.
    """

    difference: float
    std_error: float
    df: float
    p: float
    adjusted_p: float
    family: str
    claims: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Witness:
    """Where a number comes from and how sure it is.

    Attributes
    ----------
    period : Period or None
        The period the number is about.
    vintage : Vintage or None
        The day from which it was known.
    sources : tuple of Source
    method : Bilingual
        How the number was made, in words.
    range : Range or None
        Where the number can lie, given the rounding of its inputs; with `sampling` its confidence interval.
    status : {"definitive", "provisional", "unknown"}
    certainty : {"official", "second_hand", "computed"}
    sampling : Sampling or None
        For a figure from a sample.
    evidence : Evidence or None
        For a claim.
    synthetic : bool
        Whether it rests on synthetic data.
    """

    period: Period | None = None
    vintage: Vintage | None = None
    sources: tuple[Source, ...] = ()
    method: Bilingual
    range: Range | None = None
    status: str = "unknown"
    certainty: str = "computed"
    sampling: Sampling | None = None
    evidence: Evidence | None = None
    synthetic: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Number:
    """One figure that a report may show.

    Attributes
    ----------
    id : str
        Such as `tightness.nl.first_release.2022Q1`.
    value : float, Period, Vintage, date, Range, Bilingual or None
        None: the figure is not shown; `witness.sampling.flag` says why.
    form : {"number", "change", "period", "date", "range", "words"}
        How the value is written.
    decimals : int
        For numbers, changes and ranges.
    unit : str
        A unit of the catalog, or empty.
    definition : tuple of str
        Measure, adjustment and method of a labour figure; figures that differ in it are not compared.
    facets : mapping of name to Number
        What belongs to it, such as `period`, `published`, `range`; shown as `id.name`.
    """

    id: str
    value: Value
    form: Form = "number"
    decimals: int = 0
    unit: str = ""
    witness: Witness
    definition: tuple[str, ...] = ()
    facets: Mapping[str, "Number"] = field(default_factory=dict)

    def text(self, language: Language) -> str:
        """Write the value as a reader of that language does."""
        return _write(self.value, self.form, self.decimals, language)


def _write(value: Value, form: Form, decimals: int, language: Language) -> str:
    if isinstance(value, Bilingual):
        return value.in_language(language)
    if isinstance(value, Range):
        return format_range(value.low, value.high, decimals=decimals, language=language)
    if isinstance(value, Period):
        return format_period(value, language=language, style="prose")
    if isinstance(value, Vintage | date):
        return format_date(value, language=language, style="long")
    if form == "change" and value is not None:
        return format_change(value, decimals=decimals, language=language)
    return format_number(value, decimals=decimals, language=language)


@dataclass(frozen=True, slots=True)
class NumberStore:
    """All numbers of a report by id; made once, never changed."""

    numbers: Mapping[str, Number]

    @classmethod
    def of(cls, numbers: Iterable[Number]) -> Self:
        """Collect numbers.

        Raises
        ------
        InputError
            If two have the same id.
        """
        collected: dict[str, Number] = {}
        for number in numbers:
            if number.id in collected:
                raise InputError(
                    f"Two numbers are called `{number.id}`.",
                    expected="one number an id",
                    got="two",
                    remedy="Give one of them another id.",
                )
            collected[number.id] = number
        return cls(collected)

    def __iter__(self) -> Iterator[Number]:
        return iter(self.numbers.values())

    def __getitem__(self, name: str) -> Number:
        """Return a number by its id, or a facet of it by `id.facet`.

        Raises
        ------
        InputError
            If there is none; the closest id is offered.
        """
        if name in self.numbers:
            return self.numbers[name]
        parent, _, facet = name.rpartition(".")
        if parent in self.numbers and facet in self.numbers[parent].facets:
            return self.numbers[parent].facets[facet]
        known = [*self.numbers, *(f"{n.id}.{facet}" for n in self for facet in n.facets)]
        near = closest(name, known)
        raise InputError(
            f"There is no number `{name}`.",
            expected="an id of the number store",
            got=f"`{name}`",
            remedy=f"Did you mean `{near}`?" if near else "Look the id up with `talentstats numbers`.",
        )

    def parent(self, name: str) -> str:
        """Return the id of the number that a name belongs to: itself, or the one it is a facet of."""
        if name in self.numbers:
            return name
        _ = self[name]
        return name.rpartition(".")[0]

    def text(self, name: str, language: Language) -> Shown:
        """Write a number as a reader of that language does."""
        return Shown(self[name].text(language))


def amount(number: Number) -> float:
    """Return the value of a number one can calculate with.

    Raises
    ------
    InputError
        If it is a period, a day, a range or words.
    """
    if isinstance(number.value, float):
        return number.value
    raise InputError(
        f"`{number.id}` is no amount.",
        expected="a number to calculate with",
        got=f"a value of the form `{number.form}`",
        remedy="Calculate with the number itself, not with a facet of it.",
    )


def decimals_of(resolution: float) -> int:
    """Return how many decimals a figure printed to `resolution` has.

    >>> decimals_of(0.1), decimals_of(1.0)
    (1, 0)
    """
    return max(0, round(-math.log10(resolution)))


def observation_number(name: str, observation: Observation) -> Number:
    """Make a number of a labour figure, with its period, day, range and components as facets."""
    decimals = decimals_of(observation.resolution)
    witness = Witness(
        period=observation.period,
        vintage=observation.vintage,
        sources=_sources(observation),
        method=_method(observation),
        range=observation.range if observation.kind == "computed" else None,
        status=observation.status,
        certainty=observation.certainty,
    )
    number = Number(
        id=name,
        value=observation.value,
        decimals=decimals,
        unit=observation.definition.unit,
        witness=witness,
        definition=(
            observation.definition.measure,
            observation.definition.adjustment,
            observation.definition.method,
        ),
    )
    return replace(number, facets=_facets(number, observation))


def _facets(number: Number, observation: Observation) -> dict[str, Number]:
    def facet(name: str, value: Value, form: Form) -> Number:
        return replace(number, id=f"{number.id}.{name}", value=value, form=form, facets={})

    facets = {
        "period": facet("period", observation.period, "period"),
        "published": facet("published", observation.vintage, "date"),
        "certainty": facet("certainty", _in_both(f"report.is_{observation.certainty}"), "words"),
    }
    if number.witness.range is not None:
        facets["range"] = facet("range", number.witness.range, "range")
    for name, part in zip(("numerator", "denominator"), observation.components, strict=False):
        facets[name] = replace(observation_number(f"{number.id}.{name}", part), facets={})
    return facets


def _in_both(key: str) -> Bilingual:
    return Bilingual(nl=text(key, "nl"), en=text(key, "en"))


def _sources(observation: Observation) -> tuple[Source, ...]:
    if observation.components:
        return tuple(source for part in observation.components for source in _sources(part))
    return (Source(origin=observation.origin, row=observation.row),) if observation.origin else ()


def _method(observation: Observation) -> Bilingual:
    """Say how a figure was made; a computed one shows its formula with the figures in it."""
    definition = observation.definition

    def in_words(language: Language) -> str:
        survey = text(f"method_short.{definition.method}", language)
        adjusted = text(f"adjustment.{definition.adjustment}", language)
        if not observation.components:
            return text("report.method_published", language, survey=survey, adjustment=adjusted)
        top, bottom = (
            format_number(part.value, decimals=decimals_of(part.resolution), language=language)
            for part in observation.components
        )
        key = "report.method_per_hundred" if definition.measure == "tightness" else "report.method_ratio"
        return text(key, language, top=top, bottom=bottom, survey=survey, adjustment=adjusted)

    return Bilingual(nl=in_words("nl"), en=in_words("en"))
