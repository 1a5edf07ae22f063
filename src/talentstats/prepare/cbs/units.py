"""Units of CBS, each spelled one way."""

#: The spelling we keep of each unit that CBS writes in several ways, by the unit without spaces.
_SPELLINGS = {
    "x1000": "x 1 000",
    "1000": "x 1 000",
    "×1000": "x 1 000",  # noqa: RUF001
    "x1000000": "x 1 000 000",
    "1000000": "x 1 000 000",
    "x1000euro": "x 1 000 euro",
    "1000euro": "x 1 000 euro",
    "mlneuro": "mln euro",
    "mln.euro": "mln euro",
    "mlnkwh": "mln kWh",
    "mln.kwh": "mln kWh",
}


def spell_unit(unit: str | None) -> str:
    r"""Write a unit the way this project does; one that is not known stays as it is.

    Examples
    --------
    >>> [spell_unit(one) for one in ("x1000", "1 000", "x\xa01\xa0000", "aantal ", None)]
    ['x 1 000', 'x 1 000', 'x 1 000', 'aantal', '']
    """
    words = (unit or "").split()
    return _SPELLINGS.get("".join(words).lower(), " ".join(words))
