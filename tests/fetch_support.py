"""What tests of fetching share: recorded tables served on this machine, and a project to fetch into."""

import json
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from talentstats.provenance import Snapshot
from talentstats.sources.answers import read_answers
from talentstats.sources.http import HttpSettings

ROOT = Path(__file__).resolve().parents[1]
KEY_FIGURES = ROOT / "data/raw/cbs/85224NED/2026-04-30"
RECORDED = ROOT / "tests/recorded"
#: Without waiting: the server is on this machine.
HURRY = HttpSettings(pause=0.0, backoff=0.0, attempts=3)


def rows_of(snapshot: Snapshot) -> list[dict[str, Any]]:
    """Return the rows of all stored pages, as the provider gave them."""
    return [
        row
        for page in read_answers(snapshot.path).pages
        for row in json.loads(page.read_text(encoding="utf-8"))["value"]
    ]


def altered(
    folder: Path, target: Path, name: str, change: Callable[[dict[str, Any]], Mapping[str, Any]]
) -> Path:
    """Copy a recorded table, with one answer changed: the copy is invented."""
    if not target.exists():
        shutil.copytree(folder, target, ignore=shutil.ignore_patterns("snapshot.toml"))
    path = target / name
    path.write_text(json.dumps(change(json.loads(path.read_text(encoding="utf-8")))), encoding="utf-8")
    return target


def folders_with_cards(raw: Path) -> list[str]:
    """Return the snapshots of a project, by folder."""
    return sorted(card.parent.relative_to(raw).as_posix() for card in raw.rglob("snapshot.toml"))
