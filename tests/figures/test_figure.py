import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import FrozenInstanceError, replace
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from talentstats.errors import InputError
from talentstats.figures import Figure, dots, trend
from talentstats.provenance import Origin, Snapshot
from talentstats.terms import Vintage

Rows = Callable[..., pl.DataFrame]


class Series:
    def __init__(self, frame: pl.DataFrame) -> None:
        self.frame = frame

    def to_polars(self) -> pl.DataFrame:
        return self.frame


@pytest.mark.parametrize("wrap", [Series, pl.DataFrame.lazy, pl.DataFrame.to_pandas, pl.DataFrame.to_arrow])
def test_a_series_or_any_data_frame_can_be_drawn(
    rows: Rows, title: dict[str, str], origin: Callable[..., Origin], wrap: Callable[[pl.DataFrame], object]
) -> None:
    figure = trend(wrap(rows({"2022Q1": 134, "2022Q2": 142})), title=title, sources=[origin()])

    assert figure.data["value"].to_list() == [134, 142]


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (lambda frame: frame.drop("low"), "misses a column"),
        (lambda frame: frame.clear(), "is empty"),
        (lambda frame: frame.with_columns(value=pl.lit(float("nan"))), "column `value`, row 1"),
        (lambda frame: frame.with_columns(value=pl.lit(float("inf"))), "cannot be drawn"),
        (lambda frame: frame.with_columns(value=pl.lit("many")), "wrong type"),
        (lambda frame: frame.with_columns(region=pl.lit(None, dtype=pl.String)), "column `region`"),
        (lambda frame: frame.with_columns(period=pl.lit("spring")), "not a period"),
        (lambda _: {"value": 1}, "not a table"),
    ],
)
def test_data_that_cannot_be_drawn_are_refused(
    rows: Rows,
    title: dict[str, str],
    origin: Callable[..., Origin],
    spoil: Callable[[pl.DataFrame], Any],
    message: str,
) -> None:
    with pytest.raises(InputError, match=message):
        trend(spoil(rows({"2022Q1": 134})), title=title, sources=[origin()])


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"nl": "Alleen een Nederlandse titel"}, "both languages"),
        ({"nl": "Krapte", "en": "Tightness"}, "does not say a finding"),
        ({"nl": "One title for all", "en": "One title for all"}, "same in both languages"),
    ],
)
def test_a_title_says_the_finding_in_both_languages(
    rows: Rows, origin: Callable[..., Origin], wrong: dict[str, str], message: str
) -> None:
    with pytest.raises(InputError, match=message):
        trend(rows({"2022Q1": 134}), title=wrong, sources=[origin()])


def test_a_figure_without_a_source_is_refused(
    rows: Rows, title: dict[str, str], origin: Callable[..., Origin]
) -> None:
    with pytest.raises(InputError, match="no source"):
        trend(rows({"2022Q1": 134}), title=title, sources=[])
    for part in ("table_id", "sha256", "publisher"):
        with pytest.raises(InputError, match=f"no {part}"):
            trend(rows({"2022Q1": 134}), title=title, sources=[origin(**{part: ""})])


def test_a_figure_without_an_alt_text_is_refused(trend_figure: Figure) -> None:
    with pytest.raises(InputError, match="no alt text"):
        replace(trend_figure, kind=replace(trend_figure.kind, describe=lambda _: " "))


def test_the_source_line_names_table_publication_and_access(
    rows: Rows, title: dict[str, str], origin: Callable[..., Origin]
) -> None:
    sources = [
        origin(),
        origin(table_id="80590ned", published=Vintage.parse("2023-05"), accessed=date(2024, 1, 2)),
    ]
    figure = trend(rows({"2022Q1": 134}), title=title, sources=sources)

    assert figure.drawing("nl").source == (
        "Bron: CBS, tabel 80590ned (gepubliceerd in mei 2023), tabel 84545NED (gepubliceerd op 16 mei 2023). "
        "Geraadpleegd van 2 januari 2024 tot en met 30 juli 2026."
    )
    assert (
        "Statistics Netherlands (CBS), table 80590ned (published in May 2023)" in figure.drawing("en").source
    )


def test_news_releases_are_cited_as_such_and_not_as_a_table(
    rows: Rows, title: dict[str, str], origin: Callable[..., Origin]
) -> None:
    sources = [
        origin(table_id="news-2020-20", published=Vintage.parse("2020-05-15")),
        origin(table_id="news-releases"),
    ]
    source = trend(rows({"2022Q1": 134}), title=title, sources=sources).drawing("nl").source

    assert source.startswith(
        "Bron: CBS, nieuwsberichten (gepubliceerd van 15 mei 2020 tot en met 16 mei 2023)."
    )


def test_vintages_of_one_table_are_cited_once_with_their_span(
    rows: Rows, title: dict[str, str], origin: Callable[..., Origin]
) -> None:
    sources = [origin(published=Vintage.parse(day)) for day in ("2022-05-17", "2023-05-16", "2022-08")]
    figure = trend(rows({"2022Q1": 134}), title=title, sources=sources)

    assert "tabel 84545NED (gepubliceerd van 17 mei 2022 tot en met 16 mei 2023). Geraadpleegd op" in (
        figure.drawing("nl").source
    )


def test_the_subtitle_says_measure_unit_place_and_adjustment(
    trend_figure: Figure, dots_figure: Figure
) -> None:
    assert trend_figure.drawing("nl").subtitle == (
        "Spanning op de arbeidsmarkt (CBS), vacatures per 100 werklozen, Nederland, seizoengecorrigeerd"
    )
    assert dots_figure.drawing("en").subtitle.endswith(
        "vacancies per 100 unemployed, 2nd quarter 2023, not seasonally adjusted"
    )


def test_a_synthetic_source_labels_the_figure(
    provinces: tuple[pl.DataFrame, pl.DataFrame],
    title: dict[str, str],
    origin: Callable[..., Origin],
    tmp_path: Path,
) -> None:
    regions, reference = provinces
    snapshot = Snapshot(origin=origin(), path=tmp_path, size=1, kind="table", synthetic=True)
    figure = dots(regions, reference=reference, title=title, sources=[snapshot])

    assert figure.synthetic
    assert figure.drawing("nl").synthetic == "Synthetische gegevens"
    assert figure.alt("en").startswith("Synthetic data. ")


def test_a_warning_is_a_note_under_the_figure(
    rows: Rows, title: dict[str, str], origin: Callable[..., Origin]
) -> None:
    warnings = [{"nl": "de cijfers worden nog bijgesteld.", "en": "the figures will be revised."}]
    figure = trend(rows({"2022Q1": 134}), title=title, sources=[origin()], warnings=warnings)

    assert figure.drawing("nl").notes[0] == "Let op: de cijfers worden nog bijgesteld."
    assert figure.drawing("en").notes[0] == "Please note: the figures will be revised."


def test_a_figure_does_not_change_and_another_language_is_another_figure(trend_figure: Figure) -> None:
    english = trend_figure.with_language("en")

    assert (trend_figure.language, english.language) == ("nl", "en")
    assert english.drawing().title == trend_figure.spec.title.en
    with pytest.raises(FrozenInstanceError):
        trend_figure.language = "en"  # type: ignore[misc]
    with pytest.raises(InputError, match="Unknown language"):
        trend_figure.with_language("fr")  # type: ignore[arg-type]


def test_outside_a_notebook_show_returns_the_figure(trend_figure: Figure) -> None:
    shown = trend_figure.show("en")

    assert shown is not None
    assert shown.language == "en"


def test_labels_are_escaped_in_the_table(
    rows: Rows, title: dict[str, str], origin: Callable[..., Origin]
) -> None:
    frame = rows({"2022Q1": 134}).with_columns(region_name_nl=pl.lit("a|b <script> $x$ *b* @fig-x"))
    table = trend(frame, title=title, sources=[origin()]).table("nl")

    assert "A\\|b \\<script\\> \\$x\\$ \\*b\\* \\@fig-x" in table


def test_importing_figures_loads_no_renderer() -> None:
    code = (
        "import sys, talentstats.figures; "
        "print(sorted({'matplotlib', 'plotly', 'pandas', 'IPython', 'yaml'} & set(sys.modules)))"
    )
    source = Path(__file__).parents[2] / "src"
    environment = os.environ | {"PYTHONPATH": str(source)}
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True
    )

    assert done.stdout.strip() == "[]"
