"""Make PDF/UA-1 from typst markup (the wall around typst)."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import typst

from talentstats.errors import BuildError


def typeset(source: Path, target: Path, *, fonts: Sequence[Path], timestamp: datetime) -> None:
    """Typeset a file to a tagged, accessible PDF with only the fonts of the project.

    Raises
    ------
    BuildError
        If typst refuses the markup or the PDF would not meet PDF/UA-1.
    """
    try:
        content = typst.compile(
            str(source),
            root=str(source.parent),
            font_paths=[str(folder) for folder in fonts],
            ignore_system_fonts=True,
            format="pdf",
            pdf_standards=["ua-1"],
            timestamp=int(timestamp.timestamp()),
        )
    except typst.TypstError as error:
        raise BuildError(
            "typst could not make the PDF.",
            got=str(error),
            where=source.name,
            remedy="The message names the text that cannot be typeset.",
        ) from error
    target.write_bytes(content)
