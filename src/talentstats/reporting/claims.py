"""Comparisons in words: no more than the roundings of the figures allow, or than a test of a sample shows."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from talentstats.errors import ComparisonError
from talentstats.labour.rounding import Range
from talentstats.language import Bilingual, format_change, format_number, format_range, text
from talentstats.reporting.contrasts import (
    ALPHA,
    Contrast,
    Kind,
    Outcome,
    Question,
    holm,
    outcome_of,
    two_sided_p,
)
from talentstats.reporting.numbers import Evidence, Form, Number, Sampling, Value, Witness, amount
from talentstats.terms import Language

PREFIX = "claim."
# The least p that is written out; below it only that it is less.
LEAST_P = 0.001
# The first form of a kind is the one a claim has when none is named.
FORMS: Mapping[Kind, tuple[str, ...]] = {
    "level": ("than", "adjective", "often", "sentence"),
    "change": ("change", "noun", "sentence"),
}


def claim_id(name: str, form: str | None = None) -> str:
    """Return the id under which the number store keeps a claim, or one form of it.

    >>> claim_id("plans_to_stay.leiden.vs_nation.2025", "than")
    'claim.plans_to_stay.leiden.vs_nation.2025.than'
    """
    return f"{PREFIX}{name}" + (f".{form}" if form else "")


def claims(questions: Sequence[Question], *, alpha: float = ALPHA) -> tuple[Number, ...]:
    """Answer the questions of one family, each as words in the number store.

    Parameters
    ----------
    questions : sequence of Question
        All of one family: Holm's adjustment is for as many tests as can be made.
    alpha : float
        Chance of a false claim anywhere in the family.

    Returns
    -------
    tuple of Number
        `claim.<id>`: the words of the default form; as facets the other forms, the outcome (`higher`,
        `lower`, `unclear`, `broken`, `few`), the difference, its interval and p.
    """
    tested = {question.id: question.contrast for question in questions if question.contrast}
    p = {name: two_sided_p(contrast) for name, contrast in tested.items()}
    adjusted = dict(zip(p, holm(list(p.values())), strict=True))
    made = []
    for question in questions:
        test = None
        if question.contrast is not None:
            test = Evidence(
                difference=question.contrast.difference,
                std_error=question.contrast.std_error,
                df=question.contrast.df,
                p=p[question.id],
                adjusted_p=adjusted[question.id],
                family=question.family,
                claims=len(tested),
            )
        made.append(_claim(question, test, alpha))
    return tuple(made)


def _claim(question: Question, test: Evidence | None, alpha: float) -> Number:
    outcome = outcome_of(question, test, alpha)
    words = {form: _words(question, outcome, form) for form in FORMS[question.kind]}
    contrast = question.contrast
    number = Number(
        id=claim_id(question.id),
        value=next(iter(words.values())),
        form="words",
        witness=Witness(
            period=question.period,
            vintage=question.vintage,
            sources=question.sources,
            method=_method(question, test, outcome),
            range=contrast.interval if contrast else None,
            sampling=_sampling(contrast, outcome),
            evidence=test,
            synthetic=question.synthetic,
        ),
    )
    facets = {
        form: replace(number, id=claim_id(question.id, form), value=value) for form, value in words.items()
    }
    named = Bilingual(nl=outcome, en=outcome)
    facets["outcome"] = replace(number, id=claim_id(question.id, "outcome"), value=named)
    return replace(number, facets={**facets, **_figures(number, question, test)})


def _words(question: Question, outcome: Outcome, form: str) -> Bilingual:
    def said(language: Language) -> str:
        return text(
            f"claim.{form}_{question.kind}_{outcome}" if form == "sentence" else f"claim.{form}_{outcome}",
            language,
            reference=question.reference.in_language(language),
            reason=_clause(question.reason, language),
        )

    return Bilingual(nl=said("nl"), en=said("en"))


def _clause(reason: Bilingual | None, language: Language) -> str:
    """Give a reason as it stands after a colon, without a point at its end."""
    if reason is None:
        return text("claim.reason_unknown", language)
    words = reason.in_language(language).rstrip(". ")
    return words[:1].lower() + words[1:] if words[1:2].islower() else words


def _sampling(contrast: Contrast | None, outcome: Outcome) -> Sampling | None:
    if contrast is None:
        return Sampling(n=0, df=0.0, conf_level=0.0, flag=outcome)
    return Sampling(n=contrast.n, df=contrast.df, conf_level=contrast.conf_level)


def _method(question: Question, test: Evidence | None, outcome: Outcome) -> Bilingual:
    def said(language: Language) -> str:
        if test is None or question.contrast is None:
            return text(f"claim.method_{outcome}", language, reason=_clause(question.reason, language))
        interval, decimals = question.contrast.interval, question.decimals + 1
        return text(
            "claim.method",
            language,
            difference=format_change(test.difference, decimals=decimals, language=language),
            unit=text(f"unit.{question.unit}", language),
            interval=format_range(interval.low, interval.high, decimals=decimals, language=language),
            level=f"{100 * question.contrast.conf_level:g}",
            p=written_p(test.p, language),
            adjusted=written_p(test.adjusted_p, language),
            claims=str(test.claims),
        )

    return Bilingual(nl=said("nl"), en=said("en"))


def written_p(p: float, language: Language) -> str:
    """Write a p-value with its sign: `= 0.012`, or `< 0.001`.

    >>> written_p(0.00004, "en")
    '< 0.001'
    """
    sign = "<" if p < LEAST_P else "="
    return f"{sign} {format_number(max(p, LEAST_P), decimals=3, language=language)}"


def _p_in_words(test: Evidence) -> Bilingual:
    def said(language: Language) -> str:
        return text("claim.p_value", language, p=written_p(test.adjusted_p, language))

    return Bilingual(nl=said("nl"), en=said("en"))


def _figures(claim: Number, question: Question, test: Evidence | None) -> dict[str, Number]:
    """Give the difference, its size without a sign, its interval and the p-value as facets."""
    contrast = question.contrast
    values: dict[str, tuple[Value, int]] = {
        "difference": (test.difference if test else None, question.decimals),
        "size": (abs(test.difference) if test else None, question.decimals),
        "interval": (contrast.interval if contrast else None, question.decimals),
        "p": (_p_in_words(test) if test else None, 3),
    }
    forms: dict[str, Form] = {"difference": "change", "interval": "range", "p": "words"}
    return {
        name: replace(
            claim,
            id=f"{claim.id}.{name}",
            value=value,
            form=forms.get(name, "number"),
            decimals=decimals,
            unit="" if name == "p" else question.unit,
        )
        for name, (value, decimals) in values.items()
    }


def relation_words(first: Number, second: Number, language: Language) -> str:
    """Say whether a number is higher or lower than another, or that it cannot be told.

    Raises
    ------
    ComparisonError
        If the two have different units, are not numbers, or come from a sample.
    """
    if first.unit != second.unit or not isinstance(first.value, float) or not isinstance(second.value, float):
        raise ComparisonError(
            f"`{first.id}` and `{second.id}` cannot be compared.",
            expected="two numbers of one unit",
            got=f"`{first.unit or first.form}` and `{second.unit or second.form}`",
            remedy="Compare figures of one definition.",
        )
    _refuse_samples(first, second)
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


def _refuse_samples(first: Number, second: Number) -> None:
    for number in (first, second):
        if number.witness.sampling is not None:
            raise ComparisonError(
                f"`{number.id}` comes from a sample.",
                expected="a comparison that was tested: whether two intervals overlap is no test",
                got=f"`{first.id}` and `{second.id}`",
                remedy='Use a claim, such as `claim("plans_to_stay.leiden.vs_nation.2025")`.',
            )


def _refuse_different_methods(first: Number, second: Number) -> None:
    if first.definition and second.definition and first.definition != second.definition:
        raise ComparisonError(
            f"`{first.id}` and `{second.id}` are figures of two definitions.",
            expected="one measure, adjustment and method",
            got=f"{' '.join(first.definition)} and {' '.join(second.definition)}",
            remedy="Show them apart, each with its own definition.",
        )
