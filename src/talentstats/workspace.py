"""The folders of a talentstats project: where data, reports and outputs are."""

import os
from dataclasses import dataclass
from pathlib import Path

from talentstats.errors import InputError

HOME_VARIABLE = "TALENTSTATS_HOME"


@dataclass(frozen=True, slots=True)
class Workspace:
    """A project folder with `data/raw` and `reports` in it."""

    root: Path

    @property
    def raw(self) -> Path:
        """Snapshots, byte for byte as published."""
        return self.root / "data" / "raw"

    @property
    def reference(self) -> Path:
        """Code lists and declared corrections."""
        return self.root / "data" / "reference"

    @property
    def processed(self) -> Path:
        """Validated tables, made from the snapshots."""
        return self.root / "data" / "processed"

    @property
    def reports(self) -> Path:
        """Quarto documents and the house style."""
        return self.root / "reports"

    @property
    def output(self) -> Path:
        """Built reports, one folder per edition, report and language."""
        return self.reports / "_output"


def find_workspace(start: Path | None = None) -> Workspace:
    """Find the project folder: `TALENTSTATS_HOME`, else `start` or a folder above it, else the checkout.

    Raises
    ------
    InputError
        If none of these holds `data/raw`.
    """
    named = os.environ.get(HOME_VARIABLE)
    first = Path(named) if named else (start or Path.cwd())
    candidates = [first] if named else [first, *first.resolve().parents, Path(__file__).resolve().parents[2]]
    for folder in candidates:
        if (folder / "data" / "raw").is_dir():
            return Workspace(folder.resolve())
    raise InputError(
        "No talentstats project found.",
        expected="a folder with `data/raw` and `reports` in it",
        got=f"`{first}`" + ("" if named else " and the folders above it"),
        remedy=f"Go to the project folder, or name it in the environment variable {HOME_VARIABLE}.",
    )
