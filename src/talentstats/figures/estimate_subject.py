"""What a figure of estimates is about, and its words for one of them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from talentstats.figures.captions import read_warnings
from talentstats.figures.cells import Row
from talentstats.figures.figure import Figure, Kind
from talentstats.figures.marks import KeyEntry
from talentstats.figures.names import Names, column_name
from talentstats.figures.source_line import read_sources
from talentstats.figures.spec import FigureSpec, read_title
from talentstats.figures.value_unit import ValueUnit
from talentstats.language import Bilingual, format_number, text
from talentstats.provenance import Origin, Snapshot
from talentstats.terms import Language

INTERVAL_COLOR = "grey-dark"
_CONF_LEVEL = 0.95


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """What estimates are about, as readers call it.

    Attributes
    ----------
    measure : Bilingual
        What was estimated: the share of whom, the mean of what, when.
    unit : ValueUnit
    conf_level : float
        Of the intervals, between 0 and 1.
    columns : Mapping[str, Bilingual]
        The names of the keys, for the header of the table.
    is_brief : bool
        Whether an estimate that is not shown is written `.` without the reason, for want of room.
    """

    measure: Bilingual
    unit: ValueUnit
    conf_level: float
    columns: Mapping[str, Bilingual]
    is_brief: bool = False

    def subtitle(self, language: Language) -> str:
        """Return what is shown and its unit."""
        return f"{self.measure.in_language(language)} ({self.unit.label.in_language(language)})"

    def level(self, language: Language) -> str:
        """Return the confidence level as a percentage: `95%`, `99,5%`."""
        percent = round(100 * self.conf_level, 6)
        return format_number(percent, decimals=0 if percent == round(percent) else 1, language=language) + "%"

    def value(self, row: Row, language: Language) -> str:
        """Return an estimate; `.` when it rests on too few observations."""
        return self.unit.write(row["estimate"], language)

    def interval(self, row: Row, language: Language) -> str:
        """Return its interval; `.` when it has none."""
        return self.unit.write_interval(row["conf_low"], row["conf_high"], language)

    def label(self, row: Row, language: Language) -> str:
        """Return what stands beside the mark of an estimate."""
        if row["estimate"] is None and not self.is_brief:
            return text("figure.too_few_label", language)
        return self.value(row, language)

    def value_and_interval(self, row: Row, language: Language) -> str:
        """Return an estimate with its interval in brackets, as a sentence names it."""
        if row["conf_low"] is None:
            return self.value(row, language)
        return f"{self.value(row, language)} ({self.interval(row, language)})"

    def cells(self, row: Row, language: Language) -> tuple[str, str, str]:
        """Return the cells of a table: estimate, interval and number of answers."""
        count = format_number(row["n_obs"], decimals=0, language=language)
        return self.value(row, language), self.interval(row, language), count

    def headers(self, language: Language) -> tuple[str, str, str]:
        """Return what stands above those cells."""
        interval = text("table.interval", language, level=self.level(language))
        return text("table.estimate", language), interval, text("table.n_obs", language)

    def tooltip(self, row: Row, name: str, language: Language) -> str:
        """Return what a reader sees on hovering over an estimate."""
        parts = [f"{name}: {self.value(row, language)}"]
        if row["conf_low"] is not None:
            interval = self.interval(row, language)
            parts.append(
                text("figure.tooltip_interval", language, level=self.level(language), interval=interval)
            )
        if row["n_obs"] is not None:
            count = format_number(row["n_obs"], decimals=0, language=language)
            parts.append(text("figure.tooltip_n", language, n=count))
        return "\n".join(parts)

    def interval_key(self, language: Language) -> KeyEntry:
        """Return the entry of the key that says what the bars around estimates are."""
        words = text("figure.key_interval", language, level=self.level(language))
        return KeyEntry(symbol="range_flat", color=INTERVAL_COLOR, text=words)


def read_subject(
    estimates: object,
    *,
    measure: Mapping[str, str],
    unit: ValueUnit,
    conf_level: float | None,
    keys: Mapping[str, str],
    names: Names,
    is_brief: bool = False,
) -> Subject:
    """Return what estimates are about; the confidence level is theirs when they know it."""
    method: Any = getattr(estimates, "method", None)
    known: float = getattr(method, "conf_level", _CONF_LEVEL)
    return Subject(
        measure=Bilingual.read(measure, what="measure"),
        unit=unit,
        conf_level=known if conf_level is None else conf_level,
        columns={key: column_name(column, names) for key, column in keys.items()},
        is_brief=is_brief,
    )


def make_figure(
    kind: Kind,
    data: pl.DataFrame,
    subject: Subject,
    *,
    title: Mapping[str, str],
    sources: Sequence[Origin | Snapshot],
    warnings: Sequence[Mapping[str, str]],
    synthetic: bool,
) -> Figure:
    """Return a figure of estimates; one synthetic source or table makes the whole figure synthetic.

    Raises
    ------
    InputError
        If the title, the sources or a warning cannot be used.
    """
    origins, synthetic_source = read_sources(sources)
    return Figure(
        kind=kind,
        data=data,
        spec=FigureSpec(
            title=read_title(title),
            subtitle=Bilingual(nl=subject.subtitle("nl"), en=subject.subtitle("en")),
            unit=subject.unit.name,
            decimals=subject.unit.decimals,
        ),
        sources=origins,
        warnings=read_warnings(warnings),
        synthetic=synthetic or synthetic_source,
    )


def is_synthetic(*tables: object) -> bool:
    """Say whether one of the tables knows itself to be synthetic."""
    return any(bool(getattr(table, "synthetic", False)) for table in tables)


def missing_note(rows: Iterable[Row], language: Language) -> tuple[str, ...]:
    """Return the note on estimates that are not shown, when there are any."""
    hidden = any(row["estimate"] is None for row in rows)
    return (text("figure.too_few_note", language),) if hidden else ()
