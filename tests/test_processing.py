import pytest

from talentstats.errors import InputError
from talentstats.processing import read_inputs, validate_table
from talentstats.workspace import Workspace


def test_the_stored_data_break_no_rule(project: Workspace) -> None:
    inputs = read_inputs(project)
    for name in ("labour", "region"):
        result = validate_table(name, inputs).result
        assert (result.verdict, result.n_warning) == ("passed", 0)


def _change_corrections(project: Workspace, old: str, new: str) -> None:
    path = project.reference / "corrections.toml"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_an_undeclared_break_of_the_flow_identity_is_critical(own_project: Workspace) -> None:
    _change_corrections(own_project, 'period = "2008Q3"', 'period = "2008Q2"')
    result = validate_table("labour", read_inputs(own_project)).result
    broken = {outcome.rule for outcome in result.critical}
    assert broken == {"flow-identity", "exceptions-apply"}
    places = [failure.place for outcome in result.critical for failure in outcome.failures]
    assert any("80472ned/2023-11-14/vacancies.csv, row 140" in place for place in places)


def test_the_defence_vacancies_of_2008_are_accepted_with_their_reason(project: Workspace) -> None:
    entries = [e for e in read_inputs(project).corrections.accepted if e["period"] == "2008Q3"]
    assert [entry["size"] for entry in entries] == [8.5]
    assert "Defensie" in entries[0]["reason_nl"]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('dataset = "cbs/80472ned/2023-11-14"', 'dataset = "cbs/80472ned/2023-11"', "Unknown dataset"),
        ("size = 8.5\n", "", "incomplete"),
        ('reason_en = "About seven', 'reden_en = "About seven', "incomplete"),
    ],
)
def test_a_judgement_that_names_nothing_or_lacks_a_part_is_refused(
    own_project: Workspace, old: str, new: str, message: str
) -> None:
    _change_corrections(own_project, old, new)
    with pytest.raises(InputError, match=message) as caught:
        validate_table("labour", read_inputs(own_project))
    assert "corrections.toml" in str(caught.value)
