"""Publish an edition: record what its readers see, and hold that against the figures of later days."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from talentstats.errors import InputError, unknown_name
from talentstats.progress import say
from talentstats.provenance import sha256_of
from talentstats.reporting.editions import REPORTS, Edition, Report, document_path, open_report, read_edition
from talentstats.reporting.manifest import NAME, Manifest
from talentstats.reporting.pdf_pages import read_pages
from talentstats.reporting.printed_places import find_numbers
from talentstats.reporting.published_numbers import numbers_today, published_number
from talentstats.terms import LANGUAGES, Language
from talentstats.vintages.published import (
    Checked,
    Publication,
    PublishedNumber,
    check_publication,
    read_publications,
    write_publication,
)
from talentstats.workspace import Workspace

NUMBERS = "numbers.json"


def publish(
    workspace: Workspace, *, report: str = "biennial", edition: str | None = None, out: Path | None = None
) -> tuple[Path, Publication]:
    """Record the numbers of a built edition, with the pages of the PDF on which they stand.

    Parameters
    ----------
    workspace : Workspace
    report : {"biennial", "talent-coalition"}
    edition : str, optional
        The last one when left out.
    out : Path, optional
        Where it was built; `reports/_output` when left out.

    Returns
    -------
    (Path, Publication)
        The record, in `data/reference/publications`, and what it says.

    Raises
    ------
    InputError
        If the edition was published before, was not built as a PDF in both languages, or was built from
        other figures than those of today.
    """
    if report not in REPORTS:
        raise unknown_name("report", report, REPORTS)
    chosen = read_edition(workspace, edition)
    folder = (out or workspace.output).resolve() / chosen.id / report
    built = {language: _built(folder / language, report, language) for language in LANGUAGES}
    opened = {
        language: _opened(workspace, chosen, built[language], folder / language) for language in LANGUAGES
    }
    pages = {}
    for language in LANGUAGES:
        say(f"looking up the pages of the numbers ({language})")
        document = document_path(workspace, report, language)
        pages[language] = find_numbers(document, opened[language], read_pages(built[language]))
    publication = Publication(
        report=report,
        edition=chosen.id,
        date=chosen.date,
        as_of=chosen.as_of,
        pdfs={language: (path.name, sha256_of(path)) for language, path in built.items()},
        numbers=_shown_numbers(opened, pages),
    )
    return write_publication(publication, workspace.reference), publication


def _built(folder: Path, report: str, language: Language) -> Path:
    """Return the PDF of a build, if it is the one that was built."""
    manifest = Manifest.read(folder / NAME)
    path = folder / f"{report}.{language}.pdf"
    expected = manifest.outputs.get(path.name)
    got = sha256_of(path) if path.is_file() else "no such file"
    if got != expected:
        raise InputError(
            "The PDF is not the one that was built.",
            where=str(path),
            expected=f"SHA-256 {expected}" if expected else "a PDF, which this build does not have",
            got=got,
            remedy="Build the edition again, with `pdf` among its formats.",
        )
    return path


def _opened(workspace: Workspace, edition: Edition, pdf: Path, folder: Path) -> Report:
    """Open the report that was built, and check that its numbers are still those."""
    request = Manifest.read(folder / NAME).request
    report = open_report(
        request.report,
        language=request.language,
        edition=edition.id,
        as_of=request.as_of,
        workspace=workspace,
    )
    built = {row["id"]: row["text"] for row in _rows(folder / NUMBERS)}
    today = {number.id: number.text(report.language) for number in report.numbers}
    other = sorted(name for name in {*built, *today} if built.get(name) != today.get(name))
    if other:
        raise InputError(
            "The edition was built from other figures than those of today.",
            where=str(pdf.parent),
            expected="the numbers of the build",
            got=f"{len(other)} others, such as `{other[0]}`",
            remedy="Build the edition again, look at it, and publish that.",
        )
    return report


def _rows(path: Path) -> list[dict[str, Any]]:
    try:
        rows: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise InputError(
            "The numbers of a build cannot be read.",
            where=str(path),
            expected=f"the `{NUMBERS}` that `talentstats build` wrote",
            got=type(error).__name__,
            remedy="Build the edition again.",
        ) from error
    return rows


def _shown_numbers(
    opened: Mapping[Language, Report], pages: Mapping[Language, Mapping[str, tuple[int, ...]]]
) -> tuple[PublishedNumber, ...]:
    """Return every number in the text or a table of the report, by id."""
    report = next(iter(opened.values()))
    cited = {*report.cited, *(name for table in report.contents.tables.values() for name in table.cites)}
    return tuple(
        published_number(
            {language: one.numbers[name] for language, one in opened.items()},
            pages={language: found.get(name, ()) for language, found in pages.items()},
        )
        for name in sorted(cited)
    )


def check_published(workspace: Workspace, *, edition: str | None = None) -> tuple[Checked, ...]:
    """Hold every published edition, or one, against the figures of today.

    Raises
    ------
    InputError
        If no edition was published, or none of that name.
    """
    publications = read_publications(workspace.reference)
    if not publications:
        raise InputError(
            "No edition has been published yet.",
            where=str(workspace.reference),
            expected="the record of a published edition",
            got="none",
            remedy="Record an edition on the day it is published, with `talentstats publish`.",
        )
    chosen = [one for one in publications if edition in (None, one.edition)]
    if not chosen:
        raise unknown_name("published edition", str(edition), sorted({one.edition for one in publications}))
    today = {
        name: numbers_today(open_report(name, language="nl", workspace=workspace).numbers)
        for name in sorted({one.report for one in chosen})
    }
    return tuple(check_publication(one, today[one.report]) for one in chosen)
