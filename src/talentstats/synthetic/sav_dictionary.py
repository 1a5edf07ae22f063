"""The dictionary of an SPSS system file: everything that comes before its data."""

import struct
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from talentstats.synthetic.sav_text import padded, shortened

Answer = int | float | str
Measure = Literal["nominal", "ordinal", "scale"]
#: Added to a whole number to make it one byte.
BIAS = 100
SEGMENT = 8

_MEASURES: Mapping[Measure, int] = {"nominal": 1, "ordinal": 2, "scale": 3}
_FORMAT_TEXT, _FORMAT_NUMBER, _FORMAT_DATE = 1, 5, 20
_LITTLE_ENDIAN, _IEEE, _UTF8 = 2, 1, 65001
_LINE = 80


@dataclass(frozen=True, slots=True, kw_only=True)
class SavColumn:
    """One variable of an SPSS file.

    Attributes
    ----------
    width : int
        Bytes of a text, at most 255; 0 for a number.
    decimals : int
        Shown of a number.
    date : bool
        Whether the number is a day.
    missing : tuple
        At most three user-missing codes; of a text, only when it is at most eight bytes wide.
    """

    name: str
    label: str
    width: int = 0
    decimals: int = 0
    date: bool = False
    measure: Measure = "nominal"
    value_labels: Mapping[Answer, str] = field(default_factory=dict)
    missing: tuple[Answer, ...] = ()

    @property
    def segments(self) -> int:
        """Parts of eight bytes that one value takes."""
        return max(1, -(-self.width // SEGMENT))


@dataclass(frozen=True, slots=True, kw_only=True)
class SavSet:
    """A question with several answers: columns in which 1 means ticked."""

    name: str
    label: str
    columns: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SavFile:
    """What an SPSS file says of itself. `created` is text of the form `01 Jan 25`: a file has no clock.

    Attributes
    ----------
    document : tuple of str
        Lines of at most 80 bytes.
    """

    label: str
    created: str
    columns: tuple[SavColumn, ...]
    sets: tuple[SavSet, ...]
    document: tuple[str, ...]
    rows: int


def dictionary_of(file: SavFile) -> bytes:
    """Write everything that comes before the data."""
    short = {column.name: f"V{place:05}" for place, column in enumerate(file.columns, 1)}
    return b"".join(
        [
            _header(file),
            *(part for column in file.columns for part in _variable(column, short[column.name])),
            *_value_labels(file.columns),
            _document(file.document),
            _extension(3, 4, struct.pack("<8i", 1, 0, 0, -1, _IEEE, 1, _LITTLE_ENDIAN, _UTF8)),
            _extension(
                4,
                8,
                struct.pack(
                    "<3d", -sys.float_info.max, sys.float_info.max, -sys.float_info.max * (1 - 2**-53)
                ),
            ),
            *_sets(file.sets, short),
            _extension(11, 4, b"".join(_display(column) for column in file.columns)),
            _extension(13, 1, "\t".join(f"{short[name]}={name}" for name in short).encode()),
            _extension(16, 8, struct.pack("<qq", 1, file.rows)),
            _extension(20, 1, b"UTF-8"),
            struct.pack("<ii", 999, 0),
        ]
    )


def _header(file: SavFile) -> bytes:
    size = sum(column.segments for column in file.columns)
    return b"".join(
        [
            b"$FL2",
            padded("@(#) SPSS DATA FILE - talentstats", 60),
            struct.pack("<5id", 2, size, 1, 0, file.rows, float(BIAS)),
            padded(file.created, 9),
            b"00:00:00",
            padded(file.label, 64),
            bytes(3),
        ]
    )


def _variable(column: SavColumn, short: str) -> Iterator[bytes]:
    label = shortened(column.label, 250)
    shown = (_format(column) << 16) | (_shown_width(column) << 8) | column.decimals
    counts = (column.width, 1, len(column.missing), shown, shown)
    yield struct.pack("<6i", 2, *counts) + padded(short, SEGMENT)
    yield struct.pack("<i", len(label)) + label + bytes(-len(label) % 4)
    yield b"".join(_value(code) for code in column.missing)
    for _ in range(column.segments - 1):
        yield struct.pack("<6i", 2, -1, 0, 0, 0, 0) + bytes(SEGMENT)


def _format(column: SavColumn) -> int:
    if column.width:
        return _FORMAT_TEXT
    return _FORMAT_DATE if column.date else _FORMAT_NUMBER


def _shown_width(column: SavColumn) -> int:
    return column.width or (11 if column.date else 12 if column.decimals else 8)


def _value(code: Answer) -> bytes:
    return padded(code, SEGMENT) if isinstance(code, str) else struct.pack("<d", float(code))


def _value_labels(columns: Sequence[SavColumn]) -> Iterator[bytes]:
    place = 1
    for column in columns:
        if column.value_labels and column.width <= SEGMENT:
            yield struct.pack("<ii", 3, len(column.value_labels))
            for code, label in column.value_labels.items():
                text = shortened(label, 120)
                yield _value(code) + bytes([len(text)]) + text + b" " * (-(len(text) + 1) % SEGMENT)
            yield struct.pack("<iii", 4, 1, place)
        place += column.segments


def _document(lines: Sequence[str]) -> bytes:
    return struct.pack("<ii", 6, len(lines)) + b"".join(padded(line, _LINE) for line in lines)


def _sets(sets: Sequence[SavSet], short: Mapping[str, str]) -> Iterator[bytes]:
    if not sets:
        return
    lines = []
    for one in sets:
        label = shortened(one.label, 120)
        names = " ".join(short[name].lower() for name in one.columns).encode()
        lines.append(f"${one.name}=D1 1 {len(label)} ".encode() + label + b" " + names + b"\n")
    yield _extension(7, 1, b"".join(lines))


def _display(column: SavColumn) -> bytes:
    return struct.pack(
        "<3i", _MEASURES[column.measure], min(_shown_width(column), 32), 0 if column.width else 1
    )


def _extension(subtype: int, size: int, content: bytes) -> bytes:
    return struct.pack("<4i", 7, subtype, size, len(content) // size) + content
