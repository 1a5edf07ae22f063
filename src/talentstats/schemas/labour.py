"""Quarterly labour-market figures: vacancies, unemployment, tightness and UWV's indicator."""

from talentstats.schemas.checks import (
    ContiguousPeriods,
    DeclaredVariant,
    FlowIdentity,
    OneVariant,
    PeriodBegun,
    RateConsistent,
    RegionalSum,
    RevisionSize,
)
from talentstats.schemas.observation import observation_schema
from talentstats.schemas.schema import Measure, Text
from talentstats.terms import (
    EBB_NEW,
    EBB_OLD,
    EUROSTAT_UNEMPLOYMENT,
    EUROSTAT_VACANCIES,
    UWV_INDICATOR,
    VACANCY_SURVEY,
    Adjustment,
    Frequency,
)

PROVINCES = tuple(f"PV{number}" for number in range(20, 32))
COUNTRY = "NL01"

_REGION = r"NL01|LD0[1-4]|PV(?:2\d|3[01])|AM\d{2}"
_BOTH: tuple[Adjustment, ...] = ("SA", "NSA")
_UNADJUSTED: tuple[Adjustment, ...] = ("NSA",)
_QUARTER: tuple[Frequency, ...] = ("quarter",)
_EBB = (EBB_OLD, EBB_NEW)
_VACANCIES = ("vacancies_open", "vacancies_arisen", "vacancies_filled")
_UNEMPLOYMENT = ("unemployed", "unemployment_rate")


def _vacancies(name: str, *, nl: str, en: str) -> Measure:
    return Measure(
        name=name,
        meaning=Text(nl=nl, en=en),
        unit="thousand",
        minimum=0,
        maximum=1_000,
        methods=(VACANCY_SURVEY,),
        adjustments=_BOTH,
        frequencies=_QUARTER,
    )


def _labour_force_survey(name: str, *, meaning: Text, unit: str, minimum: float, maximum: float) -> Measure:
    return Measure(
        name=name,
        meaning=meaning,
        unit=unit,
        minimum=minimum,
        maximum=maximum,
        methods=_EBB,
        adjustments=_BOTH,
        frequencies=_QUARTER,
    )


def _uwv(name: str, *, meaning: Text, unit: str, minimum: float, maximum: float) -> Measure:
    return Measure(
        name=name,
        meaning=meaning,
        unit=unit,
        minimum=minimum,
        maximum=maximum,
        methods=(UWV_INDICATOR,),
        adjustments=_UNADJUSTED,
        frequencies=_QUARTER,
    )


MEASURES = (
    _vacancies(
        "vacancies_open",
        nl="openstaande vacatures aan het einde van het kwartaal",
        en="open vacancies at the end of the quarter",
    ),
    _vacancies(
        "vacancies_arisen",
        nl="vacatures die in het kwartaal zijn ontstaan",
        en="vacancies that arose during the quarter",
    ),
    _vacancies(
        "vacancies_filled",
        nl="vacatures die in het kwartaal zijn vervuld of vervallen",
        en="vacancies filled or withdrawn during the quarter",
    ),
    _labour_force_survey(
        "unemployed",
        meaning=Text(nl="werklozen, kwartaalgemiddelde", en="unemployed persons, quarterly average"),
        unit="thousand",
        minimum=0,
        maximum=1_500,
    ),
    _labour_force_survey(
        "unemployment_rate",
        meaning=Text(nl="werkloosheidspercentage", en="unemployment rate"),
        unit="percent",
        minimum=0.5,
        maximum=20,
    ),
    _labour_force_survey(
        "tightness",
        meaning=Text(
            nl="spanning op de arbeidsmarkt zoals het CBS die publiceerde",
            en="labour market tightness as CBS published it",
        ),
        unit="vacancies per 100 unemployed",
        minimum=1,
        maximum=500,
    ),
    _labour_force_survey(
        "unemployed_per_vacancy",
        meaning=Text(nl="werklozen per vacature", en="unemployed persons per vacancy"),
        unit="unemployed per vacancy",
        minimum=0.2,
        maximum=50,
    ),
    _uwv(
        "uwv_vacancies_open",
        meaning=Text(nl="openstaande vacatures volgens UWV", en="open vacancies according to UWV"),
        unit="thousand",
        minimum=0,
        maximum=1_000,
    ),
    _uwv(
        "uwv_benefits_under_6_months",
        meaning=Text(
            nl="personen korter dan zes maanden in de WW",
            en="persons on unemployment benefit for less than six months",
        ),
        unit="thousand",
        minimum=0,
        maximum=1_000,
    ),
    _uwv(
        "uwv_tension",
        meaning=Text(nl="spanningsindicator van UWV", en="UWV's tension indicator"),
        unit="ratio",
        minimum=0.01,
        maximum=30,
    ),
    _uwv(
        "uwv_class",
        meaning=Text(
            nl="klasse van UWV: 1 zeer ruim tot en met 5 zeer krap",
            en="UWV's class: 1 very loose to 5 very tight",
        ),
        unit="class",
        minimum=1,
        maximum=5,
    ),
    _uwv(
        "uwv_regions_very_tight",
        meaning=Text(
            nl="aantal arbeidsmarktregio's met een zeer krappe arbeidsmarkt",
            en="number of labour-market regions with a very tight labour market",
        ),
        unit="regions",
        minimum=0,
        maximum=35,
    ),
    Measure(
        name="job_vacancy_rate",
        meaning=Text(
            nl="vacatures als percentage van alle bezette en vacante banen (Eurostat)",
            en="vacancies as a percentage of all occupied and vacant posts (Eurostat)",
        ),
        unit="percent",
        minimum=0.1,
        maximum=15,
        methods=(EUROSTAT_VACANCIES,),
        adjustments=_BOTH,
        frequencies=_QUARTER,
    ),
    Measure(
        name="eurostat_unemployment_rate",
        meaning=Text(
            nl="werkloosheidspercentage volgens Eurostat", en="unemployment rate according to Eurostat"
        ),
        unit="percent",
        minimum=0.5,
        maximum=30,
        methods=(EUROSTAT_UNEMPLOYMENT,),
        adjustments=_BOTH,
        frequencies=("month", "quarter"),
    ),
)

_VARIANTS = (
    DeclaredVariant(
        dataset="cbs/80472ned/*", measures=_VACANCIES, adjustments=("NSA",), methods=(VACANCY_SURVEY,)
    ),
    DeclaredVariant(
        dataset="cbs/83599NED/*", measures=_VACANCIES, adjustments=("NSA",), methods=(VACANCY_SURVEY,)
    ),
    DeclaredVariant(
        dataset="cbs/80474ned/*", measures=_VACANCIES, adjustments=("SA",), methods=(VACANCY_SURVEY,)
    ),
    DeclaredVariant(
        dataset="cbs/84545NED/*", measures=_VACANCIES, adjustments=("SA",), methods=(VACANCY_SURVEY,)
    ),
    DeclaredVariant(
        dataset="cbs/80590ned/*", measures=_UNEMPLOYMENT, adjustments=("SA", "NSA"), methods=(EBB_NEW,)
    ),
    DeclaredVariant(
        dataset="cbs/85224NED/*", measures=_UNEMPLOYMENT, adjustments=("SA", "NSA"), methods=(EBB_NEW,)
    ),
    DeclaredVariant(
        dataset="cbs/tightness-provinces/*",
        measures=("tightness", "unemployed_per_vacancy"),
        adjustments=("NSA",),
        methods=_EBB,
    ),
    DeclaredVariant(
        dataset="cbs/tightness-releases/*",
        measures=("tightness", "unemployed"),
        adjustments=("SA",),
        methods=_EBB,
    ),
)

LABOUR = observation_schema(
    "labour",
    title=Text(nl="Arbeidsmarktcijfers per kwartaal", en="Quarterly labour-market figures"),
    region=_REGION,
    measures=MEASURES,
    checks=(
        PeriodBegun(),
        ContiguousPeriods(
            scattered=(
                "cbs/vacancies-news/*",
                "cbs/tightness-releases/*",
                "cbs/tightness-provinces/*",
                "eurostat/jvs_q_nace2/*",
                "uwv/spanningsindicator/*",
            )
        ),
        FlowIdentity(stock="vacancies_open", inflow="vacancies_arisen", outflow="vacancies_filled"),
        # Beyond rounding the implied labour force of 80590ned never moved more than 0.07 percent in a
        # quarter (2003-2026); 1 percent leaves room for provinces and still catches swapped digits.
        RateConsistent(count="unemployed", rate="unemployment_rate", max_change=1.0),
        # Twelve provinces and the country, each to one decimal, explain 0.65; 83599NED stays within 0.7.
        RegionalSum(
            rule="regional-sum-vacancies",
            measure="vacancies_open",
            parts=PROVINCES,
            whole=COUNTRY,
            slack=0.05,
        ),
        RegionalSum(rule="regional-sum-unemployed", measure="unemployed", parts=PROVINCES, whole=COUNTRY),
        OneVariant(variants=_VARIANTS),
        RevisionSize(limit=10.0),
    ),
)
