from pathlib import Path

import pytest

from talentstats.workspace import Workspace

README = Path(__file__).parents[1] / "README.md"


def example(heading: str) -> str:
    section = README.read_text(encoding="utf-8").split(f"\n## {heading}\n")[1].split("\n## ")[0]
    return "".join(block.split("```")[0] for block in section.split("```python\n")[1:])


def test_the_survey_example_runs_as_it_is_written(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(README.parent)
    names: dict[str, object] = {}
    exec(compile(example("Estimating from a survey"), str(README), "exec"), names)  # noqa: S102
    assert len(names["plans"]) > 1  # type: ignore[arg-type]
    assert names["model"].table.height == 4  # type: ignore[attr-defined]


def test_the_example_of_the_waves_runs_as_it_is_written(at_home: Workspace) -> None:
    names: dict[str, object] = {}
    exec(compile(example("The survey of internationals"), str(README), "exec"), names)  # noqa: S102
    assert names["stay"].table.height == 10  # type: ignore[attr-defined]
    assert str(names["report"].claim("plans_to_stay.leiden.vs_nation.2025")) == "higher than"  # type: ignore[attr-defined]
    assert at_home.processed.is_dir()


def test_the_example_of_fetched_data_and_regions_runs_as_it_is_written(at_home: Workspace) -> None:
    names: dict[str, object] = {}
    exec(compile(example("Fetching data, and regions through time"), str(README), "exec"), names)  # noqa: S102
    assert at_home.raw.is_dir()
