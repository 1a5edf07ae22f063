"""Comparable figures: those of municipalities over the years, in the borders a region has in one year."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import chain

import polars as pl

from talentstats.errors import InputError, join_options, unknown_name
from talentstats.regions.boundary_changes import Weight
from talentstats.regions.crosswalk import Crosswalk
from talentstats.regions.day_shares import Doubt, Rule
from talentstats.regions.hierarchy import Hierarchy, read_hierarchy
from talentstats.regions.inflow import inflow
from talentstats.regions.territory_note import territory_note
from talentstats.regions.walk import Base
from talentstats.workspace import find_workspace


@dataclass(frozen=True, slots=True, kw_only=True)
class Aggregated:
    """Figures of a region in the borders of one year.

    Attributes
    ----------
    frame : polars.DataFrame
        The columns that were given; a row for each year and other key, with the region in `region`.
    region : str
        Code of the region or group.
    year : int
        Its territory is that of 1 January of this year.
    members : tuple of str
        Its municipalities of that year.
    carried : mapping of year to tuple of codes
        For each year of the figures, the municipalities that ended since, or did not exist yet in `year`.
    approximations : tuple of Doubt
        Changes that could not be carried exactly, in order of their days.
    note : mapping of language to text
        What a reader must know, in Dutch (`nl`) and English (`en`).
    """

    frame: pl.DataFrame = field(repr=False)
    region: str
    year: int
    members: tuple[str, ...] = field(repr=False)
    carried: Mapping[int, tuple[str, ...]] = field(repr=False)
    approximations: tuple[Doubt, ...] = field(repr=False)
    note: Mapping[str, str] = field(repr=False)


def aggregate(
    frame: pl.DataFrame,
    *,
    to: str,
    year: int,
    values: Iterable[str],
    by: Weight = "inhabitants",
    base: Base | None = None,
    rule: Rule | None = None,
    hierarchy: Hierarchy | None = None,
) -> Aggregated:
    """Return figures by municipality of several years as those of one region in the borders of one year.

    Parameters
    ----------
    frame : polars.DataFrame
        `year` (integer), `region` (code of a municipality on 1 January of that year), the values, and other
        columns that are kept as keys. Rows outside the region may be there.
    to : str
        Code or Dutch name of a region or group.
    year : int
        The year whose territory the region has.
    values : names of columns
        Counts that can be added.
    by, base, rule
        As `crosswalk` has them.
    hierarchy : Hierarchy, optional
        That of the project by default.

    Raises
    ------
    InputError
        If a municipality of the territory is missing in a year, a code is not of its year, or a change cannot
        be weighed and no rule is given.

    Examples
    --------
    >>> import polars as pl
    >>> noordwijk = pl.DataFrame(
    ...     {
    ...         "year": [2018, 2018, 2019],
    ...         "region": ["GM0575", "GM0576", "GM0575"],
    ...         "inhabitants": [26174, 16685, 42859],
    ...     }
    ... )
    >>> aggregate(noordwijk, to="GM0575", year=2019, values=["inhabitants"]).frame["inhabitants"].to_list()
    [42859.0, 42859.0]
    """
    known = hierarchy or read_hierarchy(find_workspace().reference)
    members = known.members(to, year=year)
    region = to if to in known.municipalities.municipalities else known.regions.region_or_group(to)
    names = tuple(values)
    years = _years(frame)
    _check_codes(frame, known, values=names)
    into = inflow(known.municipalities, members, year=year, by=by, base=base)
    ways = {one: into.way_in(one, rule=rule) for one in years}
    sums = [_summed(frame, way, known=known, members=members, values=names) for way in ways.values()]
    carried = {one: tuple(code for code in way.ways if code not in members) for one, way in ways.items()}
    approximations = into.approximations(ways)
    return Aggregated(
        frame=pl.concat(sums).with_columns(pl.lit(region).alias("region")).select(frame.columns),
        region=region,
        year=year,
        members=members,
        carried=carried,
        approximations=approximations,
        note=territory_note(
            year,
            carried=sorted({known.municipalities.name(code) for code in chain(*carried.values())}),
            approximations=approximations,
            by=by,
        ),
    )


def _years(frame: pl.DataFrame) -> list[int]:
    for name in ("region", "year"):
        if name not in frame.columns:
            raise unknown_name("column", name, frame.columns)
    kind = frame.schema["year"]
    if not kind.is_integer() or frame["year"].null_count():
        raise InputError(
            "Years are whole numbers.",
            where="column `year`",
            expected="a year such as 2019 in every row",
            got=f"a column of type {kind}" if not kind.is_integer() else "rows without a year",
            remedy="Take the year from the period first.",
        )
    return frame["year"].unique().sort().to_list()


def _check_codes(frame: pl.DataFrame, known: Hierarchy, *, values: tuple[str, ...]) -> None:
    # CBS keeps a row without a figure for a municipality that has ended; such rows are no mistake.
    filled = frame.filter(
        pl.col("region").is_in(sorted(known.municipalities.municipalities))
        & pl.any_horizontal(pl.col(values).is_not_null())
    )
    for (year,), rows in filled.group_by("year"):
        known.municipalities.checked_codes(rows["region"], int(year))


def _summed(
    frame: pl.DataFrame,
    way: Crosswalk,
    *,
    known: Hierarchy,
    members: tuple[str, ...],
    values: tuple[str, ...],
) -> pl.DataFrame:
    at = pl.col("year") == way.from_year
    own = frame.filter(at & pl.col("region").is_in(sorted(way.ways)))
    needed = known.municipalities.valid_in(way.from_year) & way.ways.keys()
    absent = sorted(needed - set(own["region"]))
    if absent:
        raise InputError(
            f"Municipalities of {way.from_year} are missing.",
            expected=f"every municipality of {way.from_year} whose land lies in the region",
            got=f"no rows for {join_options(absent[:5], last='and')}"
            + (f" and {len(absent) - 5} more" if len(absent) > 5 else ""),
            remedy="Add the rows; a sum without them would not be of the same territory.",
        )
    moved = way.apply(own, values=values, region="region", missing="gap")
    inside = moved.filter(pl.col("region").is_in(members))
    keys = [name for name in frame.columns if name not in ("region", *values)]
    return inside.group_by(keys, maintain_order=True).agg(
        # A member that is missing for a key leaves the sum of the region unknown.
        pl.when((pl.len() == len(members)) & (pl.col(name).null_count() == 0))
        .then(pl.col(name).sum())
        .alias(name)
        for name in values
    )
