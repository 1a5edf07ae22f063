"""Contrasts as R was asked for them: `svycontrast(..., c(E=1, H=-1))`, `quote(west/north)`."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from reference.r_expression import evaluate

Kind = Literal["difference", "ratio", "relative_change"]
TERM = re.compile(r"(?:(`[^`]+`|\"[^\"]+\"|'[^']+'|[\w.]+)\s*=\s*)?(-?\s*[\d.]+(?:e-?\d+)?(?:/\d+)?)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Contrast:
    """A function of estimates: coefficients by the name of the estimate, or an expression of the names."""

    coefficients: dict[str, float] = field(default_factory=dict)
    expression: str = ""

    @property
    def as_pair(self) -> tuple[Kind, str, str] | None:
        """The comparison and the two estimates when this is `a-b`, `a/b` or `a/b-1`."""
        used = {name: value for name, value in self.coefficients.items() if value != 0}
        if sorted(used.values()) == [-1, 1]:
            first, second = sorted(used, key=used.__getitem__, reverse=True)
            return "difference", first, second
        names = re.fullmatch(r"(`[^`]+`|[\w.]+)/(`[^`]+`|[\w.]+)(-1)?", self.expression.replace(" ", ""))
        if names is None:
            return None
        return "relative_change" if names[3] else "ratio", names[1].strip("`"), names[2].strip("`")


def contrast_of(call: str, spec_text: str | None, names: Sequence[str]) -> Contrast:
    """Read the contrast from the R call, or from the specification when there is none in it.

    >>> contrast_of("svycontrast(m, c(a=1, b=-1))", None, ["a", "b"]).as_pair
    ('difference', 'a', 'b')
    >>> contrast_of("svycontrast(m, list(x=quote(a/b)))", None, ["a", "b"]).as_pair
    ('ratio', 'a', 'b')
    """
    if "svycontrast(" in call:
        return _from_call(split_arguments(call[call.index("svycontrast(") :])[1], names)
    if spec_text is None:
        return Contrast(coefficients={names[0]: 1.0, names[1]: -1.0})
    return _from_words(spec_text.split(" (")[0], names)


def _from_call(argument: str, names: Sequence[str]) -> Contrast:
    if argument.startswith("list("):
        argument = re.sub(r"^[\w.`]+\s*=(?!=)\s*", "", split_arguments(argument)[0])
    inner = argument[argument.index("(") + 1 : -1]
    if argument.startswith("quote("):
        return Contrast(expression=inner)
    terms = [TERM.fullmatch(part.strip()) for part in split_arguments(argument)]
    if not argument.startswith("c(") or None in terms:
        raise ValueError(f"cannot read the contrast `{argument}`")
    named = enumerate(term for term in terms if term)
    return Contrast(coefficients={(term[1] or names[i]).strip("`\"'"): _number(term[2]) for i, term in named})


def _number(text: str) -> float:
    return float(evaluate(text, lambda name: name))


def _from_words(text: str, names: Sequence[str]) -> Contrast:
    for first in names:
        for second in names:
            if text.replace(" ", "") == f"{first}-{second}".replace(" ", ""):
                return Contrast(coefficients={first: 1.0, second: -1.0})
            if text.replace(" ", "") == f"{first}/{second}".replace(" ", ""):
                return Contrast(expression=f"`{first}`/`{second}`")
    raise ValueError(f"cannot read the contrast `{text}`")


def split_arguments(call: str) -> list[str]:
    """Split the arguments of a call at its own commas.

    >>> split_arguments("f(a, c(1, 2))")
    ['a', 'c(1, 2)']
    """
    parts, depth, quote, current = [], 0, "", ""
    for letter in call[call.index("(") + 1 :]:
        quote = "" if letter == quote else quote or (letter if letter in "'\"`" else "")
        depth += 0 if quote else (letter == "(") - (letter == ")")
        if depth < 0:
            break
        if letter == "," and depth == 0 and not quote:
            parts.append(current.strip())
            current = ""
        else:
            current += letter
    return [*parts, current.strip()]
