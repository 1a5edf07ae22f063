"""What changed in the questionnaire between two waves."""

from collections.abc import Iterator
from dataclasses import dataclass

from talentstats.codebooks.changed_answers import Change, answer_changes
from talentstats.codebooks.harmonised import Harmonised
from talentstats.codebooks.model import Codebook, Question, Variable
from talentstats.codebooks.question_words import asked_of
from talentstats.codebooks.words import word
from talentstats.schemas.schema import Text


@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionChanges:
    """What changed in one question.

    Attributes
    ----------
    name : str
        In the second codebook; of a question that was dropped, in the first.
    variables : tuple of str
        The harmonised variables it becomes.
    """

    name: str
    text: Text
    variables: tuple[str, ...]
    changes: tuple[Change, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CodebookDiff:
    """What changed between two codebooks, and which variables cannot be compared because of it.

    Attributes
    ----------
    questions : tuple of QuestionChanges
        Only those that changed, in the order of the second codebook, then those that were dropped.
    incomparable : tuple of (variable, reason)
    """

    first: Codebook
    second: Codebook
    questions: tuple[QuestionChanges, ...]
    incomparable: tuple[tuple[Variable, Text], ...]


def diff(first: Codebook, second: Codebook, harmonised: Harmonised) -> CodebookDiff:
    """Compare the questionnaires of two waves.

    Questions belong together when they become the same harmonised variable, or else have the same name or
    text.

    Parameters
    ----------
    first, second : Codebook
        Usually the earlier wave first.
    harmonised : Harmonised

    Examples
    --------
    >>> from talentstats.codebooks.harmonised import read_harmonised
    >>> from talentstats.workspace import find_workspace
    >>> variables = read_harmonised(find_workspace().reference)
    >>> found = diff(variables.codebooks[2023], variables.codebooks[2025], variables)
    >>> [change.detail.en for change in found.questions[0].changes]
    ['code list: was gm-2023, is now gm-2025']
    """
    pairs = _Pairs(first=first, second=second, harmonised=harmonised)
    return CodebookDiff(
        first=first,
        second=second,
        questions=tuple(pairs.changed()),
        incomparable=tuple(_incomparable(first.wave, second.wave, harmonised)),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Pairs:
    """Two codebooks whose questions are put side by side."""

    first: Codebook
    second: Codebook
    harmonised: Harmonised

    def changed(self) -> Iterator[QuestionChanges]:
        used: set[str] = set()
        for question in self.second.questions:
            before = self._before(question)
            if before is not None:
                used.add(before.name)
            changes = tuple(self._changes(before, question))
            if changes:
                yield self._record(question, self.second.wave, changes)
        for question in self.first.questions:
            if question.name not in used:
                gone = Change(kind="removed", detail=word("change.removed", wave=self.second.wave))
                yield self._record(question, self.first.wave, (gone,))

    def _record(self, question: Question, wave: int, changes: tuple[Change, ...]) -> QuestionChanges:
        return QuestionChanges(
            name=question.name,
            text=question.text,
            variables=tuple(one.name for one in self._variables(question, wave)),
            changes=changes,
        )

    def _variables(self, question: Question, wave: int) -> list[Variable]:
        return [one for one in self.harmonised.in_wave(wave) if one.waves[wave].question == question.name]

    def _before(self, question: Question) -> Question | None:
        for variable in self._variables(question, self.second.wave):
            if self.first.wave in variable.waves:
                return self.first.question(variable.waves[self.first.wave].question)
        paired = [one for one in self.first.questions if not self._continued(one)]
        same = [one for one in paired if one.name == question.name or one.text == question.text]
        return same[0] if same else None

    def _continued(self, question: Question) -> bool:
        """Tell whether a variable carries a question of the first codebook on into the second."""
        return any(self.second.wave in one.waves for one in self._variables(question, self.first.wave))

    def _changes(self, before: Question | None, after: Question) -> Iterator[Change]:
        if before is None:
            yield Change(kind="added", detail=word("change.added", wave=self.second.wave))
            return
        if before.name != after.name:
            yield Change(kind="renamed", detail=word("change.renamed", before=before.name, after=after.name))
        if before.text != after.text:
            yield Change(kind="reworded", detail=word("change.reworded", before=before.text))
        yield from answer_changes(before, after)
        was, now = self._route(before, self.first), self._route(after, self.second)
        if was != now:
            yield Change(kind="routing", detail=word("change.routing", before=was, after=now))
        if before.sensitivity != after.sensitivity:
            was, now = word(f"sensitivity.{before.sensitivity}"), word(f"sensitivity.{after.sensitivity}")
            yield Change(kind="sensitivity", detail=word("change.sensitivity", before=was, after=now))

    def _route(self, question: Question, codebook: Codebook) -> Text:
        """Say who was asked, in the words of the harmonised variables, which do not change between waves."""
        variables = self._variables(question, codebook.wave)
        conditions = self.harmonised.routing(variables[0].name, codebook.wave) if variables else ()
        return asked_of(conditions, self.harmonised)


def _incomparable(first: int, second: int, harmonised: Harmonised) -> Iterator[tuple[Variable, Text]]:
    for variable in harmonised.variables:
        if first not in variable.waves and second not in variable.waves:
            continue
        reason = harmonised.comparable(variable.name, first, second)
        if reason is not None:
            yield variable, reason
