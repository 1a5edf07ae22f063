"""What a codebook must not contradict in itself."""

from collections.abc import Iterator, Sequence

from talentstats.codebooks.model import Answer, Codebook, Question, Route
from talentstats.errors import InputError, unknown_name
from talentstats.terms import LANGUAGES

#: What each type of question says about its answers.
_PARTS = {"single": "codes", "multiple": "options", "scale": "scale"}


def check_codebook(codebook: Codebook, *, where: str) -> None:
    """Refuse a codebook that contradicts itself.

    Raises
    ------
    InputError
        At the first contradiction, with file, question and what is wrong.
    """
    first, last = codebook.fieldwork
    if first > last:
        raise InputError(
            "The fieldwork ends before it begins.",
            where=f"{where}, wave",
            expected="`from` before `to`",
            got=f"{first} and {last}",
        )
    columns = [column for question in codebook.questions for column in question.columns]
    _refuse_twice([question.name for question in codebook.questions], what="question", where=where)
    # Files of some programs do not tell capitals apart, so neither may names.
    _refuse_twice([column.lower() for column in columns], what="column", where=where)
    for place, question in enumerate(codebook.questions):
        here = f"{where}, question {question.name}"
        _check_parts(question, here)
        _check_answers(question, here)
        for route in question.asked_if:
            _check_route(route, codebook, place, here)


def _check_parts(question: Question, where: str) -> None:
    needed = _PARTS.get(question.type)
    for part in _PARTS.values():
        if bool(getattr(question, part)) != (part == needed):
            raise InputError(
                f"A question of type `{question.type}` has {'no' if part == needed else 'an idle'} `{part}`.",
                where=where,
                expected=f"`{part}` only for a question of type `{_type_with(part)}`",
                remedy=f"{'Add' if part == needed else 'Remove'} `{part}`, or correct the type.",
            )


def _type_with(part: str) -> str:
    return next(name for name, needed in _PARTS.items() if needed == part)


def _check_answers(question: Question, where: str) -> None:
    _refuse_twice([str(code) for code in _all_codes(question)], what="code", where=where)
    _refuse_twice([option.name for option in question.options], what="option", where=where)
    for language in LANGUAGES:
        answers = [one.label for one in question.codes] + [one.label for one in question.options]
        labels = [label.in_language(language).casefold() for label in answers]
        _refuse_twice(labels, what=f"label ({language})", where=where)
    low, high = (question.scale.low, question.scale.high) if question.scale else _bounds(question)
    if low >= high:
        raise InputError("A range is empty.", where=where, expected="low below high", got=f"{low} and {high}")
    within = [m.code for m in question.missing if question.scale and _inside(m.code, low, high)]
    if within:
        raise InputError(
            "A code that means no answer lies on the scale.",
            where=where,
            expected=f"a code outside {low} to {high}",
            got=", ".join(map(str, within)),
        )


def _bounds(question: Question) -> tuple[float, float]:
    return (
        float("-inf") if question.minimum is None else question.minimum,
        float("inf") if question.maximum is None else question.maximum,
    )


def _inside(code: Answer, low: float, high: float) -> bool:
    return not isinstance(code, str) and low <= code <= high


def _all_codes(question: Question) -> Iterator[Answer]:
    yield from (one.code for one in question.codes)
    yield from (one.code for one in question.missing)


def _check_route(route: Route, codebook: Codebook, place: int, where: str) -> None:
    names = [question.name for question in codebook.questions]
    if route.question not in names:
        raise unknown_name("question of `asked_if`", route.question, names, where=where)
    if names.index(route.question) >= place:
        raise InputError(
            f"The question is shown by an answer to `{route.question}`, which comes later.",
            where=where,
            expected="a route from an earlier question",
            remedy="Put the questions in the order of the questionnaire.",
        )
    asked = codebook.questions[names.index(route.question)]
    if asked.type != "single":
        raise InputError(
            f"A route cannot depend on `{route.question}`.",
            where=where,
            expected="a question of type `single`",
            got=f"`{asked.type}`",
        )
    known = [one.code for one in asked.codes]
    for code in route.codes:
        if code not in known:
            raise unknown_name(f"code of `{route.question}`", str(code), map(str, known), where=where)


def _refuse_twice(names: Sequence[str], *, what: str, where: str) -> None:
    seen: set[str] = set()
    for name in names:
        if name in seen:
            raise InputError(
                f"A {what} is there twice.", where=where, expected=f"every {what} once", got=f"`{name}` twice"
            )
        seen.add(name)
