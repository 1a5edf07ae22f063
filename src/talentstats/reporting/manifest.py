"""The manifest of a build: the hash of every input and output, and what made them."""

import json
import platform
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, Self

from talentstats.errors import InputError
from talentstats.provenance import sha256_of
from talentstats.version import __version__

NAME = "manifest.json"
# Every package whose version can change a byte of an output.
PACKAGES = (
    "babel",
    "great-expectations",
    "ipykernel",
    "jinja2",
    "matplotlib",
    "nbclient",
    "numpy",
    "pandas",
    "plotly",
    "polars",
    "pypandoc-binary",
    "pyyaml",
    "typst",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What a build was asked for; with the inputs it decides every byte of the outputs."""

    report: str
    language: str
    edition: str
    edition_date: str
    as_of: str
    engine: str
    formats: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """A finished build.

    Attributes
    ----------
    request : Request
    versions : mapping of package to version
    inputs, outputs : mapping of path to SHA-256
        Inputs are relative to the project, outputs to the folder of the manifest.
    synthetic : bool
        Whether anything in the outputs rests on synthetic data.
    """

    request: Request
    versions: Mapping[str, str]
    inputs: Mapping[str, str]
    outputs: Mapping[str, str]
    synthetic: bool = False

    def to_json(self) -> str:
        """Write the manifest as stable JSON."""
        fields = {
            "request": {name: getattr(self.request, name) for name in Request.__slots__},
            "versions": dict(self.versions),
            "inputs": dict(self.inputs),
            "outputs": dict(self.outputs),
            "synthetic": self.synthetic,
        }
        return json.dumps(fields, indent=1, ensure_ascii=False, sort_keys=True) + "\n"

    @classmethod
    def read(cls, path: Path) -> Self:
        """Read a manifest.

        Raises
        ------
        InputError
            If the file is missing or is no manifest.
        """
        try:
            fields: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
            request = {**fields["request"], "formats": tuple(fields["request"]["formats"])}
            return cls(
                request=Request(**request),
                versions=fields["versions"],
                inputs=fields["inputs"],
                outputs=fields["outputs"],
                synthetic=fields["synthetic"],
            )
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise InputError(
                "This is not a manifest of a build.",
                where=str(path),
                expected=f"a `{NAME}` written by `talentstats build`",
                got=f"{type(error).__name__}: {error}",
                remedy="Name the manifest in the folder of a built report.",
            ) from error


def versions() -> Mapping[str, str]:
    """Return the versions of Python, talentstats and every package that shapes the outputs."""
    found = {"python": platform.python_version(), "talentstats": __version__}
    for name in PACKAGES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = "not installed"
    return found


def hashes_of(folder: Path, *, leave_out: frozenset[str] = frozenset({NAME})) -> Mapping[str, str]:
    """Return the SHA-256 of every file below a folder, by its path from there."""
    return {
        path.relative_to(folder).as_posix(): sha256_of(path)
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.relative_to(folder).as_posix() not in leave_out
    }


def differences(expected: Mapping[str, str], found: Mapping[str, str]) -> tuple[str, ...]:
    """Say which paths are missing, new or changed.

    >>> differences({"a": "1", "b": "2"}, {"b": "3", "c": "4"})
    ('missing: a', 'changed: b', 'new: c')
    """
    gone = [f"missing: {path}" for path in sorted(expected) if path not in found]
    changed = [
        f"changed: {path}" for path in sorted(expected) if found.get(path, expected[path]) != expected[path]
    ]
    new = [f"new: {path}" for path in sorted(found) if path not in expected]
    return (*gone, *changed, *new)
