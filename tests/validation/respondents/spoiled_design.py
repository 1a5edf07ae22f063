"""Faults in the design: weights, strata, sampling units, places, records, and people who are in it twice."""

from dataclasses import replace

import numpy as np
import polars as pl

from validation.respondents.delivery import Corruption, Delivery, cells, columns, whole

WEIGHT = pl.col("design_weight")
STRATUM = "leiden/residents"


def one_unit_left(frame: pl.DataFrame) -> pl.DataFrame:
    here = pl.col("stratum") == STRATUM
    kept = pl.col("psu") == pl.col("psu").filter(here).first()
    return frame.filter(~here | kept)


def again(frame: pl.DataFrame, **changes: pl.Expr) -> pl.DataFrame:
    """Add the first forty members of the panel once more, as other respondents."""
    members = frame.filter(pl.col("panel_id").is_not_null()).head(40)
    number, last = pl.col("respondent_id") + "B", frame["row"].max()
    other = members.with_columns(respondent_id=number, row=pl.int_range(1, pl.len() + 1) + last, **changes)
    return pl.concat([frame, other])


def on_paper_too(frame: pl.DataFrame) -> pl.DataFrame:
    """Let two hundred people who answered online send a paper questionnaire as well."""
    online = frame.filter(
        pl.col("mode") == "web",
        pl.col("country_of_birth").is_not_null(),
        pl.col("arrival_year").is_not_null(),
    ).head(200)
    number, last = pl.col("respondent_id") + "P", frame["row"].max()
    other = online.with_columns(
        respondent_id=number,
        panel_id=pl.lit(None, pl.String),
        mode=pl.lit("paper"),
        row=pl.int_range(1, pl.len() + 1) + last,
        duration_seconds=pl.col("duration_seconds") + 60,
    )
    return pl.concat([frame, other])


def strangers(delivery: Delivery, random: np.random.Generator) -> Delivery:
    """Hand out the panel numbers anew."""
    members = delivery.frame["panel_id"]
    filled = members.is_not_null().arg_true().to_numpy()
    shuffled = np.array(members.to_list(), dtype=object)
    shuffled[filled] = shuffled[random.permutation(filled)]
    return replace(
        delivery, frame=delivery.frame.with_columns(panel_id=pl.Series(shuffled.tolist(), dtype=pl.String))
    )


OTHER_MODE = pl.when(pl.col("mode") == "web").then(pl.lit("phone")).otherwise(pl.lit("web"))

SPOILED_DESIGN = (
    Corruption(
        name="weights times a thousand", rule="weights-sum", spoil=columns(design_weight=WEIGHT * 1000)
    ),
    Corruption(
        name="weights that average one",
        rule="weights-sum",
        spoil=columns(design_weight=WEIGHT / WEIGHT.mean()),
    ),
    Corruption(name="weight of one for all", rule="weights-sum", spoil=columns(design_weight=pl.lit(1.0))),
    Corruption(name="negative weight", rule="weights-positive", spoil=cells(design_weight=-12.0)),
    Corruption(name="weight of zero", rule="weights-positive", spoil=cells(design_weight=0.0)),
    Corruption(
        name="weights that differ far too much",
        rule="weights-effect",
        spoil=columns(design_weight=WEIGHT**4 * (WEIGHT.sum() / (WEIGHT**4).sum())),
    ),
    Corruption(
        name="one weight beyond all others", rule="weights-ratio", spoil=cells(design_weight=WEIGHT * 2000)
    ),
    Corruption(
        name="sampling unit in two strata",
        rule="psu-nested",
        spoil=cells(stratum="the_hague/residents", where=pl.col("stratum") == STRATUM),
    ),
    Corruption(name="stratum with one unit", rule="psu-lonely", spoil=whole(one_unit_left)),
    Corruption(
        name="two totals of units in a stratum",
        rule="psu-total-constant",
        spoil=cells(n_psu=pl.col("n_psu") + 1),
    ),
    Corruption(name="more units than there are", rule="psu-total-enough", spoil=columns(n_psu=pl.lit(1.0))),
    Corruption(
        name="stratum of another region",
        rule="stratum-named",
        spoil=cells(region="twente", where=pl.col("region") == "leiden"),
    ),
    Corruption(
        name="registers swapped",
        rule="stratum-named",
        spoil=columns(
            register=pl.col("register").replace({"residents": "students", "students": "residents"})
        ),
    ),
    Corruption(
        name="respondents of a region missing",
        rule="frame-complete",
        spoil=whole(lambda frame: frame.filter(pl.col("region") != "leiden")),
    ),
    Corruption(
        name="respondents of a register missing",
        rule="frame-complete",
        spoil=whole(lambda frame: frame.filter(pl.col("register") != "ukraine")),
    ),
    Corruption(
        name="end of the file cut off", rule="rows-complete", spoil=whole(lambda frame: frame.head(1800))
    ),
    Corruption(
        name="records lost on the way",
        rule="rows-complete",
        spoil=whole(lambda frame: frame.filter(pl.col("row") % 50 != 7)),
    ),
    Corruption(
        name="municipality of another year", rule="municipality-valid", spoil=cells(municipality="GM0576")
    ),
    Corruption(
        name="municipality that never was", rule="municipality-valid", spoil=cells(municipality="GM9999")
    ),
    Corruption(
        name="municipality of another region",
        rule="municipality-region",
        spoil=cells(municipality="GM0014", where=pl.col("region") == "leiden"),
    ),
    Corruption(
        name="municipalities shifted a row",
        rule="municipality-region",
        spoil=columns(municipality=pl.col("municipality").reverse()),
    ),
    Corruption(name="member of the panel twice", rule="panel-once", spoil=whole(again)),
    Corruption(
        name="member of the panel in two modes",
        rule="mode-once",
        spoil=whole(lambda frame: again(frame, mode=OTHER_MODE)),
    ),
    Corruption(
        name="records repeated under other numbers",
        rule="answers-repeated",
        spoil=whole(lambda frame: again(frame, panel_id=pl.lit(None, pl.String))),
    ),
    Corruption(
        name="same people online and on paper",
        rule="look-alikes",
        severity="warning",
        spoil=whole(on_paper_too),
    ),
    Corruption(
        name="panel numbers of other people", rule="panel-traits", severity="warning", spoil=strangers
    ),
)
