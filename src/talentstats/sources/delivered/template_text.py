"""The Dutch and English texts of the template, read from `template_texts.toml`."""

import tomllib
from functools import cache
from importlib import resources
from typing import Any

from talentstats.schemas.delivered import FEWEST
from talentstats.schemas.schema import Text
from talentstats.sources.delivered.layout import ALL, SHEET, TOTAL


def text(*place: str) -> Text:
    """Return the text at a place of the catalogue, such as `text("columns", "n")`."""
    entry = _catalogue()
    for name in place:
        entry = entry[name]
    return _filled(entry)


def texts(name: str) -> tuple[Text, ...]:
    """Return a list of texts, or the headers of a table, in order."""
    entry: Any = _catalogue()[name]
    if isinstance(entry, list):
        return tuple(_filled(one) for one in entry)
    return tuple(Text(nl=nl, en=en) for nl, en in zip(entry["nl"], entry["en"], strict=True))


def _filled(entry: dict[str, str]) -> Text:
    names = {"sheet": SHEET, "all": ALL, "total": TOTAL, "fewest": FEWEST}
    return Text(nl=entry["nl"].format(**names), en=entry["en"].format(**names))


@cache
def _catalogue() -> dict[str, Any]:
    source = resources.files(__package__).joinpath("template_texts.toml")
    return tomllib.loads(source.read_text(encoding="utf-8"))
