"""The part of OData's filter language that CBS knows, as a test of one row.

Comparison (`eq ne gt ge lt le`), `in`, `and`, `or`, `not`, parentheses, `startswith`, `endswith`, `contains`,
and `substringof` of the third version. Texts compare as they are: a code without its padding equals nothing.
"""

import operator
import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

Row = Mapping[str, Any]
Test = Callable[[Row], bool]

_TOKEN = re.compile(
    r"\s*(?:(?P<text>'(?:[^']|'')*')|(?P<number>-?\d+(?:\.\d+)?)|(?P<name>[\w.]+)|(?P<mark>[(),]))"
)
_COMPARE = {
    "eq": operator.eq,
    "ne": operator.ne,
    "gt": operator.gt,
    "ge": operator.ge,
    "lt": operator.lt,
    "le": operator.le,
}
_FUNCTIONS: dict[str, Callable[[str, str], bool]] = {
    "startswith": str.startswith,
    "endswith": str.endswith,
    "contains": operator.contains,
    "substringof": lambda part, whole: part in whole,
}


class FilterError(Exception):
    """A filter the server does not understand: it answers 400."""


@lru_cache(maxsize=256)
def compiled(text: str, fields: frozenset[str]) -> Test:
    """Return the test a filter stands for, over rows with these fields."""
    reader = _Reader(_tokens(text), fields)
    test = reader.any_of()
    if reader.next is not None:
        raise FilterError(f"unexpected {reader.next!r}")
    return test


def _tokens(text: str) -> list[str]:
    found, at = [], 0
    text = text.strip()
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None:
            raise FilterError(f"cannot read {text[at : at + 20]!r}")
        found.append(match.group().strip())
        at = match.end()
    return found


class _Reader:
    """Reads tokens from left to right; `or` binds weakest."""

    def __init__(self, tokens: list[str], fields: frozenset[str]) -> None:
        self._tokens = tokens
        self._fields = fields
        self._at = 0

    @property
    def next(self) -> str | None:
        return self._tokens[self._at] if self._at < len(self._tokens) else None

    def any_of(self) -> Test:
        tests = [self._all_of()]
        while self._skip("or"):
            tests.append(self._all_of())
        return tests[0] if len(tests) == 1 else lambda row: any(test(row) for test in tests)

    def _all_of(self) -> Test:
        tests = [self._one()]
        while self._skip("and"):
            tests.append(self._one())
        return tests[0] if len(tests) == 1 else lambda row: all(test(row) for test in tests)

    def _one(self) -> Test:
        if self._skip("not"):
            negated = self._one()
            return lambda row: not negated(row)
        if self._skip("("):
            inner = self.any_of()
            self._expect(")")
            return inner
        name = self._take()
        if name in _FUNCTIONS:
            return self._call(_FUNCTIONS[name])
        return self._comparison(self._value_of(name))

    def _call(self, function: Callable[[str, str], bool]) -> Test:
        self._expect("(")
        first = self._value_of(self._take())
        self._expect(",")
        second = self._value_of(self._take())
        self._expect(")")
        return lambda row: function(first(row), second(row))

    def _comparison(self, left: Callable[[Row], Any]) -> Test:
        word = self._take()
        if word == "in":
            options = self._options()
            return lambda row: left(row) in options
        if word not in _COMPARE:
            raise FilterError(f"unknown operator {word!r}")
        compare, right = _COMPARE[word], self._value_of(self._take())
        return lambda row: bool(compare(left(row), right(row)))

    def _options(self) -> frozenset[Any]:
        self._expect("(")
        options = [self._value_of(self._take())({})]
        while self._skip(","):
            options.append(self._value_of(self._take())({}))
        self._expect(")")
        return frozenset(options)

    def _value_of(self, token: str) -> Callable[[Row], Any]:
        if token.startswith("'"):
            text = token[1:-1].replace("''", "'")
            return lambda _row: text
        if token.lstrip("-")[0].isdigit():
            number = float(token)
            return lambda _row: number
        if token not in self._fields:
            raise FilterError(f"Could not find a property named '{token}'")
        return lambda row: row[token]

    def _take(self) -> str:
        token = self.next
        if token is None:
            raise FilterError("the filter ends too early")
        self._at += 1
        return token

    def _skip(self, token: str) -> bool:
        found = self.next == token
        self._at += found
        return found

    def _expect(self, token: str) -> None:
        if not self._skip(token):
            raise FilterError(f"expected {token!r}, got {self.next!r}")
