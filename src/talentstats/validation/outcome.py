"""What a validation found: failures, outcomes per rule, and the result of a table."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal

from talentstats.errors import ValidationError
from talentstats.schemas import Severity, Text

Verdict = Literal["passed", "warning", "critical"]

EVERY_COLUMN = "*"

_FAILURES_IN_MESSAGE = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """One place where a rule is broken, and what to do about it.

    Attributes
    ----------
    file : str or None
        `data/raw/<dataset>/<file name>`: the same on every machine; None if the file is not known.
    row : int or None
        Line number in the file; None where a rule concerns no single line.
    value : str or None
        What was found, printable and shortened; None if absent or withheld.
    withheld : bool
        True when the column is personal or quasi-identifying: the place is told and the value is not.
    """

    table: str
    rule: str
    severity: Severity
    column: str
    expected: Text
    remedy: Text
    dataset: str | None = None
    file: str | None = None
    row: int | None = None
    value: str | None = None
    withheld: bool = False

    @property
    def place(self) -> str:
        """File (or dataset), row and column in one line."""
        parts = [
            self.file or self.dataset or f"table `{self.table}`",
            "" if self.row is None else f"row {self.row}",
            "" if self.column == EVERY_COLUMN else f"column `{self.column}`",
        ]
        return ", ".join(part for part in parts if part)

    @property
    def shown_value(self) -> str:
        """The value between backticks, or why there is none."""
        if self.withheld:
            return "(values of this column are not shown)"
        return "(empty)" if self.value is None else f"`{self.value}`"


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleOutcome:
    """How one rule fared on one column: all places counted, a bounded number listed."""

    table: str
    rule: str
    title: Text
    severity: Severity
    column: str
    n_checked: int
    n_failed: int
    failures: tuple[Failure, ...] = ()

    @property
    def passed(self) -> bool:
        """Whether nothing broke the rule."""
        return self.n_failed == 0


@dataclass(frozen=True, slots=True, kw_only=True)
class SnapshotCount:
    """How many rows of a table came from one snapshot, and how many places in it broke a rule."""

    dataset: str
    file: str | None
    n_rows: int
    n_critical: int
    n_warning: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ValidationResult:
    """Everything that was checked on one table."""

    table: str
    title: Text
    n_rows: int
    outcomes: tuple[RuleOutcome, ...] = field(repr=False)
    snapshots: tuple[SnapshotCount, ...] = field(repr=False)

    @property
    def critical(self) -> tuple[RuleOutcome, ...]:
        """Broken rules that stop a build."""
        return tuple(one for one in self.outcomes if not one.passed and one.severity == "critical")

    @property
    def warnings(self) -> tuple[RuleOutcome, ...]:
        """Broken rules that put a banner in the report."""
        return tuple(one for one in self.outcomes if not one.passed and one.severity == "warning")

    @property
    def verdict(self) -> Verdict:
        """`critical`, `warning` or `passed`."""
        if self.critical:
            return "critical"
        return "warning" if self.warnings else "passed"

    @property
    def n_rules(self) -> int:
        """Number of different rules that were checked, on however many columns."""
        return len({one.rule for one in self.outcomes})

    @property
    def n_critical(self) -> int:
        """Number of places that break a critical rule."""
        return sum(one.n_failed for one in self.critical)

    @property
    def n_warning(self) -> int:
        """Number of places that break a rule of warning severity."""
        return sum(one.n_failed for one in self.warnings)

    def raise_if_critical(self) -> None:
        """Stop when a critical rule is broken.

        Raises
        ------
        ValidationError
            Naming file, row, column, value and rule of the first failures.
        """
        if not self.critical:
            return
        # One place of every broken rule tells more than many places of the first.
        first_of_each = [one.failures[0] for one in self.critical]
        shown = first_of_each[:_FAILURES_IN_MESSAGE]
        lines = [f"{failure.place}: {failure.shown_value} breaks `{failure.rule}`" for failure in shown]
        if self.n_critical > len(shown):
            lines.append(f"and {self.n_critical - len(shown)} more")
        first = shown[0]
        raise ValidationError(
            f"Table `{self.table}`: critical rules broken in {self.n_critical} place(s).",
            where="\n            ".join(lines),
            expected=f"{first.expected.en} (at the first place)",
            got=first.shown_value,
            remedy=first.remedy.en,
        )


def overall(results: Iterable[ValidationResult]) -> Verdict:
    """Return the worst verdict of several tables."""
    verdicts = {result.verdict for result in results}
    if "critical" in verdicts:
        return "critical"
    return "warning" if "warning" in verdicts else "passed"
