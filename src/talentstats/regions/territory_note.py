"""What a reader must know of figures in the borders of one year, in Dutch and English."""

from collections.abc import Iterable, Sequence

from talentstats.regions.boundary_changes import Weight
from talentstats.regions.day_shares import Doubt

_SAME = {
    "nl": "Alle jaren gaan over het gebied van 1 januari {year}; er is niets omgerekend.",
    "en": "All years are of the territory of 1 January {year}; nothing was converted.",
}
_CARRIED = {
    "nl": "Alle jaren zijn omgerekend naar de gemeentegrenzen van 1 januari {year}.",
    "en": "All years were converted to the municipal borders of 1 January {year}.",
}
_NAMES = {"nl": "Omgerekende gemeenten: {names}.", "en": "Municipalities converted: {names}."}
_MANY = {
    "nl": "{count} gemeenten die op die dag niet bestonden, zijn omgerekend.",
    "en": "{count} municipalities that did not exist on that day were converted.",
}
_BORDERS = {
    "nl": "De grenzen van het gebied zijn die van 1 januari {year}.",
    "en": "The borders of the territory are those of 1 January {year}.",
}
_NEGLECTED = {
    "nl": "Grenswijzigingen waarbij samen {count} van of naar het gebied overgingen, zijn niet verrekend: "
    "het aantal dat bleef, is niet bekend.",
    "en": "Border changes by which {count} in all went into or out of the territory were not converted: the "
    "number that stayed is not known.",
}
_RULED = {
    "nl": "Wijzigingen waarvan de omvang niet bekend is ({count}), zijn verdeeld volgens de gekozen regel.",
    "en": "Changes whose size is not known ({count}) were divided by the rule that was chosen.",
}
#: More names than this make a sentence that nobody reads.
_MOST_NAMES = 12
_UNITS: dict[str, dict[Weight, tuple[str, str]]] = {
    "nl": {
        "inhabitants": ("inwoner", "inwoners"),
        "dwellings": ("woning", "woningen"),
        "hectares": ("hectare", "hectare"),
    },
    "en": {
        "inhabitants": ("inhabitant", "inhabitants"),
        "dwellings": ("dwelling", "dwellings"),
        "hectares": ("hectare", "hectares"),
    },
}
_AND = {"nl": "en", "en": "and"}


def territory_note(
    year: int, *, carried: Sequence[str], approximations: Iterable[Doubt], by: Weight
) -> dict[str, str]:
    """Return the note in both languages.

    Parameters
    ----------
    year : int
        The year of the borders.
    carried : sequence of str
        Names of the municipalities that were converted.
    approximations : iterable of Doubt
    by : {"inhabitants", "dwellings", "hectares"}

    Examples
    --------
    >>> territory_note(2019, carried=[], approximations=(), by="inhabitants")["en"]
    'All years are of the territory of 1 January 2019; nothing was converted.'
    """
    doubts = tuple(approximations)
    moved = sum(doubt.moved or 0.0 for doubt in doubts if doubt.reason == "neglected")
    ruled = sum(doubt.reason != "neglected" for doubt in doubts)
    return {
        language: _text(language, year, carried=carried, moved=moved, ruled=ruled, by=by)
        for language in ("nl", "en")
    }


def _text(language: str, year: int, *, carried: Sequence[str], moved: float, ruled: int, by: Weight) -> str:
    if carried:
        sentences = [_CARRIED[language].format(year=year), _converted(carried, language)]
    elif moved or ruled:
        sentences = [_BORDERS[language].format(year=year)]
    else:
        sentences = [_SAME[language].format(year=year)]
    if moved:
        sentences.append(_NEGLECTED[language].format(count=_counted(moved, language, by)))
    if ruled:
        sentences.append(_RULED[language].format(count=ruled))
    return " ".join(sentences)


def _counted(count: float, language: str, by: Weight) -> str:
    one, many = _UNITS[language][by]
    number = f"{count:,.0f}" if count >= 10 or count == int(count) else f"{count:.2f}"
    if language == "nl":
        number = number.translate(str.maketrans(",.", ".,"))
    return f"{number} {one if count == 1 else many}"


def _converted(names: Sequence[str], language: str) -> str:
    if len(names) > _MOST_NAMES:
        return _MANY[language].format(count=len(names))
    *first, last = names
    joined = f"{', '.join(first)} {_AND[language]} {last}" if first else last
    return _NAMES[language].format(names=joined)
