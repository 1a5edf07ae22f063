"""Where title, key, plot, notes and source stand on the page of a printed figure."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from talentstats.figures.marks import Axis, Drawing, KeyEntry

POINTS_PER_CM = 72 / 2.54
TITLE, SUBTITLE, BODY, SMALL = 12.0, 9.0, 8.0, 7.3
REGULAR, SEMIBOLD, BOLD = 400, 600, 700
LEADING = 1.26
GAP = 6.0
SYMBOL_WIDTH, KEY_SPACING = 13.0, 14.0
MARGIN = 3.0
SMALLEST_PLOT = 4.5 * POINTS_PER_CM

# Width in points of a text in a font size and weight.
Measure = Callable[[str, float, int], float]


@dataclass(frozen=True, slots=True, kw_only=True)
class TextLine:
    """One line of text with the left end of its baseline, in points from the lower left corner."""

    text: str
    x: float
    y: float
    size: float
    weight: int
    color: str
    framed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyPlace:
    """A key entry and where its symbol begins."""

    entry: KeyEntry
    x: float
    y: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A figure laid out: sizes and positions in points."""

    width: float
    height: float
    lines: tuple[TextLine, ...]
    key: tuple[KeyPlace, ...]
    plot: tuple[float, float, float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Block:
    text: str
    size: float
    weight: int
    color: str
    framed: bool = False


def lay_out(drawing: Drawing, measure: Measure) -> Page:
    """Return the page of a drawing; it grows when its texts leave the plot too little room.

    Parameters
    ----------
    drawing : Drawing
    measure : callable
        `measure(text, size, weight)` gives a width in points.
    """
    width = drawing.width_cm * POINTS_PER_CM
    column = width - 2 * MARGIN
    header = list(_typeset(_header(drawing), column, measure))
    footer = list(_typeset(_footer(drawing), column, measure))
    rows = list(_key_rows(drawing.plot.key, column, measure))
    above = MARGIN + _height(header) + GAP + len(rows) * BODY * 1.7 + (GAP if rows else 0)
    below = MARGIN + _height(footer) + 2 * GAP + (BODY * 1.5 if drawing.plot.x.ticks else 0)
    height = max(drawing.height_cm * POINTS_PER_CM, above + below + SMALLEST_PLOT)
    if drawing.plot.height_cm is not None:
        height = above + below + drawing.plot.height_cm * POINTS_PER_CM
    widest = max((measure(line, BODY, BOLD) for line in _row_label_lines(drawing.plot.y)), default=0)
    left = MARGIN + widest + GAP
    right = MARGIN + _overhang(drawing.plot.x, column - left, measure)
    key_top = height - MARGIN - _height(header) - GAP
    return Page(
        width=width,
        height=height,
        lines=(*_place(header, top=height - MARGIN), *_place(footer, top=MARGIN + _height(footer))),
        key=tuple(_place_key(rows, top=key_top, measure=measure)),
        plot=(left, below, width - left - right, height - above - below),
    )


def _row_label_lines(axis: Axis) -> Iterator[str]:
    return (line for tick in axis.ticks for line in tick.text.split("\n"))


def wrap(text: str, width: float, measure: Callable[[str], float]) -> list[str]:
    """Break a text into lines no wider than `width`; a word that is too long is cut.

    >>> wrap("a labour market", 8, lambda text: len(text))
    ['a labour', 'market']
    """
    lines = [""]
    for word in text.split():
        longer = f"{lines[-1]} {word}".strip()
        if measure(longer) <= width:
            lines[-1] = longer
            continue
        rest = word
        if lines[-1]:
            lines.append("")
        while measure(rest) > width and len(rest) > 1:
            fitting = next((end for end in range(len(rest) - 1, 1, -1) if measure(rest[:end]) <= width), 1)
            lines[-1] = rest[:fitting]
            lines.append("")
            rest = rest[fitting:]
        lines[-1] = rest
    return lines


def _header(drawing: Drawing) -> list[_Block]:
    blocks = [
        _Block(text=drawing.title, size=TITLE, weight=BOLD, color="primary"),
        _Block(text=drawing.subtitle, size=SUBTITLE, weight=REGULAR, color="grey-dark"),
    ]
    if drawing.synthetic:
        label = _Block(text=drawing.synthetic, size=SUBTITLE, weight=BOLD, color="warning", framed=True)
        blocks.insert(0, label)
    return blocks


def _footer(drawing: Drawing) -> list[_Block]:
    notes = [_Block(text=note, size=SMALL, weight=REGULAR, color="grey-dark") for note in drawing.notes]
    return [*notes, _Block(text=drawing.source, size=SMALL, weight=REGULAR, color="grey")]


def _typeset(blocks: Sequence[_Block], width: float, measure: Measure) -> Iterator[tuple[_Block, str]]:
    for block in blocks:
        for line in wrap(block.text, width, lambda text, b=block: measure(text, b.size, b.weight)):  # type: ignore[misc]
            yield block, line


def _height(lines: Sequence[tuple[_Block, str]]) -> float:
    return sum(_line_height(block) for block, _ in lines)


def _line_height(block: _Block) -> float:
    return block.size * LEADING + (1.5 * GAP if block.framed else 0)


def _place(lines: Sequence[tuple[_Block, str]], *, top: float) -> Iterator[TextLine]:
    y = top
    for block, line in lines:
        # The baseline of a line lies about four fifths of its size below its top.
        baseline = y - 0.82 * block.size - (3 if block.framed else 0)
        yield TextLine(
            text=line,
            x=MARGIN + (3 if block.framed else 0),
            y=baseline,
            size=block.size,
            weight=block.weight,
            color=block.color,
            framed=block.framed,
        )
        y -= _line_height(block)


def _key_rows(entries: Sequence[KeyEntry], width: float, measure: Measure) -> Iterator[list[KeyEntry]]:
    row: list[KeyEntry] = []
    for entry in entries:
        if row and sum(_key_width(one, measure) for one in [*row, entry]) > width:
            yield row
            row = []
        row.append(entry)
    if row:
        yield row


def _key_width(entry: KeyEntry, measure: Measure) -> float:
    return SYMBOL_WIDTH + measure(entry.text, BODY, REGULAR) + KEY_SPACING


def _place_key(rows: Sequence[Sequence[KeyEntry]], *, top: float, measure: Measure) -> Iterator[KeyPlace]:
    for number, row in enumerate(rows):
        x = MARGIN
        for entry in row:
            yield KeyPlace(entry=entry, x=x, y=top - (number + 0.5) * BODY * 1.7)
            x += _key_width(entry, measure)


def _overhang(axis: Axis, width: float, measure: Measure) -> float:
    """Return how far the last tick label sticks out of the plot on the right."""
    if not axis.ticks:
        return 0.0
    last = axis.ticks[-1]
    after = (axis.high - last.at) / (axis.high - axis.low) * width
    return max(0.0, measure(last.text, BODY, REGULAR) / 2 - after)
