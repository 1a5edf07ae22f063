"""Waves of a survey on an axis: their years, and where they cannot be compared."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import pairwise

import polars as pl

from talentstats.errors import InputError, join_options
from talentstats.language import Bilingual, text
from talentstats.terms import Language

# Between which two waves figures cannot be compared, and why.
WaveBreaks = Mapping[tuple[int, int], Mapping[str, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Waves:
    """The waves of a figure.

    Attributes
    ----------
    years : tuple of int
        In order.
    breaks : Mapping[tuple[int, int], Bilingual]
        By the waves before and after: why they cannot be compared.
    compared : tuple of two int, or None
        Between which a change was tested; None when no two waves can be compared.
    """

    years: tuple[int, ...]
    breaks: Mapping[tuple[int, int], Bilingual]
    compared: tuple[int, int] | None

    def stretches(self) -> tuple[tuple[int, ...], ...]:
        """Return the waves that can be compared with each other, in order.

        >>> from talentstats.language import Bilingual
        >>> breaks = {(2019, 2021): Bilingual(nl="andere vraag", en="another question")}
        >>> Waves(years=(2019, 2021, 2023), breaks=breaks, compared=None).stretches()
        ((2019,), (2021, 2023))
        """
        found: list[list[int]] = [[self.years[0]]]
        for before, after in pairwise(self.years):
            if self.is_broken(before, after):
                found.append([])
            found[-1].append(after)
        return tuple(tuple(stretch) for stretch in found)

    def is_broken(self, before: int, after: int) -> bool:
        """Say whether a break lies between two waves."""
        return any(before <= first and last <= after for first, last in self.breaks)

    def is_tested(self, before: int, after: int) -> bool:
        """Say whether the step between two waves is part of the tested change."""
        return self.compared is not None and self.compared[0] <= before and after <= self.compared[1]

    def break_notes(self, language: Language) -> tuple[str, ...]:
        """Say why figures cannot be compared across each break."""
        return tuple(
            text(
                "figure.wave_break_note",
                language,
                before=str(before),
                after=str(after),
                reason=reason.in_language(language),
            )
            for (before, after), reason in sorted(self.breaks.items())
        )


def read_waves(column: pl.Series, *, breaks: WaveBreaks, compared: tuple[int, int] | None) -> Waves:
    """Return the waves of a column of years as text.

    Raises
    ------
    InputError
        If a wave is no year, or a break or comparison is about waves that are not there or lies across
        a break.
    """
    years = _read_years(column)
    reasons = {pair: Bilingual.read(reason, what="reason of a break") for pair, reason in breaks.items()}
    for pair in reasons:
        if pair not in pairwise(years):
            raise InputError(
                "A break is not between two waves of the figure that follow each other.",
                expected=join_options((f"{first}, {last}" for first, last in pairwise(years)), last="or"),
                got=f"`{pair}`",
                where="`breaks`",
                remedy="Give the wave before and the wave after the break.",
            )
    waves = Waves(years=years, breaks=reasons, compared=compared)
    if compared is not None:
        _check_compared(waves, *compared)
        return waves
    latest = waves.stretches()[-1]
    return replace(waves, compared=(latest[0], latest[-1]) if len(latest) > 1 else None)


def _read_years(column: pl.Series) -> tuple[int, ...]:
    years = column.cast(pl.Int64, strict=False)
    if years.is_null().any():
        wrong = column.filter(years.is_null())[0]
        raise InputError(
            "A wave is not a year.",
            expected="a whole number such as `2025`",
            got=f"`{wrong}`",
            remedy="Name each wave by its year.",
        )
    return tuple(years.unique().sort().to_list())


def _check_compared(waves: Waves, before: int, after: int) -> None:
    if before not in waves.years or after not in waves.years or before >= after:
        problem = "The waves that were compared are not two waves of the figure, the earlier first."
        expected = join_options(waves.years, last="and")
    elif waves.is_broken(before, after):
        problem, expected = "Two waves were compared across a break.", "no break between the two"
    else:
        return
    raise InputError(
        problem,
        expected=expected,
        got=f"`{before}` and `{after}`",
        where="`compared`",
        remedy="Give two waves that can be compared.",
    )
