"""The pass over the rows: from a sample to sums by domain and sampling unit."""

from dataclasses import dataclass, replace
from itertools import combinations_with_replacement
from typing import Any

import narwhals as nw
import polars as pl

from talentstats.estimate.grouped_sums import sums_by_group, sums_in_order
from talentstats.estimate.items import Item, make_items, weighted_names
from talentstats.estimate.readjusted_sums import ReadjustedSums, readjusted_sums
from talentstats.estimate.request import Request
from talentstats.estimate.residual_sums import ResidualSums, residual_sums
from talentstats.estimate.row_values import RowValues, row_values
from talentstats.estimate.rows import read_rows
from talentstats.estimate.scan import scan_sample
from talentstats.estimate.subpopulation import inside
from talentstats.estimate.sums import PartialSums, second_moment
from talentstats.survey.adjustment import base_column, has_residuals, needed_columns, respondents_column
from talentstats.survey.replicate_df import with_df
from talentstats.survey.replicates import ReplicateWeights, UnitReplicates
from talentstats.survey.sample import Reading, SurveySample
from talentstats.survey.units import ROW_NUMBER, unit_columns, units_query
from talentstats.survey.weights import with_weight

Expressions = dict[str, nw.Expr]


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What is summed, and by what.

    Attributes
    ----------
    domain, unit : dict of str to narwhals.Expr
        Keys of the domain, and of the sampling unit or stratum.
    sums : dict of str to narwhals.Expr
        Columns to sum by all keys.
    products : dict of str to narwhals.Expr
        Further ones, made of the columns of `sums`.
    squares : dict of str to narwhals.Expr
        Columns to sum by domain.
    spread_of : str or None
        Column whose least and most are wanted.
    """

    domain: Expressions
    unit: Expressions
    sums: Expressions
    products: Expressions
    squares: Expressions
    spread_of: str | None


def sum_sample(sample: SurveySample, request: Request) -> PartialSums:
    """Sum what the request needs: one look at the columns, then one pass over the rows."""
    sample = _in_memory_if_adjusted(sample, request)
    scan = scan_sample(sample, request)
    items, sources = make_items(request, scan)
    reading = _open(sample, request)
    replicates = with_df(reading, sample.replicates)
    condition = inside(reading, request, scan, responded=respondents_column(sample.adjustments))
    rows = reading.rows if condition is None else reading.rows.filter(condition)
    values = row_values(reading, request, scan, sources)
    keys = unit_columns(sample.design, row=_numbered(sample))
    plan = _plan(reading, request, items, values, replicates, keys.joined)
    supplied = isinstance(replicates, ReplicateWeights)
    units = None if supplied else reading.collect(units_query(reading, sample.design, keys))
    if reading.engine == "in-memory":
        groups, squares = _in_memory(rows, plan, units)
    else:
        pieces = reading.split(rows, _last_unit(sample), rows=scan.rows)
        groups, squares = _on_engine(reading, rows, pieces, plan)
    if values.flags:
        groups = groups.with_columns(pl.col(*values.flags).cast(pl.Int64))
    return PartialSums(
        request=request,
        design=sample.design,
        items=items,
        groups=groups,
        squares=squares if plan.squares else None,
        units=units,
        missing=scan.gaps,
        sample=sample.token,
        subpopulation=request.subpopulation,
        adjusted=tuple(one.kind for one in sample.adjustments),
        residuals=_residuals(sample, reading, rows, plan, weighted_names(items)),
        readjusted=_readjusted(sample, reading, rows, plan, _base_weighted(sample, items, values)),
        replicates=replicates,
        origins=sample.origins,
        synthetic=sample.synthetic,
    )


def _in_memory(rows: Any, plan: Plan, units: pl.DataFrame | None) -> tuple[pl.DataFrame, pl.DataFrame]:
    selected = _selected(rows, {**plan.domain, **plan.unit, **plan.sums, **plan.squares}, plan.products)
    return sums_in_order(
        selected.to_native(),
        domain=list(plan.domain),
        rest=list(plan.unit),
        sums=[*plan.sums, *plan.products],
        by_domain=list(plan.squares),
        spread_of=plan.spread_of,
        known=units,
    )


def _on_engine(
    reading: Reading, rows: Any, pieces: list[Any], plan: Plan
) -> tuple[pl.DataFrame, pl.DataFrame]:
    keys = {**plan.domain, **plan.unit} or {"all": nw.lit(0)}
    sums = [*plan.sums, *plan.products]
    groups = [
        sums_by_group(
            reading,
            _selected(piece, {**keys, **plan.sums}, plan.products),
            keys=list(keys),
            sums=sums,
            spread_of=plan.spread_of,
        )
        for piece in pieces
    ]
    if not plan.squares:
        return pl.concat(groups), pl.DataFrame()
    domain = plan.domain or {"all": nw.lit(0)}
    selected = _selected(rows, {**domain, **plan.squares}, {})
    return pl.concat(groups), sums_by_group(reading, selected, keys=list(domain), sums=list(plan.squares))


def _selected(rows: Any, columns: Expressions, products: Expressions) -> Any:
    selected = rows.select(*(column.alias(name) for name, column in columns.items()))
    if not products:
        return selected
    return selected.with_columns(*(column.alias(name) for name, column in products.items()))


def _last_unit(sample: SurveySample) -> str | None:
    """Name the column of the smallest sampling units; None when the rows are the units."""
    used = sample.design.units[: sample.design.stages_used]
    return used[-1] if used else None


def _numbered(sample: SurveySample) -> bool:
    """Say whether the rows are the units and have to be told apart."""
    apart = isinstance(sample.replicates, UnitReplicates) or bool(sample.adjustments)
    apart |= sample.design.pairwise is not None
    return apart and not sample.design.units and not isinstance(sample.replicates, ReplicateWeights)


def _in_memory_if_adjusted(sample: SurveySample, request: Request) -> SurveySample:
    """Read the columns of an adjusted sample: its residuals are those of rows."""
    if not sample.adjustments:
        return sample
    reading = sample.read(_columns_needed(sample, request))
    if reading.engine == "in-memory":
        return sample
    return replace(sample, frame=reading.collect(reading.rows))


def _residuals(
    sample: SurveySample, reading: Reading, rows: Any, plan: Plan, names: list[str]
) -> ResidualSums | None:
    if sample.replicates is not None or not has_residuals(sample.adjustments):
        return None
    weighted = {name: plan.sums[name] for name in names}
    selected = _selected(rows, {**plan.domain, "row": nw.col(ROW_NUMBER), **weighted}, {})
    return residual_sums(read_rows(sample), reading.collect(selected), by=list(plan.domain), names=names)


def _base_weighted(sample: SurveySample, items: tuple[Item, ...], values: RowValues) -> Expressions:
    """Give the columns to sum with the weights before all adjustments."""
    if not sample.adjustments:
        return {}
    return _weighted(items, values, nw.col(base_column(sample.adjustments)).cast(nw.Float64))


def _readjusted(
    sample: SurveySample, reading: Reading, rows: Any, plan: Plan, weighted: Expressions
) -> ReadjustedSums | None:
    if not sample.adjustments or not isinstance(sample.replicates, UnitReplicates):
        return None
    selected = _selected(rows, {**plan.domain, "row": nw.col(ROW_NUMBER), **weighted}, {})
    return readjusted_sums(
        read_rows(sample), reading.collect(selected), by=list(plan.domain), names=list(weighted)
    )


def _open(sample: SurveySample, request: Request) -> Reading:
    numbered = _numbered(sample) or bool(sample.adjustments)
    reading = sample.read(_columns_needed(sample, request), row_index=ROW_NUMBER if numbered else None)
    return with_weight(reading, sample.design)


def _columns_needed(sample: SurveySample, request: Request) -> tuple[str, ...]:
    supplied = sample.replicates.columns if isinstance(sample.replicates, ReplicateWeights) else ()
    where = sample.schema.names() if isinstance(request.where, nw.Expr) else request.where_columns
    adjusting = needed_columns(sample.adjustments)
    return (*sample.design.columns, *request.answers, *request.by, *where, *supplied, *adjusting)


def _plan(
    reading: Reading,
    request: Request,
    items: tuple[Item, ...],
    values: RowValues,
    replicates: ReplicateWeights | UnitReplicates | None,
    unit_keys: Expressions,
) -> Plan:
    """List the columns; rows drawn one by one need second moments by domain and stratum."""
    supplied = isinstance(replicates, ReplicateWeights)
    moments = not supplied and "unit_0" not in unit_keys
    weighted = _weighted(items, values, values.weight)
    sums = {**values.flags, **weighted}
    for prefix, weight in values.replicates(reading, replicates).items():
        sums |= {prefix + name: column for name, column in _weighted(items, values, weight).items()}
    pairs = combinations_with_replacement(weighted, 2) if moments else ()
    squares = dict.fromkeys(name for item in items for name in item.squares if name not in item.basis)
    return Plan(
        domain={f"by_{i}": nw.col(name) for i, name in enumerate(request.by)},
        unit={} if supplied else unit_keys,
        sums=sums,
        products={second_moment(a, b): nw.col(a) * nw.col(b) for a, b in pairs},
        squares={name: _square(name, values) for name in squares},
        spread_of="w" if moments else None,
    )


def _weighted(items: tuple[Item, ...], values: RowValues, weight: nw.Expr) -> Expressions:
    """Give the weighted columns to sum: the weight, and its product with each answer."""
    columns: Expressions = {"w": weight}
    for source in values.sources:
        known = values.flags[source.rows] == 1
        columns[source.weight] = nw.when(known).then(weight).otherwise(nw.lit(0.0))
    for item in items:
        columns |= {name: _product(name, item, values, weight) for name in item.basis if name != "w"}
    return {name: columns[name] for name in weighted_names(items)}


def _product(name: str, item: Item, values: RowValues, weight: nw.Expr) -> nw.Expr:
    kind, number = name.split("_")[:2]
    answer = values.answers[int(number)]
    if item.level is not None:
        return nw.when(answer == item.level).then(weight).otherwise(nw.lit(0.0))
    if kind == "d":
        return weight * values.denominators[int(number)]
    return weight * answer if kind == "t" else weight * answer * answer


def _square(name: str, values: RowValues) -> nw.Expr:
    kind, number = name.split("_")
    answer = values.answers[int(number)]
    if kind == "q":
        return values.weight * answer * answer
    other = values.denominators[int(number)]
    return values.weight * (answer if kind == "c" else other) * other
