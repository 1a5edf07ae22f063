"""Exact derivatives of functions of estimates: numbers that carry their gradient along."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.lib.mixins import NDArrayOperatorsMixin

from talentstats.variance.groups import FloatArray

_Partial = Callable[..., Any]

# The derivative of each smooth function by each of its arguments. What is not here has a corner or a step
# somewhere (comparisons, maximum, rounding), or is seldom needed, and is refused.
_PARTIALS: dict[np.ufunc, tuple[_Partial, ...]] = {
    np.add: (lambda _a, _b: 1.0, lambda _a, _b: 1.0),
    np.subtract: (lambda _a, _b: 1.0, lambda _a, _b: -1.0),
    np.multiply: (lambda _a, b: b, lambda a, _b: a),
    np.true_divide: (lambda _a, b: 1 / b, lambda a, b: -a / b**2),
    np.power: (lambda a, b: b * a ** (b - 1), lambda a, b: a**b * np.log(a)),
    np.positive: (lambda _a: 1.0,),
    np.negative: (lambda _a: -1.0,),
    np.reciprocal: (lambda a: -1 / a**2,),
    np.square: (lambda a: 2 * a,),
    np.sqrt: (lambda a: 0.5 / np.sqrt(a),),
    np.cbrt: (lambda a: 1 / (3 * np.cbrt(a) ** 2),),
    np.exp: (np.exp,),
    np.expm1: (np.exp,),
    np.log: (lambda a: 1 / a,),
    np.log1p: (lambda a: 1 / (1 + a),),
    np.log2: (lambda a: 1 / (a * np.log(2)),),
    np.log10: (lambda a: 1 / (a * np.log(10)),),
    np.sin: (np.cos,),
    np.cos: (lambda a: -np.sin(a),),
    np.tan: (lambda a: 1 / np.cos(a) ** 2,),
    np.arcsin: (lambda a: 1 / np.sqrt(1 - a**2),),
    np.arctan: (lambda a: 1 / (1 + a**2),),
    np.sinh: (np.cosh,),
    np.cosh: (np.sinh,),
    np.tanh: (lambda a: 1 / np.cosh(a) ** 2,),
}


class Traced(NDArrayOperatorsMixin):
    """A number and its derivatives by every estimate, for arithmetic and numpy's smooth functions.

    Whatever else is done with it (compared, rounded, made an int) is a TypeError.
    """

    __slots__ = ("gradient", "value")

    def __init__(self, value: Any, gradient: FloatArray) -> None:
        self.value = np.float64(value)
        self.gradient = gradient

    def __array_ufunc__(self, function: np.ufunc, method: str, *inputs: Any, **options: Any) -> Any:
        if method != "__call__" or options or function not in _PARTIALS:
            raise TypeError(f"{function.__name__} of an estimate")
        values = []
        for one in inputs:
            if isinstance(one, Traced):
                values.append(one.value)
            elif np.ndim(one) == 0 and isinstance(one, (int, float, np.number)):
                values.append(np.float64(one))
            else:
                raise TypeError(f"{function.__name__} of an estimate and a {type(one).__name__}")
        gradient = np.zeros_like(self.gradient)
        for one, partial in zip(inputs, _PARTIALS[function], strict=True):
            if isinstance(one, Traced):
                moved = one.gradient != 0
                gradient[moved] += partial(*values) * one.gradient[moved]
        return Traced(function(*values), gradient)

    def __bool__(self) -> bool:
        raise TypeError("a condition on an estimate")


def traced(values: FloatArray) -> list[Traced]:
    """Give the estimates as numbers that carry their gradient."""
    return [Traced(value, gradient) for value, gradient in zip(values, np.eye(values.size), strict=True)]
