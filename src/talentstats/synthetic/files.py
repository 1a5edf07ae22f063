"""The files of a synthetic wave, written block by block so that any size fits in memory."""

from collections.abc import Iterable, Mapping
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Protocol, Self

import polars as pl
import pyarrow as pa
from pyarrow import parquet

from talentstats.progress import say
from talentstats.synthetic.file_description import sav_file
from talentstats.synthetic.questionnaire import Questionnaire
from talentstats.synthetic.sav_writer import SavWriter

FORMATS = ("sav", "csv", "parquet")


class BlockWriter(Protocol):
    """Something that takes the rows of a wave block by block."""

    def __enter__(self) -> Self:
        """Begin the file."""

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End the file."""

    def write(self, frame: pl.DataFrame) -> None:
        """Add rows."""


def write_files(
    blocks: Iterable[pl.DataFrame], questionnaire: Questionnaire, *, paths: Mapping[str, Path], rows: int
) -> None:
    """Write the same rows in every format asked for.

    Parameters
    ----------
    paths : mapping of format to Path
    rows : int
        How many there will be.
    """
    with ExitStack() as stack:
        writers = [
            stack.enter_context(_writer(path, form, questionnaire, rows)) for form, path in paths.items()
        ]
        done = 0
        for block in blocks:
            for writer in writers:
                writer.write(block)
            done += block.height
            say(f"{done:,} of {rows:,} respondents of {questionnaire.codebook.wave} written")


def _writer(path: Path, form: str, questionnaire: Questionnaire, rows: int) -> BlockWriter:
    if form == "sav":
        return SavWriter(path, sav_file(questionnaire, rows))
    if form == "csv":
        return _CsvWriter(path)
    return _ParquetWriter(path, questionnaire.codebook.wave)


class _CsvWriter:
    """UTF-8, commas, a line with names; a blank is empty."""

    def __init__(self, path: Path) -> None:
        self._stream = path.open("wb")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stream.close()

    def write(self, frame: pl.DataFrame) -> None:
        frame.write_csv(self._stream, include_header=self._stream.tell() == 0)


class _ParquetWriter:
    """A group of rows for each block; the footer says that the respondents are synthetic."""

    def __init__(self, path: Path, wave: int) -> None:
        self._path = path
        self._about = {"synthetic": "true", "wave": str(wave)}
        self._writer: parquet.ParquetWriter | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._writer is not None:
            self._writer.close()

    def write(self, frame: pl.DataFrame) -> None:
        table: pa.Table = frame.to_arrow(compat_level=pl.CompatLevel.oldest())
        if self._writer is None:
            schema = table.schema.with_metadata(self._about)
            self._writer = parquet.ParquetWriter(self._path, schema, compression="zstd")
        self._writer.write_table(table.replace_schema_metadata(self._about))
