import hashlib
import json
import os
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from talentstats.schemas import LABOUR
from talentstats.terms import LANGUAGES, Language
from talentstats.validation import ValidationResult, render_page, validate, write_json, write_junit
from talentstats.validation.texts import page_texts
from validation.observations import FLOWS, NEW, SNAPSHOTS, clean_labour, place, spoil

PAYLOAD = "<script>alert('1')</script>\x00\u202e"


def spoiled_result() -> ValidationResult:
    frame = spoil(clean_labour(), place(FLOWS, "vacancies_open", "2022Q1"), source_url=PAYLOAD)
    frame = spoil(frame, place(NEW, "vacancies_open", "2020Q1"), value=256.4)
    return validate(frame, LABOUR, snapshots=SNAPSHOTS).result


@pytest.fixture(scope="module")
def result() -> ValidationResult:
    return spoiled_result()


def digest(result: ValidationResult, folder: Path) -> str:
    contents = [
        write_json([result], folder / "results.json").read_bytes(),
        write_junit([result], folder / "results.xml").read_bytes(),
        *(render_page([result], language=language).encode() for language in LANGUAGES),
    ]
    return hashlib.sha256(b"".join(contents)).hexdigest()


def test_another_process_without_network_writes_the_same_bytes(
    result: ValidationResult, tmp_path: Path
) -> None:
    program = (
        "import socket, pathlib, sys\n"
        "def refuse(*_): raise SystemExit('the network was used')\n"
        "socket.socket.connect = socket.getaddrinfo = refuse\n"
        "from validation.test_outputs import digest, spoiled_result\n"
        "sys.stdout.write(digest(spoiled_result(), pathlib.Path(sys.argv[1])))\n"
    )
    roots = [str(folder) for folder in (Path(__file__).parents[1], Path(__file__).parents[2] / "src")]
    done = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path)],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(roots), "PYTHONHASHSEED": "7"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert (done.stdout, done.stderr) == (digest(result, tmp_path), "")


def test_importing_the_part_loads_no_heavy_library() -> None:
    program = (
        "import sys, talentstats.validation\n"
        "heavy = {'great_expectations', 'pandas', 'matplotlib', 'scipy'} & set(sys.modules)\n"
        "sys.exit(str(sorted(heavy)) if heavy else 0)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_the_json_holds_counts_and_places_but_no_run_id_or_time(
    result: ValidationResult, tmp_path: Path
) -> None:
    text = write_json([result], tmp_path / "results.json").read_text(encoding="utf-8")
    content = json.loads(text)
    assert (content["verdict"], content["tables"][0]["n_critical"]) == ("critical", 1)
    rule = next(one for one in content["tables"][0]["outcomes"] if one["failures"])
    assert rule["failures"][0]["file"] == f"data/raw/{FLOWS}/figures.csv"
    assert not re.search(r"run_id|run_time|\d{2}:\d{2}:\d{2}", text)


def test_junit_fails_on_critical_rules_and_mentions_warnings(
    result: ValidationResult, tmp_path: Path
) -> None:
    root = ET.fromstring(write_junit([result], tmp_path / "results.xml").read_bytes())  # noqa: S314
    assert (root.get("failures"), root.get("tests")) == ("1", str(len(result.outcomes)))
    failing = [case.get("name") for case in root.iter("testcase") if case.find("failure") is not None]
    warned = [case.get("name") for case in root.iter("testcase") if case.find("system-out") is not None]
    assert (failing, warned) == (["pattern"], ["revision-size"])


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_escapes_labels_and_loads_nothing(result: ValidationResult, language: Language) -> None:
    page = render_page([result], language=language)
    assert "<script" not in page
    assert "&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt;\\u0000\\u202e" in page
    assert not re.search(r"(?:src|href)\s*=\s*[\"'](?!#)|url\(|@import", page)
    assert f'<html lang="{language}">' in page


@pytest.mark.parametrize(
    ("language", "texts"),
    [
        ("nl", ("Afgekeurd", "ten hoogste 10,04 procent", "Ga na of de uitgever", "Rijen")),
        ("en", ("Failed", "at most 10.04 percent", "Find out whether the publisher", "Rows")),
    ],
)
def test_the_page_speaks_its_language(
    result: ValidationResult, language: Language, texts: tuple[str, ...]
) -> None:
    page = render_page([result], language=language)
    for text in texts:
        assert text in page


@pytest.mark.parametrize("verdict", ["passed", "warning", "critical"])
def test_the_page_shows_the_worst_verdict_of_all_tables(result: ValidationResult, verdict: str) -> None:
    kept = {"passed": (), "warning": result.warnings, "critical": result.outcomes}[verdict]
    page = render_page([replace(result, outcomes=()), replace(result, outcomes=kept)], language="en")
    assert f'<div class="status {verdict}">' in page
    assert page_texts("en")[f"verdict_{verdict}_note"] in page
