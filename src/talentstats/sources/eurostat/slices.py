"""A slice of a table of Eurostat: what was asked, and whether that is what came.

Eurostat leaves an unknown code out of its answer without saying so.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace

from talentstats.errors import FetchError, InputError, closest, join_options, unknown_name
from talentstats.sources.eurostat.jsonstat import Cube, Dimension

#: Parameters that choose periods or levels of regions, and are no dimension of a table.
PERIOD_FILTERS = ("time", "sinceTimePeriod", "untilTimePeriod", "lastTimePeriod")
_NO_DIMENSION = (*PERIOD_FILTERS[1:], "geoLevel")


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A slice of one table of Eurostat.

    Attributes
    ----------
    url : str
        Of the table.
    where : mapping of dimension, or filter on periods, to codes
    """

    url: str
    code: str
    where: Mapping[str, tuple[str, ...]]

    def without(self, name: str) -> "Question":
        """Return the same question with a dimension that is not limited."""
        return replace(self, where={other: codes for other, codes in self.where.items() if other != name})

    def of_last_period(self) -> "Question":
        """Return the same question about the last period only, which is quick to answer."""
        kept = {name: codes for name, codes in self.where.items() if name not in PERIOD_FILTERS}
        return replace(self, where={**kept, "lastTimePeriod": ("1",)})


def slice_in_words(where: Mapping[str, tuple[str, ...]]) -> str:
    """Write a slice as Eurostat asks for it: `freq=Q, geo=NL+DE`."""
    return ", ".join(f"{name}={'+'.join(codes)}" for name, codes in where.items())


def check_slice(cube: Cube, question: Question, *, codes_of: Callable[[str], Collection[str]]) -> None:
    """Check that an answer holds all codes that were asked for, no others, and a figure.

    Parameters
    ----------
    cube : Cube
        The answer.
    question : Question
    codes_of : callable
        Gives the codes that a dimension has when it is not limited; asked for when one is unknown.

    Raises
    ------
    InputError
        If the table has no such dimension or code, or no figure for the slice.
    FetchError
        If Eurostat answered more than was asked.
    """
    dimensions = {dimension.name: dimension for dimension in cube.dimensions}
    for name, codes in question.where.items():
        if name in _NO_DIMENSION:
            continue
        if name not in dimensions:
            raise unknown_name("dimension", name, dimensions, where=f"`{question.code}` of Eurostat")
        missing = [code for code in codes if code not in _codes(dimensions[name])]
        if missing:
            raise _unknown_codes(name, missing, question, codes_of(name))
        _refuse_more(dimensions[name], codes, question)
    if cube.value.is_empty():
        raise InputError(
            "Eurostat has no figure for this slice.",
            where=question.url,
            expected="codes that occur together",
            got=slice_in_words(question.where),
            remedy="Leave dimensions out one by one to see which combination does not exist.",
        )


def _codes(dimension: Dimension) -> set[str]:
    return {category.code for category in dimension.categories}


def _unknown_codes(name: str, missing: list[str], question: Question, known: Collection[str]) -> InputError:
    near = closest(missing[0], known)
    return InputError(
        f"Dimension `{name}` of `{question.code}` has no code {join_options(missing)}.",
        where=question.url,
        expected=join_options(sorted(known)[:20]) or "codes of Eurostat, in its spelling",
        got=join_options(missing, last="and"),
        remedy=f"Did you mean `{near}`?" if near else "Look the code up in Eurostat's data browser.",
    )


def _refuse_more(dimension: Dimension, asked: tuple[str, ...], question: Question) -> None:
    extra = sorted(_codes(dimension) - set(asked))
    if extra:
        raise FetchError(
            f"Eurostat answered more codes of `{dimension.name}` than were asked for.",
            where=question.url,
            expected=join_options(asked, last="and"),
            got=f"also {join_options(extra[:10], last='and')}",
            remedy="The server ignores the filter; ask Eurostat's own address, or fetch the dimension whole.",
        )
