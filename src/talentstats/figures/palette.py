"""Which colour a line gets, and when a chart has too many of them."""

from talentstats.errors import InputError

SERIES_COLORS = ("blue", "orange", "teal", "burgundy")
FORMER_METHOD_COLOR = "grey"
RANGE_COLOR = "blue-mid"
DATA_COLORS = (*SERIES_COLORS, FORMER_METHOD_COLOR, RANGE_COLOR)
TEXT_COLORS = ("foreground", "grey-dark", "grey", *SERIES_COLORS)

# Fills of bars side by side: from dark to light, or from one end of a scale to the other.
ORDERED_TINTS = {
    2: ("blue", "blue-soft"),
    3: ("blue", "blue-mid", "blue-light"),
    4: ("blue", "blue-mid", "blue-light", "blue-pale"),
    5: ("blue", "blue-strong", "blue-mid", "blue-light", "blue-pale"),
    6: ("blue", "blue-strong", "blue-mid", "blue-soft", "blue-light", "blue-pale"),
}
NEGATIVE_TINTS = {1: ("orange",), 2: ("orange", "orange-light"), 3: ("orange", "orange-mid", "orange-light")}
POSITIVE_TINTS = {1: ("blue",), 2: ("blue-light", "blue"), 3: ("blue-light", "blue-mid", "blue")}
NEUTRAL_TINT = "grey-pale"
_DARK_TINTS = ("blue", "blue-strong", "orange")


def ink_on(color: str) -> str:
    """Return the colour of text on a bar of this colour.

    >>> ink_on("blue"), ink_on("blue-pale")
    ('background', 'foreground')
    """
    return "background" if color in _DARK_TINTS else "foreground"


def series_colors(count: int) -> tuple[str, ...]:
    """Return `count` colour names that a colour-blind reader can tell apart.

    Raises
    ------
    InputError
        If the chart asks for more colours than can be told apart.

    Examples
    --------
    >>> series_colors(2)
    ('blue', 'orange')
    """
    if count > len(SERIES_COLORS):
        raise InputError(
            "One chart has too many colours to tell apart.",
            expected=f"at most {len(SERIES_COLORS)} series",
            got=f"{count} series",
            remedy="Redesign it: draw small multiples (one figure per series), highlight one series and "
            "leave out the rest, or show a table.",
        )
    return SERIES_COLORS[:count]


def contrast(color: str, background: str) -> float:
    """Return the contrast ratio of two colours, 1 to 21, as WCAG 2.2 defines it.

    Parameters
    ----------
    color, background : str
        `#rrggbb`.

    Examples
    --------
    >>> round(contrast("#000000", "#ffffff"))
    21
    """
    lighter, darker = sorted((_luminance(color), _luminance(background)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(color: str) -> float:
    channels = (int(color[start : start + 2], 16) / 255 for start in (1, 3, 5))
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
