"""The words a reader sees, in Dutch and in English, from one list."""

import string
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Self

from talentstats.errors import InputError, join_options, unknown_name
from talentstats.terms import LANGUAGES, Language


@dataclass(frozen=True, slots=True, kw_only=True)
class Bilingual:
    """One text in Dutch and in English.

    Examples
    --------
    >>> Bilingual(nl="krap", en="tight").in_language("en")
    'tight'
    """

    nl: str
    en: str

    @classmethod
    def read(cls, texts: "Mapping[str, str] | Bilingual", *, what: str) -> Self:
        """Make a text from `{"nl": ..., "en": ...}`; `what` names it in the error.

        Raises
        ------
        InputError
            If a language is missing, empty or unknown.
        """
        if isinstance(texts, Bilingual):
            return cls(nl=texts.nl, en=texts.en)
        if not isinstance(texts, Mapping) or set(texts) != set(LANGUAGES):
            raise InputError(
                f"The {what} is not given in both languages.",
                expected='`{"nl": "...", "en": "..."}`',
                got=f"`{texts!r}`",
                remedy=f"Give the {what} in {join_options(LANGUAGES, last='and')}, and in nothing else.",
            )
        for language, text in texts.items():
            if not isinstance(text, str) or not text.strip():
                raise InputError(
                    f"The {what} in language `{language}` is empty.",
                    expected="a text",
                    got=f"`{text!r}`",
                    remedy=f"Write the {what} in this language too.",
                )
        return cls(nl=texts["nl"].strip(), en=texts["en"].strip())

    def in_language(self, language: Language) -> str:
        """Return the text in one language."""
        return self.nl if check_language(language) == "nl" else self.en


def check_language(language: str) -> Language:
    """Return `language` if talentstats speaks it.

    Raises
    ------
    InputError
        If it is not `nl` or `en`.
    """
    for known in LANGUAGES:
        if language == known:
            return known
    raise unknown_name("language", language, LANGUAGES)


@cache
def catalog() -> Mapping[str, Bilingual]:
    """Return every text by its key, such as `measure.tightness`."""
    sections = tomllib.loads(files("talentstats.language").joinpath("catalog.toml").read_text("utf-8"))
    return MappingProxyType(
        {
            f"{section}.{name}": Bilingual.read(entry, what=f"catalog text `{section}.{name}`")
            for section, entries in sections.items()
            for name, entry in entries.items()
        }
    )


def text(key: str, language: Language, **values: str) -> str:
    """Return a text of the catalog in one language, with its blanks filled in.

    Parameters
    ----------
    key : str
        Section and name, such as `source.accessed`.
    language : {"nl", "en"}
    **values : str
        One value for every `{blank}` of the text, already formatted.

    Raises
    ------
    InputError
        If the key or language does not exist, or a blank has no value.

    Examples
    --------
    >>> text("source.accessed", "nl", day="16 juli 2026")
    'Geraadpleegd op 16 juli 2026'
    """
    entries = catalog()
    if key not in entries:
        raise unknown_name("catalog text", key, entries)
    template = entries[key].in_language(language)
    missing = blanks(template) - set(values)
    if missing:
        raise InputError(
            f"The text `{key}` misses a value.",
            expected=f"a value for {join_options(sorted(blanks(template)), last='and')}",
            got=join_options(sorted(values), last="and") or "none",
            remedy=f"Give {join_options(sorted(missing), last='and')} as keyword arguments.",
        )
    return template.format(**values)


def has_text(key: str) -> bool:
    """Say whether the catalog has a text under this key."""
    return key in catalog()


def blanks(template: str) -> set[str]:
    """Return the names of the `{blanks}` in a template.

    >>> sorted(blanks("{low} to {high}"))
    ['high', 'low']
    """
    return {name for _, name, _, _ in string.Formatter().parse(template) if name}
