"""An entry of a TOML file that knows where it stands, so that every error can say so."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from talentstats.errors import InputError, unknown_name
from talentstats.schemas.schema import Text
from talentstats.terms import LANGUAGES


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A table of a TOML file.

    Attributes
    ----------
    where : str
        File and place in it, for errors: `codebook-2025.toml, question q06_role`.
    """

    values: Mapping[str, Any]
    where: str

    def only(self, keys: Sequence[str]) -> "Entry":
        """Return the entry itself when it has no other keys than these.

        Raises
        ------
        InputError
            If it has another key; the closest of `keys` is offered.
        """
        for key in self.values:
            if key not in keys:
                raise unknown_name("key", key, keys, where=self.where)
        return self

    def __contains__(self, key: str) -> bool:
        return key in self.values

    def string(self, key: str) -> str:
        """Return a text that must be there and not be empty."""
        value = self._present(key)
        if not isinstance(value, str) or not value.strip():
            raise self._wrong(key, "a text", value)
        return value

    def choice(self, key: str, options: Sequence[str], default: str | None = None) -> Any:
        """Return one of the options."""
        if default is not None and key not in self:
            return default
        value = self.string(key)
        if value not in options:
            raise unknown_name(key, value, options, where=self.where)
        return value

    def whole(self, key: str) -> int:
        """Return a whole number that must be there."""
        value = self._present(key)
        if not isinstance(value, int) or isinstance(value, bool):
            raise self._wrong(key, "a whole number", value)
        return value

    def number(self, key: str) -> float | None:
        """Return a number, or None where there is none."""
        value = self.values.get(key)
        if isinstance(value, bool) or not isinstance(value, int | float | None):
            raise self._wrong(key, "a number", value)
        return None if value is None else float(value)

    def truth(self, key: str, *, default: bool) -> bool:
        """Return true or false."""
        value = self.values.get(key, default)
        if not isinstance(value, bool):
            raise self._wrong(key, "`true` or `false`", value)
        return value

    def day(self, key: str) -> date:
        """Return a day that must be there."""
        value = self._present(key)
        if type(value) is not date:
            raise self._wrong(key, "a date such as `2025-09-15`", value)
        return value

    def code(self, key: str) -> int | float | str:
        """Return a code of an answer: a number or a text."""
        return self.as_code(self._present(key), key)

    def as_code(self, value: object, key: str) -> int | float | str:
        """Return the value when it can be a code of an answer."""
        if isinstance(value, bool) or not isinstance(value, int | float | str):
            raise self._wrong(key, "a number or a text as code", value)
        return value

    def codes(self, key: str) -> tuple[int | float | str, ...]:
        """Return one code or a list of codes as a tuple."""
        value = self._present(key)
        return tuple(self.as_code(one, key) for one in (value if isinstance(value, list) else [value]))

    def text(self, key: str) -> Text:
        """Return a text in both languages."""
        return self.table(key, LANGUAGES).as_text()

    def as_text(self) -> Text:
        """Read this entry's own `nl` and `en` as one text."""
        return Text(nl=self.string("nl"), en=self.string("en"))

    def table(self, key: str, keys: Sequence[str] = ()) -> "Entry":
        """Return the table below a key; with `keys`, no other keys may be in it."""
        value = self._present(key)
        if not isinstance(value, Mapping):
            raise self._wrong(key, "a table `{ ... }`", value)
        below = Entry(values=value, where=f"{self.where}, {key}")
        return below.only(keys) if keys else below

    def tables(self, key: str, keys: Sequence[str], name: str | None = None) -> Iterator["Entry"]:
        """Give the tables of a list, none when the key is not there; `name` is the key that names each."""
        value = self.values.get(key, [])
        if not isinstance(value, list) or not all(isinstance(one, Mapping) for one in value):
            raise self._wrong(key, "a list of tables `[{ ... }]`", value)
        for place, one in enumerate(value, start=1):
            called = one.get(name, place) if name else place
            yield Entry(values=one, where=f"{self.where}, {key} {called}").only(keys)

    def _present(self, key: str) -> object:
        if key not in self.values:
            raise InputError(
                f"`{key}` is missing.",
                where=self.where,
                expected=f"`{key} = ...`",
                got=", ".join(f"`{name}`" for name in self.values) or "nothing",
                remedy=f"Add `{key}` to it.",
            )
        return self.values[key]

    def _wrong(self, key: str, expected: str, value: object) -> InputError:
        return InputError(f"`{key}` cannot be used.", where=self.where, expected=expected, got=repr(value))
