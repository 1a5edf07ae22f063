import numpy as np
import pytest

from talentstats.errors import InputError
from talentstats.variance.stages import Stage


def stage(group: list[int], unit: list[int], population: list[float]) -> Stage:
    return Stage(group=np.array(group), unit=np.array(unit), population=np.array(population, dtype=float))


def test_rows_of_one_unit_count_as_one_unit() -> None:
    units = stage([1, 0, 1, 1, 0], [2, 0, 2, 1, 0], [8, 1, 8, 8, 1]).units()
    assert units.group.tolist() == [0, 1, 1]
    assert units.sampled.tolist() == [1, 2]
    assert units.fraction.tolist() == [1.0, 0.25]
    assert units.complete.tolist() == [True, False]
    assert units.first_row.tolist() == [1, 3, 0]


def test_infinite_population_means_with_replacement_and_rounding_of_a_fraction_does_no_harm() -> None:
    assert stage([0, 0], [0, 1], [np.inf, np.inf]).units().fraction.tolist() == [0.0]
    for rounding in (-1e-12, 1e-12):
        assert stage([0, 0], [0, 1], [2 + rounding] * 2).units().fraction.tolist() == [1.0]
    assert stage([0, 0], [0, 1], [2.001, 2.001]).units().complete.tolist() == [False]


@pytest.mark.parametrize(
    ("group", "unit", "population", "message"),
    [
        ([0, 1], [0, 0], [9, 9], "more than one group"),
        ([0, 0], [0, 1], [9, 8], "more than one population size"),
        ([0, 0, 0], [0, 1, 2], [2, 2, 2], "smaller than their sample"),
        ([0, 0], [0, 1], [np.nan, np.nan], "population size|smaller"),
        ([0, 2], [0, 1], [9, 9], "`group` are not consecutive"),
        ([0, 0], [0, -1], [9, 9], "`unit` are not consecutive"),
        ([0, 0], [0], [9, 9], "one length"),
        ([], [], [], "one length"),
    ],
)
def test_a_stage_that_contradicts_itself_is_refused(
    group: list[int], unit: list[int], population: list[float], message: str
) -> None:
    with pytest.raises(InputError, match=message):
        stage(group, unit, population)
