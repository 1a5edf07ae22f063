from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from talentstats.brand import load_brand
from talentstats.errors import InputError
from talentstats.figures import Classes, fixed_classes, quantile_classes
from talentstats.figures.marks import BAR_EDGE
from talentstats.figures.palette import ORDERED_TINTS, contrast, ink_on

TEXTS = {"nl": "stappen van 25", "en": "steps of 25"}


def make_classes(*limits: float) -> Classes:
    return fixed_classes(limits, name=TEXTS, reason=TEXTS)


def row(value: float | None, low: float | None = None, high: float | None = None) -> dict[str, Any]:
    return {"value": value, "low": low, "high": high}


@pytest.mark.parametrize(("value", "number"), [(-5, 0), (99.9, 0), (100, 1), (149.9, 1), (150, 2), (1000, 2)])
def test_a_value_on_a_limit_belongs_to_the_class_above_it(value: float, number: int) -> None:
    assert make_classes(100, 150).number_of(value) == number


@pytest.mark.parametrize(
    ("language", "labels"),
    [
        ("nl", ["minder dan 0,5", "0,5 tot 1,0", "1,0 of meer"]),
        ("en", ["less than 0.5", "0.5 to under 1.0", "1.0 or more"]),
    ],
)
def test_the_classes_at_both_ends_are_open(language: Any, labels: list[str]) -> None:
    classes = make_classes(0.5, 1)
    assert [classes.label(number, language) for number in range(3)] == labels


@pytest.mark.parametrize(
    ("figure", "doubtful"),
    [
        (row(162, 148.5, 177.3), True),
        (row(162, 150.0, 174.9), False),
        (row(162, 149.9, 163), True),
        (row(162, 161, 175.0), True),
        (row(162), False),
        (row(None), False),
    ],
    ids=["both limits", "within", "low end", "high end on a limit", "no range", "not published"],
)
def test_a_figure_whose_rounding_range_reaches_another_class_is_doubtful(
    figure: dict[str, Any], doubtful: bool
) -> None:
    assert make_classes(150, 175).is_doubtful(figure) is doubtful


@pytest.mark.parametrize("limits", [[], [100, 100], [150, 100], [1, 2, 3, 4, 5, 6]])
def test_limits_that_do_not_rise_or_are_too_many_are_refused(limits: list[float]) -> None:
    with pytest.raises(InputError, match="one to 5 limits"):
        make_classes(*limits)


def test_a_reason_is_needed_in_both_languages() -> None:
    with pytest.raises(InputError, match="reason for the classes"):
        fixed_classes([100], name=TEXTS, reason={"nl": "omdat"})


@given(st.sets(st.integers(0, 1000), min_size=12, max_size=60), st.integers(2, 6))
def test_quantiles_of_all_periods_hold_as_many_figures_each(values: set[int], count: int) -> None:
    classes = quantile_classes(values, count=count)
    sizes = [0] * count
    for value in values:
        sizes[classes.number_of(value)] += 1

    assert max(sizes) - min(sizes) <= 1


def test_quantiles_are_rounded_to_what_a_reader_sees() -> None:
    classes = quantile_classes([1.26, 2.31, 3.44, 4.57, None], count=2, decimals=1)
    assert classes.limits == (3.4,)
    assert classes.label(1, "en") == "3.4 or more"


@pytest.mark.parametrize(("values", "count"), [([1.0] * 10, 2), ([1.0, 2.0], 3), (range(100), 7), ([], 2)])
def test_values_that_cannot_be_divided_are_refused(values: Any, count: int) -> None:
    if count == 2 and values:
        assert quantile_classes(values, count=2).limits == (1.0,)
        return
    with pytest.raises(InputError):
        quantile_classes(values, count=count)


@pytest.mark.parametrize("count", ORDERED_TINTS)
def test_classes_run_from_pale_to_dark_in_grey_too_and_their_texts_can_be_read(count: int) -> None:
    brand = load_brand()
    classes = make_classes(*range(1, count))
    colors = [brand.color(tint) for tint in classes.tints]
    darkness = [contrast(color, "#ffffff") for color in colors]

    assert len(colors) == count
    assert all(later / earlier > 1.25 for earlier, later in pairwise(darkness))
    for tint, color in zip(classes.tints, colors, strict=True):
        assert contrast(brand.color(ink_on(tint)), color) >= 4.5
    assert contrast(brand.color(BAR_EDGE), brand.color("background")) >= 3
