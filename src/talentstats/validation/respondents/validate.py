"""Check a wave of respondents before anything is estimated from it."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

import polars as pl
from narwhals.typing import IntoFrame

from talentstats.codebooks.harmonised import Harmonised
from talentstats.codebooks.model import Codebook
from talentstats.progress import say
from talentstats.regions.municipalities import Municipalities
from talentstats.schemas.respondents import WAVE_CHECKS, WaveCheck
from talentstats.sources.survey_files.survey_file import SurveyFile
from talentstats.validation.intake import take_in
from talentstats.validation.respondents import delivered as totals
from talentstats.validation.respondents import design, duplicates, quality, received
from talentstats.validation.respondents import previous as before
from talentstats.validation.respondents.answers import answer_rules, combination_rules, derived_rules
from talentstats.validation.respondents.duplicates import duplicate_rules, with_likeness
from talentstats.validation.respondents.places import place_rules
from talentstats.validation.respondents.routing import routing_rules, with_last_shown
from talentstats.validation.respondents.rules import RowRule, WaveRule, suite_of_rows, suite_of_wave
from talentstats.validation.respondents.schema import respondent_schema
from talentstats.validation.respondents.summary import WaveSummary, summarise_wave
from talentstats.validation.respondents.wave import Wave
from talentstats.validation.table import ValidatedTable, check

_OF_WAVE: dict[str, Callable[[Wave, WaveCheck], pl.DataFrame]] = {
    "weights-sum": design.weights_sum,
    "weights-effect": design.weights_effect,
    "weights-ratio": design.weights_ratio,
    "psu-nested": design.psu_nested,
    "psu-lonely": design.psu_lonely,
    "psu-total-constant": design.psu_total_constant,
    "psu-total-enough": design.psu_total_enough,
    "frame-complete": design.frame_complete,
    "rows-complete": design.rows_complete,
    "look-alikes": duplicates.look_alikes,
    "panel-traits": duplicates.panel_traits,
    "answers-present": quality.answers_present,
    "answers-vary": quality.answers_vary,
    "breaking-off": quality.breaking_off,
    "straight-lining": quality.straight_lining,
    "speeding": quality.speeding,
    "nonresponse-high": before.nonresponse_high,
    "nonresponse-jump": before.nonresponse_jump,
    "share-jump": before.share_jump,
    "mean-jump": before.mean_jump,
    "wave-agrees": received.wave_agrees,
    "labels-agree": received.labels_agree,
    "labels-known": received.labels_known,
    "delivered-n": totals.delivered_n,
    "delivered-share": totals.delivered_share,
}


def validate_wave(  # noqa: PLR0913 - what a wave is held against differs from wave to wave
    frame: IntoFrame,
    codebook: Codebook,
    harmonised: Harmonised,
    *,
    file: SurveyFile | None = None,
    municipalities: Municipalities | None = None,
    regions_of: int | None = None,
    previous: WaveSummary | None = None,
    delivered: pl.DataFrame | None = None,
    population: float | None = None,
    snapshots: Mapping[str, Path] | None = None,
) -> ValidatedTable:
    """Check a harmonised wave: every column and code, the design, the routing, and what is plausible.

    Parameters
    ----------
    frame : frame of any library narwhals knows
        As `prepare.harmonise` makes it: one row a respondent.
    codebook : Codebook
        The questionnaire of the wave.
    harmonised : Harmonised
        The variables of all waves.
    file : SurveyFile, optional
        What was received: its labels, its wave and its number of records are held against the codebook.
    municipalities : Municipalities, optional
        Which codes are valid in which year, and the region of each.
    regions_of : int, optional
        Year whose municipality codes the frame has; that of the codebook if not given.
    previous : WaveSummary, optional
        What `summarise_wave` says of the wave before.
    delivered : polars.DataFrame, optional
        Aggregate figures of the same wave that were delivered with it.
    population : float, optional
        Number of persons that the design weights should add up to.
    snapshots : mapping of str to Path, optional
        Raw file of each dataset, so that a failure can name it.

    Returns
    -------
    ValidatedTable
        Also when rules are broken: `result` says which. Values of personal and quasi-identifying columns are
        counted and never shown.

    Raises
    ------
    InputError
        If the frame is empty or lacks a column.

    Examples
    --------
    >>> from talentstats.codebooks.harmonised import read_harmonised
    >>> from talentstats.synthetic.frame import synthetic_frame
    >>> from talentstats.workspace import find_workspace
    >>> reference = find_workspace().reference
    >>> harmonised = read_harmonised(reference)
    >>> frame = synthetic_frame(2025, n=2000, seed=1, reference=reference)
    >>> validate_wave(frame, harmonised.codebooks[2025], harmonised).result.verdict
    'passed'
    """
    schema = respondent_schema(codebook, harmonised)
    say(f"validating {schema.name}: reading columns")
    intake = take_in(frame, schema)
    wave = Wave(
        frame=intake.frame,
        codebook=codebook,
        harmonised=harmonised,
        regions_of=regions_of or codebook.regions_of,
        summary=summarise_wave(intake.frame, harmonised, wave=codebook.wave),
        file=file,
        municipalities=municipalities,
        previous=previous,
        delivered=delivered,
        population=population,
    )
    wave = replace(wave, frame=with_likeness(with_last_shown(wave)))
    say(f"validating {schema.name}: the answers of {wave.frame.height} respondents, one by one")
    of_rows = suite_of_rows(wave.frame, row_rules(wave))
    say(f"validating {schema.name}: its design, and its shares beside those of the previous wave")
    of_wave = suite_of_wave(wave.frame, wave_rules(wave))
    return check(intake, schema, suites=(of_rows, of_wave), snapshots=snapshots or {})


def row_rules(wave: Wave) -> list[RowRule]:
    """Return the rules on the answers of single respondents."""
    return [
        *place_rules(wave),
        *duplicate_rules(wave),
        *answer_rules(wave),
        *routing_rules(wave),
        *derived_rules(wave),
        *combination_rules(wave),
    ]


def wave_rules(wave: Wave) -> list[WaveRule]:
    """Return the rules on the wave as a whole, with what was found."""
    declared = [
        WaveRule(
            rule=one.rule, severity=one.severity, column=one.column, deviations=_OF_WAVE[one.rule](wave, one)
        )
        for one in WAVE_CHECKS
    ]
    return [*declared, *quality.rare_combinations(wave)]
