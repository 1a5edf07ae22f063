"""Build a report: check, render, collect, and move whole results into place."""

import shutil
import tempfile
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, time
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from talentstats.errors import InputError, unknown_name
from talentstats.prepare.tables import TABLES
from talentstats.processing import PACKAGE, read_inputs, store_table, validate_table
from talentstats.progress import listener, listening, say
from talentstats.provenance import sha256_of
from talentstats.reporting import engines
from talentstats.reporting.editions import REPORTS, Edition, Report, document_path, open_report, read_edition
from talentstats.reporting.figure_files import FOLDER_VARIABLE
from talentstats.reporting.manifest import NAME, Manifest, Request, differences, hashes_of, versions
from talentstats.reporting.prose import check_known, check_prose, check_same_numbers
from talentstats.reporting.supplements import FIGURES, write_supplements
from talentstats.store import read_fingerprint, replace_folder
from talentstats.terms import LANGUAGES, Language
from talentstats.vintages.published import PUBLICATIONS
from talentstats.waves.process import check_waves
from talentstats.workspace import Workspace

if TYPE_CHECKING:
    from talentstats.validation import ValidationResult

Format = Literal["html", "pdf", "docx"]
FORMATS: tuple[Format, ...] = ("html", "pdf", "docx")
AT_ONCE = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Built:
    """One report in one language: its folder, and whether it had to be made."""

    folder: Path
    manifest: Manifest
    made: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What to build, and where."""

    workspace: Workspace
    report: str
    edition: Edition
    engine: engines.Engine
    formats: tuple[Format, ...]
    out: Path


def make_plan(
    workspace: Workspace,
    *,
    report: str = "biennial",
    formats: Sequence[str] = FORMATS,
    engine: str = "auto",
    edition: str | None = None,
    as_of: str | None = None,
    out: Path | None = None,
) -> Plan:
    """Check what is asked for before anything is done.

    Raises
    ------
    InputError
        If a report, format, engine or edition does not exist.
    """
    if report not in REPORTS:
        raise unknown_name("report", report, REPORTS)
    chosen = tuple(known for known in FORMATS if known in formats)
    for name in formats:
        if name not in FORMATS:
            raise unknown_name("format", name, FORMATS)
    if not chosen:
        raise InputError(
            "No format is asked for.",
            expected=", ".join(FORMATS),
            got="none",
            remedy="Name at least one format.",
        )
    return Plan(
        workspace=workspace,
        report=report,
        edition=read_edition(workspace, edition, as_of=as_of),
        engine=engines.choose(engine),
        formats=chosen,
        out=(out or workspace.output).resolve(),
    )


def build(plan: Plan, languages: Sequence[Language] = LANGUAGES) -> tuple[Built, ...]:
    """Build one report in each language; see `build_reports`."""
    return build_reports((plan,), languages)


def build_reports(plans: Sequence[Plan], languages: Sequence[Language] = LANGUAGES) -> tuple[Built, ...]:
    """Build reports in each language, unless their outputs are there and their inputs have not changed.

    Parameters
    ----------
    plans : sequence of Plan
        All of one project and edition.
    languages : sequence of {"nl", "en"}

    Returns
    -------
    tuple of Built
        By report, then by language.

    Raises
    ------
    TalentStatsError
        If data or documents cannot be used; the last good outputs stay as they were.
    """
    if not languages or not plans:
        raise InputError(
            "No language is asked for." if plans else "No report is asked for.",
            expected=", ".join(LANGUAGES if plans else REPORTS),
            got="none",
            remedy="Name at least one.",
        )
    say("reading the data and the documents")
    for plan in plans:
        _check_documents(plan)
    workspace = plans[0].workspace
    inputs = _input_hashes(workspace, plans[0].edition.id)
    jobs = [(plan, language) for plan in plans for language in languages]
    kept = [_still_good(plan, language, inputs) for plan, language in jobs]
    if all(kept):
        return tuple(built for built in kept if built)
    results = _validate(workspace)
    told = listener()

    def work(plan: Plan, language: Language) -> Built:
        with listening(told):
            return _build_language(plan, language, inputs, results)

    # Most of the work is done by kernels and converters in processes of their own.
    with ThreadPoolExecutor(max_workers=AT_ONCE) as pool:
        waiting = {job: pool.submit(work, *jobs[job]) for job, built in enumerate(kept) if built is None}
    return tuple(built or waiting[job].result() for job, built in enumerate(kept))


def _validate(workspace: Workspace) -> "list[ValidationResult]":
    """Check every table and store those that changed."""
    inputs = read_inputs(workspace)
    results = []
    for name in TABLES:
        validated = validate_table(name, inputs)
        if read_fingerprint(name, workspace) != inputs.fingerprint:
            store_table(name, validated, inputs, workspace)
        results.append(validated.result)
    waves = check_waves(workspace)
    for result in waves:
        result.raise_if_critical()
    return [*results, *waves]


def verify(path: Path, workspace: Workspace) -> tuple[str, ...]:
    """Rebuild what a manifest describes and say what differs; empty when every byte is the same.

    Raises
    ------
    InputError
        If the file is no manifest.
    TalentStatsError
        If the report cannot be rebuilt.
    """
    manifest = Manifest.read(path)
    request = manifest.request
    found = [f"output {line}" for line in differences(manifest.outputs, hashes_of(path.parent))]
    found += [f"version {line}" for line in differences(manifest.versions, versions())]
    with tempfile.TemporaryDirectory(prefix="talentstats-verify-") as folder:
        plan = make_plan(
            workspace,
            report=request.report,
            formats=request.formats,
            engine=request.engine,
            edition=request.edition,
            as_of=request.as_of,
            out=Path(folder),
        )
        inputs = _input_hashes(workspace, plan.edition.id)
        found += [f"input {line}" for line in differences(manifest.inputs, inputs)]
        rebuilt = build(plan, [language for language in LANGUAGES if language == request.language])
        found += [f"rebuilt {line}" for line in differences(manifest.outputs, rebuilt[0].manifest.outputs)]
    return tuple(found)


def output_folder(plan: Plan, language: Language) -> Path:
    """Return where the results of a report in one language go."""
    return plan.out / plan.edition.id / plan.report / language


def _check_documents(plan: Plan) -> None:
    documents = [document_path(plan.workspace, plan.report, language) for language in LANGUAGES]
    for document in documents:
        check_prose(document)
    check_same_numbers(*documents)


def _still_good(plan: Plan, language: Language, inputs: Mapping[str, str]) -> Built | None:
    """Return the earlier build if it was asked for the same, from the same, and is still whole."""
    target = output_folder(plan, language)
    try:
        last = Manifest.read(target / NAME)
    except InputError:
        return None
    same = (last.request, last.inputs, last.versions) == (_request(plan, language), inputs, versions())
    if not same or differences(last.outputs, hashes_of(target)):
        return None
    return Built(folder=target, manifest=last, made=False)


def _build_language(
    plan: Plan, language: Language, inputs: Mapping[str, str], results: "Sequence[ValidationResult]"
) -> Built:
    target = output_folder(plan, language)
    report = open_report(
        plan.report,
        language=language,
        edition=plan.edition.id,
        as_of=plan.edition.as_of.isoformat(),
        workspace=plan.workspace,
    )
    check_known(document_path(plan.workspace, plan.report, language), report.numbers)
    target.parent.mkdir(parents=True, exist_ok=True)
    work = Path(tempfile.mkdtemp(dir=target.parent, prefix=f".{language}-"))
    try:
        _render(plan, report, work)
        write_supplements(report, results, work)
        manifest = Manifest(
            request=_request(plan, language),
            versions=versions(),
            inputs=inputs,
            outputs=hashes_of(work),
            synthetic=report.contents.synthetic,
        )
        (work / NAME).write_text(manifest.to_json(), encoding="utf-8", newline="\n")
        replace_folder(work, target)
    finally:
        shutil.rmtree(work, ignore_errors=True)
    return Built(folder=target, manifest=manifest, made=True)


def _render(plan: Plan, report: Report, folder: Path) -> None:
    document = document_path(plan.workspace, plan.report, report.language)
    say(f"rendering {document.name} to {', '.join(plan.formats)} ({plan.engine.name} engine)")
    plan.engine.render(
        document,
        formats=plan.formats,
        directory=folder,
        stem=f"{plan.report}.{report.language}",
        parameters={"edition": plan.edition.id, "as_of": plan.edition.as_of.isoformat()},
        timestamp=datetime.combine(plan.edition.date, time(), tzinfo=UTC),
        environment={FOLDER_VARIABLE: str(folder / FIGURES)},
        progress=say,
    )


def _request(plan: Plan, language: Language) -> Request:
    return Request(
        report=plan.report,
        language=language,
        edition=plan.edition.id,
        edition_date=plan.edition.date.isoformat(),
        as_of=plan.edition.as_of.isoformat(),
        engine=plan.engine.name,
        formats=plan.formats,
    )


def _input_hashes(workspace: Workspace, edition: str) -> dict[str, str]:
    """Return the hash of everything that can change an output: raw data, judgements, documents, code.

    What is still being fetched cannot, nor the record of the publication of this edition itself.
    """
    folders = (("data/raw", workspace.raw), ("data/reference", workspace.reference), ("package", PACKAGE))
    hashes = {
        f"{name}/{path.relative_to(folder).as_posix()}": sha256_of(path)
        for name, folder in folders
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not _is_apart(path.relative_to(folder), edition)
    }
    for path in sorted(workspace.reports.rglob("*")):
        inside = path.relative_to(workspace.reports)
        if path.is_file() and not any(part.startswith((".", "_output")) for part in inside.parts):
            hashes[f"reports/{inside.as_posix()}"] = sha256_of(path)
    return hashes


def _is_apart(path: Path, edition: str) -> bool:
    hidden = any(part.startswith(".") or part == "__pycache__" for part in path.parts)
    return hidden or (path.parent.name == PUBLICATIONS and path.stem.endswith(f"-{edition}"))
