"""Faults that show only in a wave as a whole, in its file, or beside other figures."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import polars as pl

from talentstats.sources.survey_files.survey_file import Answer, FileVariable
from validation.respondents.delivery import Corruption, Delivery, Spoil, cells, columns, the_harmonised, whole

GRID = ("housing", "healthcare", "schools", "transport", "social_life", "information")
STAY = "q44_stay"


def swapped(first: str, second: str) -> Spoil:
    """Swap two columns with their reasons."""
    pairs = ((first, second), (f"{first}__missing", f"{second}__missing"))
    exchange = {one: pl.col(other) for pair in pairs for one, other in (pair, pair[::-1])}
    return columns(**exchange)


def relabelled(question: str, labels: Mapping[Answer, str]) -> Spoil:
    """Give codes of the file other labels."""

    def spoil(delivery: Delivery, _random: np.random.Generator) -> Delivery:
        old = delivery.file.variables[question]
        new = FileVariable(name=question, value_labels={**old.value_labels, **labels})
        file = replace(delivery.file, variables={**delivery.file.variables, question: new})
        return replace(delivery, file=file)

    return spoil


def old_labels(delivery: Delivery, random: np.random.Generator) -> Delivery:
    """Give the answers the labels of 2021, when they stood in another order."""
    question = the_harmonised().codebooks[2021].question("Q44")
    labels = {one.code: one.label.nl for one in question.codes}
    return relabelled(STAY, labels)(delivery, random)


def said_in_file(**columns_of_file: object) -> Spoil:
    def spoil(delivery: Delivery, _random: np.random.Generator) -> Delivery:
        said = [pl.lit(value).alias(name) for name, value in columns_of_file.items()]
        return replace(delivery, file=replace(delivery.file, frame=delivery.file.frame.with_columns(said)))

    return spoil


def delivered_with(change: pl.Expr) -> Spoil:
    return lambda delivery, _random: replace(delivery, delivered=delivery.delivered.with_columns(change))


def broken_off(delivery: Delivery, random: np.random.Generator) -> Delivery:
    """Let four in ten stop after their housing."""
    names = [one.name for one in the_harmonised().in_wave(2025) if one.role == "answer"]
    later = names[names.index("children") :]
    lost = pl.Series(random.random(delivery.frame.height) < 0.4)
    variables = [the_harmonised().variable(name) for name in later]
    emptied = [column for one in variables for column in one.columns_in(2025)]
    return replace(
        delivery,
        frame=delivery.frame.with_columns(
            *(pl.when(~lost).then(column).alias(column) for column in emptied),
            *(
                pl.when(lost)
                .then(pl.lit("not_shown"))
                .otherwise(f"{name}__missing")
                .alias(f"{name}__missing")
                for name in later
            ),
        ),
    )


def blindly(frame: pl.DataFrame) -> pl.DataFrame:
    """Let every fifth respondent give the middle of the scale throughout."""
    fifth = pl.int_range(pl.len()) % 5 == 0
    return frame.with_columns(
        *(pl.when(fifth).then(3).otherwise(f"sat_{one}").cast(pl.Int64).alias(f"sat_{one}") for one in GRID),
        *(pl.when(~fifth).then(f"sat_{one}__missing").alias(f"sat_{one}__missing") for one in GRID),
    )


def shifted(column: str) -> Spoil:
    """Move every answer to the next category, as when codes are read one too high."""
    codes = [one.code for one in the_harmonised().variable(column).categories]
    return columns(**{column: pl.col(column).replace(dict(zip(codes, codes[1:] + codes[:1], strict=True)))})


def turned(column: str, ends: int) -> Spoil:
    return columns(**{column: ends - pl.col(column)})


EXCHANGED = {"yes": "no", "no": "yes"}

SPOILED_WAVES = (
    Corruption(
        name="question that everybody refused",
        rule="answers-present",
        spoil=cells(feels_at_home=None, feels_at_home__missing="refused", share=1.0),
    ),
    Corruption(
        name="one answer for everybody",
        rule="answers-vary",
        spoil=cells(sat_healthcare=3, share=1.0),
    ),
    Corruption(name="most stop halfway", rule="breaking-off", severity="warning", spoil=broken_off),
    Corruption(
        name="grids filled in blindly",
        rule="straight-lining",
        severity="warning",
        spoil=whole(blindly),
    ),
    Corruption(
        name="questionnaires done in a minute",
        rule="speeding",
        severity="warning",
        spoil=cells(duration_seconds=45.0, share=0.2),
    ),
    Corruption(
        name="most refuse a question",
        rule="nonresponse-high",
        severity="warning",
        spoil=cells(months_to_find_home=None, months_to_find_home__missing="refused", share=0.8),
    ),
    Corruption(
        name="refusals that come out of nothing",
        rule="nonresponse-jump",
        severity="warning",
        spoil=cells(tenure=None, tenure__missing="refused", share=0.3),
    ),
    Corruption(
        name="refusals counted as don't know",
        rule="nonresponse-jump",
        severity="warning",
        spoil=columns(income_band__missing=pl.col("income_band__missing").replace("refused", "dont_know")),
    ),
    Corruption(
        name="columns of one scale swapped",
        rule="mean-jump",
        severity="warning",
        spoil=swapped("sat_housing", "feels_at_home"),
    ),
    Corruption(
        name="columns of two code lists swapped", rule="allowed", spoil=swapped("tenure", "stay_intention")
    ),
    Corruption(
        name="columns of two scales swapped",
        rule="range",
        spoil=swapped("sat_social_life", "recommend"),
    ),
    Corruption(
        name="yes and no swapped",
        rule="share-jump",
        severity="warning",
        spoil=columns(studied_dutch=pl.col("studied_dutch").replace(EXCHANGED)),
    ),
    Corruption(name="codes shifted", rule="share-jump", severity="warning", spoil=shifted("tenure")),
    Corruption(name="scale reversed", rule="mean-jump", severity="warning", spoil=turned("recommend", 10)),
    Corruption(
        name="agreement reversed", rule="share-jump", severity="warning", spoil=turned("sat_transport", 6)
    ),
    Corruption(
        name="hours of a day",
        rule="mean-jump",
        severity="warning",
        spoil=columns(hours=(pl.col("hours") / 5).clip(lower_bound=1)),
    ),
    Corruption(
        name="search in weeks",
        rule="mean-jump",
        severity="warning",
        spoil=columns(months_to_find_home=(pl.col("months_to_find_home") * 4.3).clip(upper_bound=60)),
    ),
    Corruption(name="file of another wave", rule="wave-agrees", spoil=said_in_file(wave=2023)),
    Corruption(
        name="old version of the code lists",
        rule="wave-agrees",
        spoil=said_in_file(codebook_version="2023.1"),
    ),
    Corruption(name="labels of an older list", rule="labels-agree", spoil=old_labels),
    Corruption(
        name="two labels swapped",
        rule="labels-agree",
        spoil=relabelled("q31_children", {1: "Nee", 2: "Ja"}),
    ),
    Corruption(
        name="label for a code that does not exist",
        rule="labels-agree",
        spoil=relabelled("q31_children", {3: "Soms"}),
    ),
    Corruption(
        name="label with another meaning",
        rule="labels-known",
        severity="warning",
        spoil=relabelled("q31_children", {1: "Ja, jonger dan vier"}),
    ),
    Corruption(
        name="labels in another encoding",
        rule="labels-known",
        severity="warning",
        spoil=relabelled("region", {2: "Den Haagâ"}),
    ),
    Corruption(
        name="delivered numbers of other respondents",
        rule="delivered-n",
        spoil=delivered_with(pl.col("n") + 3),
    ),
    Corruption(
        name="delivered shares that are too high",
        rule="delivered-share",
        severity="warning",
        spoil=delivered_with(pl.col("share") + 25),
    ),
)
