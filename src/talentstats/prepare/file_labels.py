"""What a file says of its own codes beside what the codebook says: labels and user-missing codes."""

from collections.abc import Iterator

from talentstats.codebooks.model import Answer, Question
from talentstats.prepare.answer_codes import labels_of
from talentstats.prepare.survey_columns import plain
from talentstats.sources.survey_files.survey_file import FileVariable, MultipleResponseSet


def contradictions(question: Question, variable: FileVariable) -> Iterator[str]:
    """Say where the file contradicts the codebook, a line each; nothing where the file says nothing.

    A label that the codebook does not have is no contradiction: bureaus shorten and translate. A label that
    the codebook gives to another code is.
    """
    yield from _swapped_labels(question, variable)
    yield from _other_missing(question, variable)


def counted_otherwise(answers: MultipleResponseSet) -> Iterator[str]:
    """Say so when a set of boxes counts another value than 1 as ticked."""
    if answers.counted is not None and str(answers.counted).removesuffix(".0") != "1":
        yield f"the set `{plain(answers.name)}` counts another value than 1 as ticked"


def _swapped_labels(question: Question, variable: FileVariable) -> Iterator[str]:
    labels = labels_of(question)
    by_label = {text.casefold(): code for code, label in labels.items() for text in (label.nl, label.en)}
    for code, label in variable.value_labels.items():
        meant = by_label.get(label.strip().casefold())
        if meant is not None and code in labels and meant != code:
            own = labels[code]
            yield (
                f"`{plain(variable.name)}`: code {code} is `{plain(label)}` in the file and "
                f"`{own.en}` (`{own.nl}`) in the codebook"
            )


def _other_missing(question: Question, variable: FileVariable) -> Iterator[str]:
    if not variable.missing_codes and not variable.missing_ranges:
        return
    known = [one.code for one in question.missing]
    added = [code for code in variable.missing_codes if code not in known]
    added += [one.code for one in question.codes if _within(one.code, variable)]
    if question.scale is not None:
        low, high = question.scale.low, question.scale.high
        added += [code for code in range(low, high + 1) if _within(code, variable)]
    dropped = [code for code in known if code not in variable.missing_codes and not _within(code, variable)]
    for codes, says, denies in ((added, "the file", "the codebook"), (dropped, "the codebook", "the file")):
        if codes:
            listed = ", ".join(str(code) for code in codes)
            yield f"`{plain(variable.name)}`: {says} declares {listed} as missing, {denies} does not"


def _within(code: Answer, variable: FileVariable) -> bool:
    return not isinstance(code, str) and any(low <= code <= high for low, high in variable.missing_ranges)
