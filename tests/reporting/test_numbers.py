from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from talentstats.errors import ComparisonError, InputError
from talentstats.labour import tightness
from talentstats.labour.rounding import Range
from talentstats.language import Bilingual
from talentstats.reporting.appendix import numbers_table
from talentstats.reporting.claims import relation_words
from talentstats.reporting.derived import change_of, sum_of
from talentstats.reporting.editions import Report, open_report
from talentstats.reporting.numbers import Number, NumberStore, Value, Witness, observation_number
from talentstats.store import ProcessedTable
from talentstats.terms import Language, Period, Vintage
from talentstats.workspace import Workspace

WITNESS = Witness(method=Bilingual(nl="zoals gepubliceerd", en="as published"))


def number(name: str = "a", value: Value = 1234.5, **changes: Any) -> Number:
    return replace(Number(id=name, value=value, decimals=1, witness=WITNESS), **changes)


@pytest.mark.parametrize(
    ("one", "nl", "en"),
    [
        (number(), "1.234,5", "1,234.5"),
        (number(form="change"), "+1.234,5", "+1,234.5"),
        (
            number(value=Period.parse("2022Q1"), form="period"),
            "eerste kwartaal van 2022",
            "first quarter of 2022",
        ),
        (number(value=date(2022, 5, 17), form="date"), "17 mei 2022", "17 May 2022"),
        (number(value=Vintage.parse("2022-08"), form="date"), "augustus 2022", "August 2022"),
        (number(value=Range(148.4, 177.3), form="range", decimals=0), "148–177", "148–177"),
        (number(value=Bilingual(nl="krap", en="tight"), form="words"), "krap", "tight"),
    ],
)
def test_a_number_is_written_for_its_reader(one: Number, nl: str, en: str) -> None:
    assert (one.text("nl"), one.text("en")) == (nl, en)


def test_a_labour_figure_brings_its_witness_along(labour_table: ProcessedTable) -> None:
    made = observation_number("t", tightness(table=labour_table).at("2022Q1", as_of="2022-05-17"))
    assert made.text("nl") == "133"
    assert {name: facet.text("nl") for name, facet in made.facets.items()} == {
        "period": "eerste kwartaal van 2022",
        "published": "17 mei 2022",
        "certainty": "uit de tweede hand",
        "range": "133–134",
        "numerator": "451",
        "denominator": "338",
    }
    assert made.witness.method.nl == "100 × 451 / 338 (EBB, nieuwe methode, seizoengecorrigeerd)"
    assert {source.origin.dataset for source in made.witness.sources} == {"cbs/tightness-releases/2026-07-30"}


def test_an_id_stands_for_one_number() -> None:
    with pytest.raises(InputError, match="Two numbers"):
        NumberStore.of([number(), number()])


def test_facets_are_found_by_name_and_counted_to_their_number() -> None:
    store = NumberStore.of([number(facets={"period": number("a.period")})])
    assert store["a.period"].id == "a.period"
    assert (store.parent("a.period"), store.parent("a")) == ("a", "a")
    with pytest.raises(InputError, match=r"Did you mean `a\.period`"):
        store["a.perod"]


def test_a_sum_and_a_change_say_how_they_were_made() -> None:
    total = sum_of("s", [number("a", 100.0), number("b", 50.0)])
    assert (total.value, total.witness.method.en) == (150.0, "sum of 2 municipalities")
    change = change_of("c", number("late", 110.0), number("early", 100.0))
    assert change.text("nl") == "+10,0"
    assert change.facets["than"].text("nl") == "10,0% meer dan"
    assert change.witness.method.nl == "100 × (110,0 / 100,0 − 1)"
    assert (
        change_of("c", number("late", 90.0), number("early", 100.0)).facets["than"].text("en")
        == "10.0% fewer than"
    )


def test_only_amounts_are_calculated_with() -> None:
    period = number("p", value=Period.parse("2022Q1"), form="period")
    with pytest.raises(InputError, match="`p` is no amount"):
        sum_of("s", [number(), period])
    with pytest.raises(InputError, match="`p` is no amount"):
        change_of("c", number(), period)


def _ranged(low: float, high: float, **changes: Any) -> Number:
    return number(value=(low + high) / 2, witness=replace(WITNESS, range=Range(low, high)), **changes)


@pytest.mark.parametrize(
    ("first", "second", "words"),
    [
        (_ranged(10, 11), _ranged(12, 13), "lager dan"),
        (_ranged(14, 15), _ranged(12, 13), "hoger dan"),
        (_ranged(10, 12.5), _ranged(12, 13), "door afronding niet te onderscheiden van"),
        (number(value=5.0), number(value=5.0), "door afronding niet te onderscheiden van"),
        (number(value=5.2), number(value=5.0), "hoger dan"),
    ],
)
def test_a_comparison_says_no_more_than_the_ranges_allow(first: Number, second: Number, words: str) -> None:
    assert relation_words(first, second, "nl") == words


def test_figures_of_two_definitions_are_not_compared_in_prose() -> None:
    adjusted = number(definition=("tightness", "SA", "new"))
    with pytest.raises(ComparisonError, match="two definitions"):
        relation_words(adjusted, number(definition=("tightness", "NSA", "new")), "nl")
    with pytest.raises(ComparisonError, match="cannot be compared"):
        relation_words(adjusted, number(unit="percent"), "nl")


@pytest.fixture(scope="module", params=["nl", "en"])
def report(request: pytest.FixtureRequest, project: Workspace) -> Report:
    language: Language = request.param
    return open_report("biennial", language=language, workspace=project)


def test_the_appendix_lists_every_number_of_the_text_and_the_tables(report: Report) -> None:
    rows = report.all_numbers().rows
    listed = {row[0].nl.replace("\N{ZERO WIDTH SPACE}", "") for row in rows}
    cited = {name for table in report.contents.tables.values() for name in table.cites} | set(report.cited)
    assert listed == {report.numbers.parent(name) for name in cited}
    assert len(rows) == len(listed)


def test_every_number_of_the_report_has_a_source_or_says_it_was_set(report: Report) -> None:
    without = [one.id for one in report.numbers if not one.witness.sources]
    rules = ["survey.rule.conf_level", "survey.rule.alpha", "survey.rule.fewest_respondents"]
    earlier = [f"published.{name}" for name in ("editions", "checked", "changed", "finding")]
    assert without == ["edition.date", "edition.as_of", *rules, *earlier]
    assert all(one.witness.method.nl and one.witness.method.en for one in report.numbers)


def test_a_table_without_rows_leaves_no_trace_in_the_document(report: Report) -> None:
    assert report.contents.tables["published-changes"].rows == ()
    assert report.table_block("published-changes", "Wat nu anders luidt") == ""


def test_a_table_in_a_block_has_its_label_and_its_caption(report: Report) -> None:
    block = report.table_block("republished", "Eerste * en laatste")
    assert block.startswith(report.table("republished").markdown())
    assert block.endswith("\n\n: Eerste \\* en laatste {#tbl-republished}")


def test_a_number_that_rests_on_many_files_refers_to_the_table_of_sources(report: Report) -> None:
    table = numbers_table(report.numbers, ["quality.figures", "tightness.nl.2022Q1"])
    assert "23 bestanden" in table.rows[0][4].nl
    assert "84545NED (" in table.rows[1][4].nl


def test_the_sums_of_municipalities_are_those_of_the_published_groups(report: Report) -> None:
    # Computed by hand from table 03759ned for the six municipalities and the eleven of the COROP area.
    assert report.numbers["population.leiden_six.last"].value == 287875
    assert report.numbers["population.CR25.first"].value == 427217


def test_what_was_published_later_than_the_day_asked_for_does_not_show(project: Workspace) -> None:
    early = open_report("biennial", language="en", as_of="2026-07-20", workspace=project)
    assert early.number("tightness.nl.latest.period") == "fourth quarter of 2025"
    late = open_report("biennial", language="en", workspace=project)
    assert late.number("tightness.nl.latest.period") == "second quarter of 2026"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"name": "bienial"}, "Did you mean `biennial`"),
        ({"language": "fr"}, "Unknown language"),
        ({"edition": "2030"}, "Unknown edition"),
        ({"as_of": "yesterday"}, "is not a period"),
        ({"as_of": "2023-01-01"}, "not yet published|has a figure|No figures"),
    ],
)
def test_a_report_that_cannot_be_opened_says_why(
    project: Workspace, arguments: dict[str, str], message: str
) -> None:
    call = {"language": "nl", "name": "biennial", **arguments}
    with pytest.raises(Exception, match=message):
        open_report(call.pop("name"), workspace=project, **call)


@pytest.mark.parametrize("ask", ["figure", "table", "number"])
def test_an_unknown_figure_table_or_number_is_named(report: Report, ask: str) -> None:
    with pytest.raises(InputError, match="nonsense"):
        getattr(report, ask)("nonsense")
