"""The pass over the rows: from a sample to sums by domain and sampling unit."""

from itertools import combinations_with_replacement
from typing import Any

import narwhals as nw

from talentstats.estimate.items import Item, make_items, weighted_names
from talentstats.estimate.request import Request
from talentstats.estimate.row_values import RowValues, row_values
from talentstats.estimate.scan import scan_sample
from talentstats.estimate.subpopulation import inside
from talentstats.estimate.sums import PartialSums, second_moment
from talentstats.survey.replicate_df import with_df
from talentstats.survey.replicates import ReplicateWeights, UnitReplicates
from talentstats.survey.sample import Reading, SurveySample
from talentstats.survey.units import unit_columns, units_query
from talentstats.survey.weights import with_weight

Expressions = dict[str, nw.Expr]
_IN_ORDER = "in_order"


def sum_sample(sample: SurveySample, request: Request) -> PartialSums:
    """Sum what the request needs: one look at the columns, then one pass over the rows."""
    scan = scan_sample(sample, request)
    items, sources = make_items(request, scan)
    reading = _open(sample, request)
    replicates = with_df(reading, sample.replicates)
    condition = inside(reading, request, scan)
    rows = reading.rows if condition is None else reading.rows.filter(condition)
    values = row_values(reading, request, scan, sources)
    supplied = isinstance(replicates, ReplicateWeights)
    keys = unit_columns(sample.design, row=_numbered(sample))
    queries = {
        "groups": _sums(rows, reading, sample, request, items, values, {} if supplied else keys.joined),
        "squares": _squares(rows, reading, request, items, values),
        "units": None if supplied else units_query(reading, sample.design, keys),
    }
    asked = {name: query for name, query in queries.items() if query is not None}
    collected = [table.drop(_IN_ORDER, strict=False) for table in reading.collect_all(list(asked.values()))]
    tables = dict(zip(asked, collected, strict=True))
    return PartialSums(
        request=request,
        design=sample.design,
        items=items,
        groups=tables["groups"],
        squares=tables.get("squares"),
        units=tables.get("units"),
        missing=scan.gaps,
        sample=sample.token,
        replicates=replicates,
        origins=sample.origins,
        synthetic=sample.synthetic,
    )


def _numbered(sample: SurveySample) -> bool:
    """Say whether the rows are the units and have to be told apart."""
    return isinstance(sample.replicates, UnitReplicates) and not sample.design.units


def _open(sample: SurveySample, request: Request) -> Reading:
    design = sample.design
    supplied = sample.replicates.columns if isinstance(sample.replicates, ReplicateWeights) else ()
    where = sample.schema.names() if isinstance(request.where, nw.Expr) else request.where_columns
    reading = sample.read(
        (*design.columns, *request.answers, *request.by, *where, *supplied),
        row_index="row" if _numbered(sample) else None,
    )
    return with_weight(reading, design)


def _domain_keys(request: Request) -> Expressions:
    return {f"by_{i}": nw.col(name) for i, name in enumerate(request.by)}


def _sums(
    rows: Any,
    reading: Reading,
    sample: SurveySample,
    request: Request,
    items: tuple[Item, ...],
    values: RowValues,
    unit_keys: Expressions,
) -> Any:
    """Query the sums by domain and unit; without units their second moments by domain and stratum."""
    supplied = isinstance(sample.replicates, ReplicateWeights)
    moments = not supplied and "unit_0" not in unit_keys
    keys = {**_domain_keys(request), **unit_keys} or {"all": nw.lit(0)}
    weighted = _weighted(items, values, values.weight)
    columns = {**keys, **values.flags, **weighted}
    extra: Expressions = {}
    if supplied:
        for prefix, weight in values.replicates(reading, sample.replicates).items():
            columns |= {prefix + name: column for name, column in _weighted(items, values, weight).items()}
    elif moments:
        pairs = combinations_with_replacement(weighted, 2)
        extra = {second_moment(a, b): nw.col(a) * nw.col(b) for a, b in pairs}
    selected = rows.select(*(column.alias(name) for name, column in columns.items()))
    if extra:
        selected = selected.with_columns(*(column.alias(name) for name, column in extra.items()))
    summed = [name for name in (*columns, *extra) if name not in (*keys, *values.flags)]
    bounds = [nw.col("w").min().alias("least_w"), nw.col("w").max().alias("most_w")] if moments else []
    sums = [nw.col(name).sum().cast(nw.Int64).alias(name) for name in values.flags]
    sums += [nw.col(name).sum() for name in summed]
    return selected.group_by(*keys).agg(nw.len().alias("n"), *sums, *bounds, *_in_order(reading, summed))


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


def _in_order(reading: Reading, summed: list[str]) -> list[nw.Expr]:
    """Make polars add the rows of a group in their order, so that the same frame gives the same last digit.

    It adds pieces of groups in the order its threads finish, unless an aggregation cannot be taken in pieces;
    the first value that is known is such a one and costs next to nothing. Engines that stream do not promise
    an order.
    """
    if reading.engine == "streaming":
        return []
    return [nw.col(summed[0]).any_value(ignore_nulls=True).alias(_IN_ORDER)]


def _squares(
    rows: Any, reading: Reading, request: Request, items: tuple[Item, ...], values: RowValues
) -> Any:
    """Query the weighted squares by domain; None when the sums already hold them."""
    names = list(dict.fromkeys(name for item in items for name in item.squares if name not in item.basis))
    if not names:
        return None
    keys = _domain_keys(request) or {"all": nw.lit(0)}
    columns = {**keys, **{name: _square(name, values) for name in names}}
    selected = rows.select(*(column.alias(name) for name, column in columns.items()))
    return selected.group_by(*keys).agg(*(nw.col(name).sum() for name in names), *_in_order(reading, names))


def _square(name: str, values: RowValues) -> nw.Expr:
    kind, number = name.split("_")
    answer = values.answers[int(number)]
    if kind == "q":
        return values.weight * answer * answer
    other = values.denominators[int(number)]
    return values.weight * (answer if kind == "c" else other) * other
