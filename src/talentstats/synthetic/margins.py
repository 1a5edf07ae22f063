"""The margins of a synthetic wave: counted in its population, to the last person."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import polars as pl

from talentstats.synthetic.population import REGISTERED, PopulationModel
from talentstats.synthetic.sample import Sample

#: What a wave is weighted to; the columns of each total.
MARGINS = (("region", "register"), ("nationality_broad",), ("sex",), ("birth_year_band",))


def population_cells(model: PopulationModel, sample: Sample) -> pl.DataFrame:
    """Return the population by region, register, sex, birth band and nationality, in column `persons`."""
    plan, people = sample.plan, sample.people
    cells = np.unravel_index(np.arange(people.counts.shape[1]), people.shape)
    places = {
        name: np.tile(place, len(plan.strata)) for name, place in zip(REGISTERED, cells, strict=True)
    } | {name: np.repeat(plan.column(name), people.counts.shape[1]) for name in ("region", "register")}
    columns = [pl.Series(name, pl.Series(model.axes[name]).gather(place)) for name, place in places.items()]
    broad = model.derived["nationality_broad"]
    return pl.DataFrame([*columns, pl.Series("persons", people.counts.ravel())]).with_columns(
        pl.col(broad.source).replace_strict(broad.values).alias("nationality_broad")
    )


def write_margins(path: Path, model: PopulationModel, sample: Sample) -> None:
    """Write the margins as `talentstats.weighting.margins_file.read_margins` reads them."""
    cells = population_cells(model, sample)
    lines = [*_head(sample), *_sources(model, sample.plan.wave)]
    for columns in MARGINS:
        totals = cells.group_by(columns, maintain_order=True).agg(pl.col("persons").sum())
        lines += ["[[margins]]", f"columns = [{_quoted(columns)}]", "totals = ["]
        lines += [f"    [{_quoted(row[:-1])}, {row[-1]}]," for row in totals.rows() if row[-1] > 0]
        lines += ["]", ""]
    path.write_text("\n".join(lines), encoding="utf-8", newline="\n")


def _head(sample: Sample) -> Iterator[str]:
    yield "# SYNTHETIC: totals of a population that does not exist, counted to the last person."
    yield "# SYNTHETISCH: totalen van een populatie die niet bestaat, tot op de laatste persoon geteld."
    if sample.plan.factor > 1:
        yield f"# The population is {sample.plan.factor} times as large as the model's, to hold the sample."
    yield ""
    yield f"reference_date = {sample.plan.wave}-01-01"
    yield f"population = {sample.people.counts.sum()}"
    yield ""


def _sources(model: PopulationModel, wave: int) -> Iterator[str]:
    """Give the card of the population, and of the published figures that it rests on."""
    own = {
        "dataset": f"synthetic/internationals_{wave}",
        "publisher": "talentstats",
        "title": f"SYNTHETIC population of internationals {wave}",
        "table_id": f"synthetic-population-{wave}",
        "url": "data/reference/survey/population.toml",
        "published": f"{wave}-01-01",
        "accessed": f"{wave}-01-01",
        "licence": "MIT",
    }
    for card in (own, *model.settings["published"]):
        yield "[[sources]]"
        for key in ("dataset", "publisher", "title", "table_id", "url", "published"):
            yield f'{key} = "{card[key]}"'
        yield f"accessed = {card['accessed']}"
        yield f'licence = {{ name = "{card["licence"]}", url = "" }}'
        yield ""


def _quoted(names: tuple[str, ...]) -> str:
    return ", ".join(f'"{name}"' for name in names)
