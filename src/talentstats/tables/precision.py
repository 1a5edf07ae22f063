"""With how many digits numbers are delivered as data."""

#: Fewer than a computer keeps: the last depend on its processor, and on how many threads shared a sum.
SIGNIFICANT_DIGITS = 10


def delivered(value: float | None) -> float | None:
    """Return a number as it is delivered, the same on every computer.

    >>> delivered(19.91242335403102) == delivered(19.912423354031016)
    True
    """
    return None if value is None else float(f"{value:.{SIGNIFICANT_DIGITS}g}")
