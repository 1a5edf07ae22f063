"""The validation page: one offline HTML file for a reader who was not there."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from importlib import resources
from itertools import groupby

import jinja2

from talentstats.terms import Language
from talentstats.validation.outcome import RuleOutcome, ValidationResult, overall
from talentstats.validation.texts import format_number, page_texts

_COLUMNS_NAMED = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleLine:
    """One rule over all columns of a table, as a line of the page."""

    outcomes: tuple[RuleOutcome, ...]

    @property
    def first(self) -> RuleOutcome:
        """The outcome that gives rule, title and severity."""
        return self.outcomes[0]

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns by name, or nothing when there are too many to name."""
        names = tuple(one.column for one in self.outcomes)
        return names if len(names) <= _COLUMNS_NAMED else ()

    @property
    def n_checked(self) -> int:
        """Values checked."""
        return sum(one.n_checked for one in self.outcomes)

    @property
    def n_failed(self) -> int:
        """Places where the rule is broken."""
        return sum(one.n_failed for one in self.outcomes)


def render_page(results: Sequence[ValidationResult], *, language: Language) -> str:
    """Write the validation page in one language: status, rules with counts, findings, source files.

    Parameters
    ----------
    results : sequence of ValidationResult
        One per table.
    language : {"nl", "en"}

    Returns
    -------
    str
        A complete HTML document: everything escaped, nothing loaded from elsewhere, values of personal
        columns absent. The same results give the same text.
    """
    environment = jinja2.Environment(autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True)
    environment.lstrip_blocks = True
    environment.filters["number"] = partial(format_number, language=language)
    environment.filters["say"] = lambda text: text.in_language(language)
    source = resources.files("talentstats.validation").joinpath("page.html.jinja")
    template = environment.from_string(source.read_text(encoding="utf-8"))
    return template.render(
        language=language,
        text=page_texts(language),
        verdict=overall(results),
        results=[(result, _lines(result)) for result in results],
    )


def _lines(result: ValidationResult) -> list[RuleLine]:
    """Gather the outcomes of a rule over its columns, rules in the order in which they first come."""
    order = {rule: place for place, rule in enumerate(dict.fromkeys(one.rule for one in result.outcomes))}
    by_rule = sorted(result.outcomes, key=lambda one: (order[one.rule], one.severity))
    groups = groupby(by_rule, key=lambda one: (one.rule, one.severity))
    return [RuleLine(outcomes=tuple(members)) for _, members in groups]
