"""What the harmonised frame of a wave must look like: its codebook and variables as a table schema."""

from collections.abc import Iterator

from talentstats.codebooks.harmonised import Harmonised
from talentstats.codebooks.model import MISSING, MISSING_KINDS, Codebook, Question, Variable
from talentstats.schemas import Column, TableSchema, Text
from talentstats.schemas.schema import Dtype

#: Answers that come from the register, so that they are never missing.
FROM_REGISTER = ("sex", "birth_year_band", "nationality_group", "nationality_broad")
_MAY_BE_EMPTY = ("panel_id",)

_DTYPES: dict[str, Dtype] = {
    "category": "text",
    "multiple": "text",
    "text": "text",
    "scale": "integer",
    "number": "number",
    "date": "date",
}
#: Form of the codes of an outside code list, by how its name begins, with an example.
_CODE_LISTS = {"gm": (r"GM\d{4}", "GM0546"), "iso3166": (r"[A-Z]{2}", "UA")}
#: A stratum or unit: no spaces around it and no markup in it.
_TIDY = (r"[^\s<>]+(?: [^\s<>]+)*", "leiden/residents")
_TIDY_TEXTS = ("stratum", "psu")


def respondent_schema(codebook: Codebook, harmonised: Harmonised) -> TableSchema:
    """Declare the harmonised frame of a wave: columns, types, codes, bounds and who may see them.

    Parameters
    ----------
    codebook : Codebook
        The questionnaire of the wave.
    harmonised : Harmonised
        The variables of all waves.

    Returns
    -------
    TableSchema
        Named `internationals_<wave>`; the key is the number of the respondent.

    Examples
    --------
    >>> from talentstats.codebooks.harmonised import read_harmonised
    >>> from talentstats.workspace import find_workspace
    >>> harmonised = read_harmonised(find_workspace().reference)
    >>> schema = respondent_schema(harmonised.codebooks[2025], harmonised)
    >>> schema.column("sat_housing").maximum, schema.column("permit").sensitivity
    (5, 'public')
    """
    return TableSchema(
        name=f"internationals_{codebook.wave}",
        title=codebook.title,
        columns=(
            *_LOCATORS,
            *(
                column
                for variable in harmonised.in_wave(codebook.wave)
                for column in _columns(variable, codebook)
            ),
        ),
        key=("respondent_id",),
    )


_LOCATORS = (
    Column(
        name="dataset",
        dtype="text",
        meaning=Text(nl="map van de bron onder data/raw", en="folder of the source below data/raw"),
    ),
    Column(
        name="row",
        dtype="integer",
        minimum=1,
        meaning=Text(nl="regelnummer in het bronbestand", en="line number in the source file"),
    ),
)


def _columns(variable: Variable, codebook: Codebook) -> Iterator[Column]:
    question = codebook.question(variable.waves[codebook.wave].question)
    for name in variable.columns_in(codebook.wave):
        yield _value_column(name, variable, question, codebook.wave)
    if variable.role == "answer":
        yield _reason_column(variable, question)


def _value_column(name: str, variable: Variable, question: Question, wave: int) -> Column:
    low, high = _bounds(variable, question)
    pattern, example = _form(variable, question)
    return Column(
        name=name,
        dtype=_DTYPES[variable.type],
        meaning=variable.title,
        unit=variable.unit,
        allowed=_allowed(variable, wave),
        minimum=low,
        maximum=high,
        pattern=pattern,
        example=example,
        nullable=variable.name in _MAY_BE_EMPTY
        or (variable.role == "answer" and variable.name not in FROM_REGISTER),
        sensitivity=variable.sensitivity,
    )


def _reason_column(variable: Variable, question: Question) -> Column:
    offered = {code.kind for code in question.missing} | {"not_shown"}
    return Column(
        name=variable.name + MISSING,
        dtype="text",
        meaning=Text(
            nl=f"waarom er geen antwoord is: {variable.title.nl}",
            en=f"why there is no answer: {variable.title.en}",
        ),
        allowed=tuple(kind for kind in MISSING_KINDS if kind in offered),
        nullable=True,
        sensitivity=variable.sensitivity,
    )


def _allowed(variable: Variable, wave: int) -> tuple[str, ...]:
    """Return the categories that a question of this wave can lead to, in the order of the variable."""
    if variable.type == "multiple":
        return ("yes", "no")
    reached = set(variable.waves[wave].codes.values())
    return tuple(one.code for one in variable.categories if one.code in reached)


def _bounds(variable: Variable, question: Question) -> tuple[float | None, float | None]:
    """Return the narrowest bounds that variable and question give; a scale has its own."""
    if variable.scale is not None:
        return variable.scale.low, variable.scale.high
    lows = [bound for bound in (variable.minimum, question.minimum) if bound is not None]
    highs = [bound for bound in (variable.maximum, question.maximum) if bound is not None]
    return max(lows, default=None), min(highs, default=None)


def _form(variable: Variable, question: Question) -> tuple[str | None, str | None]:
    for prefix, form in _CODE_LISTS.items():
        if question.code_list is not None and question.code_list.startswith(prefix):
            return form
    return _TIDY if variable.name in _TIDY_TEXTS else (None, None)
