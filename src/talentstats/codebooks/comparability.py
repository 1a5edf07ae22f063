"""Which waves of a variable may stand in one series, and why others may not."""

from collections.abc import Sequence
from dataclasses import dataclass

from talentstats.codebooks.model import Variable
from talentstats.schemas.schema import Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Break:
    """Two successive waves with figures that cannot be compared."""

    before: int
    after: int
    reason: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Absence:
    """A wave without a figure."""

    wave: int
    reason: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Trend:
    """How a variable runs through the waves.

    Attributes
    ----------
    segments : tuple of tuple of int
        Successive waves that can be compared, oldest first; a line may join the waves of one segment only.
    breaks : tuple of Break
        Between segments.
    absent : tuple of Absence
        Waves without a figure; a gap stays a gap.
    """

    segments: tuple[tuple[int, ...], ...]
    breaks: tuple[Break, ...]
    absent: tuple[Absence, ...]


def trend_of(variable: Variable, column: str, waves: Sequence[int]) -> Trend:
    """Cut the waves of one column into segments within which they can be compared."""
    absences = [(wave, absence_of(variable, column, wave)) for wave in waves]
    segments: list[list[int]] = []
    breaks: list[Break] = []
    for wave in (wave for wave, reason in absences if reason is None):
        before = segments[-1][-1] if segments else None
        reason = None if before is None else reason_against(variable, column, before, wave)
        if before is not None and reason is not None:
            breaks.append(Break(before=before, after=wave, reason=reason))
        if before is None or reason is not None:
            segments.append([])
        segments[-1].append(wave)
    return Trend(
        segments=tuple(map(tuple, segments)),
        breaks=tuple(breaks),
        absent=tuple(Absence(wave=wave, reason=reason) for wave, reason in absences if reason is not None),
    )


def reason_against(variable: Variable, column: str, first: int, second: int) -> Text | None:
    """Say why two waves of a column cannot be compared; None when they can.

    Waves that are not comparable with the newest one are not comparable with each other either: nobody
    has judged that.
    """
    for wave in (first, second):
        absence = absence_of(variable, column, wave)
        if absence is not None:
            return absence
    if first == second:
        return None
    for wave in (first, second):
        if not variable.waves[wave].comparable:
            return variable.waves[wave].reason
    return None


def absence_of(variable: Variable, column: str, wave: int) -> Text | None:
    """Say why a wave has no figure for a column; None when it has one."""
    if wave not in variable.waves:
        never = Text(nl=f"In {wave} is dit niet gevraagd.", en=f"This was not asked in {wave}.")
        return variable.absent.get(wave, never)
    # The variable's own name stands for the question as a whole.
    if column in (variable.name, *variable.columns_in(wave)):
        return None
    return Text(
        nl=f"In {wave} kon dit antwoord niet worden gekozen.",
        en=f"This answer could not be chosen in {wave}.",
    )
