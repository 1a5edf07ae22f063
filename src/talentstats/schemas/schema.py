"""What a table must look like: columns, measures and the table itself, as plain data."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, get_args

from talentstats.errors import InputError, unknown_name
from talentstats.schemas.checks import Severity, TableCheck
from talentstats.terms import Adjustment, Frequency, Language

Dtype = Literal["text", "integer", "number", "date"]
Sensitivity = Literal["public", "quasi", "personal"]

LOCATORS = ("dataset", "row")


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """One text in Dutch and in English."""

    nl: str
    en: str

    def in_language(self, language: Language) -> str:
        """Return the text in the language asked for.

        >>> Text(nl="waarde", en="value").in_language("nl")
        'waarde'
        """
        return self.nl if language == "nl" else self.en


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column: what it means and which values it may hold.

    Attributes
    ----------
    dtype : {"text", "integer", "number", "date"}
        A number is finite; a missing value is null, never NaN.
    unit : str, optional
        Unit of the values, where the whole column has one.
    allowed : tuple of str
        The only values allowed; empty means any.
    minimum, maximum : float, optional
        Bounds, included, in `unit`.
    pattern : str, optional
        Regular expression that the whole value matches; groups do not capture, `(?:...)`.
    example : str, optional
        A value that matches it, for a reader of the failure.
    sensitivity : {"public", "quasi", "personal"}
        Values of a quasi-identifying or personal column are never shown, only counted.
    severity : {"critical", "warning"}
        What a broken rule on this column means.
    """

    name: str
    dtype: Dtype
    meaning: Text
    unit: str | None = None
    allowed: tuple[str, ...] = ()
    minimum: float | None = None
    maximum: float | None = None
    pattern: str | None = None
    example: str | None = None
    nullable: bool = False
    sensitivity: Sensitivity = "public"
    severity: Severity = "critical"


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """One statistic of an observation table: its unit, plausible range and allowed methods.

    Attributes
    ----------
    unit : str
        The one unit in which the measure is stored.
    minimum, maximum : float
        Plausible range, bounds included, in `unit`; wide enough for history, narrow enough to
        catch persons where thousands are meant.
    """

    name: str
    meaning: Text
    unit: str
    minimum: float
    maximum: float
    methods: tuple[str, ...]
    adjustments: tuple[Adjustment, ...]
    frequencies: tuple[Frequency, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TableSchema:
    """What one table must look like.

    Every table carries the columns `dataset` (folder of the snapshot) and `row` (line in its file),
    so that a failure can name the place in the published file.

    Attributes
    ----------
    key : tuple of str
        Columns that together identify a row.
    measures : tuple of Measure
        For a table with one figure a row (columns `measure` and `value`); empty otherwise.
    checks : tuple of TableCheck
        Rules that relate rows to each other.

    Raises
    ------
    InputError
        If a name is used twice, the locators are missing, the key names no column, or a dtype or
        pattern is not usable.
    """

    name: str
    title: Text
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    measures: tuple[Measure, ...] = ()
    checks: tuple[TableCheck, ...] = ()

    def __post_init__(self) -> None:
        _refuse_repeated(self.names, kind="column", schema=self.name)
        _refuse_repeated((measure.name for measure in self.measures), kind="measure", schema=self.name)
        _refuse_repeated((check.rule for check in self.checks), kind="rule", schema=self.name)
        for name in (*LOCATORS, *self.key):
            self.column(name)
        for column in self.columns:
            _check_declaration(column)

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the columns, in order."""
        return tuple(column.name for column in self.columns)

    def column(self, name: str) -> Column:
        """Return the column of that name.

        Raises
        ------
        InputError
            If the schema has no such column.
        """
        for column in self.columns:
            if column.name == name:
                return column
        raise unknown_name("column", name, self.names, where=f"schema `{self.name}`")


def _check_declaration(column: Column) -> None:
    if column.dtype not in get_args(Dtype):
        raise unknown_name("dtype", column.dtype, get_args(Dtype), where=f"column `{column.name}`")
    if column.pattern is not None and re.compile(column.pattern).groups:
        raise InputError(
            f"The pattern of column `{column.name}` has a capturing group.",
            expected="groups written `(?:...)`",
            got=f"`{column.pattern}`",
            remedy="Write `(?:` for every `(`: nothing is captured when a value is checked.",
        )


def _refuse_repeated(names: Iterable[str], *, kind: str, schema: str) -> None:
    seen: set[str] = set()
    for name in names:
        if name in seen:
            raise InputError(
                f"Schema `{schema}` declares {kind} `{name}` twice.",
                expected=f"every {kind} once",
                got=f"`{name}` twice",
                remedy=f"Remove or rename one of the two in the schema `{schema}`.",
            )
        seen.add(name)
