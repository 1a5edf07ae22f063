"""Faults in single columns: types, codes, bounds, keys, and answers against reasons."""

from datetime import date

import polars as pl

from validation.respondents.delivery import Corruption, cells, columns, whole

FIRST_ID = pl.col("respondent_id").first()
UNICODE_SPACE = "R\N{ZERO WIDTH SPACE} 17"

SPOILED_COLUMNS = (
    Corruption(name="text in a number", rule="type", spoil=cells(hours="veertig")),
    Corruption(name="text in a scale", rule="type", spoil=cells(sat_housing="goed")),
    Corruption(name="fraction in a scale", rule="type", spoil=cells(recommend="7.5")),
    Corruption(name="day that does not exist", rule="type", spoil=cells(completed_on="2025-13-45")),
    Corruption(name="weight that is not a number", rule="finite", spoil=cells(design_weight=float("nan"))),
    Corruption(name="infinite weight", rule="finite", spoil=cells(design_weight=float("inf"))),
    Corruption(name="missing weight", rule="required", spoil=cells(design_weight=None)),
    Corruption(name="missing stratum", rule="required", spoil=cells(stratum=None)),
    Corruption(name="missing sampling unit", rule="required", spoil=cells(psu=None)),
    Corruption(
        name="sex missing, which the register knows",
        rule="required",
        spoil=cells(sex=None, sex__missing="refused"),
    ),
    Corruption(name="code with a typing error", rule="allowed", spoil=cells(role="employe")),
    Corruption(name="code in capitals", rule="allowed", spoil=cells(tenure="OWNER")),
    Corruption(name="code with spaces", rule="allowed", spoil=cells(role=" employee")),
    Corruption(name="code of the file instead of the category", rule="allowed", spoil=cells(role="1")),
    Corruption(name="label instead of the category", rule="allowed", spoil=cells(permit="Kennismigrant")),
    Corruption(
        name="text in another encoding",
        rule="allowed",
        spoil=columns(nationality_group=pl.col("nationality_group").replace("other", "ovÃ©rig")),
    ),
    Corruption(name="box with 1 instead of yes", rule="allowed", spoil=cells(stay_reasons_career="1")),
    Corruption(
        name="reason that does not exist",
        rule="allowed",
        spoil=cells(tenure=None, tenure__missing="skipped"),
    ),
    Corruption(
        name="reason that the question does not offer",
        rule="allowed",
        spoil=cells(studied_dutch=None, studied_dutch__missing="not_applicable"),
    ),
    Corruption(
        name="answer that the wave did not offer",
        rule="allowed",
        spoil=cells(permit="temporary_protection"),
        wave=2021,
    ),
    Corruption(
        name="register that the wave did not have", rule="allowed", spoil=cells(register="ukraine"), wave=2019
    ),
    Corruption(name="step beyond the scale", rule="range", spoil=cells(sat_transport=6)),
    Corruption(name="missing code left as an answer", rule="range", spoil=cells(recommend=99)),
    Corruption(name="hours of a month", rule="range", spoil=cells(hours=160.0)),
    Corruption(name="arrival after the wave", rule="range", spoil=cells(arrival_year=2031.0)),
    Corruption(name="negative months", rule="range", spoil=cells(months_to_find_home=-2.0)),
    Corruption(name="year of two digits", rule="range", spoil=cells(arrival_year=18.0)),
    Corruption(name="municipality without its prefix", rule="pattern", spoil=cells(municipality="546")),
    Corruption(name="country by name", rule="pattern", spoil=cells(country_of_birth="Oekraïne")),
    Corruption(name="country in small letters", rule="pattern", spoil=cells(country_of_birth="ua")),
    Corruption(
        name="sampling unit with a space after it", rule="pattern", spoil=cells(psu=pl.col("psu") + " ")
    ),
    Corruption(name="markup in a sampling unit", rule="pattern", spoil=cells(psu="<script>")),
    Corruption(
        name="undeclared personal column",
        rule="columns",
        spoil=columns(email=pl.lit("someone@example.org")),
    ),
    Corruption(
        name="respondent twice under one number", rule="key-unique", spoil=cells(respondent_id=FIRST_ID)
    ),
    Corruption(
        name="part of the file pasted twice",
        rule="key-unique",
        spoil=whole(lambda frame: pl.concat([frame, frame.head(40)])),
    ),
    Corruption(name="number with a space before it", rule="id-tidy", spoil=cells(respondent_id=" R17")),
    Corruption(
        name="number with an invisible character", rule="id-tidy", spoil=cells(panel_id=UNICODE_SPACE)
    ),
    Corruption(
        name="answer and a reason for none",
        rule="answer-or-reason",
        spoil=cells(tenure__missing="refused", where=pl.col("tenure").is_not_null()),
    ),
    Corruption(name="neither answer nor reason", rule="answer-or-reason", spoil=cells(children=None)),
    Corruption(name="one box of a set empty", rule="answer-or-reason", spoil=cells(stay_reasons_safety=None)),
    Corruption(
        name="completed before fieldwork", rule="in-fieldwork", spoil=cells(completed_on=date(2025, 1, 3))
    ),
    Corruption(
        name="completed after fieldwork", rule="in-fieldwork", spoil=cells(completed_on=date(2026, 8, 3))
    ),
    Corruption(
        name="day and month swapped",
        rule="in-fieldwork",
        spoil=columns(
            completed_on=pl.date(
                pl.col("completed_on").dt.year(),
                pl.col("completed_on").dt.day().clip(upper_bound=12),
                pl.col("completed_on").dt.month(),
            )
        ),
    ),
)
