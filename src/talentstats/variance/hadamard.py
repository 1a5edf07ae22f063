"""Hadamard matrices: square matrices of +1 and -1 with orthogonal rows, H H' = n I.

Built by Sylvester's doubling, Paley's two constructions and Kronecker products of these
(Wolter 2007, appendix A; Hedayat & Wallis 1978).
"""

from collections.abc import Iterator
from functools import cache, reduce
from itertools import product

import numpy as np
import numpy.typing as npt

from talentstats.errors import InputError

SignMatrix = npt.NDArray[np.int8]

_SYLVESTER: SignMatrix = np.array([[1, 1], [1, -1]], dtype=np.int8)


def hadamard_matrix(order: int) -> SignMatrix:
    """Build a Hadamard matrix whose first row is +1, so that every other row sums to zero.

    Parameters
    ----------
    order : int
        Number of rows and columns: 1, 2 or a multiple of 4.

    Returns
    -------
    SignMatrix, shape (order, order)

    Raises
    ------
    InputError
        If no construction known here gives that order (92 is the smallest such multiple of 4).

    Examples
    --------
    >>> hadamard_matrix(4) @ hadamard_matrix(4).T
    array([[4, 0, 0, 0],
           [0, 4, 0, 0],
           [0, 0, 4, 0],
           [0, 0, 0, 4]], dtype=int8)
    """
    parts = _parts(order) if order >= 1 else None
    if parts is None:
        raise InputError(
            f"No Hadamard matrix of order {order} can be built.",
            expected="1, 2 or a multiple of 4 that Sylvester's or Paley's construction reaches",
            got=str(order),
            remedy=f"Use order {next_hadamard_order(order)}.",
        )
    matrix: SignMatrix = reduce(np.kron, (_build(part) for part in parts), np.ones((1, 1), dtype=np.int8))
    normal: SignMatrix = matrix * matrix[0]
    return normal


def next_hadamard_order(minimum: int) -> int:
    """Return the smallest order of at least `minimum` for which a matrix can be built.

    Examples
    --------
    >>> next_hadamard_order(13), next_hadamard_order(89)
    (16, 96)
    """
    order = max(minimum, 1)
    while _parts(order) is None:
        order += 1
    return order


@cache
def _parts(order: int) -> tuple[int, ...] | None:
    """Split an order into factors that `_build` makes, the product of which it is; None when impossible."""
    if order == 1:
        return ()
    if order == 2 or (order % 4 == 0 and (_is_paley_one(order) or _is_paley_two(order))):
        return (order,)
    for divisor in range(2, order // 2 + 1):
        if order % divisor == 0 and _parts(divisor) == (divisor,):
            rest = _parts(order // divisor)
            if rest is not None:
                return (divisor, *rest)
    return None


def _build(order: int) -> SignMatrix:
    if order == 2:
        return _SYLVESTER
    return _paley_one(order - 1) if _is_paley_one(order) else _paley_two(order // 2 - 1)


def _is_paley_one(order: int) -> bool:
    return (order - 1) % 4 == 3 and _prime_power(order - 1) is not None


def _is_paley_two(order: int) -> bool:
    return (order // 2 - 1) % 4 == 1 and _prime_power(order // 2 - 1) is not None


def _paley_one(q: int) -> SignMatrix:
    """Make the matrix of order q + 1, q = 3 mod 4, from a skew-symmetric conference matrix."""
    conference = _bordered(q, corner=-1)
    return (conference + np.eye(q + 1, dtype=np.int8)).astype(np.int8)


def _paley_two(q: int) -> SignMatrix:
    """Make the matrix of order 2 (q + 1), q = 1 mod 4, from a symmetric conference matrix."""
    conference = _bordered(q, corner=1)
    diagonal = np.array([[1, -1], [-1, -1]], dtype=np.int8)
    return np.kron(conference, _SYLVESTER) + np.kron(np.eye(q + 1, dtype=np.int8), diagonal)


def _bordered(q: int, *, corner: int) -> SignMatrix:
    """Border the characters of all differences in GF(q) with ones, the first column times `corner`."""
    conference = np.zeros((q + 1, q + 1), dtype=np.int8)
    conference[0, 1:] = 1
    conference[1:, 0] = corner
    conference[1:, 1:] = _characters_of_differences(q)
    return conference


def _characters_of_differences(q: int) -> SignMatrix:
    """Return chi(a - b) for all a, b in GF(q): +1 for a square, -1 for a non-square, 0 on the diagonal."""
    prime, degree = _prime_power(q) or (q, 1)
    powers = _powers_of_generator(prime, degree)
    place = prime ** np.arange(degree)
    character = np.zeros(q, dtype=np.int8)
    character[powers @ place] = np.where(np.arange(q - 1) % 2 == 0, 1, -1)
    digits = np.arange(q)[:, None] // place % prime
    difference = sum((np.subtract.outer(d, d) % prime) * p for d, p in zip(digits.T, place, strict=True))
    characters: SignMatrix = character[np.asarray(difference)]
    return characters


def _powers_of_generator(prime: int, degree: int) -> npt.NDArray[np.int64]:
    """List the q - 1 non-zero elements of GF(prime ** degree), polynomials, as powers of one of them."""
    # A constant term of zero would make x, and with it every power, impossible to invert.
    for polynomial in product(range(1, prime), *[range(prime)] * (degree - 1)):
        powers = list(_powers(polynomial, prime))
        if len(powers) == prime**degree - 1:  # then every non-zero element is a power of x: a field
            return np.array(powers, dtype=np.int64)
    raise InputError(f"{prime} is not a prime.", expected="a prime", got=str(prime))


def _powers(polynomial: tuple[int, ...], prime: int) -> Iterator[tuple[int, ...]]:
    """Yield 1, x, x^2, ... modulo x^degree = `polynomial`, until 1 comes back."""
    degree = len(polynomial)
    one = (1, *(0 for _ in range(degree - 1)))
    element = one
    for _ in range(prime**degree - 1):
        yield element
        carry = element[-1]
        shifted = (0, *element[:-1])
        element = tuple((s + carry * c) % prime for s, c in zip(shifted, polynomial, strict=True))
        if element == one:
            return


def _prime_power(number: int) -> tuple[int, int] | None:
    """Write a number as (prime, degree), or None when it is not the power of one prime."""
    if number < 2:
        return None
    prime = next((d for d in range(2, int(number**0.5) + 1) if number % d == 0), number)
    degree = 0
    while number % prime == 0:
        number //= prime
        degree += 1
    return (prime, degree) if number == 1 else None
