from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import polars as pl
import pytest

from figure_support import SURVEY_NAMES, make_estimates, make_survey_figures, survey_words
from talentstats.errors import InputError
from talentstats.figures import Figure, interval_dots
from talentstats.figures.marks import Band, Label, Points, Ranges, Rule
from talentstats.provenance import Origin, Snapshot

SHARES = {"leiden": 0.5, "the_hague": 0.42, "utrecht": 0.61}


@dataclass
class Method:
    conf_level: float = 0.9


@dataclass
class Table:
    """Estimates as `talentstats.estimate` gives them: a table that knows its method and origin."""

    values: Mapping[str, float]
    method: Method = field(default_factory=Method)
    synthetic: bool = True

    def to_polars(self) -> pl.DataFrame:
        return make_estimates(self.values)


def draw(estimates: object = None, **fields: Any) -> Figure:
    given = make_estimates(SHARES) if estimates is None else estimates
    return interval_dots(given, category="region", **survey_words(**fields))


def marks_of(figure: Figure, kind: Any) -> list[Any]:
    return [mark for mark in figure.drawing().plot.marks if isinstance(mark, kind)]


def test_each_category_is_a_dot_on_its_interval_in_percent() -> None:
    figure = draw()
    dots, intervals = marks_of(figure, Points), marks_of(figure, Ranges)

    assert [dot.x for dot in dots] == [pytest.approx((value,)) for value in (61, 50, 42)]
    assert [(one.low, one.high) for one in intervals] == [
        (pytest.approx((value - 5,)), pytest.approx((value + 5,))) for value in (61, 50, 42)
    ]
    assert [dot.y for dot in dots] == [one.at for one in intervals]
    assert [label.text for label in marks_of(figure, Label)] == ["61%", "50%", "42%"]


@pytest.mark.parametrize(
    ("order", "shown"),
    [
        (None, ["utrecht", "leiden", "the_hague"]),
        (["leiden", "utrecht", "the_hague", "rest"], ["leiden", "utrecht", "the_hague"]),
    ],
)
def test_rows_go_from_high_to_low_or_in_the_order_asked_for(order: Any, shown: list[str]) -> None:
    figure = draw(order=order)
    ticks = figure.drawing("en").plot.y.ticks

    assert figure.data["category"].to_list() == shown
    assert [tick.at for tick in ticks] == sorted((tick.at for tick in ticks), reverse=True)
    assert ticks[0].text.replace("\n", " ") == SURVEY_NAMES["region"][shown[0]]["en"]


def test_the_order_of_the_input_does_not_matter_when_values_are_equal() -> None:
    equal = make_estimates({"utrecht": 0.5, "leiden": 0.5})

    assert draw(equal).data["category"].to_list() == draw(equal.reverse()).data["category"].to_list()


def test_a_reference_is_a_named_line_with_its_interval_as_a_band() -> None:
    name = {"nl": "Nederland", "en": "the Netherlands"}
    figure = draw(reference=make_estimates({"all": 0.48}, half=0.02), reference_name=name)
    (rule,), (band,) = marks_of(figure, Rule), marks_of(figure, Band)

    assert rule.at == pytest.approx(48)
    assert (band.left, band.right) == (pytest.approx(46), pytest.approx(50))
    assert "Nederland: 48%" in [label.text for label in marks_of(figure, Label)]
    assert "Ter vergelijking: Nederland, 48% (46–50%)" in figure.alt("nl")
    assert "| Nederland | 48% | 46–50% | 100 |" in figure.table("nl")


def test_a_suppressed_estimate_says_so_and_has_no_dot() -> None:
    figure = draw(make_estimates({"leiden": 0.5, "utrecht": None}))

    assert len(marks_of(figure, Points)) == 1
    assert ". (te weinig waarnemingen)" in [label.text for label in marks_of(figure, Label)]
    assert ". = not shown: too few observations." in figure.drawing("en").notes
    assert "Niet getoond wegens te weinig waarnemingen: Utrecht." in figure.alt("nl")
    assert "| Utrecht | . | . | 101 |" in figure.table("nl")


def test_an_estimate_without_an_interval_is_an_open_dot() -> None:
    figure = draw(make_estimates(SHARES).with_columns(conf_low=None, conf_high=None))

    assert [dot.filled for dot in marks_of(figure, Points)] == [False] * 3
    assert marks_of(figure, Ranges) == []
    assert "estimate without an interval" in [entry.text for entry in figure.drawing("en").plot.key]


def test_groups_differ_in_shape_as_well_as_in_colour_and_stand_below_each_other() -> None:
    figure = make_survey_figures()["interval_dots"]
    leiden = [dot for dot in marks_of(figure, Points) if "Leidse" in dot.hover[0]]

    assert [(dot.color, dot.shape) for dot in leiden] == [("blue", "circle"), ("orange", "square")]
    assert leiden[0].y > leiden[1].y
    assert [entry.text for entry in figure.drawing().plot.key][:3] == [
        "werknemers",
        "studenten",
        "meegekomen partners",
    ]


def test_the_accent_is_a_colour_and_bold_letters() -> None:
    figure = draw(highlight="leiden")
    ticks = figure.drawing().plot.y.ticks

    assert [tick.bold for tick in ticks] == [False, True, False]
    assert [dot.color for dot in marks_of(figure, Points)] == ["blue", "orange", "blue"]


def test_an_interval_beyond_one_hundred_percent_is_cut_off_and_the_note_says_whose() -> None:
    figure = draw(make_estimates({"leiden": 0.98, "utrecht": 0.03}))

    assert max(one.high for one in marks_of(figure, Ranges)) == (100.0,)
    assert min(one.low for one in marks_of(figure, Ranges)) == (0.0,)
    assert any(
        "afgekapt: Leidse regio en omliggende gemeenten; Utrecht." in note for note in figure.drawing().notes
    )
    assert "93–103%" in figure.table("nl")


@pytest.mark.parametrize("unit", ["percent", {"nl": "uur per week", "en": "hours a week"}])
def test_a_unit_says_what_the_numbers_are(unit: Any) -> None:
    values = make_estimates({"leiden": 38.4, "utrecht": 36.0}, half=1.5)
    figure = draw(values, unit=unit, decimals=1)
    share = unit == "percent"

    assert [label.text for label in marks_of(figure, Label)] == (
        ["38,4%", "36,0%"] if share else ["38,4", "36,0"]
    )
    assert figure.drawing("en").subtitle.endswith("(%)" if share else "(hours a week)")
    assert figure.spec.unit == ("percent" if share else "hours a week")


def test_estimates_that_know_their_level_and_that_they_are_synthetic_say_so() -> None:
    figure = draw(Table(SHARES))

    assert figure.synthetic
    assert "90% confidence interval" in [entry.text for entry in figure.drawing("en").plot.key]
    assert figure.alt("nl").startswith(
        "Synthetische gegevens. Puntendiagram met betrouwbaarheidsintervallen (90%)"
    )


@pytest.mark.parametrize("through", ["flag", "source", "reference"])
def test_one_synthetic_part_makes_the_figure_synthetic(
    through: str, origin: Callable[..., Origin], tmp_path: Any
) -> None:
    snapshot = Snapshot(origin=origin(), path=tmp_path, size=1, kind="table", synthetic=True)
    fields: dict[str, Any] = {
        "flag": {"synthetic": True},
        "source": {"sources": [snapshot]},
        "reference": {"reference": Table({"all": 0.5})},
    }

    assert draw(**fields[through]).synthetic
    assert not draw().synthetic


def test_all_together_is_called_the_total() -> None:
    whole = make_estimates({"leiden": 0.5, "all": 0.4}).with_columns(
        region=pl.when(pl.col("region") != "all").then("region")
    )

    assert [tick.text for tick in draw(whole).drawing("en").plot.y.ticks][-1] == "Total"


def test_a_long_label_is_broken_and_its_row_grows() -> None:
    figure = draw(make_estimates({"utrecht": 0.5, "rest": 0.4}))
    short = draw(make_estimates({"utrecht": 0.5, "the_hague": 0.4}))
    heights = [one.drawing().plot.height_cm or 0 for one in (figure, short)]

    assert [tick.text.count("\n") for tick in figure.drawing().plot.y.ticks] == [0, 2]
    assert heights[0] > heights[1] > 0


def test_a_long_compound_is_not_cut() -> None:
    name = "Arbeidsmarktinformatievoorzieningsbeleid"
    figure = draw(make_estimates({name: 0.5, f"{name} {name}": 0.4}), names={})

    assert [tick.text for tick in figure.drawing().plot.y.ticks] == [name, f"{name}\n{name}"]


def doubled(frame: pl.DataFrame) -> pl.DataFrame:
    levels = [frame.with_columns(variable=pl.lit("stay"), level=pl.lit(level)) for level in ("yes", "no")]
    return pl.concat(levels)


def with_bound(**values: Any) -> Callable[[pl.DataFrame], pl.DataFrame]:
    return lambda frame: frame.with_columns(**{name: pl.lit(value) for name, value in values.items()})


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (lambda frame: frame.rename({"region": "regio"}), r"miss a column.*(\n.*)*Do you mean `regio`"),
        (lambda frame: frame.drop("conf_low"), "no `conf_low`"),
        (lambda frame: frame.clear(), "are empty"),
        (lambda _: {"estimate": 1}, "not a table"),
        (with_bound(estimate="many"), "wrong type"),
        (with_bound(estimate=float("nan")), "cannot be drawn"),
        (with_bound(conf_high=float("inf")), "cannot be drawn"),
        (with_bound(estimate=54.0), "A share lies outside 0 to 100%"),
        (with_bound(conf_low=0.9), "not one around its estimate"),
        (with_bound(conf_low=None), "not one around its estimate"),
        (lambda frame: pl.concat([frame, frame]), "given twice.*(\n.*)*Keep one row"),
        (doubled, r"given twice.*(\n.*)*estimates.filter\(level"),
        (
            lambda frame: frame.with_columns(pl.col("region").replace("leiden", "leyden")),
            r"names of `region` miss `leyden`.*(\n.*)*`leiden`",
        ),
        (lambda _: make_estimates({f"r{n}": 0.5 for n in range(31)}), "names of `region` miss"),
    ],
)
def test_estimates_that_cannot_be_drawn_are_refused(spoil: Any, message: str) -> None:
    with pytest.raises(InputError, match=message):
        draw(spoil(make_estimates(SHARES)))


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"highlight": "leyden"}, "Unknown category `leyden`"),
        ({"order": ["leiden", "the_hague"]}, "Unknown category `utrecht`"),
        ({"reference": make_estimates({"all": None})}, "The reference is not one figure"),
        ({"reference": make_estimates(SHARES)}, "given twice"),
        (
            {"reference_name": {"nl": "Nederland"}, "reference": make_estimates({"all": 0.5})},
            "both languages",
        ),
        ({"unit": "share"}, "Unknown unit `share`"),
        ({"unit": {"nl": "uur"}}, "both languages"),
        ({"decimals": -1}, "less than no decimals"),
        ({"measure": {"nl": "Aandeel"}}, "both languages"),
        ({"title": {"nl": "Kort", "en": "Short"}}, "does not say a finding"),
        ({"sources": []}, "no source"),
        ({"names": {"region": {"leiden": {"nl": "Leiden"}}}}, "both languages"),
        ({"group": "n_obs"}, "too many groups"),
        ({"group": "role"}, "no `role`"),
    ],
)
def test_options_that_cannot_be_used_are_refused(fields: dict[str, Any], message: str) -> None:
    estimates = make_estimates(SHARES | {"rest": 0.4} if "group" in fields else SHARES)
    with pytest.raises(InputError, match=message):
        draw(estimates, **fields)


def test_more_rows_than_a_page_holds_are_refused() -> None:
    with pytest.raises(InputError, match="too many categories"):
        draw(make_estimates({f"r{number}": 0.5 for number in range(31)}), names={})


def test_a_column_without_names_is_written_as_in_the_data() -> None:
    figure = draw(names={})

    assert [tick.text for tick in figure.drawing().plot.y.ticks] == ["utrecht", "leiden", "the_hague"]
    assert figure.table("nl").startswith("| region |")
