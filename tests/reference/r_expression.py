"""R's conditions and contrasts, as far as case files use them: `a=='x' & !is.na(b)`, `west/north-1`."""

import operator
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import narwhals as nw
import numpy as np

TOKEN = re.compile(
    r"\s*(?:(?P<number>\d+\.?\d*(?:[eE][-+]?\d+)?|\.\d+)"
    r"|(?P<text>'[^']*'|\"[^\"]*\")"
    r"|(?P<name>`[^`]+`|[A-Za-z.][\w.]*)"
    r"|(?P<sign>%in%|==|!=|<=|>=|&&|\|\||[-+*/^<>&|!(),]))"
)
COMPARISONS = {
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    ">": operator.gt,
    "<=": operator.le,
    ">=": operator.ge,
}
ARITHMETIC = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
    "^": operator.pow,
    "&": operator.and_,
    "|": operator.or_,
    "&&": operator.and_,
    "||": operator.or_,
}
# How tightly a sign binds, as R's help page Syntax lists them.
BINDING = {
    "|": 1,
    "||": 1,
    "&": 2,
    "&&": 2,
    **dict.fromkeys(COMPARISONS, 4),
    "+": 5,
    "-": 5,
    "*": 6,
    "/": 6,
    "%in%": 7,
    "^": 9,
}
NOT_BINDING, MINUS_BINDING = 3, 8
CONSTANTS = {"TRUE": True, "FALSE": False, "T": True, "F": False}
FUNCTIONS: dict[str, Callable[..., Any]] = {
    "is.na": lambda column: as_value(column).is_null(),
    "c": lambda *values: list(values),
    "I": lambda value: value,
    "as.numeric": lambda value: value,
    "log": np.log,
    "exp": np.exp,
    "sqrt": np.sqrt,
}


@dataclass(frozen=True, slots=True)
class TextColumn:
    """A column of text: R compares it with a number by the number's text."""

    column: nw.Expr


def as_value(value: Any) -> Any:
    """Return what a name stands for."""
    return value.column if isinstance(value, TextColumn) else value


def tokens_of(text: str) -> list[tuple[str, str]]:
    """Split an expression into (kind, text).

    >>> tokens_of("a>=3")
    [('name', 'a'), ('sign', '>='), ('number', '3')]
    """
    found: list[tuple[str, str]] = []
    position = 0
    while position < len(text.rstrip()):
        match = TOKEN.match(text, position)
        if match is None or match.lastgroup is None:
            raise ValueError(f"cannot read `{text[position:]}` in `{text}`")
        found.append((match.lastgroup, match.group(match.lastgroup)))
        position = match.end()
    return found


def names_in(text: str) -> list[str]:
    """Return the columns (or estimates) an expression speaks of.

    >>> names_in("is.na(rent) | `2` > 1")
    ['rent', '2']
    """
    names = [part.strip("`") for kind, part in tokens_of(text) if kind == "name"]
    return [name for name in dict.fromkeys(names) if name not in FUNCTIONS and name not in CONSTANTS]


def evaluate(text: str, lookup: Callable[[str], Any]) -> Any:
    """Return the value of an R expression; `lookup` gives that of a name.

    >>> evaluate("2 * x - 1", {"x": 5.0}.__getitem__)
    9.0
    """
    reader = _Reader(tokens=tokens_of(text), lookup=lookup)
    value = as_value(reader.expression(0))
    if reader.position != len(reader.tokens):
        raise ValueError(f"cannot read `{text}` beyond its part {reader.position}")
    return value


def column_lookup(types: Mapping[str, str]) -> Callable[[str], Any]:
    """Return the lookup for conditions on columns, given their types in R."""

    def lookup(name: str) -> Any:
        if types[name] in {"factor", "character"}:
            return TextColumn(nw.col(name).cast(nw.String()))
        return nw.col(name)

    return lookup


@dataclass(slots=True)
class _Reader:
    """A reader by precedence climbing that computes as it reads."""

    tokens: list[tuple[str, str]]
    lookup: Callable[[str], Any]
    position: int = 0

    def peek(self) -> str:
        return self.tokens[self.position][1] if self.position < len(self.tokens) else ""

    def take(self) -> tuple[str, str]:
        self.position += 1
        return self.tokens[self.position - 1]

    def expression(self, binding: int) -> Any:
        left = self.operand()
        while BINDING.get(self.peek(), 0) > binding:
            sign = self.take()[1]
            left = _apply(sign, left, self.expression(BINDING[sign]))
        return left

    def operand(self) -> Any:
        kind, text = self.take()
        if kind == "number":
            return float(text) if not text.isdigit() else int(text)
        if kind == "text":
            return text[1:-1]
        if kind == "name":
            return self.named(text)
        if text == "!":
            return ~as_value(self.expression(NOT_BINDING))
        if text == "-":
            return -as_value(self.expression(MINUS_BINDING))
        if text != "(":
            raise ValueError(f"`{text}` cannot start an expression")
        inner = self.expression(0)
        self.take()
        return inner

    def named(self, text: str) -> Any:
        if self.peek() != "(" or text.startswith("`"):
            return CONSTANTS[text] if text in CONSTANTS else self.lookup(text.strip("`"))
        arguments = []
        while self.take()[1] != ")":
            arguments.append(self.expression(0))
        return FUNCTIONS[text](*arguments)


def _apply(sign: str, left: Any, right: Any) -> Any:
    if isinstance(left, TextColumn) and not isinstance(right, TextColumn):
        right = [str(item) for item in right] if isinstance(right, list) else str(right)
    left, right = as_value(left), as_value(right)
    if sign == "%in%":
        return left.is_in(right)
    if sign in COMPARISONS:
        return COMPARISONS[sign](left, right)
    return ARITHMETIC[sign](left, right)
