"""Results for machines: stable JSON, and JUnit XML for a build server."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from xml.etree import ElementTree as ET

from talentstats.validation.outcome import Failure, RuleOutcome, ValidationResult, overall


def write_json(results: Sequence[ValidationResult], path: Path) -> Path:
    """Write results as JSON: no run ids and no times, so the same results give the same bytes.

    Parameters
    ----------
    results : sequence of ValidationResult
        One per table.
    path : Path
        File to write.

    Returns
    -------
    Path
        The file written.
    """
    content = {
        "verdict": overall(results),
        "tables": [
            {
                "verdict": result.verdict,
                "n_critical": result.n_critical,
                "n_warning": result.n_warning,
                **asdict(result),
            }
            for result in results
        ],
    }
    text = json.dumps(content, ensure_ascii=False, indent=2)
    path.write_text(f"{text}\n", encoding="utf-8", newline="\n")
    return path


def write_junit(results: Sequence[ValidationResult], path: Path) -> Path:
    """Write results as JUnit XML: a suite per table, a case per rule and column.

    A broken critical rule is a failure; a warning is reported in the output of a case that passes.

    Returns
    -------
    Path
        The file written.
    """
    root = ET.Element(
        "testsuites",
        name="talentstats validate",
        tests=str(sum(len(result.outcomes) for result in results)),
        failures=str(sum(len(result.critical) for result in results)),
    )
    for result in results:
        suite = ET.SubElement(
            root,
            "testsuite",
            name=result.table,
            tests=str(len(result.outcomes)),
            failures=str(len(result.critical)),
            errors="0",
            skipped="0",
        )
        for outcome in result.outcomes:
            _add_case(suite, outcome)
    ET.indent(root)
    path.write_bytes(ET.tostring(root, encoding="utf-8", xml_declaration=True) + b"\n")
    return path


def _add_case(suite: ET.Element, outcome: RuleOutcome) -> None:
    case = ET.SubElement(suite, "testcase", classname=f"{outcome.table}.{outcome.column}", name=outcome.rule)
    if outcome.passed:
        return
    summary = f"{outcome.title.en}: {outcome.n_failed} of {outcome.n_checked} failed"
    lines = "\n".join(_line(failure) for failure in outcome.failures)
    if outcome.severity == "critical":
        ET.SubElement(case, "failure", type="critical", message=summary).text = lines
    else:
        ET.SubElement(case, "system-out").text = f"warning: {summary}\n{lines}"


def _line(failure: Failure) -> str:
    return (
        f"{failure.place}: {failure.shown_value}; expected {failure.expected.en}; to do: {failure.remedy.en}"
    )
