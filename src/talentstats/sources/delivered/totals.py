"""The rows of a delivered table against each other: shares that sum to 100, totals, parts and wholes."""

import polars as pl

from talentstats.sources.delivered.layout import ALL, TOTAL, Layout
from talentstats.sources.delivered.places import ROW, Fault, Place, refuse_rows

#: Rows that together are the answers of one group to one question.
_SET = ("region", "wave", "variable", "group", "group_level")
_MOST_DECIMALS = 6


def check_totals(frame: pl.DataFrame, layout: Layout, *, place: Place) -> None:
    """Refuse a table whose rows contradict each other by more than rounding can do.

    Raises
    ------
    InputError
        If the answers of a group rest on different numbers of respondents, shares do not sum to 100, a total
        differs from its parts, or parts exceed their whole.
    """
    _check_one_base(frame, place=place)
    answers = frame.filter(pl.col("level") != TOTAL)
    totals = frame.filter(pl.col("level") == TOTAL)
    refuse_rows(
        totals.filter((pl.col("share") - 100).abs() > 0.5),
        Fault(
            problem="A total is not 100 per cent.",
            expected="a share of 100 in a row with level `total`",
            remedy="Correct the share, or give the row the level it is about.",
            column="share",
        ),
        place=place,
    )
    one_answer = [name for name, subject in layout.subjects.items() if subject.adds_up]
    exclusive = answers.filter(pl.col("variable").is_in(one_answer))
    sets = _sets(exclusive, layout)
    _check_shares(sets, place=place)
    _check_counts(sets, totals, place=place)
    _check_groups(frame, place=place)
    _check_regions(frame, layout, place=place)


def _check_one_base(frame: pl.DataFrame, *, place: Place) -> None:
    usual = pl.col("n").first().over(_SET)
    refuse_rows(
        frame.filter(pl.col("n") != usual),
        Fault(
            problem="The answers of one group rest on different numbers of respondents.",
            expected="the same `n` for all answers of a group to one question",
            remedy="Give the number who answered the question in every row; `count` is for each answer.",
            column="n",
        ),
        place=place,
    )


def _sets(answers: pl.DataFrame, layout: Layout) -> pl.DataFrame:
    """Return a row for each set of answers: sums, what rounding can do to them, and whether all are there."""
    offered = pl.DataFrame(
        [
            (name, float(wave), len(codes))
            for name, subject in layout.subjects.items()
            for wave, codes in subject.waves.items()
        ],
        schema={"variable": pl.String, "wave": pl.Float64, "offered": pl.UInt32},
        orient="row",
    )
    return (
        answers.with_columns(
            _unit("share").over("variable").alias("share_unit"),
            _unit("count").over("variable").alias("count_unit"),
        )
        .group_by(_SET, maintain_order=True)
        .agg(
            pl.col(ROW).first(),
            pl.col("share").sum(),
            pl.col("count").sum(),
            pl.col("count").null_count().alias("uncounted"),
            pl.len().alias("levels"),
            (pl.col("share_unit") * 0.5).sum().alias("slack"),
            (pl.col("count_unit") * 0.5).sum().alias("count_slack"),
        )
        .join(offered, on=["variable", "wave"])
        .with_columns((pl.col("levels") == pl.col("offered")).alias("whole"))
    )


def _unit(name: str) -> pl.Expr:
    """Return the last decimal place that figures of one variable use: 0.1 for figures with one decimal."""
    unit = pl.lit(10.0**-_MOST_DECIMALS)
    for decimals in range(_MOST_DECIMALS - 1, -1, -1):
        rounded = (pl.col(name) - pl.col(name).round(decimals)).abs() < 10.0 ** -(_MOST_DECIMALS + 1)
        unit = pl.when(rounded.all()).then(10.0**-decimals).otherwise(unit)
    return unit


def _check_shares(sets: pl.DataFrame, *, place: Place) -> None:
    away = pl.col("share") - 100
    # A billionth for the sum itself: a rounding that is just allowed must stay allowed.
    slack = pl.col("slack") + 1e-9
    wrong = sets.filter((away > slack) | (pl.col("whole") & (away.abs() > slack)))
    refuse_rows(
        wrong,
        Fault(
            problem="The shares of the answers of a group do not sum to 100.",
            expected="a sum of 100, up to rounding; below 100 only where answers are left out",
            remedy="Check the rows of this group: the same answers of the same respondents, each once.",
            column="share",
        ),
        place=place,
        got=_first(wrong, "share"),
    )


def _check_counts(sets: pl.DataFrame, totals: pl.DataFrame, *, place: Place) -> None:
    both = totals.join(sets, on=list(_SET), nulls_equal=True, suffix="_parts").filter(
        pl.col("count").is_not_null(), pl.col("uncounted") == 0
    )
    # The total is rounded as well.
    slack = pl.col("count_slack") * (1 + 1 / pl.col("levels")) + 1e-9
    away = pl.col("count_parts") - pl.col("count")
    wrong = both.filter((away > slack) | (pl.col("whole") & (away.abs() > slack)))
    refuse_rows(
        wrong,
        Fault(
            problem="A total differs from the sum of its parts.",
            expected="a `count` that is the sum of the counts of the answers, up to rounding",
            remedy="Correct the total or its parts.",
            column="count",
        ),
        place=place,
        got=_first(wrong, "count", "count_parts"),
    )


def _check_groups(frame: pl.DataFrame, *, place: Place) -> None:
    """Refuse groups that together hold more respondents than there are without grouping."""
    base = frame.unique(_SET, keep="first", maintain_order=True)
    parts = (
        base.filter(pl.col("group").is_not_null())
        .group_by("region", "wave", "variable", "group", maintain_order=True)
        .agg(pl.col(ROW).first(), pl.col("n").sum().alias("n_parts"))
    )
    whole = base.filter(pl.col("group").is_null()).select("region", "wave", "variable", "n")
    wrong = parts.join(whole, on=["region", "wave", "variable"]).filter(pl.col("n_parts") > pl.col("n"))
    refuse_rows(wrong, _too_many("groups"), place=place, got=_first(wrong, "n", "n_parts"))


def _check_regions(frame: pl.DataFrame, layout: Layout, *, place: Place) -> None:
    """Refuse regions that hold more respondents than all of them, or fewer when every region is there."""
    regions = [region.code for region in layout.regions if region.code != ALL]
    across = ["wave", "variable", "group", "group_level"]
    base = frame.unique(_SET, keep="first", maintain_order=True)
    parts = (
        base.filter(pl.col("region").is_in(regions))
        .group_by(across, maintain_order=True)
        .agg(pl.col(ROW).first(), pl.col("n").sum().alias("n_parts"), pl.len().alias("regions"))
    )
    whole = base.filter(pl.col("region") == ALL).select(*across, "n")
    both = parts.join(whole, on=across, nulls_equal=True)
    wrong = both.filter(pl.col("n_parts") > pl.col("n"))
    refuse_rows(wrong, _too_many("regions"), place=place, got=_first(wrong, "n", "n_parts"))
    short = both.filter(pl.col("regions") == len(regions), pl.col("n_parts") < pl.col("n"))
    refuse_rows(
        short,
        Fault(
            problem="All regions are there, but together they hold fewer respondents than `all`.",
            expected="an `n` of `all` that is the sum of the regions",
            remedy="Correct the region `all`, or add the respondents to the region they belong to.",
            column="n",
        ),
        place=place,
        got=_first(short, "n", "n_parts"),
    )


def _too_many(parts: str) -> Fault:
    return Fault(
        problem=f"The {parts} together hold more respondents than there are in all.",
        expected=f"{parts} in which every respondent counts once",
        remedy=f"Correct `n` of the {parts} or of the whole.",
        column="n",
    )


def _first(wrong: pl.DataFrame, whole: str, parts: str | None = None) -> str | None:
    if wrong.is_empty():
        return None
    row = wrong.sort(ROW).row(0, named=True)
    if parts is None:
        return f"a sum of {row[whole]:g}"
    return f"{row[parts]:,g} in the parts, {row[whole]:,g} in all"
