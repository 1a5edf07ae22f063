"""The harmonised table of a wave as a Data Package (version 2): a description that other programs read."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from talentstats.codebooks.harmonised import Harmonised
from talentstats.codebooks.model import MISSING, MISSING_KINDS, Codebook, Variable
from talentstats.codebooks.words import kind_label, word
from talentstats.errors import unknown_name
from talentstats.schemas.schema import LOCATORS, Text

PROFILES = "https://datapackage.org/profiles/2.0"
_TYPES = {"category": "string", "multiple": "string", "scale": "integer", "text": "string"}

Field = dict[str, Any]


def data_package(
    codebook: Codebook,
    harmonised: Harmonised,
    *,
    synthetic: bool,
    columns: Sequence[str] | None = None,
) -> Mapping[str, Any]:
    """Describe the harmonised table of a wave, `internationals_<wave>`.

    Parameters
    ----------
    codebook : Codebook
    harmonised : Harmonised
    synthetic : bool
        Whether the answers are synthetic; the description then says so.
    columns : sequence of str, optional
        Columns of the table, in order; by default all that are not personal, and the weight.

    Returns
    -------
    mapping
        The descriptor, ready to be written as `datapackage.json`. Titles and labels are English, the Dutch
        ones stand beside them under names that end in `_nl`.

    Raises
    ------
    InputError
        If a column is not one of the harmonised table.
    """
    name = f"internationals_{codebook.wave}"
    known = {field["name"]: field for field in _fields(codebook, harmonised)}
    for column in columns or ():
        if column not in known:
            raise unknown_name("column", column, known, where=name)
    shown = columns or [column for column, field in known.items() if field["sensitivity"] != "personal"]
    descriptor: dict[str, Any] = {
        "$schema": f"{PROFILES}/datapackage.json",
        "name": name,
        **_both("title", codebook.title),
        **_both("description", word("package.synthetic" if synthetic else "package.real")),
        "version": codebook.version,
        "synthetic": synthetic,
        "sources": [{"title": word("package.codebook", wave=codebook.wave).en, "version": codebook.version}],
        "resources": [_resource(name, [known[column] for column in shown], codebook)],
    }
    if synthetic:
        licence = {"name": "CC-BY-4.0", "path": "https://creativecommons.org/licenses/by/4.0/"}
        descriptor["licenses"] = [{**licence, "title": "Creative Commons Attribution 4.0"}]
    return descriptor


def _resource(name: str, fields: Sequence[Field], codebook: Codebook) -> dict[str, Any]:
    return {
        "$schema": f"{PROFILES}/dataresource.json",
        "name": name,
        "type": "table",
        "path": "data.parquet",
        "format": "parquet",
        "mediatype": "application/vnd.apache.parquet",
        **_both("title", codebook.title),
        "schema": {
            "$schema": f"{PROFILES}/tableschema.json",
            "fields": list(fields),
            "missingValues": [""],
            "primaryKey": list(LOCATORS),
        },
    }


def _fields(codebook: Codebook, harmonised: Harmonised) -> Iterator[Field]:
    dataset, row = LOCATORS
    yield _field(dataset, "string", word("package.dataset"), constraints={"required": True})
    yield _field(row, "integer", word("package.row"), constraints={"required": True, "minimum": 1})
    for variable in harmonised.in_wave(codebook.wave):
        yield from _variable_fields(variable, codebook.wave)
    weight = {"required": True, "minimum": 0}
    yield _field("weight", "number", word("package.weight"), constraints=weight, unit="persons")


def _variable_fields(variable: Variable, wave: int) -> Iterator[Field]:
    for column in variable.columns_in(wave):
        yield _field(
            column, _TYPES.get(variable.type, variable.type), _title(variable, column), **_more(variable)
        )
    if variable.role == "answer":
        yield _field(
            f"{variable.name}{MISSING}",
            "string",
            word("package.missing", variable=variable.title),
            categories=[_category(kind, kind_label(kind)) for kind in MISSING_KINDS],
        )


def _title(variable: Variable, column: str) -> Text:
    for category in variable.categories:
        if variable.type == "multiple" and column == variable.option_column(category.code):
            return word("package.option", variable=variable.title, option=category.label)
    return variable.title


def _more(variable: Variable) -> Field:
    """Give what a field of a variable says beside its name, type and title."""
    more: Field = {"sensitivity": variable.sensitivity}
    if variable.unit is not None:
        more["unit"] = variable.unit
    if variable.type == "category":
        more["categories"] = [_category(one.code, one.label) for one in variable.categories]
    elif variable.type == "multiple":
        more["categories"] = [_category(answer, word(f"package.{answer}")) for answer in ("yes", "no")]
    elif variable.scale is not None:
        more["categories"] = list(_steps(variable))
        more["categoriesOrdered"] = True
    bounds = {"minimum": variable.minimum, "maximum": variable.maximum}
    constraints: Field = {key: bound for key, bound in bounds.items() if bound is not None}
    if variable.role == "answer":
        label = word("package.reason_beside", column=f"{variable.name}{MISSING}").en
        more["missingValues"] = [{"value": "", "label": label}]
    elif variable.name != "panel_id":
        constraints["required"] = True
    return {**more, "constraints": constraints} if constraints else more


def _steps(variable: Variable) -> Iterator[Field]:
    """Give every step of a scale; only its ends have labels."""
    if variable.scale is None:
        return
    ends = {
        variable.scale.low: variable.scale.low_label,
        variable.scale.high: variable.scale.high_label,
    }
    for value in range(variable.scale.low, variable.scale.high + 1):
        yield _category(value, ends[value]) if value in ends else {"value": value}


def _field(name: str, kind: str, title: Text, **more: Any) -> Field:
    return {"name": name, "type": kind, **_both("title", title), "sensitivity": "public", **more}


def _category(value: str | int, label: Text) -> Field:
    return {"value": value, **_both("label", label)}


def _both(key: str, text: Text) -> dict[str, str]:
    return {key: text.en, f"{key}_nl": text.nl}
