"""Put what the code gave into the document's markdown, for one output format, as Quarto does."""

import base64
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from talentstats.errors import DocumentError
from talentstats.reporting.engines.document import Cell, Document, Text, substitute
from talentstats.reporting.engines.execute import Execution, Output
from talentstats.reporting.engines.settings import OutputFormat

_EXTENSIONS = {"image/svg+xml": "svg", "image/png": "png", "image/jpeg": "jpg"}
# Quarto's order of preference (core/jupyter/display-data.ts); DOCX readers show SVG unreliably.
_PREFERENCE: Mapping[OutputFormat, tuple[str, ...]] = {
    "html": ("text/html", "text/markdown", "image/svg+xml", "image/png", "image/jpeg", "text/plain"),
    "pdf": ("text/markdown", "image/svg+xml", "image/png", "image/jpeg", "text/plain"),
    "docx": ("text/markdown", "image/png", "image/jpeg", "text/plain"),
}
# The text a plotting call happens to return is not a result; Quarto drops it too.
_DISCARDED = ("[<matplotlib", "<matplotlib", "<Figure size")
_REMOTE = re.compile(r"<[^>]*\b(?:src|href|data|poster)\s*=\s*[\"']?(?:https?:)?//[^>]*>", re.IGNORECASE)
_LINK = re.compile(r"<a\s", re.IGNORECASE)
_TICKS = re.compile(r"`{3,}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """The output format, and the folder beside the document that takes pictures of cells."""

    kind: OutputFormat
    folder: Path


def assemble(document: Document, execution: Execution, target: Target) -> str:
    """Write the markdown of an executed document for one format; pictures go to the target's folder.

    Raises
    ------
    DocumentError
        If an output has no form that this format can show.
    """
    parts = []
    for index, block in enumerate(document.blocks):
        if isinstance(block, Text):
            parts.append(_text(block, execution.values.get(index, {}), target.kind))
        elif block.shown.include:
            parts.append(_cell(block, execution.outputs.get(index, ()), target))
    return "\n".join(part for part in parts if part) + "\n"


def _text(block: Text, values: Mapping[str, Mapping[str, str]], kind: OutputFormat) -> str:
    shown = {expression: _inline(bundle, kind) for expression, bundle in values.items()}
    return "\n".join(
        substitute(line.text, shown) if role == "text" else line.text for line, role in block.lines
    )


def _inline(bundle: Mapping[str, str], kind: OutputFormat) -> str:
    chosen = _choose(bundle, kind)
    return bundle["text/plain" if chosen == "text/html" else chosen]


def _choose(bundle: Mapping[str, str], kind: OutputFormat) -> str:
    return next((name for name in _PREFERENCE[kind] if name in bundle), "text/plain")


def _cell(cell: Cell, outputs: tuple[Output, ...], target: Target) -> str:
    shown = [output for output in outputs if _is_shown(output, cell)]
    asis = cell.shown.output == "asis"
    rendered = [_output(output, cell, number, target) for number, output in enumerate(shown, start=1)]
    body = "\n\n".join(part if asis else f":::: {{.cell-output}}\n{part}\n::::" for part in rendered)
    if cell.label.startswith(("fig-", "tbl-")) and body:
        body = _float(cell, rendered)
    elif cell.caption and body and not cell.label:
        raise _problem(cell, "A caption needs a label.", "Add `#| label: fig-...` or `#| label: tbl-...`.")
    code = _fenced(cell.source, ".python .cell-code") if cell.shown.echo else ""
    return f"\n{code}\n\n{body}\n" if code or body else ""


def _is_shown(output: Output, cell: Cell) -> bool:
    if not cell.shown.output or (output.kind == "stderr" and not cell.shown.warning):
        return False
    only_text = set(output.data) == {"text/plain"}
    return not (output.kind == "display" and only_text and output.data["text/plain"].startswith(_DISCARDED))


def _float(cell: Cell, rendered: list[str]) -> str:
    if len(rendered) != 1:
        raise _problem(
            cell,
            f"The cell `{cell.label}` gives {len(rendered)} outputs; a figure or table is one.",
            "Write one cell for each figure or table.",
        )
    if not cell.caption:
        raise _problem(cell, f"`{cell.label}` has no caption.", "Add `#| fig-cap:` or `#| tbl-cap:`.")
    return f"::::: {{#{cell.label}}}\n{rendered[0]}\n\n{cell.caption}\n:::::"


def _output(output: Output, cell: Cell, number: int, target: Target) -> str:
    if output.kind != "display":
        text = output.data["text/plain"]
        return text if cell.shown.output == "asis" and output.kind == "stdout" else _fenced(text)
    chosen = _choose(output.data, target.kind)
    value = output.data.get(chosen, "")
    if chosen in _EXTENSIONS:
        return _picture(value, chosen, cell, number, target)
    if chosen == "text/html":
        return _html(value, cell, number, target)
    if chosen == "text/markdown":
        return value
    if "image/svg+xml" in output.data or "<table" in output.data.get("text/html", "").lower():
        raise _problem(
            cell,
            f"The value of the cell has no form that {target.kind.upper()} can show.",
            "Give the object `_repr_markdown_`, or a picture as PNG besides SVG.",
        )
    return _fenced(value)


def _picture(value: str, kind: str, cell: Cell, number: int, target: Target) -> str:
    content = value.encode() if kind == "image/svg+xml" else base64.b64decode(value)
    path = _write(content, cell, number, _EXTENSIONS[kind], target)
    alt = cell.alt or cell.caption
    if not alt:
        raise _problem(cell, "A picture has no alternative text.", "Add `#| fig-alt:` to the cell.")
    escaped = " ".join(alt.split()).replace("\\", "\\\\").replace('"', '\\"')
    return f'![]({path}){{fig-alt="{escaped}"}}'


def _html(value: str, cell: Cell, number: int, target: Target) -> str:
    remote = next((tag for tag in _REMOTE.findall(value) if not _LINK.match(tag)), None)
    if remote:
        raise _problem(
            cell,
            f"The cell gives HTML that loads something from elsewhere: `{remote[:80]}`.",
            "Use an output that holds all it needs.",
        )
    # The markdown only names the file, so that no text of the data can pass for HTML.
    path = _write(value.encode(), cell, number, "html", target)
    return f"``` {{.ts-html}}\n{path}\n```"


def _write(content: bytes, cell: Cell, number: int, extension: str, target: Target) -> str:
    target.folder.mkdir(parents=True, exist_ok=True)
    name = f"{cell.label or f'cell-{cell.line.number}'}-{number}.{extension}"
    (target.folder / name).write_bytes(content)
    return f"{target.folder.name}/{name}"


def _fenced(text: str, attributes: str = "") -> str:
    fence = "`" * max([3, *(len(ticks) + 1 for ticks in _TICKS.findall(text))])
    opening = f"{fence} {{{attributes}}}" if attributes else fence
    return f"{opening}\n{text.rstrip()}\n{fence}"


def _problem(cell: Cell, problem: str, remedy: str) -> DocumentError:
    return DocumentError(problem, where=cell.where, remedy=remedy)
