import os
import shutil
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import narwhals as nw
import polars as pl
import pytest

import talentstats as ts
from engine_frames import (
    DESIGNS,
    LOCAL,
    QUESTIONS,
    SUPPLIED,
    Question,
    assert_same,
    collected_heights,
    make_frame,
    survey,
)

TABLE = survey()
# Spark takes a second or more for every query, so few questions touch every kind of column and design.
ON_SPARK: dict[str, tuple[str, Any, Question]] = {
    "means of every kind of number": (
        "stratified, clustered",
        None,
        lambda sample: ts.estimate_mean(
            sample,
            ["income", "hours", "score", "children", "stays", "rent", "rooms", "cars"],
            by=["region", "stays"],
            where={"role": ["partner", "student"]},
            margins=True,
        ),
    ),
    "proportions of words, numbers and dates": (
        "weights from the sizes",
        None,
        lambda sample: ts.estimate_proportion(sample, ["role", "children", "answered"], by="stays"),
    ),
    "ratios by date": (
        "every row a unit",
        None,
        lambda sample: ts.estimate_ratio(sample, ["income", "rent"], ["hours", "hours"], by="answered"),
    ),
    "totals with supplied replicate weights": (
        "probabilities",
        SUPPLIED,
        lambda sample: ts.estimate_total(sample, "income", by="region", where=nw.col("children") > 1),
    ),
}


@cache
def in_memory(design: str, question: str) -> ts.Estimates:
    return QUESTIONS[question](ts.SurveySample(TABLE, DESIGNS[design]))


@pytest.mark.parametrize("kind", LOCAL)
@pytest.mark.parametrize("design", DESIGNS)
def test_every_frame_gives_the_same_digits(kind: str, design: str, tmp_path: Path) -> None:
    sample = ts.SurveySample(make_frame(kind, TABLE, tmp_path), DESIGNS[design])
    for name, question in QUESTIONS.items():
        assert_same(question(sample), in_memory(design, name))


@pytest.mark.parametrize("kind", ["polars", *LOCAL])
def test_sampling_fractions_give_the_same_as_population_sizes(kind: str, tmp_path: Path) -> None:
    drawn = pl.col("area").n_unique().over("stratum")
    table = TABLE.with_columns((drawn / pl.col("areas")).alias("fraction"))
    frame = make_frame(kind, table, tmp_path)
    found, wanted = (
        ts.estimate_total(
            ts.SurveySample(one, ts.SurveyDesign(strata="stratum", psu="area", fpc=fpc)), "hours", by="wave"
        )
        for one, fpc in ((frame, "fraction"), (TABLE, "areas"))
    )
    assert_same(found, wanted)


@pytest.mark.parametrize("kind", LOCAL)
def test_supplied_replicate_weights_give_the_same_digits(kind: str, tmp_path: Path) -> None:
    frame = make_frame(kind, TABLE, tmp_path)
    design = DESIGNS["stratified, clustered"]
    for name in ("means by text and yes or no, with margins", "ratios by date", "counts by category"):
        found = QUESTIONS[name](ts.SurveySample(frame, design, replicates=SUPPLIED))
        assert_same(found, QUESTIONS[name](ts.SurveySample(TABLE, design, replicates=SUPPLIED)))


@pytest.mark.parametrize("kind", LOCAL)
@pytest.mark.parametrize("way", ["JKn", "bootstrap"])
def test_replicates_made_of_any_frame_give_the_same_digits(kind: str, way: Any, tmp_path: Path) -> None:
    design = DESIGNS["stratified, clustered"]
    samples = [ts.SurveySample(frame, design) for frame in (make_frame(kind, TABLE, tmp_path), TABLE)]
    options: dict[str, Any] = {"replicates": 40, "seed": 7} if way == "bootstrap" else {}
    made, wanted = (
        ts.estimate_mean(
            ts.make_replicates(sample, way, **options), ["income", "hours"], by="size", where={"wave": 2025}
        )
        for sample in samples
    )
    assert_same(made, wanted)


@pytest.mark.parametrize("kind", ["pandas", "polars-lazy", "pyarrow"])
def test_replicates_of_single_rows_follow_the_order_of_the_frame(kind: str, tmp_path: Path) -> None:
    design = ts.SurveyDesign(weight="weight", strata="stratum")
    samples = [ts.SurveySample(frame, design) for frame in (make_frame(kind, TABLE, tmp_path), TABLE)]
    made, wanted = (
        ts.estimate_mean(ts.make_replicates(sample, "bootstrap", replicates=20, seed=3), "income", by="wave")
        for sample in samples
    )
    assert_same(made, wanted)


@pytest.mark.parametrize("kind", LOCAL)
@pytest.mark.parametrize(
    "where",
    [
        (nw.col("children") > 1) & nw.col("region").is_in(["Leiden", "Delft"]),
        (nw.col("hours") > 20) & ~nw.col("hours").is_nan(),
        {"children": [1.0, 2, 7]},
        {"grade": 1},
        {"stays": [1]},
        {"size": ["small", "giant", "unheard of"]},
        {"city": "Leiden", "rent": [2000, 2500.5]},
    ],
    ids=str,
)
def test_a_subpopulation_is_the_same_rows_in_every_frame(kind: str, where: Any, tmp_path: Path) -> None:
    design = DESIGNS["every row a unit"]
    frame = make_frame(kind, TABLE, tmp_path)
    if isinstance(where, dict) and "rent" in where:
        where = {"city": "Leiden", "rent": TABLE["rent"].drop_nulls().to_list()[:80]}
    found, wanted = (
        ts.estimate_count(ts.SurveySample(one, design), where=where, by="wave") for one in (frame, TABLE)
    )
    assert_same(found, wanted)


@pytest.mark.parametrize("kind", ["polars", *LOCAL])
def test_a_value_of_another_kind_in_where_is_refused_alike(kind: str, tmp_path: Path) -> None:
    sample = ts.SurveySample(make_frame(kind, TABLE, tmp_path), DESIGNS["probabilities"])
    with pytest.raises(ts.errors.InputError, match=r"`where` asks for a value that `wave` cannot have"):
        ts.estimate_count(sample, where={"wave": "2025"})
    with pytest.raises(ts.errors.InputError, match=r"`where` asks for a value that `role` cannot have"):
        ts.estimate_count(sample, where={"role": ["partner", 1]})


def test_the_same_frame_gives_the_same_bytes_twice() -> None:
    many = pl.concat([TABLE] * 300).with_columns(income=pl.col("income") + pl.int_range(pl.len()).sqrt())
    design = DESIGNS["stratified, clustered"]
    tables = [
        ts.estimate_mean(
            ts.SurveySample(many, design), ["income", "hours"], by=["region", "role"], margins=True
        )
        for _ in range(4)
    ]
    assert len({one.table.write_csv() for one in tables}) == 1
    assert len({one.covariance().tobytes() for one in tables}) == 1


@pytest.fixture(scope="session")
def spark(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    session = pytest.importorskip("pyspark.sql", reason="PySpark is not installed")
    if not (shutil.which("java") or os.environ.get("JAVA_HOME")):
        pytest.skip("Spark needs Java, which is not on this machine")
    folder = tmp_path_factory.mktemp("spark")
    settings = {
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.driver.host": "127.0.0.1",
        "spark.local.dir": str(folder),
        "spark.sql.warehouse.dir": str(folder / "warehouse"),
        "spark.sql.shuffle.partitions": "2",
        # Compiling and planning anew pay off for long queries only.
        "spark.sql.codegen.wholeStage": "false",
        "spark.sql.codegen.factoryMode": "NO_CODEGEN",
        "spark.sql.adaptive.enabled": "false",
        "spark.driver.extraJavaOptions": "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC",
    }
    builder = session.SparkSession.builder.master("local[2]").appName("talentstats tests")
    started = builder.config(map=settings).getOrCreate()
    started.sparkContext.setLogLevel("OFF")
    yield started
    started.stop()


@pytest.fixture(scope="session")
def spark_frame(spark: Any, tmp_path_factory: pytest.TempPathFactory) -> Any:
    folder = tmp_path_factory.mktemp("survey")
    for number, part in enumerate(as_spark_has_it(TABLE).iter_slices(250)):
        part.write_parquet(folder / f"{number}.parquet")
    return spark.read.parquet(str(folder))


def as_spark_has_it(table: pl.DataFrame) -> pl.DataFrame:
    """Spark knows no categories."""
    return table.with_columns(pl.col("size", "city").cast(pl.String))


# One test, so that one process starts Spark however the tests are shared out.
@pytest.mark.slow
def test_spark_gives_the_same_digits(spark_frame: Any) -> None:
    plain = as_spark_has_it(TABLE)
    for design, replicates, question in ON_SPARK.values():
        options = {"design": DESIGNS[design], "replicates": replicates}
        with collected_heights() as heights:
            found = question(ts.SurveySample(spark_frame, **options))
        assert_same(found, question(ts.SurveySample(plain, **options)))
        assert max(heights) < TABLE.height / 2
