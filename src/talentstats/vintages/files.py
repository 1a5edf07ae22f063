"""The revisions between two vintages as files."""

import json
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl

from talentstats.tables import escape_formula
from talentstats.terms import Language

if TYPE_CHECKING:
    from talentstats.vintages.table_revisions import TableRevisions

FIGURE_FORMATS = ("svg", "png", "html")


def write_revisions(found: "TableRevisions", folder: Path, *, language: Language) -> tuple[Path, ...]:
    """Write every change (CSV) and the counts (JSON), and the figure when something was revised.

    Parameters
    ----------
    found : TableRevisions
    folder : Path
        Made if it does not exist.
    language : {"nl", "en"}
        Of the figure.

    Returns
    -------
    tuple of Path
    """
    folder.mkdir(parents=True, exist_ok=True)
    stem = f"revisions-{found.dataset.rpartition('/')[2]}-{found.editions[0]}-{found.editions[1]}"
    changes, counts = folder / f"{stem}.csv", folder / f"{stem}.counts.json"
    changes.write_bytes(_as_csv(found.changes))
    counts.write_text(_as_json(found), encoding="utf-8", newline="\n")
    if not found.summary.kinds["revised"]:
        return changes, counts
    drawn = found.figure().save(
        f"{stem}.figure.{language}", formats=FIGURE_FORMATS, language=language, directory=folder
    )
    return changes, counts, *drawn


def _as_csv(changes: pl.DataFrame) -> bytes:
    """Return the changes; titles of a publisher that a spreadsheet takes for a formula get a quote sign."""
    texts = changes.with_columns(pl.col("kind").cast(pl.String))
    guarded = texts.with_columns(
        column.replace({text: escape_formula(text) for text in column.drop_nulls().unique()})
        for column in texts.select(pl.col(pl.String))
    )
    return guarded.write_csv(line_terminator="\n").encode("utf-8")


def _as_json(found: "TableRevisions") -> str:
    counts = found.summary
    content = {
        "dataset": found.dataset,
        "before": {"vintage": found.editions[0], "sha256": found.before.sha256},
        "after": {"vintage": found.editions[1], "sha256": found.after.sha256},
        "synthetic": found.synthetic,
        "whole": found.whole,
        "cells_before": counts.before,
        "cells_after": counts.after,
        "common": counts.common,
        "compared": counts.compared,
        "changed": dict(counts.kinds),
        "changed_definitive": dict(counts.definitive),
        "status_changed": counts.status_changed,
        "status_lost": counts.status_lost,
    }
    return json.dumps(content, indent=1, ensure_ascii=False) + "\n"
