"""Read a wave's codebook from its TOML file."""

from collections.abc import Iterator
from pathlib import Path
from typing import get_args

from talentstats.codebooks.check_codebook import check_codebook
from talentstats.codebooks.entry import Entry
from talentstats.codebooks.model import (
    MISSING_KINDS,
    Code,
    Codebook,
    MissingCode,
    MissingKind,
    Option,
    Question,
    QuestionType,
    Route,
    Scale,
)
from talentstats.declared import reading
from talentstats.errors import InputError
from talentstats.schemas.schema import Sensitivity

FOLDER = "survey"
_EXPECTED = "`[wave]` and a `[[question]]` for every question, as docs/survey/codebooks.md describes"
_WAVE = ("year", "version", "title", "fieldwork", "regions_of")
_QUESTION = (
    *("name", "type", "text", "codes", "options", "scale", "missing", "asked_if"),
    *("unit", "minimum", "maximum", "code_list", "sensitivity", "required"),
)


def read_codebook(wave: int, reference: Path) -> Codebook:
    """Read the codebook of one wave.

    Parameters
    ----------
    wave : int
        Year of the wave.
    reference : Path
        The folder `data/reference` of the project.

    Raises
    ------
    InputError
        If there is no codebook of that wave, or it contradicts itself.

    Examples
    --------
    >>> from talentstats.workspace import find_workspace
    >>> codebook = read_codebook(2025, find_workspace().reference)
    >>> codebook.question("q06_role").text.en
    'Which of these describes your situation best?'
    """
    path = reference / FOLDER / f"codebook-{wave}.toml"
    if not path.is_file():
        raise InputError(
            f"There is no codebook of wave {wave}.",
            where=str(reference / FOLDER),
            expected=" or ".join(str(year) for year in waves_with_codebook(reference))
            or "codebook-<wave>.toml",
            got=str(wave),
            remedy=f"Write `{path.name}`; docs/survey/codebooks.md says how.",
        )
    codebook = read_codebook_file(path)
    if codebook.wave != wave:
        raise InputError(
            "A codebook is of another wave than its file name says.",
            where=str(path),
            expected=f"`year = {wave}`",
            got=f"`year = {codebook.wave}`",
        )
    return codebook


def waves_with_codebook(reference: Path) -> tuple[int, ...]:
    """Return the waves that have a codebook, oldest first."""
    found = (path.stem.removeprefix("codebook-") for path in (reference / FOLDER).glob("codebook-*.toml"))
    return tuple(sorted(int(year) for year in found if year.isdigit()))


def read_codebook_file(path: Path) -> Codebook:
    """Read a codebook from a file of any name.

    Raises
    ------
    InputError
        If the file cannot be read or contradicts itself: an unknown key, a name, column or code used
        twice, a route to a question that is not there or comes later, a language that is missing.
    """
    with reading(path, what="The codebook", expected=_EXPECTED) as content:
        top = Entry(values=content, where=path.name).only(("wave", "question"))
        wave = top.table("wave", _WAVE)
        fieldwork = wave.table("fieldwork", ("from", "to"))
        codebook = Codebook(
            wave=wave.whole("year"),
            version=wave.string("version"),
            title=wave.text("title"),
            fieldwork=(fieldwork.day("from"), fieldwork.day("to")),
            regions_of=wave.whole("regions_of"),
            questions=tuple(_question(entry) for entry in top.tables("question", _QUESTION, "name")),
        )
    check_codebook(codebook, where=path.name)
    return codebook


def _question(entry: Entry) -> Question:
    return Question(
        name=entry.string("name"),
        type=entry.choice("type", get_args(QuestionType)),
        text=entry.text("text"),
        codes=tuple(
            Code(code=one.code("code"), label=one.as_text())
            for one in entry.tables("codes", ("code", "nl", "en"), "code")
        ),
        missing=tuple(_missing(entry)),
        options=tuple(
            Option(name=one.string("name"), column=one.string("column"), label=one.as_text())
            for one in entry.tables("options", ("name", "column", "nl", "en"), "name")
        ),
        scale=read_scale(entry),
        asked_if=tuple(
            Route(question=one.string("question"), codes=one.codes("codes"))
            for one in entry.tables("asked_if", ("question", "codes"), "question")
        ),
        sensitivity=entry.choice("sensitivity", get_args(Sensitivity), "public"),
        unit=entry.string("unit") if "unit" in entry else None,
        minimum=entry.number("minimum"),
        maximum=entry.number("maximum"),
        code_list=entry.string("code_list") if "code_list" in entry else None,
        required=entry.truth("required", default=True),
    )


def read_scale(entry: Entry) -> Scale | None:
    """Read `scale` of a question or a variable, or None where it has none."""
    if "scale" not in entry:
        return None
    scale = entry.table("scale", ("low", "high", "low_label", "high_label"))
    return Scale(
        low=scale.whole("low"),
        high=scale.whole("high"),
        low_label=scale.text("low_label"),
        high_label=scale.text("high_label"),
    )


def _missing(entry: Entry) -> Iterator[MissingCode]:
    """Give the codes that mean no answer; `not_shown` has none, it is a blank."""
    if "missing" not in entry:
        return
    kinds: tuple[MissingKind, ...] = MISSING_KINDS[:-1]
    codes = entry.table("missing", kinds)
    for kind in kinds:
        if kind in codes:
            yield from (MissingCode(code=code, kind=kind) for code in codes.codes(kind))
