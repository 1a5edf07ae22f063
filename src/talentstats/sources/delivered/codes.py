"""The codes of a delivered table against those that may stand there."""

from collections.abc import Callable, Iterable, Mapping

import polars as pl

from talentstats.errors import closest
from talentstats.regions.municipalities import Municipalities
from talentstats.schemas.delivered import DELIVERED_KEY
from talentstats.sources.delivered.layout import TOTAL, Layout, Subject
from talentstats.sources.delivered.places import ROW, Fault, Place, refuse_rows, shown

_SHOWN = 8
_REQUIRED = ("region", "wave", "variable", "level")


def check_codes(
    frame: pl.DataFrame, layout: Layout, *, place: Place, municipalities: Municipalities | None
) -> None:
    """Refuse rows without a code, with an unknown one, or with one that the wave did not have.

    Raises
    ------
    InputError
        If there is such a row; the closest code is offered.
    """
    for name in _REQUIRED:
        refuse_rows(frame.filter(pl.col(name).is_null()), _empty(name), place=place)
    _check_pairs(frame, place=place)
    _check(frame, "wave", lambda _: map(str, layout.waves), place=place)
    _check(frame, "region", lambda row: _regions(row, layout, municipalities), place=place)
    _check(frame, "variable", lambda row: _of_wave(layout.subjects, row), place=place)
    _check(frame, "level", lambda row: _levels(layout.subjects, row, "variable"), place=place)
    grouped = frame.filter(pl.col("group").is_not_null())
    _check(grouped, "group", lambda row: _of_wave(layout.groups, row), place=place)
    _check(grouped, "group_level", lambda row: _group_levels(layout.groups, row), place=place)
    _refuse_same_group(grouped, place=place)
    _refuse_duplicates(frame, place=place)


def _empty(name: str) -> Fault:
    return Fault(
        problem="A cell that must be filled in is empty.",
        expected=f"a code of `{name}`; see the sheet `codes` of the template",
        remedy="Fill in the cell, or remove the row.",
        column=name,
    )


def _check_pairs(frame: pl.DataFrame, *, place: Place) -> None:
    for filled, empty in (("group", "group_level"), ("group_level", "group")):
        refuse_rows(
            frame.filter(pl.col(filled).is_not_null() & pl.col(empty).is_null()),
            Fault(
                problem=f"A row has a `{filled}` but no `{empty}`.",
                expected="both filled in, or both empty",
                remedy=f"Fill in `{empty}`; leave both empty for all respondents of the region together.",
                column=empty,
            ),
            place=place,
        )


def _check(
    frame: pl.DataFrame,
    name: str,
    options_of: Callable[[Mapping[str, object]], Iterable[str]],
    *,
    place: Place,
) -> None:
    """Refuse the first row whose code is not among those that its other cells allow."""
    distinct = frame.unique(subset=list(DELIVERED_KEY), keep="first", maintain_order=True)
    for row in distinct.iter_rows(named=True):
        options = list(options_of(row))
        code = _code(row[name])
        if code in options:
            continue
        near = closest(code, options)
        listed = ", ".join(f"`{one}`" for one in options[:_SHOWN])
        more = f" or one of {len(options) - _SHOWN} others" if len(options) > _SHOWN else ""
        refuse_rows(
            frame.filter(pl.col(name) == row[name], pl.col(ROW) >= row[ROW]),
            Fault(
                problem=f"A row has a `{name}` that is not known{_context(name, row)}.",
                expected=f"{listed}{more}" if options else "no row: the wave did not ask this",
                remedy=f"Did you mean `{near}`?"
                if near
                else "Use a code of the sheet `codes` of the template.",
                column=name,
            ),
            place=place,
            got=shown(code),
        )


def _code(value: object) -> str:
    return f"{value:.10g}" if isinstance(value, float) else str(value)


def _context(name: str, row: Mapping[str, object]) -> str:
    if name in ("variable", "group"):
        return f" in wave {_code(row['wave'])}"
    if name in ("level", "group_level"):
        return f" of {shown(row['variable' if name == 'level' else 'group'])} in wave {_code(row['wave'])}"
    return ""


def _regions(row: Mapping[str, object], layout: Layout, municipalities: Municipalities | None) -> list[str]:
    regions = [region.code for region in layout.regions]
    if municipalities is None:
        return regions
    return regions + sorted(municipalities.valid_in(int(_code(row["wave"]))))


def _of_wave(subjects: Mapping[str, Subject], row: Mapping[str, object]) -> list[str]:
    wave = int(_code(row["wave"]))
    return [name for name, subject in subjects.items() if wave in subject.waves]


def _levels(subjects: Mapping[str, Subject], row: Mapping[str, object], column: str) -> list[str]:
    subject = subjects[str(row[column])]
    offered = subject.waves[int(_code(row["wave"]))]
    return [level.code for level in subject.levels if level.code in offered] + [TOTAL]


def _group_levels(groups: Mapping[str, Subject], row: Mapping[str, object]) -> list[str]:
    return [code for code in _levels(groups, row, "group") if code != TOTAL]


def _refuse_same_group(grouped: pl.DataFrame, *, place: Place) -> None:
    refuse_rows(
        grouped.filter(pl.col("group") == pl.col("variable")),
        Fault(
            problem="A variable is grouped by itself.",
            expected="another variable in `group`",
            remedy="Leave `group` and `group_level` empty, or group by another variable.",
            column="group",
        ),
        place=place,
    )


def _refuse_duplicates(frame: pl.DataFrame, *, place: Place) -> None:
    again = frame.filter(~pl.struct(DELIVERED_KEY).is_first_distinct())
    if again.is_empty():
        return
    first = frame.join(again.head(1), on=list(DELIVERED_KEY), how="semi", nulls_equal=True)[ROW][0]
    refuse_rows(
        again,
        Fault(
            problem="Two rows are about the same answer of the same group.",
            expected="every region, wave, variable, level and group once",
            remedy="Remove one of the two rows.",
            column="level",
        ),
        place=place,
        got=f"what row {first} has already",
    )
