"""Margins from a file: CSV in long form, or TOML with the day and the sources."""

from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl

from talentstats.declared import reading
from talentstats.errors import InputError
from talentstats.provenance import Licence, Origin, sha256_of
from talentstats.terms import Vintage
from talentstats.weighting.margins import Key, Margins
from talentstats.workspace import find_workspace

FOLDER = "margins"
_EXPECTED = "`reference_date`, `[[sources]]` and `[[margins]]`, each with `columns` and `totals`"


def read_margins(
    file: str | Path,
    *,
    reference_date: date | None = None,
    origins: Iterable[Origin] = (),
    scale_to: Key | None = None,
) -> Margins:
    """Read the totals of the population from a file.

    A TOML file has `reference_date`, `[[sources]]` with the keys of a snapshot card, `[[margins]]` with
    `columns` and `totals` (a list of categories, each with its total at the end), and `[totals]` of columns
    with numbers. A CSV file has the columns `margin`, `level` and `total`, for margins of two variables also
    `level_2`, and so on; `margin` names the variables with `*` between them. A row without a level is the
    total of a column with numbers.

    Parameters
    ----------
    file : str or Path
        A file, or the name of a TOML file in `data/reference/margins`.
    reference_date : date, optional
        The day the totals of a CSV file are about.
    origins : iterable of Origin
        Where the totals of a CSV file come from.
    scale_to : str or tuple of str, optional
        The margin to whose size all others are scaled.

    Raises
    ------
    InputError
        If the file cannot be read, its totals cannot be population totals, or they contradict each other.

    Examples
    --------
    >>> import tempfile
    >>> import polars as pl
    >>> from pathlib import Path
    >>> file = Path(tempfile.mkdtemp(), "margins.csv")
    >>> totals = {"margin": ["sex", "sex"], "level": ["v", "m"], "total": [1050, 950]}
    >>> pl.DataFrame(totals).write_csv(file)
    >>> read_margins(file, reference_date=date(2025, 1, 1)).size
    2000.0
    """
    path = _find(file)
    if path.suffix.lower() != ".toml":
        return Margins.of(_read_csv(path), reference_date=reference_date, origins=origins, scale_to=scale_to)
    if reference_date is not None or tuple(origins):
        raise InputError(
            "The day and the sources of these margins are in their file.",
            expected="no `reference_date` or `origins`",
            where=str(path),
            remedy="Change them there.",
        )
    return _read_toml(path, scale_to)


def _find(file: str | Path) -> Path:
    path = Path(file)
    if not path.suffix and not path.exists():
        path = find_workspace().reference / FOLDER / f"{file}.toml"
    if not path.is_file():
        raise InputError(
            "There is no such file of margins.",
            expected="a CSV or TOML file with population totals",
            got="no file",
            where=str(path),
        )
    return path


def _read_toml(path: Path, scale_to: Key | None) -> Margins:
    with reading(path, what="The margins", expected=_EXPECTED) as content:
        totals: dict[Key, object] = {
            tuple(entry["columns"]): _category_totals(entry, path) for entry in content.get("margins", [])
        }
        totals.update(content.get("totals", {}))
        return Margins.of(
            totals,
            reference_date=_day(content["reference_date"]),
            origins=[_origin(card, path) for card in content["sources"]],
            population=content.get("population"),
            scale_to=scale_to,
        )


def _category_totals(entry: Mapping[str, Any], path: Path) -> dict[Any, object]:
    found = {tuple(row[:-1]): row[-1] for row in entry["totals"]}
    if len(found) < len(entry["totals"]):
        raise InputError(
            "A margin has a category more than once.",
            where=f"{path}, the margin of {', '.join(entry['columns'])}",
            expected="one total for each category",
        )
    return found


def _day(value: object) -> date:
    if not isinstance(value, date):
        raise TypeError(f"`reference_date` is not a date: {value!r}")
    return value


def _origin(card: Mapping[str, Any], path: Path) -> Origin:
    licence = card["licence"]
    return Origin(
        dataset=card["dataset"],
        publisher=card["publisher"],
        title=card["title"],
        table_id=card["table_id"],
        url=card["url"],
        published=Vintage.parse(card["published"]),
        accessed=_day(card["accessed"]),
        licence=Licence(name=licence["name"], url=licence["url"]),
        sha256=card.get("sha256") or sha256_of(path),
    )


def _read_csv(path: Path) -> dict[Key, object]:
    try:
        table = pl.read_csv(path, infer_schema=False)
    except pl.exceptions.PolarsError as error:
        raise InputError(
            "The margins cannot be read.",
            where=str(path),
            expected="a CSV file with the columns `margin`, `level`, `total`",
            got=str(error).splitlines()[0],
        ) from error
    levels = [name for name in table.columns if name == "level" or name.startswith("level_")]
    if not {"margin", "total"} <= set(table.columns) or not levels:
        raise InputError(
            "The margins lack a column.",
            where=str(path),
            expected="`margin`, `level` and `total`",
            got=", ".join(f"`{name}`" for name in table.columns),
        )
    counts = table.with_columns(pl.col("total").str.strip_chars().cast(pl.Float64, strict=False))
    unread = table.filter(counts["total"].is_null())
    if unread.height:
        raise InputError(
            "A total is not a number.",
            where=f"{path}, margin `{unread['margin'][0]}`",
            expected="digits, with a point before decimals",
            got=repr(unread["total"][0]),
        )
    return {
        key: value
        for name, rows in counts.group_by("margin", maintain_order=True)
        for key, value in [_entry(str(name[0]), rows, levels)]
    }


def _entry(name: str, rows: pl.DataFrame, levels: list[str]) -> tuple[Key, object]:
    """Give one margin of a CSV file: a frame of categories, or the total of a column with numbers."""
    columns = [part.strip() for part in name.split("*")]
    if rows.height == 1 and rows.select(levels).row(0) == (None,) * len(levels):
        return columns[0], rows["total"][0]
    used = dict(zip(levels, columns, strict=False))
    return tuple(columns), rows.select(*used, "total").rename({**used, "total": " persons"})
