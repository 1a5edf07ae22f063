import base64
import hashlib
import html
import io
import json
import math
import os
import re
import struct
import subprocess
import sys
import threading
from collections.abc import Callable
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
import polars as pl
import pytest
from matplotlib.axes import Axes
from matplotlib.collections import PolyCollection
from matplotlib.figure import Figure as Sheet
from matplotlib.lines import Line2D
from matplotlib.patches import Rectangle
from matplotlib.text import Text
from pypdf import PdfReader

from figure_support import make_survey_figures
from talentstats.brand import load_brand
from talentstats.errors import InputError
from talentstats.figures import Figure, render_matplotlib, render_plotly, trend
from talentstats.language import Bilingual
from talentstats.provenance import Origin

Rows = Callable[..., pl.DataFrame]

PAYLOAD = "<script>alert('x')</script> & $x^2$"

DRAW = """
import hashlib, sys
sys.path[:0] = ["tests/figures", "tests"]
import conftest
from talentstats.figures import trend


frame = conftest.make_rows(conftest.consecutive("2020Q4", [55, 73, None, 126]))
for name in ("svg", "png", "pdf", "html"):
    figure = trend(frame, title=conftest.TITLE, sources=[conftest.make_origin()])
    print(name, hashlib.sha256(figure.render(name)).hexdigest())
for kind, figure in conftest.make_survey_figures().items():
    for name in ("svg", "html") if kind == "likert" else ("svg",):
        print(kind, name, hashlib.sha256(figure.render(name)).hexdigest())
"""


class Page(HTMLParser):
    """Collects tags with their attributes, and the text outside scripts and styles."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self._open: str | None = None
        self.feed(source)

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        self.tags.append((tag, dict(attrs)))
        self._open = tag if tag in ("script", "style") else None

    def handle_endtag(self, _tag: str) -> None:
        self._open = None

    def handle_data(self, data: str) -> None:
        if self._open is None:
            self.words.append(data)

    @property
    def text(self) -> str:
        return " ".join(self.words)


def compose(figure: Figure) -> Sheet:
    return render_matplotlib.compose(figure.drawing(), load_brand())


def axes_named(sheet: Sheet, name: str) -> Axes:
    return next(axes for axes in sheet.axes if axes.get_label() == name)


def printed_lines(sheet: Sheet) -> list[Line2D]:
    """Return the lines over more than two periods: not the rules, not the points."""
    lines = axes_named(sheet, "plot").get_lines()
    return [line for line in lines if np.size(line.get_xdata()) > 2 and line.get_linestyle() != "None"]


@pytest.fixture
def hostile_figure(rows: Rows, title: dict[str, str], origin: Callable[..., Origin]) -> Figure:
    frame = rows({"2022Q1": 134, "2022Q2": 142}).with_columns(
        region_name_nl=pl.lit(PAYLOAD), source_url=pl.lit("=HYPERLINK(1)")
    )
    titles = {name: f"{words} {PAYLOAD}" for name, words in title.items()}
    return trend(
        frame, title=titles, sources=[origin(publisher=PAYLOAD)], warnings=[{"nl": PAYLOAD, "en": PAYLOAD}]
    )


def test_the_printed_plot_holds_the_segments_of_the_data(trend_figure: Figure) -> None:
    sheet = compose(trend_figure)
    plot = axes_named(sheet, "plot")
    values = [
        [None if math.isnan(value) else value for value in np.asarray(line.get_ydata(), dtype=float)]
        for line in printed_lines(sheet)
    ]

    assert values == [[55, 73, 106, 126], [106, 133, 143, None, 123, 122]]
    assert plot.get_ylim() == (0, 150)
    assert [label.get_text() for label in plot.get_xticklabels()] == ["2021", "2022", "2023"]


def test_the_printed_page_holds_every_text(trend_figure: Figure) -> None:
    sheet = compose(trend_figure)
    words = " ".join(text.get_text() for axes in sheet.axes for text in axes.texts)

    for part in (
        trend_figure.drawing().title,
        "seizoengecorrigeerd",
        "methodebreuk",
        "Bron: CBS, tabel 84545NED",
    ):
        assert part in words


@pytest.mark.parametrize("language", ["nl", "en"])
@pytest.mark.parametrize("name", ["trend_figure", "dots_figure", "revisions_figure"])
def test_nothing_is_cut_off_even_with_long_titles(
    request: pytest.FixtureRequest, name: str, language: Any
) -> None:
    check_nothing_is_cut_off(request.getfixturevalue(name).with_language(language))


@pytest.mark.parametrize("language", ["nl", "en"])
def test_nothing_of_a_survey_figure_is_cut_off_even_with_long_titles(
    survey_figure: Figure, language: Any
) -> None:
    check_nothing_is_cut_off(survey_figure.with_language(language))


def check_nothing_is_cut_off(figure: Figure) -> None:
    long = type(figure.spec.title)(
        nl="Een heel lange titel over de krapte " * 6, en="A very long title on tightness " * 6
    )
    sheet = compose(replace(figure, spec=replace(figure.spec, title=long), synthetic=True))
    sheet.draw_without_rendering()
    frame = sheet.bbox
    plot, page = (axes_named(sheet, name) for name in ("plot", "page"))
    for text in [*plot.texts, *plot.get_xticklabels(), *page.texts]:
        box = text.get_window_extent()
        assert frame.x0 - 1 <= box.x0, text.get_text()
        assert box.x1 <= frame.x1 + 1, text.get_text()
        assert frame.y0 - 1 <= box.y0, text.get_text()
        assert box.y1 <= frame.y1 + 1, text.get_text()


def test_texts_of_the_page_do_not_overlap(dots_figure: Figure) -> None:
    sheet = compose(replace(dots_figure, synthetic=True))
    sheet.draw_without_rendering()
    boxes = [text.get_window_extent() for text in axes_named(sheet, "page").texts]

    assert not any(
        one.padded(-1).overlaps(other.padded(-1)) for n, one in enumerate(boxes) for other in boxes[:n]
    )


@pytest.mark.parametrize("language", ["nl", "en"])
def test_labels_of_a_survey_figure_do_not_overlap(survey_figure: Figure, language: Any) -> None:
    sheet = compose(survey_figure.with_language(language))
    sheet.draw_without_rendering()
    plot = axes_named(sheet, "plot")
    # Tight boxes around the letters: lines of a label touch, but no letter covers another.
    texts = [*plot.texts, *plot.get_xticklabels()]
    boxes = [(text.get_text(), Text.get_window_extent(text).padded(-1)) for text in texts]
    overlapping = [
        (one, other)
        for number, (one, box) in enumerate(boxes)
        for other, another in boxes[:number]
        if one and other and box.overlaps(another)
    ]

    assert overlapping == []


def test_the_rows_of_a_survey_figure_are_as_high_in_print_as_they_need(survey_figure: Figure) -> None:
    needed = survey_figure.drawing().plot.height_cm
    sheet = compose(survey_figure)
    plot = axes_named(sheet, "plot").get_position()

    assert needed is not None
    assert plot.height * sheet.get_size_inches()[1] * 2.54 == pytest.approx(needed)


def test_bars_are_the_same_in_print_and_on_the_screen() -> None:
    figure = make_survey_figures()["stacked_shares"]
    brand = load_brand()
    printed = [patch for patch in axes_named(compose(figure), "plot").patches if isinstance(patch, Rectangle)]
    screen = render_plotly.compose(figure.drawing(), brand).data
    drawn = [(x, base, y) for bar in screen for x, base, y in zip(bar.x, bar.base, bar.y, strict=True)]

    assert [(bar.get_width(), bar.get_x(), bar.get_y() + bar.get_height() / 2) for bar in printed] == [
        pytest.approx(one) for one in drawn
    ]
    assert {bar.marker.line.color for bar in screen} == {brand.color("grey")}


def test_a_band_lies_behind_the_rule_and_the_data_in_print_and_on_the_screen() -> None:
    figure = make_survey_figures()["interval_dots"]
    plot = axes_named(compose(figure), "plot")
    (band,) = [area for area in plot.collections if isinstance(area, PolyCollection)]
    shapes = render_plotly.compose(figure.drawing(), load_brand()).layout.shapes

    assert band.get_zorder() < min(line.get_zorder() for line in plot.get_lines())
    # Shapes lie over each other in this order only when all of them stand on the axes.
    assert [(shape.type, shape.layer) for shape in shapes] == [("rect", "between"), ("line", "between")]
    assert {(shape.xref, shape.yref) for shape in shapes} == {(None, None)}


def test_the_printed_page_is_sixteen_centimetres_wide(trend_figure: Figure) -> None:
    width, height = compose(trend_figure).get_size_inches() * 2.54

    assert width == pytest.approx(16)
    assert height == pytest.approx(9, abs=0.5)


def test_the_fonts_of_the_house_are_embedded_in_the_pdf(trend_figure: Figure) -> None:
    page = PdfReader(io.BytesIO(trend_figure.render("pdf"))).pages[0]
    resources: Any = page["/Resources"]
    fonts = [font.get_object()["/BaseFont"] for font in resources["/Font"].values()]

    assert fonts
    assert all("SourceSans3" in font for font in fonts)
    assert "methodebreuk" in page.extract_text()


def test_the_svg_has_paths_for_letters_and_asks_for_no_font(trend_figure: Figure) -> None:
    svg = trend_figure.render("svg").decode("utf-8")

    assert "<text" not in svg
    assert "font-family" not in svg
    assert html.escape(trend_figure.alt(), quote=False) in svg


def test_hostile_labels_are_drawn_literally_in_print(hostile_figure: Figure) -> None:
    svg = hostile_figure.render("svg").decode("utf-8")
    words = " ".join(text.get_text() for axes in compose(hostile_figure).axes for text in axes.texts)
    reader = PdfReader(io.BytesIO(hostile_figure.render("pdf")))

    assert "<script" not in svg
    assert "$x^2$" in words
    assert "$x^2$" in reader.pages[0].extract_text()
    assert "<script>" in reader.pages[0].extract_text()


def test_hostile_labels_are_text_on_the_page(hostile_figure: Figure) -> None:
    source = hostile_figure.render("html").decode("utf-8")

    assert "<script>alert" not in source
    assert "alert('x')</script>" not in source
    assert PAYLOAD in Page(source).text


def test_hostile_labels_are_text_in_the_chart_on_the_page(dots_figure: Figure) -> None:
    hostile = pl.col("region_name_nl").replace("Zeeland", "<b>Zee</b>land")
    figure = replace(dots_figure, data=dots_figure.data.with_columns(region_name_nl=hostile))
    chart = render_plotly.compose(figure.drawing(), load_brand())

    assert "&lt;b&gt;Zee&lt;/b&gt;land" in chart.layout.yaxis.ticktext
    assert any("&lt;b&gt;Zee" in (trace.hovertext or [""])[0] for trace in chart.data)


def test_a_figure_with_many_notes_grows_instead_of_squeezing_its_plot(trend_figure: Figure) -> None:
    note = Bilingual(nl="een heel lange opmerking " * 30, en="a very long remark " * 30)
    sheet = compose(replace(trend_figure, warnings=(note,)))
    plot = axes_named(sheet, "plot").get_position()

    assert sheet.get_size_inches()[1] * 2.54 > 9.5
    assert plot.height * sheet.get_size_inches()[1] * 2.54 >= 4.4


def test_the_page_works_offline_and_is_accessible(trend_figure: Figure) -> None:
    page = Page(trend_figure.render("html").decode("utf-8"))
    tags = dict(page.tags)

    assert tags["html"]["lang"] == "nl"
    assert [tag for tag, attrs in page.tags if tag in ("link", "iframe", "img") or "src" in attrs] == []
    assert trend_figure.alt() in [attrs.get("aria-label") for _, attrs in page.tags]
    assert {"title", "h1", "caption", "figcaption"} <= {tag for tag, _ in page.tags}
    assert ("th", {"scope": "col", "class": "number"}) in page.tags
    assert "Bron: CBS, tabel 84545NED" in page.text
    assert "plotly.com" not in page.text


def test_the_screen_shows_the_same_lines_and_colours_as_print(trend_figure: Figure) -> None:
    brand = load_brand()
    chart = render_plotly.compose(trend_figure.drawing(), brand)
    lines = [trace for trace in chart.data if trace.mode == "lines"]
    printed = printed_lines(compose(trend_figure))

    assert [trace.y for trace in lines] == [(55, 73, 106, 126), (106, 133, 143, None, 123, 122)]
    assert [trace.line.color for trace in lines] == [line.get_color() for line in printed]
    assert all(trace.connectgaps is False for trace in lines)
    assert list(chart.layout.xaxis.ticktext) == ["2021", "2022", "2023"]
    assert "3e kwartaal 2021: 126" in lines[0].hovertext[-1]


def test_the_synthetic_label_is_drawn_in_print_and_on_the_screen(dots_figure: Figure) -> None:
    figure = replace(dots_figure, synthetic=True)

    assert "Synthetische gegevens" in [text.get_text() for text in axes_named(compose(figure), "page").texts]
    assert "Synthetische gegevens" in Page(figure.render("html").decode("utf-8")).text


def test_bytes_are_the_same_in_every_process() -> None:
    outputs = set()
    root = Path(__file__).parents[2]
    for seed in ("0", "1"):
        environment = os.environ | {"PYTHONHASHSEED": seed, "PYTHONPATH": str(root / "src")}
        done = subprocess.run(
            [sys.executable, "-c", DRAW],
            cwd=root,
            env=environment,
            capture_output=True,
            text=True,
            check=True,
        )
        outputs.add(done.stdout)

    assert len(outputs) == 1
    assert outputs.pop().count("\n") == 4 + 6 + 1


def test_settings_of_the_user_change_nothing_and_are_left_alone(trend_figure: Figure) -> None:
    before = trend_figure.render("svg")
    with mpl.rc_context({"font.size": 30, "lines.linewidth": 9, "text.parse_math": True}):
        assert trend_figure.render("svg") == before
        assert mpl.rcParams["font.size"] == 30


def test_figures_can_be_drawn_from_several_threads(trend_figure: Figure, dots_figure: Figure) -> None:
    expected = [figure.render("svg") for figure in (trend_figure, dots_figure)]
    drawn = {}
    threads = [
        threading.Thread(target=lambda n=n, figure=figure: drawn.update({n: figure.render("svg")}))
        for n, figure in enumerate((trend_figure, dots_figure))
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert [drawn[0], drawn[1]] == expected


def test_a_notebook_gets_svg_and_png_at_twice_its_size(trend_figure: Figure) -> None:
    data, metadata = trend_figure._repr_mimebundle_()
    width, height = struct.unpack(">II", base64.b64decode(data["image/png"])[16:24])

    assert set(data) == {"image/svg+xml", "image/png"}
    assert data["image/svg+xml"].startswith("<?xml")
    assert metadata["image/png"] == {"width": width // 2, "height": height // 2}
    assert width // 2 == pytest.approx(16 / 2.54 * 96, abs=1)


@pytest.mark.parametrize(
    ("asked", "mime"),
    [("svg", "image/svg+xml"), ("png", "image/png"), ("retina", "image/png"), ("pdf", "application/pdf")],
)
def test_quarto_gets_only_the_format_it_asks_for(
    trend_figure: Figure, monkeypatch: pytest.MonkeyPatch, asked: str, mime: str
) -> None:
    monkeypatch.setenv("QUARTO_FIG_FORMAT", asked)

    assert list(trend_figure._repr_mimebundle_()[0]) == [mime]


def test_saving_writes_pictures_data_and_metadata_beside_each_other(
    trend_figure: Figure, tmp_path: Path
) -> None:
    paths = trend_figure.save("krapte", formats=["svg", "png"], language="en", directory=tmp_path / "charts")

    assert [path.name for path in paths] == ["krapte.svg", "krapte.png", "krapte.csv", "krapte.json"]
    assert sorted(path.name for path in (tmp_path / "charts").iterdir()) == sorted(
        path.name for path in paths
    )
    assert paths[0].read_bytes() == trend_figure.render("svg", language="en")


def test_the_csv_holds_exactly_the_data_drawn(trend_figure: Figure, tmp_path: Path) -> None:
    path = trend_figure.save("krapte", formats=[], directory=tmp_path)[0]
    stored = pl.read_csv(path, schema_overrides=dict(trend_figure.data.schema))

    assert stored.equals(trend_figure.data)


def test_a_formula_in_the_data_is_no_formula_in_the_csv(hostile_figure: Figure, tmp_path: Path) -> None:
    path = hostile_figure.save("krapte", formats=[], directory=tmp_path)[0]

    assert "'=HYPERLINK(1)" in path.read_text("utf-8")
    assert re.search(r"(^|,)=", path.read_text("utf-8"), re.MULTILINE) is None


def test_the_metadata_say_title_unit_sources_and_alt_text(trend_figure: Figure, tmp_path: Path) -> None:
    content = json.loads(
        trend_figure.save("krapte", formats="svg", directory=tmp_path)[-1].read_text("utf-8")
    )

    assert content["title"] == {"nl": trend_figure.spec.title.nl, "en": trend_figure.spec.title.en}
    assert content["unit"] == "vacancies per 100 unemployed"
    assert content["alt"] == {"nl": trend_figure.alt("nl"), "en": trend_figure.alt("en")}
    assert content["sources"][0] | {"licence": None} == {
        "publisher": "CBS",
        "title": "Vacatures",
        "table_id": "84545NED",
        "dataset": "cbs/84545NED/2023-05-16",
        "url": "https://www.cbs.nl/",
        "published": "2023-05-16",
        "accessed": "2026-07-30",
        "licence": None,
        "sha256": "ab" * 32,
    }
    assert content["files"] == ["krapte.svg", "krapte.csv", "krapte.json"][:2]


@pytest.mark.parametrize(
    ("stem", "formats", "message"),
    [
        ("krapte", ["gif"], "Unknown format `gif`"),
        ("../krapte", ["svg"], "cannot be the name of a file"),
        ("", ["svg"], "cannot be the name of a file"),
        ("a/b", ["svg"], "cannot be the name of a file"),
    ],
)
def test_an_impossible_name_or_format_is_refused_before_anything_is_written(
    trend_figure: Figure, tmp_path: Path, stem: str, formats: list[str], message: str
) -> None:
    with pytest.raises(InputError, match=message):
        trend_figure.save(stem, formats=formats, directory=tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_saving_twice_gives_the_same_bytes(dots_figure: Figure, tmp_path: Path) -> None:
    digests = [
        [
            hashlib.sha256(path.read_bytes()).hexdigest()
            for path in dots_figure.save("x", directory=tmp_path / name)
        ]
        for name in ("a", "b")
    ]

    assert digests[0] == digests[1]
