"""Which stored snapshots hold figures of ours, and how each kind is read."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl

from talentstats.errors import InputError
from talentstats.prepare.figures_of import DeclaredFigures, read_fetched, read_figures
from talentstats.prepare.transcription import read_transcription
from talentstats.prepare.uwv_file import read_uwv_file
from talentstats.provenance import Snapshot
from talentstats.regions import Regions
from talentstats.sources.answers import KIND as ANSWERS
from talentstats.sources.uwv import layout
from talentstats.sources.uwv.layout import Layout, read_layouts

#: Published figures that were read from a page or a copy, one a row.
TRANSCRIPTION = "transcription"
#: A file as a person downloaded it.
DOWNLOAD = "download"


@dataclass(frozen=True, slots=True, kw_only=True)
class Readable:
    """What is declared of stored files, so that they can be read.

    Attributes
    ----------
    figures : DeclaredFigures
        Of fetched answers.
    layouts : mapping of name to Layout
        Of downloaded files.
    """

    regions: Regions
    figures: DeclaredFigures = field(default_factory=DeclaredFigures)
    layouts: Mapping[str, Layout] = field(default_factory=dict)

    def measures_in(self, snapshot: Snapshot) -> frozenset[str]:
        """Return the measures declared of answers or of a downloaded file; none of a transcription."""
        dataset = dataset_of(snapshot)
        if snapshot.kind == ANSWERS:
            return frozenset(one.measure for one in self.figures.of.get(dataset, ()))
        if snapshot.kind == DOWNLOAD:
            layouts = [one for one in self.layouts.values() if one.dataset == dataset]
            return frozenset(figure.measure for one in layouts for figure in one.figures)
        return frozenset()

    def read(self, snapshot: Snapshot) -> pl.DataFrame:
        """Read a snapshot into canonical observations.

        Raises
        ------
        InputError
            If its kind holds no figures, or it cannot be read.
        """
        if snapshot.kind == TRANSCRIPTION:
            return read_transcription(snapshot, self.regions)
        if snapshot.kind == ANSWERS:
            return read_fetched(snapshot, self.figures, self.regions)
        if snapshot.kind == DOWNLOAD:
            return read_uwv_file(snapshot, self.regions, self.layouts)
        raise InputError(
            "A snapshot of this kind holds no figures of ours.",
            where=snapshot.origin.dataset,
            expected=f"`{TRANSCRIPTION}`, `{ANSWERS}` or `{DOWNLOAD}`",
            got=f"`{snapshot.kind}`",
            remedy="Correct `kind` in its `snapshot.toml`.",
        )


def read_declarations(reference: Path, regions: Regions) -> Readable:
    """Read what `data/reference` declares of stored files.

    Raises
    ------
    InputError
        If a declaration cannot be used.
    """
    has_layouts = (reference / layout.FILE).is_file()
    return Readable(
        regions=regions,
        figures=read_figures(reference),
        layouts=read_layouts(reference) if has_layouts else {},
    )


def dataset_of(snapshot: Snapshot) -> str:
    """Return the dataset of a snapshot: its folder below `data/raw`, without the vintage."""
    return snapshot.origin.dataset.rpartition("/")[0]
