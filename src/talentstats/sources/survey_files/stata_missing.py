"""Stata's extended missing values `.a` to `.z`, kept as the numbers Stata itself stores for them."""

import string

from talentstats.errors import unknown_name

_FIRST = 2.0**1023


def missing_number(letter: str) -> float:
    """Return the number that stands for `.a` to `.z` in a column of numbers.

    They lie beyond the largest number that a variable of Stata can hold, so they are mistaken for no answer.

    Raises
    ------
    InputError
        If it is no small letter.

    Examples
    --------
    >>> missing_number("a")
    8.990660123939097e+307
    """
    if len(letter) != 1 or letter not in string.ascii_lowercase:
        raise unknown_name("extended missing value of Stata", letter, string.ascii_lowercase)
    return _FIRST * (1 + (string.ascii_lowercase.index(letter) + 1) / 4096)


def as_number(value: object) -> object:
    """Replace the letter of an extended missing value by its number; leave anything else."""
    return missing_number(value) if isinstance(value, str) else value
