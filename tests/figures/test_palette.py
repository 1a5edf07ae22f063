import itertools
from collections.abc import Sequence

import pytest

from talentstats.brand import load_brand
from talentstats.errors import InputError
from talentstats.figures.marks import BAR_EDGE
from talentstats.figures.palette import (
    DATA_COLORS,
    NEGATIVE_TINTS,
    NEUTRAL_TINT,
    ORDERED_TINTS,
    POSITIVE_TINTS,
    SERIES_COLORS,
    TEXT_COLORS,
    contrast,
    ink_on,
    series_colors,
)

Vector = Sequence[float]
Matrix = Sequence[Vector]

# Linear RGB as people with one kind of cone missing see it (Machado and others 2009, severity 1).
VISION: dict[str, Matrix] = {
    "protanopia": (
        (0.152286, 1.052583, -0.204868),
        (0.114503, 0.786281, 0.099216),
        (-0.003882, -0.048116, 1.051998),
    ),
    "deuteranopia": (
        (0.367322, 0.860646, -0.227968),
        (0.280085, 0.672501, 0.047413),
        (-0.011820, 0.042940, 0.968881),
    ),
    "tritanopia": (
        (1.255528, -0.076749, -0.178779),
        (-0.078411, 0.930809, 0.147602),
        (0.004733, 0.691367, 0.303900),
    ),
    "all cones": ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
}


def linear(color: str) -> Vector:
    channels = [int(color[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    return [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]


def oklab(rgb: Vector) -> Vector:
    r, g, b = (max(0.0, channel) for channel in rgb)
    long, medium, short = (
        (a * r + b_ * g + c * b) ** (1 / 3)
        for a, b_, c in (
            (0.4122214708, 0.5363325363, 0.0514459929),
            (0.2119034982, 0.6806995451, 0.1073969566),
            (0.0883024619, 0.2817188376, 0.6299787005),
        )
    )
    return (
        0.2104542553 * long + 0.7936177850 * medium - 0.0040720468 * short,
        1.9779984951 * long - 2.4285922050 * medium + 0.4505937099 * short,
        0.0259040371 * long + 0.7827717662 * medium - 0.8086757660 * short,
    )


def seen(color: str, matrix: Matrix) -> Vector:
    rgb = linear(color)
    return oklab([sum(weight * channel for weight, channel in zip(row, rgb, strict=True)) for row in matrix])


def test_data_colours_have_a_contrast_of_three_and_text_of_four_and_a_half() -> None:
    brand = load_brand()
    background = brand.color("background")

    assert min(contrast(brand.color(name), background) for name in DATA_COLORS) >= 3
    assert min(contrast(brand.color(name), background) for name in TEXT_COLORS) >= 4.5


@pytest.mark.parametrize("vision", VISION)
def test_the_colours_of_series_differ_for_colour_blind_readers_too(vision: str) -> None:
    brand = load_brand()
    for one, other in itertools.combinations(SERIES_COLORS, 2):
        first, second = (seen(brand.color(name), VISION[vision]) for name in (one, other))
        distance = sum((a - b) ** 2 for a, b in zip(first, second, strict=True)) ** 0.5
        assert distance > 0.12, f"{one} and {other}"


STACKS = [
    *ORDERED_TINTS.values(),
    *((*tints[:-1], NEUTRAL_TINT) for tints in ORDERED_TINTS.values()),
    *((*NEGATIVE_TINTS[half], *POSITIVE_TINTS[half]) for half in POSITIVE_TINTS),
    *((*NEGATIVE_TINTS[half], NEUTRAL_TINT, *POSITIVE_TINTS[half]) for half in POSITIVE_TINTS),
]


@pytest.mark.parametrize("stack", STACKS, ids="-".join)
def test_neighbours_in_a_bar_differ_for_colour_blind_readers_too(stack: Sequence[str]) -> None:
    brand = load_brand()
    for one, other in itertools.pairwise(stack):
        for vision in VISION.values():
            first, second = (seen(brand.color(name), vision) for name in (one, other))
            distance = sum((a - b) ** 2 for a, b in zip(first, second, strict=True)) ** 0.5
            assert distance > 0.085, f"{one} and {other}"


@pytest.mark.parametrize("stack", STACKS, ids="-".join)
def test_text_in_a_bar_can_be_read(stack: Sequence[str]) -> None:
    brand = load_brand()

    assert min(contrast(brand.color(name), brand.color(ink_on(name))) for name in stack) >= 4.5


def test_the_edge_of_a_bar_sets_a_pale_tint_apart_from_the_page() -> None:
    brand = load_brand()

    assert contrast(brand.color(BAR_EDGE), brand.color("background")) >= 3


def test_contrast_is_that_of_wcag() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


def test_the_palette_refuses_a_fifth_colour_and_says_what_to_do() -> None:
    assert len(set(series_colors(4))) == 4
    with pytest.raises(InputError, match=r"small multiples.*highlight one.*table"):
        series_colors(5)
