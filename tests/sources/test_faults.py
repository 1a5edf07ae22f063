"""Ten thousand faults on the way: every fetch ends with exactly what the server has."""

import shutil
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal

import pytest

from fetch_support import HURRY, KEY_FIGURES, RECORDED, folders_with_cards, rows_of
from replay import Faults, replaying
from talentstats.errors import FetchError
from talentstats.sources.cbs.fetch import fetch_cbs
from talentstats.sources.snapshots import find_snapshots
from talentstats.workspace import Workspace

FAULTS = 5_000  # of each interface
SETTINGS = replace(HURRY, attempts=25)
PASSING = ("reset", "error-500", "error-429", "truncated-json", "wrong-type", "refused-redirect", "empty")
KINDS: Any = (*PASSING * 12, "changed", "slow")
V4_SLICE = {"SeizoenEnWerkdagcorrectie": ["A050903"], "Perioden": ["2022KW*"]}
V3_SLICE = {"Bedrijfskenmerken": ["T001081"], "Perioden": ["2019*", "202*"]}


@pytest.mark.parametrize(
    ("folder", "table", "api", "where", "page_size"),
    [
        (KEY_FIGURES, "85224NED", "v4", V4_SLICE, 20),
        (RECORDED, "80472ned", "v3", V3_SLICE, 4),
    ],
)
def test_ten_thousand_faults_lose_and_double_nothing(
    tmp_path: Path,
    folder: Path,
    table: str,
    api: Literal["v4", "v3"],
    where: Mapping[str, list[str]],
    page_size: int,
) -> None:
    counts: Counter[str] = Counter()
    editions: dict[int, list[dict[str, Any]]] = {}
    plan = Faults(kinds=KINDS, rate=0.85, seed=6, limit=FAULTS, changes=10**6, drip_pause=0.0)
    with replaying(folder, page_size=page_size, faults=plan) as server:
        while server.injected.total() < FAULTS:
            workspace = Workspace(tmp_path / str(counts["whole"]))
            try:
                snapshot = fetch_cbs(
                    table,
                    workspace=workspace,
                    where=where,
                    api=api,
                    base_url=server.base_url,
                    settings=SETTINGS,
                )
            except FetchError:
                counts["given up"] += 1
                assert folders_with_cards(workspace.raw) == []
                continue
            expected = editions.setdefault(server.edition, []) or [
                _plain(row) for row in server.rows(table) if _asked_for(row, where)
            ]
            editions[server.edition] = expected
            assert [_plain(row) for row in rows_of(snapshot)] == expected
            counts["whole"] += 1
            counts["rows"] += len(expected)
            assert len(find_snapshots(workspace.raw)) == 1
            shutil.rmtree(workspace.root)
        injected = dict(server.injected)
    print(f"{api}: {dict(counts)}, faults {injected}")  # noqa: T201
    assert sum(injected.values()) == FAULTS
    assert set(injected) == set(KINDS)


def _asked_for(row: Mapping[str, Any], where: Mapping[str, list[str]]) -> bool:
    return all(
        any(row[name].strip().startswith(code.removesuffix("*")) for code in codes)
        for name, codes in where.items()
    )


def _plain(row: Mapping[str, Any]) -> dict[str, Any]:
    """Write a row without blanks and with numbers: v3 gives texts, `.` where a figure is missing."""
    return {name: _number(value) for name, value in row.items()}


def _number(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    try:
        return float(value)
    except ValueError:
        return None if value.strip() == "." else value.strip()
