"""Which answer each value in a column of a survey file stands for: a code, a label, or no answer."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import get_args

from talentstats.codebooks.model import Answer, MissingKind, Option, Question
from talentstats.codebooks.words import kind_label
from talentstats.schemas.schema import Text

#: Codes of a box that can be ticked.
TICKED: Mapping[int, Text] = {1: Text(nl="Ja", en="Yes"), 0: Text(nl="Nee", en="No")}


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerCodes:
    """The values a column may hold, however the file writes them.

    Attributes
    ----------
    codes : frozenset
        Codes that are answers.
    missing : mapping of code to kind
        Codes that say why there is no answer.
    by_label : mapping of label to codes
        Labels that may stand in the place of a code, in small letters; with two codes it is ambiguous.
    """

    codes: frozenset[Answer]
    missing: Mapping[Answer, MissingKind]
    by_label: Mapping[str, frozenset[Answer]]

    def find(self, value: object) -> Answer | None:
        """Return the code a value stands for, or None when that is not known for certain."""
        if not isinstance(value, str):
            return self._known(value)
        text = value.strip()
        for candidate in (text, _number(text)):
            code = self._known(candidate)
            if code is not None:
                return code
        found = self.by_label.get(text.casefold(), frozenset())
        return next(iter(found)) if len(found) == 1 else None

    def _known(self, value: object) -> Answer | None:
        known = isinstance(value, get_args(Answer)) and (value in self.codes or value in self.missing)
        return value if known else None  # type: ignore[return-value]


def codes_of(
    question: Question, file_labels: Mapping[Answer, str], option: Option | None = None
) -> AnswerCodes:
    """Say which values a column may hold.

    Parameters
    ----------
    question : Question
    file_labels : mapping of code to label
        What the file itself says its codes mean.
    option : Option, optional
        The box of the question to which the column belongs.
    """
    missing = {one.code: one.kind for one in question.missing}
    codes = frozenset(_codes(question))
    by_label: dict[str, set[Answer]] = {}
    for code, label in _labels(question, option):
        by_label.setdefault(label.casefold(), set()).add(code)
    for code, label in file_labels.items():
        if code in codes or code in missing:
            by_label.setdefault(label.strip().casefold(), set()).add(code)
    return AnswerCodes(
        codes=codes,
        missing=missing,
        by_label={label: frozenset(found) for label, found in by_label.items()},
    )


def labels_of(question: Question) -> dict[Answer, Text]:
    """Give the labels of the codebook: of codes, the ends of a scale, the reasons for no answer."""
    labels: dict[Answer, Text] = {one.code: one.label for one in question.codes}
    if question.scale is not None:
        labels[question.scale.low] = question.scale.low_label
        labels[question.scale.high] = question.scale.high_label
    return {**labels, **{one.code: kind_label(one.kind) for one in question.missing}}


def _codes(question: Question) -> Iterator[Answer]:
    if question.type == "multiple":
        yield from TICKED
    elif question.scale is not None:
        yield from range(question.scale.low, question.scale.high + 1)
    else:
        yield from (one.code for one in question.codes)


def _labels(question: Question, option: Option | None) -> Iterator[tuple[Answer, str]]:
    """Give every label of the codebook with its code, in both languages."""
    texts = list(labels_of(question).items())
    if option is not None:
        # Some programs write the label of a box that is ticked, and nothing in one that is not.
        texts += [*TICKED.items(), (1, option.label)]
    for code, text in texts:
        yield code, text.nl
        yield code, text.en


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None
