"""The runner: it reads R, it can fail, and the team's cases agree where they lie beside the checkout."""

import doctest
import json
import shutil
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from conftest import SHARED
from reference import case_data, contrasts, r_expression
from reference.agreement import differences
from reference.answers import why_unsupported
from reference.conformance import diagonal_only, explanation, main, read_cases, run_case

HERE = Path(__file__).parent
TEAM = SHARED / "reference"


def first_case(**wanted: str) -> dict[str, Any]:
    """Return a copy of the first stored case with these fields."""
    return next(
        json.loads(json.dumps(case))
        for case in read_cases(HERE)
        if all(case[name] == value for name, value in wanted.items())
    )


def run_changed(case: dict[str, Any], tmp_path: Path) -> tuple[int, list[str]]:
    """Run one case, as changed, as a folder of its own."""
    shutil.copytree(HERE / "data", tmp_path / "data")
    (tmp_path / "cases.json").write_text(json.dumps({"cases": [case]}), encoding="utf-8")
    lines: list[str] = []
    return main([str(tmp_path), "--verbose"], lines.append), lines


@pytest.mark.shared
@pytest.mark.skipif(not TEAM.is_dir(), reason="the team's reference values are not beside this checkout")
def test_the_teams_cases_agree() -> None:
    outcomes = [run_case(case, TEAM) for case in read_cases(TEAM)]
    failed = [explanation(one) for one in outcomes if one.verdict != "agree"]
    assert not failed, "\n".join(failed)


@pytest.mark.parametrize("name", ["estimate", "se", "ci_t_upper", "ci_z_lower", "deff", "df"])
def test_a_wrong_value_makes_the_run_fail(name: str, tmp_path: Path) -> None:
    case = first_case(kind="mean")
    value = case["values"][name]
    case["values"][name] = value + 1 if name == "df" else [value[0] * (1 + 1e-7)]
    code, lines = run_changed(case, tmp_path)
    assert code == 1
    assert lines[-1].splitlines()[-1] == "1 cases: 0 agree, 1 differ, 0 unsupported, 0 error"
    assert f"{name}: expected" in "\n".join(lines)


@pytest.mark.parametrize("name", ["labels", "groups", "vcov"])
def test_rows_in_another_order_make_the_run_fail(name: str, tmp_path: Path) -> None:
    case = first_case(kind="by_mean")
    value = case["values"][name]
    case["values"][name] = (
        {key: list(reversed(names)) for key, names in value.items()} if name == "groups" else value[::-1]
    )
    code, lines = run_changed(case, tmp_path)
    assert code == 1
    assert f"{name}: expected" in "\n".join(lines)


def test_a_case_that_agrees_makes_the_run_succeed(tmp_path: Path) -> None:
    code, lines = run_changed(first_case(kind="mean"), tmp_path)
    assert (code, lines[-1].splitlines()[-1]) == (0, "1 cases: 1 agree, 0 differ, 0 unsupported, 0 error")


def test_an_error_that_r_gives_and_we_do_not_is_a_difference(tmp_path: Path) -> None:
    case = first_case(kind="mean")
    case["values"] = {"error": "R says no"}
    assert run_changed(case, tmp_path)[0] == 1


def test_a_crash_is_an_error_and_hides_no_other_case(tmp_path: Path) -> None:
    case = first_case(kind="mean")
    case["spec"]["vars"] = "no such column"
    code, lines = run_changed(case, tmp_path)
    assert (code, lines[-1].splitlines()[-1]) == (1, "1 cases: 0 agree, 0 differ, 0 unsupported, 1 error")


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"spec": {"op": "principal components", "vars": "income"}}, "operation `principal components`"),
        ({"steps": ["twophase(des)"]}, "step `twophase(des)`"),
        ({"spec": {"op": "mean", "weighting": [{"op": "match"}]}}, "step `match`"),
        ({"options": {"survey.adjust.domain.lonely": True}}, "option `survey.adjust.domain.lonely`"),
    ],
)
def test_what_the_package_does_not_do_is_unsupported(change: dict[str, Any], reason: str) -> None:
    assert why_unsupported({**first_case(kind="mean"), **change}) == reason


def test_a_floor_forgives_rounding_of_zero_and_nothing_else() -> None:
    def differ(wanted: float, ours: float) -> bool:
        expected = {"estimate": [7.0], "se": [wanted]}
        return bool(differences(expected, {"estimate": [7.0], "se": [ours]}, tolerance=1e-8, diagonal=False))

    assert not differ(3e-17, 0.0)
    assert not differ(0.0, 2e-16)
    assert differ(0.0, 1e-11)
    assert differ(1e-6, 1.0001e-6)


def test_a_missing_value_agrees_with_a_missing_value_only() -> None:
    def differ(wanted: float | None, ours: float | None) -> bool:
        expected = {"estimate": [1.0], "se": [wanted]}
        return bool(differences(expected, {"estimate": [1.0], "se": [ours]}, tolerance=1e-8, diagonal=False))

    assert not differ(None, float("nan"))
    assert differ(None, 0.1)
    assert differ(0.1, None)


def test_covariances_count_only_where_r_printed_them() -> None:
    assert diagonal_only("svyby(~y, ~g, des, svymean)")
    assert diagonal_only("svyby(~y, ~g, des, svymean, covmat=FALSE)")
    assert not diagonal_only("svyby(~y, ~g, des, svymean, covmat = TRUE)")
    assert not diagonal_only("svymean(~y, des)")


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("a - b - 1", 2.0),
        ("a / b ^ 2", 1.25),
        ("-(a - b) * 2", -6.0),
        ("log(exp(b))", 2.0),
        ("`2`/`1`-1", 0.5),
    ],
)
def test_arithmetic_is_read_as_r_reads_it(text: str, value: float) -> None:
    values = {"a": 5.0, "b": 2.0, "1": 4.0, "2": 6.0}
    assert r_expression.evaluate(text, values.__getitem__) == pytest.approx(value)


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("g=='x'", [0, 2]),
        ("g!='x'", [1]),
        ("code==1", [0]),
        ("n>2 & g=='x'", [2]),
        ("is.na(n) | n==1", [0, 1]),
        ("!is.na(n) & !(n>2)", [0]),
        ("g %in% c('y', 'z')", [1]),
        ("(n>=1)&(flag==TRUE)", [0]),
    ],
)
def test_conditions_are_read_as_r_reads_them(text: str, rows: list[int]) -> None:
    import narwhals as nw
    import polars as pl

    frame = pl.DataFrame(
        {
            "row": [0, 1, 2],
            "g": ["x", "y", "x"],
            "n": [1, None, 3],
            "code": ["1", "2", "3"],
            "flag": [True, True, False],
        }
    )
    types = {"g": "factor", "n": "integer", "code": "factor", "flag": "logical"}
    condition = r_expression.evaluate(text, r_expression.column_lookup(types))
    assert nw.from_native(frame).filter(condition)["row"].to_list() == rows


@pytest.mark.parametrize("module", [r_expression, contrasts, case_data])
def test_examples_of_the_runner_hold(module: ModuleType) -> None:
    assert doctest.testmod(module).failed == 0
