"""The formula of a model: what it means, and what it refuses."""

import pytest

from talentstats.errors import InputError
from talentstats.estimate.models.formula import parse_formula


@pytest.mark.parametrize(
    ("text", "terms", "intercept"),
    [
        ("y ~ a", [("a",)], True),
        ("y~a+b", [("a",), ("b",)], True),
        ("y ~ a * b", [("a",), ("b",), ("a", "b")], True),
        ("y ~ a:b + a", [("a",), ("a", "b")], True),
        ("y ~ b:a + a", [("a",), ("b", "a")], True),
        ("y ~ a * b * c - a:b:c", [("a",), ("b",), ("c",), ("a", "b"), ("a", "c"), ("b", "c")], True),
        ("y ~ a * b:c", [("a",), ("b", "c"), ("a", "b", "c")], True),
        ("y ~ a:a + a", [("a",)], True),
        ("y ~ a + b - a", [("b",)], True),
        ("y ~ a - 1", [("a",)], False),
        ("y ~ 0 + a", [("a",)], False),
        ("y ~ -1 + a + 1", [("a",)], True),
        ("y ~ 1", [], True),
        ("`net rent` ~ `year of birth` + net.income", [("year of birth",), ("net.income",)], True),
        ("log ~ logs + C(x1)", [("logs",), ("x1",)], True),
        ("huur ~ leeftijd_é", [("leeftijd_é",)], True),
    ],
)
def test_a_formula_is_read_as_in_r(text: str, terms: list[tuple[str, ...]], intercept: bool) -> None:
    formula = parse_formula(text)
    assert list(formula.terms) == terms
    assert formula.intercept is intercept


def test_a_number_between_c_and_brackets_is_a_category() -> None:
    formula = parse_formula("y ~ C(`number of rooms`) : x + x")
    assert formula.categories == {"number of rooms"}
    assert formula.predictors == ("x", "number of rooms")


@pytest.mark.parametrize(
    ("text", "culprit"),
    [
        ("y ~ log(x)", "`log(x)`"),
        ("y ~ I(x^2)", "`I(x^2)`"),
        ("y ~ x^2", "`^2`"),
        ("y ~ (a + b):c", "`(a + b):c`"),
        ("y ~ .", "`.`"),
        ("y ~ 2", "`2`"),
        ("y ~ a +", "unfinished"),
        ("y ~", "unfinished"),
        ("y ~ a b", "`b`"),
        ("y ~ a ~ b", "`~`"),
        ("y ~ a + + b", "`+`"),
        ("y ~ a * 1", "`1`"),
        ("y = a", "`= a`"),
        ("a + b", "no outcome"),
        ("~ a", "no outcome"),
        ("", "no outcome"),
        ("y ~ y + a", "both sides"),
        ("y ~ 0", "nothing to estimate"),
        ("y ~ a - a - 1", "nothing to estimate"),
        (3, "int"),
    ],
)
def test_anything_else_is_refused_and_pointed_at(text: str, culprit: str) -> None:
    with pytest.raises(InputError) as refusal:
        parse_formula(text)
    assert culprit in str(refusal.value.got)
    assert "columns joined by" in str(refusal.value.expected)
