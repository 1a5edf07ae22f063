from collections.abc import Iterable
from dataclasses import replace

import pytest

from talentstats.errors import InputError
from talentstats.schemas import LABOUR, REGION, SCHEMAS, Column, TableSchema, Text
from talentstats.schemas.checks import ContiguousPeriods
from talentstats.validation.plan import plan_header, plan_relations, plan_rows
from talentstats.validation.texts import has_phrase, phrase

MEANING = Text(nl="iets", en="something")
SMALL = TableSchema(
    name="small",
    title=MEANING,
    key=("row",),
    columns=(
        Column(name="dataset", dtype="text", meaning=MEANING),
        Column(name="row", dtype="integer", meaning=MEANING),
    ),
)


def texts(schema: TableSchema) -> Iterable[Text]:
    yield schema.title
    yield from (column.meaning for column in schema.columns)
    yield from (measure.meaning for measure in schema.measures)


@pytest.mark.parametrize("schema", SCHEMAS, ids=lambda schema: schema.name)
def test_everything_declared_has_a_dutch_and_an_english_text(schema: TableSchema) -> None:
    for text in texts(schema):
        assert text.nl.strip()
        assert text.en.strip()
        assert text.nl != text.en or text.nl == "status"


@pytest.mark.parametrize("schema", SCHEMAS, ids=lambda schema: schema.name)
def test_every_rule_has_a_title_and_a_remedy(schema: TableSchema) -> None:
    for expectation in (*plan_header(schema), *plan_rows(schema), *plan_relations(schema)):
        for part in ("title", "remedy"):
            text = phrase(f"rules.{expectation.rule}.{part}")
            assert text.nl
            assert text.en
    for expectation in plan_relations(schema):
        rule = f"rules.{expectation.rule}"
        assert has_phrase(f"{rule}.expected") or has_phrase(f"{rule}.unit")


@pytest.mark.parametrize("schema", SCHEMAS, ids=lambda schema: schema.name)
def test_every_measure_has_one_unit_a_range_and_a_method(schema: TableSchema) -> None:
    for measure in schema.measures:
        assert measure.minimum < measure.maximum
        assert measure.methods
        assert measure.adjustments
        assert measure.frequencies
        assert measure.unit in schema.column("unit").allowed


def test_both_tables_share_the_columns_of_an_observation() -> None:
    assert LABOUR.names == REGION.names
    assert LABOUR.key == ("measure", "region", "period", "adjustment", "method", "vintage")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"columns": (*SMALL.columns, SMALL.columns[0])}, "declares column `dataset` twice"),
        ({"columns": SMALL.columns[:1]}, "Unknown column `row`"),
        ({"key": ("rows",)}, "Did you mean `row`"),
        ({"checks": (ContiguousPeriods(), ContiguousPeriods())}, "declares rule `periods-contiguous` twice"),
        (
            {"columns": (*SMALL.columns, Column(name="a", dtype="text", meaning=MEANING, pattern="(a|b)"))},
            "capturing group",
        ),
        (
            {"columns": (*SMALL.columns, Column(name="a", dtype="float", meaning=MEANING))},  # type: ignore[arg-type]
            "Unknown dtype `float`",
        ),
    ],
)
def test_a_schema_that_contradicts_itself_is_refused(change: dict[str, object], message: str) -> None:
    with pytest.raises(InputError, match=message):
        replace(SMALL, **change)  # type: ignore[arg-type]
