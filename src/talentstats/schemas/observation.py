"""The columns of the observation table: one published figure a row."""

from talentstats.schemas.checks import TableCheck
from talentstats.schemas.schema import Column, Measure, TableSchema, Text
from talentstats.terms import ADJUSTMENTS, CERTAINTIES, METHODS, STATUSES

OBSERVATION_KEY = ("measure", "region", "period", "adjustment", "method", "vintage")

_SNAPSHOT_FOLDER = r"[a-z0-9-]+/[A-Za-z0-9_-]+/\d{4}(?:-\d{2}){0,2}(?:\.\d+)?"
_PERIOD = r"\d{4}(?:Q[1-4]|M(?:0[1-9]|1[0-2])|-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01]))?"
_NO_MARKUP = r"[^<>\x00-\x1f]+"


def observation_schema(
    name: str, *, title: Text, region: str, measures: tuple[Measure, ...], checks: tuple[TableCheck, ...]
) -> TableSchema:
    """Declare a table of observations: the shared columns with its own regions, measures and checks.

    Parameters
    ----------
    name : str
        Name of the processed dataset.
    region : str
        Regular expression of its region codes.
    """
    return TableSchema(
        name=name,
        title=title,
        columns=(*_place_columns(), *_identity_columns(region, measures), *_figure_columns(measures)),
        key=OBSERVATION_KEY,
        measures=measures,
        checks=checks,
    )


def _place_columns() -> tuple[Column, ...]:
    return (
        Column(
            name="dataset",
            dtype="text",
            pattern=_SNAPSHOT_FOLDER,
            example="cbs/80590ned/2026-07-16",
            meaning=Text(nl="map van de bron onder data/raw", en="folder of the source below data/raw"),
        ),
        Column(
            name="row",
            dtype="integer",
            minimum=1,
            meaning=Text(nl="regelnummer in het bronbestand", en="line number in the source file"),
        ),
    )


def _identity_columns(region: str, measures: tuple[Measure, ...]) -> tuple[Column, ...]:
    return (
        Column(
            name="measure",
            dtype="text",
            allowed=tuple(measure.name for measure in measures),
            meaning=Text(nl="onderwerp", en="statistic"),
        ),
        Column(
            name="region",
            dtype="text",
            pattern=region,
            example="NL01, PV28",
            meaning=Text(nl="regiocode", en="region code"),
        ),
        Column(
            name="period",
            dtype="text",
            pattern=_PERIOD,
            example="2022Q1, 2022M03, 2022, 2022-01-01",
            meaning=Text(nl="verslagperiode", en="reference period"),
        ),
        Column(
            name="adjustment",
            dtype="text",
            allowed=ADJUSTMENTS,
            meaning=Text(nl="seizoencorrectie", en="seasonal adjustment"),
        ),
        Column(
            name="method", dtype="text", allowed=METHODS, meaning=Text(nl="methode", en="statistical method")
        ),
        Column(
            name="vintage",
            dtype="date",
            meaning=Text(
                nl="dag vanaf welke het cijfer bekend was", en="day from which the figure was known"
            ),
        ),
        Column(
            name="vintage_precision",
            dtype="text",
            allowed=("day", "month", "year"),
            meaning=Text(nl="nauwkeurigheid van de publicatiedatum", en="precision of the publication date"),
        ),
    )


def _figure_columns(measures: tuple[Measure, ...]) -> tuple[Column, ...]:
    return (
        Column(
            name="value",
            dtype="number",
            nullable=True,
            meaning=Text(
                nl="gepubliceerd cijfer; leeg is niet gepubliceerd",
                en="published figure; null means not published",
            ),
        ),
        Column(
            name="unit",
            dtype="text",
            allowed=tuple(sorted({measure.unit for measure in measures})),
            meaning=Text(nl="eenheid", en="unit"),
        ),
        Column(
            name="resolution",
            dtype="number",
            minimum=1e-6,
            maximum=1e6,
            meaning=Text(
                nl="afrondingseenheid van het cijfer, in de eenheid van het cijfer",
                en="unit to which the figure was rounded, in the unit of the figure",
            ),
        ),
        Column(name="status", dtype="text", allowed=STATUSES, meaning=Text(nl="status", en="status")),
        Column(
            name="certainty",
            dtype="text",
            allowed=CERTAINTIES,
            meaning=Text(nl="herkomst van de opgave", en="how the figure was read"),
        ),
        Column(
            name="source_url",
            dtype="text",
            pattern=_NO_MARKUP,
            example="https://www.cbs.nl/nl-nl/cijfers/detail/80590ned",
            meaning=Text(nl="vindplaats van het cijfer", en="where the figure was found"),
        ),
    )
