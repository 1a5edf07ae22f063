"""Small survey files of every format, with labels, missing answers, texts and dates."""

import random
import struct
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pyreadstat
import xlsxwriter

#: In every text answer; no error may show it.
CANARY = "KANARIE"
ROWS = 30
FORMATS = ("sav", "zsav", "dta", "csv", "xlsx", "parquet")
LABELS: Mapping[str, Mapping[float, str]] = {
    "q06_role": {1: "werknemer", 2: "zelfstandige", 3: "student", 97: "weet niet", 98: "wil niet zeggen"}
}
MISSING: Mapping[str, list[Any]] = {"q06_role": [97, 98], "q15_hours": [{"lo": 997, "hi": 999}]}


def sample_frame() -> pl.DataFrame:
    """Return thirty made-up respondents in twenty columns."""
    draw = random.Random(5)  # noqa: S311
    day, moment = date(2025, 3, 1), datetime(2025, 3, 1, 9)  # noqa: DTZ001
    columns: dict[str, Any] = {
        "resp_id": [f"R{number:04d}" for number in range(ROWS)],
        "q01_municipality": [f"{draw.choice((546, 547, 579)):04d}" for _ in range(ROWS)],
        "completed_on": [day + timedelta(days=draw.randrange(60)) for _ in range(ROWS)],
        "started_at": [moment + timedelta(minutes=draw.randrange(9999)) for _ in range(ROWS)],
        "q06_role": [draw.choice((1, 2, 3, 97, 98, None)) for _ in range(ROWS)],
        "q15_hours": [draw.choice((36.5, 40.0, 32.25, 998.0)) for _ in range(ROWS)],
        "comments": [draw.choice((f"{CANARY} één", f'{CANARY} "zei", ja; en', None)) for _ in range(ROWS)],
        "weight": [round(draw.uniform(0.5, 3), 6) for _ in range(ROWS)],
        "synthetic": [1] * ROWS,
        "nobody_answered": pl.Series([None] * ROWS, dtype=pl.Float64),
    }
    columns |= {
        f"q2{item}_grid": [draw.choice((1, 2, 3, 4, 5, None)) for _ in range(ROWS)] for item in range(10)
    }
    return pl.DataFrame(columns)


def write_sample(path: Path, frame: pl.DataFrame | None = None) -> Path:
    """Write the respondents in the format that the extension names."""
    frame = sample_frame() if frame is None else frame
    labels = {name: dict(values) for name, values in LABELS.items() if name in frame.columns}
    titles: list[str | None] = [f"Vraag naar {name}, één antwoord" for name in frame.columns]
    match path.suffix:
        case ".sav" | ".zsav":
            pyreadstat.write_sav(
                frame,
                path,
                column_labels=titles,
                variable_value_labels=labels,
                missing_ranges={name: codes for name, codes in MISSING.items() if name in frame.columns},
                compress=path.suffix == ".zsav",
            )
        case ".dta":
            pyreadstat.write_dta(frame, path, column_labels=titles, variable_value_labels=labels)
        case ".csv":
            frame.write_csv(path, separator=";", decimal_comma=True, datetime_format="%Y-%m-%d %H:%M:%S")
        case ".xlsx":
            _write_workbook(frame, path)
        case _:
            frame.write_parquet(path)
    return path


def _write_workbook(frame: pl.DataFrame, path: Path) -> None:
    with xlsxwriter.Workbook(str(path)) as workbook:
        frame.write_excel(workbook, worksheet="Data")


def with_extension_record(raw: bytes, *, subtype: int, content: bytes) -> bytes:
    """Put a record into an SPSS file that pyreadstat itself does not write."""
    end_of_dictionary = raw.index(struct.pack("<ii", 999, 0))
    record = struct.pack("<iiii", 7, subtype, 1, len(content)) + content
    return raw[:end_of_dictionary] + record + raw[end_of_dictionary:]
