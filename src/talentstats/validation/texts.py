"""The Dutch and English texts of the validation, read from `texts.toml`."""

import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from importlib import resources

from babel.numbers import format_decimal

from talentstats.errors import unknown_name
from talentstats.schemas import Text
from talentstats.terms import Language

Value = str | int | float | Text


def format_number(value: float, language: Language) -> str:
    """Write a number as the language does, to at most six decimals, with a real minus sign.

    >>> format_number(1234.5, "nl")
    '1.234,5'
    """
    return format_decimal(value, format="#,##0.######", locale=language).replace("-", "\N{MINUS SIGN}")


def phrase(key: str, **values: Value) -> Text:
    """Fill a text in both languages; numbers are written as each language does.

    Parameters
    ----------
    key : str
        Place in `texts.toml`, such as `expected.at_most` or `rules.type.title`.
    **values : str, int, float or Text
        What comes in the place of `{name}`.

    Raises
    ------
    InputError
        If there is no such text.

    Examples
    --------
    >>> phrase("expected.at_most", high=0.5).nl
    'ten hoogste 0,5'
    """
    texts = _catalogue()
    if key not in texts:
        raise unknown_name("text", key, texts, where="texts.toml")
    return Text(nl=_fill(texts[key], "nl", values), en=_fill(texts[key], "en", values))


def has_phrase(key: str) -> bool:
    """Tell whether there is such a text."""
    return key in _catalogue()


def page_texts(language: Language) -> dict[str, str]:
    """Return the texts of the page in one language, by name."""
    section = "page."
    return {
        key.removeprefix(section): text.in_language(language)
        for key, text in _catalogue().items()
        if key.startswith(section)
    }


@cache
def _catalogue() -> dict[str, Text]:
    source = resources.files("talentstats.validation").joinpath("texts.toml")
    return dict(_flatten("", tomllib.loads(source.read_text(encoding="utf-8"))))


def _flatten(prefix: str, entry: Mapping[str, object]) -> Iterator[tuple[str, Text]]:
    if "nl" in entry:
        yield prefix, Text(nl=str(entry["nl"]), en=str(entry["en"]))
        return
    for name, below in entry.items():
        if isinstance(below, Mapping):
            yield from _flatten(f"{prefix}.{name}" if prefix else name, below)


def _fill(text: Text, language: Language, values: Mapping[str, Value]) -> str:
    written = {name: _write(value, language) for name, value in values.items()}
    return text.in_language(language).format(**written)


def _write(value: Value, language: Language) -> str:
    if isinstance(value, Text):
        return value.in_language(language)
    return value if isinstance(value, str) else format_number(value, language)
