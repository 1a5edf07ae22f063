"""Make a synthetic wave and everything that belongs to it: files, codebook, margins, truth."""

import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from talentstats.codebooks.harmonised import read_harmonised
from talentstats.errors import InputError, unknown_name
from talentstats.progress import say
from talentstats.store import replace_folder
from talentstats.synthetic.files import FORMATS, write_files
from talentstats.synthetic.frame import check_size
from talentstats.synthetic.margins import write_margins
from talentstats.synthetic.population import read_population, require_wave
from talentstats.synthetic.questionnaire import questionnaire_of
from talentstats.synthetic.readme import FIRST_LINE, README, readme_text
from talentstats.synthetic.respondents import blocks
from talentstats.synthetic.sample import draw_sample
from talentstats.synthetic.truth import write_truth

MARGINS, TRUTH = "margins.toml", "truth.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class SyntheticWave:
    """A synthetic wave on disk.

    Attributes
    ----------
    files : mapping of format to Path
        The respondents; the same in every format.
    codebook, margins, truth, readme : Path
        Where they stand; `truth` when it was asked for.
    factor : int
        How many times the population of the model was enlarged to hold the sample.
    """

    wave: int
    n: int
    seed: int
    factor: int
    folder: Path
    files: Mapping[str, Path]
    codebook: Path
    margins: Path
    truth: Path
    readme: Path


def synthesise(
    wave: int,
    *,
    n: int,
    seed: int,
    out: Path,
    reference: Path,
    formats: Sequence[str] = FORMATS,
    truth: bool = True,
) -> SyntheticWave:
    """Write a synthetic wave: nobody in it exists, and what is true of its population is known.

    The same arguments give the same bytes. `out` is replaced as a whole, and only when it holds nothing but
    an earlier synthetic wave.

    Parameters
    ----------
    wave : int
    n : int
        Respondents, from 2,000 to 10 million.
    seed : int
        Of this sample. Sampling units and members of the panel stay the same; waves of one `n` share them.
    out : Path
        Folder to make.
    reference : Path
        The folder `data/reference` of the project.
    formats : sequence of {"sav", "csv", "parquet"}
    truth : bool
        Whether to work out what is true of the population, which takes longest for a small sample.

    Raises
    ------
    InputError
        If the wave or a format is not known, `n` or `seed` is out of bounds, `out` holds other files, or the
        disk is full.

    Examples
    --------
    >>> import tempfile
    >>> from talentstats.workspace import find_workspace
    >>> folder = Path(tempfile.mkdtemp()) / "wave"
    >>> reference = find_workspace().reference
    >>> made = synthesise(2025, n=2000, seed=1, out=folder, reference=reference, formats=["csv"])
    >>> made.files["csv"].name
    'internationals_2025.csv'
    """
    check_size(n, seed)
    for form in formats:
        if form not in FORMATS:
            raise unknown_name("format", form, FORMATS)
    model = read_population(reference)
    require_wave(model, wave)
    questionnaire = questionnaire_of(model, read_harmonised(reference), wave)
    with _whole(out) as folder:
        say(f"drawing {n:,} respondents of {wave}")
        sample = draw_sample(model, wave, n=n, seed=seed)
        made = _described(wave, (n, seed, sample.plan.factor), folder, formats)
        write_files(blocks(questionnaire, sample, seed), questionnaire, paths=made.files, rows=n)
        shutil.copyfile(reference / "survey" / made.codebook.name, made.codebook)
        write_margins(made.margins, model, sample)
        if truth:
            say(f"working out what is true of the population of {wave}")
            write_truth(made.truth, questionnaire, sample)
        note = readme_text(wave=wave, n=n, seed=seed, factor=made.factor)
        made.readme.write_text(note, encoding="utf-8", newline="\n")
    return _described(wave, (n, seed, sample.plan.factor), out, formats)


def _described(
    wave: int, numbers: tuple[int, int, int], folder: Path, formats: Sequence[str]
) -> SyntheticWave:
    n, seed, factor = numbers
    return SyntheticWave(
        wave=wave,
        n=n,
        seed=seed,
        factor=factor,
        folder=folder,
        files={form: folder / f"internationals_{wave}.{form}" for form in FORMATS if form in formats},
        codebook=folder / f"codebook-{wave}.toml",
        margins=folder / MARGINS,
        truth=folder / TRUTH,
        readme=folder / README,
    )


@contextmanager
def _whole(out: Path) -> Iterator[Path]:
    """Give a folder beside `out` to write in; it becomes `out` when all went well, and is gone when not."""
    _require_free(out)
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        folder = Path(tempfile.mkdtemp(dir=out.parent, prefix=f".{out.name}-"))
    except OSError as error:
        raise _unwritable(out, error) from error
    try:
        yield folder
        replace_folder(folder, out)
    except OSError as error:
        raise _unwritable(out, error) from error
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _unwritable(out: Path, error: OSError) -> InputError:
    return InputError(
        "The synthetic wave cannot be written.",
        where=str(out),
        expected="a folder that can be made, on a disk with room",
        got=f"{type(error).__name__}: {error.strerror or error}",
        remedy="Free space, or name another folder; nothing was left behind.",
    )


def _require_free(out: Path) -> None:
    """Refuse a folder with files that an earlier call did not make."""
    if not out.exists():
        return
    if not out.is_dir():
        raise InputError("The place for the synthetic wave is a file.", where=str(out), expected="a folder")
    found = sorted(path.name for path in out.iterdir())
    readme = out / README
    ours = readme.is_file() and readme.read_text(encoding="utf-8", errors="replace").startswith(FIRST_LINE)
    known = {README, MARGINS, TRUTH}
    others = [
        name
        for name in found
        if not ours or not (name in known or name.startswith(("internationals_", "codebook-")))
    ]
    if others:
        raise InputError(
            "The folder for the synthetic wave holds other files; they are not replaced.",
            where=str(out),
            expected="a new or empty folder, or an earlier synthetic wave",
            got=", ".join(f"`{name}`" for name in others[:5]) + (" and more" if len(others) > 5 else ""),
            remedy="Name another folder.",
        )
