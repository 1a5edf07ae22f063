"""In what estimates are measured: shares drawn as percentages, or any other unit by its name."""

from collections.abc import Mapping
from dataclasses import dataclass

from talentstats.errors import InputError
from talentstats.language import Bilingual, format_number, format_range
from talentstats.terms import Language

PERCENT = Bilingual(nl="%", en="%")
_SCALES = {"fraction": 100.0, "percent": 1.0}


@dataclass(frozen=True, slots=True, kw_only=True)
class ValueUnit:
    """The unit a figure draws, and what the numbers given are multiplied by for it.

    Attributes
    ----------
    label : Bilingual
    scale : float
    is_share : bool
        Whether values are percentages between 0 and 100.
    decimals : int
        Digits after the decimal sign with which values are written.
    """

    label: Bilingual
    scale: float
    is_share: bool
    decimals: int

    @property
    def name(self) -> str:
        """The unit as metadata name it."""
        return "percent" if self.is_share else self.label.en

    def write(self, value: float | None, language: Language) -> str:
        """Return a value as a label says it: `54%`, or `38` where the subtitle names the unit."""
        sign = "%" if self.is_share and value is not None else ""
        return format_number(value, decimals=self.decimals, language=language) + sign

    def write_interval(self, low: float | None, high: float | None, language: Language) -> str:
        """Return an interval; `.` where there is none."""
        sign = "%" if self.is_share and low is not None else ""
        return format_range(low, high, decimals=self.decimals, language=language) + sign


def read_unit(unit: str | Mapping[str, str], *, decimals: int) -> ValueUnit:
    """Return the unit of estimates.

    Parameters
    ----------
    unit : {"fraction", "percent"} or {"nl": str, "en": str}
        Shares of 0 to 1 or of 0 to 100, both drawn as percentages; or the name of any other unit.
    decimals : int
        0 or more.

    Raises
    ------
    InputError
        If the unit has no name in both languages, or `decimals` is no number of digits.

    Examples
    --------
    >>> read_unit("fraction", decimals=0).write(54.2, "nl")
    '54%'
    """
    if decimals < 0:
        raise InputError(
            "A figure cannot have less than no decimals.",
            expected="`decimals` of 0 or more",
            got=f"`{decimals}`",
            remedy="Leave it out for whole percentages.",
        )
    if not isinstance(unit, str):
        label = Bilingual.read(unit, what="unit")
        return ValueUnit(label=label, scale=1.0, is_share=False, decimals=decimals)
    if unit not in _SCALES:
        raise InputError(
            f"Unknown unit `{unit}`.",
            expected='`"fraction"` (0 to 1), `"percent"` (0 to 100), or the name of a unit in both languages',
            got=f"`{unit}`",
            remedy='Write another unit as `{"nl": "uur per week", "en": "hours a week"}`.',
        )
    return ValueUnit(label=PERCENT, scale=_SCALES[unit], is_share=True, decimals=decimals)
