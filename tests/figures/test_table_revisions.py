from collections.abc import Callable
from typing import Any

import polars as pl
import pytest

from talentstats.errors import InputError
from talentstats.figures import Figure
from talentstats.figures.catalogue.table_revisions import COLUMNS, table_revisions
from talentstats.figures.marks import Label, Points, Ranges
from talentstats.provenance import Origin

SUBJECT = {"nl": "Tabel 85224NED, stand juli tegenover april", "en": "Table 85224NED, July against April"}
TITLE = {"nl": "Drie van de zes cijfers zijn bijgesteld", "en": "Three of six figures were revised"}
MINUS = "\N{MINUS SIGN}"


def counted(period: str, compared: int, revised: int, definitive: int) -> dict[str, Any]:
    return {"panel": "", "period": period, "compared": compared, "revised": revised, "definitive": definitive}


def spread(period: str, low: float, median: float, high: float, **fields: Any) -> dict[str, Any]:
    named = {"panel": "rate", "panel_nl": "Werkloosheid", "panel_en": "Unemployment"}
    unit = {"unit_nl": "%", "unit_en": "%", "decimals": 1, "compared": 0, "revised": 2, "definitive": 0}
    return {**named, **unit, "period": period, "low": low, "median": median, "high": high, **fields}


ROWS = [
    counted("2025Q4", 4, 1, 1),
    counted("2026Q1", 4, 2, 0),
    counted("2026Q2", 4, 0, 0),
    spread("2025Q4", -0.3, -0.3, -0.3),
    spread("2026Q1", -0.1, 0.1, 0.3),
]


@pytest.fixture
def draw(origin: Callable[..., Origin]) -> Callable[..., Figure]:
    def make(rows: list[dict[str, Any]] = ROWS, **fields: Any) -> Figure:
        frame = pl.DataFrame(rows, schema=COLUMNS)
        return table_revisions(frame, subject=SUBJECT, title=TITLE, sources=[origin()], **fields)

    return make


def marks_of(figure: Figure, kind: Any) -> list[Any]:
    return [mark for mark in figure.drawing().plot.marks if isinstance(mark, kind)]


def test_a_bar_is_the_share_revised_and_its_dark_part_what_was_definitive(
    draw: Callable[..., Figure],
) -> None:
    definitive, other, spreads = marks_of(draw(), Ranges)

    assert [definitive.color, other.color, spreads.color] == ["blue", "blue-mid", "orange"]
    assert (len(definitive.at), len(other.at), len(spreads.at)) == (1, 1, 2)
    # Of four figures two were revised for the one period and one for the other: a bar of twice the height.
    assert other.high[0] - other.low[0] == pytest.approx(2 * (definitive.high[0] - definitive.low[0]))


def test_every_bar_and_spread_tells_its_numbers_when_pointed_at(draw: Callable[..., Figure]) -> None:
    told = [text for points in marks_of(draw(), Points) for text in points.hover]

    assert told == [
        "4e kwartaal 2025: 1 van de 4 cijfers bijgesteld, waarvan al definitief: 1",
        "1e kwartaal 2026: 2 van de 4 cijfers bijgesteld, waarvan al definitief: 0",
        f"4e kwartaal 2025: {MINUS}0,3 tot {MINUS}0,3, mediaan {MINUS}0,3 (bijgestelde cijfers: 2)",
        f"1e kwartaal 2026: {MINUS}0,1 tot +0,3, mediaan +0,1 (bijgestelde cijfers: 2)",
    ]


def test_each_panel_says_what_it_shows_and_in_which_unit(draw: Callable[..., Figure]) -> None:
    titles = [label.text for label in marks_of(draw(), Label) if label.bold]

    assert titles == [
        "Bijgestelde cijfers, in procenten van de vergeleken cijfers",
        "Werkloosheid: bijstelling, %",
    ]


def test_the_key_names_only_what_is_drawn(draw: Callable[..., Figure]) -> None:
    key = [entry.text for entry in draw([counted("2025Q4", 4, 1, 1)]).drawing("en").plot.key]

    assert key == ["revised, was already definitive"]


def test_the_alternative_text_gives_counts_the_highest_share_and_the_extremes(
    draw: Callable[..., Figure],
) -> None:
    words = draw().alt("en")

    assert "Revised: 3 of 12 figures compared; already definitive: 1." in words
    assert "Highest share: 50% (1st quarter 2026)." in words
    assert f"Unemployment: revisions from {MINUS}0.3 to +0.3 (%)." in words


def test_the_table_has_every_period_and_a_dash_where_nothing_was_revised(draw: Callable[..., Figure]) -> None:
    lines = draw().table("en").splitlines()

    assert lines[0] == "| Period | Compared | Revised | Already definitive | Unemployment, revision (%) |"
    assert lines[2:5] == [
        f"| 2025-Q4 | 4 | 1 | 1 | {MINUS}0.3 |",
        f"| 2026-Q1 | 4 | 2 | 0 | {MINUS}0.1 to +0.3 |",
        "| 2026-Q2 | 4 | 0 | 0 | \N{EN DASH} |",
    ]


def test_what_is_not_drawn_is_counted_in_a_note(draw: Callable[..., Figure]) -> None:
    assert any("andere perioden: 59" in note for note in draw(elsewhere=59).drawing().notes)
    assert not any("andere perioden" in note for note in draw().drawing().notes)


@pytest.mark.parametrize("language", ["nl", "en"])
@pytest.mark.parametrize("format", ["svg", "png", "html"])
def test_it_is_drawn_for_print_and_screen(
    draw: Callable[..., Figure],
    language: Any,
    format: str,  # noqa: A002
) -> None:
    assert len(draw().render(format, language=language)) > 2000


def test_synthetic_figures_say_so(draw: Callable[..., Figure]) -> None:
    assert draw(synthetic=True).drawing("en").synthetic == "Synthetic data"


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ([counted("2025Q4", 4, 0, 0)], "nothing to draw"),
        ([*ROWS, *(spread("2026Q1", 0, 0, 0, panel=name) for name in "abc")], "too many measures"),
    ],
)
def test_what_cannot_be_drawn_is_refused(
    draw: Callable[..., Figure], rows: list[dict[str, Any]], message: str
) -> None:
    with pytest.raises(InputError, match=message):
        draw(rows)


def test_a_column_that_is_missing_is_named(origin: Callable[..., Origin]) -> None:
    frame = pl.DataFrame(ROWS, schema=COLUMNS).drop("definitive")

    with pytest.raises(InputError, match="no `definitive`"):
        table_revisions(frame, subject=SUBJECT, title=TITLE, sources=[origin()])
