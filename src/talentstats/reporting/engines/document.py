"""A Quarto document as data: settings, then text and Python cells in the order of the file."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import yaml

from talentstats.errors import DocumentError
from talentstats.reporting.engines.page import Refuse
from talentstats.reporting.engines.settings import (
    Execute,
    Settings,
    as_flag,
    as_output,
    read_settings,
)
from talentstats.reporting.engines.source import Line, Role, read_source, refuse, roles, shortcodes
from talentstats.reporting.engines.staging import PROJECT_FILE, project_of

_CELL = re.compile(r"^(?P<indent>\s*)[`~]{3,}\s*\{(?P<inside>[^}]*)\}\s*$")
_OPTION = re.compile(r"^#\s*\| ?(.*)$")
_INLINE = re.compile(r"(^|[^`])`\{python\}[ \t]+([^`]+)`")
_LABEL = re.compile(r"^[A-Za-z][A-Za-z0-9-]*$")
_LINE_OF_YAML = re.compile(r"line (\d+)")
_FLAGS = ("echo", "eval", "include", "warning")
_TEXTS = ("fig-cap", "fig-alt", "tbl-cap")
_OPTIONS = ("label", *_FLAGS, "output", *_TEXTS, "tags")


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """A run of markdown lines, each with its role in code fences."""

    lines: tuple[tuple[Line, Role], ...]

    def expressions(self) -> list[tuple[Line, str]]:
        """List the inline Python expressions with their lines."""
        return [
            (line, match[2].strip())
            for line, role in self.lines
            if role == "text"
            for match in _INLINE.finditer(line.text)
        ]


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """An executable Python cell: its source without options, and how to show it."""

    line: Line
    first: int
    source: str
    shown: Execute
    label: str = ""
    caption: str = ""
    alt: str = ""
    tags: tuple[str, ...] = ()

    @property
    def where(self) -> str:
        """The place to name in an error about the whole cell."""
        return self.line.where


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A parsed document; `lines` are those of the source, to find the place of a construct."""

    path: Path
    name: str
    settings: Settings
    blocks: tuple[Text | Cell, ...]
    lines: tuple[Line, ...]

    def place_of(self, text: str) -> str:
        """Name the first line that holds a text, or the document when a cell made it."""
        for line in self.lines:
            if text and text in line.text:
                return line.where
        return f"{self.name}, in the output of a cell"


def substitute(line: str, values: Mapping[str, str]) -> str:
    """Replace inline Python expressions by their values."""
    return _INLINE.sub(lambda match: match[1] + values[match[2].strip()], line)


def parse(path: Path) -> Document:
    """Read a Quarto document and check that it stays within the supported subset.

    Parameters
    ----------
    path : Path
        A `.qmd` file in a project.

    Raises
    ------
    DocumentError
        If something is not supported or not well-formed, with its line.
    """
    root = project_of(path)
    source = read_source(path.resolve(), root)
    project = _yaml((root / PROJECT_FILE).read_text(encoding="utf-8"), PROJECT_FILE, offset=0)
    name = path.resolve().relative_to(root).as_posix()
    document = _yaml("\n".join(line.text for line in source.front), name, offset=1)

    def refuse_setting(key: str, problem: str, remedy: str) -> DocumentError:
        written = re.compile(rf"^[\s\-{{]*[\"']?{re.escape(key)}\b")
        place = next((line.where for line in source.front if written.match(line.text)), PROJECT_FILE)
        return DocumentError(problem, where=place, remedy=remedy)

    settings = read_settings(project, document, refuse_setting)
    blocks = tuple(_blocks(source.body, settings))
    _check_labels(blocks)
    return Document(path=path, name=name, settings=settings, blocks=blocks, lines=source.body)


def _yaml(text: str, name: str, *, offset: int) -> dict[str, object]:
    try:
        content = yaml.safe_load(text)
    except yaml.YAMLError as error:
        found = _LINE_OF_YAML.search(str(error))
        line = f", line {int(found[1]) + offset}" if found else ""
        raise DocumentError(
            "The settings are not well-formed YAML.",
            got=str(getattr(error, "problem", "")) or None,
            where=name + line,
            remedy="Correct the indentation, the colons or the quotes.",
        ) from error
    if content is None or isinstance(content, dict):
        return content or {}
    raise DocumentError("The settings are not names with values.", where=name, remedy="Write `name: value`.")


def _blocks(lines: tuple[Line, ...], settings: Settings) -> Iterable[Text | Cell]:
    text: list[tuple[Line, Role]] = []
    cell: list[Line] = []
    for line, role in roles(lines):
        if role == "open" and _is_cell(line):
            if text:
                yield Text(lines=tuple(text))
            text, cell = [], [line]
        elif cell and role == "close":
            yield _cell(cell, settings.execute)
            cell = []
        elif cell:
            cell.append(line)
        else:
            text.append((_with_values(line, settings) if role == "text" else line, role))
    if text:
        yield Text(lines=tuple(text))


def _is_cell(line: Line) -> bool:
    match = _CELL.match(line.text)
    if match is None or match["inside"].startswith((".", "#")):
        return False
    if match["inside"].startswith("="):
        raise refuse(line, f"Raw output `{match['inside']}` is not supported.", remedy="Use markdown.")
    if match["inside"] != "python":
        raise refuse(
            line,
            f"A cell `{{{match['inside']}}}` is not supported.",
            expected="`{python}`, with options on lines that begin with `#|`",
            remedy="Write the cell in Python.",
        )
    if match["indent"]:
        raise refuse(line, "A cell inside a list is not supported.", remedy="Begin the cell at the margin.")
    return True


def _with_values(line: Line, settings: Settings) -> Line:
    text = line.text
    if "`{python}" in _INLINE.sub(r"\1", text):
        raise refuse(line, "Inline code is not closed on its line.", remedy="Write it on one line.")
    for code, words in shortcodes(text):
        value = settings.value(words[1])
        if value is None:
            raise refuse(line, f"The settings have no value `{words[1]}`.", remedy="Add it under `report:`.")
        text = text.replace(code, value)
    return replace(line, text=text)


def _cell(lines: list[Line], defaults: Execute) -> Cell:
    fence, inside = lines[0], lines[1:]
    written = []
    for line in inside:
        option = _OPTION.match(line.text)
        if option is None:
            break
        written.append(option[1])
    options = _yaml("\n".join(written), fence.file, offset=fence.number)
    places = dict(zip(written, inside, strict=False))

    def refuse_option(key: str, problem: str, remedy: str) -> DocumentError:
        place = next((line for text, line in places.items() if text.startswith(key)), fence)
        return refuse(place, problem, remedy=remedy)

    for key in options:
        if key not in _OPTIONS:
            raise refuse_option(
                str(key), f"The cell option `{key}` is not supported.", "Take the option out."
            )
    flags = {key: as_flag(key, options[key], refuse_option) for key in _FLAGS if key in options}
    output = as_output("output", options.get("output", defaults.output), refuse_option)
    texts = {key: _text(key, options.get(key, ""), refuse_option) for key in _TEXTS}
    return Cell(
        line=fence,
        first=fence.number + 1 + len(written),
        source="\n".join(line.text for line in inside[len(written) :]),
        shown=replace(defaults, output=output, **flags),
        label=_label(options.get("label", ""), refuse_option),
        caption=texts["fig-cap"] or texts["tbl-cap"],
        alt=texts["fig-alt"],
        tags=_tags(options.get("tags", []), refuse_option),
    )


def _text(key: str, value: object, refuse_option: Refuse) -> str:
    if isinstance(value, str):
        return value.strip()
    raise refuse_option(key, f"`{key}` is one text.", f"Write `{key}: text`, in quotes if it holds a colon.")


def _label(value: object, refuse_option: Refuse) -> str:
    label = str(value)
    if label and not _LABEL.match(label):
        raise refuse_option("label", f"`{label}` is not a label.", "Use letters, digits and hyphens.")
    return label


def _tags(value: object, refuse_option: Refuse) -> tuple[str, ...]:
    tags = [value] if isinstance(value, str) else value
    if tags not in ([], ["parameters"]):
        raise refuse_option("tags", f"Tags `{tags}` are not supported.", "Only `[parameters]` is.")
    return tuple(tags)


def _check_labels(blocks: tuple[Text | Cell, ...]) -> None:
    seen: set[str] = set()
    for cell in blocks:
        if isinstance(cell, Cell) and cell.label:
            if cell.label in seen:
                raise refuse(cell.line, f"Label `{cell.label}` is used twice.", remedy="Rename one of them.")
            seen.add(cell.label)
