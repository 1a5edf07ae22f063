"""Figures of the region: population, residents of other nationality, students."""

from talentstats.schemas.checks import ContiguousPeriods, OneVariant, PeriodBegun, RevisionSize
from talentstats.schemas.observation import observation_schema
from talentstats.schemas.schema import Measure, Text
from talentstats.terms import AS_STATED, REGISTER, Adjustment, Frequency

_REGION = r"NL01|LD0[1-4]|PV(?:2\d|3[01])|CR\d{2}|AM\d{2}|GM\d{4}|[a-z][a-z0-9]*(?:_[a-z0-9]+)*"
_NONE: tuple[Adjustment, ...] = ("none",)
_REFERENCE_DAY: tuple[Frequency, ...] = ("day", "year")
_YEAR: tuple[Frequency, ...] = ("year",)


def _residents(name: str, *, meaning: Text, unit: str, maximum: float) -> Measure:
    return Measure(
        name=name,
        meaning=meaning,
        unit=unit,
        minimum=0,
        maximum=maximum,
        methods=(REGISTER, AS_STATED),
        adjustments=_NONE,
        frequencies=_REFERENCE_DAY,
    )


def _students(name: str, *, meaning: Text, unit: str, maximum: float) -> Measure:
    return Measure(
        name=name,
        meaning=meaning,
        unit=unit,
        minimum=0,
        maximum=maximum,
        methods=(REGISTER, AS_STATED),
        adjustments=_NONE,
        frequencies=_YEAR,
    )


MEASURES = (
    _residents(
        "population",
        meaning=Text(nl="inwoners op 1 januari", en="residents on 1 January"),
        unit="persons",
        maximum=25_000_000,
    ),
    _residents(
        "residents_non_dutch",
        meaning=Text(
            nl="inwoners zonder Nederlandse nationaliteit", en="residents without Dutch nationality"
        ),
        unit="persons",
        maximum=5_000_000,
    ),
    _residents(
        "share_non_dutch",
        meaning=Text(
            nl="aandeel inwoners zonder Nederlandse nationaliteit",
            en="share of residents without Dutch nationality",
        ),
        unit="percent",
        maximum=100,
    ),
    _students(
        "students",
        meaning=Text(nl="ingeschreven studenten", en="enrolled students"),
        unit="students",
        maximum=1_000_000,
    ),
    _students(
        "share_foreign_intake_bachelor",
        meaning=Text(
            nl="aandeel internationale studenten in de instroom van bacheloropleidingen",
            en="share of international students in the intake of bachelor's programmes",
        ),
        unit="percent",
        maximum=100,
    ),
    _students(
        "share_foreign_intake_master",
        meaning=Text(
            nl="aandeel internationale studenten in de instroom van masteropleidingen",
            en="share of international students in the intake of master's programmes",
        ),
        unit="percent",
        maximum=100,
    ),
)

REGION = observation_schema(
    "region",
    title=Text(nl="Bevolking en studenten in de regio", en="Population and students in the region"),
    region=_REGION,
    measures=MEASURES,
    checks=(PeriodBegun(), ContiguousPeriods(), OneVariant(), RevisionSize(limit=10.0)),
)
