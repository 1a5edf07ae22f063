"""Chances of answers, in tables over the categories they depend on."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from talentstats.synthetic.population import ModelVariable

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
Axes = Mapping[str, tuple[str, ...]]
#: Codes of respondents on each axis.
Codes = Mapping[str, npt.NDArray[np.integer]]

_TINY = 1e-9
_CERTAIN = 1 - 1e-6


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Chances:
    """Chances of the categories of one variable, given others.

    Attributes
    ----------
    axes : tuple of str
        What they depend on.
    values : (..., categories) float
        A dimension for each axis, then the categories. They add up to 1, or are the chance of each box
        by itself where several can be ticked.
    """

    axes: tuple[str, ...]
    values: FloatArray

    def rows(self, codes: Codes) -> npt.NDArray[np.integer]:
        """Return the row of the table, with its axes flattened, that holds for each respondent."""
        row: npt.NDArray[np.integer] = np.zeros(1, dtype=np.int32)
        for axis, size in zip(self.axes, self.values.shape[:-1], strict=True):
            row = row * np.int32(size) + codes[axis]
        return row


def chances_of(variable: ModelVariable, axes: Axes, wave: int) -> Chances:
    """Work out the chances of a variable in one wave.

    The odds of a category are its share at the reference times the factors of all effects that hold: a
    multinomial logit in which the effects are the exponents of its coefficients.
    """
    effects = [effect for effect in variable.effects if not effect.waves or wave in effect.waves]
    used = tuple(axis for axis in axes if any(axis in effect.when for effect in effects))
    shares = np.array(variable.shares)
    if variable.otherwise is not None:
        shares = shares / (1 - shares)
    odds = np.ones([len(axes[axis]) for axis in used] + [shares.size]) * shares
    along = np.linspace(-1, 1, shares.size)
    for effect in effects:
        place = np.ix_(*(_places(effect.when.get(axis), axes[axis]) for axis in used))
        factor = np.array([float(effect.odds.get(category, 1.0)) for category in variable.categories])
        odds[place] *= factor * np.exp(effect.tilt * along)
        if effect.only:
            # A category without a share at the reference is there only where an effect leaves nothing else.
            remains = np.array([category in effect.only for category in variable.categories])
            odds[place] = np.where(remains, np.maximum(odds[place], _TINY), 0.0)
    total = odds.sum(-1, keepdims=True) if variable.otherwise is None else 1 + odds
    return Chances(axes=used, values=odds / total)


def _places(named: tuple[str, ...] | None, categories: tuple[str, ...]) -> list[int]:
    return [place for place, category in enumerate(categories) if named is None or category in named]


def draw(chances: Chances, codes: Codes, uniforms: npt.NDArray[np.floating]) -> npt.NDArray[np.uint8]:
    """Draw a category for each respondent.

    Parameters
    ----------
    codes : mapping of axis to (n,) int
    uniforms : (n,) float
    """
    row = chances.rows(codes)
    values = chances.values.reshape(-1, chances.values.shape[-1])
    upper = np.cumsum(values, axis=1)
    # Rounding must not leave a way to a category that cannot occur.
    upper[upper > _CERTAIN] = 2
    upper = upper.astype(np.float32)
    drawn = np.zeros(uniforms.size, dtype=np.uint8)
    for category in range(values.shape[1] - 1):
        drawn += uniforms >= np.ascontiguousarray(upper[:, category])[row]
    return drawn


def spread(values: FloatArray, axes: Sequence[str], onto: Sequence[str]) -> FloatArray:
    """Lay out an array over more axes, so that it multiplies arrays that have them all.

    `axes` name the first dimensions of `values`; what follows them stays last.
    """
    order = [axes.index(axis) for axis in onto if axis in axes]
    rest = list(range(len(axes), values.ndim))
    found = np.transpose(values, order + rest)
    shape = [values.shape[axes.index(axis)] if axis in axes else 1 for axis in onto]
    return found.reshape(shape + [values.shape[place] for place in rest])
