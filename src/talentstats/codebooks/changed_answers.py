"""What changed in the answers to one question: codes, boxes, scales, bounds and codes for no answer."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from talentstats.codebooks.model import Answer, Question
from talentstats.codebooks.question_words import bounds_of, code_list_of, missing_of, scale_of
from talentstats.codebooks.words import word
from talentstats.schemas.schema import Text

ChangeKind = Literal[
    "added",
    "removed",
    "renamed",
    "reworded",
    "type",
    "code_added",
    "code_removed",
    "relabelled",
    "recoded",
    "scale",
    "bounds",
    "code_list",
    "missing",
    "routing",
    "sensitivity",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One thing that changed."""

    kind: ChangeKind
    detail: Text


def answer_changes(before: Question, after: Question) -> Iterator[Change]:
    """Give the changes in the answers to a question, most telling first."""
    states: tuple[tuple[ChangeKind, Text, Text], ...] = (
        ("type", word(f"type.{before.type}"), word(f"type.{after.type}")),
        ("scale", scale_of(before), scale_of(after)),
        ("bounds", bounds_of(before), bounds_of(after)),
        ("code_list", code_list_of(before), code_list_of(after)),
        ("missing", missing_of(before), missing_of(after)),
    )
    for kind, was, now in states:
        if was != now:
            yield Change(kind=kind, detail=word(f"change.{kind}", before=was, after=now))
    yield from _code_changes(_codes(before), _codes(after))


def _codes(question: Question) -> Mapping[Answer, Text]:
    """Give codes and labels; a box has its place in the list as code."""
    if question.options:
        return {place: one.label for place, one in enumerate(question.options, start=1)}
    return {one.code: one.label for one in question.codes}


def _code_changes(before: Mapping[Answer, Text], after: Mapping[Answer, Text]) -> Iterator[Change]:
    """Pair codes by label, then what is left by code."""
    was = {label: code for code, label in before.items()}
    now = {label: code for code, label in after.items()}
    left = {code: label for label, code in was.items() if label not in now}
    for label, code in now.items():
        if label in was:
            if was[label] != code:
                detail = word("change.recoded", label=label, before=was[label], after=code)
                yield Change(kind="recoded", detail=detail)
        elif code in left:
            detail = word("change.relabelled", code=code, before=left.pop(code), after=label)
            yield Change(kind="relabelled", detail=detail)
        else:
            yield Change(kind="code_added", detail=word("change.code_added", code=code, label=label))
    for code, label in left.items():
        yield Change(kind="code_removed", detail=word("change.code_removed", code=code, label=label))
