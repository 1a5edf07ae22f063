from pathlib import Path

import pytest

from codebook_support import REFERENCE, WAVES, changed_reference, codebook, harmonised
from talentstats.codebooks.harmonised import read_harmonised
from talentstats.codebooks.read import read_codebook
from talentstats.codebooks.routing import Condition
from talentstats.errors import InputError


def test_the_variables_come_in_one_order_the_sample_first() -> None:
    variables = harmonised().variables

    assert [variable.role for variable in variables] == ["design"] * 12 + ["answer"] * 55
    assert variables[0].name == "respondent_id"
    assert variables[-1].name == "return_plans"
    assert harmonised().waves == WAVES


@pytest.mark.parametrize(
    ("name", "waves"),
    [
        ("role", WAVES),
        ("nationality_group", (2021, 2023, 2025)),
        ("english_vacancies", (2023, 2025)),
        ("job_match", (2019, 2023, 2025)),
        ("job_match_7", (2021,)),
    ],
)
def test_a_variable_exists_in_the_waves_that_asked_it(name: str, waves: tuple[int, ...]) -> None:
    assert tuple(harmonised().variable(name).waves) == waves
    for wave in WAVES:
        assert (name in harmonised().columns(wave)) == (wave in waves)


def test_an_option_has_a_column_in_the_waves_that_offered_it() -> None:
    assert "partner_obstacles_childcare" in harmonised().columns(2023)
    assert "partner_obstacles_childcare" not in harmonised().columns(2021)
    assert harmonised().variable_of("partner_obstacles_childcare").name == "partner_obstacles"
    assert "partner_obstacles__missing" in harmonised().columns(2021)


def test_a_wave_that_repeats_another_takes_its_codes_but_not_its_reason() -> None:
    found = harmonised().variable("found_job").waves

    assert found[2021].codes == found[2023].codes != found[2025].codes
    assert found[2021].question == "Q18"
    assert found[2023].reason is not None
    assert found[2021].reason is None


def test_what_was_asked_alike_runs_through_all_waves() -> None:
    trend = harmonised().trend("role_broad")

    assert trend.segments == (WAVES,)
    assert not trend.breaks
    assert not trend.absent


@pytest.mark.parametrize(
    ("name", "segments", "broken", "absent"),
    [
        ("role", ((2019,), (2021, 2023, 2025)), [(2019, 2021, "promovendi")], []),
        ("nationality_group", ((2021, 2023, 2025),), [], [(2019, "niet te scheiden")]),
        ("job_match", ((2019,), (2023, 2025)), [(2019, 2023, "betaald werk")], [(2021, "1 tot 7")]),
        ("recommend", ((2021, 2023, 2025),), [], [(2019, "In 2019 is dit niet gevraagd.")]),
        ("feels_at_home", (WAVES,), [], []),
        ("partner_obstacles", (WAVES,), [], []),
        (
            "partner_obstacles_childcare",
            ((2023, 2025),),
            [],
            [(2019, "kon dit antwoord niet"), (2021, "kon dit antwoord niet")],
        ),
    ],
)
def test_a_trend_is_broken_where_it_cannot_be_compared_and_says_why(
    name: str,
    segments: tuple[tuple[int, ...], ...],
    broken: list[tuple[int, int, str]],
    absent: list[tuple[int, str]],
) -> None:
    trend = harmonised().trend(name)

    assert trend.segments == segments
    assert [(one.before, one.after) for one in trend.breaks] == [(a, b) for a, b, _ in broken]
    assert all(words in one.reason.nl for one, (_, _, words) in zip(trend.breaks, broken, strict=True))
    assert [one.wave for one in trend.absent] == [wave for wave, _ in absent]
    assert all(words in one.reason.nl for one, (_, words) in zip(trend.absent, absent, strict=True))


@pytest.mark.parametrize(
    ("name", "first", "second", "reason"),
    [
        ("role", 2021, 2025, None),
        ("role", 2025, 2019, "PhD candidates counted as students"),
        ("role", 2019, 2019, None),
        ("hours", 2019, 2023, "mainly employee or self-employed"),
        ("permit", 2019, 2025, None),
        ("english_vacancies", 2021, 2025, "This was not asked in 2021."),
        ("discrimination", 2019, 2025, "not how often"),
        ("discriminated", 2019, 2025, None),
    ],
)
def test_two_waves_are_comparable_or_the_reason_is_given(
    name: str, first: int, second: int, reason: str | None
) -> None:
    found = harmonised().comparable(name, first, second)

    assert (found is None) == (reason is None)
    if found is not None and reason is not None:
        assert reason in found.en


def test_routing_is_told_in_harmonised_variables() -> None:
    routing = harmonised().routing

    assert routing("sex", 2025) == ()
    assert routing("sector", 2025) == (Condition(variable="paid_work", values=("yes",)),)
    assert routing("sector", 2019) == (Condition(variable="role", values=("employee", "self_employed")),)
    assert routing("after_graduation", 2025) == (Condition(variable="role", values=("student", "phd")),)
    assert routing("after_graduation", 2019) == (Condition(variable="role", values=("student",)),)


@pytest.mark.parametrize("wave", WAVES)
def test_every_route_can_be_told_in_every_wave(wave: int) -> None:
    for variable in harmonised().in_wave(wave):
        routed = bool(codebook(wave).question(variable.waves[wave].question).asked_if)
        assert bool(harmonised().routing(variable.name, wave)) == routed


def test_names_and_waves_that_are_not_there_are_refused() -> None:
    with pytest.raises(InputError, match="Did you mean `tenure`"):
        harmonised().variable("tenur")
    with pytest.raises(InputError, match="Unknown wave `2022`"):
        harmonised().in_wave(2022)
    with pytest.raises(InputError, match="Unknown wave `2022`"):
        harmonised().comparable("role", 2022, 2025)
    with pytest.raises(InputError, match="Wave 2019 has no `recommend`"):
        harmonised().routing("recommend", 2019)


REASON = 'reason.nl = "In 2019 telden promovendi als student; vanaf 2021 staan zij apart."\n'
FAULTS = {
    "a question that is not there": (
        'question = "q06_role"',
        'question = "q06_rol"',
        "Unknown question `q06_rol`.*`q06_role`",
    ),
    "a code that is not there": ("phd = 4,", "phd = [4, 44],", "Unknown code of `q06_role` `44`"),
    "a code that becomes nothing": ("codes = { employee = 1, ", "codes = { ", "`1` in `codes`"),
    "a code that becomes two things": ("phd = 4,", "phd = 3,", "Code 3 becomes two categories"),
    "a category that is not there": ("phd = 4,", "ph = 4,", "Unknown category `ph`.*`phd`"),
    "a category that is not reached": (
        "codes = { employee = 1, self_employed = 2, student = 3, phd = 4,",
        "codes = { employee = 1, self_employed = 2, student = [3, 4],",
        "No code of 2025 becomes `phd`",
    ),
    "a break without a reason": (REASON, "", "`nl` is missing"),
    "a reason in one language": ('reason.en = "In 2019 PhD', 'reason.de = "In 2019 PhD', "Unknown key `de`"),
    "a key that is not known": ("comparable = false", "comparible = false", "Unknown key `comparible`"),
    "a wave without codebook": ("[variable.waves.2023]", "[variable.waves.2022]", "Unknown key `2022`"),
    "a repetition of nothing": ("same_as = 2025", "same_as = 2021", "`same_as = 2021` names a wave"),
    "a variable twice": ('name = "role_broad"', 'name = "role"', "Two variables have the column `role"),
    "another type": (
        'name = "hours"\ntype = "number"',
        'name = "hours"\ntype = "text"',
        "cannot become this variable",
    ),
    "less care than the question": (
        'maximum = 2025\nsensitivity = "quasi"',
        "maximum = 2025",
        "handled less carefully",
    ),
    "another unit": ('unit = "hours a week"', 'unit = "hours a month"', "The units differ"),
    "categories of a number": (
        'name = "hours"\ntype = "number"',
        'name = "hours"\ntype = "category"',
        "lacks its answers",
    ),
    "a scale that does not fit": (
        "scale = { low = 1, high = 5,",
        "scale = { low = 1, high = 6,",
        "The scales differ.*variable job_match, wave 2025.*1 to 6.*1 to 5",
    ),
    "a number that is reversed": (
        'question = "v15_uren"',
        'question = "v15_uren"\nreversed = true',
        "Only a scale can be reversed",
    ),
    "a reversal without reason": (
        'question = "q35_at_home"',
        'question = "q35_at_home"\nreversed = true',
        "not said why",
    ),
    "an option that is not there": (
        'question = "q24_obstacles"',
        'question = "q24_obstacles"\ncodes = { language = "taal" }',
        "Unknown code of `q24_obstacles` `taal`",
    ),
    "a route that no variable tells": (
        "codes = { yes = 1, no = 2 }",
        "codes = { yes = [1, 2] }",
        "No harmonised variable tells who was asked `q13_occupation`",
    ),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_variables_that_contradict_the_codebooks_are_refused(fault: str, tmp_path: Path) -> None:
    old, new, message = FAULTS[fault]
    reference = changed_reference(tmp_path, "harmonised.toml", old, new)

    with pytest.raises(InputError, match=f"(?s){message}"):
        read_harmonised(reference)


@pytest.mark.parametrize(
    ("added", "message"),
    [
        ("required = false", "cannot rest on `mode`, which a file may lack"),
        ("missing = { refused = 9 }", "A design variable cannot be missing"),
        ('sensitivity = "personal"', "The variable is handled less carefully than its question"),
    ],
)
def test_a_question_on_which_a_variable_cannot_rest_is_refused(
    added: str, message: str, tmp_path: Path
) -> None:
    reference = changed_reference(tmp_path, "codebook-2025.toml", 'name = "mode"', f'name = "mode"\n{added}')

    with pytest.raises(InputError, match=message) as error:
        read_harmonised(reference)

    assert error.value.where == "harmonised.toml, variable mode, wave 2025"


def test_a_scale_that_changed_must_be_declared_not_comparable(tmp_path: Path) -> None:
    old = 'reason.nl = "In 2019 gevraagd als cijfer'
    reference = changed_reference(tmp_path, "harmonised.toml", f"comparable = false\n{old}", old)

    with pytest.raises(InputError, match="The scales differ") as error:
        read_harmonised(reference)

    assert error.value.where == "harmonised.toml, variable satisfaction, wave 2019"
    assert error.value.got == "1 to 10 in `v42_cijfer`"


def test_another_codebook_of_a_wave_is_checked_before_it_is_used(tmp_path: Path) -> None:
    changed = changed_reference(
        tmp_path, "codebook-2025.toml", '{ code = 3, nl = "Per telefoon"', '{ code = 4, nl = "Per telefoon"'
    )
    harmonised().check(read_codebook(2025, REFERENCE))
    with pytest.raises(InputError, match="Unknown code of `mode` `3`"):
        harmonised().check(read_codebook(2025, changed))
