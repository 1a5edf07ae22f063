"""Tables of shares a research bureau delivers in place of answers: a row a region, wave, group and level."""

from talentstats.schemas.schema import Column, TableSchema, Text

#: Fewest respondents a row may rest on; smaller groups could be recognised.
FEWEST = 10
DELIVERED_KEY = ("region", "wave", "variable", "level", "group", "group_level")

_CODE = r"[a-z0-9][a-z0-9_]*"


def _code(name: str, meaning: Text, *, nullable: bool = False, example: str) -> Column:
    return Column(name=name, dtype="text", pattern=_CODE, example=example, nullable=nullable, meaning=meaning)


def _percentage(name: str, meaning: Text, *, nullable: bool = True) -> Column:
    return Column(
        name=name, dtype="number", unit="percent", minimum=0, maximum=100, nullable=nullable, meaning=meaning
    )


DELIVERED = TableSchema(
    name="delivered",
    title=Text(nl="Aangeleverde tabel van de enquête", en="Delivered table of the survey"),
    columns=(
        Column(
            name="dataset",
            dtype="text",
            meaning=Text(nl="map van de bron onder data/raw", en="folder of the source below data/raw"),
        ),
        Column(
            name="row",
            dtype="integer",
            minimum=1,
            meaning=Text(nl="regelnummer in het bronbestand", en="row in the source file"),
        ),
        Column(
            name="region",
            dtype="text",
            pattern=rf"GM\d{{4}}|{_CODE}",
            example="leiden, all, GM0546",
            meaning=Text(nl="regio of gemeente", en="region or municipality"),
        ),
        Column(
            name="wave",
            dtype="integer",
            minimum=2015,
            maximum=2099,
            unit="year",
            meaning=Text(nl="jaar van de enquête", en="year of the survey"),
        ),
        _code("variable", Text(nl="onderwerp", en="subject"), example="plans_to_stay"),
        _code("level", Text(nl="antwoord", en="answer"), example="yes, total"),
        _code(
            "group", Text(nl="kenmerk van de groep", en="what groups by"), nullable=True, example="role_broad"
        ),
        _code("group_level", Text(nl="groep", en="group"), nullable=True, example="working"),
        Column(
            name="n",
            dtype="integer",
            minimum=FEWEST,
            unit="respondents",
            meaning=Text(
                nl="aantal respondenten in de groep dat antwoord gaf",
                en="respondents in the group who gave an answer",
            ),
        ),
        Column(
            name="count",
            dtype="number",
            minimum=0,
            unit="persons",
            nullable=True,
            meaning=Text(
                nl="geschat aantal personen in de bevolking", en="estimated persons in the population"
            ),
        ),
        _percentage(
            "share",
            Text(nl="gewogen aandeel van de groep", en="weighted share of the group"),
            nullable=False,
        ),
        _percentage("low", Text(nl="ondergrens van het 95%-interval", en="lower end of the 95% interval")),
        _percentage("high", Text(nl="bovengrens van het 95%-interval", en="upper end of the 95% interval")),
        Column(
            name="note",
            dtype="text",
            nullable=True,
            meaning=Text(nl="opmerking van het bureau", en="remark of the bureau"),
        ),
    ),
    key=DELIVERED_KEY,
)
