"""Read the harmonised variables from their TOML file."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import get_args

from talentstats.codebooks.entry import Entry
from talentstats.codebooks.model import (
    Answer,
    Category,
    Codebook,
    Role,
    Variable,
    VariableType,
    WaveMapping,
)
from talentstats.codebooks.read import read_scale
from talentstats.declared import reading
from talentstats.errors import InputError
from talentstats.schemas.schema import Sensitivity, Text

_EXPECTED = "a `[[variable]]` for every harmonised variable, as docs/survey/codebooks.md describes"
_VARIABLE = (
    *("name", "type", "role", "title", "categories", "scale", "unit", "minimum", "maximum"),
    *("sensitivity", "waves"),
)
_WAVE = ("question", "codes", "reversed", "comparable", "reason", "same_as")


def read_variables(path: Path, codebooks: Mapping[int, Codebook]) -> tuple[Variable, ...]:
    """Read the variables as they are declared; whether they fit the codebooks is checked elsewhere.

    Parameters
    ----------
    path : Path
    codebooks : mapping of wave to Codebook
        Options of a question with several answers that are mapped by name are looked up here.

    Raises
    ------
    InputError
        If the file cannot be read or a declaration is not complete.
    """
    with reading(path, what="The harmonised variables", expected=_EXPECTED) as content:
        top = Entry(values=content, where=path.name).only(("variable",))
        return tuple(_variable(entry, codebooks) for entry in top.tables("variable", _VARIABLE, "name"))


def _variable(entry: Entry, codebooks: Mapping[int, Codebook]) -> Variable:
    kind: VariableType = entry.choice("type", get_args(VariableType))
    declared = _waves(entry, codebooks)
    named = {wave: one for wave, one in declared.items() if "question" in one}
    mappings = {wave: _mapping(one) for wave, one in sorted(named.items())}
    if kind == "multiple":
        mappings = {wave: _by_name(one, codebooks[wave]) for wave, one in mappings.items()}
    return Variable(
        name=entry.string("name"),
        type=kind,
        title=entry.text("title"),
        role=entry.choice("role", get_args(Role), "answer"),
        sensitivity=entry.choice("sensitivity", get_args(Sensitivity), "public"),
        categories=tuple(
            Category(code=one.string("code"), label=one.as_text())
            for one in entry.tables("categories", ("code", "nl", "en"), "code")
        ),
        scale=read_scale(entry),
        unit=entry.string("unit") if "unit" in entry else None,
        minimum=entry.number("minimum"),
        maximum=entry.number("maximum"),
        waves=mappings,
        absent={wave: one.text("reason") for wave, one in declared.items() if wave not in named},
    )


def _waves(entry: Entry, codebooks: Mapping[int, Codebook]) -> dict[int, Entry]:
    """Give what is declared for each wave, with `same_as` filled in."""
    table = entry.table("waves", tuple(map(str, codebooks)))
    own = {int(wave): table.table(wave, _WAVE) for wave in table.values}
    return {wave: _filled(one, own) for wave, one in own.items()}


def _filled(entry: Entry, own: Mapping[int, Entry]) -> Entry:
    if "same_as" not in entry:
        return entry
    wave = entry.whole("same_as")
    if wave not in own or "same_as" in own[wave]:
        raise InputError(
            f"`same_as = {wave}` names a wave that is not described here in full.",
            where=entry.where,
            expected="a wave of the same variable with `question` and no `same_as` of its own",
        )
    inherited = {key: own[wave].values[key] for key in ("question", "codes", "reversed") if key in own[wave]}
    return replace(entry, values={**inherited, **entry.values})


def _mapping(entry: Entry) -> WaveMapping:
    return WaveMapping(
        question=entry.string("question"),
        codes=_codes(entry) if "codes" in entry else {},
        reversed=entry.truth("reversed", default=False),
        comparable=entry.truth("comparable", default=True),
        reason=_reason(entry),
    )


def _reason(entry: Entry) -> Text | None:
    return entry.text("reason") if "reason" in entry else None


def _codes(entry: Entry) -> dict[Answer, str]:
    """Turn `category = [codes]` round: the category of each code."""
    table = entry.table("codes")
    found: dict[Answer, str] = {}
    for category in table.values:
        for code in table.codes(category):
            if code in found:
                raise InputError(
                    f"Code {code} becomes two categories.",
                    where=table.where,
                    expected="every code once",
                    got=f"`{found[code]}` and `{category}`",
                )
            found[code] = category
    return found


def _by_name(mapping: WaveMapping, codebook: Codebook) -> WaveMapping:
    """Without `codes` an option goes to the category of its own name."""
    if mapping.codes:
        return mapping
    options = codebook.question(mapping.question).options
    return replace(mapping, codes={option.name: option.name for option in options})
