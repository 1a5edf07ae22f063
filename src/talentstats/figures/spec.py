"""What a figure must say and how large it is, apart from its data."""

from collections.abc import Mapping
from dataclasses import dataclass

from talentstats.errors import InputError
from talentstats.language import Bilingual
from talentstats.terms import Period

# The text width of an A4 page with the margins of the reports.
WIDTH_CM = 16.0
HEIGHT_CM = 9.0
FEWEST_TITLE_WORDS = 3

_DECIMALS = {"percent": 1, "unemployed per vacancy": 1, "ratio": 2}


@dataclass(frozen=True, slots=True, kw_only=True)
class Annotation:
    """A reference drawn over a trend: a line at a value, or a mark at a period.

    Parameters
    ----------
    text : Mapping with "nl" and "en"
    value : float, optional
        In the unit of the figure.
    period : str, optional
        Exactly one of `value` and `period` is given.
    """

    text: Bilingual
    value: float | None = None
    period: str | None = None

    @classmethod
    def make(
        cls, text: Mapping[str, str], *, value: float | None = None, period: str | None = None
    ) -> "Annotation":
        """Make an annotation from texts in both languages and one place.

        Raises
        ------
        InputError
            If not exactly one place is given, or a language is missing.
        """
        if (value is None) == (period is None):
            raise InputError(
                "An annotation stands at one place.",
                expected="either `value` or `period`",
                got="both" if value is not None else "neither",
                remedy="Give one of the two.",
            )
        code = None if period is None else str(Period.parse(period))
        return cls(text=Bilingual.read(text, what="annotation"), value=value, period=code)


@dataclass(frozen=True, slots=True, kw_only=True)
class FigureSpec:
    """The words and measures of a figure.

    Attributes
    ----------
    title : Bilingual
        The finding, as a sentence.
    subtitle : Bilingual
        What is shown: measure, unit, adjustment, region or period.
    unit : str
        Unit of the values, as in `terms`.
    decimals : int
        Digits after the decimal sign with which values are written.
    annotations : tuple of Annotation
    width_cm, height_cm : float
        The height grows when texts need it; a plot with rows has a height of its own.
    """

    title: Bilingual
    subtitle: Bilingual
    unit: str
    decimals: int
    annotations: tuple[Annotation, ...] = ()
    width_cm: float = WIDTH_CM
    height_cm: float = HEIGHT_CM


def read_title(title: Mapping[str, str] | Bilingual) -> Bilingual:
    """Return the title if it can say a finding in both languages.

    Raises
    ------
    InputError
        If a language is missing, a title is too short for a sentence, or one was not translated.
    """
    texts = Bilingual.read(title, what="title")
    if min(len(texts.nl.split()), len(texts.en.split())) < FEWEST_TITLE_WORDS:
        raise InputError(
            "The title does not say a finding.",
            expected=f"a sentence of at least {FEWEST_TITLE_WORDS} words in each language",
            got=f"`{texts.nl}` and `{texts.en}`",
            remedy="Say what the figure shows, such as `De arbeidsmarkt is minder krap dan in 2022`.",
        )
    if texts.nl == texts.en:
        raise InputError(
            "The title is the same in both languages.",
            expected="a Dutch and an English sentence",
            got=f"`{texts.nl}`",
            remedy="Translate it.",
        )
    return texts


def decimals_of(unit: str) -> int:
    """Return with how many decimals values of a unit are written in figures.

    >>> decimals_of("percent")
    1
    """
    return _DECIMALS.get(unit, 0)
