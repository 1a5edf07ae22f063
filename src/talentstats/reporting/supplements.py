"""What goes with a report: its figures as files, its numbers as data, and the validation page."""

import csv
import io
import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from talentstats.progress import say
from talentstats.reporting.editions import Report
from talentstats.reporting.figure_files import collect
from talentstats.reporting.numbers import Number, Witness
from talentstats.tables import escape_formula
from talentstats.tables.precision import delivered
from talentstats.terms import Language

if TYPE_CHECKING:
    from talentstats.validation import ValidationResult

_SIGNED_NUMBER = re.compile("[+\N{MINUS SIGN}-][0-9.,]+")
FIGURES = "figures"
_CSV_COLUMNS = (
    "id",
    "text",
    "unit",
    "period",
    "vintage",
    "method",
    "status",
    "certainty",
    "low",
    "high",
    "n",
    "design_effect",
    "flag",
    "p",
    "adjusted_p",
    "synthetic",
    "sources",
)


def write_supplements(report: Report, results: Sequence["ValidationResult"], folder: Path) -> None:
    """Write the figures, numbers and validation results of a report beside it.

    Parameters
    ----------
    report : Report
    results : sequence of ValidationResult
    folder : Path
        Of this build only. Its documents have drawn the figures they show in `figures`; the others are
        drawn here.
    """
    say(f"writing figures, numbers and validation ({report.language})")
    for name in report.contents.figures:
        collect(report.figure(name), name, folder / FIGURES)
    rows = [_number_row(number, report) for number in sorted(report.numbers, key=lambda number: number.id)]
    text = json.dumps(rows, indent=1, ensure_ascii=False, sort_keys=True)
    (folder / "numbers.json").write_text(text + "\n", encoding="utf-8", newline="\n")
    (folder / "numbers.csv").write_text(_as_csv(rows), encoding="utf-8", newline="\n")
    write_validation(results, folder / "validation", [report.language])


def write_validation(
    results: Sequence["ValidationResult"], folder: Path, languages: Sequence[Language]
) -> tuple[Path, ...]:
    """Write the validation of every table as a page in each language, as JSON and as JUnit XML."""
    # Loads Great Expectations, which takes seconds; figures and numbers do not need it.
    from talentstats.validation import render_page, write_json, write_junit  # noqa: PLC0415

    folder.mkdir(parents=True, exist_ok=True)
    pages = []
    for language in languages:
        pages.append(folder / f"validation.{language}.html")
        pages[-1].write_text(render_page(results, language=language), encoding="utf-8", newline="\n")
    return (
        *pages,
        write_json(results, folder / "validation.json"),
        write_junit(results, folder / "validation.xml"),
    )


def _number_row(number: Number, report: Report) -> dict[str, Any]:
    witness = number.witness
    return {
        "id": number.id,
        "text": number.text(report.language),
        "unit": number.unit,
        "period": str(witness.period or ""),
        "vintage": str(witness.vintage or ""),
        "method": witness.method.in_language(report.language),
        "status": witness.status,
        "certainty": witness.certainty,
        "low": delivered(witness.range.low) if witness.range else None,
        "high": delivered(witness.range.high) if witness.range else None,
        **_sampling_fields(witness),
        "synthetic": witness.synthetic,
        "sources": [
            {
                "dataset": source.origin.dataset,
                "table": source.origin.table_id,
                "row": source.row,
                "sha256": source.origin.sha256,
                "url": source.origin.url,
            }
            for source in witness.sources
        ],
    }


def _sampling_fields(witness: Witness) -> dict[str, Any]:
    """Return what only a figure from a sample and a claim have; empty for others."""
    sampling, evidence = witness.sampling, witness.evidence
    return {
        "n": sampling.n if sampling else None,
        "design_effect": delivered(sampling.design_effect) if sampling else None,
        "flag": sampling.flag if sampling else "",
        "p": delivered(evidence.p) if evidence else None,
        "adjusted_p": delivered(evidence.adjusted_p) if evidence else None,
    }


def _as_csv(rows: list[dict[str, Any]]) -> str:
    stream = io.StringIO()
    writer = csv.DictWriter(stream, _CSV_COLUMNS, lineterminator="\n")
    writer.writeheader()
    for row in rows:
        sources = "; ".join(f"{s['dataset']} line {s['row']} {s['sha256']}" for s in row["sources"])
        cells = {**row, "sources": sources}
        writer.writerow({name: _guarded(cells[name]) for name in _CSV_COLUMNS})
    return stream.getvalue()


def _guarded(cell: Any) -> Any:
    """Keep a spreadsheet from running a text as a formula; a number with its sign is left as it is."""
    if not isinstance(cell, str) or _SIGNED_NUMBER.fullmatch(cell):
        return cell
    return escape_formula(cell)
