"""What the harmonised variables must not contradict: themselves, and the codebook of every wave."""

from collections.abc import Iterable, Mapping, Sequence
from typing import get_args

from talentstats.codebooks.model import MISSING, Answer, Codebook, Question, Variable, WaveMapping
from talentstats.codebooks.routing import conditions_for
from talentstats.errors import InputError, join_options, unknown_name
from talentstats.schemas.schema import LOCATORS, Sensitivity

FILE = "harmonised.toml"
_QUESTION_TYPES = {"category": "single"}
_STRICTNESS = get_args(Sensitivity)


def check_variables(variables: Sequence[Variable], codebooks: Mapping[int, Codebook]) -> None:
    """Refuse variables that contradict themselves or a codebook.

    Raises
    ------
    InputError
        At the first contradiction, with variable, wave and what is wrong.
    """
    _refuse_repeated_columns(variables)
    for variable in variables:
        _check_declaration(variable)
    # The newest first: the others repeat it, and with it its mistakes.
    for wave in sorted(codebooks, reverse=True):
        check_mappings(variables, codebooks[wave])
    for variable in variables:
        _check_reached(variable)


def check_mappings(variables: Sequence[Variable], codebook: Codebook) -> None:
    """Refuse mappings that do not fit the codebook of one wave.

    Raises
    ------
    InputError
        If a question, code or scale is not there, is of another kind, or is not mapped.
    """
    for variable in variables:
        mapping = variable.waves.get(codebook.wave)
        if mapping is None:
            continue
        where = f"{FILE}, variable {variable.name}, wave {codebook.wave}"
        names = [question.name for question in codebook.questions]
        if mapping.question not in names:
            raise unknown_name("question", mapping.question, names, where=where)
        question = codebook.question(mapping.question)
        _check_kind(variable, question, where)
        _check_care(variable, question, where)
        _check_codes(mapping, question, where)
        _check_scale(variable, mapping, question, where)
        conditions_for(variable, codebook, variables)


def _refuse_repeated_columns(variables: Iterable[Variable]) -> None:
    seen = set(LOCATORS)
    for variable in variables:
        for column in {variable.name, *variable.columns, f"{variable.name}{MISSING}"}:
            if column in seen:
                raise InputError(
                    f"Two variables have the column `{column}`.",
                    where=f"{FILE}, variable {variable.name}",
                    expected="every column once",
                )
            seen.add(column)


def _check_declaration(variable: Variable) -> None:
    where = f"{FILE}, variable {variable.name}"
    listed = variable.type in ("category", "multiple")
    if listed != bool(variable.categories) or (variable.type == "scale") != (variable.scale is not None):
        raise InputError(
            f"A variable of type `{variable.type}` lacks its answers, or has those of another type.",
            where=where,
            expected="`categories` for `category` and `multiple`, `scale` for `scale`, neither for others",
        )
    codes = [category.code for category in variable.categories]
    if len(set(codes)) < len(codes):
        raise InputError("A category is there twice.", where=where, expected="every category once")
    if not variable.waves:
        raise InputError("No wave has this variable.", where=where, expected="at least one `question`")
    for wave, mapping in variable.waves.items():
        _check_reason(mapping, f"{where}, wave {wave}")
        for category in mapping.codes.values():
            if category not in codes:
                raise unknown_name("category", category, codes, where=f"{where}, wave {wave}")


def _check_reason(mapping: WaveMapping, where: str) -> None:
    if mapping.reason is None and (mapping.reversed or not mapping.comparable):
        raise InputError(
            "It is not said why.",
            where=where,
            expected="`reason` with `nl` and `en` beside `comparable = false` or `reversed = true`",
            remedy="Write in both languages what changed in the questionnaire.",
        )


def _check_kind(variable: Variable, question: Question, where: str) -> None:
    needed = _QUESTION_TYPES.get(variable.type, variable.type)
    if question.type != needed:
        raise InputError(
            f"The question `{question.name}` cannot become this variable.",
            where=where,
            expected=f"a question of type `{needed}`",
            got=f"`{question.type}`",
        )
    if variable.unit != question.unit:
        raise InputError(
            "The units differ.", where=where, expected=str(variable.unit), got=str(question.unit)
        )


def _check_care(variable: Variable, question: Question, where: str) -> None:
    if _STRICTNESS.index(variable.sensitivity) < _STRICTNESS.index(question.sensitivity):
        raise InputError(
            "The variable is handled less carefully than its question.",
            where=where,
            expected=f'`sensitivity = "{question.sensitivity}"`',
            got=f"`{variable.sensitivity}`",
        )
    if not question.required:
        raise InputError(
            f"A variable cannot rest on `{question.name}`, which a file may lack.",
            where=where,
            expected="a question without `required = false`",
        )
    if variable.role == "design" and question.missing:
        raise InputError("A design variable cannot be missing.", where=where, expected="no `missing` codes")


def _check_codes(mapping: WaveMapping, question: Question, where: str) -> None:
    known: list[Answer] = [option.name for option in question.options]
    known += [one.code for one in question.codes]
    for code in mapping.codes:
        if code not in known:
            raise unknown_name(f"code of `{question.name}`", str(code), map(str, known), where=where)
    left = [code for code in known if code not in mapping.codes]
    if left:
        raise InputError(
            f"Not every code of `{question.name}` becomes a category.",
            where=where,
            expected=f"{join_options(left, last='and')} in `codes`, or declared `missing` in the codebook",
            got=join_options(mapping.codes, last="and") or "no codes",
        )


def _check_scale(variable: Variable, mapping: WaveMapping, question: Question, where: str) -> None:
    if mapping.reversed and variable.type != "scale":
        raise InputError("Only a scale can be reversed.", where=where, expected="no `reversed`")
    if variable.scale is None or question.scale is None:
        return
    own, asked = (variable.scale.low, variable.scale.high), (question.scale.low, question.scale.high)
    same = own == asked
    inside = own[0] <= asked[0] and asked[1] <= own[1] and not mapping.reversed
    if not same and (mapping.comparable or not inside):
        raise InputError(
            "The scales differ.",
            where=where,
            expected=f"{own[0]} to {own[1]}",
            got=f"{asked[0]} to {asked[1]} in `{question.name}`",
            remedy="Write `comparable = false` for a scale within it, or make a variable of its own.",
        )


def _check_reached(variable: Variable) -> None:
    newest = max(variable.waves)
    reached = set(variable.waves[newest].codes.values())
    for category in variable.categories:
        if category.code not in reached:
            raise InputError(
                f"No code of {newest} becomes `{category.code}`.",
                where=f"{FILE}, variable {variable.name}",
                expected="every category in the newest wave that asked it",
                remedy="Map a code to it, or remove the category.",
            )
