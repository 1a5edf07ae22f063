"""Bars cut into segments, one for each level, with its percentage inside where that fits."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from talentstats.figures.cells import Row
from talentstats.figures.estimate_subject import Subject
from talentstats.figures.marks import BAR_EDGE, Bars, KeyEntry, Label, Mark
from talentstats.figures.palette import ink_on
from talentstats.figures.placement import text_width
from talentstats.terms import Language

BAR_CM = 0.5
# Between a percentage and the ends of its segment, in points.
AROUND_VALUE = 3.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Stack:
    """The segments of one bar, from left to right.

    Attributes
    ----------
    rows : tuple of Row
        A share for each level.
    start : float
        Where the first segment begins.
    at : float
        The height of the bar.
    name : str
        Who the shares are about.
    """

    rows: tuple[Row, ...]
    start: float
    at: float
    name: str

    def edges(self) -> list[float]:
        """Return where segments begin and, last, where the bar ends."""
        places = [self.start]
        for row in self.rows:
            places.append(places[-1] + row["estimate"])
        return places


def segment_marks(
    stacks: Sequence[Stack],
    colors: Mapping[str, str],
    subject: Subject,
    *,
    percent_width: float,
    language: Language,
) -> Iterator[Mark]:
    """Draw stacks, level by level; `percent_width` is the width of one percent in points."""
    for number, color in enumerate(colors.values()):
        drawn = [stack for stack in stacks if stack.rows[number]["estimate"] > 0]
        if drawn:
            yield Bars(
                at=tuple(stack.at for stack in drawn),
                low=tuple(stack.edges()[number] for stack in drawn),
                high=tuple(stack.edges()[number + 1] for stack in drawn),
                thickness=BAR_CM,
                color=color,
                edge=BAR_EDGE,
                hover=tuple(_words(stack, number, subject, language) for stack in drawn),
            )
        for stack in drawn:
            yield from _value(stack, number, color, subject, percent_width, language)


def segment_key(rows: Sequence[Row], colors: Mapping[str, str], language: Language) -> tuple[KeyEntry, ...]:
    """Return the levels in the order of the segments."""
    names = {row["level"]: str(row[f"level_{language}"]) for row in rows}
    return tuple(KeyEntry(symbol="bar", color=color, text=names[level]) for level, color in colors.items())


def _words(stack: Stack, number: int, subject: Subject, language: Language) -> str:
    row = stack.rows[number]
    return subject.tooltip(row, f"{stack.name}, {row[f'level_{language}']}", language)


def _value(
    stack: Stack, number: int, color: str, subject: Subject, percent_width: float, language: Language
) -> Iterator[Label]:
    words = subject.value(stack.rows[number], language)
    left, right = stack.edges()[number : number + 2]
    if text_width(words) + 2 * AROUND_VALUE <= (right - left) * percent_width:
        yield Label(
            x=(left + right) / 2, y=stack.at, text=words, color=ink_on(color), align="center", inside=True
        )
