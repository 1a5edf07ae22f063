import polars as pl
import pytest

from talentstats.schemas import TableCheck
from talentstats.schemas.checks import (
    ContiguousPeriods,
    DeclaredVariant,
    FlowIdentity,
    OneVariant,
    PeriodBegun,
    RateConsistent,
    RegionalSum,
    RevisionSize,
)
from talentstats.schemas.labour import PROVINCES as PROVINCE_CODES
from talentstats.validation.relations import evidence_of
from validation.observations import (
    FLOWS,
    NEW,
    OLD,
    PROVINCES,
    QUARTERS,
    SURVEY,
    clean_labour,
    place,
    series,
    table,
)

IDENTITY = FlowIdentity(stock="vacancies_open", inflow="vacancies_arisen", outflow="vacancies_filled")
RATE = RateConsistent(count="unemployed", rate="unemployment_rate", max_change=1.0)
SUM = RegionalSum(rule="sum", measure="vacancies_open", parts=PROVINCE_CODES, whole="NL01", slack=0.05)


def flows(
    dataset: str, *, opened: tuple[float, float], arisen: float, filled: float, unit: float = 1.0
) -> pl.DataFrame:
    return table(
        series(dataset, "vacancies_open", dict(zip(QUARTERS, opened, strict=False))),
        series(dataset, "vacancies_arisen", {"2022Q2": arisen}, resolution=unit),
        series(dataset, "vacancies_filled", {"2022Q2": filled}, resolution=unit),
    )


def excess(frame: pl.DataFrame, check: TableCheck) -> list[float]:
    evidence = evidence_of(frame, check)
    return (evidence["residual"].abs() - evidence["tolerance"]).to_list()


def rates(counts: tuple[float, ...], percentages: tuple[float, ...]) -> pl.DataFrame:
    method = {"method": "ebb_from_2022"}
    return table(
        series(SURVEY, "unemployed", dict(zip(QUARTERS, counts, strict=False)), resolution=1.0, **method),
        series(SURVEY, "unemployment_rate", dict(zip(QUARTERS, percentages, strict=False)), **method),
    )


def test_the_flow_residual_is_derived_by_hand() -> None:
    # Defence vacancies added in 2008 Q3: 239.2 - 256.7 ... here 450.0 - 430.0 - (400 - 370) = -10.
    evidence = evidence_of(flows(FLOWS, opened=(430.0, 450.0), arisen=400, filled=370), IDENTITY)
    assert evidence.select("period", "value").row(0) == ("2022Q2", "450.0")
    assert evidence["residual"].item() == pytest.approx(-10.0)
    # Half a unit per term: 0.05 + 0.05 + 0.5 + 0.5.
    assert evidence["tolerance"].item() == pytest.approx(1.1)


@pytest.mark.parametrize(("closing", "kept"), [(461.1, True), (458.9, True), (461.2, False), (458.8, False)])
def test_the_flow_identity_holds_up_to_half_a_unit_per_term(closing: float, kept: bool) -> None:
    (found,) = excess(flows(FLOWS, opened=(430.0, closing), arisen=400, filled=370), IDENTITY)
    assert (found <= 0) is kept


def test_flows_are_not_differenced_across_datasets_or_vintages() -> None:
    frame = pl.concat(
        [
            table(series(OLD, "vacancies_open", {"2022Q1": 430.0})),
            flows(NEW, opened=(430.0, 461.0), arisen=400, filled=370).filter(pl.col("period") == "2022Q2"),
        ]
    )
    assert evidence_of(frame, IDENTITY).is_empty()


@pytest.mark.parametrize(
    ("counts", "percentages", "apart"),
    [
        # 337.5 / 3.45 = 9783 .. 338.5 / 3.35 = 10104, then 332.5 / 3.45 = 9638: they overlap.
        ((338, 333), (3.4, 3.4), 0.0),
        # 332.5 / 2.45 = 13571 against at most 10104: 34.3 percent apart.
        ((338, 333), (3.4, 2.4), 34.31),
    ],
)
def test_implied_labour_forces_are_compared_as_intervals(
    counts: tuple[float, ...], percentages: tuple[float, ...], apart: float
) -> None:
    evidence = evidence_of(rates(counts, percentages), RATE)
    assert evidence["residual"].item() == pytest.approx(apart, abs=0.01)


def test_a_rate_that_may_be_zero_excludes_nothing() -> None:
    assert excess(rates((338, 2), (3.4, 0.0)), RATE) == [pytest.approx(-1.0)]


def test_a_sum_is_checked_only_where_every_part_is_published() -> None:
    frame = clean_labour()
    assert evidence_of(frame, SUM)["period"].to_list() == ["2022Q1", "2022Q2"]
    without = frame.filter(~place(PROVINCES, "vacancies_open", "2022Q1", region="PV20"))
    assert evidence_of(without, SUM)["period"].to_list() == ["2022Q2"]


def test_the_tolerance_of_a_sum_is_the_summed_rounding_and_the_slack() -> None:
    tolerance = evidence_of(clean_labour(), SUM)["tolerance"]
    assert tolerance.to_list() == [pytest.approx(13 * 0.05 + 0.05)] * 2


def test_a_missing_quarter_is_named_with_the_line_after_it() -> None:
    frame = clean_labour().filter(~place(FLOWS, "vacancies_open", "2022Q2"))
    gap = evidence_of(frame, ContiguousPeriods()).filter(pl.col("residual") > 0)
    after = frame.filter(place(FLOWS, "vacancies_open", "2022Q3"))["row"].item()
    assert gap.select("dataset", "row", "value").rows() == [(FLOWS, after, "2022Q2")]


def test_an_empty_figure_is_no_gap() -> None:
    frame = table(series(FLOWS, "vacancies_open", {"2022Q1": 1.0, "2022Q2": None, "2022Q3": 3.0}))
    assert evidence_of(frame, ContiguousPeriods())["residual"].to_list() == [0.0, 0.0, 0.0]


def test_figures_from_separate_publications_have_no_gaps() -> None:
    frame = table(series(FLOWS, "vacancies_open", {"2022Q1": 1.0, "2022Q3": 3.0}))
    assert excess(frame, ContiguousPeriods()) == [0.0, 1.0, 0.0]
    assert excess(frame, ContiguousPeriods(scattered=("cbs/80472ned/*",))) == []


def test_reference_days_follow_each_other_by_a_year() -> None:
    frame = table(series(FLOWS, "population", {"2020-01-01": 1.0, "2022-01-01": 3.0}))
    gap = evidence_of(frame, ContiguousPeriods()).filter(pl.col("residual") > 0)
    assert gap["value"].to_list() == ["2021-01-01"]


def test_the_days_by_which_a_publication_precedes_its_period_are_counted() -> None:
    frame = table(series(OLD, "vacancies_open", {"2020Q1": 1.0, "2020Q3": 1.0}))
    assert evidence_of(frame, PeriodBegun())["residual"].to_list() == [0.0, 5.0]


def test_an_undeclared_dataset_holds_the_variant_of_most_of_its_rows() -> None:
    main = series(FLOWS, "vacancies_open", {"2022Q1": 1.0, "2022Q2": 1.0})
    other = series(FLOWS, "vacancies_open", {"2022Q3": 1.0}, adjustment="SA")
    assert evidence_of(table(main, other), OneVariant())["residual"].to_list() == [0.0, 0.0, 1.0]
    assert evidence_of(table(main[:1], other), OneVariant())["residual"].to_list() == [1.0, 1.0]


def test_a_declared_dataset_holds_the_variants_declared() -> None:
    both = DeclaredVariant(
        dataset="cbs/80472ned/*",
        measures=("vacancies_open",),
        adjustments=("SA", "NSA"),
        methods=("vacancy_survey",),
    )
    frame = table(
        series(FLOWS, "vacancies_open", {"2022Q1": 1.0}),
        series(FLOWS, "vacancies_open", {"2022Q1": 1.0}, adjustment="SA"),
        series(FLOWS, "vacancies_open", {"2022Q1": 1.0}, method="register"),
    )
    assert evidence_of(frame, OneVariant(variants=(both,)))["residual"].to_list() == [0.0, 0.0, 1.0]


def test_a_revision_is_the_change_since_the_vintage_before_beyond_rounding() -> None:
    frame = table(
        series(NEW, "vacancies_open", {"2020Q1": 110.0}, resolution=1.0),
        series(OLD, "vacancies_open", {"2020Q1": 100.0}, resolution=1.0),
    )
    evidence = evidence_of(frame, RevisionSize(limit=5.0))
    assert evidence.select("dataset", "residual").row(0) == (NEW, pytest.approx(10.0))
    assert evidence["tolerance"].item() == pytest.approx(5.0 + 1.0)


@pytest.mark.parametrize(
    "check", [ContiguousPeriods(), IDENTITY, RATE, SUM, OneVariant(), RevisionSize(limit=1.0), PeriodBegun()]
)
def test_unreadable_periods_and_missing_values_are_left_to_the_rules_on_columns(check: TableCheck) -> None:
    frame = clean_labour().with_columns(pl.lit("soon").alias("period"))
    assert evidence_of(frame, check).is_empty()
    assert evidence_of(clean_labour().clear(), check).is_empty()
