"""Write SPSS system files (.sav) block by block.

The writers at hand keep the whole file in memory as Python objects, stamp it with the clock, and cannot write
multiple-response sets; a million rows take them a minute.
"""

from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np
import numpy.typing as npt
import polars as pl

from talentstats.synthetic.sav_dictionary import BIAS, SEGMENT, SavColumn, SavFile, dictionary_of
from talentstats.synthetic.sav_text import padded

# Codes of compressed data: a value in full comes after its block of eight codes.
_IN_FULL, _BLANK_TEXT, _NO_NUMBER = 253, 254, 255
_LEAST, _MOST = 1 - BIAS, 251 - BIAS
_SPACES = int.from_bytes(b" " * SEGMENT, "little")
_SECONDS_A_DAY = 86_400
# SPSS counts from the first day of the Gregorian calendar, 14 October 1582.
_DAYS_BEFORE_1970 = 141_428
_ROWS_AT_ONCE = 50_000

Codes = npt.NDArray[np.uint8]
Words = npt.NDArray[np.uint64]


class SavWriter:
    """An SPSS file that is being written.

    Parameters
    ----------
    path : Path
    file : SavFile
        Its dictionary; the frames that are written have its columns, in its order.
    """

    def __init__(self, path: Path, file: SavFile) -> None:
        self._file = file
        self._codes = np.zeros(0, dtype=np.uint8)
        self._words = np.zeros(0, dtype=np.uint64)
        self._stream = path.open("wb")
        self._stream.write(dictionary_of(file))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:
            rest = -self._codes.size % SEGMENT
            self._write(np.zeros(rest, dtype=np.uint8), np.zeros(0, dtype=np.uint64))
        self._stream.close()

    def write(self, frame: pl.DataFrame) -> None:
        """Add rows to the file."""
        for start in range(0, frame.height, _ROWS_AT_ONCE):
            part = frame.slice(start, _ROWS_AT_ONCE)
            columns = [_encoded(part[column.name], column) for column in self._file.columns]
            codes = np.concatenate([codes for codes, _ in columns], axis=1)
            words = np.concatenate([words for _, words in columns], axis=1)
            self._write(codes.ravel(), words[codes == _IN_FULL])

    def _write(self, codes: Codes, words: Words) -> None:
        """Write whole blocks of eight codes, each followed by its values in full; keep what is left over."""
        codes, words = np.concatenate([self._codes, codes]), np.concatenate([self._words, words])
        whole = codes.size // SEGMENT * SEGMENT
        in_full = np.count_nonzero((codes[:whole] == _IN_FULL).reshape(-1, SEGMENT), axis=1)
        used = int(in_full.sum())
        at = np.arange(in_full.size) + np.cumsum(in_full) - in_full
        out = np.empty(in_full.size + used, dtype="<u8")
        is_value = np.ones(out.size, dtype=bool)
        is_value[at] = False
        out[at] = codes[:whole].view("<u8")
        out[is_value] = words[:used]
        self._stream.write(out.tobytes())
        self._codes, self._words = codes[whole:], words[used:]


def _encoded(values: pl.Series, column: SavColumn) -> tuple[Codes, Words]:
    """Return the codes of a column and its values in full, each (rows, segments)."""
    if column.width:
        words = _texts(values, column)
        return np.where(words == _SPACES, _BLANK_TEXT, _IN_FULL).astype(np.uint8), words
    blank = values.is_null().to_numpy()
    if column.date:
        days = values.to_physical().fill_null(0).to_numpy()
        numbers = (days + float(_DAYS_BEFORE_1970)) * _SECONDS_A_DAY
    else:
        numbers = values.fill_null(0).to_numpy().astype(np.float64)
    small = (numbers >= _LEAST) & (numbers <= _MOST) & (numbers == np.floor(numbers))
    codes = np.where(small, numbers + BIAS, _IN_FULL).astype(np.uint8)
    codes[blank] = _NO_NUMBER
    return codes[:, None], numbers.view(np.uint64)[:, None]


def _texts(values: pl.Series, column: SavColumn) -> Words:
    """Lay out texts in words of eight bytes; each different text is encoded once."""
    size = column.segments * SEGMENT
    filled = values.fill_null("").str.pad_end(size)
    if bool((filled.str.len_bytes() == size).all()):
        joined = filled.to_arrow(compat_level=pl.CompatLevel.oldest()).buffers()[2]
        return np.frombuffer(joined, dtype="<u8", count=len(values) * column.segments).reshape(
            len(values), -1
        )
    texts = values.fill_null("").rename("text").to_frame()
    known = texts.unique(maintain_order=True).with_row_index("place")
    table = np.frombuffer(b"".join(padded(text, size) for text in known["text"]), dtype="<u8")
    place = texts.join(known, on="text", how="left", maintain_order="left")["place"].to_numpy()
    return np.asarray(table.reshape(-1, column.segments)[place])
