"""The formula of a model, `y ~ a + b:c`, read into its terms."""

import re
from dataclasses import dataclass, field
from itertools import combinations

from talentstats.errors import InputError

Term = tuple[str, ...]

_TOKEN = re.compile(
    r"""\s*(?:
        C\(\s*(?P<category>`[^`]+`|[^\W\d][\w.]*)\s*\)
        | (?P<name>`[^`]+`|[^\W\d][\w.]*+(?!\s*\())
        | (?P<constant>[01](?![\w.]))
        | (?P<sign>[-+*:~])
    )""",
    re.VERBOSE,
)
_UNDERSTOOD = (
    "an outcome, `~`, and columns joined by `+`, `-`, `:` and `*`; `C(x)` for the levels of a number; `- 1`"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Formula:
    """What is explained, and by which terms.

    Attributes
    ----------
    response : str
        Column of the outcome.
    terms : tuple of tuple of str
        The columns of each term, main effects first; several columns are an interaction.
    intercept : bool
    categories : frozenset of str
        Columns of numbers that were written `C(x)`: each value is a level.
    """

    response: str
    terms: tuple[Term, ...]
    intercept: bool
    categories: frozenset[str]

    @property
    def predictors(self) -> tuple[str, ...]:
        """Columns of the right-hand side, once, in the order they are first used in a term."""
        return tuple(dict.fromkeys(name for term in self.terms for name in term))


def parse_formula(text: str) -> Formula:
    """Read the formula of a model.

    Parameters
    ----------
    text : str
        Such as `"stays ~ role + age + role:age"`; `a*b` is `a + b + a:b`, `- 1` leaves the intercept out. A
        column whose name is not a word goes between backticks.

    Raises
    ------
    InputError
        For anything else than described, an outcome that explains itself, or a model without a coefficient.

    Notes
    -----
    The notation of Wilkinson & Rogers (1973), in the order of terms of Chambers & Hastie (1992), section 2.3.

    Examples
    --------
    >>> parse_formula("stays ~ role * age - 1").terms
    (('role',), ('age',), ('role', 'age'))
    """
    if not isinstance(text, str):
        raise _not_understood(repr(text), type(text).__name__)
    response, *rest = _tokens(text)
    if response.kind != "name" or not rest or rest[0].text != "~":
        raise _not_understood(text, "no outcome followed by `~`")
    reader = _Reader(text=text, tokens=rest[1:])
    reader.read()
    names = list(dict.fromkeys(token.text for token in rest if token.kind in {"name", "category"}))
    if response.text in names:
        raise _not_understood(text, f"`{response.text}` on both sides of `~`")
    terms = [tuple(sorted(term, key=names.index)) for term in reader.terms]
    if not terms and not reader.intercept:
        raise _not_understood(text, "no term and no intercept, so nothing to estimate")
    return Formula(
        response=response.text,
        terms=tuple(sorted(terms, key=len)),
        intercept=reader.intercept,
        categories=frozenset(token.text for token in rest if token.kind == "category"),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Token:
    kind: str
    text: str


def _tokens(text: str) -> list[_Token]:
    found = []
    position = 0
    while position < len(text.rstrip()):
        match = _TOKEN.match(text, position)
        if match is None or match.lastgroup is None:
            raise _not_understood(text, f"`{text[position:].strip()}`")
        found.append(_Token(kind=match.lastgroup, text=match[match.lastgroup].strip("`")))
        position = match.end()
    return found or [_Token(kind="end", text="")]


@dataclass(slots=True, kw_only=True)
class _Reader:
    """Reads the right-hand side; `:` binds tighter than `*`, and `*` tighter than `+` and `-`."""

    text: str
    tokens: list[_Token]
    terms: dict[frozenset[str], None] = field(default_factory=dict)
    intercept: bool = True
    position: int = 0

    def read(self) -> None:
        """Read signs and terms until the end."""
        sign = self._take() if self._peek() in {"+", "-"} else "+"
        self._term(sign)
        while self.position < len(self.tokens):
            sign = self._take()
            if sign not in {"+", "-"}:
                raise _not_understood(self.text, f"`{sign}`")
            self._term(sign)

    def _term(self, sign: str) -> None:
        if self._peek() in {"0", "1"} and self._kind() == "constant":
            self.intercept = (sign == "+") == (self._take() == "1")
            return
        for term in self._product():
            if sign == "+":
                self.terms[term] = None
            else:
                self.terms.pop(term, None)

    def _product(self) -> list[frozenset[str]]:
        factors = [self._interaction()]
        while self._peek() == "*":
            self._take()
            factors.append(self._interaction())
        sizes = range(1, len(factors) + 1)
        chosen = [group for size in sizes for group in combinations(factors, size)]
        return [frozenset[str]().union(*group) for group in chosen]

    def _interaction(self) -> frozenset[str]:
        names = {self._variable()}
        while self._peek() == ":":
            self._take()
            names.add(self._variable())
        return frozenset(names)

    def _variable(self) -> str:
        if self._kind() not in {"name", "category"}:
            raise _not_understood(self.text, f"`{self._peek()}`" if self._peek() else "an unfinished formula")
        return self._take()

    def _kind(self) -> str:
        return self.tokens[self.position].kind if self.position < len(self.tokens) else ""

    def _peek(self) -> str:
        return self.tokens[self.position].text if self.position < len(self.tokens) else ""

    def _take(self) -> str:
        self.position += 1
        return self.tokens[self.position - 1].text


def _not_understood(text: str, got: str) -> InputError:
    return InputError(
        "The formula of the model cannot be read.",
        expected=_UNDERSTOOD,
        got=got,
        where=f"`{text}`",
        remedy="Make other functions of a column (powers, logarithms, sums) as a column of their own first.",
    )
