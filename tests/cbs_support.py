"""Answers of CBS in a folder, as `fetch` stores them: recorded ones, and small tables made up for a test."""

import csv
import hashlib
import json
import re
import shutil
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from talentstats.sources.answers import Answers, read_answers

ROOT = Path(__file__).resolve().parents[1]
RECORDED = ROOT / "tests" / "recorded"
WHOLE_TABLE = ROOT / "data/raw/cbs/85224NED/2026-04-30"

Records = Sequence[Mapping[str, Any]]


def write_json(path: Path, records: Records, **beside: Any) -> None:
    """Write an answer with its list `value`."""
    path.write_text(json.dumps({**beside, "value": list(records)}), encoding="utf-8")


def write_index(
    folder: Path,
    *,
    api: str,
    table: str,
    pages: Sequence[str],
    rows: int,
    where: Mapping[str, Any] | None = None,
) -> Answers:
    """Write the index over the answers in a folder, named after their roles, and read them."""
    files = {path.stem: path.name for path in sorted(folder.glob("*.json")) if path.name not in pages}
    files.pop("index", None)
    names = [*files.values(), *pages]
    index = {
        "tableId": table,
        "api": api,
        "source": f"https://datasets.cbs.nl/odata/v1/CBS/{table}",
        "where": where or {},
        "sliceFilter": None,
        "version": "1",
        "modified": "2026-01-01T00:00:00+01:00",
        "observationRows": rows,
        "observationPages": list(pages),
        "files": files,
        "sha256": {name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in names},
    }
    (folder / "index.json").write_text(json.dumps(index), encoding="utf-8")
    return read_answers(folder / "index.json")


def v4_answers(
    folder: Path,
    observations: Records,
    *,
    dimensions: Mapping[str, Records],
    measures: Records,
    groups: Records | None = None,
) -> Answers:
    """Store a table as CBS's v4 interface gives it; a dimension called `Perioden` is that of time."""
    folder.mkdir(parents=True, exist_ok=True)
    kinds = [
        {"Identifier": name, "Kind": "TimeDimension" if name == "Perioden" else "Dimension"}
        for name in dimensions
    ]
    write_json(folder / "dimensions.json", kinds)
    write_json(folder / "measure-codes.json", measures)
    if groups is not None:
        write_json(folder / "measure-groups.json", groups)
    for name, codes in dimensions.items():
        write_json(folder / f"codes-{name}.json", codes)
    write_json(folder / "observations-page-1.json", observations)
    return write_index(
        folder, api="cbs-v4", table="00000NED", pages=["observations-page-1.json"], rows=len(observations)
    )


def v3_answers(
    folder: Path,
    rows: Records,
    *,
    properties: Records,
    codes: Mapping[str, Records],
    kind: str,
    pages: int = 1,
) -> Answers:
    """Store a table as CBS's v3 interface gives it; `kind` is `TypedDataSet` or `UntypedDataSet`."""
    folder.mkdir(parents=True, exist_ok=True)
    write_json(folder / "data-properties.json", properties)
    for name, listed in codes.items():
        write_json(folder / f"codes-{name}.json", listed)
    size = -(-len(rows) // pages)
    names = [f"rows-page-{number + 1}.json" for number in range(pages)]
    for number, name in enumerate(names):
        context = {
            "odata.metadata": f"https://opendata.cbs.nl/ODataApi/OData/1/$metadata#Cbs.OData.WebAPI.{kind}"
        }
        write_json(folder / name, rows[number * size : (number + 1) * size], **context)
    return write_index(folder, api="cbs-v3", table="00000ned", pages=names, rows=len(rows))


def recorded_leiden(folder: Path) -> Answers:
    """Store the recorded slice of 03759ned: the municipalities around Leiden, 2019-2026."""
    shutil.copytree(RECORDED / "03759ned", folder)
    (folder / "index.json").unlink()
    page = "observations-leiden-subset.json"
    rows = len(json.loads((folder / page).read_text(encoding="utf-8"))["value"])
    return write_index(folder, api="cbs-v4", table="03759ned", pages=[page], rows=rows)


def recorded_rows() -> list[dict[str, str]]:
    """Return the recorded untyped rows of 80472ned."""
    path = RECORDED / "80472ned/80472ned_untyped_2023-11-20.csv"
    with path.open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.DictReader(stream, delimiter=";"))


def recorded_vacancies(folder: Path, *, kind: str = "UntypedDataSet", pages: int = 3) -> Answers:
    """Store the recorded rows of 80472ned as its v3 interface gives them, untyped or typed."""
    sections = _sections(RECORDED / "80472ned/80472ned_metadata_2023-08-16.csv")
    measures = [one["Key"] for one in sections["DataProperties"] if one["Type"] == "Topic"]
    rows: list[dict[str, Any]] = [{**row, "ID": int(row["ID"])} for row in recorded_rows()]
    if kind == "TypedDataSet":
        rows = [{**row, **{key: _number(row[key]) for key in measures}} for row in rows]
    codes = {name: sections[name] for name in ("Bedrijfskenmerken", "Perioden")}
    return v3_answers(
        folder, rows, properties=sections["DataProperties"], codes=codes, kind=kind, pages=pages
    )


def _number(text: str) -> float | None:
    return None if text.strip() == "." else float(text)


def _sections(path: Path) -> dict[str, list[dict[str, Any]]]:
    """Split the recorded metadata, one list of records below the other, each below its name."""
    with path.open(encoding="utf-8-sig", newline="") as stream:
        lines = [line for line in csv.reader(stream, delimiter=";") if line]
    starts = [number for number, line in enumerate(lines) if len(line) == 1 and re.fullmatch(r"\w+", line[0])]
    ends = [*starts[1:], len(lines)]
    return {
        lines[start][0]: [
            {name: cell or None for name, cell in zip(lines[start + 1], line, strict=False)}
            for line in lines[start + 2 : end]
        ]
        for start, end in zip(starts, ends, strict=True)
    }


def edited_edition(raw: Path, *, published: str, edit: Callable[[list[dict[str, Any]]], None]) -> Path:
    """Put another edition of 85224NED beside the one in `raw`: its observations edited, a day of its own."""
    folder = raw / "cbs/85224NED" / published
    shutil.copytree(WHOLE_TABLE, folder)
    page = folder / "observations-page-1.json"
    answer = json.loads(page.read_text(encoding="utf-8"))
    edit(answer["value"])
    page.write_text(json.dumps(answer), encoding="utf-8")
    index = folder / "index.json"
    listed = json.loads(index.read_text(encoding="utf-8"))
    listed["sha256"][page.name] = hashlib.sha256(page.read_bytes()).hexdigest()
    listed |= {
        "version": f"{published.replace('-', '')}0630",
        "modified": f"{published}T06:30:00+02:00",
        "observationRows": len(answer["value"]),
    }
    index.write_text(json.dumps(listed), encoding="utf-8")
    fields = {
        "published": f'"{published}"',
        "sha256": f'"{hashlib.sha256(index.read_bytes()).hexdigest()}"',
        "size": str(index.stat().st_size),
    }
    card = folder / "snapshot.toml"
    lines = [line.split(" = ") for line in card.read_text(encoding="utf-8").splitlines()]
    written = [
        " = ".join(
            (
                name,
                fields.get(name, *rest),
            )
        )
        if rest
        else name
        for name, *rest in lines
    ]
    card.write_text("\n".join(written) + "\n", encoding="utf-8", newline="\n")
    return folder
