from datetime import date
from pathlib import Path

import polars as pl
import pytest

from talentstats.errors import InputError
from talentstats.prepare.corrections import Exclusion, exclude, read_corrections
from talentstats.prepare.observations import KEY, prepare_observations
from talentstats.prepare.readable import read_declarations
from talentstats.prepare.tables import snapshots_of
from talentstats.regions import read_regions
from talentstats.sources import find_snapshots
from talentstats.workspace import Workspace
from tests_support import rewrite_raw


def prepare(project: Workspace, table: str = "labour") -> pl.DataFrame:
    readable = read_declarations(project.reference, read_regions(project.reference))
    return prepare_observations(
        snapshots_of(table, find_snapshots(project.raw), readable),
        readable=readable,
        corrections=read_corrections(project.reference / "corrections.toml"),
        where="corrections.toml",
    )


def test_every_figure_stands_once_with_its_best_witness(project: Workspace) -> None:
    frame = prepare(project)
    assert not frame.select(KEY).is_duplicated().any()
    same = frame.filter(
        (pl.col("measure") == "vacancies_open")
        & (pl.col("period") == "2020Q3")
        & (pl.col("adjustment") == "SA")
    )
    assert same["certainty"].to_list() == ["official"]


def test_a_figure_dated_to_a_day_replaces_the_same_figure_dated_to_the_month(project: Workspace) -> None:
    frame = prepare(project).filter(
        (pl.col("measure") == "vacancies_open")
        & (pl.col("period") == "2020Q4")
        & (pl.col("adjustment") == "SA")
    )
    assert frame["vintage"].to_list() == [date(2021, 2, 16), date(2021, 5, 18)]


def test_two_sources_of_one_publication_that_disagree_are_both_named(own_project: Workspace) -> None:
    path = own_project.raw / "cbs/tightness-releases/2026-07-30/tightness.csv"
    rewrite_raw(path, "2022KW01,vacancies_open,Nederland,451,", "2022KW01,vacancies_open,Nederland,461,")
    with pytest.raises(InputError, match="disagree") as caught:
        prepare(own_project)
    assert "tightness-releases" in str(caught.value.where)
    assert "vacancies-news" in str(caught.value.where)


def test_an_exclusion_fails_once_its_reason_is_gone(own_project: Workspace) -> None:
    path = own_project.raw / "cbs/83599NED/2023-08/vacancies.csv"
    rewrite_raw(path, "2011KW04,vacancies_open,Nederland,133.8", "2011KW04,vacancies_open,Nederland,116.6")
    with pytest.raises(InputError, match="no longer applies") as caught:
        prepare(own_project)
    assert "116.6" in str(caught.value)


def test_an_excluded_quarter_is_left_out_everywhere(project: Workspace) -> None:
    frame = prepare(project).filter(pl.col("dataset") == "cbs/83599NED/2023-08")
    assert "2011Q4" not in frame["period"]
    assert {"2011Q3", "2012Q1"} <= set(frame["period"])


def test_exclusions_touch_only_their_own_dataset() -> None:
    frame = pl.DataFrame(
        {
            "dataset": ["a", "b"],
            "measure": ["m", "m"],
            "period": ["2020", "2020"],
            "region": ["NL01"] * 2,
            "value": [1.0, 1.0],
        }
    )
    entry = Exclusion(
        dataset="a",
        measure="m",
        period="2020",
        expect_region="NL01",
        expect_value=1.0,
        reason_nl="r",
        reason_en="r",
    )
    assert exclude(frame, (entry,), where="w")["dataset"].to_list() == ["b"]


@pytest.mark.parametrize("text", ["[[exclude]]\n", "not toml", "[[exclude]]\ndataset = 3\n"])
def test_corrections_that_cannot_be_read_are_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "corrections.toml").write_text(text)
    with pytest.raises(InputError, match="declared corrections"):
        read_corrections(tmp_path / "corrections.toml")


def test_a_table_is_made_of_every_dataset_it_names(own_project: Workspace) -> None:
    (own_project.raw / "cbs/80590ned/2026-07-16/snapshot.toml").unlink()
    readable = read_declarations(own_project.reference, read_regions(own_project.reference))
    with pytest.raises(InputError, match="does not hold what table `labour`"):
        snapshots_of("labour", find_snapshots(own_project.raw), readable)


def test_a_dataset_that_no_table_uses_is_not_lost_in_silence(own_project: Workspace) -> None:
    folder = own_project.raw / "leiden/residents"
    folder.rename(folder.with_name("bewoners"))
    readable = read_declarations(own_project.reference, read_regions(own_project.reference))
    with pytest.raises(InputError, match="leiden/"):
        snapshots_of("labour", find_snapshots(own_project.raw), readable)
