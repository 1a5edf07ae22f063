"""The labour-market regions of municipalities, from a table of CBS that was fetched."""

import polars as pl

from talentstats.errors import unknown_name


def labour_market_areas(frame: pl.DataFrame, *, region: str = "RegioS", text: str = "text") -> dict[str, str]:
    """Return the labour-market region of each municipality from a table of CBS's areas in the Netherlands.

    Parameters
    ----------
    frame : polars.DataFrame
        One row a cell: the municipality in `region`, what CBS wrote in `text`.

    Examples
    --------
    >>> import polars as pl
    >>> labour_market_areas(pl.DataFrame({"RegioS": ["GM0546", "GM0546"], "text": ["AM19  ", "CR25  "]}))
    {'GM0546': 'AM19'}
    """
    for name in (region, text):
        if name not in frame.columns:
            raise unknown_name("column", name, frame.columns)
    cells = frame.select(pl.col(region).str.strip_chars(), pl.col(text).str.strip_chars())
    found = cells.filter(pl.col(region).str.starts_with("GM") & pl.col(text).str.contains(r"^AM\d{2}$"))
    return dict(found.sort(region).unique(maintain_order=True).iter_rows())
