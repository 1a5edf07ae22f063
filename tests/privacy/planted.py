"""A synthetic wave with values planted in it, and what is made of it on its way to a processed table."""

import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import polars as pl

from conftest import ROOT
from privacy.canary import CANARIES
from privacy.recorder import recording
from talentstats.codebooks.harmonised import Harmonised, read_harmonised
from talentstats.prepare.harmonise import harmonise
from talentstats.provenance import Snapshot
from talentstats.regions.municipalities import read_municipalities
from talentstats.sources.survey_files.read import read_survey_file
from talentstats.sources.survey_files.store import store_survey_file
from talentstats.sources.survey_files.survey_file import SurveyFile
from talentstats.store import ProcessedTable
from talentstats.synthetic.synthesise import synthesise
from talentstats.validation.respondents import validate_wave
from talentstats.validation.table import ValidatedTable
from talentstats.waves.process import process_wave
from talentstats.workspace import Workspace

WAVE = 2025
REFERENCE = ROOT / "data" / "reference"


@dataclass(frozen=True, kw_only=True)
class Planted:
    """A wave with planted values in all its stages.

    Attributes
    ----------
    file : Path
        As it arrives; the only file that may hold the values.
    temporary : Path
        Folder of all temporary files.
    said : list of str
        What was printed, logged and told on the way.
    """

    file: Path
    workspace: Workspace
    temporary: Path
    harmonised: Harmonised
    said: list[str] = field(default_factory=list)
    snapshot: Snapshot
    read: SurveyFile
    frame: pl.DataFrame
    validated: ValidatedTable
    processed: ProcessedTable


def plant(texts: pl.DataFrame, values: Mapping[str, str], *, records: tuple[int, ...]) -> pl.DataFrame:
    """Put values in some records of a file of texts; records count from 0, or from the end when negative."""
    places = [record % texts.height for record in records]
    return texts.with_columns(
        pl.when(pl.int_range(pl.len()).is_in(places)).then(pl.lit(value)).otherwise(pl.col(name)).alias(name)
        for name, value in values.items()
    )


def synthetic_texts(folder: Path, *, n: int = 2000) -> tuple[pl.DataFrame, Path]:
    """Return a clean synthetic file as texts, and the file of its margins."""
    made = synthesise(WAVE, n=n, seed=11, out=folder / "synthetic", reference=REFERENCE, formats=["csv"])
    return pl.read_csv(made.files["csv"], infer_schema=False), made.margins


def plant_and_process(folder: Path, *, temporary: Path) -> Planted:
    """Plant values in a synthetic wave, import it, harmonise, validate and process it."""
    workspace = Workspace(folder / "project")
    workspace.raw.mkdir(parents=True)
    shutil.copytree(REFERENCE, workspace.reference)
    texts, margins = synthetic_texts(folder)
    file = folder / "from zqmail.csv"
    # The first record and the last: those that a frame shows when it is printed.
    last = {name: f"{value}2" for name, value in CANARIES.items() if name != "duration_seconds"}
    plant(plant(texts, CANARIES, records=(0,)), last, records=(-1,)).write_csv(file)
    target = workspace.reference / "margins" / f"internationals_{WAVE}.toml"
    target.parent.mkdir()
    shutil.copyfile(margins, target)
    said: list[str] = []
    with recording(said):
        snapshot = store_survey_file(
            file,
            wave=WAVE,
            workspace=workspace,
            received=date(2025, 11, 3),
            publisher="Bureau",
            synthetic=True,
        )
        harmonised = read_harmonised(workspace.reference)
        codebook = harmonised.codebooks[WAVE]
        read = read_survey_file(snapshot.path)
        frame = harmonise(read, codebook, harmonised, dataset=snapshot.origin.dataset)
        validated = validate_wave(
            frame,
            codebook,
            harmonised,
            file=read,
            municipalities=read_municipalities(workspace.reference),
            snapshots={snapshot.origin.dataset: snapshot.path},
        )
        processed = process_wave(WAVE, workspace)
    return Planted(
        file=file,
        workspace=workspace,
        temporary=temporary,
        harmonised=harmonised,
        said=said,
        snapshot=snapshot,
        read=read,
        frame=frame,
        validated=validated,
        processed=processed,
    )
