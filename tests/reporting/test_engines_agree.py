"""The two engines give the same numbers and figures; runs where the Quarto command line is on PATH."""

import shutil
from pathlib import Path

import pytest

from talentstats.reporting.build import build, make_plan
from talentstats.reporting.editions import open_report
from talentstats.terms import Language
from talentstats.workspace import Workspace
from tests_support import numbers_shown, pictures_of, texts_of

pytestmark = [
    pytest.mark.quarto,
    pytest.mark.skipif(shutil.which("quarto") is None, reason="the Quarto command line is not on PATH"),
]


@pytest.mark.parametrize("language", ["nl", "en"])
def test_quarto_and_the_builtin_engine_show_the_same_numbers_and_figures(
    project: Workspace, tmp_path: Path, language: Language
) -> None:
    wanted = numbers_shown(open_report("biennial", language=language, workspace=project))
    pictures = []
    for engine in ("quarto", "builtin"):
        (built,) = build(make_plan(project, engine=engine, out=tmp_path / engine), [language])
        for kind, text in texts_of(built.folder, language).items():
            assert [number for number in wanted if number not in text] == [], (engine, kind)
        pictures.append(pictures_of(built.folder / f"biennial.{language}.docx"))
    assert len(pictures[1]) == 3
    assert pictures[1] <= pictures[0]
