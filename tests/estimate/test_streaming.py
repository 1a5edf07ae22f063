import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import polars as pl
import pytest

import talentstats as ts
from engine_frames import DESIGNS, QUESTIONS, SUPPLIED, assert_same, collected_heights, make_frame, survey
from talentstats.survey import sample as sample_module

TABLE = survey()
LIMIT_MB = 600
ROWS, CHUNKS = 5_000_000, 10
LARGE_FILE = """
import sys
import numpy as np, pyarrow as pa, pyarrow.parquet as pq
path, rows, chunks = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
random = np.random.default_rng(1)
writer = None
for _ in range(chunks):
    size = rows // chunks
    psu = random.integers(0, 2000, size)
    columns = {"psu": psu, "stratum": psu % 100, "domain": random.integers(0, 50, size)}
    columns["weight"] = random.uniform(1, 5, size)
    columns |= {f"y{number}": random.random(size) for number in range(10)}
    table = pa.table(columns)
    writer = writer or pq.ParquetWriter(path, table.schema, compression="none")
    writer.write_table(table, row_group_size=100_000)
writer.close()
"""
ESTIMATE = """
import json, sys, time
import polars as pl
import talentstats as ts
design = ts.SurveyDesign(weight="weight", strata="stratum", psu="psu")
sample = ts.SurveySample(pl.scan_parquet(sys.argv[1]), design)
start = time.perf_counter()
estimates = ts.estimate_mean(sample, [f"y{number}" for number in range(10)], by="domain")
seconds = time.perf_counter() - start
# The kernel keeps what the process that started this one used in ru_maxrss; this is its own peak.
with open("/proc/self/status") as status:
    peak = next(int(line.split()[1]) for line in status if line.startswith("VmHWM")) / 1024
n_obs = int(estimates.table["n_obs"].sum())
print(json.dumps({"rows": len(estimates), "n_obs": n_obs, "peak": peak, "seconds": seconds}))
"""


def run(code: str, *arguments: object) -> str:
    command = [sys.executable, "-c", code, *map(str, arguments)]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="the peak of memory is read as Linux gives it")
def test_a_file_of_five_million_rows_is_estimated_in_little_memory(tmp_path: Path) -> None:
    path = tmp_path / "large.parquet"
    run(LARGE_FILE, path, ROWS, CHUNKS)
    assert path.stat().st_size > 500e6
    measured = json.loads(run(ESTIMATE, path))
    path.unlink()
    assert (measured["rows"], measured["n_obs"]) == (500, 10 * ROWS)
    assert measured["peak"] < LIMIT_MB


@pytest.mark.parametrize("source", ["files", "csv", "duckdb"])
@pytest.mark.parametrize("replicates", [None, SUPPLIED], ids=["linearisation", "supplied replicates"])
def test_only_small_tables_leave_the_engine(source: str, replicates: Any, tmp_path: Path) -> None:
    plain = TABLE.drop("city", "size", "answered", "rent", "score")
    sample = ts.SurveySample(
        frame_of(source, plain, tmp_path), DESIGNS["stratified, clustered"], replicates=replicates
    )
    with collected_heights() as heights:
        ts.estimate_mean(sample, ["income", "hours"], by="region", where={"wave": 2025}, margins=True)
        ts.estimate_proportion(sample, ["role", "stays"], by="region")
    assert max(heights) < plain.height / 4


def frame_of(source: str, table: pl.DataFrame, folder: Path) -> Any:
    if source != "csv":
        return make_frame({"files": "polars-lazy"}.get(source, source), table, folder)
    table.write_csv(folder / "survey.csv")
    return pl.scan_csv(folder / "survey.csv")


def test_a_file_is_read_for_a_look_the_sums_the_squares_and_the_units(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sample = ts.SurveySample(make_frame("polars-lazy", TABLE, tmp_path), DESIGNS["two stages"])
    scans: list[str] = []
    collect = pl.LazyFrame.collect

    def counted(frame: pl.LazyFrame, **options: Any) -> Any:
        scans.append(options["engine"])
        return collect(frame, **options)

    monkeypatch.setattr(pl.LazyFrame, "collect", counted)
    ts.estimate_mean(sample, ["children", "rooms"], by=["region", "grade"], where={"wave": 2025})
    assert scans == ["streaming"] * 4
    scans.clear()
    ts.estimate_proportion(sample, ["stays", "size"], by="region")
    assert scans == ["streaming"] * 3


def test_a_stream_taken_in_pieces_gives_the_same_digits(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sample = ts.SurveySample(make_frame("polars-lazy", TABLE, tmp_path), DESIGNS["two stages"])
    monkeypatch.setattr(sample_module, "_ROWS_OF_A_STREAM", 100)
    for name in ("means by text and yes or no, with margins", "proportions of words and yes or no"):
        with collected_heights() as heights:
            found = QUESTIONS[name](sample)
        assert_same(found, QUESTIONS[name](ts.SurveySample(TABLE, DESIGNS["two stages"])))
        assert len(heights) > 6


@pytest.mark.parametrize("form", ["csv", "glob"])
def test_scans_of_files_give_the_same_digits(form: str, tmp_path: Path) -> None:
    plain = TABLE.drop("city", "size", "answered", "rent", "score")
    make_frame("polars-lazy", plain, tmp_path)
    frame = frame_of("csv", plain, tmp_path) if form == "csv" else pl.scan_parquet(tmp_path / "*.parquet")
    for name in ("means by text and yes or no, with margins", "variances"):
        found = QUESTIONS[name](ts.SurveySample(frame, DESIGNS["two stages"]))
        assert_same(found, QUESTIONS[name](ts.SurveySample(plain, DESIGNS["two stages"])))


@pytest.mark.parametrize("kind", ["polars-lazy", "duckdb"])
def test_what_cannot_be_done_in_a_stream_says_what_to_do(kind: str, tmp_path: Path) -> None:
    frame = make_frame(kind, TABLE, tmp_path)
    unknown = ts.ReplicateWeights(columns=["r1", "r2", "r3"], type="bootstrap")
    with pytest.raises(ts.errors.InputError, match="degrees of freedom"):
        ts.estimate_mean(ts.SurveySample(frame, DESIGNS["probabilities"], replicates=unknown), "income")
    if kind == "duckdb":
        with pytest.raises(ts.errors.InputError, match="no fixed order"):
            ts.make_replicates(ts.SurveySample(frame, DESIGNS["every row a unit"]), "JKn")
