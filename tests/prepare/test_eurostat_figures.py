"""From an answer of Eurostat to a figure of table `labour`, as sources.toml declares it. All are invented."""

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from local_server import answering
from talentstats.prepare.readable import read_declarations
from talentstats.regions import read_regions
from talentstats.sources.declared_sources import read_sources
from talentstats.sources.eurostat.fetch import fetch_eurostat
from talentstats.sources.http import HttpSettings
from talentstats.workspace import Workspace

REFERENCE = Path(__file__).resolve().parents[2] / "data" / "reference"
TITLES = {"PC_ACT": "Percentage of population in the labour force"}


def answer(where: dict[str, tuple[str, ...]], periods: list[str]) -> dict[str, Any]:
    """Return an invented answer with one code of every dimension."""
    codes = {**{name: chosen[0] for name, chosen in where.items()}}
    dimensions = {
        name: {"category": {"index": {code: 0}, "label": {code: TITLES.get(code, code)}}}
        for name, code in codes.items()
    }
    return {
        "class": "dataset",
        "label": "Invented",
        "updated": "2026-09-18T11:00:00+0200",
        "id": [*codes, "time"],
        "size": [1] * len(codes) + [len(periods)],
        "dimension": {**dimensions, "time": {"category": {"index": periods}}},
        "value": [4.9, 4.6],
        "status": {"1": "p"},
    }


@pytest.mark.parametrize(
    ("dataset", "periods", "measure", "expected"),
    [
        ("eurostat/jvs_q_nace2", ["2022-Q1", "2022-Q2"], "job_vacancy_rate", ["2022Q1", "2022Q2"]),
        ("eurostat/une_rt_m", ["2022-01", "2022-02"], "eurostat_unemployment_rate", ["2022M01", "2022M02"]),
    ],
)
def test_a_fetched_table_becomes_figures_of_ours(
    tmp_path: Path, dataset: str, periods: list[str], measure: str, expected: list[str]
) -> None:
    source = next(one for one in read_sources(REFERENCE) if one.dataset == dataset)
    body = json.dumps(answer(dict(source.where), periods)).encode()
    (tmp_path / "data" / "raw").mkdir(parents=True)
    with answering(lambda _path, _query: (200, "application/json", body)) as server:
        snapshot = fetch_eurostat(
            source.table,
            where=source.where,
            dataset=dataset,
            workspace=Workspace(tmp_path),
            base_url=server.base_url,
            settings=HttpSettings(pause=0.0),
            accessed=date(2026, 11, 23),
        )
    frame = read_declarations(REFERENCE, read_regions(REFERENCE)).read(snapshot)
    assert frame["measure"].unique().to_list() == [measure]
    assert frame["period"].to_list() == expected
    assert frame["value"].to_list() == [4.9, 4.6]
    assert frame["resolution"].to_list() == [0.1, 0.1]
    assert frame["status"].to_list() == ["unknown", "provisional"]
    assert frame["vintage"].unique().to_list() == [date(2026, 9, 18)]
    assert frame["unit"].unique().to_list() == ["percent"]
