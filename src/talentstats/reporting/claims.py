"""Comparisons in prose: a sentence says no more than the roundings of its figures allow."""

from talentstats.errors import ComparisonError
from talentstats.labour.rounding import Range
from talentstats.language import text
from talentstats.reporting.numbers import Number, amount
from talentstats.terms import Language


def relation_words(first: Number, second: Number, language: Language) -> str:
    """Say whether a number is higher or lower than another, or that it cannot be told.

    Raises
    ------
    ComparisonError
        If the two have different units or are not numbers.
    """
    if first.unit != second.unit or not isinstance(first.value, float) or not isinstance(second.value, float):
        raise ComparisonError(
            f"`{first.id}` and `{second.id}` cannot be compared.",
            expected="two numbers of one unit",
            got=f"`{first.unit or first.form}` and `{second.unit or second.form}`",
            remedy="Compare figures of one definition.",
        )
    _refuse_different_methods(first, second)
    one, other = _range(first), _range(second)
    if one.overlaps(other):
        return text("report.relation_unclear", language)
    return text("report.relation_higher" if one.low > other.high else "report.relation_lower", language)


def _range(number: Number) -> Range:
    if number.witness.range is not None:
        return number.witness.range
    half = 0.5 * 10.0**-number.decimals
    return Range(amount(number) - half, amount(number) + half)


def _refuse_different_methods(first: Number, second: Number) -> None:
    if first.definition and second.definition and first.definition != second.definition:
        raise ComparisonError(
            f"`{first.id}` and `{second.id}` are figures of two definitions.",
            expected="one measure, adjustment and method",
            got=f"{' '.join(first.definition)} and {' '.join(second.definition)}",
            remedy="Show them apart, each with its own definition.",
        )
