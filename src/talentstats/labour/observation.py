"""One labour figure with its witness."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from talentstats.labour.rounding import Range
from talentstats.provenance import Origin
from talentstats.terms import Period, Vintage


@dataclass(frozen=True, slots=True, kw_only=True)
class Definition:
    """What a figure means: two figures compare only when all but the region are the same."""

    measure: str
    region: str
    adjustment: str
    method: str
    unit: str
    region_name_nl: str
    region_name_en: str

    def __str__(self) -> str:
        return f"{self.measure} ({self.region}, {self.adjustment}, {self.method})"


@dataclass(frozen=True, slots=True, kw_only=True)
class Observation:
    """A figure of one period and vintage, with where it comes from.

    Attributes
    ----------
    value : float
        The figure as it is printed, rounded as its publisher rounds.
    exact : float
        The figure before rounding; equal to `value` for a published figure.
    range : Range or None
        Where the figure can lie, given the rounding of what it was made from.
    kind : {"published", "computed"}
    certainty : {"official", "second_hand", "computed"}
    components : tuple of Observation
        Numerator and denominator of a computed ratio; empty for a published figure.
    """

    definition: Definition
    period: Period
    vintage: Vintage
    value: float
    exact: float
    range: Range | None
    resolution: float
    status: str
    certainty: str
    kind: str
    dataset: str
    row: int | None
    source_url: str
    origin: Origin | None
    components: tuple["Observation", ...] = ()

    def __float__(self) -> float:
        return self.value

    def __str__(self) -> str:
        definition = self.definition
        parts = [
            f"{self.value:g} {definition.unit}",
            f"{definition.region_name_en}, {self.period}",
            f"{definition.adjustment}, {definition.method}",
            f"published {self.vintage}"
            if self.kind == "published"
            else f"computed from what was known {self.vintage}",
            f"source {self.sources}",
        ]
        return " | ".join(parts)

    __repr__ = __str__

    @property
    def origins(self) -> tuple[Origin, ...]:
        """Every snapshot the figure rests on, each once."""
        own = (self.origin,) if self.origin is not None else ()
        below = (origin for part in self.components for origin in part.origins)
        return tuple(dict.fromkeys((*own, *below)))

    @property
    def sources(self) -> str:
        """Datasets and lines the figure was read from."""
        if self.components:
            return " / ".join(part.sources for part in self.components)
        return f"{self.dataset} line {self.row}"


def observation_from_row(
    definition: Definition,
    row: Mapping[str, Any],
    origins: Mapping[str, Origin],
    components: tuple[Definition, ...] = (),
) -> Observation:
    """Make an observation from a row of a series; a computed row brings its components along."""
    parts: tuple[Observation, ...] = ()
    if row["kind"] == "computed" and components:
        parts = tuple(
            observation_from_row(part, _component(row, prefix), origins)
            for part, prefix in zip(components, ("numerator_", "denominator_"), strict=True)
        )
    bounded = row["low"] is not None and row["high"] is not None
    return Observation(
        definition=definition,
        period=Period.parse(row["period"]),
        vintage=Vintage(row["vintage"], row["vintage_precision"]),
        value=row["value"],
        exact=row["exact"],
        range=Range(row["low"], row["high"]) if bounded else None,
        resolution=row["resolution"],
        status=row["status"],
        certainty=row["certainty"],
        kind=row["kind"],
        dataset=row["dataset"],
        row=row["row"],
        source_url=row["source_url"],
        origin=origins.get(row["dataset"]),
        components=parts,
    )


def _component(row: Mapping[str, Any], prefix: str) -> dict[str, Any]:
    fields = {key.removeprefix(prefix): value for key, value in row.items() if key.startswith(prefix)}
    return {"period": row["period"], "exact": fields["value"], "kind": "published", **fields}
