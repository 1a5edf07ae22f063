"""SPSS files are read back by another program, to the last value."""

from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pyreadstat
import pytest
from polars.testing import assert_frame_equal

from talentstats.synthetic.sav_dictionary import SavColumn, SavFile, SavSet
from talentstats.synthetic.sav_text import padded, shortened
from talentstats.synthetic.sav_writer import SavWriter

NUMBERS = [1.0, -99.0, -100.0, 151.0, 152.0, 0.5, -1e300, None, 0.0, 97.0, 98.0]
TEXTS = ["", "één", "a" * 16, "b" * 8, "x", None, "ü" * 8, " y", "9 bytes!!", "97", "z"]
DAYS = [date(1582, 10, 15), date(1970, 1, 1), date(2025, 11, 9), None, *[date(2024, 2, 29)] * 7]
FRAME = pl.DataFrame(
    {
        "number": NUMBERS,
        "text": TEXTS,
        "plain": [f"id-{place:05}" for place in range(len(NUMBERS))],
        "short": ["97", "98", "NL", "", None, *["UA"] * 6],
        "day": DAYS,
        "box_1": [1, 0, None, *[1] * 8],
        "box_2": [0, 1, None, *[0] * 8],
        "a_name_of_more_than_eight_letters": [float(place) for place in range(len(NUMBERS))],
    }
)


def described(rows: int) -> SavFile:
    return SavFile(
        label="SYNTHETIC test",
        created="31 Dec 25",
        columns=(
            SavColumn(
                name="number",
                label="Een getal met een lange vraag: één, twee, drie",
                decimals=2,
                value_labels={1: "Eén", 97: "Weet niet"},
                missing=(97, 98),
                measure="ordinal",
            ),
            SavColumn(name="text", label="Een tekst", width=16),
            SavColumn(name="plain", label="Een nummer", width=8),
            SavColumn(
                name="short",
                label="Een land",
                width=8,
                value_labels={"97": "Weet niet"},
                missing=("97", "98"),
            ),
            SavColumn(name="day", label="Een dag", date=True, measure="scale"),
            SavColumn(name="box_1", label="Eerste"),
            SavColumn(name="box_2", label="Tweede"),
            SavColumn(name="a_name_of_more_than_eight_letters", label="Lang"),
        ),
        sets=(SavSet(name="boxes", label="Welke?", columns=("box_1", "box_2")),),
        document=("SYNTHETIC", "Niemand bestaat: één regel."),
        rows=rows,
    )


def written(path: Path, *parts: pl.DataFrame) -> Path:
    with SavWriter(path, described(sum(part.height for part in parts))) as writer:
        for part in parts:
            writer.write(part)
    return path


def read(path: Path) -> tuple[pl.DataFrame, Any]:
    frame, about = pyreadstat.read_sav(str(path), user_missing=True, output_format="polars")
    return frame, about


def test_every_value_comes_back(tmp_path: Path) -> None:
    frame, _ = read(written(tmp_path / "a.sav", FRAME))
    # SPSS has no empty text beside the missing one, and fills texts up with spaces.
    texts = pl.col(pl.String).fill_null("")
    expected = FRAME.with_columns(texts, pl.col("box_1", "box_2").cast(pl.Float64))
    assert_frame_equal(frame.with_columns(texts), expected)


def test_labels_missing_codes_and_sets_come_back(tmp_path: Path) -> None:
    _, about = read(written(tmp_path / "a.sav", FRAME))
    assert about.file_label == "SYNTHETIC test"
    assert about.notes == ["SYNTHETIC", "Niemand bestaat: één regel."]
    assert about.file_encoding == "UTF-8"
    assert about.column_names_to_labels["number"].startswith("Een getal met een lange vraag: één")
    assert about.variable_value_labels == {
        "number": {1: "Eén", 97: "Weet niet"},
        "short": {"97": "Weet niet"},
    }
    assert [entry["lo"] for entry in about.missing_ranges["number"]] == [97, 98]
    assert [entry["lo"] for entry in about.missing_ranges["short"]] == ["97", "98"]
    assert about.variable_measure["number"] == "ordinal"
    found = about.mr_sets["boxes"]
    assert (found["type"], found["counted_value"], found["label"]) == ("D", 1, "Welke?")
    assert found["variable_list"] == ["box_1", "box_2"]


def test_the_same_rows_in_other_parts_are_the_same_bytes(tmp_path: Path) -> None:
    whole = written(tmp_path / "a.sav", FRAME)
    parts = written(tmp_path / "b.sav", FRAME.head(3), FRAME.slice(3, 5), FRAME.tail(3))
    assert whole.read_bytes() == parts.read_bytes()


def test_many_rows_go_through_more_than_one_round(tmp_path: Path) -> None:
    rng = np.random.default_rng(1)
    rows = 60_001
    frame = FRAME.sample(rows, with_replacement=True, seed=1).with_columns(
        number=pl.Series(rng.integers(-200, 300, rows).astype(float)) + 0.25 * (pl.int_range(rows) % 3 == 0)
    )
    again, _ = read(written(tmp_path / "a.sav", frame))
    assert again["number"].equals(frame["number"])
    assert again["text"].fill_null("").equals(frame["text"].fill_null(""))


@pytest.mark.parametrize(
    ("text", "size", "kept"), [("één", 5, "één"), ("één", 4, "éé"), ("één", 3, "é"), ("a b", 2, "a")]
)
def test_a_text_is_never_cut_inside_a_letter(text: str, size: int, kept: str) -> None:
    assert shortened(text, size).decode() == kept
    assert len(padded(text, size)) == size
