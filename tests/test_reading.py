"""What a notebook gets: the stored edition, or what a server says now."""

import json
import shutil
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from cbs_support import WHOLE_TABLE, edited_edition, recorded_vacancies
from replay import replaying
from talentstats.errors import InputError
from talentstats.prepare.cbs_table import tidy_cbs
from talentstats.reading import read_cbs
from talentstats.sources.answers import read_answers
from talentstats.workspace import Workspace
from tests_support import rewrite_raw


def recorded() -> pl.DataFrame:
    return tidy_cbs(read_answers(WHOLE_TABLE / "index.json"))


@pytest.mark.parametrize("table", ["85224NED", "85224ned", " 85224NED "])
def test_a_stored_table_is_found_whatever_its_capitals(project: Workspace, table: str) -> None:
    assert read_cbs(table, workspace=project).equals(recorded())


def raise_first(cells: list[dict[str, Any]]) -> None:
    cells[0]["Value"] += 1


def test_the_newest_edition_is_read_unless_a_day_is_named(own_project: Workspace) -> None:
    edited_edition(own_project.raw, published="2026-10-29", edit=raise_first)
    assert read_cbs("85224NED", workspace=own_project)["value"][0] == 12618
    for day in ("2026-10-28", "2026-04-30", "2026-09"):
        assert read_cbs("85224NED", as_of=day, workspace=own_project).equals(recorded())
    with pytest.raises(InputError, match="No stored edition") as caught:
        read_cbs("85224NED", as_of="2026-04-29", workspace=own_project)
    assert "2026-04-30" in str(caught.value.expected)


def test_of_two_editions_of_one_day_the_second_is_read(own_project: Workspace) -> None:
    folder = edited_edition(own_project.raw, published="2026-10-29", edit=raise_first)
    shutil.copytree(WHOLE_TABLE, folder.with_name("2026-10-29.2"))
    card = folder.with_name("2026-10-29.2") / "snapshot.toml"
    card.write_text(card.read_text(encoding="utf-8").replace("2026-04-30", "2026-10-29"), encoding="utf-8")
    assert read_cbs("85224NED", workspace=own_project).equals(recorded())


def stored_slice(project: Workspace, **where: list[str]) -> None:
    """Store the whole recorded table as if it were a slice of it."""
    folder = edited_edition(project.raw, published="2026-10-29", edit=raise_first)
    index = folder / "index.json"
    listed = json.loads(index.read_text(encoding="utf-8")) | {"where": where}
    index.write_text(json.dumps(listed), encoding="utf-8")
    rewrite_raw(index, '"sliceFilter": null', '"sliceFilter": "a filter"')


def test_of_several_slices_one_must_be_named(own_project: Workspace) -> None:
    stored_slice(own_project, Perioden=["2026KW01", "2025KW01"])
    with pytest.raises(InputError, match="Several slices") as caught:
        read_cbs("85224NED", workspace=own_project)
    assert "the whole table; Perioden=2025KW01,2026KW01" in str(caught.value.got)
    sliced = read_cbs("85224NED", where={"Perioden": ["2025KW01", "2026KW01"]}, workspace=own_project)
    assert sliced["value"][0] == 12618
    assert read_cbs("85224NED", where={}, workspace=own_project).equals(recorded())
    with pytest.raises(InputError, match="not stored") as caught:
        read_cbs("85224NED", where={"Perioden": ["2024KW01"]}, workspace=own_project)
    assert "talentstats fetch cbs 85224NED --where Perioden=2024KW01" in str(caught.value.remedy)


@pytest.mark.parametrize(("table", "word"), [("85224NDE", "`85224NED`"), ("83599NED", "fetch cbs 83599NED")])
def test_a_table_that_is_not_stored_says_how_to_fetch_it(project: Workspace, table: str, word: str) -> None:
    with pytest.raises(InputError, match="no stored answers") as caught:
        read_cbs(table, workspace=project)
    assert f"talentstats fetch cbs {table}" in str(caught.value.remedy)
    assert word in str(caught.value.remedy)


def test_a_server_is_asked_and_nothing_is_stored(
    own_project: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(own_project.root)
    before = sorted(own_project.raw.rglob("*"))
    with replaying(WHOLE_TABLE, page_size=1500) as server:
        frame = read_cbs("85224NED", base_url=server.base_url)
        sliced = read_cbs("85224NED", base_url=server.base_url, where={"Perioden": ["2022KW01"]})
    # The server makes up the groups of measures, which were not recorded: titles have them before them.
    same = pl.exclude("measure_title")
    assert frame.select(same).equals(recorded().select(same))
    assert sliced.equals(frame.filter(pl.col("Perioden") == "2022KW01"))
    assert sorted(own_project.raw.rglob("*")) == before


def test_a_table_of_the_older_interface_is_read_from_a_server(tmp_path: Path) -> None:
    with replaying(WHOLE_TABLE.parents[4] / "tests/recorded/80472ned") as server:
        frame = read_cbs("80472ned", base_url=server.base_url)
    keys = ["measure", "Bedrijfskenmerken", "Perioden", "value"]
    assert frame.select(keys).equals(tidy_cbs(recorded_vacancies(tmp_path)).select(keys))


def test_a_server_has_no_earlier_editions(project: Workspace) -> None:
    with pytest.raises(InputError, match="newest edition only"):
        read_cbs("85224NED", base_url="http://127.0.0.1:1", as_of="2026-04-30", workspace=project)
