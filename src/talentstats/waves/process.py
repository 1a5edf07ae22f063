"""A wave from its file to a processed table: harmonised, validated, weighted, without personal columns."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from talentstats.codebooks.harmonised import Harmonised, read_harmonised
from talentstats.codebooks.model import Codebook
from talentstats.processing import validation_summary
from talentstats.progress import say
from talentstats.regions.municipalities import Carried, read_municipalities
from talentstats.sources.delivered.read import read_delivered
from talentstats.store import ProcessedTable, load_processed, read_fingerprint, write_processed
from talentstats.survey.sample import SurveySample
from talentstats.validation.respondents.summary import WaveSummary, summarise_wave
from talentstats.waves.columns import on_todays_map, without_persons
from talentstats.waves.declared import SurveyPlan, read_plan
from talentstats.waves.inputs import TABLE, WaveInput, table_name, wave_input, wave_inputs
from talentstats.waves.open_wave import open_wave
from talentstats.waves.weighing import described, diagnostics, weighed
from talentstats.workspace import Workspace

if TYPE_CHECKING:
    from talentstats.validation import ValidatedTable, ValidationResult


def process_wave(wave: int, workspace: Workspace) -> ProcessedTable:
    """Return the processed table of a wave, made anew only when something it rests on changed.

    Parameters
    ----------
    wave : int
        The year, such as 2025.
    workspace : Workspace

    Returns
    -------
    ProcessedTable
        `internationals_<wave>`: one row a respondent, with the column `weight` and without personal columns.

    Raises
    ------
    InputError
        If there was no survey in that year, or its file or its margins cannot be used.
    NotPublishedError
        If other waves were imported and this one was not.
    ValidationError
        If the file breaks a critical rule.
    """
    bring_up_to_date(table_name(wave), workspace)
    return load_processed(table_name(wave), workspace)


def bring_up_to_date(name: str, workspace: Workspace) -> None:
    """Make the processed table of a wave unless the stored one was made from the same inputs.

    Raises
    ------
    InputError, NotPublishedError, ValidationError
        As `process_wave`.
    """
    plan = read_plan(workspace.reference)
    found = wave_input(workspace, plan, int(name.removeprefix(f"{TABLE}_")))
    if read_fingerprint(name, workspace) != found.fingerprint:
        write_processed(make_wave(found, workspace), workspace)


def make_wave(found: WaveInput, workspace: Workspace) -> ProcessedTable:
    """Make the processed table of a wave from what it rests on, without storing it.

    Raises
    ------
    InputError, ValidationError
        As `process_wave`.
    """
    return table_of(found, check_wave(found, workspace), workspace)


def check_wave(found: WaveInput, workspace: Workspace) -> "ValidatedTable":
    """Read and harmonise a wave and hold it against every rule; `result` says which are broken.

    Raises
    ------
    InputError
        If its file or its margins cannot be used.
    """
    # Loads Great Expectations, which takes seconds and is not needed when nothing changed.
    from talentstats.validation.respondents import validate_wave  # noqa: PLC0415

    plan, harmonised = read_plan(workspace.reference), read_harmonised(workspace.reference)
    # First the wave before, which was opened last when waves are made in the order of their years.
    previous = _previous(found, plan, workspace, harmonised)
    opened, municipalities = open_wave(found, workspace), read_municipalities(workspace.reference)
    delivered = None
    if found.delivered is not None:
        delivered = read_delivered(
            found.delivered.path, harmonised=harmonised, wave=found.wave, municipalities=municipalities
        )
    return validate_wave(
        opened.frame,
        harmonised.codebooks[found.wave],
        harmonised,
        file=opened.file,
        municipalities=municipalities,
        previous=previous,
        delivered=delivered,
        population=opened.margins.size,
        snapshots={opened.origin.dataset: found.snapshot.path} if found.snapshot else None,
    )


def table_of(found: WaveInput, validated: "ValidatedTable", workspace: Workspace) -> ProcessedTable:
    """Weight a wave that was checked and leave out what identifies a person.

    Raises
    ------
    ValidationError
        If it breaks a critical rule.
    """
    validated.result.raise_if_critical()
    say(f"weighting wave {found.wave}")
    plan, harmonised = read_plan(workspace.reference), read_harmonised(workspace.reference)
    codebook, opened = harmonised.codebooks[found.wave], open_wave(found, workspace)
    moved, carried = on_todays_map(
        validated.frame,
        read_municipalities(workspace.reference),
        from_year=codebook.regions_of,
        to_year=plan.boundaries,
    )
    kept = without_persons(moved, plan, harmonised, wave=found.wave)
    totals = described(opened.margins)
    sample = weighed(kept, totals, opened.margins.origins)
    origins = {origin.dataset: origin for origin in (opened.origin, *opened.margins.origins)}
    return ProcessedTable(
        name=table_name(found.wave),
        frame=sample.frame,
        origins=origins,
        regions=_region_names(harmonised),
        refusals=(),
        synthetic=frozenset({opened.origin.dataset}) if found.synthetic else frozenset(),
        validation=validation_summary(validated.result),
        fingerprint=found.fingerprint,
        details=_details(found, codebook, carried, sample, totals),
    )


def check_waves(workspace: Workspace) -> "tuple[ValidationResult, ...]":
    """Check every wave there is, and store those that changed and break no critical rule.

    Raises
    ------
    InputError
        If a file or its margins cannot be used.
    """
    results = []
    for found in wave_inputs(workspace, read_plan(workspace.reference)).values():
        validated = check_wave(found, workspace)
        stale = read_fingerprint(table_name(found.wave), workspace) != found.fingerprint
        if stale and not validated.result.critical:
            write_processed(table_of(found, validated, workspace), workspace)
        results.append(validated.result)
    return tuple(results)


def _previous(
    found: WaveInput, plan: SurveyPlan, workspace: Workspace, harmonised: Harmonised
) -> WaveSummary | None:
    """Summarise the wave before, which this one is held against; None for the first."""
    earlier = [one for wave, one in wave_inputs(workspace, plan).items() if wave < found.wave]
    if not earlier:
        return None
    before = earlier[-1]
    return summarise_wave(open_wave(before, workspace).frame, harmonised, wave=before.wave)


def _region_names(harmonised: Harmonised) -> dict[str, tuple[str, str]]:
    categories = harmonised.variable("region").categories
    return {category.code: (category.label.nl, category.label.en) for category in categories}


def _details(
    found: WaveInput, codebook: Codebook, carried: Carried, sample: SurveySample, totals: Mapping[str, Any]
) -> dict[str, Any]:
    """Say what a reader of the table needs to know of the wave, as JSON can hold it."""
    return {
        "wave": found.wave,
        "codebook": codebook.version,
        "fieldwork": [day.isoformat() for day in codebook.fieldwork],
        "published": str(found.published),
        "boundaries": {
            "from": carried.from_year,
            "to": carried.to_year,
            "split": len(carried.splits),
            "redrawn": len(carried.redrawn),
        },
        "margins": {**totals, "origins": [origin.dataset for origin in sample.adjustments[-1].origins]},
        "weighting": diagnostics(sample),
    }
