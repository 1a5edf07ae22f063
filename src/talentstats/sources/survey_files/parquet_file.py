"""Read a Parquet file, group of rows by group of rows."""

from collections.abc import Iterator
from contextlib import contextmanager

import polars as pl
import pyarrow as pa
from pyarrow import parquet

from talentstats.errors import InputError
from talentstats.sources.survey_files.column_names import check_names, check_readable
from talentstats.sources.survey_files.column_types import canonical, canonical_type
from talentstats.sources.survey_files.limits import MEGABYTE, Limits
from talentstats.sources.survey_files.request import Parsed, Request
from talentstats.sources.survey_files.survey_file import FileVariable

_ROWS_AT_ONCE = 65_536
_BYTES_A_CELL = 8


def parse_parquet(request: Request) -> Parsed:
    """Read a flat Parquet file; what other programs keep in its footer is not looked at.

    Raises
    ------
    InputError
        If it is damaged, unpacks to too much, or a column holds lists, structures or bytes.
    """
    with _refusing_damage():
        source = parquet.ParquetFile(request.path, memory_map=False)
        _check_size(source.metadata, limits=request.limits)
        schema = source.schema_arrow
        names = list(schema.names)
        check_names(names)
        check_readable(names, what="The column names", encoding="UTF-8")
        empty = pl.DataFrame(pa.Table.from_batches([], schema=schema))
    return Parsed(
        schema={name: canonical_type(dtype, name=name) for name, dtype in empty.schema.items()},
        blocks=_blocks(source),
        describe=lambda: tuple(FileVariable(name=name) for name in names),
        rows=source.metadata.num_rows,
    )


def _blocks(source: parquet.ParquetFile) -> Iterator[pl.DataFrame]:
    with _refusing_damage():
        for batch in source.iter_batches(batch_size=_ROWS_AT_ONCE, use_threads=False):
            batch.validate(full=True)
            yield canonical(pl.DataFrame(batch))


@contextmanager
def _refusing_damage() -> Iterator[None]:
    try:
        yield
    except (pa.ArrowException, OSError, UnicodeDecodeError) as error:
        raise InputError(
            "The Parquet file is damaged, or written in a way that cannot be read.",
            expected="a whole Parquet file",
            got="one that is cut off or contradicts itself",
            remedy="Ask for the file again, or write it anew with pandas, polars, R or DuckDB.",
        ) from error


def _check_size(metadata: parquet.FileMetaData, *, limits: Limits) -> None:
    most = limits.result_mb * MEGABYTE
    groups = (metadata.row_group(index) for index in range(metadata.num_row_groups))
    stated = sum(group.total_byte_size for group in groups)
    cells = metadata.num_rows * metadata.num_columns * _BYTES_A_CELL
    if max(stated, cells) > most:
        raise InputError(
            "The Parquet file unpacks to far more than a survey.",
            expected=f"at most {limits.result_mb:,} MB",
            got=f"{metadata.num_rows:,} rows of {metadata.num_columns:,} columns",
            remedy="Check that it is the right file; if it is, take part of its columns.",
        )
