"""The answers of a wave in harmonised form, from the imported file or from its synthetic stand-in."""

import tempfile
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

import polars as pl

from talentstats.codebooks.harmonised import read_harmonised
from talentstats.prepare.harmonise import harmonise
from talentstats.progress import say
from talentstats.provenance import Licence, Origin, sha256_of
from talentstats.sources.survey_files.read import read_survey_file
from talentstats.sources.survey_files.store import open_stored
from talentstats.sources.survey_files.survey_file import SurveyFile
from talentstats.synthetic.synthesise import synthesise
from talentstats.waves.declared import FOLDER, StandIn, SurveyPlan, read_plan
from talentstats.waves.inputs import WaveInput, table_name
from talentstats.waves.weighing import wave_margins
from talentstats.weighting.margins import Margins
from talentstats.workspace import Workspace


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Opened:
    """A wave before it is checked.

    Attributes
    ----------
    file : SurveyFile
        As it was read.
    frame : polars.DataFrame
        The harmonised answers, personal columns included; never shown.
    origin : Origin
    margins : Margins
        The totals it is weighted to.
    """

    file: SurveyFile
    frame: pl.DataFrame = field(repr=False)
    origin: Origin
    margins: Margins = field(repr=False)


# A wave is opened for itself and then for the wave after it, which is held against it.
@lru_cache(maxsize=2)
def open_wave(found: WaveInput, workspace: Workspace) -> Opened:
    """Read the file of a wave, or make the stand-in and read it in the same way, and harmonise its answers.

    The last two are kept in memory.

    Raises
    ------
    InputError
        If the file, its codebook or its margins cannot be used.
    """
    plan = read_plan(workspace.reference)
    if found.snapshot is None or found.margins is None:
        file, origin, margins = _stand_in(found.wave, plan, workspace)
    else:
        margins = wave_margins(found.margins, wave=found.wave, expected=plan.margins)
        say(f"reading wave {found.wave}")
        file, origin = open_stored(found.snapshot), found.snapshot.origin
    say(f"harmonising wave {found.wave}")
    harmonised = read_harmonised(workspace.reference)
    frame = harmonise(file, harmonised.codebooks[found.wave], harmonised, dataset=origin.dataset)
    return Opened(file=file, frame=frame, origin=origin, margins=margins)


def _stand_in(wave: int, plan: SurveyPlan, workspace: Workspace) -> tuple[SurveyFile, Origin, Margins]:
    stand_in = plan.stand_ins[wave]
    with tempfile.TemporaryDirectory(prefix="talentstats-wave-") as folder:
        say(f"generating synthetic wave {wave}")
        made = synthesise(
            wave,
            n=stand_in.n,
            seed=stand_in.seed,
            out=Path(folder) / "wave",
            reference=workspace.reference,
            formats=("sav",),
            truth=False,
        )
        path = made.files["sav"]
        return (
            read_survey_file(path),
            _stand_in_origin(wave, stand_in, path),
            wave_margins(made.margins, wave=wave, expected=plan.margins),
        )


def _stand_in_origin(wave: int, stand_in: StandIn, path: Path) -> Origin:
    return Origin(
        dataset=f"{FOLDER}/{table_name(wave)}/synthetic",
        publisher="talentstats",
        title=f"Enquête onder internationals {wave} (synthetisch / synthetic)",
        table_id=table_name(wave),
        url=f"data/reference/{FOLDER}/waves.toml",
        published=stand_in.published,
        accessed=stand_in.published.known_from,
        licence=Licence(name="Synthetic: the respondents do not exist", url=""),
        sha256=sha256_of(path),
    )
