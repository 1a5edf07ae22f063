"""A map as a figure: what its kinds have in common."""

from collections.abc import Mapping, Sequence
from functools import partial

import polars as pl

from talentstats.figures.captions import read_warnings
from talentstats.figures.figure import Figure, Kind
from talentstats.figures.map_marks import Ground, plot_map
from talentstats.figures.map_words import MapTexts, describe_map, map_notes, map_table
from talentstats.figures.source_line import read_sources
from talentstats.figures.spec import FigureSpec, read_title
from talentstats.provenance import Origin, Snapshot


def make_map(
    texts: MapTexts,
    ground: Ground,
    *,
    data: pl.DataFrame,
    title: Mapping[str, str],
    sources: Sequence[Origin | Snapshot],
    warnings: Sequence[Mapping[str, str]],
) -> Figure:
    """Return a map as a figure; one synthetic source makes the whole figure synthetic.

    Raises
    ------
    InputError
        If the title, the sources or a warning cannot be used.
    """
    origins, synthetic = read_sources(sources)
    return Figure(
        kind=Kind(
            name=texts.kind,
            plot=partial(plot_map, texts, ground),
            describe=partial(describe_map, texts),
            table=partial(map_table, texts),
            notes=partial(map_notes, texts),
        ),
        data=data,
        spec=FigureSpec(
            title=read_title(title),
            subtitle=texts.subject.subtitle,
            unit=texts.subject.unit,
            decimals=texts.subject.decimals,
        ),
        sources=origins,
        warnings=read_warnings(warnings),
        synthetic=synthetic,
    )
