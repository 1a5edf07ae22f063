"""A second vintage of CBS's recorded table, made by editing its answers."""

import hashlib
import json
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

Rows = list[dict[str, Any]]
RECORDED = "cbs/85224NED/2026-04-30"


def write_edition(
    raw: Path,
    day: str,
    *,
    edit: Callable[[Rows], Rows] = lambda rows: rows,
    statuses: Mapping[str, str] | None = None,
    where: Mapping[str, list[str]] | None = None,
    periods: tuple[str, ...] = (),
) -> Path:
    """Write a vintage of 85224NED published on `day`: the recorded one with some of its answers changed.

    Parameters
    ----------
    raw : Path
        The folder `data/raw` of a project that has the recorded vintage.
    edit : callable
        From the recorded observations to those of the new vintage.
    statuses : mapping of period code to CBS's word for its status
    where : mapping of dimension to codes
        The slice that the index tells of.
    periods : tuple of str
        Codes of periods that the recorded vintage does not have; they are provisional.
    """
    source, target = raw / RECORDED, raw / "cbs/85224NED" / day
    shutil.copytree(source, target)
    page, codes = target / "observations-page-1.json", target / "codes-Perioden.json"
    observations = json.loads(page.read_text(encoding="utf-8"))
    observations["value"] = edit([dict(row) for row in observations["value"]])
    _write(page, observations)
    listed = json.loads(codes.read_text(encoding="utf-8"))
    for code in periods:
        listed["value"].append(
            {**listed["value"][-1], "Identifier": code, "Index": 1 + len(listed["value"]), "Title": code}
        )
    changed = {**dict.fromkeys(periods, "Voorlopig"), **(statuses or {})}
    for entry in listed["value"]:
        entry["Status"] = changed.get(entry["Identifier"], entry["Status"])
    _write(codes, listed)
    index = json.loads((target / "index.json").read_text(encoding="utf-8"))
    index |= {
        "version": day.replace("-", ""),
        "modified": f"{day[:10]}T06:30:00+02:00",
        "observationRows": len(observations["value"]),
        "where": where or {},
    }
    index["sha256"] |= {path.name: _sha256(path) for path in (page, codes)}
    _write(target / "index.json", index)
    _rewrite_card(target, day)
    return target


def revise(changes: Mapping[tuple[str, str, str], Any], *, drop: tuple[str, str, str] | None = None) -> Any:
    """Make an edit of observations: new values by (measure, adjustment, period), and one that is left out."""

    def edit(rows: Rows) -> Rows:
        kept = [row for row in rows if _key(row) != drop]
        for row in kept:
            if _key(row) in changes:
                row["Value"] = changes[_key(row)]
                row["ValueAttribute"] = "None" if row["Value"] is not None else "Confidential"
        return kept

    return edit


def _key(row: Mapping[str, Any]) -> tuple[str, str, str]:
    return row["Measure"], row["SeizoenEnWerkdagcorrectie"], row["Perioden"]


def _rewrite_card(folder: Path, day: str) -> None:
    card, index = folder / "snapshot.toml", folder / "index.json"
    fields = {
        "published": f'published = "{day[:10]}"',
        "sha256": f'sha256 = "{_sha256(index)}"',
        "size": f"size = {index.stat().st_size}",
    }
    lines = [fields.get(line.split(" = ")[0], line) for line in card.read_text(encoding="utf-8").splitlines()]
    card.write_text("\n".join(lines) + "\n", encoding="utf-8", newline="\n")


def _write(path: Path, content: Any) -> None:
    text = json.dumps(content, ensure_ascii=False, indent=1)
    path.write_text(text + "\n", encoding="utf-8", newline="\n")


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
