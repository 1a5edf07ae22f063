"""The columns of a survey file beside those of the codebook."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from talentstats.codebooks.harmonised import Harmonised
from talentstats.codebooks.model import Codebook
from talentstats.errors import InputError, closest
from talentstats.sources.survey_files.survey_file import SurveyFile

#: Columns a file may have beside those of its codebook.
WAVE, SYNTHETIC = "wave", "synthetic"
_ALLOWED = (WAVE, SYNTHETIC)
#: Share of the columns of another wave from which a file is taken to be of that wave.
_FITS = 0.9


@dataclass(frozen=True, slots=True, kw_only=True)
class MatchedColumns:
    """Where each column of the codebook stands in the file.

    Attributes
    ----------
    names : mapping of codebook column to file column
        Without those that are not there.
    problems : tuple of str
        What does not fit, a line each.
    """

    names: Mapping[str, str]
    problems: tuple[str, ...]


def match_columns(file: SurveyFile, codebook: Codebook, harmonised: Harmonised) -> MatchedColumns:
    """Find the columns of the codebook in the file; capitals do not matter where only one can be meant.

    Raises
    ------
    InputError
        If the file is of another wave.
    """
    _refuse_other_wave(file, codebook, harmonised)
    by_lower: dict[str, list[str]] = {}
    for name in file.frame.columns:
        by_lower.setdefault(name.lower(), []).append(name)
    found = {column: by_lower.get(column.lower(), []) for column in codebook.columns}
    known = {column.lower() for column in (*codebook.columns, *_ALLOWED)}
    unknown = [name for name in file.frame.columns if name.lower() not in known]
    missing = {
        column: closest(column, unknown)
        for question in codebook.questions
        for column in question.columns
        if question.required and not found[column]
    }
    left = [name for name in unknown if name not in missing.values()]
    return MatchedColumns(
        names={column: names[0] for column, names in found.items() if names},
        problems=(*_missing(missing), *_repeated(found), *_unknown(left, codebook)),
    )


def plain(name: str) -> str:
    """Write a name from a file without characters that steer a terminal.

    >>> plain("q06" + chr(27) + "[31m")
    'q06?[31m'
    """
    return "".join(one if one.isprintable() else "?" for one in name)


def _missing(missing: Mapping[str, str | None]) -> Iterator[str]:
    """Name the columns that are not there, each with the unknown column that may be meant."""
    for column, meant in missing.items():
        yield f"column `{column}` is missing" + (f"; is it `{plain(meant)}`?" if meant else "")


def _repeated(found: Mapping[str, Sequence[str]]) -> Iterator[str]:
    for column, names in found.items():
        if len(names) > 1:
            listed = " and ".join(f"`{plain(name)}`" for name in names)
            yield f"{listed} are both column `{column}`"


def _unknown(unknown: Sequence[str], codebook: Codebook) -> Iterator[str]:
    for name in unknown:
        meant = closest(name, codebook.columns)
        yield f"column `{plain(name)}` is not in the codebook" + (f"; is it `{meant}`?" if meant else "")


def _refuse_other_wave(file: SurveyFile, codebook: Codebook, harmonised: Harmonised) -> None:
    stated = _stated_waves(file)
    if stated and stated != [str(codebook.wave)]:
        raise _other_wave(file, codebook, f"`{', '.join(stated)}` in the column `{WAVE}`", stated[0])
    fit, best = max((_fit(file, other), wave) for wave, other in harmonised.codebooks.items())
    if fit >= _FITS and fit > _fit(file, codebook):
        raise _other_wave(file, codebook, f"columns that fit wave {best}", str(best))


def _stated_waves(file: SurveyFile) -> list[str]:
    """Give the waves the file itself names, as text."""
    for name in file.frame.columns:
        if name.lower() == WAVE:
            values = file.frame[name].drop_nulls().unique().to_list()
            return sorted({plain(str(value)).strip().removesuffix(".0") for value in values})
    return []


def _fit(file: SurveyFile, codebook: Codebook) -> float:
    """Tell which share of the columns of a codebook the file has."""
    there = {name.lower() for name in file.frame.columns}
    needed = [column.lower() for one in codebook.questions if one.required for column in one.columns]
    return sum(column in there for column in needed) / len(needed)


def _other_wave(file: SurveyFile, codebook: Codebook, got: str, wave: str) -> InputError:
    return InputError(
        "The file is of another wave.",
        where=plain(file.path.name),
        expected=f"wave {codebook.wave}",
        got=got,
        remedy=f"Read it as wave {wave}, or take the file of {codebook.wave}.",
    )
