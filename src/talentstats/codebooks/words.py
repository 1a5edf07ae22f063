"""The Dutch and English words of codebooks, read from `texts.toml`."""

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import Any

from talentstats.codebooks.model import MissingKind
from talentstats.errors import unknown_name
from talentstats.schemas.schema import Text
from talentstats.terms import Language


def word(key: str, **values: object) -> Text:
    """Return a text in both languages with its places `{name}` filled; a `Text` fills each language its own.

    Parameters
    ----------
    key : str
        Place in `texts.toml`, such as `kind.refused`.
    **values : object
        What comes in the place of `{name}`.

    Raises
    ------
    InputError
        If there is no such text.

    Examples
    --------
    >>> word("kind.refused").en
    'refused'
    """
    section, _, name = key.partition(".")
    found = _catalogue().get(section, {})
    if name not in found:
        raise unknown_name("text", name, found, where=f"texts.toml, {section}")
    return Text(nl=_filled(found[name], "nl", values), en=_filled(found[name], "en", values))


def section(name: str, language: Language) -> dict[str, str]:
    """Return all texts of a section in one language, by name."""
    return {key: text[language] for key, text in _catalogue()[name].items()}


def kind_label(kind: MissingKind) -> Text:
    """Say in words why there is no answer."""
    return word(f"kind.{kind}")


def _filled(texts: Mapping[str, str], language: Language, values: Mapping[str, object]) -> str:
    shown = {
        name: value.in_language(language) if isinstance(value, Text) else value
        for name, value in values.items()
    }
    return texts[language].format_map(shown)


@cache
def _catalogue() -> dict[str, dict[str, Any]]:
    source = resources.files("talentstats.codebooks").joinpath("texts.toml")
    return tomllib.loads(source.read_text(encoding="utf-8"))
