"""What the chapter on revisions counts: vintages of tables, and figures published more than once."""

import datetime as dt
from dataclasses import replace
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from talentstats.language import Bilingual
from talentstats.provenance import Origin
from talentstats.reporting.biennial.revised import Revised, find_republished, gather_revised
from talentstats.reporting.biennial.revision_numbers import published_numbers, revision_numbers
from talentstats.reporting.biennial.revision_tables import revision_tables
from talentstats.reporting.numbers import NumberStore
from talentstats.sources import find_snapshots
from talentstats.store import ProcessedTable
from talentstats.terms import Language, Vintage
from talentstats.vintages.published import Checked, Mismatch, Publication, PublishedNumber, write_publication
from talentstats.workspace import Workspace
from vintage_support import revise, write_edition

ROOT = Path(__file__).resolve().parents[3]
TODAY = dt.date(2026, 11, 23)
DAYS = {"a": dt.date(2022, 5, 17), "b": dt.date(2023, 5, 16), "c": dt.date(2024, 5, 15)}


def row(source: str, value: float, **fields: Any) -> dict[str, Any]:
    usual = {
        "dataset": f"cbs/{source}/{DAYS[source]}",
        "row": 2,
        "measure": "vacancies_open",
        "region": "NL01",
        "period": "2022Q1",
        "adjustment": "SA",
        "method": "vacancy_survey",
        "vintage": DAYS[source],
        "value": value,
        "unit": "thousand",
        "resolution": 0.1,
        "status": "unknown",
    }
    return {**usual, **fields}


@pytest.fixture(scope="module")
def origins() -> dict[str, Origin]:
    """Return the origin of every stored dataset, and of three that are made up."""
    stored = {one.origin.dataset: one.origin for one in find_snapshots(ROOT / "data" / "raw")}
    first = next(iter(stored.values()))
    made = {
        f"cbs/{name}/{day}": replace(
            first, dataset=f"cbs/{name}/{day}", table_id=name, published=Vintage.parse(day.isoformat())
        )
        for name, day in DAYS.items()
    }
    return {**stored, **made}


def labour(origins: dict[str, Origin], *rows: dict[str, Any]) -> ProcessedTable:
    return ProcessedTable(
        name="labour",
        frame=pl.DataFrame(rows or [row("a", 451.0)]),
        origins=origins,
        regions={},
        refusals=(),
        synthetic=frozenset(),
        validation={},
        fingerprint="",
    )


def test_the_first_publication_of_a_figure_is_held_against_the_last(origins: dict[str, Origin]) -> None:
    table = labour(
        origins,
        row("b", 460.0),
        row("a", 451.0, resolution=1.0, status="definitive"),
        row("c", 452.8),
        row("a", 400.0, period="2022Q2"),
    )

    (found,) = find_republished(table, as_of=TODAY)

    assert (found.counts.compared, found.counts.kinds["revised"], found.counts.definitive["revised"]) == (
        1,
        1,
        1,
    )
    assert (found.largest, found.resolution, found.unit) == (1.8, 1.0, "thousand")
    assert [origin.table_id for origin in found.origins] == ["a", "b", "c"]


@pytest.mark.parametrize(
    ("rows", "as_of", "revised"),
    [
        ([row("a", 451.0, resolution=1.0), row("b", 450.9)], TODAY, 0),
        ([row("a", 451.0), row("b", 450.9)], TODAY, 1),
        # Not yet published on that day.
        ([row("a", 451.0), row("b", 450.9)], dt.date(2022, 12, 31), None),
        # Another method, or before the break of 2010: not the same figure.
        ([row("a", 451.0), row("b", 450.9, method="as_stated")], TODAY, None),
        ([row("a", 451.0, period="2010Q4"), row("b", 450.9, period="2010Q4")], TODAY, None),
    ],
)
def test_only_what_is_beyond_rounding_and_of_one_definition_is_a_revision(
    origins: dict[str, Origin], rows: list[dict[str, Any]], as_of: dt.date, revised: int | None
) -> None:
    found = [one.counts.kinds["revised"] for one in find_republished(labour(origins, *rows), as_of=as_of)]

    assert found == ([] if revised is None else [revised])


def gathered(
    workspace: Workspace, origins: dict[str, Origin], *rows: dict[str, Any], **fields: Any
) -> Revised:
    table = labour(origins, *rows)
    usual = {"as_of": TODAY, "report": "biennial", "edition_date": TODAY}
    return gather_revised(workspace, labour=table, regional=table, **{**usual, **fields})


def test_every_dataset_with_two_vintages_is_compared(project: Workspace, origins: dict[str, Origin]) -> None:
    found = gathered(project, origins)

    assert [one.dataset for one in found.tables] == [
        "cbs/83523NED",
        "cbs/83599NED",
        "cbs/84545NED",
        "cbs/85268NED",
        "cbs/tightness-chart",
    ]
    store = NumberStore.of(revision_numbers(found))
    assert (store.text("revised.tables", "nl"), store.text("revised.compared", "nl")) == ("5", "0")
    assert store.text("revised.finding", "en").startswith("The stored vintages of a table have no figures in")


def test_a_vintage_of_after_the_day_of_the_edition_does_not_count(
    project: Workspace, origins: dict[str, Origin]
) -> None:
    found = gathered(project, origins, as_of=dt.date(2023, 12, 31))

    assert "cbs/83599NED" not in [one.dataset for one in found.tables]


def test_a_fetched_second_vintage_is_counted_with_what_was_definitive(
    own_project: Workspace, origins: dict[str, Origin]
) -> None:
    folder = write_edition(
        own_project.raw, "2026-07-30", edit=revise({("3000800_2", "A050903", "2026KW01"): 420})
    )
    known = {**origins, f"cbs/85224NED/{folder.name}": origins["cbs/85224NED/2026-04-30"]}

    found = gathered(own_project, known, row("a", 451.0), row("b", 452.8))
    store = NumberStore.of([*revision_numbers(found), *published_numbers([])])
    tables = revision_tables(found, [], store)

    assert store.text("revised.finding", "en") == (
        "One of 4,046 figures compared was revised, and it had been definitive"
    )
    assert [
        store.text(f"revised.85224NED.{part}", "nl") for part in ("compared", "revised", "definitive")
    ] == [
        "4.046",
        "1",
        "1",
    ]
    assert "| 85224NED | 30 apr 2026 | 30 jul 2026 | 4.046 | 1 | 1 |" in tables[
        "revised-tables"
    ].markdown().replace("\N{NO-BREAK SPACE}", " ")
    assert tables["republished"].rows[0][-1] == Bilingual(nl="+1,8", en="+1.8")
    assert all(name in store.numbers for table in tables.values() for name in table.cites)


def publication(edition: str, day: dt.date, report: str = "biennial") -> Publication:
    number = PublishedNumber(id="x", value=1.0, unit="", period="2022Q1", texts={"nl": "1", "en": "1"})
    pdfs: dict[Language, tuple[str, str]] = {"nl": ("report.pdf", "0" * 64)}
    return Publication(report=report, edition=edition, date=day, as_of=day, pdfs=pdfs, numbers=(number,))


def test_only_earlier_editions_of_the_same_report_are_checked(
    own_project: Workspace, origins: dict[str, Origin]
) -> None:
    for one in (
        publication("2024", dt.date(2024, 11, 1)),
        publication("2026", TODAY),
        publication("2024", dt.date(2024, 11, 1), report="talent-coalition"),
    ):
        write_publication(one, own_project.reference)

    found = gathered(own_project, origins)

    assert [(one.report, one.edition) for one in found.publications] == [("biennial", "2024")]


def checked(figures: int, *printed: bool) -> Checked:
    number = PublishedNumber(id="x", value=1.0, unit="", period="2022Q1", texts={"nl": "1", "en": "1"})
    mismatches = tuple(
        Mismatch(edition="2024", then=number, now=number, printed=seen, newer=()) for seen in printed
    )
    return Checked(publication=publication("2024", TODAY), checked=figures, mismatches=mismatches)


@pytest.mark.parametrize(
    ("found", "words"),
    [
        ([], "No earlier edition of this report has been published"),
        (
            [checked(1200)],
            "Of the 1,200 figures in earlier editions that can be determined again, none has changed.",
        ),
        # A digit that is not printed is no change to a reader.
        ([checked(9, False)], "Of the 9 figures in earlier editions that can be determined again, none has"),
        ([checked(9, True, False)], "can be determined again, one has changed; the table lists it."),
        (
            [checked(9, True), checked(3, True)],
            "Of the 12 figures in earlier editions that can be determined again, 2",
        ),
    ],
)
def test_the_report_says_what_became_of_published_figures(found: list[Checked], words: str) -> None:
    store = NumberStore.of(published_numbers(found))

    assert words in store.text("published.finding", "en")
