"""Values that occur nowhere else, and a search for them in whatever was made."""

import base64
import binascii
import io
import re
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path

import polars as pl

from tests_support import words_of

#: Column of the raw file of 2025 and what is planted in it. The words are short and letters only, so that
#: neither escaping nor the wrapping of narrow columns hides them; the open answer has markup and a formula.
CANARIES: Mapping[str, str] = {
    "respondent_id": "zqresp",
    "panel_id": "zqpanel",
    "email": "zqmail@example.org",
    "comments": "<b onload=alert(1)>zqmark</b>\n=HYPERLINK(zqform)",
    "duration_seconds": "5318008",
}
#: Planted where an answer is made wrong: in any column.
WRONG_TEXT, WRONG_NUMBER = "zqwrong", "918273645"

TOKENS = (
    "zqresp",
    "zqpanel",
    "zqmail",
    "zqmark",
    "zqform",
    "5318008",
    WRONG_TEXT,
    WRONG_NUMBER,
)
_BETWEEN_DIGITS = re.compile("(?<=\\d)[., _'\N{NO-BREAK SPACE}\N{NARROW NO-BREAK SPACE}](?=\\d)")
_BASE64 = re.compile(rb"[A-Za-z0-9+/]{64,}={0,2}")


def found_in(content: str | bytes) -> set[str]:
    """Return the planted values in a text or in bytes; archives and tables are unpacked."""
    raw = content.encode("utf-8", errors="replace") if isinstance(content, str) else content
    return {token for part in _unpacked(raw) for token in TOKENS if token in part}


def found_below(folder: Path) -> dict[str, set[str]]:
    """Return the planted values in every file below a folder, and in the files' names."""
    files = [path for path in sorted(folder.rglob("*")) if path.is_file()]
    found = {
        str(path.relative_to(folder)): found_in(path.read_bytes()) | found_in(path.name) for path in files
    }
    return {name: tokens for name, tokens in found.items() if tokens}


def _unpacked(raw: bytes) -> Iterator[str]:
    for encoding in ("utf-8", "utf-16-le"):
        text = raw.decode(encoding, errors="ignore").lower()
        yield text
        yield _BETWEEN_DIGITS.sub("", text)
    if raw.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(raw)) as archive:
            for name in archive.namelist():
                yield name.lower()
                yield from _unpacked(archive.read(name))
    elif raw.startswith(b"PAR1"):
        yield from _unpacked(pl.read_parquet(io.BytesIO(raw)).write_csv().encode())
    elif raw.startswith(b"%PDF"):
        yield from (page.lower() for page in words_of(raw))
    else:
        for blob in _BASE64.findall(raw):
            yield from _decoded(blob)


def _decoded(blob: bytes) -> Iterator[str]:
    try:
        yield base64.b64decode(blob + b"=" * (-len(blob) % 4)).decode("utf-8", errors="ignore").lower()
    except binascii.Error:
        return
