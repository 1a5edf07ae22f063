import re
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from talentstats.errors import InputError, ValidationError
from talentstats.progress import listening
from talentstats.schemas.respondents import COMBINATIONS, WAVE_CHECKS
from talentstats.terms import LANGUAGES
from talentstats.validation import ValidationResult, render_page, write_json, write_junit
from talentstats.validation.respondents import flags, respondent_schema, summarise_wave, validate_wave
from talentstats.validation.texts import has_phrase, phrase
from validation.respondents.delivery import WAVES, Delivery, cells, clean, the_harmonised, the_municipalities

ROOT = Path(__file__).resolve().parents[3]
CANARIES = ("CANARY-4711", "GM0547", "QX")


def spoiled(*faults: dict[str, object], wave: int = 2025) -> Delivery:
    delivery = clean(wave)
    for place, fault in enumerate(faults):
        delivery = cells(**fault)(delivery, np.random.default_rng(place))  # type: ignore[arg-type]
    return delivery


def failures(result: ValidationResult, rule: str) -> list[tuple[str, int | None, str | None, bool]]:
    return [
        (one.column, one.row, one.value, one.withheld)
        for outcome in result.outcomes
        if outcome.rule == rule
        for one in outcome.failures
    ]


@pytest.mark.parametrize("wave", WAVES)
def test_the_schema_of_a_wave_has_the_columns_that_harmonising_gives(wave: int) -> None:
    schema = respondent_schema(the_harmonised().codebooks[wave], the_harmonised())
    assert list(schema.names) == clean(wave).frame.columns
    assert (schema.name, schema.key) == (f"internationals_{wave}", ("respondent_id",))


def test_the_schema_takes_codes_bounds_and_sensitivity_from_the_codebook() -> None:
    earlier, newest = (
        respondent_schema(the_harmonised().codebooks[wave], the_harmonised()) for wave in (2021, 2025)
    )
    assert "temporary_protection" in newest.column("permit").allowed
    assert "temporary_protection" not in earlier.column("permit").allowed
    assert earlier.column("arrival_year").maximum == 2021
    assert (newest.column("recommend").minimum, newest.column("recommend").maximum) == (0, 10)
    assert newest.column("income_band__missing").sensitivity == "quasi"
    assert newest.column("respondent_id").sensitivity == "personal"
    assert not newest.column("sex").nullable
    assert newest.column("panel_id").nullable


def test_a_failure_of_public_answers_names_file_row_and_values() -> None:
    delivery = spoiled({"work_language": "dutch", "where": pl.col("paid_work") == "no"})
    result = validate_wave(
        delivery.frame,
        delivery.codebook,
        the_harmonised(),
        snapshots={delivery.frame["dataset"][0]: Path("anywhere/wave.sav")},
    ).result
    with pytest.raises(ValidationError, match=r"wave\.sav, row \d+, column `work_language \+ paid_work`"):
        result.raise_if_critical()
    assert {value for _, _, value, _ in failures(result, "routing-answered")} == {"dutch, no"}


def test_a_failure_of_quasi_identifying_answers_names_the_row_and_no_value() -> None:
    delivery = spoiled({"arrival_year": 1985.0, "where": pl.col("birth_year_band") == "1990_1999"})
    found = failures(delivery.validate().result, "arrival-after-birth")
    assert len(found) == 3
    for column, row, value, withheld in found:
        assert (column, value, withheld) == ("arrival_year + birth_year_band", None, True)
        assert row is not None


def test_no_value_of_a_personal_or_quasi_column_is_in_any_output(tmp_path: Path) -> None:
    validated = spoiled(
        {"respondent_id": CANARIES[0]},
        {"panel_id": f"{CANARIES[0]} <b>"},
        {"psu": f"{CANARIES[0]} "},
        {"municipality": CANARIES[1]},
        {"country_of_birth": CANARIES[2].lower()},
        {"arrival_year": 1968.0, "where": pl.col("birth_year_band") == "from_2000"},
        {"completed_on": date(2025, 2, 3)},
        {"duration_seconds": -4711.0},
    ).validate()
    result = validated.result
    assert len(result.critical) >= 8
    with pytest.raises(ValidationError) as stopped:
        result.raise_if_critical()
    written = [
        write_json([result], tmp_path / "results.json").read_text(encoding="utf-8"),
        write_junit([result], tmp_path / "results.xml").read_text(encoding="utf-8"),
        *(render_page([result], language=language) for language in LANGUAGES),
        repr(validated),
        repr(result),
        str(stopped.value),
    ]
    for text in written:
        for canary in (*CANARIES, "qx", "1968", "2025-02-03", "4711"):
            assert not re.search(rf"\b{re.escape(canary)}\b", text), canary


def test_the_text_of_a_municipality_says_the_year_of_its_code() -> None:
    result = spoiled({"municipality": "GM0576"}).validate().result
    (outcome,) = [one for one in result.critical if one.rule == "municipality-valid"]
    assert outcome.failures[0].expected.en == "a municipality code that existed on 1 January 2025"
    assert outcome.failures[0].expected.nl == "een gemeentecode die op 1 januari 2025 bestond"


def test_codes_that_were_carried_are_held_against_the_year_they_were_carried_to() -> None:
    delivery = clean(2019)
    frame = delivery.frame.with_columns(
        the_municipalities().carry(delivery.frame["municipality"], from_year=2019, to_year=2026).codes
    )
    for year, broken in ((2026, False), (2019, True)):
        validated = validate_wave(
            frame, delivery.codebook, the_harmonised(), municipalities=the_municipalities(), regions_of=year
        )
        assert ("municipality-valid" in {one.rule for one in validated.result.critical}) is broken


def test_a_wave_needs_neither_file_nor_earlier_wave() -> None:
    delivery = clean(2025)
    result = validate_wave(delivery.frame, delivery.codebook, the_harmonised()).result
    assert result.verdict == "passed"
    idle = {one.rule for one in result.outcomes if one.n_checked == 0}
    assert {"labels-agree", "share-jump", "panel-traits", "delivered-n", "wave-agrees"} <= idle


def test_a_frame_of_another_wave_is_refused_by_its_columns() -> None:
    with pytest.raises(InputError, match="Table `internationals_2025` lacks"):
        validate_wave(clean(2019).frame, clean(2025).codebook, the_harmonised())


def test_a_question_after_breaking_off_is_no_fault_of_the_routing() -> None:
    frame = clean(2025).frame
    stopped = frame.filter(pl.col("info_findable__missing") == "not_shown")
    assert not stopped.is_empty()
    (skipped,) = [
        one
        for one in clean(2025).validate().result.outcomes
        if (one.rule, one.column) == ("routing-skipped", "info_findable")
    ]
    assert (skipped.n_failed, skipped.n_checked) == (0, frame.height - stopped.height)


def test_validation_tells_what_it_is_doing() -> None:
    steps: list[str] = []
    with listening(steps.append):
        clean(2025).validate()
    assert len(steps) >= 5
    assert all("internationals_2025" in step for step in steps)


def test_flags_mark_respondents_and_remove_nobody() -> None:
    frame = clean(2025).frame
    blind = frame.head(5).with_columns(
        *(
            pl.lit(2, pl.Int64).alias(name)
            for name in frame.columns
            if re.fullmatch("sat_[a-z_]+[a-z]", name) and "__" not in name
        ),
        duration_seconds=pl.lit(20.0),
    )
    found = flags(pl.concat([blind, frame[5:]]))
    assert found.columns == ["dataset", "row", "straight_liner", "speeder", "look_alike"]
    assert found.height == frame.height
    assert found.head(5)["straight_liner"].all()
    assert found.head(5)["speeder"].all()
    assert found["speeder"].mean() < 0.05  # type: ignore[operator]


def test_flags_of_a_wave_without_the_grid_are_false() -> None:
    assert not flags(clean(2019).frame)["straight_liner"].any()


def test_a_summary_counts_reasons_among_those_who_were_asked_and_hides_the_panel() -> None:
    frame = clean(2025).frame
    summary = summarise_wave(frame, the_harmonised(), wave=2025)
    (refused,) = summary.missing.filter(variable="income_band", kind="refused").to_dicts()
    asked = frame.filter(pl.col("income_band__missing").ne_missing("not_shown"))
    assert refused["n"] == asked.height
    assert refused["rate"] == asked["income_band__missing"].eq_missing("refused").mean()
    shares = summary.shares.filter(variable="tenure")["share"]
    assert shares.sum() == pytest.approx(1)
    member = summary.panel["panel_id"][0]
    assert member not in repr(summary)


def test_every_rule_has_its_texts_in_both_languages_and_a_line_in_the_docs() -> None:
    documented = (ROOT / "docs" / "survey" / "validation.md").read_text(encoding="utf-8")
    rules = {one.rule for one in clean(2025).validate().result.outcomes}
    declared = {one.rule for one in WAVE_CHECKS} | {one.rule for one in COMBINATIONS}
    assert rules >= declared
    for rule in sorted(rules):
        for part in ("title", "remedy"):
            text = phrase(f"rules.{rule}.{part}")
            assert text.nl
            assert text.en
            assert text.nl != text.en
        assert f"`{rule}`" in documented, rule
    for rule in sorted(declared):
        assert has_phrase(f"rules.{rule}.expected") or has_phrase(f"rules.{rule}.unit")


def test_the_same_wave_gives_the_same_result() -> None:
    delivery = spoiled({"role": "employe"}, {"municipality": "GM9999"})
    assert delivery.validate().result == delivery.validate().result


def test_a_file_with_more_records_than_the_frame_is_told_by_their_number() -> None:
    delivery = clean(2025)
    result = replace(delivery, frame=delivery.frame.head(1990)).validate().result
    (outcome,) = [one for one in result.critical if one.rule == "rows-complete"]
    assert outcome.failures[0].expected.en == "a deviation of at most 0 records (found: 10)"
