from dataclasses import replace
from datetime import date

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from talentstats.errors import ComparisonError, NotPublishedError, TalentStatsError
from talentstats.labour import Definition, Series, read_series, tightness, tightness_from, uwv_tension
from talentstats.labour.ratio import ratio_series
from talentstats.labour.series import series_from_observations
from talentstats.store import ProcessedTable

DAYS = [date(2022, month, 1) for month in range(1, 9)]
PERIODS = ["2021Q3", "2021Q4", "2022Q1"]


def definition(measure: str = "unemployed", **changes: str) -> Definition:
    plain = Definition(
        measure=measure,
        region="NL01",
        adjustment="SA",
        method="ebb_from_2022" if measure == "unemployed" else "vacancy_survey",
        unit="thousand",
        region_name_nl="Nederland",
        region_name_en="The Netherlands",
    )
    return replace(plain, **changes)


def series(rows: list[tuple[str, date, float]], measure: str = "unemployed", **changes: str) -> Series:
    frame = pl.DataFrame(
        {
            "period": [row[0] for row in rows],
            "vintage": [row[1] for row in rows],
            "value": [row[2] for row in rows],
        },
        schema={"period": pl.String, "vintage": pl.Date, "value": pl.Float64},
    ).with_columns(
        vintage_precision=pl.lit("day"),
        resolution=pl.lit(1.0),
        status=pl.lit("definitive"),
        certainty=pl.lit("official"),
        dataset=pl.lit("d"),
        row=pl.lit(2, dtype=pl.Int64),
        source_url=pl.lit("u"),
    )
    return series_from_observations(frame, definition(measure, **changes), {})


vintages = st.dictionaries(
    st.tuples(st.sampled_from(PERIODS), st.sampled_from(DAYS)), st.integers(1, 900), max_size=12
)


@settings(deadline=None, max_examples=60, derandomize=True)
@given(above=vintages, below=vintages, day=st.sampled_from(DAYS), period=st.sampled_from(PERIODS))
def test_a_ratio_as_of_a_day_is_the_ratio_of_what_was_known_that_day(
    above: dict[tuple[str, date], int], below: dict[tuple[str, date], int], day: date, period: str
) -> None:
    parts = [
        series([(p, d, float(v)) for (p, d), v in table.items()], measure)
        for table, measure in ((above, "vacancies_open"), (below, "unemployed"))
    ]
    ratio = ratio_series(*parts, definition=definition("tightness"), scale=100, decimals=0)
    known = [
        max(((d, v) for (p, d), v in table.items() if p == period and d <= day), default=None)
        for table in (above, below)
    ]
    if None in known:
        with pytest.raises(NotPublishedError):
            ratio.at(period, as_of=day)
        return
    top, bottom = (float(found[1]) for found in known if found)
    figure = ratio.at(period, as_of=day)
    assert figure.exact == pytest.approx(100 * top / bottom, rel=1e-15)
    assert abs(figure.value - figure.exact) <= 0.5 + 1e-9
    assert figure.range is not None
    assert figure.range.low <= figure.exact <= figure.range.high


def test_as_of_keeps_one_figure_a_period_and_known_by_keeps_every_vintage() -> None:
    one = series([("2022Q1", DAYS[0], 1.0), ("2022Q1", DAYS[3], 2.0), ("2022Q1", DAYS[5], 3.0)])
    assert one.known_by(DAYS[4]).vintages.height == 2
    assert one.as_of(DAYS[4]).vintages["value"].to_list() == [2.0]
    assert one.first_release().vintages["value"].to_list() == [1.0]
    assert one.latest().vintages["value"].to_list() == [3.0]


def test_a_first_release_that_came_late_was_back_cast() -> None:
    one = series([("2021Q3", date(2023, 5, 1), 1.0), ("2022Q1", date(2022, 5, 1), 2.0)])
    assert one.first_release(max_delay_days=100).vintages["period"].to_list() == ["2022Q1"]
    assert one.revisions()["period"].to_list() == ["2022Q1"]


def test_a_gap_stays_a_gap_in_frames_and_is_refused_by_name(labour_table: ProcessedTable) -> None:
    tight = tightness(table=labour_table)
    row = tight.to_polars().filter(pl.col("period") == "2026Q1").row(0, named=True)
    assert row["value"] is None
    with pytest.raises(NotPublishedError, match="never filled"):
        tight.at("2026Q1")
    with pytest.raises(NotPublishedError, match="a day from 2022-05-17 on"):
        tight.at("2022Q1", as_of="2022-05-16")


def test_a_month_of_publication_counts_from_its_last_day(labour_table: ProcessedTable) -> None:
    tight = tightness(table=labour_table)
    with pytest.raises(NotPublishedError):
        tight.at("2022Q2", as_of="2022-08-30")
    assert tight.at("2022Q2", as_of="2022-08-31").value == 143


def test_a_revision_within_the_rounding_is_not_called_one(labour_table: ProcessedTable) -> None:
    revised = tightness(table=labour_table).revisions()
    rows = {row["period"]: row for row in revised.iter_rows(named=True)}
    assert (rows["2022Q1"]["revision"], rows["2022Q1"]["beyond_rounding"]) == (1.0, True)
    assert (rows["2024Q4"]["revision"], rows["2024Q4"]["beyond_rounding"]) == (-1.0, False)


def test_pandas_and_polars_give_the_same_rows(labour_table: ProcessedTable) -> None:
    tight = tightness(table=labour_table)
    pandas = tight.to_pandas()
    assert pl.from_pandas(pandas).drop("vintage").equals(tight.to_polars().drop("vintage"))


@pytest.mark.parametrize(
    ("change", "word"),
    [({"adjustment": "NSA"}, "adjustment"), ({"region": "PV28"}, "region")],
)
def test_a_ratio_refuses_components_that_differ(change: dict[str, str], word: str) -> None:
    vacancies = series([("2022Q1", DAYS[0], 1.0)], "vacancies_open")
    unemployed = series([("2022Q1", DAYS[0], 1.0)], "unemployed", **change)
    with pytest.raises(ComparisonError, match=word):
        tightness_from(vacancies, unemployed)


def test_a_ratio_refuses_different_period_ends() -> None:
    vacancies = series([("2022M03", DAYS[0], 1.0)], "vacancies_open")
    unemployed = series([("2022Q1", DAYS[0], 1.0)])
    with pytest.raises(ComparisonError, match="frequency"):
        tightness_from(vacancies, unemployed)


def test_tightness_refuses_the_vacancies_of_uwv(labour_table: ProcessedTable) -> None:
    unemployed = read_series("unemployed", adjustment="SA", method="ebb_from_2022", table=labour_table)
    with pytest.raises(ComparisonError, match="open vacancies and unemployed"):
        tightness_from(uwv_tension(table=labour_table), unemployed)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"measure": "unemployd"}, "Did you mean `unemployed`"),
        ({"measure": "unemployed"}, "more than one adjustment"),
        ({"measure": "unemployed", "adjustment": "SA"}, "more than one method"),
        ({"measure": "unemployed", "region": "GM0546"}, "not published for region GM0546"),
    ],
)
def test_a_choice_that_names_no_single_series_is_refused(
    labour_table: ProcessedTable, arguments: dict[str, str], message: str
) -> None:
    with pytest.raises(TalentStatsError, match=message):
        read_series(**arguments, table=labour_table)


def test_vacancies_known_from_single_news_releases_are_no_series(labour_table: ProcessedTable) -> None:
    assert read_series("vacancies_open", adjustment="SA", table=labour_table).periods[0] < "2004Q1"
    assert tightness(table=labour_table).periods[0] == "2011Q1"
    old = tightness(method="ebb_before_2022", table=labour_table)
    assert old.at("2008Q1").kind == "published"
