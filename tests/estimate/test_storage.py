import zipfile
from pathlib import Path
from typing import Any

import narwhals as nw
import polars as pl
import pytest

import talentstats as ts
from talentstats.errors import InputError

PEOPLE = pl.DataFrame(
    {
        "area": [1, 1, 2, 2, 3, 3],
        "w": [10.0, 20, 10, 20, 10, 20],
        "role": ["partner", "worker", None, "worker", "partner", "partner"],
        "y": [1.0, 4, None, 6, 3, 8],
        "r1": [0.0, 0, 15, 30, 15, 30],
        "r2": [15.0, 30, 0, 0, 15, 30],
        "r3": [15.0, 30, 15, 30, 0, 0],
    }
)
UNITS = ts.SurveyDesign(weight="w", psu="area")
SUPPLIED = ts.ReplicateWeights(columns=["r1", "r2", "r3"], type="JK1")
SAMPLES = {
    "sampling units": ts.SurveySample(PEOPLE, UNITS, synthetic=True),
    "rows drawn one by one": ts.SurveySample(PEOPLE, ts.SurveyDesign(weight="w")),
    "supplied replicates": ts.SurveySample(PEOPLE, ts.SurveyDesign(weight="w"), replicates=SUPPLIED),
    "made replicates": ts.make_replicates(ts.SurveySample(PEOPLE, UNITS), "JK1"),
}
CALLS: dict[str, dict[str, Any]] = {
    "means by role": {"statistic": "mean", "variables": "y", "by": "role"},
    "levels": {"statistic": "proportion", "variables": "role"},
    "a subpopulation": {"statistic": "total", "variables": "y", "where": nw.col("y") > 2},
}


@pytest.mark.parametrize("sample", SAMPLES)
@pytest.mark.parametrize("call", CALLS)
def test_sums_that_were_saved_give_the_same_estimates(sample: str, call: str, tmp_path: Path) -> None:
    asked = dict(CALLS[call])
    part = ts.partial(SAMPLES[sample], asked.pop("statistic"), **asked)
    ts.save_partial(part, tmp_path / "part.sums")
    again = ts.load_partial(tmp_path / "part.sums")
    before, after = ts.finalize(part), ts.finalize(again)
    assert after.to_polars().equals(before.to_polars())
    assert after.method == before.method
    assert (after.missing, after.synthetic) == (before.missing, before.synthetic)
    assert again.subpopulation == part.subpopulation


def test_the_same_sums_give_the_same_bytes(tmp_path: Path) -> None:
    for name in ("one", "two"):
        ts.save_partial(ts.partial(SAMPLES["sampling units"], "mean", "y", by="role"), tmp_path / name)
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()


def test_without_sampling_units_no_row_of_the_file_is_a_person() -> None:
    part = ts.partial(SAMPLES["rows drawn one by one"], "mean", "y")
    assert part.groups.height == 1


def test_a_file_that_holds_no_sums_is_refused(tmp_path: Path) -> None:
    (tmp_path / "text").write_text("not a file with sums")
    with zipfile.ZipFile(tmp_path / "old", "w") as archive:
        archive.writestr("sums.json", '{"format": "another"}')
    for name, says in (("text", "not a file with sums"), ("old", "another version"), ("gone", "not a file")):
        with pytest.raises(InputError, match=says) as refused:
            ts.load_partial(tmp_path / name)
        assert refused.value.where == str(tmp_path / name)


def test_a_folder_that_is_not_there_is_refused_and_nothing_is_left(tmp_path: Path) -> None:
    part = ts.partial(SAMPLES["sampling units"], "mean", "y")
    with pytest.raises(InputError, match="cannot be written"):
        ts.save_partial(part, tmp_path / "gone" / "part.sums")
    assert not list(tmp_path.iterdir())
