"""One vintage of a dataset as cells: the same shape whatever it was read from."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import polars as pl

from talentstats.errors import InputError
from talentstats.prepare.transcription import read_transcription
from talentstats.provenance import Origin, Snapshot
from talentstats.regions import Regions
from talentstats.sources.answers import KIND, Answers, read_answers
from talentstats.terms import Period

TRANSCRIPTION = "transcription"
KINDS = (KIND, TRANSCRIPTION)
#: What is compared, beside the key of a cell.
CONTENT = ("value", "unit", "resolution", "status", "missing")
_TRANSCRIBED_KEY = ("measure", "region", "period", "adjustment", "method")


@dataclass(frozen=True, slots=True, kw_only=True)
class Cells:
    """The cells of one vintage.

    Attributes
    ----------
    origin : Origin
    keys : tuple of str
        The columns that tell a cell from others: the measure and the dimensions.
    frame : polars.DataFrame
        A row a cell: the keys, their titles, `period`, `frequency` and `CONTENT`. `resolution` is the unit to
        which the value was rounded, null when it is not known; `missing` says why there is no value.
    where : mapping of dimension to codes
        The slice of the table; empty for a whole table.
    whole : bool
        Whether a cell that is not there was not published either. Not so for a transcription.
    synthetic : bool
    """

    origin: Origin
    keys: tuple[str, ...]
    frame: pl.DataFrame = field(repr=False)
    where: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    whole: bool = True
    synthetic: bool = False

    @property
    def edition(self) -> str:
        """The name of the vintage: the last part of its folder."""
        return self.origin.dataset.rpartition("/")[2]


def read_cells(snapshot: Snapshot, regions: Regions) -> Cells:
    """Read the cells of a snapshot.

    Parameters
    ----------
    snapshot : Snapshot
        Answers of a provider, or a transcription.
    regions : Regions
        Names in a transcription are replaced by the codes of these regions.

    Raises
    ------
    InputError
        If it is a snapshot of another kind, or its files cannot be used.
    """
    if snapshot.kind == TRANSCRIPTION:
        return _transcribed(snapshot, regions)
    if snapshot.kind == KIND:
        return _answered(snapshot)
    raise InputError(
        "The cells of this dataset cannot be compared.",
        where=str(snapshot.path),
        expected="answers that `talentstats fetch` stored, or a transcription",
        got=f"a snapshot of kind `{snapshot.kind}`",
        remedy="Name a dataset of figures.",
    )


def _answered(snapshot: Snapshot) -> Cells:
    answers = read_answers(snapshot.path)
    tidy = _tidy(answers)
    described = tidy.columns[tidy.columns.index("decimals") + 1 : tidy.columns.index("period")]
    dimensions, titles = described[::2], described[1::2]
    keys = ("measure", *dimensions)
    return Cells(
        origin=snapshot.origin,
        keys=keys,
        frame=tidy.select(
            *keys,
            "measure_title",
            *titles,
            "period",
            "frequency",
            "value",
            "unit",
            resolution=pl.lit(10.0).pow(-pl.col("decimals").cast(pl.Float64)).round(12),
            status="status",
            missing="missing",
        ),
        where=answers.where,
        synthetic=snapshot.synthetic,
    )


def _tidy(answers: Answers) -> pl.DataFrame:
    if answers.api == "eurostat":
        from talentstats.prepare.eurostat_table import tidy_eurostat  # noqa: PLC0415 -- one of two is needed

        return tidy_eurostat(answers)
    from talentstats.prepare.cbs_table import tidy_cbs  # noqa: PLC0415 -- one of two is needed

    return tidy_cbs(answers)


def _transcribed(snapshot: Snapshot, regions: Regions) -> Cells:
    frame = read_transcription(snapshot, regions)
    periods = frame["period"].unique().to_list()
    frequencies = [Period.parse(code).frequency for code in periods]
    codes = frame["region"].unique().to_list()
    names = [regions.names[code][0] for code in codes]
    return Cells(
        origin=snapshot.origin,
        keys=_TRANSCRIBED_KEY,
        frame=frame.select(
            *_TRANSCRIBED_KEY,
            measure_title="measure",
            region_title=pl.col("region").replace_strict(codes, names, return_dtype=pl.String),
            frequency=pl.col("period").replace_strict(periods, frequencies, return_dtype=pl.String),
            value="value",
            unit="unit",
            resolution="resolution",
            status="status",
            missing=pl.lit(None, dtype=pl.String),
        ),
        whole=False,
        synthetic=snapshot.synthetic,
    )
