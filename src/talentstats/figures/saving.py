"""Writing a figure: pictures, and beside them the data and what is known about them."""

import json
import os
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import polars as pl

from talentstats.errors import InputError
from talentstats.figures.figure import Figure
from talentstats.figures.rendering import check_format, render, shared_files
from talentstats.language import Bilingual
from talentstats.provenance import Origin
from talentstats.tables import escape_formula
from talentstats.tables.precision import SIGNIFICANT_DIGITS
from talentstats.terms import LANGUAGES

_STEM = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")


def save(
    figure: Figure, stem: str, *, formats: Sequence[str], directory: Path, self_contained: bool = True
) -> tuple[Path, ...]:
    """Write pictures, `<stem>.csv` and `<stem>.json`; each file is replaced whole or not at all.

    Parameters
    ----------
    figure : Figure
    stem : str
    formats : sequence of {"svg", "png", "pdf", "html"}
    directory : Path
    self_contained : bool
        Whether an HTML page holds all it needs. Pages that are not share a few files beside them, which are
        written when they are not there.

    Returns
    -------
    tuple of Path
        The pictures in the order asked, then `<stem>.csv` and, last of all that is written, `<stem>.json`.

    Raises
    ------
    InputError
        If a format is unknown or the stem is not a file name.
    """
    names = (formats,) if isinstance(formats, str) else tuple(dict.fromkeys(formats))
    for name in names:
        check_format(name)
    if not _STEM.fullmatch(stem):
        raise InputError(
            f"`{stem}` cannot be the name of a file.",
            expected="letters, digits, `.`, `-` and `_`, beginning with a letter or digit",
            got=f"`{stem}`",
            remedy="Pass the folder as `directory` and a plain name as `stem`.",
        )
    directory.mkdir(parents=True, exist_ok=True)
    pictures = render(figure, names, self_contained=self_contained)
    files = {directory / f"{stem}.{name}": content for name, content in pictures.items()}
    files[directory / f"{stem}.csv"] = data_csv(figure)
    files[directory / f"{stem}.json"] = metadata_json(figure, files=[path.name for path in files])
    if "html" in names and not self_contained:
        _write_shared(directory)
    for path, content in files.items():
        _write(path, content)
    return tuple(files)


def _write_shared(directory: Path) -> None:
    for name, content in shared_files().items():
        if not (directory / name).is_file():
            _write(directory / name, content)


def data_csv(figure: Figure) -> bytes:
    """Return the rows that are drawn; texts that a spreadsheet takes for a formula get a quote sign."""
    guarded = figure.data.with_columns(
        pl.col(pl.String).map_elements(escape_formula, return_dtype=pl.String, skip_nulls=True),
        pl.col(pl.Float64).round_sig_figs(SIGNIFICANT_DIGITS),
    )
    return guarded.write_csv(line_terminator="\n").encode("utf-8")


def metadata_json(figure: Figure, *, files: Sequence[str] = ()) -> bytes:
    """Return what is known about a figure: its words in both languages, its unit and its sources."""
    spec = figure.spec
    drawings = {language: figure.drawing(language) for language in LANGUAGES}
    content = {
        "kind": figure.kind.name,
        "language": figure.language,
        "title": _texts(spec.title),
        "subtitle": _texts(spec.subtitle),
        "unit": spec.unit,
        "alt": {language: drawing.alt for language, drawing in drawings.items()},
        "notes": {language: list(drawing.notes) for language, drawing in drawings.items()},
        "source": {language: drawing.source for language, drawing in drawings.items()},
        "sources": [_origin(origin) for origin in figure.sources],
        "synthetic": figure.synthetic,
        "warnings": [_texts(warning) for warning in figure.warnings],
        "files": list(files),
    }
    return (json.dumps(content, ensure_ascii=False, indent=2) + "\n").encode("utf-8")


def _texts(texts: Bilingual) -> dict[str, str]:
    return {language: texts.in_language(language) for language in LANGUAGES}


def _origin(origin: Origin) -> dict[str, Any]:
    return {
        "publisher": origin.publisher,
        "title": origin.title,
        "table_id": origin.table_id,
        "dataset": origin.dataset,
        "url": origin.url,
        "published": str(origin.published),
        "accessed": origin.accessed.isoformat(),
        "licence": {"name": origin.licence.name, "url": origin.licence.url},
        "sha256": origin.sha256,
    }


def _write(path: Path, content: bytes) -> None:
    # A reader, or a run that is killed, never sees half a file.
    unfinished = path.with_name(f".{path.name}.part")
    unfinished.write_bytes(content)
    os.replace(unfinished, path)  # noqa: PTH105 -- replaces on Windows too
