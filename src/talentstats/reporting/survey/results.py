"""What was estimated of the survey, kept beside the waves: one document makes it, the others read it."""

import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import polars as pl

from talentstats.labour.rounding import Range
from talentstats.reporting.contrasts import Contrast
from talentstats.reporting.survey.estimates import Tables
from talentstats.reporting.survey.questions import Statistic
from talentstats.store import replace_folder
from talentstats.workspace import Workspace

FOLDER = "survey_results"
_ESTIMATES, _CONTRASTS, _MADE_FROM = "estimates.parquet", "contrasts.parquet", "made_from.txt"
_KEYS = ("of_wave", "of_grouping", "of_statistic")
_ANSWER = "of_answer"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Results:
    """Estimates and tested differences of some waves.

    Attributes
    ----------
    estimates : mapping of wave to tables
    contrasts : mapping of claim to Contrast
    """

    estimates: Mapping[int, Tables] = field(repr=False)
    contrasts: Mapping[str, Contrast] = field(repr=False)


def write_results(results: Results, workspace: Workspace, fingerprint: str) -> None:
    """Keep results, whole or not at all.

    Parameters
    ----------
    results : Results
    workspace : Workspace
    fingerprint : str
        Of everything they were made from.
    """
    workspace.processed.mkdir(parents=True, exist_ok=True)
    made = Path(tempfile.mkdtemp(dir=workspace.processed, prefix=f".{FOLDER}-"))
    try:
        pl.concat(
            [
                _with_keys(table, wave, by, statistic)
                for wave, tables in results.estimates.items()
                for (by, statistic), table in tables.items()
            ],
            how="vertical_relaxed",
        ).write_parquet(made / _ESTIMATES)
        pl.DataFrame(
            [{"claim": name, **asdict(one), **_ends(one)} for name, one in results.contrasts.items()],
            infer_schema_length=None,
        ).drop("interval", strict=False).write_parquet(made / _CONTRASTS)
        (made / _MADE_FROM).write_text(fingerprint, encoding="utf-8")
        replace_folder(made, workspace.processed / FOLDER)
    finally:
        shutil.rmtree(made, ignore_errors=True)


def read_results(workspace: Workspace, fingerprint: str) -> Results | None:
    """Return the results that were made from the same, or None when there are none.

    Parameters
    ----------
    workspace : Workspace
    fingerprint : str
        Of everything they must have been made from.
    """
    folder = workspace.processed / FOLDER
    try:
        if (folder / _MADE_FROM).read_text(encoding="utf-8") != fingerprint:
            return None
        estimates, contrasts = (pl.read_parquet(folder / name) for name in (_ESTIMATES, _CONTRASTS))
    except (OSError, pl.exceptions.PolarsError):
        return None
    tables: dict[int, dict[tuple[str, Statistic], pl.DataFrame]] = {}
    for (wave, by, statistic), rows in estimates.group_by(_KEYS, maintain_order=True):
        tables.setdefault(int(str(wave)), {})[str(by), _statistic(statistic)] = _without_keys(rows, str(by))
    return Results(
        estimates=tables, contrasts={row["claim"]: _contrast(row) for row in contrasts.iter_rows(named=True)}
    )


def _with_keys(table: pl.DataFrame, wave: int, by: str, statistic: str) -> pl.DataFrame:
    """Add what a table is about; the column with answers to a variable gets one name for all variables."""
    answer = pl.col(by).cast(pl.String) if by else pl.lit(None, dtype=pl.String)
    rest = [name for name in table.columns if name != by]
    keys = (pl.lit(value).alias(name) for name, value in zip(_KEYS, (wave, by, statistic), strict=True))
    return table.select(*keys, answer.alias(_ANSWER), *rest)


def _without_keys(rows: pl.DataFrame, by: str) -> pl.DataFrame:
    kept = rows.drop(_KEYS)
    return kept.rename({_ANSWER: by}) if by else kept.drop(_ANSWER)


def _statistic(name: object) -> Statistic:
    return "mean" if name == "mean" else "share"


def _ends(contrast: Contrast) -> dict[str, float]:
    return {"low": contrast.interval.low, "high": contrast.interval.high}


def _contrast(row: Mapping[str, Any]) -> Contrast:
    return Contrast(
        difference=row["difference"],
        std_error=row["std_error"],
        df=row["df"],
        interval=Range(row["low"], row["high"]),
        n=row["n"],
        conf_level=row["conf_level"],
    )
