"""Cells of fetched tables as figures of ours."""

import shutil
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from cbs_support import WHOLE_TABLE, edited_edition, recorded_leiden, recorded_vacancies
from talentstats.errors import InputError
from talentstats.labour import tightness
from talentstats.prepare.figures_of import DeclaredFigures, FiguresOf, read_fetched, read_figures
from talentstats.prepare.observations import KEY, prepare_observations
from talentstats.prepare.readable import read_declarations
from talentstats.prepare.tables import snapshots_of
from talentstats.prepare.transcription import read_transcription
from talentstats.processing import read_inputs, validate_table
from talentstats.provenance import Snapshot
from talentstats.regions import Regions, read_regions
from talentstats.sources import find_snapshots, read_snapshot
from talentstats.store import read_processed
from talentstats.terms import Vintage
from talentstats.workspace import Workspace

DATASET = "cbs/85224NED"
SEASON = "SeizoenEnWerkdagcorrectie"


@pytest.fixture(scope="module")
def regions(project: Workspace) -> Regions:
    return read_regions(project.reference)


def stored(project: Workspace, dataset: str = f"{DATASET}/2026-04-30") -> Snapshot:
    return read_snapshot(project.raw / dataset, raw=project.raw)


def as_snapshot(folder: Path, dataset: str, published: str, project: Workspace) -> Snapshot:
    """Give answers in a folder what the card of a snapshot says, without the card."""
    like = stored(project)
    origin = replace(like.origin, dataset=f"{dataset}/{published}", published=Vintage.parse(published))
    return replace(like, origin=origin, path=folder / "index.json")


def declared(project: Workspace) -> DeclaredFigures:
    return read_figures(project.reference)


def test_the_stored_table_gives_the_figures_that_were_transcribed_from_another(
    project: Workspace, regions: Regions
) -> None:
    fetched = read_fetched(stored(project), declared(project), regions)
    transcribed = read_transcription(stored(project, "cbs/80590ned/2026-07-16"), regions)
    assert fetched.schema == transcribed.schema
    same = ["measure", "region", "period", "adjustment", "method"]
    both = fetched.join(transcribed, on=same)
    assert both.height == fetched.height == 2 * 2 * 53
    for column in ("value", "unit", "resolution"):
        assert both[column].to_list() == both[f"{column}_right"].to_list()
    assert set(fetched["vintage"]) == {date(2026, 4, 30)}
    assert set(fetched["certainty"]) == {"official"}


def test_the_row_of_a_figure_is_the_place_of_its_observation(project: Workspace, regions: Regions) -> None:
    fetched = read_fetched(stored(project), declared(project), regions)
    first = fetched.filter(
        (pl.col("measure") == "unemployed") & (pl.col("period") == "2013Q1") & (pl.col("adjustment") == "NSA")
    ).row(0, named=True)
    page = pl.read_json((WHOLE_TABLE / "observations-page-1.json").read_bytes())
    cell = page.explode("value").unnest("value").row(first["row"] - 1, named=True)
    assert (cell["Measure"], cell[SEASON], cell["Perioden"], cell["Value"]) == (
        "3000800_2",
        "A042501",
        "2013KW01",
        first["value"],
    )


def test_vacancies_of_the_older_interface_equal_the_transcription(
    project: Workspace, regions: Regions, tmp_path: Path
) -> None:
    recorded_vacancies(tmp_path)
    snapshot = as_snapshot(tmp_path, "cbs/80472ned", "2023-11-14", project)
    fetched = read_fetched(snapshot, declared(project), regions)
    transcribed = read_transcription(stored(project, "cbs/80472ned/2023-11-14"), regions)
    assert (
        fetched.sort(KEY)
        .select(*KEY, "value", "unit", "resolution")
        .equals(transcribed.sort(KEY).select(*KEY, "value", "unit", "resolution"))
    )


def test_inhabitants_on_the_first_of_january_equal_the_transcription(
    project: Workspace, regions: Regions, tmp_path: Path
) -> None:
    recorded_leiden(tmp_path / "answers")
    snapshot = as_snapshot(tmp_path / "answers", "cbs/03759ned", "2026-06-23", project)
    fetched = read_fetched(snapshot, declared(project), regions).sort(KEY)
    transcribed = read_transcription(stored(project, "cbs/03759ned/2026-06-23"), regions).sort(KEY)
    assert fetched.select(*KEY, "value", "unit").equals(transcribed.select(*KEY, "value", "unit"))


def test_the_table_of_labour_has_both_witnesses_of_the_unemployed(project: Workspace) -> None:
    table = read_processed("labour", workspace=project)
    cell = (pl.col("measure") == "unemployed") & (pl.col("period") == "2022Q1") & (pl.col("region") == "NL01")
    found = table.frame.filter(cell, pl.col("adjustment") == "SA", pl.col("method") == "ebb_from_2022")
    assert {f"{DATASET}/2026-04-30", "cbs/80590ned/2026-07-16"} <= set(found["dataset"])
    assert f"{DATASET}/2026-04-30" in table.origins


def test_answers_without_declared_figures_are_no_part_of_a_table(own_project: Workspace) -> None:
    folder = own_project.raw / "cbs/84545NED/2026-04-30"
    shutil.copytree(WHOLE_TABLE, folder)
    readable = read_declarations(own_project.reference, read_regions(own_project.reference))
    chosen = snapshots_of("labour", find_snapshots(own_project.raw), readable)
    assert "cbs/84545NED/2026-04-30" not in {snapshot.origin.dataset for snapshot in chosen}
    assert f"{DATASET}/2026-04-30" in {snapshot.origin.dataset for snapshot in chosen}


def test_a_table_is_whole_without_what_was_fetched(own_project: Workspace) -> None:
    shutil.rmtree(own_project.raw / DATASET)
    inputs = read_inputs(own_project)
    assert validate_table("labour", inputs).result.verdict == "passed"


def change(cell: Mapping[str, Any], **values: Any) -> Any:
    def edit(observations: list[dict[str, Any]]) -> None:
        found = [one for one in observations if all(one[key] == value for key, value in cell.items())]
        assert len(found) == 1
        found[0].update(values)

    return edit


UNEMPLOYED_2022 = {"Measure": "3000800_2", SEASON: "A050903", "Perioden": "2022KW01"}


def test_a_newer_edition_changes_tightness_and_is_its_witness(own_project: Workspace) -> None:
    edited_edition(own_project.raw, published="2026-10-29", edit=change(UNEMPLOYED_2022, Value=345))
    tight = tightness(table=read_processed("labour", workspace=own_project))
    figure = tight.at("2022Q1")
    assert (figure.value, str(figure.vintage)) == (131.0, "2026-10-29")
    vacancies, unemployed = figure.components
    assert (unemployed.value, unemployed.dataset) == (345.0, f"{DATASET}/2026-10-29")
    assert vacancies.dataset == "cbs/84545NED/2024-05-15"
    assert figure.origins[-1].sha256 == stored(own_project, f"{DATASET}/2026-10-29").origin.sha256
    assert tight.at("2022Q1", as_of="2026-10-28").value == 134.0
    assert tight.at("2022Q1", as_of="2022-05-17").value == 133.0


def test_two_editions_of_one_day_that_disagree_are_refused(own_project: Workspace) -> None:
    edited_edition(own_project.raw, published="2026-07-16", edit=change(UNEMPLOYED_2022, Value=345))
    inputs = read_inputs(own_project)
    with pytest.raises(InputError, match="disagree about `unemployed` in 2022Q1") as caught:
        validate_table("labour", inputs)
    assert "cbs/80590ned/2026-07-16" in str(caught.value.where)
    assert f"{DATASET}/2026-07-16" in str(caught.value.where)


def test_two_editions_of_one_day_that_agree_are_one_figure(own_project: Workspace) -> None:
    def nothing(_observations: list[dict[str, Any]]) -> None:
        """Leave the edition as it is."""

    edited_edition(own_project.raw, published="2026-07-16", edit=nothing)
    inputs = read_inputs(own_project)
    frame = prepare_observations(
        snapshots_of("labour", inputs.snapshots, inputs.readable),
        readable=inputs.readable,
        corrections=inputs.corrections,
        where="corrections.toml",
    )
    assert not frame.select(KEY).is_duplicated().any()


def test_a_figure_that_became_impossible_is_not_published(own_project: Workspace) -> None:
    gone = change(UNEMPLOYED_2022, Value=None, ValueAttribute="Impossible")
    edited_edition(own_project.raw, published="2026-10-29", edit=gone)
    readable = read_declarations(own_project.reference, read_regions(own_project.reference))
    frame = readable.read(stored(own_project, f"{DATASET}/2026-10-29"))
    assert frame.height == 2 * 2 * 53 - 1
    assert frame["value"].null_count() == 0


CELLS = {"measure": ("3000800_2",), SEASON: ("A050903",)}


@pytest.mark.parametrize(
    ("values", "problem", "named"),
    [
        ({"cells": {**CELLS, "measure": ("3000800",)}}, "Unknown value of `measure`", "`3000800_2`"),
        ({"cells": {**CELLS, "Seizoen": ("A050903",)}}, "Unknown column", "Seizoen"),
        ({"cells": {SEASON: ("A050903",)}}, "several measures", "2018700_1"),
        ({"cells": {"measure": ("3000800_2",)}}, "several figures", SEASON),
        ({"measure": "unemployment_rate"}, "not in its unit", "x 1 000"),
        ({"region": "RegioS"}, "Unknown column", "RegioS"),
    ],
)
def test_a_declaration_that_does_not_fit_the_table_is_refused(
    project: Workspace, regions: Regions, values: dict[str, Any], problem: str, named: str
) -> None:
    right: dict[str, Any] = {
        "measure": "unemployed",
        "cells": CELLS,
        "adjustment": "SA",
        "method": "ebb_from_2022",
    }
    figures = DeclaredFigures(of={DATASET: (FiguresOf(**{**right, **values}),)})
    with pytest.raises(InputError, match=problem) as caught:
        read_fetched(stored(project), figures, regions)
    assert named in str(caught.value)
    assert DATASET in str(caught.value.where)


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ('measure = "unemployed"', 'measure = "unemployd"', "Unknown measure `unemployd`"),
        ('adjustment = "SA"', 'adjustment = "SAD"', "Unknown adjustment"),
        ('method = "ebb_from_2022"', 'method = "ebb_2022"', "Unknown method"),
        ('method = "ebb_from_2022"', "", "cannot be read"),
        ('region = "RegioS"', 'regions = "RegioS"', "Unknown field of figures `regions`"),
    ],
)
def test_a_declaration_with_a_mistake_is_refused(
    project: Workspace, tmp_path: Path, old: str, new: str, problem: str
) -> None:
    text = (project.reference / "sources.toml").read_text(encoding="utf-8")
    assert old in text
    (tmp_path / "sources.toml").write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(InputError, match=problem) as caught:
        read_figures(tmp_path)
    assert "sources.toml" in str(caught.value.where)


def test_without_a_list_of_sources_nothing_is_declared(tmp_path: Path) -> None:
    assert read_figures(tmp_path).of == {}
