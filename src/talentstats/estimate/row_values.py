"""What a row gives: its weight, and its answers as distances from the centre."""

from dataclasses import dataclass
from functools import reduce
from operator import and_

import narwhals as nw

from talentstats.estimate.items import Source
from talentstats.estimate.request import Request
from talentstats.estimate.scan import Scan, as_float, without_nan
from talentstats.survey.replicates import ReplicateWeights, UnitReplicates
from talentstats.survey.sample import Reading
from talentstats.survey.weights import weight_name


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RowValues:
    """Expressions over the columns of the frame.

    Attributes
    ----------
    weight : narwhals.Expr
    answers, denominators : tuple of narwhals.Expr
        One for each variable; missing where the row does not count for it.
    sources : tuple of Source
        Sets of rows with an answer, where these are not all rows.
    flags : dict of str to narwhals.Expr
        1 for a row in the source, else 0; by the name of its count.
    """

    weight: nw.Expr
    answers: tuple[nw.Expr, ...]
    denominators: tuple[nw.Expr, ...]
    sources: tuple[Source, ...]
    flags: dict[str, nw.Expr]

    def replicates(
        self, reading: Reading, weights: ReplicateWeights | UnitReplicates | None
    ) -> dict[str, nw.Expr]:
        """Give the weight of each supplied replicate, by the prefix of its sums."""
        if not isinstance(weights, ReplicateWeights):
            return {}
        columns = [as_float(reading, name) for name in weights.columns]
        own = columns if weights.combined else [column * self.weight for column in columns]
        return {f"r{number}_": weight for number, weight in enumerate(own)}


def row_values(reading: Reading, request: Request, scan: Scan, sources: tuple[Source, ...]) -> RowValues:
    """Make the expressions a request needs."""
    flags = {
        source.rows: nw.when(_known(reading, source.columns)).then(nw.lit(1)).otherwise(nw.lit(0))
        for source in sources
    }
    masks = [_mask(reading, request, i, scan) for i in range(len(request.variables))]
    return RowValues(
        weight=nw.col(weight_name(reading)),
        answers=_masked(reading, request, scan, request.variables, masks),
        denominators=_masked(reading, request, scan, request.denominators, masks),
        sources=sources,
        flags=flags,
    )


def _masked(
    reading: Reading,
    request: Request,
    scan: Scan,
    names: tuple[str, ...],
    masks: list[nw.Expr | None],
) -> tuple[nw.Expr, ...]:
    answers = [_answer(reading, name, request, scan) for name in names]
    return tuple(
        answer if mask is None else nw.when(mask).then(answer)
        for answer, mask in zip(answers, masks[: len(names)], strict=True)
    )


def _answer(reading: Reading, name: str, request: Request, scan: Scan) -> nw.Expr:
    clean = without_nan(reading, name) if name in scan.gaps else nw.col(name)
    if request.is_categorical:
        return clean
    kind = reading.schema[name]
    number = clean.cast(nw.Int8) if kind == nw.Boolean else clean
    return (number if kind == nw.Float64 else number.cast(nw.Float64)) - scan.centres[name]


def _mask(reading: Reading, request: Request, i: int, scan: Scan) -> nw.Expr | None:
    """Say which rows count for the i-th variable, where its own answer does not say so."""
    needed = request.answers if request.missing == "listwise" else ()
    if request.denominators and not needed:
        needed = tuple(dict.fromkeys((request.variables[i], request.denominators[i])))
    gaps = [name for name in needed if name in scan.gaps]
    if len(needed) < 2 or not gaps:
        return None
    return _known(reading, gaps)


def _known(reading: Reading, names: tuple[str, ...] | list[str]) -> nw.Expr:
    return reduce(and_, [~without_nan(reading, name).is_null() for name in names])
