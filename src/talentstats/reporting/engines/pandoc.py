"""Convert markdown with pandoc and the engine's Lua filter (the wall around pypandoc)."""

import json
import os
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pypandoc

from talentstats.errors import BuildError, DocumentError
from talentstats.reporting.engines.document import Document

# Data may hold signs that look like markup: raw HTML and TeX stay text in every output.
READER = "markdown-raw_html-raw_tex-raw_attribute-native_divs-native_spans"
_REFUSAL = "talentstats-refusal:"


def convert(document: Document, arguments: list[str], *, folder: Path, epoch: int) -> None:
    """Run pandoc in a folder of its own data, with a fixed clock.

    Parameters
    ----------
    document : Document
        To find the line of what the filter refuses.
    arguments : list of text
        Input, output and options of this conversion.
    folder : Path
        Working directory; pictures are named relative to it.
    epoch : int
        Seconds since 1970, written into the output as its time.

    Raises
    ------
    DocumentError
        If the filter refuses a construct of the document.
    BuildError
        If pandoc fails.
    """
    command = [
        pypandoc.get_pandoc_path(),
        f"--from={READER}",
        f"--data-dir={folder / '.pandoc'}",
        "--wrap=none",
        *arguments,
    ]
    result = subprocess.run(  # noqa: S603 (the program is the one of the wheel, the arguments are ours)
        command,
        cwd=folder,
        env={**os.environ, "SOURCE_DATE_EPOCH": str(epoch)},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    if _REFUSAL in result.stderr:
        raise _refused(document, result.stderr)
    if result.returncode:
        raise BuildError(
            "pandoc could not convert the document.",
            got="\n".join(result.stderr.strip().splitlines()[-5:]),
            where=document.name,
            remedy="Look for unusual markdown near the text named.",
        )


def default_reference() -> bytes:
    """Return the DOCX that pandoc takes its styles from when none is given."""
    return subprocess.run(  # noqa: S603 (the program is the one of the wheel)
        [pypandoc.get_pandoc_path(), "--print-default-data-file=reference.docx"],
        capture_output=True,
        check=True,
    ).stdout


def write_metadata(path: Path, metadata: Mapping[str, object]) -> None:
    """Write metadata for pandoc's `--metadata-file`; its texts are read as markdown."""
    path.write_text(json.dumps(metadata, ensure_ascii=False, sort_keys=True), encoding="utf-8")


def _refused(document: Document, stderr: str) -> DocumentError:
    start = stderr.index(_REFUSAL) + len(_REFUSAL)
    told, _ = json.JSONDecoder().raw_decode(stderr[start:])
    return DocumentError(told["problem"], where=document.place_of(told["needle"]), remedy=told["remedy"])
