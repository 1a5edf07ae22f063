"""An edition of a report: where data and statistics meet, and what its documents may show."""

import datetime as dt
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from talentstats.declared import reading
from talentstats.errors import InputError, unknown_name
from talentstats.figures import Figure
from talentstats.language import check_language
from talentstats.reporting.appendix import numbers_table
from talentstats.reporting.biennial.contents import biennial_contents
from talentstats.reporting.claims import claim_id, relation_words
from talentstats.reporting.coalition.contents import coalition_contents
from talentstats.reporting.contents import Contents
from talentstats.reporting.figure_block import figure_block
from talentstats.reporting.notices import notices, synthetic_notice
from talentstats.reporting.numbers import NumberStore, Shown
from talentstats.reporting.prose import used_ids
from talentstats.tables import Table, escape_markdown
from talentstats.terms import Language, parse_date
from talentstats.workspace import Workspace, find_workspace

REPORTS: Mapping[str, Callable[[Workspace, "Edition"], Contents]] = {
    "biennial": lambda workspace, edition: biennial_contents(
        workspace, edition_date=edition.date, as_of=edition.as_of
    ),
    "talent-coalition": lambda workspace, edition: coalition_contents(workspace, as_of=edition.as_of),
}
_ID = re.compile(r"^[A-Za-z0-9][A-Za-z0-9._-]*$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Edition:
    """One publication of the reports.

    Attributes
    ----------
    id : str
        Such as `2026`; the folder of its outputs.
    date : datetime.date
        The day on every file of the edition.
    as_of : datetime.date
        Only figures published on or before this day are used.
    """

    id: str
    date: dt.date
    as_of: dt.date


def read_edition(
    workspace: Workspace, edition: str | None = None, *, as_of: str | dt.date | None = None
) -> Edition:
    """Read an edition from `reports/editions.toml`: the named one, or the last.

    Raises
    ------
    InputError
        If the file cannot be read or has no such edition.
    """
    path = workspace.reports / "editions.toml"
    expected = "`[[edition]]` entries with `id`, `date` and `as_of`"
    with reading(path, what="The editions", expected=expected) as declared:
        editions = {
            str(entry["id"]): Edition(id=str(entry["id"]), date=entry["date"], as_of=entry["as_of"])
            for entry in declared["edition"]
        }
    name = edition or next(reversed(editions))
    if name not in editions:
        raise unknown_name("edition", name, editions, where=str(path))
    if not _ID.match(name):
        raise InputError(
            f"`{name}` cannot be the name of a folder.",
            where=str(path),
            expected="letters, digits, points, dashes",
            got=f"`{name}`",
            remedy="Rename the edition.",
        )
    found = editions[name]
    return found if as_of is None else replace(found, as_of=parse_date(as_of))


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What the documents of a report show, in one language.

    Attributes
    ----------
    contents : Contents
    cited : tuple of str
        Ids of the numbers that the document names.
    """

    name: str
    language: Language
    edition: Edition
    contents: Contents
    cited: tuple[str, ...]

    @property
    def numbers(self) -> NumberStore:
        """Every number of the report by id."""
        return self.contents.numbers

    def number(self, name: str) -> Shown:
        """Write a number by its id, for use in the prose of a document."""
        return self.numbers.text(name, self.language)

    def relation(self, first: str, second: str) -> Shown:
        """Say in words how one number relates to another, as far as their ranges allow."""
        return Shown(relation_words(self.numbers[first], self.numbers[second], self.language))

    def claim(self, name: str, form: str | None = None) -> Shown:
        """Say in words what a tested comparison shows, such as `higher than` or `has risen`."""
        return self.numbers.text(claim_id(name, form), self.language)

    def figure(self, name: str) -> Figure:
        """Return a figure by its id."""
        if name not in self.contents.figures:
            raise unknown_name("figure", name, self.contents.figures)
        return self.contents.figures[name].with_language(self.language)

    def figure_block(self, name: str, caption: str) -> Shown:
        """Return a figure as a document shows it: numbered, with its caption and alternative text."""
        return figure_block(self.figure(name), name, caption=caption, directory=Path.cwd())

    def table(self, name: str) -> Table:
        """Return a table by its id."""
        if name not in self.contents.tables:
            raise unknown_name("table", name, self.contents.tables)
        return self.contents.tables[name].in_language(self.language)

    def table_block(self, name: str, caption: str) -> Shown:
        """Return a table with its number and caption, as a document shows it; nothing when it has no rows."""
        table = self.table(name)
        if not table.rows:
            return Shown("")
        return Shown(f"{table.markdown()}\n\n: {escape_markdown(caption)} {{#tbl-{name}}}")

    def notices(self) -> Shown:
        """Return the warnings that must stand in the report, as callouts; empty when there are none."""
        return Shown(notices(self.contents, self.language))

    def synthetic_notice(self) -> Shown:
        """Return that figures are synthetic, as a callout; empty when none is."""
        return Shown(synthetic_notice(self.contents, self.language))

    def all_numbers(self) -> Table:
        """Return the appendix: every number of the document and its tables, with its witness."""
        ids = [*self.cited, *(name for table in self.contents.tables.values() for name in table.cites)]
        return numbers_table(self.numbers, ids).in_language(self.language)


def open_report(
    name: str = "biennial",
    *,
    language: str,
    edition: str | None = None,
    as_of: str | None = None,
    workspace: Workspace | None = None,
) -> Report:
    """Open a report: the first line of its documents and of a notebook about it.

    Parameters
    ----------
    name : {"biennial", "talent-coalition"}
    language : {"nl", "en"}
    edition : str, optional
        The last one when left out or empty.
    as_of : str, optional
        Only figures published by this day; the edition's own day when left out or empty.

    Raises
    ------
    InputError
        If the report, language or edition does not exist.
    NotPublishedError
        If a figure of the report was not yet published on that day.

    Examples
    --------
    >>> report = open_report("biennial", language="en")
    >>> print(report.number("tightness.nl.first_release.2022Q1"))
    133
    """
    if name not in REPORTS:
        raise unknown_name("report", name, REPORTS)
    home = workspace or find_workspace()
    chosen = read_edition(home, edition or None, as_of=as_of or None)
    spoken = check_language(language)
    document = document_path(home, name, spoken)
    return Report(
        name=name,
        language=spoken,
        edition=chosen,
        contents=REPORTS[name](home, chosen),
        cited=used_ids(document) if document.is_file() else (),
    )


def document_path(workspace: Workspace, report: str, language: Language) -> Path:
    """Return where the document of a report in a language stands."""
    return workspace.reports / f"{report}.{language}.qmd"
