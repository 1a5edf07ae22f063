"""Measures of several programmes below each other. The figures of this module are invented."""

from collections.abc import Callable
from typing import Any

import polars as pl
import pytest

from talentstats.errors import ComparisonError, InputError
from talentstats.figures import Figure, programmes, trend
from talentstats.figures.catalogue.programmes_marks import day_of
from talentstats.figures.catalogue.programmes_words import defined_measures
from talentstats.figures.marks import Label, Line, Points
from talentstats.language import catalog
from talentstats.provenance import Origin

Rows = Callable[..., pl.DataFrame]
Make = Callable[..., Figure]
VACANCY_RATE = {"measure": "job_vacancy_rate", "method": "eurostat_vacancies", "unit": "percent"}
UNEMPLOYMENT = {
    "measure": "eurostat_unemployment_rate",
    "method": "eurostat_unemployment",
    "unit": "percent",
}


@pytest.fixture
def make(rows: Rows, title: dict[str, str], origin: Callable[..., Origin]) -> Make:
    """Make a figure of three measures, one of them by month; a series given replaces all."""

    def figure(*series: pl.DataFrame, **options: Any) -> Figure:
        chosen = series or (
            rows({"2022Q1": 133, "2022Q2": 142, "2022Q3": None, "2022Q4": 120}),
            rows({"2022Q1": 4.9, "2022Q2": 4.6, "2022Q4": 4.2}, **VACANCY_RATE),
            rows({"2022M01": 3.6, "2022M02": 3.4, "2022M03": 3.3}, **UNEMPLOYMENT),
        )
        return programmes(list(chosen), **{"title": title, "sources": [origin()], **options})

    return figure


def marks_of(figure: Figure, kind: Any) -> list[Any]:
    return [mark for mark in figure.drawing().plot.marks if isinstance(mark, kind)]


def lines_of(figure: Figure) -> list[Line]:
    return [mark for mark in marks_of(figure, Line) if not mark.thin]


def test_each_measure_has_a_line_of_its_own_from_top_to_bottom(make: Make) -> None:
    lines = lines_of(make())
    middles = [max(y for y in line.y if y is not None) for line in lines]
    assert len(lines) == 3
    assert middles == sorted(middles, reverse=True)
    assert len({line.color for line in lines}) == 3


def test_the_same_day_stands_at_the_same_place_in_every_panel(make: Make) -> None:
    quarters, _, months = lines_of(make())
    assert day_of("2022M02") == pytest.approx(day_of("2022Q1"), abs=1)
    assert months.x[1] == pytest.approx(quarters.x[0], abs=1)


def test_every_axis_begins_at_zero_and_has_numbers_of_its_own(make: Make) -> None:
    texts = [tick.text for tick in make().drawing().plot.y.ticks]
    assert texts.count("0") == 3
    assert {"150", "5", "4"} <= set(texts)


def test_a_panel_says_measure_unit_adjustment_and_definition(make: Make) -> None:
    for language in ("nl", "en"):
        figure = make().with_language(language)
        labels = {mark.text: mark.bold for mark in marks_of(figure, Label)}
        heading = catalog()["measure.job_vacancy_rate"].in_language(language)
        definition = catalog()["definition.job_vacancy_rate"].in_language(language)
        assert any(text.startswith(f"{heading}, %, ") and bold for text, bold in labels.items())
        assert labels[definition] is False


def test_a_gap_is_not_bridged_and_the_figures_beside_it_are_points(make: Make) -> None:
    line = lines_of(make())[0]
    points = [mark for mark in marks_of(make(), Points) if mark.color == line.color]
    assert line.y.count(None) >= 1
    assert len(points[0].x) == 2


def test_a_provisional_figure_is_open_and_the_key_says_so(make: Make, rows: Rows) -> None:
    figure = make(
        rows({"2022Q1": 133, "2022Q2": 142}, status="provisional"),
        rows({"2022Q1": 4.9}, **VACANCY_RATE),
    )
    assert any(not mark.filled for mark in marks_of(figure, Points))
    assert [entry.symbol for entry in figure.drawing().plot.key] == ["open"]


def test_the_words_say_extremes_definitions_and_gaps(make: Make) -> None:
    said = make().alt("en")
    assert "highest 142 (2nd quarter 2022)" in said
    assert "Vacancies as a percentage of all posts" in said
    assert "no figure available for 2022-Q3" in said
    assert "do not measure the same thing" in said


def test_many_gaps_are_counted_instead_of_listed(make: Make, rows: Rows) -> None:
    figure = make(rows({"2018Q1": 50, "2022Q1": 133}), rows({"2022Q1": 4.9}, **VACANCY_RATE))
    assert "figures for 2 of the 17 periods" in figure.alt("en")


def test_the_table_has_a_column_for_each_measure_with_its_unit(make: Make) -> None:
    table = make().table("nl")
    assert "vacatures per 100 werklozen" in table.splitlines()[0]
    assert "| 2022-K1 | 133 | 4,9 | . |" in table
    assert "| 2022-K3 | . | . | . |" in table


def test_earlier_periods_can_be_left_out(make: Make, rows: Rows) -> None:
    series = rows({"2021Q4": 106, "2022Q1": 133}), rows({"2021Q1": 3.0, "2022Q1": 4.9}, **VACANCY_RATE)
    assert make(*series, since="2022Q1").data["period"].to_list() == ["2022Q1", "2022Q1"]


def test_a_measure_without_a_figure_since_then_is_refused(make: Make, rows: Rows) -> None:
    series = rows({"2021Q4": 106, "2022Q1": 133}), rows({"2021Q1": 3.0}, **VACANCY_RATE)
    with pytest.raises(InputError, match="Series 2 has no figure since 2022Q1"):
        make(*series, since="2022Q1")


def test_measures_of_two_programmes_never_share_an_axis(
    rows: Rows, title: dict[str, str], origin: Callable[..., Origin]
) -> None:
    with pytest.raises(ComparisonError, match="Two definitions in one figure"):
        trend(
            rows({"2022Q1": 133}),
            rows({"2022Q1": 4.9}, **VACANCY_RATE),
            title=title,
            sources=[origin()],
        )


def test_one_measure_is_no_comparison(make: Make, rows: Rows) -> None:
    with pytest.raises(InputError, match="not as many measures"):
        make(rows({"2022Q1": 133}))


def test_a_measure_twice_is_refused(make: Make, rows: Rows) -> None:
    with pytest.raises(InputError, match="given twice"):
        make(rows({"2022Q1": 133}), rows({"2022Q1": 134}))


def test_measures_of_two_regions_are_refused(make: Make, rows: Rows) -> None:
    with pytest.raises(ComparisonError, match="several regions"):
        make(rows({"2022Q1": 114}, region="PV28"), rows({"2022Q1": 4.9}, **VACANCY_RATE))


def test_two_methods_in_a_panel_are_refused(make: Make, rows: Rows) -> None:
    both = pl.concat([rows({"2021Q3": 126}, method="ebb_before_2022"), rows({"2021Q4": 106})])
    with pytest.raises(ComparisonError, match="Series 1 holds more than one method"):
        make(both, rows({"2022Q1": 4.9}, **VACANCY_RATE))


def test_a_measure_without_a_definition_is_refused(make: Make, rows: Rows) -> None:
    with pytest.raises(InputError, match="no definition in one line"):
        make(rows({"2022Q1": 1}, measure="uwv_class", unit="class"), rows({"2022Q1": 4.9}, **VACANCY_RATE))


def test_every_definition_is_of_a_measure_with_a_name() -> None:
    assert {f"measure.{name}" for name in defined_measures()} <= set(catalog())


def test_the_figure_is_drawn_the_same_every_time(make: Make) -> None:
    assert make().render("svg") == make().render("svg")
