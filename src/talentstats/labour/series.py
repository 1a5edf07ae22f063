"""A labour series with all its vintages: what was known on which day."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import TYPE_CHECKING, Any

import polars as pl

from talentstats.errors import NotPublishedError
from talentstats.labour.observation import Definition, Observation, observation_from_row
from talentstats.provenance import Origin
from talentstats.store import Refusal
from talentstats.terms import Period, parse_date

if TYPE_CHECKING:
    import pandas as pd

VINTAGE_COLUMNS = (
    "period",
    "vintage",
    "vintage_precision",
    "value",
    "exact",
    "low",
    "high",
    "resolution",
    "status",
    "certainty",
    "kind",
    "dataset",
    "row",
    "source_url",
)
COMPONENTS = ("numerator", "denominator")


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """Figures of one definition over time, each with every vintage that is known.

    Attributes
    ----------
    definition : Definition
        Measure, region, adjustment, method and unit: the same for every figure in the series.
    vintages : polars.DataFrame
        One row a (period, vintage); see `VINTAGE_COLUMNS`. A computed figure also has the columns of
        its components, prefixed `numerator_` and `denominator_`.
    origins : mapping of dataset to Origin
    components : tuple of Definition
        What a computed series was computed from; empty for a published one.
    """

    definition: Definition
    vintages: pl.DataFrame
    origins: Mapping[str, Origin]
    components: tuple[Definition, ...] = ()
    refusals: tuple[Refusal, ...] = ()
    synthetic: frozenset[str] = field(default_factory=frozenset)

    def __repr__(self) -> str:
        span = f"{self.periods[0]}-{self.periods[-1]}" if self.periods else "empty"
        counts = f"{len(self.periods)} periods, {self.vintages.height} vintages"
        return f"<Series {self.definition}: {span}, {counts}>"

    @property
    def periods(self) -> tuple[str, ...]:
        """The periods that have a figure, in their order."""
        codes: list[str] = self.vintages["period"].unique().to_list()
        return tuple(sorted(codes, key=Period.parse))

    def at(self, period: str | Period, *, as_of: str | date | None = None) -> Observation:
        """Return the figure of one period, as it was known on a day.

        Parameters
        ----------
        period : str or Period
            Such as `2022Q1`.
        as_of : str or date, optional
            The latest figure published on or before this day; the latest of all when left out.

        Raises
        ------
        NotPublishedError
            If nothing was published for that period by that day; a gap stays a gap.

        Examples
        --------
        >>> from talentstats import labour
        >>> labour.tightness().at("2022Q1", as_of="2022-05-17").value
        133.0
        """
        wanted = str(Period.parse(period))
        known = self.vintages.filter(pl.col("period") == wanted)
        if as_of is not None:
            known = known.filter(pl.col("vintage") <= parse_date(as_of))
        if known.is_empty():
            raise self._not_published(wanted, as_of)
        return observation_from_row(
            self.definition, known.sort("vintage").row(-1, named=True), self.origins, self.components
        )

    def known_by(self, day: str | date) -> "Series":
        """Return the series with only the vintages published on or before a day."""
        return replace(self, vintages=self.vintages.filter(pl.col("vintage") <= parse_date(day)))

    def as_of(self, day: str | date) -> "Series":
        """Return the series as it was known on a day: one figure a period, the latest published by then."""
        return self.known_by(day).latest()

    def latest(self) -> "Series":
        """Return the latest vintage of every period."""
        return self._one_per_period("last")

    def first_release(self, *, max_delay_days: int | None = None) -> "Series":
        """Return the first vintage of every period.

        Parameters
        ----------
        max_delay_days : int, optional
            Leave out periods whose first vintage came more than so many days after their end: those
            were back-cast, not released.
        """
        first = self._one_per_period("first")
        if max_delay_days is None:
            return first
        return replace(
            first, vintages=first.vintages.filter(_delay_in_days(first.vintages) <= max_delay_days)
        )

    def revisions(self, *, max_delay_days: int = 100) -> pl.DataFrame:
        """Tell how far each first release was revised.

        Parameters
        ----------
        max_delay_days : int
            A vintage counts as a first release only when it was published within so many days after the
            end of its period; back-cast periods have none and are left out.

        Returns
        -------
        polars.DataFrame
            Columns period, first, first_vintage, latest, latest_vintage, low, high (range of the latest),
            n_vintages, revision (latest - first) and beyond_rounding: whether the latest figure, wherever
            it lies in its range, would be printed differently from the first.
        """
        ordered = self.vintages.sort("period", "vintage").with_columns(delay=_delay_in_days(self.vintages))
        return (
            ordered.group_by("period", maintain_order=True)
            .agg(
                first=pl.col("value").first(),
                first_vintage=pl.col("vintage").first(),
                latest=pl.col("value").last(),
                latest_vintage=pl.col("vintage").last(),
                low=pl.col("low").last(),
                high=pl.col("high").last(),
                half=pl.col("resolution").last() / 2,
                delay=pl.col("delay").first(),
                n_vintages=pl.len(),
            )
            .filter(pl.col("delay") <= max_delay_days)
            .with_columns(
                revision=pl.col("latest") - pl.col("first"),
                beyond_rounding=(pl.col("low") >= pl.col("first") + pl.col("half"))
                | (pl.col("high") < pl.col("first") - pl.col("half")),
            )
            .drop("delay", "half")
        )

    def to_polars(self) -> pl.DataFrame:
        """Return the latest figure of every period, one row a period; a gap is a row without a value."""
        latest = self.latest().vintages
        definition = self.definition
        tables = {key: " / ".join(self._table_ids(key)) for key in latest["dataset"].unique()}
        table_id = pl.col("dataset").replace_strict(list(tables), list(tables.values()), default=None)
        return (
            self._all_periods()
            .join(latest, on="period", how="left")
            .select(
                measure=pl.lit(definition.measure),
                region=pl.lit(definition.region),
                region_name_nl=pl.lit(definition.region_name_nl),
                region_name_en=pl.lit(definition.region_name_en),
                period="period",
                adjustment=pl.lit(definition.adjustment),
                method=pl.lit(definition.method),
                vintage="vintage",
                vintage_precision=pl.col("vintage_precision").fill_null("day"),
                value="value",
                low="low",
                high="high",
                unit=pl.lit(definition.unit),
                status=pl.col("status").fill_null("unknown"),
                kind=pl.col("kind").fill_null("gap"),
                table_id=table_id.fill_null(""),
                dataset=pl.col("dataset").fill_null(""),
                source_url="source_url",
            )
        )

    def to_pandas(self) -> "pd.DataFrame":
        """Return the latest figure of every period as a pandas frame."""
        return self.to_polars().to_pandas()

    def used_origins(self) -> tuple[Origin, ...]:
        """Return the origins of the latest figures, each once, in the order of their datasets."""
        frame = self.latest().vintages
        columns = ["dataset", *(f"{part}_dataset" for part in COMPONENTS)]
        names: set[str] = set()
        for column in columns:
            if column in frame.columns:
                names.update(frame[column].drop_nulls().to_list())
        return tuple(self.origins[name] for name in sorted(names) if name in self.origins)

    def _table_ids(self, dataset: str) -> list[str]:
        parts = dataset.split(" / ")
        return [self.origins[part].table_id if part in self.origins else part for part in parts]

    def _one_per_period(self, which: str) -> "Series":
        ordered = self.vintages.sort("period", "vintage")
        kept = ordered.unique("period", keep="last" if which == "last" else "first", maintain_order=True)
        return replace(self, vintages=kept)

    def _all_periods(self) -> pl.DataFrame:
        if not self.periods:
            return pl.DataFrame({"period": []}, schema={"period": pl.String})
        periods = [Period.parse(self.periods[0])]
        last = Period.parse(self.periods[-1])
        while periods[-1] < last:
            periods.append(periods[-1].next())
        return pl.DataFrame({"period": [str(period) for period in periods]})

    def _not_published(self, period: str, as_of: str | date | None) -> NotPublishedError:
        refused = self._refusal(period)
        if refused is not None:
            return NotPublishedError(
                f"The figure of {self.definition} for {period} is not used: {refused.reason_en}",
                where=f"{refused.dataset}, {refused.measure}, {period}",
                remedy="Use another period, or see `data/reference/corrections.toml`.",
            )
        known = self.vintages.filter(pl.col("period") == period).sort("vintage")
        if known.height:
            first = known.row(0, named=True)
            return NotPublishedError(
                f"{self.definition} for {period} was not yet published on {as_of}.",
                expected=f"a day from {first['vintage']} on",
                got=str(as_of),
                remedy="Take a later day, or another method: methods are never joined into one series.",
            )
        span = f"from {self.periods[0]} to {self.periods[-1]}" if self.periods else "that exists"
        return NotPublishedError(
            f"{self.definition} was not published for {period}, or is not stored.",
            expected=f"a period {span} that is not a gap",
            got=period,
            remedy="Use another period; a gap is shown, never filled.",
        )

    def _refusal(self, period: str) -> Refusal | None:
        """Return the declared reason why a period without a figure has none, if there is one."""
        measures = {self.definition.measure, *(part.measure for part in self.components)}
        found = (one for one in self.refusals if one.period == period and one.measure in measures)
        return next(found, None)


def _delay_in_days(vintages: pl.DataFrame) -> pl.Expr:
    """Return how long after the end of its period each vintage was published."""
    ends = {code: Period.parse(code).end for code in vintages["period"].unique()}
    end = pl.col("period").replace_strict(list(ends), list(ends.values()), return_dtype=pl.Date)
    return (pl.col("vintage") - end).dt.total_days()


def series_from_observations(
    frame: pl.DataFrame, definition: Definition, origins: Mapping[str, Origin], **context: Any
) -> Series:
    """Make a series of published figures from canonical observations of one definition."""
    half = pl.col("resolution") / 2
    vintages = frame.with_columns(
        exact="value", low=pl.col("value") - half, high=pl.col("value") + half, kind=pl.lit("published")
    ).select(VINTAGE_COLUMNS)
    return Series(definition=definition, vintages=vintages, origins=origins, **context)
