"""Known departures from a rule: applied where declared, reported where they no longer apply."""

from collections.abc import Sequence
from dataclasses import replace

import polars as pl

from talentstats.errors import InputError, unknown_name
from talentstats.schemas import ANY_REGION, AcceptedDeviation, TableSchema
from talentstats.terms import Period
from talentstats.validation.relations import evidence_of
from talentstats.validation.relations.evidence import EVIDENCE, period_after

EXCESS = "excess"
STALE_RULE = "exceptions-apply"

_MOST_PERIODS = 1_000


def judge(frame: pl.DataFrame, schema: TableSchema, *, accepted: Sequence[AcceptedDeviation]) -> pl.DataFrame:
    """Compute the evidence of every check of a table, less what was accepted.

    Returns
    -------
    polars.DataFrame
        Evidence of all rules, with the columns `rule`, `accepted` (0 where nothing was declared) and
        `excess` = |residual - accepted| - tolerance: above 0 the rule is broken. Last come the
        accepted deviations themselves, broken where they no longer apply.

    Raises
    ------
    InputError
        If an accepted deviation cannot be understood.
    """
    declared = _for_table(accepted, schema=schema, datasets=set(frame["dataset"].drop_nulls()))
    judged: list[pl.DataFrame] = []
    applied: set[AcceptedDeviation] = set()
    for check in schema.checks:
        evidence, used = _apply(
            evidence_of(frame, check), [one for one in declared if one.rule == check.rule]
        )
        judged.append(_with_excess(evidence, check.rule))
        applied |= used
    exceptions = _declared_as_evidence(declared, applied).with_columns(pl.lit(0.0).alias("accepted"))
    return pl.concat([*judged, _with_excess(exceptions, STALE_RULE)])


def _apply(
    evidence: pl.DataFrame, accepted: Sequence[AcceptedDeviation]
) -> tuple[pl.DataFrame, set[AcceptedDeviation]]:
    """Add `accepted` to the evidence of one rule; return it with the deviations that still apply."""
    size = pl.lit(0.0)
    applied: set[AcceptedDeviation] = set()
    broken = pl.col("residual").abs() > pl.col("tolerance")
    for one in accepted:
        here = _concerned(one) & broken
        if not evidence.filter(here).is_empty():
            applied.add(one)
            size = pl.when(here).then(one.size).otherwise(size)
    return evidence.with_columns(size.alias("accepted")), applied


def _with_excess(evidence: pl.DataFrame, rule: str) -> pl.DataFrame:
    excess = (pl.col("residual") - pl.col("accepted")).abs() - pl.col("tolerance")
    return evidence.with_columns(pl.lit(rule).alias("rule"), excess.alias(EXCESS))


def _for_table(
    accepted: Sequence[AcceptedDeviation], *, schema: TableSchema, datasets: set[str]
) -> tuple[AcceptedDeviation, ...]:
    """Return the deviations that concern the datasets of a table, one period each."""
    rules = [check.rule for check in schema.checks]
    single: dict[tuple[object, ...], AcceptedDeviation] = {}
    for one in accepted:
        if one.dataset not in datasets:
            continue
        _check_declaration(one, rules)
        for period in _periods(one):
            key = (one.rule, one.dataset, period, one.region, one.measure)
            if key in single:
                raise InputError(
                    f"Two accepted deviations of `{one.rule}` concern the same figure.",
                    expected="one deviation for a dataset, period, region and measure",
                    got=f"two for {_place(one)}",
                    remedy="Remove one of the two, or make their periods differ.",
                )
            single[key] = replace(one, period=period)
    return tuple(single.values())


def _declared_as_evidence(
    declared: Sequence[AcceptedDeviation], applied: set[AcceptedDeviation]
) -> pl.DataFrame:
    rows = [
        {
            "dataset": one.dataset,
            "row": None,
            "measure": one.measure,
            "region": one.region,
            "period": one.period,
            "value": f"{one.rule}, {one.period}, {one.region}, {one.size:g}: {one.reason}",
            "residual": float(one not in applied),
            "tolerance": 0.0,
        }
        for one in declared
    ]
    return pl.DataFrame(rows, schema=EVIDENCE)


def _concerned(one: AcceptedDeviation) -> pl.Expr:
    here = (pl.col("dataset") == one.dataset) & (pl.col("period") == one.period)
    if one.region != ANY_REGION:
        here &= pl.col("region") == one.region
    return here if one.measure is None else here & (pl.col("measure") == one.measure)


def _check_declaration(one: AcceptedDeviation, rules: Sequence[str]) -> None:
    if one.rule not in rules:
        raise unknown_name("rule", one.rule, rules, where=f"accepted deviation for {_place(one)}")
    if not one.reason.strip():
        raise InputError(
            f"An accepted deviation of `{one.rule}` gives no reason.",
            expected="why the figures are right as they are, and who says so",
            got="an empty reason",
            where=_place(one),
            remedy="Write down the reason.",
        )


def _periods(one: AcceptedDeviation) -> list[str]:
    first, _, last = one.period.partition("/")
    start, end = Period.parse(first), Period.parse(last or first)
    periods = [first]
    while Period.parse(periods[-1]) < end and len(periods) < _MOST_PERIODS:
        periods.append(period_after(first, len(periods)))
    if start.frequency != end.frequency or Period.parse(periods[-1]) != end:
        raise InputError(
            f"`{one.period}` is not a run of periods.",
            expected="a period `2011Q4`, or the first and the last of a run `2011Q1/2011Q4`",
            got=f"`{one.period}`",
            where=_place(one),
            remedy="Write the first period, a slash and the last period, both of the same kind.",
        )
    return periods


def _place(one: AcceptedDeviation) -> str:
    return f"dataset `{one.dataset}`, period `{one.period}`, region `{one.region}`"
