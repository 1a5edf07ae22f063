"""What can go wrong, said once: what was expected, what came, where, and what to do."""

from collections.abc import Iterable
from difflib import get_close_matches


def join_options(options: Iterable[object], *, last: str = "or") -> str:
    """Join option names for a message: `` `a`, `b` or `c` ``.

    >>> join_options(["a", "b", "c"])
    '`a`, `b` or `c`'
    """
    names = [f"`{option}`" for option in options]
    if len(names) < 2:
        return "".join(names)
    return f"{', '.join(names[:-1])} {last} {names[-1]}"


def closest(name: str, options: Iterable[str]) -> str | None:
    """Return the option that looks most like `name`, capitals aside, or None when nothing does.

    >>> closest("unemployd", ["unemployed", "vacancies"])
    'unemployed'
    >>> closest("jkn", ["JK1", "JKn"])
    'JKn'
    """
    by_lower: dict[str, str] = {}
    for option in options:
        by_lower.setdefault(option.lower(), option)
    matches = get_close_matches(name.lower(), by_lower, n=1, cutoff=0.6)
    return by_lower[matches[0]] if matches else None


class TalentStatsError(Exception):
    """Every error a user of talentstats can cause or must act on.

    Parameters
    ----------
    problem : str
        The fact, in one sentence.
    expected, got : str, optional
        What should have been there, and what was.
    where : str, optional
        File, row, column, document line: the place to look.
    remedy : str, optional
        What to do now.
    """

    exit_code = 2

    def __init__(
        self,
        problem: str,
        *,
        expected: str | None = None,
        got: str | None = None,
        where: str | None = None,
        remedy: str | None = None,
    ) -> None:
        self.problem = problem
        self.expected = expected
        self.got = got
        self.where = where
        self.remedy = remedy
        super().__init__(str(self))

    def __str__(self) -> str:
        parts = [
            self.problem,
            f"  where:    {self.where}" if self.where else "",
            f"  expected: {self.expected}" if self.expected else "",
            f"  got:      {self.got}" if self.got else "",
            f"  to do:    {self.remedy}" if self.remedy else "",
        ]
        return "\n".join(part for part in parts if part)


class InputError(TalentStatsError):
    """A file, option or argument cannot be used as it is."""


class LonelyPsuError(InputError):
    """A stratum has a single sampling unit, and the design does not say what to do with it."""


class FetchError(TalentStatsError):
    """A provider could not be reached, or its answer cannot be used."""


class ValidationError(TalentStatsError):
    """Data break a critical rule; nothing is built on them."""

    exit_code = 1


class ComparisonError(TalentStatsError):
    """Two figures of different definition, adjustment or method were put side by side."""


class NotPublishedError(TalentStatsError, LookupError):
    """No figure was published for that period, region or day; a gap stays a gap."""


class DocumentError(TalentStatsError):
    """A report document uses something that is not supported or not allowed."""


class BuildError(TalentStatsError):
    """An external program or a step of the build failed."""


def unknown_name(kind: str, name: str, options: Iterable[str], *, where: str | None = None) -> InputError:
    """Make the error for a name that is not in a fixed list, with the closest match."""
    names = list(options)
    match = closest(name, names)
    return InputError(
        f"Unknown {kind} `{name}`.",
        expected=join_options(names),
        got=f"`{name}`",
        where=where,
        remedy=f"Did you mean `{match}`?" if match else "Use one of those listed.",
    )
