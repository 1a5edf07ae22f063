"""Which changes touched the land of a municipality that kept its code, and which were not counted."""

from talentstats.regions.boundary_changes import BoundaryChange, Weight, check_weight
from talentstats.regions.code_years import new_year
from talentstats.regions.municipalities import Municipalities, read_municipalities
from talentstats.workspace import find_workspace


def territory_changes(
    code: str, from_year: int, to_year: int, *, municipalities: Municipalities | None = None
) -> tuple[BoundaryChange, ...]:
    """Return the changes by which a municipality that kept its code became another territory.

    Parameters
    ----------
    code : str
        A municipality of both years.
    from_year, to_year : int
        The territories of 1 January; in either order.

    Returns
    -------
    tuple of BoundaryChange
        What it gained and lost, in order of the days; empty when its territory is the same.

    Raises
    ------
    InputError
        If the code was not valid in one of the years, with what became of it.

    Examples
    --------
    >>> [(change.from_code, change.inhabitants) for change in territory_changes("GM0575", 2018, 2019)]
    [('GM0576', 16685)]
    >>> territory_changes("GM0546", 2012, 2026)
    ()
    """
    known = municipalities or read_municipalities(find_workspace().reference)
    first, last = sorted((from_year, to_year))
    for year in (first, last):
        known.checked_codes([code], year)
    return tuple(
        change
        for change in known.changes
        if new_year(first) < change.on <= new_year(last)
        and code in (change.from_code, change.to_code)
        and change.kind in ("addition", "border")
    )


def changes_without_weights(
    *, by: Weight = "inhabitants", municipalities: Municipalities | None = None
) -> tuple[BoundaryChange, ...]:
    """Return the moves of which CBS does not say how many inhabitants, dwellings or hectares they moved.

    Examples
    --------
    >>> [len(changes_without_weights(by=by)) for by in ("inhabitants", "dwellings", "hectares")]
    [1, 19, 6]
    """
    check_weight(by)
    known = municipalities or read_municipalities(find_workspace().reference)
    return tuple(change for change in known.changes if change.moved(by) is None and change.kind != "rename")
