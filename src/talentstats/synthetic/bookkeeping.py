"""Columns of a wave that are no answers: how somebody was sampled, and what they left behind."""

import numpy as np
import polars as pl

from talentstats.synthetic.block import Block, Drawn, IntegerArray
from talentstats.synthetic.sample import ONCE

_SPEEDING = 0.2
_LEAST_SECONDS = 30
# Above 1, most answers come early in the fieldwork.
_EARLY = 1.6


def design_columns(block: Block, drawn: Drawn, stops: IntegerArray) -> dict[str, pl.Series]:
    """Make the columns that describe the sample, under the names of the wave."""
    sample, plan = block.sample, block.sample.plan
    axes = block.questionnaire.model.axes
    strata = [f"{axes['region'][one.region]}/{axes['register'][one.register]}" for one in plan.strata]
    stratum, unit = sample.stratum[block.rows], sample.unit[block.rows]
    made = {
        "respondent_id": pl.Series([f"{plan.wave}-"]).new_from_index(0, block.size) + _numbers(block),
        "panel_id": _panel_ids(block),
        "mode": _codes(block, "mode", drawn["mode"]),
        "completed_on": _days(block),
        "duration_seconds": _seconds(block, drawn["mode"], stops),
        "register": _codes(block, "register", drawn["register"]),
        "region": _codes(block, "region", drawn["region"]),
        "municipality": sample.units.municipalities.gather(unit),
        "stratum": pl.Series(strata).gather(stratum),
        "psu": sample.units.names.gather(unit),
        "n_psu": pl.Series(plan.column("psus")[stratum], dtype=pl.Int32),
        "design_weight": pl.Series(sample.weights[unit]),
    }
    return {column: made[name].alias(column) for name, column in block.questionnaire.design.items()}


def _numbers(block: Block) -> pl.Series:
    return pl.Series(block.rows + 1).cast(pl.String).str.zfill(8)


def _codes(block: Block, name: str, places: IntegerArray) -> pl.Series:
    """Write the code of a design variable."""
    questionnaire = block.questionnaire
    mapping = questionnaire.harmonised.variable(name).waves[questionnaire.codebook.wave].codes
    by_category = {category: code for code, category in mapping.items()}
    model = questionnaire.model
    categories = model.axes[name] if name in model.axes else model.variable(name).categories
    return pl.Series([by_category.get(category) for category in categories]).gather(places)


def _panel_ids(block: Block) -> pl.Series:
    """Name members of the panel after the wave in which they joined, their stratum and their number."""
    sample, plan = block.sample, block.sample.plan
    joined = sample.joined[block.rows]
    cohorts = [None, block.questionnaire.model.previous(plan.wave), plan.wave]
    strata = plan.column("region") * 10 + plan.column("register")
    members = pl.DataFrame(
        {
            "joined": joined != ONCE,
            "cohort": pl.Series(cohorts).gather(joined),
            "stratum": pl.Series(strata[sample.stratum[block.rows]]).cast(pl.String).str.zfill(2),
            "member": pl.Series(sample.member[block.rows] + 1).cast(pl.String).str.zfill(6),
        }
    )
    return members.select(
        pl.when("joined").then(pl.format("P{}-{}-{}", "cohort", "stratum", "member"))
    ).to_series()


def _days(block: Block) -> pl.Series:
    """Spread the answers over the fieldwork, most of them early."""
    first, last = block.questionnaire.codebook.fieldwork
    late = block.rng.random(block.size) ** _EARLY * ((last - first).days + 1)
    return pl.Series(np.datetime64(first) + late.astype(np.int64)).cast(pl.Date)


def _seconds(block: Block, mode: IntegerArray, stops: IntegerArray) -> pl.Series:
    """Draw how long respondents took: less when they stopped, far less when they sped."""
    settings = block.questionnaire.model.settings["answering"]
    modes = block.questionnaire.model.variable("mode").categories
    medians = np.array([settings["median_seconds"][one] for one in modes])
    done = stops / len(block.questionnaire.codebook.questions)
    hurry = np.where(block.happens(settings["speeding"]), _SPEEDING, 1.0)
    spread = np.exp(settings["sigma"] * block.rng.standard_normal(block.size))
    seconds = np.rint(medians[mode] * spread * done * hurry)
    return pl.Series(np.maximum(seconds, _LEAST_SECONDS), dtype=pl.Int32)


def contact_columns(block: Block, stops: IntegerArray) -> dict[str, pl.Series]:
    """Fill the questions that no variable uses: an address that cannot exist, and an invented remark."""
    questionnaire = block.questionnaire
    settings = questionnaire.model.settings
    used = {one.question.name for one in questionnaire.asked} | set(questionnaire.design.values())
    address, remark = (one.name for one in questionnaire.codebook.questions if one.name not in used)
    whole = stops == len(questionnaire.codebook.questions)
    sentences = pl.Series(settings["comments"])
    frame = pl.DataFrame(
        {
            "number": _numbers(block),
            "left": whole & block.happens(settings["answering"]["email"]),
            "wrote": whole & block.happens(settings["answering"]["comment"]),
            "chosen": sentences.gather(block.rng.integers(0, sentences.len(), block.size)),
        }
    )
    made = frame.select(
        pl.when("left").then(pl.format("synthetic{}@example.org", "number")).alias(address),
        pl.when("wrote").then("chosen").alias(remark),
    )
    return {name: made[name] for name in made.columns}
