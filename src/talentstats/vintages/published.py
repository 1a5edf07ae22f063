"""Figures that left in an earlier edition of a report, and those of them that no longer match."""

import datetime as dt
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from talentstats.declared import reading
from talentstats.errors import InputError
from talentstats.terms import LANGUAGES, Language

PUBLICATIONS = "publications"
_EXPECTED = "`report`, `edition`, `date`, `as_of`, `[pdf.nl]`, `[pdf.en]` and `[[number]]` entries"


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedNumber:
    """A number as a reader of an edition saw it.

    Attributes
    ----------
    id : str
    value : float or None
        None for words, dates and figures that were not shown.
    unit : str
    period : str
        The period it is about; empty for what describes the edition itself.
    texts : mapping of language to str
        As printed.
    pages : mapping of language to tuple of int
        Pages of the PDF on which it stands, in the text or in a table; empty when none was found.
    sources : mapping of dataset to SHA-256
        The vintages it rested on.
    """

    id: str
    value: float | None
    unit: str
    period: str
    texts: Mapping[Language, str]
    pages: Mapping[Language, tuple[int, ...]] = field(default_factory=dict)
    sources: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Publication:
    """An edition of a report that was published.

    Attributes
    ----------
    pdfs : mapping of language to (file name, SHA-256)
    """

    report: str
    edition: str
    date: dt.date
    as_of: dt.date
    pdfs: Mapping[Language, tuple[str, str]]
    numbers: tuple[PublishedNumber, ...] = field(repr=False)

    @property
    def file_name(self) -> str:
        """The name of the record in `data/reference/publications`."""
        return f"{self.report}-{self.edition}.toml"


@dataclass(frozen=True, slots=True, kw_only=True)
class Mismatch:
    """A published number that today is another one.

    Attributes
    ----------
    then, now : PublishedNumber
    printed : bool
        Whether a reader would see the difference; otherwise only digits that are not printed differ.
    newer : tuple of str
        The datasets it rests on now and did not rest on then; empty when its method changed.
    """

    edition: str
    then: PublishedNumber
    now: PublishedNumber
    printed: bool
    newer: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """A publication held against the figures of today.

    Attributes
    ----------
    checked : int
        Published figures that the store of today has too.
    mismatches : tuple of Mismatch
        By id.
    """

    publication: Publication
    checked: int
    mismatches: tuple[Mismatch, ...]


def check_publication(publication: Publication, today: Mapping[str, PublishedNumber]) -> Checked:
    """Hold the figures of a publication against those of today.

    Only figures about a period can be revised: a number without one describes the edition itself. A figure
    such as `tightness.nl.latest`, which today is about another period, is held against the one that is called
    by its period, `tightness.nl.2026Q2`.

    Parameters
    ----------
    publication : Publication
    today : mapping of id to PublishedNumber
    """
    pairs = [(then, now) for then in publication.numbers if (now := _same_figure(then, today)) is not None]
    found = [
        Mismatch(
            edition=publication.edition,
            then=then,
            now=now,
            printed=_printed_otherwise(then, now),
            newer=tuple(sorted(name for name, _ in now.sources.items() - then.sources.items())),
        )
        for then, now in pairs
        if _printed_otherwise(then, now) or _another_value(then, now)
    ]
    return Checked(
        publication=publication,
        checked=len(pairs),
        mismatches=tuple(sorted(found, key=lambda one: one.then.id)),
    )


def _same_figure(then: PublishedNumber, today: Mapping[str, PublishedNumber]) -> PublishedNumber | None:
    """Return today's number about the same thing and period, if there is one."""
    if not then.period:
        return None
    of_period = f"{then.id.rpartition('.')[0]}.{then.period}"
    candidates = (today.get(name) for name in (then.id, of_period))
    return next(
        (now for now in candidates if now and (now.period, now.unit) == (then.period, then.unit)), None
    )


def _printed_otherwise(then: PublishedNumber, now: PublishedNumber) -> bool:
    return any(then.texts[language] != now.texts.get(language) for language in then.texts)


def _another_value(then: PublishedNumber, now: PublishedNumber) -> bool:
    if then.value is None or now.value is None:
        return then.value is not now.value
    return abs(then.value - now.value) > 1e-9 * max(1.0, abs(then.value))


def read_publications(reference: Path) -> tuple[Publication, ...]:
    """Read the records of all published editions, the oldest first.

    Parameters
    ----------
    reference : Path
        The folder `data/reference`.

    Raises
    ------
    InputError
        If a record cannot be read.
    """
    found = [_read(path) for path in sorted((reference / PUBLICATIONS).glob("*.toml"))]
    return tuple(sorted(found, key=lambda one: (one.date, one.report, one.edition)))


def write_publication(publication: Publication, reference: Path) -> Path:
    """Write the record of a published edition; what was published is never overwritten.

    Raises
    ------
    InputError
        If the edition was published before.
    """
    path = reference / PUBLICATIONS / publication.file_name
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        with path.open("x", encoding="utf-8", newline="\n") as stream:
            stream.write(_as_toml(publication))
    except FileExistsError as error:
        raise InputError(
            f"Edition {publication.edition} of `{publication.report}` was published before.",
            where=str(path),
            expected="an edition of which there is no record yet",
            got="a record",
            remedy="Give the new one an id of its own in `reports/editions.toml`; "
            "what readers have cannot be taken back.",
        ) from error
    return path


def _read(path: Path) -> Publication:
    with reading(path, what="The record of a published edition", expected=_EXPECTED) as entry:
        return Publication(
            report=str(entry["report"]),
            edition=str(entry["edition"]),
            date=entry["date"],
            as_of=entry["as_of"],
            pdfs={
                name: (pdf["file"], pdf["sha256"]) for name in LANGUAGES if (pdf := entry["pdf"].get(name))
            },
            numbers=tuple(_read_number(number) for number in entry["number"]),
        )


def _read_number(entry: Mapping[str, Any]) -> PublishedNumber:
    spoken = [language for language in LANGUAGES if language in entry]
    return PublishedNumber(
        id=entry["id"],
        value=entry.get("value"),
        unit=entry["unit"],
        period=entry["period"],
        texts={language: entry[language]["text"] for language in spoken},
        pages={language: tuple(entry[language]["pages"]) for language in spoken},
        sources=dict(entry["sources"]),
    )


def _as_toml(publication: Publication) -> str:
    lines = [
        "# What readers of this edition saw. Written by `talentstats publish`; never changed afterwards.",
        f"report = {_text(publication.report)}",
        f"edition = {_text(publication.edition)}",
        f"date = {publication.date.isoformat()}",
        f"as_of = {publication.as_of.isoformat()}",
    ]
    for language, (file, sha256) in publication.pdfs.items():
        lines += ["", f"[pdf.{language}]", f"file = {_text(file)}", f"sha256 = {_text(sha256)}"]
    for number in publication.numbers:
        lines += ["", "[[number]]", *_number_lines(number)]
    return "\n".join(lines) + "\n"


def _number_lines(number: PublishedNumber) -> Iterable[str]:
    yield f"id = {_text(number.id)}"
    if number.value is not None:
        yield f"value = {float(number.value)!r}"
    yield f"unit = {_text(number.unit)}"
    yield f"period = {_text(number.period)}"
    for language, words in number.texts.items():
        pages = ", ".join(str(page) for page in number.pages.get(language, ()))
        yield f"{language} = {{ text = {_text(words)}, pages = [{pages}] }}"
    sources = ", ".join(f"{_text(name)} = {_text(number.sources[name])}" for name in sorted(number.sources))
    yield f"sources = {{ {sources} }}" if sources else "sources = {}"


def _text(words: str) -> str:
    # A string of JSON is a basic string of TOML.
    return json.dumps(words, ensure_ascii=False)
