"""What the unit-level model is given: persons of a sample, and the population of each area."""

from dataclasses import dataclass
from typing import Any

import narwhals as nw
import numpy as np
import polars as pl

from talentstats.errors import InputError
from talentstats.estimate.request import Where
from talentstats.estimate.rows import read_rows
from talentstats.language import Bilingual
from talentstats.provenance import Origin
from talentstats.smallarea.area_frames import (
    keys_of,
    listed,
    read_frame,
    require_areas,
    require_columns,
    rows_of,
)
from talentstats.smallarea.covariates import (
    INTERCEPT,
    Terms,
    make_terms,
    require_complete,
    require_independent,
)
from talentstats.smallarea.nested_error_fit import AreaSums, sum_areas
from talentstats.survey.sample import SurveySample
from talentstats.variance.groups import BoolArray, FloatArray, IntArray

_WITHOUT_WEIGHTS = Bilingual(
    nl="de gewichten tellen niet mee in het model: het veronderstelt dat wie in de steekproef kwam, gegeven "
    "de covariaten, niet met het antwoord samenhangt",
    en="the weights do not count in the model: it supposes that who came into the sample does not depend on "
    "the answer, given the covariates",
)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Persons:
    """The persons of a sample, summed by area.

    Attributes
    ----------
    area : str
        Name of the column of the areas.
    keys : list of str
        The areas, in the order of `sums`.
    terms : Terms
    sums : AreaSums
    remarks : tuple of Bilingual
    origins : tuple of Origin
    synthetic : bool
    """

    area: str
    keys: list[str]
    terms: Terms
    sums: AreaSums
    remarks: tuple[Bilingual, ...]
    origins: tuple[Origin, ...]
    synthetic: bool


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Population:
    """What is known of the population of every area.

    Attributes
    ----------
    areas : polars.DataFrame
        The column of the areas alone.
    means : (areas, p) float
        Means of the regression's columns.
    size : (areas,) float or None
    place : (areas,) int
        Position in `Persons.keys`; -1 for an area that is not in the sample.
    """

    areas: pl.DataFrame
    means: FloatArray
    size: FloatArray | None
    place: IntArray

    @property
    def known(self) -> BoolArray:
        """Which areas are in the sample."""
        return np.asarray(self.place >= 0)

    def sizes(self, chosen: BoolArray) -> FloatArray | None:
        """Give the sizes of some areas."""
        return None if self.size is None else self.size[chosen]


def read_persons(
    sample: SurveySample, y: str, *, area: str, covariates: tuple[str, ...], where: Where
) -> Persons:
    """Read the persons who have an area, an answer and every covariate, and add them up by area.

    Raises
    ------
    InputError
        If there is nobody, or covariates depend on each other.
    """
    sample.require((y, area, *covariates))
    numeric = [name for name in covariates if _is_number(sample, name)]
    texts = [name for name in covariates if name not in numeric]
    rows = read_rows(sample, numbers=(y, *numeric), categories=(area, *texts), where=where)
    there = rows.values.filter(pl.Series(rows.inside, dtype=pl.Boolean))
    complete = there.drop_nulls()
    if complete.is_empty():
        raise InputError(
            "Nobody in the subpopulation has an area, an answer and every covariate.",
            expected="persons with a value in " + listed([area, y, *covariates]),
            got="none",
            remedy="Look at the columns, and at `where`.",
        )
    terms = make_terms(complete, covariates, intercept=True)
    matrix = terms.matrix(complete)
    require_independent(matrix, terms.names)
    keys = complete[area].unique().sort().cast(pl.String).to_list()
    codes = complete[area].cast(pl.String).replace_strict(keys, range(len(keys)), return_dtype=pl.Int64)
    return Persons(
        area=area,
        keys=keys,
        terms=terms,
        sums=sum_areas(complete[y].cast(pl.Float64).to_numpy(), matrix, codes.to_numpy(), n_areas=len(keys)),
        remarks=(_WITHOUT_WEIGHTS, *_left_out(there.height - complete.height)),
        origins=rows.origins,
        synthetic=rows.synthetic,
    )


def _is_number(sample: SurveySample, name: str) -> bool:
    kind = sample.schema[name]
    return kind.is_numeric() or kind == nw.Boolean


def _left_out(count: int) -> tuple[Bilingual, ...]:
    if not count:
        return ()
    return (
        Bilingual(
            nl=f"{count} rijen zonder gebied, antwoord of covariaat bleven buiten het model",
            en=f"{count} rows without an area, an answer or a covariate were left out of the model",
        ),
    )


def read_population(persons: Persons, means: Any, sizes: Any) -> Population:
    """Read the means and sizes of areas, and match them with the persons.

    Raises
    ------
    InputError
        If an area of the sample or a mean is missing, or an area is smaller than its sample.
    """
    table = read_frame(means, what="population means")
    require_areas(table, persons.area, what="population means")
    rows_of(table, persons.area, persons.keys, what="population means")
    names = [name for name in persons.terms.names if name != INTERCEPT]
    require_columns(table, names, what="population means")
    require_complete(table, names, area=persons.area)
    keys = keys_of(table[persons.area])
    places = {key: place for place, key in enumerate(persons.keys)}
    place = np.array([places.get(key, -1) for key in keys], dtype=np.int64)
    columns = [np.ones(table.height), *(table[name].cast(pl.Float64).to_numpy() for name in names)]
    return Population(
        areas=table.select(persons.area),
        means=np.column_stack(columns),
        size=None if sizes is None else _read_sizes(persons, sizes, keys, place),
        place=place,
    )


def _read_sizes(persons: Persons, sizes: Any, keys: list[str], place: IntArray) -> FloatArray:
    table = read_frame(sizes, what="population sizes")
    require_areas(table, persons.area, what="population sizes")
    require_columns(table, ["size"], what="population sizes")
    chosen = rows_of(table, persons.area, keys, what="population sizes")
    require_complete(chosen, ["size"], area=persons.area)
    size = chosen["size"].cast(pl.Float64).to_numpy()
    counted = np.where(place >= 0, persons.sums.count[place], 1.0)
    small = np.flatnonzero(size < counted)
    if small.size:
        row = int(small[0])
        raise InputError(
            "An area has fewer persons in the population than in the sample.",
            expected=f"at least {counted[row]:g}",
            got=f"{size[row]:g}",
            where=f"{persons.area} `{keys[row]}`",
            remedy="Give the number of persons in the population, not that of the sample.",
        )
    return size
