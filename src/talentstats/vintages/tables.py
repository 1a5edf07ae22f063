"""The revisions between two vintages as tables: how many figures changed, and which changed most."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from talentstats.language import Bilingual, format_change, format_number, format_period, has_text, text
from talentstats.tables import Column, Table
from talentstats.terms import Language
from talentstats.vintages.changes import KINDS
from talentstats.vintages.words import measure_name, unit_name

if TYPE_CHECKING:
    from talentstats.vintages.table_revisions import TableRevisions

# A difference is written with as many decimals as it has, at most so many.
MOST_DECIMALS = 3


def summary_table(found: "TableRevisions") -> Table:
    """Return how many figures changed, by what happened to them, and how many of those were definitive."""
    counts = found.summary
    rows = [_row("compared", counts.compared, None)]
    rows += [_row(kind, counts.kinds[kind], counts.definitive[kind]) for kind in KINDS if _told(kind, found)]
    rows.append(_row("status_changed", counts.status_changed, counts.status_lost))
    headers = (_said("kind"), _said("cells"), _said("definitive"))
    return Table(
        columns=tuple(
            Column(header=header, align="right" if place else "left") for place, header in enumerate(headers)
        ),
        rows=tuple(rows),
        synthetic=found.synthetic,
    )


def _told(kind: str, found: "TableRevisions") -> bool:
    """Say whether a kind of change can occur: only of whole vintages is it known what was removed."""
    return kind not in (("only_before", "only_after") if found.whole else ("added", "removed"))


def _row(key: str, cells: int, definitive: int | None) -> tuple[Bilingual, ...]:
    return _said(key), _whole(cells), Bilingual(nl="", en="") if definitive is None else _whole(definitive)


def _said(key: str) -> Bilingual:
    return Bilingual(nl=text(f"revisions.{key}", "nl"), en=text(f"revisions.{key}", "en"))


def _whole(count: int) -> Bilingual:
    return Bilingual(
        nl=format_number(count, decimals=0, language="nl"), en=format_number(count, decimals=0, language="en")
    )


def largest_table(found: "TableRevisions", n: int) -> Table:
    """Return the `n` revisions that are largest for their size, the largest first."""
    dimensions = [name for name in found.keys if name not in ("measure", "period")]
    rows = found.top(n).to_dicts()
    columns = (
        Column(header=_said("measure")),
        *(Column(header=Bilingual(nl=name, en=name)) for name in dimensions),
        Column(header=_said("period")),
        *(Column(header=_said(key), align="right") for key in ("old", "new", "difference", "relative")),
        Column(header=_said("status_before")),
    )
    return Table(
        columns=columns,
        rows=tuple(_largest_row(row, dimensions) for row in rows),
        synthetic=found.synthetic,
    )


def _largest_row(row: Mapping[str, Any], dimensions: list[str]) -> tuple[Bilingual, ...]:
    def in_language(language: Language) -> list[str]:
        decimals = decimals_of(row["old"], row["new"])
        measure = measure_name(row["measure"], row["measure_title"], language)
        relative = row["relative"]
        return [
            f"{measure} ({unit_name(row['unit'], language)})",
            *(str(row.get(f"{name}_title") or row[name]) for name in dimensions),
            format_period(row["period"], language=language),
            *(format_number(row[name], decimals=decimals, language=language) for name in ("old", "new")),
            format_change(row["difference"], decimals=decimals, language=language),
            "" if relative is None else format_change(100 * relative, decimals=1, language=language),
            _status(row["status_before"], language),
        ]

    cells = zip(in_language("nl"), in_language("en"), strict=True)
    return tuple(Bilingual(nl=nl, en=en) for nl, en in cells)


def decimals_of(*values: float) -> int:
    """Return with how many decimals values are written, at most three.

    >>> decimals_of(338.0, 338.5)
    1
    """
    exact = (
        places
        for places in range(MOST_DECIMALS)
        if all(abs(value - round(value, places)) < 1e-9 for value in values)
    )
    return next(exact, MOST_DECIMALS)


def _status(status: str, language: Language) -> str:
    key = f"status.{status}"
    return text(key, language) if has_text(key) else status
