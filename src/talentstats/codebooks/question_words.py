"""A question's answers and routing in words, in both languages."""

from collections.abc import Sequence

from talentstats.codebooks.harmonised import Harmonised
from talentstats.codebooks.model import Question
from talentstats.codebooks.routing import Condition
from talentstats.codebooks.words import kind_label, word
from talentstats.schemas.schema import Text
from talentstats.terms import LANGUAGES


def asked_of(conditions: Sequence[Condition], harmonised: Harmonised) -> Text:
    """Say who was asked: `Situation: Student or PhD candidate`; everyone when there is no condition."""
    if not conditions:
        return word("route.everyone")
    said = []
    for condition in conditions:
        variable = harmonised.variable(condition.variable)
        labels = {one.code: one.label for one in variable.categories}
        values = _alternatives([labels[value] for value in condition.values])
        said.append(word("route.is_one_of", variable=variable.title, values=values))
    return joined(said, word("route.and"))


def scale_of(question: Question) -> Text:
    """Say from where to where a scale runs."""
    if question.scale is None:
        return word("answers.none")
    scale = question.scale
    ends = {"low_label": scale.low_label, "high_label": scale.high_label}
    return word("answers.scale_of", low=scale.low, high=scale.high, **ends)


def bounds_of(question: Question) -> Text:
    """Say between which bounds a number lies."""
    low, high = (None if end is None else f"{end:g}" for end in (question.minimum, question.maximum))
    if low is None and high is None:
        return word("answers.any")
    if low is None or high is None:
        return word("answers.at_most" if low is None else "answers.at_least", low=low, high=high)
    return word("answers.between", low=low, high=high)


def code_list_of(question: Question) -> Text:
    """Name the outside code list."""
    if question.code_list is None:
        return word("answers.none")
    return Text(nl=question.code_list, en=question.code_list)


def missing_of(question: Question) -> Text:
    """List the codes that say why there is no answer."""
    labels = [(one.code, kind_label(one.kind)) for one in question.missing]
    listed = [Text(nl=f"{code} = {label.nl}", en=f"{code} = {label.en}") for code, label in labels]
    return joined(listed, Text(nl=", ", en=", ")) if listed else word("answers.none")


def _alternatives(labels: Sequence[Text]) -> Text:
    *others, last = labels
    listed = [joined(others, Text(nl=", ", en=", "))] if others else []
    return joined([*listed, last], word("route.or"))


def joined(texts: Sequence[Text], between: Text) -> Text:
    """Join texts, each language with its own word between them."""
    nl, en = (
        between.in_language(language).join(text.in_language(language) for text in texts)
        for language in LANGUAGES
    )
    return Text(nl=nl, en=en)
