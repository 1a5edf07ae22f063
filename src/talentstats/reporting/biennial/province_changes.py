"""The numbers on provinces a year apart."""

from collections.abc import Iterator

from talentstats.errors import NotPublishedError
from talentstats.labour import Observation, relation
from talentstats.reporting.biennial.material import Material
from talentstats.reporting.derived import counted
from talentstats.reporting.numbers import Number, Source, observation_number
from talentstats.terms import Period

A_YEAR = 4


def year_before(material: Material) -> str:
    """Return the same quarter a year before: figures that keep their seasons compare with no other."""
    return str(Period.parse(material.province_period).next(-A_YEAR))


def province_changes(material: Material) -> Iterator[Number]:
    """Give the figure of each province a year before, and how many are less tight whatever the rounding."""
    pairs = province_pairs(material)
    for code, (earlier, _) in pairs.items():
        yield observation_number(f"tightness.province_before.{code}", earlier)
    found = {code: relation(later, earlier) for code, (earlier, later) in pairs.items()}
    tighter = [code for code, said in found.items() if said == "higher"]
    if tighter:
        raise NotPublishedError(
            "A province has a tighter labour market than a year before.",
            expected="provinces that are less tight, or of which rounding allows no statement",
            got=", ".join(tighter),
            remedy="Rewrite the sentence that says so in both documents of the report.",
        )
    origins = {origin.dataset: origin for pair in pairs.values() for one in pair for origin in one.origins}
    yield counted(
        "provinces.looser",
        sum(said == "lower" for said in found.values()),
        sources=tuple(Source(origin=origins[name]) for name in sorted(origins)),
        period=Period.parse(material.province_period),
    )


def province_pairs(material: Material) -> dict[str, tuple[Observation, Observation]]:
    """Return the figures of each province of a year before and now.

    Raises
    ------
    NotPublishedError
        If a province has no figure for the year before.
    """
    before, now = year_before(material), material.province_period
    return {code: (series.at(before), series.at(now)) for code, series in material.provinces.items()}
