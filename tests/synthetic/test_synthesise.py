"""A synthetic wave on disk: whole, the same bytes every time, and nothing of anybody else is overwritten."""

import json
from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest
from polars.testing import assert_frame_equal
from pyarrow import parquet

from talentstats.codebooks.harmonised import Harmonised
from talentstats.codebooks.read import read_codebook_file
from talentstats.errors import InputError
from talentstats.prepare.harmonise import harmonise
from talentstats.progress import listening
from talentstats.provenance import sha256_of
from talentstats.sources.survey_files.read import read_survey_file
from talentstats.synthetic import synthesise as module
from talentstats.synthetic.margins import MARGINS
from talentstats.synthetic.synthesise import SyntheticWave, synthesise
from talentstats.weighting.margins_file import read_margins

NAMES = [
    "README.txt",
    "codebook-2025.toml",
    "internationals_2025.csv",
    "internationals_2025.parquet",
    "internationals_2025.sav",
    "margins.toml",
    "truth.json",
]


@pytest.fixture(scope="module")
def made(reference: Path, tmp_path_factory: pytest.TempPathFactory) -> SyntheticWave:
    out = tmp_path_factory.mktemp("synthetic") / "wave"
    return synthesise(2025, n=2_000, seed=1, out=out, reference=reference)


def test_everything_that_belongs_to_a_wave_is_there(made: SyntheticWave) -> None:
    assert sorted(path.name for path in made.folder.iterdir()) == NAMES
    assert read_codebook_file(made.codebook).wave == 2025


def test_the_same_arguments_give_the_same_bytes(made: SyntheticWave, reference: Path, tmp_path: Path) -> None:
    again = synthesise(2025, n=2_000, seed=1, out=tmp_path / "again", reference=reference)
    for name in NAMES:
        assert sha256_of(made.folder / name) == sha256_of(again.folder / name), name


@pytest.mark.parametrize("form", ["sav", "csv", "parquet"])
def test_each_file_is_read_and_harmonised_to_the_same_wave(
    made: SyntheticWave, harmonised: Harmonised, frame_of: object, form: str
) -> None:
    file = read_survey_file(made.files[form])
    assert file.synthetic
    frame = harmonise(file, harmonised.codebooks[2025], harmonised, dataset="test")
    expected = frame_of(2025, 2_000, 1).drop("dataset", "row")  # type: ignore[operator]
    assert_frame_equal(frame.drop("dataset", "row"), expected, check_dtypes=False)


def test_margins_are_counts_that_agree_with_each_other(made: SyntheticWave) -> None:
    margins = read_margins(made.margins)
    assert {margin.columns for margin in margins.categories} == set(MARGINS)
    assert margins.size == json.loads(made.truth.read_text(encoding="utf-8"))["population"]
    assert all((margin.totals % 1 == 0).all() for margin in margins.categories)
    assert margins.reference_date is not None
    assert margins.reference_date.year == 2025
    assert any("SYNTHETIC" in origin.title for origin in margins.origins)
    assert any(origin.publisher == "Leiden University" for origin in margins.origins)


def test_every_product_says_that_it_is_synthetic(made: SyntheticWave) -> None:
    readme = made.readme.read_text(encoding="utf-8")
    assert "Niemand in deze bestanden bestaat" in readme
    assert "Nobody in these files exists" in readme
    assert json.loads(made.truth.read_text(encoding="utf-8"))["synthetic"] is True
    assert "SYNTHETISCH" in made.margins.read_text(encoding="utf-8")
    assert parquet.read_schema(made.files["parquet"]).metadata[b"synthetic"] == b"true"
    assert (pl.read_csv(made.files["csv"], infer_schema=False)["synthetic"] == "1").all()
    assert b"SYNTHETIC" in made.files["sav"].read_bytes()[:400]


def test_only_the_formats_asked_for_are_written(reference: Path, tmp_path: Path) -> None:
    made = synthesise(2019, n=2_000, seed=1, out=tmp_path / "wave", reference=reference, formats=["csv"])
    assert list(made.files) == ["csv"]
    assert not list(made.folder.glob("*.sav"))


def test_an_earlier_synthetic_wave_is_replaced_as_a_whole(reference: Path, tmp_path: Path) -> None:
    out = tmp_path / "wave"
    for wave in (2019, 2021):
        synthesise(wave, n=2_000, seed=1, out=out, reference=reference, formats=["csv"])
    assert [path.name for path in out.glob("internationals_*")] == ["internationals_2021.csv"]
    assert [path.name for path in out.glob("codebook-*")] == ["codebook-2021.toml"]


@pytest.mark.parametrize("ours", [True, False])
def test_files_of_others_are_never_replaced(reference: Path, tmp_path: Path, ours: bool) -> None:
    out = tmp_path / "wave"
    if ours:
        synthesise(2019, n=2_000, seed=1, out=out, reference=reference, formats=[])
    out.mkdir(exist_ok=True)
    (out / "mine.txt").write_text("keep")
    with pytest.raises(InputError, match=r"mine\.txt"):
        synthesise(2021, n=2_000, seed=1, out=out, reference=reference)
    assert (out / "mine.txt").read_text() == "keep"


def test_a_real_file_of_the_same_name_is_not_replaced(reference: Path, tmp_path: Path) -> None:
    (tmp_path / "internationals_2025.sav").write_bytes(b"real")
    with pytest.raises(InputError, match="holds other files"):
        synthesise(2025, n=2_000, seed=1, out=tmp_path, reference=reference)


@pytest.mark.parametrize("place", ["a file", "below a file"])
def test_a_place_that_cannot_be_a_folder_is_refused(reference: Path, tmp_path: Path, place: str) -> None:
    (tmp_path / "file").write_text("")
    out = tmp_path / "file" if place == "a file" else tmp_path / "file" / "wave"
    with pytest.raises(InputError, match=r"is a file|cannot be written"):
        synthesise(2025, n=2_000, seed=1, out=out, reference=reference)


def test_a_format_that_is_not_known_gets_the_closest(reference: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="Did you mean `parquet`"):
        synthesise(2025, n=2_000, seed=1, out=tmp_path, reference=reference, formats=["parket"])


def test_nothing_is_left_behind_when_the_disk_is_full(
    reference: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(module, "write_margins", full)
    with pytest.raises(InputError, match="No space left on device"):
        synthesise(2025, n=2_000, seed=1, out=tmp_path / "wave", reference=reference)
    assert list(tmp_path.iterdir()) == []


@pytest.fixture
def heard() -> Iterator[list[str]]:
    steps: list[str] = []
    with listening(steps.append):
        yield steps


def test_progress_is_told(heard: list[str], reference: Path, tmp_path: Path) -> None:
    synthesise(2025, n=2_000, seed=1, out=tmp_path / "wave", reference=reference, formats=["csv"])
    assert any("2,000 of 2,000 respondents of 2025 written" in step for step in heard)


def test_an_enlarged_population_is_said_everywhere(reference: Path, tmp_path: Path) -> None:
    made = synthesise(2025, n=10_000, seed=1, out=tmp_path / "wave", reference=reference, formats=[])
    assert made.factor > 1
    assert json.loads(made.truth.read_text(encoding="utf-8"))["enlarged"] == made.factor
    assert f"{made.factor} times" in made.readme.read_text(encoding="utf-8")
    assert f"{made.factor} times" in made.margins.read_text(encoding="utf-8")
