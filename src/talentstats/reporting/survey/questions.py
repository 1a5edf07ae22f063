"""Which figures the reports make from the survey, as `questions.toml` declares them."""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any, Literal

from talentstats.codebooks.harmonised import Harmonised
from talentstats.codebooks.model import Answer, Category, Variable
from talentstats.errors import InputError, unknown_name
from talentstats.language import Bilingual
from talentstats.waves.declared import Derived

FILE = "reporting/survey/questions.toml"
NATION = "nation"

Statistic = Literal["share", "mean"]
Claimed = Literal["region", "change"]
_CLAIMED: tuple[Claimed, ...] = ("region", "change")
_KEYS = {
    "id", "chapter", "variable", "levels", "each", "mean", "among", "by", "claims", "contrasts", "title",
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Indicator:
    """One figure that is made for every region and wave.

    Attributes
    ----------
    id : str
        Of its numbers, such as `plans_to_stay` or `role.student`.
    chapter : str
        Its claims are tested together with those of the chapter.
    variable : str
        Of the harmonised survey; decides which waves can be compared.
    column : str
        Of the processed table, with the answers.
    statistic : {"share", "mean"}
    levels : tuple
        Answers that are counted in a share.
    among : mapping of column to tuple of str
        Whose answers count; empty: everyone who was asked.
    by : tuple of str
        Variables by whose answers the figure is made too.
    claims : tuple of {"region", "change"}
    contrasts : tuple of (by, answer, other answer)
    title : Bilingual
    unit : str
        Of the catalog.
    scale : float
        Length of the scale of a mean; 0 when it has none.
    multiple : bool
        Whether it is one box of a question with several answers.
    asked : str
        The variable as it was declared.
    level : str or None
        The answer, of an indicator that is one of a share for each.
    """

    id: str
    chapter: str
    variable: str
    column: str
    statistic: Statistic
    levels: tuple[Answer, ...] = ()
    among: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    by: tuple[str, ...] = ()
    claims: tuple[Claimed, ...] = ()
    contrasts: tuple[tuple[str, str, str], ...] = ()
    title: Bilingual
    unit: str = "percent"
    scale: float = 0.0
    multiple: bool = False
    asked: str
    level: str | None = None

    @property
    def compared(self) -> str:
        """The variable, or the box of a question with several answers, that must be the same in two waves."""
        return self.column if self.multiple else self.variable


@dataclass(frozen=True, slots=True, kw_only=True)
class Reliability:
    """When a figure is sure enough to be shown.

    Attributes
    ----------
    fewest_respondents : int
    widest_share : float
        Widest interval of a share, in percentage points.
    widest_mean : float
        Widest interval of a mean, as a part of its scale or, without one, of the mean.
    """

    fewest_respondents: int
    widest_share: float
    widest_mean: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Questions:
    """What is asked of the survey.

    Attributes
    ----------
    indicators : tuple of Indicator
    reliability : Reliability
    home : str
        The region the reports are about.
    """

    indicators: tuple[Indicator, ...]
    reliability: Reliability
    home: str

    def indicator(self, name: str) -> Indicator:
        """Return an indicator by its id.

        Raises
        ------
        InputError
            If there is none; the closest id is offered.
        """
        for indicator in self.indicators:
            if indicator.id == name:
                return indicator
        raise unknown_name("indicator", name, [indicator.id for indicator in self.indicators], where=FILE)

    @property
    def chapters(self) -> tuple[str, ...]:
        """The chapters, in their order."""
        return tuple(dict.fromkeys(indicator.chapter for indicator in self.indicators))


@cache
def _declared() -> dict[str, Any]:
    return tomllib.loads(files(__package__).joinpath("questions.toml").read_text("utf-8"))


def read_questions(answers: "Answers") -> Questions:
    """Read the figures that are declared, checked against the harmonised variables.

    Raises
    ------
    InputError
        If one names a variable, an answer or a key that does not exist.
    """
    declared = _declared()
    indicators = tuple(one for entry in declared["indicator"] for one in _read(entry, answers))
    twice = {one.id for one in indicators if [other.id for other in indicators].count(one.id) > 1}
    if twice:
        raise InputError(
            f"Two indicators are called `{min(twice)}`.", where=FILE, remedy="Give one of them an `id`."
        )
    return Questions(
        indicators=indicators,
        reliability=Reliability(**declared["reliability"]),
        home=declared["regions"]["home"],
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """The variables that can be asked for, and what they can hold."""

    harmonised: Harmonised
    derived: Mapping[str, Derived]

    def source(self, name: str) -> Variable:
        """Return the harmonised variable that a column is made from."""
        return self.harmonised.variable(self.derived[name].source if name in self.derived else name)

    def title(self, name: str) -> Bilingual:
        """Return how a variable is called."""
        title = self.derived[name].title if name in self.derived else self.source(name).title
        return Bilingual(nl=title.nl, en=title.en)

    def categories(self, name: str) -> tuple[Category, ...]:
        """Return the answers a variable can hold, with what they are called."""
        return self.derived[name].categories if name in self.derived else self.source(name).categories

    def levels(self, name: str) -> Mapping[Answer, Bilingual]:
        """Return every answer of a variable by its code; of a scale, every number."""
        scale = None if name in self.derived else self.source(name).scale
        if scale is None:
            return {one.code: Bilingual(nl=one.label.nl, en=one.label.en) for one in self.categories(name)}
        ends = {scale.low: scale.low_label, scale.high: scale.high_label}
        return {
            value: Bilingual(nl=f"{value} ({ends[value].nl})", en=f"{value} ({ends[value].en})")
            if value in ends
            else Bilingual(nl=str(value), en=str(value))
            for value in range(scale.low, scale.high + 1)
        }


def _read(entry: dict[str, Any], answers: Answers) -> Iterator[Indicator]:
    name = entry["variable"]
    for key in entry:
        if key not in _KEYS:
            raise unknown_name("key of an indicator", key, sorted(_KEYS), where=f"{FILE}, `{name}`")
    source, known = answers.source(name), answers.levels(name)
    shared = _shared(entry, answers, source)
    if entry.get("each"):
        for level, label in known.items():
            yield _of_level(name, level, label, shared, multiple=source.type == "multiple")
    elif entry.get("mean"):
        span = source.scale.high - source.scale.low if source.scale else 0.0
        yield Indicator(
            **shared,
            id=entry.get("id", name),
            column=name,
            statistic="mean",
            unit=source.unit or "scale_point",
            scale=float(span),
        )
    else:
        for level in entry["levels"]:
            if level not in known:
                raise unknown_name(f"answer to `{name}`", str(level), map(str, known), where=FILE)
        yield Indicator(
            **shared, id=entry.get("id", name), column=name, statistic="share", levels=tuple(entry["levels"])
        )


def _shared(entry: dict[str, Any], answers: Answers, source: Variable) -> dict[str, Any]:
    """Give what all indicators of an entry have in common."""
    among = {column: tuple(levels) for column, levels in entry.get("among", {}).items()}
    named = {**among, **dict.fromkeys(entry.get("by", []), ())}
    for by, first, second in entry.get("contrasts", []):
        if by not in entry.get("by", []):
            raise unknown_name("variable of a contrast", by, entry.get("by", []), where=f"{FILE}, `by`")
        named[by] = (*named.get(by, ()), first, second)
    for column, levels in named.items():
        known = answers.levels(column)
        for level in levels:
            if level not in known:
                raise unknown_name(f"answer to `{column}`", level, map(str, known), where=FILE)
    for claimed in entry.get("claims", []):
        if claimed not in _CLAIMED:
            raise unknown_name("kind of claim", claimed, _CLAIMED, where=FILE)
    given = entry.get("title")
    return {
        "chapter": entry["chapter"],
        "asked": entry["variable"],
        "variable": source.name,
        "among": among,
        "by": tuple(entry.get("by", [])),
        "claims": tuple(entry.get("claims", [])),
        "contrasts": tuple((by, first, second) for by, first, second in entry.get("contrasts", [])),
        "title": Bilingual.read(given, what="title") if given else answers.title(entry["variable"]),
    }


def _of_level(
    name: str, level: Answer, label: Bilingual, shared: dict[str, Any], *, multiple: bool
) -> Indicator:
    """Make the share of one answer; of a question with several answers, of one box that was ticked."""
    title = shared["title"]
    return Indicator(
        **{
            **shared,
            "title": Bilingual(nl=f"{title.nl}: {label.nl}", en=f"{title.en}: {label.en}"),
        },
        id=f"{name}.{level}",
        column=f"{name}_{level}" if multiple else name,
        statistic="share",
        levels=("yes",) if multiple else (level,),
        multiple=multiple,
        level=str(level),
    )
