"""Estimates from samples find the truth of the population, and intervals cover it as often as they say."""

import json
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl
import pytest

import talentstats as ts
from talentstats.survey.design import SurveyDesign
from talentstats.survey.sample import SurveySample
from talentstats.synthetic.synthesise import synthesise
from talentstats.weighting.margins_file import read_margins

MakeFrame = Callable[..., pl.DataFrame]
Known = Callable[[int, int], Path]
Floats = npt.NDArray[np.float64]
REGISTERED = ("sex", "birth_year_band", "nationality_broad", "nationality_group")
# The truth is an expectation of the model, not a count of one population: no correction for a finite one.
DESIGN = SurveyDesign(weight="design_weight", strata="stratum", psu="psu")
LARGE = 20_000


@pytest.fixture(scope="module")
def known(reference: Path, tmp_path_factory: pytest.TempPathFactory) -> Known:
    """Return a function that writes margins and truth of a wave."""

    @cache
    def make(wave: int, n: int) -> Path:
        out = tmp_path_factory.mktemp("truth") / "wave"
        return synthesise(wave, n=n, seed=1, out=out, reference=reference, formats=[]).folder

    return make


def truth_in(folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((folder / "truth.json").read_text(encoding="utf-8"))["variables"]
    return found


def raked(frame: pl.DataFrame, folder: Path) -> SurveySample:
    """Weight a wave; points of scales become levels."""
    scales = [name for name, entry in truth_in(folder).items() if entry["type"] == "scale"]
    texts = frame.with_columns(pl.col(scales).cast(pl.String))
    return ts.rake(SurveySample(texts, DESIGN), margins=read_margins(folder / "margins.toml"))


def known_shares(truth: dict[str, Any], by: str | None) -> dict[tuple[str | None, str, str], float]:
    """Return the true shares by domain, column of the frame and level."""
    found: dict[tuple[str | None, str, str], float] = {}
    for name, entry in truth.items():
        for place, domain in entry[by].items() if by else [(None, entry["national"])]:
            for category, share in domain.get("shares", {}).items():
                if entry["type"] == "multiple":
                    found[place, f"{name}_{category}", "yes"] = share
                else:
                    found[place, name, category] = share
    return found


def distances(
    sample: SurveySample, shares: dict[tuple[str | None, str, str], float], by: str | None
) -> Floats:
    """Return how far each share is from the truth, in standard errors, where there are answers enough."""
    columns = list(dict.fromkeys(column for _, column, _ in shares))
    rows = ts.estimate_proportion(sample, columns, by=by).to_polars().iter_rows(named=True)
    found = []
    for row in rows:
        share = shares.get((row[by] if by else None, row["variable"], row["level"]))
        if share is not None and row["n_obs"] * min(share, 1 - share) > 50:
            found.append((row["estimate"] - share) / row["std_error"])
    return np.array(found)


@pytest.mark.parametrize("wave", [2019, 2021, 2023, 2025])
def test_estimates_from_a_large_sample_are_within_four_standard_errors(
    frame_of: MakeFrame, known: Known, wave: int
) -> None:
    folder = known(wave, LARGE)
    shares = known_shares(truth_in(folder), None)
    # What is weighted to is right by construction, and has no error to count in.
    answered = {
        key: share
        for key, share in shares.items()
        if key[1] not in REGISTERED and key[2] != "temporary_protection"
    }
    found = distances(raked(frame_of(wave, LARGE, 1), folder), answered, None)
    assert found.size > 150
    assert np.abs(found).max() < 4
    assert 0.8 < found.std() < 1.2


@pytest.mark.parametrize("by", ["region", "register"])
def test_estimates_of_parts_are_within_reach_of_the_truth(frame_of: MakeFrame, known: Known, by: str) -> None:
    names = ["plans_to_stay", "role", "education", "tenure", "knew_centre", "feels_at_home", "dutch_level"]
    shares = known_shares(truth_in(known(2025, LARGE)), by)
    chosen = {key: share for key, share in shares.items() if key[1] in names}
    found = distances(raked(frame_of(2025, LARGE, 1), known(2025, LARGE)), chosen, by)
    assert found.size > 70
    assert np.abs(found).max() < 4
    assert np.mean(np.abs(found) > 2) < 0.1


def test_without_weighting_the_sample_is_off(frame_of: MakeFrame, known: Known) -> None:
    truth = truth_in(known(2025, LARGE))["birth_year_band"]["national"]["shares"]["from_2000"]
    found = ts.estimate_proportion(SurveySample(frame_of(2025, LARGE, 1), DESIGN), "birth_year_band")
    young = found.to_polars().row(by_predicate=pl.col("level") == "from_2000", named=True)
    assert (truth - young["estimate"]) / young["std_error"] > 4


def test_intervals_cover_the_truth_about_as_often_as_they_say(frame_of: MakeFrame, known: Known) -> None:
    folder = known(2025, 2_000)
    truth = truth_in(folder)
    names = ["plans_to_stay", "paid_work", "studied_dutch", "knew_centre", "discriminated", "children"]
    covered = []
    for seed in range(1, 11):
        sample = raked(frame_of(2025, 2_000, seed), folder)
        rows = ts.estimate_proportion(sample, names).to_polars().filter(level="yes")
        for row in rows.iter_rows(named=True):
            share = truth[row["variable"]]["national"]["shares"]["yes"]
            covered.append(row["conf_low"] <= share <= row["conf_high"])
    assert len(covered) == 60
    assert np.mean(covered) > 0.87


def test_shares_add_up_and_domains_add_up_to_the_nation(known: Known) -> None:
    for name, entry in truth_in(known(2025, LARGE)).items():
        for domain in (entry["national"], *entry["region"].values(), *entry["register"].values()):
            assert 0 < domain["asked"] <= 1 + 1e-8
            if "shares" in domain and entry["type"] != "multiple":
                assert sum(domain["shares"].values()) == pytest.approx(1, abs=1e-6), name


def test_the_chapters_have_something_to_find(known: Known) -> None:
    """Leiden changes where the nation does not, and the nation changes too."""
    before, after = (truth_in(known(wave, LARGE)) for wave in (2023, 2025))

    def share(truth: dict[str, Any], name: str, place: str | None) -> float:
        entry = truth[name]["region"][place] if place else truth[name]["national"]
        return float(entry["shares"]["yes"])

    assert share(after, "plans_to_stay", "leiden") - share(before, "plans_to_stay", "leiden") > 0.05
    assert abs(share(after, "plans_to_stay", None) - share(before, "plans_to_stay", None)) < 0.01
    assert share(before, "below_level", None) - share(after, "below_level", None) > 0.02
    assert 0.5 < share(after, "plans_to_stay", None) < 0.7
    assert 0.68 < share(after, "studied_dutch", None) < 0.76


def test_the_mean_of_a_number_is_found(frame_of: MakeFrame, known: Known) -> None:
    truth = truth_in(known(2025, LARGE))
    sample = raked(frame_of(2025, LARGE, 1), known(2025, LARGE))
    for row in (
        ts.estimate_mean(sample, ["hours", "arrival_year", "months_to_find_home"])
        .to_polars()
        .iter_rows(named=True)
    ):
        away = (row["estimate"] - truth[row["variable"]]["national"]["mean"]) / row["std_error"]
        assert abs(away) < 4, row["variable"]
