"""The settings of a document: its front matter over the project's `_quarto.yml`, checked by name."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from talentstats.errors import closest, join_options
from talentstats.reporting.engines.page import Page, Refuse, read_page
from talentstats.reporting.engines.wording import WORDS
from talentstats.terms import LANGUAGES, Language

OutputFormat = Literal["html", "pdf", "docx"]
# Quarto's name for the PDF that typst makes is `typst`; its `pdf` is LaTeX, which is not in the subset.
QUARTO_NAMES: Mapping[OutputFormat, str] = {"html": "html", "pdf": "typst", "docx": "docx"}

_TEXTS = ("title", "subtitle", "abstract", "description", "date", "lang")
_LAYOUT = (
    "toc",
    "toc-depth",
    "toc-title",
    "number-sections",
    "number-depth",
    "default-image-extension",
    "fontsize",
    "margin",
)
_EXECUTE = ("echo", "eval", "include", "output", "warning")
_PROJECT = ("type", "title", "output-dir", "render")
# Known to Quarto and left to it: the built-in engine has its own design, fixed by `_brand.yml`.
_DESIGN = (
    "theme",
    "papersize",
    "mainfont",
    "toc-location",
    "html-math-method",
    "brand",
)
_FORMAT_KEYS = (*_LAYOUT, *_DESIGN, "embed-resources", "prefer-html")
_TOP_KEYS = (
    *_TEXTS,
    *_LAYOUT,
    *_DESIGN,
    "author",
    "execute",
    "format",
    "jupyter",
    "keywords",
    "project",
    "report",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Execute:
    """How cells are run and shown unless a cell says otherwise."""

    echo: bool = True
    eval: bool = True
    include: bool = True
    output: bool | Literal["asis"] = True
    warning: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """Table of contents, numbering, pictures and page of one output format."""

    toc: bool = False
    toc_depth: int = 3
    toc_title: str = ""
    number_sections: bool = False
    number_depth: int = 6
    image_extension: str = "png"
    page: Page = field(default_factory=Page)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What the front matter says, merged and checked."""

    language: Language = "en"
    title: str = ""
    subtitle: str = ""
    abstract: str = ""
    authors: tuple[str, ...] = ()
    date: dt.date | str = ""
    execute: Execute = Execute()
    layouts: Mapping[OutputFormat, Layout] = field(default_factory=dict)
    values: Mapping[str, object] = field(default_factory=dict)

    def value(self, key: str) -> str | None:
        """Return what the `meta` shortcode shows for a dotted key, or None when there is no such key."""
        found: object = self.values
        for part in key.split("."):
            found = found.get(part) if isinstance(found, Mapping) else None
        return None if found is None or isinstance(found, Mapping | list) else str(found)


def read_settings(project: Mapping[str, object], document: Mapping[str, object], refuse: Refuse) -> Settings:
    """Merge and check the settings of a project and of a document in it.

    Parameters
    ----------
    project, document : mapping
        The content of `_quarto.yml` and of the front matter.
    refuse : callable
        Makes the error from the key, the problem and the remedy; it knows the file and the line.

    Raises
    ------
    DocumentError
        If a key is not in the subset or its value cannot be used.
    """
    for content in (project, document):
        _check_names(content, _TOP_KEYS, "setting", refuse)
    _check_names(_mapping(project, "project", refuse), _PROJECT, "setting of `project`", refuse)
    merged = {**project, **document}
    if merged.get("jupyter", "python3") != "python3":
        raise refuse("jupyter", "Only the kernel `python3` is supported.", "Write `jupyter: python3`.")
    language = _language(str(merged.get("lang", "en")), refuse)
    formats = _formats(project, document, refuse)
    return Settings(
        language=language,
        authors=_authors(merged.get("author"), refuse),
        date=_date(merged.get("date", ""), refuse),
        execute=_execute(project, document, refuse),
        layouts={kind: _layout(kind, {**merged, **formats[kind]}, language, refuse) for kind in QUARTO_NAMES},
        values=merged,
        **{key: str(merged.get(key) or "") for key in ("title", "subtitle", "abstract")},
    )


def as_flag(key: str, value: object, refuse: Refuse) -> bool:
    """Read a setting that is true or false."""
    if isinstance(value, bool):
        return value
    raise refuse(key, f"`{key}` is true or false, not `{value}`.", f"Write `{key}: true` or `{key}: false`.")


def as_output(key: str, value: object, refuse: Refuse) -> bool | Literal["asis"]:
    """Read `output`, which is true, false or `asis`."""
    return "asis" if value == "asis" else as_flag(key, value, refuse)


def _check_names(content: Mapping[str, object], known: tuple[str, ...], kind: str, refuse: Refuse) -> None:
    for key in content:
        if key not in known:
            match = closest(str(key), known)
            remedy = f"Did you mean `{match}`?" if match else "Take it out; own values stand under `report:`."
            raise refuse(str(key), f"The {kind} `{key}` is not supported.", remedy)


def _mapping(content: Mapping[str, object], key: str, refuse: Refuse) -> Mapping[str, object]:
    value = content.get(key) or {}
    if isinstance(value, dict):
        return value
    raise refuse(key, f"`{key}` holds settings by name, not `{value}`.", "Write one setting on each line.")


def _language(text: str, refuse: Refuse) -> Language:
    for language in LANGUAGES:
        if text.partition("-")[0] == language:
            return language
    raise refuse("lang", f"Language `{text}` is not supported.", f"Write {join_options(LANGUAGES)}.")


def _authors(value: object, refuse: Refuse) -> tuple[str, ...]:
    names = value if isinstance(value, list) else [value] if value else []
    texts = [name.get("name") if isinstance(name, dict) else name for name in names]
    if not all(isinstance(text, str) for text in texts):
        raise refuse("author", "An author is a name.", "Write `author: name`, or a list of names.")
    return tuple(str(text) for text in texts)


def _date(value: object, refuse: Refuse) -> dt.date | str:
    if isinstance(value, dt.date):
        return value
    text = str(value)
    if text in ("today", "now", "last-modified"):
        raise refuse("date", f"`date: {text}` differs from day to day.", "Write the date of the edition.")
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        return text


def _execute(project: Mapping[str, object], document: Mapping[str, object], refuse: Refuse) -> Execute:
    merged: dict[str, object] = {}
    for content in (project, document):
        part = _mapping(content, "execute", refuse)
        _check_names(part, _EXECUTE, "setting of `execute`", refuse)
        merged.update(part)
    flags = {key: as_flag(key, merged[key], refuse) for key in _EXECUTE if key in merged and key != "output"}
    return Execute(output=as_output("output", merged.get("output", True), refuse), **flags)


def _formats(
    project: Mapping[str, object], document: Mapping[str, object], refuse: Refuse
) -> dict[OutputFormat, dict[str, object]]:
    merged: dict[OutputFormat, dict[str, object]] = {kind: {} for kind in QUARTO_NAMES}
    for content in (project, document):
        named = content.get("format") or {}
        settings = {named: "default"} if isinstance(named, str) else _mapping(content, "format", refuse)
        _check_names(settings, tuple(QUARTO_NAMES.values()), "format", refuse)
        for kind, name in QUARTO_NAMES.items():
            options = settings.get(name, "default")
            if isinstance(options, dict):
                _check_names(options, _FORMAT_KEYS, f"setting of format `{name}`", refuse)
                merged[kind].update(options)
            elif options != "default":
                raise refuse(name, f"Format `{name}` holds settings by name.", f"Write `{name}: default`.")
    return merged


def _layout(kind: OutputFormat, content: Mapping[str, object], language: Language, refuse: Refuse) -> Layout:
    if content.get("embed-resources", True) is not True:
        raise refuse("embed-resources", "HTML is always one file.", "Write `embed-resources: true`.")
    depths = {key: content.get(key, default) for key, default in (("toc-depth", 3), ("number-depth", 6))}
    for key, value in depths.items():
        if not isinstance(value, int) or not 1 <= value <= 6:
            raise refuse(key, f"`{key}` is a number from 1 to 6, not `{value}`.", "Correct the number.")
    extension = str(content.get("default-image-extension", "svg" if kind == "pdf" else "png")).lstrip(".")
    if extension not in ("svg", "png") or (kind == "docx" and extension == "svg"):
        raise refuse(
            "default-image-extension",
            f"Pictures of type `{extension}` cannot be used in {kind.upper()}.",
            "Write `png`, or `svg` for HTML and typst.",
        )
    return Layout(
        toc=as_flag("toc", content.get("toc", False), refuse),
        toc_depth=int(str(depths["toc-depth"])),
        toc_title=str(content.get("toc-title") or WORDS[language]["toc"]),
        number_sections=as_flag("number-sections", content.get("number-sections", False), refuse),
        number_depth=int(str(depths["number-depth"])),
        image_extension=extension,
        # HTML has no page, and takes a `fontsize` of CSS, which is for Quarto only.
        page=Page() if kind == "html" else read_page(content, refuse),
    )
