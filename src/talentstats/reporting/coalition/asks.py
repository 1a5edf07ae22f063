"""What the Talent Coalition asks of the government, and which figures bear on each ask."""

from dataclasses import dataclass

from talentstats.language import Bilingual, text


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """One ask of the coalition's manifesto.

    Attributes
    ----------
    id : str
        Names its texts in the catalog.
    indicators : tuple of str
        Ids of the survey's indicators that are its evidence; the first one says most.
    """

    id: str
    indicators: tuple[str, ...]


ASKS: tuple[Ask, ...] = (
    Ask(id="agenda", indicators=("plans_to_stay", "below_level")),
    Ask(id="portal", indicators=("english_vacancies_easy", "found_job_online")),
    Ask(id="information", indicators=("info_easy", "knew_centre")),
    Ask(
        id="partners",
        indicators=(
            "partner_below_level",
            "partner_seeks",
            "partner_obstacles.language",
            "partner_obstacles.network",
        ),
    ),
    Ask(id="graduates", indicators=("stays_after_graduation", "student_studied_dutch")),
)
INDICATORS: tuple[str, ...] = tuple(name for ask in ASKS for name in ask.indicators)
LEADING: tuple[str, ...] = tuple(ask.indicators[0] for ask in ASKS)


def coalition_text(key: str, **values: str) -> Bilingual:
    """Return a text of the catalog's `coalition` section in both languages."""
    return Bilingual(nl=text(f"coalition.{key}", "nl", **values), en=text(f"coalition.{key}", "en", **values))


def indicator_name(indicator: str) -> Bilingual:
    """Return what the brief calls an indicator: in few words, as a table or figure has room for."""
    return coalition_text(f"indicator_{indicator.replace('.', '_')}")
