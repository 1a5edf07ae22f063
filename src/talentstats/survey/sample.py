"""A sample: a frame of any kind, and how it was drawn."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from math import ceil
from typing import Any, Literal, cast

import narwhals as nw
import polars as pl

from talentstats.errors import InputError, closest
from talentstats.provenance import Origin
from talentstats.survey.adjustment import Adjustment, needed_columns
from talentstats.survey.design import SurveyDesign
from talentstats.survey.engines import column_types, plain_types, polars_columns
from talentstats.survey.replicates import ReplicateWeights, UnitReplicates, fpc_notice

_ROWS_OF_A_STREAM = 2_500_000
Engine = Literal["in-memory", "streaming"]


@dataclass(frozen=True, slots=True, eq=False)
class SurveySample:
    """The answers and the design they were drawn by.

    Parameters
    ----------
    frame : pandas, polars (eager or lazy), pyarrow, DuckDB relation or PySpark frame
        One row a person. It is read when an estimate asks for it, never changed.
    design : SurveyDesign
    replicates : ReplicateWeights, optional
        Replicate weights in the frame; variances then come from them.
    adjustments : tuple of Adjustment
        What was done to the weights; functions such as `rake` add to it.
    origins : tuple of Origin
        Where the data came from; carried to every estimate.
    synthetic : bool
        True for invented data; carried to every estimate.
    token : object
        Stands for the sample in estimates; samples that are given the same one count as one.

    Raises
    ------
    InputError
        If the frame is of no known kind, lacks a column of the design, has text where the design needs
        numbers, or has columns whose names differ only in case.

    Examples
    --------
    >>> import polars as pl
    >>> people = pl.DataFrame({"weight": [2.0, 3.0], "stays": ["yes", "no"]})
    >>> SurveySample(people, SurveyDesign(weight="weight"))
    SurveySample(columns: weight, stays; weight: weight; each row a sampling unit)
    """

    frame: Any
    design: SurveyDesign
    replicates: ReplicateWeights | UnitReplicates | None = field(default=None, kw_only=True)
    adjustments: tuple[Adjustment, ...] = field(default=(), kw_only=True)
    origins: tuple[Origin, ...] = field(default=(), kw_only=True)
    synthetic: bool = field(default=False, kw_only=True)
    token: object = field(default_factory=object, kw_only=True, repr=False)

    def __post_init__(self) -> None:
        if not isinstance(self.design, SurveyDesign):
            raise InputError(
                "The design of the sample is not a SurveyDesign.",
                expected="a `SurveyDesign`",
                got=type(self.design).__name__,
                remedy='Write `SurveyDesign(weight="weight", psu="municipality")`, with your own columns.',
            )
        schema = self.schema
        _refuse_case_twins(schema.names())
        self.require(self.design.columns, what="column of the design")
        for column in (self.design.weight, self.design.probability, *self.design.fpc_columns):
            _require_number(schema, column)
        self.require(needed_columns(self.adjustments), what="column of the adjusted weights")
        if isinstance(self.replicates, ReplicateWeights):
            self.require(self.replicates.columns, what="replicate weight")
            for column in self.replicates.columns:
                _require_number(schema, column)

    def read(self, columns: Iterable[str], *, row_index: str | None = None) -> "Reading":
        """Open some columns for a query; frames in memory are handed to polars without copying numbers.

        Parameters
        ----------
        columns : iterable of str
        row_index : str, optional
            Name of a column to add with the number of the row; only a frame with an order has one.

        Raises
        ------
        InputError
            If the rows must be numbered but have no order, or a column in memory mixes kinds of values.
        """
        frame = _native(self.frame)
        names = list(dict.fromkeys(columns)) or frame.collect_schema().names()
        rows: Any
        if isinstance(frame, nw.DataFrame):
            rows = polars_columns(frame, names).lazy()
        elif row_index and not isinstance(frame.to_native(), pl.LazyFrame):
            raise InputError(
                "The rows of this frame have no fixed order, so they cannot be told apart.",
                expected="a column that identifies the sampling units, or a frame in memory",
                got=type(frame.to_native()).__name__,
                remedy="Name the units in `psu`, or read the columns into memory.",
            )
        else:
            rows = frame.to_native()
        query = nw.from_native(rows.with_row_index(row_index) if row_index else rows)
        engine: Engine = "in-memory" if isinstance(frame, nw.DataFrame) else "streaming"
        return Reading(query, schema=query.collect_schema(), engine=engine)

    @property
    def schema(self) -> nw.Schema:
        """Names and types of the columns."""
        return column_types(_native(self.frame))

    def require(self, columns: Iterable[str], *, what: str = "column") -> None:
        """Refuse a name that is not a column, offering the closest."""
        names = self.schema.names()
        for column in columns:
            if column in names:
                continue
            match = closest(column, names)
            raise InputError(
                f"The sample has no {what} `{column}`.",
                expected="one of " + ", ".join(f"`{name}`" for name in names[:30]),
                got=f"`{column}`",
                remedy=f"Did you mean `{match}`?" if match else "Check the name.",
            )

    def with_replicates(self, replicates: ReplicateWeights | UnitReplicates) -> "SurveySample":
        """Return the sample with other replicates."""
        return replace(self, replicates=replicates)

    def __repr__(self) -> str:
        design = self.design
        names = self.schema.names()
        shown = ", ".join(names[:8]) + (f" and {len(names) - 8} more" if len(names) > 8 else "")
        parts = [f"columns: {shown}"]
        weight = design.weight or design.probability
        parts.append(f"weight: {weight}" if weight else "weights follow from the population sizes")
        if design.strata_columns:
            parts.append(f"strata: {', '.join(design.strata_columns)}")
        parts.append(f"units: {', '.join(design.units)}" if design.units else "each row a sampling unit")
        if isinstance(self.replicates, ReplicateWeights):
            parts.append(f"{len(self.replicates.columns)} {self.replicates.type} replicate weights")
        if isinstance(self.replicates, UnitReplicates):
            count = self.replicates.rule.rscales.size
            parts.append(f"{count} {self.replicates.type} replicates{fpc_notice(self.replicates, design)}")
        if design.pairwise is not None:
            parts.append(f"unequal probabilities: {design.pairwise.label}")
        if self.adjustments:
            parts.append(f"weights after {', '.join(one.kind for one in self.adjustments)}")
        return f"SurveySample({'; '.join(parts)})"


@dataclass(frozen=True, slots=True, eq=False)
class Reading:
    """Rows of a sample, opened for queries on the engine they belong to.

    Attributes
    ----------
    rows : narwhals.LazyFrame
    schema : narwhals.Schema
        Names and types of the columns as they were opened.
    engine : {"in-memory", "streaming"}
        How polars runs the queries: in the order of the rows, or in pieces that need not fit in memory.
    """

    rows: "nw.LazyFrame[Any]"
    schema: nw.Schema = field(kw_only=True)
    engine: Engine = field(kw_only=True)

    def collect(self, query: "nw.LazyFrame[Any]") -> pl.DataFrame:
        """Run a query and give its (few) rows to polars."""
        native = query.to_native()
        if isinstance(native, pl.LazyFrame):
            table = native.collect(engine=self.engine)
            return plain_types(table, nw.from_native(table).schema)
        table = cast("pl.DataFrame", query.collect("polars").to_native())
        return plain_types(table, query.collect_schema())

    def collect_all(self, queries: "list[nw.LazyFrame[Any]]") -> list[pl.DataFrame]:
        """Run several queries, one after the other.

        Run together, polars would keep the rows they share in memory for the slowest of them; each reads
        only the columns it needs.
        """
        return [self.collect(query) for query in queries]

    def split(self, query: "nw.LazyFrame[Any]", by: str | None, *, rows: int) -> "list[nw.LazyFrame[Any]]":
        """Divide a long query into several that have no value of a column in common.

        When polars groups a stream it keeps the rows of groups it seldom meets until the end; several short
        streams take less memory, and no more time.
        """
        native = query.to_native()
        count = ceil(rows / _ROWS_OF_A_STREAM)
        if by is None or count < 2 or self.engine == "in-memory" or not isinstance(native, pl.LazyFrame):
            return [query]
        piece = pl.col(by).hash() % count
        return [nw.from_native(native.filter(piece == number)) for number in range(count)]


def free_name(word: str, names: Iterable[str]) -> str:
    """Give a name that none of the columns has, not even in other capitals."""
    taken = {name.lower() for name in names}
    while word.lower() in taken:
        word += "_"
    return word


def _native(frame: Any) -> Any:
    try:
        return nw.from_native(frame)
    except TypeError as error:
        raise InputError(
            "The sample's data are not a frame.",
            expected="a pandas, polars, pyarrow, DuckDB or PySpark frame",
            got=type(frame).__name__,
            remedy="Read the file into one of these first.",
        ) from error


def _require_number(schema: nw.Schema, column: str | None) -> None:
    """Refuse text and dates in a column the design computes with."""
    if column is None:
        return
    kind = schema[column]
    if kind.is_numeric() or kind in (nw.Boolean, nw.Object, nw.Unknown):
        return
    raise InputError(
        f"The design needs numbers in `{column}`.",
        expected="a numeric column",
        got=str(kind),
        where=f"column `{column}`",
        remedy="Name the column with the numbers, or convert this one.",
    )


def _refuse_case_twins(names: list[str]) -> None:
    by_lower: dict[str, list[str]] = defaultdict(list)
    for name in names:
        by_lower[name.lower()].append(name)
    twins = [group for group in by_lower.values() if len(group) > 1]
    if twins:
        raise InputError(
            "Columns differ only in capitals; some engines cannot tell them apart.",
            got="; ".join(" and ".join(f"`{name}`" for name in group) for group in twins),
            remedy="Rename one of each pair.",
        )
