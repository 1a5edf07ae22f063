"""Pages of observations as one frame, at the speed of the library's reader of JSON."""

import os
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import polars as pl

from talentstats.errors import InputError

#: Reading a page keeps no lock, and takes about twice its bytes in memory.
_READERS = 4


def read_pages(pages: Sequence[Path], columns: Mapping[str, pl.DataType | type[pl.DataType]]) -> pl.DataFrame:
    """Return the records of all pages, in their order.

    Parameters
    ----------
    pages : sequence of Path
        JSON objects with a list `value`.
    columns : mapping of name to type
        What is read of each record; what a record does not have is null.

    Raises
    ------
    InputError
        If one is not such an object, or has a value of another type.
    """
    schema = pl.Schema(columns)
    with ThreadPoolExecutor(min(_READERS, os.cpu_count() or 1)) as readers:
        frames = list(readers.map(partial(_read_page, schema=schema), pages))
    return pl.concat(frames) if frames else pl.DataFrame(schema=schema)


def _read_page(page: Path, schema: pl.Schema) -> pl.DataFrame:
    try:
        found = pl.read_json(page.read_bytes(), schema={"value": pl.List(pl.Struct(schema))})
    except (pl.exceptions.PolarsError, OSError) as error:
        raise _unusable(page, str(error).splitlines()[0]) from error
    if found.height != 1 or found["value"].null_count():
        raise _unusable(page, "no list `value`")
    return found.explode("value", empty_as_null=False).unnest("value")


def _unusable(page: Path, got: str) -> InputError:
    return InputError(
        "A page of observations cannot be read.",
        where=str(page),
        expected="JSON with a list `value` of observations",
        got=got,
        remedy="Fetch the table again.",
    )
