"""Faults in what one respondent says: routing, derived variables, and answers that cannot go together."""

import polars as pl

from validation.respondents.delivery import Corruption, Spoil, cells, columns

WORKS, ASKED = pl.col("paid_work") == "yes", pl.col("arrival_year").is_not_null()
RESIDENT = pl.col("register") == "residents"


def often(*, where: pl.Expr, **values: object) -> Spoil:
    """Let four in ten of the respondents who can say it say it."""
    return cells(where=where, share=0.4, **values)


SPOILED_ANSWERS = (
    Corruption(
        name="partner's work without a partner",
        rule="routing-answered",
        spoil=cells(partner_status="works", where=pl.col("partner_present") == "no"),
    ),
    Corruption(
        name="refusal of a question not shown",
        rule="routing-answered",
        spoil=cells(ruling_30__missing="refused", where=pl.col("paid_work") == "no"),
    ),
    Corruption(
        name="boxes ticked that were not shown",
        rule="routing-answered",
        spoil=cells(
            services_used_registration="yes",
            services_used__missing=None,
            where=pl.col("used_centre") == "no",
        ),
    ),
    Corruption(
        name="question not shown that should be",
        rule="routing-skipped",
        spoil=cells(sector=None, sector__missing="not_shown"),
    ),
    Corruption(
        name="question not shown to anybody online",
        rule="routing-skipped",
        spoil=cells(
            tenure=None,
            tenure__missing="not_shown",
            where=(pl.col("mode") == "web") & pl.col("tenure").is_not_null(),
            share=1.0,
        ),
    ),
    Corruption(
        name="routing turned around",
        rule="routing-answered",
        spoil=columns(children=pl.col("children").replace({"yes": "no", "no": "yes"})),
    ),
    Corruption(
        name="broad role against role",
        rule="derived-agree",
        spoil=cells(role_broad="studying", where=pl.col("role") == "employee"),
    ),
    Corruption(
        name="plans to stay against the intention",
        rule="derived-agree",
        spoil=cells(plans_to_stay="yes", where=pl.col("stay_intention") == "lt1"),
    ),
    Corruption(
        name="undecided counted as staying",
        rule="derived-agree",
        spoil=columns(
            plans_to_stay=pl.when(pl.col("stay_intention") == "undecided")
            .then(pl.lit("yes"))
            .otherwise("plans_to_stay")
        ),
    ),
    Corruption(
        name="discriminated against, and never",
        rule="derived-agree",
        spoil=cells(discriminated="yes", where=pl.col("discrimination") == "never"),
    ),
    Corruption(
        name="nationality against its group",
        rule="derived-agree",
        spoil=cells(nationality_broad="eu_efta", where=pl.col("nationality_group") == "other"),
    ),
    Corruption(
        name="arrival before birth",
        rule="arrival-after-birth",
        spoil=cells(arrival_year=1985.0, where=ASKED & (pl.col("birth_year_band") == "1990_1999")),
    ),
    Corruption(
        name="no obstacles, and one",
        rule="no-obstacle-alone",
        spoil=cells(
            partner_obstacles_none="yes",
            partner_obstacles_language="yes",
            where=pl.col("partner_obstacles_none").is_not_null(),
        ),
    ),
    Corruption(
        name="temporary protection of a citizen of the EU",
        rule="protection-nationality",
        spoil=cells(permit="temporary_protection", where=pl.col("nationality_broad") == "eu_efta"),
    ),
    Corruption(
        name="work permit of someone from the register of Ukraine",
        rule="protection-register",
        spoil=cells(permit="highly_skilled", where=pl.col("register") == "ukraine"),
    ),
    Corruption(
        name="used a centre that is not known",
        rule="centre-unknown-but-used",
        spoil=cells(used_centre="yes", where=pl.col("knew_centre") == "no"),
    ),
    Corruption(
        name="students who work sixty hours",
        rule="student-hours",
        severity="warning",
        spoil=often(hours=65.0, where=(pl.col("role") == "student") & pl.col("hours").is_not_null()),
    ),
    Corruption(
        name="employees without work",
        rule="worker-without-work",
        severity="warning",
        spoil=often(paid_work="no", where=WORKS & (pl.col("role") == "employee")),
    ),
    Corruption(
        name="the 30% ruling after twenty years",
        rule="ruling-arrival",
        severity="warning",
        spoil=often(arrival_year=2001.0, where=ASKED & (pl.col("ruling_30") == "yes")),
    ),
    Corruption(
        name="a search of years since this year",
        rule="search-since-arrival",
        severity="warning",
        spoil=cells(
            arrival_year=2025.0,
            share=0.5,
            where=ASKED & (pl.col("months_to_find_home") >= 12),
            months_to_find_home=50.0,
        ),
    ),
    Corruption(
        name="work in Dutch without Dutch",
        rule="work-language-level",
        severity="warning",
        spoil=often(dutch_level="none", where=pl.col("work_language") == "dutch"),
    ),
    Corruption(
        name="free movement from outside Europe",
        rule="free-movement-nationality",
        severity="warning",
        spoil=often(permit="eu_free_movement", where=RESIDENT & (pl.col("nationality_broad") == "other")),
    ),
    Corruption(
        name="work permits of Europeans",
        rule="permit-nationality",
        severity="warning",
        spoil=often(permit="highly_skilled", where=RESIDENT & (pl.col("nationality_broad") == "eu_efta")),
    ),
    Corruption(
        name="people from Ukraine who came long ago",
        rule="protection-arrival",
        severity="warning",
        spoil=often(arrival_year=2010.0, where=ASKED & (pl.col("register") == "ukraine")),
    ),
)
