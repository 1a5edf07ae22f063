"""A synthetic wave as a frame: for tests, notebooks and whoever needs no files."""

from pathlib import Path

import polars as pl

from talentstats.codebooks.harmonised import read_harmonised
from talentstats.errors import InputError
from talentstats.prepare.harmonise import harmonise
from talentstats.sources.survey_files.survey_file import FileVariable, SurveyFile
from talentstats.synthetic.population import read_population, require_wave
from talentstats.synthetic.questionnaire import questionnaire_of
from talentstats.synthetic.respondents import blocks
from talentstats.synthetic.sample import draw_sample

#: Fewest and most respondents of a synthetic wave.
LEAST, MOST = 2_000, 10_000_000


def synthetic_frame(wave: int, *, n: int, seed: int, reference: Path) -> pl.DataFrame:
    """Make a synthetic wave and harmonise it.

    Parameters
    ----------
    wave : int
    n : int
        Respondents, from 2,000.
    seed : int
        Of this sample. The sampling units and the members of the panel do not depend on it.
    reference : Path
        The folder `data/reference` of the project.

    Returns
    -------
    polars.DataFrame
        The harmonised frame, as `talentstats.prepare.harmonise` makes it of the file of the wave.

    Raises
    ------
    InputError
        If the wave is not known, or `n` or `seed` is out of bounds.

    Examples
    --------
    >>> from talentstats.workspace import find_workspace
    >>> frame = synthetic_frame(2025, n=2000, seed=1, reference=find_workspace().reference)
    >>> frame.height
    2000
    """
    file = synthetic_file(wave, n=n, seed=seed, reference=reference)
    harmonised = read_harmonised(reference)
    return harmonise(
        file, harmonised.codebooks[wave], harmonised, dataset=f"survey/internationals_{wave}/synthetic"
    )


def synthetic_file(wave: int, *, n: int, seed: int, reference: Path) -> SurveyFile:
    """Make a synthetic wave as if its file had been read: codes as they stand, without labels.

    Parameters and errors are those of `synthetic_frame`.
    """
    check_size(n, seed)
    model = read_population(reference)
    require_wave(model, wave)
    questionnaire = questionnaire_of(model, read_harmonised(reference), wave)
    sample = draw_sample(model, wave, n=n, seed=seed)
    frame = pl.concat(blocks(questionnaire, sample, seed))
    whole = [name for name, dtype in frame.schema.items() if dtype.is_integer()]
    return SurveyFile(
        path=Path(f"internationals_{wave}.parquet"),
        format="parquet",
        frame=frame.cast(dict.fromkeys(whole, pl.Int64)),
        variables={name: FileVariable(name=name) for name in frame.columns},
        synthetic=True,
    )


def check_size(n: int, seed: int) -> None:
    """Refuse a size or a seed that cannot be.

    Raises
    ------
    InputError
        If `n` is too small for two sampling units in every stratum, or too large; if `seed` is negative.
    """
    if not LEAST <= n <= MOST:
        raise InputError(
            "A synthetic wave cannot have that many respondents.",
            expected=f"{LEAST:,} to {MOST:,}",
            got=f"{n:,}",
            remedy="Fewer leave strata without two sampling units." if n < LEAST else None,
        )
    if seed < 0:
        raise InputError("A seed is a whole number from 0.", expected="0 or more", got=str(seed))
