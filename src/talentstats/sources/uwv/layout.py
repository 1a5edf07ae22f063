"""Declared layouts of files that a person downloads: which column holds what."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from talentstats.declared import reading
from talentstats.errors import InputError, join_options, unknown_name
from talentstats.provenance import Licence

FILE = "uwv.toml"


@dataclass(frozen=True, slots=True, kw_only=True)
class FigureColumn:
    """One column of figures.

    Attributes
    ----------
    measure, unit : str
        Of `talentstats.schemas`.
    scale : float
        What a number in the file is multiplied by to be in that unit.
    resolution : float
        To what the figure is rounded, in that unit.
    values : mapping of text to number
        Of a column of words, such as classes; empty for numbers.
    """

    column: str
    measure: str
    unit: str
    scale: float
    resolution: float
    values: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """What one kind of file looks like.

    Attributes
    ----------
    sheet : str or None
        Of a workbook; None for the first visible one that has the columns.
    region, period : str
        The columns that say where and when.
    region_suffix : str
        What the names in the file lack beside those of the code list.
    regions : mapping of name to code
        Names that the code list does not have.
    only : mapping of column to texts
        Rows that are read: those with one of the texts in each of these columns.
    missing : tuple of str
        What stands in a cell without a figure.
    layout_seen : bool
        Whether a file of the publisher has been held beside the declaration.
    """

    name: str
    title: str
    table_id: str
    dataset: str
    url: str
    licence: Licence
    sheet: str | None
    region: str
    region_suffix: str
    regions: Mapping[str, str]
    period: str
    only: Mapping[str, tuple[str, ...]]
    decimal: str
    missing: tuple[str, ...]
    layout_seen: bool
    figures: tuple[FigureColumn, ...]

    @property
    def columns(self) -> tuple[str, ...]:
        """Every column the file must have."""
        return (self.region, self.period, *self.only, *(figure.column for figure in self.figures))


def read_layouts(reference: Path) -> Mapping[str, Layout]:
    """Read `data/reference/uwv.toml`: layouts by name.

    Raises
    ------
    InputError
        If the file cannot be read or an entry is not complete.
    """
    expected = "entries with `title`, `dataset`, `region`, `period` and `[[figures]]`"
    with reading(reference / FILE, what="The layouts of UWV's files", expected=expected) as found:
        return {name: _layout(name, entry) for name, entry in found.items()}


def choose_layout(layouts: Mapping[str, Layout], name: str | None) -> Layout:
    """Return the layout of that name; without a name the only one there is.

    Raises
    ------
    InputError
        If the name is unknown, or there is a choice and none was made.
    """
    if name is None and len(layouts) == 1:
        return next(iter(layouts.values()))
    if name is None:
        raise InputError(
            "There are several layouts of files.",
            expected=f"one of {join_options(layouts)}",
            got="none",
            remedy="Name it with `--schema`.",
        )
    if name not in layouts:
        raise unknown_name("layout", name, layouts, where=f"data/reference/{FILE}")
    return layouts[name]


def _layout(name: str, entry: Mapping[str, Any]) -> Layout:
    return Layout(
        name=name,
        title=entry["title"],
        table_id=entry["table_id"],
        dataset=entry["dataset"],
        url=entry["url"],
        licence=Licence(**entry["licence"]),
        sheet=entry.get("sheet"),
        region=entry["region"],
        region_suffix=entry.get("region_suffix", ""),
        regions=dict(entry.get("regions", {})),
        period=entry["period"],
        only={column: tuple(texts) for column, texts in entry.get("only", {}).items()},
        decimal=entry.get("decimal", ","),
        missing=tuple(entry.get("missing", ())),
        layout_seen=entry["layout_seen"],
        figures=tuple(_figure(figure) for figure in entry["figures"]),
    )


def _figure(entry: Mapping[str, Any]) -> FigureColumn:
    return FigureColumn(
        column=entry["column"],
        measure=entry["measure"],
        unit=entry["unit"],
        scale=float(entry["scale"]),
        resolution=float(entry["resolution"]),
        values={text.casefold(): float(number) for text, number in entry.get("values", {}).items()},
    )
