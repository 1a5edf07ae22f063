"""What was published about a wave, kept as it was printed, and how later figures are held against it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any, Literal

from talentstats.declared import reading
from talentstats.errors import InputError
from talentstats.language import Bilingual

FOLDER = "publications"
_EXPECTED = "`wave`, `published`, `synthetic`, `tolerance`, `[values]`, `[claims]` and `[[revision]]` entries"
_PARTS = ("value", "low", "high", "n")
_HEADER = """\
# The figures of the survey of {wave} as they were published: `talentstats backtest {wave}` makes them again
# from the stored inputs and says what differs. Not changed by hand, but for `[[revision]]` entries:
#
# [[revision]]
# id = "survey.plans_to_stay.leiden.{wave}"     the figure that was revised
# part = "value"                                or "low", "high", "n"; of a claim "claim"
# now = "61"                                    what it has been since
# reason = {{ nl = "...", en = "..." }}
#
# A revision that no longer explains a difference is an error.
"""

Part = Literal["value", "low", "high", "n", "claim"]
Status = Literal["same", "revised", "different", "missing", "stale"]
Key = tuple[str, Part]


@dataclass(frozen=True, slots=True, kw_only=True)
class Revision:
    """A published figure that was changed later, and why."""

    id: str
    part: Part
    now: str
    reason: Bilingual


@dataclass(frozen=True, slots=True, kw_only=True)
class Publication:
    """The figures of a wave as they were printed.

    Attributes
    ----------
    wave : int
    published : str
        The day.
    synthetic : bool
        Whether they are those of the synthetic stand-in.
    printed : mapping of (id, part) to str
        Digits with a point before decimals, `.` for a figure that was not shown; of a claim its outcome.
    tolerance : int
        Difference that is let pass, in units of the last digit that was printed.
    revisions : tuple of Revision
    """

    wave: int
    published: str
    synthetic: bool
    printed: Mapping[Key, str] = field(repr=False)
    tolerance: int = 0
    revisions: tuple[Revision, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """One published figure beside what it is now.

    Attributes
    ----------
    status : {"same", "revised", "different", "missing", "stale"}
        "revised": a revision explains it; "missing": it is no longer made; "stale": a revision that
        explains nothing.
    """

    id: str
    part: Part
    printed: str
    now: str | None
    status: Status
    reason: Bilingual | None = None

    @property
    def explained(self) -> bool:
        """Whether nothing is the matter."""
        return self.status in ("same", "revised")


def publication_path(wave: int, reference: Path) -> Path:
    """Return where the published figures of a wave stand."""
    return reference / "survey" / FOLDER / f"{wave}.toml"


def read_publication(wave: int, reference: Path) -> Publication:
    """Read what was published about a wave.

    Raises
    ------
    InputError
        If nothing was stored, or the file cannot be read.
    """
    path = publication_path(wave, reference)
    if not path.is_file():
        raise InputError(
            f"What was published about the wave of {wave} was not stored.",
            where=str(path),
            expected="a file written at publication",
            got="no file",
            remedy=f"Store it with `talentstats backtest {wave} --store`, or restore the file.",
        )
    with reading(path, what="A publication", expected=_EXPECTED) as declared:
        return Publication(
            wave=int(declared["wave"]),
            published=str(declared["published"]),
            synthetic=bool(declared["synthetic"]),
            tolerance=int(declared["tolerance"]),
            printed=dict(_printed(declared)),
            revisions=tuple(_revision(entry) for entry in declared.get("revision", [])),
        )


def _printed(declared: Mapping[str, Any]) -> Iterator[tuple[Key, str]]:
    for name, entry in declared["values"].items():
        for part in _PARTS:
            yield (name, part), str(entry[part])  # type: ignore[misc]
    for name, outcome in declared["claims"].items():
        yield (name, "claim"), str(outcome)


def _revision(entry: Mapping[str, Any]) -> Revision:
    return Revision(
        id=entry["id"],
        part=entry["part"],
        now=str(entry["now"]),
        reason=Bilingual.read(entry["reason"], what="reason of a revision"),
    )


def write_publication(publication: Publication, reference: Path) -> Path:
    """Write what is published about a wave.

    Raises
    ------
    InputError
        If something was stored already: a publication is not changed afterwards.
    """
    path = publication_path(publication.wave, reference)
    if path.exists():
        raise InputError(
            f"What was published about the wave of {publication.wave} was stored already.",
            where=str(path),
            expected="no file",
            got="a file",
            remedy="Declare a `[[revision]]` in it. Only if it was never published, delete it first.",
        )
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(_as_toml(publication), encoding="utf-8", newline="\n")
    return path


def _as_toml(publication: Publication) -> str:
    ids = sorted({name for name, part in publication.printed if part != "claim"})
    values = [
        f'"{name}" = {{ '
        + ", ".join(f'{part} = "{publication.printed[name, part]}"' for part in _PARTS)  # type: ignore[index]
        + " }"
        for name in ids
    ]
    claims = [
        f'"{name}" = "{was}"' for (name, part), was in sorted(publication.printed.items()) if part == "claim"
    ]
    head = [
        f"wave = {publication.wave}",
        f'published = "{publication.published}"',
        f"synthetic = {str(publication.synthetic).lower()}",
        f"tolerance = {publication.tolerance}  # in units of the last digit that was printed",
    ]
    sections = [head, ["[values]", *values], ["[claims]", *claims]]
    return _HEADER.format(wave=publication.wave) + "".join(
        "\n" + "\n".join(lines) + "\n" for lines in sections
    )


def compare_with(publication: Publication, now: Mapping[Key, str]) -> tuple[Compared, ...]:
    """Hold the figures as they are now against those that were published.

    Parameters
    ----------
    publication : Publication
    now : mapping of (id, part) to str
        Figures with all their decimals, `.` where they are not shown; of a claim its outcome.

    Returns
    -------
    tuple of Compared
        Everything that was published, and every revision of something that was not.
    """
    revisions = {(one.id, one.part): one for one in publication.revisions}
    rows = [
        _compared(key, printed, now.get(key), revisions.get(key), publication.tolerance)
        for key, printed in publication.printed.items()
    ]
    stray = [one for key, one in revisions.items() if key not in publication.printed]
    return (
        *rows,
        *(
            Compared(id=one.id, part=one.part, printed="", now=None, status="stale", reason=one.reason)
            for one in stray
        ),
    )


def _compared(key: Key, printed: str, now: str | None, revision: Revision | None, tolerance: int) -> Compared:
    status: Status = "different"
    if now is None:
        status = "missing"
    elif _same(printed, now, tolerance):
        status = "same" if revision is None else "stale"
    elif revision is not None and _same(revision.now, now, tolerance):
        status = "revised"
    shown = None if now is None else _as_printed(now, printed if revision is None else revision.now)
    reason = revision.reason if revision and status in ("revised", "stale") else None
    return Compared(id=key[0], part=key[1], printed=printed, now=shown, status=status, reason=reason)


def _same(printed: str, now: str, tolerance: int) -> bool:
    one, other = _number(printed), _number(_as_printed(now, printed))
    if one is None or other is None:
        return printed == now
    return abs(one - other) <= tolerance * Decimal(1).scaleb(-_decimals(one))


def _as_printed(now: str, printed: str) -> str:
    """Round a figure to the decimals that were printed, halves away from zero."""
    number, model = _number(now), _number(printed)
    if number is None or model is None:
        return now
    return str(number.quantize(Decimal(1).scaleb(-_decimals(model)), rounding="ROUND_HALF_UP"))


def _decimals(number: Decimal) -> int:
    exponent = number.as_tuple().exponent
    return -exponent if isinstance(exponent, int) and exponent < 0 else 0


def _number(written: str) -> Decimal | None:
    try:
        return Decimal(written)
    except InvalidOperation:
        return None
