"""How a Likert figure is drawn: bars through the middle of the scale, and the share right of it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from talentstats.figures.cells import Row
from talentstats.figures.estimate_subject import INTERVAL_COLOR, Subject
from talentstats.figures.figure import Figure
from talentstats.figures.layout import POINTS_PER_CM
from talentstats.figures.marks import Axis, KeyEntry, Label, Mark, Plot, Ranges, Rule, Tick
from talentstats.figures.placement import text_width
from talentstats.figures.rows import stack_rows
from talentstats.figures.segment_marks import BAR_CM, Stack, segment_key, segment_marks
from talentstats.figures.share_words import Bar, bars_of, count_labels
from talentstats.language import Bilingual, text
from talentstats.terms import Language

WHISKER_CM, ABOVE_CM = 0.12, 0.1
ROW_CM = BAR_CM + 2 * WHISKER_CM + 0.1
WHISKER_WIDTH, BESIDE = 1.8, 6.0
STEP = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Scale:
    """The levels of a scale with their fills, from negative to positive.

    Attributes
    ----------
    colors : Mapping[str, str]
    half : int
        How many levels stand on each side of the middle.
    neutral : str or None
        The level in the middle.
    positive : Bilingual
        What the levels right of the middle are called together.
    """

    colors: Mapping[str, str]
    half: int
    neutral: str | None
    positive: Bilingual

    def left_of_middle(self, bar: Bar) -> float:
        """Return how much of a bar lies left of the middle: the negative levels and half the neutral."""
        before = sum(row["estimate"] for row in bar[: self.half])
        return float(before) + self.half_neutral(bar)

    def half_neutral(self, bar: Bar) -> float:
        """Return half the neutral share of a bar."""
        return 0.0 if self.neutral is None else float(bar[self.half]["estimate"]) / 2


@dataclass(frozen=True, slots=True, kw_only=True)
class _Item:
    bar: Bar
    positive: Row
    name: str
    at: float


def plot_likert(subject: Subject, scale: Scale, figure: Figure) -> Plot:
    """Return the marks, axes and key of a Likert figure."""
    language = figure.language
    bars, positives = shares_and_sums(figure)
    names = [str(row[f"category_{language}"]) for row in positives]
    rows = stack_rows(names, least_cm=ROW_CM, above_cm=ABOVE_CM)
    items = [
        _Item(bar=bar, positive=positive, name=name, at=at)
        for bar, positive, name, at in zip(bars, positives, names, rows.at, strict=True)
    ]
    shown = [item for item in items if item.positive["estimate"] is not None]
    beside = _texts_beside(items, subject, language)
    room = max(map(text_width, beside), default=0.0) + BESIDE
    width = figure.spec.width_cm * POINTS_PER_CM - rows.label_width() - room
    low, high = _ends(shown, scale)
    stacks = [
        Stack(rows=tuple(item.bar), start=-scale.left_of_middle(item.bar), at=item.at, name=item.name)
        for item in shown
    ]
    marks: list[Mark] = [
        *segment_marks(stacks, scale.colors, subject, percent_width=width / (high - low), language=language),
        Rule(at=0.0, vertical=True, color="grey-dark"),
        *(mark for item in shown for mark in _whisker(item, scale)),
        *_labels(items, beside, low=low, high=high, language=language),
    ]
    return Plot(
        marks=tuple(marks),
        x=Axis(
            low=low,
            high=high + (high - low) * room / width,
            ticks=tuple(
                Tick(at=float(at), text=f"{abs(at)}%") for at in range(int(low), int(high) + 1, STEP)
            ),
            grid=True,
        ),
        y=rows.axis(),
        key=(
            *segment_key(figure.data.drop_nulls("level").to_dicts(), scale.colors, language),
            *_interval_key(shown, subject, scale, language),
        ),
        height_cm=rows.height,
    )


def shares_and_sums(figure: Figure) -> tuple[list[Bar], list[Row]]:
    """Return the shares of each item, and of each the share right of the middle."""
    shares = figure.data.filter(pl.col("level").is_not_null())
    sums: list[Row] = list(figure.data.filter(pl.col("level").is_null()).iter_rows(named=True))
    return bars_of(shares), sums


def _ends(items: Sequence[_Item], scale: Scale) -> tuple[float, float]:
    """Return the multiples of the step around all bars and whiskers."""
    left = [scale.left_of_middle(item.bar) for item in items]
    right = [100 - part for part in left]
    right += [
        scale.half_neutral(item.bar) + min(item.positive["conf_high"], 100.0)
        for item in items
        if item.positive["conf_high"] is not None
    ]
    low, high = (-(-max(ends, default=100.0) // STEP) * STEP for ends in (left, right))
    return -max(low, STEP), max(high, STEP)


def _whisker(item: _Item, scale: Scale) -> Iterator[Mark]:
    """Draw the interval of the share right of the middle, around the end of the bar and just below it."""
    low, high = item.positive["conf_low"], item.positive["conf_high"]
    if low is not None:
        start = scale.half_neutral(item.bar)
        yield Ranges(
            at=(item.at - BAR_CM / 2 - WHISKER_CM / 2,),
            low=(start + max(low, 0.0),),
            high=(start + min(high, 100.0),),
            horizontal=True,
            color=INTERVAL_COLOR,
            width=WHISKER_WIDTH,
        )


def _texts_beside(items: Sequence[_Item], subject: Subject, language: Language) -> list[str]:
    counts = count_labels([item.bar for item in items], language)
    return [
        "   ".join(part for part in (subject.value(item.positive, language), count) if part)
        for item, count in zip(items, counts, strict=True)
    ]


def _labels(
    items: Sequence[_Item], beside: Sequence[str], *, low: float, high: float, language: Language
) -> Iterator[Label]:
    """Write the share right of the middle and the number of answers in a column on the right."""
    for item, words in zip(items, beside, strict=True):
        if item.positive["estimate"] is None:
            hidden = text("figure.too_few_label", language)
            yield Label(x=low, y=item.at, text=hidden, color="grey", dx=BESIDE)
        else:
            yield Label(x=high, y=item.at, text=words, color="foreground", dx=BESIDE)


def _interval_key(
    items: Sequence[_Item], subject: Subject, scale: Scale, language: Language
) -> Iterator[KeyEntry]:
    if any(item.positive["conf_low"] is not None for item in items):
        words = text(
            "figure.key_positive_interval",
            language,
            level=subject.level(language),
            name=scale.positive.in_language(language),
        )
        yield KeyEntry(symbol="range_flat", color=INTERVAL_COLOR, text=words)
