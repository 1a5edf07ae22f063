import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from talentstats.figures.spreading import spread

TEXTS = st.lists(
    st.tuples(st.floats(0, 200, allow_nan=False), st.sampled_from([11.0, 22.0, 33.0])), min_size=1, max_size=8
)


@given(TEXTS)
def test_texts_never_overlap_and_keep_their_order(texts: list[tuple[float, float]]) -> None:
    wanted, sizes = zip(*texts, strict=True)
    places = spread(wanted, sizes, low=0.0, high=300.0)
    ordered = sorted(range(len(texts)), key=lambda number: (wanted[number], number))

    for below, above in itertools.pairwise(ordered):
        assert places[above] - places[below] >= (sizes[below] + sizes[above]) / 2 - 1e-6
    assert places[ordered[0]] >= sizes[ordered[0]] / 2 - 1e-6
    assert places[ordered[-1]] <= 300 - sizes[ordered[-1]] / 2 + 1e-6


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        ((), ()),
        ((50.0,), (50.0,)),
        ((20.0, 80.0), (20.0, 80.0)),
        ((50.0, 50.0), (45.0, 55.0)),
        ((0.0, 100.0), (5.0, 95.0)),
        ((52.0, 50.0, 51.0), (61.0, 41.0, 51.0)),
    ],
)
def test_texts_move_no_farther_than_they_must(wanted: tuple[float, ...], expected: tuple[float, ...]) -> None:
    assert spread(wanted, [10.0] * len(wanted), low=0.0, high=100.0) == pytest.approx(expected)


def test_texts_without_room_stick_out_at_the_top_only() -> None:
    assert spread([5.0, 5.0, 5.0], [10.0] * 3, low=0.0, high=20.0) == (5.0, 15.0, 25.0)
