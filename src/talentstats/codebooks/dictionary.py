"""Write the data dictionary of a wave: a page in each language and a Data Package."""

import json
from collections.abc import Iterable
from pathlib import Path

from talentstats.codebooks.datapackage import data_package
from talentstats.codebooks.harmonised import read_harmonised
from talentstats.codebooks.page import render_dictionary
from talentstats.codebooks.read import read_codebook
from talentstats.errors import InputError
from talentstats.terms import LANGUAGES, Language


def write_dictionary(
    wave: int,
    reference: Path,
    out: Path,
    *,
    languages: Iterable[Language] = LANGUAGES,
    synthetic: bool,
) -> tuple[Path, ...]:
    """Write `codebook-<wave>.<language>.html` and `datapackage.json` into a folder.

    Parameters
    ----------
    wave : int
    reference : Path
        The folder `data/reference` of the project.
    out : Path
        Made if it is not there; earlier files of the same names are replaced.
    languages : iterable of {"nl", "en"}
    synthetic : bool
        Whether the answers of the wave are synthetic; page and package then say so.

    Returns
    -------
    tuple of Path
        The files written.

    Raises
    ------
    InputError
        If the wave has no codebook, the codebooks contradict each other, or the folder cannot be written.
    """
    codebook, harmonised = read_codebook(wave, reference), read_harmonised(reference)
    contents = {
        f"codebook-{wave}.{language}.html": render_dictionary(
            codebook, harmonised, language=language, synthetic=synthetic
        )
        for language in languages
    }
    package = data_package(codebook, harmonised, synthetic=synthetic)
    contents["datapackage.json"] = json.dumps(package, ensure_ascii=False, indent=2) + "\n"
    try:
        out.mkdir(parents=True, exist_ok=True)
        for name, content in contents.items():
            (out / name).write_text(content, encoding="utf-8", newline="\n")
    except OSError as error:
        raise InputError(
            "The data dictionary cannot be written.",
            where=str(out),
            expected="a folder that can be written to",
            got=type(error).__name__,
        ) from error
    return tuple(out / name for name in contents)
