"""The part of beside_others.py for `svy`, which has an environment of its own: run with its interpreter."""

import sys
import time
from importlib import import_module
from pathlib import Path
from typing import Any

import polars as pl

VARIABLES = [f"y{i}" for i in range(10)]
svy: Any = import_module("svy")


def main(folder: Path) -> None:
    """Make the same estimates from the same files, timed, and write them."""
    people = pl.read_csv(folder / "sample.csv")
    sample = svy.Sample(people, svy.Design(stratum="stratum", psu="psu", wgt="w"))
    for case, deff in (("domains", "wor"), ("plain", None)):
        started = time.perf_counter()
        means = sample.estimation.mean(VARIABLES, by="domain", deff=deff)
        _write(folder, case, means, time.perf_counter() - started)

    margins = pl.read_csv(folder / "margins.csv")
    controls = {
        name: dict(part.select("level", "total").iter_rows())
        for (name,), part in margins.group_by("margin", maintain_order=True)
    }
    started = time.perf_counter()
    means = sample.weighting.rake(controls=controls, tol=1e-12, max_iter=500).estimation.mean(VARIABLES)
    _write(folder, "raking", means, time.perf_counter() - started, errors=False)

    factors = pl.read_csv(folder / "factors.csv").with_row_index("psu").cast({"psu": pl.Int64})
    names = factors.columns[1:]
    weights = people.select("psu", "w").join(factors, on="psu", how="left", maintain_order="left")
    people = people.hstack(weights.select(pl.col(name) * pl.col("w") for name in names))
    replicates = svy.BootstrapWgts(
        prefix="r", n_reps=len(names), scale=pl.read_csv(folder / "rule.csv")["coefficient"].to_list()
    )
    sample = svy.Sample(people, svy.Design(wgt="w", rep_wgts=replicates))
    started = time.perf_counter()
    means = sample.estimation.mean(VARIABLES, method="replication")
    _write(folder, "replicates", means, time.perf_counter() - started)
    started = time.perf_counter()
    raked = sample.weighting.rake(controls=controls, tol=1e-12, max_iter=500)
    means = raked.estimation.mean(VARIABLES, method="replication")
    _write(folder, "raked_replicates", means, time.perf_counter() - started)


def _write(folder: Path, case: str, estimates: Any, seconds: float, *, errors: bool = True) -> None:
    table = estimates.to_polars()
    if "domain" not in table.columns:
        table = table.with_columns(domain=pl.lit(0))
    table = table.select("domain", variable="y", estimate="est", std_error="se" if errors else pl.lit(None))
    table.with_columns(seconds=pl.lit(seconds)).write_csv(folder / f"svy_{case}.csv")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
