"""Respondents, a block at a time: who they are, what they think, and the rows of the file they become."""

from collections.abc import Iterator

import numpy as np
import polars as pl

from talentstats.synthetic.answering import answer_questions, stopping_points
from talentstats.synthetic.block import Block, Drawn, IntegerArray
from talentstats.synthetic.bookkeeping import contact_columns, design_columns
from talentstats.synthetic.chances import draw
from talentstats.synthetic.codes import ARRIVAL_YEAR, COUNTRY
from talentstats.synthetic.population import ARRIVAL, REGISTERED, SURROUNDINGS, ModelVariable
from talentstats.synthetic.questionnaire import Questionnaire
from talentstats.synthetic.sample import RETURNING, Sample

#: Respondents that are made together. A block has random numbers of its own, so its size is part of the data.
BLOCK = 250_000
SYNTHETIC = "synthetic"
WAVE = "wave"
_ALMOST_ONE = 1 - 1e-9


def blocks(questionnaire: Questionnaire, sample: Sample, seed: int) -> Iterator[pl.DataFrame]:
    """Make the file of a wave as it arrives, block after block."""
    for number, start in enumerate(range(0, sample.n, BLOCK), 1):
        sequence = np.random.SeedSequence([seed, sample.plan.wave, number])
        yield _rows(
            Block(
                questionnaire=questionnaire,
                sample=sample,
                rows=np.arange(start, min(start + BLOCK, sample.n)),
                rng=np.random.Generator(np.random.Philox(sequence)),
            )
        )


def _rows(block: Block) -> pl.DataFrame:
    drawn = _thoughts(block, _persons(block))
    stops = stopping_points(block)
    columns = {column.name: column for column in answer_questions(block, drawn, stops)}
    columns |= design_columns(block, drawn, stops) | contact_columns(block, stops)
    ordered = [columns[name] for name in block.questionnaire.codebook.columns]
    marks = {WAVE: block.sample.plan.wave, SYNTHETIC: 1}
    return pl.DataFrame(ordered).with_columns(
        pl.lit(value, dtype=pl.Int16).alias(name) for name, value in marks.items()
    )


def _persons(block: Block) -> Drawn:
    """Draw cell and years since arrival; members of the panel are who they were."""
    sample, plan = block.sample, block.sample.plan
    stratum, joined = sample.stratum[block.rows], sample.joined[block.rows]
    uniforms = block.fixed(2)
    rows, size = sample.chances.shape
    row = joined.astype(np.int64) * len(plan.strata) + stratum
    # One sorted array of all tables, each a step above the last, finds everybody's place in one search.
    steps = (np.minimum(sample.chances, 1.0) + np.arange(rows)[:, None]).ravel()
    found = np.searchsorted(steps, np.minimum(uniforms[:, 0], _ALMOST_ONE) + row, side="right") - row * size
    cell, years = np.divmod(found, sample.people.bands.size)
    before = block.questionnaire.model.previous(plan.wave)
    if before is not None:
        years = years + np.where(joined == RETURNING, plan.wave - before, 0)
    cells = np.unravel_index(cell, sample.people.shape)
    drawn: Drawn = {name: np.asarray(place) for name, place in zip(REGISTERED, cells, strict=True)}
    drawn["region"] = plan.column("region")[stratum]
    drawn["register"] = plan.column("register")[stratum]
    drawn[SURROUNDINGS] = sample.units.surroundings[sample.unit[block.rows]]
    drawn[ARRIVAL] = sample.people.bands[years]
    drawn[ARRIVAL_YEAR] = plan.wave - years
    drawn[COUNTRY] = draw(block.questionnaire.chances[COUNTRY], drawn, uniforms[:, 1])
    return drawn


def _thoughts(block: Block, persons: Drawn) -> Drawn:
    """Draw all other variables of the model, the core first; each depends on those before it."""
    drawn = dict(persons)
    model = block.questionnaire.model
    options = {one.source: one.options for one in block.questionnaire.asked if one.options}
    for name, chances in block.questionnaire.chances.items():
        if name in persons:
            continue
        if name in options:
            drawn |= _ticks(block, drawn, model.variable(name), [option for _, option in options[name]])
            continue
        drawn[name] = draw(chances, drawn, block.uniforms())
        if model.variable(name).bands:
            drawn[name] = _within(block, model.variable(name), drawn[name])
    return drawn | _straight_lines(block, drawn)


def _within(block: Block, variable: ModelVariable, band: IntegerArray) -> IntegerArray:
    low, high = np.array(variable.bands).T
    above = (block.uniforms() * (high - low + 1)[band]).astype(np.int64)
    return np.asarray(np.minimum(low[band] + above, high[band]))


def _ticks(block: Block, drawn: Drawn, variable: ModelVariable, offered: list[str]) -> Drawn:
    """Tick each option that was offered; who ticks nothing else ticks the one that is for them."""
    chances = block.questionnaire.chances[variable.name]
    row = chances.rows(drawn)
    table = chances.values.reshape(-1, len(variable.categories))
    ticked = {}
    for option in offered:
        limit = np.ascontiguousarray(table[:, variable.categories.index(option)])[row]
        ticked[option] = block.uniforms() < limit
    if variable.otherwise in ticked:
        ticked[variable.otherwise] |= ~np.any(list(ticked.values()), axis=0)
    return {f"{variable.name}/{option}": found.astype(np.uint8) for option, found in ticked.items()}


def _straight_lines(block: Block, drawn: Drawn) -> Drawn:
    """Let a few respondents give their first answer to the whole grid."""
    settings = block.questionnaire.model.settings["answering"]
    grid = [name for name in drawn if name.startswith(settings["grid"])]
    lines = block.happens(settings["straight_lining"])
    return {name: np.where(lines, drawn[grid[0]], drawn[name]) for name in grid[1:]}
