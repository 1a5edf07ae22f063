"""When the package's values agree with R's.

A number agrees when it differs from R's by no more than the case's relative tolerance. Relative errors say
nothing where the exact value is zero and either program prints its rounding (1e-17), so there is an absolute
floor too, far below what could hide a difference: 1e-13 of the largest estimate for a number that is itself
smaller than that, and for the end of an interval; 1e-12 of the product of two standard errors for their
covariance.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
ROUNDING = 1e-13
COVARIANCE_ROUNDING = 1e-12
INTERVAL_ENDS = {"ci_t_lower", "ci_t_upper", "ci_z_lower", "ci_z_upper", "ci_lower", "ci_upper"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """A value that does not agree."""

    name: str
    expected: Any
    got: Any

    def __str__(self) -> str:
        return f"{self.name}: expected {self.expected}, got {self.got}"


def differences(
    expected: Mapping[str, Any], got: Mapping[str, Any], *, tolerance: float, diagonal: bool
) -> list[Difference]:
    """Compare every value R gives with ours.

    Parameters
    ----------
    expected : mapping
        The `values` of a case.
    got : mapping
        Ours, under the same names.
    tolerance : float
        Relative.
    diagonal : bool
        True when R printed no covariances between the estimates (`svyby` without `covmat=TRUE`).
    """
    found = []
    for name, value in expected.items():
        if name not in got:
            found.append(Difference(name=name, expected=value, got="nothing"))
        elif not _agrees(name, value, got, expected, tolerance=tolerance, diagonal=diagonal):
            found.append(Difference(name=name, expected=value, got=got[name]))
    return found


def _agrees(
    name: str,
    value: Any,
    got: Mapping[str, Any],
    expected: Mapping[str, Any],
    *,
    tolerance: float,
    diagonal: bool,
) -> bool:
    if name in {"labels", "groups"} or isinstance(value, str) or _is_text(got[name]):
        return _same_words(name, value, got[name])
    if isinstance(value, dict):
        return not differences(value, got[name], tolerance=tolerance, diagonal=diagonal)
    inner, ours_inner = _nested(value), _nested(got[name])
    if inner:
        return set(inner) == set(ours_inner) and all(
            _agrees(each, inner[each], ours_inner, inner, tolerance=tolerance, diagonal=diagonal)
            for each in inner
        )
    wanted, ours = numbers(value), numbers(got[name])
    if name == "df":
        wanted = np.broadcast_to(wanted, ours.shape)
    if wanted.shape != ours.shape:
        return False
    if name == "vcov":
        floor = _covariance_floor(numbers(expected["estimate"]), wanted)
        if diagonal:
            wanted, ours, floor = wanted.diagonal(), ours.diagonal(), floor.diagonal()
        return _close(wanted, ours, tolerance * np.abs(wanted) + floor)
    floor = _floor(name, wanted, numbers(expected.get("estimate", value)))
    return _close(wanted, ours, tolerance * np.abs(wanted) + floor)


def _is_text(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(item, str) for item in value)


def _nested(value: Any) -> Mapping[str, Any]:
    """Read values that have values within them, by name or as rows; nothing when they have none."""
    if isinstance(value, Mapping):
        return value
    rows = isinstance(value, list) and bool(value) and all(isinstance(row, Mapping) for row in value)
    return {str(number): row for number, row in enumerate(value)} if rows else {}


def numbers(value: Any) -> Floats:
    """Read a number, a list or a matrix; null is NaN."""
    return np.atleast_1d(np.array(value, dtype=np.float64))


def _close(wanted: Floats, ours: Floats, allowed: Floats) -> bool:
    undefined = np.isnan(wanted)
    same_gaps = bool((undefined == np.isnan(ours)).all())
    infinite = np.isinf(wanted)
    if not same_gaps or not (wanted[infinite] == ours[infinite]).all():
        return False
    rest = ~undefined & ~infinite
    return bool((np.abs(wanted - ours)[rest] <= allowed[rest]).all())


def _floor(name: str, wanted: Floats, estimate: Floats) -> Floats:
    size = _size(estimate)
    if name in INTERVAL_ENDS:
        return np.full(wanted.shape, ROUNDING * size)
    return np.where(np.abs(wanted) < ROUNDING * size, ROUNDING * size, 0.0)


def _covariance_floor(estimate: Floats, covariance: Floats) -> Floats:
    """Scale the floor to the standard errors; where one is zero but for rounding, to that rounding."""
    error = np.sqrt(np.abs(covariance.diagonal()))
    zero = error < ROUNDING * _size(estimate)
    error = np.where(zero, ROUNDING * _size(estimate), error)
    share = np.where(zero[:, None] | zero[None, :], 1.0, COVARIANCE_ROUNDING)
    return np.asarray(share * np.outer(error, error))


def _size(estimate: Floats) -> float:
    sizes = np.abs(estimate[np.isfinite(estimate)])
    return float(sizes.max()) if sizes.size else math.nan


def _same_words(name: str, value: Any, ours: Any) -> bool:
    if name == "labels":
        return _same_labels(value, ours)
    return _same_groups(value, ours) if name == "groups" else bool(value == ours)


def _same_labels(wanted: Sequence[str], parts: Sequence[Sequence[str]]) -> bool:
    return len(wanted) == len(parts) and all(
        _holds(label, row) for label, row in zip(wanted, parts, strict=True)
    )


def _holds(label: str, parts: Sequence[str]) -> bool:
    """Tell whether R's label is made of these parts in this order."""
    position = 0
    for part in parts:
        position = label.find(part, position)
        if position < 0:
            return False
        position += len(part)
    return True


def _same_groups(wanted: Mapping[str, Sequence[str]], ours: Mapping[str, Sequence[str]]) -> bool:
    return {name: list(values) for name, values in wanted.items()} == dict(ours)
